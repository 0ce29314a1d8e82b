//! What the tests share.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with the real corpora, if `FINEPRINT_CORPORA` names it.
pub fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("FINEPRINT_CORPORA").map(PathBuf::from).filter(|folder| folder.is_dir());
    if folder.is_none() {
        println!("skipped: FINEPRINT_CORPORA names no folder with real corpora");
    }
    folder
}

/// The Open Terms Archive contrib history as a bare repository, cloned once per run from the bundle.
pub fn contrib_history(corpora: &Path) -> PathBuf {
    static CLONE: OnceLock<PathBuf> = OnceLock::new();
    let bundle = corpora.join("opentermsarchive-contrib-versions.bundle");
    CLONE
        .get_or_init(|| {
            let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contrib-versions.git");
            if !target.join("HEAD").exists() {
                let status = Command::new("git")
                    .args(["clone", "--quiet", "--bare"])
                    .arg(&bundle)
                    .arg(&target)
                    .status();
                assert!(status.expect("git runs").success(), "git clone {}", bundle.display());
            }
            target
        })
        .clone()
}
