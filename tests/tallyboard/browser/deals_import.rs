//! Browser tests of the deals import: upload, column mapping, import, rollback.

use serde_json::json;

use crate::{
    browser::{
        device::{Browser, Script},
        visual::{broken_rules, out_of_sight},
    },
    world::World,
};

const FILE: &str = "Nom;Étape;Prix HT;Secteur;Échéance\nAcme;Prospect;12.500;Énergie;31/12/2026\nDurand;Gagné;1 250,50 €;Santé;15/01/2027\nFaux;Prospect;abc;;\n";

/// Accessibility violations and what is out of sight; leaves the browser at desktop width.
async fn look_at(browser: &Browser, name: &str) -> Vec<String> {
    let mut faults = broken_rules(browser, name).await;
    faults.extend(out_of_sight(browser, name, &[320, 390, 768, 1280]).await);
    faults
}

async fn import(script: Script) {
    let Some(browser) = Browser::open(script).await else {
        return;
    };
    let world = World::new().await;
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("prospects.csv");
    std::fs::write(&file, FILE).expect("file");

    browser.goto(&format!("{}/deals/import", world.address)).await;
    browser.write("#file", &file.to_string_lossy()).await;
    browser.press("form.upload button").await;
    browser.reads(".notice.alarm", "Aucune colonne pour « client »").await;
    browser.press("#column_client option[value='0']").await;
    browser.press("#column_montant_brut option[value='2']").await;
    browser.press(".settings button").await;
    browser.reads(".notice", "12.500").await;
    browser.press(".notice button[value=comma]").await;
    browser
        .reads(".import-refused", "Ligne 4 : montant « abc » illisible")
        .await;
    assert_eq!(browser.text("form.ways button.action").await, "Importer 2 affaires");
    browser.press("form.ways button.action").await;
    browser.reads("h1", "Import terminé").await;
    let amounts: Vec<_> = world.rows("deals").await.iter().map(|row| row[3].clone()).collect();
    assert_eq!(amounts, [json!(12500), json!(1250.5)]);

    browser.press("form[action$='/undo'] button").await;
    browser.reads("h1", "Import annulé").await;
    assert_eq!(world.rows("deals").await.len(), 0);
    assert_eq!(browser.complaints().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_person_uploads_adjusts_imports_and_takes_it_back() {
    import(Script::On).await;
}

#[tokio::test]
async fn the_import_needs_no_script() {
    import(Script::Off).await;
}

#[tokio::test]
async fn the_pages_of_the_import_break_no_rule_of_accessibility() {
    let Some(browser) = Browser::open(Script::On).await else {
        return;
    };
    let world = World::new().await;
    let folder = tempfile::tempdir().expect("folder");
    let mut broken = Vec::new();
    for (name, file) in [
        ("first", "Client;Statut;Montant\nAcme;Prospect;100\nDurand;Gagné;20\n"),
        (
            "second",
            "Client;Statut;Montant\nAcme;Gagné;12.500\nDurand;Gagné;20\nNeuf;Prospect;5\nFaux;?;1\n",
        ),
    ] {
        let path = folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, file).expect("file");
        browser.goto(&format!("{}/deals/import", world.address)).await;
        broken.extend(look_at(&browser, "form").await);
        browser.write("#file", &path.to_string_lossy()).await;
        browser.press("form.upload button").await;
        browser.find(".facts").await;
        browser.ask("document.querySelector('.settings').open = true").await;
        broken.extend(look_at(&browser, name).await);
        if name == "first" {
            browser.press("form.ways button.action").await;
            browser.reads("h1", "Import terminé").await;
            broken.extend(look_at(&browser, "run").await);
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
