//! View tests of the form, the receipt and the claims list.

use scraper::Html;
use web::page::field::FormValue;

use crate::{
    claims::{
        form::{
            fields::{ChoiceState, IntegrationChoice, NameSuggestions, SubmitForm},
            validation,
            view::{SubmitPage, SubmitProblem},
        },
        list::{ClaimOutcome, ClaimRow, ClaimsTotals, IntegrationClaim, link::ClaimsLink, view::ClaimsPage},
        receipt::{
            outcome::{CreditedElsewhere, RankGap, RankPlace, SubmissionOutcome},
            view::ReceiptPage,
        },
        submission::SubmissionStatus,
    },
    ui::{
        paging::Paging,
        tests::{HOSTILE, at, checked, form, frame, kate, now, select, text, texts},
    },
};

fn submit(form: SubmitForm, problem: Option<SubmitProblem>) -> Html {
    let page = SubmitPage {
        form,
        problem,
        now: now(),
    };
    checked(&page.document(&frame()))
}

#[test]
fn what_is_credited_already_is_ticked_locked_and_says_to_whom() {
    let mut form = form();
    form.integrations[0].state = ChoiceState::Ticked;
    form.integrations[2].state = ChoiceState::Credited(kate());
    let page = submit(form, None);
    assert_eq!(texts(&page, ".locked label"), ["ClickHouse credited to Kate, 3 March"]);
    assert_eq!(texts(&page, ".locked time.day"), ["3 March"]);
    let locked = select(&page, "input[type=checkbox][disabled][checked]");
    assert_eq!(locked.len(), 1);
    let sent: Vec<&str> = select(&page, "input[name=integrations][checked]:not([disabled])")
        .iter()
        .filter_map(|input| input.attr("value"))
        .collect();
    assert_eq!(sent, ["GitHub"]);
}

