//! What was asked of the output: the format of hits, and how many of which.

use std::io::{self, IsTerminal};

use fineprint::error::{Error, Result};
use fineprint::printer::{
    HitExtras, HitFormat, HumanOptions, KwicOptions, OffsetUnit, TableFields, TableOptions,
    TableSeparator,
};
use fineprint::search::{GroupMember, HitGrouping, HitOrder, RandomSample, SearchRequest};

use super::{Cli, FormatArg, GroupArg, MemberArg, OffsetsArg, OutputArgs, SortArg};
use crate::cli::open::human_options;

/// The default of --limit.
const LIMIT: usize = 10;

/// The columns of a line of kwic where no terminal says how many it has.
const KWIC_WIDTH: usize = 120;

impl OutputArgs {
    /// The format that was asked for.
    pub fn format_arg(&self) -> FormatArg {
        self.format.unwrap_or_default()
    }

    /// Puts order, groups and amount into a request.
    ///
    /// # Errors
    ///
    /// Options that have no meaning together.
    pub fn apply(&self, request: &mut SearchRequest) -> Result<()> {
        self.check()?;
        request.sort = match self.sort {
            SortArg::Relevance => HitOrder::Relevance,
            SortArg::Newest => HitOrder::Newest,
            SortArg::Oldest => HitOrder::Oldest,
            SortArg::FirstSeen => HitOrder::FirstSeen,
            SortArg::Company => HitOrder::Company,
        };
        request.group = self.group();
        request.member = self.member();
        request.sample = self.sample.map(|size| RandomSample { size, seed: self.seed });
        request.limit = match self.limit {
            _ if self.count => Some(0),
            Some(limit) => limit.0,
            None => Some(self.sample.unwrap_or(LIMIT)),
        };
        request.offset = self.offset;
        request.context = self.context;
        request.is_explained = self.explain;
        Ok(())
    }

    fn group(&self) -> HitGrouping {
        match self.group {
            // Counting counts clauses unless groups were asked for.
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

    /// Refuses what would be ignored silently.
    fn check(&self) -> Result<()> {
        let format = self.format_arg();
        let is_table = matches!(format, FormatArg::Csv | FormatArg::Tsv);
        let is_kwic = format == FormatArg::Kwic;
        let unmeant = [
            (
                !self.fields.is_empty() && !is_table,
                "--fields names columns of csv and tsv; add --format csv",
            ),
            (
                self.guard_formulas && !is_table,
                "--guard-formulas is for csv and tsv; add --format csv",
            ),
            (self.width.is_some() && !is_kwic, "--width is that of kwic; add --format kwic"),
            (
                !self.kwic_sort.is_empty() && !is_kwic,
                "--kwic-sort orders lines of kwic; add --format kwic",
            ),
            (
                self.context > 0 && is_kwic,
                "--context has no room in kwic; choose another --format, or a larger --width",
            ),
            (
                self.explain && (is_kwic || is_table),
                "--explain has no column; leave --format out, or take json or jsonl",
            ),
            (
                self.explain && self.sort != SortArg::Relevance,
                "--explain explains scores, and --sort asks for another order; leave --sort out",
            ),
            (self.cite && is_kwic, "--cite has no room in kwic; choose another --format"),
            (
                self.member != MemberArg::Best && self.group() == HitGrouping::None,
                "--member chooses the hit that stands for a group; add --group text, policy or company",
            ),
        ];
        match unmeant.into_iter().find(|(is_wrong, _)| *is_wrong) {
            Some((_, message)) => Err(Error::Usage(message.to_owned())),
            None => Ok(()),
        }
    }

    /// How hits are written.
    ///
    /// # Errors
    ///
    /// A column that hits do not have.
    pub fn format(&self, cli: &Cli) -> Result<HitFormat> {
        let HumanOptions { has_colour, width, is_terminal, .. } = human_options(cli.color);
        Ok(match self.format_arg() {
            FormatArg::Human => {
                let (group, member) = (self.group(), self.member());
                HitFormat::Human(HumanOptions { group, member, ..human_options(cli.color) })
            }
            FormatArg::Json => HitFormat::Json,
            FormatArg::Jsonl => HitFormat::JsonLines,
            FormatArg::Csv => HitFormat::Table(self.table(TableSeparator::Comma)?),
            FormatArg::Tsv => HitFormat::Table(self.table(TableSeparator::Tab)?),
            FormatArg::Kwic => {
                let width = self.width.or(width.filter(|_| is_terminal)).unwrap_or(KWIC_WIDTH);
                if width < KwicOptions::MIN_WIDTH && self.width.is_some() {
                    let least = KwicOptions::MIN_WIDTH;
                    return Err(Error::Usage(format!(
                        "--width {width} is too narrow; {least} or more"
                    )));
                }
                HitFormat::Kwic(KwicOptions { width, sort: self.kwic_sort.clone(), has_colour })
            }
        })
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
        let is_terminal = io::stdout().is_terminal();
        Ok(TableOptions { separator, fields, has_safe_cells: self.guard_formulas, is_terminal })
    }

    /// What comes with each hit.
    pub fn extras(&self) -> HitExtras {
        let offsets = match self.offsets {
            OffsetsArg::Bytes => OffsetUnit::Bytes,
            OffsetsArg::Chars => OffsetUnit::Chars,
        };
        HitExtras { offsets, has_citation: self.cite }
    }
}
