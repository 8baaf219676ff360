//! What the page runs of the experiments: point by point, over a state, and exact laws.

use guidance_lab::cpu::{CpuEngine, ready};
use guidance_lab::engine::{Engine, Scene};
use guidance_lab::metrics::Measurement;
use guidance_lab::model::{LabErrorCode, Sampler, State, preset};
use guidance_lab::reference::Marginal;
use guidance_lab::sweep::{GuideLine, Running, Size, StateSweep, all, catalogue, exact_law, find, run};
use pollster::block_on;
use serde_json::{Value, json};

/// Point by point the rows are those of a run in one go, progress rises, and the verdict comes with the last.
#[test]
fn experiments_run_point_by_point() {
    let experiment = find("reciprocal", Size::Small).unwrap();
    let rows = run(&*experiment, &mut CpuEngine::new()).unwrap();
    let verdict = experiment.verdict(&rows);
    let mut running = Running::new(experiment);
    let (mut found, mut shares) = (Vec::new(), Vec::new());
    while let Some((row, state)) = block_on(running.next(async |share| shares.push(share))).unwrap() {
        assert!((state.unwrap().guidance.gamma - 1.0 - row.x).abs() < 1e-12);
        found.push(row.clone());
        assert!(shares.len() > 2 && shares.is_sorted(), "{shares:?}");
        shares.clear();
        assert_eq!(running.report().verdict.is_some(), found.len() == rows.len());
    }
    assert_eq!(found, rows);
    assert_eq!(running.report().verdict, Some(verdict));
}

/// A fit is there from the second point on, and is that of the verdict at the end.
#[test]
fn fits_follow_the_points() {
    let mut running = Running::new(find("counterexample", Size::Small).unwrap());
    assert!(block_on(running.next(async |_| ())).unwrap().is_some());
    assert!(running.report().fits.is_empty());
    while block_on(running.next(async |_| ())).unwrap().is_some() {}
    let report = running.report();
    let checks = report.verdict.unwrap().checks;
    assert_eq!(report.fits.len(), 6);
    for (fit, check) in report.fits.iter().zip(checks) {
        assert_eq!(fit.line.slope, check.measured, "{}", check.quantity);
    }
}

/// What is drawn beside a series belongs to one, on a scale that can show it.
#[test]
fn guides_fit_their_series() {
    for entry in catalogue() {
        let series = entry.about.series;
        for guide in [entry.small.guides, entry.default.guides].concat() {
            match guide {
                GuideLine::Power { series: index, slope, .. } => {
                    assert!(entry.about.axis.log && series[index].log && slope.is_finite(), "{}", entry.about.name);
                }
                GuideLine::Level { series: index, value, .. } => {
                    assert!(value.is_finite() && index < series.len(), "{}", entry.about.name);
                }
                GuideLine::Points { series: index, points, .. } => {
                    assert!(!points.is_empty() && index < series.len(), "{}", entry.about.name);
                }
            }
        }
    }
}

/// A state of a row opens as it is.
#[test]
fn states_of_rows_are_valid() {
    let mut with_state = 0;
    for size in [Size::Small, Size::Default] {
        for experiment in all(size) {
            for x in experiment.points() {
                let Some(state) = experiment.state(x) else { continue };
                with_state += 1;
                let name = experiment.about().name;
                assert_eq!(State::from_value(&state.to_value()).as_ref(), Ok(&state), "{name} at {x}");
            }
        }
    }
    assert!(with_state > 20);
}

fn small() -> State {
    State { particles: 2000, ..State::default() }
}

