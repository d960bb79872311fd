//! `GET /deals/what-if`: the figures under the scenario inputs in the address.

use std::sync::Arc;

use axum::{
    extract::{Query, RawQuery, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        desk::Deals,
        levers::{LeverError, Levers},
        velocity::Velocity,
        view::what_if::WhatIfPage,
        what_if::{Figures, WhatIf},
    },
    question::{Common, question},
    sales::{self, Scene, Sent},
};
use crate::{
    answer::{Face, Rendered},
    error::{Error, FieldError},
};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DealsWhatIf")]
pub(super) struct Answer {
    as_of: Timestamp,
    /// Filter as a query string.
    filter: String,
    /// Number of deals that match it.
    deals: usize,
    #[serde(flatten)]
    what_if: WhatIf,
    /// Reasons why a figure is unknown.
    gaps: Vec<String>,
}

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<Common>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = Sent {
        common: &common,
        headers: &headers,
        uri: &uri,
    };
    let query = query.unwrap_or_default();
    match Levers::parse(&query) {
        Ok(levers) => sales::answer(&deals, sent, Face::PAGE, |scene| render(scene, &query, levers)).await,
        Err(errors) => refused(&deals, sent, (&query, &errors)).await,
    }
}

fn render(scene: &Scene<'_>, query: &str, levers: Levers) -> Result<Rendered, Error> {
    let (chosen, asked) = (scene.chosen(), scene.asked);
    let what_if = WhatIf::of(&Figures::of(&chosen, scene.history), levers);
    let gaps = Velocity::of(&chosen, scene.history).gaps();
    let gaps: Vec<String> = gaps.into_iter().map(|gap| gap.message(asked.language)).collect();
    if asked.face == Face::Json {
        let answer = Answer {
            as_of: scene.current.read_at,
            filter: scene.filter.to_query(),
            deals: chosen.len(),
            what_if,
            gaps,
        };
        return Rendered::json(&answer).map_err(Error::internal);
    }
    let page = WhatIfPage {
        language: asked.language,
        filter: scene.filter,
        query,
        errors: &[],
        deals: chosen.len(),
        answer: Some(&what_if),
        gaps: &gaps,
    };
    let frame = scene.deals.frame(scene.current, asked.language);
    Ok(Rendered::html(page.document(&frame, &asked.address)))
}

/// Page with the values as typed and an error message at each field.
async fn refused(deals: &Deals, sent: Sent<'_>, (query, errors): (&str, &[LeverError])) -> Result<Response, Error> {
    let asked = sent.common.asked(sent.headers, sent.uri, Face::PAGE)?;
    let filter = question(sent.uri, (asked.language, deals.rules.lost_stage))?.filter;
    if asked.face == Face::Json {
        let fields = errors
            .iter()
            .map(|error| FieldError::new(error.lever.field(), error.message(asked.language)));
        return Err(Error::bad_question(fields.collect()));
    }
    let current = deals.current().await?;
    let page = WhatIfPage {
        language: asked.language,
        filter: &filter,
        query,
        errors,
        deals: 0,
        answer: None,
        gaps: &[],
    };
    let document = page.document(&deals.frame(&current, asked.language), &asked.address);
    let mut response = Rendered::html(document).respond(sent.headers);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
