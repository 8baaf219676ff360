//! The import rules of src/lib.rs: which module may name which.

use std::fs;
use std::path::{Path, PathBuf};

/// Each module of the crate with the modules that it may import.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("num", &["model"]),
    ("reference", &["model"]),
    // The contract and the choice of an engine live in one module, so the engines and it name each other.
    ("engine", &["model", "num", "reference", "cpu", "gpu"]),
    ("cpu", &["model", "num", "engine"]),
    ("gpu", &["model", "num", "engine"]),
    ("metrics", &["model", "reference", "engine"]),
    ("sweep", &["model", "reference", "engine", "cpu", "metrics"]),
    ("random", &["model", "num"]),
    ("fit", &["model", "random"]),
    ("learn", &["model", "reference", "metrics"]),
    ("web", &["model", "num", "reference", "engine", "cpu", "gpu", "metrics", "sweep", "random", "fit", "learn"]),
];

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

#[test]
fn modules_import_what_they_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&source, &mut files);
    assert!(files.len() > 10, "src is scanned");
    let mut wrong = Vec::new();
    for file in files {
        let relative = file.strip_prefix(&source).unwrap();
        let first = relative.components().next().unwrap().as_os_str().to_str().unwrap();
        // The crate's root; and the command line, which is a crate of its own.
        if ["lib.rs", "main.rs", "command.rs"].contains(&first) {
            continue;
        }
        let module = first.strip_suffix(".rs").unwrap_or(first);
        for violation in violations(module, &fs::read_to_string(&file).unwrap()) {
            wrong.push(format!("{}: {violation}", relative.display()));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
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
}
