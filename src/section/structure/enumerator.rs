//! Reads the numbers and letters that authors type before paragraphs and titles: `1.`, `2.1`,
//! `(a)`, `iv)`, `[1]`, `4(a)`, `§ 5`, `1°`, `一、`.
//!
//! This file says what a text begins with, and how one such number follows another. Whether it is
//! the number of the clause, or an amount or a date, is decided in `numbers`.

use std::sync::Arc;

/// The digits of a number: `2`, `b` or `ii`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberStyle {
    /// `2`
    Decimal,
    /// `b`
    Letter,
    /// `ii`
    Roman,
    /// `б`
    Cyrillic,
    /// `β`
    Greek,
    /// `나`
    Hangul,
    /// `イ` in the order that dictionaries have.
    Katakana,
    /// `ロ` in the older order.
    Iroha,
    /// `ب`
    Arabic,
    /// `ב`
    Hebrew,
    /// `ข`
    Thai,
    /// `ख`
    Devanagari,
    /// Chinese numerals.
    Han,
    /// A digit in a circle.
    Circled,
}

/// One way to read a number. `i` is the ninth letter and also a Roman one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NumberReading {
    /// Its digits.
    pub style: NumberStyle,
    /// Its value; 1 for the first letter of an alphabet.
    pub value: u32,
}

/// The marks around a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct NumberMarks {
    /// The bracket or paragraph sign before it.
    pub open: Option<char>,
    /// The bracket, full stop or other sign after it.
    pub close: Option<char>,
    /// Whether it has a capital letter.
    pub is_capital: bool,
}

/// A number or letter before a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Enumerator {
    /// All readings of the last number. Which one is meant shows in the numbers beside it.
    pub readings: Vec<NumberReading>,
    /// The numbers before the last one: the `2` of `2.1`.
    pub parents: Arc<[u32]>,
    pub marks: NumberMarks,
    /// The number of letters and digits in it.
    pub letters: usize,
    /// The number of bytes of the number and its marks, without a dash or colon after it.
    pub shown: usize,
    /// The number of bytes up to the text after it.
    pub len: usize,
}

impl Enumerator {
    /// Whether this is the next number after `first`, and written alike.
    pub fn follows(&self, first: &Self) -> bool {
        self.is_like(first, |first, own| first.wrapping_add(1) == own)
    }

    /// Whether this may be a later number in the list of `last`: written alike, and higher. It need
    /// not be the next one, as authors leave some out.
    pub fn continues(&self, last: &Self) -> bool {
        self.is_like(last, |last, own| last < own)
    }

    /// Whether this is written like `other` and, in one reading, `is_related` holds for the values
    /// of the other and this one.
    fn is_like(&self, other: &Self, is_related: impl Fn(u32, u32) -> bool) -> bool {
        self.marks == other.marks
            && self.parents == other.parents
            && self.readings.iter().any(|own| {
                other.readings.iter().any(|reading| {
                    reading.style == own.style && is_related(reading.value, own.value)
                })
            })
    }

    /// Whether this is the first number of a list in one of its readings.
    pub fn is_first(&self) -> bool {
        self.readings.iter().any(|reading| reading.value == 1)
    }

    /// The number of levels that it numbers: 1 for `2.`, 2 for `2.1`.
    pub fn depth(&self) -> usize {
        1 + self.parents.len()
    }

    /// Whether it is written in the digits 0 to 9.
    pub fn is_decimal(&self) -> bool {
        self.readings.iter().any(|reading| reading.style == NumberStyle::Decimal)
    }
}

/// The number or letter that `text` begins with.
pub(crate) fn enumerator(text: &str) -> Option<Enumerator> {
    if begins_with_word(text) {
        return None;
    }
    let open = text.chars().next().filter(|c| matches!(c, '(' | '（' | '[' | '§' | '第'));
    let body = open.map_or(text, |open| &text[open.len_utf8()..]);
    let body = if open == Some('§') { body.trim_start() } else { body };
    let end = NumberEnd::of(body, open)?;
    // Without a mark of their own, only decimals are numbers: `a` and `I` are words.
    let is_unmarked = open != Some('§') && matches!(end.close, None | Some('-' | ':'));
    if is_unmarked && end.number.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let (above, own) = end.number.rsplit_once('(').unwrap_or(("", end.number));
    let above = above.split('.').filter(|part| !part.is_empty());
    let mut parts: Vec<&str> = above.chain(own.split('.')).collect();
    let last = parts.pop()?;
    let parents: Arc<[u32]> = match parts.is_empty() {
        true => Arc::default(),
        false => parts.iter().map(|part| decimal(part)).collect::<Option<_>>()?,
    };
    let mut readings = number_readings(last);
    // `01.05.` is a date and no number of two levels.
    if !parents.is_empty() && (last.starts_with('0') || parts[0].starts_with('0')) {
        return None;
    }
    if is_unmarked {
        readings
            .retain(|reading| matches!(reading.style, NumberStyle::Decimal | NumberStyle::Circled));
    }
    if readings.is_empty() {
        return None;
    }
    let is_capital = end.number.chars().any(char::is_uppercase);
    Some(Enumerator {
        readings,
        parents,
        marks: NumberMarks { open, close: end.close, is_capital },
        letters: end.number.chars().filter(|c| c.is_alphanumeric()).count(),
        shown: text.len() - body.len() + end.shown,
        len: text.len() - end.rest.trim_start().len(),
    })
}

