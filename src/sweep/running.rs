//! An experiment under way, point by point.

use serde::Serialize;

use super::{About, Cost, Experiment, GuideLine, Line, Row, Size, Verdict, all, in_slices, series};
use crate::cpu::CpuEngine;
use crate::model::{LabError, State};

/// What a menu says of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Entry {
    /// In words.
    pub about: &'static About,
    /// For a quick look.
    pub small: Planned,
    /// For a figure.
    pub default: Planned,
}

/// An experiment at one size.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Planned {
    /// The points to measure.
    pub points: Vec<f64>,
    /// What they cost.
    pub cost: Cost,
    /// What is drawn beside the series.
    pub guides: Vec<GuideLine>,
}

/// All experiments.
pub fn catalogue() -> Vec<Entry> {
    let planned = |experiment: &dyn Experiment| Planned {
        points: experiment.points(),
        cost: experiment.cost(),
        guides: experiment.guides(),
    };
    all(Size::Small)
        .into_iter()
        .zip(all(Size::Default))
        .map(|(small, default)| Entry { about: small.about(), small: planned(&*small), default: planned(&*default) })
        .collect()
}

/// The line fitted to a series for which a power law is predicted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Fit {
    /// Index of the series.
    pub series: usize,
    /// `log y` against `log x`.
    pub line: Line,
}

/// What the rows so far say.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Report {
    /// Fits of the series that have two points already.
    pub fits: Vec<Fit>,
    /// Only when all points are measured.
    pub verdict: Option<Verdict>,
}

/// An experiment, the rows it has, and the engine it runs on.
pub struct Running {
    experiment: Box<dyn Experiment>,
    points: Vec<f64>,
    rows: Vec<Row>,
    engine: CpuEngine,
}

impl Running {
    /// Nothing measured yet.
    pub fn new(experiment: Box<dyn Experiment>) -> Self {
        Self { points: experiment.points(), experiment, rows: Vec::new(), engine: CpuEngine::new() }
    }

    /// Measures the next point; `progress` hears which share of it is done, and may wait. `None` when all are
    /// measured.
    pub async fn next(
        &mut self,
        mut progress: impl AsyncFnMut(f64),
    ) -> Result<Option<(&Row, Option<State>)>, LabError> {
        let Some(&x) = self.points.get(self.rows.len()) else { return Ok(None) };
        let go_on = async |share| {
            progress(share).await;
            true
        };
        let row = in_slices(self.experiment.work(x), &mut self.engine, go_on).await?;
        self.rows.extend(row);
        Ok(self.rows.last().map(|row| (row, self.experiment.state(x))))
    }

    /// What the rows so far say.
    pub fn report(&self) -> Report {
        let fit = |guide| {
            let GuideLine::Power { series: index, from, .. } = guide else { return None };
            let points: Vec<_> =
                series(&self.rows, index).filter(|(x, y)| *x >= from && *x > 0.0 && *y > 0.0).collect();
            (points.len() > 1).then(|| Fit { series: index, line: Line::power(points) })
        };
        let complete = self.rows.len() == self.points.len();
        Report {
            fits: self.experiment.guides().into_iter().filter_map(fit).collect(),
            verdict: complete.then(|| self.experiment.verdict(&self.rows)),
        }
    }
}
