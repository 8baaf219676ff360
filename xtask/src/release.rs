//! `cargo xtask release`: everything that is published, built and checked, in `target/publish/`.
//!
//! It publishes nothing: `.github/workflows/release.yml` does, from a tag. What a release needs and a
//! repository may not have yet (an address, a tag, a dated changelog) is listed; only `--dry-run` goes on
//! without it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::command::{announce, output, program, root, run, target};
use crate::{docs, lint, notices, setup, site};

/// How to build.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub struct Options {
    /// Go on where something that a release needs is missing, and say what
    #[arg(long)]
    dry_run: bool,
}

/// What stands in the sources once for each version.
const CHANGELOG: &str = "CHANGELOG.md";

/// The heading of what the next version will bring.
const UNRELEASED: &str = "Unreleased";

/// Builds and checks; an error for what is not all right.
pub fn release(options: &Options) -> Result<bool> {
    let package: Value = serde_json::from_str(&read("package.json")?).context("package.json is not JSON")?;
    let version = package["version"].as_str().context("package.json has no version")?;
    let changelog = read(CHANGELOG)?;
    let missing = missing(&package, version, &changelog);
    if !options.dry_run && !missing.is_empty() {
        bail!("this cannot be released as {version}:\n{}\nNext: see CONTRIBUTING.md, \"Release\"", missing.join("\n"));
    }

    setup::notebooks()?;
    site::build()?;
    let out = target().join("publish");
    let _ = fs::remove_dir_all(&out);
    fs::create_dir_all(&out).with_context(|| format!("{} cannot be made", out.display()))?;

    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    run(
        program(npm).args(["pack", "./package", "--silent", "--pack-destination"]).arg(&out),
        "mend www/package/manifest.json, as npm says above",
    )?;
    run(
        program("node").arg("www/package/check.mjs").arg(out.join(format!("guidance-lab-{version}.tgz"))),
        "mend www/package/manifest.json or the types beside it",
    )?;

    let python = target().join("notebooks/bin/python");
    run(
        program(&python).args(["-m", "build", "--no-isolation", "--outdir"]).arg(&out).arg("python"),
        "mend python/pyproject.toml or python/hatch_build.py, as the build says above",
    )?;
    setup::write(&root().join("python/native/NOTICES.txt"), &notices::of_native()?)?;
    run(
        // The source archive, and the wheel of this system from it.
        program(&python)
            .args(["-m", "maturin", "build", "--release", "--sdist", "--interpreter"])
            .arg(&python)
            .args(["--manifest-path", "python/native/Cargo.toml", "--out"])
            .arg(&out),
        "mend python/native, as maturin says above",
    )?;
    let archives: Vec<PathBuf> =
        files(&out)?.into_iter().filter(|path| name(path).starts_with("guidance_lab")).collect();
    ensure!(archives.len() == 4, "Python's builds made {} archives instead of four", archives.len());
    run(program(&python).args(["-m", "twine", "check", "--strict"]).args(&archives), "mend python/pyproject.toml")?;

    // Of nothing else than this crate.
    let _ = fs::remove_dir_all(target().join("doc"));
    run(&mut lint::documentation(), "mend the documentation, as rustdoc says above")?;
    pack(&out.join(format!("guidance-lab-site-{version}.tar.gz")), &site::folder())?;
    let address = package["repository"]["url"].as_str();
    docs::build(address.map(|url| url.trim_start_matches("git+").trim_end_matches(".git")))?;
    pack(&out.join(format!("guidance-lab-docs-{version}.tar.gz")), &docs::folder())?;
    pack(&out.join(format!("guidance-lab-crate-docs-{version}.tar.gz")), &target().join("doc"))?;
    fs::copy(site::folder().join("guidance-lab.html"), out.join("guidance-lab.html"))?;

    let notices = fs::read_to_string(site::folder().join("NOTICES.txt")).context("the site has no NOTICES.txt")?;
    fs::write(out.join("sbom.cdx.json"), serde_json::to_string_pretty(&sbom(version, &notices))?)?;
    let changes = section(&changelog, version).or_else(|| section(&changelog, UNRELEASED));
    fs::write(out.join("CHANGES.md"), changes.context("CHANGELOG.md has no section for this version")?)?;
    let sums = checksums(&out)?;
    fs::write(out.join("SHA256SUMS"), &sums)?;

    println!("\ntarget/publish/\n{sums}");
    for line in &missing {
        println!("before a release: {line}");
    }
    println!("{version} is built and checked; nothing was published");
    Ok(true)
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| format!("{path} cannot be read"))
}

