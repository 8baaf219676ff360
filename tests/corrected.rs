//! The lane `corrected`: its weights against closed forms and quadrature, and what is shown of it.

mod common;

use common::scenes;
use guidance_lab::cpu::{CpuEngine, ready};
use guidance_lab::engine::{Engine, LaneSpec, Observation, Scene, TRACKED, Weights};
use guidance_lab::metrics::{LaneMeasures, Measurement};
use guidance_lab::model::{Component, LabErrorCode, Lane, Sampler, Scored, State, Weight};
use guidance_lab::reference::{Axis, LaneGuidance, Marginal, Tilted, guided_score, integrate};
use serde_json::json;

const P1: &str = "p1";

fn mixture(name: &str) -> Vec<Component> {
    match name {
        P1 => vec![scenes::component(0.5, &[1.0], &[&[1.0]], 1), scenes::component(0.5, &[-1.0], &[&[1.0]], 0)],
        "p2" => vec![
            scenes::component(0.25, &[1.0], &[&[1.0]], 1),
            scenes::component(0.25, &[-1.0], &[&[1.0]], 1),
            scenes::component(0.5, &[0.0], &[&[1.0]], 0),
        ],
        "pair" => scenes::two_classes_1d(),
        _ => scenes::four_components_2d(),
    }
}

fn state(name: &str, gamma: f64, steps: usize, particles: usize) -> State {
    let mut state = scenes::state(mixture(name), Sampler::Exponential, steps, particles);
    state.process.horizon = 8.0;
    state.process.stop = 0.0;
    state.guidance.gamma = gamma;
    state.compare = vec![Lane::Unguided, Lane::Conditional, Lane::Corrected];
    state
}

fn started(state: &State) -> (CpuEngine, Scene) {
    let scene = Scene::new(state).expect("a valid state");
    let mut engine = CpuEngine::new();
    engine.set_scene(&scene).expect("the CPU engine takes every scene");
    (engine, scene)
}

fn observe(engine: &mut CpuEngine) -> Observation {
    ready(engine.observe(0)).expect("there is a scene")
}

fn corrected(state: &State, scene: &Scene, observation: &Observation) -> (LaneMeasures, Weights) {
    let measured = Measurement::new(state, scene, observation).expect("one or two dimensions");
    let lane = measured.lanes["corrected"].clone();
    let weights = lane.weights.expect("the lane has weights");
    (lane, weights)
}

fn finish(state: &State) -> (LaneMeasures, Weights) {
    let (mut engine, scene) = started(state);
    engine.advance(scene.steps());
    corrected(state, &scene, &observe(&mut engine))
}

fn lane(engine: &mut CpuEngine, index: usize) -> Vec<f32> {
    ready(engine.samples(index)).expect("the lane is there")
}

/// The mean and the variance of the tilted density, by quadrature.
fn moments(state: &State, gamma: f64) -> [f64; 2] {
    let marginal = Marginal::new(&state.mixture(), state.process.stop);
    let tilted = Tilted::new(&marginal, 1, gamma);
    let axis = Axis { from: -12.0, to: 12.0, bandwidth: 12.0, wave: 0.0 };
    let found = integrate(&[axis], |x| {
        let density = tilted.log_density(x).exp();
        [density * x[0], density * x[0] * x[0]]
    });
    let [mean, square] = [found.values[0], found.values[1]];
    [mean, square - mean * mean]
}

/// With 200,000 particles 1.2912 and .7526; the tilted density has 1.2899893 and .7442807, plain guidance 1.48 and .68.
#[test]
fn it_samples_the_tilted_density() {
    let state = state(P1, 2.0, 400, 200_000);
    let [mean, variance] = moments(&state, 2.0);
    assert!((mean - 1.289_989_3).abs() < 1e-6 && (variance - 0.744_280_7).abs() < 1e-6, "{mean} {variance}");
    let (measured, weights) = finish(&state);
    let (found, spread) = (measured.mean[0], measured.covariance[0][0]);
    // Standard errors .002 and .0026; a step of the sampler adds .006 to every lane's variance.
    assert!((found - 1.2912).abs() < 0.006 && (found - mean).abs() < 0.006, "mean {found}");
    assert!((spread - 0.7526).abs() < 0.008 && (spread - variance - 0.006).abs() < 0.008, "variance {spread}");
    assert!(weights.resamplings == 0 && weights.effective > 150_000.0, "{weights:?}");
    assert!(measured.fraction_improved.is_none(), "no particle is the same as in lane conditional");
}

