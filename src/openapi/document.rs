//! The document as a whole: what it is about, and what every address has in common.

use aide::{
    axum::ApiRouter,
    generate,
    openapi::{Info, License, MediaType, OpenApi, Operation, ReferenceOr, Response, SchemaObject, StatusCode, Tag},
};
use axum::{Router, http::Method};

use crate::error::ErrorAnswer;

/// What the boards are, as the readers of the document see them.
const TAGS: [(&str, &str); 4] = [
    ("Leaderboard", "Who completed which integration."),
    ("Deals", "The pipeline of a founder."),
    ("Customers", "One record a customer, with an explained health score."),
    ("Program", "How the program fares, and what it found."),
];

/// The name of the answer that every error has, below `components`.
const ERROR: &str = "Error";

/// The router, and the document of every address in it.
pub fn described(routes: ApiRouter) -> (Router, OpenApi) {
    let mut document = OpenApi {
        info: Info {
            title: "Tallyboard".to_owned(),
            description: Some(
                "Three boards over one spreadsheet. Each address has several faces: `Accept: text/html` gets a page, \
                 anything else JSON, and `?format=` names a face."
                    .to_owned(),
            ),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            license: Some(License {
                name: "MIT".to_owned(),
                identifier: Some("MIT".to_owned()),
                ..License::default()
            }),
            ..Info::default()
        },
        tags: TAGS.map(|(name, description)| tag(name, description)).into(),
        ..OpenApi::default()
    };
    let components = document.components.get_or_insert_default();
    components
        .responses
        .insert(ERROR.to_owned(), ReferenceOr::Item(error()));
    let router = routes.finish_api(&mut document);
    add_errors(&mut document);
    (router, document)
}

fn tag(name: &str, description: &str) -> Tag {
    Tag {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ..Tag::default()
    }
}

/// Says of every address how it fails, as the guard and the handlers do.
fn add_errors(document: &mut OpenApi) {
    let paths = document.paths.iter_mut().flat_map(|paths| &mut paths.paths);
    for (path, item) in paths {
        let ReferenceOr::Item(item) = item else { continue };
        for (method, operation) in [
            (Method::GET, &mut item.get),
            (Method::POST, &mut item.post),
            (Method::PUT, &mut item.put),
            (Method::PATCH, &mut item.patch),
            (Method::DELETE, &mut item.delete),
        ] {
            if let Some(operation) = operation {
                name(operation, &method, path);
                for status in failures(&method, operation) {
                    let responses = &mut operation.responses.get_or_insert_default().responses;
                    responses
                        .entry(StatusCode::Code(status))
                        .or_insert_with(|| ReferenceOr::Reference {
                            reference: format!("#/components/responses/{ERROR}"),
                            summary: None,
                            description: None,
                        });
                }
            }
        }
    }
}

/// A stable name for generated clients, such as `get_deals_id_edit`.
fn name(operation: &mut Operation, method: &Method, path: &str) {
    let words = path
        .split(|sign: char| !sign.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    let name = std::iter::once(method.as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_");
    operation.operation_id = Some(name.to_ascii_lowercase());
}

/// The statuses with which an address may refuse.
fn failures(method: &Method, operation: &Operation) -> Vec<u16> {
    // An address or a value that cannot be used; nothing there; ours; the spreadsheet; too slow.
    let mut failures = vec![400, 404, 422, 500, 502, 503, 504];
    if *method != Method::GET {
        // From another site; changed meanwhile; gone; too much; not read here; too often.
        failures.extend([403, 409, 410, 413, 415, 429]);
    } else if operation.summary.is_some() {
        failures.push(410);
    }
    failures
}

fn error() -> Response {
    let schema = |json_schema| MediaType {
        schema: Some(SchemaObject {
            json_schema,
            external_docs: None,
            example: None,
        }),
        ..MediaType::default()
    };
    let mut response = Response {
        description: "Why not, in words, and what to do next.".to_owned(),
        ..Response::default()
    };
    let value = generate::in_context(|context| context.schema.subschema_for::<ErrorAnswer>());
    response.content.insert("application/json".to_owned(), schema(value));
    response.content.insert(
        "text/html".to_owned(),
        schema(schemars::json_schema!({"type": "string"})),
    );
    response
}
