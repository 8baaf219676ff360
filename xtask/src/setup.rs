//! What the other commands need, and how it gets there: the wasm target, npm's packages, browsers
//! and a software Vulkan driver. What is present is never installed again.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{announce, cargo, output, program, root, run, target};

/// The oldest Node.js that Vite accepts.
const NODE: (u32, u32) = (20, 19);

/// Which compiler builds the wasm module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The toolchain of everything else, which has the target's standard library.
    Default,
    /// Debian's `cargo-web` and `rustc-web`, which build the standard library from its source.
    Debian,
}

/// Debian's packages for `WasmToolchain::Debian`.
const DEBIAN_WASM: [&str; 6] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "rust-web-clippy", "lld-22"];

/// Finds, and where needed installs, a compiler for `wasm32-unknown-unknown`.
///
/// rustup's target is tried first. Where rustup cannot fetch it, Debian's packages do; that choice
/// is noted in `target/`, so that the failing download is tried once only.
pub fn wasm_toolchain() -> Result<WasmToolchain> {
    if has_wasm_target() {
        return Ok(WasmToolchain::Default);
    }
    let note = target().join("xtask-notes/wasm-toolchain");
    let debian_chosen = fs::read_to_string(&note).is_ok_and(|text| text == "debian");
    if debian_chosen && missing_packages(&DEBIAN_WASM).is_empty() {
        return Ok(WasmToolchain::Debian);
    }
    let mut add = program("rustup");
    add.args(["target", "add", "wasm32-unknown-unknown"]);
    if !debian_chosen && output(program("rustup").arg("--version")).is_some() {
        announce("rustup target add wasm32-unknown-unknown");
        if add.status().is_ok_and(|status| status.success()) && has_wasm_target() {
            return Ok(WasmToolchain::Default);
        }
        eprintln!("rustup has no standard library for wasm32-unknown-unknown here: trying Debian's packages");
    }
    install(&missing_packages(&DEBIAN_WASM)).context(
        "no compiler for wasm32-unknown-unknown: `rustup target add wasm32-unknown-unknown` did not work, and \
         neither did Debian's packages.\nNext: install Rust from https://rustup.rs with access to \
         static.rust-lang.org, or use Debian 12 with its security updates, then run this command again",
    )?;
    write(&note, "debian")?;
    Ok(WasmToolchain::Debian)
}

fn has_wasm_target() -> bool {
    output(program("rustc").args(["--print", "target-libdir", "--target", "wasm32-unknown-unknown"]))
        .is_some_and(|folder| Path::new(&folder).is_dir())
}

/// Runs `npm ci` unless `node_modules` is what the lock file says.
pub fn npm() -> Result<()> {
    let version = output(program("node").arg("--version")).unwrap_or_default();
    let mut parts = version.trim_start_matches('v').split('.').map(|part| part.parse().unwrap_or(0));
    if (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) < NODE {
        bail!(
            "Node.js {}.{} or newer is needed, but {}.\nNext: install it from https://nodejs.org or with your \
             system's package manager, then run this command again",
            NODE.0,
            NODE.1,
            if version.is_empty() { "there is none".to_owned() } else { format!("this is {version}") }
        );
    }
    let lock = fs::read(root().join("package-lock.json")).context("package-lock.json cannot be read")?;
    let stamp = root().join("node_modules/.xtask-stamp");
    let wanted = hash(&lock);
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    run(
        program(npm).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]),
        "check the network and that package-lock.json fits package.json (`npm install` mends it), then try again",
    )?;
    write(&stamp, &wanted)
}

/// A file that has to be somewhere, and the Debian package that brings it.
struct Need {
    what: &'static str,
    package: &'static str,
    paths: &'static [&'static str],
}

const SWIFTSHADER: &[&str] =
    &["/usr/lib/chromium/vk_swiftshader_icd.json", "/usr/lib64/chromium/vk_swiftshader_icd.json"];
