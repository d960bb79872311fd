//! Rules of the architecture that the compiler cannot hold: no import circles, small folders and files, one module style.
//!
//! Which crate may use which is held by their `[dependencies]`; [`the_crates_depend_on_each_other_as_drawn`] keeps a new
//! dependency from redrawing the map unnoticed.

mod imports;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use imports::ImportGraph;

/// Dependencies between the crates of the workspace, the lowest first.
const ARROWS: &[(&str, &[&str])] = &[
    ("sheets-emulator", &[]),
    ("sheets-store", &[]),
    ("domain", &[]),
    ("web", &["domain", "sheets-store"]),
    ("customer-sources", &[]),
    ("leaderboard", &["domain", "sheets-store", "web"]),
    ("deals", &["domain", "sheets-store", "web"]),
    ("customers", &["customer-sources", "domain", "sheets-store", "web"]),
    (
        ".",
        &[
            "customer-sources",
            "customers",
            "deals",
            "domain",
            "leaderboard",
            "sheets-emulator",
            "sheets-store",
            "web",
        ],
    ),
];

/// Names that say nothing of what a file holds.
const VAGUE_NAMES: &[&str] = &[
    "util", "utils", "common", "helper", "helpers", "misc", "core", "shared", "types",
];

const MAX_CODE_LINES: usize = 400;

const MAX_FOLDER_ENTRIES: usize = 15;

/// A source file of the program or of its unit tests.
pub struct SourceFile {
    /// Path below the root of the workspace, with `/`.
    path: String,
    /// Folder of its crate, such as `crates/deals`; `.` for the root package.
    crate_folder: String,
    text: String,
}

impl SourceFile {
    /// Path of the module in its crate; empty for the root of the crate.
    fn module(&self) -> Vec<String> {
        let below = self.path.split_once("src/").map_or("", |(_, below)| below);
        let segments = below.trim_end_matches(".rs").split('/');
        segments
            .filter(|segment| !["mod", "lib"].contains(segment))
            .map(str::to_owned)
            .collect()
    }

    fn is_test(&self) -> bool {
        let mut segments = self.path.split('/');
        segments.any(|segment| ["tests", "tests.rs", "fixture.rs"].contains(&segment))
    }

