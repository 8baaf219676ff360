//! `cargo xtask test`: every test there is, and one line at the end that counts them all.
//!
//! A suite that crashes, does not compile, or runs nothing counts as one failure: the line cannot
//! say `0 failed` when something was not tested.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::Value;

use crate::command::{announce, cargo, display, explain, node, root, target};
use crate::setup::{self, Vulkan};
use crate::{lint, site, size};

/// How many tests passed and failed, and what is known of those that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Count {
    passed: u64,
    failed: u64,
    failures: Vec<String>,
}

impl Count {
    /// What a suite counts for, given whether its program ended well.
    fn of_suite(self, succeeded: bool) -> Self {
        let nothing_ran = self.passed + self.failed == 0;
        let unexplained = !succeeded && self.failed == 0;
        Self { failed: self.failed + u64::from(nothing_ran || unexplained), ..self }
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
    }
}

pub type Suite = fn() -> Result<Count>;

/// The names that `cargo xtask test` takes, in the order in which they run: quick ones first.
pub const SUITES: [(&str, Suite); 8] = [
    ("lint", lint_suite),
    ("unit", unit),
    ("rust", rust),
    ("web", web),
    ("packages", packages),
    ("notebooks", notebooks),
    ("hosts", hosts),
    ("size", size_suite),
];

/// What runs when no suite is named.
const USUAL: [&str; 3] = ["rust", "unit", "web"];

/// What `cargo xtask help` says of `test`.
pub fn about() -> String {
    format!(
        "Set up and run the tests; ends with `N passed, N failed`. Suites: {}; {} when none is named",
        SUITES.map(|(name, _)| name).join(", "),
        USUAL.join(", ")
    )
}

/// The command line of `test`.
#[derive(Debug, PartialEq, Eq, Args)]
pub struct Arguments {
    /// What to run
    #[arg(value_name = "SUITE", value_parser = PossibleValuesParser::new(SUITES.map(|(name, _)| name)))]
    pub suites: Vec<String>,
}

/// Runs the named suites and prints the count; `false` when anything failed.
pub fn test(names: &[String]) -> bool {
    let wanted = |name: &str| if names.is_empty() { USUAL.contains(&name) } else { names.iter().any(|n| n == name) };
    let mut total = Count::default();
    let mut lines = Vec::new();
    for (name, suite) in SUITES.iter().filter(|(name, _)| wanted(name)) {
        eprintln!("\n== {name} ==");
        let count = suite().unwrap_or_else(|error| {
            let text = explain(&error);
            eprintln!("\n{text}");
            Count { failed: 1, failures: vec![text], ..Count::default() }
        });
        lines.push(format!("{name:>9}: {:5} ok, {:3} not ok", count.passed, count.failed));
        total += count;
    }
    // Once more at the end: of a long log people often have only that.
    for failure in &total.failures {
        println!("\nFAILED {failure}");
    }
    println!("\n{}\n{} passed, {} failed", lines.join("\n"), total.passed, total.failed);
    total.failed == 0
}

fn lint_suite() -> Result<Count> {
    let report = lint::lint()?;
    let passed = report.print();
    let failed = report.failed() as u64;
    let failures = report.failures().map(str::to_owned).collect();
    Ok(Count { passed: report.passed() as u64, failed, failures }.of_suite(passed))
}

fn size_suite() -> Result<Count> {
    let report = size::size()?;
    let passed = report.print();
    let (within, beyond) = (report.within() as u64, report.beyond() as u64);
    Ok(Count { passed: within, failed: beyond, ..Count::default() }.of_suite(passed))
}

/// The library's tests on lavapipe, its GPU tests again on SwiftShader, and those of this program.
///
/// Two Vulkan drivers, since they fail differently: lavapipe contracts multiply-add, SwiftShader
/// does not. The other tests cannot tell them apart and run once.
fn rust() -> Result<Count> {
    let vulkan = setup::vulkan()?;
    let mut total = Count::default();
    // Python's engine is tested in `notebooks`.
    let ours = ["--workspace", "--exclude", "xtask", "--exclude", "guidance-lab-native"];
    total += cargo_test(with_driver(cargo().args(["test", "--no-fail-fast"]).args(ours), &vulkan, &vulkan.lavapipe))?;
    // Here each number is held against the reference once more. Laws of many particles follow from that, and a wrong kernel
    // is noticed on the first driver: this one compiles each of them for many seconds. What a state is made of occurs here
    // too, but not in every combination (`tests/common/suite.rs`).
    let once = ["a_wrong_kernel_is_noticed", "their_law", "kinds_have_their_moments", "a_martingale"];
    total += cargo_test(with_driver(
        cargo()
            .args(["test", "--test", "gpu", "--test", "many_gpu", "--"])
            .args(once.iter().flat_map(|name| ["--skip", name]))
            .env("GUIDANCE_LAB_PAIRS_OF_PARTS", "1"),
        &vulkan,
        &vulkan.swiftshader,
    ))?;
    // In the profile in which it runs, so that its dependencies are not built twice.
    total += cargo_test(cargo().args(["test", "--no-fail-fast", "--package", "xtask", "--profile", "xtask"]))?;
    Ok(total)
}

