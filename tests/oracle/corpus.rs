//! A plain model of a corpus, a search that looks at every place of every clause, and random
//! corpora that print as Markdown files with the Princeton-Leuven header.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::memory;
use super::query::{Place, Q, S, Unit, hit_in_unit, holds_phrase, matched, matches, names};
use super::tokens::is_invisible;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corpus {
    /// The snapshots, in no particular order.
    pub snapshots: Vec<Snapshot>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub collection: String,
    pub company: String,
    pub policy_type: String,
    /// Archive time, in nanoseconds since 1970 UTC.
    pub time: i64,
    /// The order of the corpus, which decides about snapshots of one time.
    pub order: usize,
    /// Whether the snapshot only records a technical change of the archive.
    pub is_technical: bool,
    /// The language of the text, if a test knows it.
    pub lang: Option<&'static str>,
    pub clauses: Vec<Clause>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    pub kind: Kind,
    /// The headings above the clause. A heading is not in its own path.
    pub section: Vec<String>,
    /// The lead-in of an item, or the header row of a row.
    pub lead_in: Option<String>,
    /// Host and path of each link target.
    pub links: Vec<String>,
    /// The rendered text.
    pub text: String,
    /// Whether the clause is text around the policy.
    pub is_furniture: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Heading,
    Paragraph,
    Item,
    Row,
    Quote,
}

impl Kind {
    pub fn named(name: &str) -> Self {
        let all = [Kind::Heading, Kind::Paragraph, Kind::Item, Kind::Row, Kind::Quote];
        all.into_iter().find(|kind| kind.name() == name).unwrap()
    }

    pub fn name(self) -> &'static str {
        match self {
            Kind::Heading => "heading",
            Kind::Paragraph => "paragraph",
            Kind::Item => "item",
            Kind::Row => "row",
            Kind::Quote => "quote",
        }
    }
}

/// The identity: clauses of a policy that share it are one clause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Identity {
    Plain(String),
    /// A date stamp, without its date.
    Stamp(String),
    Item {
        lead_in: String,
        text: String,
    },
    Row {
        header: String,
        text: String,
    },
}

pub fn identity(clause: &Clause) -> Identity {
    identity_of(clause.kind, clause.lead_in.as_deref(), &clause.text)
}

pub fn identity_of(kind: Kind, lead_in: Option<&str>, text: &str) -> Identity {
    let context = memory::identity_form(lead_in.unwrap_or_default()).to_string();
    let form = memory::identity_form(text).to_string();
    match kind {
        Kind::Heading | Kind::Paragraph | Kind::Quote => match &*memory::date_stamp(text) {
            Some(stamp) => Identity::Stamp(stamp.clone()),
            None => Identity::Plain(form),
        },
        Kind::Item => match &*memory::date_stamp(text) {
            // No form ends with white space.
            Some(stamp) => Identity::Item { lead_in: context, text: format!("{stamp} ") },
            None => Identity::Item { lead_in: context, text: form },
        },
        Kind::Row => Identity::Row { header: context, text: form },
    }
}

/// The identity form: the text without the differences that identity ignores, which are composed
/// letters, white space beside punctuation, its amount elsewhere, styles of quotes and dashes,
/// invisible characters and footnote marks.
pub fn identity_form(text: &str) -> String {
    let visible: String = text.chars().filter(|&c| !is_invisible(c)).nfc().collect();
    let plain: Vec<char> = visible.chars().map(in_plain_style).collect();
    let plain = without_footnotes(&plain);
    let plain: Vec<char> =
        plain.into_iter().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let solid: Vec<char> = plain.iter().copied().filter(|&c| c != ' ').collect();
    let (mut form, mut passed) = (String::new(), 0);
    for c in plain {
        if c != ' ' {
            form.push(c);
            passed += 1;
            continue;
        }
        let (before, after) = solid.split_at(passed);
        let is_counted = !form.ends_with(' ') && !before.is_empty() && !after.is_empty();
        if is_counted && keeps_space(before, after) {
            form.push(' ');
        }
    }
    form
}

fn in_plain_style(c: char) -> char {
    match c {
        '\'' | '‘' | '’' | '‚' | '‛' | '′' | '`' | '´' | '＇' | 'ʼ' => '\'',
        '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '＂' => '"',
        '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '﹣' | '－' => '-',
        c => c,
    }
}

/// Whether white space between these characters is kept: not beside punctuation, unless this is
/// inside a number.
fn keeps_space(before: &[char], after: &[char]) -> bool {
    let is_number = |c: Option<&char>| c.is_some_and(|c| c.is_numeric());
    let (last, next) = (before[before.len() - 1], after[0]);
    if "*†‡⁰¹²³⁴⁵⁶⁷⁸⁹".contains(next) {
        return true;
    }
    if PUNCTUATION.contains(last) {
        return is_number(after.first()) && is_number(before.iter().rev().nth(1));
    }
    if PUNCTUATION.contains(next) {
        let beyond = after.iter().find(|&&c| c != next);
        return last.is_numeric() && is_number(beyond);
    }
    true
}

/// Punctuation, beside which white space means nothing.
const PUNCTUATION: &str = "!\"'(),-./:;?[]|¡¿·•…、。，．：；？！（）「」『』【】《》،؛؟।";

/// The text without stars and daggers after words and punctuation.
fn without_footnotes(text: &[char]) -> Vec<char> {
    let mut out: Vec<char> = Vec::new();
    for (at, &c) in text.iter().enumerate() {
        let previous = out.last().copied().unwrap_or(' ');
        let is_after_word = previous.is_alphabetic() || PUNCTUATION.contains(previous);
        let next = text[at..].iter().find(|c| !"*†‡".contains(**c));
        let is_mark = if "*†‡".contains(c) {
            // A mark above the star belongs to the star.
            let is_word = next.is_some_and(|&c| c.is_alphanumeric() || is_combining_mark(c));
            is_after_word && !is_word
        } else {
            super::tokens::is_footnote_mark(text, at)
        };
        if !is_mark {
            out.push(c);
        }
    }
    out
}

/// The filters of a search. `since`, `until` and `as_of` are nanoseconds and inclusive: the caller
/// knows the last one of a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Names or globs. An empty list means all.
    pub collections: Vec<String>,
    pub companies: Vec<String>,
    pub types: Vec<String>,
    /// A phrase inside one heading of the path.
    pub section: Option<Vec<String>>,
    pub kinds: Vec<Kind>,
    pub since: Option<i64>,
    pub until: Option<i64>,
    pub as_of: Option<i64>,
    pub latest: bool,
    /// The greatest age of the snapshot of `as_of` or `latest`, in days.
    pub carry: Option<i64>,
    pub company_changes_only: bool,
    /// The languages of the snapshots that count. An empty list means all.
    pub langs: Vec<&'static str>,
    pub gone: bool,
    /// Whether furniture counts.
    pub furniture: bool,
    /// The first moment of a day.
    pub added_since: Option<i64>,
    pub removed_since: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Ordered by company, policy type, collection, then place in the policy.
    pub clauses: Vec<Found>,
    pub totals: Totals,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub clauses: usize,
    pub policies: usize,
    pub companies: usize,
    pub snapshots: usize,
    pub furniture_left_out: usize,
}

