//! Tests of the message schema: unknown fields are refused with Google's messages, and the table matches the discovery
//! document.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde_json::{Value, json};
use test_support::recordings;

use crate::world::{World, message};

const TABLE: &str = include_str!("../../../src/proto/schema.txt");

/// Table generated from the discovery document, one message per line; format in `src/proto/schema.rs`.
fn table(document: &Value) -> String {
    let schemas = document["schemas"].as_object().expect("schemas");
    let mut enumerations = BTreeMap::new();
    for (message, schema) in schemas {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            collect(&mut enumerations, message, field, property);
        }
    }
    let names = names(&enumerations);
    let mut lines = Vec::new();
    let sorted: BTreeMap<&String, &Value> = schemas.iter().collect();
    for (message, schema) in sorted {
        let fields: BTreeMap<&String, &Value> = schema["properties"].as_object().into_iter().flatten().collect();
        let fields = fields
            .iter()
            .map(|(field, property)| format!(" {field}:{}", kind(property, &names)));
        lines.push(format!("{message}{}", fields.collect::<String>()));
    }
    let by_name: BTreeMap<&String, &String> = names.iter().map(|(values, name)| (name, values)).collect();
    lines.extend(by_name.iter().map(|(name, values)| format!("={name} {values}")));
    lines.join("\n") + "\n"
}

/// Possible names of an enumeration with the messages that use it, shortest name first.
type Uses = BTreeSet<(usize, String, String)>;

fn collect(into: &mut BTreeMap<String, Uses>, message: &str, field: &str, property: &Value) {
    if let Some(values) = values(property) {
        let mut letters = field.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        let mut name: String = first.into_iter().chain(letters).collect();
        if matches!(field, "type" | "state") {
            name = format!("{message}{name}");
        }
        into.entry(values)
            .or_default()
            .insert((name.len(), name, message.to_owned()));
    } else if !property["items"].is_null() {
        collect(into, message, field, &property["items"]);
    }
}

fn values(property: &Value) -> Option<String> {
    let values: Vec<&str> = property["enum"].as_array()?.iter().filter_map(Value::as_str).collect();
    Some(values.join(" "))
}

/// Name of each list of values; equal lists are one enumeration.
fn names(enumerations: &BTreeMap<String, Uses>) -> BTreeMap<String, String> {
    let mut taken = BTreeSet::new();
    let mut names = BTreeMap::new();
    for (values, uses) in enumerations {
        let (_, name, message) = uses.first().expect("a use");
        let name = if taken.contains(name) {
            format!("{message}{name}")
        } else {
            name.clone()
        };
        taken.insert(name.clone());
        names.insert(values.clone(), name);
    }
    names
}

fn kind(property: &Value, names: &BTreeMap<String, String>) -> String {
    if let Some(message) = property["$ref"].as_str() {
        return message.to_owned();
    }
    if let Some(values) = values(property) {
        return format!("={}", names[&values]);
    }
    match property["type"].as_str() {
        Some("array") => format!("[{}", kind(&property["items"], names)),
        Some("object") => format!("{{{}", kind(&property["additionalProperties"], names)),
        Some("string") => "s".to_owned(),
        Some("boolean") => "b".to_owned(),
        Some("integer") => "i".to_owned(),
        Some("number") => "d".to_owned(),
        _ => "*".to_owned(),
    }
}

