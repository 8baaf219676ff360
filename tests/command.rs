//! The native command: what it prints, its errors and its exit codes.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn run(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_guidance-lab"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[track_caller]
fn fails(arguments: &[&str], input: &str, words: &[&str]) {
    let output = run(arguments, input);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    for word in words {
        assert!(text(&output.stderr).contains(word), "{} does not say {word}", text(&output.stderr));
    }
}

#[test]
fn experiments() {
    let output = run(&["experiments"], "");
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("counterexample") && text(&output.stdout).contains("wrong-score"));

    let output = run(&["experiment", "tightness", "--small"], "");
    assert!(output.status.success());
    assert!(text(&output.stdout).contains("ok  slope of guidance error: 0.99"), "{}", text(&output.stdout));

    let output = run(&["experiment", "improved", "--json", "--small"], "");
    assert!(output.status.success());
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["experiment"]["name"], "improved");
    assert_eq!(found["verdict"]["agrees"], true);
    assert_eq!(found["rows"][1]["x"], 1.0);
    assert_eq!(found["states"][1]["guidance"]["gamma"], 2.0);
    let fraction = found["rows"][1]["values"][0]["estimate"].as_f64().unwrap();
    assert!((0.87..0.89).contains(&fraction), "{fraction}");
}

#[test]
fn measurement() {
    let state = r#"{ "particles": 20000, "process": { "steps": 100 } }"#;
    let output = run(&["measure", "-"], state);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["time"], 0.01);
    assert_eq!(found["step"], 100);
    assert!(found["conditionalKl"].as_f64().unwrap() < 1e-3);
    assert!(found["guidanceMseJoint"].is_number() && found["guidanceNorm"].is_number());
    let exact = &found["lanes"]["exact"];
    let (mean, error) = (exact["mean"][0].as_f64().unwrap(), 0.5 / 20_000_f64.sqrt());
    assert!((mean - 1.0).abs() < 4.0 * error + 0.02, "{mean}");
    assert_eq!(exact["fractionImproved"], Value::Null);
    assert!(exact["meanReciprocal"]["standardError"].is_number());
    assert!(found["lanes"]["tested"].is_object());
}

#[test]
fn help_names_every_subcommand() {
    let output = run(&["--help"], "");
    assert!(output.status.success() && output.stderr.is_empty());
    for word in ["Usage: guidance-lab", "experiments ", "experiment ", "measure ", "completions ", "errors end with 2"]
    {
        assert!(text(&output.stdout).contains(word), "{} does not say {word}", text(&output.stdout));
    }
    let output = run(&["experiment", "--help"], "");
    for word in ["--small", "--json", "counterexample", "wrong-score"] {
        assert!(text(&output.stdout).contains(word), "{} does not say {word}", text(&output.stdout));
    }
    assert!(text(&run(&["--version"], "").stdout).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_shell_learns_the_names_of_experiments() {
    let output = run(&["completions", "bash"], "");
    assert!(output.status.success() && output.stderr.is_empty());
    for word in ["complete -F", "guidance-lab", "--small", "wrong-score"] {
        assert!(text(&output.stdout).contains(word), "the script does not know {word}");
    }
}

#[test]
fn nothing_is_drawn_where_there_is_no_terminal() {
    let output = run(&["experiment", "tightness", "--small"], "");
    let said = text(&output.stderr);
    assert!(said.ends_with(" s\n") && said.lines().count() == 1, "{said}");
    let x: Vec<f64> =
        text(&output.stdout).lines().filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect();
    assert!(x.len() > 2 && x.is_sorted(), "{x:?}");
}

#[test]
fn errors_say_what_to_do() {
    fails(&[], "", &["Usage:", "experiments"]);
    fails(&["dance"], "", &["unrecognized subcommand 'dance'", "Usage:"]);
    fails(&["experimnt"], "", &["'experiment'", "Usage:"]);
    fails(&["experiment"], "", &["NAME", "Usage:"]);
    fails(&["experiment", "fable"], "", &["'fable'", "counterexample, sampling, tightness"]);
    fails(&["experiment", "steps", "--fast"], "", &["--fast", "--small"]);
    fails(&["measure", "no/such/file.json"], "", &["no/such/file.json"]);
    fails(&["measure", "-"], "{", &["not JSON"]);
    fails(&["measure", "-"], r#"{ "guidance": { "gamma": -3 } }"#, &["guidance.gamma is -3", "between 0 and 50"]);
    fails(&["measure", "-"], r#"{ "colour": 1 }"#, &["colour"]);
}
