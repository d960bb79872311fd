//! Page layout that all boards share: skeleton, form fields, tables, charts, dates and numbers.
//!
//! A view renders its response to [`Markup`](maud::Markup) and passes it to [`Frame::document`], which adds skip link,
//! navigation, freshness line and footer.
//!
//! A page depends only on its arguments: nothing here reads the clock or the store. No page has inline style, script or
//! handlers, so [`CONTENT_SECURITY_POLICY`] forbids them. Every page works without JavaScript.

mod asset;
pub mod chart;
pub mod columns;
pub mod error_page;
pub mod field;
mod freshness;
pub mod keyboard;
pub mod moment;
pub mod notice;
mod skeleton;
pub mod table;
pub mod wall;
pub mod wording;

pub use asset::Asset;
pub use error_page::ErrorPage;
pub use freshness::{Freshness, Source};
pub use skeleton::{Board, CONTENT_SECURITY_POLICY, Entry, Frame, Page, STATUS};
