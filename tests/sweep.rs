//! Every experiment at its small size: the verdict agrees, and with a broken ingredient it does not.

mod helpers;

use guidance_lab::cpu::CpuEngine;
use guidance_lab::model::{Amplitude, AmplitudeLaw, Lane, Mixture};
use guidance_lab::sweep::{
    Ablation, Adaptive, Autoguidance, Bandwidth, Blind, Bound, CfgPlusPlus, Chart, Copies, Corrected, Counterexample,
    DataSize, Directions, Diversity, Experiment, GuidanceError, Improved, Interval, Losses, OverTime, Overshoot, Paths,
    Predicted, Ranking, Reciprocal, RootKl, Sampling, Schedules, Size, Smoothed, Smoothing, StepCount, Steps, Support,
    Tails, Tightness, Trained, Verdict, Work, WrongScore, all, find, measure, pairs, run,
};
use helpers::{close, line, plane};
use pollster::block_on;

fn verdict(experiment: &dyn Experiment) -> Verdict {
    let rows = run(experiment, &mut CpuEngine::new()).unwrap();
    let about = experiment.about();
    assert!(rows.iter().all(|row| row.values.len() == about.series.len()), "{}", about.name);
    assert!(rows.is_sorted_by(|a, b| a.x < b.x), "{}", about.name);
    let verdict = experiment.verdict(&rows);
    println!("{}: {}", about.name, verdict.words);
    for check in &verdict.checks {
        println!("    {check:?}");
    }
    assert!(!verdict.checks.is_empty());
    assert_eq!(verdict.agrees, verdict.checks.iter().all(|check| check.agrees));
    verdict
}

#[track_caller]
fn broken(experiment: &dyn Experiment) {
    let verdict = verdict(experiment);
    assert!(!verdict.agrees, "{} with a broken ingredient: {}", experiment.about().name, verdict.words);
    assert!(verdict.words.starts_with("Not as predicted: "), "{}", verdict.words);
}

#[test]
fn claims_hold() {
    for experiment in all(Size::Small) {
        let verdict = verdict(&*experiment);
        assert!(verdict.agrees, "{}: {}", experiment.about().name, verdict.words);
    }
}

#[test]
fn a_wrong_law_is_seen() {
    let mut experiment = Counterexample::new(Size::Small);
    experiment.amplitudes.swap(0, 1);
    broken(&experiment);
    let mut experiment = Sampling::new(Size::Small);
    experiment.amplitude = Amplitude { law: AmplitudeLaw::InverseSquare, scale: 8.0 };
    broken(&experiment);
    let mut experiment = Tightness::new(Size::Small);
    experiment.growth = 0.5;
    broken(&experiment);
    let mut experiment = Directions::new(Size::Small);
    experiment.growth = 0.9;
    broken(&experiment);
    let mut experiment = RootKl::new(Size::Small);
    experiment.growth = -0.1;
    broken(&experiment);
    let mut experiment = Bound::new(Size::Small);
    experiment.factor = 0.93;
    broken(&experiment);
}

#[test]
fn a_wrong_sampler_is_seen() {
    let mut experiment = Steps::new(Size::Small);
    experiment.score_error = 0.03;
    broken(&experiment);
    let mut experiment = StepCount::new(Size::Small);
    experiment.score_error = 0.01;
    broken(&experiment);
    let mut experiment = Overshoot::new(Size::Small);
    experiment.gamma = 1.99;
    broken(&experiment);
    let mut experiment = Reciprocal::new(Size::Small);
    experiment.sign = -1.0;
    broken(&experiment);
    let mut experiment = OverTime::new(Size::Small);
    experiment.factor = 0.9;
    broken(&experiment);
    let mut experiment = Improved::new(Size::Small);
    experiment.sign = -1.0;
    broken(&experiment);
}

#[test]
fn a_wrong_estimator_is_seen() {
    let mut experiment = Diversity::new(Size::Small);
    experiment.bias = 0.1;
    broken(&experiment);
    let mut experiment = WrongScore::new(Size::Small);
    experiment.error_term = -1.0;
    broken(&experiment);
}

#[test]
fn a_wrong_weight_is_seen() {
    let mut experiment = Interval::new(Size::Small);
    experiment.shift = 1.3;
    broken(&experiment);
    let mut experiment = Adaptive::new(Size::Small);
    experiment.power = 1.3;
    broken(&experiment);
    let mut experiment = Adaptive::new(Size::Small);
    experiment.exchanged = true;
    broken(&experiment);
}

