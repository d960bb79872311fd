//! `GET /deals/velocity`: sales velocity by month, assignee and sector, and time in each stage.

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
        desk::Deals,
        grouping::Property,
        velocity::{GroupVelocity, MonthVelocity, StageTime, Velocity, by_month, by_property, time_in_stages},
        view::velocity::VelocityPage,
    },
    question::Common,
    sales::{self, Scene, Sent},
};
use crate::{
    answer::{Face, Rendered},
    error::Error,
};

/// Sales velocity.
#[derive(Serialize, JsonSchema)]
pub(in super::super) struct VelocityAnswer {
    /// Time at which the spreadsheet was read.
    pub(in super::super) as_of: Timestamp,
    /// Filter as a query string.
    pub(in super::super) filter: String,
    /// Velocity of all deals that match the filter.
    pub(in super::super) velocity: Velocity,
    /// Velocity by month of creation, earliest first.
    pub(in super::super) months: Vec<MonthVelocity>,
    /// Velocity by assignee, fastest first.
    pub(in super::super) assignees: Vec<GroupVelocity>,
    /// Velocity by sector, fastest first.
    pub(in super::super) sectors: Vec<GroupVelocity>,
    /// Time in each open stage.
    pub(in super::super) stages: Vec<StageTime>,
    /// Time of the first recorded stage change; `None` without any.
    pub(in super::super) history_since: Option<Timestamp>,
    /// Missing data, as sentences.
    pub(in super::super) gaps: Vec<String>,
}

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<Common>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let sent = Sent {
        common: &common,
        headers: &headers,
        uri: &uri,
    };
    sales::answer(&deals, sent, Face::PAGE, render).await
}

fn render(scene: &Scene<'_>) -> Result<Rendered, Error> {
    let answer = answer(scene);
    let asked = scene.asked;
    if asked.face == Face::Json {
        return Rendered::json(&answer).map_err(Error::internal);
    }
    let zone = scene.deals.clock.zone();
    let page = VelocityPage {
        language: asked.language,
        filter: scene.filter,
        answer: &answer,
        history_since: answer.history_since.map(|since| since.to_zoned(zone.clone()).date()),
    };
    let frame = scene.deals.frame(scene.current, asked.language);
    Ok(Rendered::html(page.document(&frame, &asked.address)))
}

fn answer(scene: &Scene<'_>) -> VelocityAnswer {
    let (current, history) = (scene.current, scene.history);
    let chosen = scene.chosen();
    let velocity = Velocity::of(&chosen, history);
    let gaps = velocity.gaps().into_iter();
    VelocityAnswer {
        as_of: current.read_at,
        filter: scene.filter.to_query(),
        gaps: gaps.map(|gap| gap.message(scene.asked.language)).collect(),
        velocity,
        months: by_month(&chosen, history, scene.deals.clock.zone()),
        assignees: by_property(&chosen, history, Property::Assignee),
        sectors: by_property(&chosen, history, Property::Sector),
        stages: time_in_stages(&chosen, history, current.now.timestamp()),
        history_since: history.since(),
    }
}
