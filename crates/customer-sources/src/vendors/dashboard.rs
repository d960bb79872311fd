//! Client for the in-house admin dashboard: any list of JSON records, read by a configured mapping.
//!
//! The mapping gives the location of the list, the pagination, and JSON pointers (RFC 6901) to the id, the e-mail
//! address and the fields of a record. `docs/directives/sources.md` explains it with examples.

use std::{collections::BTreeMap, num::NonZeroU32};

use jiff::{SignedDuration, Timestamp};
use reqwest::Url;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    AccessProbe, BoxFuture, Feed, FeedPage, PageRequest, Source, SourceError, SourceRun, SyncMode, Timer, Vendor,
    VendorSettings, Verification,
    client::{ApiEndpoint, ApiRequest, VendorClient, http_rules::HttpRules},
    email::Email,
    lenient_json::{JsonRecord, RejectionReason, id_text, plain_value, records},
    observation::{FieldName, Observation, SourcePage},
    subject::SubjectKind,
};

/// Registry entry.
pub const VENDOR: Vendor = Vendor {
    name: "dashboard",
    title: "Admin dashboard",
    verification: Verification::Mapping,
    base_url: None,
    calls_per_minute: NonZeroU32::new(120).unwrap(),
    build,
};

const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DashboardOptions {
    mapping: Option<DashboardMapping>,
}

/// Mapping of the dashboard's responses.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DashboardMapping {
    /// Path of the list, relative to the base URL.
    path: String,
    /// Query parameters of every call.
    #[serde(default)]
    query: BTreeMap<String, String>,
    /// Header that carries the key.
    #[serde(default = "authorization")]
    header: String,
    /// Scheme before the key in the header; may be empty.
    #[serde(default = "bearer")]
    scheme: String,
    /// Pointer to the list in a response; empty if the response is the list.
    records: String,
    /// Subject kind of a record.
    #[serde(default = "person")]
    about: SubjectKind,
    id: String,
    email: Option<String>,
    name: Option<String>,
    company: Option<String>,
    updated_at: Option<String>,
    /// Pointers to fields by name, such as `logins`, `credits`, `exports`.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    #[serde(default)]
    paging: Pagination,
    /// Parameter for changes only; without it every run reads everything.
    since: Option<SinceParameter>,
}

fn authorization() -> String {
    "authorization".to_owned()
}

fn bearer() -> String {
    "Bearer".to_owned()
}

fn person() -> SubjectKind {
    SubjectKind::Person
}

/// Pagination style.
#[derive(Default, Deserialize)]
#[serde(tag = "style", rename_all = "snake_case", deny_unknown_fields)]
enum Pagination {
    /// Single page.
    #[default]
    None,
    /// The response holds the cursor of the next page, or a URL with the cursor as `parameter`.
    Cursor {
        parameter: String,
        next: String,
        /// Pointer to a boolean that tells whether there are more pages; without it a missing cursor ends the list.
        more: Option<String>,
    },
    /// The next page starts after the last id.
    LastId { parameter: String, more: String },
    /// Numbered pages; the first empty page ends the list.
    Number {
        parameter: String,
        #[serde(default = "one")]
        first: u64,
    },
}

fn one() -> u64 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SinceParameter {
    parameter: String,
    #[serde(default)]
    form: TimeFormat,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TimeFormat {
    /// RFC 3339: `2026-03-01T12:00:00Z`.
    #[default]
    Rfc3339,
    /// Seconds since 1970.
    Unix,
    /// Date: `2026-03-01`.
    Date,
}

impl TimeFormat {
    fn written(self, at: Timestamp) -> String {
        match self {
            Self::Rfc3339 => at.to_string(),
            Self::Unix => at.as_second().to_string(),
            Self::Date => at.strftime("%Y-%m-%d").to_string(),
        }
    }
}

struct Dashboard {
    transport: VendorClient,
    mapping: DashboardMapping,
}

fn build(settings: VendorSettings, time: Timer) -> Result<Box<dyn Source>, String> {
    let options: DashboardOptions = settings.options()?;
    let mapping = options.mapping.ok_or("there is no mapping of its records.")?;
    mapping.verify()?;
    let key = settings.key.reveal();
    let value = format!("{} {key}", mapping.scheme).trim().to_owned();
    let header: &'static str = match mapping.header.to_ascii_lowercase().as_str() {
        "authorization" => "authorization",
        "x-api-key" => "x-api-key",
        "api-key" => "api-key",
        "x-auth-token" => "x-auth-token",
        other => {
            return Err(format!(
                "the mapping's header is “{other}”, but must be Authorization, X-Api-Key, Api-Key or X-Auth-Token."
            ));
        }
    };
    let endpoint = ApiEndpoint {
        vendor: &VENDOR,
        headers: vec![(header, value)],
        settings,
        http_rules: HttpRules::PLAIN,
    };
    let transport = VendorClient::new(endpoint, time)?;
    Ok(Box::new(Dashboard { transport, mapping }))
}

impl DashboardMapping {
    /// Refuses values that are not JSON pointers, because they would never match and never be reported.
    fn verify(&self) -> Result<(), String> {
        let single = [&self.email, &self.name, &self.company, &self.updated_at];
        let of_paging = match &self.paging {
            Pagination::Cursor { next, more, .. } => more.iter().chain([next]).collect(),
            Pagination::LastId { more, .. } => vec![more],
            Pagination::None | Pagination::Number { .. } => Vec::new(),
        };
        let places = single
            .into_iter()
            .flatten()
            .chain(self.fields.values())
            .chain(of_paging);
        for place in places.chain([&self.records, &self.id]) {
            if !place.is_empty() && !place.starts_with('/') {
                return Err(format!(
                    "the mapping names “{place}”, but a JSON pointer such as /{place} is wanted."
                ));
            }
        }
        Ok(())
    }
}

