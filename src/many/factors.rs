//! A mixture of factor analysers for the points of a class: every covariance is a diagonal plus a few directions.
//! Expectation maximisation (Ghahramani and Hinton, "The EM algorithm for mixtures of factor analyzers", 1996) from
//! k-means, and the number of components by the Bayesian information criterion, `BIC = p log n - 2 log L`.
//!
//! A round takes each mean as the weighted mean, and then makes one step of EM for the factors with these means and the
//! same responsibilities: each of the two can only raise what EM raises, so that the likelihood never falls. Variances of
//! the diagonal end at a floor, which keeps the likelihood bounded.

use super::fit::{k_means, mean};
use super::mixture::{Component, Covariance};
use crate::kernels::many::{factor_products, factor_sums};
use crate::model::{cholesky, inverse_from_cholesky};
use crate::random::{Philox, normals};

/// The purpose of the draws, and of each class after the first.
const STARTS: u32 = 0x4d80;
/// So many starts for each number of components but one.
pub(super) const TRIES: usize = 3;
/// Rounds of EM at most.
pub(super) const ROUNDS: usize = 200;
/// EM ends when a round adds less than this to the mean log-likelihood of a point.
const LEAST_GAIN: f64 = 1e-5;
/// A component without a point keeps a trace, so that no logarithm is of 0.
const LEAST_WEIGHT: f64 = 1e-9;
/// So many numbers of components in a row without a better BIC end the search.
const PATIENCE: usize = 2;
/// Rounds of orthogonal iteration for the directions of a start.
const TURNS: usize = 8;

/// What the components of a class may be.
#[derive(Clone, Copy, Debug)]
pub struct FactorOptions {
    /// The most components.
    pub most: usize,
    /// Directions of each.
    pub rank: usize,
    /// The least variance of a diagonal.
    pub floor: f64,
    /// The seed of the starts.
    pub seed: u32,
}

/// How far the fit of a class is, after a round of EM.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Round {
    /// The class.
    pub class: usize,
    /// The number of components that is tried.
    pub components: usize,
    /// The most that may be tried.
    pub most: usize,
    /// The round, from 0.
    pub round: usize,
    /// `log L` of the points.
    pub log_likelihood: f64,
}

/// The mixture of a class and how well it fits.
#[derive(Clone, Debug)]
pub struct FactorFit {
    /// Its components; their weights are numbers of points.
    pub components: Vec<Component>,
    /// `log L`, the sum over the points.
    pub log_likelihood: f64,
    /// The Bayesian information criterion.
    pub bic: f64,
}

/// The free numbers of `k` components in `d` dimensions with `rank` directions each: a turn of the directions among
/// themselves changes no covariance.
pub fn factor_freedom(k: usize, d: usize, rank: usize) -> usize {
    k - 1 + k * (2 * d + d * rank - rank * rank.saturating_sub(1) / 2)
}

/// The mixture of 1 to `most` components with the least BIC. `tell` is awaited after every round; with an error it ends
/// the fit.
///
/// # Errors
/// What `tell` answers.
///
/// # Panics
/// Without a point.
pub async fn fit_factors<E>(
    points: &[Vec<f64>],
    class: usize,
    options: FactorOptions,
    tell: &mut impl AsyncFnMut(Round) -> Result<(), E>,
) -> Result<FactorFit, E> {
    let (n, d) = (points.len(), points[0].len());
    let mut rng = Philox::for_purpose(options.seed, STARTS + class as u32);
    let mut best: Option<FactorFit> = None;
    let mut since = 0;
    let most = options.most.min(n);
    for k in 1..=most {
        let before = best.as_ref().map(|best| best.bic);
        for _ in 0..if k == 1 { 1 } else { TRIES } {
            let Some(start) = start(points, k, options, &mut rng) else { continue };
            let (parts, log_likelihood) = climb(points, start, options.floor, &mut async |round, log_likelihood| {
                tell(Round { class, components: k, most, round, log_likelihood }).await
            })
            .await?;
            let bic = factor_freedom(k, d, options.rank) as f64 * libm::log(n as f64) - 2.0 * log_likelihood;
            if best.as_ref().is_none_or(|best| bic < best.bic) {
                let components = parts.into_iter().map(|part| part.component(n, class)).collect();
                best = Some(FactorFit { components, log_likelihood, bic });
            }
        }
        since = if best.as_ref().map(|best| best.bic) == before { since + 1 } else { 0 };
        if since == PATIENCE {
            break;
        }
    }
    Ok(best.expect("one component has a start"))
}