const LAVAPIPE: &[&str] = &[
    "/usr/share/vulkan/icd.d/lvp_icd.x86_64.json",
    "/usr/share/vulkan/icd.d/lvp_icd.aarch64.json",
    "/usr/share/vulkan/icd.d/lvp_icd.json",
];

/// What the GPU tests run on: the loader and two software drivers that fail in different ways.
const VULKAN: &[Need] = &[
    Need {
        what: "the Vulkan loader",
        package: "libvulkan1",
        paths: &[
            "/usr/lib/x86_64-linux-gnu/libvulkan.so.1",
            "/usr/lib/aarch64-linux-gnu/libvulkan.so.1",
            "/usr/lib64/libvulkan.so.1",
            "/usr/lib/libvulkan.so.1",
        ],
    },
    Need { what: "lavapipe (Mesa's software Vulkan)", package: "mesa-vulkan-drivers", paths: LAVAPIPE },
    Need { what: "SwiftShader (Chromium's software Vulkan)", package: "chromium", paths: SWIFTSHADER },
];

/// What the browser tests drive; `tests/web/browsers.ts` looks in the same places.
const BROWSERS: &[Need] = &[
    Need { what: "Chromium", package: "chromium", paths: &["/usr/bin/chromium"] },
    Need { what: "Firefox", package: "firefox-esr", paths: &["/usr/bin/firefox-esr", "/usr/bin/firefox"] },
    Need { what: "WebKitGTK's driver", package: "webkit2gtk-driver", paths: &["/usr/bin/WebKitWebDriver"] },
    Need { what: "a virtual display", package: "xvfb", paths: &["/usr/bin/Xvfb"] },
    Need { what: "lavapipe (Firefox' WebGPU)", package: "mesa-vulkan-drivers", paths: LAVAPIPE },
    // Without one, Chinese is drawn in boxes, whose widths are others.
    Need {
        what: "a font for Chinese",
        package: "fonts-wqy-microhei",
        paths: &[
            "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
            "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
            "/usr/share/fonts/opentype/noto/NotoSansCJK-VF.otf.ttc",
        ],
    },
];

/// The description files of the two software Vulkan drivers.
pub struct Vulkan {
    pub lavapipe: PathBuf,
    pub swiftshader: PathBuf,
}

/// Finds, and where needed installs, what the GPU tests run on.
pub fn vulkan() -> Result<Vulkan> {
    provide(VULKAN)?;
    let find = |paths: &[&str]| first(paths).context("the driver's description file is not where it is expected");
    Ok(Vulkan { lavapipe: find(LAVAPIPE)?, swiftshader: find(SWIFTSHADER)? })
}

/// Finds, and where needed installs, the browsers.
pub fn browsers() -> Result<()> {
    provide(BROWSERS)
}

/// What builds those examples that npm's tools do not.
const PUBLISHING: &[Need] = &[
    Need { what: "Jekyll", package: "jekyll", paths: &["/usr/bin/jekyll", "/usr/local/bin/jekyll"] },
    Need { what: "pandoc", package: "pandoc", paths: &["/usr/bin/pandoc", "/usr/local/bin/pandoc"] },
];
const MDBOOK: &str = "0.5.4";

/// Finds, and where needed installs, Jekyll, pandoc and mdBook.
pub fn publishing() -> Result<()> {
    provide(PUBLISHING)?;
    mdbook().map(|_| ())
}

/// mdBook with its search, in `target/tools/mdbook`.
pub fn mdbook() -> Result<Command> {
    let tools = target().join("tools/mdbook");
    let mdbook = tools.join("bin/mdbook");
    if !output(program(&mdbook).arg("--version")).is_some_and(|version| version.ends_with(MDBOOK)) {
        run(
            // Without its server: half the time to build.
            cargo()
                .args(["install", "mdbook", "--version", MDBOOK, "--locked", "--no-default-features"])
                .args(["--features", "search", "--force", "--root"])
                .arg(&tools)
                .arg("--target-dir")
                .arg(tools.join("build")),
            "check the network, then try again",
        )?;
    }
    Ok(program(mdbook))
}