#[test]
fn the_table_of_fields_is_that_of_the_discovery_document() {
    let Some(shared) = recordings::folder() else { return };
    let path = shared.join("sheets/discovery.v4.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let made = table(&serde_json::from_str(&text).expect("JSON"));
    if std::env::var_os("TALLYBOARD_WRITE_SCHEMA").is_some() {
        std::fs::write(
            Path::new(env!("CARGO_MANIFEST_DIR")).join("src/proto/schema.txt"),
            &made,
        )
        .expect("written");
    }
    let differing = made.lines().zip(TABLE.lines()).find(|(made, kept)| made != kept);
    assert!(
        differing.is_none() && made == TABLE,
        "write src/proto/schema.txt again with TALLYBOARD_WRITE_SCHEMA=1: {differing:?}"
    );
}

#[tokio::test]
async fn unknown_fields_are_refused_with_their_place() {
    let world = World::new().await;
    let body = json!({"requests": [{"addSheet": {"properties": {"titel": "x", "grid_properties": {"rows": 5}}}}]});
    let (status, body) = world.post(":batchUpdate", body).await;
    let first = "Invalid JSON payload received. Unknown name \"titel\" at 'requests[0].add_sheet.properties': Cannot find field.";
    let second = "Invalid JSON payload received. Unknown name \"rows\" at \
                  'requests[0].add_sheet.properties.grid_properties': Cannot find field.";
    assert_eq!((status, message(&body)), (400, format!("{second}\n{first}").as_str()));
    let violations = json!([
        {"field": "requests[0].add_sheet.properties.grid_properties", "description": second},
        {"field": "requests[0].add_sheet.properties", "description": first},
    ]);
    assert_eq!(body["error"]["status"], "INVALID_ARGUMENT");
    assert_eq!(
        body["error"]["details"][0]["@type"],
        "type.googleapis.com/google.rpc.BadRequest"
    );
    assert_eq!(body["error"]["details"][0]["fieldViolations"], violations);
}

#[tokio::test]
async fn every_kind_of_wrong_field_has_its_sentence() {
    let world = World::new().await;
    let unknown = |name: &str, place: &str| {
        format!("Invalid JSON payload received. Unknown name \"{name}\"{place}: Cannot find field.")
    };
    let add = |properties: Value| json!({"requests": [{"addSheet": {"properties": properties}}]});
    let update = "/values/A1?valueInputOption=RAW";
    let cases = [
        (":batchUpdate", json!({"request": []}), unknown("request", "")),
        (
            ":batchUpdate",
            json!({"requests": [{"paintItBlack": {}}]}),
            unknown("paintItBlack", " at 'requests[0]'"),
        ),
        (
            ":batchUpdate",
            add(json!({"title": 5})),
            "Invalid value at 'requests[0].add_sheet.properties.title' (TYPE_STRING), 5".into(),
        ),
        (
            ":batchUpdate",
            add(json!({"sheetId": "x"})),
            "Invalid value at 'requests[0].add_sheet.properties.sheet_id' (TYPE_INT32), \"x\"".into(),
        ),
        (
            ":batchUpdate",
            add(json!({"hidden": 1})),
            "Invalid value at 'requests[0].add_sheet.properties.hidden' (TYPE_BOOL), 1".into(),
        ),
        (
            ":batchUpdate",
            add(json!("x")),
            "Invalid value at 'requests[0].add_sheet.properties' \
            (type.googleapis.com/google.apps.sheets.v4.SheetProperties), \"x\""
                .into(),
        ),
        (
            ":batchUpdate",
            json!({"requests": [{"appendDimension": {"dimension": "ROW"}}]}),
            "Invalid value at \
            'requests[0].append_dimension.dimension' (type.googleapis.com/google.apps.sheets.v4.Dimension), \"ROW\""
                .into(),
        ),
        (
            "/values:batchUpdate",
            json!({"valueInputOption": "RAW", "data": [{"ranges": "A1"}]}),
            unknown("ranges", " at 'data[0]'"),
        ),
        ("/values/A1:clear", json!({"range": "A1"}), unknown("range", "")),
        (update, json!({"value": [[1]]}), unknown("value", " at 'data'")),
    ];
    for (path, body, expected) in cases {
        let (status, answer) = if path == update {
            world.put(path, body.clone()).await
        } else {
            world.post(path, body.clone()).await
        };
        assert_eq!((status, message(&answer)), (400, expected.as_str()), "{path} {body}");
    }
}

#[tokio::test]
async fn what_is_known_but_lacking_is_named() {
    let world = World::new().await;
    let (status, body) = world.batch(json!([{"addChart": {"chart": {}}}])).await;
    assert_eq!(
        (status, message(&body)),
        (501, "The emulator does not support the request addChart.")
    );
}

#[tokio::test]
async fn other_spellings_of_a_body_mean_the_same() {
    let world = World::new().await;
    let body = json!({"requests": {"add_sheet": {"properties": {
        "sheet_id": "12", "title": "Second", "hidden": null, "grid_properties": {"row_count": 5.0},
    }}}});
    let (status, body) = world.post(":batchUpdate", body).await;
    let properties = &body["replies"][0]["addSheet"]["properties"];
    assert_eq!((status, &properties["sheetId"]), (200, &json!(12)), "{body}");
    assert_eq!(properties["gridProperties"]["rowCount"], 5);
}

#[tokio::test]
async fn masks_that_name_nothing_are_refused_at_any_depth() {
    let world = World::new().await;
    for (rest, path) in [
        (
            "?fields=sheets.data.rowData.values.colour",
            "sheets.data.rowData.values.colour",
        ),
        ("/values/A1?fields=cells", "cells"),
        ("?fields=sheets(properties(titel))", "sheets.properties.titel"),
    ] {
        let (status, body) = world.get(rest).await;
        let text = format!("Error expanding 'fields' parameter. Cannot find matching fields for path '{path}'.");
        assert_eq!(status, 400, "{rest}");
        assert_eq!(body["error"]["details"][0]["fieldViolations"][0]["description"], text);
    }
    assert_eq!(world.get("?fields=sheets.properties.gridProperties").await.0, 200);
}