/// Whether a text begins with a word of several letters that is no Roman number, as nearly every
/// text does.
fn begins_with_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).take(8);
    let is_roman = |byte: &u8| b"ivxlIVXL".contains(byte);
    letters.clone().count() > 1 && !letters.clone().all(is_roman)
}

/// A number, what closes it, and the text after it.
struct NumberEnd<'t> {
    number: &'t str,
    close: Option<char>,
    /// The number of bytes of the number and its closing mark.
    shown: usize,
    rest: &'t str,
}

impl<'t> NumberEnd<'t> {
    /// Reads the number at the start of `body`, which follows the mark `open`.
    fn of(body: &'t str, open: Option<char>) -> Option<Self> {
        let len = match open {
            None => clause_length(body),
            Some(_) => None,
        };
        let len = len.or_else(|| number_length(body))?;
        let (number, after) = body.split_at(len);
        let next = after.chars().next();
        let end = match (number.strip_suffix('.'), next) {
            (None, Some(bracket @ (')' | '）'))) => {
                let is_bracketed = open.is_some() || number.contains('(');
                Self::closed(body, number, bracket, len, ')').without_stop(is_bracketed)
            }
            (None, Some(']')) if open == Some('[') => Self::closed(body, number, ']', len, ']'),
            // Some authors close a number twice: `1.)`.
            (Some(bare), Some(')')) if open.is_none() => Self::closed(body, bare, ')', len, ')'),
            (Some(bare), _) => Self {
                number: bare,
                close: Some('.'),
                shown: len,
                rest: after_dash(after).unwrap_or(after),
            },
            (None, Some(mark @ ('、' | '．'))) => Self::closed(body, number, mark, len, mark),
            (None, Some(mark @ ('°' | 'º'))) => Self::closed(body, number, mark, len, '°'),
            // This is `1 Information`, but also `2 years`: the caller judges the words after it.
            (None, _) => match separated(after) {
                Some((mark, rest)) => Self { number, close: Some(mark), shown: len, rest },
                None => Self { number, close: None, shown: len, rest: after },
            },
        };
        let closing = match open {
            Some('(' | '（') => Some(')'),
            Some('[') => Some(']'),
            Some('第') => Some('、'),
            _ => end.close,
        };
        if end.close != closing {
            return None;
        }
        // After a full stop, scripts without spaces have none here either.
        let is_apart = match end.close {
            Some(')' | ']' | '、' | '．' | '-' | ':') => true,
            Some('.') => {
                end.rest.starts_with(|c: char| c.is_whitespace() || c >= '\u{2E80}')
                    || is_glued(number, end.rest)
            }
            _ => end.rest.starts_with(char::is_whitespace) || circled(number).is_some(),
        };
        is_apart.then_some(end)
    }

    /// Without the full stop that some authors put after a number in brackets: `(1). We sell`.
    fn without_stop(self, is_bracketed: bool) -> Self {
        match self.rest.strip_prefix('.').filter(|rest| is_bracketed && rest.starts_with(' ')) {
            Some(rest) => Self { shown: self.shown, rest, ..self },
            None => self,
        }
    }

    /// The number before the closing mark `mark`, which counts as `close`.
    fn closed(body: &'t str, number: &'t str, mark: char, len: usize, close: char) -> Self {
        let shown = len + mark.len_utf8();
        Self { number, close: Some(close), shown, rest: &body[shown..] }
    }
}