/// `E W = Z(t)/Z(T)`: for weights that grow, for those that shrink, and through resamplings, in 1D and 2D.
#[test]
fn the_mean_weight_is_the_normaliser() {
    for (name, gamma, resampled) in
        [(P1, 2.0, false), (P1, 0.5, false), (P1, 4.0, true), ("pair", 2.0, true), ("plane", 1.7, true)]
    {
        let state = state(name, gamma, 400, 30_000);
        let (_, weights) = finish(&state);
        let normaliser = |t: f64| Tilted::new(&Marginal::new(&state.mixture(), t), 1, gamma).log_normaliser;
        let exact = normaliser(state.process.stop) - normaliser(state.process.horizon);
        let error = 3.0 * (1.0 / weights.lineages - 1.0 / 30_000.0_f64).sqrt() + 0.012 * exact.abs();
        assert!((weights.log_normaliser - exact).abs() < error, "{name} {gamma}: {weights:?}, not {exact}");
        assert_eq!(weights.resamplings > 0, resampled, "{name} {gamma}: {weights:?}");
        assert!(weights.lineages <= weights.effective * (1.0 + 1e-9) && weights.effective <= 30_000.0, "{weights:?}");
        assert!(weights.effective > 0.4 * 30_000.0, "{weights:?}");
    }
}

/// `gamma (gamma - 1) = 0`: the lanes conditional and unguided, bit for bit.
#[test]
fn without_weights_it_is_plain_sampling() {
    for (gamma, same) in [(0.0, 1), (1.0, 2)] {
        let state = state("plane", gamma, 40, 700);
        let (mut engine, scene) = started(&state);
        engine.advance(40);
        assert_eq!(lane(&mut engine, same), lane(&mut engine, 3));
        let observation = observe(&mut engine);
        let (mut expected, found) = (observation.lanes[same].clone(), observation.lanes[3].clone());
        let weights = found.weights.expect("the lane has weights");
        assert_eq!((weights.effective, weights.lineages, weights.resamplings), (700.0, 700.0, 0));
        assert!(weights.log_normaliser.abs() < 1e-12 && (weights.independent - 700.0).abs() < 1e-6, "{weights:?}");
        (expected.lane, expected.weights) = (Lane::Corrected, found.weights);
        assert_eq!(expected.sums.count, 700);
        let sums = |observed: &guidance_lab::engine::LaneObservation| (observed.sums.position, observed.bins.clone());
        assert_eq!(sums(&expected), sums(&found));
        let errors = |name: &str| {
            let measured = Measurement::new(&state, &scene, &observation).expect("the plane");
            let lane = &measured.lanes[name];
            [lane.sampling_kl, lane.mean_reciprocal, lane.mean_log_probability]
        };
        for (found, expected) in
            errors("corrected").iter().zip(errors(if same == 1 { "unguided" } else { "conditional" }))
        {
            assert!((found.estimate - expected.estimate).abs() < 1e-9, "{found:?} {expected:?}");
            assert!((found.standard_error / expected.standard_error - 1.0).abs() < 2e-3, "{found:?} {expected:?}");
        }
    }
}

