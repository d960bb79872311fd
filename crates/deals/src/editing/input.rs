//! Input of a deal from a form or a program: parsing and validation.

use domain::{
    language::Language,
    money::Money,
    normalize::collapse_spaces,
    text::{TextKind, check_characters},
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::Value;
use web::error::FieldError;

use crate::{
    deal::{
        columns::{AMOUNT, ASSIGNEE, CLIENT, DUE, NOTES, SECTOR, STAGE},
        stage::DealStage,
    },
    editing::{
        changes::{DealFields, INPUT_COLUMNS},
        schemas::{self, MAX_NAME_CHARS, MAX_NOTES_CHARS},
    },
    text::{amount, date},
};

/// Names of clients, sectors and assignees.
const NAME: TextRule = TextRule {
    kind: TextKind::Line,
    longest: MAX_NAME_CHARS,
};
/// Notes; a cell holds 50,000 characters.
const NOTE: TextRule = TextRule {
    kind: TextKind::Paragraphs,
    longest: MAX_NOTES_CHARS,
};

/// Field values as typed. A missing field keeps its value; an empty one clears it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub struct DealInput {
    /// Client name.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::client")]
    pub client: Option<String>,
    /// Status, in French or English.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::stage")]
    pub statut: Option<String>,
    /// Amount in any supported notation.
    #[serde(deserialize_with = "decimal_text")]
    #[schemars(schema_with = "schemas::amount")]
    pub montant_brut: Option<String>,
    /// Sector.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::name")]
    pub secteur: Option<String>,
    /// Due date in any supported notation.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::due")]
    pub date_echeance: Option<String>,
    /// Assignee.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::name")]
    pub assignee: Option<String>,
    /// Notes.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::notes")]
    pub notes: Option<String>,
    /// Idempotency key: a retried creation with the same key writes nothing.
    #[serde(deserialize_with = "optional_text")]
    #[schemars(schema_with = "schemas::key")]
    pub key: Option<String>,
}

/// Text, a number as text, or `None` for `null`.
pub(crate) fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Null => Ok(Some(String::new())),
        Value::String(text) => Ok(Some(text)),
        Value::Number(number) => Ok(Some(number.to_string())),
        other => Err(D::Error::custom(format!("text or a number belongs here, not {other}"))),
    }
}

/// The same for an amount. The point of a JSON number is a decimal mark; three digits after it would leave that open.
pub(crate) fn decimal_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Number(number) => {
            let text = number.to_string();
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            Ok(Some(if decimals == 3 { text + "0" } else { text }))
        }
        other => optional_text(other).map_err(D::Error::custom),
    }
}

impl DealInput {
    /// Sets a field by name; unknown names are ignored.
    pub fn set(&mut self, name: &str, value: String) {
        if let Some(field) = self.field(name) {
            *field = Some(value);
        }
    }

