//! The exact law of a guided process in one dimension, without particles.
//!
//! Four laws: of the SDE in continuous time ([`fokker_planck`]) and of its samplers ([`sampler_law`]), of
//! the probability-flow ODE in continuous time ([`probability_flow`]) and of its samplers
//! ([`sampler_map`]). All start from `N(0, 1)` at the horizon. Methods and error control:
//! docs/numerics.md, "The exact law in one dimension".
//!
//! ```
//! use guidance_lab::model::{Component, Mixture, Weight};
//! use guidance_lab::reference::{LaneGuidance, guided_scores, probability_flow};
//! let line = |mean, class| Component { weight: 0.5, mean: vec![mean], covariance: vec![vec![1.0]], class };
//! let mixture = Mixture::new(&[line(1.0, 1), line(-1.0, 0)]);
//! let lane = LaneGuidance { target: 1, weight: Weight::constant(1.0), wiggle: None };
//! let law = probability_flow(&guided_scores(&mixture, lane), 16.0, 0.0, 0.05, 1e-9);
//! assert!((law.mean() - 1.0).abs() < 1e-6); // gamma = 1 samples the class
//! ```

use std::f64::consts::TAU;

use super::{LaneGuidance, Marginal, guided_score};
use crate::model::{Mixture, Process};

/// The guided score `s^w(., t)` at one time.
pub type ScoreAt = Box<dyn Fn(f64) -> f64>;

/// The guided score at any time `t`.
pub type Scores<'a> = dyn Fn(f64) -> ScoreAt + 'a;

/// Starting points of the ODE reach so far into the tails of `N(0, 1)`: beyond lies `1e-17`.
const START_REACH: f64 = 8.5;
/// The Gaussian kernels of a sampler reach so many standard deviations.
const KERNEL_REACH: f64 = 8.5;
/// Nodes in one standard deviation of a kernel: the trapezoid rule is then right to `1e-10`.
const KERNEL_NODES: f64 = 1.6;
/// Nodes with less mass than this are dropped.
const NEGLIGIBLE_MASS: f64 = 1e-22;
/// Places on an interval of 20 where the stretch of a step is looked up.
const PROBES: f64 = 1000.0;
/// The most nodes that a density may have.
const MAX_NODES: f64 = 20_000.0;
/// Densities below this share of the largest count as zero where a logarithm is taken.
const NEGLIGIBLE_DENSITY: f64 = 1e-15;
/// Cells of its coarsest level, unless it is told otherwise.
const CELLS: usize = 200;
/// The most levels of the Fokker-Planck solver; each has twice the cells and steps of the one before.
const MAX_LEVELS: usize = 6;

/// The guided score of a lane, `s + gamma ghat`.
///
/// # Panics
/// In more than one dimension.
pub fn guided_scores(mixture: &Mixture, lane: LaneGuidance) -> impl Fn(f64) -> ScoreAt + '_ {
    assert_eq!(mixture.dimension, 1, "laws are computed in one dimension");
    move |t| {
        let marginal = Marginal::new(mixture, t);
        Box::new(move |x| {
            let mut score = [0.0];
            guided_score(&marginal, &lane, &[x], &mut score);
            score[0]
        })
    }
}

/// A part of the reverse process in which the scores do not jump in time.
pub struct Piece<'a> {
    /// The time at which it ends.
    pub until: f64,
    /// Its scores.
    pub scores: Box<Scores<'a>>,
}

/// The guided scores of a lane from `horizon` to `stop` in pieces: one, or up to three if its weight has an
/// interval.
pub fn guided_pieces(mixture: &Mixture, lane: LaneGuidance, horizon: f64, stop: f64) -> Vec<Piece<'_>> {
    let piece = |(until, weight)| {
        let scores: Box<Scores<'_>> = Box::new(guided_scores(mixture, LaneGuidance { weight, ..lane }));
        Piece { until, scores }
    };
    lane.weight.pieces(horizon, stop).into_iter().map(piece).collect()
}

/// A density on equidistant nodes; zero beyond them. Sums over the nodes are the trapezoid rule, which
/// converges geometrically here.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    /// The first node.
    pub from: f64,
    /// The distance between nodes.
    pub spacing: f64,
    /// The density at the nodes.
    pub values: Vec<f64>,
    /// An estimate of the error, `integral |error| dx`; 0 where the method leaves only rounding, infinite
    /// where it ran out of nodes.
    pub error: f64,
}

