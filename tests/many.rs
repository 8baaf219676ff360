//! Many dimensions: closed forms against dense linear algebra, differences and pins of docs/numerics.md; the engine
//! against them; what is refused.

mod common;

use std::sync::Arc;

use common::many::{components, even_components, noise_of, scene, stepped};
use guidance_lab::law::{guided_scores, sampler_law};
use guidance_lab::learn::{Data as _, Sample};
use guidance_lab::many::{
    Component, Covariance, Guide, LaneOf, Marginal, Mixture, Noised, Run, Sampler as Draws, Scene, decode,
    discriminants, draws_in, encode, fault, mean, train,
};
use guidance_lab::metrics::Estimate;
use guidance_lab::model::{
    Activation, Amplitude, AmplitudeLaw, BlindInput, Classifier, Denoised, Fourier, Grid, Hidden, LabErrorCode,
    LabelSmoothing, Learned, Learns, Mistimed, Network, Noise, NoiseBlind, Process, Recipe, Sampler, Scored, Tempered,
    Weight, Wiggle, WiggleForm,
};
use guidance_lab::random::Philox;
use guidance_lab::reference::LaneGuidance;
use rand::RngExt as _;

/// `d`, components, directions, and at the point of [`point`] and time .3: `log p`, `log p(1|x)`, `|s|^2`, `|g|^2`, the
/// traces of the Hessians of `log p` and of `log p(1|x)`; by dense linear algebra.
const PINS: [(usize, usize, usize, [f64; 6]); 5] = [
    (3, 3, 1, [-3.4320927599, -1.1187507417, 0.5208878678, 0.11639483654, -3.18973898, -0.612909807]),
    (17, 5, 2, [-17.7383224083, -0.85898999297, 6.9420424103, 5.0553928588, -16.09395239, -4.99897632]),
    (64, 8, 4, [-58.4024492140, -0.97065439648, 14.6431888848, 1.9189722319, -72.62998077, -4.13203519]),
    (196, 12, 8, [-161.8215932133, -1.2981546159, 49.7141001425, 8.7653940680, -279.40285077, 0.435935753]),
    (256, 16, 8, [-207.4226290949, -0.87815129799, 64.9484073261, 2.0478864160, -375.60065220, -9.27432242]),
];
const TIME: f64 = 0.3;

fn mixture(d: usize, count: usize, rank: usize) -> Mixture {
    Mixture::new(components(d, count, rank)).unwrap()
}

fn point(d: usize) -> Vec<f64> {
    (0..d).map(|j| 0.4 * (0.3 * (j + 1) as f64).cos()).collect()
}

fn square(x: &[f64]) -> f64 {
    x.iter().map(|x| x * x).sum()
}

fn close(found: f64, wanted: f64, tolerance: f64, what: &str) {
    assert!((found - wanted).abs() <= tolerance * (1.0 + wanted.abs()), "{what}: {found} instead of {wanted}");
}

/// Three copies of the pair, eight components and as many classes, under the classifier tempered by a half: every
/// coordinate has the law of one alone, and no two go together. This is what the experiment `copies` takes for granted.
#[test]
fn copies_of_a_line() {
    let component = |class: usize| Component {
        weight: 1.0,
        class,
        mean: (0..3).map(|j| if class >> j & 1 == 1 { 1.0 } else { -1.0 }).collect(),
        covariance: Covariance::Isotropic(0.25),
    };
    let process =
        Process { horizon: 6.0, stop: 0.01, steps: 100, grid: Grid::Quadratic, sampler: Sampler::Exponential };
    let classifier = Classifier::Tempered(Tempered { sharpness: 0.5, bias: 0.0 });
    let scene = Scene {
        mixture: Arc::new(Mixture::new((0..8).map(component).collect()).unwrap()),
        process,
        classifier,
        lanes: vec![LaneOf { gamma: 1.0, tested: true, weighted: false }],
        targets: vec![7],
        particles: 4000,
        seed: 5,
    };
    let mut run = Run::new(scene).unwrap();
    run.advance(process.steps);
    let line = |mean: f64, class| guidance_lab::model::Component {
        weight: 0.5,
        mean: vec![mean],
        covariance: vec![vec![0.25]],
        class,
    };
    let pair = guidance_lab::model::Mixture::new(&[line(1.0, 1), line(-1.0, 0)]);
    let lane = LaneGuidance { target: 1, weight: Weight::constant(1.0), classifier, scored: Scored::EXACT };
    let law = sampler_law(&process, &guided_scores(&pair, lane));
    let positions: Vec<f64> = run.positions(0).into_iter().map(f64::from).collect();
    let within = |found: Estimate, wanted: f64, what: &str| {
        assert!((found.estimate - wanted).abs() < 4.0 * found.standard_error, "{what}: {found:?}, not {wanted}");
    };
    let centred: Vec<f64> = positions.iter().map(|x| x - law.mean()).collect();
    let products = |i: usize, j: usize| mean(&centred.chunks_exact(3).map(|x| x[i] * x[j]).collect::<Vec<_>>());
    for i in 0..3 {
        within(mean(&centred.iter().skip(i).step_by(3).copied().collect::<Vec<_>>()), 0.0, "mean");
        within(products(i, i), law.variance(), "variance");
        within(products(i, (i + 1) % 3), 0.0, "covariance");
    }
}

#[test]
fn closed_forms_are_those_of_dense_linear_algebra() {
    for (d, count, rank, [log_density, log_posterior, score, guidance, trace, bend]) in PINS {
        let mixture = mixture(d, count, rank);
        let marginal = Marginal::new(&mixture, Noise::at(TIME));
        let at = marginal.at(&point(d));
        close(at.log_density(), log_density, 1e-10, "log p");
        close(at.log_posterior(1), log_posterior, 1e-10, "log p(1|x)");
        close(square(&at.score(None)), score, 1e-9, "|s|^2");
        close(square(&at.guidance(1)), guidance, 1e-9, "|g|^2");
        // Half a unit of the last printed digit.
        let off = [at.hessian_trace(None) - trace, at.hessian_trace(Some(1)) - at.hessian_trace(None) - bend];
        assert!(off.iter().all(|off| off.abs() < 6e-9), "{off:?}");
    }
}

