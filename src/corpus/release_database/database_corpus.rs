//! The reader for the release database.
//!
//! The scan reads every row of the snapshots once, and no texts. Sessions read rows and texts by
//! their numbers, each on a connection of its own.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};
use serde_json::{Map, Value};

use super::release_tables::{CATEGORIES, NUMBERS, SNAPSHOT, SNAPSHOTS, TEXT, defect};
use crate::corpus::corpus_reader::{
    CorpusExtent, CorpusReader, LoadedSnapshot, ReadSession, SeenInput,
};
use crate::corpus::forms::form::UnreadText;
use crate::corpus::forms::header::wayback_time;
use crate::corpus::found_snapshot::{DatabaseBody, FoundSnapshot, SnapshotBody, fingerprint};
use crate::corpus::layouts::princeton::read_text;
use crate::corpus::notices::SkipReason;
use crate::corpus::snapshot_facts::SnapshotFacts;
use crate::corpus::source_text::{MAX_BYTES, too_large_text};
use crate::corpus::stream::file_state;
use crate::error::{Error, Result};
use crate::model::{PRIVACY_POLICY, SnapshotSource};

/// The files in which SQLite keeps changes that are not in the database yet.
const UNFINISHED: [&str; 2] = ["-wal", "-journal"];

/// Opens the database at `path`.
///
/// # Errors
///
/// It cannot be read, or lacks a table or a column of the release database.
pub(super) fn open(path: &Path) -> Result<Box<dyn CorpusReader>> {
    let database = ReleaseDatabase { path: path.to_owned(), scanned: OnceLock::new() };
    for end in UNFINISHED {
        let mut beside = path.as_os_str().to_owned();
        beside.push(end);
        if std::fs::metadata(&beside).is_ok_and(|metadata| metadata.len() > 0) {
            let beside = PathBuf::from(beside);
            let reason = "has changes that are not finished, in";
            let message = format!("{reason} {}; open it once with `sqlite3`", beside.display());
            return Err(database.error(&message));
        }
    }
    let found = database.connect().and_then(|connection| defect(&connection));
    match found.map_err(|error| database.error(&error.to_string()))? {
        Some(defect) => Err(database.error(&format!("nothing to index: {defect}"))),
        None => Ok(Box::new(database)),
    }
}

/// The release database.
struct ReleaseDatabase {
    path: PathBuf,
    /// The state of the file when the scan began.
    scanned: OnceLock<Option<String>>,
}

/// A row of the scan: numbers of the parts of a snapshot, and what tells its policy and time.
struct SnapshotRow {
    number: i64,
    site: Option<i64>,
    text: Option<i64>,
    domain: Option<String>,
    archive_url: Option<String>,
    text_bytes: Option<i64>,
    hash: Option<String>,
    rank: Option<i64>,
}

impl SnapshotRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            site: row.get(1)?,
            text: row.get(2)?,
            domain: text_of(row.get_ref(3)?),
            archive_url: text_of(row.get_ref(4)?),
            text_bytes: row.get(5)?,
            hash: text_of(row.get_ref(6)?),
            rank: whole_number(row.get_ref(7)?),
        })
    }

    /// The report about the row, which is at this place.
    fn into_seen(self, at: String) -> SeenInput {
        let skipped = |reason| SeenInput::Skipped(at.clone(), reason);
        let (Some(domain), Some(site)) = (self.domain, self.site) else {
            return skipped(SkipReason::NoHeader);
        };
        let archive_url = self.archive_url.unwrap_or_default();
        let Some(time) = wayback_time(&archive_url) else { return skipped(SkipReason::NoDate) };
        let (Some(text), Some(bytes)) = (self.text, self.text_bytes) else {
            return skipped(SkipReason::Textless);
        };
        let size = bytes.unsigned_abs();
        if size > MAX_BYTES {
            return SeenInput::Failed(at, too_large_text());
        }
        let hash = self.hash.unwrap_or_default();
        let fingerprint = fingerprint(&[
            domain.as_bytes(),
            archive_url.as_bytes(),
            hash.as_bytes(),
            &size.to_le_bytes(),
            &self.number.to_le_bytes(),
        ]);
        let text = text.to_le_bytes();
        let body =
            SnapshotBody::Row(DatabaseBody { snapshot: self.number, site, text, rank: self.rank });
        // SQLite allows numbers below 0.
        let order = self.number.wrapping_sub(i64::MIN) as u64;
        let found = Box::new(FoundSnapshot { time, order, size, fingerprint, body });
        SeenInput::Found { company: domain, policy_type: PRIVACY_POLICY.to_owned(), found }
    }
}

