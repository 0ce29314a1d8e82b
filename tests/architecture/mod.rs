//! Checks the shape of the source tree: who may import whom, names, lengths, and plain words.
//!
//! Each figure has a limit in [`limits`]. A change that makes a figure worse fails here and names
//! the places. `cargo test figure_is_over -- --nocapture` prints all figures and their limits.

mod files;
mod modules;
mod source;

use std::collections::{BTreeMap, BTreeSet};

use files::{Text, rust_files, texts};
use modules::Modules;
use source::Facts;

/// A measured figure, and the places that it counts.
struct Figure {
    name: &'static str,
    value: f64,
    places: Vec<String>,
}

impl Figure {
    /// A figure that counts places.
    fn count(name: &'static str, places: Vec<String>) -> Self {
        Self { name, value: places.len() as f64, places }
    }

    /// A figure that counts places per 1,000 lines of code.
    fn per_1000_lines(name: &'static str, places: Vec<String>, code_lines: usize) -> Self {
        let value = places.len() as f64 * 1000.0 / code_lines as f64;
        Self { name, value: (value * 10.0).round() / 10.0, places }
    }
}

/// The most that each figure may be.
fn limits() -> BTreeMap<&'static str, f64> {
    BTreeMap::from([
        ("import circles", 0.0),
        ("imports against the layers", 0.0),
        ("flags in strings of the library", 0.0),
        ("type names used twice", 0.0),
        ("file names used twice in a folder", 0.0),
        ("lines over 100 columns", 0.0),
        ("lines of a function, 90th percentile", 25.0),
        ("functions over 100 lines", 0.0),
        ("tuple parameters", 0.0),
        ("named closures per 1,000 lines", 2.0),
        ("defaults per 1,000 lines", 7.0),
        ("one-word public type names, percent", 30.0),
        ("telegraphic words", 20.0),
        ("folders of more than 12 files", 0.0),
    ])
}

/// A file of `src` and its facts.
struct Source {
    text: Text,
    facts: Facts,
}

impl Source {
    fn at(&self, line: usize, what: &str) -> String {
        format!("{}:{line}: {what}", self.text.path)
    }

    /// Whether the file belongs to the program and not to the library.
    fn is_of_program(&self) -> bool {
        self.text.path.starts_with("src/cli/") || self.text.path == "src/main.rs"
    }
}

fn sources() -> Vec<Source> {
    let source = |text: Text| Source { facts: Facts::read(&text.content), text };
    rust_files("src").into_iter().map(source).collect()
}

fn figures(sources: &[Source]) -> Vec<Figure> {
    let code_lines = sources.iter().map(|source| source.facts.code_lines).sum();
    let modules =
        Modules::new(sources.iter().map(|source| (source.text.path.as_str(), &source.facts)));
    let imports = modules.imports();
    let closures = places(sources, |facts| &facts.closures, Clone::clone);
    let defaults = places(sources, |facts| &facts.defaults, Clone::clone);
    vec![
        Figure::count("import circles", modules::circles(&imports)),
        Figure::count("imports against the layers", modules::arrows_upwards(&imports)),
        Figure::count("flags in strings of the library", flags(sources)),
        Figure::count("type names used twice", type_names_used_twice(sources)),
        Figure::count("file names used twice in a folder", file_names_used_twice(sources)),
        Figure::count("lines over 100 columns", long_lines()),
        function_lengths(sources),
        Figure::count("functions over 100 lines", long_functions(sources)),
        Figure::count("tuple parameters", tuple_parameters(sources)),
        Figure::per_1000_lines("named closures per 1,000 lines", closures, code_lines),
        Figure::per_1000_lines("defaults per 1,000 lines", defaults, code_lines),
        one_word_types(sources),
        Figure::count("telegraphic words", telegraphic_words(sources)),
        Figure::count("folders of more than 12 files", large_folders()),
    ]
}

/// The places of some facts of all files.
fn places<T>(
    sources: &[Source],
    facts: fn(&Facts) -> &Vec<source::At<T>>,
    shown: fn(&T) -> String,
) -> Vec<String> {
    sources
        .iter()
        .flat_map(|source| {
            facts(&source.facts).iter().map(|fact| source.at(fact.line, &shown(&fact.what)))
        })
        .collect()
}