/// A component under way: `N(mean, diag(diagonal) + F F^T)`, `F` row by row.
#[derive(Clone, Debug)]
struct Part {
    weight: f64,
    mean: Vec<f64>,
    diagonal: Vec<f64>,
    factors: Vec<f64>,
    rank: usize,
}

/// What a part's density at a point goes by (Woodbury): with `M = I + F^T D^-1 F`, the inverse of its covariance is
/// `D^-1 - D^-1 F M^-1 F^T D^-1`.
struct Ready<'a> {
    part: &'a Part,
    /// `log weight - 1/2 log det - d/2 log 2 pi`.
    constant: f64,
    /// `D^-1`.
    inverse: Vec<f64>,
    /// `D^-1 F`, row by row.
    scaled: Vec<f64>,
    /// `M^-1`, row by row.
    middle: Vec<f64>,
}

impl Part {
    fn ready(&self) -> Ready<'_> {
        let (d, r) = (self.mean.len(), self.rank);
        let inverse: Vec<f64> = self.diagonal.iter().map(|variance| 1.0 / variance).collect();
        let scaled: Vec<f64> = (0..d * r).map(|at| self.factors[at] * inverse[at / r]).collect();
        let mut middle = vec![0.0; r * r];
        for j in 0..d {
            for i in 0..r {
                for l in 0..r {
                    middle[i * r + l] += self.factors[j * r + i] * scaled[j * r + l];
                }
            }
        }
        for i in 0..r {
            middle[i * r + i] += 1.0;
        }
        let factor = cholesky(&middle, r).expect("the identity and a square");
        let own: f64 = (0..r).map(|i| 2.0 * libm::log(factor[i * r + i])).sum();
        let log_determinant = own + self.diagonal.iter().map(|&variance| libm::log(variance)).sum::<f64>();
        let constant =
            libm::log(self.weight) - 0.5 * log_determinant - 0.5 * d as f64 * libm::log(2.0 * std::f64::consts::PI);
        Ready { part: self, constant, inverse, scaled, middle: inverse_from_cholesky(&factor, r) }
    }

    /// The same as a component of a mixture, with as many points as its weight of `n`.
    fn component(self, n: usize, class: usize) -> Component {
        let Self { weight, mean, diagonal, factors, rank } = self;
        let column = |i: usize| -> Vec<f64> { factors.iter().skip(i).step_by(rank).copied().collect() };
        let factors = (0..rank).map(column).filter(|column| column.iter().any(|&entry| entry != 0.0)).collect();
        let covariance = Covariance::LowRank { diagonal, factors };
        Component { weight: weight * n as f64, mean, covariance, class }
    }
}

impl Ready<'_> {
    /// The mean of the latent coordinates, `M^-1 F^T D^-1 away`, into `latent`; and `away^T Sigma^-1 away`.
    fn latent(&self, away: &[f64], latent: &mut [f64], seen: &mut [f64]) -> f64 {
        let r = seen.len();
        seen.fill(0.0);
        let mut square = 0.0;
        for (j, x) in away.iter().enumerate() {
            square += x * x * self.inverse[j];
        }
        factor_products(away, &self.scaled, seen);
        for (i, latent) in latent.iter_mut().enumerate() {
            *latent = self.middle[i * r..(i + 1) * r].iter().zip(seen.iter()).map(|(m, seen)| m * seen).sum();
            square -= *latent * seen[i];
        }
        square
    }
}

