//! Edit conflict page: both values of each field that someone else changed, to choose from.

use domain::language::Language;
use maud::{Markup, html};
use web::page::{Frame, Page, notice::alert};

use crate::{
    assets,
    deal::columns::DEALS,
    editing::{form::view::hidden_fields, input::DealInput},
    text::labels,
};

/// Edit conflict page.
#[derive(Clone, Debug)]
pub struct ConflictPage {
    /// Id of the deal.
    pub id: u64,
    /// Fields in conflict.
    pub fields: Vec<ConflictingField>,
    /// Values sent for the other fields.
    pub others: DealInput,
    /// Values now in the sheet, sent back as seen.
    pub found: DealInput,
    /// Filter, as a query string with its question mark.
    pub query: String,
}

/// A field in conflict; pairs hold the value as sent and as displayed.
#[derive(Clone, Debug)]
pub struct ConflictingField {
    /// Column position in [`DEALS`].
    pub column: usize,
    /// Value the person saw at first.
    pub seen: String,
    /// Value now in the sheet.
    pub found: (String, String),
    /// Value the person wants.
    pub wanted: (String, String),
}

impl ConflictPage {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let title = language.choose("L’affaire a changé entre-temps", "The deal was changed meanwhile");
        let action = format!("/deals/{}/edit{}", self.id, self.query);
        let main = html! {
            div .narrow.deal {
                h1 { (title) }
                (alert(&html! {
                    h2 { (language.choose("PAS enregistré", "NOT recorded")) }
                    p { (language.choose(
                        "Quelqu’un d’autre a modifié les mêmes champs. Choisissez pour chacun la valeur à garder, puis enregistrez.",
                        "Somebody else changed the same fields. Choose for each the value to keep, then save.",
                    )) }
                }))
                form .claim method="post" action=(action) data-once {
                    (hidden_fields(&self.found, "seen_"))
                    (hidden_fields(&self.others, ""))
                    @for field in &self.fields { (choice(field, language)) }
                    p .send {
                        button .action type="submit" { (language.choose("Enregistrer", "Save")) }
                        a .quiet href={ "/deals/" (self.id) (self.query) } { (language.choose("Tout laisser comme dans le tableur", "Leave all as in the spreadsheet")) }
                    }
                }
            }
        };
        frame.document(Page {
            title,
            address: &action,
            scripts: &[&assets::FORM_SCRIPT],
            main,
        })
    }
}

fn choice(field: &ConflictingField, language: Language) -> Markup {
    let name = DEALS.columns[field.column].header;
    let option = |place: &str, label: &str, (value, shown): &(String, String), checked: bool| {
        html! {
            label .side for={ (name) "-" (place) } {
                input type="radio" id={ (name) "-" (place) } name=(name) value=(value) checked[checked];
                span { span .hint { (label) } br; bdi { (shown) } }
            }
        }
    };
    html! {
        fieldset .clash {
            legend { (labels::column_label(field.column, language)) }
            p .hint { (language.choose("Vous aviez vu : ", "You had seen: ")) bdi { (field.seen) } }
            div .sides {
                (option("mine", language.choose("Votre valeur", "Your value"), &field.wanted, true))
                (option("found", language.choose("Dans le tableur", "In the spreadsheet"), &field.found, false))
            }
        }
    }
}
