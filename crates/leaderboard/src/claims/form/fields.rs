//! Fields of the claim form, shared by the board and the form's own page.

use jiff::Zoned;
use maud::{Markup, html};
use web::page::{
    field::{FormValue, Necessity, TextField, error_line},
    notice::InvalidField,
};

use crate::{
    claims::{
        form::validation::{MAX_COMPANY_LENGTH, MAX_CSM_LENGTH},
        list::CreditedTo,
    },
    names::{rows::NameKind, view::SimilarNames},
    routes::{CREDITED, NAMES, SUBMISSIONS, SUBMIT, held_credit_address},
    ui::messages,
};

/// Up to this number of integrations the list needs no filter field.
const SHORT_LIST: usize = 10;

/// Data of the form.
#[derive(Clone, Debug)]
pub struct SubmitForm {
    /// Idempotency key. On a cached page that several people receive, it identifies a submission only together with the
    /// input.
    pub key: String,
    /// Time at which the form was shown, in the format the server parses.
    pub shown_at: String,
    /// CSM who claims.
    pub csm: FormValue,
    /// Company of the claim.
    pub company: FormValue,
    /// Offered integrations, in catalog order.
    pub integrations: Vec<IntegrationChoice>,
    /// Error of the integrations field.
    pub integrations_error: Option<String>,
    /// Names to suggest.
    pub suggestions: NameSuggestions,
    /// Known names similar to the typed ones.
    pub similar_names: SimilarNames,
}

/// Suggestions while typing.
#[derive(Clone, Debug, Default)]
pub struct NameSuggestions {
    /// Names of CSMs.
    pub csms: Vec<String>,
    /// Names of companies.
    pub companies: Vec<String>,
    /// Names of integrations.
    pub integrations: Vec<String>,
}

/// An offered integration.
#[derive(Clone, Debug)]
pub struct IntegrationChoice {
    /// Catalog name.
    pub name: String,
    /// State of its box.
    pub state: ChoiceState,
}

/// State of a box.
#[derive(Clone, Debug)]
pub enum ChoiceState {
    /// Not ticked.
    Open,
    /// Ticked.
    Ticked,
    /// Ticked and locked: already credited.
    Credited(CreditedTo),
}

impl SubmitForm {
    /// Fields with errors, in form order.
    pub(crate) fn invalid_fields(&self) -> Vec<InvalidField<'_>> {
        [
            ("csm", &self.csm.error),
            ("company", &self.company.error),
            ("integrations", &self.integrations_error),
        ]
        .into_iter()
        .filter_map(|(control, error)| error.as_deref().map(|message| InvalidField { control, message }))
        .collect()
    }

    /// Renders the form without a heading.
    pub(crate) fn markup(&self, now: &Zoned) -> Markup {
        html! {
            form .claim method="post" action=(SUBMISSIONS) data-claim data-credited=(CREDITED) data-names=(NAMES) {
                input type="hidden" name="key" value=(self.key);
                input type="hidden" name="shown_at" value=(self.shown_at);
                (self.csm_field())
                (self.similar_names.question(NameKind::Csm, &self.csm.value))
                (self.company_field())
                (self.similar_names.question(NameKind::Company, &self.company.value))
                // Without script, a submit button queries the credits; Enter in a field does the same.
                noscript {
                    p { button .quiet type="submit" formmethod="get" formaction=(SUBMIT) formnovalidate { "Show what is credited already" } }
                }
                (self.integrations_field(now))
                (honeypot())
                p .send {
                    button .action type="submit" { "Record" }
                    output .selected data-count hidden {}
                }
            }
        }
    }

    fn csm_field(&self) -> Markup {
        TextField {
            name: "csm",
            label: "Your name",
            hint: "",
            typed: &self.csm,
            suggestions: &self.suggestions.csms,
            necessity: Necessity::Required,
            longest: Some(MAX_CSM_LENGTH),
            autocomplete: "name",
        }
        .markup()
    }

    fn company_field(&self) -> Markup {
        TextField {
            name: "company",
            label: "Company",
            hint: "",
            typed: &self.company,
            suggestions: &self.suggestions.companies,
            necessity: Necessity::Required,
            longest: Some(MAX_COMPANY_LENGTH),
            autocomplete: "off",
        }
        .markup()
    }

    /// Address of the form to dispute an existing credit, with the CSM name entered here.
    fn dispute(&self, integration: &str) -> String {
        let csm = Some(self.csm.value.trim()).filter(|csm| !csm.is_empty());
        held_credit_address(self.company.value.trim(), integration, csm)
    }

    fn integrations_field(&self, now: &Zoned) -> Markup {
        let error = self.integrations_error.as_ref();
        html! {
            fieldset #integrations tabindex="-1" aria-describedby=[error.map(|_| "integrations-error")] {
                legend { "Completed integrations" }
                (error_line("integrations", self.integrations_error.as_deref()))
                @if self.integrations.len() > SHORT_LIST {
                    div .field data-filter hidden {
                        label for="integrations-filter" .unseen { "Filter integrations" }
                        input type="search" #integrations-filter placeholder="Filter" autocomplete="off";
                    }
                }
                ul .choices {
                    @for choice in &self.integrations { (self.choice_item(choice, now)) }
                }
                p .hint data-none hidden { "No integration has this in its name." }
            }
        }
    }

    fn choice_item(&self, choice: &IntegrationChoice, now: &Zoned) -> Markup {
        let name = &choice.name;
        html! {
            @match &choice.state {
                ChoiceState::Credited(credited) => {
                    li .locked {
                        label {
                            input type="checkbox" name="integrations" value=(name) checked disabled;
                            span { bdi { (name) } " " small { (messages::credited_to_phrase(credited, now)) } }
                        }
                        a href=(self.dispute(name)) { "Dispute" span .unseen { " the credit for " (name) } }
                    }
                }
                state => {
                    li {
                        label {
                            input type="checkbox" name="integrations" value=(name) checked[matches!(state, ChoiceState::Ticked)];
                            span { bdi { (name) } }
                        }
                    }
                }
            }
        }
    }
}

/// Hidden field that only bots fill in.
fn honeypot() -> Markup {
    html! {
        div .trap aria-hidden="true" {
            label for="website" { "Leave this empty" }
            input type="text" #website name="website" tabindex="-1" autocomplete="off";
        }
    }
}