    /// Field with this name.
    pub(crate) fn field(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name {
            "client" => &mut self.client,
            "statut" => &mut self.statut,
            "montant_brut" => &mut self.montant_brut,
            "secteur" => &mut self.secteur,
            "date_echeance" => &mut self.date_echeance,
            "assignee" => &mut self.assignee,
            "notes" => &mut self.notes,
            "key" => &mut self.key,
            _ => return None,
        })
    }

    /// Input that produces `fields`, with the amount in the notation of `language`.
    pub fn of(fields: &DealFields, language: Language) -> Self {
        let text = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
        let amount = fields.amount.to_string();
        Self {
            client: text(Some(&fields.client)),
            statut: text(Some(fields.stage.as_str())),
            montant_brut: Some(language.choose(amount.replace('.', ","), amount)),
            secteur: text(fields.sector.as_deref()),
            date_echeance: Some(fields.due.map_or_else(String::new, |due| due.to_string())),
            assignee: text(fields.assignee.as_deref()),
            notes: text(Some(&fields.notes)),
            key: None,
        }
    }

    /// Value sent for a column, as typed.
    pub fn value(&self, column: usize) -> Option<&str> {
        let field = match column {
            CLIENT => &self.client,
            STAGE => &self.statut,
            AMOUNT => &self.montant_brut,
            SECTOR => &self.secteur,
            DUE => &self.date_echeance,
            ASSIGNEE => &self.assignee,
            NOTES => &self.notes,
            _ => &None,
        };
        field.as_deref()
    }

    /// Columns for which a value was sent, even an empty one.
    pub fn columns(&self) -> Vec<usize> {
        INPUT_COLUMNS
            .into_iter()
            .filter(|column| self.value(*column).is_some())
            .collect()
    }

    /// Validates the input, applied to the `known` values.
    ///
    /// # Errors
    /// One error for each field that is missing or unreadable.
    pub fn check(&self, known: Option<&DealFields>, language: Language) -> Result<DealFields, Vec<FieldError>> {
        let mut complaints = Vec::new();
        let mut heard = |field, result: Result<_, String>| match result {
            Ok(value) => Some(value),
            Err(message) => {
                complaints.push(FieldError::new(field, message));
                None
            }
        };
        let name = |sent: &Option<String>, known: Option<&str>| NAME.read(sent, known, language);
        let client = heard("client", name(&self.client, known.map(|known| &*known.client)));
        let sector = heard(
            "secteur",
            name(&self.secteur, known.and_then(|known| known.sector.as_deref())),
        );
        let assignee = known.and_then(|known| known.assignee.as_deref());
        let assignee = heard("assignee", name(&self.assignee, assignee));
        let notes = NOTE.read(&self.notes, known.map(|known| &*known.notes), language);
        let notes = heard("notes", notes);
        if client.as_ref().is_some_and(Option::is_none) {
            let message = language.choose("Indiquez le client.", "Name the client.");
            complaints.push(FieldError::new("client", message));
        }
        let stage = self.stage(known, language).map_err(|error| complaints.push(error)).ok();
        let amount = self
            .amount(known, language)
            .map_err(|error| complaints.push(error))
            .ok();
        let due = self.due(known, language).map_err(|error| complaints.push(error)).ok();
        match (client.flatten(), stage, amount, due, complaints.is_empty()) {
            (Some(client), Some(stage), Some(amount), Some(due), true) => Ok(DealFields {
                client: client.into(),
                stage,
                amount,
                sector: sector.flatten().map(Into::into),
                due,
                assignee: assignee.flatten().map(Into::into),
                notes: notes.flatten().unwrap_or_default().into(),
            }),
            _ => Err(complaints),
        }
    }

    fn stage(&self, known: Option<&DealFields>, language: Language) -> Result<DealStage, FieldError> {
        let refuse = |message: String| FieldError::new("statut", message);
        let words = DealStage::ALL[..4]
            .iter()
            .map(|stage| stage.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        match (self.statut.as_deref().map(collapse_spaces).as_deref(), known) {
            (None, Some(known)) => Ok(known.stage),
            (None | Some(""), _) => Err(refuse(language.choose(
                format!("Choisissez un statut : {words}."),
                format!("Choose a status: {words}."),
            ))),
            (Some(word), _) => DealStage::parse(word).ok_or_else(|| {
                refuse(language.choose(
                    format!("« {word} » n’est pas un statut. Choisissez parmi {words}."),
                    format!("“{word}” is no status. Choose one of {words}."),
                ))
            }),
        }
    }

    fn amount(&self, known: Option<&DealFields>, language: Language) -> Result<Money, FieldError> {
        let refuse = |message: String| FieldError::new("montant_brut", message);
        let typed = match (self.montant_brut.as_deref().map(str::trim), known) {
            (None, Some(known)) => return Ok(known.amount),
            (None | Some(""), _) => {
                let message = language.choose("Indiquez le montant en euros.", "Say the amount in euros.");
                return Err(refuse(message.to_owned()));
            }
            (Some(typed), _) => typed,
        };
        let quoted = |rest: &str| {
            refuse(language.choose(
                format!("Le montant « {typed} » {rest}."),
                format!("The amount “{typed}” {rest}."),
            ))
        };
        let read = amount::parse_amount(typed).map_err(|problem| quoted(&problem.text(language)))?;
        let reading = read.resolve(None).ok_or_else(|| {
            quoted(language.choose(
                "peut se lire de deux façons : écrivez-le avec les centimes, comme 12500,00",
                "can be read in two ways: write it with its cents, such as 12500.00",
            ))
        })?;
        if reading.money.is_positive() {
            Ok(reading.money)
        } else {
            Err(quoted(
                language.choose("doit être supérieur à zéro", "has to be more than nothing"),
            ))
        }
    }

    fn due(&self, known: Option<&DealFields>, language: Language) -> Result<Option<jiff::civil::Date>, FieldError> {
        match (self.date_echeance.as_deref().map(str::trim), known) {
            (None, known) => Ok(known.and_then(|known| known.due)),
            (Some(""), _) => Ok(None),
            (Some(typed), _) => date::parse_date(typed).map(Some).map_err(|problem| {
                let rest = problem.text(language);
                let message = language.choose(
                    format!("L’échéance « {typed} » {rest}."),
                    format!("The due date “{typed}” {rest}."),
                );
                FieldError::new("date_echeance", message)
            }),
        }
    }
}

/// Rule of a text field.
struct TextRule {
    kind: TextKind,
    /// Maximum length in characters.
    longest: usize,
}

impl TextRule {
    /// Trimmed text; `None` when it is empty.
    fn read(&self, sent: &Option<String>, known: Option<&str>, language: Language) -> Result<Option<String>, String> {
        let text = sent
            .as_deref()
            .map_or_else(|| known.unwrap_or_default().to_owned(), |sent| sent.trim().to_owned());
        // Values that staff wrote in the sheet are kept as they are.
        if Some(&*text) != known {
            self.check(&text, language)?;
        }
        Ok((!text.is_empty()).then_some(text))
    }

    fn check(&self, text: &str, language: Language) -> Result<(), String> {
        let longest = self.longest;
        if text.chars().count() > longest {
            return Err(language.choose(
                format!("{longest} caractères au plus."),
                format!("At most {longest} characters."),
            ));
        }
        check_characters(text, self.kind).map_err(|refused| refused.text(language))
    }
}
