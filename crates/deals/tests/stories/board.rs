//! Tests of the deals dashboard and list: all response formats agree, and unreadable rows are reported.

use calamine::{Data, Reader, Xlsx};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::world::World;

/// A world filled with deals, its clock at 3 March 2026.
async fn filled() -> World {
    let world = World::new().await;
    for (client, statut, montant, secteur, due, assignee) in [
        (
            "Énergie Rhône",
            "Négociation",
            "12 500,50 €",
            "Énergie",
            "2026-02-28",
            "Zoé",
        ),
        ("Banque Mistral", "Qualifié", "20000", "Banque", "2026-03-03", "Kate"),
        ("Clinique Azur", "Prospect", "9000", "", "2026-03-20", "Zoé"),
        ("Atelier Néon", "Gagné", "40000", "Énergie", "2026-01-15", "Kate"),
        ("Acme \"; =1+1", "Prospect", "1000", "énergie", "", ""),
    ] {
        let deal = json!({"client": client, "statut": statut, "montant_brut": montant, "secteur": secteur,
            "date_echeance": due, "assignee": assignee, "notes": "=SUM(A1)"});
        let answer = world.post("/deals").json(&deal).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::CREATED);
    }
    world
}

async fn bytes(world: &World, path: &str) -> Vec<u8> {
    let answer = world.get(path).send().await.expect("answer");
    assert_eq!(answer.status(), StatusCode::OK, "{path}");
    answer.bytes().await.expect("bytes").to_vec()
}

#[tokio::test]
async fn the_dashboard_tells_the_four_numbers_what_is_late_and_where_they_come_from() {
    let world = filled().await;
    let page = world.page("/deals").await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(
        page.all(".kpi > .figure"),
        ["55 750,35 €", "16 500,10 €", "20 %"],
        "12 500,50 × 0,7 + 20 000 × 0,3 + 10 000 × 0,1 + 40 000"
    );
    page.says("dont gagné 40 000,00 € · reste à gagner 15 750,35 €");
    page.says("Affaires gagnées ÷ toutes les affaires × 100");
    page.says("Période précédente : –");
    assert_eq!(page.all(".urgent .late"), ["en retard de 3 jours"]);
    page.says("aujourd’hui");
    page.says("dans 17 jours");
    page.says("1 affaire en cours sans échéance");
    assert_eq!(page.all(".sectors tbody .name"), ["Énergie", "Banque", "Non renseigné"]);
    let english = world.page("/deals?lang=en").await;
    english.says("won €40,000.00 · still to win €15,750.35");
    english.says("3 days late");
}

#[tokio::test]
async fn the_language_of_the_address_is_remembered() {
    let world = filled().await;
    let answer = world.get("/deals?lang=en").send().await.expect("answer");
    let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
    assert!(cookie.starts_with("lang=en; Path=/;"), "{cookie}");
    let request = world.get("/deals").header("accept", "text/html");
    let text = request.header("cookie", "lang=en").send().await.expect("answer");
    assert!(text.text().await.expect("text").contains("Deals dashboard"));
}

#[tokio::test]
async fn json_csv_and_xlsx_of_a_filter_have_the_same_deals() {
    let world = filled().await;
    for query in [
        "",
        "sector=energie",
        "assignee=zoe&status=Prospect",
        "q=rhone",
        "to=2026-03-03",
        "status=Perdu",
    ] {
        let list = world.json(&format!("/deals/list?{query}")).await;
        let deals = list["deals"].as_array().expect("deals").clone();
        let board = world.json(&format!("/deals?{query}")).await;
        assert_eq!(board["kpis"]["deal_count"], list["total"], "{query}");
        let clients: Vec<&str> = deals.iter().filter_map(|deal| deal["client"].as_str()).collect();

        let text = String::from_utf8(bytes(&world, &format!("/deals?{query}&format=csv")).await).expect("UTF-8");
        let text = text.strip_prefix('\u{feff}').expect("byte order mark");
        let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.expect("row")).collect();
        assert_eq!(rows.iter().map(|row| &row[1]).collect::<Vec<_>>(), clients, "{query}");
        for (row, deal) in rows.iter().zip(&deals) {
            let amount: f64 = row[3].replace(',', ".").parse().expect("amount");
            assert_eq!(Some(amount), deal["montant_brut"].as_f64());
            assert!(row[3].contains(','), "{}", &row[3]);
        }

        let file = bytes(&world, &format!("/deals/list?{query}&format=xlsx")).await;
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(file)).expect("workbook");
        let range = workbook.worksheet_range("deals").expect("worksheet");
        let rows: Vec<&[Data]> = range.rows().skip(1).collect();
        assert_eq!(rows.len(), deals.len(), "{query}");
        for (row, deal) in rows.iter().zip(&deals) {
            assert_eq!(
                row[1],
                Data::String(deal["client"].as_str().expect("client").to_owned())
            );
            assert_eq!(row[3], Data::Float(deal["montant_brut"].as_f64().expect("amount")));
            assert_eq!(matches!(row[7], Data::DateTime(_)), !deal["date_echeance"].is_null());
        }
    }
}

