//! The Customers board: what eight services know of each customer, in one record.
//!
//! [`sources`] asks each service for its records, page by page, and gives them one shape. [`sync`] brings them into the
//! spreadsheet, whose tabs are in [`rows`], and derives the [`customer`]s of them: [`unify`], a pure function. [`email`] is
//! the key by which records of different services meet; [`amount`] is money in the currency it was charged in; [`mrr`] is
//! the one definition of monthly revenue from Stripe subscriptions. [`sentiment`] reads what they say; [`health`] says how
//! a customer fares and why; [`churn`] how likely they are to
//! leave; [`scoring`] works both out for all customers, and [`alerting`] tells
//! people what changed.

pub mod alerting;
pub mod amount;
pub mod churn;
pub mod customer;
pub mod email;
pub mod health;
pub mod mrr;
pub mod revenue;
pub mod rows;
pub mod scoring;
pub mod sentiment;
pub mod shortening;
pub mod sources;
pub mod sync;
pub mod unify;
