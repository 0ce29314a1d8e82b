//! An index folder holds exactly the files of its index, and any other file is named.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use fineprint::index::{BuildOptions, CorpusScan, Manifest, build};
use fineprint::progress::SilentProgress;

use crate::util::{Fixture, PROGRAM, fptest, run};

/// The least memory with which segments are merged, and with the smallest budget of the writer.
const SMALL: u64 = 200 << 20;

/// Writes a policy in which every word is new, so that the writer's memory goes mostly to words.
fn write_policy(fx: &Fixture, number: usize) {
    let words = 40_000;
    let mut text = String::with_capacity(words * 9);
    for word in 0..words {
        let end = if word % 50 == 49 { "\n\n" } else { " " };
        write!(text, "w{:x}{end}", number * words + word).unwrap();
    }
    fx.policy(&format!("a{number}.example"), "2001-01-01", &text);
}

fn build_with(fx: &Fixture, index: &str, memory: u64) -> Manifest {
    let scan = CorpusScan::new(&[fx.path("corpus")], "default", &SilentProgress).unwrap();
    let index = fx.path(index);
    let options = BuildOptions { index, memory: Some(memory), ..BuildOptions::default() };
    build(scan, &options, &SilentProgress).unwrap().0
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The ids of the segments that the index library reads.
fn segments(folder: &Path) -> BTreeSet<String> {
    let index = tantivy::Index::open_in_dir(folder).unwrap();
    let ids = index.searchable_segment_ids().unwrap();
    ids.iter().map(|id| id.uuid_string()).collect()
}

/// Asserts that an index folder holds what the manifest and the index name, and nothing else.
fn assert_no_strays(dir: &Path, manifest: &Manifest) {
    let expected = ["fineprint.json", "fineprint.lock", &manifest.generation].map(String::from);
    assert_eq!(names(dir), BTreeSet::from(expected));
    let folder = dir.join(&manifest.generation);
    let visible = names(&folder).into_iter().filter(|name| !name.starts_with('.'));
    let visible: BTreeSet<String> = visible.collect();
    let json: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.join("fineprint.json")).unwrap()).unwrap();
    let named = json["files"].as_object().unwrap().keys().cloned();
    assert_eq!(visible, named.collect());
    let tables = ["meta.json", "policies.bin", "sources.bin", "sums.bin", "texts.bin"];
    let of_segments = visible.iter().filter(|name| !tables.contains(&name.as_str()));
    let ids: BTreeSet<String> = of_segments.map(|name| name[..32].to_owned()).collect();
    assert_eq!(ids, segments(&folder), "{visible:?}");
}

fptest!(a_build_of_several_segments_leaves_no_stray_file, |fx: Fixture| {
    (0..12).for_each(|number| write_policy(&fx, number));
    // Without memory for merging, the folder shows how many segments the writer flushed.
    let manifest = build_with(&fx, "unmerged", 1);
    let flushed = segments(&fx.path("unmerged").join(&manifest.generation)).len();
    assert!(flushed >= 3, "{flushed} segments");
    assert_no_strays(&fx.path("unmerged"), &manifest);

    let manifest = build_with(&fx, "merged", SMALL);
    let folder = fx.path("merged").join(&manifest.generation);
    assert_eq!(segments(&folder).len(), 1);
    assert_no_strays(&fx.path("merged"), &manifest);
    fx.run(["check", "--index", "merged"]).exits(0).stdout_lacks("not part of the index");
});

fptest!(updates_leave_no_stray_file, |fx: Fixture| {
    for update in 0..12 {
        // A new policy and a changed one: a new segment, and deletions in an old one.
        fx.policy(&format!("b{update}.example"), "2001-01-01", "We sell data.\n\nWe rent data.\n");
        let date = format!("20{:02}-01-01", update + 2);
        fx.policy("acme.example", &date, &format!("We sell data of {update} people.\n"));
        let manifest = build_with(&fx, "index", SMALL);
        assert_no_strays(&fx.path("index"), &manifest);
    }
});

