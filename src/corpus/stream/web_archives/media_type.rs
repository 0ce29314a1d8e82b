//! Reads the field `Content-Type`: what a body is, and in which encoding it is declared to be.

use encoding_rs::{Encoding, UTF_8};

/// What a server says that a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyKind {
    /// A page.
    Page,
    /// Plain text, or nothing is said.
    Text,
    /// Neither.
    Other,
}

/// The content of the field.
#[derive(Debug, Clone, Copy)]
pub(super) struct MediaType {
    /// What the body is.
    pub kind: BodyKind,
    /// The declared encoding, if it is not UTF-8. Many servers declare UTF-8 for whatever they
    /// send, so that the declaration of the page itself says more.
    pub encoding: Option<&'static Encoding>,
}

impl MediaType {
    /// Reads the field; `None` if the header lacks it, as in the first years of the web.
    pub fn parse(field: Option<&str>) -> Self {
        let mut parts = field.unwrap_or_default().split(';').map(str::trim);
        let kind = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "text/html" | "application/xhtml+xml" => BodyKind::Page,
            "" | "text/plain" | "text/markdown" | "text/x-markdown" => BodyKind::Text,
            _ => BodyKind::Other,
        };
        let encoding = parts.find_map(charset).filter(|encoding| *encoding != UTF_8);
        Self { kind, encoding }
    }
}

/// The encoding in a parameter such as `charset="iso-8859-1"`.
fn charset(parameter: &str) -> Option<&'static Encoding> {
    let (name, value) = parameter.split_once('=')?;
    let label = value.trim().trim_matches(['"', '\'']);
    name.trim().eq_ignore_ascii_case("charset").then(|| Encoding::for_label(label.as_bytes()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read() {
        for (field, kind, encoding) in [
            (Some("text/html"), BodyKind::Page, None),
            (Some("Text/HTML; charset=ISO-8859-1"), BodyKind::Page, Some("windows-1252")),
            (Some("text/html;q=1;Charset=\"koi8-r\""), BodyKind::Page, Some("KOI8-R")),
            (Some("text/plain; charset=utf-8"), BodyKind::Text, None),
            (Some("text/plain; charset=none"), BodyKind::Text, None),
            (Some("image/png"), BodyKind::Other, None),
            (None, BodyKind::Text, None),
        ] {
            let media = MediaType::parse(field);
            assert_eq!((media.kind, media.encoding.map(Encoding::name)), (kind, encoding));
        }
    }
}
