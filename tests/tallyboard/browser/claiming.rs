//! Browser tests of the claim form: mouse, keyboard, remembered name, validation, double submit, no script.

use fantoccini::{
    actions::{InputSource, MouseActions, PointerAction},
    key::Key,
};
use jiff::SignedDuration;
use serde_json::json;

use crate::{
    browser::{
        device::{Browser, Script},
        with_long_catalog,
    },
    world::World,
};

const RECORD: &str = "form.claim button.action";

fn a_moment_later(world: &World) {
    world.pass(SignedDuration::from_secs(1));
}

#[tokio::test]
async fn a_person_claims_from_the_panel_beside_the_board_and_is_known_the_next_time() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::of(with_long_catalog()).await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    browser.write("#csm", "Kate").await;
    browser.write("#company", "Acme").await;

    browser.write("#integrations-filter", "GIT").await;
    browser
        .until("[...document.querySelectorAll('.choices li')].filter(item => !item.hidden).length === 2")
        .await;
    browser.keys(&Key::Tab.to_string()).await;
    browser.keys(" ").await;
    assert!(
        browser.ticked("input[value=GitHub]").await,
        "Space ticks the box in focus"
    );
    browser.press("label:has(input[value=GitLab])").await;
    assert!(
        browser.ticked("input[value=GitLab]").await,
        "a click on the name ticks its box"
    );
    browser.reads(".selected", "2 selected").await;

    browser.find("#integrations-filter").await.clear().await.expect("empty");
    browser.write("#integrations-filter", "clickh").await;
    browser.keys(&Key::Enter.to_string()).await;
    browser.reads(".selected", "3 selected").await;
    browser.write("#integrations-filter", "ouseless").await;
    browser
        .reads("[data-none]", "No integration has this in its name.")
        .await;
    assert_eq!(
        world.rows("submissions").await.len(),
        0,
        "Enter in the filter sends nothing"
    );

    a_moment_later(&world);
    browser.press(RECORD).await;
    browser.reads("main", "+3 for Kate (ClickHouse, GitHub, GitLab).").await;
    assert_eq!(world.rows("submissions").await.len(), 1);

    browser.press("main a.action").await;
    browser.reads("h1", "Claim integrations").await;
    assert_eq!(browser.value("#csm").await, "Kate");
    assert_eq!(browser.value("#company").await, "");
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    assert_eq!(browser.value("#csm").await, "Kate", "this device remembers who uses it");
}

#[tokio::test]
async fn a_known_company_shows_at_once_what_is_credited_and_to_whom() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    world.claim("Kate", "Acme Inc.", &["GitHub", "ClickHouse"]).await;
    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    assert_eq!(
        browser.text("#integrations-filter").await,
        "",
        "a short list needs no filter"
    );
    browser.ask("(document.body.dataset.stayed = 'yes')").await;
    browser.press("label:has(input[value=GitHub])").await;
    browser.press("label:has(input[value=Cursor])").await;

    browser.write("#company", "ACME").await;
    browser
        .reads("li:has(input[value=GitHub])", "credited to Kate, 3 March")
        .await;
    browser
        .reads("li:has(input[value=ClickHouse])", "credited to Kate, 3 March")
        .await;
    for name in ["GitHub", "ClickHouse"] {
        let state = format!("(box => box.checked && box.disabled)(document.querySelector('input[value={name}]'))");
        assert_eq!(browser.ask(&state).await, json!(true), "{name} is ticked and locked");
    }
    browser.reads(".selected", "1 selected").await;
    browser.write("#csm", "Manny").await;
    let named = "(link => { link.addEventListener('click', (event) => event.preventDefault(), {once: true}); link.click(); \
                 return link.getAttribute('href'); })(document.querySelector('li:has(input[value=GitHub]) a'))";
    let dispute = browser.ask(named).await;
    assert!(
        dispute
            .as_str()
            .is_some_and(|it| it.ends_with("/leaderboard/disputes/new?company=ACME&integration=GitHub&csm=Manny")),
        "{dispute}"
    );

    browser.write("#company", " of another town").await;
    browser
        .until("document.querySelectorAll('.choices .locked, .choices small, .choices li > a').length === 0")
        .await;
    assert!(
        browser.ticked("input[value=GitHub]").await,
        "what was ticked before is ticked again"
    );
    assert!(!browser.ticked("input[value=ClickHouse]").await);
    browser.reads(".selected", "2 selected").await;
    assert_eq!(
        browser.ask("document.body.dataset.stayed").await,
        "yes",
        "the page was not loaded anew"
    );
}

