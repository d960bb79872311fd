//! Tests of the file with the refused lines.

use domain::language::Language;

use crate::import::{
    mapping,
    plan::{
        lines, plan,
        refused_lines::write,
        tests::fixture::{choices, plan_of, table, table_of},
    },
};

fn written(file: &str) -> String {
    let refused = plan_of(&[], file).refused;
    String::from_utf8(write(&table(file), &refused, Language::French)).expect("UTF-8")
}

#[test]
fn refused_lines_come_back_in_the_columns_of_their_file_with_the_reason() {
    let file = "Tél,Montant,Société,Statut\n01,abc,\"A, B\",Gagné\n02,5,Bon,Gagné\n03,-1 €,\"C \"\"D\"\"; E\",Gagné\n";
    assert_eq!(
        written(file),
        "\u{feff}Tél;Montant;Société;Statut;motif\r\n\
         01;abc;A, B;Gagné;montant « abc » illisible\r\n\
         03;-1 €;\"C \"\"D\"\"; E\";Gagné;montant « -1 € » refusé : le montant doit être supérieur à 0\r\n"
    );
}

#[test]
fn the_reason_of_an_earlier_round_is_replaced_and_no_cell_is_lost() {
    let file = "Client;Statut;Montant;motif\nA;Gagné;abc;montant absent\nB;Gagné;5;;de trop\n";
    assert_eq!(
        written(file),
        "\u{feff}Client;Statut;Montant;motif\r\n\
         A;Gagné;abc;montant « abc » illisible\r\n\
         B;Gagné;5;\"plus de cellules que les 4 colonnes de l’en-tête ; mettez entre guillemets le texte qui contient un séparateur\";de trop\r\n"
    );
}

#[test]
fn text_that_would_run_as_a_formula_is_harmless_and_reads_back() {
    let file = "Client;Statut;Montant\n=HYPERLINK(1);Gagné;-5,00\n";
    let round = written(file);
    assert!(round.contains("'=HYPERLINK(1);Gagné;-5,00;"), "{round}");
    assert_eq!(table(&round).lines[0].cells[..3], table(file).lines[0].cells);
}

#[test]
fn numbers_and_days_of_a_workbook_read_back_as_what_they_were() {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, header) in (0..).zip(["Client", "Statut", "Montant", "Échéance"]) {
        sheet.write(0, column, header).expect("header");
    }
    let day = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    let due = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 12, 31).expect("day");
    for (row, amount) in (1..).zip([12.345, 12_500.0, 0.5]) {
        sheet.write(row, 0, format!("Client {row}")).expect("cell");
        sheet.write(row, 1, "?").expect("cell");
        sheet.write(row, 2, amount).expect("cell");
        sheet.write_with_format(row, 3, &due, &day).expect("cell");
    }
    let bytes = workbook.save_to_buffer().expect("workbook");
    let first = table_of(&bytes);
    let mapping = mapping::guess(&first.columns).mapping;
    let refused = plan(&[], &lines::read(&first, &mapping), &choices()).refused;
    assert_eq!(refused.len(), 3);
    let again = write(&first, &refused, Language::French);
    let mended = String::from_utf8(again).expect("UTF-8").replace('?', "Gagné");
    let plan = plan_of(&[], &mended);
    let amounts: Vec<String> = plan.new.iter().map(|new| new.draft.amount.to_string()).collect();
    assert_eq!(amounts, ["12.35", "12500.00", "0.50"]);
    assert!(
        plan.new
            .iter()
            .all(|new| new.draft.due == Some(jiff::civil::date(2026, 12, 31)))
    );
}
