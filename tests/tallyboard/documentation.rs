//! Documents compared with the program: settings, links, and the length of the README.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files below `folder` whose name ends with `extension`.
fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found
}

fn is_variable(word: &str) -> bool {
    word.len() > 3
        && word.starts_with(|letter: char| letter.is_ascii_uppercase())
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Variables that the configuration reads.
fn variables() -> BTreeSet<String> {
    let sources = files("src/config", "rs");
    let is_test =
        |path: &&PathBuf| path.ends_with("tests.rs") || path.parent().is_some_and(|folder| folder.ends_with("tests"));
    let program = sources.iter().filter(|path| !is_test(path));
    let names: BTreeSet<String> = program
        .flat_map(|path| read(path).split('"').map(str::to_owned).collect::<Vec<_>>())
        .filter(|word| is_variable(word))
        .collect();
    assert!(names.len() > 50, "only {} variables found", names.len());
    names
}

#[test]
fn the_table_of_settings_lists_every_variable_once() {
    let page = read("docs/operate.md");
    let cells = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let rows: Vec<String> = cells
        .map(|(name, _)| name.to_owned())
        .filter(|name| is_variable(name))
        .collect();
    let names: BTreeSet<String> = rows.iter().cloned().collect();
    assert_eq!(names, variables());
    assert_eq!(names.len(), rows.len(), "a variable has two rows");
}

#[test]
fn the_example_environment_holds_every_variable_as_a_comment() {
    let example = read(".env.example");
    let names = example
        .lines()
        .filter_map(|line| line.strip_prefix('#')?.split_once('='));
    let names: BTreeSet<String> = names
        .map(|(name, _)| name.to_owned())
        .filter(|name| is_variable(name))
        .collect();
    assert_eq!(names, variables());
    let set = example.lines().find(|line| !line.is_empty() && !line.starts_with('#'));
    assert_eq!(set, None, "copying the example must change nothing");
}

#[test]
fn every_tab_is_documented_with_its_columns() {
    let page = read("docs/architecture.md");
    for tab in tallyboard::app::tabs() {
        let start = format!("| `{}` |", tab.title);
        let row = page.lines().find(|line| line.starts_with(&start));
        let row = row.unwrap_or_else(|| panic!("docs/architecture.md does not list the tab {}", tab.title));
        let columns = row.split('|').nth(3).unwrap_or_default();
        let listed: Vec<&str> = columns.split(',').map(str::trim).collect();
        let headers: Vec<&str> = tab.columns.iter().map(|column| column.header).collect();
        assert_eq!(listed, headers, "columns of {} in docs/architecture.md", tab.title);
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut pages = files("docs", "md");
    pages.extend(
        [
            "README.md",
            "OVERVIEW.md",
            "CONTRIBUTING.md",
            "SECURITY.md",
            "CHANGELOG.md",
        ]
        .map(|name| root().join(name)),
    );
    let mut links = 0;
    for page in pages {
        let text = read(&page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
                continue;
            }
            links += 1;
            let target = page.parent().expect("folder").join(file);
            assert!(
                target.exists(),
                "{} links to {file}, which does not exist",
                page.display()
            );
        }
    }
    assert!(links > 20, "only {links} links found");
}

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 150, "README.md has {lines} lines");
}
