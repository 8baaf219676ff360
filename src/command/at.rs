//! `at STATE.json --points POINTS.csv`: the exact and the tested values of a state at any points.

use std::io::{BufWriter, Write as _, stdout};

use clap::Args;
use guidance_lab::fit::read_coordinates;
use guidance_lab::reference::{PointValues, at, check_time};
use guidance_lab::words::number;
use serde_json::json;

use super::input;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The state's file; - reads the standard input
    #[arg(value_name = "STATE.json")]
    state: String,
    /// The points, one a line, a column for each coordinate; - reads the standard input
    #[arg(long, value_name = "POINTS.csv")]
    points: String,
    /// The time, 0 to the state's horizon; without it the end of the run, process.stop
    #[arg(long, allow_negative_numbers = true, value_name = "T")]
    time: Option<f64>,
    /// Print JSON (lists, row-major) instead of CSV
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    network: input::Network,
}

/// Reads a state and points, and prints a row for each point.
pub fn run(Arguments { state, points, time, json, network }: &Arguments) -> Result<(), String> {
    if state == "-" && points == "-" {
        return Err("The standard input is either the state or the points, not both.".to_owned());
    }
    let state = input::state(state, network)?;
    let time = time.unwrap_or(state.process.stop);
    check_time(&state, time).map_err(|error| error.message)?;
    let dimension = state.mixture[0].mean.len();
    let (name, bytes) = input::bytes(points)?;
    let points = read_coordinates(input::pieces(&bytes), dimension).map_err(|error| format!("{name}: {error}"))?;
    let values = at(&state, time, &points).map_err(|error| format!("{name}: {error}"))?;
    let printed =
        if *json { print_json(time, dimension, &points, &values) } else { print_csv(dimension, &points, &values) };
    match printed {
        // Who reads only the first lines has what was wanted.
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("The values cannot be written: {error}"))
        }
        _ => Ok(()),
    }
}

fn print_json(time: f64, dimension: usize, points: &[f64], values: &PointValues) -> std::io::Result<()> {
    let mut all = json!({ "time": time, "dimension": dimension, "points": points });
    let values = serde_json::to_value(values).expect("values are plain data");
    all.as_object_mut().zip(values.as_object()).into_iter().for_each(|(all, values)| all.extend(values.clone()));
    writeln!(stdout(), "{all}")
}

fn print_csv(dimension: usize, points: &[f64], values: &PointValues) -> std::io::Result<()> {
    let columns = [
        ("x", points, dimension),
        ("logDensity", &values.log_density, 1),
        ("logPosterior", &values.log_posterior, 1),
        ("score", &values.score, dimension),
        ("guidance", &values.guidance, dimension),
        ("testedLogPosterior", &values.tested_log_posterior, 1),
        ("testedGuidance", &values.tested_guidance, dimension),
    ];
    let mut out = BufWriter::new(stdout().lock());
    let names = columns.iter().flat_map(|&(name, _, width)| {
        (1..=width).map(move |index| if width == 1 { name.to_owned() } else { format!("{name}{index}") })
    });
    writeln!(out, "{}", names.collect::<Vec<_>>().join(","))?;
    for row in 0..points.len() / dimension {
        let cells =
            columns.iter().flat_map(|&(_, all, width)| all[row * width..(row + 1) * width].iter().copied().map(number));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join(","))?;
    }
    out.flush()
}
