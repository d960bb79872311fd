//! Worked example of the rules page: a few claims, scored by the production code.

use std::sync::Arc;

use domain::period::InstantRange;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    claims::{
        catalog::Catalog,
        ledger::Ledger,
        submission::{Submission, SubmissionStatus},
    },
    contests::{
        rules::{ContestRules, CountingRule, CreditRule},
        scoring::ContestStanding,
    },
    names::rows::NameAliases,
};

/// The same claims under one set of rules.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RulesExample {
    /// The claims in words.
    pub claims: Vec<String>,
    /// The rules.
    pub rules: ContestRules,
    /// Resulting standings.
    pub standings: Vec<ContestStanding>,
}

/// Who claims what, one hour apart.
const CLAIMS: [(&str, &str, &str); 4] = [
    ("Kate", "Acme", "GitHub"),
    ("Manny", "Acme Inc.", "GitHub"),
    ("Manny", "Beta", "Slack"),
    ("Zoé", "ACME", "GitHub"),
];

/// The example under every credit rule.
pub fn rules_examples() -> Vec<RulesExample> {
    let rows = (2..).zip(CLAIMS).map(|(row, (csm, company, integration))| Submission {
        row,
        id: format!("example-{row}"),
        submitted_at: Timestamp::UNIX_EPOCH + SignedDuration::from_hours(row.into()),
        csm: csm.into(),
        company: company.into(),
        integrations: vec![integration.into()],
        status: SubmissionStatus::Received,
        note: String::new(),
    });
    let ledger = Ledger::build(
        Arc::new(rows.collect()),
        Arc::new(Catalog::parse("GitHub\nSlack")),
        Arc::new(NameAliases::default()),
    );
    let claims = CLAIMS.map(|(csm, company, integration)| format!("{csm} claims {integration} at {company}"));
    CreditRule::ALL
        .map(|credit| {
            let rules = ContestRules {
                credit,
                counting: CountingRule::Received,
            };
            RulesExample {
                claims: claims.to_vec(),
                rules,
                standings: ledger.contest_scores(rules, InstantRange::default()).standings,
            }
        })
        .to_vec()
}
