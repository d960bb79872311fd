//! Handlers of `/leaderboard/names`: `GET` suggests known names similar to a typed one, for the form's script; `POST`
//! records a decision about two names.

use std::sync::Arc;

use axum::{
    Json,
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::{
    desk::{Current, Leaderboard},
    names::{NameKind, distinct_line, merge_line},
    near_names::Suggestion,
    submission::LONGEST_COMPANY,
};
use crate::{
    answer::{Face, Rendered},
    error::{Error, FieldError},
    findings::{inbox::NAMES, view::FINDINGS},
    store::{Batch, Insert},
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    kind: NameKind,
    #[serde(default)]
    name: String,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "NearTyped")]
pub(super) struct Near {
    near: Vec<Suggestion>,
}

pub(super) async fn near(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    let near = suggestions(&current, question.kind, &question.name);
    Ok(Rendered::json(&Near { near })
        .map_err(Error::internal)?
        .respond(&headers))
}

/// Known names similar to a typed one.
pub(super) fn suggestions(current: &Current, kind: NameKind, typed: &str) -> Vec<Suggestion> {
    let settled = &current.settled;
    if typed.chars().count() > LONGEST_COMPANY {
        return Vec::new();
    }
    let distinct = &settled.rows.distinct;
    settled.look_alikes.suggestions(&settled.ledger, kind, typed, distinct)
}

/// Decision of staff about two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Verdict {
    /// `merge` becomes an alias of `keep`.
    Merge,
    /// `keep` becomes an alias of `merge`.
    Swap,
    /// The names are distinct.
    Distinct,
}

#[derive(Deserialize, JsonSchema)]
pub(super) struct Decision {
    kind: NameKind,
    keep: String,
    merge: String,
    decision: Verdict,
}

/// JSON response to a decision.
#[derive(Serialize, JsonSchema)]
pub(super) struct Decided {
    recorded: bool,
    /// Tab of the recorded row; deleting that row reverts the decision.
    tab: &'static str,
    /// Number of added rows: 0 when the decision already existed.
    lines: usize,
}

pub(super) async fn decide(
    State(leaderboard): State<Arc<Leaderboard>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Error> {
    let decision = read(&headers, &body)?;
    let current = leaderboard.current().await?;
    let line = decision.line(&current)?;
    let tab = line.tab.title;
    let committed = leaderboard.store.commit(Batch::inserts([line])).await?;
    if matches!(Face::negotiate(None, &headers, Face::PAGE), Ok(Face::Html)) {
        return Ok(Redirect::to(&format!("{FINDINGS}#{NAMES}")).into_response());
    }
    let decided = Decided {
        recorded: true,
        tab,
        lines: committed.inserted,
    };
    Ok((StatusCode::CREATED, Json(decided)).into_response())
}

fn read(headers: &HeaderMap, body: &Bytes) -> Result<Decision, Error> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or(&b""[..], |kind| kind.as_bytes());
    let is_json = kind.starts_with(b"application/json");
    let read = if is_json {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    } else {
        serde_urlencoded::from_bytes(body).map_err(|error| error.to_string())
    };
    read.map_err(|cause| Error::unreadable(format!("The decision cannot be read: {cause}.")))
}

impl Decision {
    /// Row that records the decision.
    fn line(&self, current: &Current) -> Result<Insert, Error> {
        let refuse = |field, message: String| Error::invalid(vec![FieldError::new(field, message)]);
        for (field, name) in [("keep", &self.keep), ("merge", &self.merge)] {
            if !self.is_known(current, name) {
                let message = format!("“{name}” is not on the board any more. Load the findings again.");
                return Err(refuse(field, message));
            }
        }
        if self.kind.key(&self.keep) == self.kind.key(&self.merge) {
            return Err(refuse(
                "merge",
                format!("“{}” and “{}” are one name already.", self.merge, self.keep),
            ));
        }
        let (alias, canonical) = match self.decision {
            Verdict::Merge => (&self.merge, &self.keep),
            Verdict::Swap => (&self.keep, &self.merge),
            Verdict::Distinct => {
                let line = distinct_line(self.kind, &self.keep, &self.merge);
                return line.ok_or_else(|| refuse("keep", "Both names need a letter.".to_owned()));
            }
        };
        let rows = &current.settled.rows;
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
                Err(refuse("merge", message))
            }
            None => Ok(merge_line(self.kind, alias, canonical)),
        }
    }

    fn is_known(&self, current: &Current, name: &str) -> bool {
        let ledger = &current.settled.ledger;
        match self.kind {
            NameKind::Csm => ledger.find_csm(name).is_some(),
            NameKind::Company => ledger.find_company(name).is_some(),
        }
    }
}
