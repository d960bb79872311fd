//! The Customers board: what eight services know of each customer.
//!
//! [`sources`] asks each service for its records, page by page, and gives them one shape; [`email`] is the key by which
//! records of different services meet; [`amount`] is money in the currency it was charged in; [`mrr`] is the one
//! definition of monthly revenue from Stripe subscriptions. [`sentiment`] reads what they say; [`health`] says how a customer
//! fares and why.
//! Nothing here writes into the spreadsheet.

pub mod amount;
pub mod churn;
pub mod email;
pub mod health;
pub mod mrr;
pub mod sentiment;
pub mod sources;
