//! Makes git repositories for tests, and damages them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::util::{Fixture, feed};

/// The time of the first commit of most tests, 2017-07-14T02:40:00Z, in seconds since 1970.
pub const START: i64 = 1_500_000_000;

pub const DAY: i64 = 86_400;

fn git_command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        command
            .env(format!("GIT_{role}_NAME"), "A")
            .env(format!("GIT_{role}_EMAIL"), "a@acme.example");
        command.env(format!("GIT_{role}_DATE"), format!("{START} +0000"));
    }
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_INDEX_FILE"] {
        command.env_remove(name);
    }
    command
}

/// Runs git in `folder` and returns its output.
#[track_caller]
pub fn git_with(folder: &Path, args: &[&str], stdin: &[u8]) -> String {
    let mut command = git_command(folder);
    command.args(["-c", "fastimport.unpackLimit=0", "-c", "protocol.file.allow=always"]).args(args);
    let output = feed(command, stdin);
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[track_caller]
pub fn git(folder: &Path, args: &[&str]) -> String {
    git_with(folder, args, b"")
}

/// Commits for `git fast-import`. The parent of each is the commit before it, unless others are
/// named.
#[derive(Default)]
pub struct Stream {
    pub bytes: Vec<u8>,
    pub commits: usize,
}

impl Stream {
    /// Adds a commit to `main`. A change is a path, with a mode in front where it is unusual, and
    /// the new content; a path without content is deleted.
    pub fn commit(self, time: i64, message: &str, changes: &[(&str, Option<&str>)]) -> Self {
        let parents: Vec<usize> = Some(self.commits).filter(|last| *last > 0).into_iter().collect();
        self.commit_on("refs/heads/main", &parents, time, message, changes)
    }

    pub fn commit_on(
        mut self,
        branch: &str,
        parents: &[usize],
        time: i64,
        message: &str,
        changes: &[(&str, Option<&str>)],
    ) -> Self {
        self.commits += 1;
        let (mark, len) = (self.commits, message.len());
        // The committer's time differs from the author's, and must not matter.
        let mut text = format!(
            "commit {branch}\nmark :{mark}\nauthor A <a@acme.example> {time} +0200\n\
             committer C <c@acme.example> {} +0000\ndata {len}\n{message}\n",
            START - 3 * DAY
        );
        for (number, parent) in parents.iter().enumerate() {
            text += &format!("{} :{parent}\n", if number == 0 { "from" } else { "merge" });
        }
        for (path, content) in changes {
            text += &match content {
                None => format!("D {path}\n"),
                Some(content) if path.starts_with("160000 ") => {
                    let (mode, path) = path.split_once(' ').unwrap();
                    format!("M {mode} {content} {path}\n")
                }
                Some(content) => {
                    let is_special = path.starts_with("120000 ") || path.starts_with("100755 ");
                    let (mode, path) =
                        if is_special { path.split_once(' ').unwrap() } else { ("100644", *path) };
                    format!("M {mode} inline {path}\ndata {}\n{content}\n", content.len())
                }
            };
        }
        self.bytes.extend(text.into_bytes());
        self.bytes.push(b'\n');
        self
    }

    /// Makes a bare repository with these commits in one pack.
    pub fn bare(&self, fx: &Fixture, name: &str) -> PathBuf {
        let path = fx.path(name);
        git(&fx.root(), &["init", "--quiet", "--bare", "--initial-branch=main", name]);
        git_with(&path, &["fast-import", "--quiet", "--date-format=raw-permissive"], &self.bytes);
        path
    }

    /// Makes a bare repository with these commits, each object in a file of its own.
    pub fn loose(&self, fx: &Fixture, name: &str) -> PathBuf {
        let path = self.bare(fx, name);
        unpack(&path);
        path
    }
}

pub fn packs(repository: &Path, extension: &str) -> Vec<PathBuf> {
    let folder = fs::read_dir(repository.join("objects/pack")).unwrap();
    let paths = folder.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|e| e == extension)).collect()
}

pub fn unpack(repository: &Path) {
    let elsewhere = repository.join("pack-elsewhere");
    fs::rename(repository.join("objects/pack"), &elsewhere).unwrap();
    fs::create_dir(repository.join("objects/pack")).unwrap();
    for entry in fs::read_dir(&elsewhere).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pack") {
            git_with(repository, &["unpack-objects", "-q"], &fs::read(path).unwrap());
        }
    }
    fs::remove_dir_all(elsewhere).unwrap();
}

pub fn object_path(repository: &Path, id: &str) -> PathBuf {
    repository.join("objects").join(&id[..2]).join(&id[2..])
}