/// Each measurement is that of its state alone, on an engine of its own.
#[test]
fn a_sweep_measures_each_state() {
    let values = json!([8, 32, 128.5]);
    let sweep = StateSweep::new(&small(), "classifier.frequency", &values, true).unwrap();
    assert_eq!(sweep.extent().points, 3);
    let lanes = small().compare.len() as f64 + 1.0;
    let moved = 3.0 * 2000.0 * lanes * small().process.steps as f64;
    assert!((sweep.extent().particle_steps - moved).abs() < 1.0, "{:?}", sweep.extent());
    for (index, value) in values.as_array().unwrap().iter().enumerate() {
        let mut shares = Vec::new();
        let found = block_on(sweep.measure(index, async |share| shares.push(share))).unwrap();
        assert!(shares.len() > 2 && shares.is_sorted());
        let state = small().merge(&json!({ "classifier": { "frequency": value } })).unwrap();
        let scene = Scene::new(&state).unwrap();
        let mut alone = CpuEngine::new();
        alone.set_scene(&scene).unwrap();
        alone.advance(scene.steps());
        let observation = ready(alone.observe(scene.steps())).unwrap();
        let mut expected = Measurement::new(&state, &scene, &observation).unwrap();
        for (index, spec) in scene.lanes.iter().enumerate() {
            expected.add_distances(&state, spec.lane, &ready(alone.samples(index)).unwrap());
        }
        assert_eq!(found, expected, "n = {value}");
    }
    let exact = StateSweep::new(&small(), "classifier.frequency", &values, false).unwrap();
    assert!(exact.extent().particle_steps < 1.0);
    let found = block_on(exact.measure(1, async |_| ())).unwrap();
    assert_eq!(found.exact, block_on(sweep.measure(1, async |_| ())).unwrap().exact);
    assert!(found.lanes.is_empty());
}

/// A field inside a list can be swept, too.
#[test]
fn a_weight_can_be_swept() {
    let sweep = StateSweep::new(&small(), "mixture[1].weight", &json!([0.5, 1.5]), true).unwrap();
    assert!((sweep.state(1).unwrap().mixture[1].weight - 0.75).abs() < 1e-12);
    let sweep = StateSweep::new(&small(), "mixture[1].mean[0]", &json!([0.5, 1.5]), true).unwrap();
    assert_eq!(sweep.state(1).unwrap().mixture[1].mean, [1.5]);
}

#[track_caller]
fn refused(path: &str, values: &Value, code: LabErrorCode, at: &str, words: &str) {
    let error = StateSweep::new(&small(), path, values, true).expect_err(path);
    assert_eq!((error.code, error.path.as_str()), (code, at), "{}", error.message);
    assert!(error.message.contains(words), "{}", error.message);
}

#[test]
fn bad_sweeps_are_refused_by_name() {
    let n = "classifier.frequency";
    refused("guidance.nonsense", &json!([1]), LabErrorCode::UnknownKey, "guidance.nonsense", "no field");
    refused("process.sampler", &json!([1]), LabErrorCode::Type, "process.sampler", "does not hold a number");
    refused("mixture", &json!([1]), LabErrorCode::Type, "mixture", "does not hold a number");
    refused("mixture[7].weight", &json!([1]), LabErrorCode::Inconsistent, "mixture[7].weight", "present state");
    refused("mixture[0].mean[3]", &json!([1]), LabErrorCode::UnknownKey, "mixture[0].mean[3]", "no field");
    refused("mixture[x].weight", &json!([1]), LabErrorCode::Inconsistent, "mixture[x].weight", "present state");
    refused(n, &json!([]), LabErrorCode::Range, "values", "empty");
    refused(n, &json!("8, 16"), LabErrorCode::Type, "values", "list");
    refused(n, &json!([8, "many"]), LabErrorCode::Type, "values[1]", "many");
    refused(n, &json!([8, null]), LabErrorCode::Type, "values[1]", "not a finite number");
    refused(n, &json!([8, -3]), LabErrorCode::Range, n, "values[1]");
    refused("process.steps", &json!([8, 2.5]), LabErrorCode::Type, "process.steps", "values[1]");
    refused(n, &Value::Array(vec![json!(8); 400_000]), LabErrorCode::Range, "values", "MB and ");
}

