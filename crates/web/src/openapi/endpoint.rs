//! Route descriptions for the `OpenAPI` document, in addition to the types of the handlers.

use aide::{
    generate::in_context,
    openapi::{
        MediaType, Operation, Parameter, ParameterData, ParameterSchemaOrContent, PathStyle, ReferenceOr, RequestBody,
        Response, SchemaObject, StatusCode,
    },
    transform::TransformOperation,
};
use axum::extract::Query;
use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, json_schema};

use crate::response::Format;

/// Content types of a request body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// JSON or a form, by content type.
    JsonOrForm,
    /// JSON, a form, or no body.
    JsonOrFormOrNone,
    /// Form only.
    Form,
    /// Form, or no body.
    FormOrNone,
    /// Form with a file.
    Upload,
}

/// Builder methods that describe a route.
pub trait EndpointDocs: Sized {
    /// Sets the tag (the board) and a summary of one sentence.
    #[must_use]
    fn about(self, board: &str, summary: &str) -> Self;

    /// Adds a path parameter, such as `{id}`.
    #[must_use]
    fn path_parameter<T: JsonSchema>(self, name: &str, description: &str) -> Self;

    /// Adds the query parameters that the handler parses itself.
    #[must_use]
    fn asks<T: JsonSchema>(self) -> Self;

    /// Sets the request body.
    #[must_use]
    fn reads<T: JsonSchema>(self, body: BodyKind) -> Self;

    /// Adds response 200: the value as JSON, and the other `formats`.
    #[must_use]
    fn answers<T: JsonSchema>(self, formats: &[Format]) -> Self;

    /// Adds response `status`: the value as JSON.
    #[must_use]
    fn responds_with<T: JsonSchema>(self, status: u16, description: &str) -> Self;

    /// Adds response 200: a file or a page of `media_type`.
    #[must_use]
    fn serves(self, media_type: &str) -> Self;

    /// Adds response 303: redirect of a browser to the next page.
    #[must_use]
    fn redirects(self) -> Self;
}

impl EndpointDocs for TransformOperation<'_> {
    fn about(self, board: &str, summary: &str) -> Self {
        self.tag(board).summary(summary)
    }

    fn path_parameter<T: JsonSchema>(mut self, name: &str, description: &str) -> Self {
        let parameter_data = ParameterData {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            required: true,
            deprecated: None,
            format: ParameterSchemaOrContent::Schema(in_document(schema_of::<T>())),
            example: None,
            examples: IndexMap::new(),
            explode: None,
            extensions: IndexMap::new(),
        };
        let style = PathStyle::Simple;
        let part = Parameter::Path { parameter_data, style };
        self.inner_mut().parameters.push(ReferenceOr::Item(part));
        self
    }

    fn asks<T: JsonSchema>(self) -> Self {
        self.input::<Query<T>>()
    }

    fn reads<T: JsonSchema>(mut self, body: BodyKind) -> Self {
        let kinds: &[&str] = match body {
            BodyKind::JsonOrForm | BodyKind::JsonOrFormOrNone => &[JSON, FORM],
            BodyKind::Form | BodyKind::FormOrNone => &[FORM],
            BodyKind::Upload => &["multipart/form-data"],
        };
        let schema = schema_of::<T>();
        self.inner_mut().request_body = Some(ReferenceOr::Item(RequestBody {
            description: None,
            content: kinds
                .iter()
                .map(|kind| ((*kind).to_owned(), media(schema.clone())))
                .collect(),
            required: !matches!(body, BodyKind::JsonOrFormOrNone | BodyKind::FormOrNone),
            extensions: IndexMap::new(),
        }));
        self
    }

    fn answers<T: JsonSchema>(mut self, formats: &[Format]) -> Self {
        // JSON first, because the readers of the document are programs.
        let ranked = formats.iter().filter(|format| **format == Format::Json);
        for format in ranked.chain(formats.iter().filter(|format| **format != Format::Json)) {
            let schema = match format {
                Format::Json => schema_of::<T>(),
                Format::Html | Format::Csv => json_schema!({"type": "string"}),
                Format::Xlsx | Format::Pdf => json_schema!({"type": "string", "format": "binary"}),
            };
            let content = ResponseContent {
                status: 200,
                description: "The answer.",
                media_type: format.media_type(),
                schema,
            };
            content.add_to(self.inner_mut());
        }
        self
    }

    fn responds_with<T: JsonSchema>(mut self, status: u16, description: &str) -> Self {
        let content = ResponseContent {
            status,
            description,
            media_type: JSON,
            schema: schema_of::<T>(),
        };
        content.add_to(self.inner_mut());
        self
    }

    fn serves(mut self, media_type: &str) -> Self {
        let content = ResponseContent {
            status: 200,
            description: "The file.",
            media_type,
            schema: json_schema!({"type": "string"}),
        };
        content.add_to(self.inner_mut());
        self
    }

    fn redirects(mut self) -> Self {
        let response = Response {
            description: "Where a browser goes next.".to_owned(),
            ..Response::default()
        };
        let responses = self.inner_mut().responses.get_or_insert_default();
        responses
            .responses
            .insert(StatusCode::Code(303), ReferenceOr::Item(response));
        self
    }
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// Content of a response in one media type.
struct ResponseContent<'a> {
    status: u16,
    description: &'a str,
    media_type: &'a str,
    schema: Schema,
}

impl ResponseContent<'_> {
    /// Adds the media type to the response of its status.
    fn add_to(self, operation: &mut Operation) {
        let responses = &mut operation.responses.get_or_insert_default().responses;
        let response = responses
            .entry(StatusCode::Code(self.status))
            .or_insert_with(|| ReferenceOr::Item(Response::default()));
        if let ReferenceOr::Item(response) = response {
            self.description.clone_into(&mut response.description);
            response.content.insert(self.media_type.to_owned(), media(self.schema));
        }
    }
}

/// Schema of a type, by reference if it has a name.
fn schema_of<T: JsonSchema>() -> Schema {
    in_context(|context| context.schema.subschema_for::<T>())
}

fn media(schema: Schema) -> MediaType {
    MediaType {
        schema: Some(in_document(schema)),
        ..MediaType::default()
    }
}

fn in_document(json_schema: Schema) -> SchemaObject {
    SchemaObject {
        json_schema,
        external_docs: None,
        example: None,
    }
}
