//! Calls with the response that Google gave: recorded ones, and cases of our own.

mod replay;
mod schema;
