//! The blocks of a page, between its tags and its Markdown.

/// A block of a page. Every text in it has at least one character that is no white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus::forms::html) enum PageBlock {
    /// A paragraph or a heading.
    Text(TextBlock),
    /// A block quotation.
    Quote(Vec<PageBlock>),
    /// A list.
    List(ListBlock),
    /// A table that holds data.
    Table(DataTable),
}

/// A paragraph or a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus::forms::html) struct TextBlock {
    /// Its Markdown, in which `\n` is a hard line break.
    pub markdown: String,
    /// Its level, if it is a heading.
    pub level: Option<u8>,
    /// Whether it is furniture.
    pub is_furniture: bool,
}

/// A list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::corpus::forms::html) struct ListBlock {
    /// The number of the first entry, if the entries are numbered.
    pub start: Option<u64>,
    /// How its numbers are written.
    pub letters: Option<ListLetters>,
    /// Whether its numbers count down.
    pub is_reversed: bool,
    /// Whether no tag opened it, because its entries are outside of any list.
    pub is_implied: bool,
    /// Its parts in order.
    pub parts: Vec<ListPart>,
}

/// The letters of an ordered list that does not count with digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus::forms::html) enum ListLetters {
    /// `a.`
    Small,
    /// `A.`
    Capital,
    /// `i.`
    SmallRoman,
    /// `I.`
    CapitalRoman,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus::forms::html) enum ListPart {
    /// An entry.
    Entry(ListEntry),
    /// A block between entries, which belongs to none of them.
    Loose(PageBlock),
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus::forms::html) struct ListEntry {
    /// What the entry is.
    pub sort: EntrySort,
    /// Its number, if it has one of its own.
    pub value: Option<u64>,
    /// Its blocks.
    pub blocks: Vec<PageBlock>,
}

/// What an entry of a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus::forms::html) enum EntrySort {
    /// An entry of an ordinary list.
    Plain,
    /// A term of a list of definitions.
    Term,
    /// The meaning of the term before it.
    Meaning,
}

/// A table that holds data: rows of equal length, the first of which is the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::corpus::forms::html) struct DataTable {
    /// The cells of each row, as Markdown without line ends.
    pub rows: Vec<Vec<String>>,
    /// Whether it is furniture.
    pub is_furniture: bool,
}

impl ListLetters {
    /// The letters of a `type` attribute or a `list-style-type`.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "a" | "lower-alpha" | "lower-latin" => Some(Self::Small),
            "A" | "upper-alpha" | "upper-latin" => Some(Self::Capital),
            "i" | "lower-roman" => Some(Self::SmallRoman),
            "I" | "upper-roman" => Some(Self::CapitalRoman),
            _ => None,
        }
    }

    /// A number in these letters. Numbers that have none, such as 0, keep their digits.
    pub fn write(self, number: u64) -> String {
        let text = match self {
            Self::Small | Self::Capital => alphabetic(number),
            Self::SmallRoman | Self::CapitalRoman => roman(number),
        };
        match self {
            Self::Small | Self::SmallRoman => text,
            Self::Capital | Self::CapitalRoman => text.to_ascii_uppercase(),
        }
    }
}

/// A number in letters: `a` to `z`, then `aa`.
fn alphabetic(mut number: u64) -> String {
    let mut letters = String::new();
    while number > 0 {
        let digit = u8::try_from((number - 1) % 26).unwrap_or(0);
        letters.insert(0, char::from(b'a' + digit));
        number = (number - 1) / 26;
    }
    if letters.is_empty() { "0".to_owned() } else { letters }
}

/// A number below 400 in Roman digits.
fn roman(mut number: u64) -> String {
    const VALUES: [(u64, &str); 9] = [
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if !(1..400).contains(&number) {
        return number.to_string();
    }
    let mut digits = String::new();
    for (value, digit) in VALUES {
        while number >= value {
            digits.push_str(digit);
            number -= value;
        }
    }
    digits
}

impl ListPart {
    /// Its blocks.
    pub fn blocks(&self) -> &[PageBlock] {
        match self {
            Self::Entry(entry) => &entry.blocks,
            Self::Loose(block) => std::slice::from_ref(block),
        }
    }
}

impl ListBlock {
    /// Adds an entry. A meaning becomes an entry of a list below its term, so that the term
    /// introduces it.
    pub fn add_entry(&mut self, entry: ListEntry) {
        if entry.sort == EntrySort::Meaning
            && let Some(ListPart::Entry(term)) = self.parts.last_mut()
            && term.sort == EntrySort::Term
        {
            if let Some(PageBlock::List(meanings)) = term.blocks.last_mut()
                && meanings.is_implied
            {
                meanings.parts.push(ListPart::Entry(entry));
            } else {
                let parts = vec![ListPart::Entry(entry)];
                let list = ListBlock { is_implied: true, parts, ..Self::default() };
                term.blocks.push(PageBlock::List(list));
            }
            return;
        }
        self.parts.push(ListPart::Entry(entry));
    }

    /// Adds a block that is in no entry. A list belongs to the entry before it, as its indent
    /// shows.
    pub fn add_loose(&mut self, block: PageBlock) {
        match (self.parts.last_mut(), block) {
            (Some(ListPart::Entry(entry)), block @ PageBlock::List(_)) => entry.blocks.push(block),
            (_, block) => self.parts.push(ListPart::Loose(block)),
        }
    }
}
