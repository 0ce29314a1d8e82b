//! Every flag, once. Groups of flags are shared by commands; nothing is decided here.

mod filters;
mod output;

use std::path::PathBuf;

use clap::builder::{
    NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser, ValueParser,
};
use clap::{Args, Parser, Subcommand, ValueEnum};
use fineprint::lang::Lang;
use fineprint::model::{Age, ClauseKind, Period};
use fineprint::printer::KwicKey;
use fineprint::search::{FacetField, HitLimit};

/// Full-text search over archived privacy policies and terms of service.
///
/// Finds clauses, ranked, with the company that said them and the dates between which it did.
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  fineprint search --corpus data/policies sell or rent
  fineprint index data/policies
  fineprint search '\"third parties\" NOT section:children' --since 2018 --format jsonl

Exit status: 0 with hits, 1 without, 2 after an error."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Print no progress, warnings or totals
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// When to use colours; `auto`: in a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
}

/// More threads than any machine has cores; a typing error should not start a million.
const MAX_THREADS: i64 = 1024;

/// Kinds by name; help and errors list them.
fn kind() -> ValueParser {
    PossibleValuesParser::new(ClauseKind::ALL.map(ClauseKind::name))
        .try_map(|name| name.parse::<ClauseKind>())
        .into()
}

// The messages of these follow "invalid value 'x' for '--since <DATE>': ", which names the value.

fn period(text: &str) -> Result<Period, &'static str> {
    text.parse().map_err(|_| "no such date; write YYYY, YYYY-MM or YYYY-MM-DD")
}

fn facet_field(text: &str) -> Result<FacetField, &'static str> {
    text.parse().map_err(|()| "write company, type, collection, year, section, lang or meta:KEY")
}

fn age(text: &str) -> Result<Age, &'static str> {
    text.parse().map_err(|_| "no length of time; write 90d, 8w, 6mo or 1y")
}

fn limit(text: &str) -> Result<HitLimit, &'static str> {
    text.parse().map_err(|_| "neither a number nor `all`")
}

fn memory(text: &str) -> Result<u64, &'static str> {
    let wrong = "no size; write a number with K, M or G, such as 512M";
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text[digits.len()..].to_ascii_uppercase().trim_end_matches(['B', 'I']) {
        "" => 1,
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        "T" => 1 << 40,
        _ => return Err(wrong),
    };
    digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).ok_or(wrong)
}

fn key_value(text: &str) -> Result<(String, String), &'static str> {
    let (key, value) = text.split_once('=').ok_or("no `=`; write KEY=VALUE")?;
    if key.is_empty() {
        Err("no key before the `=`")
    } else {
        Ok((key.to_owned(), value.to_owned()))
    }
}

fn number(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "no number of hits")
}

fn kwic_key(text: &str) -> Result<KwicKey, &'static str> {
    text.parse().map_err(
        |()| "write L1 (the word before the match), R1 (the word after it), L2, R2, ... or N (the match)",
    )
}

fn renaming(text: &str) -> Result<(String, String), &'static str> {
    let (ours, theirs) = text.split_once('=').ok_or("write OURS=THEIRS, such as company=site")?;
    if ours.is_empty() || theirs.is_empty() {
        return Err("write OURS=THEIRS, such as company=site");
    }
    Ok((ours.trim().to_owned(), theirs.trim().to_owned()))
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the index of one or more corpora, or bring it up to date
    Index(IndexArgs),
    /// Find clauses
    Search(Box<SearchArgs>),
    /// Count, per period, how many policies say it, and what share
    Timeline(Box<TimelineArgs>),
    /// Count what matches, per company, type, year, ...
    Facets(Box<FacetsArgs>),
    /// List companies: all, those that say something, or those that do not
    Companies(Box<CompaniesArgs>),
    /// Print a policy as it stood at a date, or a clause in its section, with its citation
    Show(ShowArgs),
    /// Say when clauses entered, changed and left the policies of a company
    History(Box<HistoryArgs>),
    /// Say what changed in a policy between two archive dates
    Diff(DiffArgs),
    /// Write snapshots or clauses as Markdown files, JSON Lines or CSV
    Export(Box<ExportArgs>),
    /// Say what is in the index
    Info(InfoArgs),
    /// Verify that the index is sound, or still equal to a corpus
    Check(CheckArgs),
    /// Print what a shell needs to complete commands and flags
    Completions(CompletionsArgs),
    /// Print the manual page, of the program or of a command
    Man(ManArgs),
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// The index folder, for every command.
#[derive(Debug, Args)]
pub struct IndexFolder {
    /// Where the index is
    #[arg(
        long,
        value_name = "DIR",
        env = "FINEPRINT_INDEX",
        hide_env_values = true,
        default_value = ".fineprint"
    )]
    pub index: PathBuf,
}

