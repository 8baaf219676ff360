//! The closed forms and the quadrature against the pinned values of docs/numerics.md, against
//! finite differences, and against an independent quadrature.

mod helpers;

use guidance_lab::law::Uniform;
use guidance_lab::model::{
    Amplitude, AmplitudeLaw, Classifier, Component, Mixture, State, Tempered, Wiggle, WiggleForm, presets,
};
use guidance_lab::random::{Philox, normals};
use guidance_lab::reference::{
    Axis, BinMasses, ExactMeasures, Marginal, PointValues, Split, Tested, Tilted, at, axes, error_bound, integrate,
    measures, plane_wave, separable_bound, separable_wave,
};
use helpers::{
    close, gauss_legendre, line, p1, p3, pair, pinned, plane, random_mixture, random_point, relative, seeded, wave,
    with_wiggle,
};
use rand::{RngExt, SeedableRng};
use serde_json::json;

// ---- pinned values; the last digits were checked with 25-digit arithmetic ----

#[test]
fn spot_test() {
    let mixture = Mixture::new(&[
        plane(0.2, [-1.0, 0.5], [0.5, 0.2, 0.3], 0),
        plane(0.3, [1.2, -0.4], [0.4, -0.1, 0.6], 0),
        plane(0.5, [0.3, 1.5], [0.3, 0.05, 0.8], 1),
    ]);
    let marginal = Marginal::new(&mixture, 0.3);
    let x = [0.3, 0.2];
    pinned(marginal.log_density(&x), "-2.019884688241");
    let mut score = [0.0; 2];
    marginal.score(&x, &mut score);
    pinned(score[0], "-.044763893437");
    pinned(score[1], ".409277122993");
    pinned(marginal.log_posterior(1, &x), "-.685392201281");
    let split = Split::new(&marginal, 1);
    let odds = split.at(&x);
    pinned(odds.log_eta(), "-.685392201281");
    pinned(odds.log_density(), "-2.019884688241");
    pinned(odds.score[0], "-.044763893437");
    pinned(odds.score[1], ".409277122993");
    pinned(odds.guidance[0], "-.127340989113");
    pinned(odds.guidance[1], ".619605407073");
    let mut jacobian = [0.0; 4];
    split.guidance_jacobian(&x, &mut jacobian);
    pinned(jacobian[0], "-.685396145192");
    pinned(jacobian[1], ".384935084088");
    pinned(jacobian[2], ".384935084088");
    pinned(jacobian[3], "-.384759209115");
}

/// What `lab.at` answers: the spot test, and the three classes under a tempered classifier.
#[test]
fn values_at_points() {
    let mut mixture = vec![
        plane(0.2, [-1.0, 0.5], [0.5, 0.2, 0.3], 0),
        plane(0.3, [1.2, -0.4], [0.4, -0.1, 0.6], 0),
        plane(0.5, [0.3, 1.5], [0.3, 0.05, 0.8], 1),
    ];
    let mut state = State { mixture: mixture.clone(), ..State::default() };
    state.guidance.target = 1;
    // The second of three points: each has its own place in the lists.
    let points = [1.0, -2.0, 0.3, 0.2, 4.0, 0.5];
    let found = at(&state, 0.3, &points).unwrap();
    pinned(found.log_density[1], "-2.019884688241");
    pinned(found.log_posterior[1], "-.685392201281");
    pinned(found.score[2], "-.044763893437");
    pinned(found.score[3], ".409277122993");
    pinned(found.guidance[2], "-.127340989113");
    pinned(found.guidance[3], ".619605407073");
    for (values, width) in [
        (&found.log_density, 1),
        (&found.log_posterior, 1),
        (&found.tested_log_posterior, 1),
        (&found.score, 2),
        (&found.guidance, 2),
        (&found.tested_guidance, 2),
    ] {
        assert_eq!(values.len(), 3 * width);
    }
    let alone = at(&state, 0.3, &points[4..]).unwrap();
    assert_eq!((alone.log_density[0], &alone.tested_guidance[..]), (found.log_density[2], &found.tested_guidance[4..]));

    mixture.push(plane(0.4, [0.0, -1.5], [0.3, 0.0, 0.3], 2));
    state.mixture = mixture;
    state.classifier = Classifier::Tempered(Tempered { sharpness: 1.0, bias: 1.0 });
    let found = at(&state, 0.3, &[0.3, 0.2]).unwrap();
    pinned(found.log_posterior[0], "-.850342219478");
    pinned(found.guidance[0], "-.060070639899");
    pinned(found.guidance[1], "1.005615720230");
    pinned(found.tested_log_posterior[0], "-.400869991174");
    pinned(found.tested_guidance[0], "-.034639457749");
    pinned(found.tested_guidance[1], ".579883672138");

    // Three coordinates, which no picture shows.
    let three = |x: f64, class| Component {
        weight: 0.5,
        mean: vec![x; 3],
        covariance: (0..3).map(|i| (0..3).map(|j| if i == j { 0.25 } else { 0.0 }).collect()).collect(),
        class,
    };
    state.mixture = vec![three(1.0, 1), three(-1.0, 0)];
    let found = at(&state, 0.0, &[0.0; 3]).unwrap();
    close(found.log_posterior[0], -std::f64::consts::LN_2, 1e-15);
    found.guidance.iter().for_each(|g| close(*g, 4.0, 1e-14));
}

#[test]
fn points_that_cannot_be_answered() {
    let refused = |state: &State, t: f64, points: &[f64], path: &str, words: &str| {
        let error = at(state, t, points).unwrap_err();
        assert_eq!(error.path, path);
        assert!(error.message.contains(words), "{}", error.message);
    };
    let line = State::default();
    let plane = State { mixture: vec![plane(1.0, [0.0, 0.0], [1.0, 0.0, 1.0], 1)], ..State::default() };
    let horizon = line.process.horizon;
    refused(&line, -0.1, &[0.0], "time", "time is -0.1; allowed are 0 to the horizon, 8");
    refused(&line, horizon + 0.1, &[0.0], "time", "8.1");
    refused(&line, f64::NAN, &[0.0], "time", "not a number");
    refused(&plane, 0.1, &[0.0; 3], "points", "points has 3 numbers, which is no multiple of 2");
    refused(&line, 0.1, &[0.0, f64::NAN], "points[1]", "points[1] is NaN, but must be a finite number");
    refused(&plane, 0.1, &[0.0, 0.0, 0.0, f64::NEG_INFINITY], "points[1][1]", "-Infinity");
    refused(&plane, 0.1, &[0.0, 1.5e6], "points[0][1]", "is 1500000, but must be between -1000000 and 1000000");
    refused(&line, 0.1, &vec![0.0; 1_000_001], "points", "1000001 points; at most 1000000");
    let none = at(&line, horizon, &[]).unwrap();
    assert_eq!(none, PointValues::default());
    // The farthest points are finite.
    for t in [0.0, horizon] {
        for values in [at(&line, t, &[1e6, -1e6]).unwrap(), at(&plane, t, &[1e6, -1e6]).unwrap()] {
            let all = [values.log_density, values.log_posterior, values.score, values.guidance];
            assert!(all.iter().flatten().all(|x| x.is_finite()), "{all:?}");
            assert!(values.tested_log_posterior.iter().chain(&values.tested_guidance).all(|x| x.is_finite()));
        }
    }
}

