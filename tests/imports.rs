//! The import rules: which module may name which. ARCHITECTURE.md and the library's first page say the same.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the library with the modules that it imports, all of them earlier in the list: there can be
/// no circle. `kernels` is a package of its own, which Cargo keeps from importing the library.
const ALLOWED: &[(&str, &[&str])] = &[
    ("words", &[]),
    ("model", &["words"]),
    ("reference", &["words", "model"]),
    ("law", &["model", "reference"]),
    ("kernels", &[]),
    ("engine", &["words", "model", "kernels"]),
    ("cpu", &["words", "model", "kernels", "engine"]),
    ("gpu", &["words", "model", "kernels", "engine"]),
    ("select", &["words", "model", "engine", "cpu", "gpu"]),
    ("metrics", &["model", "reference", "engine"]),
    ("random", &["words", "model", "kernels"]),
    ("fit", &["words", "model", "random"]),
    ("learn", &["words", "model", "kernels", "random"]),
    ("many", &["words", "model", "kernels", "engine", "gpu", "metrics", "random", "fit", "learn"]),
    ("sweep", &["words", "model", "reference", "law", "engine", "cpu", "metrics", "random", "learn", "many"]),
    (
        "web",
        &[
            "words",
            "model",
            "reference",
            "engine",
            "cpu",
            "gpu",
            "select",
            "metrics",
            "sweep",
            "random",
            "fit",
            "learn",
            "many",
        ],
    ),
];

/// The package's root and the command line, which is a crate of its own.
const OUTSIDE: [&str; 3] = ["lib.rs", "main.rs", "command"];

/// Modules named after `crate::`, also inside `crate::{a::X, b}`.
fn imported(source: &str) -> Vec<String> {
    let identifier =
        |text: &str| -> String { text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect() };
    let mut found = Vec::new();
    // Documentation may name anything.
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices("crate::") {
        // Not `$crate::` or `some_crate::`.
        if code[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(identifier(rest));
            continue;
        };
        let (mut depth, mut item) = (1, String::new());
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                found.push(identifier(item.trim_start()));
                item.clear();
            } else {
                item.push(c);
            }
            if depth == 0 {
                break;
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

/// What is wrong with one source file.
fn violations(module: &str, source: &str) -> Vec<String> {
    let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == module) else {
        return vec![format!("{module} has no import rule")];
    };
    if source.contains("guidance_lab_kernels") {
        return vec![format!("{module} imports guidance_lab_kernels, which is crate::kernels here")];
    }
    imported(source)
        .into_iter()
        .filter(|name| name != module && !allowed.contains(&name.as_str()))
        .map(|name| format!("{module} imports {name}"))
        .collect()
}

fn rust_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The module that a path below `src` belongs to; `None` for [`OUTSIDE`].
fn module_of(relative: &Path) -> Option<String> {
    let first = relative.components().next()?.as_os_str().to_str()?;
    (!OUTSIDE.contains(&first)).then(|| first.strip_suffix(".rs").unwrap_or(first).to_owned())
}

/// Every source file of the library: its module, its path and its text.
fn sources() -> Vec<(String, PathBuf, String)> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 10, "src is scanned");
    files
        .into_iter()
        .filter_map(|file| {
            let relative = file.strip_prefix(&source).unwrap().to_owned();
            Some((module_of(&relative)?, relative, fs::read_to_string(&file).unwrap()))
        })
        .collect()
}

/// What is wrong with a set of rules in itself.
fn faults(rules: &[(&str, &[&str])]) -> Vec<String> {
    let mut earlier = BTreeSet::new();
    let mut found = Vec::new();
    for (module, allowed) in rules {
        for name in *allowed {
            if !earlier.contains(name) {
                found.push(format!("{module} may import {name}, which does not come before it"));
            }
        }
        if !earlier.insert(module) {
            found.push(format!("{module} has two rules"));
        }
    }
    found
}

#[test]
fn modules_import_what_they_may() {
    let mut wrong = Vec::new();
    for (module, path, text) in sources() {
        // What `crate` names there are the package's own files.
        let found = if module == "kernels" { Vec::new() } else { violations(&module, &text) };
        wrong.extend(found.into_iter().map(|violation| format!("{}: {violation}", path.display())));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn there_is_no_circle() {
    assert_eq!(faults(ALLOWED), [""; 0]);
    assert_eq!(faults(&[("a", &["b"]), ("b", &["a"])]), ["a may import b, which does not come before it"]);
    assert_eq!(faults(&[("a", &[]), ("a", &[])]), ["a has two rules"]);
}

/// A rule without a module, or a permission that nobody uses, misleads whoever reads the rules.
#[test]
fn no_rule_is_dead() {
    let mut used: BTreeSet<(String, String)> = BTreeSet::new();
    let mut modules = BTreeSet::new();
    for (module, _, text) in sources() {
        used.extend(imported(&text).into_iter().map(|name| (module.clone(), name)));
        modules.insert(module);
    }
    for (module, allowed) in ALLOWED {
        assert!(modules.contains(*module), "there is no module {module}");
        for name in *allowed {
            let pair = ((*module).to_owned(), (*name).to_owned());
            assert!(used.contains(&pair), "{module} may import {name}, and does not");
        }
    }
}

/// The documents name the modules in the order of the rules.
#[test]
fn the_documents_give_the_order() {
    let order: Vec<&str> = ALLOWED.iter().map(|(module, _)| *module).collect();
    let order = order.join(", ");
    for document in ["ARCHITECTURE.md", "src/lib.rs"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(document);
        let text = fs::read_to_string(path).unwrap().replace("//!", "").replace('`', "");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&order), "{document} does not say: {order}");
    }
}

#[test]
fn violations_are_found() {
    assert_eq!(violations("gpu", "use crate::cpu::CpuEngine;"), ["gpu imports cpu"]);
    assert_eq!(violations("model", "fn f() { crate::reference::measures() }"), ["model imports reference"]);
    assert_eq!(
        violations("gpu", "use crate::{model::{State, Lane}, cpu, web::X};"),
        ["gpu imports cpu", "gpu imports web"]
    );
    assert_eq!(violations("engine", "use crate::web::Frame;"), ["engine imports web"]);
    assert_eq!(violations("metrics", "use crate::engine::Sums;\n/// [`crate::web`]\nuse crate::model::{A};"), [""; 0]);
    assert_eq!(violations("model", "$crate::web; my_crate::web; crate::model::State"), [""; 0]);
    assert_eq!(violations("extra", ""), ["extra has no import rule"]);
    assert_eq!(
        violations("gpu", "use guidance_lab_kernels::Guide;"),
        ["gpu imports guidance_lab_kernels, which is crate::kernels here"]
    );
    assert_eq!(module_of(Path::new("law/atoms.rs")).as_deref(), Some("law"));
    assert_eq!(module_of(Path::new("lib.rs")), None);
}
