//! Google Sheets and Drive clients: wire types, access tokens, call pipeline (circuit breaker, quota, timeout) and
//! the requests of `spreadsheets.batchUpdate`.

pub(crate) mod call_error;
pub(crate) mod call_pipeline;
pub(crate) mod circuit_breaker;
pub(crate) mod client;
pub mod connection;
pub(crate) mod drive;
pub(crate) mod quota;
pub(crate) mod requests;
pub(crate) mod response_grid;
pub(crate) mod tokens;
pub(crate) mod wire_types;
