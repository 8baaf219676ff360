//! The native command: what it prints, its errors and its exit codes.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

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

/// A state and a file for rows, which is not there yet.
fn for_a_sweep(name: &str, state: &str) -> (String, String) {
    let of = |end: &str| format!("{}/{name}-{}.{end}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    let (state_file, rows) = (of("json"), of("jsonl"));
    fs::write(&state_file, state).unwrap();
    let _ = fs::remove_file(&rows);
    (state_file, rows)
}

#[test]
fn a_sweep_has_the_numbers_of_measure() {
    let state = r#"{ "particles": 500, "process": { "steps": 30 } }"#;
    let (file, rows) = for_a_sweep("values", state);
    let output = run(&["sweep", &file, "--path", "mixture[0].mean[0]", "--values", "-1.5:0:0.5", "--out", &rows], "");
    assert!(output.status.success() && output.stdout.is_empty(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("4 rows"), "{}", text(&output.stderr));
    let lines: Vec<Value> =
        fs::read_to_string(&rows).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let head = &lines[0]["sweep"];
    assert_eq!(head["path"], "mixture[0].mean[0]");
    assert_eq!(head["values"], serde_json::json!([-1.5, -1, -0.5, 0]));
    assert_eq!(head["version"], env!("CARGO_PKG_VERSION"));
    for (line, value) in lines[1..].iter().zip(["-1.5", "-1", "-0.5", "0"]) {
        assert_eq!(line["value"].to_string(), value);
        let mut alone = head["state"].clone();
        alone["mixture"][0]["mean"][0] = value.parse::<f64>().unwrap().into();
        let alone: Value = serde_json::from_slice(&run(&["measure", "-"], &alone.to_string()).stdout).unwrap();
        assert_eq!(line["measurement"], alone, "{value}");
        assert!(line["measurement"]["lanes"]["tested"]["mean"][0].is_number());
    }

    // Done: nothing is computed again.
    let written = fs::read(&rows).unwrap();
    let again = run(&["sweep", &file, "--path", "mixture[0].mean[0]", "--values", "-1.5:0:0.5", "--out", &rows], "");
    assert!(text(&again.stderr).contains("0 of them new"), "{}", text(&again.stderr));
    assert_eq!(fs::read(&rows).unwrap(), written);

    // What is not its own stays as it is.
    let other = ["--path", "mixture[0].mean[0]", "--values", "-1.5:0:0.25", "--out", &rows];
    fails(&[&["sweep", &file][..], &other].concat(), "", &["another values", "nothing was written", "--out"]);
    let other = ["--path", "guidance.gamma", "--values", "-1.5:0:0.5", "--out", &rows];
    fails(&[&["sweep", &file][..], &other].concat(), "", &["another path", "mixture[0].mean[0]", "guidance.gamma"]);
    let same = ["--path", "mixture[0].mean[0]", "--values", "-1.5:0:0.5", "--out", &rows];
    fails(&[&["sweep", "-"][..], &same].concat(), r#"{ "seed": 5 }"#, &["another state"]);
    fails(&[&["sweep", &file][..], &same[..4], &["--out", &file]].concat(), "", &["holds no sweep"]);
    fails(&[&["sweep", &file][..], &same[..4], &["--out", "."]].concat(), "", &["is not a file"]);
    fails(&[&["sweep", &file][..], &same[..4], &["--out", "no/such/rows"]].concat(), "", &["no/such/rows cannot be"]);
    let version = text(&written).replacen(env!("CARGO_PKG_VERSION"), "0.0.1", 1);
    fs::write(&rows, &version).unwrap();
    fails(&[&["sweep", &file][..], &same].concat(), "", &["another version", "0.0.1"]);
    assert_eq!(fs::read_to_string(&rows).unwrap(), version);
    assert_eq!(fs::read_to_string(&file).unwrap(), state);

    let refused = |path: &str, values: &str, words: &[&str]| {
        let none = format!("{rows}.none");
        fails(&["sweep", &file, "--path", path, "--values", values, "--out", &none], "", words);
        assert!(!fs::exists(none).unwrap());
    };
    refused("guidance.gamma", "0:60:20", &["values[3]", "guidance.gamma is 60", "between -10 and 50"]);
    refused("guidance.colour", "1", &["guidance.colour"]);
    refused("process.sampler", "1", &["process.sampler does not hold a number"]);
    refused("mixture[9].weight", "1", &["mixture[9].weight"]);
    refused("guidance.gamma", "1,one", &["--values", "“one”"]);
    refused("guidance.gamma", "2,2", &["2 twice"]);
}

#[test]
fn a_sweep_that_was_killed_goes_on() {
    // Long enough that it is killed in the middle.
    let (file, rows) = for_a_sweep("killed", r#"{ "particles": 30000, "process": { "steps": 200 } }"#);
    let arguments = |rows: &str| {
        ["sweep", &file, "--path", "guidance.gamma", "--values", "0:4:0.25", "--out", rows].map(str::to_owned)
    };
    let sweep = |rows: &str| {
        let output = run(&arguments(rows).each_ref().map(String::as_str), "");
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stderr).to_owned()
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_guidance-lab"))
        .args(arguments(&rows))
        // On many cores all points would be done at once.
        .env("RAYON_NUM_THREADS", "2")
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let there = || fs::read_to_string(&rows).unwrap_or_default();
    while there().matches('\n').count() < 4 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let left = there();
    let whole = left.matches('\n').count();
    // All of them, if this machine let the test wait that long.
    assert!((4..=18).contains(&whole), "{whole} lines");

    let writer = fs::File::open(&rows).unwrap();
    writer.lock().unwrap();
    fails(&arguments(&rows).each_ref().map(String::as_str), "", &["Another sweep writes"]);
    drop(writer);
    assert_eq!(there(), left);

    // Killed in the middle of a line; what was whole is kept, and not computed again.
    let cut = left.trim_end().rfind('\n').unwrap() + 60;
    fs::write(&rows, &left[..cut]).unwrap();
    let said = sweep(&rows);
    assert!(said.contains(&format!("17 rows in {rows}, {} of them new", 17 - (whole - 2))), "{said}");
    let finished = there();

    let uninterrupted = format!("{rows}.whole");
    let _ = fs::remove_file(&uninterrupted);
    sweep(&uninterrupted);
    assert_eq!(fs::read_to_string(&uninterrupted).unwrap(), finished);

    // Cut off in the last line, in its first line, and in any order.
    fs::write(&rows, &finished[..finished.len() - 30]).unwrap();
    assert!(sweep(&rows).contains("1 of them new"));
    assert_eq!(there(), finished);
    fs::write(&rows, &finished[..40]).unwrap();
    assert!(sweep(&rows).contains("17 of them new"));
    assert_eq!(there(), finished);
    let mut lines: Vec<&str> = finished.lines().collect();
    lines[1..].reverse();
    fs::write(&rows, lines[..7].join("\n") + "\n").unwrap();
    assert!(sweep(&rows).contains("11 of them new"));
    assert_eq!(there(), finished);
    fs::write(&rows, finished.clone() + lines[1] + "\n").unwrap();
    fails(&arguments(&rows).each_ref().map(String::as_str), "", &["line 19 is no row of this sweep"]);
}

const POINTS: &str = "x,y,class\n-1,0,0\n-1.2,.3,0\n-.8,-.4,0\n-1.1,.1,0\n-.9,.2,0\n-1,-.2,0\n-.7,.1,0\n1,0,1\n1.2,.3,1\n.8,-.4,1\n\
    1.1,.1,1\n.9,.2,1\n1,-.2,1\n.7,.1,1\n";

#[test]
fn a_fit_is_a_state_that_measure_accepts() {
    let output = run(&["fit", "-", "--seed", "5"], POINTS);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stderr).contains("Fitted to 14 points; class 0: 1 component, class 1: 1 component"));
    let state: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&state["seed"], &state["guidance"]["target"]), (&5.into(), &1.into()));
    assert_eq!(state["mixture"].as_array().unwrap().len(), 2);
    assert_eq!(state["mixture"][1]["weight"], 0.5);
    assert!((state["mixture"][0]["mean"][0].as_f64().unwrap() + 6.7 / 7.0).abs() < 1e-4);
    // The same once more, and into the measurement.
    assert_eq!(run(&["fit", "-", "--seed", "5"], POINTS).stdout, output.stdout);
    let mut small = state;
    small["particles"] = 500.into();
    small["process"]["steps"] = 20.into();
    let measured = run(&["measure", "-"], &small.to_string());
    assert!(measured.status.success(), "{}", text(&measured.stderr));
    let measurement: Value = serde_json::from_slice(&measured.stdout).unwrap();
    assert_eq!(measurement["step"], 20);
    // Another seed than the state's: other particles.
    let other = run(&["measure", "-", "--seed", "6"], &small.to_string());
    assert!(text(&other.stderr).contains("Seed 6."));
    assert_ne!(other.stdout, measured.stdout);
}

