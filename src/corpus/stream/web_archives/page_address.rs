//! Reads addresses of pages: the company that they name, and their path for patterns.

use std::net::{Ipv4Addr, Ipv6Addr};

/// The address of a page on the web.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PageAddress {
    /// The host in lower case, without its port.
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
        let host = without_port(host).trim_end_matches('.').to_lowercase();
        let path = rest.split(['?', '#']).next().unwrap_or(rest).trim_matches('/');
        let path = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
        (!host.is_empty()).then_some(Self { host, path })
    }

    /// The company that owns the host: its registrable domain by the public suffix list. Numbers,
    /// and hosts that have no such domain, are companies as they are.
    pub fn company(&self) -> &str {
        let is_number = self.host.parse::<Ipv4Addr>().is_ok()
            || self.host.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok();
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
        ] {
            let address = PageAddress::parse(url).unwrap();
            assert_eq!((address.company(), address.pattern_path().as_str()), (company, path));
        }
        for url in ["", "dns:acme.example", "urn:text:http://acme.example", "ftp://a.b/", "http://"]
        {
            assert_eq!(PageAddress::parse(url), None, "{url}");
        }
    }
}