/// Whether a text without a space before it follows the number of its clause, as in `1.We sell`.
/// After a digit, `1.5` is an amount, and `1.com` may be the name of a site. `J.Smith` is a name.
fn is_glued(number: &str, rest: &str) -> bool {
    let is_decimal = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_decimal && rest.starts_with(|c: char| c.is_uppercase() || c.is_alphabetic() && !c.is_ascii())
}

/// The number of bytes of a number with a letter in brackets, up to the bracket that closes it:
/// `4(a)`, `4.1(ii)`.
fn clause_length(body: &str) -> Option<usize> {
    let bytes = body.as_bytes();
    let path = bytes.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let letters = bytes.get(path + 1..)?.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let len = path + 1 + letters.take(7).count();
    let is_clause = path > 0
        && bytes[0] != b'.'
        && bytes[path] == b'('
        && len > path + 1
        && bytes.get(len) == Some(&b')');
    is_clause.then_some(len)
}

/// The text after a dash that separates a number from its text, as in `1.- Price`.
fn after_dash(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(['-', '–', '—'])?;
    rest.starts_with(char::is_whitespace).then_some(rest)
}

/// The dash or colon that separates a number from its text, as in `1 - Price`, and the text.
fn separated(after: &str) -> Option<(char, &str)> {
    if let Some(rest) = after.strip_prefix(':').filter(|rest| rest.starts_with(' ')) {
        return Some((':', rest));
    }
    let dash = after.strip_prefix(' ')?;
    after_dash(dash).map(|rest| ('-', rest))
}

/// The number of bytes of the number that `body` begins with, with full stops.
fn number_length(body: &str) -> Option<usize> {
    let is_ascii = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'.';
    let ascii = body.bytes().take_while(is_ascii).count();
    if ascii > 0 {
        let digits = body.bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
        let is_glued = digits < ascii
            && body[..digits].ends_with('.')
            && is_glued(&body[..digits], &body[digits..]);
        return Some(if is_glued && !is_lettered(&body[digits..ascii]) { digits } else { ascii });
    }
    let first = body.chars().next()?;
    let is_same: fn(char) -> bool = match first {
        _ if digit(first).is_some() => |c| digit(c).is_some(),
        _ if han_digit(first).is_some() => |c| han_digit(c).is_some(),
        _ if circled_value(first).is_some() || roman_value(first).is_some() => |_| false,
        _ if letters_of_alphabets(first).next().is_some() => |_| false,
        _ => return None,
    };
    let further = body.chars().skip(1).take_while(|&c| is_same(c));
    let len = first.len_utf8() + further.map(char::len_utf8).sum::<usize>();
    Some(len + usize::from(body[len..].starts_with('.')))
}

/// Whether the letters after the last full stop of a number are a level of it, as in `1.A.`
fn is_lettered(letters: &str) -> bool {
    letters.strip_suffix('.').is_some_and(|last| !number_readings(last).is_empty())
        || letters.len() == 1
}

/// A decimal number of at most three digits. Longer ones are years or amounts.
fn decimal(text: &str) -> Option<u32> {
    let is_number = (1..=3).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    // Titles are numbered `01`, `02`; a third digit makes `000` the rest of an amount.
    let is_amount = text.len() == 3 && text.starts_with('0');
    if is_number && !is_amount { text.parse().ok() } else { None }
}

/// The value of a digit of another script.
fn digit(c: char) -> Option<u32> {
    const ZEROS: [char; 6] = ['０', '٠', '۰', '०', '০', '௦'];
    let value =
        |zero: &char| u32::from(c).checked_sub(u32::from(*zero)).filter(|&value| value < 10);
    if c.is_ascii() { None } else { ZEROS.iter().find_map(value) }
}

/// A decimal number of at most three digits of another script.
fn foreign_decimal(text: &str) -> Option<u32> {
    let digits: Vec<u32> = text.chars().map(digit).collect::<Option<_>>()?;
    let is_number = (1..=3).contains(&digits.len());
    is_number.then(|| digits.iter().fold(0, |value, digit| value * 10 + digit))
}

/// All ways to read `text` as one number.
pub fn number_readings(text: &str) -> Vec<NumberReading> {
    let values = [
        (NumberStyle::Decimal, decimal(text).or_else(|| foreign_decimal(text))),
        (NumberStyle::Letter, letter(text)),
        (NumberStyle::Roman, roman(text).or_else(|| roman_letter(text))),
        (NumberStyle::Han, han(text)),
        (NumberStyle::Circled, circled(text)),
    ];
    let readings = values.into_iter().filter_map(|(style, value)| {
        let value = value?;
        Some(NumberReading { style, value })
    });
    readings.chain(foreign_letters(text)).collect()
}

