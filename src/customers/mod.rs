//! The Customers board: what eight services know of each customer.
//!
//! So far there are its sources and the noun that they share. [`sources`] asks each service for its records, page by
//! page, and gives them one shape; [`email`] is the key by which records of different services meet; [`amount`] is money
//! in the currency it was charged in; [`mrr`] is the one definition of monthly revenue from Stripe subscriptions.
//! Nothing here writes into the spreadsheet.

pub mod amount;
pub mod email;
pub mod mrr;
pub mod sources;