/// The scatter of the estimates over seeds is what their standard errors say. (1/p has no second moment in P1 and the
/// pair, in any lane.)
#[test]
fn standard_errors_are_honest() {
    for (name, gamma, resampled) in
        [(P1, 2.0, false), (P1, 0.3, false), ("p2", 10.0, false), ("p2", 16.0, true), ("plane", 0.4, false)]
    {
        let (mut values, mut resamplings) = (Vec::new(), 0);
        for seed in 0..60 {
            let mut state = state(name, gamma, 60, 1500);
            state.seed = seed;
            state.compare = vec![Lane::Corrected];
            let (measured, weights) = finish(&state);
            values.push([measured.mean_log_probability, measured.mean_reciprocal, measured.sampling_kl]);
            resamplings += weights.resamplings;
        }
        for quantity in if name == "p2" { [0, 1, 2].as_slice() } else { &[0, 2] } {
            let n = values.len() as f64;
            let mean = values.iter().map(|value| value[*quantity].estimate).sum::<f64>() / n;
            let squares = values.iter().map(|value| {
                let z = (value[*quantity].estimate - mean) / value[*quantity].standard_error;
                z * z
            });
            let deviation = (squares.sum::<f64>() / (n - 1.0)).sqrt();
            assert!((0.6..1.45).contains(&deviation), "{name} {gamma}, quantity {quantity}: {deviation}");
        }
        assert_eq!(resamplings > 0, resampled, "{name} {gamma}");
    }
}

/// A weight that is changed on the way: from then on the particles stand for the other tilted density.
#[test]
fn a_new_gamma_acts_from_now_on() {
    let before = state(P1, 1.5, 400, 60_000);
    let (mut engine, scene) = started(&before);
    engine.advance(300);
    let mut after = before.clone();
    after.guidance.gamma = 3.0;
    engine.set_lanes(&LaneSpec::all(&after));
    engine.advance(100);
    let (measured, weights) = corrected(&after, &scene, &observe(&mut engine));
    let [mean, variance] = moments(&after, 3.0);
    let error = (variance / weights.independent).sqrt();
    assert!((measured.mean[0] - mean).abs() < 4.0 * error + 0.005, "{} {mean} {error}", measured.mean[0]);
    assert!((measured.covariance[0][0] - variance).abs() < 0.03, "{} {variance}", measured.covariance[0][0]);
    // Plain guidance is far from there.
    let plain = Measurement::new(&after, &scene, &observe(&mut engine)).unwrap().lanes["tested"].covariance[0][0];
    assert!((plain - variance).abs() > 0.03, "{plain} {variance}");
}

/// Going back and on is going straight, through resamplings, with weights, bins and paths.
#[test]
fn time_travel_is_exact() {
    for name in ["pair", "plane"] {
        let state = state(name, 9.0, 80, 1200);
        let (mut engine, _) = started(&state);
        engine.advance(80);
        let straight = observe(&mut engine);
        let samples = lane(&mut engine, 3);
        let weights = straight.lanes[3].weights.expect("the lane has weights");
        assert!(weights.resamplings >= 2, "{weights:?}");
        engine.restart();
        engine.advance(30);
        engine.save();
        engine.advance(35);
        engine.save();
        observe(&mut engine);
        engine.advance(15);
        assert_eq!(engine.restore(50), 30);
        engine.advance(40);
        assert_eq!(engine.restore(66), 65);
        engine.advance(15);
        assert_eq!(observe(&mut engine), straight);
        assert_eq!(lane(&mut engine, 3), samples);
    }
}

