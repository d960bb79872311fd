//! Handler of `POST /leaderboard/sample`: fills an empty embedded spreadsheet with sample data.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::post_with};
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use sheets_store::Batch;
use web::{
    error::{Error, FieldError},
    openapi::EndpointDocs,
};

use crate::{
    claims::{
        rows::NewSubmission,
        sample::{SampleOffer, sample_submissions},
    },
    routes::{BOARD, SAMPLE, TAG},
    state::Leaderboard,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        SAMPLE,
        post_with(load, |it| {
            it.about(TAG, "Fills an empty embedded spreadsheet with a believable data set.")
                .redirects()
        }),
    )
}

/// Fixed seed: the same rows every time, so a repeated click adds none.
const SEED: u64 = 10;

pub(crate) async fn load(State(leaderboard): State<Arc<Leaderboard>>) -> Result<Response, Error> {
    if leaderboard.sample == SampleOffer::NotOffered {
        return Err(Error::not_found());
    }
    let current = leaderboard.current().await?;
    if current.catalog.catalog.offered().next().is_none() {
        let message =
            "The catalog of integrations is empty, so there is nothing to claim. Add lines to integrations.txt.";
        return Err(Error::invalid(vec![FieldError::new("integrations", message)]));
    }
    if current.data.ledger.submissions().is_empty() {
        let zone = leaderboard.clock.zone();
        let rows = sample_submissions(SEED, current.now.timestamp(), &current.catalog.catalog);
        let inserts = rows
            .into_iter()
            .map(|row| NewSubmission::from_submission(row, zone).into_insert());
        leaderboard.commit(Batch::inserts(inserts)).await?;
    }
    Ok(Redirect::to(BOARD).into_response())
}
