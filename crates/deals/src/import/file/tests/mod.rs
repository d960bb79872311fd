//! Tests of reading uploaded files.

pub(crate) mod limits;
pub(crate) mod reading;

use std::{
    io::{Cursor, Write},
    time::Duration,
};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook};

use crate::import::file::{self, deadline::Deadline, limits::FileLimits, problem::FileProblem, table::FileTable};

/// Reads a file, in its time on a busy machine.
pub(crate) fn read(bytes: &[u8], limits: FileLimits) -> Result<FileTable, FileProblem> {
    file::read(bytes, limits, &Deadline::after(Duration::from_mins(10)))
}

fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, content) in parts {
        writer.start_file(*name, options).expect("part");
        writer.write_all(content).expect("content");
    }
    writer.finish().expect("archive").into_inner()
}

fn parts_of(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("archive");
    let part = |index| {
        let mut part = archive.by_index(index).expect("part");
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut content).expect("content");
        (part.name().expect("name").into_owned(), content)
    };
    (0..zip::ZipArchive::new(Cursor::new(bytes)).expect("archive").len())
        .map(part)
        .collect()
}

fn typed_workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook
        .add_worksheet()
        .set_name("Lisez-moi")
        .expect("name")
        .write(0, 0, "Bonjour")
        .expect("cell");
    let sheet = workbook.add_worksheet().set_name("Affaires").expect("name");
    sheet.write(0, 0, "Export du 21/11/2026").expect("title");
    for (column, header) in (1..).zip(["Société", "Étape", "Montant brut", "Échéance", "N°"]) {
        sheet.write(2, column, header).expect("header");
    }
    let day = Format::new().set_num_format("dd/mm/yyyy");
    let money = Format::new().set_num_format("#,##0.00 €");
    let due = ExcelDateTime::from_ymd(2026, 12, 31).expect("day");
    sheet.write(3, 1, "Acme").expect("cell");
    sheet.write(3, 2, "gagné").expect("cell");
    sheet.write_with_format(3, 3, 12_500.5, &money).expect("cell");
    sheet.write_with_format(3, 4, &due, &day).expect("cell");
    sheet.write(3, 5, 7).expect("cell");
    sheet.write(6, 1, 365).expect("cell");
    sheet.write(6, 2, "Prospect").expect("cell");
    sheet
        .write_formula(
            6,
            3,
            rust_xlsxwriter::Formula::new("10000/3").set_result("3333.33333333333"),
        )
        .expect("cell");
    sheet.write(6, 4, 46_387).expect("cell");
    sheet.write(6, 8, "note à côté").expect("cell");
    workbook.save_to_buffer().expect("workbook")
}
