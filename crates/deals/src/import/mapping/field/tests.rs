use crate::import::mapping::field::{Field, is_computed, meaning};

fn field_of(header: &str) -> Option<Field> {
    meaning(header).map(|(field, _)| field)
}

#[test]
fn headers_are_understood_in_two_languages_without_accents_case_and_punctuation() {
    for (header, field) in [
        ("Montant", Field::Amount),
        ("Montant brut", Field::Amount),
        ("montant_brut", Field::Amount),
        ("Montant (€)", Field::Amount),
        ("MONTANT BRUT EN EUROS", Field::Amount),
        ("Montant HT", Field::Amount),
        ("CA", Field::Amount),
        ("Amount", Field::Amount),
        ("Value", Field::Amount),
        ("Échéance", Field::Due),
        ("echeance", Field::Due),
        ("Date d’échéance", Field::Due),
        ("Date d'echeance :", Field::Due),
        ("Date de clôture", Field::Due),
        ("Close date", Field::Due),
        ("closeDate", Field::Due),
        ("Due date", Field::Due),
        ("Client", Field::Client),
        ("  Société\u{a0}", Field::Client),
        ("Nom de l'entreprise", Field::Client),
        ("Compte", Field::Client),
        ("Company", Field::Client),
        ("Account Name", Field::Client),
        ("Statut", Field::Stage),
        ("ÉTAPE", Field::Stage),
        ("Stage", Field::Stage),
        ("Status", Field::Stage),
        ("Phase", Field::Stage),
        ("Secteur d’activité", Field::Sector),
        ("Industrie", Field::Sector),
        ("Industry", Field::Sector),
        ("Commercial", Field::Assignee),
        ("Assigné", Field::Assignee),
        ("Assigné(e) à", Field::Assignee),
        ("Assigné à", Field::Assignee),
        ("Responsable", Field::Assignee),
        ("Deal owner", Field::Assignee),
        ("Sales rep", Field::Assignee),
        ("Notes", Field::Notes),
        ("Commentaire", Field::Notes),
        ("Comment", Field::Notes),
        ("id", Field::Id),
        ("Id", Field::Id),
        ("N°", Field::Id),
        ("Nº", Field::Id),
        ("#", Field::Id),
        ("Référence", Field::Id),
        ("CA HT estimé (€)", Field::Amount),
        ("Montant prévisionnel", Field::Amount),
        ("Prix hors taxes", Field::Amount),
        ("Clôture prévue", Field::Due),
        ("Éch.", Field::Due),
        ("Resp.", Field::Assignee),
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
    for field in Field::ALL {
        for synonym in field.synonyms() {
            assert_eq!(field_of(synonym), Some(field), "{synonym}");
            assert!(!is_computed(synonym), "{synonym}");
        }
        assert_eq!(field_of(field.name()), Some(field));
        assert_eq!(Field::parse(field.name()), Some(field));
    }
    for header in ["Probabilité (%)", "valeur_ponderee", "Created at"] {
        assert!(is_computed(header), "{header}");
    }
}
