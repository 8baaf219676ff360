//! `cargo xtask lint`: all that a machine can say about the text, and the licences of what we use.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::command::{announce, cargo, explain, node, output, root, succeeds};
use crate::{imports, setup, wasm};

/// What ships: permissive licences only.
const ALLOWED: [&str; 14] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// What tools may have besides: nothing of them is in `dist/`.
const ALLOWED_FOR_TOOLS: [&str; 3] = ["MPL-2.0", "CC-BY-4.0", "Python-2.0"];

/// What was checked, in order, and whether it was all right.
#[derive(Debug, Default)]
pub struct Report(Vec<(&'static str, bool)>);

impl Report {
    /// How many checks passed.
    pub fn passed(&self) -> usize {
        self.0.len() - self.failed()
    }

    /// Those that did not.
    pub fn failures(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter(|(_, fine)| !fine).map(|(name, _)| *name)
    }

    /// How many did not.
    pub fn failed(&self) -> usize {
        self.failures().count()
    }

    /// Prints one line a check; `true` when all passed.
    pub fn print(&self) -> bool {
        eprintln!();
        for (name, fine) in &self.0 {
            println!("{} {name}", if *fine { "ok    " } else { "NOT OK" });
        }
        self.failed() == 0
    }
}

/// Runs every check, also after one has failed.
pub fn lint() -> Result<Report> {
    setup::npm()?;
    // The front end imports the generated types.
    wasm::build()?;
    let mut report = Report::default();
    let mut check = |name, fine: Result<bool>| {
        report.0.push((
            name,
            fine.unwrap_or_else(|error| {
                eprintln!("{}", explain(&error));
                false
            }),
        ));
    };
    check("rustfmt (mended by `cargo fmt --all`)", succeeds(cargo().args(["fmt", "--all", "--check"])));
    check(
        "clippy",
        succeeds(cargo().args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"])),
    );
    check("documentation of the crate", succeeds(&mut documentation()));
    check("clippy for wasm", wasm::clippy().and_then(|mut command| succeeds(&mut command)));
    check("types of the front end", succeeds(node("typescript/bin/tsc").arg("--noEmit")));
    check(
        "types of the tests and tools",
        succeeds(node("typescript/bin/tsc").args(["--noEmit", "--project", "tests/web"])),
    );
    check(
        "Biome (mended by `npx biome check --write`)",
        succeeds(node("@biomejs/biome/bin/biome").args(["check", "--error-on-warnings"])),
    );
    check("imports of the front end", imports::check().and_then(|mut command| succeeds(&mut command)));
    check("licences", licences());
    Ok(report)
}

/// What writes the crate's documentation, and fails where that has a fault.
pub fn documentation() -> Command {
    let mut command = cargo();
    command
        .args(["doc", "--no-deps", "--lib", "--package", "guidance-lab", "--locked"])
        .env("RUSTDOCFLAGS", "-D warnings");
    command
}

/// Every dependency's licence, Rust's and npm's, against the lists above.
fn licences() -> Result<bool> {
    announce("licences of all dependencies");
    let mut refused: BTreeMap<String, String> = BTreeMap::new();

    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))
        .context("`cargo metadata --locked` failed.\nNext: run `cargo check` and commit Cargo.lock")?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let licence = package["license"].as_str().unwrap_or("none given");
        if !is_allowed(licence, false) {
            refused
                .insert(format!("crate {} {}", text(&package["name"]), text(&package["version"])), licence.to_owned());
        }
    }

    let lock = fs::read_to_string(root().join("package-lock.json")).context("package-lock.json cannot be read")?;
    let lock: Value = serde_json::from_str(&lock)?;
    for (path, package) in lock["packages"].as_object().into_iter().flatten() {
        let licence = package["license"].as_str().unwrap_or("none given");
        if !is_allowed(licence, package["dev"] == true) {
            refused.insert(format!("npm {path} {}", text(&package["version"])), licence.to_owned());
        }
    }

    for (package, licence) in &refused {
        eprintln!("{package}: licence `{licence}` is not on the list in xtask/src/lint.rs");
    }
    Ok(refused.is_empty())
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or("?")
}

/// Whether an SPDX expression leaves a choice that is on the list.
///
/// What SPDX does not know (`none given`, too) is not allowed. cargo's old `/` for OR and the `GPL-2.0` of before
/// SPDX 3 are read as they were meant.
fn is_allowed(expression: &str, tool: bool) -> bool {
    let old = ParseMode { allow_slash_as_or_operator: true, allow_deprecated: true, ..ParseMode::STRICT };
    Expression::parse_mode(expression, old).is_ok_and(|expression| {
        expression.evaluate(|required| {
            let name = required.to_string();
            ALLOWED.contains(&name.as_str()) || tool && ALLOWED_FOR_TOOLS.contains(&name.as_str())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn licence_expressions_are_understood() {
        for fine in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "MIT OR Apache-2.0 OR LGPL-2.1-or-later",
            "(MIT OR GPL-3.0-or-later)",
            "GPL-2.0 AND MIT OR ISC",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert!(is_allowed(fine, false), "{fine}");
        }
        for wrong in [
            "",
            "none given",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT",
            "MIT)",
            "MIT ISC",
            "GPL-2.0 WITH Classpath-exception-2.0",
            "MPL-2.0",
        ] {
            assert!(!is_allowed(wrong, false), "{wrong}");
        }
        assert!(is_allowed("MPL-2.0", true));
    }
}
