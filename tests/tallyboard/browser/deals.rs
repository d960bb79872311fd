//! Browser tests of the deals board: filters with and without script, phone width, print.

use serde_json::json;

use crate::{
    browser::device::{Browser, Script},
    world::World,
};

async fn three_deals(world: &World) {
    for (client, statut, secteur, due) in [
        ("Énergie Rhône", "Négociation", "Énergie", "2026-02-28"),
        ("Banque Mistral", "Qualifié", "Banque", "2026-03-20"),
        ("Clinique Azur", "Gagné", "Santé", ""),
    ] {
        let deal = json!({"client": client, "statut": statut, "montant_brut": "10000", "secteur": secteur, "date_echeance": due});
        let answer = world.post("/deals").json(&deal).send().await.expect("answer");
        assert!(answer.status().is_success());
    }
}

#[tokio::test]
async fn choosing_filters_the_page_at_once_and_chips_take_it_back() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    browser.look(1280, "light").await;
    let world = World::new().await;
    browser.goto(&format!("{}/deals", world.address)).await;
    browser.reads(".lead", "Aucune affaire pour l’instant.").await;

    three_deals(&world).await;
    browser.goto(&format!("{}/deals", world.address)).await;
    browser.reads(".result-count", "3 affaires").await;
    browser.press(".facet:has([name=sector]) summary").await;
    browser.press("label:has([value=Banque])").await;
    browser.reads(".result-count", "1 affaire").await;
    browser.reads(".chip", "Secteur : Banque").await;
    assert_eq!(browser.place().await, "/deals?sector=Banque");
    browser.press(".chip").await;
    browser.reads(".result-count", "3 affaires").await;
    assert_eq!(browser.place().await, "/deals");

    browser.write("#q", "rhone").await;
    browser.reads(".result-count", "1 affaire").await;
    browser.reads(".urgent .late", "en retard de 3 jours").await;
    assert_eq!(browser.place().await, "/deals?q=rhone");
    browser.press(".urgent h3 a").await;
    browser.reads("h1", "Liste des affaires").await;
    browser.reads(".deals .name", "Énergie Rhône").await;
}

#[tokio::test]
async fn without_script_the_form_filters_with_its_button_and_on_a_phone_it_is_in_a_drawer() {
    let Some(browser) = Browser::open(Script::Off).await else {
        return;
    };
    let world = World::new().await;
    three_deals(&world).await;
    browser.look(390, "light").await;
    browser.goto(&format!("{}/deals/list", world.address)).await;
    browser.press(".drawer > summary").await;
    browser.write("#q", "banque").await;
    browser.press(".deal-filter button").await;
    browser.reads(".result-count", "1 affaire").await;
    browser.reads(".deals .name", "Banque Mistral").await;
}

/// Visible elements that do not belong on paper.
const LEFT_ON_PAPER: &str = "(() => { \
    const seen = element => element.getClientRects().length > 0; \
    const odd = [...document.querySelectorAll('nav, button, summary, .drawer, .deal-filter, .downloads, .pager, .imprint a')]; \
    return odd.filter(seen).map(element => element.outerHTML.slice(0, 80)); })()";
const WIDER_THAN_PAPER: &str = "document.documentElement.scrollWidth - innerWidth";

#[tokio::test]
async fn on_paper_there_are_the_filters_and_the_numbers_and_nothing_to_press() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    three_deals(&world).await;
    let long = json!({"client": "Société européenne d’exploitation des infrastructures mutualisées ".repeat(3), "statut": "Prospect",
                      "montant_brut": "123456789,50", "secteur": "Énergie", "date_echeance": "2026-02-01", "assignee": "Marc-Antoine de la Rochefoucauld"});
    let answer = world.post("/deals").json(&long).send().await.expect("answer");
    assert!(answer.status().is_success());
    // Width of an A4 page between its margins.
    browser.look(718, "light").await;
    browser
        .devtools("Emulation.setEmulatedMedia", json!({"media": "print"}))
        .await;
    for (page, title) in [
        ("/deals?sector=energie", "Tableau de bord des affaires"),
        ("/deals/list?sector=energie", "Liste des affaires"),
        ("/deals/1", "Énergie Rhône"),
        ("/deals/performance?sector=energie", "Performance commerciale"),
        ("/deals/velocity?sector=energie", "Vélocité commerciale"),
        ("/deals/what-if?basket=10", "Et si…"),
    ] {
        browser.goto(&format!("{}{page}", world.address)).await;
        browser.reads("h1", title).await;
        assert_eq!(browser.ask(LEFT_ON_PAPER).await, json!([]), "{page}");
        assert_eq!(browser.ask(WIDER_THAN_PAPER).await, json!(0), "{page}");
        if page.contains("sector") {
            browser.reads("main", "energie").await;
        }
    }
    let period = "/deals/performance?from=2026-03-01&to=2026-03-31";
    browser.goto(&format!("{}{period}", world.address)).await;
    browser.reads("main", "≥\u{A0}01/03/2026 · ≤\u{A0}31/03/2026").await;
    browser
        .goto(&format!("{}/deals/list?sector=energie", world.address))
        .await;
    let of_table = "[...document.querySelectorAll('.deals table, .deals thead, .deals tbody tr')]\
                    .map(element => getComputedStyle(element).display)";
    assert_eq!(
        browser.ask(of_table).await,
        json!(["table", "table-header-group", "table-row", "table-row"])
    );
    let below = "document.querySelector('.deals').getBoundingClientRect().top \
                 > document.querySelector('.chip').getBoundingClientRect().bottom";
    assert_eq!(browser.ask(below).await, json!(true));
}
