//! `GET /deals/list`: the deals behind a figure, page by page.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};

use super::{
    super::{
        answers::{ListAnswer, Page},
        desk::{Current, Deals},
        listing::ListQuestion,
        view::{ListPage, notice::Notice},
    },
    question::Common,
    sent::Caller,
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
    let asked = common.asked(&headers, &uri, Face::TABLE)?;
    let question = common.question(&uri, (asked.language, deals.rules.lost_stage))?;
    let current = deals.current().await?;
    let notice = Caller::of(&headers, &uri).notice();
    let make = async || match asked.face {
        Face::Html | Face::Json => render(&deals, &current, &question, (&asked, common.page(), notice)).await,
        _ => super::export::render(&deals, &current, &question, &asked).await,
    };
    let rendered = deals.answered(&current, &asked, make).await?;
    Ok(common.remembering(rendered.respond(&headers), asked.language))
}

async fn render(
    deals: &Deals,
    current: &Current,
    question: &ListQuestion,
    (asked, number, notice): (&Asked, usize, Option<Notice>),
) -> Result<Rendered, Error> {
    let listing = deals.listing(current, question).await;
    let page = Page {
        number,
        as_of: current.read_at,
    };
    let list = ListAnswer::of(&current.rows, question, &listing, page);
    if asked.face == Face::Json {
        return Rendered::json(&list).map_err(Error::internal);
    }
    let page = ListPage {
        question,
        list: &list,
        facets: &listing.facets,
        notice,
        lost_stage: deals.rules.lost_stage,
        now: &current.now,
        address: &asked.address,
    };
    Ok(Rendered::html(page.document(&deals.frame(current, asked.language))))
}
