//! Flags that say how hits are ordered, limited and printed.

use clap::{Args, ValueEnum};
use fineprint::error::{Error, Result};
use fineprint::printer::{
    HitExtras, HitFormat, HumanOptions, KwicKey, KwicOptions, OffsetUnit, TableFields,
    TableOptions, TableSeparator,
};
use fineprint::search::{
    GroupMember, HitGrouping, HitOrder, RandomSample, Ranking, SearchRequest, Select, ShowOptions,
};

use super::global::GlobalArgs;
use super::spreadsheet::SpreadsheetArgs;
use super::values::{HitLimit, kwic_key, limit, number};

/// The number of hits without --limit.
const DEFAULT_LIMIT: usize = 10;

/// The columns of a line of kwic output without --width and outside a terminal.
const KWIC_WIDTH: usize = 120;

/// How hits are ordered, limited and printed.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// The order of hits
    #[arg(long, value_enum, default_value_t = SortArg::Relevance)]
    sort: SortArg,
    /// Show one hit for each group of hits [default: text for human output, otherwise none]
    #[arg(long, value_enum)]
    pub group: Option<GroupArg>,
    /// Which hit of each group to show
    #[arg(long, value_enum, default_value_t)]
    member: MemberArg,
    /// Print at most this many hits: a number or `all` [default: 10, or the size of --sample]
    #[arg(long, value_name = "N", value_parser = limit, allow_negative_numbers = true)]
    limit: Option<HitLimit>,
    /// Skip this many hits first
    #[arg(
        long, value_name = "N", default_value_t = 0, value_parser = number,
        allow_negative_numbers = true
    )]
    offset: usize,
    /// Print a random sample of this many hits, in the order of --sort
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    sample: Option<usize>,
    /// The seed of --sample: the same seed picks the same hits again
    #[arg(long, value_name = "S", default_value_t = 0, requires = "sample")]
    seed: u64,
    /// Also print this many clauses before and after each hit
    #[arg(
        long, short = 'C', value_name = "N", default_value_t = 0, value_parser = number,
        allow_negative_numbers = true
    )]
    context: usize,
    /// Print only the number of hits
    #[arg(long)]
    pub count: bool,
    /// The format of hits [default: human, or jsonl with --batch]
    #[arg(long, value_enum)]
    pub format: Option<FormatArg>,
    /// Print a citation with each hit: company, type, archive date, address, place in the corpus
    #[arg(long)]
    cite: bool,
    /// Explain the score of each hit
    #[arg(long)]
    explain: bool,
    /// The unit of the numbers in `highlights`
    #[arg(long, value_enum, default_value_t)]
    offsets: OffsetsArg,
    /// The columns of csv and tsv: fields of a hit, also source.path, context_before, citation, ...
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    fields: Vec<String>,
    /// How csv and tsv are made for spreadsheets.
    #[command(flatten)]
    pub spreadsheet: SpreadsheetArgs,
    /// The columns of a line of kwic, 60 to 10000 [default: the width of the terminal, or 120]
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true)]
    width: Option<usize>,
    /// Sort lines of kwic by words before the match (L1, L2, ...), after it (R1, ...), or by it (N)
    #[arg(long, value_name = "KEY,...", value_delimiter = ',', value_parser = kwic_key)]
    kwic_sort: Vec<KwicKey>,
}

/// The values of --format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum FormatArg {
    /// For reading.
    #[default]
    Human,
    /// One JSON object with all hits.
    Json,
    /// One JSON object per line for each hit.
    Jsonl,
    /// One row for each hit, separated by commas (RFC 4180).
    Csv,
    /// One line for each hit, separated by tabs; a tab or line break in a value is \t or \n.
    Tsv,
    /// One line for each match, with the matches below each other.
    Kwic,
}

/// The values of --offsets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum OffsetsArg {
    /// Bytes of UTF-8.
    #[default]
    Bytes,
    /// Unicode characters, as Python and R count them.
    Chars,
}

/// The values of --sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SortArg {
    /// Best score first.
    Relevance,
    /// Newest archive date first.
    Newest,
    /// Oldest archive date first.
    Oldest,
    /// Clauses that were seen first come first.
    FirstSeen,
    /// By name of the company.
    Company,
}

/// The values of --group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum GroupArg {
    /// Every hit.
    None,
    /// One for all companies that have the same text.
    Text,
    /// One per policy.
    Policy,
    /// One per company.
    Company,
}

/// The values of --member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum MemberArg {
    /// The first in the order of --sort.
    #[default]
    Best,
    /// The newest archive date.
    Newest,
    /// The oldest archive date.
    Oldest,
}

impl OutputArgs {
    /// The format of hits.
    pub fn format_arg(&self) -> FormatArg {
        self.format.unwrap_or_default()
    }

    /// A request for the hits of a selection.
    ///
    /// # Errors
    ///
    /// Flags that have no meaning together.
    pub fn request(&self, select: Select) -> Result<SearchRequest> {
        self.check()?;
        let ranking = Ranking {
            sort: match self.sort {
                SortArg::Relevance => HitOrder::Relevance,
                SortArg::Newest => HitOrder::Newest,
                SortArg::Oldest => HitOrder::Oldest,
                SortArg::FirstSeen => HitOrder::FirstSeen,
                SortArg::Company => HitOrder::Company,
            },
            group: self.grouping(),
            member: self.member(),
            sample: self.sample.map(|size| RandomSample { size, seed: self.seed }),
            limit: self.hit_limit(),
            offset: self.offset,
        };
        let show = ShowOptions { context: self.context, explain: self.explain };
        Ok(SearchRequest { select, ranking, show })
    }

