//! The numbers of policies, snapshots, clauses and places, as types that cannot be mixed up.
//!
//! All of them count from 0 and fit in 32 bits, since the index packs two of them into one column
//! value. They serialise as the bare number.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Defines a number type: its documentation and its name.
macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[derive(Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(u32);

        impl $name {
            /// The number as a typed one.
            pub const fn new(number: u32) -> Self {
                Self(number)
            }

            /// The number that belongs to an index of a slice.
            ///
            /// # Panics
            ///
            /// If `index` needs more than 32 bits: four thousand million clauses, snapshots or
            /// policies do not fit in memory.
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("a list in memory has fewer than 2^32 entries"))
            }

            /// The bare number.
            pub const fn get(self) -> u32 {
                self.0
            }

            /// The number as an index of a slice.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The number of a policy within the index.
    ///
    /// A rank holds for one generation of the index: an update may number the policies anew.
    Rank
}

number! {
    /// The number of a snapshot within its policy, in the order of archive times. 0 is the oldest.
    ///
    /// ```
    /// use fineprint::model::Ordinal;
    /// let oldest = Ordinal::new(0);
    /// assert_eq!(oldest.next().get(), 1);
    /// assert!(oldest < oldest.next());
    /// ```
    Ordinal
}

number! {
    /// The number of a distinct clause within its policy, in clause order: by the snapshot in which
    /// it first occurs, then by its position there.
    ClauseNumber
}

number! {
    /// The number of a place within its policy, in the order in which snapshots bring new places.
    PlaceNumber
}

impl Ordinal {
    /// The ordinal of the following snapshot.
    ///
    /// # Panics
    ///
    /// In a debug build, if this is the greatest ordinal that there can be.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// The ordinal of the snapshot before; `None` for the oldest.
    pub fn previous(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_stored_bare() {
        let ordinal = Ordinal::new(300);
        assert_eq!(postcard::to_stdvec(&ordinal).unwrap(), postcard::to_stdvec(&300_u32).unwrap());
        assert_eq!(serde_json::to_string(&ordinal).unwrap(), "300");
        assert_eq!(serde_json::from_str::<Rank>("7").unwrap(), Rank::new(7));
        assert!(serde_json::from_str::<Rank>("-1").is_err());
    }

    #[test]
    fn numbers_are_printed_as_numbers_are() {
        assert_eq!(ClauseNumber::new(12).to_string(), "12");
        assert_eq!(format!("{:>4}", PlaceNumber::from_index(12)), "  12");
    }

    #[test]
    fn numbers_are_indices() {
        let places = ["a", "b"];
        assert_eq!(places[PlaceNumber::from_index(1).index()], "b");
        assert_eq!(Ordinal::new(1).next().index(), 2);
    }
}
