//! The command line: `experiments`, `experiment NAME`, `measure STATE.json`.

use std::fmt::Write as _;
use std::io::{IsTerminal, Read as _};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use guidance_lab::cpu::{CpuEngine, ready};
use guidance_lab::engine::{Engine, Scene};
use guidance_lab::metrics::{Estimate, Measurement};
use guidance_lab::model::State;
use guidance_lab::sweep::{Experiment, Predicted, Row, Size, Verdict, all, find, measure};
use serde_json::{Value, json};

const USAGE: &str = "\
Usage:
  guidance-lab experiments                          list the experiments
  guidance-lab experiment NAME [--small] [--json]   measure one: its rows and what they say
  guidance-lab measure STATE.json                   run a state to its end and print its measurement (- reads stdin)

experiment ends with 0 if the verdict agrees with the claim and with 1 if not; errors end with 2.";

/// Exit code of anything that could not be done.
const FAILED: u8 = 2;

/// Runs the command of the process's arguments.
pub fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["experiments"] => {
            print!("{}", list());
            Ok(true)
        }
        ["experiment", name, ref options @ ..] => experiment(name, options),
        ["measure", path] => measure_file(path).map(|()| true),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(true)
        }
        [] => Err(USAGE.to_owned()),
        _ => Err(format!("Not a command: {}\n\n{USAGE}", arguments.join(" "))),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(FAILED)
        }
    }
}

/// Names, claims and costs.
fn list() -> String {
    let mut text = String::new();
    for experiment in all(Size::Default) {
        let (about, cost) = (experiment.about(), experiment.cost());
        let _ = writeln!(
            text,
            "{:<16}{}\n{:16}{}\n{:16}{}; about {:.0} s on one core\n",
            about.name,
            about.title,
            "",
            about.claim,
            "",
            about.source,
            cost.seconds.ceil()
        );
    }
    text
}

/// Measures an experiment and prints it; whether its verdict agrees.
fn experiment(name: &str, options: &[&str]) -> Result<bool, String> {
    if let Some(unknown) = options.iter().find(|option| !["--json", "--small"].contains(option)) {
        return Err(format!("Unknown option {unknown}; experiment takes --small and --json."));
    }
    let size = if options.contains(&"--small") { Size::Small } else { Size::Default };
    let experiment = find(name, size).ok_or_else(|| {
        let names: Vec<&str> = all(size).iter().map(|experiment| experiment.about().name).collect();
        format!("There is no experiment \"{name}\"; there are {}.", names.join(", "))
    })?;
    let clock = Instant::now();
    let rows = on_all_cores(&*experiment)?;
    let (verdict, seconds) = (experiment.verdict(&rows), clock.elapsed().as_secs_f64());
    if options.contains(&"--json") {
        let about = experiment.about();
        let states: Vec<_> = rows.iter().map(|row| experiment.state(row.x)).collect();
        println!(
            "{:#}",
            json!({ "experiment": about, "rows": rows, "states": states, "verdict": verdict, "seconds": seconds })
        );
    } else {
        print!("{}", table(&*experiment, &rows, &verdict));
        eprintln!("{seconds:.1} s");
    }
    Ok(verdict.agrees)
}

/// All points of an experiment, each on whichever core is free.
fn on_all_cores(experiment: &dyn Experiment) -> Result<Vec<Row>, String> {
    let points = experiment.points();
    let cores = std::thread::available_parallelism().map_or(1, usize::from).min(points.len());
    let (next, rows) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                let mut engine = CpuEngine::new();
                while let Some(&x) = points.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let row = ready(measure(experiment.work(x), &mut engine, |_| true));
                    let mut rows = rows.lock().expect("no thread panics with the rows");
                    rows.push(row);
                    if std::io::stderr().is_terminal() {
                        eprintln!("{} of {}", rows.len(), points.len());
                    }
                }
            });
        }
    });
    let rows = rows.into_inner().expect("no thread panics with the rows");
    let mut rows: Vec<Row> = rows
        .into_iter()
        .map(|row| row.map(|row| row.expect("nobody stops it")))
        .collect::<Result<_, _>>()
        .map_err(|error| error.message)?;
    rows.sort_by(|a, b| a.x.total_cmp(&b.x));
    Ok(rows)
}

/// The rows as columns, then the checks.
fn table(experiment: &dyn Experiment, rows: &[Row], verdict: &Verdict) -> String {
    let about = experiment.about();
    let mut text = format!("{}\n{}\n({})\n\n", about.title, about.claim, about.source);
    for (i, quantity) in about.series.iter().enumerate() {
        let _ = writeln!(text, "[{}] {} ({})", i + 1, quantity.name, quantity.unit);
    }
    let _ = write!(text, "\n{:>8}", about.axis.name);
    for i in 1..=about.series.len() {
        let _ = write!(text, "{:>24}", format!("[{i}]"));
    }
    for row in rows {
        let _ = write!(text, "\n{:>8}", row.x);
        for value in &row.values {
            let _ = write!(text, "{:>24}", shown(*value));
        }
    }
    text.push_str("\n\n");
    for check in &verdict.checks {
        let predicted = match check.predicted {
            Predicted::Value(value) => number(value),
            Predicted::Range(from, to) => format!("{} to {}", number(from), number(to)),
        };
        let sign = if check.agrees { "ok" } else { "NO" };
        let _ = writeln!(text, "{sign}  {}: {}, predicted {predicted}", check.quantity, shown(check.measured));
    }
    let _ = writeln!(text, "\n{}", verdict.words);
    text
}

/// An estimate with its error, if it has one.
fn shown(value: Estimate) -> String {
    let error = value.standard_error;
    if error > 0.0 { format!("{} +- {error:.1e}", number(value.estimate)) } else { number(value.estimate) }
}

/// Six digits.
fn number(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e5).contains(&value.abs()) { format!("{value:.5e}") } else { format!("{value:.6}") }
}

/// Reads a state, runs it and prints the `Measurement` as JSON.
fn measure_file(path: &str) -> Result<(), String> {
    let (name, text) = if path == "-" {
        let mut text = String::new();
        ("The standard input", std::io::stdin().read_to_string(&mut text).map(|_| text))
    } else {
        (path, std::fs::read_to_string(path))
    };
    let text = text.map_err(|error| format!("{name} cannot be read: {error}"))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| format!("{name} is not JSON: {error}"))?;
    let state = State::from_value(&value).map_err(|error| format!("{name} is no state: {}", error.message))?;
    let scene = Scene::new(&state).map_err(|error| error.message)?;
    let mut engine = CpuEngine::new();
    engine.set_scene(&scene).map_err(|error| error.message)?;
    engine.advance(scene.steps());
    let observation = ready(engine.observe(scene.steps())).map_err(|error| error.message)?;
    let mut measurement = Measurement::new(&state, &scene, &observation).map_err(|error| error.message)?;
    for (index, spec) in scene.lanes.iter().enumerate() {
        let samples = ready(engine.samples(index)).map_err(|error| error.message)?;
        measurement.add_distances(&state, spec.lane, &samples);
    }
    println!("{:#}", serde_json::to_value(&measurement).expect("a measurement is plain data"));
    Ok(())
}
