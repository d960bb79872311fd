//! Compatibility test with gspread, the most used Sheets client for Python, with service-account authentication.

use std::{path::Path, process::Command};
use test_support::python;

use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn gspread_and_data_frames_work_unchanged() {
    let Some(python) = python::installed("python", "gspread") else {
        return;
    };
    let world = World::new().await;
    let directory = tempfile::tempdir().expect("directory");
    let key = directory.path().join("service-account.json");
    std::fs::write(&key, world.emulator.service_account_key().await.expect("key")).expect("written");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/clients/gspread_session.py");
    let mut command = Command::new(python);
    command
        .arg(script)
        .arg(world.emulator.url())
        .arg(world.emulator.spreadsheet_id())
        .arg(key);
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("task")
        .expect("python runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
