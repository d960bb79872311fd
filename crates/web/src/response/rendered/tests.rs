//! Tests of rendered responses: CSV, XLSX, encodings and entity tags.

use std::io::{Cursor, Read};

use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use calamine::{Data, Reader, Xlsx};
use jiff::civil::{date, datetime};

use crate::response::{
    ExportCell, ExportColumn, ExportKind, ExportSheet, RenderedResponse, compression::ContentEncoding,
};

fn sheet() -> ExportSheet {
    ExportSheet {
        title: "Claims: all/time".to_owned(),
        file_name: "claims «all time»\r\n\"x\"".to_owned(),
        as_of: datetime(2026, 4, 1, 14, 3, 12, 0),
        columns: vec![
            ExportColumn::new("company", ExportKind::Text),
            ExportColumn::new("points", ExportKind::Integer),
            ExportColumn::new("share", ExportKind::Decimal),
            ExportColumn::new("day", ExportKind::Date),
            ExportColumn::new("at", ExportKind::DateTime),
        ],
        rows: vec![vec![
            ExportCell::from("=IMPORTXML(\"x\")"),
            ExportCell::Integer(-3),
            ExportCell::Decimal(12.5),
            ExportCell::from(date(2026, 3, 31)),
            ExportCell::from(datetime(2026, 3, 31, 22, 30, 5, 0)),
        ]],
    }
}

fn request(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    pairs
        .iter()
        .map(|(name, value)| (name.clone(), value.parse().expect("header value")))
        .collect()
}

async fn bytes(response: axum::response::Response) -> Vec<u8> {
    axum::body::to_bytes(response.into_body(), usize::MAX)
        .await
        .expect("body in memory")
        .to_vec()
}

#[test]
fn csv_begins_with_the_byte_order_mark_and_neutralises_text_but_never_numbers() {
    let rendered = RenderedResponse::csv(&sheet());
    let text = std::str::from_utf8(rendered.body()).expect("UTF-8");
    assert_eq!(
        text,
        "\u{feff}company,points,share,day,at\r\n\"'=IMPORTXML(\"\"x\"\")\",-3,12.5,2026-03-31,2026-03-31 22:30:05\r\n"
    );
}

#[test]
fn every_beginning_that_a_spreadsheet_takes_for_a_formula_is_neutralised() {
    for dangerous in [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x", "  =1",
    ] {
        let mut sheet = sheet();
        sheet.columns.truncate(1);
        sheet.rows = vec![vec![ExportCell::from(dangerous)]];
        let rendered = RenderedResponse::csv(&sheet);
        let mut reader = csv::Reader::from_reader(&rendered.body()[3..]);
        let record = reader.records().next().expect("a row").expect("readable");
        assert_eq!(&record[0], format!("'{dangerous}"));
    }
}

#[test]
fn xlsx_reads_back_with_real_numbers_and_dates_and_without_formulas() {
    let rendered = RenderedResponse::xlsx(&sheet()).expect("small table");
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(rendered.body().to_vec())).expect("opens");
    let name = workbook.sheet_names()[0].clone();
    assert_eq!(name, "Claims  all time");
    let range = workbook.worksheet_range(&name).expect("worksheet");
    assert_eq!(range[(1, 0)], Data::String("=IMPORTXML(\"x\")".to_owned()));
    assert_eq!(range[(1, 1)], Data::Float(-3.0));
    assert_eq!(range[(1, 2)], Data::Float(12.5));
    let serial = |data: &Data| match data {
        Data::DateTime(moment) => moment.as_f64(),
        other => panic!("not a date: {other:?}"),
    };
    // 31 March 2026 is day 46,112 of Excel's calendar; a time is a fraction of the day, exact to the microsecond.
    assert_eq!(serial(&range[(1, 3)]), 46_112.0);
    let time = f64::from(22 * 3600 + 30 * 60 + 5) / 86_400.0;
    assert!((serial(&range[(1, 4)]) - 46_112.0 - time).abs() < 1e-10);
    let formulas = workbook.worksheet_formula(&name).expect("worksheet");
    assert!(formulas.used_cells().next().is_none());
}

