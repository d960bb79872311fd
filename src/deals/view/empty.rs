//! Dashboard without deals: purpose of the board and three ways to add deals.

use maud::{Markup, html};

use super::address::{DEMO, NEW};
use crate::language::Language;

/// Content of the dashboard without deals.
pub fn empty(language: Language) -> Markup {
    html! {
        article .message {
            p .lead { (language.choose(
                "Aucune affaire pour l’instant. Importez votre fichier et les chiffres apparaissent aussitôt.",
                "No deal yet. Import your file and the numbers appear at once.",
            )) }
            p { (language.choose(
                "Chaque affaire est une ligne de l’onglet «\u{a0}deals\u{a0}» : client, statut (Prospect, Qualifié, Négociation, Gagné) et \
                 montant suffisent ; secteur, échéance, commercial et notes affinent le tableau de bord. La probabilité suit le statut.",
                "Each deal is a row of the tab “deals”: client, status (Prospect, Qualifié, Négociation, Gagné) and amount suffice; \
                 sector, due date, assignee and notes refine the dashboard. The probability follows the status.",
            )) }
            div .ways {
                a .action href="/deals/import" { (language.choose("Importer un fichier", "Import a file")) }
                a .quiet href=(NEW) { (language.choose("Saisir une affaire", "Enter a deal")) }
                a .quiet href=(DEMO) download { (language.choose("Télécharger un exemple (CSV)", "Download a sample (CSV)")) }
            }
            p .hint { (language.choose(
                "L’exemple est un fichier tel qu’Excel en français l’enregistre : quarante affaires, dont deux avec une erreur.",
                "The sample is a file as French Excel saves it: forty deals, two of them with a mistake.",
            )) }
        }
    }
}
