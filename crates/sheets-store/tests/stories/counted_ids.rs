//! Tests of ids that the store counts.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sheets_store::{CommitError, RowChange};
use test_support::proxy::store_behind_proxy;

use crate::fixtures::library::{by_ann, library, loan, loan_of, log};

#[tokio::test]
async fn counted_ids_go_on_from_the_highest_and_a_key_counts_once() {
    let world = library().await;
    world.staff_type("loans!A2", json!(41)).await;
    world.staff_type("loans!B2", json!("by hand")).await;
    let commit = |changes: Vec<RowChange>| world.store.commit(by_ann(changes));
    let first = commit(vec![
        loan("x", "Kim", 0.1),
        loan("y", "Lou", 0.2),
        loan("x", "Kim", 0.1),
    ])
    .await
    .expect("written");
    assert_eq!(first.ids, ["42", "43", "42"]);
    assert_eq!((first.inserted, first.already_there), (2, 1));
    let again = commit(vec![loan("z", "Max", 0.3), loan("y", "Lou", 0.2)])
        .await
        .expect("written");
    assert_eq!(again.ids, ["44", "43"]);
    // A restarted program reads the keys from the sheet.
    let (_relay, other) = store_behind_proxy(&world).await;
    let known = other.commit(by_ann([loan("z", "Max", 0.3)])).await.expect("written");
    assert_eq!((known.already_there, known.ids), (1, vec!["44".to_owned()]));
    let rows = world.rows("loans").await;
    assert_eq!(
        rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>(),
        [json!(41), json!(42), json!(43), json!(44)]
    );
    assert_eq!(
        log(&world).await,
        [
            "Ann|loans|42|created|||",
            "Ann|loans|43|created|||",
            "Ann|loans|44|created|||"
        ]
    );
}

#[tokio::test]
async fn a_key_with_a_digest_names_one_content_within_a_write_and_later() {
    let world = library().await;
    let commit = |changes: Vec<RowChange>| world.store.commit(by_ann(changes));
    let (same, other) = (Some(1), Some(2));
    let first = commit(vec![loan_of("x", same, "Kim", 0.1), loan_of("x", same, "Kim", 0.1)])
        .await
        .expect("written");
    assert_eq!((first.inserted, first.already_there), (1, 1));
    let (_relay, restarted) = store_behind_proxy(&world).await;
    for store in [&world.store, &restarted] {
        let refused = store.commit(by_ann([loan_of("x", other, "Lou", 0.2)])).await;
        let Err(CommitError::KeyReused { tab: "loans", id }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(id, first.ids[0]);
        let again = store
            .commit(by_ann([loan_of("x", same, "Kim", 0.1)]))
            .await
            .expect("known");
        assert_eq!(again.already_there, 1);
    }
    // Nothing of a refused batch is written, and others in the same call are.
    let (refused, written) = tokio::join!(
        commit(vec![loan("a", "Ann", 0.1), loan_of("x", other, "Lou", 0.2)]),
        commit(vec![loan("b", "Bob", 0.1)]),
    );
    assert!(matches!(refused, Err(CommitError::KeyReused { .. })), "{refused:?}");
    assert_eq!(written.expect("written").inserted, 1);
    // The key of an earlier version has no digest: its content cannot be compared.
    let known = commit(vec![loan_of("b", other, "Lou", 0.2)]).await.expect("known");
    assert_eq!(known.already_there, 1);
    assert_eq!(world.rows("loans").await.len(), 2);
}

#[tokio::test]
async fn two_instances_never_count_the_same_id() {
    let world = Arc::new(library().await);
    let (_relay, other) = store_behind_proxy(&world).await;
    let mut answers = Vec::new();
    for (name, store) in [("one", Arc::clone(&world.store)), ("two", other)] {
        for number in 0..100 {
            let store = Arc::clone(&store);
            answers.push(tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(number * 3)).await;
                store
                    .commit(by_ann([loan(&format!("{name} {number}"), name, 0.1)]))
                    .await
            }));
        }
    }
    let mut told = std::collections::BTreeSet::new();
    for answer in answers {
        told.extend(answer.await.expect("task").expect("written").ids);
    }
    let there: Vec<String> = world.rows("loans").await.iter().map(|row| row[0].to_string()).collect();
    let distinct: std::collections::BTreeSet<String> = there.iter().cloned().collect();
    assert_eq!((there.len(), distinct.len(), told.len()), (200, 200, 200));
    assert_eq!(distinct, told);
}
