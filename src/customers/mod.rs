//! The Customers board: what eight services know of each customer, in one record.
//!
//! [`sources`] asks each service for its records, page by page, and gives them one shape. [`sync`] brings them into the
//! spreadsheet, whose tabs are in [`rows`], and derives the [`customer`]s of them: [`unify`], a pure function. [`email`] is
//! the key by which records of different services meet; [`amount`] is money in the currency it was charged in; [`mrr`] is
//! the one definition of monthly revenue from Stripe subscriptions. [`sentiment`] reads what they say; [`health`] says how
//! a customer fares and why; [`churn`] how likely they are to leave; [`scoring`] works both out for all customers,
//! and [`alerting`] tells people what changed.
//!
//! A request goes to [`pages`], which reads the rows through [`desk`], asks the pure rules ([`filter`], [`search`], [`listing`], [`digest`], [`summary`],
//! [`risk`], [`trend`], [`timeline`], [`notices`], [`explanation`], [`weekly`]) and hands the answer ([`answers`], [`detail`]) to [`view`]; [`address`] says where each page is. What the other boards know of a
//! customer's company comes in through [`elsewhere`]. [`sample`] fills an empty spreadsheet.

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