#[test]
fn expected_posterior_variance() {
    for (t, printed) in [(0.1, ".0534732469445"), (0.5, ".161456603392"), (1.0, ".216967314303")] {
        let marginal = Marginal::new(&Mixture::new(&pair()), t);
        let split = Split::new(&marginal, 1);
        let value = integrate(&axes(&marginal, &Classifier::EXACT, 8.5), |x| {
            let odds = split.at(x);
            [odds.log_density().exp() * odds.eta * odds.one_minus_eta]
        });
        pinned(value.values[0], printed);
    }
}

#[test]
fn small_cross_entropy_wrong_guidance() {
    use AmplitudeLaw::{Inverse, InverseSqrt};
    let table = [
        (0.1, 8.0, Inverse, "2.1114163269e-4", "2.8672111871e-2"),
        (0.1, 8.0, InverseSqrt, "1.7516485719e-3", "2.4469660181e-1"),
        (0.1, 128.0, Inverse, "8.1594681445e-7", "2.6742938704e-2"),
        (0.1, 128.0, InverseSqrt, "1.0460128912e-4", "3.4336067243"),
        (0.5, 8.0, Inverse, "6.3224670460e-4", "8.1819973618e-2"),
        (0.5, 8.0, InverseSqrt, "5.1483902898e-3", "6.7854040475e-1"),
        (0.5, 128.0, Inverse, "2.4636557842e-6", "8.0732529965e-2"),
        (0.5, 128.0, InverseSqrt, "3.1573137946e-4", "10.358925008"),
        (1.0, 32.0, Inverse, "5.2976936566e-5", "1.0852575398e-1"),
        (1.0, 32.0, InverseSqrt, "1.7016580470e-3", "3.4991294780"),
    ];
    for (t, frequency, law, kl, mse) in table {
        let found = measures(&with_wiggle(WiggleForm::Probability, frequency, law, 1.0), t).unwrap();
        pinned(found.conditional_kl, kl);
        pinned(found.guidance_mse, mse);
        // By symmetry of the pair.
        relative(found.guidance_mse_joint, found.guidance_mse, 1e-9);
    }
    let found = measures(&with_wiggle(WiggleForm::Logit, 8.0, Inverse, 1.0), 0.5).unwrap();
    pinned(found.conditional_kl, "6.3058432056e-4");
    pinned(found.guidance_mse, "8.1476820718e-2");
}

#[test]
fn joint_error_follows_the_kl() {
    for t in [0.05, 0.5, 2.0] {
        for form in [WiggleForm::Probability, WiggleForm::Logit] {
            let found = measures(&with_wiggle(form, 256.0, AmplitudeLaw::Inverse, 0.01), t).unwrap();
            relative(found.guidance_mse_joint, 2.0 * 256.0 * 256.0 * found.conditional_kl, 3e-4);
        }
    }
}

#[test]
fn tightness() {
    let found = measures(&with_wiggle(WiggleForm::Probability, 8.0, AmplitudeLaw::InverseSquare, 4.0), 0.5).unwrap();
    pinned(found.conditional_kl, "1.5776988458e-4");
    pinned(found.guidance_mse, "2.0379182485e-2");
}

/// KL and joint guidance error for the pair of a classifier `logit -> map(logit)` with slope `slope`.
fn reshaped(t: f64, map: impl Fn(f64) -> f64, slope: f64) -> [f64; 2] {
    let marginal = Marginal::new(&Mixture::new(&pair()), t);
    let split = Split::new(&marginal, 1);
    let log_sigmoid = |l: f64| if l > 0.0 { -(-l).exp().ln_1p() } else { l - l.exp().ln_1p() };
    integrate(&axes(&marginal, &Classifier::EXACT, 8.5), |x| {
        let odds = split.at(x);
        let (logit, moved) = (odds.logit(), map(odds.logit()));
        let kl = odds.eta * (log_sigmoid(logit) - log_sigmoid(moved))
            + odds.one_minus_eta * (log_sigmoid(-logit) - log_sigmoid(-moved));
        // grad logit = s_c - s_o; grad log phat(c) = (1 - phat) slope grad logit.
        let (mut own, mut other) = ([0.0], [0.0]);
        marginal.class_score(1, x, &mut own);
        marginal.class_score(0, x, &mut other);
        let gradient = own[0] - other[0];
        let target = (log_sigmoid(-moved).exp() * slope - odds.one_minus_eta) * gradient;
        let others = (odds.eta - log_sigmoid(moved).exp() * slope) * gradient;
        let joint = odds.log_target.exp() * target * target + odds.log_others.exp() * others * others;
        [odds.log_density().exp() * kl, joint]
    })
    .values
}

#[test]
fn twins_with_the_same_cross_entropy() {
    let wiggle = measures(&with_wiggle(WiggleForm::Logit, 16.0, AmplitudeLaw::Inverse, 1.0), 0.5).unwrap();

    pinned(wiggle.conditional_kl, "1.57666e-4");
    pinned(wiggle.guidance_mse, "8.09154993e-2");
    // The factor and the shift are printed to about eight digits, which the squares double.
    let [kl, mse] = reshaped(0.5, |l| 1.03691155 * l, 1.03691155);
    pinned(kl, "1.57666e-4");
    relative(mse, 7.28327505e-4, 5e-7);
    let [kl, mse] = reshaped(0.5, |l| l + 0.04419388, 1.0);
    pinned(kl, "1.57666e-4");
    relative(mse, 1.71891710e-4, 5e-7);
}