/// What the page's fit is held against (www/edit/many.test.ts).
#[test]
fn a_fit_in_many_dimensions_is_what_the_page_makes() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data");
    for (table, wanted) in [("wine.data", "wine.json"), ("moons.csv", "moons.json")] {
        let output = run(&["fit", &format!("{data}/{table}"), "--all", "--seed", "1"], "");
        let wanted = std::fs::read_to_string(format!("{data}/many/{wanted}")).unwrap();
        assert_eq!(text(&output.stdout), wanted, "{table}");
    }
}

#[test]
fn a_fit_in_many_dimensions_is_a_state_that_measure_accepts() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/iris.csv");
    let output = run(&["fit", path, "--all", "--components", "2", "--seed", "5"], "");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let said = text(&output.stderr);
    assert!(said.contains("all 4 columns of numbers, the class is “species”"), "{said}");
    assert_eq!(run(&["fit", path, "--all", "--components", "2", "--seed", "5"], "").stdout, output.stdout);
    let mut state: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&state["seed"], &state["labels"][2]), (&5.into(), &"virginica".into()));
    assert_eq!(state["mixture"][0]["covariance"]["diagonal"].as_array().unwrap().len(), 4);
    state["particles"] = 300.into();
    state["process"]["steps"] = 20.into();
    let state = state.to_string();
    let measured = run(&["measure", "-"], &state);
    assert!(measured.status.success(), "{}", text(&measured.stderr));
    let found: Value = serde_json::from_slice(&measured.stdout).unwrap();
    assert_eq!((&found["step"], &found["dimension"]), (&20.into(), &4.into()));
    assert_eq!(found["lanes"]["tested"]["fractionImproved"]["estimate"], 1.0);
    let other = run(&["measure", "-", "--seed", "6"], &state);
    assert!(text(&other.stderr).contains("Seed 6.") && other.stdout != measured.stdout);
    fails(&["measure", "-", "--network", "none"], &state, &["none cannot be read"]);
    let network = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/networks/network.safetensors");
    fails(&["measure", "-", "--network", network], &state, &["takes 2 coordinates", "the mixture has 4 coordinates"]);
    fails(&["at", "-", "--points", path], &state, &["many dimensions, which measure takes"]);
    fails(&["fit", path, "--components", "2"], "", &["--all"]);
    fails(&["fit", path, "--all", "--components", "20"], "", &["points, but needs at least 40"]);
    fails(&["fit", path, "--all", "--directions", "principal"], "", &["cannot be used with"]);
    fails(&["fit", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data")], "", &["0 folders with PNG images"]);
    fails(&["fit", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data"), "--show"], "", &["has no columns"]);
}

#[test]
fn roles_can_be_named_and_shown() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/penguins.csv");
    let shown = run(&["fit", path, "--show"], "");
    assert!(shown.status.success());
    let said = text(&shown.stdout);
    assert!(said.contains("columns separated by commas, the first line names the columns. 115 rows."), "{said}");
    assert!(said.contains("species") && said.contains("2 without a value"), "{said}");
    fails(&["fit", path], "", &["line 3, bill_length_mm: is empty"]);
    fails(&["fit", path, "--label", "colour"], "", &["There is no column “colour”. The columns are species, island"]);
    let chosen = ["--label", "island", "--axes", "body_mass_g,3", "--leave-out", "missing,outliers", "--seed", "1"];
    let fitted = run(&[&["fit", path][..], &chosen].concat(), "");
    assert!(fitted.status.success(), "{}", text(&fitted.stderr));
    let said = text(&fitted.stderr);
    assert!(said.contains("x is “body_mass_g”, y is “bill_length_mm”, the class is “island”"), "{said}");
    let directed = run(&["fit", path, "--directions", "discriminant", "--leave-out", "missing"], "");
    assert!(text(&directed.stderr).contains("tell the classes apart best"), "{}", text(&directed.stderr));
    assert!(text(&directed.stderr).contains("made of 4 columns"), "{}", text(&directed.stderr));
}

#[test]
fn a_seed_that_nobody_gives_is_fresh_and_said() {
    let seeds: Vec<u32> = (0..2)
        .map(|_| {
            let output = run(&["fit", "-"], POINTS);
            let state: Value = serde_json::from_slice(&output.stdout).unwrap();
            let seed = u32::try_from(state["seed"].as_u64().unwrap()).unwrap();
            assert!(text(&output.stderr).contains(&format!("Seed {seed}.")));
            seed
        })
        .collect();
    // Equal by chance once in 2^32 runs.
    assert_ne!(seeds[0], seeds[1]);
}

/// The spot test of docs/numerics.md.
const SPOT: &str = r#"{ "mixture": [
    { "weight": 0.2, "mean": [-1, 0.5], "covariance": [[0.5, 0.2], [0.2, 0.3]], "class": 0 },
    { "weight": 0.3, "mean": [1.2, -0.4], "covariance": [[0.4, -0.1], [-0.1, 0.6]], "class": 0 },
    { "weight": 0.5, "mean": [0.3, 1.5], "covariance": [[0.3, 0.05], [0.05, 0.8]], "class": 1 }] }"#;

