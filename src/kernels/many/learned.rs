//! The guidance of a trained network in many dimensions, added to a score.

use super::{ManyRows, WIDTH, Wide};
use crate::network::{Network, Sight};

/// Room that is used again.
#[derive(Clone, Debug, Default)]
pub struct ManySight {
    points: Vec<f32>,
    sight: Sight<f32>,
}

/// Adds `gamma grad log phat(c|x)` in the rows of the classifier under test; `time` is the index of the time.
#[inline(never)]
pub fn many_learned(
    network: &Network,
    time: usize,
    rows: &ManyRows,
    x: &[Wide],
    room: &mut ManySight,
    out: &mut [Wide],
) {
    if !rows.any_tested() {
        return;
    }
    let ManySight { points, sight } = room;
    let d = x.len();
    points.clear();
    points.extend((0..WIDTH).flat_map(|row| x.iter().map(move |x| x[row])));
    sight.forward(network, time, d, points);
    sight.back(network, d, |row| rows.places[row] as usize);
    for (row, pull) in sight.pull.chunks_exact(d).enumerate() {
        let gamma = rows.tested[row] * rows.gammas[row];
        for (out, pull) in out.iter_mut().zip(pull) {
            out[row] += gamma * pull;
        }
    }
}
