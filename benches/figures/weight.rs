//! Benchmark of the page weight: bytes a browser loads for the first view of the board.

use scraper::{Html, Selector};

use crate::{
    program::{Answer, Program},
    table::Line,
};

const BROWSER: &str = "accept: text/html\r\n";
const BROWSER_BROTLI: &str = "accept: text/html\r\naccept-encoding: gzip, br\r\n";

/// One line: the page with sample data and every file it loads.
pub fn measure() -> Vec<Line> {
    let folder = tempfile::tempdir().expect("folder");
    let board = Program::tallyboard(folder.path());
    board.post("/leaderboard/sample", "").expect(303);
    let page = board.get("/leaderboard", BROWSER).expect(200);
    let files = files(&page);
    let foreign: Vec<&String> = files
        .iter()
        .filter(|file| !file.starts_with('/') || file.starts_with("//"))
        .collect();
    let weigh = |headers: &str| {
        let assets = files.iter().map(|file| board.get(file, headers).expect(200).body.len());
        board.get("/leaderboard", headers).expect(200).body.len() + assets.sum::<usize>()
    };
    let (plain, brotli) = (weigh(BROWSER), weigh(BROWSER_BROTLI));
    vec![Line {
        what: format!("page weight, first view, {} files", files.len() + 1),
        figure: "≤ 100 kB, no third-party host",
        measured: format!("{plain} bytes, as br {brotli}; {} foreign files", foreign.len()),
        floor: String::new(),
        ratio: None,
        reached: Some(plain <= 100_000 && foreign.is_empty()),
    }]
}

/// Addresses of the files that the page loads.
fn files(page: &Answer) -> Vec<String> {
    let document = Html::parse_document(std::str::from_utf8(&page.body).expect("UTF-8"));
    let selector = Selector::parse("link[href], script[src], img[src], iframe[src], source[src]").expect("selector");
    let named = document
        .select(&selector)
        .filter_map(|element| element.attr("href").or(element.attr("src")));
    named.map(str::to_owned).collect()
}
