//! The customers on paper.

use serde_json::{Value, json};

use super::{
    device::{Browser, Script},
    looks::outside,
};

/// A4 without the margins of the browser, in pixels of 1/96 inch.
const PAPER: u32 = 718;

/// What somebody who holds the sheet can do nothing with, and headers that are not above their columns.
const MISPLACED: &str = "(() => { \
    const seen = (it) => it.getClientRects().length > 0; \
    const idle = 'nav, form, button, select, input:not([type=hidden]), .imprint, details:not([open])'; \
    const pressed = [...document.querySelectorAll(idle)].filter(seen); \
    const lost = [...document.querySelectorAll('thead')].filter((it) => seen(it) && getComputedStyle(it).display !== 'table-header-group'); \
    return [...pressed, ...lost].map((it) => it.outerHTML.slice(0, 80)); \
    })()";

#[tokio::test]
async fn on_paper_tables_stay_tables_and_what_can_only_be_pressed_is_left_out() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = crate::customers_board::sampled().await;
    let at_risk = world.json("/customers/at-risk").await;
    let worst = format!("/customers/{}", at_risk["customers"][0]["id"].as_str().expect("id"));
    for page in [
        "/customers/report",
        "/dashboard/summary",
        "/customers/at-risk",
        "/customers/revenue",
        &worst,
    ] {
        browser.goto(&format!("{}{page}", world.address)).await;
        browser.look(PAPER, "light").await;
        browser
            .devtools("Emulation.setEmulatedMedia", json!({"media": "print"}))
            .await;
        browser.until("matchMedia('print').matches").await;
        let misplaced: Vec<String> = serde_json::from_value(browser.ask(MISPLACED).await).expect("elements");
        assert_eq!(misplaced, Vec::<String>::new(), "{page}");
        assert_eq!(outside(&browser).await, Vec::<String>::new(), "{page}");
        assert_ne!(
            browser.ask("document.querySelectorAll('h1').length").await,
            Value::from(0)
        );
    }
}
