//! Handlers of `/leaderboard/names`: `GET` suggests known names similar to a typed one, for the form's script; `POST`
//! records a decision about two names.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sheets_store::{Batch, RowInsert};
use web::{
    error::{Error, FieldError},
    findings::inbox::NEAR_NAMES,
    openapi::{BodyKind, EndpointDocs},
    response::{Format, RenderedResponse},
    routes::FINDINGS,
};

use crate::{
    claims::form::validation::MAX_COMPANY_LENGTH,
    names::{
        duplicates::NameSuggestion,
        rows::{NameKind, distinct_line, merge_line},
    },
    routes::{NAMES, TAG},
    snapshot::LeaderboardSnapshot,
    state::Leaderboard,
    ui::request::parse_object,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        NAMES,
        get_with(similar_names, |it| {
            it.about(TAG, "Known names that look like a typed one.")
                .answers::<SimilarNamesResponse>(&[Format::Json])
        })
        .post_with(decide, |it| {
            it.about(TAG, "Writes what staff decide about two names.")
                .reads::<NameDecisionRequest>(BodyKind::JsonOrForm)
                .responds_with::<NameDecisionResponse>(201, "The line that records it is there.")
                .redirects()
        }),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct SimilarNamesQuery {
    kind: NameKind,
    #[serde(default)]
    name: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NearTyped")]
pub(crate) struct SimilarNamesResponse {
    near: Vec<NameSuggestion>,
}

pub(crate) async fn similar_names(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<SimilarNamesQuery>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    let near = suggestions(&current, query.kind, &query.name);
    Ok(RenderedResponse::json(&SimilarNamesResponse { near })
        .map_err(Error::internal)?
        .respond(&headers))
}

/// Known names similar to a typed one.
pub(crate) fn suggestions(current: &LeaderboardSnapshot, kind: NameKind, typed: &str) -> Vec<NameSuggestion> {
    let data = &current.data;
    if typed.chars().count() > MAX_COMPANY_LENGTH {
        return Vec::new();
    }
    let distinct = &data.rows.distinct;
    data.duplicate_names.suggestions(&data.ledger, kind, typed, distinct)
}

/// Decision of staff about two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NameVerdict {
    /// `merge` becomes an alias of `keep`.
    Merge,
    /// `keep` becomes an alias of `merge`.
    Swap,
    /// The names are distinct.
    Distinct,
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct NameDecisionRequest {
    kind: NameKind,
    keep: String,
    merge: String,
    decision: NameVerdict,
}

/// JSON response to a decision.
#[derive(Serialize, JsonSchema)]
pub(crate) struct NameDecisionResponse {
    recorded: bool,
    /// Tab of the recorded row; deleting that row reverts the decision.
    tab: &'static str,
    /// Number of added rows: 0 when the decision already existed.
    lines: usize,
}

pub(crate) async fn decide(
    State(leaderboard): State<Arc<Leaderboard>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let decision = decode(&headers, &body)?;
    let current = leaderboard.current().await?;
    let line = decision.line(&current)?;
    let tab = line.tab.title;
    let committed = leaderboard.store.commit(Batch::inserts([line])).await?;
    if matches!(Format::negotiate(None, &headers, Format::PAGE), Ok(Format::Html)) {
        return Ok(Redirect::to(&format!("{FINDINGS}#{NEAR_NAMES}")).into_response());
    }
    let decided = NameDecisionResponse {
        recorded: true,
        tab,
        lines: committed.inserted,
    };
    Ok((StatusCode::CREATED, Json(decided)).into_response())
}

fn decode(headers: &HeaderMap, body: &Bytes) -> Result<NameDecisionRequest, Error> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], |kind| kind.as_bytes());
    let is_json = kind.starts_with(b"application/json");
    if is_json {
        return parse_object(body);
    }
    let decoded = serde_urlencoded::from_bytes(body);
    decoded.map_err(|cause| Error::unreadable(format!("The decision cannot be read: {cause}.")))
}

impl NameDecisionRequest {
    /// Row that records the decision.
    fn line(&self, current: &LeaderboardSnapshot) -> Result<RowInsert, Error> {
        let error = |field, message: String| Error::invalid(vec![FieldError::new(field, message)]);
        for (field, name) in [("keep", &self.keep), ("merge", &self.merge)] {
            if !self.is_known(current, name) {
                let message = format!("“{name}” is not on the board any more. Load the findings again.");
                return Err(error(field, message));
            }
        }
        if self.kind.key(&self.keep) == self.kind.key(&self.merge) {
            return Err(error(
                "merge",
                format!("“{}” and “{}” are one name already.", self.merge, self.keep),
            ));
        }
        let (alias, canonical) = match self.decision {
            NameVerdict::Merge => (&self.merge, &self.keep),
            NameVerdict::Swap => (&self.keep, &self.merge),
            NameVerdict::Distinct => {
                let line = distinct_line(self.kind, &self.keep, &self.merge);
                return line.ok_or_else(|| error("keep", "Both names need a letter.".to_owned()));
            }
        };
        let rows = &current.data.rows;
        let lines = match self.kind {
            NameKind::Csm => &rows.csm_aliases,
            NameKind::Company => &rows.aliases,
        };
        match lines
            .iter()
            .find(|line| line.alias == *alias && line.canonical != *canonical)
        {
            Some(other) => {
                let tab = self.kind.alias_tab().title;
                let message = format!(
                    "Row {} of the tab {tab} sends “{alias}” to “{}” already. Change or delete that line first.",
                    other.row, other.canonical
                );
                Err(error("merge", message))
            }
            None => Ok(merge_line(self.kind, alias, canonical)),
        }
    }

    fn is_known(&self, current: &LeaderboardSnapshot, name: &str) -> bool {
        let ledger = &current.data.ledger;
        match self.kind {
            NameKind::Csm => ledger.find_csm(name).is_some(),
            NameKind::Company => ledger.find_company(name).is_some(),
        }
    }
}