/// `log N(x; m, C)` and its gradient with all entries of `C`, by Cholesky.
fn dense(component: &Component, noise: Noise, x: &[f64]) -> (f64, Vec<f64>) {
    let d = x.len();
    let mut c = vec![vec![0.0; d]; d];
    let Covariance::LowRank { diagonal, factors } = &component.covariance else { unreachable!() };
    for i in 0..d {
        for j in 0..d {
            let own: f64 = factors.iter().map(|factor| factor[i] * factor[j]).sum();
            c[i][j] = noise.signal * noise.signal * (own + if i == j { diagonal[i] } else { 0.0 });
        }
        c[i][i] += noise.variance;
    }
    let mut l = vec![vec![0.0; d]; d];
    for i in 0..d {
        for j in 0..=i {
            let rest = c[i][j] - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
        }
    }
    let mut y: Vec<f64> = x.iter().zip(&component.mean).map(|(x, mean)| x - noise.signal * mean).collect();
    for i in 0..d {
        y[i] = (y[i] - (0..i).map(|k| l[i][k] * y[k]).sum::<f64>()) / l[i][i];
    }
    let log = -0.5 * square(&y)
        - (0..d).map(|i| l[i][i].ln()).sum::<f64>()
        - 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln();
    for i in (0..d).rev() {
        y[i] = (y[i] - (i + 1..d).map(|k| l[k][i] * y[k]).sum::<f64>()) / l[i][i];
    }
    (log, y.iter().map(|y| -y).collect())
}

#[test]
fn a_few_directions_do_for_the_whole_matrix() {
    for (d, count, rank, _) in PINS {
        for (components, t) in [(components(d, count, rank), 1.1), (even_components(d, count, rank), 0.05)] {
            let noise = Noise::at(t);
            let total: f64 = components.iter().map(|component| component.weight).sum();
            let terms: Vec<(f64, Vec<f64>, usize)> = components
                .iter()
                .map(|component| {
                    let (log, pull) = dense(component, noise, &point(d));
                    (log + (component.weight / total).ln(), pull, component.class)
                })
                .collect();
            let of = |class: Option<usize>| -> (f64, Vec<f64>) {
                let own: Vec<_> = terms.iter().filter(|term| class.is_none_or(|class| class == term.2)).collect();
                let top = own.iter().map(|term| term.0).fold(f64::NEG_INFINITY, f64::max);
                let sum: f64 = own.iter().map(|term| (term.0 - top).exp()).sum();
                let mut score = vec![0.0; d];
                for (log, pull, _) in own {
                    score.iter_mut().zip(pull).for_each(|(s, a)| *s += (log - top).exp() / sum * a);
                }
                (top + sum.ln(), score)
            };
            let mixture = Mixture::new(components).unwrap();
            let marginal = Marginal::new(&mixture, noise);
            let at = marginal.at(&point(d));
            let (all, score) = of(None);
            close(at.log_density(), all, 1e-11, "log p");
            for class in 0..3 {
                let (own, pull) = of(Some(class));
                close(at.log_posterior(class), own - all, 1e-9, "log p(y|x)");
                for j in 0..d {
                    close(at.guidance(class)[j], pull[j] - score[j], 1e-8, "g");
                }
            }
        }
    }
}

#[test]
fn a_full_covariance_is_one_with_directions() {
    let rows = vec![vec![0.5, 0.2, 0.0], vec![0.2, 0.3, -0.1], vec![0.0, -0.1, 0.8]];
    let mean = vec![0.3, -0.2, 0.1];
    let full = Component { weight: 1.0, mean: mean.clone(), covariance: Covariance::Full(rows.clone()), class: 0 };
    let marginal = Marginal::new(&Mixture::new(vec![full]).unwrap(), Noise::at(0.4));
    // The same matrix as a small diagonal and the columns of a Cholesky factor of the rest.
    let small = 0.05;
    let mut l = [[0.0_f64; 3]; 3];
    for i in 0..3 {
        for j in 0..=i {
            let entry = rows[i][j] - if i == j { small } else { 0.0 };
            let rest = entry - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
            l[i][j] = if i == j { rest.sqrt() } else { rest / l[j][j] };
        }
    }
    let factors = (0..3).map(|i| (0..3).map(|j| l[j][i]).collect()).collect();
    let covariance = Covariance::LowRank { diagonal: vec![small; 3], factors };
    let other = Component { weight: 1.0, mean, covariance, class: 0 };
    let (log, pull) = dense(&other, Noise::at(0.4), &[0.1, 0.2, 0.3]);
    let at = marginal.at(&[0.1, 0.2, 0.3]);
    close(at.log_density(), log, 1e-12, "log p");
    for (found, wanted) in at.score(None).iter().zip(pull) {
        close(*found, wanted, 1e-11, "s");
    }
}

fn wiggle(form: WiggleForm, frequency: f64, a: f64) -> Classifier {
    let amplitude = Amplitude { law: AmplitudeLaw::Fixed, scale: a };
    Classifier::Wiggle(Wiggle { form, frequency, amplitude, smoothing: 0.0 })
}

fn kinds() -> Vec<Classifier> {
    vec![
        Classifier::EXACT,
        wiggle(WiggleForm::Probability, 5.0, 0.7),
        wiggle(WiggleForm::Logit, 5.0, 1.3),
        Classifier::Tempered(Tempered { sharpness: 2.0, bias: 0.5 }),
        Classifier::LabelSmoothing(LabelSmoothing { epsilon: 0.1 }),
        Classifier::Mistimed(Mistimed { shift: 0.3 }),
        Classifier::NoiseBlind(NoiseBlind { time: 0.1, input: BlindInput::Noisy }),
        Classifier::NoiseBlind(NoiseBlind { time: 0.1, input: BlindInput::Rescaled }),
        Classifier::Denoised(Denoised { jacobian: true }),
        Classifier::Denoised(Denoised { jacobian: false }),
        Classifier::Learned(Learned { recipe: recipes()[0] }),
        Classifier::Learned(Learned { recipe: recipes()[1] }),
    ]
}

