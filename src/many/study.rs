//! What guidance does, and what a wrong classifier does, as numbers: means over particles or over draws, each with its
//! standard error.

use super::exact::{Marginal, most_likely};
use super::guide::Guide;
use super::images::Images;
use super::mixture::Mixture;
use super::run::Run;
use super::sample::Sampler;
use crate::metrics::Estimate;
use crate::model::{Classifier, Noise};
use crate::random::Philox;

/// The mean of those values that are numbers.
pub fn mean(values: &[f64]) -> Estimate {
    let finite: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    Estimate::mean(&finite)
}

/// What became of the particles of a lane.
#[derive(Clone, Debug)]
pub struct Effect {
    /// The mean of `log p_t(c|x)` at the present time, `c` the particle's own target.
    pub log_probability: Estimate,
    /// Which share has `p(c|x)` at least that of the same particle in another lane.
    pub improved: Estimate,
    /// `log p_t(c|x)` of each; `NaN` where it is lost.
    pub each: Vec<f64>,
    /// How varied those are that are pictures.
    pub diversity: Diversity,
    /// How many are none: lost, or far beyond what data reach in a coordinate.
    pub ruined: usize,
}

/// A coordinate beyond this is none of data that reach from -1 to 1, with their noise.
const PICTURE: f64 = 3.0;

fn is_picture(x: &[f64]) -> bool {
    x.iter().all(|x| x.abs() <= PICTURE)
}

/// How varied particles are.
#[derive(Clone, Copy, Debug)]
pub struct Diversity {
    /// The mean distance of two of the same target.
    pub distance: f64,
    /// How many components they take, as the exponential of the entropy of the mean responsibilities.
    pub components: f64,
}

/// The particles of a lane, and `log p_t(c|x)` of each at the present time, `c` its own target: `NaN` where it is lost.
fn seen(run: &Run, marginal: &Marginal, lane: usize) -> (Vec<Vec<f64>>, Vec<f64>) {
    let scene = run.scene();
    let positions = run.positions(lane);
    let rows = positions.chunks_exact(scene.mixture.dimension());
    let points: Vec<Vec<f64>> = rows.map(|x| x.iter().map(|&x| x.into()).collect()).collect();
    let log = |(particle, x): (usize, &Vec<f64>)| {
        let place = scene.mixture.place(scene.targets[particle % scene.targets.len()]).unwrap_or_default();
        if x.iter().all(|x| x.is_finite()) { marginal.at(x).log_posterior(place) } else { f64::NAN }
    };
    let logs = points.iter().enumerate().map(log).collect();
    (points, logs)
}

/// What became of a lane, held against another.
pub fn effect(run: &Run, lane: usize, other: usize) -> Effect {
    let marginal = Marginal::new(&run.scene().mixture, Noise::at(run.time()));
    let (points, each) = seen(run, &marginal, lane);
    let (_, others) = seen(run, &marginal, other);
    let groups: Vec<usize> = (0..points.len()).map(|i| i % run.scene().targets.len()).collect();
    Effect {
        log_probability: mean(&each),
        improved: improved(&each, &others),
        diversity: diversity(&marginal, &points, &groups),
        ruined: points.iter().filter(|x| !is_picture(x)).count(),
        each,
    }
}

/// The share whose `log p(c|x)` is at least that of the same particle elsewhere.
fn improved(each: &[f64], others: &[f64]) -> Estimate {
    let share = |(own, other): (&f64, &f64)| if own.is_finite() { f64::from(u8::from(own >= other)) } else { 0.0 };
    mean(&each.iter().zip(others).map(share).collect::<Vec<f64>>())
}

/// What a measurement says of a lane.
pub(super) struct Outcome {
    pub log_probability: Estimate,
    pub reciprocal: Estimate,
    /// Beside another lane.
    pub improved: Option<Estimate>,
}

/// What became of a lane, held against another if there is one.
pub(super) fn outcome(run: &Run, lane: usize, other: Option<usize>) -> Outcome {
    let marginal = Marginal::new(&run.scene().mixture, Noise::at(run.time()));
    let (_, each) = seen(run, &marginal, lane);
    // Of a lane with weights no more are independent than there are lineages.
    let wider = run.weighed(lane).map_or(1.0, |weighed| {
        let lineages: f64 = weighed.iter().map(|of| of.lineages).sum();
        (each.len() as f64 / lineages).sqrt()
    });
    let widened = |Estimate { estimate, standard_error }| Estimate { estimate, standard_error: wider * standard_error };
    Outcome {
        log_probability: widened(mean(&each)),
        reciprocal: widened(reciprocals(&each)),
        improved: other.map(|other| improved(&each, &seen(run, &marginal, other).1)),
    }
}

