//! Experiments: a claim, measured over a parameter, and what the measurement says of it.
//!
//! An [`Experiment`] lists points; each gives a piece of [`Work`] that does not know of the others, so
//! that a caller can spread them over threads, report progress and stop in between. Exact work is
//! quadrature or a law of `reference`; particles run on any [`Engine`]. docs/experiments.md lists all.
//!
//! ```
//! use guidance_lab::{cpu::CpuEngine, sweep::{Size, find, run}};
//! let experiment = find("counterexample", Size::Small).unwrap();
//! let rows = run(&*experiment, &mut CpuEngine::new()).unwrap();
//! assert!(experiment.verdict(&rows).agrees);
//! ```

mod ablation;
mod adaptive;
mod autoguidance;
mod bandwidth;
mod blind;
mod bound;
mod cfg_plus_plus;
mod copies;
mod corrected;
mod counterexample;
mod data_size;
mod directions;
mod diversity;
mod fit;
mod guidance_error;
mod harm;
mod improved;
mod interval;
mod label_smoothing;
mod law;
mod losses;
mod neighbours;
mod networks;
mod over;
mod over_time;
mod overshoot;
mod pairs;
mod paths;
mod ranking;
mod reciprocal;
mod root_kl;
mod running;
mod sampling;
mod scenes;
mod schedule;
mod smoothing;
mod step_count;
mod steps;
mod support;
mod tails;
mod tightness;
mod training;
mod waves;
mod whose;
mod wrong_score;

#[cfg(not(target_arch = "wasm32"))]
use rayon::prelude::*;
use serde::Serialize;

pub use ablation::Ablation;
pub use adaptive::Adaptive;
pub use autoguidance::Autoguidance;
pub use bandwidth::Bandwidth;
pub use blind::Blind;
pub use bound::Bound;
pub use cfg_plus_plus::CfgPlusPlus;
pub use copies::Copies;
pub use corrected::Corrected;
pub use counterexample::Counterexample;
pub use data_size::DataSize;
pub use directions::Directions;
pub use diversity::Diversity;
pub use fit::Line;
pub use guidance_error::GuidanceError;
pub use harm::{Harm, Harmed, harm};
pub use improved::Improved;
pub use interval::Interval;
pub use label_smoothing::Smoothed;
pub use law::{Law, exact_law};
pub use losses::Losses;
pub use over::{Extent, StateSweep, measurement};
pub use over_time::OverTime;
pub use overshoot::Overshoot;
pub use pairs::{Pairs, pairs};
pub use paths::Paths;
pub use ranking::Ranking;
pub use reciprocal::Reciprocal;
pub use root_kl::RootKl;
pub use running::{Entry, Fit, Planned, Report, Running, catalogue};
pub use sampling::Sampling;
pub use schedule::Schedules;
pub use smoothing::Smoothing;
pub use step_count::StepCount;
pub use steps::Steps;
pub use support::Support;
pub use tails::Tails;
pub use tightness::Tightness;
pub use training::Trained;
#[cfg(not(target_arch = "wasm32"))]
pub use whose::whose_harm;
pub use whose::{Whose, WhoseHarm};
pub use wrong_score::WrongScore;

use crate::cpu::{CpuEngine, ready};
use crate::engine::{Engine, Observation, Scene};
use crate::metrics::Estimate;
use crate::model::{LabError, State, Weight};
use crate::words::{Says, messages};

/// How much work an experiment may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For tests: a second or two.
    Small,
    /// For a figure.
    Default,
}

/// What an experiment is about, in words.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct About {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its title.
    pub title: &'static str,
    /// The claim in one sentence.
    pub claim: &'static str,
    /// Paper and section, or "ours".
    pub source: &'static str,
    /// The parameter.
    pub axis: Quantity,
    /// What is measured, in the order of [`Row::values`].
    pub series: &'static [Quantity],
}

/// An axis or a series of a figure. Series whose names agree up to the first comma, with the same unit and
/// scale, are drawn in one figure that is called by that part of the name.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Quantity {
    /// Its symbol or name.
    pub name: &'static str,
    /// Its unit; `"1"` for a pure number.
    pub unit: &'static str,
    /// Whether it belongs on a logarithmic scale.
    pub log: bool,
}

