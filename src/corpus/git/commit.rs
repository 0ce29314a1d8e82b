//! Parses commit objects.
//!
//! Only the tree, the parents, the author time and the message are read, and an author line of any
//! form is accepted: histories that were converted from other systems have odd ones. The commit
//! parser of `gix-object` ends at the first line that it does not know.

use gix_hash::ObjectId;

use crate::corpus::source_text::SourceText;

/// The parts of a commit that are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ParsedCommit<'a> {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    /// Seconds since 1970 UTC; `None` if the author line has no time that can be read.
    pub author_time: Option<i64>,
    message: &'a [u8],
}

impl<'a> ParsedCommit<'a> {
    /// Parses a commit object. Returns `None` if it does not begin with the id of its tree, or if
    /// it has a parent without an id: the object is not a commit.
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        let (first_line, mut rest) = split_line(data);
        let tree = ObjectId::from_hex(first_line.strip_prefix(b"tree ")?).ok()?;
        let mut commit = Self { tree, parents: Vec::new(), author_time: None, message: &[] };
        loop {
            let (line, after) = split_line(rest);
            if line.is_empty() {
                commit.message = after;
                return Some(commit);
            }
            if let Some(parent) = line.strip_prefix(b"parent ") {
                commit.parents.push(ObjectId::from_hex(parent).ok()?);
            } else if let Some(author) = line.strip_prefix(b"author ") {
                commit.author_time = parse_time(author);
            }
            rest = after;
        }
    }

    /// The whole message: subject, empty line, body.
    pub fn message(&self) -> String {
        SourceText::decode(self.message.to_vec()).body
    }
}

/// Splits the first line from the rest. Neither has the line break between them.
fn split_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// Parses the seconds in `Name <address> seconds zone`. The seconds are UTC; the zone only says
/// where the author was.
fn parse_time(author: &[u8]) -> Option<i64> {
    let address_end = author.iter().rposition(|byte| *byte == b'>')?;
    let time = std::str::from_utf8(&author[address_end + 1..]).ok()?;
    time.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    fn author_time(line: &str) -> Option<i64> {
        let commit = format!("{TREE}author {line}\n\nmessage");
        ParsedCommit::parse(commit.as_bytes()).unwrap().author_time
    }

    #[test]
    fn commits_are_read() {
        let text = format!(
            "{TREE}parent {0}\nparent {0}\nauthor A <a@acme.example> 12 +0100\n\
             committer A <a@acme.example> 13 +0100\n\
             gpgsig -----BEGIN\n \n parent of nothing\n\nsubject\n\nbody\n",
            "11".repeat(20)
        );
        let commit = ParsedCommit::parse(text.as_bytes()).unwrap();
        assert_eq!((commit.parents.len(), commit.author_time), (2, Some(12)));
        assert_eq!(commit.message(), "subject\n\nbody\n");
        assert_eq!(ParsedCommit::parse(b"tree 12\n\n"), None);
        assert_eq!(ParsedCommit::parse(b""), None);
        assert!(ParsedCommit::parse(TREE.as_bytes()).unwrap().message().is_empty());
    }

    #[test]
    fn author_times() {
        assert_eq!(author_time("A <a> 0 +0000"), Some(0));
        assert_eq!(author_time("A > B <a>4294967296 -0000"), Some(4_294_967_296));
        assert_eq!(author_time("A <a> -86400 +0000"), Some(-86400));
        assert_eq!(author_time("A <a> 99999999999999999999999 +0000"), None);
        assert_eq!(author_time("A <a>"), None);
        assert_eq!(author_time("A 12 +0000"), None);
    }
}
