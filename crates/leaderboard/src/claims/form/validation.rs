//! Validation of the claim form: a request body becomes a valid submission or field errors.

use std::time::Duration;

use axum::http::HeaderMap;
use domain::{
    company::CompanyKey,
    language::Language,
    normalize::collapse_spaces,
    person::PersonKey,
    text::{TextKind, check_characters, is_refused},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use sheets_store::NewId;
use uuid::Uuid;
use web::{error::FieldError, request_context::idempotency_key};

use crate::{
    claims::{
        catalog::{Availability, Catalog},
        submission::join_integrations,
    },
    names::rows::NameKind,
};

/// Maximum length of a CSM name, in characters.
pub const MAX_CSM_LENGTH: usize = 80;
/// Maximum length of a company name, in characters.
pub const MAX_COMPANY_LENGTH: usize = 200;
/// Minimum time to fill in the form: faster requests come from bots.
const MIN_FILL_TIME: Duration = Duration::from_millis(500);

/// Body of a submission. In JSON, `null` means empty.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default, expecting = "an object with csm, company and integrations")]
pub struct SubmissionRequest {
    /// CSM who claims.
    #[serde(deserialize_with = "text_or_nothing")]
    pub csm: String,
    /// Company of the claim.
    #[serde(deserialize_with = "text_or_nothing")]
    pub company: String,
    /// Integrations that the company completed.
    #[serde(deserialize_with = "one_or_many")]
    pub integrations: Vec<String>,
    /// Idempotency key, generated when the form was shown; the same for every retry.
    #[serde(deserialize_with = "text_or_nothing")]
    pub key: String,
    /// Honeypot: hidden from people, so only bots fill it in.
    #[serde(deserialize_with = "text_or_nothing")]
    pub website: String,
    /// Milliseconds since 1970 at which the form was shown; empty from API clients.
    #[serde(deserialize_with = "text_or_nothing")]
    pub shown_at: String,
    /// Confirmation of a CSM name that is similar to a known one.
    #[serde(skip)]
    pub csm_confirmation: NameConfirmation,
    /// Confirmation of a company name that is similar to a known one.
    #[serde(skip)]
    pub company_confirmation: NameConfirmation,
}

/// Answer to the question whether a name is meant as typed or as a similar known one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameConfirmation {
    /// Name that the form asked about.
    pub question: String,
    /// Chosen name; empty before a choice.
    pub answer: String,
}

impl NameConfirmation {
    /// Whether the question was about this very name and has been answered.
    fn confirms(&self, typed: &str) -> bool {
        !self.answer.trim().is_empty() && collapse_spaces(&self.question) == collapse_spaces(typed)
    }
}

/// A submission that passed validation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValidSubmission {
    /// CSM name as typed.
    pub csm: String,
    /// Company name as typed.
    pub company: String,
    /// Content of the integrations cell: catalog names in catalog order.
    pub integrations: String,
    key: String,
}

/// Why a submission is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubmissionError {
    /// Field errors, each about one field.
    Fields(Vec<FieldError>),
    /// The request comes from a bot.
    Automatic,
}

impl SubmissionRequest {
    /// Parses the pairs of a form; `integrations` may occur many times.
    pub fn from_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut request = Self::default();
        for (name, value) in pairs {
            match name.as_str() {
                "csm" => request.csm = value,
                "company" => request.company = value,
                "integrations" => request.integrations.push(value),
                "key" => request.key = value,
                "website" => request.website = value,
                "shown_at" => request.shown_at = value,
                "csm_asked" => request.csm_confirmation.question = value,
                "csm_meant" => request.csm_confirmation.answer = value,
                "company_asked" => request.company_confirmation.question = value,
                "company_meant" => request.company_confirmation.answer = value,
                _ => {}
            }
        }
        request
    }

    /// Applies the confirmed names; also returns the kinds of names that need no further question.
    pub fn apply_confirmations(mut self) -> (Self, Vec<NameKind>) {
        let mut confirmed = Vec::new();
        let fields = [
            (NameKind::Csm, &mut self.csm, &self.csm_confirmation),
            (NameKind::Company, &mut self.company, &self.company_confirmation),
        ];
        for (kind, typed, confirmation) in fields {
            if confirmation.confirms(typed) {
                typed.clone_from(&confirmation.answer);
                confirmed.push(kind);
            }
        }
        (self, confirmed)
    }

    /// Validates every field against the catalog.
    ///
    /// # Errors
    /// All field errors at once, in form order.
    pub fn check(&self, catalog: &Catalog, now: Timestamp) -> Result<ValidSubmission, SubmissionError> {
        if !self.website.is_empty() || self.is_too_quick(now) {
            return Err(SubmissionError::Automatic);
        }
        let mut field_errors = Vec::new();
        let mut collect = |field, result: Result<(), String>| {
            if let Err(message) = result {
                field_errors.push(FieldError::new(field, message));
            }
        };
        collect("csm", check_csm(&self.csm));
        collect("company", check_company(&self.company));
        let chosen = choose(&self.integrations, catalog);
        collect("integrations", chosen.as_ref().map(|_| ()).map_err(Clone::clone));
        collect("key", check_key(&self.key));
        match chosen {
            Ok(chosen) if field_errors.is_empty() => Ok(ValidSubmission {
                csm: collapse_spaces(&self.csm),
                company: collapse_spaces(&self.company),
                integrations: join_integrations(&chosen),
                key: self.key.trim().to_owned(),
            }),
            _ => Err(SubmissionError::Fields(field_errors)),
        }
    }

    fn is_too_quick(&self, now: Timestamp) -> bool {
        let shown_at = self
            .shown_at
            .trim()
            .parse()
            .ok()
            .and_then(|milliseconds| Timestamp::from_millisecond(milliseconds).ok());
        shown_at.is_some_and(|shown_at| {
            let visit = now.duration_since(shown_at);
            // A negative duration means that a clock was set back, not a bot.
            !visit.is_negative() && visit.unsigned_abs() < MIN_FILL_TIME
        })
    }
}