/// Two networks: one that is told the time, and one with waves that is not.
fn recipes() -> [Recipe; 2] {
    let hidden = Hidden::new(&[9, 6]);
    let fourier = Some(Fourier { features: 7, bandwidth: 0.3 });
    [
        Recipe { hidden, ..Recipe::default() },
        Recipe { hidden, activation: Activation::Softplus, fourier, time: false, ..Recipe::default() },
    ]
}

/// The mixture with such networks, whose numbers are drawn.
fn knowing(mut mixture: Mixture) -> Mixture {
    for recipe in recipes() {
        let mut network = Network::blank(&recipe, Learns::Classes, mixture.dimension(), mixture.classes().to_vec());
        let mut rng = Philox::for_purpose(3, 0);
        let normal = (mixture.dimension() as f32).sqrt();
        for value in &mut network.values {
            *value = rng.random_range(-2.0..2.0) / normal;
        }
        mixture.put_network(network.into());
    }
    mixture
}

#[test]
fn gradients_are_those_of_their_logarithms() {
    let (d, h) = (17, 1e-5);
    let mixture = knowing(mixture(d, 5, 2));
    let x = point(d);
    let shifted = |j: usize, by: f64| {
        let mut x = x.clone();
        x[j] += by;
        x
    };
    for classifier in kinds() {
        let guide = Guide::new(&mixture, &classifier, TIME);
        for place in 0..3 {
            let here = guide.at(&x, place);
            let total: f64 = here.tested.iter().map(|log| log.exp()).sum();
            close(total, 1.0, 1e-12, "the sum of the probabilities");
            if classifier == Classifier::Denoised(Denoised { jacobian: false }) {
                continue;
            }
            for j in 0..d {
                let [above, below] = [h, -h].map(|by| guide.at(&shifted(j, by), place));
                let slope = (above.tested[place] - below.tested[place]) / (2.0 * h);
                close(here.tested_guidance[j], slope, 1e-7, &format!("{classifier:?}"));
                let slope = (above.exact[place] - below.exact[place]) / (2.0 * h);
                close(here.exact_guidance[j], slope, 1e-7, "exact");
                close(here.score[j], (above.log_density - below.log_density) / (2.0 * h), 1e-7, "score");
            }
        }
    }
    let marginal = Marginal::new(&mixture, Noise::at(TIME));
    let v: Vec<f64> = (0..d).map(|j| (1.7 * j as f64).sin()).collect();
    let moved = |by: f64| -> Vec<f64> { x.iter().zip(&v).map(|(x, v)| x + by * v).collect() };
    for place in [None, Some(2)] {
        let product = marginal.at(&x).hessian_product(place, &v);
        let [above, below] = [h, -h].map(|by| marginal.at(&moved(by)).score(place));
        for j in 0..d {
            close(product[j], (above[j] - below[j]) / (2.0 * h), 1e-7, "H v");
        }
        // The trace from products with the unit vectors.
        let unit = |j: usize| (0..d).map(|i| f64::from(u8::from(i == j))).collect::<Vec<f64>>();
        let trace: f64 = (0..d).map(|j| marginal.at(&x).hessian_product(place, &unit(j))[j]).sum();
        close(marginal.at(&x).hessian_trace(place), trace, 1e-12, "trace");
    }
    // Without its Jacobian the denoised one is the clean gradient at the guess over u.
    let plain = Guide::new(&mixture, &Classifier::Denoised(Denoised { jacobian: false }), TIME).at(&x, 1);
    let clean = Marginal::new(&mixture, Noise::at(0.0)).at(&plain.guess).guidance(1);
    for (found, clean) in plain.tested_guidance.iter().zip(clean) {
        close(*found, clean / (-TIME).exp(), 1e-12, "without the Jacobian");
    }
}

