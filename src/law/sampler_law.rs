//! The law of the samplers of the SDE: one Gaussian kernel a step.

use std::f64::consts::TAU;

use super::atoms::{NEGLIGIBLE_MASS, START_REACH, normal_density, starts};
use super::{Density, Scores};
use crate::model::Process;

/// The Gaussian kernels of a sampler reach so many standard deviations.
const KERNEL_REACH: f64 = 8.5;

/// Nodes in one standard deviation of a kernel: the trapezoid rule is then right to `1e-10`.
const KERNEL_NODES: f64 = 1.6;

/// Places on an interval of 20 where the stretch of a step is looked up.
const PROBES: f64 = 1000.0;

/// The most nodes that a density may have.
const MAX_NODES: f64 = 20_000.0;

/// The law of an SDE sampler. One step spreads each node as a Gaussian around its image; the nodes are
/// spaced so that the trapezoid rule resolves the kernel of the next step. A map so steep that this takes
/// more than 20,000 nodes (a fast wiggle in a few long steps) leaves [`Density::error`] infinite.
///
/// # Panics
/// For a sampler of the ODE.
pub fn sampler_law(process: &Process, scores: &Scores) -> Density {
    assert!(process.sampler.is_stochastic(), "the law of an ODE sampler is a map");
    let times = process.times();
    let steps = times.len() - 1;
    let coefficients: Vec<_> = times.windows(2).map(|pair| process.coefficients(pair[0], pair[1])).collect();
    // What the nodes before step k must resolve: its kernel, narrower where the map stretches.
    let resolved = |k: usize, from: f64, to: f64| {
        let Some(c) = coefficients.get(k) else { return f64::INFINITY };
        let score = scores(times[k]);
        let image = |y: f64| c.keep * y + c.drift * score(y);
        let (count, reach) = (PROBES * ((to - from) / 20.0).ceil(), 1e-4);
        let stretch = (0..=count as usize)
            .map(|i| from + (to - from) * i as f64 / count)
            .map(|y| (image(y + reach) - image(y - reach)).abs() / (2.0 * reach))
            .fold(1.0, f64::max);
        c.noise / (stretch * KERNEL_NODES)
    };
    let (wanted, least) = (resolved(0, -START_REACH, START_REACH).min(0.2), 2.0 * START_REACH / MAX_NODES);
    let start = starts(wanted.max(least));
    let error = if wanted < least { f64::INFINITY } else { 0.0 };
    let spacing = start.points[1] - start.points[0];
    let values = start.points.iter().map(|z| normal_density(*z)).collect();
    let mut law = Density { from: start.points[0], spacing, values, error };
    for k in 0..steps {
        let c = coefficients[k];
        let score = scores(times[k]);
        law = spread(&law, |y| c.keep * y + c.drift * score(y), c.noise, |from, to| resolved(k + 1, from, to));
    }
    law
}

/// Each node of `law`, spread as `N(image, noise^2)` over nodes that resolve the result and what
/// `resolved` says of an interval.
fn spread(law: &Density, image: impl Fn(f64) -> f64, noise: f64, resolved: impl Fn(f64, f64) -> f64) -> Density {
    let sources: Vec<(f64, f64)> = law
        .points()
        .zip(&law.values)
        .map(|(y, value)| (y, value * law.spacing))
        .filter(|(_, mass)| *mass > NEGLIGIBLE_MASS)
        .map(|(y, mass)| (image(y), mass))
        .collect();
    let reach = KERNEL_REACH * noise;
    let from = sources.iter().map(|(y, _)| y - reach).fold(f64::INFINITY, f64::min);
    let to = sources.iter().map(|(y, _)| y + reach).fold(f64::NEG_INFINITY, f64::max);
    let (wanted, least) = ((noise / KERNEL_NODES).min(resolved(from, to)), (to - from) / MAX_NODES);
    let spacing = wanted.max(least);
    let error = if wanted < least { f64::INFINITY } else { law.error };
    let mut values = vec![0.0; ((to - from) / spacing).ceil() as usize + 1];
    let last = values.len() as f64 - 1.0;
    for (y, mass) in sources {
        let first = ((y - reach - from) / spacing).ceil().max(0.0) as usize;
        let end = ((y + reach - from) / spacing).floor().min(last) as usize;
        let height = mass / (noise * TAU.sqrt());
        for (i, value) in values.iter_mut().enumerate().take(end + 1).skip(first) {
            let z = (from + spacing * i as f64 - y) / noise;
            *value += height * (-0.5 * z * z).exp();
        }
    }
    Density { from, spacing, values, error }
}