/// `fineprint index`.
#[derive(Debug, Args)]
#[command(after_help = "\
Reads files that begin with the header of the Princeton-Leuven corpus (Markdown, text or HTML) or
with front matter (company, type, date), unpacked datasets of Open Terms Archive, and, with --path,
any Markdown, text or HTML; and git repositories of Open Terms Archive, of the Princeton-Leuven
corpus or, with --path, any other: every version of every file, bare or not, without a checkout;
JSON Lines and CSV (a snapshot per line or row), zip and tar archives of any of the files, also
compressed with gzip or zstd, from a file or, all but zip, from standard input (`-`). An
index that is already there is brought up to date: only what is new or has changed is read, and what
has vanished from a corpus stays unless --prune takes it out. The index is as before until the new
one is complete.

Examples:
  fineprint index data/policies
  fineprint index contrib-versions.git
  fineprint index crawl --path '{company}/{type}/{date}.html'
  fineprint index                        bring all corpora of the index up to date
  fineprint index data/policies --index /tmp/policies.index --threads 1
  fineprint index data/policies --dry-run")]
pub struct IndexArgs {
    /// Folders, files, archives or git repositories to index, `-` for standard input; none: those that the index has
    #[arg(value_name = "CORPUS")]
    pub corpora: Vec<PathBuf>,
    /// The index folder.
    #[command(flatten)]
    pub folder: IndexFolder,
    /// The name under which the corpora are indexed
    #[arg(long, value_name = "NAME", default_value = "default", value_parser = NonEmptyStringValueParser::new())]
    pub collection: String,
    /// Threads that read and section [default: all cores]
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true, value_parser = clap::value_parser!(u16).range(0..=MAX_THREADS))]
    pub threads: u16,
    /// About how much memory to take: 512M, 2G
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = memory)]
    pub memory: u64,
    /// Of a git work tree read the files, not the history
    #[arg(long)]
    pub worktree: bool,
    /// How paths say whose policy a file is: '{company}/{type}/{date}.md'
    ///
    /// A name stands for some of one part of a path. Without {type} it is `Privacy Policy`; without {date} it is --date, or the
    /// author date of the commit.
    #[arg(long, value_name = "PATTERN", requires = "corpora")]
    pub path: Option<String>,
    /// The archive date of files that name none, nor does their path
    #[arg(long, value_name = "DATE", requires = "corpora")]
    pub date: Option<String>,
    /// Start over: take nothing over from an index that is there
    #[arg(long, requires = "corpora")]
    pub rebuild: bool,
    /// Take out of the index what these corpora have no more
    #[arg(long, conflicts_with = "rebuild")]
    pub prune: bool,
    /// Take this collection out of the index (repeatable)
    #[arg(long, value_name = "NAME", conflicts_with_all = ["corpora", "rebuild", "prune", "dry_run", "worktree"])]
    pub remove: Vec<String>,
    /// What JSON Lines and CSV call our fields: company, type, date, archive_time, text, url, ...
    #[arg(long, value_name = "OURS=THEIRS", value_delimiter = ',', value_parser = renaming, requires = "corpora")]
    pub map: Vec<(String, String)>,
    /// Say what was found, with three sample clauses, and write nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Which index a query command asks.
#[derive(Debug, Args)]
pub struct IndexChoice {
    /// The index folder.
    #[command(flatten)]
    pub folder: IndexFolder,
    /// Search this corpus: its index is made, or brought up to date, in the user's cache folder
    #[arg(long, value_name = "PATH")]
    pub corpus: Option<PathBuf>,
}