/// A plane wave `a sin(n sum_j x_j / sqrt d)` on the logit. Everything happens in the plane of `e_1`
/// and the rest of the diagonal, so four dimensions are two.
#[test]
fn dimension_of_a_plane_wave() {
    let (t, a, budget) = (0.5, 0.05, 1.0);
    for (d, mse, ratio) in [(1.0, "4.14721e-3", ".412979"), (4.0, "1.625763e-2", ".404609")] {
        let n = f64::sqrt(d * budget / a);
        let (first, second) = (1.0 / f64::sqrt(d), f64::sqrt(1.0 - 1.0 / d));
        let classes = [plane(0.5, [1.0, 0.0], [0.25, 0.0, 0.25], 1), plane(0.5, [-1.0, 0.0], [0.25, 0.0, 0.25], 0)];
        let marginal = Marginal::new(&Mixture::new(&classes), t);
        let split = Split::new(&marginal, 1);
        let mut domain = axes(&marginal, &Classifier::EXACT, 8.5);
        for axis in &mut domain {
            axis.bandwidth += 3.0 * n;
        }
        let [found_kl, found_mse] = integrate(&domain, |x| {
            let odds = split.at(x);
            let (sin, cos) = (n * (first * x[0] + second * x[1])).sin_cos();
            let (delta, slope) = (a * sin, a * n * cos);
            let log_d = (odds.eta * delta.exp_m1()).ln_1p();
            let phat = (odds.log_eta() + delta - log_d).exp();
            let by = odds.eta * delta.exp_m1() * (-log_d).exp();
            let squared = |along: f64| (along * first - by * odds.guidance[0]).powi(2) + (along * second).powi(2);
            let (target, others) = (odds.log_target.exp(), odds.log_others.exp());
            let error = target * squared(slope * (1.0 - phat)) + others * squared(-slope * phat);
            [(target + others) * (log_d - odds.eta * delta), error]
        })
        .values;
        // Near the limit a^2 E_t / 4.
        relative(found_kl, a * a * 0.1614566 / 4.0, 1e-3);
        pinned(found_mse, mse);
        pinned(found_mse / (d * found_kl.sqrt()), ratio);
    }
}

/// KL and the guidance error of class 1 at a point of the pair `N(+-e_1, I/4)` in `d` dimensions, of a wave `a sin(n x_j)`
/// in every coordinate on the logit: the definitions, with gradients in every coordinate.
fn separable_at(x: &[f64], [a, n]: [f64; 2], t: f64) -> [f64; 2] {
    let signal = (-t).exp();
    let variance = 0.25 * signal * signal + 1.0 - signal * signal;
    let logit = 2.0 * signal / variance * x[0];
    let sigmoid = |l: f64| 1.0 / (1.0 + (-l).exp());
    let (eta, phat) = (sigmoid(logit), sigmoid(logit + a * x.iter().map(|x| (n * x).sin()).sum::<f64>()));
    let kl = eta * (eta / phat).ln() + (1.0 - eta) * ((1.0 - eta) / (1.0 - phat)).ln();
    let error = x.iter().enumerate().map(|(j, x)| {
        let slope = if j == 0 { 2.0 * signal / variance } else { 0.0 };
        ((1.0 - phat) * (slope + a * n * (n * x).cos()) - (1.0 - eta) * slope).powi(2)
    });
    [kl, error.sum()]
}

#[test]
fn a_wave_in_every_coordinate() {
    let (t, a, n) = (0.5, 0.15, 3.0);
    let wiggle = |frequency, scale| Wiggle {
        form: WiggleForm::Logit,
        frequency,
        amplitude: Amplitude { law: AmplitudeLaw::Fixed, scale },
        smoothing: 0.0,
    };
    // In one dimension it is the plane wave.
    let (found, plain) = (separable_wave(1, &wiggle(n, a), t), plane_wave(1, &wiggle(n, a), t));
    relative(found.conditional_kl, plain.conditional_kl, 1e-9);
    relative(found.guidance_mse, plain.guidance_mse, 1e-9);
    relative(found.ambiguity, plain.ambiguity, 1e-9);
    // In two, the whole plane.
    let classes = [plane(0.5, [1.0, 0.0], [0.25, 0.0, 0.25], 1), plane(0.5, [-1.0, 0.0], [0.25, 0.0, 0.25], 0)];
    let marginal = Marginal::new(&Mixture::new(&classes), t);
    let mut domain = axes(&marginal, &Classifier::EXACT, 8.5);
    for axis in &mut domain {
        axis.bandwidth += 3.0 * n;
    }
    let [kl, mse] = integrate(&domain, |x| {
        let [kl, error] = separable_at(x, [a, n], t);
        [marginal.log_density(x).exp() * kl, marginal.class_log_density(1, x).exp() * error]
    })
    .values;
    let found = separable_wave(2, &wiggle(n, a), t);
    relative(found.conditional_kl, kl, 1e-9);
    relative(found.guidance_mse, mse, 1e-9);
    // In sixty-four, draws; the posterior is that of x_1, so that class 1 draws both.
    let (d, n, a) = (64, 12.0, 0.03);
    let found = separable_wave(d, &wiggle(n, a), t);
    let mut rng = Philox::from_seed([3; 8]);
    let (signal, draws) = ((-t).exp(), 20_000);
    let sd = (0.25 * signal * signal + 1.0 - signal * signal).sqrt();
    let mut sums = [[0.0; 2]; 2];
    let mut x = vec![0.0; d];
    for _ in 0..draws {
        normals(&mut rng, &mut x);
        for x in &mut x {
            *x *= sd;
        }
        x[0] += signal;
        // The pair is symmetric, and so is the KL.
        for (sums, value) in sums.iter_mut().zip(separable_at(&x, [a, n], t)) {
            sums[0] += value;
            sums[1] += value * value;
        }
    }
    for ([sum, squares], exact) in sums.into_iter().zip([found.conditional_kl, found.guidance_mse]) {
        let mean = sum / f64::from(draws);
        let error = ((squares / f64::from(draws) - mean * mean) / f64::from(draws)).sqrt();
        close(mean, exact, 4.0 * error);
        assert!(error < 0.02 * exact);
    }
}