/// One point of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Row {
    /// The parameter.
    pub x: f64,
    /// The series; the standard error of an exact value is 0.
    pub values: Vec<Estimate>,
    /// Further pictures of this point alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(test, ts(optional, as = "Option<Vec<Chart>>"))]
    pub charts: Vec<Chart>,
}

impl Row {
    /// A point without further pictures.
    pub fn new(x: f64, values: Vec<Estimate>) -> Self {
        Self { x, values, charts: Vec::new() }
    }
}

/// Curves over the bins of an axis of its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Chart {
    /// What it shows.
    pub title: &'static str,
    /// The axis.
    pub axis: Quantity,
    /// The edges of the bins, one more than there are bins.
    pub edges: Vec<f64>,
    /// The curves.
    pub series: Vec<Quantity>,
    /// For each curve a value for each bin, none where there is nothing to tell it from.
    pub values: Vec<Vec<Option<Estimate>>>,
}

/// What the claim says of a measured number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Predicted {
    /// A number.
    Value(f64),
    /// Anything from the first to the second.
    Range(f64, f64),
}

/// A measured number beside the predicted one.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Check {
    /// What it is, in English.
    pub quantity: String,
    /// The same for other languages.
    pub says: Says,
    /// The measurement.
    pub measured: Estimate,
    /// The prediction.
    pub predicted: Predicted,
    /// Whether they agree.
    pub agrees: bool,
}

/// What the rows say of the claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Verdict {
    /// Number by number.
    pub checks: Vec<Check>,
    /// Whether all of them agree.
    pub agrees: bool,
    /// For a person, in English.
    pub words: String,
    /// The same for other languages.
    pub says: Says,
}

/// What the claim says of a series before anything is measured: drawn beside the points.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum GuideLine {
    /// A power law of this slope, drawn through the middle of the points; a line is fitted to those from
    /// `from`, and its slope is written beside the predicted one.
    Power {
        /// Index of the series.
        series: usize,
        /// The predicted slope.
        slope: f64,
        /// The least `x` at which the law holds.
        from: f64,
    },
    /// One number at every `x`.
    Level {
        /// Index of the series.
        series: usize,
        /// The number.
        value: f64,
        /// What it is.
        name: &'static str,
    },
    /// Numbers at some `x`.
    Points {
        /// Index of the series.
        series: usize,
        /// `x` and the number.
        points: Vec<(f64, f64)>,
        /// What they are.
        name: &'static str,
    },
}

/// How much work all points of an experiment are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Cost {
    /// Steps of single particles, over all lanes.
    pub particle_steps: f64,
    /// Seconds on one core of a laptop, roughly.
    pub seconds: f64,
}

/// The work of one point.
pub enum Work {
    /// Closed forms and quadrature, done in one go; a second at most.
    Exact(Box<dyn FnOnce() -> Row + Send>),
    /// Particles moved to the end, and what is read from them.
    Particles(Box<State>, Box<Reading>),
    /// The same with other weights in the first lanes, in their order; the reading also gets the positions
    /// of all lanes, row-major.
    Weighted(Box<State>, Vec<Weight>, Box<WeightedReading>),
}

/// From the particles at the end to a row.
pub type Reading = dyn FnOnce(&Scene, &Observation) -> Row + Send;
/// From the particles at the end, with their positions, to a row.
pub type WeightedReading = dyn FnOnce(&Scene, &Observation, &[Vec<f32>]) -> Row + Send;

/// A claim that can be measured.
pub trait Experiment: Send + Sync {
    /// What it is about.
    fn about(&self) -> &'static About;
    /// The points to measure.
    fn points(&self) -> Vec<f64>;
    /// The work of the point `x`.
    fn work(&self, x: f64) -> Work;
    /// What the rows, sorted by `x`, say.
    fn verdict(&self, rows: &[Row]) -> Verdict;
    /// What all points cost.
    fn cost(&self) -> Cost;
    /// What a figure draws beside the series.
    fn guides(&self) -> Vec<GuideLine> {
        Vec::new()
    }
    /// A state that shows the point `x` in the main figure, if there is one.
    fn state(&self, x: f64) -> Option<State> {
        match self.work(x) {
            Work::Particles(state, _) => Some(*state),
            Work::Exact(_) | Work::Weighted(..) => None,
        }
    }
}

