//! Handler of `GET /leaderboard/claims`: the rows behind a number.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{Query, State},
    http::{HeaderMap, Uri},
    response::Response,
};
use domain::period::Period;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;
use web::{
    error::{Error, FieldError},
    openapi::{
        EndpointDocs,
        parameters::{choice, day, moment},
    },
    request_context::RequestContext,
    response::{Format, ListPage, RenderedResponse},
};

use crate::{
    claims::{
        form::fields::NameSuggestions,
        list::{
            ClaimFilter, MatchingClaims, OutcomeFilter,
            answers::{ClaimsResponse, claims_sheet},
            link::ClaimsLink,
            view::ClaimsPage,
        },
    },
    disputes::Dispute,
    routes::{CLAIMS, TAG},
    snapshot::LeaderboardSnapshot,
    state::Leaderboard,
    ui::{paging::Paging, request::parse_period},
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        CLAIMS,
        get_with(show, |it| {
            it.about(TAG, "The rows behind a number, latest first.")
                .answers::<ClaimsResponse<'_>>(Format::TABLE)
        }),
    )
}

/// Rows per page.
const ROWS_PER_PAGE: usize = 100;
/// Rows per page in JSON: less than 1 MB with the longest names that the form accepts.
const ROWS_PER_JSON_PAGE: usize = 500;

#[derive(Deserialize, JsonSchema)]
pub(crate) struct ClaimsQuery {
    csm: Option<String>,
    integration: Option<String>,
    company: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "day")]
    from: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "day")]
    to: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "outcomes")]
    outcome: Option<String>,
    submission: Option<String>,
    /// Number of the page, 1 for the first.
    page: Option<String>,
    #[serde(default)]
    #[schemars(schema_with = "moment")]
    as_of: Option<String>,
    format: Option<String>,
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    Query(query): Query<ClaimsQuery>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Error> {
    let request = RequestContext::new(query.format.as_deref(), &headers, &uri, Format::TABLE)?;
    let filter = query.filter()?;
    let current = leaderboard.current_as_of(query.as_of.as_deref()).await?;
    let filter = filter.as_of(current.past.as_ref());
    // Claims are shown without disputes when that tab cannot be read.
    let disputes = leaderboard.disputes().await.ok();
    let version = disputes.as_ref().map(|disputes| disputes.snapshot.version);
    let disputes = disputes.map(|disputes| Arc::clone(&disputes.snapshot.data));
    let disputes = disputes.as_ref().map_or(&[][..], |disputes| &disputes.list);
    let selection = ClaimsSelection {
        filter: &filter,
        disputes,
        page: query.page.as_deref(),
    };
    let render_response = async || render(&leaderboard, &current, &selection, &request);
    let key = format!("{} disputes {version:?}", request.key());
    let rendered = leaderboard.cached_response(&current, key, render_response).await?;
    Ok(rendered.respond(&headers))
}

impl ClaimsQuery {
    fn filter(&self) -> Result<ClaimsLink, Error> {
        let period = parse_period(self.from.as_deref(), self.to.as_deref())?;
        let given = |value: &Option<String>| {
            value
                .as_deref()
                .map(str::trim)
                .filter(|value| !value.is_empty())
                .map(str::to_owned)
        };
        Ok(ClaimsLink {
            csm: given(&self.csm),
            integration: given(&self.integration),
            company: given(&self.company),
            from: period.from,
            to: period.to,
            outcome: given(&self.outcome).map(|word| parse_outcome(&word)).transpose()?,
            submission: given(&self.submission),
            as_of: None,
        })
    }
}

fn outcomes(_: &mut SchemaGenerator) -> Schema {
    choice(OutcomeFilter::ALL.map(OutcomeFilter::name))
}

fn parse_outcome(word: &str) -> Result<OutcomeFilter, Error> {
    let known = OutcomeFilter::ALL.into_iter().find(|outcome| outcome.name() == word);
    known.ok_or_else(|| {
        let words = OutcomeFilter::ALL.map(OutcomeFilter::name).join(", ");
        let message = format!("“{word}” is nothing that a claim comes to. Choose one of {words}, or leave it out.");
        Error::invalid_query(vec![FieldError::new("outcome", message)])
    })
}

/// Claims to show, with the disputes about them.
struct ClaimsSelection<'a> {
    filter: &'a ClaimsLink,
    disputes: &'a [Dispute],
    /// Number of the page.
    page: Option<&'a str>,
}

fn render(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    selection: &ClaimsSelection<'_>,
    request: &RequestContext,
) -> Result<RenderedResponse, Error> {
    let filter = selection.filter;
    let period = Period {
        from: filter.from,
        to: filter.to,
    };
    let matching = current.data.ledger.matching_claims(&ClaimFilter {
        csm: filter.csm.clone(),
        integration: filter.integration.clone(),
        company: filter.company.clone(),
        span: period.span(leaderboard.clock.zone()),
        outcome: filter.outcome,
        submission: filter.submission.clone(),
    });
    let link = |row| current.data.rows.submission_link.row(row);
    if request.format == Format::Html {
        let document = document(leaderboard, current, selection, &matching);
        return Ok(RenderedResponse::html(document));
    }
    let page = ListPage::new(selection.page, ROWS_PER_JSON_PAGE);
    let total = matching.len();
    let lines = match request.format {
        Format::Json => matching.lines(page.range(total), link),
        _ => matching.lines(0..total, link),
    };
    match request.format {
        Format::Csv => Ok(RenderedResponse::csv(&claims_sheet(
            &lines,
            current.read_at,
            leaderboard.clock.zone(),
        ))),
        Format::Xlsx => RenderedResponse::xlsx(&claims_sheet(&lines, current.read_at, leaderboard.clock.zone())),
        _ => RenderedResponse::json(&ClaimsResponse {
            as_of: current.read_at,
            filter,
            claims: &lines,
            cut: page.cut("claims", total, &request.address).into_iter().collect(),
        })
        .map_err(Error::internal),
    }
}

fn document(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    selection: &ClaimsSelection<'_>,
    matching: &MatchingClaims<'_>,
) -> String {
    let requested = ListPage::new(selection.page, ROWS_PER_PAGE);
    let pages = requested.pages(matching.len());
    let page = if requested.number() > pages {
        1
    } else {
        requested.number()
    };
    let lines = matching.lines((page - 1) * ROWS_PER_PAGE..page * ROWS_PER_PAGE, |row| {
        current.data.rows.submission_link.row(row)
    });
    ClaimsPage {
        filter: selection.filter.clone(),
        lines: &lines,
        disputes: selection.disputes,
        past: current.past,
        totals: matching.totals(),
        paging: Paging {
            page: u32::try_from(page).unwrap_or(u32::MAX),
            pages: u32::try_from(pages).unwrap_or(u32::MAX),
        },
        suggestions: NameSuggestions {
            csms: current.data.csms.clone(),
            companies: current.data.companies.clone(),
            integrations: current
                .catalog
                .catalog
                .integrations()
                .iter()
                .map(|integration| integration.name.clone())
                .collect(),
        },
        now: current.now.clone(),
    }
    .document(&leaderboard.frame(current))
}