#[test]
fn a_wrong_class_and_a_wrong_error_are_seen() {
    let mut experiment = Support::new(Size::Small);
    experiment.end = 2.2;
    broken(&experiment);
    let mut experiment = Support::new(Size::Small);
    experiment.plain = 0.0;
    broken(&experiment);
    let mut experiment = Tails::new(Size::Small);
    experiment.radius = 1.1;
    broken(&experiment);
    let mut experiment = Tails::new(Size::Small);
    experiment.variances[0] = 0.05;
    broken(&experiment);
    let mut experiment = GuidanceError::new(Size::Small);
    experiment.factor = 2.0;
    broken(&experiment);
    let mut experiment = Copies::new(Size::Small);
    experiment.sharpness = 0.4;
    broken(&experiment);
}

#[test]
fn a_loss_that_ranks_is_seen() {
    let mut experiment = Ranking::new(Size::Small);
    experiment.frequency = 2.0;
    broken(&experiment);
    let mut experiment = Corrected::new(Size::Small);
    experiment.lane = Lane::Exact;
    broken(&experiment);
    let mut experiment = Blind::new(Size::Small);
    experiment.trained = 0.3;
    broken(&experiment);
    let mut experiment = Smoothed::new(Size::Small);
    experiment.factor = 1.2;
    broken(&experiment);
    let mut experiment = Smoothing::new(Size::Small);
    experiment.factor = 0.9;
    broken(&experiment);
    let mut experiment = Paths::new(Size::Small);
    experiment.gamma = 1.1;
    broken(&experiment);
    let mut experiment = Schedules::new(Size::Small);
    experiment.factor = 0.97;
    broken(&experiment);
    let mut experiment = Autoguidance::new(Size::Small);
    experiment.factor = 1.1;
    broken(&experiment);
    let mut experiment = CfgPlusPlus::new(Size::Small);
    experiment.factor = 0.99;
    broken(&experiment);
}

#[test]
fn a_wrong_handle_and_wrong_features_are_seen() {
    let mut experiment = Trained::new(Size::Small);
    experiment.bandwidth = 2.0;
    broken(&experiment);
    let mut experiment = Ablation::new(Size::Small);
    experiment.factor = 0.0;
    broken(&experiment);
    let mut experiment = Bandwidth::new(Size::Small);
    experiment.factor = 0.5;
    broken(&experiment);
    let mut experiment = Losses::new(Size::Small);
    experiment.factor = 0.0;
    broken(&experiment);
    let mut experiment = DataSize::new(Size::Small);
    experiment.bandwidth = 4.0;
    broken(&experiment);
}

/// The map and the histogram of the samples that lose add up to the fraction improved.
#[test]
fn losers_are_mapped() {
    let experiment = find("improved", Size::Small).unwrap();
    let row = block_on(measure(experiment.work(1.0), &mut CpuEngine::new(), |_| true)).unwrap().unwrap();
    let lost = 1.0 - row.values[0].estimate;
    let [map, histogram] = &row.charts[..] else { panic!("two charts") };
    for chart in [map, histogram] {
        assert_eq!(chart.values.len(), chart.series.len());
        assert!(chart.values.iter().all(|values| values.len() + 1 == chart.edges.len()));
    }
    let [lose, others] = [0, 1].map(|i| histogram.values[i].iter().flatten().map(|e| e.estimate).sum::<f64>());
    assert!((lose + others - 1.0).abs() < 1e-12);
    // f64 here, f32 in the engine's count: a few ties fall the other way.
    assert!((lose - lost).abs() < 1e-3, "{lose} {lost}");
    for values in &map.values {
        let known = || values.iter().flatten().map(|e| e.estimate);
        assert!(known().all(|share| (0.0..=1.0).contains(&share)));
        assert!(known().any(|share| share > 0.2) && known().any(|share| share < 0.1));
    }
    let json = serde_json::to_value(&row).unwrap();
    assert_eq!(json["charts"][0]["edges"].as_array().unwrap().len(), 49);
    assert!(serde_json::to_value(experiment.verdict(&[row])).is_ok());
}

