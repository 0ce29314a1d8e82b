//! Decodes bytes to text: as they are declared, as UTF-8, or in the encoding that they seem to
//! have.
//!
//! The encoding of bytes that declare none and are not UTF-8 is left to chardetng, the detector of
//! a browser. A few wrong bytes do not make another encoding of a text: if it has at least as many
//! letters in UTF-8 as wrong bytes (ten times as many if it declares another encoding), the wrong
//! bytes become U+FFFD.

use std::string::FromUtf8Error;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The size of the text from which an encoding is detected, in bytes. More makes the result no
/// better.
const SAMPLE_BYTES: usize = 1 << 20;

/// The number of UTF-8 letters for one wrong byte from which a text is UTF-8 although it declares
/// another encoding.
const LETTERS_PER_WRONG_BYTE: usize = 10;

/// The byte with which texts in ISO-2022-JP switch between their sets of characters.
const ESCAPE: u8 = 0x1B;

/// Decodes bytes. `declared` finds the encoding that they declare, if it is not UTF-8. Returns the
/// text, and whether the bytes were not UTF-8.
pub(super) fn decode(
    mut bytes: Vec<u8>,
    declared: impl Fn(&[u8]) -> Option<&'static Encoding>,
) -> (String, bool) {
    if let Some((encoding, mark)) = unicode_mark(&bytes) {
        if encoding != UTF_8 {
            return (encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned(), false);
        }
        bytes.drain(..mark);
    }
    // Text in an encoding of ASCII bytes, such as ISO-2022-JP, is always valid UTF-8.
    if memchr::memchr(ESCAPE, &bytes).is_some()
        && let Some(encoding) = declared(&bytes).filter(|found| !found.is_ascii_compatible())
    {
        return (encoding.decode_without_bom_handling(&bytes).0.into_owned(), true);
    }
    match String::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) => (decode_other(error.as_bytes(), declared(error.as_bytes())), true),
    }
}

/// Decodes the rows of a table or the lines of a file alike, as far as they agree.
///
/// A row is read as UTF-8 if it is UTF-8, or nearly. All other rows are read in the one encoding
/// that they have together: a short row alone says little.
#[derive(Default)]
pub(super) struct RowDecoder {
    evidence: Utf8Share,
    /// The encoding of the rows that are not UTF-8, once there are any.
    other: Option<&'static Encoding>,
}

impl RowDecoder {
    /// Takes rows as evidence.
    pub fn learn<'r>(&mut self, rows: impl Iterator<Item = &'r [u8]>) {
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
        let mut has_others = false;
        for row in rows {
            let share = Utf8Share::of(row);
            self.evidence.letters += share.letters;
            self.evidence.wrong += share.wrong;
            if share.wrong > share.letters {
                has_others = true;
                detector.feed(row, false);
                detector.feed(b"\n", false);
            }
        }
        if has_others {
            detector.feed(b"", true);
            self.other.get_or_insert(detector.guess(None, Utf8Detection::Deny));
        }
    }

    /// The row as UTF-8, if it is UTF-8 and no row so far says that it may be something else.
    /// Otherwise returns its bytes.
    pub fn as_utf_8(&self, row: Vec<u8>) -> Result<String, Vec<u8>> {
        let is_known = self.evidence.letters + self.evidence.wrong > 0;
        if self.other.is_some() || !is_known && !row.is_ascii() {
            return Err(row);
        }
        String::from_utf8(row).map_err(FromUtf8Error::into_bytes)
    }

    /// Whether the row cannot be decoded well before more rows are known.
    pub fn needs_evidence(&self, row: &[u8]) -> bool {
        if self.other.is_some() || row.is_ascii() {
            return false;
        }
        if self.evidence.letters + self.evidence.wrong == 0 {
            return true;
        }
        let share = Utf8Share::of(row);
        share.wrong > share.letters
    }

    /// Decodes a row. Returns the text, and whether the bytes were not UTF-8.
    pub fn decode(&self, row: Vec<u8>) -> (String, bool) {
        let other = self.other.filter(|other| !self.is_utf_8(Utf8Share::of(&row), other));
        if let Some(other) = other {
            return (other.decode_without_bom_handling(&row).0.into_owned(), true);
        }
        match String::from_utf8(row) {
            Ok(text) => (text, false),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
        }
    }

    /// Whether a row is read as UTF-8 among rows in another encoding.
    fn is_utf_8(&self, row: Utf8Share, other: &'static Encoding) -> bool {
        /// So many letters of two or more bytes are never UTF-8 by chance.
        const CERTAIN_LETTERS: usize = 8;
        let Utf8Share { letters, wrong } = self.evidence;
        if letters >= wrong {
            // Among rows in UTF-8, one wrong byte says nothing: it may be half a letter.
            let is_stray = row.wrong == 1 && letters >= wrong * LETTERS_PER_WRONG_BYTE;
            return row.letters >= row.wrong || is_stray;
        }
        row.wrong == 0
            && (row.letters == 0 || other.is_single_byte() || row.letters >= CERTAIN_LETTERS)
    }
}

