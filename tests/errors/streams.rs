//! Tests output that cannot be written: closed pipes and full disks.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use crate::util::{PROGRAM, sample, sample_index};

#[test]
fn a_closed_pipe_is_quiet() {
    for args in [&["--format", "jsonl"][..], &["--format", "json"], &["--group", "none"]] {
        let mut child = Command::new(PROGRAM)
            .args(["search", "we OR you OR the", "--limit", "all"])
            .args(args)
            .env("FINEPRINT_INDEX", sample_index())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        assert!(!line.is_empty());
        drop(reader);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert_eq!((child.wait().unwrap().code(), stderr.as_str()), (Some(0), ""), "{args:?}");
    }
    let whole = sample(["search", "we OR you OR the", "--limit", "all", "--format", "jsonl"]);
    assert!(whole.stdout().len() > 1 << 18, "more than a pipe holds, or nothing was tested");
}

#[test]
fn a_full_disk_is_an_error() {
    let Ok(full) = File::options().write(true).open("/dev/full") else {
        println!("skipped: no /dev/full");
        return;
    };
    for args in [
        &["search", "sell or rent"][..],
        &["search", "sell or rent", "--format", "csv"],
        &["companies"],
        &["export", "--format", "csv"],
        &["--help"],
        &["--version"],
        &["help", "search"],
        &["man"],
        &["completions", "bash"],
    ] {
        let output = Command::new(PROGRAM)
            .args(args)
            .env("FINEPRINT_INDEX", sample_index())
            .stdout(full.try_clone().unwrap())
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(
            stderr,
            "error: cannot write the results: No space left on device (os error 28)\n"
        );
    }
}