/// A distinct clause of a policy that matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    pub collection: String,
    pub company: String,
    pub policy_type: String,
    pub identity: Identity,
    /// The life of the clause, as far as furniture counts: first and last time, number of
    /// snapshots, and the first snapshot without it after the last.
    pub first_seen: i64,
    pub last_seen: i64,
    pub snapshots: usize,
    pub gone_by: Option<i64>,
    /// The newest selected snapshot with a matching place, by time and ordinal, and the first such
    /// place there.
    pub newest: i64,
    pub newest_ordinal: usize,
    pub kind: Kind,
    pub section: Vec<String>,
    pub links: Vec<String>,
    /// The text at the first place in the newest snapshot that has it, furniture or not.
    pub text: String,
    pub lead_in: Option<String>,
    /// The first ordinal in which the clause occurs, and its first place there, furniture or not.
    pub order: (usize, usize),
    /// The kind of the clause at that place.
    pub first_kind: Kind,
    /// The patterns of the query that matched there.
    pub matched: Vec<S>,
}

impl Found {
    /// Whether it is the same clause of the same policy.
    fn is(&self, other: &Found) -> bool {
        (&self.company, &self.policy_type, &self.collection, &self.identity)
            == (&other.company, &other.policy_type, &other.collection, &other.identity)
    }
}

/// Company, policy type and collection, which is the order of hits, too.
pub type Policy = (String, String, String);

fn policy_of(snapshot: &Snapshot) -> Policy {
    (snapshot.company.clone(), snapshot.policy_type.clone(), snapshot.collection.clone())
}

/// The policies of the corpus, sorted.
pub fn policies(corpus: &Corpus) -> BTreeSet<Policy> {
    corpus.snapshots.iter().map(policy_of).collect()
}

/// The snapshots of a policy, ordered by ordinal.
pub fn life_of<'a>(corpus: &'a Corpus, policy: &Policy) -> Vec<&'a Snapshot> {
    let mut life: Vec<&Snapshot> = Vec::new();
    life.extend(corpus.snapshots.iter().filter(|s| policy_of(s) == *policy));
    life.sort_by_key(|s| (s.time, s.order));
    life
}

/// The snapshots of every policy, ordered by ordinal.
pub fn lives_of(corpus: &Corpus) -> BTreeMap<Policy, Vec<&Snapshot>> {
    let mut lives: BTreeMap<Policy, Vec<&Snapshot>> = BTreeMap::new();
    for snapshot in &corpus.snapshots {
        lives.entry(policy_of(snapshot)).or_default().push(snapshot);
    }
    lives.values_mut().for_each(|life| life.sort_by_key(|s| (s.time, s.order)));
    lives
}

/// The last moment of the newest day of the corpus.
pub fn end(corpus: &Corpus) -> i64 {
    corpus.snapshots.iter().map(|s| day(s.time).1).max().unwrap_or(0)
}

/// Whether a snapshot has one of the languages that the filters want.
pub fn has_lang(snapshot: &Snapshot, filters: &Filters) -> bool {
    filters.langs.is_empty() || snapshot.lang.is_some_and(|lang| filters.langs.contains(&lang))
}

/// The ordinals of a policy that the filters select. `end` is the last moment of the corpus.
pub fn chosen(life: &[&Snapshot], filters: &Filters, end: i64) -> Vec<usize> {
    let mut chosen = chosen_by_date(life, filters, end);
    chosen.retain(|&o| has_lang(life[o], filters));
    chosen
}

/// The ordinals of a policy that the filters select, whatever the language.
fn chosen_by_date(life: &[&Snapshot], filters: &Filters, end: i64) -> Vec<usize> {
    let mut all =
        (0..life.len()).filter(|&o| !(filters.company_changes_only && life[o].is_technical));
    let is_fresh = |o: &usize, at: i64| {
        filters.carry.is_none_or(|days| life[*o].time >= at.min(end) - days * DAY)
    };
    if let Some(bound) = filters.as_of {
        let newest = all.rfind(|&o| life[o].time <= bound);
        return newest.into_iter().filter(|o| is_fresh(o, bound)).collect();
    }
    if filters.latest {
        return all.next_back().into_iter().filter(|o| is_fresh(o, end)).collect();
    }
    all.filter(|&o| filters.since.is_none_or(|since| life[o].time >= since))
        .filter(|&o| filters.until.is_none_or(|until| life[o].time <= until))
        .collect()
}

pub fn admits_policy(filters: &Filters, (company, policy_type, collection): &Policy) -> bool {
    let any = |patterns: &[String], name: &str| {
        patterns.is_empty() || patterns.iter().any(|p| names(p, name))
    };
    any(&filters.companies, company)
        && any(&filters.types, policy_type)
        && any(&filters.collections, collection)
}

/// The unit within which a query must be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Clause,
    Section,
    Snapshot,
}

fn place<'a>(snapshot: &'a Snapshot, clause: &'a Clause) -> Place<'a> {
    Place {
        company: &snapshot.company,
        policy_type: &snapshot.policy_type,
        section: &clause.section,
        links: &clause.links,
        text: &clause.text,
    }
}

/// The patterns for which a clause of a snapshot is a hit; `None` if it is not a hit.
pub fn satisfies(
    snapshot: &Snapshot,
    clause: &Clause,
    (query, scope): (&Q, Scope),
    filters: &Filters,
) -> Option<Vec<S>> {
    let in_section = |words: &Vec<String>| {
        let phrase = words.join(" ");
        clause.section.iter().any(|heading| holds_phrase(heading, &phrase))
    };
    let is_let_through = filters.section.as_ref().is_none_or(in_section)
        && (filters.kinds.is_empty() || filters.kinds.contains(&clause.kind));
    if !is_let_through {
        return None;
    }
    let here = place(snapshot, clause);
    let unit = |is_inside: &dyn Fn(&Clause) -> bool| -> Vec<Place<'_>> {
        snapshot.clauses.iter().filter(|c| is_inside(c)).map(|c| place(snapshot, c)).collect()
    };
    match scope {
        Scope::Clause => matches(query, &here).then(|| matched(query, &here)),
        Scope::Section => {
            let places = unit(&|c| c.section == clause.section);
            let unit = Unit { places, heading: clause.section.last().map(String::as_str) };
            hit_in_unit(query, &unit, &here)
        }
        Scope::Snapshot => {
            hit_in_unit(query, &Unit { places: unit(&|_| true), heading: None }, &here)
        }
    }
}

/// The corpus that the filters look at. Unless furniture counts, it is not there.
pub fn looked_at<'a>(corpus: &'a Corpus, filters: &Filters) -> Cow<'a, Corpus> {
    let is_plain = |s: &Snapshot| s.clauses.iter().all(|clause| !clause.is_furniture);
    if filters.furniture || corpus.snapshots.iter().all(is_plain) {
        return Cow::Borrowed(corpus);
    }
    let mut corpus = corpus.clone();
    for snapshot in &mut corpus.snapshots {
        snapshot.clauses.retain(|clause| !clause.is_furniture);
    }
    Cow::Owned(corpus)
}

