//! Handlers of a dispute by a CSM without a claim: the claim form locks credited integrations, so claim and dispute are
//! written together.

use axum::{
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use domain::{normalize::normalize, person::PersonKey};
use uuid::Uuid;
use web::{
    error::{Error, FieldError},
    page::field::FormValue,
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
        page::{list_address, nothing_to_dispute, record, refused, wants_page},
        view::{Claimant, DisputeForm},
    },
    snapshot::BoardSnapshot,
    state::Leaderboard,
};

/// Shows the form, or the existing dispute of this CSM.
pub(crate) async fn form(
    leaderboard: &Leaderboard,
    current: &BoardSnapshot,
    question: DisputeRequest,
) -> Result<Response, Error> {
    let credit = held_credit(current, &question)?;
    let disputes = leaderboard.disputes().await?;
    let known = disputes.snapshot.data.list.iter().find(|dispute| {
        dispute.is_about(&credit.company, &credit.integration)
            && PersonKey::of(&dispute.csm).is_some_and(|csm| PersonKey::of(&question.csm) == Some(csm))
    });
    if let Some(known) = known {
        return Ok(Redirect::to(&list_address(&known.csm)).into_response());
    }
    let question = DisputeRequest {
        key: Uuid::new_v4().to_string(),
        ..question
    };
    Ok(page(leaderboard, current, &credit, question, &[]))
}

/// Writes the claim and the dispute.
pub(crate) async fn receive(
    leaderboard: &Leaderboard,
    current: &BoardSnapshot,
    headers: &HeaderMap,
    sent: DisputeRequest,
) -> Result<Response, Error> {
    let credit = held_credit(current, &sent)?;
    let at = leaderboard.clock.zoned_now();
    let claim = claim(leaderboard, &credit, &sent);
    let disputable = DisputableClaim {
        claim: claim.as_ref().map(ValidSubmission::id).unwrap_or_default(),
        csm: sent.csm.trim().to_owned(),
        credit: credit.clone(),
    };
    let (claim, dispute) = match (claim, disputable.dispute(&sent.reason, &at)) {
        (Ok(claim), Ok(dispute)) => (claim, dispute),
        (claim, dispute) => {
            let complaints = claim
                .err()
                .into_iter()
                .flatten()
                .chain(dispute.err())
                .collect::<Vec<_>>();
            let has_field = |complaint: &FieldError| matches!(complaint.field, "csm" | "reason");
            return if wants_page(headers) && complaints.iter().all(has_field) {
                Ok(refused(page(leaderboard, current, &credit, sent, &complaints)))
            } else {
                Err(Error::invalid(complaints))
            };
        }
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
    record(leaderboard, headers, vec![row.into_insert(), dispute], &claim.csm).await
}

/// The disputed credit, with display names.
fn held_credit(current: &BoardSnapshot, sent: &DisputeRequest) -> Result<HeldCredit, Error> {
    let ledger = &current.settled.ledger;
    let held = ledger.credited_for(&sent.company).into_iter();
    let mut of_integration = held.filter(|(name, _)| normalize(name) == normalize(&sent.integration));
    let Some((integration, credited_to)) = of_integration.next() else {
        return Err(nothing_to_dispute(&sent.integration));
    };
    let company = ledger.find_company(&sent.company).map_or_else(
        || sent.company.clone(),
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
    sent: &DisputeRequest,
) -> Result<ValidSubmission, Vec<FieldError>> {
    if PersonKey::of(&sent.csm) == PersonKey::of(&credit.credited_to.csm) {
        let message = "This is who holds the credit. Write the name of whoever should have it.";
        return Err(vec![FieldError::new("csm", message)]);
    }
    let claim = SubmissionRequest {
        csm: sent.csm.clone(),
        company: credit.company.clone(),
        integrations: vec![credit.integration.clone()],
        key: sent.key.clone(),
        ..SubmissionRequest::default()
    };
    match claim.check(&leaderboard.catalog().catalog, leaderboard.clock.now()) {
        Ok(valid) => Ok(valid),
        Err(SubmissionError::Fields(complaints)) => Err(complaints),
        Err(SubmissionError::Automatic) => Err(Vec::new()),
    }
}

fn page(
    leaderboard: &Leaderboard,
    current: &BoardSnapshot,
    credit: &HeldCredit,
    sent: DisputeRequest,
    complaints: &[FieldError],
) -> Response {
    let typed = |field: &str, value: String| FormValue {
        error: complaints
            .iter()
            .find(|it| it.field == field)
            .map(|it| it.message.clone()),
        value,
    };
    let form = DisputeForm {
        credit,
        claimant: Claimant::Asked {
            csm: typed("csm", sent.csm),
            key: sent.key,
            csms: &current.settled.csms,
        },
        reason: typed("reason", sent.reason),
        now: current.now.clone(),
    };
    RenderedResponse::html(form.document(&leaderboard.frame(current))).respond(&HeaderMap::new())
}
