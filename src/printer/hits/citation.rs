//! What to write under a quotation: whose policy it is, of when, and where it can be read.

use crate::search::Hit;

/// Company, type, title and archive time.
pub(in crate::printer) fn policy(hit: &Hit) -> String {
    let title = hit.title.as_deref().map(|title| format!(", \"{title}\"")).unwrap_or_default();
    format!("{}, {}{title}, archived {}", hit.company, hit.policy_type, hit.archive_time)
}

/// The whole citation in one line: the policy, its address (the archived page, if the corpus names it), its place in the corpus.
pub(in crate::printer) fn citation(hit: &Hit) -> String {
    let mut parts = vec![policy(hit)];
    parts.extend(hit.archive_url.clone().or_else(|| hit.url.clone()));
    parts.push(hit.source.place());
    parts.join(", ")
}