fptest!(check_and_info_name_stray_files, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["check"]).exits(0).stdout_lacks("not part of the index");
    fx.run(["info"]).exits(0).stdout_lacks("stray");
    fx.file(".fineprint/notes.txt", "Mine.");
    fx.file(".fineprint/generation-1/old.idx", "1234567890");
    fx.file(".fineprint/generation-7/meta.json", "{}");
    let check = fx.run(["check"]);
    check.exits(0).stdout_has("sound: ");
    let info = fx.run(["info"]);
    info.exits(0).stdout_has("stray      3, 17 bytes: not part of the index\n");
    for (path, bytes) in [("generation-1/old.idx", 10), ("generation-7", 2), ("notes.txt", 5)] {
        check.stdout_has(&format!("not part of the index: .fineprint/{path} ({bytes} bytes)\n"));
        info.stdout_has(&format!("             .fineprint/{path}\n"));
    }
    // A build removes those in its own folders, and nothing that somebody else put beside them.
    fx.policy("acme.example", "2002-01-01", "We rent data.\n");
    fx.run(["index", "corpus"]).exits(0);
    let check = fx.run(["check"]);
    check.exits(0).stdout_has("not part of the index: .fineprint/notes.txt (5 bytes)\n");
    check.stdout_lacks("generation-");
});

fptest!(the_next_build_removes_what_builds_have_left_and_nothing_else, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    let segment = "0123456789abcdef0123456789abcdef";
    let litter = [
        "fineprint.json.new".to_owned(),
        format!("generation-1/{segment}.idx"),
        format!("generation-1/{segment}.7.del"),
        "generation-1/meta.json.new".to_owned(),
        "generation-1/.tmpAbCdEf".to_owned(),
        format!("generation-5/{segment}.store"),
        "generation-5/.managed.json".to_owned(),
        "generation-5/.tantivy-writer.lock".to_owned(),
    ];
    let own = ["notes.txt", "generation-1/notes.txt", "generation-6/notes.txt", "a/notes.txt"];
    // A build without and with a change, and one that begins from nothing.
    for (args, generation) in [(&[][..], 1), (&["corpus"], 8), (&["corpus", "--rebuild"], 9)] {
        for path in litter.iter().map(String::as_str).chain(own) {
            fx.file(format!(".fineprint/{path}"), "1");
        }
        if generation == 8 {
            fx.policy("acme.example", "2002-01-01", "We rent data.\n");
        }
        fx.run([&["index", "--quiet"], args].concat()).exits(0).stderr_is_empty();
        let is_there = |path: &str| fx.path(".fineprint").join(path).exists();
        for path in &litter {
            assert!(!is_there(path), "{args:?} {path}");
        }
        for path in own {
            assert!(is_there(path), "{args:?} {path}");
        }
        let check = fx.run(["check"]);
        check.exits(0).stdout_has("not part of the index: .fineprint/notes.txt (1 byte)\n");
        check.stdout_has("not part of the index: .fineprint/generation-6 (1 byte)\n");
    }
});

fptest!(files_of_an_index_have_the_permissions_of_new_files, |fx: Fixture| {
    for (umask, files, folders) in [("022", 0o644, 0o755), ("077", 0o600, 0o700)] {
        fx.policy("acme.example", "2001-01-01", "We sell data.\n");
        fx.file("table.csv", "company,date,text\nb.example,2001-02-03,We sell data.\n");
        let index = format!("{umask}.index");
        let commands = [["corpus"].as_slice(), &["corpus", "table.csv"], &["--rebuild"]];
        for args in commands {
            let line = format!("umask {umask}; exec {PROGRAM} index --quiet --index {index}");
            let script = format!("{line} {}", args.join(" "));
            fx.policy("acme.example", &format!("200{}-01-01", args.len() + 1), "We rent data.\n");
            run(fx.command("sh"), &["-c", &script]).exits(0);
            for entry in walkdir::WalkDir::new(fx.path(&index)) {
                let entry = entry.unwrap();
                let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
                let expected = if entry.file_type().is_dir() { folders } else { files };
                assert_eq!(mode, expected, "{umask} {args:?} {}", entry.path().display());
            }
        }
    }
    if let Some(command) = fx.unprivileged() {
        run(command, &["search", "sell data", "--index", "022.index", "--count"]).exits(0);
        fs::set_permissions(fx.root(), fs::Permissions::from_mode(0o755)).unwrap();
    }
});

fptest!(a_build_that_is_running_makes_no_stray_file, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus"]).exits(0);
    fx.file(".fineprint/generation-2/meta.json", "{}");
    let lock = fs::File::open(fx.path(".fineprint/fineprint.lock")).unwrap();
    lock.lock().unwrap();
    fx.run(["check"]).exits(0).stdout_lacks("not part of the index");
    drop(lock);
    fx.run(["check"]).exits(0).stdout_has("not part of the index: .fineprint/generation-2 ");
});
