//! Browser tests of the what-if page: sliders, fields and address stay in sync.

use crate::{
    browser::device::{Browser, Script},
    sold_deals::sold,
};

#[tokio::test]
async fn slider_and_field_move_together_and_the_address_remembers_them() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = sold().await;
    browser.goto(&format!("{}/deals/what-if", world.address)).await;
    browser.write("#basket", "10").await;
    browser.reads(".outcome .then", "1\u{202F}466,68").await;
    let slider = browser
        .ask("document.querySelector('[data-slider=basket]').value")
        .await;
    assert_eq!(slider, "10");
    assert_eq!(browser.place().await, "/deals/what-if?basket=10");
    let move_it = "(() => { const slider = document.querySelector('[data-slider=cycle]'); slider.value = -50; \
                   slider.dispatchEvent(new Event('input')); return 0; })()";
    browser.ask(move_it).await;
    browser.reads(".outcome .then", "2\u{202F}933,35").await;
    assert_eq!(browser.value("#cycle").await, "-50");
    assert_eq!(browser.place().await, "/deals/what-if?basket=10&cycle=-50");
}

#[tokio::test]
async fn without_script_the_field_and_the_button_do_the_same() {
    let Some(browser) = Browser::open(Script::Off).await else {
        return;
    };
    let world = sold().await;
    browser.goto(&format!("{}/deals/what-if", world.address)).await;
    browser.write("#basket", "10").await;
    browser.press("form.levers button.action").await;
    browser.reads(".outcome .then", "1\u{202F}466,68").await;
}
