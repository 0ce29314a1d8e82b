//! Normalises link targets to the form in which they are stored and searched.

use std::borrow::Cow;

/// The size of the longest target, in bytes. A longer one is data in the form of an address. A link
/// that continues over many lines is stored with each of them.
const MAX_BYTES: usize = 2000;

/// The host and path of a link target, without scheme, query, fragment and the stamp of a web
/// archive. The host is in lower case. A mail address is kept as an address.
///
/// Returns `None` if nothing is left, as of an empty link or a link within the page, or if it is
/// too long for an address.
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
        _ => &original[..],
    };
    let bare = after_scheme.trim_start_matches('/');
    let end = bare.find(['?', '#']).unwrap_or(bare.len());
    let bare = bare[..end].trim_end_matches('/');
    if bare.is_empty() || bare.len() > MAX_BYTES {
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

/// The address that an address of a web archive leads to, percent-decoded once for each archive.
/// Other addresses are returned as they are.
fn strip_archive(raw: &str) -> Cow<'_, str> {
    /// An archive may have archived another one. More than a few would be an attack.
    const MAX_ARCHIVES: usize = 4;
    let mut address = Cow::Borrowed(raw);
    for _ in 0..MAX_ARCHIVES {
        let Some(inside) = archived_address(&address) else { break };
        address = Cow::Owned(inside);
    }
    address
}

/// The address inside `https://web.archive.org/web/STAMP/ADDRESS`. The pages of the archive also
/// link to `/web/STAMP/ADDRESS`; since other sites may have such paths, the address must be a whole
/// one then.
fn archived_address(raw: &str) -> Option<String> {
    const HOSTS: [&str; 4] =
        ["web.archive.org", "web-beta.archive.org", "wayback.archive.org", "archive.org"];
    let start = &raw.as_bytes()[..raw.len().min(MAX_BEFORE_PATH + "/web/".len())];
    let path = start.windows("/web/".len()).position(|part| part == b"/web/")?;
    let (before, rest) = (&raw[..path], &raw[path + "/web/".len()..]);
    let (stamp, address) = rest.split_once('/')?;
    let address = percent_decode(address);
    let host = before.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let host = host.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches(':');
    let host = host.strip_prefix("www.").unwrap_or(host);
    let is_archive = HOSTS.contains(&host) || before.is_empty() && is_whole_address(&address);
    (is_archive && is_stamp(stamp)).then_some(address)
}

/// The most bytes before the path in an address of an archive.
const MAX_BEFORE_PATH: usize = 40;

/// Whether a part of a path is the stamp of an archive: up to 14 digits, and a mark such as `id_`.
fn is_stamp(text: &str) -> bool {
    let mark = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - mark.len();
    let is_mark = mark.strip_suffix('_').is_some_and(|mark| {
        (2..=3).contains(&mark.len()) && mark.bytes().all(|byte| byte.is_ascii_lowercase())
    });
    (1..=14).contains(&digits) && (mark.is_empty() || mark == "*" || is_mark)
}

/// Whether an address names its scheme or host, so that it does not continue a path.
fn is_whole_address(address: &str) -> bool {
    const SCHEMES: [&str; 6] = ["http", "https", "ftp", "mailto", "tel", "javascript"];
    let is_known = |scheme: &str| SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    address.starts_with("www.")
        || address.split_once(':').is_some_and(|(scheme, _)| is_known(scheme))
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
            ("/web/20200102030405/https://acme.example/x?y#z", Some("acme.example/x")),
            ("/web/20200102030405id_/https%3A//Acme.example/x", Some("acme.example/x")),
            ("/web/2020/http:/acme.example/", Some("acme.example")),
            ("/web/20200102/www.acme.example/x", Some("www.acme.example/x")),
            ("/web/20200102030405/mailto:a@b.example", Some("a@b.example")),
            ("/web/20200102030405/javascript:void(0)", None),
            ("//web.archive.org/web/2020im_/http://a.example/b.png", Some("a.example/b.png")),
            ("HTTPS://WEB.archive.org:443/web/2020*/http://a.example", Some("a.example")),
            ("http://web.archive.org:80/web/20010203040506/a.example/b", Some("a.example/b")),
            ("http://www.archive.org/web/20010203040506/a.example/b", Some("a.example/b")),
            (
                "/web/20200101000000/https://web.archive.org/web/20190101000000/http://a.example/b",
                Some("a.example/b"),
            ),
            ("/web/2020/report.html", Some("web/2020/report.html")),
            ("/web/report/https://a.example", Some("web/report/https://a.example")),
            (
                "/web/20200102030405678/http://a.example",
                Some("web/20200102030405678/http://a.example"),
            ),
            ("/web/20200102030405/", Some("web/20200102030405")),
            (
                "https://a.example/web/2020/http://b.example",
                Some("a.example/web/2020/http://b.example"),
            ),
            ("https://web.archive.org/web/", Some("web.archive.org/web")),
            ("https://web.archive.org/web/about/x", Some("web.archive.org/web/about/x")),
            ("a.example:8080/x", Some("a.example:8080/x")),
            ("", None),
            ("https://", None),
            ("javascript:void(0)", None),
            ("mailto: a@b.example", Some("a@b.example")),
        ];
        for (raw, expected) in cases {
            assert_eq!(link_target(raw).as_deref(), expected, "{raw}");
        }
        assert_eq!(link_target(&format!("data:text/plain,{}", "a".repeat(MAX_BYTES))), None);
        let query = format!("https://a.example/b?{}", "c".repeat(MAX_BYTES));
        assert_eq!(link_target(&query).as_deref(), Some("a.example/b"));
    }
}