    /// Lines of program code: without blank lines, comments and the inline tests at the end.
    fn code_lines(&self) -> usize {
        let program = self.text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        program
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("//"))
            .count()
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below `folder` of the workspace, with its path below the root.
fn walk(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("folder") {
            let path: PathBuf = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let path = path.strip_prefix(root()).expect("below the root");
                found.push(path.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found
}

fn source_files() -> Vec<SourceFile> {
    let mut files = Vec::new();
    for (name, _) in ARROWS {
        let crate_folder = if *name == "." {
            ".".to_owned()
        } else {
            format!("crates/{name}")
        };
        let source = if *name == "." {
            "src".to_owned()
        } else {
            format!("{crate_folder}/src")
        };
        for path in walk(&source)
            .into_iter()
            .filter(|path| Path::new(path).extension().is_some_and(|extension| extension == "rs"))
        {
            files.push(SourceFile {
                crate_folder: crate_folder.clone(),
                text: fs::read_to_string(root().join(&path)).expect("source"),
                path,
            });
        }
    }
    assert!(files.len() > 400, "only {} files found", files.len());
    files
}

fn program_files() -> Vec<SourceFile> {
    let mut files = source_files();
    files.retain(|file| !file.is_test());
    files
}

#[test]
fn the_crates_depend_on_each_other_as_drawn() {
    let crates: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    for (name, drawn) in ARROWS {
        let folder = if *name == "." {
            root().to_owned()
        } else {
            root().join("crates").join(name)
        };
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("manifest");
        let dependencies = manifest
            .split("\n[")
            .find_map(|section| section.strip_prefix("dependencies]"))
            .unwrap_or_default();
        let found: Vec<&str> = dependencies
            .lines()
            .filter_map(|line| line.split(['.', ' ', '=']).next())
            .filter(|dependency| crates.contains(dependency))
            .collect();
        assert_eq!(&found, drawn, "{name}");
    }
}

#[test]
fn no_files_of_a_crate_import_each_other_in_a_circle() {
    let files = program_files();
    let mut edges = 0;
    let mut circles = Vec::new();
    for (name, _) in ARROWS {
        let folder = if *name == "." {
            ".".to_owned()
        } else {
            format!("crates/{name}")
        };
        let of_crate: Vec<&SourceFile> = files.iter().filter(|file| file.crate_folder == folder).collect();
        let graph = ImportGraph::of(&of_crate);
        edges += graph.edges.values().map(BTreeMap::len).sum::<usize>();
        circles.extend(graph.circles());
    }
    assert!(edges > 1_000, "only {edges} imports found");
    assert!(circles.is_empty(), "{} circles\n{}", circles.len(), circles.join("\n"));
}

#[test]
fn a_circle_is_found_also_through_macros_and_re_exports() {
    let file = |path: &str, text: &str| SourceFile {
        path: format!("crates/sample/src/{path}"),
        crate_folder: "crates/sample".to_owned(),
        text: text.to_owned(),
    };
    let files = [
        file("lib.rs", "mod a; mod b; mod c;"),
        file("a/mod.rs", "mod inner; pub use inner::Inner;"),
        file("a/inner.rs", "pub struct Inner; fn f() { html! { (crate::b::g()) } }"),
        file("b.rs", "use crate::a::Inner; pub fn g() {}"),
        file(
            "c.rs",
            "use crate::b::g; #[cfg(test)] mod tests { use crate::a::Inner; }",
        ),
    ];
    let circles = ImportGraph::of(&files.iter().collect::<Vec<_>>()).circles();
    assert_eq!(circles.len(), 1, "{circles:?}");
    assert!(circles[0].starts_with("circle of 2 files:"), "{}", circles[0]);
    assert!(
        circles[0].contains("crates/sample/src/a/inner.rs uses crates/sample/src/b.rs: g"),
        "{}",
        circles[0]
    );
}

#[test]
fn rules_and_views_are_synchronous() {
    // Handlers, background jobs and what reaches over the network wait; everything else gets values and returns values.
    let may_wait = [
        "page",
        "job",
        "jobs",
        "state",
        "lib",
        "sender",
        "sending",
        "lifecycle",
        "router",
    ];
    for file in program_files() {
        let is_board = ["leaderboard", "deals", "customers"]
            .iter()
            .any(|board| file.crate_folder.ends_with(board));
        let segments: Vec<&str> = file.path.trim_end_matches(".rs").split('/').collect();
        let is_pure = segments
            .last()
            .is_some_and(|name| ["view", "rules", "rows", "response"].contains(name));
        if is_board && is_pure && !segments.iter().any(|segment| may_wait.contains(segment)) {
            assert!(!file.text.contains("async "), "{} is async", file.path);
        }
    }
}

#[test]
fn only_the_clock_asks_for_the_time_and_only_the_configuration_for_the_environment() {
    for file in program_files()
        .iter()
        .filter(|file| !file.path.contains("sheets-emulator"))
    {
        let asks_for_time = file.text.contains("Timestamp::now") || file.text.contains("Zoned::now");
        assert!(!asks_for_time || file.path.ends_with("/clock.rs"), "{}", file.path);
        let asks_for_variables = file.text.contains("env::var");
        assert!(!asks_for_variables || file.path == "src/config/mod.rs", "{}", file.path);
    }
}

#[test]
fn folders_and_files_are_small_and_named() {
    let mut folders: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in walk("src").into_iter().chain(walk("crates")) {
        let segments: Vec<&str> = path.split('/').collect();
        for depth in 1..segments.len() {
            let entries = folders.entry(segments[..depth].join("/")).or_default();
            entries.insert(segments[depth].to_owned());
        }
    }
    for (folder, entries) in &folders {
        // Test data is named by what it shows, one file a case.
        let is_data = folder.contains("/tests/");
        assert!(
            is_data || entries.len() <= MAX_FOLDER_ENTRIES,
            "{folder} has {} entries: {entries:?}",
            entries.len()
        );
    }
    for file in source_files() {
        for segment in file.path.split('/') {
            let name = segment.trim_end_matches(".rs");
            assert!(
                !VAGUE_NAMES.contains(&name) || file.path.ends_with("google/types.rs"),
                "{}",
                file.path
            );
        }
        let lines = file.code_lines();
        assert!(
            file.is_test() || lines <= MAX_CODE_LINES,
            "{} has {lines} lines of code",
            file.path
        );
    }
}

#[test]
fn every_module_has_a_head_and_its_tests_in_the_usual_place() {
    for file in source_files() {
        assert!(file.text.starts_with("//!"), "{} does not say what it holds", file.path);
        assert!(
            !file.text.contains("#[path"),
            "{} names the path of a module",
            file.path
        );
        let stray = file.path.ends_with("_tests.rs") || file.path.ends_with("_test.rs");
        assert!(!stray, "{}: tests of a folder are in tests.rs or tests/", file.path);
    }
}
