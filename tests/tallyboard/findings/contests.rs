//! Findings of contests: unreadable lines, and frozen results that were changed in the sheet.

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

/// Types a row of the tab `contests`; `row` counts from 1 and includes the header. Empty cells stay untouched.
pub async fn contest(world: &World, row: u32, cells: [&str; 7]) {
    for (column, cell) in ('A'..='G').zip(cells) {
        if !cell.is_empty() {
            world.staff_type(&format!("contests!{column}{row}"), json!(cell)).await;
        }
    }
}

#[tokio::test]
async fn a_contest_that_cannot_be_read_is_a_finding_that_says_what_to_write() {
    let world = World::new().await;
    contest(
        &world,
        2,
        ["Spring", "2026-03-10", "2026-03-01", "Paris", "", "second", "all"],
    )
    .await;
    contest(&world, 3, ["", "soon", "", "", "", "", ""]).await;
    contest(&world, 4, ["Summer", "2026-06-01", "2026-06-30", "", "", "", ""]).await;
    contest(&world, 5, ["SUMMER", "2026-06-01 10:00", "2026-06-30", "", "", "", ""]).await;
    contest(&world, 6, [" sümmer ", "2026-07-01", "2026-07-30", "", "", "", ""]).await;
    let findings = world.json("/findings").await;
    let found: Vec<(u64, String)> = (findings["cells"].as_array().expect("cells").iter())
        .filter(|cell| cell["tab"] == "contests")
        .map(|cell| {
            (
                cell["row"].as_u64().expect("row"),
                cell["column"].as_str().expect("column").to_owned(),
            )
        })
        .collect();
    let expected = [
        (2, "end"),
        (2, "time_zone"),
        (2, "credit_rule"),
        (2, "counting_rule"),
        (3, "name"),
        (3, "start"),
        (3, "end"),
        (5, "start"),
        (6, "name"),
    ];
    assert_eq!(found, expected.map(|(row, column)| (row, column.to_owned())));
    let unknown = world.get("/leaderboard?contest=Spring").send().await.expect("answer");
    assert_eq!(unknown.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let unknown: Value = unknown.json().await.expect("JSON");
    assert!(unknown.to_string().contains("There are “Summer”."), "{unknown}");
}

#[tokio::test]
async fn a_frozen_result_that_is_changed_in_the_sheet_says_so() {
    let world = World::new().await;
    contest(&world, 2, ["Spring", "2026-03-01", "2026-03-02", "", "", "", ""]).await;
    world.json("/leaderboard?contest=Spring").await;
    assert_eq!(world.rows("contest_results").await.len(), 1);
    world.staff_type("contest_results!M2", json!("A villa")).await;
    let page = world.page("/leaderboard?contest=Spring").await;
    page.says("This result was changed in the spreadsheet after it was frozen.");
    let findings = world.json("/findings").await;
    assert!(findings["cells"].to_string().contains("contest_results"), "{findings}");
}