/// Which snapshots and clauses count; the same for every query command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Filters")]
pub struct FilterArgs {
    /// Only this company: its whole name, or a glob with * ? [ (repeatable)
    #[arg(long, value_name = "NAME")]
    pub company: Vec<String>,
    /// Only this type of policy: whole name or glob (repeatable)
    #[arg(long = "type", value_name = "NAME")]
    pub policy_type: Vec<String>,
    /// Only this collection: whole name or glob (repeatable)
    #[arg(long, value_name = "NAME")]
    pub collection: Vec<String>,
    /// Only under a heading with this phrase (repeatable)
    #[arg(long, value_name = "TEXT")]
    pub section: Vec<String>,
    /// Only clauses of this kind (repeatable)
    #[arg(long, value_name = "KIND", value_parser = kind())]
    pub kind: Vec<ClauseKind>,
    /// Only clauses in this language: two letters such as en (repeatable)
    #[arg(long, value_name = "LANG")]
    pub lang: Vec<Lang>,
    /// Only snapshots whose metadata say this: a whole value, or a glob (repeatable, all must hold)
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub meta: Vec<(String, String)>,
    /// Only snapshots from this date on: YYYY, YYYY-MM or YYYY-MM-DD
    #[arg(long, value_name = "DATE", value_parser = period, conflicts_with_all = ["as_of", "latest"])]
    pub since: Option<Period>,
    /// Only snapshots up to the end of this date
    #[arg(long, value_name = "DATE", value_parser = period, conflicts_with_all = ["as_of", "latest"])]
    pub until: Option<Period>,
    /// Only the newest snapshot of each policy up to the end of this date
    #[arg(long, value_name = "DATE", value_parser = period, conflicts_with = "latest")]
    pub as_of: Option<Period>,
    /// Only the newest snapshot of each policy
    #[arg(long)]
    pub latest: bool,
    /// Of --as-of and --latest, leave out snapshots older than this then: 90d, 8w, 6mo, 1y
    ///
    /// Age is counted back from the end of the date, or from the last day of the index where that is earlier.
    #[arg(long, value_name = "AGE", value_parser = age, allow_negative_numbers = true)]
    pub carry: Option<Age>,
    /// Only clauses that do not stand in the newest snapshot of their policy
    #[arg(long, conflicts_with = "latest")]
    pub gone: bool,
    /// Only clauses first seen on this date or later
    #[arg(long, value_name = "DATE", value_parser = period)]
    pub added_since: Option<Period>,
    /// Only clauses whose policy first lacked them for good on this date or later
    #[arg(long, value_name = "DATE", value_parser = period, conflicts_with = "latest")]
    pub removed_since: Option<Period>,
    /// Leave out snapshots that the archive made for technical reasons of its own
    #[arg(long)]
    pub company_changes_only: bool,
}

/// The formats of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FormatArg {
    /// For reading.
    #[default]
    Human,
    /// One object.
    Json,
    /// One hit per line.
    Jsonl,
    /// One hit per row, comma-separated (RFC 4180).
    Csv,
    /// One hit per line, tab-separated; tabs and line breaks in values are \\t and \\n.
    Tsv,
    /// One match per line, the matches below each other.
    Kwic,
}

/// What the numbers of highlights count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum OffsetsArg {
    /// Bytes of UTF-8.
    #[default]
    Bytes,
    /// Unicode characters, as Python and R count.
    Chars,
}

/// The orders of hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SortArg {
    /// Best first.
    Relevance,
    /// Newest archive date first.
    Newest,
    /// Oldest archive date first.
    Oldest,
    /// Earliest first appearance first.
    FirstSeen,
    /// By company.
    Company,
}

/// What bare words are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MatchArg {
    /// A phrase.
    #[default]
    Phrase,
    /// A set: a clause has all of them.
    All,
    /// A set: a clause has one of them at least; for questions in plain language.
    Any,
}

/// In what the words of a query must stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ScopeArg {
    /// In one clause.
    #[default]
    Clause,
    /// In one section: what stands directly under a heading, and the heading.
    Section,
    /// In one snapshot.
    Snapshot,
}

