//! Handler of `GET /leaderboard/credited?company=`: credits of a company, for the form's script.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::{
    answers::{CreditedAnswer, CreditedIntegration},
    desk::Leaderboard,
    view::disputes::held_credit_address,
};
use crate::{answer::Rendered, error::Error, page::moment};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    #[serde(default)]
    company: String,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    let day =
        |at: jiff::Timestamp| moment::day(at.to_zoned(current.now.time_zone().clone()).date(), current.now.date());
    let credited = current.settled.ledger.credited_for(&question.company);
    let answer = CreditedAnswer {
        credited: credited
            .into_iter()
            .map(|(integration, holder)| CreditedIntegration {
                dispute: held_credit_address((&question.company, &integration), None),
                integration,
                on: day(holder.at),
                csm: holder.csm,
                at: holder.at,
            })
            .collect(),
    };
    Ok(Rendered::json(&answer).map_err(Error::internal)?.respond(&headers))
}
