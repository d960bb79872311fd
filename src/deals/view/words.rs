//! Labels of columns, stages, cell contents and authors.

use jiff::{Timestamp, Zoned};

use super::super::{
    rows::{AMOUNT, ASSIGNEE, CLIENT, CREATED_AT, DEALS, DUE, NOTES, PROBABILITY, SECTOR, STAGE, UPDATED_AT, WEIGHTED},
    stage::Stage,
};
use crate::{
    language::{Language, UNKNOWN},
    money::Money,
    store::{Cell, Content},
};

/// Label of a column of `deals`.
pub fn column(column: usize, language: Language) -> &'static str {
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
pub fn stage(stage: Stage, language: Language) -> &'static str {
    match (language, stage) {
        (Language::French, stage) => stage.as_str(),
        (Language::English, Stage::Prospect) => "Prospect",
        (Language::English, Stage::Qualified) => "Qualified",
        (Language::English, Stage::Negotiation) => "Negotiation",
        (Language::English, Stage::Won) => "Won",
        (Language::English, Stage::Lost) => "Lost",
    }
}

/// Displayed content of a cell of `deals`; a dash for an empty one. `header` may name a column added by staff.
pub fn content(header: &str, content: &Content, language: Language) -> String {
    let column = DEALS.columns.iter().position(|column| column.header == header);
    let shown = match (column, content.as_cell()) {
        (_, Cell::Empty) => Some(UNKNOWN.to_owned()),
        (Some(AMOUNT | WEIGHTED), Cell::Number(number)) => {
            Money::from_cell(number).map(|amount| language.money(amount))
        }
        (Some(PROBABILITY), Cell::Number(number)) => {
            Money::from_cell(number).map(|share| language.percent(share.euros()))
        }
        (Some(DUE), Cell::Number(serial)) => super::super::day::from_serial(serial)
            .ok()
            .map(|day| language.date(day)),
        (Some(DUE), Cell::Text(text)) => super::super::day::read(text).ok().map(|day| language.date(day)),
        (Some(STAGE), cell) => Stage::parse(&cell.text()).map(|known| stage(known, language).to_owned()),
        _ => None,
    };
    shown.unwrap_or_else(|| content.as_cell().text())
}

/// Date and time: `21/11/2026 13:05`.
pub fn moment(at: Timestamp, now: &Zoned, language: Language) -> String {
    let at = at.to_zoned(now.time_zone().clone());
    format!("{} {}", language.date(at.date()), at.strftime("%H:%M"))
}

/// Author of an audit entry.
pub fn author(by: &str, language: Language) -> String {
    let (french, english) = match by {
        "form" => ("formulaire", "form"),
        crate::store::audit::IN_THE_SHEET => ("dans le tableur", "in the spreadsheet"),
        crate::store::audit::TALLYBOARD => ("Tallyboard", "Tallyboard"),
        other if language == Language::French => {
            let words = other.replacen("undo of import of ", "annulation de l’import de ", 1);
            return words.replacen("import of ", "import de ", 1);
        }
        other => return other.to_owned(),
    };
    language.choose(french, english).to_owned()
}
