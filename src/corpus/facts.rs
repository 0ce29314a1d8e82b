//! What is known of a snapshot besides its policy, its time and its text.

/// The facts about a snapshot that its source holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The address of the policy.
    pub url: Option<String>,
    /// The address of the archived page.
    pub archive_url: Option<String>,
    /// Whether the archive's software changed, not the policy.
    pub is_technical: bool,
    /// What else is said, as one JSON object; empty where nothing is.
    pub metadata: String,
}
