//! The closed forms at any points: what `lab.at` answers, in JavaScript, Python and the command.

use serde::Serialize;

use super::{Marginal, Split, Tested};
use crate::model::{LabError, LabErrorCode, MAX_PARTICLES, State};
use crate::words::messages as says;

/// The most points of one question: as many as a lane has particles.
pub const MOST_POINTS: usize = MAX_PARTICLES;
/// Coordinates up to this size: far beyond any particle, and their squares, times a precision, are far from the
/// largest number.
pub const FARTHEST: f64 = 1e6;

/// The closed forms at some points: one number, or `d` numbers (row-major), for each.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PointValues {
    /// `log p_t(x)`.
    pub log_density: Vec<f64>,
    /// `log p_t(c|x)`, `c` the target class.
    pub log_posterior: Vec<f64>,
    /// `s = grad log p_t(x)`.
    pub score: Vec<f64>,
    /// `g = grad log p_t(c|x)`.
    pub guidance: Vec<f64>,
    /// `log phat(c|x)` of the classifier under test.
    pub tested_log_posterior: Vec<f64>,
    /// `ghat`, the gradient that it guides with: `grad log phat(c|x)`.
    pub tested_guidance: Vec<f64>,
}

/// Fails for a time outside of the process.
pub fn check_time(state: &State, t: f64) -> Result<(), LabError> {
    if (0.0..=state.process.horizon).contains(&t) {
        return Ok(());
    }
    Err(LabError::new(LabErrorCode::Range, "time", says::bad_time(t, state.process.horizon)))
}

/// The closed forms of a validated state at time `t` and `points`, row-major, `d` numbers each. Any dimension.
///
/// ```
/// use guidance_lab::{model::State, reference::at};
/// let values = at(&State::default(), 0.5, &[0.0, 2.0]).unwrap();
/// assert!(values.score[0].abs() < 1e-15); // the pair is symmetric
/// assert_eq!(at(&State::default(), 9.0, &[0.0]).unwrap_err().path, "time");
/// ```
pub fn at(state: &State, t: f64, points: &[f64]) -> Result<PointValues, LabError> {
    check_time(state, t)?;
    let mixture = state.mixture();
    let d = mixture.dimension;
    check_points(points, d)?;
    let marginal = Marginal::new(&mixture, t);
    let target = state.guidance.target;
    let split = Split::new(&marginal, target);
    let tested = Tested { marginal: &marginal, target, classifier: state.classifier };
    let mut values = PointValues::default();
    for x in points.chunks_exact(d) {
        let odds = split.at(x);
        values.log_density.push(odds.log_density());
        values.log_posterior.push(odds.log_eta());
        values.score.extend(&odds.score[..d]);
        values.guidance.extend(&odds.guidance[..d]);
        values.tested_log_posterior.push(tested.log_probability(target, x));
        values.tested_guidance.extend(&tested.guidance_from(&odds, x)[..d]);
    }
    Ok(values)
}

/// What is wrong is said with the point, and in more than one dimension its coordinate, counted from 0.
fn check_points(points: &[f64], d: usize) -> Result<(), LabError> {
    let refuse = |code, path: String, message| Err(LabError::new(code, path, message));
    if !points.len().is_multiple_of(d) {
        let message = says::points_in_part(points.len(), d);
        return refuse(LabErrorCode::Type, "points".into(), message);
    }
    if points.len() / d > MOST_POINTS {
        let message = says::too_many_points(points.len() / d, MOST_POINTS);
        return refuse(LabErrorCode::Range, "points".into(), message);
    }
    let Some(index) = points.iter().position(|x| x.is_nan() || x.abs() > FARTHEST) else { return Ok(()) };
    let (row, column, x) = (index / d, index % d, points[index]);
    let path = if d == 1 { format!("points[{row}]") } else { format!("points[{row}][{column}]") };
    if x.is_finite() {
        let message = says::out_of_range(path.as_str(), x, -FARTHEST, FARTHEST);
        return refuse(LabErrorCode::Range, path, message);
    }
    let value = if x.is_nan() {
        "NaN"
    } else if x > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    let message = says::wrong_type(path.as_str(), value, says::a_finite_number());
    refuse(LabErrorCode::Type, path, message)
}