#[test]
fn values_at_points() {
    let folder = std::env::temp_dir().join(format!("guidance-lab-at-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (spot, line) = (path("spot.json", SPOT), path("line.json", "{}"));

    let output = run(&["at", &spot, "--time", "0.3", "--points", "-"], "x1,class,x2\n0.3,1,0.2\n1,0,-2\n");
    assert!(output.status.success(), "{}", text(&output.stderr));
    let rows: Vec<Vec<&str>> = text(&output.stdout).lines().map(|line| line.split(',').collect()).collect();
    let header = "x1,x2,logDensity,logPosterior,score1,score2,guidance1,guidance2,testedLogPosterior,testedGuidance1,testedGuidance2";
    assert_eq!(rows[0].join(","), header);
    assert_eq!(rows.len(), 3);
    let pins =
        [0.3, 0.2, -2.019884688241, -0.685392201281, -0.044763893437, 0.409277122993, -0.127340989113, 0.619605407073];
    for (cell, pin) in rows[1].iter().zip(pins) {
        assert!((cell.parse::<f64>().unwrap() - pin).abs() < 1e-12, "{cell} {pin}");
    }
    assert_eq!(rows[1].len(), 11);

    // The same as JSON, from a file without a header; what CSV prints is read again.
    let points = path("points.csv", "0.3,0.2\n1,-2\n");
    let output = run(&["at", &spot, "--time", "0.3", "--points", &points, "--json"], "");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&found["time"], &found["dimension"]), (&0.3.into(), &2.into()));
    assert_eq!(found["points"], serde_json::json!([0.3, 0.2, 1.0, -2.0]));
    assert_eq!(found["score"].as_array().unwrap().len(), 4);
    assert_eq!(found["logDensity"][0].to_string(), rows[1][2]);
    let again = run(
        &["at", &spot, "--time", "0.3", "--points", "-"],
        &rows.iter().map(|row| row.join(",") + "\n").collect::<String>(),
    );
    assert_eq!(text(&again.stdout).lines().nth(1).unwrap(), rows[1].join(","));

    // Without a time: the end of the run.
    let end = run(&["at", "-", "--points", &path("one.csv", "1\n")], "{}");
    assert_eq!(end.stdout, run(&["at", "-", "--points", &path("one.csv", "x\n1\n"), "--time", "0.01"], "{}").stdout);
    assert!(
        text(&end.stdout).starts_with("x,logDensity,logPosterior,score,guidance,testedLogPosterior,testedGuidance\n1,")
    );

    fails(&["at", &line, "--time", "9", "--points", "-"], "1", &["time is 9", "0 to the horizon, 8"]);
    fails(&["at", &line, "--time", "-1", "--points", "-"], "1", &["time is -1"]);
    fails(&["at", &spot, "--points", "-"], "1\n", &["line 1: 1 of 2 columns", "x, y"]);
    fails(&["at", &line, "--points", "-"], "1,2\n", &["line 1, column 2", "“2” is one column too many"]);
    fails(&["at", &line, "--points", "-"], "x\n1\ntwo\n", &["line 3, x: “two” is not a number"]);
    fails(&["at", &line, "--points", "-"], "x\n2e6\n", &["points[0] is 2000000", "between -1000000 and 1000000"]);
    fails(&["at", &line, "--points", "-"], "", &["There are no points"]);
    fails(&["at", &line, "--points", "-"], "x\n", &["no points below the header"]);
    fails(&["at", "-", "--points", "-"], "{}", &["not both"]);
    fails(&["at", &line], "", &["--points", "Usage:"]);
    fails(&["at", &line, "--points", "no/such/points.csv"], "", &["no/such/points.csv"]);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn help_names_every_subcommand() {
    let output = run(&["--help"], "");
    assert!(output.status.success() && output.stderr.is_empty());
    for word in [
        "Usage: guidance-lab",
        "experiments ",
        "experiment ",
        "measure ",
        "sweep ",
        "at ",
        "study ",
        "fit ",
        "completions ",
        "errors end with 2",
    ] {
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
    fails(&["measure", "-"], r#"{ "guidance": { "gamma": -30 } }"#, &["guidance.gamma is -30", "between -10 and 50"]);
    fails(&["measure", "-"], r#"{ "colour": 1 }"#, &["colour"]);
    fails(&["measure", "-", "--seed", "-1"], "{}", &["--seed"]);
    fails(&["measure", "-", "--seed", "4294967296"], "{}", &["0 to 4294967295 or random"]);
    fails(&["fit"], "", &["POINTS.csv", "Usage:"]);
    fails(&["fit", "no/such/points.csv"], "", &["no/such/points.csv"]);
    fails(&["fit", "."], "", &[". has 0 folders with PNG images, but must have 2 to 16"]);
    fails(&["fit", "-"], "1,2,0\n1,2,3,1\n", &["The standard input: line 2, column 4", "“1” is one column too many"]);
    fails(&["fit", "-"], "x,class\n1,0\nten,1\n", &["line 3, x: “ten” is not a number"]);
    fails(&["fit", "-"], "1,0\n1,1\n", &["same point"]);
}

#[test]
fn a_network_is_saved_and_used() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let (state, net, points) =
        (format!("{folder}/learned.json"), format!("{folder}/net.safetensors"), "x\n-1.5\n0.2\n2\n");
    let learned = r#"{ "classifier": { "kind": "learned", "recipe": { "hidden": [8], "steps": 50 } } }"#;
    std::fs::write(&state, learned).unwrap();
    let output = run(&["train", &state, "--json", "--out", &net], "");
    assert!(output.status.success(), "{}", text(&output.stderr));

    // On another state, whose classifier it replaces, it says what the recipe's network says; and not what that one did.
    let at = |state: &str, more: &[&str]| {
        let output = run(&[&["at", state, "--points", "-"], more].concat(), points);
        assert!(output.status.success(), "{}", text(&output.stderr));
        output.stdout
    };
    let other = format!("{folder}/wiggle.json");
    std::fs::write(&other, "{}").unwrap();
    let trained = at(&state, &[]);
    assert_eq!(at(&other, &["--network", &net]), trained);
    assert_ne!(at(&other, &[]), trained);
    let onnx = format!("{folder}/net.onnx");
    assert!(run(&["train", &state, "--out", &onnx], "").status.success());
    assert_eq!(std::fs::read(&onnx).unwrap()[0], 8);
    assert_eq!(at(&other, &["--network", &onnx]), trained);
    assert!(run(&["measure", "-", "--network", &net], r#"{ "particles": 1000 }"#).status.success());

    fails(&["measure", "-", "--network", &state], "{}", &["learned.json: The file is no network"]);
    fails(&["measure", "-", "--network", "missing.safetensors"], "{}", &["missing.safetensors cannot be read"]);
    let plane = "tests/data/networks/network.safetensors";
    fails(&["measure", "-", "--network", plane], "{}", &["takes 2 coordinates and knows the classes 0, 1, 2", "0, 1"]);
    let weights = "0".repeat(64);
    let named = format!(r#"{{ "classifier": {{ "kind": "learned", "recipe": {{ "weights": "{weights}" }} }} }}"#);
    fails(&["measure", "-"], &named, &[&weights, "open the file (--network)"]);

    // A sweep trains for each value: the numbers are those of measure.
    let rows = format!("{folder}/steps.jsonl");
    let _ = std::fs::remove_file(&rows);
    let small =
        r#"{ "particles": 500, "classifier": { "kind": "learned", "recipe": { "hidden": [8], "steps": 50 } } }"#;
    let output = run(&["sweep", "-", "--path", "classifier.recipe.steps", "--values", "50,20", "--out", &rows], small);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for (line, steps) in std::fs::read_to_string(&rows).unwrap().lines().skip(1).zip(["50", "20"]) {
        let row: Value = serde_json::from_str(line).unwrap();
        let alone = run(&["measure", "-"], &small.replace(": 50 ", &format!(": {steps} ")));
        assert_eq!(row["measurement"], serde_json::from_slice::<Value>(&alone.stdout).unwrap(), "{steps} steps");
    }
    fails(&["train", "-"], &named, &["is not trained"]);
    fails(&["train", &state, "--out", "no/such/folder"], "", &["no/such/folder cannot be written"]);
}
