//! `POST /customers/sample`: fills an empty embedded spreadsheet with a believable small company.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    super::{
        desk::Customers,
        sample::{past_scores, sample_pages},
        view::{BOARD, checklist::SampleState},
    },
    syncs::sample_state,
};
use crate::error::Error;

/// Always the same customers, so that a second click adds none.
const SEED: u64 = 5;

pub(super) async fn load(State(customers): State<Arc<Customers>>) -> Result<Response, Error> {
    if sample_state(customers.source) == SampleState::NotOffered {
        return Err(Error::not_found());
    }
    let current = customers.current().await?;
    if current.rows.current().next().is_none() {
        let pages = sample_pages(SEED, customers.clock.now(), current.currency);
        customers.syncing.bring(pages, "sample data").await?;
        let scoring = customers.syncing.scoring();
        let scored = scoring.score_all(&scoring.books().await?);
        scoring.make_up(&past_scores(&scored, customers.clock.today())).await?;
    }
    Ok(Redirect::to(BOARD).into_response())
}
