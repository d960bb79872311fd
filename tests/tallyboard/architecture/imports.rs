//! Import graph of a crate: which file uses which other file.
//!
//! The graph is read from the tokens, so paths inside macros count. A path through a re-export leads to the file that
//! defines the name. Code under `#[cfg(test)]` is left out.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Item, UseTree, Visibility};

use super::SourceFile;

/// Segments of a path, such as `["crate", "deal", "Deal"]`.
type Path = Vec<String>;

/// One imported name: where it comes from, and whether other files can reach it through this one.
struct Import {
    path: Path,
    is_reexport: bool,
}

struct Module<'file> {
    file: &'file SourceFile,
    imports: HashMap<String, Vec<Import>>,
    globs: Vec<Path>,
    /// Names that the file defines itself.
    defined: BTreeSet<String>,
    paths: BTreeSet<Path>,
}

/// Files of one crate and the names that each takes from another; edges between a module and its own ancestors are
/// left out, because a parent lists its children.
pub struct ImportGraph {
    /// File → (file it uses → names it takes).
    pub edges: BTreeMap<String, BTreeMap<String, BTreeSet<String>>>,
}

impl ImportGraph {
    /// Reads the graph of the files of one crate; `files` holds its program code only.
    pub fn of(files: &[&SourceFile]) -> Self {
        let modules: BTreeMap<Path, Module<'_>> = files.iter().map(|file| (file.module(), Module::of(file))).collect();
        let mut edges: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (name, module) in &modules {
            for path in &module.paths {
                let Some((target, taken)) = resolve(&modules, name, path, 0) else {
                    continue;
                };
                if target.starts_with(name) || name.starts_with(&target) {
                    continue;
                }
                let to = edges.entry(module.file.path.clone()).or_default();
                to.entry(modules[&target].file.path.clone()).or_default().insert(taken);
            }
        }
        Self { edges }
    }

    /// Files that can be reached from each other, with the imports between them: one text for each circle.
    pub fn circles(&self) -> Vec<String> {
        let reach: BTreeMap<&str, BTreeSet<&str>> = self
            .edges
            .keys()
            .map(|file| (file.as_str(), self.reachable(file)))
            .collect();
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for (&file, targets) in &reach {
            if !targets.contains(file) || seen.contains(file) {
                continue;
            }
            let members: BTreeSet<&str> = targets
                .iter()
                .copied()
                .filter(|target| reach.get(target).is_some_and(|back| back.contains(file)))
                .collect();
            seen.extend(members.iter().copied());
            circles.push(self.describe(&members));
        }
        circles
    }

    fn reachable(&self, from: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&str> = self.targets(from).collect();
        while let Some(file) = open.pop() {
            if reached.insert(file) {
                open.extend(self.targets(file));
            }
        }
        reached
    }

    fn targets(&self, from: &str) -> impl Iterator<Item = &str> {
        self.edges
            .get(from)
            .into_iter()
            .flat_map(|to| to.keys().map(String::as_str))
    }

    fn describe(&self, members: &BTreeSet<&str>) -> String {
        let mut lines = vec![format!("circle of {} files:", members.len())];
        for from in members {
            for (to, names) in self.edges.get(*from).into_iter().flatten() {
                if members.contains(to.as_str()) {
                    let names: Vec<&str> = names.iter().map(String::as_str).collect();
                    lines.push(format!("  {from} uses {to}: {}", names.join(", ")));
                }
            }
        }
        lines.join("\n")
    }
}

impl<'file> Module<'file> {
    fn of(file: &'file SourceFile) -> Self {
        let mut module = Self {
            file,
            imports: HashMap::new(),
            globs: Vec::new(),
            defined: BTreeSet::new(),
            paths: BTreeSet::new(),
        };
        let syntax = syn::parse_file(&file.text).expect("Rust");
        for item in syntax.items.iter().filter(|item| !is_test(item)) {
            match item {
                Item::Use(item) => {
                    let is_reexport = !matches!(item.vis, Visibility::Inherited);
                    module.add_use(&item.tree, &[], is_reexport);
                }
                item => {
                    module.defined.extend(name_of(item));
                    module.add_tokens(quote::ToTokens::to_token_stream(item));
                }
            }
        }
        module
    }