/// The hits that a search must find.
pub fn search(corpus: &Corpus, query: &Q, filters: &Filters) -> Answer {
    search_in(corpus, query, Scope::Clause, filters)
}

/// The hits that a search must find when the words may be in different clauses of a unit.
pub fn search_in(corpus: &Corpus, query: &Q, scope: Scope, filters: &Filters) -> Answer {
    let whole_lives = lives_of(corpus);
    let (whole, corpus) = (corpus, looked_at(corpus, filters));
    let asked = query;
    let query = (query, scope);
    let mut clauses = Vec::new();
    let mut holders = BTreeSet::new();
    let end = end(&corpus);
    for (policy, life) in lives_of(&corpus) {
        if !admits_policy(filters, &policy) {
            continue;
        }
        let whole_life = &whole_lives[&policy];
        let stays = stays(&life);
        let chosen = chosen(&life, filters, end);
        for &ordinal in &chosen {
            let here = life[ordinal];
            let is_held = |c: &Clause| {
                has_life(&life, &stays, &identity(c), filters)
                    && satisfies(here, c, query, filters).is_some()
            };
            if here.clauses.iter().any(is_held) {
                holders.insert((policy.clone(), ordinal));
            }
        }
        let places = places_of(&life);
        let mut distinct: Vec<(Identity, Places)> = places_of(whole_life).into_iter().collect();
        distinct.sort_by_key(|(_, whole_places)| whole_places[0]);
        for (identity, whole_places) in distinct {
            let Some(places) = places.get(&identity) else { continue };
            if has_life(&life, &stays, &identity, filters) {
                let (looked_at, whole) = ((&*life, places), (&**whole_life, &whole_places));
                clauses.extend(find(looked_at, whole, &chosen, identity, query, filters));
            }
        }
    }
    let policies: BTreeSet<&Policy> = holders.iter().map(|(policy, _)| policy).collect();
    let companies: BTreeSet<&String> = policies.iter().map(|policy| &policy.0).collect();
    let totals = Totals {
        clauses: clauses.len(),
        policies: policies.len(),
        companies: companies.len(),
        snapshots: holders.len(),
        furniture_left_out: match &corpus {
            Cow::Borrowed(_) => 0,
            Cow::Owned(_) => {
                let filters = Filters { furniture: true, ..filters.clone() };
                let all = search_in(whole, asked, scope, &filters).clauses;
                let is_found = |other: &&Found| clauses.iter().any(|found| found.is(other));
                all.iter().filter(|other| !is_found(other)).count()
            }
        },
    };
    Answer { clauses, totals }
}

/// The first and last ordinal in which each clause occurs.
pub fn stays(life: &[&Snapshot]) -> BTreeMap<Identity, (usize, usize)> {
    let mut stays = BTreeMap::new();
    for (ordinal, snapshot) in life.iter().enumerate() {
        for clause in &snapshot.clauses {
            stays.entry(identity(clause)).or_insert((ordinal, ordinal)).1 = ordinal;
        }
    }
    stays
}

/// Whether the life of a clause is as the filters require.
pub fn has_life(
    life: &[&Snapshot],
    stays: &BTreeMap<Identity, (usize, usize)>,
    wanted: &Identity,
    filters: &Filters,
) -> bool {
    let (first, last) = stays[wanted];
    let gone_by = life.get(last + 1).map(|s| s.time);
    (!filters.gone || gone_by.is_some())
        && filters.added_since.is_none_or(|since| life[first].time >= since)
        && filters.removed_since.is_none_or(|since| gone_by.is_some_and(|time| time >= since))
}

/// Ordinals and places at which a clause occurs, in order.
type Places = Vec<(usize, usize)>;

/// Where each clause of a policy occurs.
fn places_of(life: &[&Snapshot]) -> BTreeMap<Identity, Places> {
    let mut places: BTreeMap<Identity, Places> = BTreeMap::new();
    for (ordinal, snapshot) in life.iter().enumerate() {
        for (place, clause) in snapshot.clauses.iter().enumerate() {
            places.entry(identity(clause)).or_default().push((ordinal, place));
        }
    }
    places
}

/// The hit for one distinct clause of a policy, if a place of it in a selected snapshot satisfies
/// query and filters. The snapshots and places are given as far as furniture counts, and whole.
fn find(
    (life, places): (&[&Snapshot], &Places),
    (whole_life, whole_places): (&[&Snapshot], &Places),
    chosen: &[usize],
    identity: Identity,
    query: (&Q, Scope),
    filters: &Filters,
) -> Option<Found> {
    let satisfying: Vec<(usize, usize)> = places
        .iter()
        .copied()
        .filter(|(o, _)| chosen.contains(o))
        .filter(|&(o, p)| satisfies(life[o], &life[o].clauses[p], query, filters).is_some())
        .collect();
    let newest = satisfying.last()?.0;
    let shown = satisfying.iter().find(|(o, _)| *o == newest)?;
    let shown = &life[newest].clauses[shown.1];
    let matched = satisfies(life[newest], shown, query, filters)?;
    let (first, last) = (places.first()?.0, places.last()?.0);
    let order = whole_places.first()?;
    let whole_last = whole_places.last()?.0;
    let last_place = whole_places.iter().find(|(o, _)| *o == whole_last)?;
    let last_clause = &whole_life[whole_last].clauses[last_place.1];
    let ordinals: BTreeSet<usize> = places.iter().map(|(o, _)| *o).collect();
    Some(Found {
        collection: life[0].collection.clone(),
        company: life[0].company.clone(),
        policy_type: life[0].policy_type.clone(),
        identity,
        first_seen: life[first].time,
        last_seen: life[last].time,
        snapshots: ordinals.len(),
        gone_by: life.get(last + 1).map(|s| s.time),
        newest: life[newest].time,
        newest_ordinal: newest,
        kind: shown.kind,
        section: shown.section.clone(),
        links: shown.links.clone(),
        text: last_clause.text.clone(),
        lead_in: last_clause.lead_in.clone(),
        order: *order,
        first_kind: whole_life[order.0].clauses[order.1].kind,
        matched,
    })
}

/// The number of other companies that ever had a clause of this identity, in any policy and
/// collection. Furniture is left out, unless the clause is furniture at all its places in the
/// policies of its own company.
pub fn same_text_companies(corpus: &Corpus, identity: &Identity, company: &str) -> usize {
    let equal = |s: &Snapshot, with_furniture: bool| {
        let counted = |c: &&Clause| with_furniture || !c.is_furniture;
        s.clauses.iter().filter(counted).any(|c| self::identity(c) == *identity)
    };
    let own: Vec<&Snapshot> = corpus.snapshots.iter().filter(|s| s.company == company).collect();
    let is_furniture = own.iter().any(|s| equal(s, true)) && !own.iter().any(|s| equal(s, false));
    let has_it = |s: &&Snapshot| equal(s, is_furniture);
    let companies: BTreeSet<&str> =
        corpus.snapshots.iter().filter(has_it).map(|s| s.company.as_str()).collect();
    companies.iter().filter(|&&c| c != company).count()
}

// Dates, counted day by day.

fn days_in(year: i64, month: u32) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A second and a day in nanoseconds.
pub const SECOND: i64 = 1_000_000_000;
pub const DAY: i64 = 86_400 * SECOND;