/// `(L f_1)^2` at a point of the same classes: Laplacian and gradient of `f_1 = log phat(1|x) - log p(1|x)` by differences.
fn roughness_at(x: &mut [f64], [a, n]: [f64; 2], t: f64) -> f64 {
    const STEP: f64 = 1e-3;
    let signal = (-t).exp();
    let variance = 0.25 * signal * signal + 1.0 - signal * signal;
    let log_sigmoid = |l: f64| -(-l).exp().ln_1p();
    let error = |x: &[f64]| {
        let logit = 2.0 * signal / variance * x[0];
        log_sigmoid(logit + a * x.iter().map(|x| (n * x).sin()).sum::<f64>()) - log_sigmoid(logit)
    };
    let here = error(x);
    let mut found = 0.0;
    for j in 0..x.len() {
        let kept = x[j];
        let [ahead, behind] = [STEP, -STEP].map(|by| {
            x[j] = kept + by;
            error(x)
        });
        x[j] = kept;
        let score = (if j == 0 { signal } else { 0.0 } - kept) / variance;
        found += (ahead - 2.0 * here + behind) / (STEP * STEP) + score * (ahead - behind) / (2.0 * STEP);
    }
    found * found
}

#[test]
fn the_bound_of_a_wave_in_every_coordinate() {
    let (t, a, n) = (0.5, 0.15, 3.0);
    let wiggle = Wiggle {
        form: WiggleForm::Logit,
        frequency: n,
        amplitude: Amplitude { law: AmplitudeLaw::Fixed, scale: a },
        smoothing: 0.0,
    };
    // `B = d a`, the KL that is tested above.
    let bound = |d: usize, square: f64| {
        let largest = a * d as f64;
        let kappa = largest * largest / ((-largest).exp() - 1.0 + largest);
        (kappa * separable_wave(d, &wiggle, t).conditional_kl * square).sqrt()
    };
    // In one dimension it is that of the wiggle, which takes its `B` where it looks.
    let state = State { mixture: pair(), classifier: Classifier::Wiggle(wiggle), ..State::default() };
    relative(separable_bound(1, &wiggle, t), error_bound(&state, t).unwrap().bound, 1e-3);
    // In two, the whole plane.
    let classes = [plane(0.5, [1.0, 0.0], [0.25, 0.0, 0.25], 1), plane(0.5, [-1.0, 0.0], [0.25, 0.0, 0.25], 0)];
    let marginal = Marginal::new(&Mixture::new(&classes), t);
    let mut domain = axes(&marginal, &Classifier::EXACT, 8.5);
    for axis in &mut domain {
        axis.bandwidth += 3.0 * n;
    }
    let [square] =
        integrate(&domain, |x| [marginal.class_log_density(1, x).exp() * roughness_at(&mut [x[0], x[1]], [a, n], t)])
            .values;
    relative(separable_bound(2, &wiggle, t), bound(2, square), 1e-5);
    // In three, where pairs of other coordinates count, the space, plane by plane.
    let variance = 0.25 * (-2.0 * t).exp() + 1.0 - (-2.0 * t).exp();
    let square = gauss_legendre(-6.0, 6.0, 3, |z| {
        let [square] = integrate(&domain, |x| {
            [marginal.class_log_density(1, x).exp() * roughness_at(&mut [x[0], x[1], z], [a, n], t)]
        })
        .values;
        square * (-0.5 * z * z / variance).exp() / (std::f64::consts::TAU * variance).sqrt()
    });
    relative(separable_bound(3, &wiggle, t), bound(3, square), 1e-5);
}

#[test]
fn tilted_densities() {
    // w = 1 is gamma = 2.
    let marginal = Marginal::new(&p1(), 0.0);
    let tilted = Tilted::new(&marginal, 1, 2.0);
    let [mass, mean, second] = integrate(&axes(&marginal, &Classifier::EXACT, 12.0), |x| {
        let p = tilted.log_density(x).exp();
        [p, p * x[0], p * x[0] * x[0]]
    })
    .values;
    close(mass, 1.0, 1e-12);
    pinned(mean, "1.2899893");
    pinned(second - mean * mean, ".7442807");
    // P3's far mode.
    let marginal = Marginal::new(&p3(), 0.0);
    let tilted = Tilted::new(&marginal, 1, 2.0);
    pinned(gauss_legendre(1.75, 12.0, 200, |x| tilted.log_density(&[x]).exp()), ".536871");
}

/// Where the tilted density does not fall along a line, far out, no time is lost on its digits.
#[test]
fn tilted_marginals_are_quick_in_the_tails() {
    for preset in presets().into_iter().filter(|preset| preset.state.mixture[0].mean.len() == 2) {
        let state = preset.state;
        let marginal = Marginal::new(&state.mixture(), 0.01);
        let tilted = Tilted::new(&marginal, state.guidance.target, state.guidance.gamma);
        let points: Vec<f64> = (0..200).map(|i| -8.0 + 0.08 * f64::from(i)).collect();
        let mut found = vec![0.0; points.len()];
        for axis in 0..2 {
            let clock = std::time::Instant::now();
            tilted.marginal(axis, &points, &mut found);
            let taken = clock.elapsed();
            assert!(taken.as_secs_f64() < 1.0, "{}: {taken:?}", preset.name);
            close(0.08 * found.iter().sum::<f64>(), 1.0, 1e-5);
        }
    }
}

#[test]
fn tilted_density_in_the_plane() {
    let mut rng = seeded(6);
    let marginal = Marginal::new(&random_mixture(&mut rng, 2, 4, 2), 0.3);
    for gamma in [0.0, 1.0, 3.0, 50.0] {
        let tilted = Tilted::new(&marginal, 1, gamma);
        let total =
            gauss_legendre(-12.0, 12.0, 40, |x| gauss_legendre(-12.0, 12.0, 40, |y| tilted.log_density(&[x, y]).exp()));
        close(total, 1.0, 1e-9);
        let points = [-1.0, 0.5];
        for axis in 0..2 {
            let mut found = [0.0; 2];
            tilted.marginal(axis, &points, &mut found);
            for (point, found) in points.into_iter().zip(found) {
                let density = |y: f64| {
                    let x = if axis == 0 { [point, y] } else { [y, point] };
                    tilted.log_density(&x).exp()
                };
                close(found, gauss_legendre(-12.0, 12.0, 60, density), 1e-9);
            }
        }
        let x = [0.4, -0.2];
        match gamma {
            0.0 => close(tilted.log_density(&x), marginal.log_density(&x), 1e-11),
            1.0 => close(tilted.log_density(&x), marginal.class_log_density(1, &x), 1e-11),
            _ => {}
        }
    }
}