#[tokio::test]
async fn a_workbook_shows_days_as_the_country_of_its_language_writes_them() {
    let world = filled().await;
    for (language, day, instant) in [
        ("fr", "dd/mm/yyyy", "dd/mm/yyyy hh:mm:ss"),
        ("en", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"),
    ] {
        for path in ["/deals", "/deals/list"] {
            let file = bytes(&world, &format!("{path}?format=xlsx&lang={language}")).await;
            let mut parts = zip::ZipArchive::new(std::io::Cursor::new(file)).expect("archive");
            let part = parts.by_name("xl/styles.xml").expect("styles");
            let styles = std::io::read_to_string(part).expect("text");
            for format in [day, instant] {
                assert!(
                    styles.contains(&format!("formatCode=\"{format}\"")),
                    "{path} {language}: {styles}"
                );
            }
            let part = parts.by_name("xl/worksheets/sheet1.xml").expect("sheet");
            let sheet = std::io::read_to_string(part).expect("text");
            // Dates are numeric cells with this format, never text.
            let day = sheet
                .split("<c r=\"H2\"")
                .nth(1)
                .and_then(|cell| cell.split("</c>").next());
            let day = day.expect("a due date");
            assert!(day.contains("<v>4") && !day.contains("t=\""), "{day}");
        }
    }
}

#[tokio::test]
async fn every_number_opens_exactly_its_rows() {
    let world = filled().await;
    let page = world.page("/deals?lang=en").await;
    for selector in [".todo h3 a", ".statuses dd a", ".rest a", ".split a"] {
        let words = page.all(selector);
        for (told, address) in words.iter().zip(page.attributes(selector, "href")) {
            let list = world.json(&address).await;
            let told_count = told.split(' ').next().and_then(|word| word.parse::<u64>().ok());
            match told_count {
                Some(count) => assert_eq!(list["total"], count, "{told}: {address}"),
                None => assert_eq!(
                    format!("€{:.2}", list["weighted"].as_f64().expect("amount")),
                    told.replace(',', ""),
                    "{address}"
                ),
            }
        }
    }
    assert_eq!(page.all(".todo h3 a").len(), 3);
    let links = world.page("/deals/list").await.attributes(".deals .link a", "href");
    assert_eq!(links.len(), 5);
    assert!(links.iter().all(|link| link.contains("range=A")), "{links:?}");
}

#[tokio::test]
async fn deals_without_a_date_are_never_hidden_silently() {
    let world = filled().await;
    let page = world.page("/deals?from=2026-01-01").await;
    page.says("4 affaires · 1 affaire sans échéance masquée");
    let address = page.attributes(".result-count a", "href").remove(0);
    assert_eq!(world.json(&address).await["deals"][0]["client"], "Acme \"; =1+1");
    assert_eq!(page.all(".chip"), ["Retirer le filtre Échéance dès le : 01/01/2026 ×"]);
    assert_eq!(page.attributes(".chip", "href"), ["/deals"]);
}

#[tokio::test]
async fn an_empty_board_explains_itself_and_offers_a_sample_file() {
    let world = World::new().await;
    let page = world.page("/deals").await;
    page.says("Aucune affaire pour l’instant.");
    assert_eq!(page.attributes(".ways a.action", "href"), ["/deals/import"]);
    let sample = page.attributes("a[download]", "href").remove(0);
    let answer = world.get(&sample).send().await.expect("answer");
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"crm_prospects_demo.csv\""
    );
    assert!(answer.text().await.expect("text").contains("Boulangeries Lefèvre"));
    assert_eq!(world.json("/deals").await["kpis"]["average_basket"], Value::Null);
}

#[tokio::test]
async fn a_report_is_a_pdf_and_a_wrong_question_names_its_field() {
    let world = filled().await;
    let answer = world
        .get("/deals?sector=energie&format=pdf")
        .send()
        .await
        .expect("answer");
    assert_eq!(answer.headers()["content-type"], "application/pdf");
    assert_eq!(
        answer.headers()["content-disposition"],
        "attachment; filename=\"deals-2026-03-03.pdf\""
    );
    assert!(answer.bytes().await.expect("bytes").starts_with(b"%PDF-"));
    for (address, field) in [
        ("/deals?status=Peut-être", "status"),
        ("/deals?from=hier", "from"),
        ("/deals/list?sort=prix", "sort"),
        ("/deals/list?show=all", "show"),
        ("/deals/list?format=pdf", "format"),
    ] {
        let answer = world.get(address).send().await.expect("answer");
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{address}");
        let told: Value = answer.json().await.expect("JSON");
        assert!(told.to_string().contains(&format!("\"field\":\"{field}\"")), "{told}");
    }
}