/// Hard clusters by k-means, and of each its mean, its leading principal directions (by orthogonal iteration), and on the
/// diagonal what is left. `None` if a cluster is empty.
fn start(points: &[Vec<f64>], k: usize, options: FactorOptions, rng: &mut Philox) -> Option<Vec<Part>> {
    let clusters = k_means(points, k, rng);
    (0..k)
        .map(|cluster| {
            let own: Vec<&Vec<f64>> =
                points.iter().zip(&clusters).filter(|(_, of)| **of == cluster).map(|(point, _)| point).collect();
            (!own.is_empty()).then(|| {
                let weight = own.len() as f64 / points.len() as f64;
                principal(&own, weight, options, rng)
            })
        })
        .collect()
}

fn principal(points: &[&Vec<f64>], weight: f64, options: FactorOptions, rng: &mut Philox) -> Part {
    let mean = mean(points);
    let (d, n) = (mean.len(), points.len() as f64);
    let away: Vec<Vec<f64>> =
        points.iter().map(|point| point.iter().zip(&mean).map(|(x, mean)| x - mean).collect()).collect();
    let mut variances = vec![0.0; d];
    for away in &away {
        variances.iter_mut().zip(away).for_each(|(variance, x)| *variance += x * x / n);
    }
    let rank = options.rank.min(d);
    let mut directions: Vec<Vec<f64>> = vec![vec![0.0; d]; rank];
    for direction in &mut directions {
        normals(rng, direction);
    }
    let dot = |x: &[f64], y: &[f64]| -> f64 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
    let mut lengths = vec![0.0; rank];
    for _ in 0..TURNS {
        for (at, length) in lengths.iter_mut().enumerate() {
            let mut next = vec![0.0; d];
            for away in &away {
                let share = dot(away, &directions[at]) / n;
                next.iter_mut().zip(away).for_each(|(next, x)| *next += share * x);
            }
            let whole = dot(&next, &next).sqrt();
            for earlier in &directions[..at] {
                let share = dot(&next, earlier);
                next.iter_mut().zip(earlier).for_each(|(next, x)| *next -= share * x);
            }
            // What is nothing but rounding is no direction.
            *length = dot(&next, &next).sqrt();
            let unit = if *length > 1e-9 * whole { 1.0 / *length } else { 0.0 };
            directions[at] = next.iter().map(|x| x * unit).collect();
            *length *= f64::from(u8::from(unit > 0.0));
        }
    }
    let taken: f64 = lengths.iter().sum();
    let rest = ((variances.iter().sum::<f64>() - taken) / (d - rank).max(1) as f64).max(options.floor);
    let mut factors = vec![0.0; d * rank];
    let mut diagonal = variances;
    for (i, direction) in directions.iter().enumerate() {
        let length = (lengths[i] - rest).max(0.0).sqrt();
        for (j, x) in direction.iter().enumerate() {
            factors[j * rank + i] = length * x;
            diagonal[j] -= (length * x) * (length * x);
        }
    }
    for variance in &mut diagonal {
        *variance = variance.max(options.floor);
    }
    Part { weight, mean, diagonal, factors, rank }
}

/// EM from a start: the parts and their log-likelihood.
async fn climb<E>(
    points: &[Vec<f64>],
    mut parts: Vec<Part>,
    floor: f64,
    tell: &mut impl AsyncFnMut(usize, f64) -> Result<(), E>,
) -> Result<(Vec<Part>, f64), E> {
    let (n, k) = (points.len(), parts.len());
    let mut shares = vec![0.0; n * k];
    let mut log_likelihood = expect(points, &parts, &mut shares);
    tell(0, log_likelihood).await?;
    for round in 1..ROUNDS {
        let next: Vec<Part> =
            parts.iter().enumerate().map(|(at, part)| maximise(points, part, &shares[at..], k, floor)).collect();
        let found = expect(points, &next, &mut shares);
        tell(round, found).await?;
        let gain = found - log_likelihood;
        (parts, log_likelihood) = (next, found);
        if gain < LEAST_GAIN * n as f64 {
            break;
        }
    }
    Ok((parts, log_likelihood))
}