/// What is drawn is the way of each particle and its forebears: every piece is one step of the sampler, with no jump
/// where a particle took the place of another. Whoever knows the first part of a path is told when it has changed.
#[test]
fn paths_are_those_of_the_forebears() {
    for name in ["pair", "plane"] {
        let state = state(name, 4.0, 80, 1000);
        let (mut engine, scene) = started(&state);
        let (mut told, mut resamplings) = (0, 0);
        for step in 1..=80 {
            engine.advance(1);
            let observation = ready(engine.observe(step)).expect("there is a scene");
            let now = observation.lanes[3].weights.expect("the lane has weights").resamplings;
            assert_eq!(observation.first_path_step, if now == resamplings && step > 1 { step } else { 0 }, "{step}");
            told += usize::from(now != resamplings);
            resamplings = now;
        }
        assert!(told >= 2, "{told}");
        let paths = observe(&mut engine).paths;
        let d = scene.dimension;
        let place = |step: usize, particle: usize| {
            let from = ((step * 4 + 3) * TRACKED + particle) * d;
            paths[from..from + d].iter().map(|&x| f64::from(x)).collect::<Vec<_>>()
        };
        let guided = LaneGuidance {
            target: 1,
            weight: Weight::constant(4.0),
            classifier: scene.lanes[3].classifier,
            scored: Scored::EXACT,
        };
        for step in 0..80 {
            let marginal = Marginal::new(&state.mixture(), scene.times[step]);
            let coefficients = scene.coefficients[step];
            let mut ends = std::collections::BTreeSet::new();
            for particle in 0..TRACKED {
                let (from, to) = (place(step, particle), place(step + 1, particle));
                let mut score = vec![0.0; d];
                guided_score(&marginal, &guided, &from, &mut score);
                for axis in 0..d {
                    let z = (to[axis] - coefficients.keep * from[axis] - coefficients.drift * score[axis])
                        / coefficients.noise;
                    assert!(z.abs() < 5.6, "{name}, step {step}, particle {particle}: {z} standard deviations");
                }
                ends.insert(to[0].to_bits());
            }
            // Forebears are shared: fewer of them the further back.
            assert!(step < 79 || ends.len() == TRACKED, "at the end each has its own place");
        }
    }
}

/// Particles that leave the range of numbers are counted, and take nobody's place.
#[test]
fn lost_particles_are_counted() {
    let state = state("pair", 3.0, 64, 500);
    let mut scene = Scene::new(&state).expect("a valid state");
    for coefficients in &mut scene.coefficients {
        coefficients.keep *= 1e4;
    }
    let mut engine = CpuEngine::new();
    engine.set_scene(&scene).expect("the scene");
    engine.advance(64);
    let lane = &observe(&mut engine).lanes[3];
    assert_eq!((lane.sums.non_finite, lane.sums.count), (500, 0));
}

/// The weights belong to the SDE.
#[test]
fn an_ode_has_no_such_lane() {
    let asked = json!({ "process": { "sampler": "ddim" }, "compare": ["exact", "corrected"] });
    let error = State::from_value(&asked).expect_err("an ODE");
    assert_eq!((error.code, error.path.as_str()), (LabErrorCode::Inconsistent, "compare[1]"));
    assert!(error.message.contains("process.sampler is an ODE"), "{}", error.message);
    let (opened, changes) = State::open(&asked);
    assert_eq!((opened.compare, changes.len()), (vec![Lane::Exact], 1));
    for sampler in ["exponential", "ddpm", "euler-maruyama"] {
        let asked = json!({ "process": { "sampler": sampler }, "compare": ["corrected"] });
        assert_eq!(State::from_value(&asked).expect("an SDE").compare, [Lane::Corrected]);
    }
}

/// The distances are worth fewer particles, and say nothing of the entropy, which copies would make too small.
#[test]
fn distances_are_worth_fewer_particles() {
    let state = state(P1, 4.0, 60, 4000);
    let (mut engine, scene) = started(&state);
    engine.advance(60);
    let mut measured = Measurement::new(&state, &scene, &observe(&mut engine)).expect("the line");
    let weights = measured.lanes["corrected"].weights.expect("the lane has weights");
    for spec in [Lane::Tested, Lane::Corrected] {
        let index = scene.lanes.iter().position(|lane| lane.lane == spec).expect("it runs");
        measured.add_distances(&state, spec, &lane(&mut engine, index));
    }
    let [plain, weighted] = ["tested", "corrected"].map(|name| measured.distances[name]);
    assert!(weighted.entropy.estimate.is_nan() && plain.entropy.estimate.is_finite());
    let ratio = weighted.wasserstein_floor / plain.wasserstein_floor;
    assert!((ratio * (weights.independent / 4000.0).sqrt() - 1.0).abs() < 0.02, "{ratio} {weights:?}");
}