/// p(x|c) = N(0, a) guided against p(x) = N(0, b): the ODE is linear.
#[test]
fn gaussian_powers() {
    let (a, b, gamma) = (1.0, 2.0, 3.0);
    let score = |v: f64, t: f64| -1.0 / (1.0 + (-2.0 * t).exp() * (v - 1.0));
    let growth = gauss_legendre(0.0, 20.0, 400, |t| 1.0 + score(b, t) + gamma * (score(a, t) - score(b, t)));
    let variance = (2.0 * growth).exp();
    close(variance, f64::powf(a, gamma) * f64::powf(b, 1.0 - gamma), 1e-12);
    close(variance, 0.25, 1e-12);
}

// ---- independent checks ----

/// The gradient of `f` by five-point differences.
fn gradient(f: impl Fn(&[f64]) -> f64, x: &[f64]) -> Vec<f64> {
    let h = 1e-3;
    (0..x.len())
        .map(|i| {
            let at = |shift: f64| {
                let mut moved = x.to_vec();
                moved[i] += shift;
                f(&moved)
            };
            (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h)
        })
        .collect()
}

fn entry(x: &[f64], i: usize, f: impl Fn(&[f64], &mut [f64])) -> f64 {
    let mut out = vec![0.0; x.len()];
    f(x, &mut out);
    out[i]
}

/// Equal to what five-point differences at 1e-3 can give.
#[track_caller]
fn check(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        close(*found, *expected, 1e-6 * (1.0 + expected.abs()));
    }
}

#[test]
fn derivatives_are_those_of_the_densities() {
    let mut rng = seeded(7);
    for case in 0..60 {
        let d = 1 + case % 4;
        let mixture = random_mixture(&mut rng, d, 3 + case % 4, 3);
        let marginal = Marginal::new(&mixture, rng.random_range(0.0..2.0));
        let x = random_point(&mut rng, d, 2.5);
        let (mut vector, mut matrix) = (vec![0.0; d], vec![0.0; d * d]);
        for class in 0..3 {
            marginal.class_score(class, &x, &mut vector);
            check(&vector, &gradient(|x| marginal.class_log_density(class, x), &x));
            marginal.class_hessian(class, &x, &mut matrix);
            for i in 0..d {
                let row = gradient(|x| entry(x, i, |x, s| marginal.class_score(class, x, s)), &x);
                check(&matrix[i * d..][..d], &row);
            }
            let split = Split::new(&marginal, class);
            let odds = split.at(&x);
            check(&odds.guidance[..d], &gradient(|x| marginal.log_posterior(class, x), &x));
            close(odds.eta + odds.one_minus_eta, 1.0, 1e-14);
            close(odds.log_eta(), marginal.log_posterior(class, &x), 1e-12);
            close(odds.log_density(), marginal.log_density(&x), 1e-12);
            marginal.score(&x, &mut vector);
            check(&odds.score[..d], &vector);
            split.guidance_jacobian(&x, &mut matrix);
            for i in 0..d {
                check(&matrix[i * d..][..d], &gradient(|x| split.at(x).guidance[i], &x));
            }
        }
        check(&vector, &gradient(|x| marginal.log_density(x), &x));
        marginal.hessian(&x, &mut matrix);
        for i in 0..d {
            check(&matrix[i * d..][..d], &gradient(|x| entry(x, i, |x, s| marginal.score(x, s)), &x));
        }
        let mut r = vec![0.0; mixture.components.len()];
        marginal.responsibilities(&x, &mut r);
        close(r.iter().sum(), 1.0, 1e-14);
        close((0..3).map(|class| marginal.log_posterior(class, &x).exp()).sum(), 1.0, 1e-14);
    }
}

#[test]
fn tails_keep_their_digits() {
    // Far out, log p(1|x) of the pair is -(its logit)^+ to all digits: no 1 - 1.
    let marginal = Marginal::new(&Mixture::new(&pair()), 0.0);
    for x in [6.0, 20.0, 200.0] {
        relative(Split::new(&marginal, 1).at(&[x]).guidance[0], 8.0 * (-8.0 * x).exp(), 1e-12);
        relative(marginal.log_posterior(1, &[x]), -(-8.0 * x).exp(), 1e-12);
        relative(marginal.log_posterior(0, &[x]), -8.0 * x, 1e-12);
    }
}

#[test]
fn wiggle_gradients_and_probabilities() {
    let mut rng = seeded(8);
    for case in 0..80 {
        let d = 1 + case % 3;
        let target = case % 3;
        let mixture = random_mixture(&mut rng, d, 6, 3);
        let marginal = Marginal::new(&mixture, rng.random_range(0.0..1.5));
        let form = if case % 2 == 0 { WiggleForm::Probability } else { WiggleForm::Logit };
        let (frequency, amplitude) = (rng.random_range(1.0..6.0), rng.random_range(0.0..0.95));
        let tested = Tested { marginal: &marginal, target, classifier: wave(form, frequency, amplitude) };
        let x = random_point(&mut rng, d, 2.5);
        let mut found = vec![0.0; d];
        for class in 0..3 {
            tested.gradient(class, &x, &mut found);
            check(&found, &gradient(|x| tested.log_probability(class, x), &x));
        }
        close((0..3).map(|class| tested.log_probability(class, &x).exp()).sum(), 1.0, 1e-13);
        // The definitions themselves.
        let (eta, sin) = (marginal.log_posterior(target, &x).exp(), (frequency * x[0]).sin());
        let expected = match form {
            WiggleForm::Probability => eta + amplitude * eta * (1.0 - eta) * sin,
            WiggleForm::Logit => 1.0 / (1.0 + (1.0 - eta) / eta * (-amplitude * sin).exp()),
        };
        close(tested.log_probability(target, &x).exp(), expected, 1e-13);
    }
}

#[test]
fn extreme_amplitudes_stay_finite() {
    let marginal = Marginal::new(&Mixture::new(&pair()), 0.01);
    for (form, amplitude) in
        [(WiggleForm::Probability, 1.0), (WiggleForm::Logit, 1.0), (WiggleForm::Logit, 50.0), (WiggleForm::Logit, 1e3)]
    {
        let classifier = wave(form, 8.0, amplitude);
        let tested = Tested { marginal: &marginal, target: 1, classifier };
        for i in -400..=400 {
            let x = [f64::from(i) * 0.05];
            let mut g = [0.0];
            for class in 0..2 {
                tested.gradient(class, &x, &mut g);
                let log = tested.log_probability(class, &x);
                assert!(g[0].is_finite() && log.is_finite() && log <= 1e-12, "{classifier:?} at {x:?}: {g:?}, {log}");
            }
        }
    }
    let found = measures(&with_wiggle(WiggleForm::Logit, 8.0, AmplitudeLaw::Fixed, 1000.0), 0.01).unwrap();
    assert!(found.conditional_kl.is_finite() && found.guidance_mse_joint.is_finite(), "{found:?}");
}

