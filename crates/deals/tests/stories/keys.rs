//! Tests of idempotency keys and of `seen`: a key names one content, and a check that cannot be made is refused.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::world::{Plan, World};

const HTML: &str = "text/html,*/*;q=0.8";

/// Creates a deal at one of the instances, with a key in the header; returns status and answer.
async fn create(world: &World, instance: &str, key: &str, body: &Value) -> (u16, Value) {
    let request = world
        .client
        .post(format!("{instance}/deals"))
        .header("idempotency-key", key);
    let response = request.json(body).send().await.expect("answer");
    (response.status().as_u16(), response.json().await.expect("JSON"))
}

fn deal(client: &str) -> Value {
    json!({"client": client, "statut": "Qualifié", "montant_brut": 12500.5, "date_echeance": "2026-12-31"})
}

async fn clients(world: &World) -> Vec<Value> {
    let rows = world.rows("deals").await;
    rows.iter().map(|row| row[1].clone()).collect()
}

#[tokio::test]
async fn a_key_names_one_content_however_it_is_written_and_whoever_asks() {
    let world = World::new().await;
    let other = world.another_instance(&Plan::default()).await;
    let here = world.address.clone();
    assert_eq!(create(&world, &here, "K", &deal("A")).await.0, 201);
    let (status, refused) = create(&world, &here, "K", &deal("B")).await;
    assert_eq!(
        (status, &refused["error"]["code"]),
        (422, &json!("idempotency_mismatch"))
    );
    assert!(
        refused["error"]["message"].as_str().expect("text").contains("« 1 »"),
        "{refused}"
    );
    let spellings = [
        deal("A"),
        json!({"date_echeance": "31/12/2026", "montant_brut": "12 500,50 €", "statut": "qualified", "client": " A "}),
        json!({"client": "A", "statut": "Qualifié", "montant_brut": 1.25005e4, "date_echeance": "2026-12-31",
               "notes": null, "secteur": "", "key": "K"}),
    ];
    for instance in [&here, &other] {
        for same in &spellings {
            let (status, answer) = create(&world, instance, "K", same).await;
            assert_eq!((status, &answer["id"]), (200, &json!(1)), "{same}");
        }
        for different in [
            json!({"client": "A", "statut": "Prospect", "montant_brut": 12500.5, "date_echeance": "2026-12-31"}),
            json!({"client": "A", "statut": "Qualifié", "montant_brut": 12500.51, "date_echeance": "2026-12-31"}),
            json!({"client": "A", "statut": "Qualifié", "montant_brut": 12500.5}),
        ] {
            let (status, answer) = create(&world, instance, "\"K\"", &different).await;
            assert_eq!(
                (status, &answer["error"]["code"]),
                (422, &json!("idempotency_mismatch")),
                "{different}"
            );
        }
    }
    assert_eq!(clients(&world).await, ["A"]);

    let two_keys = json!({"client": "A", "statut": "Prospect", "montant_brut": 1, "key": "L"});
    let (status, answer) = create(&world, &here, "K", &two_keys).await;
    assert_eq!((status, &answer["error"]["fields"][0]["field"]), (422, &json!("key")));

    let deleted = world
        .client
        .delete(format!("{here}/deals/1"))
        .send()
        .await
        .expect("answer");
    assert_eq!(deleted.status(), StatusCode::OK);
    for instance in [&here, &other] {
        world.pass(jiff::SignedDuration::from_secs(60));
        let (status, answer) = create(&world, instance, "K", &deal("A")).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (410, &json!("idempotency_row_deleted"))
        );
    }
    assert_eq!(clients(&world).await, Vec::<Value>::new());
}

#[tokio::test]
async fn of_many_contents_that_race_for_a_key_on_two_instances_one_is_written() {
    let world = World::new().await;
    let instances = [world.address.clone(), world.another_instance(&Plan::default()).await];
    let bodies: Vec<Value> = (0..10).map(|number| deal(&format!("Client {number}"))).collect();
    let sent = bodies.iter().zip(instances.iter().cycle());
    let answers = sent.map(|(body, instance)| create(&world, instance, "race", body));
    let mut statuses: Vec<u16> = futures_util::future::join_all(answers)
        .await
        .into_iter()
        .map(|(status, _)| status)
        .collect();
    statuses.sort_unstable();
    let mut expected = vec![201];
    expected.extend([422; 9]);
    assert_eq!(statuses, expected);
    assert_eq!(clients(&world).await.len(), 1);
}

