//! Handler of `GET /leaderboard/submit`: the claim form on its own page, prefilled from the query.

use std::sync::Arc;

use aide::axum::{ApiRouter, routing::get_with};
use axum::{
    extract::{RawQuery, State},
    http::header,
    response::{Html, IntoResponse, Response},
};
use jiff::Zoned;
use uuid::Uuid;
use web::{
    error::{Error, FieldError},
    openapi::EndpointDocs,
    page::field::FormValue,
};

use crate::{
    claims::{
        catalog::Catalog,
        form::{
            fields::{ChoiceState, IntegrationChoice, NameSuggestions, SubmitForm},
            validation::SubmissionRequest,
            view::{SubmitPage, SubmitProblem},
        },
    },
    names::view::SimilarNames,
    routes::{SUBMIT, TAG},
    snapshot::BoardSnapshot,
    state::Leaderboard,
};

/// Routes of this page.
pub(crate) fn router() -> ApiRouter<Arc<Leaderboard>> {
    ApiRouter::new().api_route(
        SUBMIT,
        get_with(show, |it| {
            it.about(TAG, "The form for a claim, filled from its address.")
                .asks::<SubmissionRequest>()
                .serves("text/html")
        }),
    )
}

pub(crate) async fn show(
    State(leaderboard): State<Arc<Leaderboard>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let pairs =
        serde_urlencoded::from_str(query.as_deref().unwrap_or_default()).map_err(|_| Error::unreadable_address())?;
    let sent = SubmissionRequest::from_pairs(pairs);
    let filling = FormValues {
        sent: SubmissionRequest {
            key: Uuid::new_v4().to_string(),
            ..sent
        },
        shown_at: leaderboard.clock.zoned_now(),
        complaints: Vec::new(),
        looks_like: SimilarNames::default(),
    };
    Ok(page(&leaderboard, filling, None).await)
}

/// Values of the form.
pub(crate) struct FormValues {
    pub(crate) sent: SubmissionRequest,
    pub(crate) shown_at: Zoned,
    pub(crate) complaints: Vec<FieldError>,
    /// Known names similar to the typed ones.
    pub(crate) looks_like: SimilarNames,
}

impl FormValues {
    /// An empty form.
    pub(crate) fn blank(key: String, shown_at: &Zoned) -> Self {
        Self {
            sent: SubmissionRequest {
                key,
                ..SubmissionRequest::default()
            },
            shown_at: shown_at.clone(),
            complaints: Vec::new(),
            looks_like: SimilarNames::default(),
        }
    }

    fn complaint(&self, field: &str) -> Option<String> {
        self.complaints
            .iter()
            .find(|complaint| complaint.field == field)
            .map(|complaint| complaint.message.clone())
    }
}

/// Page with the form. Also rendered when the spreadsheet is unreachable, without the data that needs it.
pub(crate) async fn page(leaderboard: &Leaderboard, filling: FormValues, trouble: Option<SubmitProblem>) -> Response {
    let current = match trouble {
        // After a failed write, do not wait for a read as well.
        Some(SubmitProblem::Unreachable { .. }) => leaderboard.at_hand().await,
        _ => leaderboard.current().await.ok(),
    };
    let catalog = leaderboard.catalog();
    let now = leaderboard.clock.zoned_now();
    let frame = current.as_ref().map_or_else(
        || leaderboard.bare_frame().clone(),
        |current| leaderboard.frame(current),
    );
    let page = SubmitPage {
        form: form(current.as_ref(), &catalog.catalog, filling),
        trouble,
        now,
    };
    // The form holds a unique key, so shared caches must not store it; the browser may, for Back.
    (
        [(header::CACHE_CONTROL, "private, no-cache")],
        Html(page.document(&frame)),
    )
        .into_response()
}

/// The form with `filling` and the existing credits of its company.
pub(crate) fn form(current: Option<&BoardSnapshot>, catalog: &Catalog, filling: FormValues) -> SubmitForm {
    let company = Some(filling.sent.company.as_str()).filter(|company| !company.trim().is_empty());
    let integrations = match current {
        Some(current) => current
            .settled
            .ledger
            .form_choices(company)
            .into_iter()
            .map(|choice| IntegrationChoice {
                state: choice.credited_to.map_or_else(
                    || ticked(&choice.integration, &filling.sent, catalog),
                    ChoiceState::Credited,
                ),
                name: choice.integration,
            })
            .collect(),
        None => catalog
            .offered()
            .map(|offered| IntegrationChoice {
                state: ticked(&offered.name, &filling.sent, catalog),
                name: offered.name.clone(),
            })
            .collect(),
    };
    SubmitForm {
        integrations_error: filling.complaint("integrations"),
        csm: FormValue {
            error: filling.complaint("csm"),
            value: filling.sent.csm.clone(),
        },
        company: FormValue {
            error: filling.complaint("company"),
            value: filling.sent.company.clone(),
        },
        shown_at: filling.shown_at.timestamp().as_millisecond().to_string(),
        key: filling.sent.key,
        looks_like: filling.looks_like,
        integrations,
        suggestions: NameSuggestions {
            csms: current.map(|current| current.settled.csms.clone()).unwrap_or_default(),
            companies: current
                .map(|current| current.settled.companies.clone())
                .unwrap_or_default(),
            integrations: Vec::new(),
        },
    }
}

fn ticked(name: &str, sent: &SubmissionRequest, catalog: &Catalog) -> ChoiceState {
    let names = sent.integrations.iter().flat_map(|value| value.split(','));
    let mut found = names.filter_map(|typed| catalog.find(typed));
    if found.any(|integration| integration.name == name) {
        ChoiceState::Ticked
    } else {
        ChoiceState::Open
    }
}
