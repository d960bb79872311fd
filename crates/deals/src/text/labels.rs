//! Labels of columns, stages, cell contents and authors.

use domain::{
    language::{Language, UNKNOWN_VALUE},
    money::Money,
};
use jiff::{Timestamp, Zoned};
use sheets_store::{Cell, CellContent};

use crate::{
    deal::{
        columns::{
            AMOUNT, ASSIGNEE, CLIENT, CREATED_AT, DEALS, DUE, NOTES, PROBABILITY, SECTOR, STAGE, UPDATED_AT, WEIGHTED,
        },
        stage::DealStage,
    },
    list::segment::DealSegment,
};

/// Label of a column of `deals`.
pub fn column_label(column: usize, language: Language) -> &'static str {
    let (french, english) = match column {
        CLIENT => ("Client", "Client"),
        STAGE => ("Statut", "Status"),
        AMOUNT => ("Montant", "Amount"),
        PROBABILITY => ("Probabilité", "Probability"),
        WEIGHTED => ("Valeur pondérée", "Weighted value"),
        SECTOR => ("Secteur", "Sector"),
        DUE => ("Échéance", "Due date"),
        ASSIGNEE => ("Commercial", "Assignee"),
        NOTES => ("Notes", "Notes"),
        CREATED_AT => ("Créée", "Created"),
        UPDATED_AT => ("Modifiée", "Changed"),
        _ => ("N°", "No."),
    };
    language.choose(french, english)
}

/// Label of a stage; stored values do not change with the language.
pub fn stage_label(stage: DealStage, language: Language) -> &'static str {
    match (language, stage) {
        (Language::French, stage) => stage.as_str(),
        (Language::English, DealStage::Prospect) => "Prospect",
        (Language::English, DealStage::Qualified) => "Qualified",
        (Language::English, DealStage::Negotiation) => "Negotiation",
        (Language::English, DealStage::Won) => "Won",
        (Language::English, DealStage::Lost) => "Lost",
    }
}

/// Displayed content of a cell of `deals`; a dash for an empty one. `header` may name a column added by staff.
pub fn cell_label(header: &str, content: &CellContent, language: Language) -> String {
    let column = DEALS.columns.iter().position(|column| column.header == header);
    let shown = match (column, content.as_cell()) {
        (_, Cell::Empty) => Some(UNKNOWN_VALUE.to_owned()),
        (Some(AMOUNT | WEIGHTED), Cell::Number(number)) => {
            Money::from_cell(number).map(|amount| language.money(amount))
        }
        (Some(PROBABILITY), Cell::Number(number)) => {
            Money::from_cell(number).map(|share| language.percent(share.euros()))
        }
        (Some(DUE), Cell::Number(serial)) => crate::text::date::from_serial(serial)
            .ok()
            .map(|day| language.date(day)),
        (Some(DUE), Cell::Text(text)) => crate::text::date::parse_date(text).ok().map(|day| language.date(day)),
        (Some(STAGE), cell) => DealStage::parse(&cell.text()).map(|known| stage_label(known, language).to_owned()),
        _ => None,
    };
    shown.unwrap_or_else(|| content.as_cell().text())
}

/// Date and time: `21/11/2026 13:05`.
pub fn date_time(at: Timestamp, now: &Zoned, language: Language) -> String {
    let at = at.to_zoned(now.time_zone().clone());
    format!("{} {}", language.date(at.date()), at.strftime("%H:%M"))
}

/// Author of an audit entry.
pub fn author_label(by: &str, language: Language) -> String {
    let (french, english) = match by {
        "form" => ("formulaire", "form"),
        sheets_store::audit::SHEET_EDITOR => ("dans le tableur", "in the spreadsheet"),
        web::audit_log::PROGRAM_AUTHOR => ("Tallyboard", "Tallyboard"),
        other if language == Language::French => {
            let words = other.replacen("undo of import of ", "annulation de l’import de ", 1);
            return words.replacen("import of ", "import de ", 1);
        }
        other => return other.to_owned(),
    };
    language.choose(french, english).to_owned()
}

/// Label of a sector or assignee; `None` is “Non renseigné”.
pub(crate) fn name_label(name: Option<&str>, language: Language) -> &str {
    name.unwrap_or(language.choose("Non renseigné", "Not given"))
}

/// Label of a segment.
pub(crate) fn segment_label(subset: DealSegment, language: Language) -> &'static str {
    match subset {
        DealSegment::Overdue => language.choose("En retard", "Overdue"),
        DealSegment::Today => language.choose("Échéance aujourd’hui", "Due today"),
        DealSegment::Upcoming => language.choose("Dans les 30 jours", "Within 30 days"),
        DealSegment::Later => language.choose("Plus tard", "Later"),
        DealSegment::Undated => language.choose("Sans échéance", "Without a due date"),
        DealSegment::Cold => language.choose("Affaires froides", "Cold deals"),
        DealSegment::Snoozed => language.choose("En pause", "Set aside"),
        DealSegment::UnknownAge => language.choose("Dernier changement inconnu", "Last change unknown"),
    }
}