/// Decodes bytes that are not UTF-8.
fn decode_other(bytes: &[u8], declared: Option<&'static Encoding>) -> String {
    let share = Utf8Share::of(bytes);
    let letters_per_wrong_byte = declared.map_or(1, |_| LETTERS_PER_WRONG_BYTE);
    if share.letters > 0 && share.letters >= share.wrong * letters_per_wrong_byte {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let encoding = declared.unwrap_or_else(|| detected(bytes));
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// The encoding that bytes seem to have.
fn detected(bytes: &[u8]) -> &'static Encoding {
    // The letters of a long text may begin late.
    let first = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(0);
    let start = first.saturating_sub(SAMPLE_BYTES / 2);
    let sample = &bytes[start..bytes.len().min(start + SAMPLE_BYTES)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// The Unicode encoding that the first bytes show, and the size of their byte order mark. Pages in
/// UTF-16 without a mark are known by their first sign.
fn unicode_mark(bytes: &[u8]) -> Option<(&'static Encoding, usize)> {
    Encoding::for_bom(bytes).or(match bytes {
        [b'<', 0, b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', 0, ..] => Some((UTF_16LE, 0)),
        [0, b'<', 0, b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..] => Some((UTF_16BE, 0)),
        _ => None,
    })
}

/// Whether bytes begin as UTF-16 does.
pub(super) fn is_utf_16(bytes: &[u8]) -> bool {
    unicode_mark(bytes).is_some_and(|(encoding, _)| encoding != UTF_8)
}

/// The encoding UTF-16 that the first bytes of a table or of JSON show: by a byte order mark, or by
/// ASCII characters of two bytes each.
pub(super) fn utf_16_of_rows(head: &[u8]) -> Option<&'static Encoding> {
    /// So many ASCII characters in a row are no accident.
    const CERTAIN_CHARS: usize = 4;
    if let Some((encoding, _)) = unicode_mark(head) {
        return (encoding != UTF_8).then_some(encoding);
    }
    let pairs: Vec<&[u8]> = head.chunks_exact(2).take(CERTAIN_CHARS).collect();
    let is_plain = |at: usize| {
        pairs.len() == CERTAIN_CHARS
            && pairs.iter().all(|pair| pair[1 - at] == 0 && matches!(pair[at], b'\t'..=b'~'))
    };
    if is_plain(0) { Some(UTF_16LE) } else { is_plain(1).then_some(UTF_16BE) }
}

/// How much of some bytes is UTF-8.
#[derive(Debug, Clone, Copy, Default)]
struct Utf8Share {
    /// The number of letters outside of ASCII.
    letters: usize,
    /// The number of sequences that are not UTF-8.
    wrong: usize,
}

impl Utf8Share {
    fn of(bytes: &[u8]) -> Self {
        let mut share = Self::default();
        for chunk in bytes.utf8_chunks() {
            share.letters += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
            share.wrong += usize::from(!chunk.invalid().is_empty());
        }
        share
    }
}

/// Whether less of the bytes is UTF-8 than not, and more than one in 40 is a control character that
/// no text contains.
pub(super) fn is_binary(bytes: &[u8]) -> bool {
    /// One of so many bytes may be a control character. Of random bytes, one in ten is one.
    const BYTES_PER_CONTROL: usize = 40;
    // Without branches, and with counts that fit into a byte, the compiler counts many bytes at
    // once.
    let is_control = |b: u8| (b < b' ') & (b.wrapping_sub(b'\t') > 4) & (b != 0x1B) | (b == 0x7F);
    let parts = bytes.chunks(usize::from(u8::MAX));
    let in_part = |part: &[u8]| part.iter().map(|&byte| u8::from(is_control(byte))).sum::<u8>();
    let controls: usize = parts.map(|part| usize::from(in_part(part))).sum();
    if controls * BYTES_PER_CONTROL <= bytes.len() {
        return false;
    }
    let share = Utf8Share::of(bytes);
    share.wrong > share.letters
}

#[cfg(test)]
mod tests {
    use encoding_rs::{EUC_KR, GBK, KOI8_R, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252};

    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes.to_vec(), |_| None).0
    }

    #[test]
    fn every_byte_sequence_is_text() {
        for bytes in [&b""[..], b"\xff", b"\xFF\xFEa", b"<\0!\0a", &[0x80; 100]] {
            text(bytes);
        }
        assert_eq!(decode("\u{FEFF}é".into(), |_| None), ("é".to_owned(), false));
        assert_eq!(decode(b"\xFF\xFEa\0".to_vec(), |_| None), ("a".to_owned(), false));
        assert_eq!(decode(b"\0<\0p\0>".to_vec(), |_| None), ("<p>".to_owned(), false));
    }

    #[test]
    fn wrong_bytes_make_no_other_encoding() {
        assert_eq!(text("Wir verkaufen keine persönlichen Daten. ".as_bytes()).len(), 41);
        let stray = ["persönlichen Daten, caf".as_bytes(), &b"\xe9 und mehr"[..]].concat();
        assert_eq!(text(&stray), "persönlichen Daten, caf\u{FFFD} und mehr");
        let cut = &"Wir verkaufen keine persönlichen Daten, ä".as_bytes()[..41];
        assert!(text(cut).starts_with("Wir verkaufen keine persönlichen Daten, "));
    }

    #[test]
    fn encodings_are_detected() {
        let russian = "Мы не продаём ваши личные данные третьим лицам и не передаём их никому.";
        let chinese = "我们不会出售您的个人信息，也不会与第三方共享您的个人信息。";
        let japanese = "当社はお客様の個人情報を販売しません。第三者にも提供しません。";
        let korean = "우리는 귀하의 개인정보를 판매하지 않으며 제삼자에게 제공하지 않습니다.";
        let french = "Nous gardons vos données privées, et nous ne les vendons à personne.";
        for (encoding, expected) in [
            (WINDOWS_1251, russian),
            (KOI8_R, russian),
            (GBK, chinese),
            (SHIFT_JIS, japanese),
            (EUC_KR, korean),
            (WINDOWS_1252, french),
        ] {
            let bytes = encoding.encode(expected).0.into_owned();
            assert_eq!(decode(bytes, |_| None), (expected.to_owned(), true), "{}", encoding.name());
        }
        assert_eq!(text(b"Soci\xe9t\xe9"), "Société");
        assert_eq!(text(b"caf\xe9"), "café");
        assert_eq!(text(b"We \x93sell\x94 it"), "We “sell” it");
    }

    #[test]
    fn rows_are_decoded_alike() {
        let decoded = |rows: &[&[u8]]| {
            let mut decoder = RowDecoder::default();
            decoder.learn(rows.iter().copied());
            let texts = rows.iter().map(|row| decoder.decode(row.to_vec()));
            texts
                .map(|(text, is_recoded)| format!("{text}{}", ["", "*"][usize::from(is_recoded)]))
                .collect::<Vec<_>>()
        };
        let russian = "Мы не продаём ваши личные данные третьим лицам и не передаём их никому.";
        let russian = WINDOWS_1251.encode(russian).0.into_owned();
        // Alone, the short row seems to be in another encoding.
        let short = WINDOWS_1251.encode("Да").0.into_owned();
        assert_eq!(decoded(&[&short, b"We sell", &russian])[..2], ["Да*", "We sell"]);
        // Two of these bytes are a letter of UTF-8 by chance.
        let chinese = GBK.encode("我们不会出售您的个人信息，也不会与第三方共享您的个人信息。").0;
        assert_eq!(decoded(&[b"\xc4\xa3", &chinese])[0], "模*");
        let mixed = decoded(&["données privées".as_bytes(), b"donn\xe9es", b"caf\xe9 \xc3\xa9"]);
        assert_eq!(mixed, ["données privées", "données*", "caf\u{FFFD} é*"]);
        let long = "é".repeat(60);
        let mixed = decoded(&[long.as_bytes(), b"pers\xc3", b"donn\xe9es priv\xe9es"]);
        assert_eq!(mixed[1..], ["pers\u{FFFD}*", "données privées*"]);
        let mixed = decoded(&["é".as_bytes(), b"donn\xe9es priv\xe9es"]);
        assert_eq!(mixed, ["é", "données privées*"]);
    }

    #[test]
    fn utf_16_needs_no_mark_in_rows() {
        for (text, expected) in [
            (&b"c\0o\0m\0p\0"[..], Some(UTF_16LE)),
            (b"\0[\0\n\0{\0\"", Some(UTF_16BE)),
            (b"\xFE\xFF\0a", Some(UTF_16BE)),
            (b"\xEF\xBB\xBFabcd", None),
            (b"company,date", None),
            (b"P\0K\0\x03\0\x04\0", None),
            (b"a\0", None),
        ] {
            assert_eq!(utf_16_of_rows(text), expected, "{text:?}");
        }
    }

    #[test]
    fn declared_encodings_decide() {
        let polish = b"Nie sprzedajemy \xb3adnie".to_vec();
        assert_eq!(
            decode(polish, |_| Encoding::for_label(b"iso-8859-2")).0,
            "Nie sprzedajemy ładnie"
        );
        let japanese = b"\x1b$B8D\x1b(B".to_vec();
        assert_eq!(decode(japanese, |_| Encoding::for_label(b"iso-2022-jp")).0, "個");
        let utf_8 = "é".as_bytes().to_vec();
        assert_eq!(decode(utf_8, |_| Encoding::for_label(b"iso-8859-2")).0, "é", "it is UTF-8");
    }

    #[test]
    fn binary_data_is_told_from_text() {
        let random: Vec<u8> =
            (0..2000_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let random: Vec<u8> = random.into_iter().filter(|byte| *byte != 0).collect();
        assert!(is_binary(&random));
        for text in ["We \u{1b}[31msell\u{1}\u{2}", "é\u{1}\u{2}", "We sell", ""] {
            assert!(!is_binary(text.as_bytes()), "{text}");
        }
        assert!(!is_binary(&WINDOWS_1251.encode("Мы не продаём ваши данные").0));
    }
}
