//! Tests that pruning removes nothing that merely could not be read.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::reading::git::repositories::{DAY, START, Stream, git, object_path};
use crate::util::{Fixture, fptest, gzip, run};

/// The snapshots of the index.
fn snapshots(fx: &Fixture) -> u64 {
    fx.run(["info", "--format", "json"]).json()["counts"]["snapshots"].as_u64().unwrap()
}

/// Asserts that pruning removes nothing of this corpus until it is forced.
#[track_caller]
fn is_kept(fx: &Fixture, corpus: &str, because: &str) {
    let before = snapshots(fx);
    let pruned = fx.run(["index", corpus, "--prune"]);
    pruned.exits(2).stderr_has(&format!(
        "error: {corpus}: --prune removed nothing of this corpus, because {because}"
    ));
    pruned.stderr_has("; --prune=force removes the missing snapshots\n");
    let kept = snapshots(fx);
    assert!(kept >= before, "{pruned}");
    let updated = fx.run(["index", corpus]);
    updated.stderr_has(" kept that ").stderr_has(&format!("not found; of {corpus}, {because}"));
    updated.stderr_lacks("no longer");
    assert_eq!(snapshots(fx), kept);
    let forced = fx.run(["index", corpus, "--prune=force"]);
    forced.stderr_lacks("--prune removed nothing");
    assert!(snapshots(fx) < kept, "{forced}");
}

/// The lines of a table with this many snapshots of as many companies.
fn lines(count: usize) -> String {
    let line = |number| {
        let company = format!("c{number}.example");
        let text = format!("We sell data {number}.");
        serde_json::json!({"company": company, "date": "2001-01-01", "text": text}).to_string()
            + "\n"
    };
    (0..count).map(line).collect()
}

fptest!(a_table_with_an_error_in_a_line_is_not_pruned, |fx: Fixture| {
    fx.file("rows.jsonl", lines(9));
    fx.run(["index", "rows.jsonl"]).exits(0);
    fx.file("rows.jsonl", lines(5) + "{\"company\":\n");
    is_kept(&fx, "rows.jsonl", "an input could not be read (rows.jsonl: line 6: ");
});

fptest!(a_damaged_corpus_is_not_read_in_another_way, |fx: Fixture| {
    fx.file("rows.jsonl", lines(9));
    fx.run(["index", "rows.jsonl"]).exits(0);
    fx.file("rows.jsonl", lines(5) + "{\n");
    let other = ["index", "rows.jsonl", "--date", "2001-01-01"];
    for options in [&[][..], &["--prune"]] {
        fx.run(other.iter().chain(options)).exits(2).stderr_has(
            "rows.jsonl: is read in another way than before, so the index would lose what it has \
             of this corpus, and an input could not be read (rows.jsonl: line 6: ",
        );
        assert_eq!(snapshots(&fx), 9);
    }
    fx.run(other.iter().chain(&["--prune=force"])).exits(2);
    assert_eq!(snapshots(&fx), 5);
    // A wrong line that hides nothing is no obstacle.
    fx.run(["index", "rows.jsonl"]).exits(2).stderr_lacks("in another way");
    assert_eq!(snapshots(&fx), 5);
});

fptest!(a_cut_table_is_not_pruned, |fx: Fixture| {
    let whole = gzip(lines(2000).as_bytes());
    fx.file("rows.jsonl.gz", &whole);
    fx.run(["index", "rows.jsonl.gz"]).exits(0);
    fx.file("rows.jsonl.gz", &whole[..whole.len() / 2]);
    is_kept(&fx, "rows.jsonl.gz", "an input could not be read (rows.jsonl.gz: line ");
});

fptest!(a_table_that_cannot_be_spilled_is_not_pruned, |fx: Fixture| {
    fx.file("rows.jsonl.gz", gzip(lines(9).as_bytes()));
    fx.run(["index", "rows.jsonl.gz"]).exits(0);
    fx.file("rows.jsonl.gz", gzip(lines(5).as_bytes()));
    let mut command = fx.command(crate::util::PROGRAM);
    command.env("TMPDIR", "/nowhere");
    run(command, &["index", "rows.jsonl.gz", "--prune"]).exits(2).stderr_has(
        "temporary file: cannot write in /nowhere (TMPDIR can name another folder): No such file",
    );
    assert_eq!(snapshots(&fx), 9);
    fx.run(["index", "rows.jsonl.gz", "--prune"]).exits(0).stderr_has("4 removed");
});

