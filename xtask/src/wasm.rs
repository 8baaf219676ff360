//! From the library to `www/wasm/`: cargo, wasm-split, wasm-bindgen, wasm-opt.
//!
//! wasm-split takes what only `#[wasm_split]` functions reach out of the module, into files that are
//! fetched when such a function is first called (docs/decisions/0005-split-module.md). It and
//! wasm-bindgen run as libraries of this program, so that their versions are fixed by `Cargo.lock` like
//! any other. wasm-opt is npm's `binaryen`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow, ensure};
use wasm_bindgen_cli_support::{Bindgen, Output};
use wasm_split_cli_support::{Options, transform};

use crate::command::{announce, cargo, node, program, root, run, target};
use crate::notices;
use crate::setup::{self, WasmToolchain, hash, write};

/// Our own features beyond Rust's defaults for the target; every browser with WebGPU has had them for years.
const TARGET_FEATURES: &str = "-Ctarget-feature=+simd128";

/// wasm-opt's view of the same. Named one by one: `--all-features` writes modules that browsers refuse.
///
/// -Oz rather than -O3: the particle loops come optimised from the compiler, and this leaves them as fast.
const WASM_OPT: [&str; 14] = [
    "-Oz",
    "--converge",
    // Nothing of ours lies in the first KB: it is the end of the stack.
    "--low-memory-unused",
    "--enable-simd",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    "--strip-debug",
    "--strip-producers",
];

/// Where the front end imports the module from; not under version control.
pub fn folder() -> PathBuf {
    root().join("www/wasm")
}

/// Builds `www/wasm/`; does nothing when neither the library nor this pipeline changed.
pub fn build() -> Result<()> {
    let toolchain = setup::wasm_toolchain()?;
    setup::npm()?;
    let built = target_folder(toolchain).join("wasm32-unknown-unknown/wasm/guidance_lab.wasm");
    run(
        cargo_for(toolchain, &["build"]).args(["--lib", "--profile", "wasm"]),
        "mend the library for wasm32-unknown-unknown, as the compiler says above",
    )?;
    let bytes = fs::read(&built).with_context(|| format!("cargo wrote no {}", built.display()))?;

    let out = folder();
    let stamp = target().join("xtask-notes/wasm");
    // This source file is part of what decides the result.
    let wanted = format!("{} {}", hash(&bytes), hash(include_bytes!("wasm.rs")));
    let finished = out.join("guidance_lab_bg.wasm");
    write(&out.join("notices.txt"), &notices::of_wasm()?)?;
    if finished.exists() && fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }

    // Written elsewhere first: whoever watches www/ must not see half a module.
    let work = target().join("xtask-notes/bindgen");
    let _ = fs::remove_dir_all(&work);
    announce("wasm-split");
    let rest = target().join("xtask-notes/without-chunks.wasm");
    let chunks = split(&bytes, &rest, &work)?;
    announce("wasm-bindgen --target web");
    let mut output = Bindgen::new()
        .input_path(&rest)
        // The chunks import some of them.
        .keep_lld_exports(true)
        .out_name("guidance_lab")
        .web(true)?
        .typescript(true)
        // Without this `init()` needs a URL, and the bundler does not see that the module exists.
        .omit_default_module_path(false)
        .generate_output()
        .context("wasm-bindgen failed.\nNext: the versions of wasm-bindgen in Cargo.toml and in xtask/Cargo.toml must be equal")?;
    output.emit(&work)?;
    shorten_imports(&mut output, &work)?;
    for module in chunks.iter().chain([&work.join("guidance_lab_bg.wasm")]) {
        run(
            node("binaryen/bin/wasm-opt").args(WASM_OPT).arg(module).arg("-o").arg(module),
            "if the module uses a wasm feature that wasm-opt was not told of, add it to WASM_OPT in xtask/src/wasm.rs",
        )?;
    }
    fs::create_dir_all(&out)?;
    // The chunks that another build has left would be packed into the single files.
    for entry in fs::read_dir(&out)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            fs::remove_file(path)?;
        }
    }
    for entry in fs::read_dir(&work)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), out.join(entry.file_name()))?;
        }
    }
    write(&stamp, &wanted)
}

/// The script that fetches chunks, beside wasm-bindgen's.
const LOADER: &str = "chunks.js";

/// What makes a module of what is fetched.
const MODULE: &str = "
function module(src) {
    src.catch(() => {});
    return async (imports) => WebAssembly.instantiate(await (await src).arrayBuffer(), imports);
}
";

