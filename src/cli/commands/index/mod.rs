//! `fineprint index`: builds an index, or brings one up to date.

mod report;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};
use fineprint::corpus::ReadOptions;
use fineprint::error::{Error, Result};
use fineprint::index::{
    BuildOptions, BuildSummary, CorpusScan, IncompleteCorpus, IndexedCorpus, IngestReport,
    Manifest, PruneMode, RebuildCheck, ScanContext, build, check_rebuild,
};
use fineprint::model::canonical_name;
use fineprint::printer::print_json_line;

use report::Built;

use super::TextFormat;
use crate::cli::args::values::{MAX_THREADS, memory, renaming, today};
use crate::cli::args::{GlobalArgs, IndexFolder};
use crate::cli::bar::Bar;
use crate::cli::outcome::{Outcome, finish};
use crate::cli::problems::{Warning, report_problems, say_error, say_to_people, say_warning};
use crate::cli::streams::{data, print};

/// `fineprint index`.
#[derive(Debug, Args)]
#[command(after_help = "\
These corpora are recognised by their contents:
  - files with the Princeton-Leuven header, as Markdown, text or HTML
  - files with front matter that names company, type and date
  - datasets of Open Terms Archive, as folders or zip files
  - git repositories of Open Terms Archive and of the Princeton-Leuven corpus
  - JSON Lines, JSON arrays and CSV with one snapshot per line, object or row
  - web archives (WARC, WACZ) and the release database of the Princeton-Leuven corpus
  - with --path, any other Markdown, text or HTML, in folders or in git

Files can be in zip or tar archives and compressed with gzip or zstd. Zip, WACZ, databases and \
git cannot be read from standard input. A git repository is read from its history, with every \
version of every file; it can be bare, and no checkout is needed.

An existing index is brought up to date: only new or changed input is read. The index keeps what a \
corpus no longer contains, unless --prune removes it. Searches see the old index until the new one \
is complete.

Examples:
  fineprint index data/policies
  fineprint index contrib-versions.git
  fineprint index crawl --path '{company}/{type}/{date}.html'
  fineprint index                        (updates all corpora of the index)
  fineprint index data/policies --index /tmp/policies.index --threads 1
  fineprint index data/policies --dry-run
  fineprint index --format json | jq .changed")]
pub struct IndexArgs {
    /// Folders, files, archives or git repositories to index; `-` is standard input [default: the
    /// corpora that are already in the index]
    #[arg(value_name = "CORPUS")]
    corpora: Vec<PathBuf>,
    /// The index folder.
    #[command(flatten)]
    folder: IndexFolder,
    /// The name of the collection that the corpora belong to
    #[arg(
        long, value_name = "NAME", default_value = "default",
        value_parser = NonEmptyStringValueParser::new()
    )]
    collection: String,
    /// The number of threads that read corpora and cut texts into clauses [default: all cores]
    #[arg(
        long, value_name = "N", default_value_t = 0, hide_default_value = true,
        value_parser = clap::value_parser!(u16).range(0..=MAX_THREADS)
    )]
    threads: u16,
    /// The approximate amount of memory to use, such as 512M or 2G
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = memory)]
    memory: u64,
    /// In a git work tree, read the files instead of the history
    #[arg(long)]
    worktree: bool,
    /// Where paths name the company, type and date: '{company}/{type}/{date}.md'
    ///
    /// `{name}` matches a part of a path, or some characters of it, as few as possible. `*` matches
    /// any part, or any characters of it, and `**` any number of parts, also none. Without
    /// `{type}`, the type is `Privacy Policy`. Without `{date}`, the date is taken from --date, or
    /// from the author date of the commit.
    #[arg(long, value_name = "PATTERN", requires = "corpora")]
    path: Option<String>,
    /// The company of all that these corpora contain
    ///
    /// The pattern of --path then has no `{company}`. An input that names another company itself
    /// is an error.
    #[arg(
        long, value_name = "NAME", requires = "corpora",
        value_parser = NonEmptyStringValueParser::new()
    )]
    company: Option<String>,
    /// The archive date of files that have none in their text or path
    #[arg(long, value_name = "DATE", requires = "corpora")]
    date: Option<String>,
    /// Build from scratch: the corpora that are named, or all corpora that the index has
    ///
    /// If the index has snapshots that these corpora do not have, this is an error, and
    /// --rebuild=force builds without them.
    #[arg(
        long, value_name = "force", num_args = 0..=1, require_equals = true,
        default_missing_value = "all", hide_possible_values = true, value_enum
    )]
    rebuild: Option<RebuildArg>,
    /// Remove from the index what these corpora no longer contain
    ///
    /// Nothing is removed of a corpus that is empty, or of which something could not be read: an
    /// unreadable folder, a cut file, a shallow clone. --prune=force removes it there too.
    #[arg(
        long, value_name = "force", num_args = 0..=1, require_equals = true,
        default_missing_value = "complete", hide_possible_values = true, value_enum,
        conflicts_with = "rebuild"
    )]
    prune: Option<PruneArg>,
    /// Remove this collection from the index (repeatable)
    #[arg(
        long, value_name = "NAME",
        conflicts_with_all = ["corpora", "rebuild", "prune", "dry_run", "worktree"]
    )]
    remove: Vec<String>,
    /// In JSON Lines and CSV, read our field OURS from their field THEIRS: company=site
    ///
    /// Fields of ours are company, type, date, archive_time, text, url and others;
    /// `schema/snapshot.schema.json` lists them.
    #[arg(
        long, value_name = "OURS=THEIRS", value_delimiter = ',', value_parser = renaming,
        requires = "corpora"
    )]
    map: Vec<(String, String)>,
    /// Print what would be indexed, with three sample clauses, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// The format of the summary: for people on stderr, or one JSON object on stdout
    #[arg(long, value_enum, default_value_t, conflicts_with = "dry_run")]
    format: TextFormat,
}

