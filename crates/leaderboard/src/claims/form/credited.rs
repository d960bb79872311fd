//! Handler of `GET /leaderboard/credited?company=`: credits of a company, for the form's script.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::HeaderMap,
    response::Response,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{
    error::Error,
    openapi::EndpointDocs,
    page::date_time,
    response::{Format, RenderedResponse},
};

use crate::{
    routes::{CREDITED, TAG, held_credit_address},
    state::Leaderboard,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        CREDITED,
        get_with(show, |it| {
            it.about(TAG, "What a company is credited with.")
                .answers::<CreditedResponse>(&[Format::Json])
        }),
    )
}

#[derive(Deserialize, JsonSchema)]
pub(crate) struct CreditedQuery {
    #[serde(default)]
    company: String,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<CreditedQuery>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let current = leaderboard.current().await?;
    let day =
        |at: jiff::Timestamp| date_time::day(at.to_zoned(current.now.time_zone().clone()).date(), current.now.date());
    let credited = current.data.ledger.credited_for(&query.company);
    let answer = CreditedResponse {
        credited: credited
            .into_iter()
            .map(|(integration, holder)| CreditedIntegration {
                dispute: held_credit_address(&query.company, &integration, None),
                integration,
                on: day(holder.at),
                csm: holder.csm,
                at: holder.at,
            })
            .collect(),
    };
    Ok(RenderedResponse::json(&answer)
        .map_err(Error::internal)?
        .respond(&headers))
}

/// Response of `GET /leaderboard/credited`, used by the form's script.
#[derive(Serialize, JsonSchema)]
pub struct CreditedResponse {
    /// Credited integrations of the company.
    pub credited: Vec<CreditedIntegration>,
}

/// A credited integration of a company.
#[derive(Serialize, JsonSchema)]
pub struct CreditedIntegration {
    /// Name of the integration.
    pub integration: String,
    /// Who holds the credit.
    pub csm: String,
    /// Instant of the credit.
    pub at: Timestamp,
    /// Day of the credit in words, such as `3 March`.
    pub on: String,
    /// Address of the form that disputes the credit.
    pub dispute: String,
}
