//! Views of the actions on a deal: deletion, snooze, change of stage.

use maud::html;

use super::{
    super::{answers::DealAnswer, submission::SentDeal},
    form::hidden,
    words,
};
use crate::page::{Frame, Page, notice::alarm};

/// Page that asks for confirmation of a deletion.
#[derive(Clone, Debug)]
pub struct DeletionPage {
    /// The deal.
    pub deal: DealAnswer,
    /// Id of the deal.
    pub id: u64,
    /// Values the person sees, sent back as seen.
    pub seen: SentDeal,
    /// Error of a previous attempt.
    pub trouble: Option<String>,
    /// Filter, as a query string with its question mark.
    pub query: String,
}

impl DeletionPage {
    /// HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        let language = frame.language;
        let title = language.choose("Supprimer cette affaire\u{a0}?", "Delete this deal?");
        let address = format!("/deals/{}/delete{}", self.id, self.query);
        let main = html! {
            div .narrow.deal {
                h1 { (title) }
                @if let Some(trouble) = &self.trouble { (alarm(&html! { p { (trouble) } })) }
                p .lead {
                    bdi { (self.deal.client) } " · " (words::stage(self.deal.statut, language)) " · " (language.money(self.deal.montant_brut))
                }
                p { (language.choose(
                    "La ligne est retirée du tableur. Vous pourrez annuler : ses valeurs restent dans le journal, celles de vos propres colonnes aussi, mais sans être rétablies.",
                    "The row is taken out of the spreadsheet. You can undo it: its values stay in the log; those of your own columns too, but they are not brought back.",
                )) }
                form .claim method="post" action=(address) data-once {
                    (hidden(&self.seen, "seen_"))
                    p .send {
                        button .action.danger type="submit" { (language.choose("Supprimer", "Delete")) }
                        a .quiet href={ "/deals/" (self.id) (self.query) } { (language.choose("Garder", "Keep")) }
                    }
                }
            }
        };
        frame.document(Page {
            title,
            address: &address,
            scripts: &[crate::page::Asset::DealFormScript],
            main,
        })
    }
}
