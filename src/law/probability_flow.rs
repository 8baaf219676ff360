//! The law of the probability-flow ODE in continuous time, by the pair of Dormand and Prince.

use super::atoms::starts;
use super::{Atoms, Piece, Scores};

/// The law of the probability-flow ODE in continuous time: starting points `spacing` apart, moved together
/// by the pair of Dormand and Prince (J. Comput. Appl. Math. 6, 1980) with steps whose error is at most
/// `tolerance`, relative to `1 + |y|`.
pub fn probability_flow(scores: &Scores, horizon: f64, stop: f64, spacing: f64, tolerance: f64) -> Atoms {
    let mut law = starts(spacing);
    flow(&mut law.points, scores, horizon, stop, tolerance);
    law
}

/// [`probability_flow`] of scores that jump between pieces: none of its steps crosses a jump.
pub fn probability_flow_in_pieces(pieces: &[Piece], horizon: f64, spacing: f64, tolerance: f64) -> Atoms {
    let mut law = starts(spacing);
    let mut start = horizon;
    for piece in pieces {
        flow(&mut law.points, &piece.scores, start, piece.until, tolerance);
        start = piece.until;
    }
    law
}

/// Moves points at the end of the last piece back to the horizon: the inverse of the map of
/// [`probability_flow_in_pieces`], which is monotone.
pub fn starts_of(points: &mut Vec<f64>, pieces: &[Piece], horizon: f64, tolerance: f64) {
    for (index, piece) in pieces.iter().enumerate().rev() {
        let start = if index == 0 { horizon } else { pieces[index - 1].until };
        flow(points, &piece.scores, piece.until, start, tolerance);
    }
}

/// Moves points along the ODE from one time to another, either way.
fn flow(points: &mut Vec<f64>, scores: &Scores, from: f64, to: f64, tolerance: f64) {
    let count = points.len();
    let way = if to < from { -1.0 } else { 1.0 };
    let (mut t, mut h) = (from, 0.01 * (to - from).abs());
    let slope = |t: f64, points: &[f64], out: &mut [f64]| {
        let score = scores(t);
        for (out, y) in out.iter_mut().zip(points) {
            *out = -way * (y + score(*y));
        }
    };
    let mut k = vec![vec![0.0; count]; 7];
    slope(t, points, &mut k[0]);
    let mut moved = vec![0.0; count];
    while way * (to - t) > 0.0 {
        let left = way * (to - t);
        let last = h >= left;
        h = h.min(left);
        for stage in 0..6 {
            for (i, moved) in moved.iter_mut().enumerate() {
                let sum: f64 = (0..=stage).map(|j| STAGES[stage][j] * k[j][i]).sum();
                *moved = points[i] + h * sum;
            }
            slope(t + way * NODES[stage] * h, &moved, &mut k[stage + 1]);
        }
        // `moved` is the fifth-order result: the last stage is the first of the next step.
        let error = (0..count)
            .map(|i| {
                let difference: f64 = (0..7).map(|j| EMBEDDED[j] * k[j][i]).sum();
                (h * difference).abs() / (1.0 + moved[i].abs())
            })
            .fold(0.0, f64::max);
        if error <= tolerance {
            t = if last { to } else { t + way * h };
            std::mem::swap(points, &mut moved);
            k.swap(0, 6);
        }
        h *= (0.9 * (tolerance / error.max(1e-300)).powf(0.2)).clamp(0.2, 5.0);
    }
}

/// Times of the stages after the first.
const NODES: [f64; 6] = [0.2, 0.3, 0.8, 8.0 / 9.0, 1.0, 1.0];

/// What the stages before contribute to each.
const STAGES: [[f64; 6]; 6] = [
    [0.2, 0.0, 0.0, 0.0, 0.0, 0.0],
    [3.0 / 40.0, 9.0 / 40.0, 0.0, 0.0, 0.0, 0.0],
    [44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0, 0.0, 0.0, 0.0],
    [19372.0 / 6561.0, -25360.0 / 2187.0, 64448.0 / 6561.0, -212.0 / 729.0, 0.0, 0.0],
    [9017.0 / 3168.0, -355.0 / 33.0, 46732.0 / 5247.0, 49.0 / 176.0, -5103.0 / 18656.0, 0.0],
    [35.0 / 384.0, 0.0, 500.0 / 1113.0, 125.0 / 192.0, -2187.0 / 6784.0, 11.0 / 84.0],
];

/// The fifth-order result minus the fourth-order one.
const EMBEDDED: [f64; 7] =
    [71.0 / 57600.0, 0.0, -71.0 / 16695.0, 71.0 / 1920.0, -17253.0 / 339200.0, 22.0 / 525.0, -1.0 / 40.0];
