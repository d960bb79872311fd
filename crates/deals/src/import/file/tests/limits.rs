//! Tests of the limits of uploaded files: what crosses one is refused where it crosses it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use domain::language::Language;
use proptest::prelude::*;
use rust_xlsxwriter::Workbook;

use crate::import::file::{
    self,
    deadline::Deadline,
    limits::FileLimits,
    problem::FileProblem,
    table::FileCell,
    tests::{archive, parts_of, read, typed_workbook},
};

/// The workbook with `count` more attributes on the first tag that begins with `tag` in one of its parts.
fn with_attributes(workbook: &[u8], part: &str, tag: &str, count: usize) -> Vec<u8> {
    let mut parts = parts_of(workbook);
    let content = parts
        .iter_mut()
        .find(|(name, _)| name == part)
        .map(|(_, content)| content);
    let content = content.expect(part);
    let place = content.windows(tag.len()).position(|window| window == tag.as_bytes());
    let place = place.expect(tag) + tag.len();
    let attributes: String = (0..count).map(|number| format!("a{number}=\"\" ")).collect();
    content.splice(place..place, attributes.bytes());
    let parts: Vec<(&str, &[u8])> = parts
        .iter()
        .map(|(name, content)| (name.as_str(), content.as_slice()))
        .collect();
    archive(&parts)
}

/// RUSTSEC-2026-0194: a parser that compares each attribute with all earlier ones holds a core for 40 seconds.
#[test]
fn a_tag_with_thousands_of_attributes_is_refused_in_every_part() {
    let workbook = typed_workbook();
    for (part, tag) in [
        ("xl/worksheets/sheet2.xml", "<row "),
        ("xl/worksheets/sheet2.xml", "<c "),
        ("xl/styles.xml", "<numFmt "),
        ("xl/styles.xml", "<cellXfs "),
        ("xl/styles.xml", "<xf "),
        ("xl/workbook.xml", "<sheet "),
        ("xl/_rels/workbook.xml.rels", "<Relationship "),
        ("xl/sharedStrings.xml", "<sst "),
    ] {
        let problem = read(&with_attributes(&workbook, part, tag, 2_000), FileLimits::default());
        assert_eq!(
            problem,
            Err(FileProblem::TooManyAttributes { limit: 256 }),
            "{tag} in {part}"
        );
        let within = with_attributes(&workbook, part, tag, 200);
        assert_eq!(
            read(&within, FileLimits::default()),
            read(&workbook, FileLimits::default()),
            "{tag}"
        );
    }
}

#[test]
fn a_workbook_that_unpacks_to_more_than_allowed_is_refused_before_it_is_read() {
    let bomb = archive(&[
        ("[Content_Types].xml", b""),
        ("xl/sharedStrings.xml", &vec![b'x'; 8 << 20]),
    ]);
    assert!(bomb.len() < 64 << 10);
    let limits = FileLimits {
        unpacked: 4 << 20,
        unpacked_times: u64::MAX,
        ..FileLimits::default()
    };
    assert_eq!(
        read(&bomb, limits),
        Err(FileProblem::UnpacksTooLarge { limit: 4 << 20 })
    );
}

#[test]
fn one_long_text_shown_by_many_cells_counts_every_time() {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, header) in (0..).zip(["Client", "Statut", "Montant", "Notes"]) {
        sheet.write(0, column, header).expect("header");
    }
    let long = "x".repeat(30_000);
    for row in 1..200 {
        sheet.write(row, 3, &long).expect("cell");
    }
    let limits = FileLimits {
        unpacked: 1 << 20,
        ..FileLimits::default()
    };
    let bytes = workbook.save_to_buffer().expect("workbook");
    assert_eq!(
        read(&bytes, limits),
        Err(FileProblem::UnpacksTooLarge { limit: 1 << 20 })
    );
}

#[test]
fn two_cells_in_opposite_corners_of_a_sheet_cost_no_more_than_a_row() {
    for (column, expected) in [
        (999, Ok((1, 1_048_576, 1_000))),
        (
            16_383,
            Err(FileProblem::TooManyColumns {
                line: 1_048_576,
                limit: 1_000,
            }),
        ),
    ] {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        for (column, header) in (0..).zip(["Client", "Statut", "Montant"]) {
            sheet.write(0, column, header).expect("header");
        }
        sheet.write(1_048_575, column, "x").expect("corner");
        sheet.write(1_048_575, 0, "Acme").expect("corner");
        let table = read(&workbook.save_to_buffer().expect("workbook"), FileLimits::default());
        let size = table.map(|table| (table.lines.len(), table.lines[0].number, table.columns.len()));
        assert_eq!(size, expected);
    }
}

