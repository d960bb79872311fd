//! Tests of recognising headers.

use crate::import::mapping::field::{ImportField, is_computed, meaning};

fn field_of(header: &str) -> Option<ImportField> {
    meaning(header).map(|(field, _)| field)
}

#[test]
fn headers_are_understood_in_two_languages_without_accents_case_and_punctuation() {
    for (header, field) in [
        ("Montant", ImportField::Amount),
        ("Montant brut", ImportField::Amount),
        ("montant_brut", ImportField::Amount),
        ("Montant (€)", ImportField::Amount),
        ("MONTANT BRUT EN EUROS", ImportField::Amount),
        ("Montant HT", ImportField::Amount),
        ("CA", ImportField::Amount),
        ("Amount", ImportField::Amount),
        ("Value", ImportField::Amount),
        ("Échéance", ImportField::Due),
        ("echeance", ImportField::Due),
        ("Date d’échéance", ImportField::Due),
        ("Date d'echeance :", ImportField::Due),
        ("Date de clôture", ImportField::Due),
        ("Close date", ImportField::Due),
        ("closeDate", ImportField::Due),
        ("Due date", ImportField::Due),
        ("Client", ImportField::Client),
        ("  Société\u{a0}", ImportField::Client),
        ("Nom de l'entreprise", ImportField::Client),
        ("Compte", ImportField::Client),
        ("Company", ImportField::Client),
        ("Account Name", ImportField::Client),
        ("Statut", ImportField::Stage),
        ("ÉTAPE", ImportField::Stage),
        ("Stage", ImportField::Stage),
        ("Status", ImportField::Stage),
        ("Phase", ImportField::Stage),
        ("Secteur d’activité", ImportField::Sector),
        ("Industrie", ImportField::Sector),
        ("Industry", ImportField::Sector),
        ("Commercial", ImportField::Assignee),
        ("Assigné", ImportField::Assignee),
        ("Assigné(e) à", ImportField::Assignee),
        ("Assigné à", ImportField::Assignee),
        ("Responsable", ImportField::Assignee),
        ("Deal owner", ImportField::Assignee),
        ("Sales rep", ImportField::Assignee),
        ("Notes", ImportField::Notes),
        ("Commentaire", ImportField::Notes),
        ("Comment", ImportField::Notes),
        ("id", ImportField::Id),
        ("Id", ImportField::Id),
        ("N°", ImportField::Id),
        ("Nº", ImportField::Id),
        ("#", ImportField::Id),
        ("Référence", ImportField::Id),
        ("CA HT estimé (€)", ImportField::Amount),
        ("Montant prévisionnel", ImportField::Amount),
        ("Prix hors taxes", ImportField::Amount),
        ("Clôture prévue", ImportField::Due),
        ("Éch.", ImportField::Due),
        ("Resp.", ImportField::Assignee),
    ] {
        assert_eq!(field_of(header), Some(field), "{header}");
    }
}

#[test]
fn what_is_no_header_of_a_deal_means_nothing() {
    for header in [
        "",
        "Téléphone",
        "Date",
        "Nom",
        "Montants",
        "12 500",
        "Probabilité",
        "e-mail",
        "Prévu",
        "HT",
        "Montant TTC",
    ] {
        assert_eq!(field_of(header), None, "{header}");
    }
}

#[test]
fn no_header_means_two_fields_and_none_is_computed_as_well() {
    for field in ImportField::ALL {
        for synonym in field.synonyms() {
            assert_eq!(field_of(synonym), Some(field), "{synonym}");
            assert!(!is_computed(synonym), "{synonym}");
        }
        assert_eq!(field_of(field.name()), Some(field));
        assert_eq!(ImportField::parse(field.name()), Some(field));
    }
    for header in ["Probabilité (%)", "valeur_ponderee", "Created at"] {
        assert!(is_computed(header), "{header}");
    }
}
