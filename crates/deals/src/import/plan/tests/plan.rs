//! Tests of the import plan.

use domain::{language::Language, money::Money};
use proptest::prelude::*;

use crate::{
    deal::{
        Deal,
        stage::{DealStage, LostStage},
    },
    import::{
        mapping::field::ImportField,
        plan::{
            IdenticalTo, ImportPlan,
            lines::ParsedLines,
            notes::ImportNote,
            options::{EmptyCells, ImportOptions, MatchingKey, NoKeyField},
            plan,
            tests::fixture::{self, apply_plan, choices, deal, lines, outcomes, plan_of},
            values::DealFieldValue,
        },
    },
    text::amount::DecimalMark,
};

const HEADER: &str = "id;client;statut;montant_brut;secteur;date_echeance;assignee;notes\n";
const KNOWN: &str = "1;Acme;Qualifié;12 500,50 €;Santé;31/12/2026;Claire Dubois;Rappeler lundi\n";

fn sentences(plan: &ImportPlan, language: Language) -> Vec<String> {
    plan.refused.iter().map(|refusal| refusal.sentence(language)).collect()
}

fn with_key(fields: &[ImportField]) -> ImportOptions {
    ImportOptions {
        key: MatchingKey::new(fields.iter().copied()).expect("a key"),
        ..choices()
    }
}

#[test]
fn a_line_is_new_changed_identical_or_refused() {
    let existing = [deal(1, "Acme"), deal(2, "Durand")];
    let file = format!(
        "{HEADER}{KNOWN}2;Durand;Gagné;15000;Santé;31/12/2026;Claire Dubois;Rappeler lundi\n\
         ;Nouveau;Prospect;900;;;;\n;Faux;Prospect;abc;;31/02/2026;;\n"
    );
    let plan = plan_of(&existing, &file);
    assert_eq!(outcomes(&plan), "=~+!");
    let changes: Vec<_> = plan.changed[0]
        .changes
        .iter()
        .map(|change| (change.field, change.old.to_string(), change.new.to_string()))
        .collect();
    let owned = |field, old: &str, new: &str| (field, old.to_owned(), new.to_owned());
    assert_eq!(
        changes,
        [
            owned(ImportField::Stage, "Qualifié", "Gagné"),
            owned(ImportField::Amount, "12500.50", "15000.00")
        ]
    );
    assert_eq!(plan.new[0].draft.amount, Money::cents(90_000));
    assert_eq!(plan.identical[0].to, IdenticalTo::Deal { row: 2, id: Some(1) });
}

