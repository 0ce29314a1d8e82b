//! What matches, counted: over time, by a field, by company.

mod companies;
mod facets;
mod timeline;

pub use companies::{CompanyEntry, CompanyList, Mentions};
pub use facets::{FacetCount, FacetField, Facets};
pub use timeline::{Timeline, TimelineMeasure, TimelinePoint, TimelineRequest, TimelineSeries};