/// Limits that a few cells reach.
fn small() -> FileLimits {
    FileLimits {
        columns: 4,
        cells: 40,
        cell_characters: 12,
        sheets: 2,
        styles: 50,
        ..FileLimits::default()
    }
}

fn csv(lines: &[&str]) -> Vec<u8> {
    format!("Client;Statut;Montant\n{}", lines.join("\n")).into_bytes()
}

#[test]
fn a_text_is_read_up_to_each_limit_and_refused_beyond_it() {
    let too_long = |line| FileProblem::CellTooLong {
        line: Some(line),
        limit: 12,
    };
    let wide = |line| FileProblem::TooManyColumns { line, limit: 4 };
    let many = FileProblem::TooManyCells { limit: 40 };
    for (lines, expected) in [
        (vec!["A;Gagné;1;x"], Ok(1)),
        (vec!["A;Gagné;1;x", "A;Gagné;1;x;"], Err(wide(3))),
        (vec!["ÉÉÉÉÉÉÉÉÉÉÉÉ;Gagné;1"], Ok(1)),
        (vec!["A;Gagné;1", "", "ÉÉÉÉÉÉÉÉÉÉÉÉÉ;Gagné;1"], Err(too_long(4))),
        (vec!["A;Gagné;\"1\n2\n3\"", "AAAAAAAAAAAAA;Gagné;1"], Err(too_long(5))),
        (vec!["A;Gagné;1;"; 9], Ok(9)),
        (vec!["A;Gagné;1;"; 10], Err(many.clone())),
        (vec![";;;"; 10], Err(many)),
    ] {
        let table = read(&csv(&lines), small());
        assert_eq!(table.map(|table| table.lines.len()), expected, "{lines:?}");
    }
}

#[test]
fn a_text_without_a_header_says_which_limit_it_crosses() {
    let long = "x".repeat(50_001);
    for (file, expected) in [
        (
            ";".repeat(100_000),
            FileProblem::TooManyColumns { line: 1, limit: 1_000 },
        ),
        (
            "c,".repeat(100_000),
            FileProblem::TooManyColumns { line: 1, limit: 1_000 },
        ),
        (
            format!("\n\n{}", "1\t".repeat(1_001)),
            FileProblem::TooManyColumns { line: 3, limit: 1_000 },
        ),
        (
            long.clone(),
            FileProblem::CellTooLong {
                line: Some(1),
                limit: 50_000,
            },
        ),
        (
            format!("a|b\n\"{}", long.repeat(5)),
            FileProblem::CellTooLong {
                line: Some(2),
                limit: 50_000,
            },
        ),
    ] {
        assert_eq!(
            read(file.as_bytes(), FileLimits::default()),
            Err(expected),
            "{}",
            &file[..8]
        );
    }
    let header = vec!["Client"; 1_000].join(";");
    assert!(read(header.as_bytes(), FileLimits::default()).is_ok());
}

/// Workbook whose sheets are all one part with these rows.
struct Parts<'a> {
    rows: &'a str,
    sheets: usize,
    /// Name of the part below `xl/`.
    target: &'a str,
    strings: &'a str,
    /// Attributes of the list of strings.
    declared: &'a str,
    styles: &'a str,
}

impl Default for Parts<'_> {
    fn default() -> Self {
        Self {
            rows: HEADER,
            sheets: 1,
            target: "worksheets/sheet1.xml",
            strings: "",
            declared: "",
            styles: "",
        }
    }
}

const HEADER: &str =
    "<row><c t=\"str\"><v>Client</v></c><c t=\"str\"><v>Statut</v></c><c t=\"str\"><v>Montant</v></c></row>";

