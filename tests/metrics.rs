//! The estimators against seeded Monte Carlo, judged by their own standard errors.

mod helpers;

use guidance_lab::engine::{BINS_1D, BINS_2D, Domain, LaneObservation, Sums};
use guidance_lab::metrics::{ExactBins, lane_measures};
use guidance_lab::model::{Lane, Mixture, domain};
use guidance_lab::reference::{Marginal, Split};
use helpers::{close, line, normal, p2, pair, plane, seeded};
use rand::RngExt;
use rand::rngs::StdRng;

const TARGET: usize = 1;

fn domain_of(mixture: &Mixture) -> Domain {
    let (min, max) = domain(mixture);
    Domain { min, max }
}

/// A draw of `p_t`, of one class or of all.
fn draw(marginal: &Marginal, class: Option<usize>, rng: &mut StdRng) -> Vec<f64> {
    let kept: Vec<_> = marginal.components.iter().filter(|c| class.is_none_or(|class| c.class == class)).collect();
    let total: f64 = kept.iter().map(|c| c.weight).sum();
    let mut left = rng.random::<f64>() * total;
    let component = kept
        .iter()
        .find(|c| {
            left -= c.weight;
            left < 0.0
        })
        .unwrap_or(&kept[0]);
    let d = marginal.dimension;
    let z: Vec<f64> = (0..d).map(|_| normal(rng)).collect();
    let factor = guidance_lab::model::cholesky(&component.covariance, d).unwrap();
    (0..d).map(|i| component.mean[i] + (0..=i).map(|j| factor[i * d + j] * z[j]).sum::<f64>()).collect()
}

/// What an engine would hand over for these points.
fn observe(marginal: &Marginal, domain: &Domain, points: &[Vec<f64>]) -> LaneObservation {
    let d = marginal.dimension;
    let side = if d == 1 { BINS_1D } else { BINS_2D };
    let mut observation =
        LaneObservation { lane: Lane::Tested, bins: vec![0; side.pow(d as u32)], outside: 0, sums: Sums::default() };
    let split = Split::new(marginal, TARGET);
    for x in points {
        let mut bin = 0;
        let mut inside = true;
        for i in (0..d).rev() {
            let place = (x[i] - domain.min[i]) / (domain.max[i] - domain.min[i]) * side as f64;
            inside &= (0.0..side as f64).contains(&place);
            bin = bin * side + place.max(0.0) as usize;
        }
        if inside {
            observation.bins[bin] += 1;
        } else {
            observation.outside += 1;
        }
        let log_p = split.at(x).log_eta();
        let y = if d == 2 { x[1] } else { 0.0 };
        let sums = &mut observation.sums;
        sums.count += 1;
        sums.reciprocal += (-log_p).exp();
        sums.reciprocal_squared += (-2.0 * log_p).exp();
        sums.log_probability += log_p;
        sums.log_probability_squared += log_p * log_p;
        sums.improved += u64::from(log_p >= 0.5_f64.ln());
        sums.position[0] += x[0];
        sums.position[1] += y;
        for (sum, value) in sums.position_squared.iter_mut().zip([x[0] * x[0], x[0] * y, y * y]) {
            *sum += value;
        }
    }
    observation
}