/// A tar archive of this many files, each of one block.
fn tar(count: usize) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for number in 0..count {
        let text = file_text(number, "2001-01-01");
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_cksum();
        tar.append_data(&mut header, format!("{number}.md"), text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap()
}

fn file_text(number: usize, date: &str) -> String {
    format!("---\ncompany: c{number}.example\ndate: {date}\n---\n\nWe sell data {number}.\n")
}

fptest!(a_damaged_archive_is_not_pruned, |fx: Fixture| {
    let whole = tar(9);
    fx.file("all.tar", &whole);
    fx.run(["index", "all.tar"]).exits(0);
    let mut damaged = whole.clone();
    damaged[5 * 1024..5 * 1024 + 100].fill(b'?');
    fx.file("all.tar", damaged);
    is_kept(&fx, "all.tar", "an input could not be read (all.tar: 4.md: the rest cannot");
    fx.file("all.tar", &whole);
    fx.run(["index", "all.tar"]).exits(0);
    fx.file("all.tar", &whole[..5 * 1024 + 700]);
    is_kept(&fx, "all.tar", "an input could not be read (all.tar: ");
});

/// Writes this many files below `corpus`.
fn files(fx: &Fixture, count: usize) {
    for number in 0..count {
        fx.file(format!("corpus/part{}/{number}.md", number % 3), file_text(number, "2001-01-01"));
    }
}

fptest!(an_unreadable_folder_or_file_is_no_reason_to_prune, |fx: Fixture| {
    files(&fx, 9);
    fx.run(["index", "corpus"]).exits(0);
    fs::set_permissions(fx.root(), fs::Permissions::from_mode(0o777)).unwrap();
    for entry in walkdir::WalkDir::new(fx.path(".fineprint")) {
        let path = entry.unwrap().into_path();
        fs::set_permissions(path, fs::Permissions::from_mode(0o777)).unwrap();
    }
    for (place, vanished) in
        [("corpus/part1", "3 snapshots are"), ("corpus/part0/0.md", "1 snapshot is")]
    {
        let path = fx.path(place);
        let old = fs::metadata(&path).unwrap().permissions();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        let Some(command) = fx.unprivileged() else { return };
        let pruned = run(command, &["index", "corpus", "--prune"]);
        pruned.exits(2).stderr_has(&format!(
            "--prune removed nothing of this corpus, because an input could not be read ({place}: "
        ));
        pruned.stderr_has(&format!("{vanished} kept that"));
        fs::set_permissions(&path, old).unwrap();
        assert_eq!(snapshots(&fx), 9);
    }
});

fptest!(an_unreadable_file_protects_what_was_removed_beside_it, |fx: Fixture| {
    files(&fx, 9);
    fx.run(["index", "corpus"]).exits(0);
    // The file has another name and no valid date, and the snapshot of another one is gone.
    fs::remove_file(fx.path("corpus/part0/0.md")).unwrap();
    fs::remove_file(fx.path("corpus/part1/1.md")).unwrap();
    fx.file("corpus/renamed.md", file_text(0, "2001-13-01"));
    is_kept(&fx, "corpus", "an input could not be read (corpus/renamed.md: line 3: ");
});

fptest!(an_empty_corpus_is_not_pruned, |fx: Fixture| {
    files(&fx, 9);
    fx.run(["index", "corpus"]).exits(0);
    fs::remove_dir_all(fx.path("corpus")).unwrap();
    fx.run(["index", "corpus", "--prune"]).exits(2).stderr_has("no such file or folder");
    fx.run(["index", "--prune"]).exits(2).stderr_has("no such file or folder");
    assert_eq!(snapshots(&fx), 9);
    fs::create_dir(fx.path("corpus")).unwrap();
    is_kept(&fx, "corpus", "no snapshot was found in it");
    files(&fx, 9);
    fx.run(["index", "corpus"]).exits(0);
    fs::remove_dir_all(fx.path("corpus")).unwrap();
    // What a disk has that is not mounted.
    fx.file("corpus/README.md", "The disk is not mounted.\n");
    fx.file("corpus/.hidden", "");
    is_kept(&fx, "corpus", "no snapshot was found in it");
});

fptest!(a_corpus_that_is_gone_is_pruned_by_force, |fx: Fixture| {
    files(&fx, 9);
    fx.file("rows.jsonl", lines(3));
    fx.file("others.jsonl", lines(5));
    let build = ["index", "corpus", "rows.jsonl", "others.jsonl", "--index", "x"];
    let gone = ["corpus", "rows.jsonl"];
    for update in [
        &["index", "--index", "x", "--prune=force"][..],
        &["index", "corpus", "rows.jsonl", "--index", "x", "--prune=force"],
        &["index", "./corpus/", "rows.jsonl", "others.jsonl", "--index", "x", "--prune=force"],
    ] {
        fx.run(build).exits(0);
        for name in gone {
            fs::rename(fx.path(name), fx.path(format!("away-{name}"))).unwrap();
        }
        let all = fx.run(["info", "--index", "x", "--format", "json"]).json()["counts"].clone();
        for kept in [&["index", "--index", "x", "--prune"][..], &["index", "--index", "x"]] {
            fx.run(kept).exits(2).stderr_has("corpus");
            let counts = fx.run(["info", "--index", "x", "--format", "json"]);
            assert_eq!(counts.json()["counts"], all);
        }
        fx.run(update).exits(0);
        let info = fx.run(["info", "--index", "x", "--format", "json"]).json();
        assert_eq!(info["counts"]["snapshots"], 5, "{info}");
        assert_eq!(info["corpora"].as_array().unwrap().len(), 1, "{info}");
        fx.run(["check", "--index", "x"]).exits(0);
        // The index has forgotten both, so the next update has nothing to complain of.
        fx.run(["index", "--index", "x"]).exits(0);
        fs::remove_dir_all(fx.path("x")).unwrap();
        for name in gone {
            fs::rename(fx.path(format!("away-{name}")), fx.path(name)).unwrap();
        }
    }
    // A path that no index knows is a mistake, whatever is forced.
    fx.run(build).exits(0);
    fx.run(["index", "wrong", "--index", "x", "--prune=force"])
        .exits(2)
        .stderr_has("no such file or folder");
});

fptest!(a_corpus_with_broken_links_is_not_pruned, |fx: Fixture| {
    files(&fx, 9);
    fx.run(["index", "corpus"]).exits(0);
    fs::remove_file(fx.path("corpus/part0/0.md")).unwrap();
    symlink("../../store/0.md", fx.path("corpus/part0/0.md")).unwrap();
    is_kept(&fx, "corpus", "symbolic links in it lead to nothing");
});

fptest!(only_the_damaged_one_of_two_corpora_is_kept, |fx: Fixture| {
    files(&fx, 9);
    fx.file("rows.jsonl", lines(20));
    fx.run(["index", "corpus", "rows.jsonl"]).exits(0);
    // Nine companies are in both corpora, with texts of their own.
    fx.file("rows.jsonl", lines(5) + "{\n");
    fs::remove_dir_all(fx.path("corpus/part0")).unwrap();
    let before = snapshots(&fx);
    let pruned = fx.run(["index", "corpus", "rows.jsonl", "--prune"]);
    pruned.exits(2).stderr_has("error: rows.jsonl: --prune removed nothing");
    pruned.stderr_lacks("error: corpus: --prune").stderr_has(" 3 removed\n");
    assert_eq!(snapshots(&fx), before - 3);
});

fn record(stream: Stream, day: i64, company: &str, text: &str) -> Stream {
    let message = format!("Record new changes of {company} Privacy Policy");
    let path = format!("{company}/Privacy Policy.md");
    stream.commit(START + day * DAY, &message, &[(&path, Some(text))])
}

/// A history of two policies with these numbers of snapshots, each object in a file of its own.
fn history(fx: &Fixture, acme: usize, birch: usize) {
    let mut stream = Stream::default();
    for (company, count) in [("Acme", acme), ("Birch", birch)] {
        for number in 0..count {
            let day = i64::try_from(number).unwrap();
            stream = record(stream, day, company, &format!("{company} sells {number}.\n"));
        }
    }
    let _ = fs::remove_dir_all(fx.path("history.git"));
    stream.loose(fx, "history.git");
}

fptest!(a_history_without_a_text_is_not_pruned, |fx: Fixture| {
    history(&fx, 3, 3);
    fx.run(["index", "history.git"]).exits(0);
    // Records of one policy are gone, and a new text of the other one cannot be read.
    history(&fx, 5, 2);
    let repository = fx.path("history.git");
    let all = git(&repository, &["rev-list", "--objects", "--all"]);
    let texts = all.lines().filter_map(|line| line.strip_suffix(" Acme/Privacy Policy.md"));
    let text = texts.into_iter().find(|id| git(&repository, &["cat-file", "-p", id]).contains('4'));
    fs::remove_file(object_path(&repository, text.unwrap())).unwrap();
    is_kept(&fx, "history.git", "an input could not be read (history.git: ");
});

fptest!(a_shallow_clone_is_not_pruned, |fx: Fixture| {
    history(&fx, 3, 3);
    let clone = |depth: &str| {
        let _ = fs::remove_dir_all(fx.path("clone"));
        let from = format!("file://{}", fx.path("history.git").display());
        git(&fx.root(), &["clone", "--quiet", "--bare", depth, &from, "clone"]);
    };
    clone("--depth=100");
    fx.run(["index", "clone"]).exits(0);
    assert_eq!(snapshots(&fx), 6);
    clone("--depth=2");
    is_kept(&fx, "clone", "its clone is shallow, so older snapshots are missing");
});

fptest!(a_corpus_that_was_read_to_its_end_is_pruned, |fx: Fixture| {
    files(&fx, 9);
    symlink("part1", fx.path("corpus/link")).unwrap();
    fx.file("corpus/empty.md", "");
    fx.run(["index", "corpus"]).exits(0);
    fs::remove_dir_all(fx.path("corpus/part0")).unwrap();
    fx.run(["index", "corpus", "--prune"]).exits(0).stderr_has(" 3 removed\n");
    fx.run(["index", "corpus", "--prune=none"]).exits(2).stderr_has("--prune[=<force>]");
});