impl ReleaseDatabase {
    /// Opens the file for reading only. It is taken as unchanging, so that SQLite writes nothing
    /// beside it and also reads it from folders in which nothing can be written.
    fn connect(&self) -> rusqlite::Result<Connection> {
        let bytes = self.path.as_os_str().as_encoded_bytes();
        let address = format!("file:{}?immutable=1", percent_encode(bytes, NON_ALPHANUMERIC));
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_URI
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(address, flags)?;
        // The database may come from anywhere, so its own expressions call no functions that could
        // do harm.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        Ok(connection)
    }

    fn error(&self, message: &str) -> Error {
        Error::Corpus { path: self.path.clone(), message: message.to_owned() }
    }

    /// The place of a row, for messages.
    fn place(&self, number: i64) -> String {
        format!("{}: {}", self.path.to_string_lossy(), row_name(number))
    }

    /// Reports all rows. Sets `last` to the number of each of them.
    fn scan_rows(
        &self,
        last: &mut Option<i64>,
        sink: &mut dyn FnMut(SeenInput),
    ) -> rusqlite::Result<()> {
        let connection = self.connect()?;
        let mut query = connection.prepare(SNAPSHOTS)?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let row = SnapshotRow::read(row)?;
            // A site or a text whose number occurs twice would repeat the row.
            if last.replace(row.number) != Some(row.number) {
                let at = self.place(row.number);
                sink(row.into_seen(at));
            }
        }
        Ok(())
    }
}

impl CorpusReader for ReleaseDatabase {
    fn name(&self) -> &'static str {
        "Princeton-Leuven database"
    }

    fn scan(&self, sink: &mut dyn FnMut(SeenInput)) -> Result<()> {
        // Taken before the file is read: if it changes meanwhile, the next update reads it again.
        self.scanned.get_or_init(|| file_state(&self.path));
        let mut last = None;
        if let Err(error) = self.scan_rows(&mut last, sink) {
            // The rows before the damage count.
            let at = match last {
                Some(number) => format!("{} and what follows", self.place(number)),
                None => self.path.to_string_lossy().into_owned(),
            };
            sink(SeenInput::Failed(at, format!("the rest cannot be read: {error}")));
        }
        Ok(())
    }

    fn state(&self) -> Option<String> {
        self.scanned.get().cloned().flatten()
    }

    fn scan_since(&self, state: &str, sink: &mut dyn FnMut(SeenInput)) -> Result<CorpusExtent> {
        if file_state(&self.path).as_deref() == Some(state) {
            return Ok(CorpusExtent::Unchanged);
        }
        self.scan(sink)?;
        Ok(CorpusExtent::Whole)
    }

    fn at(&self, found: &FoundSnapshot) -> String {
        match &found.body {
            SnapshotBody::Row(body) => self.place(body.snapshot),
            _ => self.path.to_string_lossy().into_owned(),
        }
    }

    fn session(&self) -> Box<dyn ReadSession + '_> {
        Box::new(DatabaseSession { database: self, connection: None })
    }
}

/// Reads snapshots.
struct DatabaseSession<'r> {
    database: &'r ReleaseDatabase,
    /// Opened by the first snapshot.
    connection: Option<Connection>,
}