#[test]
fn a_refused_line_says_in_words_everything_that_is_wrong_with_it() {
    for (line, french, english) in [
        (
            ";Acme;Prospect;abc;;;;",
            "Ligne 2 : montant « abc » illisible",
            "Line 2: amount “abc” cannot be read",
        ),
        (
            ";Acme;Prospect;;;;;",
            "Ligne 2 : montant absent",
            "Line 2: amount is missing",
        ),
        (
            ";;Prospect;5;;;;",
            "Ligne 2 : client absent",
            "Line 2: client is missing",
        ),
        (
            ";Acme;Prospect;-5;;;;",
            "Ligne 2 : montant « -5 » refusé : le montant doit être supérieur à 0",
            "Line 2: amount “-5” is refused: the amount must be more than 0",
        ),
        (
            ";Acme;Prospect;0,004;;;;",
            "Ligne 2 : montant « 0,004 » refusé : le montant doit être supérieur à 0",
            "Line 2: amount “0,004” is refused: the amount must be more than 0",
        ),
        (
            ";Acme;Prospect;$5;;;;",
            "Ligne 2 : montant « $5 » en $ : seuls les euros sont acceptés",
            "Line 2: amount “$5” is in $: only euros are accepted",
        ),
        (
            ";Acme;Prospect;12.500;;;;",
            "Ligne 2 : montant « 12.500 » ambigu : 12\u{202f}500,00\u{a0}€ ou 12,50\u{a0}€ ? Dites quel signe sépare les décimales",
            "Line 2: amount “12.500” is ambiguous: €12,500.00 or €12.50? Say which sign separates decimals",
        ),
        (
            ";Acme;Prospect;5;;31/02/2026;;",
            "Ligne 2 : échéance « 31/02/2026 » impossible : le 31/02/2026 n’existe pas",
            "Line 2: due date “31/02/2026” is impossible: there is no 31/02/2026",
        ),
        (
            ";Acme;En cours;5;#REF!;;;",
            "Ligne 2 : statut « En cours » inconnu : Prospect, Qualifié, Négociation ou Gagné ; secteur « #REF! » illisible : la formule de la cellule a échoué",
            "Line 2: status “En cours” is unknown: Prospect, Qualifié, Négociation or Gagné; sector “#REF!” cannot be read: the formula of the cell failed",
        ),
        (
            "x;Acme;Prospect;5;;;;",
            "Ligne 2 : id « x » illisible : un nombre entier à partir de 1",
            "Line 2: id “x” cannot be read: a whole number from 1 on",
        ),
        (";Acme;Prospect;1,234.56;;;;", "", ""),
        (
            ";Acme;Prospect;5;;;;;;trop",
            "Ligne 2 : plus de cellules que les 8 colonnes de l’en-tête ; mettez entre guillemets le texte qui contient un séparateur",
            "Line 2: more cells than the 8 columns of the header; put text that contains a separator in quotes",
        ),
    ] {
        let plan = plan_of(&[], &format!("{HEADER}{line}\n"));
        assert_eq!(sentences(&plan, Language::French).concat(), french, "{line}");
        assert_eq!(sentences(&plan, Language::English).concat(), english, "{line}");
    }
}

#[test]
fn the_stage_lost_is_refused_where_the_board_does_not_know_it() {
    let lines = lines(&format!("{HEADER};Acme;Perdu;5;;;;\n"));
    assert_eq!(outcomes(&plan(&[], &lines, &choices())), "+");
    let disabled = ImportOptions {
        lost_stage: LostStage::NotOffered,
        ..choices()
    };
    assert_eq!(outcomes(&plan(&[], &lines, &disabled)), "!");
}

#[test]
fn an_ambiguous_amount_waits_for_the_answer_and_the_rest_of_the_file_suggests_one() {
    let file = format!("{HEADER};A;Prospect;12.500;;;;\n;B;Prospect;1.234,50;;;;\n;C;Prospect;7,250;;;;\n");
    let lines = lines(&file);
    let request = plan(&[], &lines, &choices());
    assert_eq!(outcomes(&request), "!+!");
    let question = request.question.expect("a question");
    assert_eq!((question.lines, question.suggested), (2, Some(DecimalMark::Comma)));
    assert_eq!(question.examples[0].with_comma, Money::cents(1_250_000));
    assert_eq!(question.examples[0].with_point, Money::cents(1_250));
    for (mark, amounts) in [
        (DecimalMark::Comma, [1_250_000, 123_450, 725]),
        (DecimalMark::Point, [1_250, 123_450, 725_000]),
    ] {
        let answered = ImportOptions {
            decimal_mark: Some(mark),
            ..choices()
        };
        let plan = plan(&[], &lines, &answered);
        let read: Vec<Money> = plan.new.iter().map(|new| new.draft.amount).collect();
        assert_eq!(read, amounts.map(Money::cents));
        assert!(plan.question.is_some(), "it stays on show");
    }
}

#[test]
fn a_line_without_id_is_found_by_client_due_date_and_sector_however_they_are_spelled() {
    let existing = [deal(1, "Société Générale"), deal(2, "Durand")];
    let header = "client;statut;montant;secteur;échéance\n";
    for (line, outcome) in [
        ("SOCIETE GENERALE;Qualifié;12500,50;sante;2026-12-31", "~"),
        ("Société  Générale ;Qualifié;12500,50;Santé;31/12/26", "="),
        ("Société Générale;Qualifié;12500,50;Santé;30/12/2026", "+"),
        ("Société Générale;Qualifié;12500,50;;31/12/2026", "+"),
    ] {
        assert_eq!(
            outcomes(&plan_of(&existing, &format!("{header}{line}\n"))),
            outcome,
            "{line}"
        );
    }
    let without_sector = "client;statut;montant;échéance\nDurand;Qualifié;12500,50;31/12/2026\n";
    assert_eq!(
        outcomes(&plan_of(&existing, without_sector)),
        "=",
        "a column that is not there is no part of the key"
    );
}