/// Limits a command to one Vulkan driver. Tests that want to choose find both by our own variables.
fn with_driver<'a>(command: &'a mut Command, vulkan: &Vulkan, driver: &Path) -> &'a mut Command {
    if std::env::var_os("XDG_RUNTIME_DIR").is_none() {
        // Drivers ask for it at every start, and print an error where there is none.
        command.env("XDG_RUNTIME_DIR", std::env::temp_dir());
    }
    command
        .env("VK_DRIVER_FILES", driver)
        .env("VK_ICD_FILENAMES", driver) // The same, for loaders before 1.3.207.
        .env("GUIDANCE_LAB_LAVAPIPE_ICD", &vulkan.lavapipe)
        .env("GUIDANCE_LAB_SWIFTSHADER_ICD", &vulkan.swiftshader)
}

/// Runs `cargo test`, shows its output as it comes, and counts.
fn cargo_test(command: &mut Command) -> Result<Count> {
    let shown = display(command);
    announce(&shown);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("`{shown}` could not be started"))?;
    let mut output = Vec::new();
    for line in BufReader::new(child.stdout.take().context("no output to read")?).split(b'\n') {
        output.push(String::from_utf8_lossy(&line?).into_owned());
        println!("{}", output[output.len() - 1]);
    }
    let status = child.wait()?;
    let count = count_of_output(&output);
    let told = count.failed;
    let counted = count.of_suite(status.success());
    if counted.failed > told {
        eprintln!(
            "`{shown}` {}",
            if status.success() { "ran no test".to_owned() } else { format!("failed ({status})") }
        );
    }
    Ok(counted)
}

/// How many lines of what a failed test printed are said again at the end.
const SAID_AGAIN: usize = 12;

/// Counts what `cargo test` printed; of each test that failed, the first lines of its own output.
fn count_of_output(lines: &[String]) -> Count {
    let mut count = Count::default();
    for (i, line) in lines.iter().enumerate() {
        count += count_of_line(line);
        let name = line.strip_prefix("---- ").and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(name) = name {
            let printed = lines[i + 1..].iter().take_while(|line| !line.starts_with("---- ") && *line != "failures:");
            let printed: Vec<_> =
                printed.filter(|line| !line.is_empty()).take(SAID_AGAIN).map(String::as_str).collect();
            count.failures.push(format!("{name}\n{}", printed.join("\n")));
        }
    }
    count
}

/// Reads `test result: ok. 3 passed; 1 failed; ...`; any other line counts for nothing.
fn count_of_line(line: &str) -> Count {
    // A test that prints without a line's end puts its words before these.
    let Some((_, result)) = line.split_once("test result: ") else { return Count::default() };
    let number = |unit: &str| {
        let before = result.split_once(unit)?.0;
        before.rsplit([' ', ';', '.']).next()?.parse().ok()
    };
    match (number(" passed;"), number(" failed;")) {
        (Some(passed), Some(failed)) => Count { passed, failed, ..Count::default() },
        _ => Count::default(),
    }
}

/// The front end's tests that need no browser.
fn unit() -> Result<Count> {
    setup::npm()?;
    // The generated types, which some of the modules under test import.
    crate::wasm::build()?;
    vitest("unit")
}

/// The finished site in three browsers.
fn web() -> Result<Count> {
    setup::browsers()?;
    site::build()?;
    vitest("web")
}

/// The packed package in the projects of `examples/`, each with what its own lock file names, and in pages that the
/// tools of people who publish have made.
fn packages() -> Result<Count> {
    setup::browsers()?;
    setup::publishing()?;
    site::build()?;
    vitest("packages")
}

/// The Python package in `JupyterLab`.
fn notebooks() -> Result<Count> {
    setup::browsers()?;
    setup::notebooks()?;
    site::build()?;
    vitest("notebooks")
}

