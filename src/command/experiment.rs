//! `experiment NAME`: measures the points of one experiment on all cores and prints rows and verdict.

use std::fmt::Write as _;
use std::time::Instant;

use clap::Args;
use clap::builder::PossibleValuesParser;
use guidance_lab::metrics::Estimate;
use guidance_lab::model::LabError;
use guidance_lab::sweep::{Experiment, Predicted, Row, Size, Verdict, all, find, report, run_on_all_cores};

use super::progress;

#[derive(Debug, Args)]
// clap would write [OPTIONS]; two can be named.
#[command(override_usage = "guidance-lab experiment <NAME> [--small] [--json]")]
pub struct Arguments {
    /// One of those that `guidance-lab experiments` lists
    #[arg(value_name = "NAME", value_parser = PossibleValuesParser::new(names()))]
    name: String,
    /// Measure fewer points on fewer particles
    #[arg(long)]
    small: bool,
    /// Print everything as JSON
    #[arg(long)]
    json: bool,
}

fn names() -> Vec<&'static str> {
    all(Size::Small).iter().map(|experiment| experiment.about().name).collect()
}

/// Measures an experiment and prints it; whether its verdict agrees.
pub fn run(arguments: &Arguments) -> Result<bool, String> {
    let size = if arguments.small { Size::Small } else { Size::Default };
    let experiment = find(&arguments.name, size).expect("the name is one of the list");
    let clock = Instant::now();
    let progress = progress::of(experiment.points().len());
    let rows = run_on_all_cores(&*experiment, || {
        progress.inc(1);
        Ok::<(), LabError>(())
    });
    progress.finish_and_clear();
    let rows = rows.map_err(|error| error.message)?;
    let (verdict, seconds) = (experiment.verdict(&rows), clock.elapsed().as_secs_f64());
    if arguments.json {
        let mut report = report(&*experiment, &rows);
        report["seconds"] = seconds.into();
        println!("{report:#}");
    } else {
        print!("{}", table(&*experiment, &rows, &verdict));
        eprintln!("{seconds:.1} s");
    }
    Ok(verdict.agrees)
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
