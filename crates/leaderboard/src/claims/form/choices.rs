//! Form choices for a company: claimable integrations and existing credits.

use schemars::JsonSchema;
use serde::Serialize;

use crate::claims::{ledger::Ledger, list::CreditedTo};

/// One integration on the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FormChoice {
    /// Name as the catalog writes it.
    pub integration: String,
    /// Holder of the credit for the chosen company; the box is then ticked and locked. `None` while it can be claimed.
    pub credited_to: Option<CreditedTo>,
}

impl Ledger {
    /// All choices, in catalog order. Without a company, or for one without credits, every integration can be claimed.
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

    /// All credits of a company, by integration and holder: catalog order including retired entries, then names outside
    /// the catalog by first mention. Ignores case, accents and spaces in the company name.
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
                    self.integration_display_name(credit.integration).to_owned(),
                    self.credited_to(credit.line),
                )
            })
            .collect()
    }
}
