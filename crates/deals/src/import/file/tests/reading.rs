//! Tests of reading uploaded files: encodings, separators, headers and workbooks.

use domain::language::Language;
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Workbook};

use crate::{
    deal::stage::DealStage,
    import::{
        self,
        file::{
            limits::FileLimits,
            problem::FileProblem,
            table::{FileCell, FileOrigin, FileTable},
            tests::{archive, parts_of, read, typed_workbook},
        },
        mapping,
        plan::{
            lines, plan,
            tests::fixture::{choices, outcomes},
        },
    },
};

const FRENCH: &str = "Client;Statut;Montant\r\nSociété Été;Qualifié;12 500,50 €\r\nŒuvre;Gagné;900\r\n";

fn text(text: &str) -> FileCell {
    FileCell::Text(text.to_owned())
}

fn read_text(text: &str) -> Result<FileTable, FileProblem> {
    read(text.as_bytes(), FileLimits::default())
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    wide(&format!("\u{feff}{text}"), bytes)
}

/// UTF-16 without a byte order mark.
fn wide(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

#[test]
fn a_file_reads_the_same_in_every_alphabet() {
    let (windows, ..) = encoding_rs::WINDOWS_1252.encode(FRENCH);
    let expected = read_text(FRENCH).expect("UTF-8");
    assert_eq!(
        expected.lines[0].cells,
        ["Société Été", "Qualifié", "12 500,50 €"].map(text)
    );
    for (bytes, name) in [
        (FRENCH.as_bytes().to_vec(), "UTF-8"),
        (format!("\u{feff}{FRENCH}").into_bytes(), "UTF-8"),
        (windows.into_owned(), "windows-1252"),
        (utf16(FRENCH, u16::to_le_bytes), "UTF-16LE"),
        (utf16(FRENCH, u16::to_be_bytes), "UTF-16BE"),
        (wide(FRENCH, u16::to_le_bytes), "UTF-16LE"),
        (wide(FRENCH, u16::to_be_bytes), "UTF-16BE"),
    ] {
        let table = read(&bytes, FileLimits::default()).expect(name);
        assert_eq!(
            (&table.columns, &table.lines),
            (&expected.columns, &expected.lines),
            "{name}"
        );
        let encoding = name;
        assert_eq!(
            table.origin,
            FileOrigin::Text {
                separator: ';',
                encoding
            }
        );
    }
}

#[test]
fn the_separator_is_found_even_where_others_are_more_frequent() {
    for (file, separator, amount) in [
        (
            "Client;Statut;Montant\nA, B, C, D;Gagné;1,50\nE, F, G;Gagné;2,50\n",
            ';',
            "1,50",
        ),
        (
            "Client,Statut,Montant\n\"A; B; C\",Gagné,\"1,234.50\"\n",
            ',',
            "1,234.50",
        ),
        ("Client\tStatut\tMontant\nA; B, C\tGagné\t1,5\n", '\t', "1,5"),
        ("Client|Statut|Montant\nA|Gagné|1,5\n", '|', "1,5"),
        ("sep=,\nClient,Statut,Montant\nA;B,Gagné,3\n", ',', "3"),
        ("\"sep=;\"\r\nClient;Statut;Montant\r\nA;Gagné;3\r\n", ';', "3"),
        ("\"Client\";\"Statut\";\"Montant\"\n\"A\";\"Gagné\";\"7\"\n", ';', "7"),
        ("Kunde;Phase;Betrag\nA;Gagné;7\n", ';', "7"),
        ("Kunde,Zustand,Betrag\nA,Gagné,7\n", ',', "7"),
    ] {
        let table = read_text(file).expect(file);
        assert!(
            matches!(table.origin, FileOrigin::Text { separator: found, .. } if found == separator),
            "{file}"
        );
        assert_eq!(table.lines[0].cells[2], text(amount), "{file}");
    }
}

#[test]
fn the_header_is_found_below_titles_and_blank_lines_and_lines_are_numbered_as_in_the_file() {
    for (file, header, lines) in [
        ("Client;Statut;Montant\nA;Gagné;1\n", 1, vec![2]),
        ("\n\nClient;Statut;Montant\n\nA;Gagné;1\n\n\nB;Gagné;2", 3, vec![5, 8]),
        (
            "Export des affaires\nAu 21/11/2026;;\n;;\nClient;Statut;Montant\nA;Gagné;1\n",
            4,
            vec![5],
        ),
        ("Client\nClient;Statut;Montant\nA;Gagné;1\n", 2, vec![3]),
        (
            "Client;Statut;Montant;Notes\nA;Gagné;1;\"une\ndeux\r\n\ntrois\"\nB;Gagné;2;\n",
            1,
            vec![2, 6],
        ),
        ("Client;Statut;Montant\rA;Gagné;1\rB;Gagné;2\r", 1, vec![2, 3]),
        ("sep=;\r\n\r\nClient;Statut;Montant\r\nA;Gagné;1\r\n", 3, vec![4]),
        (
            "Client;Statut;Montant\nA;Gagné;1\n;;\n ;\u{a0};\nB;Gagné;2\n",
            1,
            vec![2, 5],
        ),
        ("Client;Statut;Montant\nClient;Prospect;1\n", 1, vec![2]),
    ] {
        let table = read_text(file).expect(file);
        let numbers: Vec<usize> = table.lines.iter().map(|line| line.number).collect();
        assert_eq!((table.header_line, numbers), (header, lines), "{file:?}");
        assert_eq!(table.columns[..3], ["Client", "Statut", "Montant"], "{file:?}");
    }
}

#[test]
fn quotes_and_line_ends_stay_within_their_cell() {
    let table = read_text("Client;Statut;Notes\n\"A \"\"B\"\"; C\";Gagné;\"une\r\ndeux\"\n5\" écran;Gagné;x\n")
        .expect("a table");
    assert_eq!(table.lines[0].cells, ["A \"B\"; C", "Gagné", "une\r\ndeux"].map(text));
    assert_eq!(table.lines[1].cells[0], text("5\" écran"));
}

#[test]
fn the_apostrophe_before_what_would_run_as_a_formula_is_taken_away() {
    let table = read_text("Client;Statut;Notes\n'=A1;Gagné;'t Hof\n").expect("a table");
    assert_eq!(table.lines[0].cells, ["=A1", "Gagné", "'t Hof"].map(text));
}

#[test]
fn what_cannot_be_a_table_is_refused_with_the_cause() {
    use crate::import::file::problem::FileProblem::Empty;
    use crate::import::file::problem::FileProblem::NoHeader;
    use crate::import::file::problem::FileProblem::NotASpreadsheet;
    use crate::import::file::problem::FileProblem::OldExcel;
    use crate::import::file::problem::FileProblem::OpenDocument;
    use crate::import::file::problem::FileProblem::OtherArchive;
    use crate::import::file::problem::FileProblem::ProtectedExcel;
    use crate::import::file::problem::FileProblem::UnclosedQuote;
    use crate::import::file::problem::FileProblem::UnknownAlphabet;
    let no_header = |first_line: &str| NoHeader {
        first_line: first_line.to_owned(),
    };
    for (bytes, problem) in [
        (&b""[..], Empty),
        (b"\n \r\n\t", Empty),
        (b"\xef\xbb\xbf", Empty),
        (b"Bonjour,\nvoici les affaires.\n", no_header("Bonjour,")),
        (b"12,50;31/12/2026;7\n", no_header("12,50;31/12/2026;7")),
        (b"%PDF-1.7 Client;Statut;Montant", NotASpreadsheet),
        (b"<html><table>", NotASpreadsheet),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", NotASpreadsheet),
        (b"Client;Statut;Montant\n\x01\x02\x03\x04;b;c", NotASpreadsheet),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and so on", OldExcel),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0",
            ProtectedExcel,
        ),
        (
            &wide(
                "顧客;状態;金額\n株式会社山田製作所東京本社;受注;百万\n",
                u16::to_le_bytes,
            ),
            UnknownAlphabet,
        ),
        (
            &wide(
                "顧客;状態;金額\n株式会社山田製作所東京本社;受注;百万\n",
                u16::to_be_bytes,
            ),
            UnknownAlphabet,
        ),
        (
            b"Client;Statut;Montant\nA;Gagn\xe9;1\nB;\"Gagn\xe9;1\nC;D;2\n",
            UnclosedQuote { line: 3 },
        ),
    ] {
        assert_eq!(
            read(bytes, FileLimits::default()),
            Err(problem),
            "{:?}",
            String::from_utf8_lossy(bytes)
        );
    }
    assert_eq!(
        read(
            &archive(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]),
            FileLimits::default()
        ),
        Err(OtherArchive)
    );
    let open_document = archive(&[
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", b"<office:document-content/>"),
    ]);
    assert_eq!(read(&open_document, FileLimits::default()), Err(OpenDocument));
    assert!(matches!(
        read(b"PK\x03\x04 broken", FileLimits::default()),
        Err(FileProblem::Damaged(_))
    ));
}