/// All experiments.
pub fn all(size: Size) -> Vec<Box<dyn Experiment>> {
    vec![
        Box::new(Counterexample::new(size)),
        Box::new(Sampling::new(size)),
        Box::new(Tightness::new(size)),
        Box::new(Directions::new(size)),
        Box::new(RootKl::new(size)),
        Box::new(Bound::new(size)),
        Box::new(Steps::new(size)),
        Box::new(StepCount::new(size)),
        Box::new(Reciprocal::new(size)),
        Box::new(OverTime::new(size)),
        Box::new(Improved::new(size)),
        Box::new(Diversity::new(size)),
        Box::new(WrongScore::new(size)),
        Box::new(GuidanceError::new(size)),
        Box::new(Copies::new(size)),
        Box::new(Interval::new(size)),
        Box::new(Adaptive::new(size)),
        Box::new(Support::new(size)),
        Box::new(Tails::new(size)),
        Box::new(Overshoot::new(size)),
        Box::new(Ranking::new(size)),
        Box::new(Blind::new(size)),
        Box::new(Smoothed::new(size)),
        Box::new(Smoothing::new(size)),
        Box::new(Paths::new(size)),
        Box::new(Corrected::new(size)),
        Box::new(Schedules::new(size)),
        Box::new(Autoguidance::new(size)),
        Box::new(CfgPlusPlus::new(size)),
        Box::new(Trained::new(size)),
        Box::new(Ablation::new(size)),
        Box::new(Bandwidth::new(size)),
        Box::new(Losses::new(size)),
        Box::new(DataSize::new(size)),
    ]
}

/// The experiment of a name.
pub fn find(name: &str, size: Size) -> Option<Box<dyn Experiment>> {
    all(size).into_iter().find(|experiment| experiment.about().name == name)
}

/// Steps of single particles between two questions whether to go on: 10 to 20 ms.
const SLICE: usize = 1 << 20;

/// Does the work of one point; `None` if `go_on`, asked with the share that is done, said no.
pub async fn measure(
    work: Work,
    engine: &mut dyn Engine,
    mut go_on: impl FnMut(f64) -> bool,
) -> Result<Option<Row>, LabError> {
    in_slices(work, engine, async |share| go_on(share)).await
}

/// The same where somebody else may want a turn in between: `go_on` may wait.
async fn in_slices(
    work: Work,
    engine: &mut dyn Engine,
    mut go_on: impl AsyncFnMut(f64) -> bool,
) -> Result<Option<Row>, LabError> {
    match work {
        Work::Exact(row) => Ok(go_on(0.0).await.then(row)),
        Work::Particles(state, read) => {
            let scene = Scene::new(&state)?;
            Ok(to_the_end(&scene, engine, go_on).await?.map(|observation| read(&scene, &observation)))
        }
        Work::Weighted(state, weights, read) => {
            let mut scene = Scene::new(&state)?;
            for (lane, weight) in scene.lanes.iter_mut().zip(weights) {
                lane.weight = weight;
            }
            let Some(observation) = to_the_end(&scene, engine, go_on).await? else { return Ok(None) };
            let mut samples = Vec::new();
            for lane in 0..scene.lanes.len() {
                samples.push(engine.samples(lane).await?);
            }
            Ok(Some(read(&scene, &observation, &samples)))
        }
    }
}

/// Runs a scene; `None` if `go_on` said no.
async fn to_the_end(
    scene: &Scene,
    engine: &mut dyn Engine,
    go_on: impl AsyncFnMut(f64) -> bool,
) -> Result<Option<Observation>, LabError> {
    if moved_to_the_end(scene, engine, go_on).await? { engine.observe(scene.steps()).await.map(Some) } else { Ok(None) }
}

/// The same without a look at it; `false` if `go_on` said no.
async fn moved_to_the_end(
    scene: &Scene,
    engine: &mut dyn Engine,
    mut go_on: impl AsyncFnMut(f64) -> bool,
) -> Result<bool, LabError> {
    engine.set_scene(scene)?;
    let steps = (SLICE / (scene.particles * scene.lanes.len())).clamp(1, 16);
    while engine.step_index() < scene.steps() {
        if !go_on(engine.step_index() as f64 / scene.steps() as f64).await {
            return Ok(false);
        }
        engine.advance(steps);
    }
    Ok(true)
}

