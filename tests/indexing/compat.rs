//! Opens an index of every format version that is kept in `tests/compat`.
//!
//! The index of the present version must give the answers that are kept beside it. An index of any
//! other version must be refused with both versions and the command that rebuilds it.

use std::fs;
use std::path::{Path, PathBuf};

use fineprint::index::FormatVersions;

use crate::util::{Fixture, copy_folder, fptest, header, listing, repository, resealed};

/// Queries whose answers are kept.
const QUERIES: [&[&str]; 3] = [
    &["search", "we sell", "--format", "jsonl"],
    &["search", "section:sharing AND data", "--format", "json"],
    &["search", "ihre daten", "--lang", "de", "--count"],
];

fn answers(fx: &Fixture, index: &Path) -> String {
    let index = index.to_str().unwrap();
    QUERIES
        .iter()
        .map(|query| fx.run(query.iter().copied().chain(["--index", index])).stdout().to_owned())
        .collect()
}

fn folder(format: u32) -> PathBuf {
    repository().join("tests/compat").join(format!("format-{format}"))
}

/// The folders of `tests/compat` and the format of each.
fn kept_folders() -> Vec<(u32, PathBuf)> {
    let entries = fs::read_dir(repository().join("tests/compat")).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let format = |path: &Path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name.strip_prefix("format-").unwrap().parse().unwrap()
    };
    folders.map(|path| (format(&path), path)).collect()
}

/// Makes the index that is kept for the present version.
fn refresh(fx: &Fixture) {
    fx.policy(
        "acme.example",
        "2001-01-01",
        "# Acme\n\n## Sharing\n\nWe sell data.\n\nIt's yours.\n",
    );
    fx.policy(
        "acme.example",
        "2003-01-01",
        "# Acme\n\n## Sharing\n\nWe never:\n\n* sell data\n\nIt’s yours.\n",
    );
    let german = "Wir verkaufen Ihre Daten nicht, und wir geben sie auch nicht an andere weiter.\n";
    fx.file("corpus/birke.md", format!("{}\n\n{german}", header("birke.example", "2002-01-01")));
    fx.run(["index", "corpus"]).exits(0);
    let kept = folder(FormatVersions::current().format);
    let _ = fs::remove_dir_all(&kept);
    fs::create_dir_all(&kept).unwrap();
    copy_folder(&fx.path(".fineprint"), &kept.join("index"));
    // The path of the machine that made the index does not belong in the repository.
    let manifest = kept.join("index/fineprint.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(&manifest, resealed(&text.replace(fx.root().to_str().unwrap(), ""))).unwrap();
    fs::write(kept.join("answers.txt"), answers(fx, &kept.join("index"))).unwrap();
}

fptest!(an_index_of_the_present_format_gives_the_kept_answers, |fx: Fixture| {
    let current = FormatVersions::current().format;
    if std::env::var_os("FINEPRINT_REFRESH_GOLDEN").is_some() {
        refresh(&fx);
    }
    let kept = folder(current);
    let how = "make one with FINEPRINT_REFRESH_GOLDEN=1";
    assert!(kept.is_dir(), "there is no index of format {current}; {how}");
    let expected = fs::read_to_string(kept.join("answers.txt")).unwrap();
    assert_eq!(answers(&fx, &kept.join("index")), expected);
    fx.run(["check", "--index", kept.join("index").to_str().unwrap()]).exits(0);
});

fptest!(an_index_of_another_format_is_refused_and_can_be_rebuilt, |fx: Fixture| {
    fx.policy("acme.example", "2001-01-01", "We sell data.\n");
    let current = FormatVersions::current().format;
    let others: Vec<_> =
        kept_folders().into_iter().filter(|(format, _)| *format != current).collect();
    assert!(!others.is_empty(), "no index of another format is kept");
    for (format, kept) in others {
        let name = format!("of-format-{format}");
        copy_folder(&kept.join("index"), &fx.path(&name));
        let before = listing(&fx.path(&name));
        for command in [&["search", "we sell"][..], &["info"], &["check"], &["index", "corpus"]] {
            let run = fx.run(command.iter().copied().chain(["--index", &name]));
            run.exits(2)
                .stdout_is("")
                .stderr_has(&format!("this index has versions (format {format}, "))
                .stderr_has(&format!("this fineprint reads (format {current}, "))
                .stderr_has(&format!("`fineprint index --rebuild CORPUS --index {name}`"));
            assert_eq!(run.stderr().lines().count(), 1, "{run}");
        }
        assert!(listing(&fx.path(&name)) == before, "a refused index is left as it is");
        fx.run(["index", "--rebuild", "corpus", "--index", &name]).exits(0);
        fx.run(["search", "we sell", "--index", &name, "--count"]).exits(0).stdout_is("1\n");
    }
});
