//! `GET /deals/what-if`: what would become of the figures, with the levers in the address.

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
        desk::{Current, Deals},
        filter::DealFilter,
        history::StageHistory,
        levers::{LeverError, Levers},
        velocity::Velocity,
        view::what_if::WhatIfPage,
        what_if::{Figures, WhatIf},
    },
    question::{Common, question},
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::{Error, FieldError},
};

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "DealsWhatIf")]
pub(super) struct Answer {
    as_of: Timestamp,
    /// The filter as the query of an address.
    filter: String,
    /// How many deals it lets through.
    deals: usize,
    #[serde(flatten)]
    what_if: WhatIf,
    /// Why a figure is not known.
    gaps: Vec<String>,
}

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<Common>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = common.asked(&headers, &uri, Face::PAGE)?;
    let query = query.unwrap_or_default();
    let filter = question(&uri, asked.language)?.filter;
    let current = deals.current().await?;
    let levers = match Levers::parse(&query) {
        Ok(levers) => levers,
        Err(errors) => return refused(&deals, &current, &asked, (&filter, &query, &errors), &headers),
    };
    let make = async || {
        let history = deals.history(&current).await?;
        render(&deals, &current, &asked, (&filter, &query, levers.clone()), &history)
    };
    let answer = deals.answered(&current, &asked, make).await?.respond(&headers);
    Ok(common.remembering(answer, asked.language))
}

type Put<'a> = (&'a DealFilter, &'a str, Levers);

fn render(
    deals: &Deals,
    current: &Current,
    asked: &Asked,
    (filter, query, levers): Put<'_>,
    history: &StageHistory,
) -> Result<Rendered, Error> {
    let rows = &current.rows;
    let chosen = filter.select(&rows.deals, || rows.search_texts()).deals(&rows.deals);
    let what_if = WhatIf::of(&Figures::of(&chosen, history), levers);
    let gaps = Velocity::of(&chosen, history).gaps();
    let gaps: Vec<String> = gaps.into_iter().map(|gap| gap.message(asked.language)).collect();
    if asked.face == Face::Json {
        let answer = Answer {
            as_of: current.read_at,
            filter: filter.to_query(),
            deals: chosen.len(),
            what_if,
            gaps,
        };
        return Rendered::json(&answer).map_err(Error::internal);
    }
    let page = WhatIfPage {
        language: asked.language,
        filter,
        query,
        errors: &[],
        deals: chosen.len(),
        answer: Some(&what_if),
        gaps: &gaps,
    };
    Ok(Rendered::html(
        page.document(&deals.frame(current, asked.language), &asked.address),
    ))
}

/// What was typed stays in its field, with what is wrong with it beside it.
fn refused(
    deals: &Deals,
    current: &Current,
    asked: &Asked,
    (filter, query, errors): (&DealFilter, &str, &[LeverError]),
    headers: &HeaderMap,
) -> Result<Response, Error> {
    if asked.face == Face::Json {
        let fields = errors
            .iter()
            .map(|error| FieldError::new(error.lever.field(), error.message(asked.language)));
        return Err(Error::bad_question(fields.collect()));
    }
    let page = WhatIfPage {
        language: asked.language,
        filter,
        query,
        errors,
        deals: 0,
        answer: None,
        gaps: &[],
    };
    let document = page.document(&deals.frame(current, asked.language), &asked.address);
    let mut response = Rendered::html(document).respond(headers);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
