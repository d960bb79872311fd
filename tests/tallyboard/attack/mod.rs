//! Attacks on the whole program: payloads, forged requests, hostile files and callers. Each test prints how many it tried.
//!
//! The gate runs a part of each collection; the whole one is ignored here and runs in `.ci/long`.

mod headers;
mod host_names;
mod live_streams;
mod rates;
mod slow_callers;
