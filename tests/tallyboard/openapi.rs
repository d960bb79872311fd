//! Tests of the `OpenAPI` document: it describes every route, and the routes behave as described.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use reqwest::{Method, StatusCode};
use serde_json::Value;
use tallyboard::site_map::{self, Section};
use test_support::{Page, python};

use crate::world::World;

/// Maximum number of cases that the fuzzer generates per operation.
const CASES: &str = "6";
/// Time limit of the fuzzer, in seconds.
const SECONDS: &str = "60";

fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().expect("paths");
    let methods = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().expect("methods").iter().map(move |one| (path, one)));
    methods
        .map(|(path, (method, operation))| (path.clone(), method.to_uppercase(), operation.clone()))
        .collect()
}

/// Only `api_route` adds a route to the document, so no route may be registered in another way.
#[test]
fn no_address_is_added_past_the_document() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("crates")];
    let mut described = 0;
    // The emulator is a separate server, described by Google's discovery document; the others serve tests.
    let undescribed = ["sheets-emulator", "test-support", "tests"];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder") {
            let path: PathBuf = entry.expect("entry").path();
            if undescribed.iter().any(|name| path.ends_with(name)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).expect("source");
                let product = text.split("#[cfg(test)]").next().unwrap_or_default();
                described += product.matches(".api_route(").count();
                for past in [".route(", ".route_service(", ".nest(", ".nest_service("] {
                    assert!(!product.contains(past), "{} has {past}", path.display());
                }
            }
        }
    }
    assert!(described > 30, "only {described} addresses found");
}

#[tokio::test]
async fn the_document_tells_of_every_address_and_each_is_there() {
    let world = World::new().await;
    let document = world.json("/openapi.json").await;
    let operations = operations(&document);
    for expected in [
        "/",
        "/leaderboard",
        "/deals/{id}",
        "/status",
        "/health",
        "/openapi.json",
        "/assets/{file}",
    ] {
        assert!(operations.iter().any(|(path, ..)| path == expected), "{expected}");
    }
    for (path, method, operation) in &operations {
        let name = format!("{method} {path}");
        assert!(
            operation["summary"].as_str().is_some_and(|text| text.ends_with('.')),
            "{name}"
        );
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{name}");
        let parts = path.matches('{').count();
        let told = operation["parameters"].as_array().into_iter().flatten();
        let told: Vec<&Value> = told.filter(|parameter| parameter["in"] == "path").collect();
        assert_eq!(told.len(), parts, "{name} tells of the parts of its path");
        let method: Method = method.parse().expect("method");
        let url = format!("{}{}", world.address, path.replace(['{', '}'], ""));
        let status = world.client.request(method, url).send().await.expect("answer").status();
        assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{name}");
        let is_told = operation["responses"].get(status.as_str()).is_some();
        assert!(is_told, "{name} answers {status}, which its document does not tell");
    }
}

#[tokio::test]
async fn the_site_map_has_the_section_of_every_address() {
    let world = World::new().await;
    let document = world.json("/openapi.json").await;
    for (path, method, operation) in operations(&document) {
        let section = Section::of(&path).unwrap_or_else(|| panic!("no section has {path}"));
        assert_eq!(operation["tags"][0], section.group.name, "{method} {path}");
    }
    for section in site_map::SECTIONS {
        for prefix in section.prefixes {
            let is_used = operations(&document).iter().any(|(path, ..)| {
                Section::of(path).is_some_and(|found| found.group.name == section.group.name)
                    && path.starts_with(prefix)
            });
            assert!(is_used, "nothing is below {prefix}");
        }
    }
}

#[tokio::test]
async fn every_reference_in_the_document_leads_somewhere() {
    let world = World::new().await;
    let document = world.json("/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut waiting = vec![&document];
    let mut references = 0;
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
                    let pointer = reference.strip_prefix('#').expect("within the document");
                    assert!(document.pointer(pointer).is_some(), "{reference}");
                    references += 1;
                }
                waiting.extend(fields.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    assert!(references > 100);
    let twins: Vec<&String> = document["components"]["schemas"]
        .as_object()
        .expect("schemas")
        .keys()
        .collect();
    let numbered = twins
        .iter()
        .filter(|name| name.ends_with(char::is_numeric))
        .collect::<Vec<_>>();
    assert!(numbered.is_empty(), "two types share a name: {numbered:?}");
}

#[tokio::test]
async fn the_viewers_come_with_the_program_and_only_they_may_write_style() {
    let world = World::new().await;
    for (page, file) in [("/docs", "swagger-ui-bundle."), ("/redoc", "redoc.standalone.")] {
        let response = world.get(page).send().await.expect("answer");
        let policy = response.headers()["content-security-policy"]
            .to_str()
            .expect("text")
            .to_owned();
        assert!(policy.contains("style-src 'self' 'unsafe-inline'"), "{policy}");
        assert!(policy.contains("script-src 'self';"), "{policy}");
        let page = Page::of(response).await;
        let scripts = page.attributes("script", "src");
        assert!(scripts.iter().any(|script| script.contains(file)), "{scripts:?}");
        for script in scripts {
            let script = world.get(&script).send().await.expect("answer");
            assert_eq!(script.status(), StatusCode::OK);
        }
    }
    let board = world.get("/leaderboard").send().await.expect("answer");
    let policy = board.headers()["content-security-policy"].to_str().expect("text");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
}

/// Fuzz test with Schemathesis: valid and invalid requests, generated from the document.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "fuzzing takes more than a minute: .ci/long"]
async fn no_request_that_the_document_suggests_breaks_the_program() {
    let Some(fuzzer) = python::installed("schemathesis", "schemathesis") else {
        return;
    };
    let world = World::new().await;
    let directory = tempfile::tempdir().expect("directory");
    let mut command = Command::new(fuzzer);
    command
        .current_dir(directory.path())
        .args(["run", &format!("{}/openapi.json", world.address)])
        .args([
            "--checks",
            "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        ])
        .args([
            "--phases",
            "examples,fuzzing",
            "--continue-on-failure",
            "--no-color",
            "--warnings",
            "off",
        ])
        .args([
            "--max-examples",
            CASES,
            "--max-time",
            SECONDS,
            "--seed",
            "20260303",
            "--workers",
            "2",
        ])
        // This response never ends.
        .args(["--exclude-path", "/leaderboard/live"])
        // Cases stored by an earlier run would make this run depend on it.
        .args(["--generation-database", "none"]);
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("task")
        .expect("schemathesis runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("Test cases:"), "{text}");
}
