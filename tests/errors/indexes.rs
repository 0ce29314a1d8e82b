//! Tests index folders that are damaged, foreign, locked, read-only or of another version.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use serde_json::Value;

use super::{fails, indexed};
use crate::util::{Fixture, PROGRAM, approve, fptest, listing, resealed, run};

fptest!(folders_without_an_index_are_errors, |fx: Fixture| {
    indexed(&fx);
    fx.file("notes/README.md", "# Notes\n");
    fs::create_dir(fx.path("empty")).unwrap();
    let other = "is no fineprint index; name one with --index, or search a corpus with --corpus";
    let none = |dir: &str| {
        format!(
            "{dir}: there is no index here; make one with `fineprint index CORPUS --index {dir}`"
        )
    };
    for command in [&["search", "sell"][..], &["show", "caaaaaaaaaaaaaaaa"]] {
        let fails_in = |dir: &str, message: &str| {
            let args: Vec<&str> = command.iter().copied().chain(["--index", dir]).collect();
            fails(&fx, &args, message);
        };
        fails_in("nowhere", &none("nowhere"));
        fails_in("empty", &none("empty"));
        fails_in("notes", &format!("notes: {other}"));
        fails_in("notes/README.md", &format!("notes/README.md: {other}"));
        fails_in("corpus", &format!("corpus: {other}"));
    }
    fx.run(["search", "sell", "--index", "nowhere"]).exits(2);
    // The environment variable may name a missing index, too.
    let mut command = fx.command(PROGRAM);
    command.env("FINEPRINT_INDEX", "nowhere");
    run(command, &["search", "sell"]).fails_with(&none("nowhere"));

    // An index is not built in a folder with other files.
    let refused = "holds other files (`README.md`) and no index; name an empty or new folder";
    fails(&fx, &["index", "corpus", "--index", "notes"], &format!("notes: {refused}"));
    fails(
        &fx,
        &["index", "corpus", "--index", "notes/README.md"],
        "notes/README.md: is a file; name an empty or new folder",
    );
    fx.run(["index", "corpus", "--index", "empty"]).exits(0);
    fx.run(["index", "corpus", "--index", "new/and/deep"]).exits(0);
    fx.run(["search", "sell", "--index", "new/and/deep", "--count"]).stdout_is("2\n");
});

fptest!(folders_of_others_are_left_alone, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    for file in ["generation-photos/a.txt", "generation-1/a.txt", "fineprint.json"] {
        let _ = fs::remove_dir_all(fx.path("theirs"));
        fx.file(format!("theirs/{file}"), "hi");
        let before = listing(&fx.path("theirs"));
        fx.run(["index", "corpus", "--index", "theirs"]).exits(2).stderr_has("name a");
        assert!(listing(&fx.path("theirs")) == before, "{file}");
    }
    // Other files beside an index are kept, too.
    fx.run(["index", "corpus"]).exits(0);
    fx.file(".fineprint/generation-photos/a.txt", "precious");
    fx.run(["index", "corpus"]).exits(0);
    assert!(fx.path(".fineprint/generation-photos/a.txt").is_file());
});

fptest!(a_damaged_cache_is_built_again, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let search = ["search", "--corpus", "corpus", "sell", "--count"];
    fx.run(search).exits(0);
    for path in listing(&fx.cache()).into_keys().filter(|path| path.ends_with("fineprint.json")) {
        fs::write(fx.cache().join(path), "{").unwrap();
    }
    fx.run(search).exits(0).stdout_is("1\n").stderr_is_empty();
    fx.run(["search", "--corpus", "corpus", "--index", "x", "sell"])
        .exits(2)
        .stderr_has("the argument '--index <DIR>' cannot be used with '--corpus <PATH>'");
});

