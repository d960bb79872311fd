//! Customers board: one record per customer, unified from eight services, with health score and alerts.
//!
//! The crate `customer-sources` fetches the records of each service. [`sync`] writes them into the spreadsheet and
//! derives the customers with `unify`, a pure function. `health` computes scores, churn risk and sentiment, and
//! `alerts` sends messages about changes. The pages are in `customer`, `list` and `reports`.
//!
//! `routes` holds the paths, `router` the handlers of each path, `state` what the handlers share, and `tabs` the tabs
//! of the board. Data of the other boards arrives through `customer::cross_board`. `sample` generates sample data.

pub mod alerts;
pub mod assets;
pub mod customer;
pub mod health;
mod list;
mod reports;
pub mod router;
pub mod routes;
pub mod sample;
mod state;
pub mod sync;
pub mod tabs;
pub mod ui;
mod unify;

pub use crate::state::{Customers, CustomersParts};
