//! Recognises clauses that are nothing but a date stamp, such as "Last updated: 3 May 2019".
//!
//! A date stamp changes with every version of a policy and says nothing else. So it is one clause
//! of its policy, and its dates are kept as spellings of the clause.

use super::numbers::amounts::is_month;

/// The size of the longest date stamp, in bytes.
const MAX_BYTES: usize = 160;

/// Words that make a date the date of a text, one of which every stamp has.
#[rustfmt::skip]
const STAMP_WORDS: &[&str] = &[
    "updated", "update", "updates", "effective", "revised", "revision", "modified", "amended",
    "posted", "published", "dated", "version", "stand", "aktualisiert", "aktualisierung",
    "geändert", "änderung", "gültig", "inkrafttreten", "fassung", "überarbeitet", "jour",
    "actualisation", "actualisé", "actualisée", "modification", "modifié", "modifiée",
    "vigueur", "révision", "actualización", "actualizado", "actualizada", "vigencia", "vigor",
    "modificación", "revisión", "atualização", "atualizado", "atualizada", "vigência",
    "modificação", "revisão", "aggiornamento", "aggiornato", "aggiornata", "vigore",
    "modifica", "revisione", "bijgewerkt", "gewijzigd", "wijziging", "ingangsdatum", "herzien",
    "aktualizacja", "zaktualizowano", "aktualizacji", "obowiązuje", "zmiana", "życie",
    "güncelleme", "güncellenme", "güncellendi", "yürürlük", "обновление",
    "обновления", "обновлено", "редакция", "изменение",
    "изменения", "силу", "uppdaterad", "uppdaterades", "opdateret", "oppdatert",
    "päivitetty", "aktualizace", "aktualizováno", "účinnost",
    "تحديث", "تعديل", "السريان", "سريان", "עדכון", "עודכן", "עודכנה", "בתוקף", "תוקף",
];

/// Other words of date stamps.
#[rustfmt::skip]
const OTHER_WORDS: &[&str] = &[
    "last", "latest", "date", "of", "on", "as", "since", "from", "was", "is", "were", "this", "the",
    "these", "our", "privacy", "policy", "notice", "statement", "terms", "service", "use", "and",
    "conditions", "cookie", "document", "page", "most", "recently", "letzte", "letzter", "zuletzt",
    "datum", "am", "vom", "ab", "der", "des", "die", "zum", "dernière", "mise", "mis", "entrée",
    "en", "le", "la", "de", "du", "d", "à", "l", "última", "último", "fecha", "entrada", "el",
    "desde", "del", "data", "em", "da", "do", "ultimo", "ultima", "aggiornamenti", "di", "il", "in",
    "laatst", "laatste", "op", "van", "ostatnia", "ostatniej", "wejścia", "w", "od", "dnia", "z",
    "son", "tarihi", "tarih", "последнее", "последняя", "последнего",
    "дата", "вступления", "в", "от", "с", "senast", "senest", "sist", "den",
    "viimeksi", "poslední", "dne",
    "آخر", "تاريخ", "في", "بتاريخ", "تم", "من", "לאחרונה", "אחרון", "אחרונה", "תאריך",
    "ביום", "מיום", "כניסה", "הכניסה", "לתוקף",
];

/// Date stamps in scripts without spaces, without their date and punctuation.
#[rustfmt::skip]
const UNSPACED_STAMPS: &[&str] = &[
    "最后更新", "最后更新日期", "最近更新", "最近更新日期", "更新日期",
    "更新时间", "生效日期", "生效时间", "发布日期", "修订日期",
    "本版更新日期", "本版生效日期", "最後更新", "最後更新日期",
    "最終更新日", "最終更新", "最終改定日", "改定日", "改訂日", "制定日",
    "施行日", "制定", "改定", "改訂", "施行", "최종업데이트", "최종수정일",
    "최종개정일", "시행일", "시행일자", "개정일", "개정일자", "공고일자",
    "업데이트",
];

/// Whether a text has the three digits that every date has: a year has four, or there are three
/// numbers. Nearly every text has fewer.
fn has_digits(text: &str) -> bool {
    const FEWEST: usize = 3;
    if text.is_ascii() {
        return text.bytes().filter(u8::is_ascii_digit).count() >= FEWEST;
    }
    let digits = text.chars().filter(|&c| ascii_digit(c).is_ascii_digit());
    digits.take(FEWEST).count() == FEWEST
}

/// The words of a date stamp, without its date. `None` if `text` is something else.
pub(crate) fn without_date(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES || !has_digits(text) {
        return None;
    }
    let words: Vec<String> = words(text);
    let date = date(&words).or_else(|| short_date(text, &words))?;
    let before = &words[..date.start];
    let after = &words[date.end..];
    let others: Vec<&str> = before.iter().chain(after).map(String::as_str).collect();
    let is_spaced = (others.iter().any(|word| STAMP_WORDS.contains(word)) || is_as_of(&others))
        && others.iter().all(|word| STAMP_WORDS.contains(word) || OTHER_WORDS.contains(word));
    let is_stamp = is_spaced || UNSPACED_STAMPS.contains(&others.concat().as_str());
    is_stamp.then(|| others.join(" "))
}

/// Whether the words beside a date are those of "As of May 3, 2019", which need no others.
fn is_as_of(others: &[&str]) -> bool {
    matches!(others, ["as", "of" | "at"])
}

/// Whether a text is a date stamp.
pub(crate) fn is_date_stamp(text: &str) -> bool {
    without_date(text).is_some()
}

