//! Lists and reads the texts of the repository that the checks look at.

use std::path::Path;

use walkdir::WalkDir;

use crate::util::repository;

/// A file and its content.
pub struct Text {
    /// The path below the repository, with `/` between its parts.
    pub path: String,
    pub content: String,
}

impl Text {
    pub fn is_markdown(&self) -> bool {
        self.path.ends_with(".md")
    }
}

/// The Rust files below a folder of the repository, in the order of their paths.
pub fn rust_files(folder: &str) -> Vec<Text> {
    below(folder, "rs")
}

/// The Rust files and the documentation of the whole repository. A policy with labels beside it is
/// no documentation.
pub fn texts() -> Vec<Text> {
    let mut found = vec![read("build.rs"), read("data/README.md")];
    for name in ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"] {
        found.push(read(name));
    }
    for folder in ["src", "tests", "benches", "examples"] {
        found.extend(rust_files(folder));
    }
    for folder in ["docs", "benches", "tests"] {
        let documents = below(folder, "md").into_iter();
        found.extend(documents.filter(|text| !has_labels(&text.path)));
    }
    found
}

fn has_labels(path: &str) -> bool {
    repository().join(path).with_extension("tsv").is_file()
}

fn below(folder: &str, extension: &str) -> Vec<Text> {
    let root = repository().join(folder);
    if !root.exists() {
        return Vec::new();
    }
    WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target")
        .map(|entry| entry.expect("the repository can be read").into_path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .map(|path| read(&relative(&path)))
        .collect()
}

fn relative(path: &Path) -> String {
    let inside = path.strip_prefix(repository()).expect("the file is in the repository");
    inside.to_str().expect("names of files are UTF-8").replace('\\', "/")
}

fn read(path: &str) -> Text {
    let content = std::fs::read_to_string(repository().join(path));
    Text {
        content: content.unwrap_or_else(|error| panic!("{path}: {error}")),
        path: path.to_owned(),
    }
}
