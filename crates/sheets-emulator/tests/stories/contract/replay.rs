//! Replay of Sheets and Drive calls against the emulator, cassette by cassette, in order: calls recorded from Google, and
//! calls of our own in `tests/cases` for the facts that the recordings hold.

use std::{collections::HashMap, path::Path};

use serde::Deserialize;
use serde_json::{Value, json};
use sheets_emulator::EmulatorOptions;
use test_support::recordings;

use crate::world::World;

/// Minimum share of the recorded Sheets calls that must get the recorded response.
const LEAST_SHARE: f64 = 0.9;

/// Recorded calls with a known different response: cassette, method, end of the path, reason.
const DIFFERENT: &[(&str, &str, &str, &str)] = &[];

/// Fields that are not compared: addresses, times, formats of the default theme.
const IGNORED: [&str; 6] = [
    "defaultFormat",
    "spreadsheetTheme",
    "spreadsheetUrl",
    "createdTime",
    "modifiedTime",
    "editors",
];

/// Fields with values chosen by the server. Within a cassette, each recorded id must always correspond to the same
/// emulated one.
const IDS: [&str; 4] = ["spreadsheetId", "sheetId", "namedRangeId", "protectedRangeId"];

/// Recorded call.
#[derive(Deserialize)]
struct Recorded {
    cassette: String,
    host: String,
    method: String,
    raw_path: String,
    query: Vec<(String, String)>,
    request: Value,
    status: u16,
    response: Value,
}

impl Recorded {
    fn is_sheets(&self) -> bool {
        self.host == "sheets.googleapis.com"
    }

    /// Spreadsheet id of a Sheets call.
    fn spreadsheet(&self) -> Option<&str> {
        let rest = self.raw_path.strip_prefix("/v4/spreadsheets/")?;
        rest.split(['/', ':']).next()
    }
}

/// Replay of one cassette, with the emulated id of each recorded id.
#[derive(Default)]
struct Replay {
    ids: HashMap<String, String>,
    /// Titles of the spreadsheets created so far, with their emulated ids.
    made: HashMap<String, String>,
}

impl Replay {
    fn translated(&self, text: &str) -> String {
        let long = self.ids.iter().filter(|(recorded, _)| recorded.len() > 5);
        long.fold(text.to_owned(), |text, (recorded, given)| text.replace(recorded, given))
    }