#[tokio::test]
async fn a_form_that_was_sent_before_says_so_and_can_be_sent_as_one_more_deal() {
    let world = World::new().await;
    let key = world
        .page("/deals/new")
        .await
        .attributes("input[name=key]", "value")
        .remove(0);
    let send = async |client: &str, key: &str| {
        let fields = [
            ("client", client),
            ("statut", "Prospect"),
            ("montant_brut", "1000"),
            ("key", key),
        ];
        let request = world.post("/deals").header("accept", HTML);
        request.form(&fields).send().await.expect("answer")
    };
    assert_eq!(send("A", &key).await.status(), StatusCode::SEE_OTHER);
    // A double click, or Back and the same once more.
    assert_eq!(send("A", &key).await.status(), StatusCode::SEE_OTHER);
    let refused = send("B", &key).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = test_support::Page::of(refused).await;
    page.says("PAS enregistré");
    page.says("enregistré sous « 1 »");
    assert_eq!(page.attributes("input[name=client]", "value"), ["B"]);
    let fresh = page.attributes("input[name=key]", "value").remove(0);
    assert_ne!(fresh, key);
    assert_eq!(send("B", &fresh).await.status(), StatusCode::SEE_OTHER);
    assert_eq!(clients(&world).await, ["A", "B"]);

    let deleted = world
        .client
        .delete(format!("{}/deals/1", world.address))
        .send()
        .await
        .expect("answer");
    assert_eq!(deleted.status(), StatusCode::OK);
    let gone = send("A", &key).await;
    assert_eq!(gone.status(), StatusCode::GONE);
    assert_eq!(clients(&world).await, ["B"]);
}

#[tokio::test]
async fn what_was_seen_and_cannot_be_read_is_refused_in_every_form_and_in_json() {
    let world = World::new().await;
    assert_eq!(create(&world, &world.address, "K", &deal("A")).await.0, 201);
    let forms: [&[(&str, &str)]; 7] = [
        &[("seen", "AAA")],
        &[("seen", "")],
        &[("seen", "{\"client\": \"A\", \"amount\": 1}")],
        &[("seen", "[\"A\"]")],
        &[("seen_amount", "1")],
        &[("seen_key", "K")],
        &[("seen_montant_brut", "much")],
    ];
    let operations = [
        (Method::DELETE, "/deals/1"),
        (Method::PATCH, "/deals/1"),
        (Method::PUT, "/deals/1"),
        (Method::POST, "/deals/1/edit"),
        (Method::POST, "/deals/1/status"),
        (Method::POST, "/deals/1/delete"),
    ];
    let wanted = [("client", "B"), ("statut", "Gagné"), ("montant_brut", "5")];
    for (method, path) in &operations {
        let address = format!("{}{path}", world.address);
        for form in forms {
            for accept in ["*/*", HTML] {
                let fields: Vec<_> = wanted.iter().chain(form).collect();
                let request = world.client.request(method.clone(), &address).header("accept", accept);
                let refused = request.form(&fields).send().await.expect("answer");
                assert_eq!(refused.status().as_u16(), 422, "{method} {path} {form:?} {accept}");
                if accept == "*/*" && *path != "/deals/1/edit" {
                    let answer: Value = refused.json().await.expect("JSON");
                    assert_eq!(
                        answer["error"]["fields"][0]["field"], "seen",
                        "{method} {path} {form:?}"
                    );
                }
            }
        }
        for seen in [json!("AAA"), json!(["A"]), json!({"amount": 1}), json!({"client": {}})] {
            let body = json!({"client": "B", "statut": "Gagné", "montant_brut": 5, "seen": seen});
            let request = world.client.request(method.clone(), &address).json(&body);
            let status = request.send().await.expect("answer").status().as_u16();
            assert_eq!(status, 400, "{method} {path} {seen}");
        }
    }
    let before = deal("A");
    let row = &world.rows("deals").await[0];
    assert_eq!((&row[1], &row[2]), (&before["client"], &before["statut"]));

    // In a form, the values may come as JSON too, and are verified.
    let seen = |text: &str| [("seen", text.to_owned())];
    let delete = |text| {
        world
            .client
            .delete(format!("{}/deals/1", world.address))
            .form(&seen(text))
    };
    let stale = delete("{\"client\": \"B\"}").send().await.expect("answer");
    assert_eq!(stale.status(), StatusCode::CONFLICT);
    let current = delete("{\"client\": \"A\", \"montant_brut\": 12500.50}")
        .send()
        .await
        .expect("answer");
    assert_eq!(current.status(), StatusCode::OK);
}
