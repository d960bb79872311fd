//! Form for column mapping, matching key and empty cells, preset with the values in use.

use domain::language::Language;
use maud::{Markup, html};

use crate::{
    import::{
        file::table::FileOrigin,
        mapping::{ColumnMapping, field::ImportField},
        plan::{options::EmptyCells, refusal_reason::shortened},
        preview::{ImportPreview, PlannedImport},
        view::hidden_language_field,
    },
    routes::IMPORT_PREVIEW,
};

/// Settings form of a preview.
pub(crate) struct ImportSettingsForm<'a> {
    pub(crate) language: Language,
    pub(crate) prepared: &'a ImportPreview,
}

impl ImportSettingsForm<'_> {
    fn say(&self, french: &'static str, english: &'static str) -> &'static str {
        self.language.choose(french, english)
    }

    fn outcome(&self) -> Option<&PlannedImport> {
        self.prepared.outcome.as_ref().ok()
    }

    pub(crate) fn markup(&self) -> Markup {
        let must_act = self.prepared.outcome.is_err();
        html! {
            details .settings open[must_act] {
                summary { (self.say("Colonnes et réglages", "Columns and settings")) " " span .hint { (self.origin()) } }
                form method="get" action=(IMPORT_PREVIEW) {
                    input type="hidden" name="file" value=(self.prepared.upload.digest.simple());
                    (hidden_language_field(self.language))
                    (self.decimal())
                    (self.columns())
                    (self.key())
                    (self.empty_cells())
                    p { button .quiet type="submit" { (self.say("Relire avec ces réglages", "Read again with these settings")) } }
                }
            }
        }
    }

    fn origin(&self) -> String {
        match &self.prepared.upload.table.origin {
            FileOrigin::Text { separator, encoding } => {
                let separator = match separator {
                    '\t' => self.say("tabulation", "tab").to_owned(),
                    sign => self.language.choose(format!("« {sign} »"), format!("“{sign}”")),
                };
                self.language.choose(
                    format!("CSV, séparateur {separator}, {encoding}"),
                    format!("CSV, separator {separator}, {encoding}"),
                )
            }
            FileOrigin::Workbook { sheet } => self.language.choose(
                format!("classeur Excel, feuille « {sheet} »"),
                format!("Excel workbook, sheet “{sheet}”"),
            ),
        }
    }

    /// Keeps the chosen decimal mark when other settings change.
    fn decimal(&self) -> Markup {
        let mark = self.outcome().and_then(|outcome| outcome.choices.decimal_mark);
        html! { @if let Some(mark) = mark { input type="hidden" name="decimal" value=(mark.name()); } }
    }

    fn columns(&self) -> Markup {
        html! {
            fieldset .mapping {
                legend { (self.say("Quelle colonne est quel champ ?", "Which column is which field?")) }
                @for field in ImportField::ALL { (self.column(field)) }
            }
        }
    }

    fn column(&self, field: ImportField) -> Markup {
        let name = ColumnMapping::form_name(field);
        let chosen = self.prepared.mapping.column(field);
        let table = &self.prepared.upload.table;
        let samples = chosen
            .map(|column| table.samples(column, self.language))
            .unwrap_or_default();
        let samples: Vec<String> = samples.iter().map(|sample| shortened(sample)).collect();
        html! {
            div .field {
                label for=(name) {
                    (field.label(self.language))
                    @if field.is_mandatory() { " " small { (self.say("obligatoire", "mandatory")) } }
                }
                select id=(name) name=(name) aria-describedby={ (name) "-samples" } {
                    option value="" selected[chosen.is_none()] { (self.say("– aucune –", "– none –")) }
                    @for (place, header) in table.columns.iter().enumerate() {
                        option value=(place) selected[chosen == Some(place)] {
                            @if header.is_empty() { (self.say("colonne ", "column ")) (place + 1) } @else { (shortened(header)) }
                        }
                    }
                }
                p .hint id={ (name) "-samples" } { (self.hint(field, &samples)) }
            }
        }
    }

    /// Sample values of the chosen column, or the suggested column.
    fn hint(&self, field: ImportField, samples: &[String]) -> String {
        let guess = &self.prepared.guess;
        let header = |column: usize| shortened(&self.prepared.upload.table.columns[column]);
        let is_free = self.prepared.mapping.column(field).is_none();
        let meant = guess.suggestions.iter().find(|(of, _)| *of == field && is_free);
        if let Some((_, column)) = meant {
            let header = header(*column);
            return self
                .language
                .choose(format!("Peut-être « {header} » ?"), format!("Maybe “{header}”?"));
        }
        let several = guess.ambiguous.iter().find(|(of, _)| *of == field);
        let several = several.map(|(_, columns)| columns.iter().map(|column| header(*column)).collect::<Vec<_>>());
        match (several, samples) {
            (Some(headers), samples) => {
                let headers = headers.join(", ");
                let samples = samples.join(" · ");
                self.language.choose(
                    format!("{samples} (plusieurs colonnes possibles : {headers})"),
                    format!("{samples} (several columns fit: {headers})"),
                )
            }
            (None, samples) => samples.join(" · "),
        }
    }

    fn key(&self) -> Markup {
        let Some(outcome) = self.outcome() else {
            return html! {};
        };
        let chosen: Vec<ImportField> = outcome.choices.key.fields().collect();
        html! {
            fieldset {
                legend { (self.say("Comment une ligne retrouve son affaire", "How a line finds its deal")) }
                p .hint { (self.say(
                    "Par son id s’il est coché et connu ; sinon par tous les autres champs cochés, sans regarder accents ni majuscules. Sans affaire trouvée, la ligne est nouvelle.",
                    "By its id if that is ticked and known; otherwise by all other ticked fields, whatever accents and capitals. Where no deal is found, the line is new.",
                )) }
                input type="hidden" name="key_shown" value="1";
                ul .choices {
                    @for field in ImportField::ALL {
                        li { label {
                            input type="checkbox" name="key" value=(field.name()) checked[chosen.contains(&field)];
                            span { (field.label(self.language)) }
                        } }
                    }
                }
            }
        }
    }

    fn empty_cells(&self) -> Markup {
        let chosen = self
            .outcome()
            .map(|outcome| outcome.choices.empty_cells)
            .unwrap_or_default();
        let choice = |value: &str, is_chosen: bool, words: &str| {
            html! { li { label { input type="radio" name="empty" value=(value) checked[is_chosen]; span { (words) } } } }
        };
        html! {
            fieldset {
                legend { (self.say("Une cellule vide du fichier", "An empty cell of the file")) }
                ul .choices.wide {
                    (choice("keep", chosen == EmptyCells::Keep, self.say("laisse la valeur existante", "leaves the existing value")))
                    (choice("erase", chosen == EmptyCells::Erase, self.say(
                        "efface secteur, échéance, commercial et notes",
                        "erases sector, due date, sales rep and notes",
                    )))
                }
            }
        }
    }
}