/// Year, month and day, in UTC, of a time in nanoseconds since 1970.
pub fn civil(time: i64) -> (i64, u32, i64) {
    let (mut year, mut month, mut day) = (1970, 1, 1 + time.div_euclid(DAY));
    while day > days_in(year, month) {
        day -= days_in(year, month);
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    (year, month, day)
}

/// `2016-06-17`
pub fn date(time: i64) -> String {
    let (year, month, day) = civil(time);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `20160617110353`
pub fn stamp(time: i64) -> String {
    let second = time.rem_euclid(DAY) / SECOND;
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{}{hour:02}{minute:02}{second:02}", date(time).replace('-', ""))
}

/// `2016-06-17T11:03:53.25Z`
pub fn rfc3339(time: i64) -> String {
    let (stamp, fraction) = (stamp(time), time.rem_euclid(SECOND));
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:09}") };
    let fraction = fraction.trim_end_matches('0');
    format!("{}T{}:{}:{}{fraction}Z", date(time), &stamp[8..10], &stamp[10..12], &stamp[12..14])
}

/// The first and the last moment of the day of a time.
pub fn day(time: i64) -> (i64, i64) {
    let start = time - time.rem_euclid(DAY);
    (start, start + DAY - 1)
}

// Printing.

/// The snapshot as a file of the Princeton-Leuven corpus, in the plainest Markdown that reads back
/// into the same clauses.
pub fn markdown(snapshot: &Snapshot) -> String {
    print(snapshot, None)
}

/// The same file with its text broken by soft line ends, bold words, escapes and character
/// references. `seed` moves the breaks.
pub fn markdown_broken(snapshot: &Snapshot, seed: usize) -> String {
    print(snapshot, Some(seed))
}

/// A path for the file below a corpus folder. Distinct snapshots have distinct paths.
pub fn path(snapshot: &Snapshot) -> String {
    let Snapshot { company, time, order, .. } = snapshot;
    format!("{company}/{}-{}-{order}.md", date(*time), stamp(*time))
}

fn print(snapshot: &Snapshot, seed: Option<usize>) -> String {
    let Snapshot { company, time, .. } = snapshot;
    let mut file = format!(
        "> *The following text is extracted and transformed from the {company} privacy policy that \
         was archived on {}. \
         Please check the [original snapshot on the Wayback Machine]\
         (https://web.archive.org/web/{}id_/http%3A//{company}/privacy) \
         for the most accurate reproduction.*\n",
        date(*time),
        stamp(*time)
    );
    let mut previous = None;
    for clause in &snapshot.clauses {
        let in_a_list = previous == Some(Kind::Item) && clause.kind == Kind::Item;
        file += if in_a_list { "" } else { "\n" };
        previous = Some(clause.kind);
        let text = inline(clause, seed);
        file += &match clause.kind {
            Kind::Heading => {
                // A heading cannot contain a soft line end.
                let text = text.replace('\n', " ");
                format!("{} {text}\n", "#".repeat(clause.section.len() + 1))
            }
            Kind::Paragraph => format!("{text}\n"),
            Kind::Item => format!("- {}\n", text.replace('\n', "\n  ")),
            Kind::Quote => format!("> {}\n", text.replace('\n', "\n> ")),
            Kind::Row => {
                panic!("random corpora have no tables: how cells join is for the program to say")
            }
        };
    }
    file
}

/// The text of a clause with link n around word 2n, broken if there is a seed.
fn inline(clause: &Clause, seed: Option<usize>) -> String {
    let mut markdown = String::new();
    let mut links = clause.links.iter();
    let words: Vec<&str> = clause.text.split(' ').collect();
    let mut number = 0;
    for (i, word) in words.iter().enumerate() {
        let mut word = (*word).to_owned();
        if let Some(seed) = seed {
            let breaks = i > 0 && (number + seed) % 4 == 0 && !word.is_empty();
            markdown += match (i, breaks) {
                (0, _) => "",
                (_, true) => "\n",
                (_, false) => " ",
            };
            word = word.replace('-', "\\-").replace('\'', "&#39;").replace('"', "&quot;");
            if (number + seed) % 5 == 2 && !word.is_empty() {
                word = format!("**{word}**");
            }
        } else if i > 0 {
            markdown += " ";
        }
        if !word.is_empty() {
            let link = if number % 2 == 0 { links.next() } else { None };
            markdown += &link.map_or(word.clone(), |target| format!("[{word}](https://{target})"));
            number += 1;
        }
    }
    assert!(links.next().is_none(), "too few words for the links of {clause:?}");
    markdown
}

// Random corpora. Sentences are long and end in a full stop, so that a paragraph is never mistaken
// for a heading.

/// The sentences of clauses. Sentences 2 and 3, 5 and 6, and some other neighbours are one identity
/// in two spellings.
pub const SENTENCES: &[&str] = &[
    "We do not sell or rent your personal information to third parties.",
    "We may sell or rent your personal information to third-party partners.",
    "We don't share your data with advertisers unless you agree.",
    "We don’t share your data  with advertisers unless you agree.",
    "Cookies are small files that your browser keeps for us.",
    "Third‑party cookies are set by our partners and not by us.",
    "Third-party cookies are set by our partners and not by us.",
    "You may opt out of cookies at any time in your browser.",
    "We sell, we sell and we sell again your data data.",
    "Our café partners in Zürich and İstanbul receive your résumé.",
    "Our cafe partners in Zurich and Istanbul receive your resume.",
    "In Japanese we say 個人情報を第三者に販売しません and we mean it.",
    "In Korean the word 개인정보 stands for personal information here.",
    "In Thai the word ข้อมูล stands for the data we keep.",
    "Your infor\u{AD}mation is kept for ninety days and then removed.",
    "Your information is kept for ninety days and then removed.",
    "The “personal data” of children is never sold or rented.",
    "The \"personal data\" of children is never sold or rented.",
];

const ITEMS: &[&str] = &[
    "sell your data",
    "show ads to you;",
    "share personal information with third parties",
    "opt out of third-party cookies",
];

const LEAD_INS: &[&str] = &[
    "We may:",
    "We will never:",
    "With your consent we and our partners may:",
    "Without your consent we won't:",
    "Without your consent we won’t:",
];

const HEADINGS: &[&str] =
    &["Cookies", "Children", "Sharing of personal information", "Your choices", "Your data"];

const LINKS: &[&str] =
    &["ads.example/opt-out", "partners.example/privacy", "tools.example/choices", "ads.example"];

/// Companies of random corpora; the first two are in every one of them.
pub const COMPANIES: &[&str] = &["alpha.example", "beta.example", "gamma.example", "delta.example"];

/// Names and globs that fit a company of every random corpus.
pub const COMPANY_NAMES: &[&str] = &[
    "alpha.example",
    "BETA.example",
    "Álpha.exa\u{301}mple",
    "ｂｅｔａ.example",
    "*.éxample",
    "al*",
    "b?ta.*",
];

/// Names and globs that fit a policy type of every random corpus.
pub const TYPE_NAMES: &[&str] = &["Privacy Policy", "privacy policy", "privacy*", "*policy"];

/// Phrases that occur in headings of random corpora, and some that do not.
pub const SECTION_WORDS: &[&str] = &[
    "cookies",
    "children",
    "personal information",
    "your choices",
    "your",
    "policy",
    "sell or rent",
    "choices cookies",
];

/// Phrases that occur in link targets of random corpora, and some that do not.
pub const LINK_WORDS: &[&str] =
    &["ads.example", "opt-out", "example/privacy", "tools", "choices ads", "elsewhere.example"];

const PRIVACY_POLICY: &[&str] = &["Privacy Policy"];

/// A piece of a section; a list comes with its lead-in.
#[derive(Clone, Debug)]
enum Part {
    Paragraph(String, Vec<String>),
    Quote(String),
    List(Option<String>, Vec<(String, Vec<String>)>),
}

/// A heading, the pieces under it, and the sections below.
#[derive(Clone, Debug)]
struct Section {
    heading: String,
    parts: Vec<Part>,
    sections: Vec<Section>,
}

fn one_of(texts: &'static [&'static str]) -> BoxedStrategy<String> {
    select(texts).prop_map(str::to_owned).boxed()
}

