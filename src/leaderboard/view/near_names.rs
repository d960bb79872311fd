//! The question beside a field whose name looks like a known one. Nothing is changed unless the person says so.

use maud::{Markup, html};

use super::super::{names::NameKind, near_names::Suggestion};

/// Known names that look like those that were typed into the form.
#[derive(Clone, Debug, Default)]
pub struct LooksLike {
    /// Like the name of the CSM.
    pub csm: Vec<Suggestion>,
    /// Like the name of the company.
    pub company: Vec<Suggestion>,
}

impl LooksLike {
    /// Whether there is nothing to ask.
    pub fn is_empty(&self) -> bool {
        self.csm.is_empty() && self.company.is_empty()
    }

    /// The question below the field with what was `typed`; nothing when no name looks like it.
    pub(super) fn ask(&self, kind: NameKind, typed: &str) -> Markup {
        let near = match kind {
            NameKind::Csm => &self.csm,
            NameKind::Company => &self.company,
        };
        let field = kind.as_str();
        let another = match kind {
            NameKind::Csm => "is somebody else",
            NameKind::Company => "is another company",
        };
        html! {
            @if !near.is_empty() {
                fieldset .near data-asked=(field) {
                    legend { "“" bdi { (typed) } "” looks like a name that is known" }
                    input type="hidden" name={ (field) "_asked" } value=(typed);
                    @for suggestion in near {
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
