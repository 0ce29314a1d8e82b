//! Runs every command that the README and the pages of `docs` show, and compares its output.
//!
//! A command is a line after `$ ` in a block of the language `console`; a `\` at the end of a line
//! continues it. The lines below a command are its output, where `...` means any further lines.
//! The commands of a page run in one folder, in order.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::util::{PROGRAM, contrib_history, copy_folder, corpora, repository};

/// A command and the lines below it.
#[derive(Debug, PartialEq)]
struct Shown {
    command: String,
    output: Vec<String>,
}

impl Shown {
    /// Takes the next line: the rest of a command that ends with `\`, or output.
    fn take(&mut self, line: &str) {
        if self.output.is_empty() && self.command.ends_with('\\') {
            self.command += "\n";
            self.command += line;
        } else {
            self.output.push(line.to_owned());
        }
    }
}

/// The commands of a page.
fn shown(markdown: &str) -> Vec<Shown> {
    let mut found: Vec<Shown> = Vec::new();
    let mut is_console = false;
    for line in markdown.lines() {
        match line {
            "```console" => is_console = true,
            "```" => is_console = false,
            _ if !is_console => {}
            _ => match line.strip_prefix("$ ") {
                Some(command) => {
                    found.push(Shown { command: command.to_owned(), output: Vec::new() });
                }
                None => found.last_mut().expect("a block begins with a command").take(line),
            },
        }
    }
    found
}

/// A folder in which the commands of one page run, with a copy of the sample policies.
struct Desk {
    folder: TempDir,
    corpora: Option<PathBuf>,
    has_jq: bool,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(&repository().join("data/policies"), &folder.path().join("data/policies"));
        let has_jq = Command::new("jq").arg("--version").output().is_ok_and(|o| o.status.success());
        Self { folder, corpora: corpora(), has_jq }
    }

    /// The command to run for a shown one; `None` where the machine lacks what it needs.
    fn runnable(&self, command: &str) -> Option<String> {
        if command.contains("| jq") && !self.has_jq {
            println!("skipped, there is no jq: {command}");
            return None;
        }
        let mut command = command.replace("cargo run --release --", PROGRAM);
        if command.contains("contrib") {
            let Some(corpora) = &self.corpora else {
                println!("skipped, there is no FINEPRINT_CORPORA: {command}");
                return None;
            };
            // A copy of the public history, as old as the pages, takes the place of the network.
            let kept =
                format!("--bare {} contrib-versions.git", contrib_history(corpora).display());
            let public = "--bare https://github.com/OpenTermsArchive/contrib-versions.git";
            command = command.replace(public, &kept);
        }
        Some(command)
    }

    /// Runs a shown command and compares what it prints.
    fn check(&self, page: &str, Shown { command, output }: &Shown) {
        let Some(runnable) = self.runnable(command) else { return };
        let folder = self.folder.path();
        let done = Command::new("bash")
            .args(["-o", "pipefail", "-c", &runnable])
            .current_dir(folder)
            .env("HOME", folder)
            .env("PATH", path_with_program())
            .env("XDG_CACHE_HOME", folder.join("cache"))
            .env_remove("FINEPRINT_INDEX")
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{page}: {command}\n{}\n{stderr}", done.status);
        let stdout = String::from_utf8(done.stdout).unwrap();
        let printed: Vec<&str> = stdout.lines().collect();
        // A command without lines below it may print anything: the page leaves its output out.
        if output.is_empty() {
            return;
        }
        let rest = output.iter().position(|line| line == "...");
        let compared = rest.map_or(printed.len(), |rest| rest.min(printed.len()));
        let expected = &output[..rest.unwrap_or(output.len())];
        assert_eq!(&printed[..compared], expected, "{page}: {command}\n{stderr}");
    }

    /// Compares each `contrib-NAME.svg` that a command drew with the picture `docs/NAME.svg`.
    /// Returns how many there were.
    fn check_pictures(&self) -> usize {
        let mut compared = 0;
        for entry in fs::read_dir(self.folder.path()).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let Some(picture) = name.strip_prefix("contrib-").filter(|n| n.ends_with(".svg"))
            else {
                continue;
            };
            let drawn = fs::read_to_string(&path).unwrap();
            let kept = fs::read_to_string(repository().join("docs").join(picture)).unwrap();
            assert!(drawn == kept, "docs/{picture} is another picture");
            compared += 1;
        }
        compared
    }
}

/// The search path for commands, where `fineprint` is the program under test.
fn path_with_program() -> std::ffi::OsString {
    let folder = Path::new(PROGRAM).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&others))).unwrap()
}

/// Runs the commands of a page; returns how many it shows.
fn check_page(page: &str) -> usize {
    let commands = shown(&fs::read_to_string(repository().join(page)).unwrap());
    let desk = Desk::new();
    for command in &commands {
        desk.check(page, command);
    }
    let pictures = desk.check_pictures();
    if page == "README.md" && desk.corpora.is_some() && desk.has_jq {
        assert!(pictures > 0, "no command of the README draws a picture");
    }
    commands.len()
}

#[test]
fn every_command_of_the_readme_prints_what_the_readme_says() {
    let commands = check_page("README.md");
    assert!(commands >= 7, "the README shows only {commands} commands");
}

#[test]
fn every_command_of_the_docs_prints_what_they_say() {
    let pages = fs::read_dir(repository().join("docs")).unwrap();
    let mut commands = 0;
    for page in pages {
        let name = page.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".md") {
            commands += check_page(&format!("docs/{name}"));
        }
    }
    assert!(commands >= 10, "the docs show only {commands} commands");
}

#[test]
fn commands_and_their_output_are_found_in_markdown() {
    let page =
        "Text.\n\n```console\n$ one \\\n    more\nout\n...\n$ two\n```\n\n```text\n$ no\n```\n";
    let shown = shown(page);
    assert_eq!(shown.len(), 2);
    assert_eq!((shown[0].command.as_str(), shown[0].output.len()), ("one \\\n    more", 2));
    assert_eq!((shown[1].command.as_str(), shown[1].output.len()), ("two", 0));
}
