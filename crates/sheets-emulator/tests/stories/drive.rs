//! Tests of the Drive API: search, create, copy, rename, share, trash, delete.

use serde_json::{Value, json};
use sheets_emulator::EmulatorOptions;

use crate::world::World;

const SPREADSHEET: &str = "application/vnd.google-apps.spreadsheet";

impl World {
    /// Calls the Drive API; an empty response body becomes null.
    async fn drive(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let request = self
            .client
            .request(method, format!("{}/drive/v3/{path}", self.emulator.url()));
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = request
            .bearer_auth(self.emulator.owner_token())
            .send()
            .await
            .expect("an answer");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("text");
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Creates a spreadsheet and returns its id.
    async fn made(&self, name: &str) -> String {
        let body = json!({"name": name, "mimeType": SPREADSHEET});
        let (status, body) = self.drive("POST", "files?supportsAllDrives=True", body).await;
        assert_eq!((status, &body["kind"]), (200, &json!("drive#file")), "{body}");
        body["id"].as_str().expect("an id").to_owned()
    }

    /// Names of the files that match a query, ordered by name.
    async fn names(&self, query: &str) -> Vec<String> {
        let address = reqwest::Url::parse_with_params("http://x/files", [("q", query), ("orderBy", "name")]);
        let address = address.expect("an address");
        let path = format!("files?{}", address.query().unwrap_or_default());
        let (status, body) = self.drive("GET", &path, Value::Null).await;
        assert_eq!(status, 200, "{query} {body}");
        let files = body["files"].as_array().cloned().unwrap_or_default();
        files
            .iter()
            .map(|file| file["name"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    async fn version(&self, id: &str) -> u64 {
        let (_, body) = self
            .drive("GET", &format!("files/{id}?fields=version"), Value::Null)
            .await;
        body["version"]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a number in a text")
    }
}

#[tokio::test]
async fn a_file_is_made_and_read_as_drive_answers() {
    let world = World::new().await;
    let id = world.made("Deals").await;
    let (_, body) = world.drive("GET", &format!("files/{id}"), Value::Null).await;
    assert_eq!(
        body,
        json!({"kind": "drive#file", "id": id, "name": "Deals", "mimeType": SPREADSHEET})
    );
    let fields = "id,version,createdTime,modifiedTime,trashed,owners(me),parents";
    let (_, body) = world
        .drive("GET", &format!("files/{id}?fields={fields}"), Value::Null)
        .await;
    assert_eq!((&body["version"], &body["trashed"]), (&json!("1"), &json!(false)));
    assert_eq!(body["owners"], json!([{"me": true}]));
    let moment = body["createdTime"].as_str().expect("a moment");
    assert!(moment.len() == 24 && moment.ends_with('Z'), "{moment}");
    let (_, body) = world
        .drive("GET", &format!("files/{id}?fields=colour"), Value::Null)
        .await;
    assert_eq!(body["error"]["message"], "Invalid field selection colour");
    let (status, body) = world
        .drive("GET", &format!("files/{id}?fields=iconLink"), Value::Null)
        .await;
    assert_eq!((status, &body["error"]["code"]), (501, &json!(501)));
    let (status, body) = world.drive("GET", "files/nobody", Value::Null).await;
    let error = json!({
        "domain": "global",
        "reason": "notFound",
        "message": "File not found: nobody.",
        "locationType": "parameter",
        "location": "fileId",
    });
    let expected = json!({"error": {"errors": [error], "code": 404, "message": "File not found: nobody."}});
    assert_eq!((status, body), (404, expected));
}

#[tokio::test]
async fn files_are_found_by_the_queries_clients_send() {
    let world = World::with(EmulatorOptions {
        title: "Zero".to_owned(),
        ..EmulatorOptions::default()
    })
    .await;
    for name in ["Deals", "Deals of 'May'", "Claims"] {
        world.made(name).await;
    }
    let (_, all) = world.drive("GET", "files?fields=files(id,name)", Value::Null).await;
    let claims = all["files"]
        .as_array()
        .and_then(|files| files.iter().find(|file| file["name"] == "Claims"));
    let id = claims.and_then(|file| file["id"].as_str()).expect("an id").to_owned();
    let (status, _) = world
        .drive("PATCH", &format!("files/{id}"), json!({"trashed": true}))
        .await;
    assert_eq!(status, 200);
    let kind = format!("mimeType=\"{SPREADSHEET}\"");
    let cases = [
        (kind.clone(), vec!["Claims", "Deals", "Deals of 'May'", "Zero"]),
        (format!("{kind} and name = \"Deals\""), vec!["Deals"]),
        (
            r"name = 'Deals of \'May\'' and trashed = false".to_owned(),
            vec!["Deals of 'May'"],
        ),
        (
            "name contains 'deal' and 'root' in parents".to_owned(),
            vec!["Deals", "Deals of 'May'"],
        ),
        ("name contains 'eals'".to_owned(), vec![]),
        ("trashed=true".to_owned(), vec!["Claims"]),
        ("not name contains 'deals' and trashed != true".to_owned(), vec!["Zero"]),
        (
            "modifiedTime > '2020-01-01T00:00:00' and 'me' in owners and trashed = true".to_owned(),
            vec!["Claims"],
        ),
        ("createdTime < '2020-01-01T00:00:00'".to_owned(), vec![]),
        ("mimeType = 'application/pdf'".to_owned(), vec![]),
    ];
    for (query, names) in cases {
        assert_eq!(world.names(&query).await, names, "{query}");
    }
    for (query, status) in [("starred%20=%20true", 501), ("name%20=%20'open", 400)] {
        assert_eq!(
            world.drive("GET", &format!("files?q={query}"), Value::Null).await.0,
            status,
            "{query}"
        );
    }
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let world = World::new().await;
    for index in 0..4 {
        world.made(&format!("File {index}")).await;
    }
    let mut seen = Vec::new();
    let mut token = String::new();
    loop {
        let path = format!("files?pageSize=2&orderBy=name%20desc&fields=nextPageToken,files(name){token}");
        let (_, body) = world.drive("GET", &path, Value::Null).await;
        seen.extend(body["files"].as_array().cloned().unwrap_or_default());
        match body["nextPageToken"].as_str() {
            Some(next) => token = format!("&pageToken={next}"),
            None => break,
        }
    }
    let names: Vec<&str> = seen.iter().filter_map(|file| file["name"].as_str()).collect();
    assert_eq!(names, ["Untitled spreadsheet", "File 3", "File 2", "File 1", "File 0"]);
}

#[tokio::test]
async fn a_copy_has_the_same_tabs_and_a_life_of_its_own() {
    let world = World::new().await;
    world.write("A1:B1", json!([["kept", "=A1&\"!\""]])).await;
    let id = world.emulator.spreadsheet_id();
    let (_, copy) = world.drive("POST", &format!("files/{id}/copy"), Value::Null).await;
    assert_eq!(copy["name"], "Copy of Untitled spreadsheet");
    world.write("A1", json!([["changed"]])).await;
    let path = format!("../{}/values/A1:B1", copy["id"].as_str().unwrap_or_default());
    let (_, body) = world.get(&format!("/{path}")).await;
    assert_eq!(body["values"], json!([["kept", "kept!"]]));
    let (_, named) = world
        .drive("POST", &format!("files/{id}/copy"), json!({"name": "Other"}))
        .await;
    assert_eq!(named["name"], "Other");
}

#[tokio::test]
async fn the_version_rises_with_every_change_and_with_nothing_else() {
    let world = World::new().await;
    let id = world.emulator.spreadsheet_id().to_owned();
    let mut last = world.version(&id).await;
    world.get("/values/A1").await;
    world.batch(json!([{"nonsense": {}}])).await;
    assert_eq!(world.version(&id).await, last);
    world.write("A1", json!([["x"]])).await;
    assert!(world.version(&id).await > last);
    last = world.version(&id).await;
    world
        .drive("PATCH", &format!("files/{id}"), json!({"name": "New name"}))
        .await;
    assert!(world.version(&id).await > last);
    let (_, body) = world.get("?fields=properties.title").await;
    assert_eq!(body["properties"]["title"], "New name");
}

#[tokio::test]
async fn a_deleted_file_is_gone_from_both_services_and_stays_so() {
    let directory = tempfile::tempdir().expect("directory");
    let options = || EmulatorOptions {
        data: Some(directory.path().to_owned()),
        ..EmulatorOptions::default()
    };
    let world = World::with(options()).await;
    let (first, other) = (world.emulator.spreadsheet_id().to_owned(), world.made("Other").await);
    let kept = world.made("Kept").await;
    world
        .drive("PATCH", &format!("files/{kept}"), json!({"trashed": true}))
        .await;
    let version = world.version(&kept).await;
    for id in [&first, &other] {
        let (status, body) = world
            .drive("DELETE", &format!("files/{id}?supportsAllDrives=True"), Value::Null)
            .await;
        assert_eq!((status, body), (204, Value::Null));
    }
    assert_eq!(world.get("").await.0, 404);
    assert_eq!(world.names("").await, ["Kept"]);
    world.emulator.stop().await;
    let world = World::with(options()).await;
    assert_eq!(
        world.names("").await,
        ["Kept", "Untitled spreadsheet"],
        "there is always a first spreadsheet"
    );
    assert_eq!(
        (world.names("trashed=true").await, world.version(&kept).await),
        (vec!["Kept".to_owned()], version)
    );
}

#[tokio::test]
async fn permissions_are_listed_given_and_taken() {
    let world = World::new().await;
    let path = format!("files/{}/permissions", world.emulator.spreadsheet_id());
    let body = json!({"type": "user", "role": "writer", "emailAddress": "kate@example.org"});
    let (_, made) = world
        .drive("POST", &format!("{path}?sendNotificationEmail=false"), body)
        .await;
    let (_, list) = world
        .drive("GET", &format!("{path}?fields=nextPageToken,permissions"), Value::Null)
        .await;
    let roles: Vec<&Value> = list["permissions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["role"])
        .collect();
    assert_eq!(roles, ["owner", "writer"]);
    let one = format!("{path}/{}", made["id"].as_str().unwrap_or_default());
    assert_eq!(world.drive("DELETE", &one, Value::Null).await.0, 204);
    assert_eq!(world.drive("DELETE", &one, Value::Null).await.0, 404);
}

#[tokio::test]
async fn drive_needs_a_token_counts_its_calls_and_names_what_it_lacks() {
    let world = World::new().await;
    let address = format!("{}/drive/v3/files", world.emulator.url());
    let answer = world.client.get(&address).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 401);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["errors"][0]["reason"], "authError");
    for (method, path) in [
        ("GET", "changes"),
        ("GET", "files/x/export"),
        ("POST", "files/x/comments"),
    ] {
        let (status, body) = world.drive(method, path, Value::Null).await;
        assert_eq!(
            (status, &body["error"]["status"]),
            (501, &json!("UNIMPLEMENTED")),
            "{path}"
        );
    }
    let (status, _) = world
        .drive("POST", "files", json!({"name": "notes.txt", "mimeType": "text/plain"}))
        .await;
    assert_eq!(status, 501);
    let answer = world
        .client
        .get(format!("{}/_emulator/calls", world.emulator.url()))
        .send()
        .await;
    let counts: Value = answer.expect("an answer").json().await.expect("JSON");
    let calls = json!({"GET drive.files": 1, "POST drive.files": 1, "drive": 3});
    assert_eq!((&counts["calls"], &counts["reads"]), (&calls, &json!(0)));
}
