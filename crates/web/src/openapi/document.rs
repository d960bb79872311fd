//! `OpenAPI` document: general information, tags, and the error responses that all routes share.

use std::collections::HashSet;

use aide::{
    axum::ApiRouter,
    generate,
    openapi::{
        Info, License, MediaType, OpenApi, Operation, Parameter, ParameterSchemaOrContent, ReferenceOr, Response,
        Responses, SchemaObject, StatusCode, Tag,
    },
};
use axum::{Router, http::Method};
use serde::Serialize;
use serde_json::Value;

use crate::{error::ErrorResponse, openapi::parameters::choice, response::Format};

/// Tag of the routes of no board.
pub const PROGRAM: &str = "Program";

/// Group of routes, a tag of the document.
#[derive(Clone, Copy, Debug)]
pub struct RouteGroup {
    /// Tag of the routes.
    pub name: &'static str,
    /// What the routes are for, in one sentence.
    pub description: &'static str,
}

/// Name of the shared error response in `components`.
const ERROR: &str = "Error";

/// Finishes the router and returns it with the document of all its routes, whose groups are `groups`.
pub fn build_document(routes: ApiRouter, groups: &[RouteGroup]) -> (Router, OpenApi) {
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
        tags: groups.iter().map(tag).collect(),
        ..OpenApi::default()
    };
    let components = document.components.get_or_insert_default();
    components
        .responses
        .insert(ERROR.to_owned(), ReferenceOr::Item(error()));
    let router = routes.finish_api(&mut document);
    for (path, method, operation) in operations(&mut document) {
        name(operation, &method, path);
        add_errors(operation, &method);
        operation.parameters.iter_mut().for_each(remove_null);
        name_formats(operation);
    }
    drop_unused_schemas(&mut document);
    (router, document)
}

fn tag(group: &RouteGroup) -> Tag {
    Tag {
        name: group.name.to_owned(),
        description: Some(group.description.to_owned()),
        ..Tag::default()
    }
}

/// Iterates over all operations with path and method.
fn operations(document: &mut OpenApi) -> impl Iterator<Item = (&str, Method, &mut Operation)> {
    let paths = document.paths.iter_mut().flat_map(|paths| &mut paths.paths);
    paths.flat_map(|(path, item)| {
        let methods = match item {
            ReferenceOr::Item(item) => [
                (Method::GET, item.get.as_mut()),
                (Method::POST, item.post.as_mut()),
                (Method::PUT, item.put.as_mut()),
                (Method::PATCH, item.patch.as_mut()),
                (Method::DELETE, item.delete.as_mut()),
            ]
            .into(),
            ReferenceOr::Reference { .. } => Vec::new(),
        };
        methods
            .into_iter()
            .filter_map(move |(method, operation)| Some((path.as_str(), method, operation?)))
    })
}

/// Adds the error responses that the middleware and the handlers share.
fn add_errors(operation: &mut Operation, method: &Method) {
    let responses = &mut operation.responses.get_or_insert_default().responses;
    for status in failures(method) {
        responses
            .entry(StatusCode::Code(status))
            .or_insert_with(|| ReferenceOr::Reference {
                reference: format!("#/components/responses/{ERROR}"),
                summary: None,
                description: None,
            });
    }
}

/// Removes `null` from the type of a query parameter: it is present or absent.
fn remove_null(parameter: &mut ReferenceOr<Parameter>) {
    let ReferenceOr::Item(Parameter::Query { parameter_data, .. }) = parameter else {
        return;
    };
    let ParameterSchemaOrContent::Schema(schema) = &mut parameter_data.format else {
        return;
    };
    if let Some(Value::Array(types)) = schema.json_schema.ensure_object().get_mut("type") {
        types.retain(|kind| kind != "null");
    }
    if let Some(choices) = schema
        .json_schema
        .ensure_object()
        .get_mut("anyOf")
        .and_then(Value::as_array_mut)
    {
        choices.retain(|choice| choice["type"] != "null");
    }
    schema.json_schema.remove("default");
}

/// Limits the parameter `format` to the formats of the response.
fn name_formats(operation: &mut Operation) {
    let responses = operation
        .responses
        .iter()
        .flat_map(|responses| responses.responses.values());
    let contents = responses
        .filter_map(ReferenceOr::as_item)
        .map(|response| &response.content);
    let mut media_types: HashSet<&str> = contents
        .flat_map(|content| content.keys().map(String::as_str))
        .collect();
    let is_redirect = |responses: &Responses| responses.responses.contains_key(&StatusCode::Code(303));
    // A browser is redirected to a page.
    media_types.extend(
        operation
            .responses
            .as_ref()
            .is_some_and(is_redirect)
            .then_some(Format::Html.media_type()),
    );
    let offered = Format::REPORT
        .iter()
        .filter(|format| media_types.contains(format.media_type()));
    let schema = choice(offered.map(|format| format.name()));
    for parameter in &mut operation.parameters {
        if let ReferenceOr::Item(Parameter::Query { parameter_data, .. }) = parameter
            && parameter_data.name == "format"
            && let ParameterSchemaOrContent::Schema(known) = &mut parameter_data.format
        {
            known.json_schema = schema.clone();
        }
    }
}

/// Removes schemas that nothing refers to: the types of query parameters are expanded in the parameters.
fn drop_unused_schemas(document: &mut OpenApi) {
    let Some(components) = &mut document.components else {
        return;
    };
    let mut schemas = std::mem::take(&mut components.schemas);
    let mut seen = HashSet::new();
    let mut open = references(&document);
    while let Some(name) = open.pop() {
        if let Some(schema) = schemas.get(&name)
            && seen.insert(name)
        {
            open.extend(references(schema));
        }
    }
    schemas.retain(|name, _| seen.contains(name));
    if let Some(components) = &mut document.components {
        components.schemas = schemas;
    }
}

/// Names of the schemas that `part` refers to.
fn references(part: &impl Serialize) -> Vec<String> {
    let mut names = Vec::new();
    let mut open = vec![serde_json::to_value(part).unwrap_or_default()];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => names.extend(text.strip_prefix("#/components/schemas/").map(str::to_owned)),
            Value::Array(items) => open.extend(items),
            Value::Object(fields) => open.extend(fields.into_iter().map(|(_, field)| field)),
            _ => {}
        }
    }
    names
}

/// Sets a stable operation id for generated clients, such as `get_deals_id_edit`.
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

/// Error statuses of a method.
fn failures(method: &Method) -> Vec<u16> {
    // Unreadable, other origin, not found, gone, address too long, unknown host, invalid, rate limit, internal,
    // spreadsheet refuses, unavailable, timeout.
    let mut failures = vec![400, 403, 404, 410, 414, 421, 422, 429, 500, 502, 503, 504];
    if *method != Method::GET {
        // Too slow, conflict, too large, unsupported media type.
        failures.extend([408, 409, 413, 415]);
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
    let value = generate::in_context(|context| context.schema.subschema_for::<ErrorResponse>());
    response.content.insert("application/json".to_owned(), schema(value));
    response.content.insert(
        "text/html".to_owned(),
        schema(schemars::json_schema!({"type": "string"})),
    );
    response
}
