//! Unit tests of the choices of the form.

use crate::claims::{
    fixture::{ledger, march, row, with_status},
    ledger::Ledger,
    list::CreditedTo,
    submission::SubmissionStatus,
};

fn held(ledger: &Ledger, company: Option<&str>) -> Vec<(String, Option<String>)> {
    let choices = ledger.form_choices(company).into_iter();
    choices
        .map(|choice| (choice.integration, choice.credited_to.map(|credited| credited.csm)))
        .collect()
}

fn open(name: &str) -> (String, Option<String>) {
    (name.to_owned(), None)
}

#[test]
fn what_is_credited_already_names_its_holder_and_the_rest_is_open() {
    let ledger = ledger(vec![
        row(2, "02 10:00", "Kate", "Acme", "Slack, Segment, Fax"),
        row(3, "03 10:00", "Bo", "Acme", "Slack, GitHub"),
        with_status(SubmissionStatus::Withdrawn, row(4, "02 09:00", "Zoé", "Acme", "Cursor")),
    ]);
    assert_eq!(
        held(&ledger, Some("A.C.M.E. inc")),
        [
            ("GitHub".to_owned(), Some("Bo".to_owned())),
            ("Slack".to_owned(), Some("Kate".to_owned())),
            open("Cursor"),
        ]
    );
    for company in [None, Some(""), Some("?"), Some("Globex")] {
        assert_eq!(
            held(&ledger, company),
            ["GitHub", "Slack", "Cursor"].map(open),
            "{company:?}"
        );
    }
}

#[test]
fn everything_credited_to_a_company_is_told_with_holder_and_instant() {
    let ledger = ledger(vec![
        row(2, "02 10:00", "Kate", "Acme", "Fax, Segment"),
        row(3, "03 10:00", "Bo", "Acme", "Segment, GH"),
        row(4, "03 10:00", "Bo", "Globex", "Cursor"),
    ]);
    let credited = |name: &str, csm: &str, at: &str| {
        let csm = csm.to_owned();
        (name.to_owned(), CreditedTo { csm, at: march(at) })
    };
    assert_eq!(
        ledger.credited_for("acme"),
        [
            credited("GitHub", "Bo", "03 10:00"),
            credited("Segment", "Kate", "02 10:00"),
            credited("Fax", "Kate", "02 10:00"),
        ]
    );
}