impl Parts<'_> {
    fn workbook(&self) -> Vec<u8> {
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let relation = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{office}/{kind}\" Target=\"{target}\"/>")
        };
        let relations = |relations: &str| format!("<Relationships>{relations}</Relationships>");
        let sheets: String = (0..self.sheets)
            .map(|number| format!("<sheet name=\"S{number}\" r:id=\"s\"/>"))
            .collect();
        let sheet = format!("<worksheet><sheetData>{}</sheetData></worksheet>", self.rows);
        archive(&[
            ("[Content_Types].xml", b"<Types/>"),
            (
                "_rels/.rels",
                relations(&relation("d", "officeDocument", "xl/workbook.xml")).as_bytes(),
            ),
            (
                "xl/workbook.xml",
                format!("<workbook><sheets>{sheets}</sheets></workbook>").as_bytes(),
            ),
            (
                "xl/_rels/workbook.xml.rels",
                relations(&relation("s", "worksheet", self.target)).as_bytes(),
            ),
            (
                "xl/sharedStrings.xml",
                format!("<sst {}>{}</sst>", self.declared, self.strings).as_bytes(),
            ),
            (
                "xl/styles.xml",
                format!("<styleSheet>{}</styleSheet>", self.styles).as_bytes(),
            ),
            (&format!("xl/{}", self.target), sheet.as_bytes()),
        ])
    }
}

