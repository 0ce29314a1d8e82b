//! Names the tables and columns of the release database, and checks that a database has them.

use rusqlite::Connection;

/// The tables that are read, with the columns that are read of each.
const TABLES: [(&str, &[&str]); 4] = [
    (
        "policy_snapshots",
        &["site_id", "policy_text_id", "year", "phase", "policy_url", "policy_snapshot_url"],
    ),
    ("policy_texts", &["id", "policy_text", "sha1"]),
    ("sites", &["id", "domain", "categories"]),
    ("alexa_ranks", &["site_id", "year", "phase", "rank"]),
];

/// The tables that tell the release database from others.
const TELLING_TABLES: [&str; 2] = ["policy_snapshots", "policy_texts"];

/// Every snapshot by its number, with the numbers of the rows that hold its parts. Where the tables
/// have no indexes, SQLite makes temporary ones of all columns that it needs; texts are joined a
/// second time, so that they are not copied into such an index. A site may have been ranked twice
/// in one phase.
pub(super) const SNAPSHOTS: &str = "
    SELECT s.rowid, w.rowid, t.rowid, w.domain, s.policy_snapshot_url,
           octet_length(x.policy_text), x.sha1, r.rank
    FROM policy_snapshots AS s
    LEFT JOIN sites AS w ON w.id = s.site_id
    LEFT JOIN policy_texts AS t ON t.id = s.policy_text_id
    LEFT JOIN policy_texts AS x ON x.rowid = t.rowid
    LEFT JOIN (
        SELECT site_id, year, phase, min(rank) AS rank FROM alexa_ranks
        GROUP BY site_id, year, phase
    ) AS r ON r.site_id = s.site_id AND r.year = s.year AND r.phase = s.phase";

/// One row of the snapshots.
pub(super) const SNAPSHOT: &str = "SELECT * FROM policy_snapshots WHERE rowid = ?";
/// The categories of one site.
pub(super) const CATEGORIES: &str = "SELECT categories FROM sites WHERE rowid = ?";
/// One text.
pub(super) const TEXT: &str = "SELECT policy_text FROM policy_texts WHERE rowid = ?";

/// Columns of a snapshot that are only numbers of rows, and no metadata.
pub(super) const NUMBERS: [&str; 3] = ["id", "site_id", "policy_text_id"];

/// Checks the tables of a database. Returns why it cannot be read, if it cannot.
pub(super) fn defect(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let tables = tables(connection)?;
    let is_release = TELLING_TABLES.iter().any(|table| tables.iter().any(|t| t == table));
    if !is_release {
        return Ok(Some(format!(
            "is an SQLite database with {}; of all SQLite databases, only the release database \
             of the Princeton-Leuven corpus is read; write a table of any other as CSV with \
             `sqlite3 -header -csv FILE 'SELECT ...'`",
            listed(&tables)
        )));
    }
    for (table, columns) in TABLES {
        if !tables.iter().any(|known| known == table) {
            return Ok(Some(format!(
                "is a release database without the table `{table}`; it has {}",
                listed(&tables)
            )));
        }
        let known = columns_of(connection, table)?;
        if let Some(column) = columns.iter().find(|column| !known.iter().any(|k| k == *column)) {
            let known = known.join("`, `");
            return Ok(Some(format!(
                "is a release database whose table `{table}` has no column `{column}`; it has \
                 `{known}`"
            )));
        }
    }
    Ok(None)
}

/// The names of tables, for a message.
fn listed(tables: &[String]) -> String {
    /// Some databases have hundreds.
    const SHOWN: usize = 12;
    match tables {
        [] => "no tables".to_owned(),
        [table] => format!("the table `{table}`"),
        tables if tables.len() > SHOWN => {
            format!("{} tables, such as `{}`", tables.len(), tables[..SHOWN].join("`, `"))
        }
        tables => format!("the tables `{}`", tables.join("`, `")),
    }
}

/// The tables. Views are none: nothing bounds the time that a view of somebody else takes.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let query = "SELECT name FROM sqlite_schema WHERE type = 'table' \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name";
    connection.prepare(query)?.query_map([], |row| row.get(0))?.collect()
}

fn columns_of(connection: &Connection, table: &str) -> rusqlite::Result<Vec<String>> {
    let mut query = connection.prepare("SELECT name FROM pragma_table_info(?)")?;
    query.query_map([table], |row| row.get(0))?.collect()
}
