//! No file imports, by whatever way, a file that imports it. Which modules may import which is in `imports.rs`.
//!
//! A `mod.rs` and the files of its folder are one thing here: it hands on what they define, and they may use what
//! it defines. So a circle is always between neighbours in one folder, or between what is inside two of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};
use syn::{Item, UseTree};

type Names = Vec<String>;

/// One file: what it defines, what it hands on under which name, and every path that it writes.
#[derive(Default)]
struct Source {
    defined: BTreeSet<String>,
    handed_on: Vec<(String, Names)>,
    paths: Vec<Names>,
}

/// The leaves of a `use`: the name that each gets here (`*` for a glob), and its path.
fn leaves(tree: &UseTree, before: &Names, found: &mut Vec<(String, Names)>) {
    let with = |name: &dyn ToString| [before.clone(), vec![name.to_string()]].concat();
    match tree {
        UseTree::Path(path) => leaves(&path.tree, &with(&path.ident), found),
        UseTree::Group(group) => group.items.iter().for_each(|item| leaves(item, before, found)),
        UseTree::Name(name) if name.ident == "self" => {
            found.push((before.last().cloned().unwrap_or_default(), before.clone()));
        }
        UseTree::Name(name) => found.push((name.ident.to_string(), with(&name.ident))),
        UseTree::Rename(rename) => found.push((rename.rename.to_string(), with(&rename.ident))),
        UseTree::Glob(_) => found.push(("*".to_owned(), with(&"*"))),
    }
}

impl<'ast> Visit<'ast> for Source {
    fn visit_item(&mut self, item: &'ast Item) {
        let name = match item {
            // Tests may import anything.
            Item::Mod(inner) if inner.content.is_some() => return,
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Use(item) => {
                let mut found = Vec::new();
                leaves(&item.tree, &Vec::new(), &mut found);
                self.paths.extend(found.iter().map(|(_, path)| path.clone()));
                if !matches!(item.vis, syn::Visibility::Inherited) {
                    self.handed_on.extend(found);
                }
                return;
            }
            _ => return visit::visit_item(self, item),
        };
        self.defined.insert(name.to_string());
        visit::visit_item(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.paths.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }
}

/// The library, or the kernels' package: files by the path of their module.
struct Package(BTreeMap<Names, Source>);

impl Package {
    fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let read = |(path, text): (&str, &str)| {
            let module: Names = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            let module = match module.split_last() {
                Some((last, folder)) if last == "mod" || last == "lib" => folder.to_vec(),
                _ => module,
            };
            let mut source = Source::default();
            source.visit_file(&syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}")));
            (module, source)
        };
        Self(files.into_iter().map(read).collect())
    }

    /// The file that defines what a path names, seen from a module.
    fn file_of(&self, module: &Names, path: &[String], depth: usize) -> Option<Names> {
        let mut at = module.clone();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => at.clear(),
            "super" | "self" => {}
            first => {
                let child = [at.clone(), vec![first.to_owned()]].concat();
                let own = self.0.contains_key(&child) || self.0[module].handed_on.iter().any(|(name, _)| name == first);
                if !own {
                    return None;
                }
            }
        }
        while let Some(first) = rest.first() {
            match first.as_str() {
                "crate" | "self" => {}
                "super" => drop(at.pop()),
                name => {
                    let child = [at.clone(), vec![name.to_owned()]].concat();
                    if !self.0.contains_key(&child) {
                        return self.definition(&at, name, depth);
                    }
                    at = child;
                }
            }
            rest = &rest[1..];
        }
        Some(at)
    }

    /// The file in which a name of a module is defined, through everything that hands it on.
    fn definition(&self, module: &Names, name: &str, depth: usize) -> Option<Names> {
        let source = self.0.get(module)?;
        if source.defined.contains(name) || depth > 8 {
            return Some(module.clone());
        }
        for (given, path) in &source.handed_on {
            if given == name {
                return self.file_of(module, path, depth + 1);
            }
            if given == "*" {
                let from = self.file_of(module, &path[..path.len() - 1], depth + 1);
                if let Some(from) = from.filter(|from| self.0[from].defined.contains(name)) {
                    return Some(from);
                }
            }
        }
        Some(module.clone())
    }

    /// The first circle, file by file.
    fn circle(&self) -> Option<Vec<String>> {
        let neighbours = |module: &Names| -> BTreeSet<Names> {
            let named = self.0[module].paths.iter().filter_map(|path| self.file_of(module, path, 0));
            // One of two is inside the other: one thing.
            named.filter(|other| !other.starts_with(module) && !module.starts_with(other)).collect()
        };
        let edges: BTreeMap<&Names, BTreeSet<Names>> =
            self.0.keys().map(|module| (module, neighbours(module))).collect();
        let mut done = BTreeSet::new();
        self.0.keys().find_map(|module| circle_from(module, &edges, &mut Vec::new(), &mut done))
    }
}