#[test]
fn densities_and_marginal_moments() {
    let mut rng = seeded(9);
    for d in 1..=2 {
        for t in [0.0, 0.2, 1.0, 3.0] {
            let mixture = random_mixture(&mut rng, d, 4, 2);
            let marginal = Marginal::new(&mixture, t);
            let values = integrate(&axes(&marginal, &Classifier::EXACT, 8.5), |x| {
                let p = marginal.log_density(x).exp();
                [p, p * x[0], p * x[0] * x[0], p * x[0] * x[d - 1], marginal.class_log_density(1, x).exp()]
            })
            .values;
            let u = f64::exp(-t);
            let noise = 1.0 - u * u;
            let (mut mean, mut square, mut cross) = (0.0, noise, if d == 1 { noise } else { 0.0 });
            for c in &mixture.components {
                mean += c.weight * u * c.mean[0];
                square += c.weight * u * u * (c.mean[0] * c.mean[0] + c.covariance[0][0]);
                cross += c.weight * u * u * (c.mean[0] * c.mean[d - 1] + c.covariance[0][d - 1]);
            }
            for (value, expected) in values.into_iter().zip([1.0, mean, square, cross, 1.0]) {
                close(value, expected, 1e-11);
            }
        }
    }
}

#[test]
fn tweedie_is_the_posterior_mean() {
    let mixture = Mixture::new(&[line(0.3, 1.0, 0.3, 0), line(0.7, -0.5, 0.6, 1)]);
    let (t, x) = (0.4_f64, 0.7);
    let (u, variance) = ((-t).exp(), 1.0 - (-2.0 * t).exp());
    let data = Marginal::new(&mixture, 0.0);
    let marginal = Marginal::new(&mixture, t);
    let mut means = Vec::new();
    for class in [None, Some(0), Some(1)] {
        let density = |x0: f64| {
            let prior = match class {
                None => data.log_density(&[x0]),
                Some(class) => data.class_log_density(class, &[x0]),
            };
            (prior - 0.5 * (x - u * x0).powi(2) / variance).exp()
        };
        let expected = gauss_legendre(-8.0, 8.0, 80, |x0| x0 * density(x0)) / gauss_legendre(-8.0, 8.0, 80, density);
        let mut found = [0.0];
        match class {
            None => marginal.denoised(&[x], &mut found),
            Some(class) => marginal.class_denoised(class, &[x], &mut found),
        }
        close(found[0], expected, 1e-12);
        means.push(expected);
    }
    // g = (u/sigma^2)(E[X_0|x,y] - E[X_0|x]).
    close(Split::new(&marginal, 1).at(&[x]).guidance[0], u / variance * (means[2] - means[0]), 1e-12);
}

#[test]
fn the_cdf_is_the_integral_of_the_density() {
    let mut rng = seeded(10);
    let marginal = Marginal::new(&random_mixture(&mut rng, 1, 5, 2), 0.1);
    for x in [-2.0, -0.3, 0.9, 2.5] {
        close(marginal.cdf(x), gauss_legendre(-12.0, x, 200, |x| marginal.log_density(&[x]).exp()), 1e-13);
        let expected = gauss_legendre(-12.0, x, 200, |x| marginal.class_log_density(1, &[x]).exp());
        close(marginal.class_cdf(1, x), expected, 1e-13);
    }
    // In both far tails the mass keeps its digits.
    let normal = Marginal::new(&Mixture::new(&[line(1.0, 0.0, 1.0, 0)]), 0.0);
    let expected = gauss_legendre(10.0, 11.0, 20, |x| normal.log_density(&[x]).exp());
    relative(normal.class_interval_mass(0, 10.0, 11.0), expected, 1e-12);
    relative(normal.class_interval_mass(0, -11.0, -10.0), expected, 1e-12);
}

#[test]
fn bin_masses_match_the_density() {
    let mut rng = seeded(11);
    let marginal = Marginal::new(&random_mixture(&mut rng, 2, 4, 2), 0.05);
    let (min, max, side) = ([-3.0, -2.5], [2.0, 2.5], 8);
    let bins = BinMasses::new(&marginal, 1, min, max, side);
    close(bins.masses.iter().sum::<f64>() + bins.outside, 1.0, 1e-12);
    for row in [1, 3, 5] {
        for column in [2, 4, 7] {
            let (a, b) = (min[0] + 0.625 * column as f64, min[1] + 0.625 * row as f64);
            let expected = gauss_legendre(a, a + 0.625, 8, |x| {
                gauss_legendre(b, b + 0.625, 8, |y| marginal.class_log_density(1, &[x, y]).exp())
            });
            close(bins.masses[row * side + column], expected, 1e-13);
        }
    }
    // Strongly correlated, flat and tiny components keep their mass.
    for covariance in [[1.0, 0.9999, 1.0], [1e-4, 0.0, 1e-4], [1.0, 0.0, 1e-4], [1e-4, 1e-2, 50.0]] {
        let marginal = Marginal::new(&Mixture::new(&[plane(1.0, [0.1, 0.2], covariance, 0)]), 0.0);
        let bins = BinMasses::new(&marginal, 0, [-4.0; 2], [4.0; 2], 32);
        close(bins.masses.iter().sum::<f64>() + bins.outside, 1.0, 1e-11);
    }
    let line = Marginal::new(&Mixture::new(&pair()), 0.3);
    let bins = BinMasses::new(&line, 1, [-1.0; 2], [2.0; 2], 16);
    close(bins.masses.iter().sum::<f64>() + bins.outside, 1.0, 1e-14);
    let expected = gauss_legendre(-1.0, 2.0, 60, |x| line.class_log_density(1, &[x]).exp());
    close(1.0 - bins.outside, expected, 1e-13);
}

/// [`brute_force`] in 1D on panels that shrink towards the crests of the wave, where with `a = 1` a tested
/// probability touches zero in the tail.
fn graded(state: &State, t: f64, frequency: f64, half_width: f64) -> [f64; 4] {
    let apart = std::f64::consts::PI / frequency;
    let reach = (half_width / apart) as i32;
    let mut sums = [0.0; 4];
    for k in -reach..=reach {
        let crest = apart * (f64::from(k) + 0.5);
        for side in [-1.0, 1.0] {
            for level in 0..24 {
                let outer = side * 0.5 * apart * 0.5_f64.powi(level);
                let inner = if level == 23 { 0.0 } else { 0.5 * outer };
                let middle = crest + 0.5 * (outer + inner);
                let part = brute_force_in(state, t, [middle; 2], 0.5 * (outer - inner).abs(), 1);
                for (sum, part) in sums.iter_mut().zip(part) {
                    *sum += part;
                }
            }
        }
    }
    sums
}

