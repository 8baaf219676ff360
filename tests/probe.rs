//! What is read at a point, and the way of one particle, against independent computations.

mod common;

use common::scenes;
use guidance_lab::cpu::CpuEngine;
use guidance_lab::engine::{Engine, Scene, noise};
use guidance_lab::model::{Classifier, Lane, Sampler, Scored, State, WiggleForm};
use guidance_lab::reference::{LaneGuidance, path, probe};

/// The density at `t` of the components that `keep` names, straight from the definition.
fn density(state: &State, t: f64, x: &[f64], keep: impl Fn(usize) -> bool) -> f64 {
    let (u, d) = ((-t).exp(), x.len());
    let part = |component: &guidance_lab::model::Component| {
        let c = |i: usize, j: usize| {
            if i >= d || j >= d {
                return f64::from(u8::from(i == j));
            }
            u * u * component.covariance[i][j] + if i == j { 1.0 - u * u } else { 0.0 }
        };
        let z = [0, 1].map(|i| if i < d { x[i] - u * component.mean[i] } else { 0.0 });
        let determinant = c(0, 0) * c(1, 1) - c(0, 1) * c(1, 0);
        let square = (c(1, 1) * z[0] * z[0] - 2.0 * c(0, 1) * z[0] * z[1] + c(0, 0) * z[1] * z[1]) / determinant;
        component.weight * (-0.5 * square).exp() / (std::f64::consts::TAU.powi(d as i32) * determinant).sqrt()
    };
    state.mixture.iter().filter(|component| keep(component.class)).map(part).sum()
}

#[test]
fn a_point_is_read_as_the_definitions_say() {
    for (mixture, points) in [
        (scenes::two_classes_1d(), vec![vec![-1.3], vec![0.1], vec![2.2]]),
        (scenes::four_components_2d(), vec![vec![0.0, 0.0], vec![1.1, -0.4], vec![-2.0, 1.5]]),
    ] {
        for form in [WiggleForm::Probability, WiggleForm::Logit] {
            let mut state = scenes::state(mixture.clone(), Sampler::Exponential, 10, 10);
            state.classifier = scenes::wiggle(form, 5.0, 0.7);
            for (x, t) in points.iter().zip([0.02, 0.4, 1.5]) {
                let found = probe(&state, t, x);
                let all = |x: &[f64]| density(&state, t, x, |_| true);
                let own = |x: &[f64]| density(&state, t, x, |class| class == 1);
                let prior: f64 = state.mixture.iter().filter(|c| c.class == 1).map(|c| c.weight).sum();
                let close =
                    |a: f64, b: f64, tolerance: f64| assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} {b}");
                close(found.density, all(x), 1e-12);
                close(found.target, own(x) / prior, 1e-12);
                close(found.posterior, own(x) / all(x), 1e-12);
                let tested = |x: &[f64]| {
                    let eta = own(x) / all(x);
                    let wave = 0.7 / 5.0 * (5.0 * x[0]).sin();
                    match form {
                        WiggleForm::Probability => eta + wave * eta * (1.0 - eta),
                        WiggleForm::Logit => 1.0 / (1.0 + (-((eta / (1.0 - eta)).ln() + wave)).exp()),
                    }
                };
                close(found.tested_posterior, tested(x), 1e-10);
                for i in 0..x.len() {
                    let slope = |f: &dyn Fn(&[f64]) -> f64| {
                        let at = |by: f64| {
                            let mut x = x.clone();
                            x[i] += by;
                            f(&x)
                        };
                        (at(1e-5) - at(-1e-5)) / 2e-5
                    };
                    close(found.score[i], slope(&|x| all(x).ln()), 1e-7);
                    close(found.guidance[i], slope(&|x| (own(x) / all(x)).ln()), 1e-7);
                    close(found.tested_guidance[i], slope(&|x| tested(x).ln()), 1e-7);
                }
            }
        }
    }
}

/// A particle that is dropped where one of the engine's stands, with its noise, goes the same way.
#[test]
fn a_dropped_particle_goes_the_way_of_the_engines() {
    for (mixture, dimension) in [(scenes::two_classes_1d(), 1), (scenes::four_components_2d(), 2)] {
        for sampler in [Sampler::Exponential, Sampler::Ddpm, Sampler::EulerMaruyama, Sampler::Heun, Sampler::Ddim] {
            let mut state = scenes::state(mixture.clone(), sampler, 30, 64);
            state.classifier = scenes::wiggle(WiggleForm::Probability, 2.0, 0.5);
            state.compare = vec![Lane::Exact];
            let mut engine = CpuEngine::new();
            engine.set_scene(&Scene::new(&state).expect("a scene")).expect("the engine");
            engine.advance(30);
            let seen = pollster::block_on(engine.observe(0)).expect("the engine").paths;
            let row = 2 * 64 * dimension;
            for (lane, classifier) in [state.classifier, Classifier::EXACT].into_iter().enumerate() {
                let guidance = LaneGuidance { target: 1, weight: state.weight(), classifier, scored: Scored::EXACT };
                for (particle, first) in [(0, 0), (5, 7), (63, 20)] {
                    let at = |step: usize| &seen[step * row + (lane * 64 + particle) * dimension..][..dimension];
                    let start: Vec<f64> = at(first).iter().map(|&x| x.into()).collect();
                    let way = path(&state, &guidance, first, &start, |step, z| {
                        z.copy_from_slice(&noise(dimension, particle as u32, step as u32, state.seed)[..dimension]);
                    });
                    assert_eq!(way.len(), (31 - first) * dimension);
                    for (k, found) in way.chunks(dimension).enumerate() {
                        for (found, &expected) in found.iter().zip(at(first + k)) {
                            // f32 against f64 over at most 30 smooth steps.
                            assert!((found - f64::from(expected)).abs() < 2e-4, "{sampler:?} {found} {expected}");
                        }
                    }
                }
            }
        }
    }
}
