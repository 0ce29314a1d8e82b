//! Reads header fields, which records of WARC and messages of HTTP have in one form.

/// The fields of a header, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct HeaderFields(Vec<(String, String)>);

impl HeaderFields {
    /// Reads the lines of a header. Lines without a colon mean nothing, as for browsers.
    pub fn parse(lines: &[u8]) -> Self {
        let mut fields: Vec<(String, String)> = Vec::new();
        for line in String::from_utf8_lossy(lines).lines() {
            // A line that begins with a space continues the value before it.
            if line.starts_with([' ', '\t'])
                && let Some((_, value)) = fields.last_mut()
            {
                value.push(' ');
                value.push_str(line.trim());
            } else if let Some((name, value)) = line.split_once(':') {
                fields.push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        Self(fields)
    }

    /// The first value of a field, whatever the case of its name. A blank value counts as missing.
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        field.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_name() {
        let lines = b"Content-Type: text/html;\r\n charset=utf-8\r\nno field\r\nEMPTY:\r\na: 1:2\n";
        let fields = HeaderFields::parse(lines);
        assert_eq!(fields.get("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(fields.get("A"), Some("1:2"));
        assert_eq!((fields.get("empty"), fields.get("no field")), (None, None));
    }
}