    /// The number of hits to print; `None` means all.
    fn hit_limit(&self) -> Option<usize> {
        match (self.count, self.limit, self.sample) {
            (true, _, _) => Some(0),
            (false, Some(limit), _) => limit.0,
            (false, None, Some(sample)) => Some(sample),
            (false, None, None) => Some(DEFAULT_LIMIT),
        }
    }

    fn grouping(&self) -> HitGrouping {
        match self.group {
            // --count counts clauses unless groups are asked for.
            None if self.format_arg() == FormatArg::Human && !self.count => HitGrouping::Text,
            None | Some(GroupArg::None) => HitGrouping::None,
            Some(GroupArg::Text) => HitGrouping::Text,
            Some(GroupArg::Policy) => HitGrouping::Policy,
            Some(GroupArg::Company) => HitGrouping::Company,
        }
    }

    fn member(&self) -> GroupMember {
        match self.member {
            MemberArg::Best => GroupMember::Best,
            MemberArg::Newest => GroupMember::Newest,
            MemberArg::Oldest => GroupMember::Oldest,
        }
    }

    /// Refuses flags that would have no effect.
    fn check(&self) -> Result<()> {
        self.spreadsheet.check(self.is_table())?;
        match self.check_tables().or_else(|| self.check_kwic()).or_else(|| self.check_ranking()) {
            Some(message) => Err(Error::Usage(message.to_owned())),
            None => Ok(()),
        }
    }

    fn is_table(&self) -> bool {
        matches!(self.format_arg(), FormatArg::Csv | FormatArg::Tsv)
    }

    fn is_kwic(&self) -> bool {
        self.format_arg() == FormatArg::Kwic
    }

    fn check_tables(&self) -> Option<&'static str> {
        if !self.fields.is_empty() && !self.is_table() {
            Some("--fields names columns of csv and tsv; add --format csv")
        } else {
            None
        }
    }

    fn check_kwic(&self) -> Option<&'static str> {
        if self.width.is_some() && !self.is_kwic() {
            Some("--width is the width of a line of kwic; add --format kwic")
        } else if !self.kwic_sort.is_empty() && !self.is_kwic() {
            Some("--kwic-sort orders lines of kwic; add --format kwic")
        } else if self.context > 0 && self.is_kwic() {
            Some("--context has no room in kwic; choose another --format, or a larger --width")
        } else {
            None
        }
    }

    fn check_ranking(&self) -> Option<&'static str> {
        if self.explain && (self.is_kwic() || self.is_table()) {
            Some("--explain has no column; leave --format out, or choose json or jsonl")
        } else if self.explain && self.sort != SortArg::Relevance {
            Some("--explain explains scores, and --sort asks for another order; leave --sort out")
        } else if self.cite && self.is_kwic() {
            Some("--cite has no room in kwic; choose another --format")
        } else if self.member != MemberArg::Best && self.grouping() == HitGrouping::None {
            Some(
                "--member chooses which hit of a group is shown; \
                 add --group text, policy or company",
            )
        } else {
            None
        }
    }

    /// The format of hits with its options.
    ///
    /// # Errors
    ///
    /// A column that hits do not have, and a width that is too narrow.
    pub fn format(&self, global: &GlobalArgs) -> Result<HitFormat> {
        Ok(match self.format_arg() {
            FormatArg::Human => {
                let (group, member) = (self.grouping(), self.member());
                HitFormat::Human(HumanOptions { group, member, ..global.human_options() })
            }
            FormatArg::Json => HitFormat::Json,
            FormatArg::Jsonl => HitFormat::JsonLines,
            FormatArg::Csv => HitFormat::Table(self.table(TableSeparator::Comma)?),
            FormatArg::Tsv => HitFormat::Table(self.table(TableSeparator::Tab)?),
            FormatArg::Kwic => HitFormat::Kwic(self.kwic(global)?),
        })
    }

    fn kwic(&self, global: &GlobalArgs) -> Result<KwicOptions> {
        let (least, most) = (KwicOptions::MIN_WIDTH, KwicOptions::MAX_WIDTH);
        let (wrong, allowed) = match self.width {
            Some(width) if width < least => ("narrow", format!("{least} or more")),
            Some(width) if width > most => ("wide", format!("{most} at most")),
            _ => return Ok(self.kwic_of_width(global)),
        };
        let width = self.width.unwrap_or_default();
        Err(Error::Usage(format!("--width {width} is too {wrong}; {allowed}")))
    }

    fn kwic_of_width(&self, global: &GlobalArgs) -> KwicOptions {
        let HumanOptions { has_colour, width: terminal, .. } = global.human_options();
        let width = self.width.or(terminal).unwrap_or(KWIC_WIDTH);
        KwicOptions { width, sort: self.kwic_sort.clone(), has_colour }
    }

    fn table(&self, separator: TableSeparator) -> Result<TableOptions> {
        let mut fields = match self.fields.is_empty() {
            true => TableFields::default(),
            false => TableFields::named(&self.fields)?,
        };
        if self.context > 0 {
            fields = fields.with("context_before").with("context_after");
        }
        if self.cite {
            fields = fields.with("citation");
        }
        Ok(TableOptions { rows: self.spreadsheet.rows(separator), fields })
    }

    /// The additions to the fields of each hit.
    pub fn extras(&self) -> HitExtras {
        let offsets = match self.offsets {
            OffsetsArg::Bytes => OffsetUnit::Bytes,
            OffsetsArg::Chars => OffsetUnit::Chars,
        };
        HitExtras { offsets, has_citation: self.cite }
    }
}
