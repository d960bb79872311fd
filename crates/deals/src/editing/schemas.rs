//! Schemas of the fields of a deal, for the `OpenAPI` document: what a form or a program may send.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use web::openapi::parameters::refused_characters;

use crate::deal::stage::DealStage;

/// Maximum length of a name in characters.
pub(crate) const MAX_NAME_CHARS: usize = 200;
/// Maximum length of the notes in characters; a cell holds 50,000.
pub(crate) const MAX_NOTES_CHARS: usize = 10_000;

/// Client name: a text with a visible sign, or a number.
pub(crate) fn client(_: &mut SchemaGenerator) -> Schema {
    let refused = refused_characters();
    let pattern = format!("^[^{refused}]*[^\\s{refused}][^{refused}]*$");
    json_schema!({"type": ["string", "number"], "pattern": pattern, "maxLength": MAX_NAME_CHARS})
}

/// Status; more spellings are understood, in French and English.
pub(crate) fn stage(_: &mut SchemaGenerator) -> Schema {
    let words = DealStage::ALL.map(DealStage::as_str);
    json_schema!({"type": "string", "enum": words[..4]})
}

/// Amount in euros: a number, or a text in any notation, such as `12 500,50 €`.
pub(crate) fn amount(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [
        {"type": "number", "minimum": 0.01, "exclusiveMaximum": 10_000_000_000_000_u64},
        {"type": "string", "pattern": "^[1-9][0-9]{0,12}([.,][0-9]{2})?$"},
    ]})
}

/// Sector or assignee; empty when there is none.
pub(crate) fn name(_: &mut SchemaGenerator) -> Schema {
    let pattern = format!("^[^{}]*$", refused_characters());
    json_schema!({"type": ["string", "number", "null"], "pattern": pattern, "maxLength": MAX_NAME_CHARS})
}

/// Due date; empty when there is none. More notations are understood.
pub(crate) fn due(_: &mut SchemaGenerator) -> Schema {
    let pattern = "^(19[89][0-9]|20[0-9]{2})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";
    json_schema!({"anyOf": [
        {"type": "null"},
        {"type": "string", "enum": [""]},
        {"type": "string", "format": "date", "pattern": pattern},
    ]})
}

/// Notes: line breaks and tabs are allowed too.
pub(crate) fn notes(_: &mut SchemaGenerator) -> Schema {
    let pattern = format!("^([^{}]|[\\t\\n\\r])*$", refused_characters());
    json_schema!({"type": ["string", "number", "null"], "pattern": pattern, "maxLength": MAX_NOTES_CHARS})
}

/// Idempotency key.
pub(crate) fn key(_: &mut SchemaGenerator) -> Schema {
    let longest = web::request_context::MAX_KEY_CHARS;
    json_schema!({"type": ["string", "number", "null"], "pattern": "^[ -~]*$", "maxLength": longest})
}

/// Values that the form of a new deal shows at first; anything may be typed into an address.
#[expect(dead_code, reason = "only its names, types and descriptions are read")]
#[derive(JsonSchema)]
pub(crate) struct PrefilledDeal {
    /// Client name.
    client: Option<String>,
    /// Status.
    statut: Option<String>,
    /// Amount.
    montant_brut: Option<String>,
    /// Sector.
    secteur: Option<String>,
    /// Due date.
    date_echeance: Option<String>,
    /// Assignee.
    assignee: Option<String>,
    /// Notes.
    notes: Option<String>,
}
