//! The Gaussian mixture of one class: expectation maximisation (Dempster, Laird and Rubin 1977) from
//! k-means++ starts (Arthur and Vassilvitskii 2007), and the number of components by the Bayesian information
//! criterion, `BIC = p log n - 2 log L` (Schwarz 1978).

use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;

use super::gaussian::{Gaussian, LogDensity};
use crate::random::Philox;

const STARTS: usize = 3;
const ROUNDS: usize = 200;
/// EM ends when a round adds less than this to the mean log-likelihood of a point.
const LEAST_GAIN: f64 = 1e-6;
/// A component without a point keeps a trace, so that no logarithm is of 0.
const LEAST_WEIGHT: f64 = 1e-9;

/// A mixture and how well it fits.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassFit {
    /// Its components; the weights sum to 1.
    pub components: Vec<Gaussian>,
    /// The sum over the points, NaN where there were too few for a choice.
    pub log_likelihood: f64,
    /// The Bayesian information criterion, likewise.
    pub bic: f64,
}

/// The free numbers of a mixture of `k` Gaussians in `d` dimensions.
pub fn freedom(k: usize, d: usize) -> usize {
    k - 1 + k * d + k * d * (d + 1) / 2
}

/// The mixture of 1 to `most` Gaussians with the least BIC, of row-major points in `d` dimensions, variances
/// at least `floor`. `pause` is awaited after every round.
pub async fn fit_class(
    values: &[f64],
    d: usize,
    most: usize,
    floor: f64,
    rng: &mut Philox,
    pause: &mut impl AsyncFnMut(),
) -> ClassFit {
    let n = values.len() / d;
    let mut best: Option<ClassFit> = None;
    for k in 1..=most {
        if freedom(k, d) >= n {
            break;
        }
        for _ in 0..if k == 1 { 1 } else { STARTS } {
            let start = seeds(values, d, k, rng);
            let (components, log_likelihood) = climb(values, d, &start, floor, pause).await;
            let bic = freedom(k, d) as f64 * libm::log(n as f64) - 2.0 * log_likelihood;
            if best.as_ref().is_none_or(|best| bic < best.bic) {
                best = Some(ClassFit { components, log_likelihood, bic });
            }
        }
    }
    // Too few points for a count of freedoms: one Gaussian, held by the floor.
    best.unwrap_or_else(|| {
        let only = Gaussian::of(values, d, &vec![1.0; n], 1, floor);
        ClassFit { components: vec![only], log_likelihood: f64::NAN, bic: f64::NAN }
    })
}

fn squared(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// `k` points, each chosen with probability proportional to its squared distance from those before.
fn seeds<'a>(values: &'a [f64], d: usize, k: usize, rng: &mut Philox) -> Vec<&'a [f64]> {
    let point = |at: usize| &values[at * d..(at + 1) * d];
    let n = values.len() / d;
    let mut chosen = vec![point(rng.random_range(0..n))];
    let mut nearest = vec![f64::INFINITY; n];
    while chosen.len() < k {
        let newest = chosen[chosen.len() - 1];
        for (nearest, x) in nearest.iter_mut().zip(values.chunks_exact(d)) {
            *nearest = nearest.min(squared(x, newest));
        }
        // Where all points have been chosen, any of them will do.
        let at = WeightedIndex::new(&nearest).map_or(0, |weighted| weighted.sample(rng));
        chosen.push(point(at));
    }
    chosen
}

/// One run of EM from a start: the components and their log-likelihood.
async fn climb(
    values: &[f64],
    d: usize,
    start: &[&[f64]],
    floor: f64,
    pause: &mut impl AsyncFnMut(),
) -> (Vec<Gaussian>, f64) {
    let n = values.len() / d;
    let k = start.len();
    // The share that each component has in each point: at first the nearest one has it all.
    let mut shares = vec![0.0; n * k];
    for (x, shares) in values.chunks_exact(d).zip(shares.chunks_exact_mut(k)) {
        let distance = |part: &usize| squared(x, start[*part]);
        let nearest = (0..k).min_by(|a, b| distance(a).total_cmp(&distance(b)));
        shares[nearest.unwrap_or(0)] = 1.0;
    }
    let mut components = Vec::new();
    let mut log_likelihood = f64::NEG_INFINITY;
    for _ in 0..ROUNDS {
        components = (0..k).map(|part| Gaussian::of(values, d, &shares[part..], k, floor)).collect::<Vec<_>>();
        for component in &mut components {
            component.weight = component.weight.max(LEAST_WEIGHT);
        }
        let terms: Vec<LogDensity> = components.iter().map(Gaussian::log_density).collect();
        let sum: f64 =
            values.chunks_exact(d).zip(shares.chunks_exact_mut(k)).map(|(x, shares)| share(x, &terms, shares)).sum();
        pause().await;
        let done = sum - log_likelihood < LEAST_GAIN * n as f64;
        log_likelihood = sum;
        if done {
            break;
        }
    }
    (components, log_likelihood)
}

/// The responsibilities of the components for a point, and the logarithm of its density.
fn share(x: &[f64], terms: &[LogDensity], shares: &mut [f64]) -> f64 {
    let mut top = f64::NEG_INFINITY;
    for (share, term) in shares.iter_mut().zip(terms) {
        *share = term.at(x);
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
    top + libm::log(total)
}