/// Strings of the library that name a flag of the program.
fn flags(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| !source.is_of_program()) {
        for string in source.facts.strings.iter().filter(|string| names_a_flag(&string.what)) {
            found.push(source.at(string.line, &string.what));
        }
    }
    found
}

/// Whether a text contains a flag such as `--latest`. A dash between words is not a flag, and
/// neither is a flag of git in a command such as `git fetch --unshallow`.
fn names_a_flag(text: &str) -> bool {
    text.match_indices("--").any(|(at, _)| {
        let before = &text[..at];
        let is_of_git = before.rsplit('`').next().is_some_and(|part| part.starts_with("git "));
        let last = before.chars().next_back();
        text[at + 2..].starts_with(|c: char| c.is_ascii_lowercase())
            && last.is_none_or(|c| !matches!(c, '-' | '!') && !c.is_alphanumeric())
            && !is_of_git
    })
}

fn type_names_used_twice(sources: &[Source]) -> Vec<String> {
    let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for source in sources {
        for name in &source.facts.types {
            let known = by_name.entry(&name.what.name).or_default();
            known.push(source.at(name.line, &name.what.name));
        }
    }
    by_name.into_values().filter(|places| places.len() > 1).map(|p| p.join(" and ")).collect()
}

fn file_names_used_twice(sources: &[Source]) -> Vec<String> {
    let mut by_name: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for source in sources {
        let parts: Vec<&str> = source.text.path.split('/').collect();
        let (folder, name) = (parts[1], *parts.last().expect("a path has a name"));
        if name != "mod.rs" {
            by_name.entry((folder, name)).or_default().push(&source.text.path);
        }
    }
    by_name.into_values().filter(|paths| paths.len() > 1).map(|p| p.join(" and ")).collect()
}

/// Lines of code, comments and prose over 100 columns. In Markdown, tables, lines with a link, and
/// shown output may be longer.
fn long_lines() -> Vec<String> {
    let mut found = Vec::new();
    for text in texts() {
        let mut is_fenced = false;
        for (line, number) in text.content.lines().zip(1..) {
            is_fenced ^= text.is_markdown() && line.trim_start().starts_with("```");
            let is_excepted = text.is_markdown()
                && (is_fenced
                    || line.starts_with('|')
                    || line.contains("](")
                    || line.contains("://"));
            let columns = line.chars().count();
            if columns > 100 && !is_excepted {
                found.push(format!("{}:{number}: {columns} columns", text.path));
            }
        }
    }
    found
}

fn function_lengths(sources: &[Source]) -> Figure {
    let mut lengths: Vec<usize> = sources
        .iter()
        .flat_map(|source| source.facts.functions.iter().map(|function| function.what.lines))
        .collect();
    lengths.sort_unstable();
    let value = lengths[lengths.len() * 9 / 10] as f64;
    let is_long = |function: &&source::At<source::Function>| function.what.lines as f64 > value;
    let mut places = Vec::new();
    for source in sources {
        for function in source.facts.functions.iter().filter(is_long) {
            let what = format!("{}: {} lines", function.what.name, function.what.lines);
            places.push(source.at(function.line, &what));
        }
    }
    Figure { name: "lines of a function, 90th percentile", value, places }
}

fn long_functions(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for function in source.facts.functions.iter().filter(|f| f.what.lines > 100) {
            found.push(source.at(function.line, &function.what.name));
        }
    }
    found
}

fn tuple_parameters(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for function in source.facts.functions.iter().filter(|f| f.what.has_tuple_parameter) {
            found.push(source.at(function.line, &function.what.name));
        }
    }
    found
}

fn one_word_types(sources: &[Source]) -> Figure {
    let mut all = 0;
    let mut places = Vec::new();
    for source in sources {
        for name in source.facts.types.iter().filter(|name| name.what.is_public) {
            all += 1;
            if name.what.name.chars().filter(|c| c.is_uppercase()).count() == 1 {
                places.push(source.at(name.line, &name.what.name));
            }
        }
    }
    let value = (places.len() as f64 * 100.0 / f64::from(all)).round();
    Figure { name: "one-word public type names, percent", value, places }
}

