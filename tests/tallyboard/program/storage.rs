//! The data folder of the program: damaged files, folders that cannot be written, modes, and a disk that is full.

use std::{path::Path, process::Command};

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{board, browser, claim, output};
use crate::{
    program::processes::{Running, folder, program, serve},
    world::form,
};

/// Lines on stderr of a program that must refuse to start.
fn refusal(mut command: Command) -> String {
    command.env("RUST_LOG", "error");
    let (output, told) = output(command);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let lines: Vec<&str> = errors.lines().collect();
    assert_eq!(lines.len(), 1, "{errors}");
    assert!(
        !errors.contains("panicked") && errors.trim_end().ends_with('.'),
        "{errors}"
    );
    lines[0].to_owned()
}

#[tokio::test]
async fn a_damaged_database_ends_the_start_with_one_sentence() {
    let folder = folder();
    let (running, address) = serve(program(folder.path()));
    assert_eq!(claim(&address, "Acme", "k").await, StatusCode::SEE_OTHER);
    assert_eq!(running.stop(), Some(0));
    let path = folder.path().join("data/spreadsheets.redb");
    let whole = std::fs::read(&path).expect("the file");
    let overwritten: Vec<u8> = whole
        .iter()
        .enumerate()
        .map(|(place, byte)| {
            if (30_000..230_000).contains(&place) {
                0xa5
            } else {
                *byte
            }
        })
        .collect();
    for (content, words) in [
        (&overwritten[..], "data/spreadsheets.redb is damaged"),
        (&whole[..whole.len() / 2], "data/spreadsheets.redb is damaged"),
        (b"not a database", "data/spreadsheets.redb is damaged"),
        (
            b"",
            "data/spreadsheets.redb holds nothing, although data/signing.secret",
        ),
    ] {
        std::fs::write(&path, content).expect("written");
        let told = refusal(program(folder.path()));
        assert!(
            told.contains(words) && told.contains("ut back a copy of the file"),
            "{told}"
        );
    }
    std::fs::write(&path, &whole).expect("written");
    let (running, address) = serve(program(folder.path()));
    assert_eq!(board(&address).await["by_csm"][0]["csm"], "Kate");
    assert_eq!(running.stop(), Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn what_the_program_writes_is_for_its_user_alone_and_a_wider_mode_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let data = folder.path().join("data");
    let (running, address) = serve(program(folder.path()));
    assert_eq!(claim(&address, "Acme", "k").await, StatusCode::SEE_OTHER);
    assert_eq!(running.stop(), Some(0));
    let mode = |path: &Path| std::fs::metadata(path).expect("metadata").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let written: Vec<_> = std::fs::read_dir(&data)
        .expect("entries")
        .map(|entry| entry.expect("entry").path())
        .collect();
    assert_eq!(written.len(), 2, "{written:?}");
    for path in &written {
        assert_eq!(mode(path), 0o600, "{}", path.display());
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("wider");
    }
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("wider");
    let (running, _) = serve(program(folder.path()));
    let told = running.stopped_with_errors();
    for cure in [
        "chmod 700 data`",
        "chmod 600 data/spreadsheets.redb`",
        "chmod 600 data/signing.secret`",
    ] {
        assert!(told.contains(cure), "{cure}: {told}");
    }
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_used_is_named_with_user_and_cure() {
    use std::os::unix::{
        fs::{MetadataExt as _, PermissionsExt as _},
        process::CommandExt as _,
    };
    let folder = folder();
    let place = |name: &str| folder.path().join(name);
    std::fs::write(place("file"), "").expect("written");
    std::fs::create_dir(place("foreign")).expect("made");
    std::fs::create_dir(place("old")).expect("made");
    std::fs::write(place("old/signing.secret"), "a").expect("written");
    // Root may write everywhere: it runs the program as another user. Anybody else takes the right from themselves.
    let is_root = std::fs::metadata(place("file")).expect("metadata").uid() == 0;
    let mode = if is_root { 0o755 } else { 0o555 };
    for name in ["", "foreign"] {
        std::fs::set_permissions(place(name), std::fs::Permissions::from_mode(mode)).expect("mode");
    }
    for (data, user, words) in [
        ("file", None, vec!["file is a file", "choose another folder"]),
        ("file/below", None, vec!["file/below is a file or lies below one"]),
        ("foreign", Some(10001), vec!["foreign", "Permission denied", "chown -R"]),
        ("new", Some(10001), vec!["new", "Permission denied", "chown -R"]),
        (
            "old",
            None,
            vec!["old/signing.secret has 1 characters", "at least 32", "Delete the file"],
        ),
    ] {
        let mut command = program(folder.path());
        command.env("DATA_DIR", data);
        if let Some(id) = user.filter(|_| is_root) {
            command.uid(id).gid(id);
        }
        let told = refusal(command);
        let id = user.filter(|_| is_root).map(|id: u32| format!("user with the id {id}"));
        for word in words.into_iter().map(str::to_owned).chain(id) {
            assert!(told.contains(&word), "{word}: {told}");
        }
    }
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("mode");
}

#[test]
fn an_emulator_for_others_has_to_be_asked_for() {
    let folder = folder();
    for address in ["0.0.0.0:0", "[::]:0"] {
        let mut command = program(folder.path());
        command.args(["emulator", "--listen", address]);
        let told = refusal(command);
        assert!(told.contains("--open-to-network") && told.contains(address), "{told}");
    }
}

#[tokio::test]
async fn while_nothing_can_be_stored_forms_health_and_status_say_so() {
    let folder = folder();
    let mut running = Running::start(program(folder.path()));
    let address = running.line("Tallyboard runs at ");
    let spreadsheet = running.line("Embedded spreadsheet: ");
    let faults = format!(
        "{}/_emulator/faults",
        spreadsheet.split("/spreadsheets").next().expect("address")
    );
    let get = |path: &str, forwarded: bool| {
        let request = browser().get(format!("{address}{path}")).header("accept", "text/html");
        let request = if forwarded {
            request.header("x-forwarded-for", "8.8.8.8")
        } else {
            request
        };
        async move { request.send().await.expect("answer").text().await.expect("text") }
    };
    assert_eq!(claim(&address, "Before", "k0").await, StatusCode::SEE_OTHER);
    for (fault, code, english, french, public) in [
        (
            json!({"match": "disk.write", "fault": "disk-full"}),
            "disk_full",
            "The disk of DATA_DIR is full.",
            "Le disque de DATA_DIR est plein.",
            "no room left",
        ),
        (
            json!({"match": "disk.sync", "times": 1000, "fault": "disk-error"}),
            "disk_failed",
            "The disk of DATA_DIR fails.",
            "Le disque de DATA_DIR est défaillant.",
            "cannot store anything",
        ),
    ] {
        let ordered = browser().post(&faults).json(&fault).send().await.expect("answer");
        assert_eq!(ordered.status(), StatusCode::OK);
        let fields = form("Kate", "Acme", &["GitHub"], code);
        let sent = browser()
            .post(format!("{address}/leaderboard/submissions"))
            .header("accept", "text/html");
        let refused = sent.form(&fields).send().await.expect("answer");
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        let page = refused.text().await.expect("text");
        assert!(page.contains(public) && !page.contains("DATA_DIR"), "{page}");
        let deep = browser()
            .get(format!("{address}/health?deep=1"))
            .send()
            .await
            .expect("answer");
        assert_eq!(deep.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(deep.text().await.expect("text").contains(english));
        assert!(get("/status", false).await.contains(english));
        assert!(get("/status?lang=fr", true).await.contains(french));
        let told: Value = serde_json::from_str(&get("/status?format=json", false).await).expect("JSON");
        assert_eq!(
            (&told["storage"]["problem"], &told["storage"]["happened"]),
            (&json!(code), &json!(english))
        );
        assert_eq!((&told["state"], &told["calls"]), (&json!("failing"), &json!("writes")));

        let removed = browser().delete(&faults).send().await.expect("answer");
        assert_eq!(removed.status(), StatusCode::OK);
        assert_eq!(claim(&address, code, code).await, StatusCode::SEE_OTHER);
        let deep = browser()
            .get(format!("{address}/health?deep=1"))
            .send()
            .await
            .expect("answer");
        assert_eq!(deep.status(), StatusCode::OK);
        let told: Value = serde_json::from_str(&get("/status?format=json", false).await).expect("JSON");
        assert_eq!((&told["storage"], &told["state"]), (&Value::Null, &json!("answering")));
    }
    let told: Value = serde_json::from_str(&get("/status?format=json", false).await).expect("JSON");
    assert!(told["spreadsheet"].is_string());
    let told = get("/status?format=json", true).await;
    assert!(
        !told.contains("\"spreadsheet\"") && !told.contains(&spreadsheet),
        "{told}"
    );
    assert_eq!(board(&address).await["by_csm"][0]["integrations"], 3);
    assert_eq!(running.stop(), Some(0));
    let (running, address) = serve(program(folder.path()));
    assert_eq!(board(&address).await["by_csm"][0]["integrations"], 3);
    assert_eq!(running.stop(), Some(0));
}

/// File system of 4 MB in memory, which only some users may mount.
struct SmallDisk<'folder>(&'folder Path);

impl<'folder> SmallDisk<'folder> {
    fn mount(path: &'folder Path) -> Option<Self> {
        std::fs::create_dir_all(path).expect("made");
        Self::run(
            Command::new("mount")
                .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
                .arg(path),
        )
        .then_some(Self(path))
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(Self::run(Command::new("mount").args(["-o", &options]).arg(self.0)));
    }

    fn run(command: &mut Command) -> bool {
        command.output().is_ok_and(|output| output.status.success())
    }
}

impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        Self::run(Command::new("umount").arg("-l").arg(self.0));
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_writing_goes_on_once_there_is_room_again() {
    let folder = folder();
    let data = folder.path().join("data");
    let Some(disk) = SmallDisk::mount(&data) else {
        test_support::print_skipped("no file system can be mounted");
        return;
    };
    let (running, address) = serve(program(folder.path()));
    let deal = |number: usize| {
        let body = json!({"client": format!("Client {number}"), "statut": "Prospect", "montant_brut": 1, "notes": "n".repeat(9000)});
        browser().post(format!("{address}/deals")).json(&body).send()
    };
    let deep = || browser().get(format!("{address}/health?deep=1")).send();
    let mut confirmed = 0;
    // What fills the disk first is another program.
    let filler = data.join("filler");
    std::fs::write(&filler, vec![0; 1_800_000]).expect("written");
    let refused = loop {
        let response = deal(confirmed).await.expect("answer");
        if response.status() != StatusCode::CREATED {
            break response;
        }
        confirmed += 1;
        assert!(confirmed < 400, "the disk never fills");
    };
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    let told: Value = refused.json().await.expect("JSON");
    assert_eq!(told["error"]["code"], "not_stored", "{told}");
    assert_eq!(claim(&address, "Acme", "k").await, StatusCode::SERVICE_UNAVAILABLE);
    let sick = deep().await.expect("answer");
    assert_eq!(sick.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        sick.text()
            .await
            .expect("text")
            .contains("The disk of DATA_DIR is full.")
    );

    std::fs::remove_file(&filler).expect("removed");
    let written = deal(confirmed).await.expect("answer");
    assert_eq!(written.status(), StatusCode::CREATED);
    confirmed += 1;
    assert_eq!(deep().await.expect("answer").status(), StatusCode::OK);
    let deals = |address: String| async move {
        let answer = browser().get(format!("{address}/deals")).send().await.expect("answer");
        answer.json::<Value>().await.expect("JSON")["kpis"]["deal_count"].clone()
    };
    assert_eq!(deals(address.clone()).await, confirmed);
    assert_eq!(running.stop(), Some(0));

    disk.remount("ro");
    let told = refusal(program(folder.path()));
    assert!(
        told.contains("mounted read-only") && told.contains("without `:ro`"),
        "{told}"
    );
    disk.remount("rw");
    let (running, address) = serve(program(folder.path()));
    assert_eq!(deals(address).await, confirmed);
    assert_eq!(running.stop(), Some(0));
}