    fn add_use(&mut self, tree: &UseTree, before: &[String], is_reexport: bool) {
        let with = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect::<Path>();
        let mut add = |name: String, path: Path| {
            self.paths.insert(path.clone());
            self.imports.entry(name).or_default().push(Import { path, is_reexport });
        };
        match tree {
            UseTree::Path(path) => self.add_use(&path.tree, &with(&path.ident), is_reexport),
            UseTree::Name(name) if name.ident == "self" => {
                add(before.last().cloned().unwrap_or_default(), before.to_vec());
            }
            UseTree::Name(name) => add(name.ident.to_string(), with(&name.ident)),
            UseTree::Rename(rename) => add(rename.rename.to_string(), with(&rename.ident)),
            UseTree::Glob(_) => {
                self.paths.insert(before.to_vec());
                self.globs.push(before.to_vec());
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use(tree, before, is_reexport);
                }
            }
        }
    }

    /// Collects every `a::b::c`, also inside macros.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path = Path::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(name) if colons == 2 && !path.is_empty() => path.push(name.to_string()),
                TokenTree::Ident(name) => {
                    self.finish_path(&mut path);
                    path.push(name.to_string());
                }
                TokenTree::Punct(sign) if sign.as_char() == ':' => {
                    colons += 1;
                    continue;
                }
                TokenTree::Group(group) => {
                    self.finish_path(&mut path);
                    self.add_tokens(group.stream());
                }
                _ => self.finish_path(&mut path),
            }
            colons = 0;
        }
        self.finish_path(&mut path);
    }

    fn finish_path(&mut self, path: &mut Path) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.paths.insert(path);
        }
    }
}

/// The module in which the name at the end of `path` is defined, as seen from the module `from`, and that name.
/// `None` for paths that lead out of the crate.
fn resolve(modules: &BTreeMap<Path, Module<'_>>, from: &Path, path: &[String], depth: usize) -> Option<(Path, String)> {
    if depth > 12 {
        return None;
    }
    let first = path.first()?;
    let (mut at, mut rest) = match first.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (from.clone(), &path[1..]),
        "super" => {
            let ups = path.iter().take_while(|segment| *segment == "super").count();
            (from[..from.len().checked_sub(ups)?].to_vec(), &path[ups..])
        }
        name => {
            let child: Path = from.iter().cloned().chain([name.to_owned()]).collect();
            if modules.contains_key(&child) {
                (child, &path[1..])
            } else {
                let imports = modules.get(from)?.imports.get(name)?;
                return imports.iter().find_map(|import| {
                    let whole: Path = import.path.iter().chain(&path[1..]).cloned().collect();
                    // An import of an outside crate has the name of its own first segment.
                    (import.path.first() != Some(first)).then(|| resolve(modules, from, &whole, depth + 1))?
                });
            }
        }
    };
    while let Some(name) = rest.first() {
        let child: Path = at.iter().cloned().chain([name.clone()]).collect();
        if !modules.contains_key(&child) {
            break;
        }
        at = child;
        rest = &rest[1..];
    }
    let module = modules.get(&at)?;
    let Some(name) = rest.first() else {
        return Some((at, "the module".to_owned()));
    };
    if !module.defined.contains(name) {
        let reexports = module.imports.get(name).into_iter().flatten();
        let through = reexports
            .filter(|import| import.is_reexport)
            .find_map(|import| resolve(modules, &at, &import.path, depth + 1));
        let globs = || {
            module.globs.iter().find_map(|glob| {
                let whole: Path = glob.iter().cloned().chain([name.clone()]).collect();
                resolve(modules, &at, &whole, depth + 1).filter(|(target, _)| modules[target].defined.contains(name))
            })
        };
        if let Some(found) = through.or_else(globs) {
            return Some(found);
        }
    }
    Some((at, name.clone()))
}

fn is_test(item: &Item) -> bool {
    let attributes = match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        _ => return false,
    };
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("cfg") && quote::quote!(#attribute).to_string().contains("test"))
}

fn name_of(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        _ => return None,
    })
}