/// The position of a single letter in the alphabet, from 1.
fn letter(text: &str) -> Option<u32> {
    match text.as_bytes() {
        [letter] if letter.is_ascii_alphabetic() => {
            Some(u32::from(letter.to_ascii_lowercase() - b'a') + 1)
        }
        _ => None,
    }
}

/// The letters of other alphabets in the order in which lists count with them.
const ALPHABETS: [(NumberStyle, &str); 9] = [
    (NumberStyle::Cyrillic, "абвгдежзиклмнопрстуфхцчшщэюя"),
    (NumberStyle::Greek, "αβγδεζηθικλμνξοπρστυφχψω"),
    (NumberStyle::Hangul, "가나다라마바사아자차카타파하"),
    (NumberStyle::Katakana, "アイウエオカキクケコサシスセソタチツテト"),
    (NumberStyle::Iroha, "イロハニホヘトチリヌルヲワカヨタレソツネ"),
    (NumberStyle::Arabic, "أبجدهوزحطيكلمنسعفصقرشت"),
    (NumberStyle::Hebrew, "אבגדהוזחטיכלמנסעפצקרשת"),
    (NumberStyle::Thai, "กขคงจฉชซฌญ"),
    (NumberStyle::Devanagari, "कखगघङचछजझञ"),
];

/// The positions of a letter in other alphabets, from 1.
fn letters_of_alphabets(c: char) -> impl Iterator<Item = NumberReading> {
    let small = c.to_lowercase().next().unwrap_or(c);
    // All of these letters lie here. Dashes, quotes, bullets and Han do not.
    let may_count = matches!(c, '\u{370}'..='\u{E4F}' | '\u{30A0}'..='\u{30FF}' | '가'..='하');
    ALPHABETS.iter().filter(move |_| may_count).filter_map(move |(style, letters)| {
        let position = letters.chars().position(|letter| letter == small)?;
        Some(NumberReading { style: *style, value: position as u32 + 1 })
    })
}

fn foreign_letters(text: &str) -> impl Iterator<Item = NumberReading> {
    let mut chars = text.chars();
    let letter = chars.next().filter(|_| chars.next().is_none());
    letter.into_iter().flat_map(letters_of_alphabets)
}

/// The value of a digit in a circle.
fn circled(text: &str) -> Option<u32> {
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => circled_value(c),
        _ => None,
    }
}

fn circled_value(c: char) -> Option<u32> {
    ('①'..='⑳').contains(&c).then(|| u32::from(c) - u32::from('①') + 1)
}

/// The value of a Roman number that is a letter of its own.
fn roman_letter(text: &str) -> Option<u32> {
    let mut chars = text.chars();
    chars.next().filter(|_| chars.next().is_none()).and_then(roman_value)
}

fn roman_value(c: char) -> Option<u32> {
    let first = match c {
        'Ⅰ'..='Ⅻ' => 'Ⅰ',
        'ⅰ'..='ⅻ' => 'ⅰ',
        _ => return None,
    };
    Some(u32::from(c) - u32::from(first) + 1)
}

/// The value of a Chinese digit. `十` is ten and `百` a hundred.
fn han_digit(c: char) -> Option<u32> {
    "一二三四五六七八九十".chars().position(|digit| digit == c).map(|at| at as u32 + 1).or(
        match c {
            '百' => Some(100),
            '〇' | '零' => Some(0),
            _ => None,
        },
    )
}

/// The value of a Chinese number below a thousand.
pub(crate) fn han(text: &str) -> Option<u32> {
    if text.is_empty() || text.chars().count() > 6 {
        return None;
    }
    let (mut value, mut last) = (0, None);
    for c in text.chars() {
        match han_digit(c)? {
            0 => {}
            power @ (10 | 100) => value += last.take().unwrap_or(1) * power,
            digit if last.is_none() => last = Some(digit),
            _ => return None,
        }
    }
    Some(value + last.unwrap_or(0))
}