#[test]
fn each_mistake_stands_beside_its_field_and_in_the_summary_that_takes_the_focus() {
    let mut form = form();
    form.csm = FormValue::refused("", "Enter your name.");
    form.company = FormValue::refused(HOSTILE, "Enter the company's name.");
    form.integrations_error = Some("Tick at least one integration.".to_owned());
    let page = submit(form, None);
    assert_eq!(
        texts(&page, r#"[role="alert"][autofocus] li a"#),
        [
            "Enter your name.",
            "Enter the company's name.",
            "Tick at least one integration."
        ]
    );
    for link in select(&page, r#"[role="alert"] li a"#) {
        let target = link.attr("href").expect("link");
        assert_eq!(select(&page, target).len(), 1, "{target}");
    }
    assert_eq!(texts(&page, "#company-error"), ["Enter the company's name."]);
    assert_eq!(select(&page, "input#company")[0].attr("value"), Some(HOSTILE));
    assert!(texts(&page, "title")[0].starts_with("Not recorded"));
}

#[test]
fn the_fields_hold_as_much_as_the_server_accepts() {
    let page = submit(form(), None);
    for (control, longest) in [
        ("input#csm", validation::MAX_CSM_LENGTH),
        ("input#company", validation::MAX_COMPANY_LENGTH),
    ] {
        let longest = longest.to_string();
        assert_eq!(
            select(&page, control)[0].attr("maxlength"),
            Some(longest.as_str()),
            "{control}"
        );
    }
}

#[test]
fn an_unreachable_spreadsheet_keeps_everything_typed_and_the_key() {
    let mut form = form();
    form.csm = FormValue::valid("Manny");
    form.company = FormValue::valid("Acme");
    form.integrations[1].state = ChoiceState::Ticked;
    let cause = "Google Sheets did not answer within 20 seconds.".to_owned();
    let page = submit(form, Some(SubmitProblem::Unreachable { cause }));
    let summary = texts(&page, r#"[role="alert"]"#);
    assert!(
        summary[0].contains("NOT recorded") && summary[0].contains("20 seconds"),
        "{summary:?}"
    );
    for (control, value) in [
        ("csm", "Manny"),
        ("company", "Acme"),
        ("key", "k-1"),
        ("shown_at", "1772715834"),
    ] {
        let input = select(&page, &format!("form.claim input[name={control}]"))[0];
        assert_eq!(input.attr("value"), Some(value), "{control}");
    }
    assert_eq!(select(&page, "input[value=Cursor][checked]").len(), 1);
}

#[test]
fn a_filter_is_there_above_ten_integrations_only() {
    assert_eq!(select(&submit(form(), None), "#integrations-filter").len(), 0);
    let mut long = form();
    long.integrations = (0..11)
        .map(|number| IntegrationChoice {
            name: format!("Integration {number}"),
            state: ChoiceState::Open,
        })
        .collect();
    assert_eq!(select(&submit(long, None), "#integrations-filter").len(), 1);
}

#[test]
fn the_receipt_says_what_changed_and_keeps_the_name_for_the_next_customer() {
    let effect = SubmissionOutcome {
        status: SubmissionStatus::Received,
        id: "x".to_owned(),
        submitted_at: at("2026-03-05T13:03:00Z"),
        csm: "A & B".to_owned(),
        company: HOSTILE.to_owned(),
        credited: vec!["GitHub".to_owned()],
        counted_apart: vec![],
        already_yours: vec![],
        already_theirs: vec![CreditedElsewhere {
            integration: "ClickHouse".to_owned(),
            credited_to: kate(),
        }],
        place: Some(RankPlace {
            rank: 2,
            tied: false,
            integrations: 7,
            behind: Some(RankGap {
                points: 3,
                csm: "Kate".to_owned(),
            }),
        }),
    };
    let page = ReceiptPage {
        effect: &effect,
        address: "/leaderboard/submissions/x",
        correction: None,
        now: now(),
    };
    let page = checked(&page.document(&frame()));
    let summary = texts(&page, "article")[0].clone();
    for sentence in [
        "Recorded. +1 for A & B (GitHub).",
        "ClickHouse was already credited to Kate.",
        "You are 2nd, 3 points behind Kate.",
    ] {
        assert!(summary.contains(sentence), "{summary} lacks {sentence}");
    }
    assert_eq!(select(&page, ".tally path").len(), 7);
    assert_eq!(select(&page, ".tally .fresh").len(), 1);
    let next = select(&page, r#"a[href="/leaderboard/submit?csm=A+%26+B"]"#);
    assert_eq!(text(next[0]), "Another customer");
}

fn claims(lines: &[ClaimRow], filter: ClaimsLink) -> Html {
    let page = ClaimsPage {
        filter,
        lines,
        disputes: &[],
        past: None,
        totals: ClaimsTotals {
            rows: 1,
            credited: 1,
            not_counted: 2,
            ..ClaimsTotals::default()
        },
        paging: Paging { page: 2, pages: 3 },
        suggestions: NameSuggestions::default(),
        now: now(),
    };
    checked(&page.document(&frame()))
}

#[test]
fn each_row_shows_what_became_of_its_claims_and_leads_to_its_cells() {
    let claim = |name: &str, outcome| IntegrationClaim {
        name: name.to_owned(),
        in_catalog: true,
        outcome,
    };
    let lines = [ClaimRow {
        row: 14,
        id: "x".to_owned(),
        submitted_at: at("2026-03-05T13:03:00Z"),
        csm: HOSTILE.to_owned(),
        company: "L'Oréal".to_owned(),
        company_typed: HOSTILE.to_owned(),
        status: SubmissionStatus::Validated,
        note: HOSTILE.to_owned(),
        integrations: vec![
            claim("GitHub", ClaimOutcome::Credited),
            claim("ClickHouse", ClaimOutcome::CreditedTo(kate())),
            claim(HOSTILE, ClaimOutcome::NotCounted),
            claim("Slack", ClaimOutcome::Repeated),
        ],
        link: "https://docs.google.com/spreadsheets/d/x/edit#gid=0&range=A14:G14".to_owned(),
    }];
    let filter = ClaimsLink::default().of_integration("GitHub");
    let page = claims(&lines, filter);
    assert_eq!(
        texts(&page, ".outcomes li"),
        [
            "GitHub (credited)",
            "ClickHouse credited to Kate, 3 March Dispute the credit for ClickHouse",
            &format!("{HOSTILE} not counted"),
            "Slack already credited by an earlier row",
        ]
    );
    assert_eq!(texts(&page, ".outcomes .asked bdi"), ["GitHub"]);
    let link = select(&page, "td.link a")[0];
    assert_eq!(text(link), "Row 14");
    assert_eq!(link.attr("href"), Some(lines[0].link.as_str()));
    let company = select(&page, "td.company a")[0].attr("href");
    assert_eq!(
        company,
        Some("/leaderboard/claims?integration=GitHub&company=L%27Or%C3%A9al")
    );
}

#[test]
fn the_filter_is_kept_by_its_form_the_pages_and_the_files() {
    let page = claims(&[], ClaimsLink::default().of_csm(HOSTILE));
    assert_eq!(select(&page, "form.filter input#csm")[0].attr("value"), Some(HOSTILE));
    for link in select(&page, ".pager a, .downloads a") {
        let address = link.attr("href").expect("link");
        let (_, query) = address.split_once('?').expect("query");
        let query: Vec<(String, String)> = serde_urlencoded::from_str(query).expect("encoded");
        assert_eq!(query[0], ("csm".to_owned(), HOSTILE.to_owned()), "{address}");
        assert_eq!(query.len(), 2, "{address}");
    }
    assert!(texts(&page, ".heading")[0].starts_with("1 row: 1 credited and 2 not counted."));
}