/// The values of --prune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PruneArg {
    /// Only corpora that were read to their end.
    #[value(hide = true)]
    Complete,
    /// All corpora.
    Force,
}

/// The values of --rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum RebuildArg {
    /// Lose no snapshot that only the index has.
    #[value(hide = true)]
    All,
    /// Lose the snapshots that only the index has.
    Force,
}

/// Runs the command.
pub fn run(args: &IndexArgs, global: &GlobalArgs) -> Result<Outcome> {
    let started = Instant::now();
    let bar = Bar::new(!global.is_for_people());
    let dir = &args.folder.index;
    check_link(dir)?;
    let base = match args.rebuild {
        Some(_) => None,
        None => Manifest::read_existing(dir)?,
    };
    let scan = scan(args, base.as_ref(), &bar)?;
    if args.dry_run {
        drop(bar);
        print(global.people(), |out| report::write_dry_run(out, &scan))?;
        return Ok(finish(report_problems(&scan.report, global), true));
    }
    if args.rebuild == Some(RebuildArg::All)
        && let RebuildCheck::Unreadable(reason) = check_rebuild(dir, &scan)?
    {
        let message = format!("the old index cannot be compared with its corpora: {reason}");
        say_warning(global, &Warning { kind: "index", message, hint: None });
    }
    let (manifest, report) = build(scan, &build_options(args), &bar)?;
    drop(bar);
    let has_failures = report_problems(&report, global);
    let is_incomplete = report_unpruned(args, &report, global) || has_failures;
    let (base, seconds) = (base.as_ref(), started.elapsed().as_secs_f64());
    let summary = &BuildSummary::new(dir, base, &manifest, &report, seconds);
    if args.format == TextFormat::Json {
        print(data(), |out| print_json_line(out, summary))?;
    } else {
        let built = Built { base, manifest: &manifest, report: &report, summary };
        built.lines().iter().for_each(|line| say_to_people(global, line));
    }
    Ok(finish(is_incomplete, true))
}

/// Refuses an index folder that is a link to nothing.
fn check_link(dir: &Path) -> Result<()> {
    let Ok(target) = dir.read_link() else { return Ok(()) };
    if dir.exists() {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "{} is a symbolic link to {}, which is not there; make that folder, or remove the link",
        dir.display(),
        target.display()
    )))
}

