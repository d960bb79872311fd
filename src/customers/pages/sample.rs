//! Handler of `POST /customers/sample`: loads sample data into an empty embedded spreadsheet.

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

/// Fixed seed, so that a repeated request adds no customers.
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