    /// Sends a call and returns status and body of the response.
    async fn send(&self, world: &World, call: &Recorded) -> (u16, Value) {
        let url = format!("{}{}", world.emulator.url(), self.translated(&call.raw_path));
        let mut url = reqwest::Url::parse(&url).expect("an address");
        if !call.query.is_empty() {
            let pairs = call.query.iter().map(|(name, value)| (name, self.translated(value)));
            url.query_pairs_mut().extend_pairs(pairs);
        }
        let method = reqwest::Method::from_bytes(call.method.as_bytes()).expect("a method");
        let request = world
            .client
            .request(method, url)
            .bearer_auth(world.emulator.owner_token());
        let body = match &call.request {
            Value::Null => String::new(),
            Value::String(text) => self.translated(text),
            tree => self.translated(&tree.to_string()),
        };
        let answer = request.body(body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("text");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Creates a substitute for a spreadsheet whose creation or copy is missing from the recording, with the recorded
    /// title.
    async fn stand_in(&mut self, world: &World, call: &Recorded) {
        let (Some(id), Some(title)) = (call.spreadsheet(), call.response["properties"]["title"].as_str()) else {
            return;
        };
        let original = title.strip_prefix("Copy of ").and_then(|title| self.made.get(title));
        let path = original.map_or("/drive/v3/files".to_owned(), |id| format!("/drive/v3/files/{id}/copy"));
        let body = json!({"name": title, "mimeType": "application/vnd.google-apps.spreadsheet"});
        let url = format!("{}{path}", world.emulator.url());
        let request = world.client.post(url).bearer_auth(world.emulator.owner_token());
        let answer: Value = match request.json(&body).send().await {
            Ok(answer) => answer.json().await.expect("JSON"),
            Err(error) => panic!("{error}"),
        };
        let given = answer["id"].as_str().expect("an id").to_owned();
        self.ids.insert(id.to_owned(), given);
    }

    /// Remembers the spreadsheet that a Drive call created.
    fn note(&mut self, call: &Recorded, given: &Value) {
        if let (Some(recorded), Some(given)) = (call.response["id"].as_str(), given["id"].as_str()) {
            self.ids.insert(recorded.to_owned(), given.to_owned());
            let title = call.response["name"].as_str().unwrap_or_default();
            self.made.insert(title.to_owned(), given.to_owned());
        }
    }

    /// Differences between two responses; ids may differ if they do so consistently.
    fn differences(&mut self, (name, place): (&str, &str), wanted: &Value, found: &Value) -> Vec<String> {
        match (wanted, found) {
            (Value::Object(left), Value::Object(right)) => {
                let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
                keys.sort_unstable();
                keys.dedup();
                keys.retain(|key| !IGNORED.contains(&key.as_str()));
                let mut list = Vec::new();
                for key in keys {
                    let place = format!("{place}.{key}");
                    match (left.get(key), right.get(key)) {
                        (Some(wanted), Some(found)) => list.extend(self.differences((key, &place), wanted, found)),
                        (wanted, _) => list.push(format!(
                            "{place} {}",
                            if wanted.is_some() { "missing" } else { "extra" }
                        )),
                    }
                }
                list
            }
            (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
                let pairs = left.iter().zip(right).enumerate();
                pairs
                    .flat_map(|(index, (wanted, found))| {
                        self.differences((name, &format!("{place}[{index}]")), wanted, found)
                    })
                    .collect()
            }
            (Value::Number(left), Value::Number(right)) if left.as_f64() == right.as_f64() => Vec::new(),
            (wanted, found) if wanted == found => Vec::new(),
            (wanted, found) if IDS.contains(&name) && *wanted != json!(0) => {
                let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let known = self.ids.entry(text(wanted)).or_insert_with(|| text(found));
                if *known == text(found) {
                    return Vec::new();
                }
                vec![format!("{place} is {found} where {known} was given before")]
            }
            (wanted, found) => vec![format!("{place} wants {wanted} and gets {found}")],
        }
    }
}

/// Result of the replay.
#[derive(Default)]
struct Tally {
    same: u32,
    /// Number of these calls that concern a substitute spreadsheet.
    same_by_stand_in: u32,
    different: Vec<(Recorded, Vec<String>)>,
}

async fn replay(world: &World, calls: Vec<Recorded>) -> Tally {
    let mut tally = Tally::default();
    let mut replay = Replay::default();
    let mut stand_ins = Vec::new();
    let mut cassette = String::new();
    for call in calls {
        if call.cassette != cassette {
            cassette.clone_from(&call.cassette);
            replay = Replay::default();
            stand_ins.clear();
        }
        if !call.is_sheets() {
            let (_, given) = replay.send(world, &call).await;
            replay.note(&call, &given);
            continue;
        }
        let id = call.spreadsheet().unwrap_or_default().to_owned();
        if call.status == 200 && !id.is_empty() && !replay.ids.contains_key(&id) {
            replay.stand_in(world, &call).await;
            stand_ins.push(id.clone());
        }
        let (status, found) = replay.send(world, &call).await;
        let mut differences = replay.differences(("", ""), &call.response, &found);
        if status != call.status {
            differences.insert(0, format!("status {} wanted, {status} found", call.status));
        }
        if differences.is_empty() {
            tally.same += 1;
            tally.same_by_stand_in += u32::from(stand_ins.contains(&id));
        } else {
            tally.different.push((call, differences));
        }
    }
    tally
}

fn parse(text: &str) -> Vec<Recorded> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a recorded call"))
        .collect()
}

#[tokio::test]
async fn calls_of_our_own_get_the_answers_that_google_gives() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).expect("cases") {
        let path = entry.expect("entry").path();
        let calls = parse(&std::fs::read_to_string(&path).expect("text"));
        let count = calls.iter().filter(|call| call.is_sheets()).count();
        let world = World::with(EmulatorOptions::default()).await;
        let tally = replay(&world, calls).await;
        let different: Vec<_> = tally
            .different
            .iter()
            .map(|(call, differences)| format!("{} {}: {differences:?}", call.method, call.raw_path))
            .collect();
        assert!(different.is_empty(), "{}: {different:#?}", path.display());
        assert_eq!(usize::try_from(tally.same).expect("few"), count);
        files += 1;
    }
    assert!(files >= 8, "{files} cases");
}

#[tokio::test]
async fn recorded_calls_get_the_recorded_answers() {
    let Some(shared) = recordings::folder() else { return };
    let path = shared.join("sheets/recorded_calls.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let calls = parse(&text);
    let world = World::with(EmulatorOptions::default()).await;
    let tally = replay(&world, calls).await;
    let all = f64::from(tally.same) + f64::from(u32::try_from(tally.different.len()).expect("few"));
    let share = f64::from(tally.same) / all;
    println!(
        "{} of {all} calls agree ({:.1} %), {} of them about a stand-in",
        tally.same,
        share * 100.0,
        tally.same_by_stand_in
    );
    for (call, differences) in &tally.different {
        let shown: String = differences.join("; ").chars().take(300).collect();
        println!("{} {} {}: {shown}", call.cassette, call.method, call.raw_path);
    }
    assert!(share > LEAST_SHARE, "{share:.3} of the calls agree");
    let listed = |call: &Recorded| {
        DIFFERENT.iter().any(|(cassette, method, end, _)| {
            call.cassette == *cassette && call.method == *method && call.raw_path.ends_with(end)
        })
    };
    assert!(
        tally.different.iter().all(|(call, _)| listed(call)),
        "an unlisted call is answered otherwise"
    );
    assert_eq!(tally.different.len(), DIFFERENT.len(), "a listed difference is gone");
}