/// The readouts once more: the definitions by Gauss-Legendre panels on `[-half_width, half_width]^d`.
fn brute_force(state: &State, t: f64, half_width: f64, panels: usize) -> [f64; 4] {
    brute_force_in(state, t, [0.0; 2], half_width, panels)
}

/// [`brute_force`] in a box around `centre`.
fn brute_force_in(state: &State, t: f64, centre: [f64; 2], half_width: f64, panels: usize) -> [f64; 4] {
    let marginal = Marginal::new(&state.mixture(), t);
    let target = state.guidance.target;
    let tested = Tested { marginal: &marginal, target, classifier: state.classifier };
    let exact = Tested { classifier: Classifier::EXACT, ..tested };
    let d = marginal.dimension;
    let terms = |x: &[f64]| {
        let p = marginal.log_density(x).exp();
        let mut values = [0.0; 4];
        for class in (0..8).filter(|class| marginal.log_priors[*class] > f64::NEG_INFINITY) {
            let log_p = exact.log_probability(class, x);
            let (mut g, mut ghat) = ([0.0; 2], [0.0; 2]);
            exact.gradient(class, x, &mut g[..d]);
            tested.gradient(class, x, &mut ghat[..d]);
            let error = (ghat[0] - g[0]).powi(2) + (ghat[1] - g[1]).powi(2);
            values[0] += p * log_p.exp() * (log_p - tested.log_probability(class, x));
            values[2] += p * log_p.exp() * error;
            if class == target {
                let conditional = marginal.class_log_density(class, x).exp();
                values[1] = conditional * error;
                values[3] = conditional * (g[0] * g[0] + g[1] * g[1]);
            }
        }
        values
    };
    std::array::from_fn(|m| {
        let over = |axis: usize, f: &dyn Fn(f64) -> f64| {
            gauss_legendre(centre[axis] - half_width, centre[axis] + half_width, panels, f)
        };
        over(0, &|x| if d == 1 { terms(&[x])[m] } else { over(1, &|y| terms(&[x, y])[m]) })
    })
}

#[track_caller]
fn agree(found: &ExactMeasures, expected: [f64; 4], tolerance: f64) {
    let found = [found.conditional_kl, found.guidance_mse, found.guidance_mse_joint, found.guidance_norm];
    for (found, expected) in found.into_iter().zip(expected) {
        relative(found, expected, tolerance);
    }
}

#[test]
fn readouts_match_brute_force() {
    let mut rng = seeded(12);
    for (d, frequency, panels) in [(1, 20.0, 400), (1, 300.0, 3000), (2, 4.0, 24)] {
        for form in [WiggleForm::Probability, WiggleForm::Logit] {
            let mut state = with_wiggle(form, frequency, AmplitudeLaw::Fixed, 0.4);
            state.mixture = random_mixture(&mut rng, d, 3, 3).components;
            let found = measures(&state, 0.2).unwrap();
            agree(&found, brute_force(&state, 0.2, 9.0, panels), 1e-8);
        }
    }
}

#[test]
fn readouts_at_the_edge_of_the_probability_form() {
    for (frequency, panels) in [(2.0, 4000), (32.0, 8000)] {
        let state = with_wiggle(WiggleForm::Probability, frequency, AmplitudeLaw::Fixed, 1.0);
        let found = measures(&state, 0.5).unwrap();
        agree(&found, brute_force(&state, 0.5, 8.0, panels), 1e-8);
    }
}

/// The largest relative difference of four numbers.
fn off(found: &ExactMeasures, expected: [f64; 4]) -> f64 {
    let found = [found.conditional_kl, found.guidance_mse, found.guidance_mse_joint, found.guidance_norm];
    found.into_iter().zip(expected).map(|(found, expected)| (found / expected - 1.0).abs()).fold(0.0, f64::max)
}

/// Where the budget of nodes ends first, the readouts say how far off they may be.
#[test]
fn readouts_too_sharp_to_resolve_say_so() {
    // The edge of the probability form at the largest frequency.
    let state = with_wiggle(WiggleForm::Probability, 512.0, AmplitudeLaw::Fixed, 1.0);
    let found = measures(&state, 0.01).unwrap();
    let error = off(&found, graded(&state, 0.01, 512.0, 3.0));
    println!("1D: said {:e}, is {error:e}", found.relative_error);
    assert!(found.relative_error > 1e-8 && error < 3.0 * found.relative_error, "{error:e} {found:?}");
    // Two sharp pairs far apart in the plane.
    let mut state = with_wiggle(WiggleForm::Probability, 32.0, AmplitudeLaw::Fixed, 0.9);
    let centres = [[-15.0, -14.0], [14.0, 15.0]];
    let v = [1e-3, 0.0, 1e-3];
    state.mixture =
        centres.iter().flat_map(|&[x, y]| [plane(0.25, [x, y], v, 1), plane(0.25, [x + 0.04, y], v, 0)]).collect();
    let found = measures(&state, 0.0).unwrap();
    let mut expected = [0.0; 4];
    for [x, y] in centres {
        let mut near = state.clone();
        near.mixture = vec![plane(0.5, [x, y], v, 1), plane(0.5, [x + 0.04, y], v, 0)];
        // The wave keeps its phase: only the box moves. Half of the mass is here.
        let part = brute_force_in(&near, 0.0, [x, y], 0.35, 5);
        for (sum, part) in expected.iter_mut().zip(part) {
            *sum += 0.5 * part;
        }
    }
    let error = off(&found, expected);
    println!("2D: said {:e}, is {error:e}", found.relative_error);
    assert!(found.relative_error > 1e-8 && error < 10.0 * found.relative_error, "{error:e} {found:?}");
    // What can be resolved is.
    assert!(
        measures(&with_wiggle(WiggleForm::Logit, 512.0, AmplitudeLaw::Fixed, 1.0), 0.01).unwrap().relative_error < 1e-9
    );
}