/// The value of a Roman number below 100.
fn roman(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 6 {
        return None;
    }
    let digits: Vec<u32> = text
        .chars()
        .map(|c| match c.to_ascii_lowercase() {
            'i' => Some(1),
            'v' => Some(5),
            'x' => Some(10),
            'l' => Some(50),
            _ => None,
        })
        .collect::<Option<_>>()?;
    let value = digits.iter().enumerate().fold(0i64, |sum, (i, &digit)| {
        let is_less = digits.get(i + 1).is_some_and(|&next| next > digit);
        sum + if is_less { -i64::from(digit) } else { i64::from(digit) }
    });
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follows(first: &str, next: &str) -> bool {
        match (enumerator(first), enumerator(next)) {
            (Some(first), Some(next)) => next.follows(&first),
            _ => false,
        }
    }

    #[test]
    fn neighbours_decide() {
        for (first, next) in [
            ("1. a", "2. b"),
            ("(h) x", "(i) y"),
            ("(i) x", "(ii) y"),
            ("2.1 x", "2.2 y"),
            ("a) x", "b) y"),
        ] {
            assert!(follows(first, next), "{first} {next}");
        }
        for (first, next) in [
            ("1. a", "3. b"),
            ("1. a", "2) b"),
            ("a b", "b c"),
            ("1.1 x", "2.2 y"),
            ("(a x", "(b y"),
        ] {
            assert!(!follows(first, next), "{first} {next}");
        }
        assert_eq!(enumerator("1.10 LINKS").map(|e| (e.depth(), e.len)), Some((2, 5)));
        let continues = |last: &str, next: &str| {
            enumerator(next).unwrap().continues(&enumerator(last).unwrap())
        };
        assert!(continues("1. a", "3. b") && !continues("3. a", "3. b"));
        assert_eq!(enumerator("e.g. this"), None);
        assert_eq!(enumerator("2019 was"), None);
    }

    #[test]
    fn numbers_of_many_forms_are_read() {
        for (first, next, shown) in [
            ("§ 4 Haftung", "§ 5 Haftung", "§ 4"),
            ("1° Le prix", "2° Le prix", "1°"),
            ("一、价格", "二、价格", "一、"),
            ("（九）价格", "（十）价格", "（九）"),
            ("а) цена", "б) цена", "а)"),
            ("γ) τιμή", "δ) τιμή", "γ)"),
            ("가. 가격", "나. 가격", "가."),
            ("１．価格", "２．価格", "１．"),
            ("①価格", "②価格", "①"),
            ("1 - Price", "2 - Price", "1"),
            ("1.- Precio", "2.- Precio", "1."),
            ("09. Price", "10. Price", "09."),
            ("1.价格", "2.价格", "1."),
            ("1.We sell", "2.You rent", "1."),
            ("2.1.SCOPE", "2.2.PRICE", "2.1."),
            ("1.Über uns", "2.Über Sie", "1."),
            ("1.) We", "2.) You", "1.)"),
            ("[1] We", "[2] You", "[1]"),
            ("(1). We", "(2). You", "(1)"),
            ("4(a) We", "4(b) You", "4(a)"),
            ("4.1(ii) We", "4.1(iii) You", "4.1(ii)"),
            ("4.(a) We", "4.(b) You", "4.(a)"),
            ("第一、价格", "第二、价格", "第一、"),
            ("ア．価格", "イ．価格", "ア．"),
            ("イ.価格", "ロ.価格", "イ."),
            ("أ. السعر", "ب. السعر", "أ."),
            ("א. מחיר", "ב. מחיר", "א."),
            ("ก. ราคา", "ข. ราคา", "ก."),
            ("(क) मूल्य", "(ख) मूल्य", "(क)"),
            ("Ⅰ. Price", "Ⅱ. Price", "Ⅰ."),
        ] {
            assert!(follows(first, next), "{first} {next}");
            let number = enumerator(first).unwrap();
            assert_eq!(&first[..number.shown], shown);
            assert!(!first[number.len..].starts_with([' ', '-', '.']), "{first}");
        }
        for text in [
            "10.000 Euro",
            "01.05. beginnt",
            "1er janvier",
            "1st",
            "十分に",
            "10:30 Uhr",
            "1.com is here",
            "1.5GB",
            "J.Smith",
            "A.We sell",
            "24(x",
            "第一条 价格",
            "第一 价格",
            "[a",
            "2.0b",
        ] {
            assert_eq!(enumerator(text), None, "{text}");
        }
    }

    #[test]
    fn chinese_numbers_are_read() {
        for (text, value) in [("一", 1), ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103)]
        {
            assert_eq!(han(text), Some(value), "{text}");
        }
        assert_eq!([han("一二"), han("人"), han("")], [None; 3]);
    }

    #[test]
    fn roman_numbers_subtract_smaller_digits() {
        assert_eq!([roman("iv"), roman("xl"), roman("xii")], [Some(4), Some(40), Some(12)]);
        assert_eq!([roman("c"), roman("")], [None, None]);
    }
}