/// Words that make a sentence telegraphic, in comments, help and documentation.
fn telegraphic_words(sources: &[Source]) -> Vec<String> {
    let pattern =
        regex::Regex::new(r"(?i)\b(?:stand|stands|stood|what (?:is|was|has)|(?:that|those) of)\b")
            .expect("the pattern is well formed");
    let mut lines: Vec<(String, String)> = Vec::new();
    for source in sources {
        let comments = source.facts.comments.iter();
        lines.extend(comments.map(|comment| (source.at(comment.line, ""), comment.what.clone())));
    }
    for text in texts().into_iter().filter(|text| !text.path.starts_with("src/")) {
        if text.is_markdown() {
            for (line, number) in text.content.lines().zip(1..) {
                lines.push((format!("{}:{number}: ", text.path), line.to_owned()));
            }
        } else {
            for comment in Facts::read(&text.content).comments {
                lines.push((format!("{}:{}: ", text.path, comment.line), comment.what));
            }
        }
    }
    let mut found = Vec::new();
    for (at, line) in &lines {
        found.extend(pattern.find_iter(line).map(|word| format!("{at}{}", word.as_str())));
    }
    found
}

fn large_folders() -> Vec<String> {
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    for root in ["src", "tests", "benches"] {
        for text in rust_files(root) {
            let (folder, _) = text.path.rsplit_once('/').expect("a file is in a folder");
            *files.entry(folder.to_owned()).or_default() += 1;
        }
    }
    let large = files.into_iter().filter(|(_, count)| *count > 12);
    large.map(|(folder, count)| format!("{folder}: {count} files")).collect()
}

#[test]
fn no_figure_is_over_its_limit() {
    let limits = limits();
    let sources = sources();
    let mut worse = String::new();
    for Figure { name, value, places } in figures(&sources) {
        let limit = limits[name];
        println!("{value:>7} of {limit:>5}  {name}");
        if value > limit {
            worse += &format!("\n{name}: {value}, at most {limit}:\n  {}\n", places.join("\n  "));
        }
    }
    assert!(worse.is_empty(), "{worse}");
}

#[test]
fn the_scan_of_the_source_finds_known_facts() {
    let sources = sources();
    let modules =
        Modules::new(sources.iter().map(|source| (source.text.path.as_str(), &source.facts)));
    let imports = modules.imports();
    let tops: BTreeSet<(&str, &str)> = imports
        .iter()
        .flat_map(|(from, targets)| targets.iter().map(move |target| (from, target)))
        .filter_map(|(from, to)| Some((from.first()?.as_str(), to.first()?.as_str())))
        .collect();
    for known in [("search", "index"), ("search", "query"), ("index", "corpus"), ("cli", "search")]
    {
        assert!(tops.contains(&known), "{known:?} is not found");
    }
    let listed: BTreeSet<&str> = modules::LAYERS.iter().map(|(name, _)| *name).collect();
    for module in imports.keys().filter_map(|module| module.first()) {
        assert!(listed.contains(module.as_str()), "the layers do not list {module}");
    }
    let count = |of: fn(&Facts) -> usize| sources.iter().map(|source| of(&source.facts)).sum();
    let functions: usize = count(|facts| facts.functions.len());
    let comments: usize = count(|facts| facts.comments.len());
    let strings: usize = count(|facts| facts.strings.len());
    let types: usize = count(|facts| facts.types.len());
    assert!(functions > 1_000, "{functions} functions");
    assert!(comments > 2_000, "{comments} lines of comments");
    assert!(strings > 1_000, "{strings} strings");
    assert!(types > 250, "{types} types");
    assert!(texts().iter().filter(|text| text.is_markdown()).count() > 5);
}

#[test]
fn flags_in_texts_are_told_from_dashes() {
    for flag in ["add --latest", "--by meta", "`--since`", "(--gone)"] {
        assert!(names_a_flag(flag), "{flag}");
    }
    for other in
        ["`git fetch --unshallow`", "a -- b", "--", "<!--comment", "---x", "xn--p1ai", "\\u2014"]
    {
        assert!(!names_a_flag(other), "{other}");
    }
}