/// The packed package in bundlers and site generators that no other suite builds, as npm and `PyPI` have them.
fn hosts() -> Result<Count> {
    setup::browsers()?;
    site::build()?;
    vitest("hosts")
}

fn vitest(project: &str) -> Result<Count> {
    let report = target().join(format!("xtask-notes/vitest-{project}.json"));
    let _ = fs::remove_file(&report);
    let mut command = node("vitest/vitest.mjs");
    command.args(["run", "--project", project, "--reporter", "default", "--reporter", "json", "--outputFile.json"]);
    command.arg(report.strip_prefix(root()).unwrap_or(&report));
    let succeeded = crate::command::succeeds(&mut command)?;
    let count = match fs::read_to_string(&report) {
        Ok(text) => count_of_report(&serde_json::from_str(&text).context("Vitest's report is not JSON")?),
        Err(_) => Count::default(),
    };
    let told = count.failed;
    let counted = count.of_suite(succeeded);
    if counted.failed > told {
        eprintln!("{}", if succeeded { "vitest ran no test" } else { "vitest failed outside of the tests" });
    }
    Ok(counted)
}

/// Counts Vitest's JSON report; a file that failed before its first test is one failure.
fn count_of_report(report: &Value) -> Count {
    let mut count = Count::default();
    for file in report["testResults"].as_array().into_iter().flatten() {
        let tests = file["assertionResults"].as_array().map_or(&[][..], Vec::as_slice);
        let with = |status: &str| tests.iter().filter(|test| test["status"] == status).count() as u64;
        let failed = with("failed");
        let name = file["name"].as_str().unwrap_or_default();
        let mut failures = Vec::new();
        for test in tests.iter().filter(|test| test["status"] == "failed") {
            let messages = test["failureMessages"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let said: Vec<_> = messages.flat_map(str::lines).take(SAID_AGAIN).collect();
            failures.push(format!("{name}: {}\n{}", test["fullName"].as_str().unwrap_or_default(), said.join("\n")));
        }
        let whole = failed == 0 && file["status"] == "failed";
        if whole {
            failures.push(format!("{name}: {}", file["message"].as_str().unwrap_or_default()));
        }
        count += Count { passed: with("passed"), failed: failed + u64::from(whole), failures };
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(passed: u64, failed: u64) -> Count {
        Count { passed, failed, failures: Vec::new() }
    }

    #[test]
    fn cargo_s_result_lines_are_read() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.01s";
        assert_eq!(count_of_line(line), count(12, 3));
        assert_eq!(count_of_line(&format!("no line end{line}")), count(12, 3));
        for other in ["", "test a ... ok", "test result: FAILED.", "running 3 tests", "3 passed; 2 failed;"] {
            assert_eq!(count_of_line(other), Count::default(), "{other}");
        }
    }

    #[test]
    fn failed_tests_are_named_with_what_they_printed() {
        let output = "test sums ... FAILED\n\nfailures:\n\n---- sums stdout ----\n\nthread 'sums' panicked\n3 is not 4\n\n\
            \nfailures:\n    sums\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored";
        let lines: Vec<_> = output.lines().map(str::to_owned).collect();
        let failures = vec!["sums\nthread 'sums' panicked\n3 is not 4".to_owned()];
        assert_eq!(count_of_output(&lines), Count { failures, ..count(0, 1) });
    }

    #[test]
    fn vitest_s_report_is_read() {
        let report = serde_json::json!({ "testResults": [
            { "status": "failed", "name": "a.test.ts", "assertionResults": [
                { "status": "passed" },
                { "status": "failed", "fullName": "adds", "failureMessages": ["3 is not 4\n    at a.test.ts:7"] },
                { "status": "pending" },
            ] },
            { "status": "failed", "name": "b.test.ts", "message": "no such file", "assertionResults": [] },
            { "status": "passed", "assertionResults": [{ "status": "passed" }] },
        ] });
        let failures = ["a.test.ts: adds\n3 is not 4\n    at a.test.ts:7", "b.test.ts: no such file"];
        assert_eq!(count_of_report(&report), Count { failures: failures.map(str::to_owned).into(), ..count(2, 2) });
        assert_eq!(count_of_report(&Value::Null), Count::default());
    }

    #[test]
    fn what_did_not_run_is_a_failure() {
        assert_eq!(count(3, 0).of_suite(true), count(3, 0));
        assert_eq!(count(3, 0).of_suite(false), count(3, 1));
        assert_eq!(count(3, 2).of_suite(false), count(3, 2));
        assert_eq!(count(0, 0).of_suite(true), count(0, 1));
    }
}
