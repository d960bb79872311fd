//! What the form offers for a company: what can be claimed, and what somebody was credited with already.

use schemars::JsonSchema;
use serde::Serialize;

use super::{claims::CreditedTo, credit::Ledger};

/// One integration on the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FormChoice {
    /// Name as the catalog writes it.
    pub integration: String,
    /// Who holds the credit for the chosen company; ticked and locked then. `None` while it can be claimed.
    pub credited_to: Option<CreditedTo>,
}

impl Ledger {
    /// What the form offers, in the order of the catalog. Without a company, or for one that nobody claimed anything
    /// for, everything can be claimed.
    pub fn form_choices(&self, company: Option<&str>) -> Vec<FormChoice> {
        let credited = company.map(|typed| self.credited_for(typed)).unwrap_or_default();
        self.catalog()
            .offered()
            .map(|integration| FormChoice {
                integration: integration.name.clone(),
                credited_to: credited
                    .iter()
                    .find(|(name, _)| *name == integration.name)
                    .map(|(_, credited_to)| credited_to.clone()),
            })
            .collect()
    }

    /// Everything a company is credited with, by name and holder: the catalog in its order, retired names included,
    /// then names outside the catalog by their first mention. Spellings of the company are forgiven.
    pub fn credited_for(&self, company: &str) -> Vec<(String, CreditedTo)> {
        let Some(company) = self.find_company(company) else {
            return Vec::new();
        };
        let mut credits = self.credits_of(company).to_vec();
        credits.sort_by(|one, other| self.compare_integrations(one.integration, other.integration));
        credits
            .into_iter()
            .map(|credit| {
                (
                    self.integration_shown(credit.integration).to_owned(),
                    self.credited_to(credit.line),
                )
            })
            .collect()
    }
}

#[cfg(test)]
#[path = "form_choices_tests.rs"]
mod tests;