/// Writes the module without its chunks to `rest`, and the chunks with their loader to `folder`; returns the chunks.
fn split(module: &[u8], rest: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut options = Options::new(module);
    options.output_dir = folder;
    options.main_out_path = rest;
    let link = format!("./{LOADER}");
    options.link_name = &link;
    options.main_module = "./guidance_lab.js";
    let done = transform(options).map_err(|error| anyhow!("wasm-split failed: {error:?}"))?;
    // Each chunk has a function of its own that fetches it, 80 times the same: one does. It does not stream: that needs
    // the type application/wasm, which not every server sends.
    let loader = folder.join(LOADER);
    let mut script = fs::read_to_string(&loader)?;
    let (before, after) = (
        "() => {\n    const src = fetch(new URL(",
        "));\n    src.catch(() => {});\n    return async (imports) => \
         (WebAssembly.instantiateStreaming(src, imports));\n}\n",
    );
    for (each, short) in [(before, "() => module(fetch(new URL("), (after, ")))\n")] {
        ensure!(script.contains(each), "wasm-split's loader has changed.\nNext: see split() in xtask/src/wasm.rs");
        script = script.replace(each, short);
    }
    write(&loader, &format!("{script}{MODULE}"))?;
    Ok(done.split_modules)
}

/// Gives the module's imports short names: each carries 16 digits of a hash, in the module and in the
/// script, that no compression takes away.
fn shorten_imports(output: &mut Output, work: &Path) -> Result<()> {
    let path = work.join("guidance_lab.js");
    let mut script = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    for (index, import) in output.wasm_mut().imports.iter_mut().enumerate() {
        let (long, short) = (format!(" {}: function(", import.name), format!(" i{index}: function("));
        if script.matches(&long).count() == 1 {
            script = script.replace(&long, &short);
            import.name = format!("i{index}");
        }
    }
    output.emit(work)?;
    write(&path, &script)
}

/// Clippy on the library as the browser gets it.
pub fn clippy() -> Result<Command> {
    let toolchain = setup::wasm_toolchain()?;
    let mut command = cargo_for(toolchain, &["clippy"]);
    command.args(["--lib", "--quiet", "--", "-D", "warnings"]);
    Ok(command)
}

/// A folder for each compiler, so that neither throws away what the other built.
fn target_folder(toolchain: WasmToolchain) -> PathBuf {
    target().join(match toolchain {
        WasmToolchain::Default => "wasm",
        WasmToolchain::Debian => "wasm-debian",
    })
}

/// `cargo <subcommand> --target wasm32-unknown-unknown`, by the given toolchain.
fn cargo_for(toolchain: WasmToolchain, subcommand: &[&str]) -> Command {
    let mut command = match toolchain {
        WasmToolchain::Default => cargo(),
        // Called by their paths: rustup's proxies come first in most people's PATH.
        WasmToolchain::Debian if subcommand == ["clippy"] => program("/usr/bin/cargo-clippy"),
        WasmToolchain::Debian => program("/usr/bin/cargo"),
    };
    command.args(subcommand).args(["--package", "guidance-lab", "--target", "wasm32-unknown-unknown"]);
    command.arg("--target-dir").arg(target_folder(toolchain));
    // Relocations tell wasm-split what belongs to what. No path of the machine it was built on in the
    // module's panic messages.
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(home()?.join(".cargo")));
    let mut flags = vec![
        TARGET_FEATURES.to_owned(),
        "-Clink-arg=--emit-relocs".to_owned(),
        // Nobody can read a panic in a worker; it is 3 KB less (docs/decisions/0005-split-module.md).
        "-Zlocation-detail=none".to_owned(),
        "-Zfmt-debug=none".to_owned(),
        format!("--remap-path-prefix={}=.", root().display()),
    ];
    flags.extend(home.map(|folder| format!("--remap-path-prefix={}=cargo", folder.display())));
    command.env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    if toolchain == WasmToolchain::Debian {
        command.args(["-Z", "build-std=std,panic_abort"]);
        // What rustup's cargo told this program about itself must not reach the other one.
        for name in ["RUSTUP_TOOLCHAIN", "RUSTUP_HOME", "LD_LIBRARY_PATH", "RUSTDOC"] {
            command.env_remove(name);
        }
        command.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc").env("CARGO", "/usr/bin/cargo");
    }
    command
}

fn home() -> Option<PathBuf> {
    std::env::var_os(if cfg!(windows) { "USERPROFILE" } else { "HOME" }).map(|path| Path::new(&path).to_owned())
}
