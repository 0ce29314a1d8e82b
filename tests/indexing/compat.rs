//! Indexes of every format version that was ever kept: this version's must open, others must be refused in plain words.

use std::fs;
use std::path::{Path, PathBuf};

use fineprint::index::FormatVersions;

use crate::util::{Fixture, fptest, header, repository};

/// What an index answers.
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

/// Makes the index that is kept for this version.
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
    for entry in walkdir::WalkDir::new(fx.path(".fineprint")) {
        let entry = entry.unwrap();
        let inside = entry.path().strip_prefix(fx.path(".fineprint")).unwrap();
        let is_needed = !entry.file_name().to_string_lossy().ends_with(".lock");
        if entry.file_type().is_dir() {
            fs::create_dir_all(kept.join("index").join(inside)).unwrap();
        } else if is_needed {
            fs::copy(entry.path(), kept.join("index").join(inside)).unwrap();
        }
    }
    // Where it was made is nobody's business.
    let manifest = kept.join("index/fineprint.json");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(manifest, text.replace(fx.root().to_str().unwrap(), "")).unwrap();
    fs::write(kept.join("answers.txt"), answers(fx, &kept.join("index"))).unwrap();
}

fptest!(indexes_of_every_format_open_or_are_refused, |fx: Fixture| {
    let current = FormatVersions::current().format;
    if std::env::var_os("FINEPRINT_REFRESH_GOLDEN").is_some() {
        refresh(&fx);
    }
    assert!(
        folder(current).is_dir(),
        "no index of format {current}; make one with FINEPRINT_REFRESH_GOLDEN=1"
    );
    for entry in fs::read_dir(repository().join("tests/compat")).unwrap() {
        let kept = entry.unwrap().path();
        let name = kept.file_name().unwrap().to_str().unwrap().to_owned();
        let format: u32 = name.strip_prefix("format-").unwrap().parse().unwrap();
        let index = kept.join("index");
        if format == current {
            let expected = fs::read_to_string(kept.join("answers.txt")).unwrap();
            assert_eq!(answers(&fx, &index), expected, "{name}");
            fx.run(["check", "--index", index.to_str().unwrap()]).exits(0);
        } else {
            let run = fx.run(["search", "we sell", "--index", index.to_str().unwrap()]);
            run.exits(2)
                .stderr_has(&format!("format {format},"))
                .stderr_has(&format!("format {current},"));
            run.stderr_has("fineprint index --rebuild CORPUS --index ");
        }
    }
});
