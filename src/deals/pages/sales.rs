//! Request handling shared by the sales pages: filtered deals with their stage history.

use axum::{
    http::{HeaderMap, Uri},
    response::Response,
};

use super::{
    super::{
        deal::Deal,
        desk::{Current, Deals},
        filter::DealFilter,
        history::StageHistory,
    },
    question::{Common, question},
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
};

/// Parts of a request, as the handler received them.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) common: &'a Common,
    pub(super) headers: &'a HeaderMap,
    pub(super) uri: &'a Uri,
}

/// Inputs of a sales page.
pub(super) struct Scene<'a> {
    pub(super) deals: &'a Deals,
    pub(super) current: &'a Current,
    pub(super) asked: &'a Asked,
    pub(super) filter: &'a DealFilter,
    pub(super) history: &'a StageHistory,
}

impl Scene<'_> {
    /// Deals that match the filter.
    pub(super) fn chosen(&self) -> Vec<&Deal> {
        let rows = &self.current.rows;
        let chosen = self.filter.select(&rows.deals, || rows.search_texts());
        chosen.deals(&rows.deals)
    }
}

/// Response made by `render`, or taken from the cache.
pub(super) async fn answer(
    deals: &Deals,
    sent: Sent<'_>,
    offered: &'static [Face],
    render: impl FnOnce(&Scene<'_>) -> Result<Rendered, Error>,
) -> Result<Response, Error> {
    let asked = sent.common.asked(sent.headers, sent.uri, offered)?;
    let filter = question(sent.uri, (asked.language, deals.rules.lost_stage))?.filter;
    let current = deals.current().await?;
    let make = async || {
        render(&Scene {
            deals,
            current: &current,
            asked: &asked,
            filter: &filter,
            history: &deals.history(&current).await?,
        })
    };
    let answer = deals.answered(&current, &asked, make).await?.respond(sent.headers);
    Ok(sent.common.remembering(answer, asked.language))
}