/// Rows below the header.
fn below(rows: &str) -> String {
    format!("{HEADER}{rows}")
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table with a workbook for each limit")]
fn a_workbook_is_read_up_to_each_limit_and_refused_beyond_it() {
    let row = |cells: &str, count: usize| below(&format!("<row>{}</row>", cells.repeat(count)));
    let fonts = |font: &str, styles: usize| {
        let xf = "<xf fontId=\"0\"/>".repeat(styles);
        format!("<fonts><font>{font}</font></fonts><cellXfs>{xf}</cellXfs>")
    };
    let name = format!("<name val=\"{}\"/>", "x".repeat(1 << 20));
    let deep = below(&format!("{}{}", "<a>".repeat(300), "</a>".repeat(300)));
    let long = below(&format!("<row><c t=\"str\"><v>{}</v></c></row>", "x".repeat(13)));
    let spaces = below(&" ".repeat(3 << 20));
    let runs = format!("<si>{}</si>", "<r><t>xxxxxxxxxxxx</t></r>".repeat(100_000));
    let entities = format!("<si><t>{}</t></si>", "&lt;".repeat(1 << 20));
    let limits = small();
    let damaged = |cause: &str| Err(FileProblem::Damaged(cause.to_owned()));
    let too_long = |line| Err(FileProblem::CellTooLong { line, limit: 12 });
    let many_cells = Err(FileProblem::TooManyCells { limit: 40 });
    let wide = Err(FileProblem::TooManyColumns { line: 2, limit: 4 });
    for (what, parts, expected) in [
        ("a header", Parts::default(), Ok(0)),
        (
            "four columns",
            Parts {
                rows: &row("<c><v>1</v></c>", 4),
                ..Parts::default()
            },
            Ok(1),
        ),
        (
            "five columns",
            Parts {
                rows: &row("<c><v>1</v></c>", 5),
                ..Parts::default()
            },
            wide,
        ),
        (
            "five empty cells",
            Parts {
                rows: &row("<c/>", 5),
                ..Parts::default()
            },
            Ok(0),
        ),
        (
            "37 cells",
            Parts {
                rows: &below(&"<row><c/><c/><c/><c><v>1</v></c></row>".repeat(9)),
                ..Parts::default()
            },
            Ok(9),
        ),
        (
            "43 cells",
            Parts {
                rows: &below(&"<row><c/><c/><c/><c><v>1</v></c></row>".repeat(10)),
                ..Parts::default()
            },
            many_cells.clone(),
        ),
        (
            "a long cell",
            Parts {
                rows: &long,
                ..Parts::default()
            },
            too_long(Some(2)),
        ),
        (
            "a long string that no cell shows",
            Parts {
                strings: "<si><t>xxxxxxxxxxxxx</t></si>",
                ..Parts::default()
            },
            Ok(0),
        ),
        (
            "a string of many runs",
            Parts {
                strings: &runs,
                ..Parts::default()
            },
            too_long(None),
        ),
        (
            "a string of many entities",
            Parts {
                strings: &entities,
                ..Parts::default()
            },
            too_long(None),
        ),
        (
            "spaces between rows",
            Parts {
                rows: &spaces,
                ..Parts::default()
            },
            too_long(None),
        ),
        (
            "two sheets",
            Parts {
                sheets: 2,
                ..Parts::default()
            },
            Ok(0),
        ),
        (
            "three sheets",
            Parts {
                sheets: 3,
                ..Parts::default()
            },
            Err(FileProblem::TooManySheets { limit: 2 }),
        ),
        (
            "40 strings",
            Parts {
                strings: &"<si/>".repeat(40),
                ..Parts::default()
            },
            Ok(0),
        ),
        (
            "41 strings",
            Parts {
                strings: &"<si/>".repeat(41),
                ..Parts::default()
            },
            many_cells.clone(),
        ),
        (
            "10^18 declared strings",
            Parts {
                declared: "uniqueCount=\"1000000000000000000\"",
                ..Parts::default()
            },
            many_cells,
        ),
        (
            "45 styles",
            Parts {
                styles: &fonts("", 45),
                ..Parts::default()
            },
            Ok(0),
        ),
        (
            "50 styles",
            Parts {
                styles: &fonts("", 50),
                ..Parts::default()
            },
            Err(FileProblem::TooManyStyles { limit: 50 }),
        ),
        (
            "a long font name in few styles",
            Parts {
                styles: &fonts(&name, 1),
                ..Parts::default()
            },
            Ok(0),
        ),
        (
            "a long font name in many styles",
            Parts {
                styles: &fonts(&name, 45),
                ..Parts::default()
            },
            Ok(0),
        ),
        (
            "300 tags in each other",
            Parts {
                rows: &deep,
                ..Parts::default()
            },
            damaged("its tags are too deep or too long"),
        ),
        (
            "a sheet in a picture",
            Parts {
                target: "media/image1.png",
                ..Parts::default()
            },
            damaged("a sheet is in a part that is not XML"),
        ),
        (
            "a sheet in foreign data",
            Parts {
                target: "/customXml/item1.xml",
                ..Parts::default()
            },
            damaged("a sheet is in a part that is not XML"),
        ),
    ] {
        let read = read(
            &parts.workbook(),
            FileLimits {
                unpacked_times: u64::MAX,
                ..limits
            },
        );
        assert_eq!(read.map(|table| table.lines.len()), expected, "{what}");
    }
    let many = Parts {
        styles: &fonts(&name, 45),
        ..Parts::default()
    };
    let tight = FileLimits {
        unpacked: 8 << 20,
        unpacked_times: u64::MAX,
        ..small()
    };
    let problem = read(&many.workbook(), tight).map(|table| table.lines.len());
    assert_eq!(problem, Err(FileProblem::UnpacksTooLarge { limit: 8 << 20 }));
}

#[test]
fn many_sheets_that_are_one_part_are_not_read_again_and_again() {
    let rows = below(
        &(0..5_000)
            .map(|number| format!("<row><c/><!--{number}--></row>"))
            .collect::<String>(),
    );
    let parts = Parts {
        rows: &rows,
        sheets: 100,
        ..Parts::default()
    };
    let problem = read(&parts.workbook(), FileLimits::default());
    assert_eq!(
        problem,
        Err(FileProblem::Damaged("several sheets are in one part".to_owned()))
    );
}

#[test]
fn a_workbook_may_unpack_to_a_hundred_times_its_size_and_have_a_limited_number_of_parts() {
    let spaces = below(&"<row/>".repeat(500_000));
    let workbook = Parts {
        rows: &spaces,
        ..Parts::default()
    }
    .workbook();
    assert!(workbook.len() < 20_000, "{}", workbook.len());
    let problem = read(&workbook, FileLimits::default());
    assert_eq!(problem, Err(FileProblem::UnpacksTooManyTimes { times: 100 }));
    let limits = FileLimits {
        parts: 6,
        ..FileLimits::default()
    };
    let problem = read(&Parts::default().workbook(), limits);
    assert_eq!(problem, Err(FileProblem::TooManyParts { limit: 6 }));
    let limits = FileLimits {
        parts: 7,
        ..FileLimits::default()
    };
    assert!(read(&Parts::default().workbook(), limits).is_ok());
}

#[test]
fn nothing_is_read_after_the_deadline() {
    let late = Deadline::after(Duration::ZERO);
    let (gone, caller) = Deadline::after(Duration::from_secs(20)).with_caller();
    drop(caller);
    for file in [csv(&["A;Gagné;1"]), typed_workbook()] {
        for (deadline, seconds) in [(&late, 0), (&gone, 20)] {
            let problem = file::read(&file, FileLimits::default(), deadline);
            assert_eq!(problem, Err(FileProblem::TooSlow { seconds }));
        }
    }
}

#[test]
fn every_problem_says_in_two_languages_what_to_do() {
    let limits = FileLimits::default();
    let problems = [
        (FileProblem::Empty, ""),
        (FileProblem::UnclosedQuote { line: 7 }, "7"),
        (
            FileProblem::NoHeader {
                first_line: "x".to_owned(),
            },
            "x",
        ),
        (FileProblem::TooLarge { limit: limits.bytes }, "20 MB"),
        (FileProblem::TooManyLines { limit: limits.lines }, "200000"),
        (
            FileProblem::TooManyColumns {
                line: 3,
                limit: limits.columns,
            },
            "1,000",
        ),
        (FileProblem::TooManyCells { limit: limits.cells }, "2,000,000"),
        (
            FileProblem::CellTooLong {
                line: Some(3),
                limit: limits.cell_characters,
            },
            "50,000",
        ),
        (
            FileProblem::CellTooLong {
                line: None,
                limit: limits.cell_characters,
            },
            "50,000",
        ),
        (FileProblem::UnpacksTooLarge { limit: limits.unpacked }, "64 MB"),
        (
            FileProblem::UnpacksTooManyTimes {
                times: limits.unpacked_times,
            },
            "100 times",
        ),
        (FileProblem::TooManySheets { limit: limits.sheets }, "100"),
        (
            FileProblem::TooManyAttributes {
                limit: limits.attributes,
            },
            "256",
        ),
        (FileProblem::TooManyParts { limit: limits.parts }, "10,000"),
        (FileProblem::TooManyStyles { limit: limits.styles }, "100,000"),
        (FileProblem::TooSlow { seconds: 20 }, "20 seconds"),
    ];
    let mut texts = BTreeSet::new();
    for (problem, number) in problems {
        let english = problem.text(Language::English);
        assert!(english.contains(number), "{english}");
        for text in [english, problem.text(Language::French)] {
            let sentences = text.trim_end_matches('.').matches(['.', ';']).count();
            assert!(text.ends_with('.') && sentences > 0, "{text} does not say what to do");
            assert!(texts.insert(text));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the text, no table crosses the limits, and the cells are those that the library reads.
    #[test]
    fn a_text_never_crosses_the_limits(text in "[ab1;,\"\r\n\t|é ]{0,120}") {
        let limits = small();
        if let Ok(table) = read(text.as_bytes(), limits) {
            let cells: usize = table.lines.iter().map(|line| line.cells.len()).sum();
            prop_assert!(cells <= limits.cells);
            prop_assert!(table.lines.iter().all(|line| line.cells.len() <= limits.columns));
        }
    }

    /// What the csv library writes is read cell by cell.
    #[test]
    fn a_written_text_reads_back(
        rows in proptest::collection::vec(proptest::collection::vec("[a-zé0;,|\\t\"\r\n ]{0,8}x", 3), 1..6),
        separator in proptest::sample::select(vec![b';', b',', b'\t', b'|']),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
        writer.write_record(["Client", "Statut", "Montant"]).expect("header");
        for row in &rows {
            writer.write_record(row).expect("row");
        }
        let table = read(&writer.into_inner().expect("bytes"), FileLimits::default());
        let cells = |row: &Vec<String>| row.iter().map(|cell| FileCell::of(cell)).collect::<Vec<_>>();
        let expected: Vec<Vec<FileCell>> = rows.iter().map(cells).collect();
        let lines = table.map(|table| table.lines.into_iter().map(|line| line.cells).collect::<Vec<_>>());
        prop_assert_eq!(lines, Ok(expected));
    }

    /// A workbook with any piece replaced in any part is read or refused, in time.
    #[test]
    fn a_mutated_workbook_is_read_or_refused(
        part in any::<proptest::sample::Index>(),
        place in any::<proptest::sample::Index>(),
        piece in proptest::sample::select(vec![
            "", "<", ">", "\"", "&", "9999999999", "<c>", "</c>", "<si>", "<row r=\"0\"/>", "r=\"ZZZZZZZ1\" ", "<!--", "<![CDATA[", "\u{0}",
        ]),
    ) {
        let mut parts = parts_of(&typed_workbook());
        let part = part.index(parts.len());
        let content = &mut parts[part].1;
        let place = place.index(content.len());
        content.splice(place..=place, piece.bytes());
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
        let begin = Instant::now();
        let _ = read(&archive(&parts), FileLimits::default());
        prop_assert!(begin.elapsed() < Duration::from_secs(20));
    }
}
