//! Tests of the emulator's own web pages, which show and edit the tabs.

use scraper::{Html, Selector};
use serde_json::json;

use crate::world::World;

impl World {
    fn page(&self, query: &str) -> String {
        format!(
            "{}/spreadsheets/d/{}/edit{query}",
            self.emulator.url(),
            self.emulator.spreadsheet_id()
        )
    }

    async fn show(&self, query: &str) -> Html {
        let answer = self.client.get(self.page(query)).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        Html::parse_document(&answer.text().await.expect("text"))
    }

    async fn press(&self, fields: &[(&str, &str)]) -> Html {
        let body = serde_urlencoded::to_string(fields).expect("form");
        let request = self
            .client
            .post(self.page(""))
            .header("Content-Type", "application/x-www-form-urlencoded");
        let request = request.header("Origin", self.emulator.url()).body(body);
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), 200);
        Html::parse_document(&answer.text().await.expect("text"))
    }
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).expect("selector");
    page.select(&selector).map(|element| element.text().collect()).collect()
}

#[tokio::test]
async fn a_link_to_a_cell_shows_its_rows_and_marks_it() {
    let world = World::new().await;
    world.write("B700", json!([["<b>far</b>", "2020-01-31"]])).await;
    let page = world.show("?gid=0&range=B700").await;
    assert_eq!(texts(&page, "td.selected"), ["<b>far</b>"]);
    assert_eq!(texts(&page, "td#C700"), ["2020-01-31"]);
    assert!(texts(&page, "tbody tr").len() <= 200);
    assert!(texts(&page, "script").iter().all(String::is_empty));
}

#[tokio::test]
async fn the_form_edits_inserts_sorts_and_adds_a_tab() {
    let world = World::new().await;
    world.write("A1", json!([["name"], ["b"], ["a"]])).await;
    let frozen = json!({"sheetId": 0, "gridProperties": {"frozenRowCount": 1}});
    world
        .batch(json!([{"updateSheetProperties": {"properties": frozen, "fields": "gridProperties.frozenRowCount"}}]))
        .await;
    let form = |action: &'static str, value: &'static str| {
        [("action", action), ("gid", "0"), ("range", "A3"), ("value", value)]
    };
    world.press(&form("cell", "=1+1")).await;
    world.press(&form("insert-above", "")).await;
    assert_eq!(world.values("A1:A9").await, json!([["name"], ["b"], [], [2]]));
    world.press(&form("sort-ascending", "")).await;
    assert_eq!(world.values("A1:A9").await, json!([["name"], [2], ["b"]]));
    world.press(&form("delete-row", "")).await;
    assert_eq!(world.values("A1:A9").await, json!([["name"], [2]]));
    let page = world.press(&form("add-tab", "Notes")).await;
    assert_eq!(texts(&page, "nav a[aria-current]"), ["Notes"]);
}
