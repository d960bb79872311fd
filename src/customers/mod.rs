//! The Customers board: what eight services know of each customer, in one record.
//!
//! [`sources`] asks each service for its records, page by page, and gives them one shape. [`sync`] brings them into the
//! spreadsheet, whose tabs are in [`rows`], and derives the [`customer`]s of them: [`unify`], a pure function. [`email`] is
//! the key by which records of different services meet; [`amount`] is money in the currency it was charged in; [`mrr`] is
//! the one definition of monthly revenue from Stripe subscriptions. [`health`] says how a customer
//! fares and why.

pub mod amount;
pub mod customer;
pub mod email;
pub mod health;
pub mod mrr;
pub mod revenue;
pub mod rows;
pub mod shortening;
pub mod sources;
pub mod sync;
pub mod unify;
