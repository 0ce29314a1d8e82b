//! What matches, counted: over time, by a field, by company.

mod companies;
mod facets;
mod timeline;

pub use companies::{Companies, CompanyEntry, Saying};
pub use facets::{Facet, FacetField, Facets};
pub use timeline::{Measure, Point, Series, Timeline, TimelineRequest};