/// Which hits are shown as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GroupArg {
    /// Each on its own.
    None,
    /// Equal clauses of all companies.
    Text,
    /// One per policy.
    Policy,
    /// One per company.
    Company,
}

/// Which hit of a group is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MemberArg {
    /// The first in the order of --sort.
    #[default]
    Best,
    /// The newest archive date.
    Newest,
    /// The oldest archive date.
    Oldest,
}

/// `fineprint search`.
#[derive(Debug, Args)]
#[command(after_help = "\
The words are one query. Bare words are a phrase; quotes make phrases; AND, OR, NOT and parentheses
combine them within a clause; company:, type:, section: and link: ask for names, headings and links.
\"sell data\"~3, a NEAR/5 b, a NOT WITHIN/3 b, part*, * and /regex/ are explained in docs/query.md.

Examples:
  fineprint search sell or rent
  fineprint search '\"sell or rent\" OR \"rent or sell\"' --limit all
  fineprint search 'cookies NOT section:children' --company '*.example' --latest
  fineprint search opt out --since 2018-05 --sort newest --format jsonl
  fineprint search 'do they sell my location to advertisers?' --match any
  fineprint search 'sell NOT WITHIN/3 (not OR never)' --format kwic --kwic-sort R1
  fineprint search third parties --format csv --fields company,archive_date,text,citation
  fineprint search third parties --limit all --sample 100 --seed 7 --format csv
  fineprint search --batch queries.tsv --limit 5 > hits.jsonl")]
pub struct SearchArgs {
    /// The query
    #[arg(required_unless_present = "batch", conflicts_with = "batch", value_name = "QUERY")]
    pub query: Vec<String>,
    /// How it is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// Answer every line of this file (`-`: standard input): a query, or its id, a tab and the query
    ///
    /// All cores work, and answers come in the order of lines, as JSON Lines: the hits of a query, each with its `query_id` (the number of
    /// the line, unless the line has an id), then a line with its totals, or with its error.
    #[arg(long, value_name = "FILE")]
    pub batch: Option<PathBuf>,
    /// Threads that answer a batch [default: all cores]
    #[arg(long, value_name = "N", requires = "batch", value_parser = clap::value_parser!(u16).range(1..=MAX_THREADS))]
    pub threads: Option<u16>,
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
    /// What counts.
    #[command(flatten)]
    pub filters: FilterArgs,
    /// What is printed.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// How a query is read; the same for every query command.
#[derive(Debug, Args)]
pub struct ReadingArgs {
    /// What bare words are: a phrase, or a set of which a clause has all or any
    #[arg(long = "match", value_name = "HOW", value_enum, default_value_t)]
    pub matching: MatchArg,
    /// Match all forms of words: sell, sells, selling (English)
    #[arg(long)]
    pub stem: bool,
    /// In what AND, OR and NOT combine: hits are then the clauses of such a section or snapshot that have one of the phrases
    #[arg(long, value_enum, default_value_t)]
    pub scope: ScopeArg,
}

/// The periods of a timeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ByArg {
    /// Calendar years.
    #[default]
    Year,
    /// Halves of years.
    HalfYear,
    /// Quarters of years.
    Quarter,
    /// Months.
    Month,
}

/// What a timeline counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MeasureArg {
    /// Policies in force at the end of a period.
    #[default]
    Policies,
    /// Companies with a policy in force at the end of a period.
    Companies,
    /// Snapshots archived in a period.
    Snapshots,
    /// Distinct clauses of policies in force at the end of a period.
    Clauses,
}

/// The formats of timelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum TimelineFormat {
    /// A table; in a terminal with bars.
    #[default]
    Human,
    /// A row for each query and period.
    Csv,
    /// One object.
    Json,
    /// A picture.
    Svg,
}

/// `fineprint timeline`.
#[derive(Debug, Args)]
#[command(after_help = "\
A policy is in force from its first snapshot on: at the end of each period its newest snapshot up to
then is looked at, as with `search --as-of`, however old it is unless --carry says otherwise. --since
and --until are the ends of the axis; what stood before still carries forward. A period marked * is
only partly inside them, or inside the index. With --measure snapshots, nothing carries forward:
snapshots count in the period in which they were archived.

