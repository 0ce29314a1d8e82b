//! Citations: whose policy a clause is from, when it was archived, and where it can be read.

use crate::search::Hit;

/// Company, type, title, number of the clause, and archive time:
/// `Acme, Privacy Policy, "Privacy", clause 4.9, archived ...`.
pub(in crate::printer) fn policy(hit: &Hit) -> String {
    let mut parts = vec![hit.company.clone(), hit.policy_type.clone()];
    parts.extend(hit.title.as_ref().map(|title| format!("\"{title}\"")));
    let number = hit.number.as_deref().map(|number| number.trim_end_matches('.'));
    parts.extend(number.map(|number| format!("clause {number}")));
    parts.push(format!("archived {}", hit.archive_time));
    parts.join(", ")
}

/// The whole citation on one line: the policy, its address and its place in the corpus.
///
/// The address is the address of the archived page if the corpus names one, otherwise the original
/// address of the policy.
pub(in crate::printer) fn citation(hit: &Hit) -> String {
    let mut parts = vec![policy(hit)];
    parts.extend(hit.archive_url.as_ref().or(hit.url.as_ref()).cloned());
    parts.push(hit.source.place());
    parts.join(", ")
}
