//! Conventions shared by all methods of Google's APIs: protocol-buffer JSON, message schemas, field masks, query
//! parameters and the error body.

pub(crate) mod error;
pub(crate) mod field_mask;
pub(crate) mod json;
pub(crate) mod query;
pub(crate) mod schema;