Examples:
  fineprint timeline sell or rent
  fineprint timeline -e 'legitimate interest' -e arbitration --by half-year --carry 2y
  fineprint timeline third parties --measure companies --type 'Privacy Policy' --format csv
  fineprint timeline cookies -e 'opt out' --since 2008 --format svg > cookies.svg")]
pub struct TimelineArgs {
    /// The query of the first series
    #[arg(required_unless_present = "queries", value_name = "QUERY")]
    pub query: Vec<String>,
    /// One more query, a series of its own (repeatable)
    #[arg(short = 'e', long = "query", value_name = "QUERY")]
    pub queries: Vec<String>,
    /// How they are read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How long a period is
    #[arg(long, value_enum, default_value_t)]
    pub by: ByArg,
    /// What is counted
    #[arg(long, value_enum, default_value_t)]
    pub measure: MeasureArg,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: TimelineFormat,
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
    /// What counts.
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// The formats of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum CountFormat {
    /// Aligned columns.
    #[default]
    Human,
    /// Rows, comma-separated (RFC 4180).
    Csv,
    /// One object.
    Json,
}

/// `fineprint facets`.
#[derive(Debug, Args)]
#[command(after_help = "\
IndexCounts are exact: distinct clauses that match, the policies that have one, and their companies. A
clause counts in each year, and for each value of meta:KEY, of the snapshots in which it matches; so
the rows of these add up to more than there is. `section` is the nearest heading above a clause.

Examples:
  fineprint facets sell or rent --by company
  fineprint facets third parties --by year --type 'Privacy Policy' --format csv
  fineprint facets opt out --by section --latest --limit 5")]
pub struct FacetsArgs {
    /// The query
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// By what: company, type, collection, year, section, lang or meta:KEY
    #[arg(long, value_name = "FIELD", value_parser = facet_field)]
    pub by: FacetField,
    /// How many values to print: a number or `all`
    #[arg(long, value_name = "N", value_parser = limit, default_value = "all", allow_negative_numbers = true)]
    pub limit: HitLimit,
    /// How the query is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: CountFormat,
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
    /// What counts.
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// `fineprint companies`.
#[derive(Debug, Args)]
#[command(after_help = "\
A company is listed if the filters leave it a snapshot: with --latest --not-saying Q those whose
newest texts do not say Q. PolicyTable, snapshots and dates are those that the filters leave.

Examples:
  fineprint companies
  fineprint companies --saying sell or rent --latest
  fineprint companies --not-saying 'opt out' --as-of 2018-05 --format csv")]
pub struct CompaniesArgs {
    /// Only companies that say this
    #[arg(long, value_name = "QUERY", num_args = 1.., conflicts_with = "not_saying")]
    pub saying: Option<Vec<String>>,
    /// Only companies that do not say this
    #[arg(long, value_name = "QUERY", num_args = 1..)]
    pub not_saying: Option<Vec<String>>,
    /// How the query is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: CountFormat,
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
    /// What counts.
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// What is printed of hits.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The order of hits
    #[arg(long, value_enum, default_value_t = SortArg::Relevance)]
    pub sort: SortArg,
    /// Show one hit of each group [default: text for human output, else none]
    #[arg(long, value_enum)]
    pub group: Option<GroupArg>,
    /// Which hit of a group to show
    #[arg(long, value_enum, default_value_t)]
    pub member: MemberArg,
    /// How many hits to print: a number or `all` [default: 10, or the size of --sample]
    #[arg(long, value_name = "N", value_parser = limit, allow_negative_numbers = true)]
    pub limit: Option<HitLimit>,
    /// How many hits to leave out first
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = number, allow_negative_numbers = true)]
    pub offset: usize,
    /// Print so many hits picked by chance, in the order of --sort
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    pub sample: Option<usize>,
    /// Which sample: the same number picks the same hits again
    #[arg(long, value_name = "S", default_value_t = 0, requires = "sample")]
    pub seed: u64,
    /// Print so many clauses before and after each hit as well
    #[arg(long, short = 'C', value_name = "N", default_value_t = 0, value_parser = number, allow_negative_numbers = true)]
    pub context: usize,
    /// Print only how many hits there are
    #[arg(long)]
    pub count: bool,
    /// How to print hits [default: human, or jsonl with --batch]
    #[arg(long, value_enum)]
    pub format: Option<FormatArg>,
    /// A line with each hit that says where to find it: company, type, archive date, address, place in the corpus
    #[arg(long)]
    pub cite: bool,
    /// Say of each hit what its score is made of
    #[arg(long)]
    pub explain: bool,
    /// What the numbers of `highlights` count
    #[arg(long, value_enum, default_value_t)]
    pub offsets: OffsetsArg,
    /// Columns of csv and tsv: names of a hit's fields, and source.path, context_before, citation, ...
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub fields: Vec<String>,
    /// In csv and tsv put ' before what a spreadsheet would run as a formula
    #[arg(long)]
    pub guard_formulas: bool,
    /// Columns of a line of kwic [default: those of the terminal, else 120]
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    pub width: Option<usize>,
    /// Order of the lines of kwic: by words before (L1, L2, ...) or after (R1, ...) the match, or by the match (N)
    #[arg(long, value_name = "KEY,...", value_delimiter = ',', value_parser = kwic_key)]
    pub kwic_sort: Vec<KwicKey>,
}

