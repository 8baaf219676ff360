//! The reverse process in f64: its steps against their definitions, and its laws against the
//! measured values of docs/numerics.md.

mod helpers;

use guidance_lab::model::{Classifier, Grid, Mixture, Process, Sampler, Scored, Weight, WiggleForm};
use guidance_lab::reference::{LaneGuidance, Marginal, Split, drift, guided_score, step, step_between};
use helpers::{close, normal, p1, p2, pair, random_mixture, relative, seeded, wave};

const SAMPLERS: [Sampler; 6] = [
    Sampler::Exponential,
    Sampler::Ddpm,
    Sampler::EulerMaruyama,
    Sampler::OdeExponential,
    Sampler::Ddim,
    Sampler::Heun,
];

fn process(sampler: Sampler, horizon: f64, stop: f64, steps: usize, grid: Grid) -> Process {
    Process { horizon, stop, steps, grid, sampler }
}

fn exact(gamma: f64) -> LaneGuidance {
    LaneGuidance { target: 1, weight: Weight::constant(gamma), classifier: Classifier::EXACT, scored: Scored::EXACT }
}

/// Marginals at all reverse times.
fn marginals(process: &Process, mixture: &Mixture) -> Vec<Marginal> {
    process.times().into_iter().map(|t| Marginal::new(mixture, t)).collect()
}

/// One short step of every sampler is the drift and the noise of the process.
#[test]
fn one_short_step_is_the_drift() {
    let mut rng = seeded(13);
    let mixture = random_mixture(&mut rng, 2, 4, 2);
    let classifier = wave(WiggleForm::Logit, 5.0, 0.2);
    let lane = LaneGuidance { target: 1, weight: Weight::constant(2.5), classifier, scored: Scored::EXACT };
    for sampler in SAMPLERS {
        let process = process(sampler, 1.0, 0.1, 10, Grid::Uniform);
        let (t, h, start, z) = (0.6, 1e-5, [0.4, -0.7], [1.0, -2.0]);
        let marginal = Marginal::new(&mixture, t);
        let (mut rate, mut score) = ([0.0; 2], [0.0; 2]);
        drift(&process, &marginal, &lane, &start, &mut rate);
        guided_score(&marginal, &lane, &start, &mut score);
        let (mut still, mut noisy) = (start, start);
        step(&process, &mixture, &lane, t, t - h, &mut still, &[0.0; 2]);
        step(&process, &mixture, &lane, t, t - h, &mut noisy, &z);
        let factor = if sampler.is_stochastic() { 2.0 } else { 1.0 };
        for i in 0..2 {
            close((still[i] - start[i]) / h, rate[i], 1e-3);
            close(rate[i], start[i] + factor * score[i], 1e-14);
            let noise = if sampler.is_stochastic() { (2.0 * h).sqrt() * z[i] } else { 0.0 };
            close(noisy[i] - still[i], noise, 1e-6);
        }
    }
}

#[test]
fn ode_samplers_converge_at_their_order() {
    let mixture = Mixture::new(&pair());
    let run = |sampler, steps| {
        let process = process(sampler, 3.0, 0.1, steps, Grid::Uniform);
        let mut y = [0.3];
        for pair in process.times().windows(2) {
            step(&process, &mixture, &exact(1.5), pair[0], pair[1], &mut y, &[]);
        }
        y[0]
    };
    let truth = run(Sampler::Heun, 20_000);
    for (sampler, factor) in [(Sampler::OdeExponential, 2.0), (Sampler::Ddim, 2.0), (Sampler::Heun, 4.0)] {
        let (coarse, fine) = (run(sampler, 200) - truth, run(sampler, 400) - truth);
        close(coarse / fine, factor, 0.1 * factor);
    }
}

/// DDIM as it is written: predict `x_0` and the noise, and put them together again.
#[test]
fn ddim_is_its_definition() {
    let mixture = Mixture::new(&pair());
    let (t, next) = (0.8_f64, 0.65_f64);
    let mut y = [0.37];
    let mut score = [0.0];
    guided_score(&Marginal::new(&mixture, t), &exact(2.0), &y, &mut score);
    let sigma = |t: f64| (1.0 - (-2.0 * t).exp()).sqrt();
    let x0 = (y[0] + sigma(t).powi(2) * score[0]) / (-t).exp();
    let expected = (-next).exp() * x0 - sigma(next) * sigma(t) * score[0];
    step(&process(Sampler::Ddim, 1.0, 0.1, 2, Grid::Uniform), &mixture, &exact(2.0), t, next, &mut y, &[]);
    close(y[0], expected, 1e-14);
}