/// Classes that differ along one direction only, which lies askew, and are ten thousand times as wide along the other: the
/// readouts are those of one dimension. One grid over all of it would need 1e9 nodes.
#[test]
fn narrow_components_that_lie_askew() {
    let (narrow, wide) = (1e-4, 25.0);
    let centres = [(-0.02, 1, 0.3), (0.02, 0, 0.2), (0.9, 1, 0.1), (0.95, 0, 0.4)];
    let (sin, cos) = 0.7_f64.sin_cos();
    let off = (narrow - wide) * cos * sin;
    let covariance = [narrow * cos * cos + wide * sin * sin, off, narrow * sin * sin + wide * cos * cos];
    let kinds = [
        json!({"kind": "exact"}),
        json!({"kind": "tempered", "sharpness": 2.0}),
        json!({"kind": "mistimed", "shift": 0.3}),
        json!({"kind": "noise-blind"}),
    ];
    for kind in kinds {
        let simple = State::merged(State::default().to_value(), &json!({"classifier": kind})).unwrap();
        let (mut straight, mut askew) = (simple.clone(), simple);
        straight.mixture = centres.iter().map(|&(x, class, weight)| line(weight, x, narrow, class)).collect();
        askew.mixture =
            centres.iter().map(|&(x, class, weight)| plane(weight, [x * cos, x * sin], covariance, class)).collect();
        for t in [0.0, 0.02, 0.7] {
            let (expected, found) = (measures(&straight, t).unwrap(), measures(&askew, t).unwrap());
            println!("{kind} {t} {found:?}");
            // The seams of a classifier that has not seen noise are narrow where no component of the marginal is.
            let resolved = found.relative_error < 1e-8;
            assert!(
                expected.relative_error <= 1e-9 && (resolved || kind["kind"] == "noise-blind"),
                "{kind} {t} {found:?}"
            );
            let numbers = |m: &ExactMeasures| [m.conditional_kl, m.guidance_mse, m.guidance_mse_joint, m.guidance_norm];
            for (found_one, one) in numbers(&found).into_iter().zip(numbers(&expected)) {
                let within = 3.0 * found.relative_error.max(3e-9) * one.max(found_one) + 1e-18;
                assert!((found_one - one).abs() <= within, "{kind} {t} {found:?} {expected:?}");
            }
        }
    }
}

#[test]
fn a_kl_of_1e_9_keeps_its_digits() {
    // a^2 E_t / 4 up to a relative a^2, once the wave averages out.
    let a = 1e-4;
    for form in [WiggleForm::Probability, WiggleForm::Logit] {
        for frequency in [64.0, 256.0, 512.0] {
            let found = measures(&with_wiggle(form, frequency, AmplitudeLaw::Fixed, a), 0.5).unwrap();
            relative(found.conditional_kl, a * a * 0.161456603393 / 4.0, 2e-8);
        }
    }
}

#[test]
fn quadrature_notices_what_it_cannot_resolve() {
    let axis = Axis { from: -1.0, to: 1.0, bandwidth: 10.0, wave: 0.0 };
    let jump = integrate(&[axis], |x| [if x[0] > 0.3333 { 1.0 } else { 0.0 }]);
    assert!(jump.change > 1e-9, "a jump has no spectral accuracy: {jump:?}");
}

#[test]
#[allow(clippy::float_cmp, reason = "these are exact by construction")]
fn one_class_has_no_guidance() {
    let mut state = with_wiggle(WiggleForm::Probability, 8.0, AmplitudeLaw::Inverse, 1.0);
    state.mixture = vec![line(1.0, 0.0, 0.5, 1)];
    let found = measures(&state, 0.3).unwrap();
    for value in [found.conditional_kl, found.guidance_mse, found.guidance_mse_joint, found.guidance_norm] {
        assert!(value.abs() < 1e-250, "{found:?}");
    }
    let marginal = Marginal::new(&state.mixture(), 0.3);
    assert_eq!(marginal.log_posterior(1, &[0.4]), 0.0);
    assert_eq!(marginal.log_posterior(3, &[0.4]), f64::NEG_INFINITY);
    assert_eq!(Split::new(&marginal, 3).at(&[0.4]).guidance[0], 0.0);
}

#[test]
fn more_than_two_dimensions_are_refused() {
    let covariance = vec![vec![1.0, 0.0, 0.0], vec![0.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]];
    let state = State {
        mixture: vec![Component { weight: 1.0, mean: vec![0.0; 3], covariance, class: 1 }],
        ..State::default()
    };
    assert_eq!(measures(&state, 0.1).unwrap_err().path, "mixture");
}

#[test]
fn every_preset_has_finite_readouts() {
    for preset in presets() {
        for t in [preset.state.process.stop, 0.3, preset.state.process.horizon] {
            let clock = std::time::Instant::now();
            let found = measures(&preset.state, t).unwrap();
            println!("{} t={t}: {:?} {found:?}", preset.name, clock.elapsed());
            let exact = preset.state.classifier == Classifier::EXACT;
            assert!(found.guidance_norm.is_finite() && found.guidance_norm > 0.0, "{}: {found:?}", preset.name);
            assert_eq!(found.conditional_kl == 0.0, exact, "{}: {found:?}", preset.name);
            assert!(found.guidance_mse_joint.is_finite(), "{}: {found:?}", preset.name);
        }
    }
}

/// The noised uniform density against its definition as a convolution, and its score against differences,
/// also far outside the support.
#[test]
fn noised_uniform_densities() {
    let uniform = Uniform { from: 1.0, to: 2.0 };
    for t in [1e-3, 0.1, 1.0, 4.0] {
        let (u, sigma) = (f64::exp(-t), (1.0 - (-2.0 * t).exp()).sqrt());
        for z in [-30.0, -7.0, -5.9, -1.0, 0.3, 2.0, 6.5, 40.0] {
            let x = u * 1.5 + z * sigma;
            let (log, score) = uniform.at(x, t);
            let peak = (-0.5 * ((x - u * (x / u).clamp(1.0, 2.0)) / sigma).powi(2), ());
            let mass = helpers::gauss_legendre(1.0, 2.0, 800, |y| {
                (-0.5 * ((x - u * y) / sigma).powi(2) - peak.0).exp() / (sigma * std::f64::consts::TAU.sqrt())
            });
            close(log, mass.ln() + peak.0, 1e-9 * log.abs().max(1.0));
            let h = 1e-4 * sigma;
            let slope = (uniform.at(x + h, t).0 - uniform.at(x - h, t).0) / (2.0 * h);
            close(score * sigma, slope * sigma, 1e-5 * (1.0 + (score * sigma).abs()));
        }
    }
}