fn reciprocals(logs: &[f64]) -> Estimate {
    mean(&logs.iter().map(|log| (-log).exp()).collect::<Vec<f64>>())
}

/// The mean of `1/p_t(c|x)` over the particles of a lane at the present time: 10 for ten equally likely classes where
/// `gamma = 1`, whatever the time, but near `t = 0` a single particle decides it.
pub fn reciprocal(run: &Run, lane: usize) -> Estimate {
    let marginal = Marginal::new(&run.scene().mixture, Noise::at(run.time()));
    let (_, logs) = seen(run, &marginal, lane);
    reciprocals(&logs)
}

/// How varied points are that have the same group; what is no picture is left out.
pub fn diversity(marginal: &Marginal, points: &[Vec<f64>], groups: &[usize]) -> Diversity {
    let (mut sum, mut pairs) = (0.0, 0_u32);
    let mut shares = vec![0.0; marginal.terms().len()];
    for (i, x) in points.iter().enumerate().filter(|(_, x)| is_picture(x)) {
        for (share, r) in shares.iter_mut().zip(marginal.at(x).responsibilities()) {
            *share += r;
        }
        for (j, y) in points.iter().enumerate().take(i) {
            if groups[i] == groups[j] && is_picture(y) {
                sum += x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt();
                pairs += 1;
            }
        }
    }
    let total: f64 = shares.iter().sum();
    let entropy: f64 =
        shares.iter().map(|share| share / total).filter(|&share| share > 0.0).map(|share| -share * share.ln()).sum();
    Diversity { distance: sum / f64::from(pairs), components: entropy.exp() }
}

/// How wrong a classifier is at a time.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// `E KL(p(.|x) || phat(.|x))` over `p_t`.
    pub kl: Estimate,
    /// `E |grad log phat(c|x) - grad log p(c|x)|^2` over `p_t(.|c)`, averaged over the classes.
    pub error: Estimate,
    /// `E |grad log p(c|x)|^2` over the same.
    pub norm: Estimate,
}

/// The purpose of the draws.
const DRAWS: u32 = 0x4d40;

/// By so many draws; the same for every classifier and time.
pub fn fault(mixture: &Mixture, classifier: &Classifier, t: f64, draws: usize, seed: u32) -> Fault {
    fault_of(mixture, classifier, t, draws, seed, mixture.classes())
}

/// The same, averaged over some classes.
pub(super) fn fault_of(
    mixture: &Mixture,
    classifier: &Classifier,
    t: f64,
    draws: usize,
    seed: u32,
    targets: &[usize],
) -> Fault {
    let guide = Guide::new(mixture, classifier, t);
    let mut rng = Philox::for_purpose(seed, DRAWS);
    let classes = mixture.classes();
    let places: Vec<usize> = targets.iter().filter_map(|&target| mixture.place(target)).collect();
    let (mut kls, mut errors, mut norms) = (Vec::new(), Vec::new(), Vec::new());
    for draw in 0..draws {
        let place = places[draw % places.len()];
        let x = Sampler::new(mixture, Noise::at(t), None).draw(&mut rng);
        kls.push(guide.at(&x, place).kl());
        let x = Sampler::new(mixture, Noise::at(t), Some(classes[place])).draw(&mut rng);
        let found = guide.at(&x, place);
        errors.push(found.squared_error());
        norms.push(found.exact_guidance.iter().map(|g| g * g).sum());
    }
    Fault { kl: mean(&kls), error: mean(&errors), norm: mean(&norms) }
}

/// The share of images that the classifier labels right at a time: the number that people trust.
pub fn accuracy(mixture: &Mixture, classifier: &Classifier, t: f64, images: &Images) -> Estimate {
    let guide = Guide::new(mixture, classifier, t);
    let right = |(x, &label): (&Vec<f64>, &usize)| {
        f64::from(u8::from(most_likely(&guide.log_posteriors(x, 0)) == mixture.place(label)))
    };
    mean(&images.points.iter().zip(&images.labels).map(right).collect::<Vec<f64>>())
}