/// What a release of this version needs and does not have.
fn missing(package: &Value, version: &str, changelog: &str) -> Vec<String> {
    let mut missing = Vec::new();
    if package["repository"].is_null() {
        missing.push("package.json has no `repository`: its address, from which all others are made".to_owned());
    }
    if section(changelog, version).is_none() {
        missing.push(format!("CHANGELOG.md has no section `## [{version}]`"));
    }
    if section(changelog, UNRELEASED).is_some_and(|text| !text.trim().is_empty()) {
        missing.push(format!("CHANGELOG.md has changes under `{UNRELEASED}`"));
    }
    let git = |arguments: &[&str]| output(program("git").args(arguments));
    if !git(&["tag", "--points-at", "HEAD"]).is_some_and(|tags| tags.lines().any(|tag| tag == format!("v{version}"))) {
        missing.push(format!("the commit has no tag `v{version}`"));
    }
    if git(&["status", "--porcelain"]).is_none_or(|changed| !changed.is_empty()) {
        missing.push("there are changes that are not committed".to_owned());
    }
    missing
}

/// The text below the heading of a version, in the form of Keep a Changelog.
fn section(changelog: &str, version: &str) -> Option<String> {
    let heading = format!("## [{version}]");
    let mut lines = changelog.lines().skip_while(|line| !line.starts_with(&heading));
    lines.next()?;
    let text: Vec<&str> = lines.take_while(|line| !line.starts_with("## [")).collect();
    Some(format!("{}\n", text.join("\n").trim()))
}

/// The parts of what is published, in `CycloneDX`'s form: NOTICES.txt has a heading for each.
fn sbom(version: &str, notices: &str) -> Value {
    let component = |line: &str| {
        let (what, licence) = line.strip_suffix(')')?.split_once(" (")?;
        let (kind, licence) = licence.split_once(", ")?;
        let registry = match kind {
            "npm" => "npm",
            "crate" => "cargo",
            _ => return None,
        };
        let (name, version) = what.split_once(' ')?;
        Some(json!({
            "type": "library",
            "name": name,
            "version": version,
            "purl": format!("pkg:{registry}/{}@{version}", name.replace('@', "%40")),
            "licenses": [{ "expression": licence.replace('/', " OR ") }],
        }))
    };
    let components: Vec<Value> = notices.lines().filter_map(component).collect();
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": {
            "type": "application",
            "name": "guidance-lab",
            "version": version,
            "licenses": [{ "expression": "MIT OR Apache-2.0" }],
        } },
        "components": components,
    })
}

/// A folder's contents as one archive, by the system's own tar.
fn pack(archive: &Path, folder: &Path) -> Result<()> {
    run(
        program("tar").arg("-czf").arg(archive).arg("-C").arg(folder).arg("."),
        "install tar, which Windows, macOS and Linux have",
    )
}

/// One line a file, as `sha256sum --check` reads them.
fn checksums(folder: &Path) -> Result<String> {
    announce("checksums");
    let mut sums = String::new();
    for path in files(folder)? {
        let digest = Sha256::digest(fs::read(&path)?);
        let hex = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
        writeln!(sums, "{hex}  {}", name(&path))?;
    }
    Ok(sums)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str =
        "# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-12-01\n\n### Added\n- this\n\n## [1.1.0]\n- that\n";

    #[test]
    fn a_version_has_the_changes_below_its_heading() {
        assert_eq!(section(LOG, "1.2.0").unwrap(), "### Added\n- this\n");
        assert_eq!(section(LOG, "1.1.0").unwrap(), "- that\n");
        assert_eq!(section(LOG, "Unreleased").unwrap().trim(), "");
        assert_eq!(section(LOG, "1.3.0"), None);
    }

    #[test]
    fn what_is_missing_is_named() {
        let placed = json!({ "repository": { "url": "git+https://code.example/lab.git" } });
        let said = |package: &Value, version: &str, log: &str| missing(package, version, log).join("\n");
        assert!(said(&json!({}), "1.2.0", LOG).contains("repository"));
        assert!(!said(&placed, "1.2.0", LOG).contains("repository"));
        assert!(said(&placed, "1.3.0", LOG).contains("## [1.3.0]"));
        assert!(!said(&placed, "1.2.0", LOG).contains("CHANGELOG"));
        assert!(
            said(&placed, "1.2.0", &LOG.replace("[Unreleased]", "[Unreleased]\n- more")).contains("under `Unreleased`")
        );
        assert!(said(&placed, "99.0.0", LOG).contains("v99.0.0"));
    }

    #[test]
    fn the_bill_lists_what_the_notices_head() {
        let notices = "MIT (see below)\n\n@lit/x 2.1.2 (npm, BSD-3-Clause)\n\ntext\n\nrustc-hash 1.1.0 (crate, Apache-2.0/MIT)\n\
            unicode-ident 1.0.27 (crate, (MIT OR Apache-2.0) AND Unicode-3.0)\n";
        let bill = sbom("1.2.0", notices);
        let parts = bill["components"].as_array().unwrap();
        assert_eq!(parts.len(), 3);
        assert_eq!(parts[0]["purl"], "pkg:npm/%40lit/x@2.1.2");
        assert_eq!(parts[1]["licenses"][0]["expression"], "Apache-2.0 OR MIT");
        assert_eq!(parts[2]["licenses"][0]["expression"], "(MIT OR Apache-2.0) AND Unicode-3.0");
    }
}
