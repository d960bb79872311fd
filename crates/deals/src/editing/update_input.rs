//! Body of a change: wanted values, and values that the client saw. What of the latter cannot be read is refused:
//! without it the change would be written unchecked.

use std::{borrow::Cow, marker::PhantomData};

use domain::language::Language;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};
use web::error::{Error, FieldError};

use crate::editing::{
    changes::DealFields,
    input::{DealInput, decimal_text, optional_text},
    schemas,
};

/// Prefix of the form fields with the values that the person saw.
pub const SEEN_PREFIX: &str = "seen_";
/// Field of all values that the person saw, in JSON; a form may have it too.
pub const SEEN: &str = "seen";

/// Wanted values of a deal, with the values that the client saw.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct DealUpdateInput {
    /// Wanted values.
    #[serde(flatten)]
    pub wanted: DealInput,
    /// Values that the client saw; `None` when it sends none.
    #[serde(default, deserialize_with = "seen_values")]
    #[schemars(with = "Option<SeenInput>")]
    pub seen: Option<DealInput>,
}

fn seen_values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DealInput>, D::Error> {
    let seen: Option<Map<String, Value>> = Option::deserialize(deserializer)?;
    seen.map(parse_values).transpose().map_err(D::Error::custom)
}

impl DealUpdateInput {
    /// Parses form fields; the last one when a field is repeated.
    ///
    /// # Errors
    /// A field error about values that the client saw and that cannot be read.
    pub fn from_pairs(pairs: &[(String, String)], language: Language) -> Result<Self, FieldError> {
        let mut sent = Self::default();
        for (name, value) in pairs {
            // Browsers send every line break as two characters.
            let value = value.replace("\r\n", "\n");
            if name == SEEN {
                sent.seen = parse_seen(&value, language)?;
            } else if let Some(column) = name.strip_prefix(SEEN_PREFIX) {
                let seen = sent.seen.get_or_insert_default();
                let field = Some(column).filter(|column| *column != "key");
                let field = field.and_then(|column| seen.field(column));
                *field.ok_or_else(|| unreadable(name, language))? = Some(value);
            } else {
                sent.wanted.set(name, value);
            }
        }
        Ok(sent)
    }
}

/// Values that the client saw, any of them. A name that is not listed is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SeenInput {
    /// Client name.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::client")]
    client: Option<String>,
    /// Status, in French or English.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::stage")]
    statut: Option<String>,
    /// Amount.
    #[serde(deserialize_with = "decimal_text")]
    #[schemars(schema_with = "schemas::amount")]
    montant_brut: Option<String>,
    /// Sector.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::name")]
    secteur: Option<String>,
    /// Due date.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::due")]
    date_echeance: Option<String>,
    /// Assignee.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::name")]
    assignee: Option<String>,
    /// Notes.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::notes")]
    notes: Option<String>,
}

impl From<SeenInput> for DealInput {
    fn from(seen: SeenInput) -> Self {
        Self {
            client: seen.client,
            statut: seen.statut,
            montant_brut: seen.montant_brut,
            secteur: seen.secteur,
            date_echeance: seen.date_echeance,
            assignee: seen.assignee,
            notes: seen.notes,
            key: None,
        }
    }
}

/// Parses the form field [`SEEN`]: the values as JSON, or `null` for none.
///
/// # Errors
/// A field error when it is anything else.
pub fn parse_seen(text: &str, language: Language) -> Result<Option<DealInput>, FieldError> {
    let seen: Result<Option<Map<String, Value>>, _> = serde_json::from_str(text);
    let seen = seen.and_then(|seen| seen.map(parse_values).transpose());
    seen.map_err(|_| unreadable(SEEN, language))
}

/// An object only: an array would be read as the fields in their order.
fn parse_values(seen: Map<String, Value>) -> Result<DealInput, serde_json::Error> {
    serde_json::from_value::<SeenInput>(Value::Object(seen)).map(DealInput::from)
}

