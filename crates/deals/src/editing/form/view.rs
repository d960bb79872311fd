//! Form page for a new or existing deal.

use domain::language::Language;
use maud::{Markup, html};
use web::{
    error::FieldError,
    page::{
        Frame, Page,
        field::{FormValue, Necessity, TextField, error_line},
        notice::{InvalidField, alert},
    },
};

use crate::{
    assets,
    deal::{
        columns::{AMOUNT, ASSIGNEE, CLIENT, DEALS, DUE, NOTES, SECTOR, STAGE},
        stage::DealStage,
    },
    editing::{changes::INPUT_COLUMNS, input::DealInput},
    text::labels,
};

/// Form page of a deal.
#[derive(Clone, Debug)]
pub struct DealFormPage {
    /// Heading.
    pub title: String,
    /// Path and query of the page.
    pub address: String,
    /// Address to which the form is sent.
    pub action: String,
    /// Idempotency key; empty for an existing deal.
    pub key: String,
    /// Field values.
    pub values: DealInput,
    /// Values the person saw at first; `None` for a new deal.
    pub seen: Option<DealInput>,
    /// Errors of single fields.
    pub complaints: Vec<FieldError>,
    /// Interpretation of the amount.
    pub amount: AmountHelp,
    /// Error that is not about a field.
    pub trouble: Option<String>,
    /// Suggestions.
    pub suggestions: FormSuggestions,
    /// Stages offered.
    pub stages: Vec<DealStage>,
    /// Target of “cancel”.
    pub back: String,
}

/// Existing values, suggested while typing.
#[derive(Clone, Debug, Default)]
pub struct FormSuggestions {
    /// Clients.
    pub clients: Vec<String>,
    /// Sectors.
    pub sectors: Vec<String>,
    /// Assignees.
    pub assignees: Vec<String>,
}

/// Interpretation of a typed amount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AmountHelp {
    /// No interpretation.
    None,
    /// One amount, as displayed.
    Clear(String),
    /// Two amounts, each as sent and as displayed.
    Choice([(String, String); 2]),
}