#[test]
fn limits_are_kept_to_the_line() {
    let limits = |bytes, lines| FileLimits {
        bytes,
        lines,
        ..FileLimits::default()
    };
    assert_eq!(
        read(FRENCH.as_bytes(), limits(10, 9)),
        Err(FileProblem::TooLarge { limit: 10 })
    );
    assert_eq!(
        read(FRENCH.as_bytes(), limits(999, 1)),
        Err(FileProblem::TooManyLines { limit: 1 })
    );
    assert_eq!(
        read(FRENCH.as_bytes(), limits(999, 2)).map(|table| table.lines.len()),
        Ok(2)
    );
    let workbook = typed_workbook();
    assert_eq!(
        read(&workbook, limits(1 << 20, 1)),
        Err(FileProblem::TooManyLines { limit: 1 })
    );
    assert!(read(&workbook, limits(1 << 20, 2)).is_ok());
}

/// calamine computes cell references without checks (<https://github.com/tafia/calamine/issues/694>).
#[test]
fn a_row_number_beyond_32_bits_is_a_problem_and_no_crash() {
    let mut parts = parts_of(&typed_workbook());
    let sheet = parts.iter_mut().find(|(name, _)| name == "xl/worksheets/sheet2.xml");
    let (_, content) = sheet.expect("sheet");
    *content = String::from_utf8(std::mem::take(content))
        .expect("text")
        .replacen("r=\"B4\"", "r=\"B42949672970\"", 1)
        .into_bytes();
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, content)| (name.as_str(), content.as_slice()))
        .collect();
    let table = read(&archive(&parts), FileLimits::default());
    // A build without overflow checks (`--release`) takes the number modulo 2^32 instead.
    if cfg!(debug_assertions) {
        assert!(matches!(table, Err(FileProblem::Damaged(_))), "{table:?}");
    }
}