impl Density {
    /// The nodes.
    pub fn points(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.values.len()).map(|i| self.from + self.spacing * i as f64)
    }

    /// `E f`.
    pub fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points().zip(&self.values).filter(|(_, value)| **value != 0.0).map(|(x, value)| f(x) * value).sum::<f64>()
            * self.spacing
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.expect(|x| x)
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|x| (x - mean) * (x - mean))
    }

    /// The differential entropy, nats.
    pub fn entropy(&self) -> f64 {
        -self.kl(|_| 0.0)
    }

    /// `KL(self || q)`, nats, given `log q`.
    pub fn kl(&self, log_q: impl Fn(f64) -> f64) -> f64 {
        let least = NEGLIGIBLE_DENSITY * self.values.iter().copied().fold(0.0, f64::max);
        self.points()
            .zip(&self.values)
            .filter(|(_, value)| **value > least)
            .map(|(x, value)| value * (value.ln() - log_q(x)))
            .sum::<f64>()
            * self.spacing
    }

    /// `KL(p || self)`, nats, given `log p`: the direction of arXiv 2601.21200, Theorem 3.9. `p` must have its
    /// mass where this density is resolved.
    pub fn kl_from(&self, log_p: impl Fn(f64) -> f64) -> f64 {
        self.points()
            .zip(&self.values)
            .filter(|(_, value)| **value > 0.0)
            .map(|(x, value)| {
                let log = log_p(x);
                log.exp() * (log - value.ln())
            })
            .sum::<f64>()
            * self.spacing
    }

    /// The mass between `from` and `to`.
    pub fn mass(&self, from: f64, to: f64) -> f64 {
        self.finer(16.0).atoms().bin_masses(&[from, to])[0]
    }

    /// The same law as weighted points.
    pub fn atoms(&self) -> Atoms {
        let weights = self.values.iter().map(|value| value * self.spacing).collect();
        Atoms { points: self.points().collect(), weights }
    }
}

/// A law as points with weights that sum to one: the images of equidistant quantiles under the ODE.
#[derive(Clone, Debug, PartialEq)]
pub struct Atoms {
    /// The points; in order only where the map is monotone.
    pub points: Vec<f64>,
    /// Their weights.
    pub weights: Vec<f64>,
}

impl Atoms {
    /// `E f`; for a smooth map the trapezoid rule, which converges geometrically.
    pub fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points.iter().zip(&self.weights).map(|(x, weight)| f(*x) * weight).sum()
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.expect(|x| x)
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|x| (x - mean) * (x - mean))
    }

    /// Points in order with the probability up to their middle.
    fn ranked(&self) -> Vec<(f64, f64, f64)> {
        let mut order: Vec<usize> = (0..self.points.len()).collect();
        order.sort_by(|&i, &j| self.points[i].total_cmp(&self.points[j]));
        let mut below = 0.0;
        order
            .into_iter()
            .map(|i| {
                let weight = self.weights[i];
                below += weight;
                (self.points[i], weight, below - 0.5 * weight)
            })
            .collect()
    }

    /// The Wasserstein distance `W_1` from `p_t(.|class)`, by the coupling of equal ranks.
    pub fn wasserstein(&self, marginal: &Marginal, class: usize) -> f64 {
        let mut low = self.points.iter().copied().fold(-START_REACH, f64::min) - 1.0;
        let top = self.points.iter().copied().fold(START_REACH, f64::max) + 1.0;
        let mut sum = 0.0;
        for (x, weight, rank) in self.ranked() {
            if weight < NEGLIGIBLE_MASS {
                continue;
            }
            // The quantiles rise, so each is sought from the one before.
            let mut high = top;
            for _ in 0..48 {
                let middle = 0.5 * (low + high);
                if marginal.class_cdf(class, middle) < rank { low = middle } else { high = middle }
            }
            sum += weight * (x - low).abs();
        }
        sum
    }

    /// The masses between consecutive `edges`, by linear interpolation of the distribution function.
    pub fn bin_masses(&self, edges: &[f64]) -> Vec<f64> {
        let ranked = self.ranked();
        let cdf = |x: f64| {
            let after = ranked.partition_point(|(point, ..)| *point < x);
            if after == 0 {
                return 0.0;
            }
            let Some(&(right, _, above)) = ranked.get(after) else { return 1.0 };
            let (left, _, below) = ranked[after - 1];
            below + (above - below) * (x - left) / (right - left)
        };
        edges.windows(2).map(|edge| cdf(edge[1]) - cdf(edge[0])).collect()
    }
}

/// Equidistant starting points of the ODE and their weights under `N(0, 1)`.
fn starts(spacing: f64) -> Atoms {
    let half = (START_REACH / spacing).ceil() as i32;
    let points: Vec<f64> = (-half..=half).map(|i| spacing * f64::from(i)).collect();
    let weights = points.iter().map(|z| spacing * normal_density(*z)).collect();
    Atoms { points, weights }
}

fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / TAU.sqrt()
}

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

impl Density {
    /// The density on nodes `factor` times closer, by the sinc series of the nodes, cut off smoothly
    /// (Gaussian regularised; Qian, Proc. AMS 131, 2003).
    fn finer(&self, factor: f64) -> Self {
        const WIDTH: i64 = 16;
        let factor = factor as i64;
        let last = self.values.len() as i64 - 1;
        // pi (1 - bandwidth) W, for the half of the band that a resolved density leaves free.
        let variance = WIDTH as f64 / (0.5 * std::f64::consts::PI);
        let values = (0..=last * factor)
            .map(|j| {
                let (cell, part) = (j / factor, j % factor);
                if part == 0 {
                    return self.values[cell as usize];
                }
                let sum: f64 = ((cell - WIDTH + 1).max(0)..=(cell + WIDTH).min(last))
                    .map(|i| {
                        let x = part as f64 / factor as f64 + (cell - i) as f64;
                        let angle = std::f64::consts::PI * x;
                        self.values[i as usize] * angle.sin() / angle * (-0.5 * x * x / variance).exp()
                    })
                    .sum();
                sum.max(0.0)
            })
            .collect();
        Self { spacing: self.spacing / factor as f64, values, ..*self }
    }
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
