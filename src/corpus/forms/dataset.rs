//! Paths of the Open Terms Archive dataset after unpacking:
//! `Service/Terms type/YYYY-MM-DDTHH-MM-SSZ.md`, directly in the corpus or in a subfolder.
//!
//! The dataset escapes services and types that cannot be file names. The escapes are kept: the
//! dataset does not say how to undo them.

use super::form::PartialKey;
use crate::corpus::times::dashed_time;

/// The extensions of snapshots: versions are Markdown, and the pages behind them are HTML.
const EXTENSIONS: [&str; 2] = [".md", ".html"];

/// Returns the policy and the time in a path, or `None` if the path is not of this layout.
pub(super) fn key_of(path: &str) -> Option<PartialKey> {
    let mut parts = path.rsplit('/');
    let (file, policy_type, company) = (parts.next()?, parts.next()?, parts.next()?);
    let name = EXTENSIONS.iter().find_map(|end| file.strip_suffix(end))?;
    let time = dashed_time(name)?;
    if company.is_empty() || policy_type.is_empty() {
        return None;
    }
    Some(PartialKey {
        company: Some(company.to_owned()),
        policy_type: Some(policy_type.to_owned()),
        time: Some(time),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for path in
            ["Acme/Terms/2001-02-03T04-05-06Z.md", "set-1/Acme/Terms/2001-02-03T04-05-06Z.md"]
        {
            let key = key_of(path).unwrap();
            assert_eq!(
                (key.company.as_deref(), key.policy_type.as_deref()),
                (Some("Acme"), Some("Terms"))
            );
            assert_eq!(key.time.unwrap().rfc3339(), "2001-02-03T04:05:06Z");
        }
        for path in [
            "README.md",
            "Acme/Terms.md",
            "Terms/2001-02-03T04-05-06Z.md",
            "Acme/Terms/2001-02-03.md",
            "/Terms/2001-02-03T04-05-06Z.md",
            "Acme/Terms/2001-02-03T04-05-06Z.json",
            "Acme/Terms/2001-02-30T04-05-06Z.md",
        ] {
            assert!(key_of(path).is_none(), "{path}");
        }
    }
}