/// The responsibilities of the parts for each point; the sum of the log-densities.
fn expect(points: &[Vec<f64>], parts: &[Part], shares: &mut [f64]) -> f64 {
    let ready: Vec<Ready> = parts.iter().map(Part::ready).collect();
    let (d, r) = (points[0].len(), parts[0].rank);
    let (mut away, mut latent, mut seen) = (vec![0.0; d], vec![0.0; r], vec![0.0; r]);
    let mut sum = 0.0;
    for (x, shares) in points.iter().zip(shares.chunks_exact_mut(parts.len())) {
        let mut top = f64::NEG_INFINITY;
        for (share, ready) in shares.iter_mut().zip(&ready) {
            subtract(x, &ready.part.mean, &mut away);
            *share = ready.constant - 0.5 * ready.latent(&away, &mut latent, &mut seen);
            top = top.max(*share);
        }
        let mut total = 0.0;
        for share in shares.iter_mut() {
            *share = libm::exp(*share - top);
            total += *share;
        }
        for share in shares {
            *share /= total;
        }
        sum += top + libm::log(total);
    }
    sum
}

fn subtract(x: &[f64], y: &[f64], out: &mut [f64]) {
    for ((out, x), y) in out.iter_mut().zip(x).zip(y) {
        *out = x - y;
    }
}

/// A part by its responsibilities, every `k`-th of `shares`.
fn maximise(points: &[Vec<f64>], part: &Part, shares: &[f64], k: usize, floor: f64) -> Part {
    let (d, r) = (part.mean.len(), part.rank);
    // A share below the rounding of 1 adds nothing to a sum.
    let own = || points.iter().zip(shares.iter().step_by(k)).filter(|(_, share)| **share > f64::EPSILON);
    let total: f64 = own().map(|(_, share)| share).sum();
    let weight = (total / points.len() as f64).max(LEAST_WEIGHT);
    if total < LEAST_WEIGHT {
        return Part { weight, ..part.clone() };
    }
    let mut mean = vec![0.0; d];
    for (x, share) in own() {
        mean.iter_mut().zip(x).for_each(|(mean, x)| *mean += share * x / total);
    }
    let ready = part.ready();
    let (mut away, mut latent, mut seen) = (vec![0.0; d], vec![0.0; r], vec![0.0; r]);
    // The sums of `a a` (its diagonal), `a z^T` and `z z^T`, `a` what a point is away from the mean and `z` its latent.
    let (mut square, mut cross, mut inner) = (vec![0.0; d], vec![0.0; d * r], vec![0.0; r * r]);
    for (x, share) in own() {
        subtract(x, &mean, &mut away);
        ready.latent(&away, &mut latent, &mut seen);
        factor_sums(&away, &latent, *share, &mut square, &mut cross);
        for i in 0..r {
            for l in 0..r {
                inner[i * r + l] += share * latent[i] * latent[l];
            }
        }
    }
    for (inner, middle) in inner.iter_mut().zip(&ready.middle) {
        *inner += total * middle;
    }
    let solved = inverse_from_cholesky(&cholesky(&inner, r).expect("positive definite"), r);
    let mut factors = vec![0.0; d * r];
    let mut diagonal = vec![0.0; d];
    for j in 0..d {
        let row = &cross[j * r..(j + 1) * r];
        let mut explained = 0.0;
        for i in 0..r {
            let entry: f64 = row.iter().enumerate().map(|(l, cross)| cross * solved[l * r + i]).sum();
            factors[j * r + i] = entry;
            explained += entry * row[i];
        }
        diagonal[j] = ((square[j] - explained) / total).max(floor);
    }
    Part { weight, mean, diagonal, factors, rank: r }
}