fn links() -> BoxedStrategy<Vec<String>> {
    prop_oneof![3 => Just(Vec::new()), 1 => vec(one_of(LINKS), 1..=2)].boxed()
}

fn parts() -> BoxedStrategy<Vec<Part>> {
    let items = (prop_oneof![one_of(ITEMS), one_of(SENTENCES)], links());
    let part = prop_oneof![
        4 => (one_of(SENTENCES), links()).prop_map(|(text, links)| Part::Paragraph(text, links)),
        1 => one_of(SENTENCES).prop_map(Part::Quote),
        2 => (prop::option::weighted(0.8, one_of(LEAD_INS)), vec(items, 1..=3))
            .prop_map(|(lead_in, items)| Part::List(lead_in, items)),
    ];
    vec(part, 1..=3).boxed()
}

/// A section with sections up to `below` levels down.
fn section(headings: BoxedStrategy<String>, below: u32) -> BoxedStrategy<Section> {
    let sections = if below == 0 {
        Just(Vec::new()).boxed()
    } else {
        let heading = prop_oneof![3 => one_of(HEADINGS), 1 => one_of(SENTENCES)].boxed();
        vec(section(heading, below - 1), 0..=2).boxed()
    };
    (headings, parts(), sections)
        .prop_map(|(heading, parts, sections)| Section { heading, parts, sections })
        .boxed()
}

fn flatten(section: &Section, above: &[String], clauses: &mut Vec<Clause>) {
    let clause =
        |kind, section: &[String], lead_in: Option<&String>, links: &[String], text: &str| Clause {
            kind,
            section: section.to_vec(),
            lead_in: lead_in.cloned(),
            links: links.to_vec(),
            text: text.to_owned(),
            is_furniture: false,
        };
    clauses.push(clause(Kind::Heading, above, None, &[], &section.heading));
    let path = [above, std::slice::from_ref(&section.heading)].concat();
    for (i, part) in section.parts.iter().enumerate() {
        match part {
            Part::Paragraph(text, links) => {
                clauses.push(clause(Kind::Paragraph, &path, None, links, text))
            }
            Part::Quote(text) => clauses.push(clause(Kind::Quote, &path, None, &[], text)),
            Part::List(lead_in, items) => {
                // Only a list directly below a heading certainly has no lead-in.
                let lead_in = match lead_in {
                    None if i > 0 => Some(LEAD_INS[0].to_owned()),
                    lead_in => lead_in.clone(),
                };
                if let Some(text) = &lead_in {
                    clauses.push(clause(Kind::Paragraph, &path, None, &[], text));
                }
                for (text, links) in items {
                    clauses.push(clause(Kind::Item, &path, lead_in.as_ref(), links, text));
                }
            }
        }
    }
    for below in &section.sections {
        flatten(below, &path, clauses);
    }
}

fn clauses() -> BoxedStrategy<Vec<Clause>> {
    section(one_of(&["Privacy Policy", "Our Privacy Policy"]), 2)
        .prop_map(|root| {
            let mut clauses = Vec::new();
            flatten(&root, &[], &mut clauses);
            // If most of a policy is quotes, the sectioner ignores the quote marks, so there are
            // few.
            let size = |clauses: &[Clause], quotes: bool| -> usize {
                let counted = clauses.iter().filter(|c| !quotes || c.kind == Kind::Quote);
                counted.map(|c| c.text.len()).sum()
            };
            if size(&clauses, true) * 4 > size(&clauses, false) {
                for clause in clauses.iter_mut().filter(|c| c.kind == Kind::Quote) {
                    clause.kind = Kind::Paragraph;
                }
            }
            clauses
        })
        .boxed()
}

/// Random corpora of header files, whose times are whole seconds: two to four companies with one to
/// five snapshots each.
pub fn corpora() -> BoxedStrategy<Corpus> {
    corpora_of(PRIVACY_POLICY, SECOND)
}

/// The same with policy types from `types`, for inputs that can name them. Times are multiples of
/// `unit`.
pub fn corpora_of(types: &'static [&'static str], unit: i64) -> BoxedStrategy<Corpus> {
    // The next snapshot is often at the same time or on the same day, or else up to a little more
    // than a year later.
    let pause = prop_oneof![
        1 => Just(0),
        1 => 1..3_i64,
        3 => 1..40_000 * SECOND / unit,
        4 => DAY / unit..40_000_000 * SECOND / unit
    ];
    let returns = prop::bool::weighted(0.3);
    let company = vec((pause, one_of(types), clauses(), returns), 1..=5);
    vec(company, 2..=4)
        .prop_map(move |companies| {
            let mut snapshots = Vec::new();
            for (company, records) in COMPANIES.iter().zip(companies) {
                snapshots.extend(snapshots_of(company, unit, records));
            }
            snapshots
        })
        .prop_shuffle()
        .prop_map(|snapshots| Corpus { snapshots })
        .boxed()
}

/// The snapshots of a company. Each has a pause in units, a policy type, clauses, and whether the
/// text before the one before it returns. None is a duplicate, which has the policy, time and text
/// of the snapshot before it.
fn snapshots_of(
    company: &str,
    unit: i64,
    records: Vec<(i64, String, Vec<Clause>, bool)>,
) -> Vec<Snapshot> {
    let mut snapshots: Vec<Snapshot> = Vec::new();
    let mut time = EARLIEST;
    for (order, (pause, policy_type, clauses, returns)) in records.into_iter().enumerate() {
        time += pause * unit;
        let own = snapshots.iter().rev().filter(|before| before.policy_type == policy_type);
        let own: Vec<&Snapshot> = own.collect();
        let clauses = match own.get(1) {
            Some(before) if returns => before.clauses.clone(),
            _ => clauses,
        };
        if own.first().is_some_and(|before| before.time == time && before.clauses == clauses) {
            time += unit;
        }
        snapshots.push(Snapshot {
            collection: "default".to_owned(),
            company: company.to_owned(),
            policy_type,
            time,
            order,
            is_technical: false,
            lang: None,
            clauses,
        });
    }
    snapshots
}