/// `fineprint show`.
#[derive(Debug, Args)]
#[command(after_help = "\
A policy is printed from the index: its clauses, equal to those of the source but for white space and
the styles of quotes and dashes. Of a company with several types of policies name one with --type.

Examples:
  fineprint show cnf5w4zt3k2q6y7ab
  fineprint show linden-bank.example --as-of 2012
  fineprint show Airbnb --type 'Privacy Policy' --format markdown > airbnb.md")]
pub struct ShowArgs {
    /// A company, or the id of a clause as search prints it
    #[arg(value_name = "COMPANY|CLAUSE-ID")]
    pub what: String,
    /// Which of the company's policies
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// Of the company's policy the newest snapshot up to the end of this date [default: the newest]
    #[arg(long, value_name = "DATE", value_parser = period)]
    pub as_of: Option<Period>,
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: VersionFormat,
}

/// Which policy of a company.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Only this type of policy: whole name or glob
    #[arg(long = "type", value_name = "NAME")]
    pub policy_type: Vec<String>,
    /// Only this collection: whole name or glob
    #[arg(long, value_name = "NAME")]
    pub collection: Vec<String>,
    /// Leave out snapshots that the archive made for technical reasons of its own
    #[arg(long)]
    pub company_changes_only: bool,
}

/// The formats of a version of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum VersionFormat {
    /// For reading.
    #[default]
    Human,
    /// One object (per clause).
    Json,
    /// The text as Markdown; of a policy only.
    Markdown,
}

/// The formats of differences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DiffFormat {
    /// For reading.
    #[default]
    Human,
    /// One object.
    Json,
    /// As `diff -u` prints it, a line for each clause.
    Unified,
}

/// `fineprint diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each date stands for the newest snapshot up to its end. A clause is changed if at least half of the
words are the same at the same place. Numbers before clauses, targets of links, white space, marks and
the styles of quotes and dashes are no differences, but in the unified format. + is added, - removed,
> moved, ~ changed: [-words removed-], {+words added+}.

Exit status: 0 with differences, 1 without, 2 after an error.

Examples:
  fineprint diff linden-bank.example 2009 2012
  fineprint diff Airbnb --type 'Privacy Policy' 2018-05 2018-06 --format json")]
pub struct DiffArgs {
    /// The company: its whole name
    #[arg(value_name = "COMPANY")]
    pub company: String,
    /// The older date: YYYY, YYYY-MM or YYYY-MM-DD
    #[arg(value_name = "DATE", value_parser = period)]
    pub from: Period,
    /// The newer date
    #[arg(value_name = "DATE", value_parser = period)]
    pub to: Period,
    /// Which of the company's policies
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: DiffFormat,
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
}

/// The formats of histories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum HistoryFormat {
    /// For reading.
    #[default]
    Human,
    /// One object.
    Json,
}

/// `fineprint history`.
#[derive(Debug, Args)]
#[command(after_help = "\
A clause that matches is followed through all snapshots of its policy, also where it was worded otherwise:
= it stood in the oldest snapshot, + it came, ~ it changed: [-words removed-], {+words added+}, - it went;
three or more changes back and forth between the same texts are one line. Other filters than
--company-changes-only choose what matches; its life is told whole.