#[test]
fn the_key_can_be_another_one() {
    let existing = [deal(1, "Acme")];
    let lines = lines("id;client;statut;montant;échéance\n7;Acme;Gagné;10;1/1/2027\n");
    assert_eq!(
        outcomes(&plan(&existing, &lines, &with_key(&[ImportField::Client]))),
        "~"
    );
    assert_eq!(
        outcomes(&plan(
            &existing,
            &lines,
            &with_key(&[ImportField::Client, ImportField::Due])
        )),
        "+"
    );
    let by_id_alone = plan(&existing, &lines, &with_key(&[ImportField::Id]));
    assert_eq!(
        sentences(&by_id_alone, Language::French),
        ["Ligne 2 : id « 7 » inconnu : aucune affaire n’a ce numéro"]
    );
    assert_eq!(MatchingKey::new([]), Err(NoKeyField));
}

#[test]
fn a_known_id_finds_its_deal_even_when_all_the_rest_changed() {
    let existing = [deal(1, "Acme"), deal(2, "Durand")];
    let plan = plan_of(
        &existing,
        &format!("{HEADER}2;Acme SAS;Gagné;1;Énergie;1/1/2027;Marc;Rien\n"),
    );
    assert_eq!(outcomes(&plan), "~");
    assert_eq!((plan.changed[0].before.id, plan.changed[0].changes.len()), (Some(2), 7));
}

#[test]
fn ids_of_another_program_are_not_taken_for_those_of_the_tab() {
    let existing = [deal(1, "Acme"), deal(2, "Durand"), deal(3, "Petit")];
    let header = "id;client;statut;montant;secteur;échéance\n";
    let ours = "1;Acme;Gagné;1;Santé;31/12/2026\n2;Durand;Gagné;1;Santé;1/1/2027\n;Neu;Gagné;1;;\n";
    assert!(MatchingKey::suggested(&existing, &lines(&format!("{header}{ours}"))).has_id());
    for theirs in [
        "1;Durand;Gagné;1;Santé;31/12/2026\n2;Petit;Gagné;1;Santé;31/12/2026\n",
        "HS-1;Acme;Gagné;1;Santé;31/12/2026\nHS-2;Durand;Gagné;1;Santé;31/12/2026\n",
        "901;Acme;Gagné;1;Santé;31/12/2026\n",
    ] {
        let lines = lines(&format!("{header}{theirs}"));
        let key = MatchingKey::suggested(&existing, &lines);
        assert!(!key.has_id(), "{theirs}");
        let plan = plan(&existing, &lines, &ImportOptions { key, ..choices() });
        assert_eq!(outcomes(&plan), "~".repeat(lines.lines.len()), "{theirs}");
        assert!(plan.notes.contains(&ImportNote::ForeignIds));
    }
}

#[test]
fn lines_that_mean_the_same_deal_must_say_the_same() {
    let existing = [deal(1, "Acme")];
    let again = KNOWN.replace("1;Acme", ";Acme");
    let otherwise = again.replace("Qualifié", "Gagné");
    for (lines, outcome, told) in [
        (format!("{KNOWN}{KNOWN}"), "==", vec![]),
        (format!("{KNOWN}{again}"), "==", vec![]),
        (format!("{again}{KNOWN}"), "==", vec![]),
        (format!("{again}{again}{again}"), "===", vec![]),
        (format!("{KNOWN}{otherwise}"), "=!", vec![(3, 2)]),
        (format!("{otherwise}{KNOWN}"), "!=", vec![(2, 3)]),
        (format!("{again}{otherwise}"), "!!", vec![(2, 3), (3, 2)]),
        (
            format!("{again}{again}{otherwise}"),
            "!!!",
            vec![(2, 4), (3, 4), (4, 2)],
        ),
    ] {
        let plan = plan_of(&existing, &format!("{HEADER}{lines}"));
        assert_eq!(outcomes(&plan), outcome, "{lines}");
        let expected: Vec<String> = told
            .iter()
            .map(|(line, other)| {
                format!("Ligne {line} : la ligne {other} désigne la même affaire avec d’autres valeurs ; gardez-en une, ou ajoutez un champ à la clé")
            })
            .collect();
        assert_eq!(sentences(&plan, Language::French), expected, "{lines}");
    }
    let new = ";Neuf;Prospect;5;;;;\n";
    let plan = plan_of(&existing, &format!("{HEADER}{new}{new}"));
    assert_eq!(
        (outcomes(&plan).as_str(), plan.identical[0].to),
        ("+=", IdenticalTo::Line(2))
    );
}

