//! `GET /deals/velocity`: how fast deals bring money, over time, by assignee and sector, and where they stay.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{
    super::{
        desk::{Current, Deals},
        filter::DealFilter,
        grouping::Property,
        history::StageHistory,
        velocity::{GroupVelocity, MonthVelocity, StageTime, Velocity, by_month, by_property, time_in_stages},
        view::velocity::VelocityPage,
    },
    question::{Common, question},
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
    language::Language,
};

/// How fast deals bring money.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct VelocityAnswer {
    /// When the spreadsheet was read.
    pub(in super::super) as_of: Timestamp,
    /// The filter as the query of an address.
    pub(in super::super) filter: String,
    /// Of all deals that the filter lets through.
    pub(in super::super) velocity: Velocity,
    /// By the month in which deals were created, the earliest first.
    pub(in super::super) months: Vec<MonthVelocity>,
    /// By assignee, the fastest first.
    pub(in super::super) assignees: Vec<GroupVelocity>,
    /// By sector, the fastest first.
    pub(in super::super) sectors: Vec<GroupVelocity>,
    /// Time in each status that a deal can leave.
    pub(in super::super) stages: Vec<StageTime>,
    /// The first change that the history knows; `None` without any.
    pub(in super::super) history_since: Option<Timestamp>,
    /// What is missing, in sentences.
    pub(in super::super) gaps: Vec<String>,
}

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<Common>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = common.asked(&headers, &uri, Face::PAGE)?;
    let filter = question(&uri, asked.language)?.filter;
    let current = deals.current().await?;
    let make = async || {
        let history = deals.history(&current).await?;
        let answer = answer(&deals, &current, (&filter, &history), asked.language);
        render(&deals, &current, &asked, (&filter, &answer))
    };
    let answer = deals.answered(&current, &asked, make).await?.respond(&headers);
    Ok(common.remembering(answer, asked.language))
}

fn render(
    deals: &Deals,
    current: &Current,
    asked: &Asked,
    (filter, answer): (&DealFilter, &VelocityAnswer),
) -> Result<Rendered, Error> {
    if asked.face == Face::Json {
        return Rendered::json(answer).map_err(Error::internal);
    }
    let page = VelocityPage {
        language: asked.language,
        filter,
        answer,
        history_since: answer
            .history_since
            .map(|since| since.to_zoned(deals.clock.zone().clone()).date()),
    };
    Ok(Rendered::html(
        page.document(&deals.frame(current, asked.language), &asked.address),
    ))
}

fn answer(
    deals: &Deals,
    current: &Current,
    (filter, history): (&DealFilter, &StageHistory),
    language: Language,
) -> VelocityAnswer {
    let rows = &current.rows;
    let chosen = filter.select(&rows.deals, || rows.search_texts()).deals(&rows.deals);
    let velocity = Velocity::of(&chosen, history);
    VelocityAnswer {
        as_of: current.read_at,
        filter: filter.to_query(),
        gaps: velocity.gaps().into_iter().map(|gap| gap.message(language)).collect(),
        velocity,
        months: by_month(&chosen, history, deals.clock.zone()),
        assignees: by_property(&chosen, history, Property::Assignee),
        sectors: by_property(&chosen, history, Property::Sector),
        stages: time_in_stages(&chosen, history, current.now.timestamp()),
        history_since: history.since(),
    }
}
