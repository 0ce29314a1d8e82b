//! The dataset of Open Terms Archive, unpacked: `Service/Terms type/YYYY-MM-DDTHH-MM-SSZ.md`, in a folder of its own or not.
//!
//! Names stay as they are: services and types that cannot be file names are written with escapes there, which are not undone.

use super::forms::Claims;
use super::times::dashed_time;

/// What snapshots are stored as: versions as Markdown, the pages that they were made of as HTML.
const EXTENSIONS: [&str; 2] = [".md", ".html"];

/// What a path of the dataset says; `None` if it is not of this layout.
pub(super) fn claims(path: &str) -> Option<Claims> {
    let mut parts = path.rsplit('/');
    let (file, policy_type, company) = (parts.next()?, parts.next()?, parts.next()?);
    let name = EXTENSIONS.iter().find_map(|end| file.strip_suffix(end))?;
    let is_named = !company.is_empty() && !policy_type.is_empty();
    Some(Claims {
        company: Some(company.to_owned()),
        policy_type: Some(policy_type.to_owned()),
        time: Some(dashed_time(name).filter(|_| is_named)?),
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
            let claims = claims(path).unwrap();
            assert_eq!(
                (claims.company.as_deref(), claims.policy_type.as_deref()),
                (Some("Acme"), Some("Terms"))
            );
            assert_eq!(claims.time.unwrap().rfc3339(), "2001-02-03T04:05:06Z");
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
            assert!(claims(path).is_none(), "{path}");
        }
    }
}
