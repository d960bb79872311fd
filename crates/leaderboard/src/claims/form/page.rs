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
    snapshot::LeaderboardSnapshot,
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
    let request = SubmissionRequest::from_pairs(pairs);
    let values = FormValues {
        request: SubmissionRequest {
            key: Uuid::new_v4().to_string(),
            ..request
        },
        shown_at: leaderboard.clock.zoned_now(),
        field_errors: Vec::new(),
        similar_names: SimilarNames::default(),
    };
    Ok(page(&leaderboard, values, None).await)
}

/// Values of the form.
pub(crate) struct FormValues {
    pub(crate) request: SubmissionRequest,
    pub(crate) shown_at: Zoned,
    pub(crate) field_errors: Vec<FieldError>,
    /// Known names similar to the typed ones.
    pub(crate) similar_names: SimilarNames,
}

impl FormValues {
    /// An empty form.
    pub(crate) fn blank(key: String, shown_at: &Zoned) -> Self {
        Self {
            request: SubmissionRequest {
                key,
                ..SubmissionRequest::default()
            },
            shown_at: shown_at.clone(),
            field_errors: Vec::new(),
            similar_names: SimilarNames::default(),
        }
    }

    fn field_error(&self, field: &str) -> Option<String> {
        self.field_errors
            .iter()
            .find(|field_error| field_error.field == field)
            .map(|field_error| field_error.message.clone())
    }
}

/// Page with the form. Also rendered when the spreadsheet is unreachable, without the data that needs it.
pub(crate) async fn page(leaderboard: &Leaderboard, values: FormValues, problem: Option<SubmitProblem>) -> Response {
    let current = match problem {
        // After a failed write, do not wait for a read as well.
        Some(SubmitProblem::Unreachable { .. }) => leaderboard.cached().await,
        _ => leaderboard.current().await.ok(),
    };
    let catalog = leaderboard.catalog();
    let now = leaderboard.clock.zoned_now();
    let frame = current.as_ref().map_or_else(
        || leaderboard.bare_frame().clone(),
        |current| leaderboard.frame(current),
    );
    let page = SubmitPage {
        form: form(current.as_ref(), &catalog.catalog, values),
        problem,
        now,
    };
    // The form holds a unique key, so shared caches must not store it; the browser may, for Back.
    (
        [(header::CACHE_CONTROL, "private, no-cache")],
        Html(page.document(&frame)),
    )
        .into_response()
}

/// The form with `values` and the existing credits of its company.
pub(crate) fn form(current: Option<&LeaderboardSnapshot>, catalog: &Catalog, values: FormValues) -> SubmitForm {
    let company = Some(values.request.company.as_str()).filter(|company| !company.trim().is_empty());
    let integrations = match current {
        Some(current) => current
            .data
            .ledger
            .form_choices(company)
            .into_iter()
            .map(|choice| IntegrationChoice {
                state: choice.credited_to.map_or_else(
                    || ticked(&choice.integration, &values.request, catalog),
                    ChoiceState::Credited,
                ),
                name: choice.integration,
            })
            .collect(),
        None => catalog
            .offered()
            .map(|offered| IntegrationChoice {
                state: ticked(&offered.name, &values.request, catalog),
                name: offered.name.clone(),
            })
            .collect(),
    };
    SubmitForm {
        integrations_error: values.field_error("integrations"),
        csm: FormValue {
            error: values.field_error("csm"),
            value: values.request.csm.clone(),
        },
        company: FormValue {
            error: values.field_error("company"),
            value: values.request.company.clone(),
        },
        shown_at: values.shown_at.timestamp().as_millisecond().to_string(),
        key: values.request.key,
        similar_names: values.similar_names,
        integrations,
        suggestions: NameSuggestions {
            csms: current.map(|current| current.data.csms.clone()).unwrap_or_default(),
            companies: current
                .map(|current| current.data.companies.clone())
                .unwrap_or_default(),
            integrations: Vec::new(),
        },
    }
}

fn ticked(name: &str, request: &SubmissionRequest, catalog: &Catalog) -> ChoiceState {
    let names = request.integrations.iter().flat_map(|value| value.split(','));
    let mut claimed = names.filter_map(|typed| catalog.find(typed));
    if claimed.any(|integration| integration.name == name) {
        ChoiceState::Ticked
    } else {
        ChoiceState::Open
    }
}
