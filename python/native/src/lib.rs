//! The engine for Python, below the package `guidance_lab`, which documents each function where people call it.
//!
//! What is no array crosses as JSON, in the form in which the command prints it. Arrays are numpy's and take over Rust's
//! memory. All work is done on threads of its own without Python's lock; the caller's thread looks in on signals.

#![allow(missing_docs, reason = "docstrings are those of the package guidance_lab")]
#![allow(clippy::needless_pass_by_value, reason = "pyo3 hands over what it made")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use guidance_lab::cpu::{CpuEngine, ready};
use guidance_lab::engine::{Engine as _, Scene};
use guidance_lab::fit::{Directions, Wishes, fit as fit_points, points_of, read_table};
use guidance_lab::learn::{train_wanted, wanted};
use guidance_lab::many::{ManyOptions, ManyState, Scaling, fit_many, measured, read_folder, run_many};
use guidance_lab::metrics::Estimate;
use guidance_lab::model::{Classifier, LabError as Refused, LabErrorCode, Lane, State};
use guidance_lab::reference::at;
use guidance_lab::sweep::{Experiment, Row, Size, StateSweep, find, measurement, report, row, run_on_all_cores};
use guidance_lab::words::Says;
use guidance_lab::words::messages as says;
use numpy::ndarray::Array2;
use numpy::{IntoPyArray as _, PyReadonlyArray2, PyUntypedArrayMethods as _};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde_json::{Value, json};

pyo3::create_exception!(guidance_lab_native, LabError, PyValueError);

/// Why there is no answer.
enum Failure {
    Refused(Refused),
    /// The caller is gone; nobody hears of it.
    Stopped,
}

impl From<Refused> for Failure {
    fn from(error: Refused) -> Self {
        Self::Refused(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        let Failure::Refused(Refused { code, path, message, .. }) = failure else {
            return PyRuntimeError::new_err("interrupted");
        };
        LabError::new_err((text(&code).trim_matches('"').to_owned(), path, message))
    }
}

/// Whether the caller still waits.
#[derive(Clone, Default)]
struct Waiting(Arc<AtomicBool>);

impl Waiting {
    fn still(&self) -> Result<(), Failure> {
        if self.0.load(Ordering::Relaxed) { Err(Failure::Stopped) } else { Ok(()) }
    }
}

/// Between two looks for a signal.
const LOOK: Duration = Duration::from_millis(50);

/// Does the work on another thread, without Python's lock. A signal (Ctrl-C) ends the waiting at once, and the work where it
/// next asks.
fn apart<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(&Waiting) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let waiting = Waiting::default();
    let (sender, receiver) = channel();
    let asked = waiting.clone();
    thread::spawn(move || {
        // Nobody hears it who has been interrupted.
        let _ = sender.send(work(&asked));
    });
    let receiver = Mutex::new(receiver);
    loop {
        let heard = py.detach(|| receiver.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(LOOK));
        match heard {
            Ok(found) => return Ok(found?),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(PyRuntimeError::new_err("the engine failed; this is a fault of Guidance Lab"));
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(interrupt) = py.check_signals() {
                    waiting.0.store(true, Ordering::Relaxed);
                    return Err(interrupt);
                }
            }
        }
    }
}

/// Held while something learned is in use: only a few networks are kept at hand.
static LEARNED: Mutex<()> = Mutex::new(());

/// What is done with a state, whose networks are trained before if `trained` wants it.
fn with_state<T>(text: &str, trained: bool, work: impl FnOnce(&State) -> Result<T, Failure>) -> Result<T, Failure> {
    let state = State::from_value(&value(text, "the state")?)?;
    if let Classifier::Learned(learned) = state.classifier
        && let Some(fingerprint) = learned.recipe.weights
    {
        let message = says::network_is_not_here(fingerprint.to_string());
        return Err(Refused::new(LabErrorCode::Unsupported, "classifier.recipe.weights", message).into());
    }
    if wanted(&state).is_empty() {
        return work(&state);
    }
    let _held = LEARNED.lock().unwrap_or_else(PoisonError::into_inner);
    if trained {
        train_wanted(&state, |_| ())?;
    }
    work(&state)
}

/// A state in many dimensions, if it is one.
fn many(text: &str) -> Result<Option<ManyState>, Refused> {
    let value = value(text, "the state")?;
    if ManyState::is_one(&value) { ManyState::from_value(&value).map(Some) } else { Ok(None) }
}

/// A state or values as people or Python's `json` have written them.
fn value(text: &str, what: &str) -> Result<Value, Refused> {
    let refuse = |error: serde_json::Error| {
        Refused::new(LabErrorCode::Type, "", says::only(format!("{what} is not JSON: {error}")))
    };
    serde_json::from_str(text).map_err(refuse)
}

