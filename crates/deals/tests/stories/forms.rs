//! Tests of editing a deal by form and by API: create, edit, conflict, delete, undo.

use std::time::Duration;

use deals::{DealRules, LostStage};
use jiff::SignedDuration;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use test_support::Page;

use crate::world::{Plan, World};

const HTML: &str = "text/html,*/*;q=0.8";

/// Submits a form as a browser does.
async fn send(world: &World, path: &str, fields: &[(&str, &str)]) -> Response {
    let request = world.post(path).header("accept", HTML);
    request.form(fields).send().await.expect("answer")
}

/// Submits a form that must be accepted; returns the redirect target and its page.
async fn sent(world: &World, path: &str, fields: &[(&str, &str)]) -> (String, Page) {
    world.pass(SignedDuration::from_secs(1));
    let response = send(world, path, fields).await;
    let status = response.status();
    let location = response.headers().get("location").cloned();
    assert_eq!(
        status,
        StatusCode::SEE_OTHER,
        "{}",
        response.text().await.unwrap_or_default()
    );
    let location = location.expect("location").to_str().expect("text").to_owned();
    let page = world.page(&location).await;
    (location, page)
}

async fn program(world: &World, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
    let request = world.client.request(method, format!("{}{path}", world.address));
    let response = request.json(&body).send().await.expect("answer");
    (response.status(), response.json().await.expect("JSON"))
}

