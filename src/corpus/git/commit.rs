//! What a commit object says.

use gix_hash::ObjectId;

use crate::corpus::source_text::SourceText;

/// The parts of a commit that are read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Commit<'a> {
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    /// Seconds since 1970 UTC; `None` if the author line does not say.
    pub author_time: Option<i64>,
    message: &'a [u8],
}

impl<'a> Commit<'a> {
    /// Reads a commit. `None`: it does not begin with its tree, so is none.
    pub fn parse(data: &'a [u8]) -> Option<Self> {
        let (line, mut rest) = next_line(data);
        let tree = id(line.strip_prefix(b"tree ")?)?;
        let mut commit = Commit { tree, parents: Vec::new(), author_time: None, message: &[] };
        loop {
            let (line, after) = next_line(rest);
            if line.is_empty() {
                commit.message = after;
                return Some(commit);
            }
            if let Some(parent) = line.strip_prefix(b"parent ") {
                commit.parents.push(id(parent)?);
            } else if let Some(author) = line.strip_prefix(b"author ") {
                commit.author_time = time(author);
            }
            rest = after;
        }
    }

    /// The whole message: subject, empty line, body.
    pub fn message(&self) -> String {
        SourceText::decode(self.message.to_vec()).body
    }
}

fn next_line(data: &[u8]) -> (&[u8], &[u8]) {
    match data.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&data[..end], &data[end + 1..]),
        None => (data, &[]),
    }
}

/// An object id in hexadecimal digits.
pub(super) fn id(hex: &[u8]) -> Option<ObjectId> {
    ObjectId::from_hex(hex).ok()
}

/// The seconds in `Name <address> seconds zone`. The zone says where it was, not when.
fn time(author: &[u8]) -> Option<i64> {
    let end = author.iter().rposition(|byte| *byte == b'>')?;
    std::str::from_utf8(&author[end + 1..]).ok()?.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904\n";

    fn author_time(line: &str) -> Option<i64> {
        Commit::parse(format!("{TREE}author {line}\n\nmessage").as_bytes()).unwrap().author_time
    }

    #[test]
    fn commits_are_read() {
        let text = format!(
            "{TREE}parent {0}\nparent {0}\nauthor A <a@acme.example> 12 +0100\ncommitter A <a@acme.example> 13 +0100\n\
             gpgsig -----BEGIN\n \n parent of nothing\n\nsubject\n\nbody\n",
            "11".repeat(20)
        );
        let commit = Commit::parse(text.as_bytes()).unwrap();
        assert_eq!((commit.parents.len(), commit.author_time), (2, Some(12)));
        assert_eq!(commit.message(), "subject\n\nbody\n");
        assert_eq!(Commit::parse(b"tree 12\n\n"), None);
        assert_eq!(Commit::parse(b""), None);
        assert!(Commit::parse(TREE.as_bytes()).unwrap().message().is_empty());
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
