//! Reads from the attributes of a tag what a browser would do with the element: hide it, show it in
//! bold, or tell people with a screen reader that it is no part of the main text.

use html5ever::tokenizer::Tag;

/// What the attributes of a tag say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::corpus::forms::html) struct TagTraits {
    /// Whether the element is not shown.
    pub is_hidden: bool,
    /// Whether it begins a line of its own, or does not, if its style says so.
    pub is_block: Option<bool>,
    /// Whether its words are bold, if its style says so.
    pub is_bold: Option<bool>,
    /// Whether its words are italic, if its style says so.
    pub is_italic: Option<bool>,
    /// Its explicit role, in lower case.
    pub role: Option<String>,
    /// The level of a heading by role.
    pub level: Option<u8>,
    /// Whether it belongs to the toolbar that the Wayback Machine inserts.
    pub is_toolbar: bool,
}

/// The identifiers of the elements of the Wayback Machine's toolbar, over the years.
const TOOLBAR_IDS: [&str; 6] =
    ["wm-ipp", "wm-ipp-base", "wm-ipp-inside", "wm-ipp-print", "wm-maximize", "donato"];

/// The roles of furniture: the landmarks outside of the main text, menus and dialogs.
const FURNITURE_ROLES: [&str; 9] = [
    "navigation",
    "banner",
    "contentinfo",
    "complementary",
    "search",
    "dialog",
    "alertdialog",
    "menu",
    "menubar",
];

/// The roles of parts of the main text. A header inside them is not the header of the page.
const PART_ROLES: [&str; 3] = ["article", "main", "region"];

impl TagTraits {
    /// Reads the attributes of a tag.
    pub fn of(tag: &Tag) -> Self {
        let mut traits = Self::default();
        for attribute in &tag.attrs {
            let value = &*attribute.value;
            match &*attribute.name.local {
                // A browser finds text that is hidden until found, and shows it.
                "hidden" => traits.is_hidden |= !value.eq_ignore_ascii_case("until-found"),
                "style" => traits.add_style(value),
                "role" => {
                    let first = value.split_ascii_whitespace().next();
                    traits.role = first.map(str::to_ascii_lowercase);
                }
                "aria-level" => traits.level = value.trim().parse().ok(),
                "id" => traits.is_toolbar |= TOOLBAR_IDS.contains(&value),
                _ => {}
            }
        }
        traits
    }

    fn add_style(&mut self, style: &str) {
        for declaration in style.split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let value = value.split('!').next().unwrap_or_default().trim().to_ascii_lowercase();
            match name.trim().to_ascii_lowercase().as_str() {
                "display" => self.add_display(&value),
                "visibility" => self.is_hidden |= matches!(value.as_str(), "hidden" | "collapse"),
                "font-weight" => self.is_bold = bold(&value),
                "font-style" => {
                    self.is_italic = Some(matches!(value.as_str(), "italic" | "oblique"))
                }
                _ => {}
            }
        }
    }

    fn add_display(&mut self, value: &str) {
        match value {
            "none" => self.is_hidden = true,
            "inline" | "inline-block" | "contents" => self.is_block = Some(false),
            "block" | "flex" | "grid" | "list-item" | "table" | "table-row" | "table-cell" => {
                self.is_block = Some(true);
            }
            _ => {}
        }
    }

    /// Whether the element with this name is furniture by its landmark. `is_inside_part` says
    /// whether it is inside a part of the main text.
    ///
    /// Headers and footers of such parts are no landmarks (HTML Accessibility API Mappings).
    pub fn is_landmark(&self, name: &str, is_inside_part: bool) -> bool {
        match &self.role {
            Some(role) => FURNITURE_ROLES.contains(&role.as_str()),
            None => match name {
                "nav" | "aside" | "dialog" | "search" => true,
                "header" | "footer" => !is_inside_part,
                _ => false,
            },
        }
    }

    /// Whether the element with this name is a part of the main text.
    pub fn is_part(&self, name: &str) -> bool {
        match &self.role {
            Some(role) => PART_ROLES.contains(&role.as_str()),
            None => matches!(name, "article" | "main" | "section" | "nav" | "aside"),
        }
    }

    /// The level of a heading by role, from 1 to 6.
    pub fn heading_level(&self) -> Option<u8> {
        // Without a level, a heading by role has the second one.
        let is_heading = self.role.as_deref() == Some("heading");
        is_heading.then(|| self.level.unwrap_or(2).clamp(1, 6))
    }
}

/// Whether a weight of a style is bold; `None` if it is unknown or relative.
fn bold(value: &str) -> Option<bool> {
    match value {
        "bold" | "bolder" => Some(true),
        "normal" | "lighter" => Some(false),
        _ => value.parse::<u32>().ok().map(|weight| weight >= 600),
    }
}

/// The value of an attribute, if it is not blank.
pub(in crate::corpus::forms::html) fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(found.value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The number in an attribute.
pub(in crate::corpus::forms::html) fn number(tag: &Tag, name: &str) -> Option<u64> {
    attribute(tag, name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn styled(style: &str) -> TagTraits {
        let mut traits = TagTraits::default();
        traits.add_style(style);
        traits
    }

    #[test]
    fn styles() {
        for style in [
            "display:none",
            "DISPLAY : NONE !important;",
            "color:red;visibility: hidden",
            "display:none!important",
        ] {
            assert!(styled(style).is_hidden, "{style}");
        }
        for style in ["display:block", "content: 'display:none'", "visibility:visible", ""] {
            assert!(!styled(style).is_hidden, "{style}");
        }
        assert_eq!(styled("font-weight: 700").is_bold, Some(true));
        assert_eq!(styled("font-weight:400").is_bold, Some(false));
        assert_eq!(styled("display:block").is_block, Some(true));
    }

    #[test]
    fn landmarks() {
        let role = |role: &str| TagTraits { role: Some(role.to_owned()), ..TagTraits::default() };
        let none = TagTraits::default();
        assert!(none.is_landmark("nav", true) && none.is_landmark("header", false));
        assert!(!none.is_landmark("header", true) && !none.is_landmark("div", false));
        assert!(role("contentinfo").is_landmark("div", true));
        assert!(!role("presentation").is_landmark("nav", false));
        assert!(none.is_part("section") && role("main").is_part("div"));
    }
}
