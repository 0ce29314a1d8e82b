//! Words that say what a line is, in thirteen languages: English, German, French, Spanish,
//! Portuguese, Italian, Dutch, Polish, Turkish, Russian, Chinese, Japanese and Korean.
//!
//! The rules for lines ask for words only where nothing else tells two cases apart. All words are
//! in small letters.

/// Parts of words that point at a list which follows.
#[rustfmt::skip]
const ANNOUNCING: &[&str] = &[
    "following", "as follows", "below", "folgend", "nachstehend", "untenstehend", "unten ",
    "suivant", "ci-dessous", "ci-après", "siguiente", "a continuación", "seguinte", "abaixo",
    "seguent", "di seguito", "qui sotto", "volgende", "hieronder", "onderstaande", "następując",
    "poniż", "aşağıda", "следующ", "ниже", "以下", "下列", "如下", "下記",
    "次の", "다음", "아래",
];

/// Words that point at something near, perhaps at a list that follows.
#[rustfmt::skip]
const POINTING: &[&str] = &[
    "these", "diese", "diesen", "ces", "estos", "estas", "estes", "questi", "queste", "deze",
    "te", "tych", "şu", "şunlar", "эти", "этих",
];

/// Words after which a sentence continues, perhaps with a list.
#[rustfmt::skip]
const OPEN_WORDS: &[&str] = &[
    "that", "to", "following", "of", "by", "for", "with", "from", "and", "or", "if", "when", "is",
    "are", "include", "includes", "including", "may", "will", "not", "never", "must", "shall",
    "can", "cannot", "should", "agree", "we", "in", "on", "at", "as", "the", "an", "our", "your",
    "their", "into", "under", "between", "im", "auf", "bei", "zum", "zur", "zu", "mit", "von",
    "für", "und", "oder", "wenn", "dass", "durch", "folgende", "folgenden", "folgendes", "wir",
    "können", "dürfen", "werden", "müssen", "nicht", "de", "avec", "et", "ou", "que", "pour",
    "par", "pas", "les", "des", "aux", "sont", "suivants", "suivantes", "pouvons", "con", "para",
    "por", "los", "las", "siguientes", "podemos", "seguintes", "di", "che", "per", "da", "seguenti",
    "possiamo", "van", "en", "voor", "door", "dat", "aan", "volgende", "wij", "kunnen", "mogen",
    "lub", "oraz", "dla", "że", "przez", "następujące", "ve", "veya", "ile", "için", "и",
    "или", "для", "что", "не", "мы", "можем", "следующие",
];

/// Parts of words that the title of a policy contains.
#[rustfmt::skip]
const POLICY_TITLES: &[&str] = &[
    "terms", "policy", "policies", "notice", "conditions", "agreement", "statement", "privacy",
    "datenschutz", "nutzungsbedingungen", "geschäftsbedingungen", "richtlinie", "vereinbarung",
    "politique", "confidentialité", "mentions légales", "charte", "términos", "condiciones",
    "política", "aviso", "privacidad", "termos", "condições", "privacidade", "termini",
    "condizioni", "informativa", "voorwaarden", "beleid", "verklaring", "regulamin", "polityka",
    "warunki", "koşulları", "şartları", "politikası", "sözleşmesi", "aydınlatma metni",
    "политика", "условия", "соглашение", "правила", "政策",
    "条款", "條款", "协议", "協議", "声明", "聲明", "規約", "ポリシー", "方針",
    "約款", "약관", "방침", "정책",
];

/// Words before the number of a section.
#[rustfmt::skip]
const SECTION_WORDS: &[&str] = &[
    "article", "section", "part", "annex", "appendix", "chapter", "clause", "schedule", "exhibit",
    "artikel", "abschnitt", "teil", "anhang", "kapitel", "ziffer", "anlage", "partie", "annexe",
    "chapitre", "artículo", "sección", "parte", "anexo", "capítulo", "artigo", "seção",
    "articolo", "sezione", "allegato", "capitolo", "deel", "bijlage", "hoofdstuk", "artykuł",
    "rozdział", "część", "załącznik", "madde", "bölüm", "ek", "статья",
    "раздел", "часть", "глава", "приложение", "пункт", "art", "§",
    "§§",
];

