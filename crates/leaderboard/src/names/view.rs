//! Question about a name that is similar to a known one. Nothing changes without the person's choice.

use maud::{Markup, html};

use crate::names::{duplicates::NameSuggestion, rows::NameKind};

/// Known names similar to those typed into the form.
#[derive(Clone, Debug, Default)]
pub struct SimilarNames {
    /// Similar to the CSM name.
    pub csm: Vec<NameSuggestion>,
    /// Similar to the company name.
    pub company: Vec<NameSuggestion>,
}

impl SimilarNames {
    /// Whether there are no questions.
    pub fn is_empty(&self) -> bool {
        self.csm.is_empty() && self.company.is_empty()
    }

    /// Question below the field with `typed`; empty without similar names.
    pub(crate) fn question(&self, kind: NameKind, typed: &str) -> Markup {
        let suggestions = match kind {
            NameKind::Csm => &self.csm,
            NameKind::Company => &self.company,
        };
        let field = kind.as_str();
        let another = match kind {
            NameKind::Csm => "is somebody else",
            NameKind::Company => "is another company",
        };
        html! {
            @if !suggestions.is_empty() {
                fieldset .near data-asked=(field) {
                    legend { "“" bdi { (typed) } "” looks like a name that is known" }
                    input type="hidden" name={ (field) "_asked" } value=(typed);
                    @for suggestion in suggestions {
                        label {
                            input type="radio" name={ (field) "_meant" } value=(suggestion.name) required;
                            span { "Use “" bdi { (suggestion.name) } "”" }
                        }
                    }
                    label {
                        input type="radio" name={ (field) "_meant" } value=(typed) required;
                        span { "“" bdi { (typed) } "” " (another) }
                    }
                }
            }
        }
    }
}