/// 2014-05-13
const EARLIEST: i64 = 1_400_000_000 * SECOND;

/// A paragraph in each of three languages, long enough to tell the language of a snapshot.
const PARAGRAPHS: &[(&str, &str)] = &[
    (
        "en",
        "This page tells you which of your details we keep, why we keep them, and what you can do \
         about it. We wrote it for everybody who uses our shop, and for those who only look \
         around. If there is something that you do not understand, please ask us, and we will \
         explain it to you in other words. You can always find the newest text of this page here, \
         and the older ones in our archive. Nobody has to read all of it, but we would be glad if \
         you did, because we believe that people should know what happens to what they tell us. \
         Nothing on this page takes away a right that the law of your country gives to you.",
    ),
    (
        "de",
        "Auf dieser Seite steht, welche Angaben über Sie wir aufbewahren, warum wir das tun und \
         was Sie dagegen unternehmen können. Wir haben sie für alle geschrieben, die in unserem \
         Laden einkaufen, und auch für jene, die sich nur umsehen. Wenn Sie etwas nicht \
         verstehen, fragen Sie uns bitte, und wir erklären es Ihnen mit anderen Worten. Die \
         neueste Fassung dieser Seite finden Sie immer hier, die älteren in unserem Archiv. \
         Niemand muss das alles lesen, aber wir würden uns freuen, weil wir meinen, dass die \
         Menschen wissen sollten, was mit ihren Angaben geschieht.",
    ),
    (
        "fr",
        "Cette page vous dit quels renseignements nous gardons sur vous, pourquoi nous les \
         gardons et ce que vous pouvez faire. Nous l'avons écrite pour tous ceux qui achètent \
         dans notre boutique, et aussi pour ceux qui ne font que regarder. Si vous ne comprenez \
         pas quelque chose, demandez-nous, et nous vous l'expliquerons avec d'autres mots. Vous \
         trouverez toujours ici le texte le plus récent de cette page, et les plus anciens dans \
         nos archives. Personne n'est obligé de tout lire, mais nous en serions heureux, car nous \
         croyons que les gens doivent savoir ce que deviennent leurs renseignements.",
    ),
];

/// The same corpus with a paragraph of a language in front of each text. `picks` says which.
pub fn in_languages(mut corpus: Corpus, picks: &[usize]) -> Corpus {
    for (i, snapshot) in corpus.snapshots.iter_mut().enumerate() {
        let (lang, text) = PARAGRAPHS[picks[i % picks.len()] % PARAGRAPHS.len()];
        let paragraph = Clause {
            kind: Kind::Paragraph,
            section: Vec::new(),
            lead_in: None,
            links: Vec::new(),
            text: text.to_owned(),
            is_furniture: false,
        };
        snapshot.lang = Some(lang);
        snapshot.clauses.insert(0, paragraph);
    }
    corpus
}

/// Random filters for corpora in several languages.
pub fn filters_of_languages() -> BoxedStrategy<Filters> {
    let langs = vec(select(PARAGRAPHS).prop_map(|(lang, _)| lang), 1..=2);
    (filters(), prop_oneof![2 => Just(Vec::new()), 1 => langs])
        .prop_map(|(filters, langs)| Filters { langs, ..filters })
        .boxed()
}

/// Random filters on the lives of clauses and on technical snapshots, and a random age limit.
fn lives() -> BoxedStrategy<Filters> {
    let since = || {
        prop::option::weighted(
            0.15,
            (EARLIEST - DAY..EARLIEST + 100_000_000 * SECOND).prop_map(|t| day(t).0),
        )
    };
    let carry = prop::option::weighted(0.5, 1..700_i64);
    (carry, prop::bool::weighted(0.3), prop::bool::weighted(0.15), since(), since())
        .prop_map(|(carry, company_changes_only, gone, added_since, removed_since)| Filters {
            carry,
            company_changes_only,
            gone,
            added_since,
            removed_since,
            ..Filters::default()
        })
        .boxed()
}

