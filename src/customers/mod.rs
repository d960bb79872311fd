//! Customers board: one record per customer, unified from eight services, with health score and alerts.
//!
//! The crate `customer-sources` fetches the records of each service. [`sync`] writes them into the spreadsheet and
//! derives the customers with `unify`, a pure function. `health` computes scores, churn risk and sentiment, and
//! `alerts` sends messages about changes. The pages are in `customer`, `list` and `reports`.
//!
//! `routes` holds the paths, `router` the handlers of each path, `state` what the handlers share, and `tabs` the tabs
//! of the board. Data of the other boards arrives through `customer::cross_board`. `sample` generates sample data.

pub mod address;
pub mod alerting;
pub mod amount;
pub mod answers;
pub mod churn;
pub mod customer;
pub mod desk;
pub mod detail;
pub mod digest;
pub mod elsewhere;
pub mod email;
pub mod explanation;
pub mod filter;
#[cfg(test)]
mod fixture;
pub mod health;
pub mod listing;
pub mod mrr;
pub mod notices;
pub mod number;
pub mod pages;
pub mod revenue;
pub mod risk;
pub mod rows;
pub mod sample;
pub mod scoring;
pub mod search;
pub mod sentiment;
pub mod shortening;
pub mod sources;
pub mod summary;
pub mod sync;
pub mod timeline;
pub mod trend;
pub mod unify;
pub mod view;
pub mod weekly;

pub use desk::{Customers, Parts};
