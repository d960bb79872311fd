//! Architecture rules of the source tree: no dependency cycles, third-party crates confined to their modules, a maximum
//! file length, no catch-all module names.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::visit::Visit;

/// Third-party crates and the paths below `src/` that may use them.
const HOMES: &[(&str, &[&str])] = &[
    ("google_sheets4", &["store/google.rs", "store/call_error.rs"]),
    ("libc", &["memory.rs"]),
    ("memchr", &["search.rs"]),
    ("moka", &["store/reader.rs", "answer/kept.rs"]),
    (
        "maud",
        &[
            "page/",
            "leaderboard/view/",
            "deals/view/",
            "findings/view.rs",
            "status/view.rs",
            "openapi/pages.rs",
            "customers/view/",
            "emulator/",
        ],
    ),
    ("zstd", &["answer/compression.rs"]),
    ("tower_service", &["serving.rs"]),
    ("redb", &["emulator/"]),
    ("rsa", &["emulator/"]),
    ("imbl", &["emulator/"]),
    ("yup_oauth2", &["store/", "config.rs"]),
    (
        "governor",
        &[
            "store/quota.rs",
            "guard.rs",
            "app/own_routes.rs",
            "customers/sources/pace.rs",
        ],
    ),
    ("reqwest", &["customers/sources/"]),
    ("nanohtml2text", &["customers/sources/reading.rs"]),
    ("unicode_segmentation", &["customers/sentiment/words.rs"]),
    ("smartcore", &["customers/churn/model.rs"]),
    ("rust_xlsxwriter", &["answer/"]),
    ("krilla", &["answer/pdf.rs"]),
    ("rustybuzz", &["answer/typeface.rs"]),
    ("regex", &["emulator/"]),
    (
        "csv",
        &["answer/", "emulator/", "deals/import/", "customers/churn/file.rs"],
    ),
    ("calamine", &["deals/import/workbook.rs"]),
    ("zip", &["deals/import/percent.rs", "deals/import/workbook.rs"]),
    ("quick_xml", &["deals/import/percent.rs"]),
    ("encoding_rs", &["deals/import/encoding.rs"]),
    ("clap", &["cli.rs", "cli/", "main.rs"]),
    ("indicatif", &["cli/import.rs", "cli/sync.rs"]),
    ("cron", &["customers/sync/schedule.rs"]),
    ("chrono", &["customers/sync/schedule.rs"]),
    ("lettre", &["delivery/mail.rs"]),
];

const DRAWERS: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "misc", "core", "shared", "types",
];

const LONGEST_FILE: usize = 400;

struct File {
    /// Path below `src/`, separated by `/`.
    path: String,
    text: String,
    syntax: syn::File,
}

impl File {
    /// Top-level module of the file.
    fn part(&self) -> String {
        self.path
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
            .to_owned()
    }

    fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        name.ends_with("tests.rs") || name == "fixture.rs"
    }
}

fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder") {
            let path: PathBuf = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("source");
                let syntax = syn::parse_file(&text).expect("Rust");
                let path = path
                    .strip_prefix(&root)
                    .expect("below src")
                    .to_string_lossy()
                    .replace('\\', "/");
                found.push(File { path, text, syntax });
            }
        }
    }
    assert!(found.len() > 30, "only {} files found", found.len());
    found
}

/// First path segments outside test modules: after `crate::` in `parts`, of all other paths in `crates`.
#[derive(Default)]
struct Paths {
    parts: BTreeSet<String>,
    crates: BTreeSet<String>,
}

impl Paths {
    fn of(file: &File) -> Self {
        let mut paths = Self::default();
        paths.visit_file(&file.syntax);
        paths
    }

    fn add(&mut self, segments: &[String]) {
        match segments {
            [first, second, ..] if first == "crate" => drop(self.parts.insert(second.clone())),
            [first, ..] => drop(self.crates.insert(first.clone())),
            [] => {}
        }
    }

    fn add_tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.add_tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) => self.add(&with(&name.ident)),
            syn::UseTree::Rename(rename) => self.add(&with(&rename.ident)),
            syn::UseTree::Glob(_) => self.add(before),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_tree(tree, before)),
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Ident>()
                    .is_ok_and(|argument| argument == "test")
        });
        if !is_test {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.add_tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.add(
                &path
                    .segments
                    .iter()
                    .map(|segment| segment.ident.to_string())
                    .collect::<Vec<_>>(),
            );
        }
        syn::visit::visit_path(self, path);
    }
}

