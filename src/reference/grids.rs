//! Closed forms on the grids that the picture is drawn from. Points are equally spaced from the
//! first to the last value, both included; planes are row-major with `x_1` fastest, row 0 at the bottom.

use super::sampler::drift;
use super::{LaneGuidance, Marginal, Split, Tested, Tilted};
use crate::model::{Guidance, State, VectorField};

/// `count` points from `from` to `to`.
fn points(from: f64, to: f64, count: usize) -> impl Iterator<Item = f64> + Clone {
    let spacing = (to - from) / (count.max(2) - 1) as f64;
    (0..count).map(move |i| from + spacing * i as f64)
}

/// 1D curves over `x`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// The points.
    pub x: Vec<f64>,
    /// `p_t(x)`.
    pub unguided: Vec<f64>,
    /// `p_t(x|c)`.
    pub target: Vec<f64>,
    /// `p_t(x) p_t(c|x)^gamma / Z`; zeros for a negative `gamma`, with which it may have no mass in all.
    pub tilted: Vec<f64>,
    /// `p_t(c|x)`.
    pub posterior: Vec<f64>,
    /// The tested classifier's `phat(c|x)`.
    pub tested_posterior: Vec<f64>,
    /// `grad log p_t(c|x)`.
    pub guidance: Vec<f64>,
    /// `grad log phat(c|x)`.
    pub tested_guidance: Vec<f64>,
}

/// The tilted density of a state, which exists in any case where `gamma` is not negative.
fn tilted<'a>(state: &State, marginal: &'a Marginal) -> Option<Tilted<'a>> {
    let Guidance { target, gamma, .. } = state.guidance;
    (gamma >= 0.0).then(|| Tilted::new(marginal, target, gamma))
}

/// The 1D curves at time `t`.
pub fn curves(state: &State, t: f64, from: f64, to: f64, count: usize) -> Curves {
    let marginal = Marginal::new(&state.mixture(), t);
    let target = state.guidance.target;
    let split = Split::new(&marginal, target);
    let tested = Tested { marginal: &marginal, target, classifier: state.classifier };
    let tilted = tilted(state, &marginal);
    let mut curves = Curves { x: points(from, to, count).collect(), ..Curves::default() };
    for x in curves.x.iter().map(std::slice::from_ref) {
        let odds = split.at(x);
        curves.unguided.push(odds.log_density().exp());
        curves.target.push((odds.log_target - marginal.log_priors[target]).exp());
        curves.tilted.push(tilted.map_or(0.0, |tilted| tilted.log_density(x).exp()));
        curves.posterior.push(odds.eta);
        curves.tested_posterior.push(tested.log_probability(target, x).exp());
        curves.guidance.push(odds.guidance[0]);
        curves.tested_guidance.push(tested.guidance_from(&odds, x)[0]);
    }
    curves
}

/// 1D: `p_t(x)` at `rows` reverse steps spread evenly from the first (row 0, `t = T`) to the last.
pub fn spacetime(state: &State, from: f64, to: f64, columns: usize, rows: usize) -> Vec<f32> {
    let mixture = state.mixture();
    let times = state.process.times();
    let mut density = Vec::with_capacity(rows * columns);
    for step in points(0.0, (times.len() - 1) as f64, rows) {
        let (whole, part) = (step.floor() as usize, step.fract());
        let t = times[whole] + part * (times[(whole + 1).min(times.len() - 1)] - times[whole]);
        let marginal = Marginal::new(&mixture, t);
        density.extend(points(from, to, columns).map(|x| marginal.log_density(&[x]).exp() as f32));
    }
    density
}

/// A rectangle of points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Raster {
    /// Lower left point.
    pub min: [f64; 2],
    /// Upper right point.
    pub max: [f64; 2],
    /// Points along `x_1`.
    pub columns: usize,
    /// Points along `x_2`.
    pub rows: usize,
}