#[test]
fn the_sheet_with_the_headers_is_read_with_its_types() {
    let table = read(&typed_workbook(), FileLimits::default()).expect("a table");
    let sheet = "Affaires".to_owned();
    assert_eq!((&table.origin, table.header_line), (&FileOrigin::Workbook { sheet }, 3));
    assert_eq!(table.lines[0].cells[3], FileCell::Number(12_500.5));
    assert_eq!(table.lines[0].cells[4], FileCell::Day(jiff::civil::date(2026, 12, 31)));
    let lines = lines::read(&table, &mapping::guess(&table.columns).mapping);
    let plan = plan(&[], &lines, &choices());
    assert_eq!(outcomes(&plan), "++");
    assert_eq!(plan.new.iter().map(|new| new.line).collect::<Vec<_>>(), [4, 7]);
    let second = &plan.new[1].draft;
    assert_eq!(
        (&*second.client, second.amount.to_string().as_str()),
        ("365", "3333.33")
    );
    assert_eq!(second.due, plan.new[0].draft.due);
}

#[test]
fn the_demo_file_has_every_stage_and_two_mistakes() {
    let table = read(import::DEMO, FileLimits::default()).expect("a table");
    let mapping = mapping::guess(&table.columns);
    assert_eq!((mapping.mapping.columns().count(), mapping.ambiguous.len()), (7, 0));
    let plan = plan(&[], &lines::read(&table, &mapping.mapping), &choices());
    assert_eq!((plan.new.len(), plan.refused.len(), plan.question), (38, 2, None));
    let mut stages: Vec<_> = plan.new.iter().map(|new| new.draft.stage).collect();
    stages.sort_unstable();
    stages.dedup();
    assert_eq!(stages, DealStage::ALL[..4]);
    let told: Vec<String> = plan
        .refused
        .iter()
        .map(|refusal| refusal.sentence(Language::French))
        .collect();
    assert_eq!(
        told,
        [
            "Ligne 22 : échéance « 31/11/2026 » impossible : le 31/11/2026 n’existe pas",
            "Ligne 28 : montant « à définir » illisible",
        ]
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_fall_over(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in "[a-z;,\"\r\n\t ]{0,80}") {
        let _ = read(&bytes, FileLimits::default());
        let _ = read_text(&format!("client;statut;montant\n{text}"));
    }

    #[test]
    fn a_damaged_workbook_is_a_problem_and_no_crash(place in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = typed_workbook();
        let place = place.index(bytes.len());
        match cut {
            true => bytes.truncate(place),
            false => bytes[place] = byte,
        }
        let _ = read(&bytes, FileLimits::default());
    }

    #[test]
    fn a_damaged_sheet_in_an_intact_archive_is_a_problem_and_no_crash(
        part in 0_usize..4,
        place in any::<proptest::sample::Index>(),
        other in proptest::sample::select(vec!["", "<", ">", "\"", "9", "-1", "A", "99999999999", "XFE1", "</c>", "&amp;", "\u{0}"]),
    ) {
        let mut parts = parts_of(&typed_workbook());
        let names = ["xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"];
        let content = parts.iter_mut().find(|(name, _)| name == names[part]).map(|(_, content)| content).expect(names[part]);
        let place = place.index(content.len());
        content.splice(place..=place, other.bytes());
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        let _ = read(&archive(&parts), FileLimits::default());
    }
}

#[test]
fn letters_whose_lower_half_is_a_zero_do_not_hide_utf_16() {
    let line = "Āris Ōtsuka;Prospect;1 200,50 €;Énergie et développement durable;Zoé\n";
    let file = format!("Client;Statut;Montant;Secteur;Commercial\n{}", line.repeat(20));
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let table = read(&wide(&file, bytes), FileLimits::default()).expect("a table");
        assert_eq!(table.lines[19].cells[0], text("Āris Ōtsuka"));
    }
}

#[test]
fn a_share_in_percent_is_no_amount_of_euros() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, header) in (0..).zip(["Client", "Statut", "Montant"]) {
        sheet.write(0, column, header).expect("written");
    }
    let formats = ["0%", "0.00\\ %", "#,##0.00\u{a0}\"€\"", "0\"%\"", "General"];
    for (row, format) in (1..).zip(formats) {
        sheet.write(row, 0, "A").expect("written");
        sheet.write(row, 1, "Gagné").expect("written");
        let format = Format::new().set_num_format(format);
        sheet.write_with_format(row, 2, 0.07, &format).expect("written");
    }
    let table = read(&workbook.save_to_buffer().expect("workbook"), FileLimits::default()).expect("a table");
    let amounts: Vec<FileCell> = table.lines.iter().map(|line| line.cell(2).clone()).collect();
    let number = FileCell::Number(0.07);
    assert_eq!(
        amounts,
        [text("7 %"), text("7 %"), number.clone(), number.clone(), number]
    );
}