/// Says of which corpora --prune removed nothing, and why. Returns whether there are any.
fn report_unpruned(args: &IndexArgs, report: &IngestReport, global: &GlobalArgs) -> bool {
    if args.prune != Some(PruneArg::Complete) || report.vanished == 0 {
        return false;
    }
    for IncompleteCorpus { corpus, reason } in &report.incomplete {
        let message = format!(
            "{corpus}: --prune removed nothing of this corpus, because {reason}; --prune=force \
             removes the missing snapshots"
        );
        say_error(global, "corpus", &message);
    }
    !report.incomplete.is_empty()
}

fn build_options(args: &IndexArgs) -> BuildOptions {
    BuildOptions {
        index: args.folder.index.clone(),
        threads: usize::from(args.threads),
        rebuild: args.rebuild.is_some(),
        prune: prune_mode(args),
        remove: args.remove.clone(),
        memory: Some(args.memory),
    }
}

fn prune_mode(args: &IndexArgs) -> PruneMode {
    match args.prune {
        None => PruneMode::Nothing,
        Some(PruneArg::Complete) => PruneMode::CompleteCorpora,
        Some(PruneArg::Force) => PruneMode::AllCorpora,
    }
}

/// Looks for the input. `base` is the manifest of the index that is brought up to date.
fn scan(args: &IndexArgs, base: Option<&Manifest>, bar: &Bar) -> Result<CorpusScan> {
    if !args.remove.is_empty() {
        let base = existing(base, &args.folder.index)?;
        check_collections(&args.remove, base)?;
        return Ok(CorpusScan::nothing(Some(base)));
    }
    let prune = prune_mode(args);
    let context = ScanContext { base, today: today()?, memory: args.memory, prune, progress: bar };
    if args.corpora.is_empty() {
        return CorpusScan::again(&known_corpora(args, base)?, context);
    }
    let options = ReadOptions {
        worktree: args.worktree,
        path: args.path.clone(),
        company: args.company.clone(),
        date: args.date.clone(),
        map: args.map.clone(),
        ..ReadOptions::default()
    };
    CorpusScan::with_options(&args.corpora, &args.collection, &options, context)
}

/// The corpora of the index. An index that is built anew may be of another version.
fn known_corpora(args: &IndexArgs, base: Option<&Manifest>) -> Result<Vec<IndexedCorpus>> {
    let dir = &args.folder.index;
    if args.rebuild.is_some() && Manifest::is_at(dir) {
        let corpora = Manifest::corpora_of_any_version(dir)?;
        check_readable(&corpora, dir)?;
        return Ok(corpora);
    }
    existing(base, dir).map(|base| base.corpora.clone())
}

/// Refuses to build an index anew if none of its corpora can be read again.
fn check_readable(corpora: &[IndexedCorpus], dir: &Path) -> Result<()> {
    if !corpora.iter().all(IndexedCorpus::was_piped) {
        return Ok(());
    }
    let dir = dir.display();
    let what = match corpora {
        [] => format!("the index at {dir} has no corpus"),
        [_] => format!(
            "the only corpus of the index at {dir} was piped into standard input, which cannot be \
             read again"
        ),
        _ => format!(
            "all corpora of the index at {dir} were piped into standard input, which cannot be \
             read again"
        ),
    };
    Err(Error::Usage(format!("{what}; name the corpora to index")))
}

fn existing<'m>(base: Option<&'m Manifest>, dir: &Path) -> Result<&'m Manifest> {
    base.ok_or_else(|| {
        let dir = dir.display();
        let message =
            format!("there is no index at {dir} to bring up to date; name the corpora to index");
        Error::Usage(message)
    })
}

/// Refuses names of collections that the index does not have.
fn check_collections(names: &[String], base: &Manifest) -> Result<()> {
    let known: BTreeSet<&str> = base.corpora.iter().map(|corpus| &*corpus.collection).collect();
    let is_known = |name: &&String| known.contains(canonical_name(name).as_str());
    let Some(unknown) = names.iter().find(|name| !is_known(name)) else {
        return Ok(());
    };
    let known = known.into_iter().collect::<Vec<_>>().join(", ");
    Err(Error::Usage(format!("the index has no collection `{unknown}`; it has: {known}")))
}
