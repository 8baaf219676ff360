//! Everything exact at a point: densities, scores, posteriors, products with the Hessian. In f64, by the Woodbury
//! identity: `C = diag(E) + u^2 F F^T`, `C^-1 = diag(1/E) - G diag(s) G^T`, which costs `d r` a component.

use std::sync::Arc;

use super::mixture::{Mixture, Own};
use crate::model::{Noise, cholesky};

/// A component after some noise.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// `log pi - (1/2) log det C - (d/2) log 2 pi`.
    pub log_weight: f64,
    /// The place of its class.
    pub place: usize,
    /// `m = u mu`.
    pub mean: Vec<f64>,
    /// `1/E`.
    pub inverse: Vec<f64>,
    /// The columns of `G`, one after the other.
    pub directions: Arc<[f64]>,
    /// `s`, one for each.
    pub scales: Vec<f64>,
}

/// A mixture after some noise: the marginal of the process at a time.
#[derive(Clone, Debug)]
pub struct Marginal {
    noise: Noise,
    dimension: usize,
    classes: Vec<usize>,
    terms: Vec<Term>,
}

/// What is known at a point.
#[derive(Clone, Debug)]
pub struct Point<'a> {
    marginal: &'a Marginal,
    /// `l_k`.
    logs: Vec<f64>,
    /// `a_k = -C_k^-1 (x - m_k)`, one after the other.
    pulls: Vec<f64>,
    /// `log sum exp l_k` of each class, and of all.
    sums: Vec<f64>,
    log_density: f64,
}

impl Term {
    fn new(own: &Own, place: usize, Noise { signal, variance }: Noise) -> Self {
        let d = own.mean.len();
        let square = signal * signal;
        let noised: Vec<f64> = own.diagonal.iter().map(|entry| square * entry + variance).collect();
        let mut log_determinant: f64 = noised.iter().map(|entry| entry.ln()).sum();
        let (directions, scales) = if let Some(variances) = &own.variances {
            let e = noised[0];
            let scale = |lambda: &f64| {
                let own = square * lambda;
                log_determinant += (own / e).ln_1p();
                own / (e * (e + own))
            };
            (own.directions.clone(), variances.iter().map(scale).collect())
        } else {
            let (directions, log) = tilted(own, &noised, signal);
            log_determinant += log;
            (directions.into(), vec![1.0; own.rank()])
        };
        Self {
            log_weight: own.weight.ln() - 0.5 * log_determinant - 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln(),
            place,
            mean: own.mean.iter().map(|mu| signal * mu).collect(),
            inverse: noised.iter().map(|entry| 1.0 / entry).collect(),
            directions,
            scales,
        }
    }

    /// `C^-1 v`.
    fn solve(&self, v: &[f64], out: &mut [f64]) {
        let d = v.len();
        for ((out, v), inverse) in out.iter_mut().zip(v).zip(&self.inverse) {
            *out = v * inverse;
        }
        for (direction, scale) in self.directions.chunks_exact(d).zip(&self.scales) {
            let part: f64 = direction.iter().zip(v).map(|(g, v)| g * v).sum::<f64>() * scale;
            for (out, g) in out.iter_mut().zip(direction) {
                *out -= part * g;
            }
        }
    }

    /// The trace of `C^-1`.
    fn trace(&self) -> f64 {
        let d = self.mean.len();
        let parts = self.directions.chunks_exact(d).zip(&self.scales);
        let away: f64 = parts.map(|(direction, scale)| scale * direction.iter().map(|g| g * g).sum::<f64>()).sum();
        self.inverse.iter().sum::<f64>() - away
    }
}

/// `G = E^-1 u F L^-T` with `L L^T = I + u^2 F^T E^-1 F`, and the logarithm of the determinant of the latter.
fn tilted(own: &Own, noised: &[f64], signal: f64) -> (Vec<f64>, f64) {
    let (d, r) = (noised.len(), own.rank());
    let column = |i: usize| &own.directions[i * d..][..d];
    let mut inner = vec![0.0; r * r];
    for i in 0..r {
        for j in 0..=i {
            let dot: f64 = column(i).iter().zip(column(j)).zip(noised).map(|((a, b), e)| a * b / e).sum();
            inner[i * r + j] = signal * signal * dot + f64::from(u8::from(i == j));
            inner[j * r + i] = inner[i * r + j];
        }
    }
    let factor = cholesky(&inner, r).unwrap_or_else(|| vec![f64::NAN; r * r]);
    // Rows of G^T solve L G^T = u F^T E^-1, one after the other.
    let mut directions: Vec<f64> = Vec::with_capacity(d * r);
    for i in 0..r {
        let mut row: Vec<f64> = column(i).iter().zip(noised).map(|(f, e)| signal * f / e).collect();
        for j in 0..i {
            let above = &directions[j * d..][..d];
            row.iter_mut().zip(above).for_each(|(entry, above)| *entry -= factor[i * r + j] * above);
        }
        for entry in &mut row {
            *entry /= factor[i * r + i];
        }
        directions.extend(row);
    }
    (directions, (0..r).map(|i| 2.0 * factor[i * r + i].ln()).sum())
}

impl Marginal {
    /// The mixture after a noise.
    pub fn new(mixture: &Mixture, noise: Noise) -> Self {
        let classes = mixture.classes().to_vec();
        let place = |class: usize| classes.iter().position(|&label| label == class).unwrap_or_default();
        let terms = mixture.own().iter().map(|own| Term::new(own, place(own.class), noise)).collect();
        Self { noise, dimension: mixture.dimension(), terms, classes }
    }

