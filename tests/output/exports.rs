//! Tests what an export does to its target: files, links, pipes and devices, and what it leaves
//! behind when it is interrupted.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::util::{Fixture, PROGRAM, fptest, sample_index};

/// The first bytes of an export of the sample corpus as CSV.
const CSV: &str = "company,type,archive_time,";

/// A folder for targets, with a link to the sample index.
fn fixture() -> Fixture {
    let fx = Fixture::new();
    symlink(sample_index(), fx.path(".fineprint")).unwrap();
    fx
}

/// Runs `export --format csv --to TO`.
fn export(fx: &Fixture, to: &str) -> crate::util::Run {
    fx.run(["export", "--latest", "--format", "csv", "--to", to])
}

/// The temporary files and folders of exports in the folder of the fixture.
fn temporaries(fx: &Fixture) -> Vec<PathBuf> {
    let entries = fs::read_dir(fx.root()).unwrap().map(|entry| entry.unwrap().path());
    let is_temporary = |path: &PathBuf| {
        path.file_name().unwrap().to_str().unwrap().starts_with(".fineprint-export-")
    };
    entries.filter(is_temporary).collect()
}

#[test]
fn a_pipe_is_written_to_and_stays_a_pipe() {
    let fx = fixture();
    let pipe = fx.path("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = pipe.clone();
    let reader = thread::spawn(move || fs::read_to_string(reader).unwrap());
    export(&fx, "pipe").exits(0);
    assert!(reader.join().unwrap().starts_with(CSV));
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
    assert!(temporaries(&fx).is_empty());
}

#[test]
fn a_device_is_written_to_and_stays_a_device() {
    if !Path::new("/dev/full").exists() {
        println!("skipped: no /dev/full");
        return;
    }
    let fx = fixture();
    symlink("/dev/full", fx.path("full")).unwrap();
    export(&fx, "full").exits(2).stderr_has("results: full: No space left");
    assert!(fs::metadata("/dev/full").unwrap().file_type().is_char_device());
    assert!(fx.path("full").is_symlink());
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    let fx = fixture();
    fx.file("out.jsonl", "old");
    for (arguments, name) in [(FILE, "out.jsonl"), (TREE, "tree")] {
        // A limit of 1 kB for each file acts as a full disk.
        let mut command = fx.command("sh");
        command.args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh"]);
        command.args([PROGRAM, "export"]).args(arguments);
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains(&format!("{name}: File too large")), "{stderr}");
        assert!(temporaries(&fx).is_empty());
    }
    assert_eq!(fs::read_to_string(fx.path("out.jsonl")).unwrap(), "old");
}

#[test]
fn standard_output_by_name_is_added_to() {
    let fx = fixture();
    fx.file("log", "kept\n");
    let log = fs::File::options().append(true).open(fx.path("log")).unwrap();
    let mut command = fx.command(PROGRAM);
    command.args(["export", "--latest", "--format", "csv", "--to", "/dev/stdout"]).stdout(log);
    assert!(command.status().unwrap().success());
    let text = fs::read_to_string(fx.path("log")).unwrap();
    assert!(text.starts_with(&format!("kept\n{CSV}")), "{text:.100}");
}

#[test]
fn a_link_stays_and_its_file_is_written() {
    let fx = fixture();
    fx.file("there/old.csv", "old");
    symlink("there/old.csv", fx.path("first")).unwrap();
    symlink("first", fx.path("second")).unwrap();
    symlink("there/new.csv", fx.path("dangling")).unwrap();
    symlink("missing/new.csv", fx.path("lost")).unwrap();
    symlink("loop", fx.path("loop")).unwrap();
    for (link, file) in [("second", "there/old.csv"), ("dangling", "there/new.csv")] {
        export(&fx, link).exits(0);
        assert!(fx.path(link).is_symlink(), "{link}");
        assert!(fs::read_to_string(fx.path(file)).unwrap().starts_with(CSV), "{link}");
    }
    export(&fx, "lost").exits(2).stderr_has("lost: ");
    export(&fx, "loop").fails_with("loop: has too many symbolic links in a row");
    assert_eq!(fs::read_dir(fx.path("there")).unwrap().count(), 2);
}

