//! Calls every target with its seeds and with the inputs that fuzzing found.

use std::fs;
use std::path::{Path, PathBuf};

use super::markers::{markers, with_markers};
use super::seeds::seeds_of;
use super::streams::{plain_rows_of_csv, plain_rows_of_json};
use super::texts::plain_front_matter;
use super::{TARGETS, model_delta};

/// The variable with the folder to which the seeds are written, one folder for each target.
const SEEDS: &str = "FINEPRINT_FUZZ_SEEDS";

fn fuzz_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

#[test]
fn seeds_hold() {
    for target in TARGETS {
        let seeds = seeds_of(target.name);
        assert!(!seeds.is_empty());
        for seed in &seeds {
            (target.run)(seed);
        }
        if let Some(folder) = std::env::var_os(SEEDS) {
            let folder = PathBuf::from(folder).join(target.name);
            fs::create_dir_all(&folder).unwrap();
            for (number, seed) in seeds.iter().enumerate() {
                fs::write(folder.join(format!("seed-{number:03}")), seed).unwrap();
            }
        }
    }
}

#[test]
fn inputs_that_were_found_hold() {
    for target in TARGETS {
        let Ok(files) = fs::read_dir(fuzz_folder().join("regressions").join(target.name)) else {
            continue;
        };
        for file in files {
            (target.run)(&fs::read(file.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn every_target_has_a_program_and_a_dictionary() {
    let manifest = fs::read_to_string(fuzz_folder().join("Cargo.toml")).unwrap();
    for target in TARGETS {
        let program = format!("fuzz_targets/{}.rs", target.name);
        let text = fs::read_to_string(fuzz_folder().join(&program)).unwrap();
        assert!(text.contains(&format!("fineprint::fuzzing::{}", target.name)), "{program}");
        assert!(manifest.contains(&program), "{program} is in the manifest");
        let dictionary = fuzz_folder().join("dictionaries").join(target.name);
        assert!(dictionary.with_extension("dict").is_file(), "{program} has a dictionary");
    }
    let known: Vec<_> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    for folder in fs::read_dir(fuzz_folder().join("regressions")).into_iter().flatten() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        assert!(known.contains(&name), "{name} is no target");
    }
}

#[test]
fn models_read_plain_seeds() {
    let is_plain =
        |seed: &Vec<u8>| plain_front_matter(std::str::from_utf8(seed).unwrap()).is_some();
    assert!(seeds_of("front_matter").iter().any(is_plain));
    assert!(seeds_of("json_lines").iter().any(|seed| plain_rows_of_json(seed).len() == 2));
    assert!(seeds_of("csv").iter().any(|seed| plain_rows_of_csv(seed).len() == 2));
}

#[test]
fn markers_replace_the_words() {
    let (text, count) = with_markers("1. We **sell**\n(a) [data](x) <br><i> &lt;");
    assert_eq!(text, "1.  w0w  ** w1w **\n(a) [ w2w ] (x) <br>< i> &  w3w ;");
    assert_eq!(markers(&text).collect::<Vec<_>>(), (0..count).collect::<Vec<_>>());
}

#[test]
fn model_applies_deltas() {
    let delta = [10, 6, 0x91, 3, 4, 2, b'x', b'y'];
    assert_eq!(model_delta::made_by(&delta, b"we do sell").unwrap(), b"do sxy");
    assert_eq!(model_delta::made_by(&delta, b"we sell"), None);
    assert_eq!(model_delta::made_by(&delta[..7], b"we do sell"), None);
}
