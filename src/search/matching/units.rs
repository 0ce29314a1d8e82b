//! The units of a policy that a query with a scope is judged on: sections, or the whole snapshot.

use std::collections::HashMap;

use crate::index::PolicyTables;
use crate::model::PlaceNumber;
use crate::search::request::Scope;

/// Which unit each place of a policy belongs to.
#[derive(Default)]
pub(super) struct Units {
    /// The unit, by place.
    by_place: Vec<usize>,
    /// The unit's own heading, by unit. A snapshot has none.
    headings: Vec<Option<String>>,
}

impl Units {
    /// The units of a policy: one per distinct path of headings, or one for the whole snapshot.
    pub fn new(scope: Scope, tables: &PolicyTables) -> Self {
        if scope != Scope::Section {
            return Self { by_place: vec![0; tables.places.len()], headings: vec![None] };
        }
        let mut numbers: HashMap<&[u32], usize> = HashMap::new();
        let mut headings = Vec::new();
        let mut by_place = Vec::with_capacity(tables.places.len());
        for place in &tables.places {
            let path = place.section.as_slice();
            let unit = *numbers.entry(path).or_insert_with(|| {
                let last = path.last().and_then(|&last| tables.headings.get(last as usize));
                headings.push(last.cloned());
                headings.len() - 1
            });
            by_place.push(unit);
        }
        Self { by_place, headings }
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.headings.len()
    }

    /// The unit of a place; `None` if the policy has no place of this number.
    pub fn of_place(&self, place: PlaceNumber) -> Option<usize> {
        self.by_place.get(place.index()).copied()
    }

    /// The unit's own headings, by unit.
    pub fn headings(&self) -> impl Iterator<Item = Option<&str>> {
        self.headings.iter().map(Option::as_deref)
    }
}
