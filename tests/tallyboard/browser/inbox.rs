//! Browser tests of duplicate detection: hints while typing, merging on the findings page.

use crate::{
    browser::device::{Browser, Script},
    world::World,
};

#[tokio::test]
async fn a_slip_is_noticed_while_typing_and_one_press_puts_the_known_name_in() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    browser.write("#company", "acme.com").await;
    browser.write("#csm", "Katte").await;
    browser.reads("div.near", "“Katte” looks like “Kate”.").await;
    browser.press("div.near button").await;
    browser.until("document.querySelector('#csm').value === 'Kate'").await;
    browser
        .reads("div.near:not([hidden])", "“acme.com” looks like “Acme”.")
        .await;
}

#[tokio::test]
async fn staff_merge_two_names_on_the_page_of_findings_without_script() {
    let Some(browser) = Browser::open(Script::Off).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    world.claim("Kate", "Acme Labs", &["GitHub"]).await;
    browser.goto(&format!("{}/findings", world.address)).await;
    browser.reads("#near_names", "Names that look alike").await;
    browser.press(".decision button[value=merge]").await;
    browser.reads(".lead", "Every cell could be read.").await;
    assert_eq!(world.rows("company_aliases").await.len(), 1);
}
