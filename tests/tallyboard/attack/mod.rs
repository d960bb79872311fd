//! Attacks on the whole program: payloads, forged requests, hostile files and callers. Each test prints how many it tried.
//!
//! The gate runs a part of each collection; the whole one is ignored here and runs in `.ci/long`.

mod forged_requests;
mod formulas;
mod headers;
mod host_names;
mod hostile_texts;
mod live_streams;
mod rates;
mod slow_callers;

use reqwest::Method;
use serde_json::Value;

/// Path, method and description of every operation of the document.
fn operations(document: &Value) -> Vec<(String, Method, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("methods").iter();
        methods.map(move |(method, operation)| {
            let method = method.to_uppercase().parse().expect("method");
            (path.clone(), method, operation.clone())
        })
    });
    operations.collect()
}