impl Source for Dashboard {
    fn feeds(&self, _run: SourceRun) -> Vec<Feed> {
        vec![Feed::required("records")]
    }

    fn page<'a>(&'a self, ask: PageRequest<'a>) -> BoxFuture<'a, Result<FeedPage, SourceError>> {
        Box::pin(async move {
            let answer = self.transport.send(self.request(ask)).await?;
            let listed = records(&self.transport, "records", &answer, &self.mapping.records)?;
            let mut page = SourcePage::default();
            page.observations = page.read_each(&listed, |record| self.mapping.observation(record));
            let after = self.mapping.next(&answer, &listed, ask.after);
            // A cursor that does not advance would never end.
            let after = after.filter(|after| Some(after.as_str()) != ask.after);
            Ok(FeedPage { page, after })
        })
    }

    fn check(&self) -> BoxFuture<'_, Vec<AccessProbe>> {
        Box::pin(async move {
            let ask = PageRequest {
                feed: "records",
                after: None,
                run: SourceRun::full(Timestamp::UNIX_EPOCH),
            };
            vec![self.transport.probe(self.request(ask)).await]
        })
    }
}

impl Dashboard {
    fn request(&self, ask: PageRequest<'_>) -> ApiRequest {
        let mapping = &self.mapping;
        let mut request = ApiRequest::get("records", &mapping.path);
        for (name, value) in &mapping.query {
            request = request.query(name, value);
        }
        if let (Some(since), SyncMode::Incremental) = (&mapping.since, ask.run.mode) {
            let at = ask.run.changed_since(OVERLAP);
            request = request.query_some(&since.parameter, at.map(|at| since.form.written(at)));
        }
        match &mapping.paging {
            Pagination::None => request,
            Pagination::Cursor { parameter, .. } | Pagination::LastId { parameter, .. } => {
                request.query_some(parameter, ask.after)
            }
            Pagination::Number { parameter, first } => {
                let first = first.to_string();
                request.query(parameter, ask.after.unwrap_or(&first))
            }
        }
    }
}

impl DashboardMapping {
    fn observation(&self, record: &JsonRecord<'_>) -> Result<Observation, RejectionReason> {
        let mut seen = Observation::about(self.about.id(record.id(&self.id)?));
        for email in self.email.iter().flat_map(|place| emails(record, place)) {
            seen.add_email(Some(email));
        }
        seen.name = self.name.as_ref().and_then(|place| record.plain_text(place));
        seen.company = self.company.as_ref().and_then(|place| record.plain_text(place));
        seen.updated_at = self.updated_at.as_ref().and_then(|place| record.time(place));
        for (name, place) in &self.fields {
            let name = FieldName::from(name.clone());
            match &name {
                FieldName::CreatedAt
                | FieldName::SignedUpAt
                | FieldName::LastSeenAt
                | FieldName::LastRepliedAt
                | FieldName::CustomerSince => seen.add(name, record.time(place)),
                FieldName::Logins | FieldName::Credits | FieldName::Exports => seen.add(name, record.number(place)),
                FieldName::Delinquent => seen.add(name, record.flag(place)),
                _ => seen.add(name, record.read(place, "a single value", plain_value)),
            }
        }
        Ok(seen)
    }

    fn next(&self, answer: &Value, listed: &[JsonRecord<'_>], after: Option<&str>) -> Option<String> {
        let goes_on = |place: &String| answer.pointer(place) == Some(&Value::Bool(true));
        match &self.paging {
            Pagination::None => None,
            Pagination::Cursor { parameter, next, more } => {
                let next = answer.pointer(next).and_then(id_text)?;
                more.as_ref().is_none_or(goes_on).then(|| cursor_in(parameter, next))
            }
            Pagination::LastId { more, .. } => {
                let mut backwards = listed.iter().rev();
                backwards
                    .find_map(|record| record.id(&self.id).ok())
                    .filter(|_| goes_on(more))
            }
            Pagination::Number { first, .. } => {
                let number = after.and_then(|after| after.parse().ok()).unwrap_or(*first);
                (!listed.is_empty()).then(|| number.saturating_add(1).to_string())
            }
        }
    }
}

/// Extracts the cursor from a URL; any other text is the cursor itself.
fn cursor_in(parameter: &str, next: String) -> String {
    let address = Url::parse(&next).or_else(|_| Url::parse("http://localhost")?.join(&next));
    let inside = address.ok().and_then(|address| {
        let mut pairs = address.query_pairs();
        pairs
            .find(|(name, _)| name == parameter)
            .map(|(_, cursor)| cursor.into_owned())
    });
    inside.unwrap_or(next)
}

/// E-mail addresses at a pointer: a single one or a list.
fn emails(record: &JsonRecord<'_>, place: &str) -> Vec<Email> {
    if record.at(place).is_some_and(Value::is_array) {
        let several = record.list(place);
        several.iter().filter_map(|email| email.email("")).collect()
    } else {
        record.email(place).into_iter().collect()
    }
}
