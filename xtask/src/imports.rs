//! The import rules of the front end: imports point down the list of folders, and the lab has no page.
//!
//! Biome reads the imports; its configuration for this check is written from the list. A type is knowledge, too:
//! an import of types counts like any other, and so does one that is fetched when it is wanted. Tests may import
//! what they like. That there is no circle, `biome.json` says for every file. (The Rust side has `tests/imports.rs`.)

use std::path::Path;
use std::process::Command;

use anyhow::Result;
use serde_json::{Value, json};

use crate::command::{node, root, target};
use crate::setup::write;

/// The folders of `www/`, each of which imports only from those after it.
const FOLDERS: [&str; 15] = [
    "page",
    "article",
    "lessons",
    "experiments",
    "embed",
    "figure",
    "gallery",
    "panels",
    "edit",
    "export",
    "controls",
    "lab",
    "painter",
    "workers",
    "words",
];

/// Without a rule: what is in npm's package as it is, stills and what makes them, and the module, which only
/// `workers` imports.
#[cfg(test)]
const WITHOUT: [&str; 3] = ["package", "posters", MODULE];
const MODULE: &str = "wasm";
const IMPORTS_MODULE: &str = "workers";

/// The types that are generated from Rust's: plain data that every folder may name.
const DATA: &str = "workers/types";

/// It runs without a page.
const HEADLESS: &str = "lab";
const PAGE_GLOBALS: [&str; 5] = ["customElements", "document", "HTMLElement", "ShadowRoot", "window"];

/// The check of the sources below `root`'s `www/`.
pub fn check() -> Result<Command> {
    check_of(root(), &target().join("xtask-notes/imports.json"))
}

fn check_of(sources: &Path, configuration: &Path) -> Result<Command> {
    write(configuration, &format!("{:#}", rules()))?;
    let mut command = node("@biomejs/biome/bin/biome");
    command
        .args(["lint", "--max-diagnostics=none", "--diagnostic-level=error", "--config-path"])
        .arg(configuration)
        .arg(sources.join("www"));
    Ok(command)
}

