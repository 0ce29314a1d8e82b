//! Reads addresses of pages: the company that they name, and their path for patterns.

use std::net::{Ipv4Addr, Ipv6Addr};

use idna::AsciiDenyList;
use idna::uts46::{Hyphens, Uts46};

/// The address of a page on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageAddress {
    /// The host without its port, in one spelling: in lower case, with letters in place of
    /// punycode, and numbers as they are written shortest.
    host: String,
    /// The path, decoded, without a slash at its ends.
    path: String,
}

impl PageAddress {
    /// Reads an address. Returns `None` if it is not one of HTTP.
    pub fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return None;
        }
        let (authority, rest) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        let host = authority.rsplit('@').next().unwrap_or(authority);
        let host = one_spelling(without_port(host));
        let path = rest.split(['?', '#']).next().unwrap_or(rest).trim_matches('/');
        let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
        (!host.is_empty()).then_some(Self { host, path })
    }

    /// The company that owns the host: its registrable domain by the public suffix list. Numbers,
    /// and hosts that have no such domain, are companies as they are.
    pub fn company(&self) -> &str {
        let is_number = self.host.parse::<Ipv4Addr>().is_ok() || self.host.starts_with('[');
        let domain = if is_number { None } else { psl::domain_str(&self.host) };
        domain.unwrap_or(&self.host)
    }

    /// Host and path, as patterns of paths match them: `www.acme.example/legal/privacy`.
    pub fn pattern_path(&self) -> String {
        if self.path.is_empty() {
            self.host.clone()
        } else {
            format!("{}/{}", self.host, self.path)
        }
    }
}

/// The spelling by which a host is known, however an address writes it. A host that is not valid
/// when it is decoded keeps the spelling of the address: a decoded slash would begin a path.
fn one_spelling(host: &str) -> String {
    let number = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(Ok(number)) = number.map(str::parse::<Ipv6Addr>) {
        return format!("[{number}]");
    }
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(host).collect();
    let host = match Uts46::new().to_unicode(&decoded, AsciiDenyList::URL, Hyphens::Allow) {
        (name, Ok(())) => name.into_owned(),
        _ => host.to_lowercase(),
    };
    host.trim_end_matches('.').to_owned()
}

/// The host without the port after it. Colons within brackets belong to the host.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((before, port)) if !port.contains(']') => before,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_read(url: &str, company: &str, path: &str) {
        let address = PageAddress::parse(url).unwrap();
        assert_eq!((address.company(), address.pattern_path().as_str()), (company, path), "{url}");
    }

    #[test]
    fn hosts_that_are_not_valid_keep_their_spelling() {
        for (host, company, kept) in [
            ("a.%2Fb.Example", "%2fb.example", "a.%2fb.example"),
            ("a%2Eb.%3Fc.example", "%3fc.example", "a%2eb.%3fc.example"),
            ("a%23b.example", "a%23b.example", "a%23b.example"),
            ("a%40b.example", "a%40b.example", "a%40b.example"),
            ("a%3A80.example", "a%3a80.example", "a%3a80.example"),
            ("a%5Cb.example", "a%5cb.example", "a%5cb.example"),
            ("a%20b.example", "a%20b.example", "a%20b.example"),
            ("a%0Ab.example", "a%0ab.example", "a%0ab.example"),
            ("a%00b.example", "a%00b.example", "a%00b.example"),
            ("a%FFb.example", "a%ffb.example", "a%ffb.example"),
            ("a%252Fb.example", "a%252fb.example", "a%252fb.example"),
            ("a%EF%BC%8Fb.example", "a%ef%bc%8fb.example", "a%ef%bc%8fb.example"),
            ("a b.Example", "a b.example", "a b.example"),
            ("%41cme.example", "acme.example", "acme.example"),
            ("www%2Eacme.example", "acme.example", "www.acme.example"),
        ] {
            assert_read(&format!("http://{host}/p"), company, &format!("{kept}/p"));
        }
    }

    #[test]
    fn addresses_name_companies_and_paths() {
        for (url, company, path) in [
            ("http://acme.example", "acme.example", "acme.example"),
            ("https://WWW.Acme.Example:443/Legal/", "acme.example", "www.acme.example/Legal"),
            ("http://shop.acme.co.uk/a%20b?c=/d#e", "acme.co.uk", "shop.acme.co.uk/a b"),
            ("http://user:word@acme.com./x", "acme.com", "acme.com/x"),
            ("http://acme.github.io/privacy", "acme.github.io", "acme.github.io/privacy"),
            ("http://github.io/", "github.io", "github.io"),
            ("http://192.0.2.7:8080/p", "192.0.2.7", "192.0.2.7/p"),
            ("http://[2001:db8::1]:80/p", "[2001:db8::1]", "[2001:db8::1]/p"),
            ("http://localhost?x", "localhost", "localhost"),
            ("http://Ünder.example/ü", "ünder.example", "ünder.example/ü"),
            ("http://B\u{fc}cher.example./", "b\u{fc}cher.example", "b\u{fc}cher.example"),
            ("http://Bu\u{308}cher.example/", "b\u{fc}cher.example", "b\u{fc}cher.example"),
            ("http://b%C3%BCcher.example/", "b\u{fc}cher.example", "b\u{fc}cher.example"),
            ("http://XN--BCHER-KVA.example/", "b\u{fc}cher.example", "b\u{fc}cher.example"),
            ("http://xn--bcher-kva.example:80/", "b\u{fc}cher.example", "b\u{fc}cher.example"),
            ("http://a.xn--85x722f.xn--55qx5d.cn/", "食狮.公司.cn", "a.食狮.公司.cn"),
            ("http://a.食狮。公司.cn/", "食狮.公司.cn", "a.食狮.公司.cn"),
            ("http://straße.example/", "straße.example", "straße.example"),
            ("http://my_host.acme.example/", "acme.example", "my_host.acme.example"),
            ("http://xn--a.example/", "xn--a.example", "xn--a.example"),
            ("http://user@www.Acme.example.:80/", "acme.example", "www.acme.example"),
            ("http://co.uk/", "co.uk", "co.uk"),
            ("http://WWW.github.io/", "www.github.io", "www.github.io"),
            ("http://[2001:0DB8:0::1]/", "[2001:db8::1]", "[2001:db8::1]"),
            ("http://[::ffff:192.0.2.7]/", "[::ffff:192.0.2.7]", "[::ffff:192.0.2.7]"),
            ("http://a.localhost:8080/", "a.localhost", "a.localhost"),
        ] {
            assert_read(url, company, path);
        }
        for url in ["", "dns:acme.example", "urn:text:http://acme.example", "ftp://a.b/", "http://"]
        {
            assert_eq!(PageAddress::parse(url), None, "{url}");
        }
    }
}
