//! The licences of the crates in what is compiled, the wasm module and Python's engine, as text to be published beside it.
//!
//! What is listed is what cargo resolves for the target, without build scripts and procedural macros: a
//! little more than what the linker keeps.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::command::{cargo, output};

/// The standard library is compiled in and is no dependency that cargo lists.
const STD: &str = "Rust's standard library (MIT OR Apache-2.0)\n\nCopyright (c) The Rust Project contributors. \
    It is used under the Apache License, version 2.0, whose text is in LICENSE-APACHE.";

/// What `.github/workflows/release.yml` builds wheels for.
const SYSTEMS: [&str; 5] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
];

/// Licences that are only ever one of several to choose from, by the names of their files.
const OTHERS: [&str; 3] = ["APACHE", "ZLIB", "UNLICENSE"];

/// The notices of all crates of the wasm module, one below the other.
pub fn of_wasm() -> Result<String> {
    of("guidance-lab", &["wasm32-unknown-unknown"])
}

/// Those of the engine for Python, on every system that it is built for.
pub fn of_native() -> Result<String> {
    of("guidance-lab-native", &SYSTEMS)
}

/// Of what a package of ours needs on some systems; our own need no notice.
fn of(package: &str, systems: &[&str]) -> Result<String> {
    let targets = systems.iter().flat_map(|system| ["--target", system]);
    let tree = output(cargo().args(["tree", "--package", package]).args(targets).args([
        "--edges",
        "normal,no-proc-macro",
        "--prefix",
        "none",
        "--format",
        "{p}",
        "--locked",
    ]))
    .context("`cargo tree` failed.\nNext: run `cargo check` and commit Cargo.lock")?;
    let linked: BTreeSet<(&str, &str)> = tree.lines().filter_map(|line| line.split_once(" v")).collect();
    let metadata = output(cargo().args(["metadata", "--format-version", "1", "--locked"]))
        .context("`cargo metadata --locked` failed.\nNext: run `cargo check` and commit Cargo.lock")?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut notices = vec![STD.to_owned()];
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let (name, version) = (text(&package["name"]), text(&package["version"]));
        let is_linked =
            linked.iter().any(|(linked, rest)| *linked == name && rest.split(' ').next() == Some(version.as_str()));
        if is_linked && !package["source"].is_null() {
            let manifest = text(&package["manifest_path"]);
            let folder = Path::new(&manifest).parent().context("a crate without a folder")?;
            let authors: Vec<String> = package["authors"].as_array().into_iter().flatten().map(text).collect();
            notices.push(notice(&name, &version, &text(&package["license"]), &authors, folder)?);
        }
    }
    ensure!(notices.len() > 1, "no crate of {package} was found in cargo's metadata");
    Ok(notices.join(&format!("\n\n{}\n\n", "-".repeat(80))))
}

fn notice(name: &str, version: &str, licence: &str, authors: &[String], folder: &Path) -> Result<String> {
    let mut files: Vec<String> = fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|file| ["LICEN", "COPYING", "NOTICE", "UNLICENSE"].iter().any(|start| upper(file).starts_with(start)))
        .collect();
    files.sort();
    let mut notice = format!("{name} {version} (crate, {licence})");
    let chosen = chosen(licence, &files);
    if chosen.is_empty() {
        ensure!(
            licence.contains("Apache-2.0") && !licence.contains("AND"),
            "the crate {name} is in what is published and brings no licence text for `{licence}`.\nNext: say in \
             xtask/src/notices.rs what holds"
        );
        let whose = if authors.is_empty() { format!("the authors of {name}") } else { authors.join(", ") };
        write!(
            notice,
            "\n\nCopyright (c) {whose}. It is used under the Apache License, version 2.0, whose text is in LICENSE-APACHE."
        )?;
    }
    for file in chosen {
        write!(notice, "\n\n{}", fs::read_to_string(folder.join(file))?.trim())?;
    }
    Ok(notice)
}

/// The files of the licence that we choose: MIT where it is offered, else all that there are.
fn chosen<'a>(licence: &str, files: &'a [String]) -> Vec<&'a String> {
    let choice = licence.contains(" OR ") || licence.contains('/');
    let needed = |file: &&String| !OTHERS.iter().any(|other| upper(file).contains(other));
    let left: Vec<&String> = files.iter().filter(needed).collect();
    if choice && !left.is_empty() { left } else { files.iter().collect() }
}

fn upper(file: &str) -> String {
    file.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_licences_one_is_chosen() {
        let files = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let two = files(&["LICENSE-APACHE", "LICENSE-MIT"]);
        assert_eq!(chosen("MIT OR Apache-2.0", &two), ["LICENSE-MIT"]);
        assert_eq!(chosen("MIT AND Apache-2.0", &two), ["LICENSE-APACHE", "LICENSE-MIT"]);
        let unicode = files(&["LICENSE-APACHE", "LICENSE-MIT", "LICENSE-UNICODE"]);
        assert_eq!(chosen("(MIT OR Apache-2.0) AND Unicode-3.0", &unicode), ["LICENSE-MIT", "LICENSE-UNICODE"]);
        assert_eq!(chosen("Apache-2.0 OR BSL-1.0", &files(&["LICENSE-APACHE"])), ["LICENSE-APACHE"]);
        assert!(chosen("MIT OR Apache-2.0", &[]).is_empty());
    }
}