fn text(found: &impl serde::Serialize) -> String {
    serde_json::to_value(found).expect("plain data").to_string()
}

#[pyfunction]
fn measure(py: Python<'_>, state: String) -> PyResult<String> {
    apart(py, move |waiting| {
        if let Some(state) = many(&state)? {
            let run = run_many(&state, || waiting.still())?;
            return Ok(measured(&state, &run).to_string());
        }
        with_state(&state, true, |state| {
            waiting.still()?;
            Ok(text(&ready(measurement(state, async |_| ()))?))
        })
    })
}

#[pyfunction]
fn samples(py: Python<'_>, state: String) -> PyResult<Bound<'_, PyDict>> {
    let lanes = apart(py, move |waiting| {
        if let Some(state) = many(&state)? {
            let run = run_many(&state, || waiting.still())?;
            let dimension = state.mixture().dimension();
            let lane = |(index, lane): (usize, &Lane)| (lane.name(), dimension, run.positions(index));
            return Ok(state.lanes().iter().enumerate().map(lane).collect());
        }
        with_state(&state, true, |state| {
            waiting.still()?;
            let scene = Scene::new(state)?;
            let mut engine = CpuEngine::new();
            engine.set_scene(&scene)?;
            engine.advance(scene.steps());
            let lane = |(index, lane): (usize, &guidance_lab::engine::LaneSpec)| {
                Ok((lane.lane.name(), scene.dimension, ready(engine.samples(index))?))
            };
            scene.lanes.iter().enumerate().map(lane).collect::<Result<Vec<_>, Failure>>()
        })
    })?;
    let found = PyDict::new(py);
    for (name, dimension, positions) in lanes {
        found.set_item(name, rows(positions, dimension).into_pyarray(py))?;
    }
    Ok(found)
}

/// Row-major numbers as rows; nothing is copied.
fn rows<T>(numbers: Vec<T>, width: usize) -> Array2<T> {
    Array2::from_shape_vec((numbers.len() / width, width), numbers).expect("whole rows")
}

#[pyfunction]
fn sweep(py: Python<'_>, state: String, path: String, values: String) -> PyResult<String> {
    apart(py, move |waiting| {
        with_state(&state, false, |state| {
            let values = value(&values, "values")?;
            let sweep = StateSweep::new(state, &path, &values, true)?;
            let found = Mutex::new(vec![Value::Null; sweep.extent().points]);
            let all: Vec<usize> = (0..sweep.extent().points).collect();
            sweep.measure_all(&all, |index, measurement| {
                found.lock().unwrap_or_else(PoisonError::into_inner)[index] =
                    json!({ "value": values[index], "measurement": measurement });
                waiting.still()
            })?;
            Ok(text(&found.into_inner().unwrap_or_else(PoisonError::into_inner)))
        })
    })
}

/// Refuses what `sweep` would refuse before it measures.
#[pyfunction]
fn check_sweep(py: Python<'_>, state: String, path: String, values: String) -> PyResult<()> {
    apart(py, move |_| {
        with_state(&state, false, |state| {
            StateSweep::new(state, &path, &value(&values, "values")?, true)?;
            Ok(())
        })
    })
}

fn found(name: &str, small: bool) -> Result<Box<dyn Experiment>, Refused> {
    find(name, if small { Size::Small } else { Size::Default })
        .ok_or_else(|| Refused::new(LabErrorCode::Range, "experiment", says::no_such_experiment(name)))
}

#[pyfunction]
fn experiment(py: Python<'_>, name: String, small: bool) -> PyResult<String> {
    apart(py, move |waiting| {
        let experiment = found(&name, small)?;
        let rows = run_on_all_cores(&*experiment, || waiting.still())?;
        Ok(report(&*experiment, &rows).to_string())
    })
}

/// The points of an experiment.
#[pyfunction]
fn experiment_points(py: Python<'_>, name: String, small: bool) -> PyResult<Vec<f64>> {
    apart(py, move |_| Ok(found(&name, small)?.points()))
}

/// A row: where it is, each estimate with its standard error, and all of it as JSON, which has no numbers that are not finite.
type Crossing = (f64, Vec<(f64, f64)>, String);

/// The row of one point of an experiment.
#[pyfunction]
fn experiment_row(py: Python<'_>, name: String, small: bool, x: f64) -> PyResult<Crossing> {
    apart(py, move |waiting| {
        waiting.still()?;
        let row = row(&*found(&name, small)?, x, &mut CpuEngine::new())?;
        let numbers = row.values.iter().map(|value| (value.estimate, value.standard_error)).collect();
        Ok((row.x, numbers, text(&row)))
    })
}

/// What `experiment` says once it has these rows.
#[pyfunction]
fn experiment_report(py: Python<'_>, name: String, small: bool, rows: Vec<Crossing>) -> PyResult<String> {
    apart(py, move |_| {
        let mut crossed = rows;
        crossed.sort_by(|(a, ..), (b, ..)| a.total_cmp(b));
        let estimate = |&(estimate, standard_error): &(f64, f64)| Estimate { estimate, standard_error };
        let rows: Vec<_> =
            crossed.iter().map(|(x, numbers, _)| Row::new(*x, numbers.iter().map(estimate).collect())).collect();
        let mut report = report(&*found(&name, small)?, &rows);
        // With what else is in them.
        report["rows"] = crossed.iter().map(|(.., row)| value(row, "a row")).collect::<Result<_, _>>()?;
        Ok(report.to_string())
    })
}

#[pyfunction]
fn exact<'py>(
    py: Python<'py>,
    state: String,
    t: f64,
    points: PyReadonlyArray2<'_, f64>,
) -> PyResult<Bound<'py, PyDict>> {
    let width = points.shape()[1];
    let points: Vec<f64> = points.as_array().iter().copied().collect();
    let (dimension, values) = apart(py, move |_| {
        with_state(&state, true, |state| {
            let dimension = state.mixture[0].mean.len();
            if width != dimension {
                let message = says::shift_length("points[0]", width, dimension);
                return Err(Refused::new(LabErrorCode::Type, "points[0]", message).into());
            }
            Ok((dimension, at(state, t, &points)?))
        })
    })?;
    let found = PyDict::new(py);
    for (name, numbers) in [
        ("logDensity", values.log_density),
        ("logPosterior", values.log_posterior),
        ("testedLogPosterior", values.tested_log_posterior),
    ] {
        found.set_item(name, numbers.into_pyarray(py))?;
    }
    for (name, numbers) in
        [("score", values.score), ("guidance", values.guidance), ("testedGuidance", values.tested_guidance)]
    {
        found.set_item(name, rows(numbers, dimension).into_pyarray(py))?;
    }
    Ok(found)
}