#[test]
fn equal_tables_give_equal_workbooks() {
    let first = RenderedResponse::xlsx(&sheet()).expect("small table");
    let second = RenderedResponse::xlsx(&sheet()).expect("small table");
    assert_eq!(first.entity_tag(), second.entity_tag());
}

#[test]
fn the_file_name_of_a_download_is_plain_ascii() {
    let response = RenderedResponse::csv(&sheet()).respond(&HeaderMap::new());
    assert_eq!(
        response.headers()[header::CONTENT_DISPOSITION],
        "attachment; filename=\"claims-all-time-x.csv\""
    );
}

#[test]
fn a_text_longer_than_a_cell_may_hold_is_cut_with_an_ellipsis() {
    let mut sheet = sheet();
    sheet.rows = vec![vec![ExportCell::Text("é".repeat(40_000))]];
    assert!(RenderedResponse::xlsx(&sheet).is_ok());
}

#[tokio::test]
async fn a_page_travels_in_the_smallest_accepted_form_and_reads_back_the_same() {
    let document = "<p>Integrations</p>".repeat(200);
    let rendered = RenderedResponse::html(document.clone());
    let accepting = |value| request(&[(header::ACCEPT_ENCODING, value)]);

    let response = rendered.respond(&accepting("gzip, br"));
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
    assert_eq!(response.headers()[header::VARY], "Accept, Accept-Encoding");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "private, no-cache");
    let mut plain = String::new();
    brotli::Decompressor::new(Cursor::new(bytes(response).await), 4096)
        .read_to_string(&mut plain)
        .expect("brotli");
    assert_eq!(plain, document);

    let response = rendered.respond(&accepting("gzip, zstd"));
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "zstd");
    let plain = zstd::decode_all(Cursor::new(bytes(response).await)).expect("zstd");
    assert_eq!(plain, document.as_bytes());

    let response = rendered.respond(&accepting("gzip"));
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    let mut plain = String::new();
    flate2::read::GzDecoder::new(Cursor::new(bytes(response).await))
        .read_to_string(&mut plain)
        .expect("gzip");
    assert_eq!(plain, document);

    let response = rendered.respond(&HeaderMap::new());
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
    assert_eq!(bytes(response).await, document.as_bytes());
}

#[tokio::test]
async fn each_form_is_made_once_and_shared_by_every_copy_of_the_answer() {
    let rendered = RenderedResponse::html("<p>Integrations</p>".repeat(200));
    for token in ["br", "zstd", "gzip"] {
        let accepting = request(&[(header::ACCEPT_ENCODING, token)]);
        let places =
            [rendered.clone(), rendered.clone()].map(|copy| copy.encoded(ContentEncoding::negotiate(&accepting)).1);
        assert_eq!(places[0].as_ptr(), places[1].as_ptr(), "{token}");
        assert!(places[0].len() < rendered.body().len() / 10, "{token}");
    }
}

#[tokio::test]
async fn what_is_small_or_compressed_already_travels_as_it_is() {
    let workbook = RenderedResponse::xlsx(&sheet()).expect("small table");
    for rendered in [RenderedResponse::html("<p>short</p>".to_owned()), workbook] {
        for token in ["br", "zstd", "gzip"] {
            let response = rendered.respond(&request(&[(header::ACCEPT_ENCODING, token)]));
            assert!(!response.headers().contains_key(header::CONTENT_ENCODING), "{token}");
            assert_eq!(bytes(response).await, rendered.body().as_ref(), "{token}");
        }
    }
}

#[tokio::test]
async fn a_browser_that_has_the_page_already_gets_304_without_a_body() {
    let rendered = RenderedResponse::html("<p>Integrations</p>".to_owned());
    let tag = rendered.entity_tag().to_str().expect("ASCII").to_owned();
    let strong = tag.trim_start_matches("W/").to_owned();
    for known in [tag.as_str(), strong.as_str(), "*", &format!("\"other\", {tag}")] {
        let response = rendered.respond(&request(&[(header::IF_NONE_MATCH, known)]));
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(response.headers()[header::ETAG], tag.as_str());
        assert!(bytes(response).await.is_empty());
    }
    let response = rendered.respond(&request(&[(header::IF_NONE_MATCH, "W/\"other\"")]));
    assert_eq!(response.status(), StatusCode::OK);
}