/// The words of a text in small letters. Numbers are words of their own.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = None;
    for c in text.chars() {
        let c = ascii_digit(c);
        let is_digit = c.is_ascii_digit();
        let is_word = c.is_alphanumeric();
        if is_word && last != Some(is_digit) {
            words.push(String::new());
        }
        if is_word && let Some(word) = words.last_mut() {
            word.extend(c.to_lowercase());
        }
        last = is_word.then_some(is_digit);
    }
    words
}

/// The position of the one date among the words. `None` if there is no date, or another number.
fn date(words: &[String]) -> Option<std::ops::Range<usize>> {
    let is_part = |word: &String| is_number(word) || is_month(word) || is_date_sign(word);
    let start = words.iter().position(is_part)?;
    let rest = &words[start..];
    let is_inside = |word: &&String| is_part(word) || is_link(word);
    let len = rest.iter().take_while(is_inside).count();
    let (date, after) = rest.split_at(len);
    let years = date.iter().filter(|word| is_year(word)).count();
    let numbers = date.iter().filter(|word| is_number(word) && !is_year(word)).count();
    let months = date.iter().filter(|word| is_month(word)).count();
    let is_date = years == 1 && matches!((months, numbers), (1, 0 | 1) | (0, 2));
    (is_date && !after.iter().any(is_part)).then_some(start..start + len)
}

/// The digit of ASCII for a digit of the scripts that write dates with their own.
fn ascii_digit(c: char) -> char {
    let value = match c {
        '٠'..='٩' => u32::from(c) - u32::from('٠'),
        '۰'..='۹' => u32::from(c) - u32::from('۰'),
        _ => return c,
    };
    char::from_digit(value, 10).unwrap_or(c)
}

/// The position of a date with a year of two digits among the words: `5/3/19`. Nothing but slashes
/// tells it from a version.
fn short_date(text: &str, words: &[String]) -> Option<std::ops::Range<usize>> {
    let mut parts = text.split_whitespace().filter(|word| word.contains('/'));
    let date = parts.next().filter(|_| parts.next().is_none())?;
    let mut numbers = date.trim_end_matches(['.', ',', ')']).split('/');
    let is_short = |part: &str| (1..=2).contains(&part.len()) && is_number(part);
    let is_date = numbers.by_ref().take(3).filter(|part| is_short(part)).count() == 3
        && numbers.next().is_none();
    let start = words.iter().position(|word| is_number(word))?;
    let all = words.iter().filter(|word| is_number(word)).count();
    (is_date && all == 3 && words[start..].len() >= 3).then_some(start..start + 3)
}

/// Words between and beside the numbers of a date.
fn is_link(word: &str) -> bool {
    matches!(
        word,
        "st" | "nd"
            | "rd"
            | "th"
            | "er"
            | "º"
            | "de"
            | "of"
            | "the"
            | "del"
            | "di"
            | "г"
            | "года"
            | "r"
            | "roku"
    )
}

/// The signs of Chinese, Japanese and Korean after the numbers of a date.
fn is_date_sign(word: &str) -> bool {
    matches!(word, "年" | "月" | "日" | "년" | "월" | "일")
}

fn is_number(word: &str) -> bool {
    word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && is_number(word) && word.starts_with(['1', '2'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn date_stamps_lose_their_date() {
        for (text, words) in [
            ("Last updated: 3 May 2019", "last updated"),
            ("Last Updated on May 3rd, 2019.", "last updated on"),
            (
                "This privacy policy was last revised on 2019-05-03",
                "this privacy policy was last revised on",
            ),
            ("Effective date: 03/05/2019", "effective date"),
            ("Stand: 1. Mai 2019", "stand"),
            ("Dernière mise à jour : 1er mai 2019", "dernière mise à jour"),
            ("Última actualización: 3 de mayo de 2019", "última actualización"),
            ("Ultimo aggiornamento: 3 maggio 2019", "ultimo aggiornamento"),
            ("Laatst bijgewerkt op 3 mei 2019", "laatst bijgewerkt op"),
            ("Ostatnia aktualizacja: 3 maja 2019 r.", "ostatnia aktualizacja"),
            ("Son güncelleme: 3 Mayıs 2019", "son güncelleme"),
            ("Дата вступления в силу: 3 мая 2019 г.", "дата вступления в силу"),
            ("更新日期：2019年5月3日", "更新日期"),
            ("最終更新日：2019年5月3日", "最終更新日"),
            ("시행일: 2019년 5월 3일", "시행일"),
            ("As of May 3, 2019", "as of"),
            ("Posted: 5/3/19", "posted"),
            ("Last updated 05/03/19.", "last updated"),
            ("آخر تحديث: 3 مايو 2019", "آخر تحديث"),
            ("آخر تحديث: ٣ مايو ٢٠١٩", "آخر تحديث"),
            ("עודכן לאחרונה: 3 במאי 2019", "עודכן לאחרונה"),
        ] {
            assert_eq!(without_date(text).as_deref(), Some(words), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_date_stamps() {
        for text in [
            "Last updated",
            "3 May 2019",
            "We updated our policy on 3 May 2019 to add cookies",
            "Effective for users over 16 from 3 May 2019",
            "Last updated 3 May 2019, effective 4 June 2019",
            "Version 2.1 of 3 May 2019",
            "Version 2.1.19",
            "Version 1/2/300",
            "As of May 3, 2019 we sell",
            "Updated 5/3/19 and 4/3/19",
            "1. Januar 2024: Beginn",
            "Updated within 30 days",
        ] {
            assert_eq!(without_date(text), None, "{text}");
        }
    }
}
