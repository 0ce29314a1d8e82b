//! The vocabulary of fineprint as types. Every other module may use this one; it reads no files,
//! parses no Markdown and does not touch the index.
//!
//! # Glossary
//!
//! One word per idea, in code, in messages and in the documentation.
//!
//! | Word | Meaning |
//! | --- | --- |
//! | corpus | A source of snapshots: a folder, a git repository, an archive, a table, ... |
//! | collection | The name under which a corpus is indexed (`--collection`; otherwise `default`). |
//! | company | The owner of a policy, as the corpus names it: a site (`ssh.com`) or a service. |
//! | policy type | `Privacy Policy`, `Terms of Service`, ... *Type* never means anything else. |
//! | policy | One series of texts, identified by collection, company and policy type. |
//! | snapshot | One archived record of a policy: its text at an archive time, and its source. |
//! | archive time | When a snapshot was recorded, to the nanosecond, UTC. |
//! | archive date | The UTC day of the archive time. |
//! | ordinal | The number of a snapshot within its policy. 0 is the oldest. |
//! | rank | The number of a policy within the index, from 0. |
//! | section | A path of headings inside a snapshot, outermost first. |
//! | clause | The smallest citable piece of a policy. Every word of a text is in exactly one. |
//! | kind | What a clause is: `heading`, `paragraph`, `item`, `row` or `quote`. |
//! | furniture | Text around a policy: menus, headers, footers, dialogs, hidden text. |
//! | lead-in | The sentence that introduces a list ("We may:"), or the header row of a table. |
//! | number | The enumerator in front of a clause (`1.`, `4.9`, `(b)`), no part of its text. |
//! | date stamp | A clause that is nothing but the date of its text ("Last updated: ..."). |
//! | identity form | The text of a clause, with spacing, quotes and dashes in one normal style. |
//! | identity | Identity form, lead-in and whether the clause is an item, a row or neither. |
//! | distinct clause | All clauses of a policy that share an identity. One entry of the index. |
//! | occurrence | A distinct clause in one snapshot, once for each time it appears there. |
//! | run | A range of consecutive ordinals in which a distinct clause occurs. |
//! | place | Section, number, kind and links of an occurrence. They may change over time. |
//! | spelling | The exact text of an occurrence. One identity may be spelt with other quotes. |
//! | wording | What a clause says. Clauses of one identity are one wording. |
//! | thread | A clause followed by the reworded clauses that successively replaced it. |
//! | shared text | A text that clauses of several companies have in common. |
//! | generation | One committed state of an index folder. Every update makes the next one. |
//! | token | A word of a text as searching sees it: a run of letters and digits, folded. |
//! | match | The tokens of a clause that satisfy a query. |
//! | unit | The text that has to satisfy a query (`--scope`): a clause, a section or a snapshot. |
//! | hit | A clause in the answer to a query, with its score and the ranges that matched. |
//!
//! *Document*, *segment* and *term* are words of the index library, tantivy. Only files that use
//! tantivy use them.

pub(crate) mod as_text;
mod clause;
mod date;
mod interval;
mod number;
mod policy;
mod snapshot;
mod snapshot_metadata;
mod value_order;

pub use clause::{Clause, ClauseId, ClauseIdPrefix, ClauseKind};
pub(crate) use clause::{ENTRY_TAG, FURNITURE_COMMENTS, FURNITURE_MARKS, furniture_marks};
pub use date::{Age, AgeError, ArchiveTime, DateError, Period};
pub use interval::{CalendarPeriod, Interval};
pub use number::{ClauseNumber, Ordinal, PlaceNumber, Rank};
pub use policy::{PRIVACY_POLICY, PolicyKey, canonical_name};
pub use snapshot::{SnapshotInfo, SnapshotSource};
pub use snapshot_metadata::{metadata_keys, metadata_values};
pub(crate) use value_order::by_value;