impl ValidSubmission {
    /// Id of the row, derived from the key and the input. Sending the form again writes nothing, even if staff changed
    /// the row since; an edited form is a new submission.
    pub fn id(&self) -> String {
        if self.key.is_empty() {
            return Uuid::new_v4().to_string();
        }
        digest([&self.key, &self.csm, &self.company, &self.integrations]).to_string()
    }

    /// Id of the row, for a program: its key names this content and no other. A page that several people receive at
    /// once has one key for all of them, so for forms the key means something only together with the content.
    pub fn id_for_program(&self) -> NewId {
        let id = self.id();
        if self.key.is_empty() {
            return NewId::Given(id);
        }
        NewId::Keyed {
            id,
            key: self.key.clone(),
            content: digest([&self.csm, &self.company, &self.integrations]),
        }
    }
}

fn digest<const N: usize>(parts: [&String; N]) -> Uuid {
    let text = parts.map(String::as_str).join("\u{1f}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, text.as_bytes())
}

fn check_csm(csm: &str) -> Result<(), String> {
    check_text(csm, MAX_CSM_LENGTH)?;
    match PersonKey::of(csm) {
        Some(_) => Ok(()),
        None => Err("Write your name.".to_owned()),
    }
}

fn check_company(company: &str) -> Result<(), String> {
    check_text(company, MAX_COMPANY_LENGTH)?;
    match CompanyKey::of(company) {
        Some(_) => Ok(()),
        None if company.trim().is_empty() => Err("Write the name of the company.".to_owned()),
        None => Err("The name of the company needs at least one letter or digit.".to_owned()),
    }
}

fn check_text(text: &str, longest: usize) -> Result<(), String> {
    let length = text.trim().chars().count();
    if length > longest {
        return Err(format!("This has {length} characters. Shorten it to {longest}."));
    }
    check_characters(text.trim(), TextKind::Line).map_err(|refused| refused.text(Language::English))
}

fn check_key(key: &str) -> Result<(), String> {
    match idempotency_key(&HeaderMap::new(), Some(key), Language::English) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.message),
    }
}

/// Catalog names in catalog order, without duplicates.
fn choose(request: &[String], catalog: &Catalog) -> Result<Vec<String>, String> {
    let names: Vec<&str> = request
        .iter()
        .flat_map(|value| value.split([',', ';', '\n']))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if names.is_empty() {
        return Err(if catalog.offered().next().is_none() {
            "No integration is on offer at the moment. Ask whoever runs Tallyboard to look at integrations.txt."
                .to_owned()
        } else {
            "Tick at least one integration.".to_owned()
        });
    }
    let mut wrong = Vec::new();
    for name in &names {
        match catalog.find(name) {
            Some(found) if found.availability == Availability::Offered => {}
            Some(found) => wrong.push(format!("“{}” is no longer offered. Leave it out.", found.name)),
            None => wrong.push(format!(
                "“{}” is not in the list of integrations.{}",
                shortened(name),
                nearest(name, catalog)
            )),
        }
    }
    if !wrong.is_empty() {
        wrong.truncate(3);
        return Err(wrong.join(" "));
    }
    let chosen = catalog.offered().filter(|offered| {
        names
            .iter()
            .any(|name| catalog.find(name).is_some_and(|found| found.name == offered.name))
    });
    Ok(chosen.map(|integration| integration.name.clone()).collect())
}

fn nearest(name: &str, catalog: &Catalog) -> String {
    let nearest = catalog
        .nearest(name)
        .filter(|nearest| nearest.availability == Availability::Offered);
    nearest.map_or_else(
        || " Choose one of those on offer.".to_owned(),
        |nearest| format!(" Did you mean “{}”?", nearest.name),
    )
}

fn shortened(name: &str) -> String {
    name.chars()
        .filter(|character| !is_refused(*character))
        .take(40)
        .collect()
}

fn text_or_nothing<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "integrations has to be a name or a list of names")]
    enum Names {
        One(String),
        Many(Vec<String>),
        Nothing,
    }
    Ok(match Names::deserialize(deserializer)? {
        Names::One(name) => vec![name],
        Names::Many(names) => names,
        Names::Nothing => Vec::new(),
    })
}
