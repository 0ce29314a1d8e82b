//! Every command of the README runs, and prints what the README says.

use std::path::Path;
use std::process::Command;

/// A command of the README and the lines below it.
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

fn shown() -> Vec<Shown> {
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let mut found: Vec<Shown> = Vec::new();
    let mut is_console = false;
    for line in readme.lines() {
        match line {
            "```console" => is_console = true,
            "```" => is_console = false,
            _ if !is_console => {}
            _ => match line.strip_prefix("$ ") {
                Some(command) => {
                    found.push(Shown { command: command.to_owned(), output: Vec::new() })
                }
                None => found.last_mut().unwrap().take(line),
            },
        }
    }
    found
}

fn has_program(name: &str) -> bool {
    Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[test]
fn every_command_of_the_readme_runs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    copy(&root.join("data/policies"), &folder.path().join("data/policies"));
    let program = env!("CARGO_BIN_EXE_fineprint");
    // The README calls the program by its name.
    let folder_of_program = Path::new(program).parent().unwrap().to_path_buf();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths([folder_of_program].into_iter().chain(std::env::split_paths(&others)))
            .unwrap();
    let commands = shown();
    assert!(commands.len() >= 7, "the README shows only {} commands", commands.len());
    let corpora = std::env::var_os("FINEPRINT_CORPORA").map(std::path::PathBuf::from);
    for Shown { command, output } in commands {
        if command.contains("| jq") && !has_program("jq") {
            println!("skipped, there is no jq: {command}");
            continue;
        }
        // The public history is read from a copy of it as it stood when the README was written.
        let run = match (&corpora, command.contains("contrib")) {
            (None, true) => {
                println!("skipped, there is no FINEPRINT_CORPORA: {command}");
                continue;
            }
            (Some(corpora), true) => command.replace(
                "--bare https://github.com/OpenTermsArchive/contrib-versions.git",
                &format!(
                    "--bare {} contrib-versions.git",
                    crate::util::contrib_history(corpora).display()
                ),
            ),
            (_, false) => command.clone(),
        };
        let run = run.replace("cargo run --release --", program);
        let done = Command::new("bash")
            .args(["-o", "pipefail", "-c", &run])
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .env("PATH", &path)
            .env("XDG_CACHE_HOME", folder.path().join("cache"))
            .env_remove("FINEPRINT_INDEX")
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{command}\nexit {:?}\n{stderr}", done.status);
        let stdout = String::from_utf8(done.stdout).unwrap();
        let lines: Vec<&str> = stdout.lines().collect();
        // `...` stands for the rest.
        let until = output.iter().position(|line| line == "...").unwrap_or(output.len());
        if !output.is_empty() {
            let is_whole = until == output.len();
            let printed =
                if is_whole { lines.as_slice() } else { &lines[..until.min(lines.len())] };
            let expected: Vec<&str> = output[..until].iter().map(String::as_str).collect();
            // A blank line ends a block of the README where a hit ends.
            assert_eq!(printed, expected.as_slice(), "{command}\n{stderr}");
        }
    }
    if corpora.is_some() && has_program("jq") {
        check_pictures(&root.join("docs"), folder.path());
    }
}

/// Each `contrib-NAME.svg` that a command of the README drew is the picture `docs/NAME.svg`.
fn check_pictures(docs: &Path, folder: &Path) {
    let mut compared = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(picture) = name.strip_prefix("contrib-").filter(|name| name.ends_with(".svg")) {
            let drawn = std::fs::read_to_string(&path).unwrap();
            let kept = std::fs::read_to_string(docs.join(picture)).unwrap();
            assert!(drawn == kept, "docs/{picture} is another picture");
            compared += 1;
        }
    }
    assert!(compared > 0, "no command of the README draws a picture");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}
