//! What every page shares, and nothing about any board.
//!
//! A view turns its answer into [`Markup`](maud::Markup) and hands it to [`Frame::document`], which puts skip link,
//! navigation, freshness line and footer around it. Style, scripts and icon are files under `assets/`, compiled into
//! the program and served under an address that contains their hash ([`Asset`]), so that a browser keeps them for good.
//!
//! Nothing here reads the clock or the store: what a page says is a function of the values it is given. No page has
//! inline style, script or handlers, so that [`CONTENT_SECURITY_POLICY`] can forbid them; without script every page
//! still does all it can do.

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
mod wall;
pub mod wording;

pub use asset::Asset;
pub use error_page::ErrorPage;
pub use freshness::{Freshness, Source};
pub use skeleton::{Board, CONTENT_SECURITY_POLICY, Entry, Frame, Page, STATUS};
pub use wall::{Theme, Wall};
