//! Tests damaged and hostile repositories: each damage is counted, the rest is read, nothing
//! panics.

use std::fs;
use std::path::Path;

use fineprint::corpus::{self, CorpusNotice, ReadOptions, SkipReason};

use super::repositories::{object_path, packs, unpack};
use super::{DAY, START, Stream, Told, acme, expect, git, git_with, reasons, texts};
use crate::util::{Fixture, fptest};

fptest!(damaged_objects_are_counted_and_the_rest_is_read, |fx: Fixture| {
    let (deleted, readme) = ((SkipReason::Deleted, 1), (SkipReason::NoPolicy, 1));
    let damaged = |name: &str, object: &str, bytes: Option<&[u8]>| {
        let repository = acme().loose(&fx, name);
        let id = git(&repository, &["rev-parse", object]);
        let path = object_path(&repository, &id);
        fs::remove_file(&path).unwrap();
        if let Some(bytes) = bytes {
            fs::write(&path, bytes).unwrap();
        }
        (repository, id)
    };
    let (text, id) = damaged("text.git", "main~2:Acme/Terms.md", Some(b"not zlib"));
    let report = expect(&fx, &text, 2, &[readme, deleted], 1);
    assert!(
        reasons(&report)[0].contains(&format!(":Acme/Terms.md: object {id} is corrupt: ")),
        "{report:?}"
    );
    let (text, id) = damaged("missing.git", "main~2:Acme/Terms.md", None);
    let commit = git(&text, &["rev-parse", "main~2"]);
    let report = expect(&fx, &text, 2, &[readme, deleted], 1);
    let at = format!("{}: {}:Acme/Terms.md", text.display(), &commit[..12]);
    assert_eq!(reasons(&report), [format!("{at}: object {id} is missing")]);

    // A damaged folder hides its own version. Whether the next commit changed a file in it is
    // unknown, unless that commit records the file.
    let (folder, id) = damaged("folder.git", "main~2:Acme", Some(b""));
    let report = expect(&fx, &folder, 2, &[readme, deleted], 1);
    assert!(
        reasons(&report)[0].contains(&format!(":Acme: object {id} is corrupt: ")),
        "{report:?}"
    );
    let (root, id) = damaged("root.git", "main~1^{tree}", None);
    let report =
        expect(&fx, &root, 2, &[(SkipReason::NoPolicy, 2), (SkipReason::NotFetched, 1)], 1);
    assert!(reasons(&report)[0].ends_with(&format!(": object {id} is missing")), "{report:?}");

    // A damaged commit hides everything older. Its child counts only what its own message records.
    let (commit, id) = damaged("commit.git", "main~2", None);
    let report = expect(&fx, &commit, 1, &[readme, deleted, (SkipReason::NotFetched, 1)], 1);
    assert_eq!(
        reasons(&report),
        [format!("{}: {}: object {id} is missing", commit.display(), &id[..12])]
    );
    let (head, id) = damaged("head.git", "main", Some(b"\x78\x9c"));
    let run = fx.run(["index".as_ref(), head.as_os_str()]);
    run.exits(2).stderr_has(&format!(
        "nothing of this git repository can be read: object {id} is corrupt: "
    ));
});

fptest!(damaged_packs_are_counted_and_never_panic, |fx: Fixture| {
    let run = |repository: &Path| {
        let index = fx.path("index");
        let run = fx.run([
            "index".as_ref(),
            repository.as_os_str(),
            "--index".as_ref(),
            index.as_os_str(),
        ]);
        drop(fs::remove_dir_all(index));
        assert!(!run.stderr().contains("panicked") && run.output.status.code() == Some(2), "{run}");
    };
    let bare = acme().bare(&fx, "bare.git");
    let pack = packs(&bare, "pack").remove(0);
    let sound = fs::read(&pack).unwrap();
    let mut readable = fs::metadata(&pack).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut readable, 0o644);
    fs::set_permissions(&pack, readable).unwrap();
    for end in (0..sound.len() - 60).step_by(97) {
        fs::write(&pack, &sound[..end]).unwrap();
        run(&bare);
    }
    fs::remove_file(&pack).unwrap();
    fx.run(["index", "bare.git"]).exits(2).stderr_has(" is missing");
    // With any one byte changed there may be an error, but never a panic.
    for position in (12..sound.len() - 20).step_by(41) {
        let mut bytes = sound.clone();
        bytes[position] ^= 0x55;
        fs::write(&pack, bytes).unwrap();
        if let Ok(reader) = corpus::open(&bare, &ReadOptions::default()) {
            let told = Told::by(reader.as_ref());
            let mut session = reader.session();
            for (.., found) in &told.found {
                drop(session.read(found, true));
            }
        }
    }
});

fptest!(entries_without_a_text_are_counted, |fx: Fixture| {
    let commit = "1".repeat(40);
    let stream = acme().commit(
        START + 4 * DAY,
        "Update Acme Terms",
        &[
            ("120000 Acme/Link.md", Some("Terms.md")),
            ("160000 Acme/Module.md", Some(&commit)),
            ("\"Caf\\351/Terms.md\"", Some("Not UTF-8.")),
            ("\"Café/Terms.md\"", Some("UTF-8.")),
        ],
    );
    let bare = stream.bare(&fx, "bare.git");
    let skips = [
        (SkipReason::NoPolicy, 1),
        (SkipReason::Deleted, 1),
        (SkipReason::SymbolicLink, 1),
        (SkipReason::Submodule, 1),
    ];
    let report = expect(&fx, &bare, 4, &skips, 1);
    assert!(
        reasons(&report)[0].ends_with(":Caf\u{fffd}/Terms.md: its path is not UTF-8"),
        "{report:?}"
    );
    // Texts that are not UTF-8 are read as windows-1252 and counted as such.
    let latin = Stream::default().commit(
        START,
        "First record of Acme Terms",
        &[("Acme/Terms.md", Some("caf?"))],
    );
    let bytes = latin.bytes.iter().map(|byte| if *byte == b'?' { 0xe9 } else { *byte }).collect();
    let bare = Stream { bytes, commits: 1 }.bare(&fx, "latin.git");
    let report = expect(&fx, &bare, 1, &[], 0);
    assert_eq!(report.notices[&CorpusNotice::NotUtf8].count, 1);
    assert_eq!(texts(&bare), ["Acme 2017-07-14 café"]);
});