/// A state fitted to a table, or to a folder of images where there is no table; the notes; how many points were fitted.
#[pyfunction]
fn fit(
    py: Python<'_>,
    table: Option<Vec<u8>>,
    folder: PathBuf,
    wishes: String,
    most: (Option<usize>, Option<usize>),
    seed: u32,
) -> PyResult<String> {
    apart(py, move |waiting| {
        let (components, rank) = most;
        let options = ManyOptions { components, rank };
        let Some(table) = table else {
            let points = read_folder(&folder)?;
            let fitted = ready(fit_many(&points, Scaling::Alike, options, seed, &mut async |_| waiting.still()))?;
            return Ok(told(&fitted.state(seed)?.to_value(), &fitted.notes, fitted.points));
        };
        let pieces = || table.chunks(PIECE).map(<[u8]>::to_vec);
        let refuse =
            |error: serde_json::Error| Refused::new(LabErrorCode::Type, "roles", says::only(error.to_string()));
        let wishes: Wishes = serde_json::from_value(value(&wishes, "the options")?).map_err(refuse)?;
        let found = ready(read_table(pieces(), &mut async || {}))?;
        let roles = found.wished(&wishes)?.ok_or_else(|| found.unclear())?;
        if roles.directions == Directions::All {
            let points = ready(points_of(pieces, Some(&roles), seed, &mut async || {}))?;
            let fitted = ready(fit_many(&points, Scaling::Columns, options, seed, &mut async |_| waiting.still()))?;
            return Ok(told(&fitted.state(seed)?.to_value(), &fitted.notes, fitted.points));
        }
        let fitted = ready(fit_points(pieces, Some(&roles), seed, &mut async || {}))?;
        Ok(told(&fitted.state(seed)?.to_value(), &fitted.notes, fitted.points))
    })
}

/// Bytes of a table that are handed over at a time.
const PIECE: usize = 1 << 16;

fn told(state: &Value, notes: &[Says], points: usize) -> String {
    json!({ "state": state, "notes": notes.iter().map(Says::text).collect::<Vec<_>>(), "points": points }).to_string()
}

#[pymodule]
fn guidance_lab_native(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("LabError", module.py().get_type::<LabError>())?;
    module.add_function(wrap_pyfunction!(measure, module)?)?;
    module.add_function(wrap_pyfunction!(samples, module)?)?;
    module.add_function(wrap_pyfunction!(sweep, module)?)?;
    module.add_function(wrap_pyfunction!(check_sweep, module)?)?;
    module.add_function(wrap_pyfunction!(experiment, module)?)?;
    module.add_function(wrap_pyfunction!(experiment_points, module)?)?;
    module.add_function(wrap_pyfunction!(experiment_row, module)?)?;
    module.add_function(wrap_pyfunction!(experiment_report, module)?)?;
    module.add_function(wrap_pyfunction!(exact, module)?)?;
    module.add_function(wrap_pyfunction!(fit, module)?)?;
    Ok(())
}
