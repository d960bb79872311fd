//! Handler of `POST /customers/sample`: loads sample data into an empty embedded spreadsheet.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use web::error::Error;

use crate::{
    routes::BOARD,
    sample::{
        SampleAvailability,
        generator::{earlier_scores, sample_pages},
        sample_availability,
    },
    state::Customers,
};

/// Fixed seed, so that a repeated request adds no customers.
const SAMPLE_SEED: u64 = 5;

pub(crate) async fn load_sample(State(customers): State<Arc<Customers>>) -> Result<Response, Error> {
    if sample_availability(customers.source) == SampleAvailability::NotOffered {
        return Err(Error::not_found());
    }
    let current = customers.current().await?;
    if current.rows.current().next().is_none() {
        let pages = sample_pages(SAMPLE_SEED, customers.clock.now(), current.currency);
        customers.sync.import_pages(pages, "sample data").await?;
        let scoring = customers.sync.scoring();
        let scored = scoring.score_all(&scoring.load_inputs().await?);
        scoring
            .insert_earlier_scores(&earlier_scores(&scored, customers.clock.today()))
            .await?;
    }
    Ok(Redirect::to(BOARD).into_response())
}
