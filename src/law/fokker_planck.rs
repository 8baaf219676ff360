//! The law of the SDE in continuous time, by the Fokker-Planck equation.

use super::atoms::normal_density;
use super::{Density, Piece, Scores};

/// Cells of the coarsest level, unless it is told otherwise.
const CELLS: usize = 200;

/// The most levels; each has twice the cells and steps of the one before.
const MAX_LEVELS: usize = 6;

/// The law of the guided SDE in continuous time, on the interval from `reach.0` to `reach.1`, by the
/// Fokker-Planck equation: finite volumes with exponential fitting (Scharfetter and Gummel 1969; Chang and
/// Cooper 1970), which conserve mass, and the implicit midpoint rule in `sqrt t`. Both errors are series in
/// the square of the mesh, so levels of doubled fineness are extrapolated (Romberg) until two results differ
/// by at most `tolerance` in `integral |error| dx`, or six levels are spent: see [`Density::error`].
pub fn fokker_planck(scores: &Scores, horizon: f64, stop: f64, reach: (f64, f64), tolerance: f64) -> Density {
    extrapolated(&[(stop, scores)], horizon, reach, CELLS, tolerance)
}

/// [`fokker_planck`] of scores that jump between pieces: each level solves piece after piece, so that the
/// errors stay series in the square of the mesh.
pub fn fokker_planck_in_pieces(pieces: &[Piece], horizon: f64, reach: (f64, f64), tolerance: f64) -> Density {
    fokker_planck_on(pieces, horizon, reach, CELLS, tolerance)
}

/// [`fokker_planck_in_pieces`] on so many `cells` at the coarsest level.
pub fn fokker_planck_on(pieces: &[Piece], horizon: f64, reach: (f64, f64), cells: usize, tolerance: f64) -> Density {
    let parts: Vec<(f64, &Scores)> = pieces.iter().map(|piece| (piece.until, &*piece.scores)).collect();
    extrapolated(&parts, horizon, reach, cells, tolerance)
}

/// Levels until two results agree; `parts` are ends and scores.
fn extrapolated(parts: &[(f64, &Scores)], horizon: f64, reach: (f64, f64), cells: usize, tolerance: f64) -> Density {
    const STEPS: usize = 50;
    let coarse = (reach.1 - reach.0) / cells as f64;
    let mut row: Vec<Vec<f64>> = Vec::new();
    let mut error = f64::INFINITY;
    for level in 0..MAX_LEVELS {
        let factor = 1 << level;
        let dx = coarse / factor as f64;
        let mut fine: Vec<f64> = (0..=cells * factor).map(|i| normal_density(reach.0 + dx * i as f64)).collect();
        let mut start = horizon;
        for &(end, scores) in parts {
            solve(scores, (start, end), reach, STEPS * factor, &mut fine);
            start = end;
        }
        let mut next = vec![fine.into_iter().step_by(factor).collect::<Vec<f64>>()];
        for (order, before) in row.iter().enumerate() {
            let weight = 1.0 / (4f64.powi(order as i32 + 1) - 1.0);
            next.push(next[order].iter().zip(before).map(|(new, old)| new + weight * (new - old)).collect());
        }
        if let Some(before) = row.last() {
            error = coarse * next[level].iter().zip(before).map(|(new, old)| (new - old).abs()).sum::<f64>();
        }
        row = next;
        if error <= tolerance {
            break;
        }
    }
    let values = row.pop().unwrap_or_default();
    Density { from: reach.0, spacing: coarse, values, error }
}

/// One piece of one level: carries the density at equidistant nodes from the first time to the second.
fn solve(scores: &Scores, (horizon, stop): (f64, f64), reach: (f64, f64), steps: usize, values: &mut [f64]) {
    let cells = values.len() - 1;
    let dx = (reach.1 - reach.0) / cells as f64;
    let (mut up, mut down) = (vec![0.0; cells], vec![0.0; cells]);
    let mut swept = vec![0.0; cells + 1];
    // Uniform in r = sqrt(t - stop), so that steps are short where the density is narrow.
    let time = |k: f64| stop + (horizon - stop) * (1.0 - k / steps as f64).powi(2);
    for k in 0..steps {
        let h = time(k as f64) - time(k as f64 + 1.0);
        let score = scores(time(k as f64 + 0.5));
        let half = 0.5 * h / (dx * dx);
        for i in 0..cells {
            let y = reach.0 + dx * (i as f64 + 0.5);
            let z = dx * (y + 2.0 * score(y));
            // The flux between the nodes i and i + 1 is up v_i - down v_{i+1}.
            let bernoulli = bernoulli(z);
            (up[i], down[i]) = (half * (bernoulli + z), half * bernoulli);
        }
        midpoint(&up, &down, values, &mut swept);
    }
}

/// `(1 - A) v' = (1 + A) v` with the tridiagonal `A` of the fluxes; no flux leaves the interval.
fn midpoint(up: &[f64], down: &[f64], values: &mut [f64], swept: &mut [f64]) {
    let last = values.len() - 1;
    let flux = |values: &[f64], i: usize| up[i] * values[i] - down[i] * values[i + 1];
    let mut before = 0.0;
    let (mut pivot_factor, mut carried) = (0.0, 0.0);
    for i in 0..=last {
        let after = if i < last { flux(values, i) } else { 0.0 };
        let right = values[i] + before - after;
        before = after;
        let out = if i < last { up[i] } else { 0.0 } + if i > 0 { down[i - 1] } else { 0.0 };
        let lower = if i > 0 { up[i - 1] } else { 0.0 };
        let pivot = 1.0 + out - lower * pivot_factor;
        // Row i: -up[i-1] v'_{i-1} + (1 + out) v'_i - down[i] v'_{i+1} = right.
        pivot_factor = if i < last { down[i] / pivot } else { 0.0 };
        carried = (right + lower * carried) / pivot;
        swept[i] = pivot_factor;
        values[i] = carried;
    }
    for i in (0..last).rev() {
        values[i] += swept[i] * values[i + 1];
    }
}

/// `z / (e^z - 1)`.
fn bernoulli(z: f64) -> f64 {
    if z.abs() < 1e-6 { 1.0 - 0.5 * z } else { z / z.exp_m1() }
}
