//! Tests of a disk that fails: nothing confirmed is lost, nothing else is kept, and writing goes on by itself.

use std::path::Path;

use serde_json::{Value, json};
use sheets_emulator::{Emulator, EmulatorOptions, StartError};

use crate::world::{World, message};

fn options(directory: &Path) -> EmulatorOptions {
    EmulatorOptions {
        data: Some(directory.to_owned()),
        companions: &["signing.secret"],
        ..EmulatorOptions::default()
    }
}

impl World {
    /// Appends a row; returns the status and the reason of the failure.
    async fn append(&self, text: &str) -> (u16, String) {
        let path = "/values/A1:append?valueInputOption=RAW&insertDataOption=INSERT_ROWS";
        let (status, body) = self.post(path, json!({"values": [[text]]})).await;
        let reason = body["error"]["details"][0]["reason"].as_str().unwrap_or_default();
        (status, reason.to_owned())
    }

    async fn rows(&self) -> Vec<String> {
        let values = self.values("A:A").await;
        let rows = values.as_array().cloned().unwrap_or_default();
        rows.iter()
            .map(|row| row[0].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    async fn forget_faults(&self) {
        self.control(reqwest::Method::DELETE, "faults", None).await;
    }
}

#[tokio::test]
async fn a_failing_disk_is_named_and_the_next_write_after_it_is_confirmed() {
    let kinds = [
        ("disk.write", "disk-full", "DISK_FULL"),
        ("disk.write", "disk-error", "DISK_FAILED"),
        ("disk.write", "short-write", "DISK_FAILED"),
        ("disk.sync", "disk-error", "DISK_FAILED"),
    ];
    let directory = tempfile::tempdir().expect("directory");
    let mut world = World::with(options(directory.path())).await;
    let mut confirmed = Vec::new();
    for (operation, fault, reason) in kinds {
        world
            .order(json!({"match": operation, "times": 100, "fault": fault}))
            .await;
        for attempt in 0..2 {
            let told = world.append(&format!("{operation} {fault} lost {attempt}")).await;
            assert_eq!(told, (503, reason.to_owned()), "{operation} {fault}");
        }
        assert_eq!(world.rows().await, confirmed, "{operation} {fault}");
        world.forget_faults().await;
        let text = format!("{operation} {fault} kept");
        assert_eq!(world.append(&text).await.0, 200, "{operation} {fault}");
        confirmed.push(text);
        assert_eq!(world.rows().await, confirmed, "{operation} {fault}");

        world.emulator.stop().await;
        world = World::with(options(directory.path())).await;
        assert_eq!(world.rows().await, confirmed, "{operation} {fault}");
    }
}

#[tokio::test]
async fn wherever_in_a_write_the_disk_fails_memory_and_file_agree() {
    let directory = tempfile::tempdir().expect("directory");
    let world = World::with(options(directory.path())).await;
    let mut confirmed = Vec::new();
    let mut failed = 0;
    for (operation, fault) in [
        ("disk.write", "short-write"),
        ("disk.write", "disk-error"),
        ("disk.sync", "disk-error"),
        ("disk.resize", "disk-error"),
    ] {
        for passing in 0..6 {
            let text = format!("{operation} {fault} {passing} {}", "x".repeat(30_000));
            world
                .order(json!({"match": operation, "after": passing, "fault": fault}))
                .await;
            match world.append(&text).await.0 {
                200 => confirmed.push(text),
                status => {
                    assert_eq!(status, 503);
                    failed += 1;
                }
            }
            world.forget_faults().await;
            assert_eq!(world.rows().await, confirmed);
        }
        // The error of a read meets the database when it is opened again.
        world.order(json!({"match": "disk.write", "fault": "disk-error"})).await;
        world
            .order(json!({"match": "disk.read", "after": 1, "fault": "disk-error"}))
            .await;
        assert_eq!(world.append("failed write").await.0, 503);
        assert_eq!(world.append("failed read").await.0, 503);
        assert_eq!(world.append("next").await.0, 200);
        confirmed.push("next".to_owned());

        assert_eq!(
            rows_after_a_kill(directory.path()).await,
            confirmed,
            "{operation} {fault}"
        );
    }
    assert!(failed >= 8, "{failed} of 24 writes met a fault");
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_that_were_queued_behind_a_failed_one_are_not_half_there() {
    let directory = tempfile::tempdir().expect("directory");
    let world = World::with(options(directory.path())).await;
    for round in 0..5 {
        world
            .order(json!({"match": "disk.sync", "after": round, "fault": "disk-error"}))
            .await;
        let mut confirmed = world.rows().await;
        let texts: Vec<String> = (0..12).map(|number| format!("{round} {number}")).collect();
        let writes = texts.iter().map(|text| world.append(text));
        let told = futures_util::future::join_all(writes).await;
        confirmed.extend(
            texts
                .into_iter()
                .zip(told)
                .filter(|(_, told)| told.0 == 200)
                .map(|(text, _)| text),
        );
        let mut rows = world.rows().await;
        rows.sort();
        confirmed.sort();
        assert_eq!(rows, confirmed);
        world.forget_faults().await;
    }
    let rows = world.rows().await;
    world.emulator.stop().await;
    assert_eq!(World::with(options(directory.path())).await.rows().await, rows);
}

#[tokio::test]
async fn damage_that_shows_when_the_file_is_opened_again_is_replaced_from_memory() {
    let directory = tempfile::tempdir().expect("directory");
    let world = World::with(options(directory.path())).await;
    let path = directory.path().join("spreadsheets.redb");
    let long = "x".repeat(40_000);
    assert_eq!(world.append(&long).await.0, 200);
    let mut confirmed = vec![long];
    let damages: [fn(&Path); 3] = [
        |path| overwrite_the_middle(path, 200_000),
        |path| std::fs::write(path, "").expect("written"),
        |path| std::fs::remove_file(path).expect("removed"),
    ];
    for damage in damages {
        world.order(json!({"match": "disk.write", "fault": "disk-error"})).await;
        assert_eq!(world.append("lost").await.0, 503);
        damage(&path);
        assert_eq!(world.append("kept").await.0, 200);
        confirmed.push("kept".to_owned());
        assert!(rows_after_a_kill(directory.path()).await == confirmed);
    }
}

#[tokio::test]
#[ignore = "takes 9 s: .ci/long"]
async fn a_file_that_is_damaged_while_it_is_in_use_is_written_anew_from_memory() {
    let directory = tempfile::tempdir().expect("directory");
    let world = World::with(options(directory.path())).await;
    // More than the cache of the database, so that pages are read from the file again.
    let long = "x".repeat(1_800);
    let rows: Vec<Vec<Value>> = (0..2_800).map(|row| vec![json!(format!("{row} {long}"))]).collect();
    world.write("A1", json!(rows)).await;
    let mut confirmed = world.rows().await;
    overwrite_the_middle(&directory.path().join("spreadsheets.redb"), 3_000_000);
    let mut failures = 0;
    for number in (0..2_800).step_by(250) {
        let cell = format!("A{}", 1 + number);
        let path = format!("/values/{cell}?valueInputOption=RAW");
        let (status, body) = world
            .put(&path, json!({"values": [[format!("changed {number}")]]}))
            .await;
        if status == 200 {
            confirmed[number] = format!("changed {number}");
        } else {
            assert_eq!(body["error"]["details"][0]["reason"], "DATABASE_DAMAGED", "{body}");
            failures += 1;
        }
    }
    assert!(failures >= 1, "the damage was never met");
    assert_eq!(world.append("after the damage").await.0, 200);
    confirmed.push("after the damage".to_owned());
    assert!(world.rows().await == confirmed);
    assert!(rows_after_a_kill(directory.path()).await == confirmed);
}

/// Rows that another program finds in the file as it is now, without a shutdown.
async fn rows_after_a_kill(directory: &Path) -> Vec<String> {
    let copy = tempfile::tempdir().expect("directory");
    let name = "spreadsheets.redb";
    std::fs::copy(directory.join(name), copy.path().join(name)).expect("copied");
    World::with(options(copy.path())).await.rows().await
}

/// Overwrites so many bytes around the middle of a file.
fn overwrite_the_middle(path: &Path, length: usize) {
    let mut bytes = std::fs::read(path).expect("the file");
    let middle = (bytes.len() - length) / 2;
    let end = middle + length;
    for (place, byte) in bytes[middle..end].iter_mut().enumerate() {
        *byte = u8::try_from(place * 7 % 251).expect("a byte");
    }
    std::fs::write(path, bytes).expect("written");
}

/// File of a database with some rows.
async fn used_file() -> (tempfile::TempDir, Vec<u8>) {
    let directory = tempfile::tempdir().expect("directory");
    let world = World::with(options(directory.path())).await;
    let rows: Vec<Vec<Value>> = (0..900)
        .map(|row| vec![json!(format!("{row} {}", "y".repeat(900)))])
        .collect();
    world.write("A1", json!(rows)).await;
    world.emulator.stop().await;
    let bytes = std::fs::read(directory.path().join("spreadsheets.redb")).expect("the file");
    (directory, bytes)
}

#[tokio::test]
async fn a_damaged_file_refuses_to_start_in_one_sentence_that_says_what_to_do() {
    let (directory, whole) = used_file().await;
    let path = directory.path().join("spreadsheets.redb");
    let random: Vec<u8> = (0..whole.len()).map(|_| rand::random()).collect();
    let kinds: [(&str, &dyn Fn()); 6] = [
        ("the middle overwritten", &(|| overwrite_the_middle(&path, 200_000))),
        (
            "cut in half",
            &(|| std::fs::write(&path, &whole[..whole.len() / 2]).expect("written")),
        ),
        (
            "cut after the head",
            &(|| std::fs::write(&path, &whole[..4096]).expect("written")),
        ),
        ("random bytes", &(|| std::fs::write(&path, &random).expect("written"))),
        (
            "another kind of file",
            &(|| std::fs::write(&path, "id,name\n1,Acme\n").expect("written")),
        ),
        ("one byte", &(|| std::fs::write(&path, "r").expect("written"))),
    ];
    for (kind, damage) in kinds {
        std::fs::write(&path, &whole).expect("written");
        damage();
        let damaged = std::fs::read(&path).expect("the file");
        let told = match Emulator::start(options(directory.path())).await {
            Ok(_) => panic!("{kind}: it starts"),
            Err(error) => error.to_string(),
        };
        let name = path.display().to_string();
        assert!(told.starts_with(&format!("{name} is damaged")), "{kind}: {told}");
        assert!(
            told.contains("put back a copy of the file") && !told.contains('\n'),
            "{kind}: {told}"
        );
        assert!(
            std::fs::read(&path).expect("the file") == damaged,
            "{kind}: the file was changed"
        );
    }
}

#[tokio::test]
async fn a_file_of_no_bytes_is_refused_where_it_was_in_use_and_new_where_it_was_not() {
    for (companion, starts) in [
        (None, true),
        (Some("notes.txt"), true),
        (Some("signing.secret"), false),
        (Some("service-account.json"), false),
    ] {
        let directory = tempfile::tempdir().expect("directory");
        std::fs::write(directory.path().join("spreadsheets.redb"), "").expect("written");
        if let Some(companion) = companion {
            std::fs::write(directory.path().join(companion), "{}").expect("written");
        }
        match Emulator::start(options(directory.path())).await {
            Ok(_) => assert!(starts, "{companion:?}"),
            Err(error) => {
                assert!(!starts, "{companion:?}: {error}");
                let told = error.to_string();
                assert!(
                    told.contains("holds nothing, although") && told.contains(companion.unwrap_or("?")),
                    "{told}"
                );
            }
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn what_it_writes_can_be_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let parent = tempfile::tempdir().expect("directory");
    let directory = parent.path().join("some/data");
    let world = World::with(options(&directory)).await;
    world.emulator.environment_lines().await.expect("lines");
    // The file is written anew after a failed sync.
    world.order(json!({"match": "disk.sync", "fault": "disk-error"})).await;
    assert_eq!(world.append("lost").await.0, 503);
    assert_eq!(world.append("kept").await.0, 200);
    let mode = |path: &Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(&directory).expect("entries") {
        let path = entry.expect("entry").path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
        names.push(path.file_name().expect("name").to_string_lossy().into_owned());
    }
    names.sort();
    assert_eq!(names, ["service-account.json", "spreadsheets.redb"]);
    assert_eq!(
        (mode(&directory), mode(directory.parent().expect("parent"))),
        (0o700, 0o700)
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_named_with_the_cure() {
    let parent = tempfile::tempdir().expect("directory");
    let file = parent.path().join("file");
    std::fs::write(&file, "").expect("written");
    std::fs::create_dir_all(parent.path().join("folder/spreadsheets.redb")).expect("made");
    for (directory, words) in [
        (file.clone(), "is a file"),
        (file.join("below"), "is a file or lies below one"),
        (parent.path().join("folder"), "is a folder, but a file is needed"),
    ] {
        let told = match Emulator::start(options(&directory)).await {
            Ok(_) => panic!("{} can be used", directory.display()),
            Err(error) => error.to_string(),
        };
        assert!(
            told.contains(&directory.display().to_string()) && told.contains(words),
            "{told}"
        );
    }
}

#[tokio::test]
async fn an_address_that_others_can_reach_needs_to_be_asked_for() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let listen = address.parse().expect("an address");
        let refused = Emulator::start(EmulatorOptions {
            listen,
            ..EmulatorOptions::default()
        })
        .await;
        assert!(matches!(refused, Err(StartError::Exposed(_))), "{address}");
    }
}

#[tokio::test]
async fn a_caller_who_sends_nothing_or_too_much_is_hung_up_on() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut options = EmulatorOptions::default();
    options.timeouts.head = std::time::Duration::from_millis(30);
    options.timeouts.body = std::time::Duration::from_millis(30);
    let world = World::with(options).await;
    let address = world.emulator.url().replace("http://", "");
    for (begun, answer) in [
        ("", ""),
        ("GET / HTT", ""),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", ""),
        (
            "POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab",
            "HTTP/1.1 408",
        ),
    ] {
        let mut stream = tokio::net::TcpStream::connect(&address).await.expect("connection");
        stream.write_all(begun.as_bytes()).await.expect("written");
        let mut told = String::new();
        stream.read_to_string(&mut told).await.expect("read");
        assert!(
            told.starts_with(answer) && told.is_empty() == answer.is_empty(),
            "{begun:?}: {told}"
        );
    }
    let large = "x".repeat(1024 * 1024 + 1);
    let request = world.client.put(world.address("/values/A1?valueInputOption=RAW"));
    let refused = request
        .bearer_auth("nobody")
        .body(large)
        .send()
        .await
        .expect("an answer");
    assert_eq!(refused.status(), 400);
    let body: Value = refused.json().await.expect("JSON");
    assert_eq!(message(&body), "Request payload size exceeds the limit.");
}