fn circle_from(
    module: &Names,
    edges: &BTreeMap<&Names, BTreeSet<Names>>,
    way: &mut Vec<Names>,
    done: &mut BTreeSet<Names>,
) -> Option<Vec<String>> {
    if let Some(start) = way.iter().position(|other| other == module) {
        return Some(way[start..].iter().map(|module| module.join("::")).collect());
    }
    if !done.contains(module) {
        way.push(module.clone());
        let found = edges[module].iter().find_map(|next| circle_from(next, edges, way, done));
        if found.is_some() {
            return found;
        }
        way.pop();
        done.insert(module.clone());
    }
    None
}

/// Every file below a folder, by its path from there.
fn files(folder: &Path, root: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let relative = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            files(&path, root, found);
        } else if let Some("rs") = path.extension().and_then(|extension| extension.to_str()) {
            found.push((relative, fs::read_to_string(&path).unwrap()));
        }
    }
}

fn package(root: &str, without: &[&str]) -> Package {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
    let mut found = Vec::new();
    files(&root, &root, &mut found);
    found.retain(|(path, _)| !without.iter().any(|other| path.starts_with(other)));
    assert!(found.len() > 10, "{} is read", root.display());
    Package::new(found.iter().map(|(path, text)| (path.as_str(), text.as_str())))
}

#[test]
fn no_file_is_part_of_a_circle() {
    // The command is a crate of its own, and so are the kernels.
    assert_eq!(package("src", &["main.rs", "command/", "kernels/"]).circle(), None);
    assert_eq!(package("src/kernels", &[]).circle(), None);
}

#[test]
fn circles_are_found() {
    let circle = |files: &[(&str, &str)]| Package::new(files.iter().copied()).circle().map(|way| way.join(" "));
    let faces = ("m/mod.rs", "mod a; mod b; pub use a::A; pub use b::*;");
    // Through what a folder hands on, by name and by glob.
    let there = ("m/a.rs", "use super::B; pub struct A(B);");
    let back = ("m/b.rs", "pub struct B; fn f() { super::A::g() }");
    assert_eq!(circle(&[("lib.rs", "mod m;"), faces, there, back]).as_deref(), Some("m::a m::b"));
    assert_eq!(circle(&[("lib.rs", "mod m;"), faces, there, ("m/b.rs", "pub struct B;")]), None);
    // Between two folders, and not by what only tests import.
    let used = ("n.rs", "use crate::m::A; pub struct N;");
    let using = ("m/b.rs", "pub struct B; #[cfg(test)] mod tests { use crate::n::N; }");
    assert_eq!(circle(&[("lib.rs", "mod m; mod n;"), faces, there, using, used]), None);
    let using = ("m/b.rs", "use crate::n::N; pub struct B;");
    assert_eq!(circle(&[("lib.rs", "mod m; mod n;"), faces, there, using, used]).as_deref(), Some("m::a m::b n"));
    // A folder's own file and what is in the folder are one thing.
    let face = ("m/mod.rs", "mod a; pub struct M; fn f() { a::f() }");
    assert_eq!(circle(&[("lib.rs", "mod m;"), face, ("m/a.rs", "use super::M; pub fn f() -> M { M }")]), None);
}
