//! The company that the user gives to all inputs of a corpus.

use std::path::Path;

use crate::corpus::read_options::ReadOptions;
use crate::error::{Error, Result};
use crate::model::canonical_name;

/// The company of all inputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus) struct GivenCompany(String);

impl GivenCompany {
    /// Returns the company of these options, if they give one.
    ///
    /// # Errors
    ///
    /// The name is blank.
    pub fn of(options: &ReadOptions) -> Result<Option<Self>> {
        let Some(name) = &options.company else { return Ok(None) };
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::Usage("the name of the company is blank".to_owned()));
        }
        Ok(Some(Self(canonical_name(name))))
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The company of an input that names `own`.
    ///
    /// # Errors
    ///
    /// The input names another company. Policies of two companies would become one.
    pub fn of_input(&self, own: Option<String>) -> std::result::Result<String, String> {
        match own {
            Some(own) if canonical_name(own.trim()) != self.0 => Err(format!(
                "names another company itself: `{}` instead of `{}`",
                own.trim(),
                self.0
            )),
            _ => Ok(self.0.clone()),
        }
    }
}

/// Refuses a company for a corpus whose snapshots always name theirs; `corpus` is the word for it.
///
/// # Errors
///
/// The options give a company.
pub(in crate::corpus) fn refuse(path: &Path, corpus: &str, options: &ReadOptions) -> Result<()> {
    if options.company.is_none() {
        return Ok(());
    }
    let message = format!(
        "this {corpus} names the companies itself; a company is given only to a corpus that names \
         none"
    );
    Err(Error::Corpus { path: path.to_owned(), message })
}
