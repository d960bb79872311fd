//! Tests of the Customers commands: sync, check, scoring, and evaluation of the churn prediction.

use std::{fmt::Write, path::Path, process::Command};

use serde_json::json;
use tempfile::TempDir;
use test_support::fake_vendor::{FakeVendor, Reply};

use crate::{
    program::fake_sources::{lists, stripe, subscription},
    program::processes::{folder, program},
};

/// Exit status and combined output of a command.
async fn run(mut command: Command) -> (Option<i32>, String) {
    let run = tokio::task::spawn_blocking(move || command.output().expect("program"));
    let output = run.await.expect("an end");
    let text = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    (output.status.code(), text.concat())
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = program(folder);
    command.args(arguments);
    command
}

/// Fake Stripe API with two paying customers.
async fn vendor() -> FakeVendor {
    let customer = |id: &str| json!({"id": id, "object": "customer", "email": format!("{id}@example.com"), "created": 1_700_000_000});
    FakeVendor::start(
        lists(&[
            ("customers", vec![customer("cus_1"), customer("cus_2")]),
            (
                "subscriptions",
                vec![
                    subscription("sub_1", "cus_1", 9_900),
                    subscription("sub_2", "cus_2", 4_900),
                ],
            ),
        ]),
        stripe,
    )
    .await
}

#[tokio::test]
async fn the_commands_sync_check_and_score() {
    let (folder, stripe): (TempDir, FakeVendor) = (folder(), vendor().await);
    let with_key = |arguments: &[&str]| {
        let mut command = command(folder.path(), arguments);
        command
            .env("STRIPE_API_KEY", "key")
            .env("STRIPE_API_URL", stripe.url())
            .env("SYNC_SCHEDULE", "off");
        command
    };
    let (status, printed) = run(command(folder.path(), &["sync", "stripe"])).await;
    assert_eq!(status, Some(1));
    assert!(
        printed.contains("No source is switched on. Set the key of one"),
        "{printed}"
    );

    let (status, printed) = run(with_key(&["check"])).await;
    assert_eq!(status, Some(0), "{printed}");
    assert!(printed.contains("✓ Stripe: "), "{printed}");

    let (status, printed) = run(with_key(&["sync", "stripe"])).await;
    assert_eq!(status, Some(0), "{printed}");
    assert!(
        printed.contains("stripe: 4 seen, 4 added, 0 changed, 0 not readable"),
        "{printed}"
    );
    let (status, printed) = run(with_key(&["sync", "all", "--full"])).await;
    assert_eq!(status, Some(0), "{printed}");
    assert!(
        printed.contains("stripe: 4 seen, 0 added, 0 changed, 0 not readable"),
        "{printed}"
    );
    let (status, printed) = run(with_key(&["sync", "intercom"])).await;
    assert_eq!(status, Some(1));
    assert!(
        printed.contains("“intercom” is not switched on. Sources that are: stripe."),
        "{printed}"
    );

    let (status, printed) = run(with_key(&["health", "recalculate"])).await;
    assert_eq!(status, Some(0), "{printed}");
    assert!(printed.contains("2 customers scored, 0 rows changed."), "{printed}");
    assert!(printed.contains("Churn risk by rule of thumb"), "{printed}");

    stripe.fail(std::iter::repeat_n(
        Reply::with_status(
            401,
            &json!({"error": {"message": "Invalid API Key provided\n2026-12-01T00:00:00Z ERROR forged\u{1b}[2J\u{2028}"}}),
        ),
        20,
    ));
    let (status, printed) = run(with_key(&["check"])).await;
    assert_eq!(status, Some(1), "{printed}");
    assert!(printed.contains("✗ Stripe, "), "{printed}");
    assert!(
        printed.contains(r"provided\n2026-12-01T00:00:00Z ERROR forged\u{1b}[2J"),
        "{printed}"
    );
    let (status, printed) = run(with_key(&["sync", "stripe"])).await;
    assert_eq!(status, Some(1), "{printed}");
    assert!(printed.contains("Stopped: "), "{printed}");
    let controls = printed
        .chars()
        .filter(|character| character.is_control() && *character != '\n');
    assert_eq!(controls.count(), 0, "{printed:?}");
    assert!(!printed.lines().any(|line| line.starts_with("2026-12-01")), "{printed}");
}

/// Training data: customers with a short tenure and a monthly contract mostly churn; some cells are empty.
fn examples() -> String {
    let mut file = "id,months,contract,spent,left\n".to_owned();
    for number in 0_u32..400 {
        let months = number * 37 % 60;
        let contract = ["month", "year"][number as usize % 2];
        let luck = number * 53 % 10;
        let leaves = months < 20 && contract == "month" && luck < 8 || luck == 9;
        let months = if number % 17 == 0 {
            String::new()
        } else {
            months.to_string()
        };
        let left = if leaves { "Yes" } else { "No" };
        writeln!(file, "c{number},{months},{contract},{}.5,{left}", number * 29 % 100).expect("written");
    }
    file
}

#[tokio::test]
async fn churn_is_evaluated_on_a_file() {
    let folder = folder();
    std::fs::write(folder.path().join("churn.csv"), examples()).expect("a file");
    let evaluate = |label: &str| command(folder.path(), &["churn", "evaluate", "churn.csv", "--label", label]);
    let (status, printed) = run(evaluate("left")).await;
    assert_eq!(status, Some(0), "{printed}");
    for part in [
        "400 rows, ",
        "“id” is left out",
        "Logistic regression, 5 folds",
        "Brier  0.",
        "\nCalibration\n",
        "Lift by tenths",
        "\n     10     40",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let auc = printed.lines().find_map(|line| line.strip_prefix("AUC")).expect("AUC");
    let auc: f64 = auc
        .split_whitespace()
        .next()
        .and_then(|auc| auc.parse().ok())
        .expect("a number");
    assert!((0.7..1.0).contains(&auc), "{printed}");
    assert_eq!(run(evaluate("left")).await, (Some(0), printed));
    let (status, printed) = run(evaluate("gone")).await;
    assert_eq!(status, Some(1));
    assert!(
        printed.contains("There is no column “gone”. The columns are: id, months"),
        "{printed}"
    );
    assert!(!folder.path().join("data").exists());
}
