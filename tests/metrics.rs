//! The estimators against seeded Monte Carlo, judged by their own standard errors.

mod helpers;

use guidance_lab::engine::{BINS_1D, BINS_2D, Domain, LaneObservation, Sums};
use guidance_lab::metrics::{ExactBins, distances, lane_measures};
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
    let mut observation = LaneObservation {
        lane: Lane::Tested,
        bins: vec![0; side.pow(d as u32)],
        outside: 0,
        sums: Sums::default(),
        weights: None,
    };
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
        let (mut rng, mut values) = (seeded(22), Vec::new());
        let scores: Vec<f64> = (0..repeats)
            .map(|_| {
                let points: Vec<_> = (0..particles).map(|_| draw(&marginal, Some(TARGET), &mut rng)).collect();
                let kl = bins.sampling_kl(&observe(&marginal, &domain, &points));
                values.push(kl.estimate);
                kl.estimate / kl.standard_error
            })
            .collect();
        // The noise floor is the deviation at the truth.
        let ratio = spread(&values).1 / bins.sampling_kl_floor();
        assert!((0.8..1.25).contains(&ratio), "{ratio}");
        println!("{:?}", spread(&scores));
        calibrated("sampling KL", &scores);
    }
}

/// The masses of the far bins come close to the smallest number, where `1 / mass` overflows.
#[test]
fn sampling_kl_of_well_separated_classes_is_a_number() {
    let mixture = Mixture::new(&[line(0.5, -4.0, 0.04, 0), line(0.5, 4.0, 0.04, 1)]);
    let domain = domain_of(&mixture);
    for time in [0.0, 0.01, 0.05, 0.2, 1.0] {
        let marginal = Marginal::new(&mixture, time);
        let bins = ExactBins::new(&mixture, TARGET, time, &domain, 2000);
        let mut rng = seeded(23);
        let points: Vec<_> = (0..2000).map(|_| draw(&marginal, Some(TARGET), &mut rng)).collect();
        let kl = bins.sampling_kl(&observe(&marginal, &domain, &points));
        assert!(kl.estimate.abs() < 4.0 * kl.standard_error && kl.standard_error < 0.1, "{time}: {kl:?}");
        assert!(bins.sampling_kl_floor().is_finite(), "{time}");
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

    // JSON has no word for NaN and for infinity.
    let one = observe(&marginal, &domain, &[vec![0.3, 0.2]]);
    let json = serde_json::to_string(&lane_measures(&one, 2, &bins, true)).unwrap();
    assert!(!json.replace(r#""weights":null"#, "").contains("null"), "{json}");
}

/// A class of two modes on a line, and one in the plane.
fn two_modes(dimension: usize) -> Mixture {
    match dimension {
        1 => Mixture::new(&[line(0.3, -1.0, 0.25, 1), line(0.2, 1.5, 0.5, 1), line(0.5, 0.0, 1.0, 0)]),
        _ => Mixture::new(&[
            plane(0.3, [1.0, 0.5], [0.4, 0.1, 0.2], 1),
            plane(0.2, [-1.0, 0.0], [0.2, 0.0, 0.3], 1),
            plane(0.5, [0.0, -1.0], [0.3, 0.0, 0.3], 0),
        ]),
    }
}

fn floats(points: &[Vec<f64>]) -> Vec<f32> {
    points.iter().flatten().map(|&x| x as f32).collect()
}

/// The noise floor is the mean of perfect samplers, and their scatter is within the standard error.
#[test]
fn a_perfect_sampler_scores_the_noise_floor() {
    for (dimension, particles, repeats) in [(1, 20, 400), (1, 1000, 200), (2, 500, 60)] {
        let mixture = two_modes(dimension);
        let marginal = Marginal::new(&mixture, 0.1);
        let mut rng = seeded(31);
        let found: Vec<_> = (0..repeats)
            .map(|_| {
                let points: Vec<_> = (0..particles).map(|_| draw(&marginal, Some(TARGET), &mut rng)).collect();
                distances(&floats(&points), &mixture, TARGET, 0.1)
            })
            .collect();
        let values: Vec<f64> = found.iter().map(|found| found.wasserstein.estimate).collect();
        let (mean, deviation) = spread(&values);
        close(mean, found[0].wasserstein_floor, 4.0 * deviation / f64::from(repeats).sqrt());
        let error = found.iter().map(|found| found.wasserstein.standard_error).sum::<f64>() / f64::from(repeats);
        println!(
            "{dimension}D, {particles}: floor {} scatter {deviation} standard error {error}",
            found[0].wasserstein_floor
        );
        assert!((0.6..2.5).contains(&(error / deviation)), "{error} {deviation}");
    }
}

/// A shift by `delta` along `x_1` is `delta` away on a line and the mean of `delta |cos|` over the
/// directions in the plane; away from the truth the standard error is calibrated.
#[test]
fn distances_of_a_known_shift() {
    for (dimension, particles, repeats, delta) in [(1, 1000, 200, 0.8), (2, 500, 60, 1.5)] {
        let mixture = two_modes(dimension);
        let marginal = Marginal::new(&mixture, 0.1);
        let share = if dimension == 1 {
            1.0
        } else {
            (0..16).map(|j| (std::f64::consts::PI * f64::from(j) / 16.0).cos().abs() / 16.0).sum()
        };
        let mut rng = seeded(32);
        let scores: Vec<f64> = (0..repeats)
            .map(|_| {
                let points: Vec<_> = (0..particles)
                    .map(|_| {
                        let mut x = draw(&marginal, Some(TARGET), &mut rng);
                        x[0] += delta;
                        x
                    })
                    .collect();
                let found = distances(&floats(&points), &mixture, TARGET, 0.1).wasserstein;
                // The few places where counting makes the projections cross add a little: in the plane the
                // direction across the shift is at its noise floor.
                (found.estimate - share * delta) / found.standard_error
            })
            .collect();
        let (mean, deviation) = spread(&scores);
        println!("{dimension}D: {mean} {deviation}");
        assert!((0.8..1.25).contains(&deviation), "{deviation}");
        assert!(mean.abs() < if dimension == 1 { 4.0 / f64::from(repeats).sqrt() } else { 1.0 }, "{mean}");
    }
}

/// Three particles by hand: `N(0, 1)` against -1, 0, 2; and particles far outside any bin.
#[test]
fn wasserstein_by_brute_force() {
    let mixture = two_modes(1);
    let marginal = Marginal::new(&mixture, 0.1);
    for points in [vec![-1.0, 0.0, 2.0, 0.25, 0.3], vec![100.0, -50.0, 3.0, 3.0, 3.0]] {
        let samples: Vec<f32> = points.iter().map(|&x| x as f32).collect();
        let found = distances(&samples, &mixture, TARGET, 0.1).wasserstein.estimate;
        let expected = helpers::gauss_legendre(-60.0, 110.0, 20_000, |x| {
            let below = samples.iter().filter(|&&point| f64::from(point) <= x).count() as f64;
            (below / 5.0 - marginal.class_cdf(TARGET, x)).abs()
        });
        close(found, expected, 2e-3);
    }
    assert!(distances(&[1.0, f32::NAN, 2.0], &mixture, TARGET, 0.1).wasserstein.estimate.is_nan());
}

/// The entropy of normals, `(d/2) log(2 pi e) + (1/2) log det`, with honest errors.
#[test]
fn entropy_of_normals() {
    for (mixture, particles, repeats, determinant) in [
        (Mixture::new(&[line(1.0, 0.5, 0.25, TARGET)]), 1000, 200, 0.25_f64),
        (Mixture::new(&[plane(1.0, [0.5, -1.0], [1.0, 0.6, 0.8], TARGET)]), 1000, 100, 0.44),
    ] {
        let marginal = Marginal::new(&mixture, 0.0);
        let d = mixture.dimension as f64;
        let exact = 0.5 * d * (std::f64::consts::TAU * std::f64::consts::E).ln() + 0.5 * determinant.ln();
        let mut rng = seeded(33);
        let found: Vec<_> = (0..repeats)
            .map(|_| {
                let points: Vec<_> = (0..particles).map(|_| draw(&marginal, Some(TARGET), &mut rng)).collect();
                distances(&floats(&points), &mixture, TARGET, 0.0).entropy
            })
            .collect();
        let scores: Vec<f64> = found.iter().map(|e| (e.estimate - exact) / e.standard_error).collect();
        let (mean, deviation) = spread(&scores);
        println!("{d}D: {mean} {deviation}, {:?}", found[0]);
        assert!((0.7..1.3).contains(&deviation), "{deviation}");
        assert!(mean.abs() < 0.5, "{mean}");
    }
}