Examples:
  fineprint history sell or rent --company linden-bank.example
  fineprint history legitimate interest --company Airbnb --company-changes-only --format json")]
pub struct HistoryArgs {
    /// What to follow
    #[arg(value_name = "QUERY", required = true)]
    pub query: Vec<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: HistoryFormat,
    /// How the query is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
    /// What counts.
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ExportWhat {
    /// Whole snapshots: those that the filters leave; with a query or filters of clauses, those that hold a match.
    #[default]
    Snapshots,
    /// The clauses that match, as a search prints them.
    Clauses,
}

/// The formats of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ExportFormat {
    /// A file for each snapshot, COMPANY/TYPE/TIME.md, in a new folder.
    Markdown,
    /// One object per line.
    #[default]
    Jsonl,
    /// One row each (RFC 4180).
    Csv,
}

/// `fineprint export`.
#[derive(Debug, Args)]
#[command(after_help = "\
Texts of snapshots are Markdown made from the index: the same clauses, equal to those of the source but
for white space, marks and the styles of quotes and dashes; the source itself stays in the corpus.
`fineprint index` reads exported snapshots in each format. A file or folder appears when it is complete.

Examples:
  fineprint export --company linden-bank.example --format markdown --to linden
  fineprint export sell or rent --latest > saying.jsonl
  fineprint export sell or rent --what clauses --format csv --to clauses.csv")]
pub struct ExportArgs {
    /// Only what this query finds
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// What to write
    #[arg(long, value_enum, default_value_t)]
    pub what: ExportWhat,
    /// How to write it
    #[arg(long, value_enum, default_value_t)]
    pub format: ExportFormat,
    /// Where to: a new folder for Markdown, a file for JSON Lines and CSV [default: standard output]
    #[arg(long, value_name = "PATH")]
    pub to: Option<PathBuf>,
    /// How the query is read.
    #[command(flatten)]
    pub reading: ReadingArgs,
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
    /// What counts.
    #[command(flatten)]
    pub filters: FilterArgs,
}

/// `fineprint info`.
#[derive(Debug, Args)]
#[command(after_help = "\
Corpora, counts of companies, policies, snapshots, texts and clauses, the span of dates, sizes,
versions, and how every input ended, with examples.

Examples:
  fineprint info
  fineprint info --index /tmp/policies.index --format json")]
pub struct InfoArgs {
    /// The index to ask.
    #[command(flatten)]
    pub index: IndexChoice,
    /// How to print
    #[arg(long, value_enum, default_value_t)]
    pub format: ShowFormat,
}

/// `fineprint check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Compares every file of the index with its checksum, the tables of every policy with each other, and
the counts. Prints what is wrong and ends with exit status 2, or says that the index is sound.

Examples:
  fineprint check
  fineprint check --against contrib-versions.git")]
pub struct CheckArgs {
    /// The index folder.
    #[command(flatten)]
    pub folder: IndexFolder,
    /// Read this corpus as well, whole, and compare every snapshot with the index, clause by clause
    #[arg(long, value_name = "CORPUS")]
    pub against: Option<PathBuf>,
    /// The collection that the corpus is in
    #[arg(long, value_name = "NAME", default_value = "default", value_parser = NonEmptyStringValueParser::new())]
    pub collection: String,
}

/// The formats of `show` and `info`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ShowFormat {
    /// For reading.
    #[default]
    Human,
    /// One object (per clause).
    Json,
}

/// `fineprint completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fineprint completions bash > ~/.local/share/bash-completion/completions/fineprint
  fineprint completions zsh > ~/.zfunc/_fineprint
  fineprint completions fish > ~/.config/fish/completions/fineprint.fish
  fineprint completions powershell >> $PROFILE")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// `fineprint man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fineprint man search | man -l -
  fineprint man --dir ~/.local/share/man/man1")]
pub struct ManArgs {
    /// The command whose page to print; none: the page of the program
    pub command: Option<String>,
    /// Write all pages into this folder
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub dir: Option<PathBuf>,
}