/// The plane of paths: with all entries of the covariances `W` within the classes and `B` between them, `B v = lambda W v`
/// for either direction, which are apart in `W`. Of three classes there are no others with `lambda > 0`. What is drawn in it
/// has the means and the spreads of the classes there.
#[test]
fn the_plane_of_the_discriminant_directions_and_draws_in_it() {
    for (d, count, rank, _) in PINS {
        let all = components(d, count, rank);
        let mixture = Mixture::new(all.clone()).unwrap();
        let plane = discriminants(&mixture);
        let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
        let total: f64 = all.iter().map(|component| component.weight).sum();
        let share = |class: usize| -> f64 {
            all.iter().filter(|each| each.class == class).map(|each| each.weight / total).sum()
        };
        let average = |of: &dyn Fn(&Component) -> f64, class: usize| {
            let own = all.iter().filter(|each| each.class == class);
            own.map(|each| each.weight / total * of(each)).sum::<f64>() / share(class)
        };
        let means: Vec<Vec<f64>> =
            (0..3).map(|class| (0..d).map(|j| average(&|each| each.mean[j], class)).collect()).collect();
        let middle: Vec<f64> = (0..d).map(|j| (0..3).map(|class| share(class) * means[class][j]).sum()).collect();
        let (mut within, mut between) = (vec![vec![0.0; d]; d], vec![vec![0.0; d]; d]);
        for i in 0..d {
            for j in 0..d {
                for each in &all {
                    let Covariance::LowRank { diagonal, factors } = &each.covariance else { unreachable!() };
                    let own = factors.iter().map(|f| f[i] * f[j]).sum::<f64>() + if i == j { diagonal[i] } else { 0.0 };
                    let mean = &means[each.class];
                    let away = (each.mean[i] - mean[i]) * (each.mean[j] - mean[j]);
                    within[i][j] += each.weight / total * (own + away);
                }
                for (class, mean) in means.iter().enumerate() {
                    between[i][j] += share(class) * (mean[i] - middle[i]) * (mean[j] - middle[j]);
                }
            }
        }
        let times = |matrix: &[Vec<f64>], x: &[f64]| matrix.iter().map(|row| dot(row, x)).collect::<Vec<f64>>();
        let lambdas = plane.each_ref().map(|v| {
            let (w, b) = (times(&within, v), times(&between, v));
            let lambda = dot(v, &b) / dot(v, &w);
            let off: Vec<f64> = b.iter().zip(&w).map(|(b, w)| b - lambda * w).collect();
            assert!(square(&off) < 1e-8 * square(&b), "d = {d}: {} of {}", square(&off), square(&b));
            close(square(v), 1.0, 1e-12, "its length");
            lambda
        });
        assert!(lambdas[0] > lambdas[1] && lambdas[1] > 1e-3, "{lambdas:?}");
        let apart = dot(&plane[0], &times(&within, &plane[1])).abs();
        assert!(apart < 1e-4 * dot(&plane[0], &times(&within, &plane[0])), "d = {d}: {apart}");

        let draws = draws_in(&mixture, &plane, 2000);
        for (class, own) in draws.chunks_exact(4000).enumerate() {
            for (axis, v) in plane.iter().enumerate() {
                let values: Vec<f64> = own.iter().skip(axis).step_by(2).copied().collect();
                let wanted = dot(&means[class], v);
                let found = mean(&values);
                let off = (found.estimate - wanted).abs();
                assert!(off < 4.0 * found.standard_error, "d = {d}, {class}: {found:?}, not {wanted}");
                let variance = average(
                    &|each| {
                        let Covariance::LowRank { diagonal, factors } = &each.covariance else { unreachable!() };
                        let own: f64 = v.iter().zip(diagonal).map(|(v, variance)| v * v * variance).sum();
                        let along: f64 = factors.iter().map(|factor| dot(factor, v).powi(2)).sum();
                        own + along + (dot(&each.mean, v) - wanted).powi(2)
                    },
                    class,
                );
                let found = mean(&values.iter().map(|x| (x - wanted).powi(2)).collect::<Vec<f64>>());
                let off = (found.estimate - variance).abs();
                assert!(off < 4.0 * found.standard_error, "d = {d}, {class}: {found:?}, not {variance}");
            }
        }
    }
}

/// One step of the engine against f64, after many: for every kind and sampler, at every dimension.
#[test]
fn the_engine_steps_as_the_closed_forms_do() {
    let samplers = [Sampler::Exponential, Sampler::OdeExponential, Sampler::Heun, Sampler::Ddim];
    let (mut case, mut compared) = (0, 0);
    for (d, count, rank, _) in PINS {
        for classifier in kinds() {
            let sampler = samplers[case % samplers.len()];
            let all = if case % 2 == 0 { components(d, count, rank) } else { even_components(d, count, rank) };
            case += 1;
            let scene = scene(knowing(Mixture::new(all).unwrap()), classifier, sampler, 7);
            let mut run = Run::new(scene.clone()).unwrap();
            for at in [0, 15, 33] {
                run.advance(at - run.step());
                let before: Vec<Vec<f32>> = (0..3).map(|lane| run.positions(lane)).collect();
                run.advance(1);
                for (lane, before) in before.iter().enumerate() {
                    let after = run.positions(lane);
                    for particle in [0, 4] {
                        let row = particle * d..(particle + 1) * d;
                        if before[row.clone()].iter().any(|x| !x.is_finite() || x.abs() > 1e6) {
                            // Lost, or about to be.
                            continue;
                        }
                        compared += 1;
                        let x: Vec<f64> = before[row.clone()].iter().map(|&x| x.into()).collect();
                        let z = noise_of(particle as u32, at as u32, 0, 7, d);
                        let times = [run.times()[at], run.times()[at + 1]];
                        let wanted = stepped(&scene, scene.lanes[lane], particle % 3, times, &x, &z);
                        let moved: f64 = wanted.iter().zip(&x).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                        for (found, wanted) in after[row].iter().zip(wanted) {
                            let off = (f64::from(*found) - wanted).abs();
                            // The denoised guess divides by u what rounding has left, and clean classes are near
                            // each other's edges there.
                            let share = if matches!(classifier, Classifier::Denoised(_)) { 2e-2 } else { 2e-3 };
                            assert!(
                                off < share * moved + 1e-4,
                                "{classifier:?} {sampler:?} d = {d}, lane {lane}, step {at}: {found} for {wanted}"
                            );
                        }
                    }
                }
            }
        }
    }
    assert!(compared > 960, "{compared} of 1080 steps");
}

/// A scene of the exact classifier on its way to `t = 0`: without guidance, conditional, at the scale, and corrected to the tilted density.
fn tilting(components: Vec<Component>, gamma: f64, targets: &[usize], steps: usize, particles: usize) -> Scene {
    let lane = |gamma, weighted| LaneOf { gamma, tested: false, weighted };
    Scene {
        mixture: Arc::new(Mixture::new(components).unwrap()),
        process: Process { horizon: 6.0, stop: 0.0, steps, grid: Grid::Quadratic, sampler: Sampler::Exponential },
        classifier: Classifier::EXACT,
        lanes: vec![lane(0.0, false), lane(1.0, false), lane(gamma, false), lane(gamma, true)],
        targets: targets.to_vec(),
        particles,
        seed: 11,
    }
}

