//! Resolves imports to files, and finds circles and arrows upwards among them.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Facts;

/// Which modules of the top level each of them may import, lowest first. A module may always
/// import itself.
pub const LAYERS: &[(&str, &[&str])] = &[
    ("model", FOUNDATION),
    ("error", FOUNDATION),
    ("progress", FOUNDATION),
    ("token", FOUNDATION),
    ("stem", FOUNDATION),
    ("lang", FOUNDATION),
    ("section", FOUNDATION),
    ("collapse", &["model", "error", "progress", "token", "stem", "lang", "section"]),
    ("corpus", &["model", "error", "progress", "lang"]),
    (
        "index",
        &["model", "error", "progress", "token", "stem", "lang", "section", "collapse", "corpus"],
    ),
    ("query", &["model", "token", "error"]),
    (
        "search",
        &[
            "model", "error", "progress", "token", "stem", "lang", "section", "collapse", "corpus",
            "index", "query",
        ],
    ),
    ("printer", &["model", "error", "token", "query", "index", "search"]),
    ("batch", BELOW_THE_PROGRAM),
    ("export", BELOW_THE_PROGRAM),
    ("cli", EVERYTHING),
    ("main", &["cli"]),
    ("fuzzing", EVERYTHING),
    ("lib", EVERYTHING),
];

/// Modules that know no other but each other; the check for circles keeps them in an order.
const FOUNDATION: &[&str] = &["model", "error", "progress", "token", "stem", "lang"];

const BELOW_THE_PROGRAM: &[&str] =
    &["model", "error", "progress", "lang", "index", "query", "search", "printer"];

const EVERYTHING: &[&str] = &[
    "model", "error", "progress", "token", "stem", "lang", "section", "collapse", "corpus",
    "index", "query", "search", "printer", "batch", "export",
];

/// The files of the crate by module: `["search", "hit"]` is `src/search/hit.rs`.
pub struct Modules<'f> {
    files: BTreeMap<Vec<String>, &'f Facts>,
}

/// The module of a file of `src`; the library is the empty path.
pub fn module_of(path: &str) -> Vec<String> {
    let inside = path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs"));
    let inside = inside.expect("a Rust file of src");
    let name = inside.strip_suffix("/mod").unwrap_or(inside);
    if name == "lib" { Vec::new() } else { name.split('/').map(str::to_owned).collect() }
}

impl<'f> Modules<'f> {
    /// From paths below the repository and their facts.
    pub fn new(files: impl IntoIterator<Item = (&'f str, &'f Facts)>) -> Self {
        Self { files: files.into_iter().map(|(path, facts)| (module_of(path), facts)).collect() }
    }

    /// Which modules each module imports, by `use` or by a path in its code.
    pub fn imports(&self) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
        let mut found = BTreeMap::new();
        for (module, facts) in &self.files {
            let uses = facts.imports.iter().map(|import| &import.what.path);
            let paths = facts.paths.iter().map(|path| &path.what);
            let mut targets: BTreeSet<Vec<String>> =
                uses.chain(paths).filter_map(|path| self.resolve(module, path, 8)).collect();
            targets.remove(module);
            found.insert(module.clone(), targets);
        }
        found
    }

    /// The module in which the item of a path is defined; `None` for other crates and for names
    /// of the file itself. `depth` limits how many re-exports are followed.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
        let (mut module, rest) = self.start(from, path)?;
        for (at, part) in rest.iter().enumerate() {
            let child = [module.as_slice(), std::slice::from_ref(part)].concat();
            if self.files.contains_key(&child) {
                module = child;
                continue;
            }
            return Some(self.reexported(&module, part, &rest[at + 1..], depth).unwrap_or(module));
        }
        Some(module)
    }

    /// The module where a path begins, and the rest of the path.
    fn start<'p>(
        &self,
        from: &[String],
        path: &'p [String],
    ) -> Option<(Vec<String>, &'p [String])> {
        let mut module = from.to_vec();
        match path[0].as_str() {
            "crate" | "fineprint" => return Some((Vec::new(), &path[1..])),
            "self" => return Some((module, &path[1..])),
            "super" => {}
            child => {
                module.push(child.to_owned());
                return self.files.contains_key(&module).then_some((module, &path[1..]));
            }
        }
        let mut rest = path;
        while rest.first().is_some_and(|part| part == "super") {
            module.pop();
            rest = &rest[1..];
        }
        Some((module, rest))
    }

    /// Follows a name that a module brings in by `use` instead of defining it.
    fn reexported(
        &self,
        module: &[String],
        name: &str,
        rest: &[String],
        depth: usize,
    ) -> Option<Vec<String>> {
        let facts = self.files.get(module)?;
        if depth == 0 || facts.items.contains(name) {
            return None;
        }
        let import = facts.imports.iter().find(|import| import.what.name == name)?;
        let path = [import.what.path.as_slice(), rest].concat();
        self.resolve(module, &path, depth - 1)
    }
}

