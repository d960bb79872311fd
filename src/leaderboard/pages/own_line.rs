//! Handler of `GET /leaderboard/you`: rank of a CSM, with its neighbours.

use std::sync::Arc;

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    super::{
        answers::OwnLineAnswer,
        desk::{Current, Leaderboard},
        own_line::own_line,
        standings::Standings,
        view::{Own, OwnLinePage},
    },
    period,
};
use crate::{
    answer::{Face, Rendered},
    asked::Asked,
    error::Error,
    spelling::tidy,
};

#[derive(Deserialize, JsonSchema)]
pub(super) struct Question {
    csm: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

pub(super) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(question): Query<Question>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let asked = Asked::new(None, &headers, &uri, Face::PAGE)?;
    let period = period(question.from.as_deref(), question.to.as_deref())?;
    let typed = tidy(question.csm.as_deref().unwrap_or_default());
    let current = leaderboard.current().await?;
    let make = async || {
        let standings = leaderboard.standings(&current, period).await;
        render(&leaderboard, &current, &standings, (asked.face, &typed))
    };
    let rendered = leaderboard.answered(&current, asked.key(), make).await?;
    Ok(rendered.respond(&headers))
}

fn render(
    leaderboard: &Leaderboard,
    current: &Current,
    standings: &Standings,
    (face, typed): (Face, &str),
) -> Result<Rendered, Error> {
    let ledger = &current.settled.ledger;
    let csm = ledger.find_csm(typed).map(|csm| ledger.csm_shown(csm));
    let line = csm.and_then(|csm| own_line(&standings.by_csm, csm));
    if face != Face::Html {
        let answer = OwnLineAnswer {
            as_of: current.read_at,
            period: standings.period,
            csm,
            own_line: line,
        };
        return Rendered::json(&answer).map_err(Error::internal);
    }
    let own = match (typed, csm, line) {
        ("", _, _) => Own::Unasked,
        (_, None, _) => Own::Unknown(typed),
        (_, Some(csm), None) => Own::Unlisted(csm),
        (_, _, Some(line)) => Own::Listed(line),
    };
    let page = OwnLinePage {
        own,
        typed,
        period: standings.period,
        today: current.now.date(),
    };
    Ok(Rendered::html(page.document(&leaderboard.frame(current))))
}