/// Whether a text, in small letters, points at a list that follows.
pub(crate) fn announces(lower: &str) -> bool {
    ANNOUNCING.iter().any(|word| lower.contains(word))
}

/// Whether a text, in small letters, has a word such as "these".
pub(crate) fn points(lower: &str) -> bool {
    words(lower).any(|word| POINTING.contains(&word))
}

/// Whether a sentence continues after this word, which is in small letters.
pub(crate) fn is_open_word(word: &str) -> bool {
    OPEN_WORDS.contains(&word)
}

/// Whether a line, in small letters, has a word that the title of a policy has.
pub(crate) fn names_policy(lower: &str) -> bool {
    POLICY_TITLES.iter().any(|word| lower.contains(word))
}

/// Whether a line begins with the name and number of a section: `Article 5`, `§ 2`, `Annex II`,
/// `Part A`, `第五条`, `제5조`.
pub(crate) fn begins_with_section(text: &str) -> bool {
    if let Some(rest) = text.strip_prefix(['第', '제']) {
        let number = rest.trim_start_matches(is_numeral);
        return number.len() < rest.len()
            && number.starts_with(['条', '條', '章', '节', '節', '조', '장']);
    }
    let (word, rest) = match text.strip_prefix('§') {
        Some(rest) => ("§", rest.trim_start_matches('§')),
        None => text.split_once([' ', '\u{A0}']).unwrap_or((text, "")),
    };
    let word = word.trim_end_matches('.').to_lowercase();
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '.').unwrap_or(rest.len());
    let number = rest[..end].trim_end_matches('.');
    SECTION_WORDS.contains(&word.as_str()) && is_section_number(number)
}

/// Whether a word is the number of a section: `5`, `5.1`, `1B`, `II`, `A`.
fn is_section_number(word: &str) -> bool {
    let bytes = word.as_bytes();
    match bytes {
        [] => false,
        [letter] if letter.is_ascii_uppercase() => true,
        [first, ..] if first.is_ascii_digit() => word.len() <= 8,
        _ => bytes.iter().all(|byte| b"IVXLC".contains(byte)),
    }
}

/// Other words before the number of a part of a text. A line that begins with one may be a
/// sentence.
#[rustfmt::skip]
const DIVISIONS: &[&str] = &[
    "guideline", "principle", "rule", "step", "question", "option", "scenario", "paragraph",
    "title", "module", "regel", "grundsatz", "frage", "schritt", "absatz", "punkt", "titel",
    "principe", "règle", "étape", "titre", "alinéa", "regla", "paso", "título", "punto",
    "regra", "passo", "regola", "titolo", "stap", "vraag", "zasada", "krok", "kural", "adım",
    "правило", "шаг", "no", "nr", "n", "điều", "pasal",
    "άρθρο", "článek", "čl", "článok", "cikk", "cláusula", "cl", "第", "제",
];

/// Whether a word, in small letters, names a part of a text that has a number: `article`, `step`.
pub(crate) fn names_division(word: &str) -> bool {
    SECTION_WORDS.contains(&word) || DIVISIONS.contains(&word)
}

/// Whether a character is a digit, or a numeral of Chinese and Japanese.
fn is_numeral(c: char) -> bool {
    c.is_numeric() || "一二三四五六七八九十百零〇".contains(c)
}

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_a_name_and_a_number() {
        for line in [
            "Article 5 - Price",
            "§ 2 Haftung",
            "§5",
            "Art. 3 Dane",
            "Annex II: Transfer",
            "Part A: Us",
            "第五条 责任",
            "제5조 (목적)",
            "Статья 4. Права",
            "Madde 7",
            "Artículo 12.1 Pagos",
            "ANNEX 1B",
        ] {
            assert!(begins_with_section(line), "{line}");
        }
        for line in [
            "Part of it",
            "Articles",
            "5 Article",
            "Article",
            "Section about you",
            "第一",
            "Art in 5",
        ] {
            assert!(!begins_with_section(line), "{line}");
        }
    }

    #[test]
    fn languages_announce_lists() {
        for line in [
            "on the following",
            "die folgenden daten",
            "ces cas ci-dessous",
            "以下信息",
            "다음 정보",
        ] {
            assert!(announces(line), "{line}");
        }
        assert!(points("ces droits") && !points("we sell it"));
    }
}