    /// The noise.
    pub fn noise(&self) -> Noise {
        self.noise
    }

    /// The labels, in the order in which everything is said of them.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    pub(super) fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Evaluates all components at `x`.
    pub fn at(&self, x: &[f64]) -> Point<'_> {
        let d = self.dimension;
        let mut logs = Vec::with_capacity(self.terms.len());
        let mut pulls = vec![0.0; self.terms.len() * d];
        let mut away = vec![0.0; d];
        for (term, pull) in self.terms.iter().zip(pulls.chunks_exact_mut(d)) {
            for ((away, x), m) in away.iter_mut().zip(x).zip(&term.mean) {
                *away = x - m;
            }
            term.solve(&away, pull);
            let square: f64 = away.iter().zip(&*pull).map(|(v, solved)| v * solved).sum();
            for entry in pull.iter_mut() {
                *entry = -*entry;
            }
            logs.push(term.log_weight - 0.5 * square);
        }
        let of = |place: Option<usize>| {
            log_sum(
                self.terms
                    .iter()
                    .zip(&logs)
                    .filter(|(term, _)| place.is_none_or(|own| own == term.place))
                    .map(|(_, l)| *l),
            )
        };
        let sums = (0..self.classes.len()).map(|place| of(Some(place))).collect();
        let log_density = of(None);
        Point { marginal: self, logs, pulls, sums, log_density }
    }
}

/// Whichever is largest.
pub fn most_likely(logs: &[f64]) -> Option<usize> {
    (0..logs.len()).max_by(|&a, &b| logs[a].total_cmp(&logs[b]))
}

/// `log sum exp` of what may be far below 1.
pub(super) fn log_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let top = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if top == f64::NEG_INFINITY { top } else { top + logs.map(|log| (log - top).exp()).sum::<f64>().ln() }
}

impl Point<'_> {
    /// `log p_t(x)`.
    pub fn log_density(&self) -> f64 {
        self.log_density
    }

    /// `log p_t(y|x)` of a class by its place.
    pub fn log_posterior(&self, place: usize) -> f64 {
        self.sums[place] - self.log_density
    }

    /// Those of all classes.
    pub fn log_posteriors(&self) -> Vec<f64> {
        self.sums.iter().map(|sum| sum - self.log_density).collect()
    }

    /// `p(k|x)` of each component.
    pub fn responsibilities(&self) -> Vec<f64> {
        self.shares(None).collect()
    }

    /// `r_k` among all components, or among those of a class: 0 for the others.
    fn shares(&self, place: Option<usize>) -> impl Iterator<Item = f64> {
        let total = place.map_or(self.log_density, |place| self.sums[place]);
        self.marginal
            .terms
            .iter()
            .zip(&self.logs)
            .map(move |(term, log)| if place.is_none_or(|own| own == term.place) { (log - total).exp() } else { 0.0 })
    }

    /// `grad log p_t(x)`, or of the density of a class: `grad log p_t(x|y)`.
    pub fn score(&self, place: Option<usize>) -> Vec<f64> {
        let d = self.marginal.dimension;
        let mut score = vec![0.0; d];
        for (share, pull) in self.shares(place).zip(self.pulls.chunks_exact(d)) {
            if share > 0.0 {
                score.iter_mut().zip(pull).for_each(|(score, a)| *score += share * a);
            }
        }
        score
    }

    /// `grad log p_t(y|x)`.
    pub fn guidance(&self, place: usize) -> Vec<f64> {
        self.score(Some(place)).iter().zip(self.score(None)).map(|(own, all)| own - all).collect()
    }

    /// `H v`, `H` the Hessian of `log p_t(x)`, or of `log p_t(x|y)`.
    pub fn hessian_product(&self, place: Option<usize>, v: &[f64]) -> Vec<f64> {
        let d = v.len();
        let dot = |a: &[f64]| -> f64 { a.iter().zip(v).map(|(a, v)| a * v).sum() };
        let mut product = vec![0.0; d];
        let mut solved = vec![0.0; d];
        for ((share, pull), term) in self.shares(place).zip(self.pulls.chunks_exact(d)).zip(&self.marginal.terms) {
            if share > 0.0 {
                term.solve(v, &mut solved);
                let along = dot(pull);
                for j in 0..d {
                    product[j] += share * (pull[j] * along - solved[j]);
                }
            }
        }
        let score = self.score(place);
        let along = dot(&score);
        product.iter_mut().zip(score).for_each(|(product, s)| *product -= s * along);
        product
    }

    /// The trace of that Hessian.
    pub fn hessian_trace(&self, place: Option<usize>) -> f64 {
        let d = self.marginal.dimension;
        let square = |a: &[f64]| -> f64 { a.iter().map(|a| a * a).sum() };
        let parts = self.shares(place).zip(self.pulls.chunks_exact(d)).zip(&self.marginal.terms);
        let sum: f64 = parts.map(|((share, pull), term)| share * (square(pull) - term.trace())).sum();
        sum - square(&self.score(place))
    }

    /// `E[X_0|x]`, the denoised guess, by Tweedie's formula.
    pub fn guess(&self, x: &[f64]) -> Vec<f64> {
        let Noise { signal, variance } = self.marginal.noise;
        x.iter().zip(self.score(None)).map(|(x, s)| (x + variance * s) / signal).collect()
    }
}