impl DealFormPage {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let mistakes = self.mistakes();
        let main = html! {
            div .narrow.deal {
                h1 { (self.title) }
                @if let Some(trouble) = &self.trouble {
                    (alert(&html! {
                        h2 { (language.choose("PAS enregistré", "NOT recorded")) }
                        p { (trouble) }
                    }))
                }
                @if !mistakes.is_empty() { (mistake_summary(&mistakes, language)) }
                div .panel { (self.form(language)) }
            }
        };
        frame.document(Page {
            title: &self.title,
            address: &self.address,
            scripts: &[&assets::FORM_SCRIPT],
            main,
        })
    }

    fn mistakes(&self) -> Vec<InvalidField<'_>> {
        let mistakes = self.complaints.iter().map(|complaint| InvalidField {
            control: &complaint.field,
            message: &complaint.message,
        });
        mistakes.collect()
    }

    fn form(&self, language: Language) -> Markup {
        html! {
            form .claim method="post" action=(self.action) data-once {
                // Enter in a field presses the first button of a form, which must not be an interpretation of the
                // amount.
                button .unseen type="submit" tabindex="-1" aria-hidden="true" {}
                @if !self.key.is_empty() { input type="hidden" name="key" value=(self.key); }
                @if let Some(seen) = &self.seen { (hidden_fields(seen, "seen_")) }
                (self.text(CLIENT, &self.suggestions.clients, language))
                div .pair {
                    (self.stage_field(language))
                    (self.amount_field(language))
                }
                div .pair {
                    (self.text(SECTOR, &self.suggestions.sectors, language))
                    (self.due_field(language))
                }
                (self.text(ASSIGNEE, &self.suggestions.assignees, language))
                (self.notes_field(language))
                p .send {
                    button .action type="submit" { (language.choose("Enregistrer", "Save")) }
                    a .quiet href=(self.back) { (language.choose("Annuler", "Cancel")) }
                }
            }
        }
    }

    fn typed(&self, column: usize) -> FormValue {
        let name = DEALS.columns[column].header;
        let error = self.complaints.iter().find(|complaint| complaint.field == name);
        FormValue {
            value: self.values.value(column).unwrap_or_default().to_owned(),
            error: error.map(|complaint| complaint.message.clone()),
        }
    }

    fn text(&self, column: usize, suggestions: &[String], language: Language) -> Markup {
        TextField {
            name: DEALS.columns[column].header,
            label: labels::column_label(column, language),
            hint: "",
            typed: &self.typed(column),
            suggestions,
            necessity: if column == CLIENT {
                Necessity::Required
            } else {
                Necessity::Optional
            },
            longest: None,
            autocomplete: "off",
        }
        .markup()
    }

    fn stage_field(&self, language: Language) -> Markup {
        let typed = self.typed(STAGE);
        let chosen = DealStage::parse(&typed.value);
        html! {
            div .field {
                label for="statut" { (labels::column_label(STAGE, language)) }
                (error_line("statut", typed.error.as_deref()))
                select #statut name="statut" aria-invalid=[typed.error.as_ref().map(|_| "true")] {
                    @for stage in &self.stages {
                        option value=(stage) selected[chosen == Some(*stage)] { (labels::stage_label(*stage, language)) }
                    }
                }
            }
        }
    }

    fn amount_field(&self, language: Language) -> Markup {
        let typed = self.typed(AMOUNT);
        html! {
            div .field {
                label for="montant_brut" { (labels::column_label(AMOUNT, language)) " (€)" }
                (error_line("montant_brut", typed.error.as_deref()))
                input #montant_brut .number type="text" inputmode="decimal" name="montant_brut" value=(typed.value) required
                    autocomplete="off" aria-describedby="montant_brut-understood montant_brut-error"
                    aria-invalid=[typed.error.as_ref().map(|_| "true")];
                p .hint #montant_brut-understood aria-live="polite" { (self.understood(language)) }
            }
        }
    }

    fn understood(&self, language: Language) -> Markup {
        html! {
            @match &self.amount {
                AmountHelp::None => {}
                AmountHelp::Clear(amount) => { (language.choose("compris : ", "understood: ")) (amount) }
                AmountHelp::Choice(readings) => {
                    (language.choose("Voulez-vous dire ", "Do you mean "))
                    // A pressed button is sent after the field, and the last value counts.
                    @for (place, (value, shown)) in readings.iter().enumerate() {
                        @if place > 0 { (language.choose(" ou ", " or ")) }
                        button .quiet type="submit" name="montant_brut" value=(value) { (shown) }
                    }
                    (language.choose("\u{a0}?", "?"))
                }
            }
        }
    }

    fn due_field(&self, language: Language) -> Markup {
        let typed = self.typed(DUE);
        // A date input cannot display an invalid date; then a text input keeps it for correction.
        let is_day = typed.value.is_empty() || typed.value.parse::<jiff::civil::Date>().is_ok();
        html! {
            div .field {
                label for="date_echeance" { (labels::column_label(DUE, language)) }
                (error_line("date_echeance", typed.error.as_deref()))
                input #date_echeance type=(if is_day { "date" } else { "text" }) name="date_echeance" value=(typed.value)
                    aria-invalid=[typed.error.as_ref().map(|_| "true")];
            }
        }
    }

    fn notes_field(&self, language: Language) -> Markup {
        let typed = self.typed(NOTES);
        html! {
            div .field {
                label for="notes" { (labels::column_label(NOTES, language)) }
                (error_line("notes", typed.error.as_deref()))
                textarea #notes name="notes" rows="4" { "\n" (typed.value) }
            }
        }
    }
}

/// Every field of `sent` as a hidden input, its name prefixed with `before`.
pub fn hidden_fields(sent: &DealInput, before: &str) -> Markup {
    html! {
        @for column in INPUT_COLUMNS {
            @if let Some(value) = sent.value(column) {
                input type="hidden" name={ (before) (DEALS.columns[column].header) } value=(value);
            }
        }
    }
}

fn mistake_summary(mistakes: &[InvalidField<'_>], language: Language) -> Markup {
    alert(&html! {
        h2 { (language.choose("Pas encore enregistré", "Not recorded yet")) }
        p { (language.choose("Tout ce que vous avez saisi est encore là. À revoir :", "Everything you entered is still here. Please look at:")) }
        ul {
            @for mistake in mistakes { li { a href={ "#" (mistake.control) } { (mistake.message) } } }
        }
    })
}