/// Five pairs by hand: on P2 `1/p(1|x) = 1 + 1/(e^(-1/2) cosh x)`.
#[test]
#[expect(clippy::float_cmp, reason = "shares of four")]
fn pairs_by_hand() {
    let component = |weight, mean, class| line(weight, mean, 1.0, class);
    let mixture = Mixture::new(&[component(0.25, 1.0, 1), component(0.25, -1.0, 1), component(0.5, 0.0, 0)]);
    let log_p = |x: f64| -(1.0 + 0.5_f64.exp() / x.cosh()).ln();
    let (with, without) = ([0.5_f32, -2.0, 1.0, 3.0, f32::NAN], [1.5_f32, 0.1, -1.0, -2.5, 0.0]);
    let found = pairs(&mixture, 1, 0.0, [&with, &without], (-4.0, 4.0));
    for i in 0..4 {
        let expected = log_p(f64::from(with[i])) - log_p(f64::from(without[i]));
        close(f64::from(found.gains[i]), expected, 1e-6);
    }
    assert!(found.gains[4].is_nan());
    let [map, histogram] = &found.charts[..] else { panic!("two charts") };
    // One of four loses; the tie at +-1 does not.
    let all = |chart: &Chart, i: usize| chart.values[i].iter().flatten().map(|e| e.estimate).sum::<f64>();
    assert_eq!([all(histogram, 0), all(histogram, 1)], [0.25, 0.75]);
    // It ends at .5, and would have ended at 1.5; bins are a sixth wide.
    assert_eq!([map.values[0][27].unwrap().estimate, map.values[1][33].unwrap().estimate], [1.0, 1.0]);
    assert_eq!([all(map, 0), all(map, 1)], [1.0, 1.0]);
    assert_eq!(map.values[0].iter().flatten().count(), 4);

    let mixture =
        Mixture::new(&[plane(0.5, [1.0, 0.0], [1.0, 0.0, 1.0], 1), plane(0.5, [-1.0, 0.0], [1.0, 0.0, 1.0], 0)]);
    let found = pairs(&mixture, 1, 0.0, [&[1.0, 5.0, -1.0, 0.0], &[0.0, 2.0, 0.0, 1.0]], (-4.0, 4.0));
    let log_p = |x: f64| -(-2.0 * x).exp().ln_1p();
    close(f64::from(found.gains[0]), log_p(1.0) - log_p(0.0), 1e-6);
    close(f64::from(found.gains[1]), log_p(-1.0) - log_p(0.0), 1e-6);
    assert_eq!(found.charts.len(), 1);
}

/// A few per cent of the weight are seen too: the standard errors are not slack.
#[test]
fn a_slightly_wrong_weight_is_seen() {
    let mut experiment = Reciprocal::new(Size::Small);
    experiment.sign = 0.9;
    broken(&experiment);
}

#[test]
fn work_can_be_stopped() {
    let mut engine = CpuEngine::new();
    for experiment in all(Size::Small) {
        let x = experiment.points()[0];
        let stopped = block_on(measure(experiment.work(x), &mut engine, |_| false)).unwrap();
        assert_eq!(stopped, None, "{}", experiment.about().name);
    }
    let experiment = find("reciprocal", Size::Small).unwrap();
    let mut shares = Vec::new();
    let row = block_on(measure(experiment.work(1.0), &mut engine, |share| {
        shares.push(share);
        true
    }));
    assert_eq!(row.unwrap().unwrap(), block_on(measure(experiment.work(1.0), &mut engine, |_| true)).unwrap().unwrap());
    assert!(shares.len() > 4 && shares.is_sorted() && shares[0] == 0.0 && *shares.last().unwrap() < 1.0, "{shares:?}");
}

#[test]
fn points_do_not_depend_on_one_another() {
    let experiment = find("improved", Size::Small).unwrap();
    let mut engine = CpuEngine::new();
    let rows = run(&*experiment, &mut engine).unwrap();
    let alone = block_on(measure(experiment.work(3.0), &mut CpuEngine::new(), |_| true)).unwrap().unwrap();
    assert!(rows.contains(&alone));
}

#[test]
fn what_is_said_of_them() {
    for size in [Size::Small, Size::Default] {
        let mut names: Vec<&str> = all(size).iter().map(|experiment| experiment.about().name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all(size).len());
        for experiment in all(size) {
            let about = experiment.about();
            assert!(about.claim.ends_with('.') && !about.source.is_empty(), "{about:?}");
            let cost = experiment.cost();
            assert!(cost.seconds > 0.0 && cost.seconds < 120.0, "{}: {cost:?}", about.name);
            let has_particles = !matches!(experiment.work(experiment.points()[0]), Work::Exact(..));
            assert_eq!(cost.particle_steps > 0.0, has_particles, "{}", about.name);
            assert!(find(about.name, size).is_some());
        }
    }
    assert!(find("nothing", Size::Small).is_none());
}

/// The page's document lists what there is.
#[test]
fn the_document_is_complete() {
    let document = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/experiments.md")).unwrap();
    let document = document.replace("\\|", "|");
    for experiment in all(Size::Small) {
        let about = experiment.about();
        assert!(document.contains(&format!("| `{}` |", about.name)), "{} is missing", about.name);
        assert!(document.contains(about.claim), "the claim of {} is other", about.name);
    }
}

#[test]
fn verdicts_are_plain_data() {
    let experiment = find("tightness", Size::Small).unwrap();
    let verdict = verdict(&*experiment);
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["checks"][0]["predicted"], 0.0);
    assert!(json["checks"][0]["measured"]["standardError"].is_number());
    assert!(matches!(verdict.checks[0].predicted, Predicted::Value(_)));
}
