//! Import preview page.

use domain::{
    language::{Language, Noun},
    money::Money,
};
use maud::{Markup, html};
use web::page::{
    Frame, Page,
    notice::{alert, notice},
    table::{cell, number, row, table, text},
};

use crate::{
    assets,
    import::{
        log::RunName,
        mapping::{MappingProblem, field::ImportField},
        plan::{
            AddedDeal, ChangedDeal, ImportPlan, RefusedLine,
            notes::{AmountExample, AmountQuestion},
        },
        preview::{ImportPreview, PlannedImport},
        view::{LINE, count, format_value, hidden_fields, hidden_language_field, settings::ImportSettingsForm},
    },
    routes::{IMPORT, IMPORT_APPLY, IMPORT_PREVIEW, IMPORT_REFUSED, with_language},
};

/// Maximum number of listed lines; the heading gives the total.
const MAX_SHOWN: usize = 100;

/// Import preview page.
pub struct ImportPreviewPage<'a> {
    /// Language of the page.
    pub language: Language,
    /// Preview to display.
    pub prepared: &'a ImportPreview,
    /// Name that the import gets on confirmation.
    pub run: RunName,
}

impl ImportPreviewPage<'_> {
    /// Complete HTML document.
    pub fn document(&self, frame: &Frame) -> String {
        frame.document(Page {
            title: self.say("Aperçu de l’import", "Preview of the import"),
            address: IMPORT,
            scripts: &[&assets::DROP_SCRIPT],
            main: self.main(),
        })
    }

    fn say(&self, french: &'static str, english: &'static str) -> &'static str {
        self.language.choose(french, english)
    }

    fn main(&self) -> Markup {
        let upload = &self.prepared.upload;
        html! {
            h1 { (self.say("Aperçu de l’import", "Preview of the import")) }
            p .lead {
                bdi { (upload.name) } ", " (self.language.count(count(upload.table.lines.len()), LINE)) ". "
                (self.say("Rien n’est encore écrit.", "Nothing is written yet."))
            }
            @match &self.prepared.outcome {
                Err(problems) => {
                    (self.problems(problems))
                    (self.settings())
                }
                Ok(outcome) => (self.outcome(outcome)),
            }
        }
    }

    fn settings(&self) -> Markup {
        ImportSettingsForm {
            language: self.language,
            prepared: self.prepared,
        }
        .markup()
    }

    fn problems(&self, problems: &[MappingProblem]) -> Markup {
        alert(&html! {
            h2 { (self.say("Il manque une colonne", "A column is missing")) }
            ul { @for problem in problems { li { (problem.text(self.language)) } } }
        })
    }

    /// Sentence about the matching key in use.
    fn key(&self, outcome: &PlannedImport) -> String {
        let (ids, others): (Vec<ImportField>, Vec<ImportField>) = outcome
            .choices
            .key
            .fields()
            .partition(|field| *field == ImportField::Id);
        let others: Vec<&str> = others.iter().map(|field| field.label(self.language)).collect();
        let others = others.join(" + ");
        match (ids.is_empty(), others.is_empty()) {
            (false, true) => self
                .say(
                    "Une ligne retrouve son affaire par son id.",
                    "A line finds its deal by its id.",
                )
                .to_owned(),
            (false, false) => self.language.choose(
                format!("Une ligne retrouve son affaire par son id, sinon par {others}."),
                format!("A line finds its deal by its id, otherwise by {others}."),
            ),
            (true, _) => self.language.choose(
                format!("Une ligne retrouve son affaire par {others}."),
                format!("A line finds its deal by {others}."),
            ),
        }
    }

    fn outcome(&self, outcome: &PlannedImport) -> Markup {
        let plan = &outcome.plan;
        html! {
            (self.facts(plan))
            @if let Some(question) = &plan.question { (self.question(question, outcome)) }
            (self.confirmation(plan))
            (self.settings())
            p .hint { (self.key(outcome)) }
            @if !plan.notes.is_empty() {
                ul .hint { @for note in &plan.notes { li { (note.text(self.language)) } } }
            }
            @if !plan.refused.is_empty() { (self.refused(&plan.refused)) }
            @if !plan.changed.is_empty() { (self.changed(&plan.changed)) }
            @if !plan.new.is_empty() { (self.added(&plan.new)) }
            @if !plan.identical.is_empty() { (self.identical(plan)) }
        }
    }

    fn facts(&self, plan: &ImportPlan) -> Markup {
        let fact = |class: &str, label: &str, number: usize| {
            html! { div class=(class) { dt { (label) } dd { (self.language.whole(count(number))) } } }
        };
        html! {
            dl .facts.import {
                (fact("new", self.say("Nouvelles", "New"), plan.new.len()))
                (fact("changed", self.say("Modifiées", "Changed"), plan.changed.len()))
                (fact("identical", self.say("Identiques", "Identical"), plan.identical.len()))
                (fact("refused", self.say("Refusées", "Refused"), plan.refused.len()))
            }
        }
    }

    fn question(&self, question: &AmountQuestion, outcome: &PlannedImport) -> Markup {
        let answered = outcome.choices.decimal_mark;
        let mut pairs = vec![("file".to_owned(), self.prepared.upload.digest.simple().to_string())];
        let kept = self.prepared.sent.to_form().into_iter();
        pairs.extend(kept.filter(|(name, _)| name != "decimal"));
        let example = question.examples.first();
        let button = |value: &str, words: &str, result: Option<String>| {
            let is_chosen = answered.is_some_and(|mark| mark.name() == value);
            html! {
                button .quiet type="submit" name="decimal" value=(value) aria-pressed=(is_chosen) {
                    (words) @if let Some(result) = result { " : " (result) }
                    @if question.suggested.is_some_and(|mark| mark.name() == value) { " " small { (self.say("(comme le reste du fichier)", "(like the rest of the file)")) } }
                }
            }
        };
        let money = |of: fn(&AmountExample) -> Money| example.map(|example| self.language.money(of(example)));
        notice(&html! {
            h2 { (self.say("Quel signe sépare les décimales ?", "Which sign separates decimals?")) }
            p {
                (self.language.count(count(question.lines), LINE)) " "
                (self.say("avec un montant qui se lit de deux façons", "with an amount that can be read in two ways"))
                @if let Some(example) = example { (self.example(example)) } "."
            }
            form .ways method="get" action=(IMPORT_PREVIEW) {
                (hidden_fields(&pairs))
                (hidden_language_field(self.language))
                (button("comma", self.say("La virgule", "The comma"), money(|example| example.with_comma)))
                (button("point", self.say("Le point", "The point"), money(|example| example.with_point)))
            }
        })
    }

    fn example(&self, example: &AmountExample) -> Markup {
        let line = example.line;
        let quoted = self.language.choose(
            format!("\u{a0}: «\u{a0}{}\u{a0}» (ligne {line})", example.written),
            format!(": “{}” (line {line})", example.written),
        );
        html! { (quoted) }
    }

    fn confirmation(&self, plan: &ImportPlan) -> Markup {
        let deals = plan.new.len() + plan.changed.len();
        let mut pairs = vec![
            ("file".to_owned(), self.prepared.upload.digest.simple().to_string()),
            ("run".to_owned(), self.run.to_string()),
        ];
        pairs.extend(self.prepared.sent.to_form());
        let good = Noun {
            french: ("affaire", "affaires"),
            english: ("deal", "deals"),
        };
        html! {
            @if deals == 0 {
                p { strong { (self.say("Il n’y a rien à importer.", "There is nothing to import.")) } }
                p .ways { a .quiet href=(with_language(IMPORT, self.language)) { (self.say("Choisir un autre fichier", "Choose another file")) } }
            } @else {
                form .ways method="post" action=(IMPORT_APPLY) {
                    (hidden_fields(&pairs))
                    (hidden_language_field(self.language))
                    button .action type="submit" { (self.say("Importer ", "Import ")) (self.language.count(count(deals), good)) }
                    a .quiet href=(with_language(IMPORT, self.language)) { (self.say("Choisir un autre fichier", "Choose another file")) }
                    @if !plan.refused.is_empty() {
                        span .hint { (self.say("Les lignes refusées restent de côté.", "The refused lines are left out.")) }
                    }
                }
            }
        }
    }

    fn heading(&self, words: &str, number: usize) -> Markup {
        html! {
            h2 { (words) " (" (self.language.whole(count(number))) ")" }
            @if number > MAX_SHOWN {
                p .hint { (self.say("Les cent premières :", "The first hundred:")) }
            }
        }
    }

    fn refused(&self, refused: &[RefusedLine]) -> Markup {
        let address = with_language(&format!("{IMPORT_REFUSED}?{}", self.prepared.query()), self.language);
        html! {
            section .import-refused {
                (self.heading(self.say("Refusées", "Refused"), refused.len()))
                p { a href=(address) download { (self.say("Les lignes refusées en CSV", "The refused lines as CSV")) } ", "
                    (self.say("avec leur motif, à corriger et à réimporter.", "with their reason, to mend and import again.")) }
                ul { @for refusal in refused.iter().take(MAX_SHOWN) { li { (refusal.sentence(self.language)) } } }
            }
        }
    }

    fn changed(&self, changed: &[ChangedDeal]) -> Markup {
        let columns = [
            number(self.say("Ligne", "Line")),
            text(self.say("Client", "Client")),
            text(self.say("Ce qui change", "What changes")),
        ];
        let rows: Vec<Markup> = changed
            .iter()
            .take(MAX_SHOWN)
            .map(|changed| self.changed_row(changed))
            .collect();
        html! {
            section .import-changed {
                (self.heading(self.say("Modifiées", "Changed"), changed.len()))
                (table(self.say("Affaires modifiées", "Changed deals"), &columns, &rows))
            }
        }
    }

    fn changed_row(&self, changed: &ChangedDeal) -> Markup {
        let changes = html! {
            ul { @for change in &changed.changes {
                li {
                    span .detail { (change.field.label(self.language)) " : " }
                    del { span .unseen { (self.say("avant ", "before ")) } (format_value(&change.old, self.language)) }
                    " " ins { span .unseen { (self.say("après ", "after ")) } (format_value(&change.new, self.language)) }
                }
            } }
        };
        row(
            1,
            &[
                cell(
                    "number",
                    html! { span .unit { (self.say("ligne ", "line ")) } (changed.line) },
                ),
                cell("name", html! { bdi { (changed.before.client) } }),
                cell("what", changes),
            ],
        )
    }

    fn added(&self, new: &[AddedDeal]) -> Markup {
        let columns = [
            number(self.say("Ligne", "Line")),
            text(self.say("Client", "Client")),
            text(self.say("Statut", "Status")),
            number(self.say("Montant", "Amount")),
            text(self.say("Secteur", "Sector")),
            text(self.say("Échéance", "Due")),
            text(self.say("Commercial", "Sales rep")),
        ];
        let rows: Vec<Markup> = new.iter().take(MAX_SHOWN).map(|new| self.added_row(new)).collect();
        html! {
            section .import-new {
                (self.heading(self.say("Nouvelles", "New"), new.len()))
                (table(self.say("Nouvelles affaires", "New deals"), &columns, &rows))
            }
        }
    }

    fn added_row(&self, new: &AddedDeal) -> Markup {
        let draft = &new.draft;
        let optional = |text: Option<&str>| html! { @if let Some(text) = text { bdi { (text) } } };
        row(
            1,
            &[
                cell(
                    "number",
                    html! { span .unit { (self.say("ligne ", "line ")) } (new.line) },
                ),
                cell("name", html! { ins { bdi { (draft.client) } } }),
                cell("", html! { (draft.stage.as_str()) }),
                cell("number", html! { (self.language.money(draft.amount)) }),
                cell("", optional(draft.sector.as_deref())),
                cell(
                    "when",
                    html! { @if let Some(due) = draft.due { (self.language.date(due)) } },
                ),
                cell("", optional(draft.assignee.as_deref())),
            ],
        )
    }

    fn identical(&self, plan: &ImportPlan) -> Markup {
        let lines: Vec<String> = plan
            .identical
            .iter()
            .take(MAX_SHOWN)
            .map(|line| line.line.to_string())
            .collect();
        let rest = if plan.identical.len() > MAX_SHOWN { ", …" } else { "" };
        html! {
            details {
                summary { (self.say("Identiques", "Identical")) " (" (self.language.whole(count(plan.identical.len()))) ")" }
                p { (self.say("Ces lignes disent ce que l’onglet contient déjà : ", "These lines say what the tab holds already: ")) (lines.join(", ")) (rest) "." }
            }
        }
    }
}
