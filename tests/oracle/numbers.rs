//! Numbers in front of clauses, judged in a naive way: a number has another one beside it in its
//! own text, which is written alike and is one higher or lower, or it is the first of its kind.

/// A way to read a number: what is around its last part, and the value of this part.
pub type Reading = (String, usize);

/// The alphabets and numerals that lists count with, each in its order.
const ORDERS: [&str; 12] = [
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi xxii xxiii xxiv \
     xxv xxvi xxvii xxviii xxix xxx xxxi xxxii xxxiii xxxiv xxxv xxxvi xxxvii xxxviii xxxix xl",
    "а б в г д е ж з и к л м н о п р с т у ф х ц ч ш щ э ю я",
    "α β γ δ ε ζ η θ ι κ λ μ ν ξ ο π ρ σ τ υ φ χ ψ ω",
    "가 나 다 라 마 바 사 아 자 차 카 타 파 하",
    "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十 二十一 二十二 \
     二十三 二十四 二十五 二十六 二十七 二十八 二十九 三十 三十一 三十二 三十三 三十四 三十五",
    "ア イ ウ エ オ カ キ ク ケ コ サ シ ス セ ソ タ チ ツ テ ト",
    "イ ロ ハ ニ ホ ヘ ト チ リ ヌ ル ヲ ワ カ ヨ タ レ ソ ツ ネ",
    "أ ب ج د ه و ز ح ط ي ك ل م ن س ع ف ص ق ر ش ت",
    "א ב ג ד ה ו ז ח ט י כ ל מ נ ס ע פ צ ק ר ש ת",
    "ก ข ค ง จ ฉ ช ซ ฌ ญ",
    "क ख ग घ ङ च छ ज झ ञ",
];

/// All ways to read a number such as `(b)`, `4.9` or `§ 5`.
pub fn readings(number: &str) -> Vec<Reading> {
    let chars: Vec<char> = number.chars().collect();
    let Some(last) = chars.iter().rposition(|c| c.is_alphanumeric()) else { return Vec::new() };
    let is_digit = chars[last].is_numeric();
    let is_like = |c: &char| c.is_alphanumeric() && c.is_numeric() == is_digit;
    let first = last + 1 - chars[..=last].iter().rev().take_while(|c| is_like(c)).count();
    let core: String = chars[first..=last].iter().collect();
    let is_capital = core.chars().any(char::is_uppercase);
    let shape = |style: usize| {
        let [before, after] = [&chars[..first], &chars[last + 1..]].map(|part| {
            let part: String = part.iter().filter(|c| !c.is_whitespace()).collect();
            part.replace('（', "(").replace('）', ")")
        });
        format!("{before}{style}{is_capital}{after}")
    };
    let mut found = Vec::new();
    for letters in ["ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ", "ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻ"]
    {
        let place = letters.chars().position(|c| core == c.to_string());
        found.extend(place.map(|at| (shape(102), at + 1)));
    }
    if let Some(value) = decimal(&core) {
        found.push((shape(100), value));
    }
    if let Some(at) = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳".chars().position(|c| core == c.to_string())
    {
        found.push((shape(101), at + 1));
    }
    for (style, order) in ORDERS.iter().enumerate() {
        let small = core.to_lowercase();
        let place = order.split_whitespace().position(|known| known == small);
        found.extend(place.map(|at| (shape(style), at + 1)));
    }
    found
}

/// The value of digits of any script that this knows.
fn decimal(core: &str) -> Option<usize> {
    let digit = |c: char| {
        let zeros = ['0', '０', '٠', '۰', '०', '০', '௦'];
        zeros.iter().find_map(|&zero| (zero as u32..zero as u32 + 10).position(|d| d == c as u32))
    };
    core.chars().try_fold(0, |value: usize, c| Some(value * 10 + digit(c)?))
}

/// The positions of those numbers of a text, in reading order, that have no other one beside them
/// and are not the first of their kind. The second element is the number of unread ones.
pub fn without_a_sequence(numbers: &[&str]) -> (Vec<usize>, usize) {
    let all: Vec<Vec<Reading>> = numbers.iter().map(|number| readings(number)).collect();
    let has = |places: &[Vec<Reading>], shape: &str, value: Option<usize>| {
        value.is_some_and(|value| {
            places.iter().flatten().any(|(other, found)| other == shape && *found == value)
        })
    };
    let is_in_sequence = |at: usize| {
        all[at].iter().any(|(shape, value)| {
            *value <= 1
                || has(&all[..at], shape, value.checked_sub(1))
                || has(&all[at + 1..], shape, value.checked_add(1))
                // A list may count down.
                || has(&all[at + 1..all.len().min(at + 2)], shape, value.checked_sub(1))
        })
    };
    let unread = all.iter().filter(|readings| readings.is_empty()).count();
    let alone = (0..all.len()).filter(|&at| !all[at].is_empty() && !is_in_sequence(at));
    (alone.collect(), unread)
}