/// Mean and standard deviation of standardised errors.
fn spread(scores: &[f64]) -> (f64, f64) {
    let n = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / n;
    (mean, (scores.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// Errors in units of their standard error have mean 0 (to `4/sqrt(n)`) and deviation about 1.
#[track_caller]
fn calibrated(name: &str, scores: &[f64]) {
    let (mean, deviation) = spread(scores);
    assert!(mean.abs() < 4.0 / (scores.len() as f64).sqrt(), "{name}: biased by {mean} standard errors");
    assert!((0.8..1.25).contains(&deviation), "{name}: errors are {deviation} standard errors");
}

#[test]
fn particle_means_are_unbiased_with_honest_errors() {
    // P2 at w = 0: E[1/p] = 1/pi_c = 2 and 1/p is bounded.
    let mixture = p2();
    let marginal = Marginal::new(&mixture, 0.1);
    let domain = domain_of(&mixture);
    let bins = ExactBins::new(&mixture, TARGET, 0.1, &domain, 2000);
    let mut rng = seeded(21);
    let (mut reciprocal, mut fraction, mut log) = (Vec::new(), Vec::new(), Vec::new());
    let mut all = Vec::new();
    for _ in 0..200 {
        let points: Vec<_> = (0..2000).map(|_| draw(&marginal, Some(TARGET), &mut rng)).collect();
        let measures = lane_measures(&observe(&marginal, &domain, &points), 1, &bins, true);
        reciprocal.push((measures.mean_reciprocal.estimate - 2.0) / measures.mean_reciprocal.standard_error);
        log.push(measures.mean_log_probability);
        fraction.push(measures.fraction_improved.unwrap());
        all.push(measures);
    }
    calibrated("1/p", &reciprocal);
    // The others against their own grand mean.
    for (name, estimates) in [("log p", &log), ("improved", &fraction)] {
        let mean = estimates.iter().map(|e| e.estimate).sum::<f64>() / 200.0;
        let scores: Vec<f64> = estimates.iter().map(|e| (e.estimate - mean) / e.standard_error).collect();
        calibrated(name, &scores);
    }
    assert_eq!(all[0].mean.len(), 1);
    let variance = all.iter().map(|m| m.covariance[0][0]).sum::<f64>() / 200.0;
    // Var(x|c) at t: u^2 (mu^2 + 1) + sigma^2 with mu = 1.
    let expected = 1.0 + (-0.2_f64).exp();
    close(variance, expected, 4.0 * expected * (2.0_f64 / 400_000.0).sqrt());
}

#[test]
fn sampling_kl_is_zero_at_the_truth() {
    let planes = Mixture::new(&[
        plane(0.3, [1.0, 0.5], [0.4, 0.1, 0.2], 1),
        plane(0.2, [-1.0, 0.0], [0.2, 0.0, 0.3], 1),
        plane(0.5, [0.0, -1.0], [0.3, 0.0, 0.3], 0),
    ]);
    for (mixture, particles, repeats) in [(Mixture::new(&pair()), 500, 400), (p2(), 5000, 200), (planes, 4000, 150)] {
        let marginal = Marginal::new(&mixture, 0.05);
        let domain = domain_of(&mixture);
        let bins = ExactBins::new(&mixture, TARGET, 0.05, &domain, particles);
        close(bins.masses().masses.iter().sum::<f64>() + bins.masses().outside, 1.0, 1e-11);
        let mut rng = seeded(22);
        let scores: Vec<f64> = (0..repeats)
            .map(|_| {
                let points: Vec<_> = (0..particles).map(|_| draw(&marginal, Some(TARGET), &mut rng)).collect();
                let kl = bins.sampling_kl(&observe(&marginal, &domain, &points));
                kl.estimate / kl.standard_error
            })
            .collect();
        println!("{:?}", spread(&scores));
        calibrated("sampling KL", &scores);
    }
}

#[test]
fn sampling_kl_of_a_known_shift() {
    // N(delta, 1) against N(0, 1): delta^2 / 2, of which bins an eighth wide lose a thousandth.
    let mixture = Mixture::new(&[line(1.0, 0.0, 1.0, TARGET)]);
    let marginal = Marginal::new(&mixture, 0.0);
    let domain = domain_of(&mixture);
    let bins = ExactBins::new(&mixture, TARGET, 0.0, &domain, 20_000);
    let mut rng = seeded(23);
    for delta in [0.1, 0.5, 1.5] {
        let scores: Vec<f64> = (0..60)
            .map(|_| {
                let points: Vec<_> = (0..20_000).map(|_| vec![delta + normal(&mut rng)]).collect();
                let kl = bins.sampling_kl(&observe(&marginal, &domain, &points));
                (kl.estimate - 0.5 * delta * delta * (1.0 - 0.0016)) / kl.standard_error
            })
            .collect();
        println!("{delta}: {:?}", spread(&scores));
        calibrated("shifted KL", &scores);
    }
}

#[test]
fn sampling_kl_of_a_lost_mode_is_log_2() {
    let mixture = Mixture::new(&[line(0.5, 2.0, 0.04, TARGET), line(0.5, -2.0, 0.04, TARGET)]);
    let marginal = Marginal::new(&mixture, 0.0);
    let domain = domain_of(&mixture);
    let bins = ExactBins::new(&mixture, TARGET, 0.0, &domain, 10_000);
    let mut rng = seeded(24);
    let points: Vec<_> = (0..10_000).map(|_| vec![2.0 + 0.2 * normal(&mut rng)]).collect();
    let kl = bins.sampling_kl(&observe(&marginal, &domain, &points));
    close(kl.estimate, 2.0_f64.ln(), 4.0 * kl.standard_error);
    assert!(kl.standard_error < 1e-3, "{kl:?}");
}

#[test]
fn particles_outside_count() {
    let mixture = Mixture::new(&[line(1.0, 0.0, 1.0, TARGET)]);
    let marginal = Marginal::new(&mixture, 0.0);
    let domain = domain_of(&mixture);
    let bins = ExactBins::new(&mixture, TARGET, 0.0, &domain, 10_000);
    let points = vec![vec![50.0]; 10_000];
    let kl = bins.sampling_kl(&observe(&marginal, &domain, &points));
    let expected = -(bins.masses().outside.ln());
    close(kl.estimate, expected, 0.01);
    assert!(kl.estimate > 10.0);
}

#[test]
fn moments_in_the_plane_and_without_particles() {
    let mixture = Mixture::new(&[plane(1.0, [0.5, -1.0], [1.0, 0.6, 0.8], TARGET)]);
    let marginal = Marginal::new(&mixture, 0.0);
    let domain = domain_of(&mixture);
    let bins = ExactBins::new(&mixture, TARGET, 0.0, &domain, 20_000);
    let mut rng = seeded(25);
    let points: Vec<_> = (0..20_000).map(|_| draw(&marginal, None, &mut rng)).collect();
    let mut observation = observe(&marginal, &domain, &points);
    observation.sums.non_finite = 7;
    let measures = lane_measures(&observation, 2, &bins, false);
    assert_eq!(measures.fraction_improved, None);
    assert_eq!(measures.non_finite, 7);
    close(measures.mean[0], 0.5, 4.0 * (1.0_f64 / 20_000.0).sqrt());
    close(measures.mean[1], -1.0, 4.0 * (0.8_f64 / 20_000.0).sqrt());
    for (i, j, expected) in [(0, 0, 1.0), (0, 1, 0.6), (1, 0, 0.6), (1, 1, 0.8)] {
        close(measures.covariance[i][j], expected, 4.0 * (2.0_f64 / 20_000.0).sqrt());
    }
    let json = serde_json::to_value(&measures).unwrap();
    for key in
        ["samplingKl", "meanReciprocal", "meanLogProbability", "fractionImproved", "mean", "covariance", "nonFinite"]
    {
        assert!(json.get(key).is_some(), "{key} is part of the page's contract");
    }
    assert!(json["samplingKl"]["standardError"].is_number());

    let empty = observe(&marginal, &domain, &[]);
    let measures = lane_measures(&empty, 2, &bins, true);
    assert!(measures.sampling_kl.estimate.is_nan() && measures.mean_reciprocal.estimate.is_nan());
}
