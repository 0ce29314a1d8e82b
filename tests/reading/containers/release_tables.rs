//! Writes databases with the tables of the Princeton-Leuven release.

use std::path::Path;

use rusqlite::{Connection, params};

/// The tables of the release.
pub const TABLES: &str = "
    CREATE TABLE sites (id INTEGER PRIMARY KEY, domain TEXT, categories TEXT);
    CREATE TABLE policy_texts (
        id INTEGER PRIMARY KEY, policy_text TEXT, sha1 TEXT, simhash INTEGER
    );
    CREATE TABLE policy_snapshots (
        id INTEGER PRIMARY KEY, site_id INTEGER, policy_text_id INTEGER, year INTEGER, phase TEXT,
        policy_url TEXT, policy_snapshot_url TEXT, policy_title TEXT
    );
    CREATE TABLE alexa_ranks (id INTEGER PRIMARY KEY, site_id INTEGER, year INTEGER, phase TEXT,
        rank INTEGER);";

/// A database that is being written.
pub struct ReleaseTables {
    pub connection: Connection,
}

impl ReleaseTables {
    /// Makes a database with empty tables.
    pub fn create(path: &Path) -> Self {
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(TABLES).unwrap();
        Self { connection }
    }

    /// Adds a snapshot, and its site and text if they are new. `stamp` has the 14 digits.
    pub fn add(&self, site: &str, stamp: &str, text: &str) {
        let site_id = self.row(
            "SELECT id FROM sites WHERE domain = ?",
            "INSERT INTO sites (domain, categories) VALUES (?, 'News, Media')",
            site,
        );
        let text_id = self.row(
            "SELECT id FROM policy_texts WHERE policy_text = ?",
            "INSERT INTO policy_texts (policy_text, sha1) VALUES (?1, hex(length(?1)))",
            text,
        );
        let year: i64 = stamp[..4].parse().unwrap();
        let phase = if &stamp[4..6] < "07" { "A" } else { "B" };
        let url = format!("http://{site}/privacy");
        let archived =
            format!("https://web.archive.org/web/{stamp}id_/{}", url.replace(':', "%3A"));
        self.connection
            .execute(
                "INSERT INTO policy_snapshots (site_id, policy_text_id, year, phase, policy_url, \
                 policy_snapshot_url, policy_title) VALUES (?, ?, ?, ?, ?, ?, 'Privacy')",
                params![site_id, text_id, year, phase, url, archived],
            )
            .unwrap();
    }

    fn row(&self, select: &str, insert: &str, value: &str) -> i64 {
        let known = self.connection.query_row(select, [value], |row| row.get(0));
        known.unwrap_or_else(|_| {
            self.connection.execute(insert, [value]).unwrap();
            self.connection.last_insert_rowid()
        })
    }

    /// Runs statements.
    pub fn run(&self, statements: &str) {
        self.connection.execute_batch(statements).unwrap();
    }
}
