//! Routes of the import: upload, preview, confirmation, progress and undo.
//!
//! `POST /deals/import` takes the file. A program gets the resulting plan as JSON, and `?apply=true` writes it; a
//! browser
//! is redirected to the preview. The preview's address contains mapping and options, so that Back, reload and sharing
//! work.

pub(crate) mod preview;
pub(crate) mod run;
pub(crate) mod start;
pub(crate) mod upload;
pub(crate) mod upload_form;

use std::sync::Arc;

use aide::axum::{
    ApiRouter,
    routing::{get_with, post_with},
};
use axum::extract::DefaultBodyLimit;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use web::{
    openapi::{
        BodyKind, EndpointDocs,
        parameters::{choice, language},
    },
    response::Format,
};

use crate::{
    import::{
        mapping::field::ImportField,
        response::{ImportPlanResponse, ImportRunSummary},
    },
    routes::{IMPORT, IMPORT_APPLY, IMPORT_DEMO, IMPORT_PREVIEW, IMPORT_REFUSED, TAG},
    state::Deals,
};

/// Size at which a connection is cut. A file between the allowed size and this one gets an error message.
const MAX_UPLOAD_BYTES: usize = 64 << 20;

/// All routes of the import.
pub(crate) fn router() -> ApiRouter<Arc<Deals>> {
    let upload = post_with(upload::receive, |it| {
        it.about(
            TAG,
            "Takes a file with deals and tells what would become of it; with `apply`, writes it.",
        )
        .reads::<UploadFields>(BodyKind::Upload)
        .responds_with::<upload::ImportResponse>(200, "What would become of it, or became.")
        .responds_with::<upload::ImportResponse>(202, "It is still being written.")
        .responds_with::<upload::ImportResponse>(503, "The writing stopped.")
        .redirects()
    })
    .layer(DefaultBodyLimit::max(MAX_UPLOAD_BYTES));
    let start = get_with(start::show, |it| {
        it.about(TAG, "The form for a file, and the imports so far.")
            .answers::<Vec<ImportRunSummary>>(Format::PAGE)
    });
    let preview = get_with(preview::show, |it| {
        it.about(TAG, "What would become of an uploaded file.")
            .asks::<ImportFields>()
            .answers::<ImportPlanResponse>(Format::PAGE)
    });
    let apply = post_with(preview::apply, |it| {
        it.about(TAG, "The yes to a preview.")
            .reads::<ImportFields>(BodyKind::Form)
            .redirects()
    });
    let refused = get_with(preview::download_refused, |it| {
        it.about(TAG, "The refused lines with their reasons.")
            .asks::<ImportFields>()
            .serves("text/csv")
    });
    let demo = get_with(start::demo, |it| {
        it.about(TAG, "A file to try the import with.").serves("text/csv")
    });
    let run = get_with(run::show, |it| {
        it.about(TAG, "How an import goes on, or what became of it.")
            .path_parameter::<String>("run", "Name of the import.")
            .answers::<serde_json::Value>(Format::PAGE)
    });
    let undo = post_with(run::undo, |it| {
        it.about(TAG, "Takes an import back.")
            .path_parameter::<String>("run", "Name of the import.")
            .responds_with::<serde_json::Value>(200, "It is taken back.")
            .responds_with::<serde_json::Value>(202, "It is being taken back.")
            .redirects()
    });
    ApiRouter::new()
        .api_route(IMPORT, start.merge(upload))
        .api_route(IMPORT_PREVIEW, preview)
        .api_route(IMPORT_APPLY, apply)
        .api_route(IMPORT_REFUSED, refused)
        .api_route(IMPORT_DEMO, demo)
        .api_route("/deals/import/{run}", run)
        .api_route("/deals/import/{run}/undo", undo)
}

fn decimal_marks(_: &mut SchemaGenerator) -> Schema {
    choice(["comma", "point"])
}

fn empty_cells(_: &mut SchemaGenerator) -> Schema {
    choice(["keep", "erase"])
}

fn key_fields(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "array", "items": {"type": "string", "enum": ImportField::ALL.map(ImportField::name)}})
}

fn column(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "pattern": "^[0-9]{0,3}$"})
}

/// Uploaded file and import options.
#[derive(Default, JsonSchema)]
#[schemars(default, extend("required" = ["file"]))]
pub(crate) struct ImportFields {
    /// File id from the upload response.
    #[schemars(extend("format" = "uuid"))]
    file: String,
    /// Fields that identify the deal of a line.
    #[schemars(schema_with = "key_fields")]
    key: Vec<String>,
    /// Decimal mark: `comma` or `point`.
    #[schemars(schema_with = "decimal_marks")]
    decimal: Option<String>,
    /// Effect of empty cells: `keep` or `erase`.
    #[schemars(schema_with = "empty_cells")]
    empty: Option<String>,
    /// Language of the page: `fr` or `en`.
    #[schemars(schema_with = "language")]
    lang: Option<String>,
    /// Column with the client name; there is one such field for each column of a deal.
    #[schemars(schema_with = "column")]
    column_client: Option<String>,
}

/// Upload of a file with deals.
#[expect(dead_code, reason = "only its names, types and descriptions are read")]
#[derive(JsonSchema)]
pub(crate) struct UploadFields {
    /// CSV or Excel file, at most 20 MB.
    #[schemars(extend("format" = "binary"))]
    file: String,
}
