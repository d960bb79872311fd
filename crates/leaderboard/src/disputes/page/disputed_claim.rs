//! Handlers of a dispute by a CSM without a claim: the claim form locks credited integrations, so claim and dispute are
//! written together.

use axum::{
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use domain::{language::Language, normalize::normalize, person::PersonKey};
use sheets_store::NewId;
use uuid::Uuid;
use web::{
    error::{Error, FieldError},
    page::field::FormValue,
    request_context::idempotency_key,
    response::RenderedResponse,
};

use crate::{
    claims::{
        form::validation::{SubmissionError, SubmissionRequest, ValidSubmission},
        rows::NewSubmission,
        submission::SubmissionStatus,
    },
    disputes::{
        DisputeRequest,
        new_dispute::{DisputableClaim, HeldCredit},
        page::{list_address, nothing_to_dispute, record, unprocessable, wants_page},
        view::{Claimant, DisputeForm},
    },
    snapshot::LeaderboardSnapshot,
    state::Leaderboard,
};

/// Shows the form, or the existing dispute of this CSM.
pub(crate) async fn form(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    query: DisputeRequest,
) -> Result<Response, Error> {
    let credit = held_credit(current, &query)?;
    let disputes = leaderboard.disputes().await?;
    let existing = disputes.snapshot.data.list.iter().find(|dispute| {
        dispute.is_about_credit(&credit.company, &credit.integration)
            && PersonKey::of(&dispute.csm).is_some_and(|csm| PersonKey::of(&query.csm) == Some(csm))
    });
    if let Some(existing) = existing {
        return Ok(Redirect::to(&list_address(&existing.csm)).into_response());
    }
    let query = DisputeRequest {
        key: Uuid::new_v4().to_string(),
        ..query
    };
    Ok(page(leaderboard, current, &credit, query, &[]))
}

/// Writes the claim and the dispute.
pub(crate) async fn receive(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    headers: &HeaderMap,
    request: DisputeRequest,
) -> Result<Response, Error> {
    let credit = held_credit(current, &request)?;
    let key = idempotency_key(headers, Some(&request.key), Language::English);
    let request = DisputeRequest {
        key: key.map_err(|error| Error::invalid(vec![error]))?.unwrap_or_default(),
        ..request
    };
    let at = leaderboard.clock.zoned_now();
    let claim = claim(leaderboard, &credit, &request);
    let disputable = DisputableClaim {
        claim: claim.as_ref().map(ValidSubmission::id).unwrap_or_default(),
        csm: request.csm.trim().to_owned(),
        credit: credit.clone(),
    };
    let (claim, dispute) = match (claim, disputable.dispute(&request.reason, &at)) {
        (Ok(claim), Ok(dispute)) => (claim, dispute),
        (claim, dispute) => {
            let field_errors = claim
                .err()
                .into_iter()
                .flatten()
                .chain(dispute.err())
                .collect::<Vec<_>>();
            let has_field = |field_error: &FieldError| matches!(&*field_error.field, "csm" | "reason");
            return if wants_page(headers) && field_errors.iter().all(has_field) {
                Ok(unprocessable(page(
                    leaderboard,
                    current,
                    &credit,
                    request,
                    &field_errors,
                )))
            } else {
                Err(Error::invalid(field_errors))
            };
        }
    };
    let id = if wants_page(headers) {
        NewId::Given(disputable.claim.clone())
    } else {
        claim.id_for_program()
    };
    let row = NewSubmission {
        id: disputable.claim,
        submitted_at: at,
        csm: claim.csm.clone(),
        company: claim.company,
        integrations: claim.integrations,
        status: SubmissionStatus::Received,
        note: String::new(),
    };
    record(leaderboard, headers, vec![row.into_insert_as(id), dispute], &claim.csm).await
}

/// The disputed credit, with display names.
fn held_credit(current: &LeaderboardSnapshot, request: &DisputeRequest) -> Result<HeldCredit, Error> {
    let ledger = &current.data.ledger;
    let credits = ledger.credited_for(&request.company).into_iter();
    let mut of_integration = credits.filter(|(name, _)| normalize(name) == normalize(&request.integration));
    let Some((integration, credited_to)) = of_integration.next() else {
        return Err(nothing_to_dispute(&request.integration));
    };
    let company = ledger.find_company(&request.company).map_or_else(
        || request.company.clone(),
        |company| ledger.company_display_name(company).to_owned(),
    );
    Ok(HeldCredit {
        company,
        integration,
        credited_to,
    })
}

/// The claim, validated like one of the claim form.
fn claim(
    leaderboard: &Leaderboard,
    credit: &HeldCredit,
    request: &DisputeRequest,
) -> Result<ValidSubmission, Vec<FieldError>> {
    if PersonKey::of(&request.csm) == PersonKey::of(&credit.credited_to.csm) {
        let message = "This is who holds the credit. Write the name of whoever should have it.";
        return Err(vec![FieldError::new("csm", message)]);
    }
    let claim = SubmissionRequest {
        csm: request.csm.clone(),
        company: credit.company.clone(),
        integrations: vec![credit.integration.clone()],
        key: request.key.clone(),
        ..SubmissionRequest::default()
    };
    match claim.check(&leaderboard.catalog().catalog, leaderboard.clock.now()) {
        Ok(valid) => Ok(valid),
        Err(SubmissionError::Fields(field_errors)) => Err(field_errors),
        Err(SubmissionError::Automatic) => Err(Vec::new()),
    }
}

fn page(
    leaderboard: &Leaderboard,
    current: &LeaderboardSnapshot,
    credit: &HeldCredit,
    request: DisputeRequest,
    field_errors: &[FieldError],
) -> Response {
    let typed = |field: &str, value: String| FormValue {
        error: field_errors
            .iter()
            .find(|it| it.field == field)
            .map(|it| it.message.clone()),
        value,
    };
    let form = DisputeForm {
        credit,
        claimant: Claimant::Asked {
            csm: typed("csm", request.csm),
            key: request.key,
            csms: &current.data.csms,
        },
        reason: typed("reason", request.reason),
        now: current.now.clone(),
    };
    RenderedResponse::html(form.document(&leaderboard.frame(current))).respond(&HeaderMap::new())
}