#[test]
fn a_key_that_several_deals_have_is_refused_and_the_id_tells_them_apart() {
    let existing = [deal(1, "Acme"), deal(2, "ACME")];
    let without_id = plan_of(&existing, &format!("{HEADER}{}", KNOWN.replace("1;", ";")));
    assert_eq!(
        sentences(&without_id, Language::English),
        ["Line 2: several deals have this key (rows 2, 3 of the tab); add the id or a field to the key"]
    );
    let with_ids = format!("{HEADER}{KNOWN}{}", KNOWN.replace("1;Acme", "2;ACME"));
    assert_eq!(outcomes(&plan_of(&existing, &with_ids)), "==");
    let copied = [
        deal(1, "Acme"),
        Deal {
            row: 9,
            ..deal(1, "Acme")
        },
    ];
    assert_eq!(
        outcomes(&plan_of(&copied, &format!("{HEADER}{KNOWN}"))),
        "!",
        "staff copied the row with its id"
    );
}

#[test]
fn an_empty_cell_keeps_the_value_unless_it_is_said_to_erase() {
    let existing = [deal(1, "Acme")];
    let lines = lines(&format!("{HEADER}1;;;;;;;\n"));
    assert_eq!(outcomes(&plan(&existing, &lines, &choices())), "=");
    let erasing = ImportOptions {
        empty_cells: EmptyCells::Erase,
        ..choices()
    };
    let erased: Vec<ImportField> = plan(&existing, &lines, &erasing).changed[0]
        .changes
        .iter()
        .inspect(|change| assert_eq!(change.new, DealFieldValue::Empty))
        .map(|change| change.field)
        .collect();
    assert_eq!(
        erased,
        [
            ImportField::Sector,
            ImportField::Due,
            ImportField::Assignee,
            ImportField::Notes
        ]
    );
}

#[test]
fn a_column_that_is_not_there_leaves_its_values_alone_and_new_deals_need_the_mandatory_ones() {
    let existing = [deal(1, "Acme")];
    let plan = plan_of(&existing, "id;statut\n1;Gagné\n7;Gagné\n");
    assert_eq!(outcomes(&plan), "~!");
    assert_eq!(plan.changed[0].changes.len(), 1);
}

#[test]
fn what_is_computed_here_is_not_imported_and_rounding_is_told() {
    let plan = plan_of(
        &[],
        "client;statut;montant;probabilité;valeur pondérée\nAcme;Prospect;3333,333333;99 %;1 €\n",
    );
    assert_eq!(plan.new[0].draft.amount, Money::cents(333_333));
    assert_eq!(
        plan.notes,
        [
            ImportNote::Rounded { lines: 1, first: 2 },
            ImportNote::Computed,
            ImportNote::EmptyCellsKeep
        ]
    );
}

/// Few distinct values, so that lines match deals and each other.
fn any_line() -> impl Strategy<Value = String> {
    (
        prop_oneof![Just(String::new()), (1_u64..9).prop_map(|id| id.to_string())],
        prop_oneof!["[AB]", "[ab]", "É", "", " A "],
        prop_oneof![Just("Prospect"), Just("gagne"), Just("Perdu"), Just(""), Just("?")],
        prop_oneof![
            Just("12 500,50 €"),
            Just("7"),
            Just("12.500"),
            Just("-1"),
            Just("abc"),
            Just("")
        ],
        prop_oneof![Just("Santé"), Just("SANTE"), Just("")],
        prop_oneof![Just("31/12/2026"), Just("2027-01-01"), Just("31/02/2026"), Just("")],
        prop_oneof![Just("Claire"), Just("")],
    )
        .prop_map(|(id, client, stage, amount, sector, due, assignee)| {
            format!("{id};{client};{stage};{amount};{sector};{due};{assignee};\n")
        })
}