/// Imports that the layers do not allow, as `importing file's module -> imported module`.
pub fn arrows_upwards(imports: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>) -> Vec<String> {
    let mut found = Vec::new();
    for (module, targets) in imports {
        let layer = top(module);
        let allowed = LAYERS.iter().find(|(name, _)| *name == layer);
        for target in targets {
            let is_allowed = layer == top(target)
                || allowed.is_some_and(|(_, allowed)| allowed.contains(&top(target)));
            if !is_allowed {
                found.push(format!("{} -> {}", shown(module), shown(target)));
            }
        }
    }
    found
}

fn top(module: &[String]) -> &str {
    module.first().map_or("lib", String::as_str)
}

fn shown(module: &[String]) -> String {
    if module.is_empty() { "lib".to_owned() } else { module.join("::") }
}

/// The groups of modules that import each other, directly or by way of others.
pub fn circles(imports: &BTreeMap<Vec<String>, BTreeSet<Vec<String>>>) -> Vec<String> {
    let mut left: BTreeSet<&Vec<String>> = imports.keys().collect();
    let mut found = Vec::new();
    while let Some(module) = left.pop_first() {
        let ahead = reached(imports, module);
        if !ahead.contains(module) {
            continue;
        }
        let circle: Vec<&Vec<String>> = ahead
            .iter()
            .copied()
            .filter(|other| reached(imports, other).contains(module))
            .collect();
        for other in &circle {
            left.remove(other);
        }
        found.push(circle.iter().map(|module| shown(module)).collect::<Vec<_>>().join(", "));
    }
    found
}

/// The modules that one imports, directly or by way of others.
fn reached<'i>(
    imports: &'i BTreeMap<Vec<String>, BTreeSet<Vec<String>>>,
    from: &Vec<String>,
) -> BTreeSet<&'i Vec<String>> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&Vec<String>> = imports.get(from).into_iter().flatten().collect();
    while let Some(module) = next.pop() {
        if found.insert(module) {
            next.extend(imports.get(module).into_iter().flatten());
        }
    }
    found
}

#[test]
fn circles_and_arrows_of_a_made_up_crate_are_found() {
    let files = [
        ("src/lib.rs", "pub mod model; pub mod search; pub mod query; pub use search::Hit;"),
        ("src/model/mod.rs", "mod clause; pub use clause::Clause;"),
        ("src/model/clause.rs", "pub struct Clause;"),
        ("src/search/mod.rs", "mod hit; pub use hit::Hit; fn ask() { hit::read() }"),
        ("src/search/hit.rs", "use crate::model::Clause; pub struct Hit; fn read() {}"),
        ("src/query/mod.rs", "mod bind; fn parse() { bind::bind() } pub struct Tree;"),
        ("src/query/bind.rs", "use super::Tree; use crate::Hit; fn bind() {}"),
    ];
    let facts: Vec<(&str, Facts)> =
        files.iter().map(|(path, text)| (*path, Facts::read(text))).collect();
    let modules = Modules::new(facts.iter().map(|(path, facts)| (*path, facts)));
    let imports = modules.imports();
    assert_eq!(circles(&imports), ["query, query::bind"]);
    assert_eq!(arrows_upwards(&imports), ["query::bind -> search::hit"]);
    let hit = imports.get(&module_of("src/search/hit.rs")).expect("the file is there");
    let clause = module_of("src/model/clause.rs");
    assert_eq!(hit.iter().collect::<Vec<_>>(), [&clause], "re-exports are followed");
}