#[test]
fn what_is_no_file_is_refused() {
    let fx = fixture();
    fs::create_dir(fx.path("folder")).unwrap();
    symlink("folder", fx.path("link")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(fx.path("socket")).unwrap();
    for folder in ["folder", "link", "."] {
        export(&fx, folder).fails_with(&format!("{folder}: is a folder; name a file"));
    }
    export(&fx, "socket")
        .fails_with("socket: is neither a file nor a pipe nor a character device; name a file");
    for taken in ["folder", "link", "socket"] {
        fx.run(["export", "--format", "markdown", "--to", taken])
            .fails_with(&format!("{taken}: is there already; name a new folder"));
    }
    assert!(temporaries(&fx).is_empty());
}

fptest!(nothing_is_written_into_an_index, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    symlink(".fineprint/fineprint.json", fx.path("link")).unwrap();
    let inside = ["fineprint.json", "new.csv", "generation-1/meta.json", "../.fineprint/new"];
    let inside = inside.map(|name| format!(".fineprint/{name}"));
    for to in inside.iter().map(String::as_str).chain(["link"]) {
        export(&fx, to).exits(2).stderr_has("--to: this path is inside the index");
        fx.run(["export", "--format", "markdown", "--to", to])
            .exits(2)
            .stderr_has("--to: this path is inside the index");
    }
    fx.run(["check"]).exits(0).stdout_lacks("not part of the index");
    export(&fx, "beside.csv").exits(0);
});

#[test]
fn permissions_of_a_replaced_file_are_kept() {
    let fx = fixture();
    let mode = |name: &str| fs::metadata(fx.path(name)).unwrap().permissions().mode() & 0o777;
    let old = fx.file("old.csv", "old");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o604)).unwrap();
    export(&fx, "old.csv").exits(0);
    assert_eq!(mode("old.csv"), 0o604);
    let fresh = fx.file("fresh", "made by this process, so its permissions follow the umask");
    export(&fx, "new.csv").exits(0);
    assert_eq!(mode("new.csv"), fs::metadata(fresh).unwrap().permissions().mode() & 0o777);
}

fptest!(a_file_that_nobody_may_write_is_not_replaced, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    let Some(command) = fx.unprivileged() else { return };
    let old = fx.file("old.csv", "old");
    fs::set_permissions(&old, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(fx.root(), fs::Permissions::from_mode(0o777)).unwrap();
    let run = crate::util::run(command, &["export", "--to", "old.csv"]);
    run.exits(2).stderr_has("old.csv: Permission denied");
    assert_eq!(fs::read_to_string(old).unwrap(), "old");
});

fptest!(manual_pages_are_written_as_exports_are, |fx: Fixture| {
    symlink("elsewhere.1", fx.path("fineprint.1")).unwrap();
    fs::create_dir(fx.path("fineprint-search.1")).unwrap();
    fx.run(["man", "--dir", "."]).fails_with("./fineprint-search.1: is a folder; name a file");
    assert!(fx.path("fineprint.1").is_symlink() && fx.path("elsewhere.1").is_file());
});

/// An export of the whole sample corpus that is stopped while it writes.
struct StoppedExport {
    child: Child,
    temporary: PathBuf,
}

impl StoppedExport {
    /// Starts `arguments` with the words of `launcher` in front. Tries again if the export was too
    /// quick.
    fn start(fx: &Fixture, launcher: &[&str], arguments: &[&str]) -> Self {
        for _ in 0..50 {
            let words: Vec<&str> = launcher.iter().chain(&[PROGRAM]).copied().collect();
            let mut command = fx.command(words[0]);
            command.args(&words[1..]).arg("export").args(arguments);
            let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
            while child.try_wait().unwrap().is_none() {
                if let Some(temporary) = temporaries(fx).into_iter().find(has_content) {
                    signal("STOP", &child);
                    if temporary.exists() {
                        return Self { child, temporary };
                    }
                    signal("CONT", &child);
                }
            }
        }
        panic!("every export ended before it could be stopped");
    }

