//! Page layout that all boards share: skeleton, form fields, tables, charts, dates and numbers.
//!
//! A view renders its response to [`Markup`](maud::Markup) and passes it to [`Frame::document`](crate::page::skeleton::Frame::document), which adds skip link,
//! navigation, freshness line and footer.
//!
//! A page depends only on its arguments: nothing here reads the clock or the store. No page has inline style, script or
//! handlers, so [`CONTENT_SECURITY_POLICY`] forbids them. Every page works without JavaScript.

pub mod chart;
pub mod column_chart;
pub mod date_time;
pub(crate) mod error_page;
pub mod field;
pub mod formatting;
pub mod freshness;
pub mod keyboard;
pub mod notice;
pub mod skeleton;
pub mod table;

pub use crate::page::{
    error_page::ErrorPage,
    freshness::{DataSource, Freshness},
    skeleton::{BoardLayout, CONTENT_SECURITY_POLICY, Frame, NavLink, Page},
};
