//! Recognises small tables of data in raw HTML.

/// The size of the largest table that is read as rows, in bytes. Larger ones lay out a page.
const MAX_BYTES: usize = 20_000;

/// The size of the largest cell of the first row, in bytes.
const MAX_HEADER_BYTES: usize = 200;

/// The number of bytes up to the end of the data table that `html` begins with: it has at least two
/// rows with as many cells each, and no table inside.
pub(crate) fn data_table(html: &str) -> Option<usize> {
    let end = find_close(html, "</table>")?;
    let inner = html[1..end].to_ascii_lowercase();
    if inner.contains("<table") {
        return None;
    }
    let rows: Vec<&str> = inner.split("<tr").skip(1).collect();
    let cells = |row: &&str| row.matches("<td").count() + row.matches("<th").count();
    let mut counts = rows.iter().map(cells).filter(|&count| count != 1);
    let columns = counts.next().filter(|&columns| columns > 1)?;
    let has_short_header = rows.first().is_some_and(|row| row.len() <= columns * MAX_HEADER_BYTES);
    let is_regular = counts.clone().count() > 0 && counts.all(|count| count == columns);
    (is_regular && has_short_header).then_some(end)
}

/// The number of bytes up to the end of this closing tag, if it is near.
pub(crate) fn find_close(html: &str, close: &str) -> Option<usize> {
    let near = &html.as_bytes()[..html.len().min(MAX_BYTES)];
    let is_close = |at: &usize| {
        near.get(*at..at + close.len())
            .is_some_and(|tag| tag.eq_ignore_ascii_case(close.as_bytes()))
    };
    let at = memchr::memchr_iter(b'<', near).find(is_close)?;
    Some(at + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_data_have_equal_rows() {
        let row = "<tr><th>a</th><td>b</td></tr>";
        let table = format!("<table>{row}{row}</TABLE>");
        assert_eq!(data_table(&format!("{table} c")), Some(table.len()));
        for other in [
            format!("<table>{row}</table>"),
            format!("<table>{row}{row}"),
            format!("<table>{row}<tr><td>c</td><td>d</td><td>e</td></tr></table>"),
            format!("<table>{row}{row}<table></table></table>"),
            "<table><tr><td>a</td></tr><tr><td>b</td></tr></table>".to_owned(),
        ] {
            assert_eq!(data_table(&other), None, "{other}");
        }
    }
}
