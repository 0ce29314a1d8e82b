//! Counts what matches: period by period, by the values of a field, and by company.

mod companies;
mod facets;
mod timeline;

pub use companies::{CompanyEntry, CompanyList, Mentions};
pub use facets::{FacetCount, FacetField, Facets};
pub use timeline::{Timeline, TimelineMeasure, TimelinePoint, TimelineRequest, TimelineSeries};
