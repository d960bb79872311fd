//! What the pages about sales have in common: they look at filtered deals and at what became of them.

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

/// A request, as its handler was given it.
#[derive(Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) common: &'a Common,
    pub(super) headers: &'a HeaderMap,
    pub(super) uri: &'a Uri,
}

/// Everything that a page about sales is made of.
pub(super) struct Scene<'a> {
    pub(super) deals: &'a Deals,
    pub(super) current: &'a Current,
    pub(super) asked: &'a Asked,
    pub(super) filter: &'a DealFilter,
    pub(super) history: &'a StageHistory,
}

impl Scene<'_> {
    /// The deals that the filter lets through.
    pub(super) fn chosen(&self) -> Vec<&Deal> {
        let rows = &self.current.rows;
        let chosen = self.filter.select(&rows.deals, || rows.search_texts());
        chosen.deals(&rows.deals)
    }
}

/// The answer that `render` makes, unless it was made this very second.
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
