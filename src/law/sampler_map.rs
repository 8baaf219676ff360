//! The law of the samplers of the ODE.

use super::atoms::starts;
use super::{Atoms, Scores};
use crate::model::Process;

/// The law of an ODE sampler: one discrete step is a map, so the whole run is one. The starting points
/// are `spacing` apart.
///
/// # Panics
/// For a sampler that adds noise.
pub fn sampler_map(process: &Process, scores: &Scores, spacing: f64) -> Atoms {
    assert!(!process.sampler.is_stochastic(), "only samplers of the ODE are maps");
    let mut law = starts(spacing);
    let times = process.times();
    let mut score = scores(times[0]);
    for pair in times.windows(2) {
        let c = process.coefficients(pair[0], pair[1]);
        let next = scores(pair[1]);
        for y in &mut law.points {
            let s = score(*y);
            let predicted = c.keep * *y + c.drift * s;
            *y = if c.corrector > 0.0 { *y + c.corrector * (*y + s + predicted + next(predicted)) } else { predicted };
        }
        score = next;
    }
    law
}