/// Biome's configuration: these rules and nothing else.
fn rules() -> Value {
    let folders = FOLDERS.iter().enumerate().map(|(place, folder)| {
        let mut refused = FOLDERS[..place].to_vec();
        if *folder != IMPORTS_MODULE {
            refused.push(MODULE);
        }
        let refused = format!("**/../{{{}}}", refused.join(","));
        let mut patterns = vec![json!({
            "group": [refused, format!("{refused}/**"), format!("!**/../{DATA}")],
            "message": format!("www/{folder} imports only from the folders after it in xtask/src/imports.rs."),
        })];
        let mut globals = Value::Object(serde_json::Map::new());
        if *folder == HEADLESS {
            let message = format!("www/{folder} runs without a page.");
            patterns.push(json!({ "group": ["lit", "lit/**", "@lit/**", "**/*.css*"], "message": message }));
            globals = PAGE_GLOBALS.iter().map(|name| ((*name).to_owned(), json!(message))).collect();
        }
        json!({
            "includes": [format!("**/www/{folder}/**"), "!**/*.test.ts"],
            "linter": { "rules": { "style": {
                "noRestrictedImports": { "level": "error", "options": { "patterns": patterns } },
                "noRestrictedGlobals": { "level": "error", "options": { "deniedGlobals": globals } },
            } } },
        })
    });
    json!({
        "files": { "includes": ["**/*.ts", format!("!**/www/{MODULE}")] },
        "linter": { "rules": { "preset": "none" } },
        "overrides": folders.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::Once;

    use super::*;

    /// What a check says of some small files.
    fn said(name: &str, files: &[(&str, &str)], check: impl Fn(&Path) -> Command) -> (bool, String) {
        static NPM: Once = Once::new();
        NPM.call_once(|| crate::setup::npm().unwrap());
        let folder = std::env::temp_dir().join(format!("imports-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        for (path, text) in files {
            write(&folder.join("www").join(path), text).unwrap();
        }
        let output = check(&folder).output().unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let all = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&all).into_owned())
    }

    fn direction(folder: &Path) -> Command {
        check_of(folder, &folder.join("imports.json")).unwrap()
    }

    /// The repository's own `biome.json`, on the small files.
    fn circles(folder: &Path) -> Command {
        fs::copy(root().join("biome.json"), folder.join("biome.json")).unwrap();
        let mut command = node("@biomejs/biome/bin/biome");
        command.args(["lint", "--only=suspicious/noImportCycles"]).current_dir(folder);
        command
    }

    #[track_caller]
    fn refused(name: &str, files: &[(&str, &str)], words: &[&str], check: fn(&Path) -> Command) {
        let (fine, text) = said(name, files, check);
        assert!(!fine, "{text}");
        for word in words {
            assert!(text.contains(word), "{text} does not say {word}");
        }
    }

    const STATE: (&str, &str) = ("lab/state.ts", "export const state = 1;\nexport type State = number;\n");
    const ELEMENT: (&str, &str) = ("figure/element.ts", "export const element = 1;\nexport type Element = number;\n");

    #[test]
    fn down_is_allowed_and_tests_are_free() {
        let (fine, text) = said(
            "down",
            &[
                STATE,
                ELEMENT,
                ("figure/page.ts", "import { state } from '../lab/state';\nexport const page = state;\n"),
                ("figure/view.ts", "import { page } from './page';\nexport const view = page;\n"),
                ("lab/state.test.ts", "import { element } from '../figure/element';\ndocument.title = `${element}`;\n"),
                ("workers/worker.ts", "import { run } from '../wasm/lab';\nrun();\n"),
                ("wasm/lab.ts", "export function run() {}\n"),
                ("workers/types.ts", "export type Said = string;\n"),
                ("words/says.ts", "import type { Said } from '../workers/types';\nexport const says: Said = '';\n"),
            ],
            direction,
        );
        assert!(fine, "{text}");
    }

    #[test]
    fn up_is_refused_in_every_form() {
        for (name, line) in [
            ("value", "import { element } from '../figure/element';\nexport const x = element;"),
            ("type", "import type { Element } from '../figure/element';\nexport const x: Element = 1;"),
            ("inline", "import { type Element } from '../figure/element';\nexport const x: Element = 1;"),
            ("again", "export { element } from '../figure/element';"),
            ("later", "export const x = async () => await import('../figure/element');"),
            ("index", "import { x } from '../figure';\nexport const y = x;"),
        ] {
            let words = ["www/lab/up.ts", "www/lab imports only from the folders after it"];
            refused(
                name,
                &[ELEMENT, ("figure/index.ts", "export const x = 1;\n"), ("lab/up.ts", line)],
                &words,
                direction,
            );
        }
        let deep = "import { element } from '../../figure/element';\nexport const x = element;";
        refused("deep", &[ELEMENT, ("lab/deep/up.ts", deep)], &["www/lab/deep/up.ts"], direction);
        let module = "import { x } from '../wasm/lab';\nexport const y = x;";
        refused(
            "module",
            &[("wasm/lab.ts", "export const x = 1;"), ("page/main.ts", module)],
            &["www/page/main.ts"],
            direction,
        );
    }

    #[test]
    fn a_circle_is_refused_in_every_form() {
        let back = ("words/b.ts", "import { a } from './a';\nexport const b = () => a;\nexport type B = number;\n");
        for (name, line) in [
            ("values", "import { b } from './b';\nexport const a = () => b;"),
            ("types", "import type { B } from './b';\nexport const a: B = 1;"),
            ("later", "export const a = async () => await import('./b');"),
        ] {
            refused(
                &format!("circle-{name}"),
                &[back, ("words/a.ts", line)],
                &["noImportCycles", "words/a.ts"],
                circles,
            );
        }
    }

    #[test]
    fn the_lab_has_no_page() {
        for (name, line) in [
            ("lit", "import { html } from 'lit';\nexport const x = html``;"),
            ("directive", "import { live } from 'lit/directives/live.js';\nexport const x = live(1);"),
            ("document", "export const x = document.title;"),
            ("element", "export class X extends HTMLElement {}"),
        ] {
            refused(&format!("headless-{name}"), &[("lab/x.ts", line)], &["www/lab runs without a page"], direction);
        }
    }

    #[test]
    fn every_folder_has_its_place() {
        for entry in fs::read_dir(root().join("www")).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let known = FOLDERS.contains(&name.as_str()) || WITHOUT.contains(&name.as_str());
            assert!(known || name == "version.d.ts", "www/{name} has no place in the list of folders");
        }
    }
}
