//! Browser tests of the leaderboard: periods, back navigation, drill-down.

use test_support::START;

use crate::{
    browser::device::{Browser, Script},
    world::World,
};

#[tokio::test]
async fn periods_are_links_and_dates_and_back_returns_to_the_one_before() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    world.set_clock("2026-02-10T12:00:00Z");
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.set_clock(START);
    world.claim("Manny", "Beta", &["GitHub"]).await;

    browser.goto(&format!("{}/leaderboard", world.address)).await;
    browser
        .reads(".lead", "Kate leads with 2 integrations, 1 ahead of Manny.")
        .await;
    browser.press(".presets a[href*='period=month']").await;
    browser
        .reads(".lead", "Manny leads with 1 integration; nobody else has a credit yet.")
        .await;
    browser.reads(".presets [aria-current]", "This month").await;

    browser.press(".period summary").await;
    let dates =
        "(document.querySelector('#from').value = '2026-02-01', document.querySelector('#to').value = '2026-02-28')";
    browser.ask(dates).await;
    browser.press(".dates button").await;
    browser
        .reads(".lead", "Kate leads with 2 integrations; nobody else has a credit yet.")
        .await;
    assert_eq!(browser.place().await, "/leaderboard?from=2026-02-01&to=2026-02-28");

    browser.client.back().await.expect("back");
    browser.reads(".lead", "Manny leads").await;
    browser.client.back().await.expect("back");
    browser
        .reads(".lead", "Kate leads with 2 integrations, 1 ahead of Manny.")
        .await;
}

#[tokio::test]
async fn every_number_opens_the_rows_it_counts() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub", "Cursor"]).await;
    world.claim("Kate", "Beta & Sons", &["GitHub"]).await;
    world.claim("Manny", "Acme", &["GitHub", "OpenAI"]).await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    browser.find(".ranking td a").await;
    let numbers = "[...document.querySelectorAll('.ranking td a, .services td a')]\
                   .map(link => [link.textContent, link.href])";
    let numbers: Vec<(String, String)> = serde_json::from_value(browser.ask(numbers).await).expect("links");
    assert_eq!(numbers.len(), 2 * 3 + 5 * 2);
    for (told, address) in numbers {
        let (number, noun) = told.split_once(' ').expect("a number and its noun");
        browser.goto(&address).await;
        browser.reads("h1", "Claims").await;
        let count = match noun {
            "integration" | "integrations" => "document.querySelectorAll('.claims .credited').length",
            "company" | "companies" => {
                "new Set([...document.querySelectorAll('.claims tr:has(.credited) .company')].map(cell => \
                 cell.innerText)).size"
            }
            _ => "document.querySelectorAll('.claims tbody tr').length",
        };
        let shown = browser.ask(count).await;
        assert_eq!(shown.to_string(), number, "{told}: {address}");
    }
}

#[tokio::test]
async fn an_empty_board_fills_itself_with_sample_data() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    browser.reads(".lead", "Be the first.").await;
    browser.press("form[action='/leaderboard/sample'] button").await;
    browser.find(".ranking tbody tr").await;
    assert_eq!(browser.place().await, "/leaderboard");
    assert!(!world.rows("submissions").await.is_empty());
}

#[tokio::test]
async fn a_row_of_the_list_opens_in_the_spreadsheet_at_its_place() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.claim("Manny", "Beta", &["Cursor"]).await;
    browser
        .goto(&format!("{}/leaderboard/claims?csm=Manny", world.address))
        .await;
    browser.reads(".claims .link", "Row 3").await;
    browser.press(".claims .link a").await;
    browser.reads("nav [aria-current]", "submissions").await;
    browser
        .until("[...document.querySelectorAll('td.selected')].some(cell => cell.textContent === 'Manny')")
        .await;
}