impl ReadSession for DatabaseSession<'_> {
    fn read(&mut self, found: &FoundSnapshot, wants_text: bool) -> Result<LoadedSnapshot> {
        let database = self.database;
        let error = |error: rusqlite::Error| database.error(&error.to_string());
        let SnapshotBody::Row(body) = &found.body else {
            return Err(database.error("was not found in this database"));
        };
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => database.connect().map_err(error)?,
        };
        let connection = self.connection.insert(connection);
        let facts = facts(connection, body).map_err(error)?;
        let (mut text, mut skipped) = (None, None);
        if wants_text {
            let bytes = text_bytes(connection, body).map_err(error)?;
            // Snapshots share texts, so no addresses are taken from there.
            match read_text(bytes, &mut SnapshotFacts::default()) {
                Ok(read) => text = Some(read),
                Err(UnreadText::Skipped(reason)) => skipped = Some(reason),
                Err(UnreadText::Failed(reason)) => return Err(database.error(&reason)),
            }
        }
        let name = database.path.file_name().map(|name| name.to_string_lossy().into_owned());
        let source = SnapshotSource {
            corpus: database.path.to_string_lossy().into_owned(),
            path: name.unwrap_or_default(),
            commit: None,
            entry: Some(row_name(body.snapshot)),
            line: None,
        };
        let info = facts.into_info(found.time, source, found.fingerprint);
        Ok(LoadedSnapshot { info, text, skipped })
    }
}

/// The metadata of a snapshot: its columns, the categories of its site and the rank of its site.
fn facts(connection: &Connection, body: &DatabaseBody) -> rusqlite::Result<SnapshotFacts> {
    let mut query = connection.prepare_cached(SNAPSHOT)?;
    let names: Vec<String> = query.column_names().map(str::to_owned).collect();
    let mut members = query.query_row([body.snapshot], |row| members(row, &names))?;
    let mut query = connection.prepare_cached(CATEGORIES)?;
    let categories = query.query_row([body.site], |row| Ok(value_of(row.get_ref(0)?)))?;
    let rank = body.rank.map(Value::from);
    let others = [("categories", categories), ("alexa_rank", rank)];
    members.extend(others.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    let text = |name| members.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(SnapshotFacts {
        url: text("policy_url"),
        archive_url: text("policy_snapshot_url"),
        is_technical: false,
        metadata: Value::Object(members).to_string(),
    })
}

/// The columns of a row that have values.
fn members(row: &Row<'_>, names: &[String]) -> rusqlite::Result<Map<String, Value>> {
    let mut members = Map::new();
    for (column, name) in names.iter().enumerate() {
        let value = value_of(row.get_ref(column)?);
        if let Some(value) = value.filter(|_| !NUMBERS.contains(&name.as_str())) {
            members.insert(name.clone(), value);
        }
    }
    Ok(members)
}

fn text_bytes(connection: &Connection, body: &DatabaseBody) -> rusqlite::Result<Vec<u8>> {
    let mut query = connection.prepare_cached(TEXT)?;
    query.query_row([i64::from_le_bytes(body.text)], |row| {
        Ok(match row.get_ref(0)? {
            ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.to_vec(),
            other => text_of(other).unwrap_or_default().into_bytes(),
        })
    })
}

/// A value as JSON. NULL and raw bytes have none.
fn value_of(value: ValueRef<'_>) -> Option<Value> {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => None,
        ValueRef::Integer(number) => Some(Value::from(number)),
        ValueRef::Real(number) => serde_json::Number::from_f64(number).map(Value::Number),
        ValueRef::Text(bytes) => Some(Value::from(String::from_utf8_lossy(bytes).into_owned())),
    }
}

/// A value as a whole number. Data frames write whole numbers with a fraction of zero.
fn whole_number(value: ValueRef<'_>) -> Option<i64> {
    let number = value_of(value)?;
    number.as_i64().or_else(|| number.as_f64().map(|number| number as i64))
}

/// A value as text. A blank text counts as missing.
fn text_of(value: ValueRef<'_>) -> Option<String> {
    let text = match value_of(value)? {
        Value::String(text) => text,
        other => other.to_string(),
    };
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn row_name(number: i64) -> String {
    format!("policy_snapshots row {number}")
}
