//! `GET /deals`: the dashboard, in every response format.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};

use super::{
    super::{
        answers::BoardAnswer,
        desk::{Current, Deals},
        listing::ListQuestion,
        view::BoardPage,
    },
    question::{Common, question},
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
};

pub(super) async fn show(
    State(deals): State<Arc<Deals>>,
    Query(common): Query<Common>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = common.asked(&headers, &uri, Face::REPORT)?;
    let question = ListQuestion {
        filter: question(&uri, (asked.language, deals.rules.lost_stage))?.filter,
        ..ListQuestion::default()
    };
    let current = deals.current().await?;
    let make = async || render(&deals, &current, &question, &asked).await;
    let rendered = deals.answered(&current, &asked, make).await?;
    Ok(common.remembering(rendered.respond(&headers), asked.language))
}

async fn render(deals: &Deals, current: &Current, question: &ListQuestion, asked: &Asked) -> Result<Rendered, Error> {
    match asked.face {
        Face::Html => {
            let overview = deals.overview(current, &question.filter).await;
            let page = BoardPage {
                question,
                overview: &overview,
                address: &asked.address,
            };
            Ok(Rendered::html(page.document(&deals.frame(current, asked.language))))
        }
        Face::Json => {
            let answer = BoardAnswer::of(&current.rows, &question.filter, &deals.context(current));
            Rendered::json(&answer).map_err(Error::internal)
        }
        _ => super::export::render(deals, current, question, asked).await,
    }
}