impl Raster {
    fn points(self) -> impl Iterator<Item = [f64; 2]> {
        let across = points(self.min[0], self.max[0], self.columns);
        points(self.min[1], self.max[1], self.rows).flat_map(move |y| across.clone().map(move |x| [x, y]))
    }
}

/// 2D scalars on a raster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plane {
    /// `p_t(x)`.
    pub density: Vec<f32>,
    /// `p_t(x|c)`.
    pub target: Vec<f32>,
    /// `p_t(c|x)`.
    pub posterior: Vec<f32>,
}

/// The 2D scalars at time `t`.
pub fn plane(state: &State, t: f64, raster: Raster) -> Plane {
    let marginal = Marginal::new(&state.mixture(), t);
    let split = Split::new(&marginal, state.guidance.target);
    let log_prior = marginal.log_priors[state.guidance.target];
    let mut plane = Plane::default();
    for x in raster.points() {
        let odds = split.at(&x);
        plane.density.push(odds.log_density().exp() as f32);
        plane.target.push((odds.log_target - log_prior).exp() as f32);
        plane.posterior.push(odds.eta as f32);
    }
    plane
}

/// 2D: the vectors of a field at time `t`, pairs `(v_1, v_2)`. `drift` is that of the tested lane.
pub fn arrows(state: &State, t: f64, field: VectorField, raster: Raster) -> Vec<f32> {
    let marginal = Marginal::new(&state.mixture(), t);
    let split = Split::new(&marginal, state.guidance.target);
    let tested = Tested { marginal: &marginal, target: state.guidance.target, classifier: state.classifier };
    let lane = LaneGuidance {
        target: state.guidance.target,
        weight: state.weight(),
        classifier: state.classifier,
        scored: state.scored(),
    };
    let mut vectors = Vec::with_capacity(2 * raster.columns * raster.rows);
    for x in raster.points() {
        let odds = split.at(&x);
        let (guidance, _) = tested.guidance_and_doubt(&odds, &x);
        let mut moved = [0.0; 2];
        if field == VectorField::Drift {
            drift(&state.process, &marginal, &lane, &x, &mut moved);
        }
        vectors.extend((0..2).map(|i| {
            let value = match field {
                VectorField::None => 0.0,
                VectorField::Score => odds.score[i],
                VectorField::Exact => odds.guidance[i],
                VectorField::Tested => guidance[i],
                VectorField::Error => guidance[i] - odds.guidance[i],
                VectorField::Drift => moved[i],
            };
            value as f32
        }));
    }
    vectors
}

/// 2D: densities along the first axis, then along the second.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marginals {
    /// Of `p_t`.
    pub unguided: Vec<f64>,
    /// Of `p_t(.|c)`.
    pub target: Vec<f64>,
    /// Of the tilted density; zeros for a negative `gamma`.
    pub tilted: Vec<f64>,
}

/// The 2D marginals at time `t`, at `count` points along each side of the rectangle.
pub fn marginals(state: &State, t: f64, min: [f64; 2], max: [f64; 2], count: usize) -> Marginals {
    let marginal = Marginal::new(&state.mixture(), t);
    let target = state.guidance.target;
    let prior = marginal.log_priors[target].exp();
    let tilted = tilted(state, &marginal);
    let mut marginals = Marginals::default();
    for axis in 0..2 {
        let x: Vec<f64> = points(min[axis], max[axis], count).collect();
        for &x in &x {
            let (mut all, mut own) = (0.0, 0.0);
            for component in &marginal.components {
                let variance = component.covariance[3 * axis];
                let z = x - component.mean[axis];
                let density =
                    component.weight * (-0.5 * z * z / variance).exp() / (2.0 * std::f64::consts::PI * variance).sqrt();
                all += density;
                own += if component.class == target { density } else { 0.0 };
            }
            marginals.unguided.push(all);
            marginals.target.push(own / prior);
        }
        let mut density = vec![0.0; count];
        if let Some(tilted) = tilted {
            tilted.marginal(axis, &x, &mut density);
        }
        marginals.tilted.extend(density);
    }
    marginals
}