/// The law of the SDE on P1 has the variance of an independent Fokker-Planck solver; at weight 1 both laws are
/// the class itself.
#[test]
fn laws_are_exact() {
    let component =
        |mean: f64, class: usize| json!({ "weight": 0.5, "mean": [mean], "covariance": [[1]], "class": class });
    let state = State::from_value(&json!({
        "mixture": [component(1.0, 1), component(-1.0, 0)],
        "process": { "horizon": 10, "stop": 0, "sampler": "exponential" },
        "classifier": { "kind": "exact" },
    }))
    .unwrap();
    let expect = |state: &State, f: &dyn Fn(f64) -> f64| {
        let law = exact_law(state, 0.0).unwrap();
        assert!(law.error <= 1e-6, "{}", law.error);
        let spacing = law.x[1] - law.x[0];
        law.x.iter().zip(&law.density).map(|(x, p)| f(*x) * p).sum::<f64>() * spacing
    };
    let guided = state.merge(&json!({ "guidance": { "gamma": 2 } })).unwrap();
    let mass = expect(&guided, &|_| 1.0);
    assert!((mass - 1.0).abs() < 1e-9, "{mass}");
    let mean = expect(&guided, &|x| x);
    let variance = expect(&guided, &|x| (x - mean) * (x - mean));
    assert!((variance - 0.672_050_1).abs() < 1e-6, "{variance}");

    let plain = state.merge(&json!({ "guidance": { "gamma": 1 }, "process": { "horizon": 16 } })).unwrap();
    let mixture = plain.mixture();
    let marginal = Marginal::new(&mixture, 0.0);
    let exact = exact_law(&plain, 0.0).unwrap();
    for (x, p) in exact.x.iter().zip(&exact.density) {
        assert!((p - marginal.class_log_density(1, &[*x]).exp()).abs() < 1e-6, "SDE at {x}");
    }
    let ode = plain.merge(&json!({ "process": { "sampler": "heun" } })).unwrap();
    assert_eq!(ode.process.sampler, Sampler::Heun);
    let law = exact_law(&ode, 0.0).unwrap();
    let width = law.x[1] - law.x[0];
    let wrong: f64 = law
        .x
        .iter()
        .zip(&law.density)
        .map(|(x, p)| (p * width - marginal.class_interval_mass(1, x - 0.5 * width, x + 0.5 * width)).abs())
        .sum();
    assert!(wrong < 1e-7 && law.error < 1e-6, "{wrong} and {}", law.error);
}

/// A weight that is on in an interval jumps in time: both laws hold the jump.
#[test]
fn laws_hold_intervals() {
    let state = |sampler: &str| {
        State::default()
            .merge(&json!({
                "process": { "sampler": sampler, "steps": 1500 },
                "guidance": { "gamma": 3, "from": 0.3, "to": 1.5 },
                "classifier": { "kind": "exact" },
                "particles": 100_000,
                "compare": [],
            }))
            .unwrap()
    };
    for sampler in ["exponential", "heun"] {
        let state = state(sampler);
        let law = exact_law(&state, state.process.stop).unwrap();
        assert!(law.error < 1e-6, "{sampler}: {}", law.error);
        let spacing = law.x[1] - law.x[0];
        let mean = law.x.iter().zip(&law.density).map(|(x, p)| x * p).sum::<f64>() * spacing;
        let scene = Scene::new(&state).unwrap();
        let mut engine = CpuEngine::new();
        engine.set_scene(&scene).unwrap();
        engine.advance(scene.steps());
        let found = Measurement::new(&state, &scene, &ready(engine.observe(scene.steps())).unwrap()).unwrap();
        let lane = &found.lanes["tested"];
        let error = (lane.covariance[0][0] / 100_000.0).sqrt();
        assert!((lane.mean[0] - mean).abs() < 4.0 * error + 1e-3, "{sampler}: {} and {mean}", lane.mean[0]);
    }
}

/// At the start every law is the prior; in two dimensions there is none.
#[test]
fn laws_have_ends() {
    let state = State::default().merge(&json!({ "process": { "sampler": "exponential" } })).unwrap();
    let law = exact_law(&state, state.process.horizon).unwrap();
    for (x, p) in law.x.iter().zip(&law.density) {
        assert!((p - (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt()).abs() < 1e-12, "{x}: {p}");
    }
    let plane = preset("pair-2d").unwrap().state;
    assert_eq!(exact_law(&plane, 0.0).unwrap_err().code, LabErrorCode::Unsupported);
}

/// Laws of the presets come while a person waits, and say how good they are.
#[test]
fn laws_of_the_presets() {
    for preset in guidance_lab::model::presets() {
        if preset.state.mixture().dimension != 1 {
            continue;
        }
        let clock = std::time::Instant::now();
        let law = exact_law(&preset.state, preset.state.process.stop).unwrap();
        println!("{}: {:.2} s, error {:.1e}", preset.name, clock.elapsed().as_secs_f64(), law.error);
        assert!(law.error < 1e-5, "{}: {}", preset.name, law.error);
        assert!(law.density.iter().all(|p| p.is_finite() && *p > -1e-4));
    }
}