/// Random filters for random corpora. Every bound in time is the border of a day.
pub fn filters() -> BoxedStrategy<Filters> {
    fn some(texts: &'static [&'static str]) -> BoxedStrategy<Vec<String>> {
        prop_oneof![3 => Just(Vec::new()), 1 => vec(one_of(texts), 1..=2)].boxed()
    }
    let kinds = select(&[Kind::Heading, Kind::Paragraph, Kind::Item, Kind::Quote][..]);
    let time = || EARLIEST - DAY..EARLIEST + 100_000_000 * SECOND;
    (
        some(COMPANY_NAMES),
        some(TYPE_NAMES),
        prop::option::weighted(0.2, one_of(SECTION_WORDS)),
        prop_oneof![3 => Just(Vec::new()), 1 => vec(kinds, 1..=2)],
        0..8_u8,
        (time(), time()),
        lives(),
    )
        .prop_map(|(companies, types, section, kinds, choice, (one, other), life)| {
            let (since, until) = (day(one.min(other)).0, day(one.max(other)).1);
            Filters {
                collections: Vec::new(),
                companies,
                types,
                section: section.map(|words| words.split(' ').map(str::to_owned).collect()),
                kinds,
                since: [1, 3].contains(&choice).then_some(since),
                until: [2, 3].contains(&choice).then_some(until),
                as_of: (choice == 4).then_some(until),
                latest: choice == 5,
                carry: life.carry.filter(|_| [4, 5].contains(&choice)),
                ..life
            }
        })
        .boxed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oracle::strip;
    use crate::oracle::tokens::folded;

    fn clause(kind: Kind, section: &str, text: &str) -> Clause {
        Clause {
            kind,
            section: vec!["Title".to_owned(), section.to_owned()],
            lead_in: None,
            links: Vec::new(),
            text: text.to_owned(),
            is_furniture: false,
        }
    }

    fn paragraph(text: &str) -> Clause {
        clause(Kind::Paragraph, "A", text)
    }

    fn item(lead_in: &str, text: &str) -> Clause {
        let lead_in = (!lead_in.is_empty()).then(|| lead_in.to_owned());
        Clause { lead_in, ..clause(Kind::Item, "A", text) }
    }

    fn snapshot(company: &str, time: i64, clauses: Vec<Clause>) -> Snapshot {
        Snapshot {
            collection: "default".to_owned(),
            company: company.to_owned(),
            policy_type: "Privacy Policy".to_owned(),
            time,
            order: 0,
            is_technical: false,
            lang: None,
            clauses,
        }
    }

    fn sell() -> Q {
        Q::Phrase(vec!["sell".to_owned()])
    }

    fn run(snapshots: &[Snapshot], filters: &Filters) -> Answer {
        search(&Corpus { snapshots: snapshots.to_vec() }, &sell(), filters)
    }

    fn newest(snapshots: &[Snapshot], filters: &Filters) -> Vec<i64> {
        run(snapshots, filters).clauses.iter().map(|f| f.newest).collect()
    }

    #[test]
    fn identity_ignores_style_only() {
        assert_eq!(identity_form(" a\u{A0}\n b  "), "a b");
        // White space beside punctuation does not matter.
        assert_eq!(
            identity_form("We don’t “sell”—infor\u{AD}mation"),
            "We don't\"sell\"-information"
        );
        assert_eq!(identity_form("a \u{200B} b"), "a b");
        assert_ne!(identity_form("Sell"), identity_form("sell"));
        assert_ne!(identity_form("sell."), identity_form("sell"));
        assert_eq!(identity(&paragraph("a")), identity(&clause(Kind::Quote, "B", "a ")));
        assert_eq!(identity(&paragraph("a")), identity(&clause(Kind::Heading, "B", "a")));
        assert_ne!(identity(&paragraph("a")), identity(&item("", "a")));
        assert_ne!(identity(&item("We may:", "a")), identity(&item("We never:", "a")));
        assert_eq!(identity(&item("We won't:", "a")), identity(&item("We  won’t:", "a")));
        assert_ne!(identity(&item("", "a")), identity(&clause(Kind::Row, "A", "a")));
    }

    #[test]
    fn a_life_with_gaps() {
        let with = || vec![paragraph("We don't sell.")];
        let without = || vec![paragraph("Nothing.")];
        let variant = vec![paragraph("Nothing."), paragraph("We  don’t sell.")];
        let snapshots = [
            snapshot("a", 30, variant),
            snapshot("a", 10, with()),
            snapshot("a", 20, without()),
            snapshot("a", 50, without()),
            snapshot("a", 40, without()),
        ];
        let answer = run(&snapshots, &Filters::default());
        assert_eq!(
            answer.totals,
            Totals { clauses: 1, policies: 1, companies: 1, snapshots: 2, ..Totals::default() }
        );
        let found = &answer.clauses[0];
        assert_eq!((found.first_seen, found.last_seen, found.snapshots), (10, 30, 2));
        assert_eq!((found.gone_by, found.newest, found.order), (Some(40), 30, (0, 0)));
        assert_eq!(found.text, "We  don’t sell.");

        let early = Filters { until: Some(20), ..Filters::default() };
        let answer = run(&snapshots, &early);
        assert_eq!(answer.totals.snapshots, 1);
        let found = &answer.clauses[0];
        assert_eq!((found.newest, found.gone_by, found.snapshots), (10, Some(40), 2));
        assert_eq!(found.text, "We  don’t sell.", "the text is that of its newest occurrence");
        assert_eq!(run(&snapshots[..2], &early).clauses[0].gone_by, None);
    }

    #[test]
    fn a_clause_that_stands_twice() {
        let twice = vec![
            clause(Kind::Paragraph, "A", "We sell."),
            clause(Kind::Quote, "B", "We sell."),
            clause(Kind::Heading, "B", "We sell."),
        ];
        let snapshots = [snapshot("a", 10, twice)];
        let all = run(&snapshots, &Filters::default());
        assert_eq!(
            all.totals,
            Totals { clauses: 1, policies: 1, companies: 1, snapshots: 1, ..Totals::default() }
        );
        assert_eq!((all.clauses[0].kind, all.clauses[0].snapshots), (Kind::Paragraph, 1));

        let section = |word: &str| Some(vec![word.to_owned()]);
        let in_b = Filters { section: section("b"), ..Filters::default() };
        let found = run(&snapshots, &in_b).clauses.remove(0);
        assert_eq!(
            (found.kind, found.section[1].as_str(), found.order),
            (Kind::Quote, "B", (0, 0))
        );

        let headings_in_a =
            Filters { section: section("a"), kinds: vec![Kind::Heading], ..Filters::default() };
        assert_eq!(run(&snapshots, &headings_in_a).clauses, [], "no one place satisfies both");
    }

    #[test]
    fn filters_choose_snapshots() {
        let says = || vec![paragraph("We sell.")];
        let snapshots = [
            snapshot("a", 10, says()),
            snapshot("a", 20, says()),
            snapshot("a", 30, vec![paragraph("No.")]),
            snapshot("b", 25, says()),
        ];
        let none = Filters::default;
        let check =
            |filters: Filters, expected: &[i64]| assert_eq!(newest(&snapshots, &filters), expected);
        check(none(), &[20, 25]);
        check(Filters { latest: true, ..none() }, &[25]);
        check(Filters { as_of: Some(24), ..none() }, &[20]);
        check(Filters { as_of: Some(25), ..none() }, &[20, 25]);
        check(Filters { as_of: Some(30), ..none() }, &[25]);
        check(Filters { as_of: Some(9), ..none() }, &[]);
        check(Filters { since: Some(11), until: Some(20), ..none() }, &[20]);
        check(Filters { since: Some(21), ..none() }, &[25]);
        check(Filters { until: Some(10), ..none() }, &[10]);
        check(Filters { companies: vec!["A".to_owned(), "c".to_owned()], ..none() }, &[20]);
        check(Filters { types: vec!["privacy*".to_owned()], ..none() }, &[20, 25]);
        check(Filters { types: vec!["terms*".to_owned()], ..none() }, &[]);
        check(Filters { kinds: vec![Kind::Item], ..none() }, &[]);
        check(Filters { collections: vec!["d*".to_owned()], ..none() }, &[20, 25]);
    }

    #[test]
    fn furniture_is_not_there_unless_asked_for() {
        let footer = || Clause { is_furniture: true, ..paragraph("We sell.") };
        let snapshots = [
            snapshot("a", 10, vec![paragraph("We sell.")]),
            snapshot("a", 20, vec![paragraph("No."), footer()]),
            snapshot("b", 20, vec![paragraph("No."), footer()]),
        ];
        let without = run(&snapshots, &Filters::default());
        let counted = |answer: &Answer| (answer.totals.clauses, answer.totals.furniture_left_out);
        assert_eq!(counted(&without), (1, 1));
        let found = &without.clauses[0];
        assert_eq!((found.last_seen, found.gone_by, found.newest), (10, Some(20), 10));
        let gone = Filters { gone: true, ..Filters::default() };
        assert_eq!(counted(&run(&snapshots, &gone)), (1, 0));
        let with = run(&snapshots, &Filters { furniture: true, ..Filters::default() });
        assert_eq!(counted(&with), (2, 0));
        assert_eq!((with.clauses[0].last_seen, with.clauses[0].gone_by), (20, None));
        let latest = Filters { latest: true, ..Filters::default() };
        assert_eq!(counted(&run(&snapshots, &latest)), (0, 2));
    }

    #[test]
    fn ties_and_totals() {
        let mut later = snapshot("a", 10, vec![]);
        later.order = 1;
        let first = snapshot(
            "a",
            10,
            vec![paragraph("We sell."), item("We may:", "sell"), item("We never:", "sell")],
        );
        let mut terms = snapshot("a", 5, vec![paragraph("We sell.")]);
        terms.policy_type = "Terms of Service".to_owned();
        let other = snapshot("b", 1, vec![paragraph("We sell.")]);
        let corpus = Corpus { snapshots: vec![later, other, terms, first] };
        let answer = search(&corpus, &sell(), &Filters::default());
        assert_eq!(
            answer.totals,
            Totals { clauses: 5, policies: 3, companies: 2, snapshots: 3, ..Totals::default() }
        );
        let order: Vec<_> =
            answer.clauses.iter().map(|f| (f.company.as_str(), f.order.1, f.gone_by)).collect();
        assert_eq!(
            order,
            [
                ("a", 0, Some(10)),
                ("a", 1, Some(10)),
                ("a", 2, Some(10)),
                ("a", 0, None),
                ("b", 0, None)
            ]
        );
        let same = |text: Clause, company| same_text_companies(&corpus, &identity(&text), company);
        assert_eq!(same(paragraph("We sell."), "a"), 1);
        assert_eq!(same(paragraph("We sell."), "c"), 2);
        assert_eq!(same(item("We may:", "sell"), "a"), 0);
    }

    #[test]
    fn dates() {
        assert_eq!(stamp(0), "19700101000000");
        assert_eq!(stamp(1_466_161_433 * SECOND), "20160617110353");
        assert_eq!(rfc3339(951_782_400 * SECOND), "2000-02-29T00:00:00Z");
        assert_eq!(rfc3339(951_782_400 * SECOND + 20_000_000), "2000-02-29T00:00:00.02Z");
        assert_eq!(day(DAY * 3 + 5), (DAY * 3, DAY * 4 - 1));
        assert_eq!(date(1_483_228_800 * SECOND - 1), "2016-12-31");
        assert_eq!(date(1_483_228_800 * SECOND), "2017-01-01");
    }

    #[test]
    fn markdown_of_a_snapshot() {
        let mut linked = paragraph("We don't  \"sell\" third-party data here.");
        linked.section = vec!["Title".to_owned()];
        linked.links = vec!["ads.example/opt-out".to_owned(), "b.example".to_owned()];
        let mut title = clause(Kind::Heading, "", "Title");
        title.section = vec![];
        let mut below = clause(Kind::Heading, "", "Below it");
        below.section = vec!["Title".to_owned()];
        let clauses = vec![
            title,
            linked,
            below,
            paragraph("We may:"),
            item("We may:", "sell it"),
            item("We may:", "rent it"),
            clause(Kind::Quote, "Below it", "Quoted."),
        ];
        let snapshot = snapshot("a.com", 1_466_161_433 * SECOND, clauses);
        let header = "> *The following text is extracted and transformed from the a.com privacy \
            policy that was archived on \
                      2016-06-17. Please check the [original snapshot on the Wayback Machine]\
                      (https://web.archive.org/web/\
                      20160617110353id_/http%3A//a.com/privacy) for the most accurate \
                      reproduction.*";
        assert_eq!(
            markdown(&snapshot),
            format!(
                "{header}\n\n# Title\n\n[We](https://ads.example/opt-out) don't  \
                [\"sell\"](https://b.example) third-party \
                 data here.\n\n## Below it\n\nWe may:\n\n- sell it\n- rent it\n\n> Quoted.\n"
            )
        );
        assert_eq!(
            markdown_broken(&snapshot, 0),
            format!(
                "{header}\n\n# Title\n\n[We](https://ads.example/opt-out) don&#39;t  \
                 [**&quot;sell&quot;**](https://b.example) third\\-party\ndata here.\n\n## Below it\
                 \n\nWe may:\n\n\
                 - sell it\n- rent it\n\n> Quoted.\n"
            )
        );
        assert_eq!(path(&snapshot), "a.com/2016-06-17-20160617110353-0.md");
    }

    /// Reads the output of [`markdown`] and no other Markdown.
    fn read(markdown: &str) -> Vec<Clause> {
        let mut clauses = Vec::new();
        let mut path: Vec<String> = Vec::new();
        let mut above: Option<String> = None;
        for line in markdown.lines().skip(1).filter(|line| !line.is_empty()) {
            let marks = line.bytes().take_while(|&b| b == b'#').count();
            let (kind, rest) =
                match line.split_once(' ').expect("every clause has two words or a mark") {
                    ("-", rest) => (Kind::Item, rest),
                    (">", rest) => (Kind::Quote, rest),
                    (_, rest) if marks > 0 => (Kind::Heading, rest),
                    _ => (Kind::Paragraph, line),
                };
            let (mut text, mut links) = (String::new(), Vec::new());
            for (i, piece) in rest.split("](https://").enumerate() {
                let (target, after) =
                    piece.split_once(')').filter(|_| i > 0).unwrap_or(("", piece));
                links.extend((i > 0).then(|| target.to_owned()));
                text += &after.replace('[', "");
            }
            if kind == Kind::Heading {
                path.truncate(marks - 1);
                above = None;
            }
            clauses.push(Clause {
                kind,
                section: path.clone(),
                lead_in: above.clone().filter(|_| kind == Kind::Item),
                links,
                text: text.clone(),
                is_furniture: false,
            });
            match kind {
                Kind::Heading => path.push(text),
                Kind::Item => {}
                _ => above = text.ends_with(':').then_some(text),
            }
        }
        clauses
    }

    /// Checks the claims that every answer makes about itself.
    fn check_answer(corpus: &Corpus, query: &Q, filters: &Filters) {
        let answer = search(corpus, query, filters);
        for found in &answer.clauses {
            assert!(found.first_seen <= found.newest && found.newest <= found.last_seen);
            assert!(found.gone_by.is_none_or(|gone| gone >= found.last_seen));
            assert!(found.snapshots >= 1);
        }
        let orders: Vec<_> = answer
            .clauses
            .iter()
            .map(|f| (&f.company, &f.policy_type, &f.collection, f.order))
            .collect();
        assert!(orders.is_sorted_by(|a, b| a < b), "a total order");
        assert_eq!(answer.totals.clauses, answer.clauses.len());
        assert!(answer.totals.companies <= answer.totals.policies);
        assert!(answer.totals.policies <= answer.totals.snapshots);
        assert!(answer.totals.policies <= answer.totals.clauses);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn random_corpora_print_and_read_back(corpus in corpora(), seed in 0..20_usize) {
            let mut paths = BTreeSet::new();
            for snapshot in &corpus.snapshots {
                prop_assert_eq!(&read(&markdown(snapshot)), &snapshot.clauses);
                let expected: Vec<_> = snapshot.clauses.iter().map(|c| folded(&c.text)).collect();
                prop_assert_eq!(&strip::blocks(&markdown(snapshot)), &expected);
                prop_assert_eq!(&strip::blocks(&markdown_broken(snapshot, seed)), &expected);
                prop_assert!(paths.insert(path(snapshot)));
                let last = snapshot.clauses.last();
                prop_assert_eq!(last.map(|c| c.kind == Kind::Heading), Some(false));
            }
            for name in COMPANY_NAMES {
                prop_assert!(corpus.snapshots.iter().any(|s| names(name, &s.company)));
            }
        }

        #[test]
        fn random_answers_are_sound(
            corpus in corpora_of(&["Privacy Policy", "Terms of Service"], 1),
            query in crate::oracle::query::queries(),
            filters in filters(),
        ) {
            check_answer(&corpus, &query, &filters);
        }

        #[test]
        fn equal_identities_have_equal_tokens(a in one_of(SENTENCES), b in one_of(SENTENCES)) {
            prop_assert!(identity_form(&a) != identity_form(&b) || folded(&a) == folded(&b));
            prop_assert_eq!(identity_form(&identity_form(&a)), identity_form(&a));
        }
    }
}