/// Validates what the client saw of a deal; what it did not send counts as `found`.
///
/// # Errors
/// 422 with the field [`SEEN`].
pub fn check_seen(seen: &DealInput, found: &DealFields, language: Language) -> Result<DealFields, Error> {
    let as_seen = |error: FieldError| FieldError::new(SEEN, format!("{SEEN}.{}: {}", error.field, error.message));
    seen.check(Some(found), language)
        .map_err(|errors| Error::invalid(errors.into_iter().map(as_seen).collect()))
}

/// Error of a field whose values cannot be read.
pub fn unreadable(name: &str, language: Language) -> FieldError {
    let name: String = name.chars().take(40).collect();
    let message = language.choose(
        format!(
            "Le champ « {name} » est illisible : sans lui, rien ne serait vérifié avant l’écriture. Envoyez seen_client, \
             seen_statut, seen_montant_brut, seen_secteur, seen_date_echeance, seen_assignee ou seen_notes, ou « seen » en \
             JSON avec ces champs."
        ),
        format!(
            "The field “{name}” cannot be read, and without it nothing would be verified before the change. Send \
             seen_client, seen_statut, seen_montant_brut, seen_secteur, seen_date_echeance, seen_assignee or seen_notes, \
             or “seen” in JSON with these fields."
        ),
    );
    FieldError::new(SEEN, message)
}

/// Body of a deletion.
#[expect(dead_code, reason = "only its names, types and descriptions are read")]
#[derive(JsonSchema)]
pub(crate) struct DeletionBody {
    /// Values that the client saw; `None` when it sends none.
    seen: Option<SeenInput>,
}

/// Body that must have some of the fields of `T`.
pub(crate) struct Requiring<T, F>(PhantomData<(T, F)>);

/// Fields that a body must have, and those of `T` that it has not.
pub(crate) trait RequiredFields {
    const NAME: &'static str;
    const FIELDS: &'static [&'static str];
    const WITHOUT: &'static [&'static str] = &[];
}

/// What a deal cannot be without.
const WHOLE: &[&str] = &["client", "statut", "montant_brut"];

/// A new deal.
pub(crate) struct New;

impl RequiredFields for New {
    const NAME: &'static str = "New";
    const FIELDS: &'static [&'static str] = WHOLE;
}

/// A deal in place of another.
pub(crate) struct Replacement;

impl RequiredFields for Replacement {
    const NAME: &'static str = "Replacing";
    const FIELDS: &'static [&'static str] = WHOLE;
    const WITHOUT: &'static [&'static str] = &["key"];
}

/// Any fields of a deal.
pub(crate) struct Change;

impl RequiredFields for Change {
    const NAME: &'static str = "Changing";
    const FIELDS: &'static [&'static str] = &[];
    const WITHOUT: &'static [&'static str] = &["key"];
}

/// A status alone.
pub(crate) struct OneStage;

impl RequiredFields for OneStage {
    const NAME: &'static str = "Moving";
    const FIELDS: &'static [&'static str] = &["statut"];
}

impl<T: JsonSchema, F: RequiredFields> JsonSchema for Requiring<T, F> {
    fn schema_name() -> Cow<'static, str> {
        format!("{}{}", F::NAME, T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.insert("required".to_owned(), Value::from(F::FIELDS.to_vec()));
        if let Some(properties) = schema
            .ensure_object()
            .get_mut("properties")
            .and_then(Value::as_object_mut)
        {
            properties.retain(|name, _| !F::WITHOUT.contains(&name.as_str()));
        }
        schema
    }
}

/// Body that creates a deal.
pub(crate) type NewDealBody = Requiring<DealInput, New>;
/// Body that replaces a deal.
pub(crate) type ReplacementBody = Requiring<DealUpdateInput, Replacement>;
/// Body that changes a deal.
pub(crate) type ChangeBody = Requiring<DealUpdateInput, Change>;
/// Body that changes the status.
pub(crate) type StageBody = Requiring<StageFields, OneStage>;

/// Status, and the one that was seen.
#[expect(dead_code, reason = "only its names, types and descriptions are read")]
#[derive(JsonSchema)]
pub(crate) struct StageFields {
    /// New status.
    #[schemars(schema_with = "schemas::stage")]
    statut: String,
    /// Values that the client saw; `None` when it sends none.
    seen: Option<SeenInput>,
}