fptest!(an_index_of_another_version_is_refused, |fx: Fixture| {
    indexed(&fx);
    let manifest = fx.path(".fineprint/fineprint.json");
    let whole = fs::read_to_string(&manifest).unwrap();
    let written: Value = serde_json::from_str(&whole).unwrap();
    let current = written["versions"].clone();
    for (key, other) in [
        ("format", Value::from(999)),
        ("identity", 999.into()),
        ("section", 999.into()),
        ("token", 999.into()),
        ("tantivy", "0.1".into()),
    ] {
        let mut changed = written.clone();
        changed["versions"][key] = other.clone();
        fs::write(&manifest, changed.to_string()).unwrap();
        let before = listing(&fx.path(".fineprint"));
        let run = fx.run(["search", "sell"]);
        run.exits(2).stdout_is("");
        assert_eq!(run.stderr().lines().count(), 1, "{run}");
        let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        run.stderr_has(&format!("{key} {}", plain(&other)))
            .stderr_has(&format!("{key} {}", plain(&current[key])))
            .stderr_has(
                "build it again with `fineprint index --rebuild CORPUS --index .fineprint`",
            );
        assert!(listing(&fx.path(".fineprint")) == before);
    }
    // The versions may be unknown to this program.
    fs::write(&manifest, r#"{"versions": {"format": "next"}, "anything": 1}"#).unwrap();
    fx.run(["search", "sell"])
        .exits(2)
        .stderr_has("{\"format\":\"next\"}")
        .stderr_has("build it again");
    fx.run(["index", "corpus"])
        .exits(2)
        .stderr_has("{\"format\":\"next\"}")
        .stderr_has("build it again");
    fx.run(["index", "corpus", "--rebuild"]).exits(0);
    fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(a_damaged_index_is_an_error_and_can_be_rebuilt, |fx: Fixture| {
    indexed(&fx);
    let manifest = fx.path(".fineprint/fineprint.json");
    let whole = fs::read(&manifest).unwrap();
    let rebuilds = || {
        fx.run(["index", "corpus", "--rebuild"]).exits(0);
        fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
    };
    for cut in [0, 1, whole.len() / 2, whole.len() - 3] {
        fs::write(&manifest, &whole[..cut]).unwrap();
        let before = listing(&fx.path(".fineprint"));
        let run = fx.run(["search", "sell"]);
        run.exits(2)
            .stdout_is("")
            .stderr_has("error: .fineprint/fineprint.json: is no manifest of an index (");
        run.stderr_has(
            "; if the folder was an index, build it again with `fineprint index --rebuild CORPUS \
             --index .fineprint`\n",
        );
        assert_eq!(run.stderr().lines().count(), 1, "{run}");
        fx.run(["index", "corpus"]).exits(2).stderr_has("is no manifest of an index (");
        assert!(listing(&fx.path(".fineprint")) == before);
        rebuilds();
    }
    // A manifest that nobody may read, and one whose content is another than the one written.
    fs::set_permissions(&manifest, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&manifest).is_err() {
        fx.run(["search", "sell"]).exits(2).stderr_has("fineprint.json: Permission denied");
        fx.run(["index", "corpus"]).exits(2).stderr_has("fineprint.json: Permission denied");
    }
    rebuilds();
    let whole = fs::read(&manifest).unwrap();
    let changed = String::from_utf8(whole.clone()).unwrap().replace("\"seen\": 2", "\"seen\": 3");
    fs::write(&manifest, changed).unwrap();
    let damaged = ".fineprint: is damaged (`fineprint.json` is not as it was written)";
    for command in [&["search", "sell"][..], &["index", "corpus"], &["check"], &["info"]] {
        fx.run(command).exits(2).stderr_has(damaged);
    }
    fx.run(["index", "corpus", "--rebuild"]).exits(0).stderr_has("is not as it was written");
    // The versions are right, and the rest is missing.
    let versions = serde_json::from_slice::<Value>(&whole).unwrap()["versions"].clone();
    fs::write(&manifest, serde_json::json!({ "versions": versions }).to_string()).unwrap();
    fx.run(["search", "sell"])
        .exits(2)
        .stdout_is("")
        .stderr_has(".fineprint: is damaged (`fineprint.json` is not as it was written")
        .stderr_has("); build it again with `fineprint index --rebuild CORPUS --index .fineprint`");
    rebuilds();
    fs::remove_dir_all(fx.path(".fineprint")).unwrap();
    rebuilds();
    let generation = |fx: &Fixture| {
        let manifest: Value =
            serde_json::from_slice(&fs::read(fx.path(".fineprint/fineprint.json")).unwrap())
                .unwrap();
        manifest["generation"].as_str().unwrap().to_owned()
    };
    let name = generation(&fx);
    fs::remove_dir_all(fx.path(".fineprint").join(&name)).unwrap();
    fails(
        &fx,
        &["search", "sell"],
        &format!(
            ".fineprint: is damaged (`{name}` is missing); build it again with `fineprint index \
             --rebuild CORPUS --index .fineprint`"
        ),
    );
    rebuilds();
    for file in ["policies.bin", "texts.bin", "meta.json"] {
        fs::remove_file(fx.path(".fineprint").join(generation(&fx)).join(file)).unwrap();
        let run = fx.run(["search", "sell"]);
        run.exits(2).stdout_is("").stderr_has("error: .fineprint");
        assert_eq!(run.stderr().lines().count(), 1, "{run}");
        rebuilds();
    }
    // With any file of a segment cut in half there is an error or an answer, but never a crash.
    let folder = fx.path(".fineprint").join(generation(&fx));
    for file in fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()) {
        let bytes = fs::read(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        let run =
            fx.run(["search", "sell OR section:privacy", "--sort", "newest", "--format", "jsonl"]);
        assert!(
            run.output.status.code().is_some_and(|code| code != 101),
            "{}\n{run}",
            file.display()
        );
        assert!(run.stderr().lines().count() <= 1, "{}\n{run}", file.display());
        fs::write(&file, bytes).unwrap();
    }
    fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(a_damaged_table_of_texts_is_an_error, |fx: Fixture| {
    for company in ["acme.example", "bolt.example"] {
        fx.policy(company, "2001-01-01", "We sell data.\n");
    }
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["search", "sell", "--format", "jsonl"])
        .exits(0)
        .stdout_has("\"same_text_companies\":1");
    let path = fx.path(".fineprint/generation-1/texts.bin");
    let mut bytes = fs::read(&path).unwrap();
    // This byte is the number of companies in the only entry.
    bytes[8] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let damaged = "(`texts.bin` is not as it was written, near byte 0); build it again";
    fx.run(["search", "sell", "--format", "csv"]).exits(2).stderr_has(damaged);
    fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
});

fptest!(tables_that_do_not_fit_together, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    fx.run(["index", "corpus", "--index", "one"]).exits(0);
    fx.policy("bolt.example", "2001-01-01", "We sell nothing.\n");
    fx.run(["index", "corpus", "--index", "two"]).exits(0);

    // The table of sources of another index, which has fewer policies.
    let sources = fx.path("two/generation-1/sources.bin");
    let whole = fs::read(&sources).unwrap();
    fs::copy(fx.path("one/generation-1/sources.bin"), &sources).unwrap();
    fails(
        &fx,
        &["index", "corpus", "--index", "two"],
        "two: is damaged (`sources.bin` is not as it was written); build it again with \
         `fineprint index --rebuild CORPUS --index two`",
    );
    approve(&fx.path("two"));
    let again = "build it again with `fineprint index --rebuild CORPUS --index two`";
    fails(
        &fx,
        &["index", "corpus", "--index", "two"],
        &format!("two: is damaged (`sources.bin` lacks a policy); {again}"),
    );
    fs::write(&sources, whole).unwrap();
    approve(&fx.path("two"));

    // A manifest without the corpus of the snapshots.
    let manifest = fx.path("two/fineprint.json");
    let text = fs::read_to_string(&manifest).unwrap();
    assert!(text.contains("\"number\": 0,"));
    fs::write(&manifest, resealed(&text.replace("\"number\": 0,", "\"number\": 7,"))).unwrap();
    fx.run(["search", "sell", "--index", "two", "--format", "csv"])
        .exits(2)
        .stderr_has(&format!("two: is damaged (`fineprint.json` has no corpus number 0); {again}"));

    // A file of the index that is gone when an update begins with the files of the index.
    fs::write(&manifest, &text).unwrap();
    let is_term = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "term");
    let term = listing(&fx.path("two")).into_keys().find(is_term).unwrap();
    fs::remove_file(fx.path("two").join(&term)).unwrap();
    fx.policy("clay.example", "2001-01-01", "We rent data.\n");
    let run = fx.run(["index", "corpus", "--index", "two"]);
    run.exits(2)
        .stderr_has(term.file_name().unwrap().to_str().unwrap())
        .stderr_has("is missing")
        .stderr_has(again);
    fx.run(["index", "corpus", "--index", "two", "--rebuild"]).exits(0);
});

fptest!(a_link_to_nothing_is_no_index_folder, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell or rent data.\n");
    std::os::unix::fs::symlink("nowhere", fx.path("index")).unwrap();
    fails(
        &fx,
        &["index", "corpus", "--index", "index"],
        "index is a symbolic link to nowhere, which is not there; make that folder, or remove the \
         link",
    );
    fs::create_dir(fx.path("nowhere")).unwrap();
    fx.run(["index", "corpus", "--index", "index"]).exits(0);
    assert!(fx.path("nowhere/fineprint.json").is_file());
});

fptest!(a_full_disk_is_named_with_what_helps, |fx: Fixture| {
    for number in 0..40 {
        let text: String = (0..400).map(|word| format!("w{number}x{word} ")).collect();
        fx.policy(&format!("c{number}.example"), "2001-01-01", &text);
    }
    // A limit for each file acts as a full disk, wherever the build meets it.
    let mut is_met = false;
    for blocks in [1, 4, 16, 64, 256, 1024] {
        let mut command = fx.command("sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
        command.args(["-c", &script, "sh", PROGRAM, "index", "corpus"]);
        let output = command.output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        if output.status.code() == Some(2) {
            is_met = true;
            assert!(stderr.contains("File too large (os error "), "{stderr}");
            assert!(stderr.contains("; free space on that disk, or write to another"), "{stderr}");
            assert!(!stderr.contains("killed") && !stderr.contains("nternal"), "{stderr}");
        }
    }
    assert!(is_met);
    fx.run(["index", "corpus"]).exits(0);
});

fptest!(a_build_that_was_killed_does_not_block_the_next, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell or rent data.\n");
    fx.file(".fineprint/fineprint.lock", "process 1\n");
    fx.file(".fineprint/fineprint.json.new", "{");
    fx.file(".fineprint/generation-1/meta.json", "{");
    fails(
        &fx,
        &["search", "sell"],
        ".fineprint: there is no index here; make one with `fineprint index CORPUS --index \
         .fineprint`",
    );
    fx.run(["index", "corpus"]).exits(0);
    fx.run(["search", "sell", "--count"]).stdout_is("1\n");
    assert!(
        !fx.path(".fineprint/generation-1").exists()
            && !fx.path(".fineprint/fineprint.json.new").exists()
    );
});

fptest!(searching_writes_nothing_into_the_index, |fx: Fixture| {
    indexed(&fx);
    let before = listing(&fx.path(".fineprint"));
    fx.run(["search", "sell or rent"]).exits(0);
    let id = fx.run(["search", "sell or rent", "--format", "jsonl"]).json_lines()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    fx.run(["show", &id]).exits(0);
    fx.run(["search", "nothing at all"]).exits(1);
    assert!(listing(&fx.path(".fineprint")) == before);
});

fptest!(a_read_only_index_opens, |fx: Fixture| {
    indexed(&fx);
    // The index is as it comes out of an archive: without lock files, and not writable for anybody.
    let index = fx.path(".fineprint");
    for entry in walkdir::WalkDir::new(&index).contents_first(true) {
        let entry = entry.unwrap();
        if entry.path().extension().is_some_and(|extension| extension == "lock") {
            fs::remove_file(entry.path()).unwrap();
            continue;
        }
        let mode = if entry.file_type().is_dir() { 0o555 } else { 0o444 };
        fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode)).unwrap();
    }
    if let Some(command) = fx.unprivileged() {
        let before = listing(&index);
        run(command, &["search", "sell or rent", "--count"])
            .exits(0)
            .stdout_is("2\n")
            .stderr_is_empty();
        assert!(listing(&index) == before);
        run(fx.unprivileged().unwrap(), &["index", "corpus"]).exits(0).stderr_has("up to date");
        assert!(listing(&index) == before);
        let refused = run(fx.unprivileged().unwrap(), &["index", "corpus", "--rebuild"]);
        refused
            .exits(2)
            .stdout_is("")
            .stderr_has("error: .fineprint/fineprint.lock: Permission denied (os error 13)\n");
        assert!(listing(&index) == before);
    }
    for entry in walkdir::WalkDir::new(&index) {
        fs::set_permissions(entry.unwrap().path(), fs::Permissions::from_mode(0o755)).unwrap();
    }
});

fptest!(an_index_can_be_moved, |fx: Fixture| {
    indexed(&fx);
    let before = fx.run(["search", "sell or rent", "--format", "jsonl"]);
    fs::rename(fx.path(".fineprint"), fx.path("moved")).unwrap();
    fx.run(["search", "sell or rent", "--format", "jsonl", "--index", "moved"])
        .exits(0)
        .stdout_is(before.stdout());
});

fptest!(a_second_writer_is_told_who_holds_the_lock, |fx: Fixture| {
    indexed(&fx);
    let path = fx.file(".fineprint/fineprint.lock", "process 4711\n");
    let lock = File::options().read(true).write(true).open(&path).unwrap();
    lock.try_lock().unwrap();
    fx.policy("clay.example", "2001-01-01", "We keep data.\n");
    fails(
        &fx,
        &["index", "corpus"],
        ".fineprint: process 4711 is writing this index; try again when it is done",
    );
    fx.run(["search", "sell", "--count"]).exits(0).stdout_is("2\n");
    drop(lock);
    fx.run(["index", "corpus"]).exits(0);
});