/// `A^-1 b` by elimination with pivots.
fn solved(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let d = b.len();
    for i in 0..d {
        let pivot = (i..d).max_by(|&p, &q| a[p][i].abs().total_cmp(&a[q][i].abs())).unwrap();
        a.swap(i, pivot);
        b.swap(i, pivot);
        for row in i + 1..d {
            let share = a[row][i] / a[i][i];
            for j in i..d {
                a[row][j] -= share * a[i][j];
            }
            b[row] -= share * b[i];
        }
    }
    for i in (0..d).rev() {
        b[i] = (b[i] - (i + 1..d).map(|j| a[i][j] * b[j]).sum::<f64>()) / a[i][i];
    }
    b
}

/// Of two classes `N(-+a, C)` after some noise, `p(c|x) = sigmoid(w.x + log odds)` with `w = 2 C^-1 a`, and given `y = w.x` the point is
/// normal: `log Z`, the tilted mean and the tilted variance of `y`, by sums over `y`; the mean of `x` is `a (E y)/(w.a)`.
fn tilted_line(mean: &[f64], factor: &[f64], share: f64, gamma: f64, noise: Noise) -> (f64, f64, f64, Vec<f64>) {
    let d = mean.len();
    let a: Vec<f64> = mean.iter().map(|mean| noise.signal * mean).collect();
    let square = noise.signal * noise.signal;
    let entry = |i: usize, j: usize| {
        square * (factor[i] * factor[j] + if i == j { 0.3 } else { 0.0 }) + if i == j { noise.variance } else { 0.0 }
    };
    let c = (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect();
    let w = solved(c, a.iter().map(|a| 2.0 * a).collect());
    let reach: f64 = w.iter().zip(&a).map(|(w, a)| w * a).sum();
    // The variance of y in a class, w^T C w = 2 w.a.
    let (spread, odds) = ((2.0 * reach).sqrt(), (share / (1.0 - share)).ln());
    let (count, wide) = (20_000, 10.0 * spread + reach);
    let (mut z, mut first, mut second) = (0.0, 0.0, 0.0);
    for at in 0..count {
        let y = wide * (2.0 * (f64::from(at) + 0.5) / f64::from(count) - 1.0);
        let normal =
            |m: f64| (-0.5 * ((y - m) / spread).powi(2)).exp() / (spread * (2.0 * std::f64::consts::PI).sqrt());
        let density = share * normal(reach) + (1.0 - share) * normal(-reach);
        let weight = density * (1.0 + (-y - odds).exp()).powf(-gamma) * 2.0 * wide / f64::from(count);
        z += weight;
        first += weight * y;
        second += weight * y * y;
    }
    let (first, second) = (first / z, second / z);
    (z.ln(), first, second - first * first, w)
}

/// The mean and the variance along the only direction that tells two classes apart, the means of all coordinates, and the normaliser.
/// At scales above and below 1; plain guidance is elsewhere.
#[test]
fn the_corrected_lane_has_the_moments_of_the_tilted_density() {
    for (d, gamma, steps) in [(3, 2.0, 300), (17, 2.0, 300), (17, 0.5, 300), (17, 3.0, 300)] {
        let factor: Vec<f64> = (0..d).map(|j| 0.5 * (1.1 * (j + 1) as f64).sin()).collect();
        let size = 1.2 / (d as f64).sqrt();
        let mean_of: Vec<f64> = (0..d).map(|j| size * (0.6 * (j + 1) as f64).cos()).collect();
        let component = |sign: f64, class, weight| Component {
            weight,
            mean: mean_of.iter().map(|mean| sign * mean).collect(),
            covariance: Covariance::LowRank { diagonal: vec![0.3; d], factors: vec![factor.clone()] },
            class,
        };
        let particles = 20_000;
        let all = vec![component(-1.0, 0, 0.6), component(1.0, 1, 0.4)];
        let mut run = Run::new(tilting(all, gamma, &[1], steps, particles)).unwrap();
        run.advance(steps);
        let exact = |t: f64| tilted_line(&mean_of, &factor, 0.4, gamma, Noise::at(t));
        let (log_z, wanted, variance, w) = exact(0.0);
        let along = |lane: usize| -> Vec<f64> {
            let positions = run.positions(lane);
            let dot = |x: &[f32]| x.iter().zip(&w).map(|(&x, w)| f64::from(x) * w).sum();
            positions.chunks_exact(d).map(dot).collect()
        };
        let weighed = run.weighed(3).unwrap()[0];
        assert!(weighed.lineages > 300.0 && weighed.lineages <= weighed.effective * (1.0 + 1e-9), "{weighed:?}");
        let error = (variance / weighed.lineages).sqrt();
        let found = mean(&along(3)).estimate;
        assert!((found - wanted).abs() < 4.0 * error, "d = {d}, {gamma}: {found}, not {wanted} +- {error}");
        let plain = mean(&along(2)).estimate;
        assert!((plain - wanted).abs() > 5.0 * error, "plain guidance: {plain}, {wanted} +- {error}");
        let square = mean(&along(3).iter().map(|y| (y - wanted).powi(2)).collect::<Vec<f64>>());
        // The sampler adds some, as in any lane.
        let error = square.standard_error * (particles as f64 / weighed.lineages).sqrt() + 0.02 * variance;
        assert!((square.estimate - variance).abs() < 4.0 * error, "d = {d}, {gamma}: {square:?}, not {variance}");
        let reach: f64 = w.iter().zip(&mean_of).map(|(w, a)| w * a).sum();
        for (j, a) in mean_of.iter().enumerate() {
            let own: Vec<f64> = run.positions(3).iter().skip(j).step_by(d).map(|&x| x.into()).collect();
            let found = mean(&own);
            let error = found.standard_error * (particles as f64 / weighed.lineages).sqrt();
            let wanted = a * wanted / reach;
            assert!((found.estimate - wanted).abs() < 4.5 * error, "d = {d}, x_{j}: {found:?}, not {wanted}");
        }
        let grown = log_z - exact(6.0).0;
        let error = 3.0 * (1.0 / weighed.lineages - 1.0 / particles as f64).max(0.0).sqrt() + 0.012 * grown.abs();
        assert!((weighed.log_normaliser - grown).abs() < error, "d = {d}, {gamma}: {weighed:?}, not {grown}");
    }
}

/// Several components a class in 17 dimensions, and each of three targets, at a time when classes lie in each other: against draws of the class
/// weighted by `p(c|x)^(gamma - 1)`, which have seen no process. Plain guidance is elsewhere.
#[test]
fn the_corrected_lane_agrees_with_importance_sampling() {
    let (d, gamma, particles) = (17, 2.5, 60_000);
    let all = components(d, 5, 2);
    let mut scene = tilting(all, gamma, &[0, 1, 2], 200, particles);
    // While classes still lie in each other.
    scene.process.stop = 0.5;
    let end = Noise::at(0.5);
    let mut run = Run::new(scene).unwrap();
    run.advance(200);
    let (positions, plain) = (run.positions(3), run.positions(2));
    let marginal = Marginal::new(&run.scene().mixture, end);
    let mut apart = 0.0_f64;
    let mut rng = Philox::for_purpose(4, 9);
    for (target, weighed) in run.weighed(3).unwrap().into_iter().enumerate() {
        let draws = Draws::new(&run.scene().mixture, end, Some(target));
        let points: Vec<Vec<f64>> = (0..100_000).map(|_| draws.draw(&mut rng)).collect();
        let weights: Vec<f64> =
            points.iter().map(|x| ((gamma - 1.0) * marginal.at(x).log_posterior(target)).exp()).collect();
        let total: f64 = weights.iter().sum();
        for j in 0..d {
            let wanted = points.iter().zip(&weights).map(|(x, w)| w * x[j]).sum::<f64>() / total;
            let off =
                points.iter().zip(&weights).map(|(x, w)| (w * (x[j] - wanted)).powi(2)).sum::<f64>().sqrt() / total;
            let own = |positions: &[f32]| -> Vec<f64> {
                positions.chunks_exact(d).skip(target).step_by(3).map(|x| f64::from(x[j])).collect()
            };
            let found = mean(&own(&positions));
            let share = particles as f64 / 3.0 / weighed.lineages;
            let error = off.hypot(found.standard_error * share.sqrt());
            let z = (found.estimate - wanted) / error;
            assert!(z.abs() < 4.5, "{target}, x_{j}: {found:?}, not {wanted} +- {error}");
            apart = apart.max((mean(&own(&plain)).estimate - wanted).abs() / error);
        }
    }
    assert!(apart > 7.0, "plain guidance is {apart} errors away at most");
}

/// `gamma (gamma - 1) = 0`: the lanes without guidance and conditional, bit for bit. An ODE has no weights.
#[test]
fn without_weights_the_corrected_lane_is_plain_sampling() {
    for gamma in [0.0, 1.0] {
        let mut run = Run::new(tilting(components(17, 5, 2), gamma, &[0, 1], 40, 50)).unwrap();
        run.advance(40);
        assert_eq!(run.positions(3), run.positions(gamma as usize));
        assert!(
            run.weighed(0).is_none() && run.weighed(3).unwrap().iter().all(|of| (of.effective - 25.0).abs() < 1e-9)
        );
    }
    let mut scene = tilting(components(3, 3, 1), 2.0, &[0], 10, 10);
    scene.process.sampler = Sampler::OdeExponential;
    assert_eq!(Run::new(scene).unwrap_err().code, LabErrorCode::Inconsistent);
}

/// Who is shown at the end came all the way by steps of the sampler from the first noise, among those of the same target; others
/// know nothing of the weights.
#[test]
fn forebears_are_one_path() {
    let (d, particles, steps) = (17, 60, 40);
    let scene = tilting(components(d, 5, 2), 6.0, &[0, 1, 2], steps, particles);
    let mut run = Run::new(scene.clone()).unwrap();
    let mut places = vec![run.places(3)];
    while run.step() < steps {
        run.advance(1);
        places.push(run.places(3));
    }
    assert!(run.weighed(3).unwrap().iter().any(|weighed| weighed.resamplings > 0), "{:?}", run.weighed(3));
    let (shown, mut moved) = (run.positions(3), 0);
    for particle in 0..particles {
        let way = run.forebears(3, particle);
        assert_eq!(way.len(), steps + 1);
        assert!(way.iter().all(|place| place % 3 == particle % 3));
        moved += usize::from(way[0] != particle);
        let at = |step: usize| &places[step][way[step] * d..][..d];
        assert_eq!(at(steps), &shown[particle * d..][..d]);
        assert_eq!(at(0).iter().map(|&x| f64::from(x)).collect::<Vec<_>>(), noise_of(way[0] as u32, 0, 1, 11, d));
        for step in [3, 20, 38] {
            let x: Vec<f64> = at(step).iter().map(|&x| x.into()).collect();
            let z = noise_of(way[step] as u32, step as u32, 0, 11, d);
            let times = [run.times()[step], run.times()[step + 1]];
            let wanted = stepped(&scene, scene.lanes[3], particle % 3, times, &x, &z);
            let length: f64 = wanted.iter().zip(&x).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            for (found, wanted) in at(step + 1).iter().zip(wanted) {
                assert!((f64::from(*found) - wanted).abs() < 2e-3 * length + 1e-4, "{particle} at step {step}");
            }
        }
    }
    assert!(moved > 5 && moved < particles, "{moved} of {particles} are others");
    assert_eq!(run.forebears(2, 4), vec![4; steps + 1]);
}

#[test]
fn lanes_share_their_noise_and_particles_are_their_own() {
    let d = 17;
    let run = |particles: usize| {
        let mut run = Run::new(scene(mixture(d, 5, 2), Classifier::EXACT, Sampler::Exponential, particles)).unwrap();
        let start = run.positions(2);
        run.advance(1000);
        (start, (0..3).map(|lane| run.positions(lane)).collect::<Vec<_>>(), run.step())
    };
    let ((start, few, steps), (_, many, _)) = (run(5), run(64));
    assert_eq!(steps, 40);
    let wanted = noise_of(3, 0, 1, 7, d);
    assert_eq!(start[3 * d..4 * d].iter().map(|&x| f64::from(x)).collect::<Vec<_>>(), wanted);
    // The exact classifier is the one under test.
    assert_eq!(few[0], few[1]);
    assert_ne!(few[0], few[2]);
    for (few, many) in few.iter().zip(many) {
        assert_eq!(few[..], many[..5 * d]);
    }
}

/// Samples of a class at gamma = 1 against exact draws of that class. In fewer steps they are spread too wide: with 400 of them
/// E log p(x) is .4 lower.
#[test]
fn conditional_sampling_draws_the_class() {
    let d = 64;
    let mixture = Arc::new(mixture(d, 8, 4));
    let (class, particles) = (1, 3000);
    let lanes = vec![LaneOf { gamma: 1.0, tested: false, weighted: false }];
    let process =
        Process { horizon: 6.0, stop: 0.002, steps: 1600, grid: Grid::Quadratic, sampler: Sampler::Exponential };
    let scene = Scene {
        mixture: mixture.clone(),
        process,
        classifier: Classifier::EXACT,
        lanes,
        targets: vec![class],
        particles,
        seed: 3,
    };
    let mut run = Run::new(scene).unwrap();
    run.advance(1600);
    let end = Marginal::new(&mixture, Noise::at(0.002));
    let found: Vec<Vec<f64>> =
        run.positions(0).chunks_exact(d).map(|x| x.iter().map(|&x| x.into()).collect()).collect();
    let draws = Draws::new(&mixture, Noise::at(0.002), Some(class));
    let mut rng = Philox::for_purpose(5, 0);
    let wanted: Vec<Vec<f64>> = (0..particles).map(|_| draws.draw(&mut rng)).collect();
    let same = |what: &str, of: &dyn Fn(&[f64]) -> f64| {
        let [found, wanted] = [&found, &wanted].map(|all| mean(&all.iter().map(|x| of(x)).collect::<Vec<_>>()));
        let error = found.standard_error.hypot(wanted.standard_error);
        assert!((found.estimate - wanted.estimate).abs() < 3.0 * error, "{what}: {found:?}, {wanted:?}");
    };
    same("E log p(c|x)", &|x| end.at(x).log_posterior(class));
    same("E log p(x)", &|x| end.at(x).log_density());
    for j in [0, 20, 63] {
        same("a mean", &|x| x[j]);
        same("a second moment", &|x| x[j] * x[j]);
    }
    same("a mixed moment", &|x| x[0] * x[1]);
}

/// The plane wave in d dimensions: its KL stays, and its guidance error is that of a problem in two dimensions.
#[test]
fn a_plane_wave_is_wrong_by_the_dimension() {
    for (d, kl, error) in [(4, 1.0091e-4, 1.625763e-2), (196, 1.0091e-4, 0.401817 * 196.0 * 1.0045e-2)] {
        let component = |sign: f64, class| Component {
            weight: 0.5,
            mean: (0..d).map(|j| if j == 0 { sign } else { 0.0 }).collect(),
            covariance: Covariance::Isotropic(0.25),
            class,
        };
        let mixture = Mixture::new(vec![component(-1.0, 0), component(1.0, 1)]).unwrap();
        let classifier = wiggle(WiggleForm::Logit, (d as f64 / 0.05).sqrt(), 0.05);
        let found = fault(&mixture, &classifier, 0.5, 4000, 1);
        let off = |found: Estimate, wanted: f64| (found.estimate - wanted).abs() / found.standard_error;
        assert!(off(found.kl, kl) < 3.0, "{d}: {found:?}");
        assert!(off(found.error, error) < 3.5, "{d}: {found:?}, {error}");
    }
}

#[test]
fn a_file_of_a_mixture_is_read_as_it_was_written() {
    let bytes = encode(&even_components(17, 5, 2));
    let (read, whole) = (decode(&bytes).unwrap(), Mixture::new(even_components(17, 5, 2)).unwrap());
    assert_eq!((read.dimension(), read.count(), read.rank(), read.classes()), (17, 5, 2, &[0, 1, 2][..]));
    for k in 0..5 {
        let ((weight, mean, class), (weight_before, mean_before, class_before)) =
            (read.component(k), whole.component(k));
        assert_eq!(class, class_before);
        close(weight, weight_before, 1e-6, "weight");
        for (found, wanted) in mean.iter().zip(mean_before) {
            assert!((found - wanted).abs() < 1.5 / 254.0 + 1e-6);
        }
    }
    for damaged in [&bytes[..bytes.len() - 1], &bytes[1..], &[][..]] {
        assert_eq!(decode(damaged).unwrap_err().code, LabErrorCode::Type);
    }
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    let refused = |components: Vec<Component>| Mixture::new(components).unwrap_err();
    let fine = || components(3, 2, 1);
    let changed = |change: fn(&mut Component)| {
        let mut components = fine();
        change(&mut components[1]);
        refused(components)
    };
    let says = |error: &guidance_lab::model::LabError, path: &str, parts: &[&str]| {
        assert_eq!(error.path, path);
        for part in parts {
            assert!(error.message.contains(part), "{}", error.message);
        }
    };
    says(&refused(Vec::new()), "mixture", &["0", "64"]);
    says(&refused(components(2, 65, 1)), "mixture", &["65", "64"]);
    says(&refused(components(257, 2, 1)), "mixture[0].mean", &["257", "256"]);
    says(&changed(|one| one.mean = vec![0.0; 4]), "mixture[1].mean", &["4", "3"]);
    says(&changed(|one| one.weight = f64::NAN), "mixture[1].weight", &["1"]);
    says(&changed(|one| one.class = 16), "mixture[1].class", &["16", "15"]);
    let diagonal = |one: &mut Component| one.covariance = Covariance::Diagonal(vec![0.1, -0.2, 0.1]);
    says(&changed(diagonal), "mixture[1].covariance.diagonal", &["-0.2"]);
    let short = |one: &mut Component| {
        one.covariance = Covariance::LowRank { diagonal: vec![0.1; 3], factors: vec![vec![1.0; 2]] };
    };
    says(&changed(short), "mixture[1].covariance.factors", &["2", "3"]);
    let skew = |one: &mut Component| {
        one.covariance = Covariance::Full(vec![vec![1.0, 0.5, 0.0], vec![0.4, 1.0, 0.0], vec![0.0, 0.0, 1.0]]);
    };
    says(&changed(skew), "mixture[1].covariance", &["symmetric"]);
    let indefinite = |one: &mut Component| {
        one.covariance = Covariance::Full(vec![vec![1.0, 2.0, 0.0], vec![2.0, 1.0, 0.0], vec![0.0, 0.0, 1.0]]);
    };
    says(&changed(indefinite), "mixture[1].covariance", &["-1"]);
    let mut large = components(17, 1, 1);
    large[0].covariance = Covariance::Full(vec![vec![0.0; 17]; 17]);
    says(&refused(large), "mixture[0].covariance", &["17", "16"]);

    let run = |change: fn(&mut Scene)| {
        let mut scene = scene(mixture(256, 3, 1), Classifier::EXACT, Sampler::Exponential, 4);
        change(&mut scene);
        Run::new(scene).unwrap_err()
    };
    says(&run(|scene| scene.targets = vec![7]), "guidance.target", &["7", "0, 1, 2"]);
    says(&run(|scene| scene.particles = 900_000), "particles", &["900000", "MB", "1024"]);
    says(&run(|scene| scene.process.sampler = Sampler::CfgPlusPlus), "process.sampler", &["cfg++", "heun"]);
}

/// What a network learns from in many dimensions: times between those of the recipe, labels of the components, the truth
/// of the mixture; the mean square of a coordinate.
#[test]
fn samples_are_those_of_the_mixture() {
    let mixture = std::sync::Arc::new(Mixture::new(even_components(17, 5, 2)).unwrap());
    let recipe = Recipe { noise: [0.2, 1.5], flipped: 0.25, ..Recipe::default() };
    let (clean, wrong) =
        (Noised::new(&Recipe { flipped: 0.0, ..recipe }, mixture.clone()), Noised::new(&recipe, mixture.clone()));
    let mut rngs = [0; 2].map(|_| Philox::for_purpose(5, 0));
    let (mut sample, mut flipped) = (Sample::default(), Sample::default());
    let (mut surprise, mut moved, mut squares) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..3000 {
        clean.draw(&mut rngs[0], &mut sample);
        wrong.draw(&mut rngs[1], &mut flipped);
        assert!(sample.time >= 0.2 && sample.time <= 1.5 && sample.x == flipped.x);
        let truth = clean.truth(sample.time, &sample.x);
        let marginal = Marginal::new(&mixture, Noise::at(sample.time));
        let point = marginal.at(&sample.x);
        for (found, wanted) in truth.log_posterior.iter().zip(point.log_posteriors()) {
            close(*found, wanted, 1e-12, "posterior");
        }
        // E[1 - p(label|x)] - E[1 - sum_k p_k^2] = 0, for labels that are drawn with the points.
        let p: Vec<f64> = truth.log_posterior.iter().map(|log| log.exp()).collect();
        surprise.push(p[sample.label] - p.iter().map(|p| p * p).sum::<f64>());
        moved.push(f64::from(u8::from(sample.label != flipped.label)));
        // x = u x_0 + sigma Z: what is left is clean.
        let Noise { signal, variance } = Noise::at(sample.time);
        let first = (sample.x[3] - variance.sqrt() * sample.noise[3]) / signal;
        squares.push(first * first);
    }
    for (values, wanted) in [(surprise, 0.0), (moved, 0.25), (squares, clean.spread(3).powi(2))] {
        let Estimate { estimate, standard_error } = mean(&values);
        assert!((estimate - wanted).abs() < 4.0 * standard_error, "{estimate} +- {standard_error} for {wanted}");
    }
}

/// Bit for bit, and as it was when this was written: a link trains the same network on any machine.
#[test]
fn the_same_recipe_gives_the_same_network() {
    let mixture = Mixture::new(even_components(64, 8, 4)).unwrap();
    let recipe = Recipe { hidden: Hidden::new(&[24]), steps: 40, batch: 32, noise: [0.01, 3.0], ..Recipe::default() };
    let [one, two] = [0; 2].map(|_| train(&recipe, &mixture, |_| {}).unwrap());
    let digest = |network: &Network| {
        network.values.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, value| {
            (hash ^ u64::from(value.to_bits())).wrapping_mul(0x100_0000_01b3)
        })
    };
    assert_eq!(digest(&one.network()), digest(&two.network()));
    assert_eq!(digest(&one.network()), DIGEST, "{:#x}", digest(&one.network()));
    let looks = one.looks();
    assert!(looks[looks.len() - 1].kl < 0.95 * looks[0].kl, "{looks:?}");
    let other = train(&Recipe { seed: 2, ..recipe }, &mixture, |_| {}).unwrap();
    assert_ne!(other.network().values, one.network().values);
    // Before it is put, nothing guides.
    let classifier = Classifier::Learned(Learned { recipe });
    let guided = |mixture: &Mixture| Guide::new(mixture, &classifier, TIME).at(&point(64), 1);
    let before = guided(&mixture);
    assert!(before.tested_guidance.iter().all(|&g| g == 0.0));
    close(before.tested[1], -3.0_f64.ln(), 1e-12, "untrained");
    let mut knowing = mixture;
    knowing.put_network(one.network().into());
    assert!(square(&guided(&knowing).tested_guidance) > 0.0);
}

/// Of [`the_same_recipe_gives_the_same_network`].
const DIGEST: u64 = 0x3fcc_92e3_1237_29fb;