    /// Sends a signal, lets the export go on, and returns the signal that ended it.
    fn end_with(mut self, name: &str) -> Option<i32> {
        signal(name, &self.child);
        signal("CONT", &self.child);
        let status = self.child.wait().unwrap();
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        if status.signal().is_none() {
            assert!(status.success(), "{stderr}");
        }
        status.signal()
    }
}

fn has_content(path: &PathBuf) -> bool {
    let is_folder_in_use = fs::read_dir(path).is_ok_and(|entries| entries.count() > 0);
    is_folder_in_use || fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0)
}

fn signal(name: &str, child: &Child) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(status.unwrap().success());
    // Until a stopped process has stopped, it may still finish.
    thread::sleep(Duration::from_millis(if name == "STOP" { 20 } else { 0 }));
}

const FILE: &[&str] = &["--to", "out.jsonl"];
const TREE: &[&str] = &["--format", "markdown", "--to", "tree"];

/// The start of a command that obeys all signals. What runs in the background often ignores some,
/// and so would the exports that it starts.
fn obeying_launcher() -> &'static [&'static str] {
    const LAUNCHER: &[&str] = &["env", "--default-signal"];
    let trial = Command::new(LAUNCHER[0]).args(&LAUNCHER[1..]).arg("true").output();
    if trial.is_ok_and(|trial| trial.status.success()) { LAUNCHER } else { &[] }
}

#[test]
fn signals_remove_the_temporary_files() {
    let fx = fixture();
    let launcher = obeying_launcher();
    for (arguments, name, number) in
        [(FILE, "INT", 2), (TREE, "INT", 2), (FILE, "TERM", 15), (TREE, "HUP", 1)]
    {
        if name == "HUP" && !Path::new("/proc/self/status").exists() {
            println!("skipped: no system file says whether hang-ups are ignored");
            continue;
        }
        // On a busy machine an export may come to its end before it is told of the signal.
        let ended = (0..20).find_map(|_| {
            fx.file("out.jsonl", "old");
            let _ = fs::remove_dir_all(fx.path("tree"));
            let ended = StoppedExport::start(&fx, launcher, arguments).end_with(name);
            assert!(temporaries(&fx).is_empty(), "{arguments:?} {name}");
            ended
        });
        assert_eq!(ended, Some(number), "{arguments:?}");
        assert_eq!(fs::read_to_string(fx.path("out.jsonl")).unwrap(), "old");
        assert!(!fx.path("tree").exists());
    }
}

#[test]
fn nohup_is_obeyed() {
    let fx = fixture();
    let stopped = StoppedExport::start(&fx, &["sh", "-c", "trap '' HUP; exec \"$@\"", "sh"], FILE);
    assert_eq!(stopped.end_with("HUP"), None);
    assert!(fx.path("out.jsonl").is_file());
}

#[test]
fn the_next_export_removes_what_killed_ones_left() {
    let fx = fixture();
    for arguments in [FILE, TREE] {
        assert_eq!(StoppedExport::start(&fx, &[], arguments).end_with("KILL"), Some(9));
        assert_eq!(temporaries(&fx).len(), 1);
        fx.run(["export", "--latest", "--to", "another.jsonl"]).exits(0);
        assert_eq!(temporaries(&fx).len(), 1, "it is of another target");
        fx.run(["export", "--latest"].iter().chain(arguments)).exits(0);
        assert!(temporaries(&fx).is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_running_export_keeps_its_files() {
    let fx = fixture();
    let stopped = StoppedExport::start(&fx, &[], FILE);
    fx.run(["export", "--latest"].iter().chain(FILE)).exits(0);
    assert_eq!(temporaries(&fx), std::slice::from_ref(&stopped.temporary));
    let of_latest = fs::read_to_string(fx.path("out.jsonl")).unwrap().lines().count();
    assert_eq!(stopped.end_with("CONT"), None);
    let of_all = fs::read_to_string(fx.path("out.jsonl")).unwrap().lines().count();
    assert_eq!((of_latest, of_all), (28, 115));
    assert!(temporaries(&fx).is_empty());
}