fptest!(texts_that_are_too_large_are_not_inflated, |fx: Fixture| {
    let large = "\0".repeat(100_000_000);
    let stream =
        acme().commit(START + 4 * DAY, "Update Acme Terms", &[("Acme/Terms.md", Some(&large))]);
    let bare = stream.bare(&fx, "bare.git");
    for shape in ["packed", "loose"] {
        if shape == "loose" {
            unpack(&bare);
        }
        let reader = corpus::open(&bare, &ReadOptions::default()).unwrap();
        let told = Told::by(reader.as_ref());
        let error = reader.session().read(&told.found[3].2, true).unwrap_err().to_string();
        assert!(
            error.ends_with(" is larger than 64 MiB, too much for one text"),
            "{shape}: {error}"
        );
    }
    expect(&fx, &bare, 3, &[(SkipReason::NoPolicy, 1), (SkipReason::Deleted, 1)], 1);
});

fptest!(a_folder_that_contains_itself_is_an_error, |fx: Fixture| {
    // The reader does not check that an object has the hash in its name, so this folder can contain
    // itself.
    let repository = acme().loose(&fx, "bare.git");
    let id = git(&repository, &["rev-parse", "main:Acme"]);
    let raw: Vec<u8> =
        (0..40).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).unwrap()).collect();
    let tree = [b"40000 Again\0".as_slice(), &raw].concat();
    let other = git_with(
        &repository,
        &["hash-object", "-w", "--stdin", "-t", "tree", "--literally"],
        &tree,
    );
    let forged = fs::read(object_path(&repository, &other)).unwrap();
    let path = object_path(&repository, &id);
    fs::remove_file(&path).unwrap();
    fs::write(path, forged).unwrap();
    let reader = corpus::open(&repository, &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    let is_of_it = |reason: &str| reason.contains(&id) && reason.contains("nested deeper than");
    // Each of the commits that have the folder is named once, and without the path.
    assert!(told.failed.iter().any(|(_, reason)| is_of_it(reason)), "{:?}", told.failed);
    assert!(told.failed.iter().all(|(at, _)| at.len() < 1000), "{:?}", told.failed);
});

fptest!(trees_with_countless_paths_are_left, |fx: Fixture| {
    // Six levels of 26 folders that are one tree have 300 million paths, which are long.
    let repository = acme().loose(&fx, "bare.git");
    let tree_of = |id: &str| {
        let entry = |name: char| format!("040000 tree {id}\t{}\n", name.to_string().repeat(4000));
        let list: String = ('a'..='z').map(entry).collect();
        git_with(&repository, &["mktree"], list.as_bytes())
    };
    let mut tree = git(&repository, &["rev-parse", "main:Acme"]);
    for _ in 0..6 {
        tree = tree_of(&tree);
    }
    let commit = git(&repository, &["commit-tree", &tree, "-p", "main", "-m", "Update Acme Terms"]);
    git(&repository, &["update-ref", "refs/heads/main", &commit]);
    let reader = corpus::open(&repository, &ReadOptions::default()).unwrap();
    let told = Told::by(reader.as_ref());
    let reason = format!("object {tree} is corrupt: the paths in it have more than ");
    assert!(told.failed.iter().any(|(_, own)| own.contains(&reason)), "{:?}", told.failed);
});

#[cfg(unix)]
#[test]
fn no_fifo_in_a_repository_makes_the_program_wait() {
    let fifo = |path: &Path| {
        let _ = fs::remove_file(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    };
    let message = "is a FIFO, a socket or a device, and no file";
    for file in ["config", "packed-refs", "shallow", "info/grafts", "objects/info/alternates"] {
        let fx = Fixture::new();
        let repository = acme().bare(&fx, "a.git");
        fifo(&repository.join(file));
        let run = fx.run(["index".as_ref(), repository.as_os_str()]);
        run.exits(2).stderr_has(&format!("{file}: {message}"));
    }
    let fx = Fixture::new();
    let repository = acme().loose(&fx, "a.git");
    let id = git(&repository, &["rev-parse", "main~2:Acme/Terms.md"]);
    fifo(&object_path(&repository, &id));
    let run = fx.run(["index".as_ref(), repository.as_os_str()]);
    run.exits(2).stderr_has(&format!("object {id} is corrupt: {message}"));
    // In a folder, a FIFO is neither a repository nor a text.
    fx.file("folder/a.md", "---\ncompany: a\ndate: 2020-01-02\n---\n\nWe sell.\n");
    fifo(&fx.path("folder/.git"));
    fifo(&fx.path("folder/b.md"));
    fx.run(["index", "folder"]).exits(0);
    fifo(&fx.path(".fineprint/fineprint.json"));
    fx.run(["search", "sell"]).exits(2).stderr_has(message);
}