/// The row of one point of an experiment, on the CPU engine: the same whatever else is measured.
pub fn row(experiment: &dyn Experiment, x: f64, engine: &mut CpuEngine) -> Result<Row, LabError> {
    ready(measure(experiment.work(x), engine, |_| true)).map(|row| row.expect("nobody stops it"))
}

/// All points of an experiment in order, on the CPU engine.
pub fn run(experiment: &dyn Experiment, engine: &mut CpuEngine) -> Result<Vec<Row>, LabError> {
    experiment.points().into_iter().map(|x| row(experiment, x, engine)).collect()
}

/// All points of an experiment, each on whichever core is free, the rows in the order of x; `done` hears of each point that is
/// done. The first error ends it, its own or one of `done`.
#[cfg(not(target_arch = "wasm32"))]
pub fn run_on_all_cores<E: From<LabError> + Send>(
    experiment: &dyn Experiment,
    done: impl Fn() -> Result<(), E> + Sync,
) -> Result<Vec<Row>, E> {
    let measured = |engine: &mut CpuEngine, &x: &f64| {
        let row = row(experiment, x, engine)?;
        done().map(|()| row)
    };
    // A point can take as long as all the others: none waits behind another on the same core.
    let points = experiment.points();
    let rows = points.par_iter().with_max_len(1).map_init(CpuEngine::new, measured);
    let mut rows = rows.collect::<Result<Vec<Row>, E>>()?;
    rows.sort_by(|a, b| a.x.total_cmp(&b.x));
    Ok(rows)
}

/// All that is known of a measured experiment, as one object of JSON: `experiment`, `rows`, `states` and `verdict`.
#[cfg(not(target_arch = "wasm32"))]
pub fn report(experiment: &dyn Experiment, rows: &[Row]) -> serde_json::Value {
    let states: Vec<_> = rows.iter().map(|row| experiment.state(row.x)).collect();
    serde_json::json!({
        "experiment": experiment.about(), "rows": rows, "states": states, "verdict": experiment.verdict(rows),
    })
}

/// Deviations of a measurement from its prediction that are put down to chance, in standard errors; with
/// eighty checks in an experiment one in two hundred runs fails for nothing.
const CHANCE: f64 = 4.0;

impl Check {
    /// Agrees within `tolerance` and chance.
    fn value(says: Says, measured: Estimate, predicted: f64, tolerance: f64) -> Self {
        let allowed = tolerance + CHANCE * measured.standard_error;
        let agrees = (measured.estimate - predicted).abs() <= allowed;
        Self { quantity: says.text(), says, measured, predicted: Predicted::Value(predicted), agrees }
    }

    /// Agrees in a range; chance may carry it out.
    fn range(says: Says, measured: Estimate, from: f64, to: f64) -> Self {
        let chance = CHANCE * measured.standard_error;
        let agrees = measured.estimate >= from - chance && measured.estimate <= to + chance;
        Self { quantity: says.text(), says, measured, predicted: Predicted::Range(from, to), agrees }
    }

    /// A slope of noiseless points, which agrees within `tolerance`: the scatter around the line is
    /// curvature, not chance.
    fn slope(says: Says, line: &Line, predicted: f64, tolerance: f64) -> Self {
        let agrees = (line.slope.estimate - predicted).abs() <= tolerance;
        Self { quantity: says.text(), says, measured: line.slope, predicted: Predicted::Value(predicted), agrees }
    }
}

impl Verdict {
    /// `words` if all checks agree; else which do not.
    fn new(checks: Vec<Check>, says: Says) -> Self {
        let failed = checks.iter().filter(|check| !check.agrees).map(|check| check.says.clone());
        let failed = failed.reduce(messages::and_also);
        let agrees = failed.is_none();
        let says = failed.map_or(says, messages::not_as_predicted);
        Self { checks, agrees, words: says.text(), says }
    }
}

/// A value without chance.
fn exact(estimate: f64) -> Estimate {
    Estimate { estimate, standard_error: 0.0 }
}

/// One series over `x`.
fn series(rows: &[Row], index: usize) -> impl Iterator<Item = (f64, f64)> + '_ {
    rows.iter().map(move |row| (row.x, row.values[index].estimate))
}