/// What the notebooks are tested with, in an environment of its own.
const NOTEBOOKS: &str = "tests/notebooks/requirements.txt";

/// Makes `target/notebooks`: a Python environment with the versions of `NOTEBOOKS`.
pub fn notebooks() -> Result<()> {
    // `ensurepip` is what a Python without `venv` lacks: Debian ships it apart.
    let has_venv = || {
        output(program("python3").args(["-c", "import venv, ensurepip, sys; assert sys.version_info >= (3, 11)"]))
            .is_some()
    };
    if !has_venv() {
        install(&["python3", "python3-venv"]).context("the tests need Python 3.11 or newer with its module venv")?;
        if !has_venv() {
            bail!(
                "`python3` is older than 3.11 or has no module venv.\nNext: install Python from \
                 https://www.python.org or with your system's package manager, so that `python3 -m venv` works, then \
                 run this command again"
            );
        }
    }
    let folder = target().join("notebooks");
    let stamp = folder.join("xtask-stamp");
    let wanted = hash(&fs::read(root().join(NOTEBOOKS)).with_context(|| format!("{NOTEBOOKS} cannot be read"))?);
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    let next = format!("check the network and that {NOTEBOOKS} names versions that exist, then try again");
    run(program("python3").args(["-m", "venv", "--clear"]).arg(&folder), &next)?;
    let python = folder.join("bin/python");
    run(
        program(python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", NOTEBOOKS]),
        &next,
    )?;
    write(&stamp, &wanted)
}

fn first(paths: &[&str]) -> Option<PathBuf> {
    paths.iter().map(PathBuf::from).find(|path| path.exists())
}

fn provide(needs: &[Need]) -> Result<()> {
    let absent = || needs.iter().filter(|need| first(need.paths).is_none());
    let mut packages: Vec<&str> = absent().map(|need| need.package).collect();
    packages.sort_unstable();
    packages.dedup();
    let names: Vec<&str> = absent().map(|need| need.what).collect();
    install(&packages).with_context(|| format!("the tests need {}", names.join(", ")))?;
    match absent().next() {
        None => Ok(()),
        Some(need) => bail!(
            "{} is still not at {} after `{}` was installed.\nNext: the tests know Debian's packages; elsewhere, \
             link the program to that path",
            need.what,
            need.paths.join(" or "),
            need.package
        ),
    }
}

fn missing_packages<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    let installed = |package: &&str| {
        output(program("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev}", package]))
            .is_some_and(|status| status.starts_with("ii"))
    };
    packages.iter().filter(|package| !installed(package)).copied().collect()
}

/// Installs Debian packages: as root, or through sudo where that asks no password.
fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    if output(program("apt-get").arg("--version")).is_none() {
        bail!("missing: {list} (names of Debian packages).\nNext: install the same with this system's package manager");
    }
    let prefix: &[&str] = if output(program("id").arg("-u")).is_some_and(|id| id == "0") {
        &[]
    } else if output(program("sudo").args(["-n", "true"])).is_some() {
        &["sudo", "-n"]
    } else {
        bail!(
            "missing packages, and only root can install them.\nNext: sudo apt-get install --yes --no-install-recommends {list}"
        );
    };
    let words = |rest: &[&'static str]| {
        // `env`, since sudo drops the environment.
        let all: Vec<&str> = prefix
            .iter()
            .copied()
            .chain(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .chain(rest.iter().copied())
            .collect();
        let mut command = program(all[0]);
        command.args(&all[1..]);
        command
    };
    // An update that fails in part (one dead mirror) need not stop the install.
    if !crate::command::succeeds(&mut words(&["update", "-qq"]))? {
        eprintln!("apt-get update failed: going on with the package lists that are there");
    }
    run(
        words(&["install", "--yes", "-qq", "--no-install-recommends"]).args(packages),
        &format!("see apt's message above; the packages wanted are: {list}"),
    )
}

/// A short name for some bytes, good enough to see that they changed.
pub fn hash(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Writes a small file, with its folders.
pub fn write(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}