#[test]
fn arrows_between_the_parts_of_the_house_form_no_cycle() {
    let mut arrows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files().iter().filter(|file| !file.is_test() && file.path != "lib.rs") {
        let part = file.part();
        let mut to = Paths::of(file).parts;
        to.remove(&part);
        arrows.entry(part).or_default().extend(to);
    }
    assert!(
        arrows["app"].contains("leaderboard"),
        "the graph misses what is known to be there"
    );
    // Removes modules without remaining dependencies until nothing changes; a remainder means a cycle.
    loop {
        let free: Vec<String> = arrows
            .iter()
            .filter(|(_, to)| !to.iter().any(|to| arrows.contains_key(to)))
            .map(|(from, _)| from.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        arrows.retain(|from, _| !free.contains(from));
    }
    assert!(arrows.is_empty(), "a cycle: {arrows:?}");
}

#[test]
fn lower_parts_know_nothing_of_the_upper_ones() {
    let forbidden: &[(&str, &[&str])] = &[
        (
            "store",
            &[
                "leaderboard",
                "page",
                "app",
                "emulator",
                "answer",
                "error",
                "guard",
                "config",
            ],
        ),
        (
            "page",
            &["leaderboard", "store", "app", "emulator", "findings", "error"],
        ),
        ("deals", &["app", "cli", "config", "emulator", "guard", "leaderboard"]),
        ("answer", &["leaderboard", "store", "app", "page", "emulator"]),
        ("leaderboard", &["app", "cli", "config", "emulator", "guard"]),
        (
            "customers",
            &["app", "cli", "config", "emulator", "guard", "leaderboard", "deals"],
        ),
        ("findings", &["app", "leaderboard", "store"]),
        (
            "status",
            &["app", "leaderboard", "findings", "emulator", "guard", "config"],
        ),
    ];
    for file in files().iter().filter(|file| !file.is_test()) {
        let uses = Paths::of(file).parts;
        if file.part() == "emulator" {
            let other: Vec<&String> = uses.iter().filter(|part| *part != "emulator").collect();
            assert!(
                other.is_empty(),
                "{} uses {other:?}; the emulator knows nothing of the rest",
                file.path
            );
        }
        for (part, not) in forbidden.iter().filter(|(part, _)| file.part() == *part) {
            let wrong: Vec<&String> = uses.iter().filter(|used| not.contains(&used.as_str())).collect();
            assert!(
                wrong.is_empty(),
                "{} uses {wrong:?}, which {part} must not know",
                file.path
            );
        }
    }
}

#[test]
fn rules_touch_neither_clock_nor_store_nor_pages() {
    let rules = [
        "catalog",
        "claim",
        "claims",
        "credit",
        "effect",
        "form_choices",
        "goal",
        "highlights",
        "new_claims",
        "own_line",
        "matrix",
        "period",
        "roll",
        "sample",
        "standings",
        "submission",
        "tv",
    ];
    for file in files().iter().filter(|file| !file.is_test()) {
        let Some(name) = file
            .path
            .strip_prefix("leaderboard/")
            .and_then(|name| name.strip_suffix(".rs"))
        else {
            continue;
        };
        if rules.contains(&name) {
            let paths = Paths::of(file);
            for forbidden in ["clock", "store", "page", "answer"] {
                assert!(!paths.parts.contains(forbidden), "{} uses {forbidden}", file.path);
            }
            assert!(!file.text.contains("async "), "{} is async", file.path);
        }
    }
}

#[test]
fn the_rules_of_the_deals_touch_neither_clock_nor_store_nor_pages() {
    // Modules that access rows, state or handlers. Every other file directly in the folder counts as a rule module.
    let beside = [
        "change",
        "correcting",
        "correction",
        "deal_row",
        "desk",
        "editing",
        "log",
        "mod",
        "rows",
        "alerts",
        "sheet",
    ];
    for file in files().iter().filter(|file| !file.is_test()) {
        let Some(name) = file
            .path
            .strip_prefix("deals/")
            .and_then(|name| name.strip_suffix(".rs"))
        else {
            continue;
        };
        if name.contains('/') || beside.contains(&name) {
            continue;
        }
        let paths = Paths::of(file);
        for forbidden in ["clock", "store", "page", "answer"] {
            assert!(!paths.parts.contains(forbidden), "{} uses {forbidden}", file.path);
        }
        assert!(!file.text.contains("async "), "{} is async", file.path);
    }
}

#[test]
fn crates_stay_at_home() {
    for file in files().iter().filter(|file| !file.is_test()) {
        let crates = Paths::of(file).crates;
        for (name, homes) in HOMES.iter().filter(|(name, _)| crates.contains(*name)) {
            assert!(
                homes.iter().any(|home| file.path.starts_with(home)),
                "{} uses {name}, whose home is {homes:?}",
                file.path
            );
        }
    }
}

#[test]
fn only_the_clock_asks_what_time_it_is_and_only_the_configuration_asks_the_environment() {
    for file in files()
        .iter()
        .filter(|file| !file.is_test() && file.part() != "emulator")
    {
        let may_ask_time = file.path == "clock.rs";
        assert!(
            may_ask_time || !file.text.contains("Timestamp::now") && !file.text.contains("Zoned::now"),
            "{}",
            file.path
        );
        assert!(
            file.path == "config.rs" || !file.text.contains("env::var"),
            "{}",
            file.path
        );
    }
}

#[test]
fn no_drawer_holds_what_has_no_name_and_no_file_is_long() {
    for file in files() {
        for segment in file.path.split('/') {
            assert!(!DRAWERS.contains(&segment.trim_end_matches(".rs")), "{}", file.path);
        }
        let code = file
            .text
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .count();
        assert!(
            file.is_test() || code <= LONGEST_FILE,
            "{} has {code} lines of code",
            file.path
        );
    }
}

#[test]
fn every_part_opens_with_what_it_is() {
    for file in files()
        .iter()
        .filter(|file| file.path.ends_with("/mod.rs") || !file.path.contains('/'))
    {
        assert!(file.text.starts_with("//!"), "{} has no opening", file.path);
    }
}