fn any_deal() -> impl Strategy<Value = Deal> {
    (1_u64..9, "[ABab]", 0_usize..5, 1_i64..900, any::<bool>(), any::<bool>()).prop_map(
        |(id, client, stage, cents, has_sector, has_due)| {
            let usual = deal(id, &client);
            Deal {
                stage: DealStage::ALL[stage],
                amount: Money::cents(cents),
                sector: usual.sector.clone().filter(|_| has_sector),
                due: usual.due.filter(|_| has_due),
                ..usual
            }
        },
    )
}

fn any_key() -> impl Strategy<Value = MatchingKey> {
    prop_oneof![
        Just(vec![ImportField::Client, ImportField::Due, ImportField::Sector]),
        Just(vec![ImportField::Client]),
        Just(vec![ImportField::Client, ImportField::Amount]),
    ]
    .prop_map(|fields| MatchingKey::new(fields).expect("a key"))
}

fn numbered(mut deals: Vec<Deal>) -> Vec<Deal> {
    for (row, deal) in (2..).zip(&mut deals) {
        deal.row = row;
        deal.id = Some(u64::from(row) - 1);
    }
    deals
}

fn file_of(lines: &[String]) -> ParsedLines {
    fixture::lines(&format!("{HEADER}{}", lines.concat()))
}

/// Imports the lines twice and checks that the second import changes nothing.
fn check_round_trip(
    before: &[Deal],
    lines: &ParsedLines,
    key: impl Fn(&[Deal]) -> MatchingKey,
) -> Result<(), TestCaseError> {
    for empty_cells in [EmptyCells::Keep, EmptyCells::Erase] {
        let choices = |deals: &[Deal]| ImportOptions {
            key: key(deals),
            decimal_mark: Some(DecimalMark::Comma),
            empty_cells,
            lost_stage: LostStage::Offered,
        };
        let mut deals = before.to_vec();
        let first = plan(&deals, lines, &choices(&deals));
        let counted = first.new.len() + first.changed.len() + first.identical.len() + first.refused.len();
        prop_assert_eq!(counted, lines.lines.len());
        apply_plan(&first, &mut deals);
        let second = plan(&deals, lines, &choices(&deals));
        prop_assert!(
            second.new.is_empty() && second.changed.is_empty(),
            "{:?} then {:?}",
            first,
            second
        );
        let refused = |plan: &ImportPlan| plan.refused.iter().map(|refusal| refusal.line).collect::<Vec<_>>();
        prop_assert_eq!(refused(&first), refused(&second));
    }
    Ok(())
}

proptest! {
    #[test]
    fn importing_again_changes_nothing(
        existing in proptest::collection::vec(any_deal(), 0..8),
        file in proptest::collection::vec(any_line(), 1..12),
        key in any_key(),
    ) {
        check_round_trip(&numbered(existing), &file_of(&file), |_| key.clone())?;
    }

    #[test]
    fn importing_lines_with_known_ids_again_changes_nothing(
        existing in proptest::collection::vec(any_deal(), 8),
        file in proptest::collection::vec(any_line(), 1..12),
    ) {
        check_round_trip(&numbered(existing), &file_of(&file), |_| MatchingKey::default())?;
    }

    #[test]
    fn an_export_of_another_program_imported_again_changes_nothing(
        file in proptest::collection::vec(any_line(), 1..12),
    ) {
        let numbered: Vec<String> = (1..)
            .zip(&file)
            .map(|(id, line)| format!("{id};{}", line.split_once(';').expect("an id").1))
            .collect();
        let lines = file_of(&numbered);
        check_round_trip(&[], &lines, |deals| MatchingKey::suggested(deals, &lines))?;
    }
}