#[tokio::test]
async fn mistakes_stand_beside_their_fields_and_nothing_typed_is_lost() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    browser.goto(&format!("{}/leaderboard", world.address)).await;
    browser.write("#csm", "Kate").await;
    browser.write("#company", "   ").await;
    browser.press("label:has(input[value=GitHub])").await;
    a_moment_later(&world);
    browser.press(RECORD).await;

    browser.until("!!document.activeElement.closest('[role=alert]')").await;
    browser.reads(".field:has(#company) .error", "company").await;
    assert_eq!(
        browser.ask("document.querySelector('#company').ariaInvalid").await,
        "true"
    );
    assert_eq!(browser.ask("document.querySelectorAll('.error').length").await, 1);
    assert_eq!(browser.value("#csm").await, "Kate");
    assert!(browser.ticked("input[value=GitHub]").await);
    browser.press("[role=alert] a").await;
    browser.until("document.activeElement.id === 'company'").await;

    browser.find("#company").await.clear().await.expect("empty");
    browser.write("#company", "Acme").await;
    browser.press("label:has(input[value=GitHub])").await;
    a_moment_later(&world);
    browser.press(RECORD).await;
    browser
        .until("document.querySelectorAll('fieldset .error').length === 1")
        .await;
    assert_eq!(browser.value("#company").await, "Acme");
    browser.press("[role=alert] a").await;
    browser.until("document.activeElement.id === 'integrations'").await;
    assert_eq!(world.rows("submissions").await.len(), 0);

    browser.press("label:has(input[value=GitHub])").await;
    a_moment_later(&world);
    browser.press(RECORD).await;
    browser.reads("main", "+1 for Kate (GitHub).").await;
}

#[tokio::test]
async fn a_double_click_on_record_makes_one_row() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    browser.write("#csm", "Kate").await;
    browser.write("#company", "Acme").await;
    browser.press("label:has(input[value=GitHub])").await;
    a_moment_later(&world);
    let press = PointerAction::Down { button: 0 };
    let release = PointerAction::Up { button: 0 };
    let twice = MouseActions::new("mouse".to_owned())
        .then(PointerAction::MoveToElement {
            element: browser.find(RECORD).await,
            duration: None,
            x: 0.0,
            y: 0.0,
        })
        .then(press.clone())
        .then(release.clone())
        .then(press)
        .then(release);
    browser.client.perform_actions(twice).await.expect("double click");
    browser.reads("main", "+1 for Kate (GitHub).").await;
    assert_eq!(world.rows("submissions").await.len(), 1);
    assert_eq!(world.json("/leaderboard").await["by_csm"][0]["submissions"], 1);
}

#[tokio::test]
async fn the_form_needs_no_script() {
    let Some(browser) = Browser::open(Script::Off).await else {
        return;
    };
    let world = World::of(with_long_catalog()).await;
    world.claim("Kate", "Acme", &["GitHub"]).await;
    browser.goto(&format!("{}/leaderboard/submit", world.address)).await;
    browser.write("#csm", "Manny").await;
    browser.write("#company", "acme").await;
    browser.press("label:has(input[value=Cursor])").await;
    browser.press("noscript button").await;

    browser
        .reads("li:has(input[value=GitHub])", "credited to Kate, 3 March")
        .await;
    assert!(browser.place().await.starts_with("/leaderboard/submit?"));
    assert_eq!(browser.value("#csm").await, "Manny");
    assert_eq!(browser.value("#company").await, "acme");
    assert!(browser.ticked("input[value=Cursor]").await);

    a_moment_later(&world);
    browser.press(RECORD).await;
    browser.reads("main", "+1 for Manny (Cursor).").await;
    assert_eq!(world.rows("submissions").await.len(), 2);
}
