//! `cargo xtask build`: the static site in `dist/`.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::command::{node, program, root, run};
use crate::{setup, wasm};

/// The finished site.
pub fn folder() -> PathBuf {
    root().join("dist")
}

/// Builds all of it.
pub fn build() -> Result<()> {
    setup::npm()?;
    wasm::build()?;
    front_end()
}

/// npm's package, as it is published.
pub fn package_folder() -> PathBuf {
    root().join("package")
}

/// The files that need nothing beside them, by their `--mode` in `vite.single.ts`.
const SINGLE: [&str; 3] = ["inline", "frame", "offline"];

/// Bundles the front end around the module that is already there: the site, the package, the single files.
pub fn front_end() -> Result<()> {
    let vite = |arguments: &[&str]| {
        let mut command = node("vite/bin/vite.js");
        run(command.args(["build", "--logLevel", "warn"]).args(arguments), "mend the front end, as Vite says above")
    };
    vite(&[])?;
    vite(&["--mode", "package"])?;
    for mode in SINGLE {
        vite(&["--config", "vite.single.ts", "--mode", mode])?;
    }
    run(
        node("typescript/bin/tsc").args(["--project", "www/package/tsconfig.json"]),
        "mend the types, as TypeScript says above",
    )?;
    let inline = "guidance-lab.inline.js";
    fs::copy(folder().join(inline), package_folder().join(inline))?;
    run(
        program("node").arg("www/package/make.mjs"),
        "mend the package's manifest or its README, as the script says above",
    )
}
