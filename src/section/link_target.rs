//! Normalises link targets to the form in which they are stored and searched.

/// The host and path of a link target, without scheme, query, fragment and the stamp of a web
/// archive. The host is in lower case. A mail address is kept as an address.
///
/// Returns `None` if nothing is left, as of an empty link or a link within the page.
///
/// ```
/// use fineprint::section::link_target;
/// let archived = "https://web.archive.org/web/20040412001530id_/http%3A//Bank.example/out?x=1";
/// assert_eq!(link_target(archived).as_deref(), Some("bank.example/out"));
/// let mail = "mailto:privacy@bank.example?subject=x";
/// assert_eq!(link_target(mail).as_deref(), Some("privacy@bank.example"));
/// assert_eq!(link_target("#top"), None);
/// ```
pub fn link_target(raw: &str) -> Option<String> {
    let original = strip_archive(raw.trim());
    let after_scheme = match original.split_once(':') {
        // A script leads nowhere.
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("javascript") => return None,
        Some((scheme, rest)) if is_scheme(scheme) => rest.trim_start(),
        _ => &original,
    };
    let bare = after_scheme.trim_start_matches('/');
    let end = bare.find(['?', '#']).unwrap_or(bare.len());
    let bare = bare[..end].trim_end_matches('/');
    if bare.is_empty() {
        return None;
    }
    let host_end = bare.find('/').unwrap_or(bare.len());
    Some(format!("{}{}", bare[..host_end].to_lowercase(), &bare[host_end..]))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && !text.contains('.')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'-')
}

/// The archived address inside `web.archive.org/web/<stamp>/<address>`, percent-decoded once. Other
/// addresses are returned as they are.
fn strip_archive(raw: &str) -> String {
    let archived =
        ["https://web.archive.org/web/", "http://web.archive.org/web/", "//web.archive.org/web/"]
            .iter()
            .find_map(|prefix| raw.strip_prefix(prefix))
            .and_then(|rest| rest.split_once('/'))
            .filter(|(stamp, _)| stamp.starts_with(|c: char| c.is_ascii_digit()));
    match archived {
        Some((_, address)) => percent_decode(address),
        None => raw.to_owned(),
    }
}

/// Replaces each `%XX` by its byte, once. Bytes that are not UTF-8 then become U+FFFD.
fn percent_decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_schemes_and_queries_are_removed() {
        let cases = [
            ("http://a.example/", Some("a.example")),
            ("//A.example/Path/x_(y)#z", Some("a.example/Path/x_(y)")),
            ("https://web.archive.org/terms.cfm", Some("web.archive.org/terms.cfm")),
            (
                "https://web.archive.org/web/20180101000000id_/https%3A//a.example/b%2520c",
                Some("a.example/b%20c"),
            ),
            ("/privacy.html", Some("privacy.html")),
            ("a.example:8080/x", Some("a.example:8080/x")),
            ("", None),
            ("https://", None),
            ("javascript:void(0)", None),
            ("mailto: a@b.example", Some("a@b.example")),
        ];
        for (raw, expected) in cases {
            assert_eq!(link_target(raw).as_deref(), expected, "{raw}");
        }
    }
}