/// The law of the SDE on P2 without extra guidance, step by step, by the exponential integrator: the
/// step is a Gaussian kernel, so the density is carried by quadrature on a grid.
#[test]
fn steps_of_the_exponential_integrator() {
    for (steps, expected) in [(25, 1.97789269), (50, 1.98959976), (100, 1.99495840)] {
        let process = process(Sampler::Exponential, 8.0, 0.0, steps, Grid::Quadratic);
        let mixture = p2();
        let marginals = marginals(&process, &mixture);
        // Backwards: E[f(Y_N) | Y_k = y] on a grid, by Gauss-Hermite in the noise (trapezoid here,
        // spectrally accurate) and cubic interpolation; f = 1/p_0(c|y).
        let (width, cells) = (12.0, 4800);
        let h = 2.0 * width / f64::from(cells);
        let point = |i: i32| -width + h * f64::from(i);
        let mut value: Vec<f64> =
            (0..=cells).map(|i| (-Split::new(&marginals[steps], 1).at(&[point(i)]).log_eta()).exp()).collect();
        let normals: Vec<(f64, f64)> = (-32..=32)
            .map(|k| 0.25 * f64::from(k))
            .map(|z| (z, 0.25 * (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt()))
            .collect();
        for k in (0..steps).rev() {
            value = (0..=cells)
                .map(|i| {
                    normals
                        .iter()
                        .map(|(z, weight)| {
                            let mut y = [point(i)];
                            step_between(&process, &marginals[k], &marginals[k + 1], &exact(1.0), &mut y, &[*z]);
                            weight * interpolate(&value, (y[0] + width) / h)
                        })
                        .sum()
                })
                .collect();
        }
        let mean: f64 = normals.iter().map(|(z, weight)| weight * interpolate(&value, (z + width) / h)).sum();
        println!("{steps}: {mean}");
        close(mean, expected, 5e-8);
    }
}

/// Cubic (Lagrange) interpolation on a unit grid, constant beyond its ends.
fn interpolate(values: &[f64], place: f64) -> f64 {
    let last = values.len() as f64 - 1.0;
    let place = place.clamp(1.0, last - 2.0 - 1e-9);
    let i = place as usize;
    let s = place - i as f64;
    let [a, b, c, d] = [values[i - 1], values[i], values[i + 1], values[i + 2]];
    -s * (s - 1.0) * (s - 2.0) / 6.0 * a + (s + 1.0) * (s - 1.0) * (s - 2.0) / 2.0 * b
        - (s + 1.0) * s * (s - 2.0) / 2.0 * c
        + (s + 1.0) * s * (s - 1.0) / 6.0 * d
}

/// The ODE is a map of `Y_0 ~ N(0, 1)`: its law by the trapezoid rule over many starting points.
fn ode_moments(mixture: &Mixture, lane: &LaneGuidance, process: &Process, starts: i32) -> [f64; 3] {
    let marginals = marginals(process, mixture);
    let last = marginals.last().unwrap();
    let h = 16.0 / f64::from(starts);
    let mut sums = [0.0; 3];
    for i in 0..starts {
        let z = -8.0 + h * (f64::from(i) + 0.5);
        let mut y = [z];
        for pair in marginals.windows(2) {
            step_between(process, &pair[0], &pair[1], lane, &mut y, &[]);
        }
        let weight = h * (-0.5 * z * z).exp() / std::f64::consts::TAU.sqrt();
        let odds = Split::new(last, 1).at(&y);
        for (sum, value) in sums.iter_mut().zip([y[0], y[0] * y[0], odds.eta]) {
            *sum += weight * value;
        }
    }
    [sums[0], sums[1] - sums[0] * sums[0], sums[2]]
}

#[test]
fn the_wiggle_pins_the_ode() {
    let mixture = Mixture::new(&pair());
    let wiggled =
        |scale: f64| LaneGuidance { classifier: wave(WiggleForm::Probability, 128.0, scale / 128.0), ..exact(1.0) };
    // The converged values are .4905, .5124 and .7173 (16000 steps). Stiff: 2000 steps still miss the
    // mean by 7e-4.
    let fine = process(Sampler::Heun, 8.0, 0.0, 4000, Grid::Quadratic);
    let [mean, variance, probability] = ode_moments(&mixture, &wiggled(2.0), &fine, 3000);
    println!("{mean} {variance} {probability}");
    close(mean, 0.4905, 5e-4);
    close(variance, 0.5124, 7e-4);
    close(probability, 0.7173, 5e-4);
    let process = process(Sampler::Heun, 8.0, 0.0, 2000, Grid::Quadratic);
    let [mean, ..] = ode_moments(&mixture, &wiggled(1.0), &process, 3000);
    println!("{mean}");
    close(mean, 0.695, 1.5e-3);
    // Without the wiggle the class is reached.
    let [mean, variance, probability] = ode_moments(&mixture, &exact(1.0), &process, 400);
    close(mean, 1.0, 1e-3);
    close(variance, 0.25, 1e-3);
    close(probability, 0.9657, 1e-3);
}

/// E[1/p] of the ODE on P1 and P2.
#[test]
fn guidance_lowers_the_mean_reciprocal_in_the_ode() {
    let process = process(Sampler::Heun, 12.0, 0.0, 2000, Grid::Quadratic);
    let run = |mixture: &Mixture, w: f64| {
        let marginals = marginals(&process, mixture);
        let mut sum = 0.0;
        for i in 0..1600 {
            let z = -8.0 + 0.01 * (f64::from(i) + 0.5);
            let mut y = [z];
            for pair in marginals.windows(2) {
                step_between(&process, &pair[0], &pair[1], &exact(1.0 + w), &mut y, &[]);
            }
            let odds = Split::new(marginals.last().unwrap(), 1).at(&y);
            sum += 0.01 * (-0.5 * z * z - odds.log_eta()).exp() / std::f64::consts::TAU.sqrt();
        }
        sum
    };
    for (w, on_p1, on_p2) in [(1.0, 1.1095747, 1.8899742), (3.0, 1.0161968, 1.6863840), (10.0, 1.0007808, 1.2466510)] {
        let found = (run(&p1(), w), run(&p2(), w));
        println!("{w}: {found:?}");
        relative(found.0, on_p1, 2e-5);
        relative(found.1, on_p2, 2e-5);
    }
}

/// `E[p^-(1+2w)] = pi_c^-(1+2w)` for every `w`: 8 at w = 1, which any error in the sampler breaks.
#[test]
fn the_conserved_moment_of_the_sde() {
    let process = process(Sampler::Exponential, 8.0, 0.0, 200, Grid::Quadratic);
    let mixture = p2();
    let marginals = marginals(&process, &mixture);
    let mut rng = seeded(31);
    let n = 20_000;
    let (mut sum, mut squares, mut reciprocal) = (0.0, 0.0, 0.0);
    for _ in 0..n {
        let mut y = [normal(&mut rng)];
        for pair in marginals.windows(2) {
            step_between(&process, &pair[0], &pair[1], &exact(2.0), &mut y, &[normal(&mut rng)]);
        }
        let p = Split::new(marginals.last().unwrap(), 1).at(&y).eta;
        sum += p.powi(-3);
        squares += p.powi(-6);
        reciprocal += 1.0 / p;
    }
    let n = f64::from(n);
    let error = ((squares / n - (sum / n).powi(2)) / n).sqrt();
    println!("{} +- {error}, {}", sum / n, reciprocal / n);
    // 200 steps leave a bias of about 0.03, measured by halving the steps.
    close(sum / n, 8.0, 3.0 * error + 0.03);
    close(reciprocal / n, 1.8833092, 0.02);
    assert!(error < 0.05);
}

/// The logistic grid obeys its recursion with one `eta`, from the horizon to the stop, whatever the steps.
#[test]
fn the_logistic_schedule() {
    for (horizon, stop) in [(8.0, 0.01), (20.0, 1e-6), (0.1, 0.05), (4.0, 0.9)] {
        for steps in [1, 2, 5, 50, 4000] {
            let times = process(Sampler::Ddpm, horizon, stop, steps, Grid::Logistic).times();
            assert_eq!((times.len(), times[0], times[steps]), (steps + 1, horizon, stop));
            assert!(times.is_sorted_by(|a, b| a > b), "{horizon} {stop} {steps}");
            let part = |t: f64| ((-2.0 * t).exp(), -(-2.0 * t).exp_m1());
            let eta: Vec<f64> = times
                .windows(2)
                .map(|pair| {
                    let ((a, rest), (_, next)) = (part(pair[0]), part(pair[1]));
                    (1.0 - next / rest) / a
                })
                .collect();
            // From 1 - a, which is rounded where a is tiny; the last step ends at the stop exactly.
            for (eta_k, t) in eta.iter().zip(&times) {
                close(*eta_k, eta[steps - 1], 1e-7 * eta[steps - 1] + 1e-15 * (2.0 * t).exp());
            }
        }
    }
    // N = 100, c0 = 1, c1 = 5: forwards from a = 1/N, as the papers have it.
    let (n, eta) = (100, 5.0 * f64::ln(100.0) / 100.0);
    let mut a = vec![0.01];
    for k in 0..n {
        a.push(a[k] + eta * a[k] * (1.0 - a[k]));
    }
    let times: Vec<f64> = a.iter().map(|a| -0.5 * a.ln()).collect();
    for (found, expected) in process(Sampler::Ddpm, times[0], times[n], n, Grid::Logistic).times().iter().zip(&times) {
        close(*found, *expected, 1e-6 * expected);
    }
}