/// Names and values of the first form with this action, as a browser submits it without changes.
fn fields(page: &Page, action: &str) -> Vec<(String, String)> {
    use scraper::Html;
    use scraper::Selector;
    let document = Html::parse_document(&page.text);
    let form = Selector::parse(&format!(r#"form[action="{action}"]"#)).expect("selector");
    let form = document
        .select(&form)
        .next()
        .unwrap_or_else(|| panic!("no form {action}: {}", page.main()));
    let controls = Selector::parse("input, select, textarea").expect("selector");
    let chosen = Selector::parse("option[selected]").expect("selector");
    let options = Selector::parse("option").expect("selector");
    let mut fields = Vec::new();
    for control in form.select(&controls) {
        let Some(name) = control.attr("name") else { continue };
        let is_radio = control.attr("type") == Some("radio");
        if is_radio && control.attr("checked").is_none() {
            continue;
        }
        let value = match control.value().name() {
            "select" => {
                let chosen = control
                    .select(&chosen)
                    .next()
                    .or_else(|| control.select(&options).next());
                chosen
                    .and_then(|option| option.attr("value"))
                    .unwrap_or_default()
                    .to_owned()
            }
            // HTML drops the line break directly after the opening tag.
            "textarea" => control.text().collect::<String>().trim_start_matches('\n').to_owned(),
            _ => control.attr("value").unwrap_or_default().to_owned(),
        };
        fields.push((name.to_owned(), value));
    }
    fields
}

fn with<'a>(fields: &'a [(String, String)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    kept.chain(changed.iter().copied()).collect()
}

/// Columns id to weighted value of every row.
async fn deals(world: &World) -> Vec<Vec<Value>> {
    let rows = world.rows("deals").await;
    rows.into_iter().map(|row| row.into_iter().take(6).collect()).collect()
}

async fn acme(world: &World) {
    let fields = [
        ("client", "Acme"),
        ("statut", "Prospect"),
        ("montant_brut", "12 500,50 €"),
        ("secteur", "Banque"),
        ("notes", "première\r\nligne"),
        ("key", "k1"),
    ];
    let (location, page) = sent(world, "/deals", &fields).await;
    assert_eq!(location, "/deals/1?did=created&deal=1");
    page.says("L’affaire est enregistrée.");
}

#[tokio::test]
async fn a_deal_is_created_edited_fought_over_deleted_and_brought_back() {
    let world = World::new().await;
    acme(&world).await;
    assert_eq!(
        deals(&world).await,
        [vec![
            json!(1),
            json!("Acme"),
            json!("Prospect"),
            json!(12500.5),
            json!(0.1),
            json!(1250.05)
        ]]
    );

    // Staff change two cells after the form was opened.
    let form = world.page("/deals/1/edit").await;
    let untouched = fields(&form, "/deals/1/edit");
    world.staff_type("deals!D2", json!(20000)).await;
    world.staff_type("deals!G2", json!("Assurance")).await;
    let mine = with(&untouched, &[("montant_brut", "15000"), ("assignee", "Zoé")]);
    let response = send(&world, "/deals/1/edit", &mine).await;
    assert_eq!(response.status(), StatusCode::CONFLICT);
    let conflict = Page::of(response).await;
    assert_eq!(conflict.all("fieldset.clash legend"), ["Montant"]);
    conflict.says("Vous aviez vu : 12 500,50 €");
    assert_eq!(conflict.all(".side bdi"), ["15 000,00 €", "20 000,00 €"]);

    // The user keeps the sheet's amount; fields without a conflict are written.
    let chosen = fields(&conflict, "/deals/1/edit");
    let (_, page) = sent(&world, "/deals/1/edit", &with(&chosen, &[("montant_brut", "20000.00")])).await;
    page.says("La modification est enregistrée.");
    page.says("Zoé");
    page.says("Assurance");
    let row = &world.rows("deals").await[0];
    assert_eq!(row[3], json!(20000));
    assert_eq!(row[5], json!(2000));
    assert_eq!(row[9], json!("première\nligne"));

    // Delete and undo restore the row, including staff's own columns; only the modification timestamp differs.
    let sheet = world.sheet_id("deals").await;
    world
        .staff(json!([{"appendDimension": {"sheetId": sheet, "dimension": "COLUMNS", "length": 2}}]))
        .await;
    world.staff_type("deals!N1", json!("Contrat")).await;
    world.staff_type("deals!N2", json!("C-2026/7")).await;
    let before = world.rows("deals").await;
    let asked = world.page("/deals/1/delete").await;
    asked.says("Supprimer cette affaire");
    let (_, gone) = sent(
        &world,
        "/deals/1/delete",
        &with(&fields(&asked, "/deals/1/delete"), &[]),
    )
    .await;
    assert_eq!(gone.status, StatusCode::GONE);
    gone.says("L’affaire est supprimée.");
    assert_eq!(deals(&world).await, Vec::<Vec<Value>>::new());
    let undo = fields(&gone, "/deals/1/undo");
    let (_, back) = sent(&world, "/deals/1/undo", &with(&undo, &[])).await;
    back.says("La modification est annulée.");
    back.says("Rétablie");
    let after = world.rows("deals").await;
    assert_eq!(before[0][..11], after[0][..11]);
    assert!(after[0][11].as_f64() > before[0][11].as_f64());
    assert_eq!(after[0][13], json!("C-2026/7"));

    // A repeated undo is idempotent, and none of these writes is logged as an edit by staff.
    sent(&world, "/deals/1/undo", &with(&undo, &[])).await;
    assert_eq!(deals(&world).await.len(), 1);
    let log = world.rows("audit_log").await;
    let by_staff = log.iter().filter(|line| line[2] == "edited in the sheet").count();
    assert_eq!(by_staff, 2, "{log:?}");
}

#[tokio::test]
async fn pressing_save_twice_makes_one_row() {
    let world = World::new().await;
    let form = world.page("/deals/new").await;
    let fields = fields(&form, "/deals");
    let fields = with(&fields, &[("client", "Acme"), ("montant_brut", "100")]);
    let (first, second) = tokio::join!(send(&world, "/deals", &fields), send(&world, "/deals", &fields));
    assert_eq!(first.headers()["location"], second.headers()["location"]);
    assert_eq!(deals(&world).await.len(), 1);
}

#[tokio::test]
async fn what_is_refused_stays_in_the_form_with_the_reason_beside_it() {
    let world = World::new().await;
    let fields = [
        ("client", ""),
        ("statut", "Gagné"),
        ("montant_brut", "12.500"),
        ("date_echeance", "31/02/2026"),
        ("key", "k"),
    ];
    let response = send(&world, "/deals", &fields).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let page = Page::of(response).await;
    assert_eq!(page.all("#client-error"), ["Indiquez le client."]);
    assert_eq!(page.attributes("#montant_brut", "value"), ["12.500"]);
    assert_eq!(page.attributes("#date_echeance", "value"), ["31/02/2026"]);
    assert_eq!(page.attributes("option[selected]", "value"), ["Gagné"]);
    assert_eq!(
        page.attributes("#montant_brut-understood button", "value"),
        ["12500.00", "12.50"]
    );
    page.says("Voulez-vous dire 12 500,00 € ou 12,50 €");
    // The button of a suggested reading submits its value after the field's.
    let fields = [
        ("client", "Acme"),
        ("statut", "Gagné"),
        ("montant_brut", "12.500"),
        ("montant_brut", "12500.00"),
        ("key", "k"),
    ];
    sent(&world, "/deals", &fields).await;
    assert_eq!(deals(&world).await[0][3], json!(12500));

    let english = send(
        &world,
        "/deals?lang=en",
        &[("client", "A"), ("statut", "x"), ("montant_brut", "1,250.50")],
    )
    .await;
    let page = Page::of(english).await;
    page.says("“x” is no status.");
    page.says("understood: €1,250.50");
}

#[tokio::test]
async fn a_status_is_changed_in_place_and_changed_back() {
    let world = World::new().await;
    acme(&world).await;
    let page = world.page("/deals/1?status=Prospect").await;
    let form = fields(&page, "/deals/1/status");
    let (location, page) = sent(&world, "/deals/1/status", &with(&form, &[("statut", "Gagné")])).await;
    assert!(
        location.starts_with("/deals/1?status=Prospect&did=changed&deal=1&since="),
        "{location}"
    );
    assert_eq!(
        deals(&world).await[0][2..],
        [json!("Gagné"), json!(12500.5), json!(1), json!(12500.5)]
    );
    page.says("Statut : Prospect → Gagné");
    let undo = fields(&page, "/deals/1/undo");
    let (location, _) = sent(&world, "/deals/1/undo", &with(&undo, &[])).await;
    assert_eq!(location, "/deals/1?status=Prospect&did=undone&deal=1");
    assert_eq!(
        deals(&world).await[0][2..],
        [json!("Prospect"), json!(12500.5), json!(0.1), json!(1250.05)]
    );
    // A repeated undo finds nothing left to change.
    sent(&world, "/deals/1/undo", &with(&undo, &[])).await;
    assert_eq!(deals(&world).await[0][2], json!("Prospect"));

    // The status changed after the page was rendered, so the user has to resolve the conflict.
    world.staff_type("deals!C2", json!("Négociation")).await;
    let response = send(&world, "/deals/1/status", &with(&form, &[("statut", "Qualifié")])).await;
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert_eq!(Page::of(response).await.all("fieldset.clash legend"), ["Statut"]);
}

#[tokio::test]
async fn what_staff_do_to_the_status_leads_to_the_right_probability() {
    let world = World::new().await;
    acme(&world).await;
    world.staff_type("deals!C2", json!("negociation")).await;
    let mut looks = 0;
    while deals(&world).await[0][4] != json!(0.7) {
        world.page("/deals/1").await;
        looks += 1;
        assert!(
            looks < 500,
            "the probability does not follow: {:?}",
            deals(&world).await
        );
    }
    assert_eq!(
        deals(&world).await[0][2..],
        [json!("negociation"), json!(12500.5), json!(0.7), json!(8750.35)]
    );
    let log = world.rows("audit_log").await;
    assert!(
        log.iter()
            .any(|line| line[2] == "tallyboard" && line[6] == "probabilite"),
        "{log:?}"
    );
}

#[tokio::test]
async fn a_deal_is_set_aside_for_a_while_and_taken_up_again() {
    let world = World::new().await;
    acme(&world).await;
    let refused = send(
        &world,
        "/deals/1/pause",
        &[("until", "2026-03-02"), ("reason", "budget")],
    )
    .await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        Page::of(refused).await.all("#until-error"),
        ["Choisissez un jour à venir."]
    );
    let (_, page) = sent(
        &world,
        "/deals/1/pause",
        &[("until", "2026-04-01"), ("reason", "budget")],
    )
    .await;
    page.says("En pause jusqu’au 01/04/2026 : budget.");
    sent(&world, "/deals/1/pause", &[("lift", "yes")]).await;
    assert_eq!(world.rows("deal_pauses").await.len(), 0);
    let (_, page) = sent(&world, "/deals/1/pause", &[("until", "2026-05-01")]).await;
    page.says("En pause jusqu’au 01/05/2026.");
    let (_, page) = sent(
        &world,
        "/deals/1/pause",
        &[("until", "2026-06-01"), ("reason", "congés")],
    )
    .await;
    page.says("En pause jusqu’au 01/06/2026 : congés.");
    assert_eq!(world.rows("deal_pauses").await.len(), 1);
}

#[tokio::test]
async fn a_deal_that_staff_removed_is_offered_to_be_created_anew() {
    let world = World::new().await;
    acme(&world).await;
    let form = world.page("/deals/1/edit").await;
    let untouched = fields(&form, "/deals/1/edit");
    let sheet = world.sheet_id("deals").await;
    let range = json!({"sheetId": sheet, "dimension": "ROWS", "startIndex": 1, "endIndex": 2});
    world.staff(json!([{"deleteDimension": {"range": range}}])).await;
    let response = send(&world, "/deals/1/edit", &with(&untouched, &[("montant_brut", "999")])).await;
    assert_eq!(response.status(), StatusCode::GONE);
    let page = Page::of(response).await;
    page.says("Cette affaire n’existe plus");
    let anew = page.attributes(".ways a.action", "href");
    let form = world.page(&anew[0]).await;
    assert_eq!(form.attributes("#client", "value"), ["Acme"]);
    assert_eq!(form.attributes("#montant_brut", "value"), ["999"]);
    assert_eq!(world.page("/deals/77").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn neighbours_are_those_that_the_filters_let_through() {
    let world = World::new().await;
    for (client, stage, amount) in [
        ("A", "Prospect", "1"),
        ("B", "Gagné", "2"),
        ("C", "Prospect", "3"),
        ("D", "Prospect", "2"),
    ] {
        let body = json!({"client": client, "statut": stage, "montant_brut": amount});
        assert_eq!(
            program(&world, Method::POST, "/deals", body).await.0,
            StatusCode::CREATED
        );
    }
    let page = world
        .page("/deals/3?status=Prospect&sort=-montant_brut&did=changed&deal=3")
        .await;
    assert_eq!(page.attributes("a[rel=prev]", "href"), Vec::<String>::new());
    assert_eq!(
        page.attributes("a[rel=next]", "href"),
        ["/deals/4?status=Prospect&sort=-montant_brut"]
    );
    page.says("1 / 3");
}

#[tokio::test]
async fn programs_create_read_change_and_delete_with_what_they_saw() {
    let world = World::new().await;
    let body = json!({"client": "Acme", "statut": "qualified", "montant_brut": 12500.5, "date_echeance": "2026-12-31"});
    let create = || world.post("/deals").header("idempotency-key", "import 7").json(&body);
    let created = create().send().await.expect("answer");
    assert_eq!(created.status(), StatusCode::CREATED);
    assert_eq!(created.headers()["location"], "/deals/1");
    let deal: Value = created.json().await.expect("JSON");
    assert_eq!(deal["statut"], "Qualifié");
    assert_eq!(deal["probabilite"], json!(0.3));
    assert_eq!(deal["valeur_ponderee"], json!(3750.15));
    assert!(deal["link"].as_str().expect("link").contains("range=A2:L2"));
    assert_eq!(create().send().await.expect("answer").status(), StatusCode::OK);
    assert_eq!(world.json("/deals/1").await, deal);

    let patch = |body| program(&world, Method::PATCH, "/deals/1", body);
    let (status, changed) = patch(json!({"statut": "Gagné", "seen": {"statut": "Qualifié", "client": "Acme"}})).await;
    assert_eq!(
        (status, &changed["statut"], &changed["client"]),
        (StatusCode::OK, &json!("Gagné"), &json!("Acme"))
    );
    // Values in `seen` are verified even for fields that do not change.
    world.staff_type("deals!B2", json!("ACME SA")).await;
    let (status, refused) = patch(json!({"montant_brut": 1, "seen": {"client": "Acme"}})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let conflict = json!([{"field": "client", "seen": "Acme", "found": "ACME SA", "wanted": "Acme"}]);
    assert_eq!(refused["error"]["conflicts"], conflict);
    // Without `seen`, the last write wins.
    assert_eq!(patch(json!({"montant_brut": 1})).await.0, StatusCode::OK);
    assert_eq!(
        deals(&world).await[0][1..4],
        [json!("ACME SA"), json!("Gagné"), json!(1)]
    );

    let (status, refused) = patch(json!({"montant_brut": "abc", "statut": "later"})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields: Vec<&Value> = refused["error"]["fields"]
        .as_array()
        .expect("fields")
        .iter()
        .map(|field| &field["field"])
        .collect();
    assert_eq!(fields, ["statut", "montant_brut"]);
    let (status, replaced) = program(
        &world,
        Method::PUT,
        "/deals/1",
        json!({"client": "B", "statut": "Prospect", "montant_brut": 5}),
    )
    .await;
    assert_eq!((status, &replaced["date_echeance"]), (StatusCode::OK, &Value::Null));
    assert_eq!(
        program(&world, Method::PUT, "/deals/1", json!({"client": "B"})).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );

    let (status, refused) = program(&world, Method::DELETE, "/deals/1", json!({"seen": {"montant_brut": 6}})).await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert_eq!(refused["error"]["conflicts"][0]["found"], json!(5.0));
    let (status, answer) = program(&world, Method::DELETE, "/deals/1", json!({"seen": {"montant_brut": 5}})).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({"deleted": 1})));
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let body = json!({"client": "B", "statut": "Prospect", "montant_brut": 5});
        assert_eq!(program(&world, method, "/deals/1", body).await.0, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn where_deals_can_be_lost_the_status_is_offered_and_the_won_are_compared_with_the_lost() {
    let plan = |lost_stage| Plan {
        rules: DealRules {
            lost_stage,
            ..DealRules::default()
        },
        ..Plan::default()
    };
    let deal = |client: &str, statut: &str| json!({"client": client, "statut": statut, "montant_brut": 100});
    let world = World::of(plan(LostStage::Offered)).await;
    for (client, statut, status) in [
        ("A", "Gagné", 201),
        ("B", "Perdu", 201),
        ("C", "Prospect", 201),
        ("D", "lost", 201),
    ] {
        let answer = world
            .post("/deals")
            .json(&deal(client, statut))
            .send()
            .await
            .expect("answer");
        assert_eq!(answer.status().as_u16(), status, "{client}");
    }
    let kpis = &world.json("/deals").await["kpis"];
    assert_eq!(
        (&kpis["conversion_rate"], &kpis["win_rate"]),
        (&json!(25.0), &json!(33.33))
    );
    world.page("/deals").await.says("gagné ÷ (gagné + perdu) : 33");
    let offered = world.page("/deals/new").await.all("select[name=statut] option");
    assert!(offered.contains(&"Perdu".to_owned()), "{offered:?}");

    let world = World::of(plan(LostStage::NotOffered)).await;
    let answer = world
        .post("/deals")
        .json(&deal("B", "Perdu"))
        .send()
        .await
        .expect("answer");
    assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let body: Value = answer.json().await.expect("JSON");
    assert_eq!(body["error"]["fields"][0]["field"], "statut");
    let answer = world
        .post("/deals")
        .json(&deal("A", "Prospect"))
        .send()
        .await
        .expect("answer");
    assert_eq!(answer.status(), StatusCode::CREATED);
    // A status typed by staff outside the configured list is read and stays selectable.
    world.staff_type("deals!C2", json!("Perdu")).await;
    let kept = world.page("/deals/1/edit").await.all("select[name=statut] option");
    assert!(kept.contains(&"Perdu".to_owned()), "{kept:?}");
}

#[tokio::test]
async fn a_status_is_changed_in_the_list_and_taken_back_there() {
    let world = World::new().await;
    acme(&world).await;
    let list = "/deals/list?sort=client";
    let page = world.page(list).await;
    let form = fields(&page, "/deals/1/status");
    let response = send(&world, "/deals/1/status", &with(&form, &[("statut", "Gagné")])).await;
    let place = response.headers()["location"].to_str().expect("text").to_owned();
    assert!(
        place.starts_with("/deals/list?sort=client&did=changed&deal=1&since="),
        "{place}"
    );
    let changed = world.page(&place).await;
    changed.says("La modification est enregistrée.");
    assert_eq!(world.rows("deals").await[0][2], json!("Gagné"));
    let undo = fields(&changed, "/deals/1/undo");
    let response = send(&world, "/deals/1/undo", &with(&undo, &[])).await;
    let place = response.headers()["location"].to_str().expect("text").to_owned();
    assert!(place.starts_with("/deals/list?sort=client&did=undone"), "{place}");
    assert_eq!(world.rows("deals").await[0][2], json!("Prospect"));
    let own = page.attributes("a.client", "href");
    assert_eq!(own, ["/deals/1?sort=client"]);
}

#[tokio::test]
async fn an_error_speaks_the_language_of_the_page() {
    let world = World::new().await;
    let page = world.page("/deals/list?status=soon").await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.says("Cela ne peut pas être utilisé tel quel");
    assert_eq!(page.attributes("html", "lang"), ["fr"]);
    world
        .page("/deals/nothing/here")
        .await
        .says("Il n’y a rien à cette adresse");
    world
        .page("/deals/nothing/here?lang=en")
        .await
        .says("There is nothing at this address");
    world.page("/nothing").await.says("There is nothing at this address");
    let remembered = world.get("/deals/nothing/here").header("accept", "text/html");
    let remembered = remembered.header("cookie", "lang=en").send().await.expect("answer");
    Page::of(remembered).await.says("There is nothing at this address");
}

#[tokio::test]
async fn an_error_is_told_to_programs_in_the_language_of_the_request() {
    let world = World::new().await;
    let deal = json!({"client": "Acme", "statut": "Prospect", "montant_brut": 100});
    assert_eq!(
        program(&world, Method::POST, "/deals", deal).await.0,
        StatusCode::CREATED
    );
    let bad =
        || json!({"client": "", "statut": "later", "montant_brut": "abc", "date_echeance": "31/02/2026"}).to_string();
    let clash = || json!({"montant_brut": 5, "seen": {"client": "Zed"}}).to_string();
    let unread = || json!({"seen": {"montant_brut": "abc"}}).to_string();
    let questions = [
        (Method::POST, "/deals", bad()),
        (Method::POST, "/deals", "{".to_owned()),
        (Method::POST, "/deals", json!({"client": ["a"]}).to_string()),
        (Method::GET, "/deals?status=later", String::new()),
        (Method::GET, "/deals?from=later", String::new()),
        (Method::GET, "/deals?format=doc", String::new()),
        (Method::GET, "/deals/list?sort=later", String::new()),
        (Method::GET, "/deals/list?show=nowhere", String::new()),
        (Method::GET, "/deals/7", String::new()),
        (Method::GET, "/deals/x", String::new()),
        (Method::GET, "/deals/what-if?basket=much", String::new()),
        (Method::PUT, "/deals/1", bad()),
        (Method::PUT, "/deals/1", clash()),
        (Method::PATCH, "/deals/1", bad()),
        (Method::PATCH, "/deals/1", clash()),
        (Method::PATCH, "/deals/1", unread()),
        (Method::PATCH, "/deals/7", bad()),
        (Method::DELETE, "/deals/1", clash()),
        (Method::DELETE, "/deals/1", unread()),
        (Method::DELETE, "/deals/7", String::new()),
        (Method::POST, "/deals/1/status", json!({"statut": "later"}).to_string()),
        (Method::POST, "/deals/1/undo", "{}".to_owned()),
        (Method::POST, "/deals/1/pause", "{}".to_owned()),
        (Method::POST, "/deals/import", String::new()),
        (Method::GET, "/deals/import/7", String::new()),
        (Method::POST, "/deals/import/7/undo", String::new()),
        (Method::POST, "/deals/reminders", String::new()),
    ];
    for (method, path, body) in questions {
        let messages = async |named: &str, cookie: &str| {
            let mark = if path.contains('?') { '&' } else { '?' };
            let address = match named {
                "" => format!("{}{path}", world.address),
                named => format!("{}{path}{mark}lang={named}", world.address),
            };
            let request = world.client.request(method.clone(), address).header("cookie", cookie);
            let request = request.header("content-type", "application/json").body(body.clone());
            let response = request.send().await.expect("answer");
            assert!(
                response.status().is_client_error(),
                "{method} {path}: {}",
                response.status()
            );
            let mut body: Value = response.json().await.expect("JSON");
            if let Some(error) = body["error"].as_object_mut() {
                error.remove("request_id");
            }
            sentences(&body)
        };
        let (french, english) = (messages("fr", "").await, messages("en", "").await);
        assert_eq!(french.len(), english.len(), "{method} {path}");
        for (french, english) in french.iter().zip(&english) {
            assert_ne!(french, english, "{method} {path}");
            let has_one = |sentence: &str, words: &[&str]| {
                let mut found = sentence.split(|sign: char| !sign.is_alphabetic());
                found.any(|word| words.contains(&word.to_lowercase().as_str()))
            };
            let is_mixed = has_one(french, &["the", "is", "nothing", "and", "of"]);
            assert!(!is_mixed, "{method} {path}: {french}");
            let is_mixed = has_one(english, &["est", "le", "la", "rien", "et", "n"]);
            assert!(!is_mixed, "{method} {path}: {english}");
        }
        assert_eq!(messages("", "lang=en").await, english, "{method} {path}");
        assert_eq!(messages("fr", "lang=en").await, french, "{method} {path}");
        assert_eq!(messages("", "").await, french, "{method} {path}");
    }
}

/// All user-facing texts of an error response.
fn sentences(body: &Value) -> Vec<String> {
    let error = &body["error"];
    let alone = [&error["message"], &error["safety"], &error["next"], &body["message"]];
    let fields = error["fields"].as_array().into_iter().flatten();
    let texts = alone.into_iter().chain(fields.map(|field| &field["message"]));
    let texts = texts.filter_map(Value::as_str).filter(|text| !text.is_empty());
    texts.map(str::to_owned).collect()
}

/// An error would make the program write once more.
#[tokio::test]
async fn a_write_is_never_answered_with_an_error_because_the_sheet_cannot_be_read_back() {
    let world = World::of(Plan {
        patience: Duration::from_millis(500),
        ..Plan::default()
    })
    .await;
    let deal = |client: &str| json!({"client": client, "statut": "Prospect", "montant_brut": 1200});
    let (status, first) = program(&world, Method::POST, "/deals", deal("Acme")).await;
    assert_eq!(status, StatusCode::CREATED, "{first}");
    for (method, path, client) in [
        (Method::POST, "/deals", "Birch"),
        (Method::PUT, "/deals/1", "Cedar"),
        (Method::PATCH, "/deals/1", "Dune"),
    ] {
        assert_eq!(world.json("/deals/1").await["id"], 1);
        // The first of these calls is that of the write.
        world
            .fault(json!({"match": "batchGet", "after": 1, "times": 100_000, "fault": "503"}))
            .await;
        let (status, answer) = program(&world, method.clone(), path, deal(client)).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{method}: {answer}");
        world.heal().await;
        world.store.refresh();
        let written = world.json(&format!("/deals/{}", answer["id"])).await;
        assert_eq!(written["client"], client);
    }
    assert_eq!(world.rows("deals").await.len(), 2);
}
