//! `study`: what ranks the harm that a classifier does to the samples? Random mixtures and random faults on a line, each with
//! numbers that could be known beforehand and the harm done, and the rank correlations between them.

use clap::Args;
use guidance_lab::model::{Classifier, Component, Process, State};
use guidance_lab::random::Philox;
use guidance_lab::reference::{Marginal, Tested, measures};
use guidance_lab::sweep::harm;
use rand::RngExt;
use rayon::prelude::*;
use serde_json::json;

#[derive(Debug, Args)]
pub struct Arguments {
    /// How many mixtures are drawn
    #[arg(long, default_value_t = 1000)]
    count: u32,
    /// The seed of all that is drawn
    #[arg(long, default_value_t = 1)]
    seed: u32,
    /// Print the drawn mixtures with all numbers as JSON, one a line, before the table
    #[arg(long)]
    rows: bool,
    /// Print the kind of each fault with all numbers as a table (CSV) instead; docs/study.csv is that of 1000 and seed 1
    #[arg(long)]
    csv: bool,
}

/// Times at which curves are known, those of a quadratic grid.
const TIMES: usize = 24;
/// Draws of the bootstrap.
const BOOTSTRAP: usize = 1000;
/// What is known beforehand.
const PREDICTORS: [&str; 4] = [
    "KL, mean over the steps",
    "guidance error, mean over the steps",
    "guidance error, weighted by the length of the steps",
    "certificate, weighted by the length of the steps",
];
/// What is done.
const HARMS: [&str; 2] = ["W_1 in the ODE", "W_1 in the SDE"];

struct Drawn {
    state: State,
    predictors: [f64; PREDICTORS.len()],
    harms: [f64; HARMS.len()],
}

/// Draws, measures and prints.
pub fn run(arguments: &Arguments) {
    let (count, seed) = (arguments.count, arguments.seed);
    let drawn: Vec<Drawn> = (0..count).into_par_iter().map(|index| one(seed, index)).collect();
    let all = drawn.len();
    let kept: Vec<Drawn> = drawn
        .into_iter()
        .filter(|drawn| drawn.predictors.iter().chain(&drawn.harms).all(|value| value.is_finite()))
        .collect();
    if arguments.csv {
        println!("{HEADER}");
        for (index, drawn) in kept.iter().enumerate() {
            println!("{}", line(index, drawn));
        }
        return;
    }
    if arguments.rows {
        for Drawn { state, predictors, harms } in &kept {
            println!(
                "{}",
                json!({ "mixture": state.mixture, "classifier": state.classifier, "predictors": predictors, "harms": harms })
            );
        }
    }
    println!("{} of {all} draws, seed {seed}; Spearman's rank correlation, 95% bootstrap interval", kept.len());
    let numbers: Vec<_> = kept.iter().map(|drawn| (drawn.predictors, drawn.harms)).collect();
    for (h, harm) in HARMS.iter().enumerate() {
        println!("{harm}");
        for (p, predictor) in PREDICTORS.iter().enumerate() {
            println!("  {}  {predictor}", correlation(&numbers, p, h, seed));
        }
    }
}

const HEADER: &str = "index,kind,KL,error,error by time,certificate by time,W_1 ODE,W_1 SDE";

fn line(index: usize, Drawn { state, predictors, harms }: &Drawn) -> String {
    let numbers: Vec<_> = predictors.iter().chain(harms).map(|value| format!("{value:.5e}")).collect();
    let kind = &state.to_value()["classifier"]["kind"];
    format!("{index},{},{}", kind.as_str().unwrap_or_default(), numbers.join(","))
}

/// `.832  [.812, .849]`: of a predictor with a harm.
fn correlation(numbers: &[([f64; PREDICTORS.len()], [f64; HARMS.len()])], p: usize, h: usize, seed: u32) -> String {
    let pairs: Vec<(f64, f64)> = numbers.iter().map(|(predictors, harms)| (predictors[p], harms[h])).collect();
    let (low, high) = interval(&pairs, seed);
    format!("{:.3}  [{low:.3}, {high:.3}]", spearman(&pairs))
}

fn one(seed: u32, index: u32) -> Drawn {
    let state = draw(seed, index);
    let (predictors, harms) = (predictors(&state), harm(&state));
    let harms = harms.map_or([f64::NAN; 2], |found| [found.ode.wasserstein, found.sde.wasserstein]);
    Drawn { state, predictors, harms }
}

/// Two or three classes of one or two components: means uniform in [-2, 2], variances log-uniform in [.04, 1], weights
/// uniform in [.2, 1] before they are normalised; one of the faults, each as likely, with log-uniform settings.
fn draw(seed: u32, index: u32) -> State {
    let mut rng = Philox::new([0, index, 0, 2], [seed, 0]);
    let mut between = |low: f64, high: f64| rng.random_range(low..high);
    let classes = if between(0.0, 1.0) < 0.7 { 2 } else { 3 };
    let mut mixture = Vec::new();
    for class in 0..classes {
        let components = if between(0.0, 1.0) < 0.5 { 1 } else { 2 };
        for _ in 0..components {
            let (weight, mean) = (between(0.2, 1.0), between(-2.0, 2.0));
            let variance = between(0.04_f64.ln(), 0.0).exp();
            mixture.push(Component { weight, mean: vec![mean], covariance: vec![vec![variance]], class });
        }
    }
    let mut log = |low: f64, high: f64| between(low.ln(), high.ln()).exp();
    let settings = [log(0.25, 4.0), log(1.0, std::f64::consts::E), log(4.0, 64.0), log(0.01, 0.5), log(0.02, 0.5)];
    let faults = [
        json!({ "kind": "tempered", "sharpness": settings[0], "bias": 0 }),
        json!({ "kind": "tempered", "sharpness": 1, "bias": settings[1].ln() }),
        json!({ "kind": "wiggle", "form": "logit", "frequency": settings[2], "amplitude": { "law": "fixed", "scale": settings[3] } }),
        json!({ "kind": "mistimed", "shift": settings[4] }),
        json!({ "kind": "label-smoothing", "epsilon": settings[3] }),
        json!({ "kind": "noise-blind", "time": settings[4], "input": "noisy" }),
    ];
    let fault = &faults[(index as usize) % faults.len()];
    let patch = json!({
        "mixture": mixture,
        "process": { "horizon": 8, "stop": 0.01, "steps": 200, "grid": "quadratic", "sampler": "exponential" },
        "guidance": { "target": 1, "gamma": 1 },
        "classifier": fault,
    });
    State::default().merge(&patch).expect("what is drawn is a state")
}

fn predictors(state: &State) -> [f64; PREDICTORS.len()] {
    let times = Process { steps: TIMES, ..state.process }.times();
    let mut sums = [0.0; PREDICTORS.len()];
    for pair in times.windows(2) {
        let (t, length) = (0.5 * (pair[0] + pair[1]), pair[0] - pair[1]);
        let Ok(found) = measures(state, t) else { return [f64::NAN; PREDICTORS.len()] };
        sums[0] += found.conditional_kl / TIMES as f64;
        sums[1] += found.guidance_mse / TIMES as f64;
        sums[2] += length * found.guidance_mse;
        sums[3] += length * certificate(state, t, found.conditional_kl);
    }
    sums
}

/// `sqrt(kappa_B KL) ||L_y f_y||`, which bounds the joint guidance error (docs/numerics.md): `f_y = log phat(y|x) - log p(y|x)`,
/// `L_y f = f'' + s_y f'`, the norm over `x, y ~ p_t`, `B` the largest `-f` within eight standard deviations.
fn certificate(state: &State, t: f64, kl: f64) -> f64 {
    const SPACING: f64 = 0.01;
    const STEP: f64 = 1e-3;
    let mixture = state.mixture();
    let marginal = Marginal::new(&mixture, t);
    let tested = |classifier| Tested { marginal: &marginal, target: state.guidance.target, classifier };
    let (exact, wrong) = (tested(Classifier::EXACT), tested(state.classifier));
    let classes = 1 + mixture.components.iter().map(|component| component.class).max().unwrap_or_default();
    let reach = 2.0 + 8.0;
    let (mut sum, mut largest) = (0.0, 0.0_f64);
    for i in 0..(2.0 * reach / SPACING) as i32 {
        let x = -reach + SPACING * (f64::from(i) + 0.5);
        let density = marginal.log_density(&[x]).exp();
        if density < 1e-12 {
            continue;
        }
        for class in 0..classes {
            let p = |x: f64| exact.log_probability(class, &[x]);
            let f = |x: f64| wrong.log_probability(class, &[x]) - p(x);
            let [before, here, after] = [x - STEP, x, x + STEP].map(f);
            if !here.is_finite() {
                continue;
            }
            let joint = |x: f64| marginal.log_density(&[x]) + p(x);
            let score = (joint(x + STEP) - joint(x - STEP)) / (2.0 * STEP);
            let term = (after - 2.0 * here + before) / (STEP * STEP) + score * (after - before) / (2.0 * STEP);
            sum += SPACING * density * p(x).exp() * term * term;
            largest = largest.max(-here);
        }
    }
    let kappa = if largest < 1e-3 { 2.0 } else { largest * largest / ((-largest).exp() - 1.0 + largest) };
    (kappa * kl * sum).sqrt()
}

/// Ranks from 1, ties in the middle.
fn ranks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut start = 0;
    while start < order.len() {
        let same = order[start..].iter().take_while(|&&i| values[i].total_cmp(&values[order[start]]).is_eq()).count();
        for &i in &order[start..start + same] {
            ranks[i] = start as f64 + 0.5 * (same + 1) as f64;
        }
        start += same;
    }
    ranks
}

fn spearman(pairs: &[(f64, f64)]) -> f64 {
    let (x, y) = (ranks(pairs.iter().map(|pair| pair.0)), ranks(pairs.iter().map(|pair| pair.1)));
    let mean = 0.5 * (pairs.len() + 1) as f64;
    let sum = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| (a - mean) * (b - mean)).sum() };
    sum(&x, &y) / (sum(&x, &x) * sum(&y, &y)).sqrt()
}

/// The middle 95% of the correlations of draws with replacement.
fn interval(pairs: &[(f64, f64)], seed: u32) -> (f64, f64) {
    let mut rng = Philox::new([0, 0, 0, 3], [seed, 0]);
    let mut found: Vec<f64> = (0..BOOTSTRAP)
        .map(|_| {
            let drawn: Vec<_> = (0..pairs.len()).map(|_| pairs[rng.random_range(0..pairs.len())]).collect();
            spearman(&drawn)
        })
        .collect();
    found.sort_by(f64::total_cmp);
    (found[BOOTSTRAP / 40], found[BOOTSTRAP - 1 - BOOTSTRAP / 40])
}

#[cfg(test)]
mod tests {
    use super::{PREDICTORS, certificate, correlation, draw, interval, line, one, spearman};
    use guidance_lab::model::{Amplitude, AmplitudeLaw, Classifier, State, Wiggle, WiggleForm};
    use guidance_lab::reference::measures;

    #[test]
    fn ranks_and_their_intervals() {
        let pairs: Vec<(f64, f64)> = (0..50).map(|i| (f64::from(i), f64::from(i * i))).collect();
        assert!((spearman(&pairs) - 1.0).abs() < 1e-12);
        // By hand: ranks 1, 2.5, 2.5, 4 and 4, 3, 2, 1.
        let tied = [(0.0, 9.0), (1.0, 5.0), (1.0, 4.0), (7.0, 1.0)];
        assert!((spearman(&tied) + 4.5 / (4.5_f64 * 5.0).sqrt()).abs() < 1e-12);
        let (low, high) = interval(&pairs, 1);
        assert!(low > 0.99 && high <= 1.0 + 1e-12);
    }

    /// The table of docs/experiments.md from the rows beside it, and some of the rows from their draws.
    #[test]
    fn the_kept_study_is_this_one() {
        let rows: Vec<&str> = include_str!("../../docs/study.csv").lines().skip(1).collect();
        assert_eq!(rows.len(), 1000);
        for index in [0, 1, 2, 3, 4, 5, 500] {
            assert_eq!(line(index, &one(1, index as u32)), rows[index]);
        }
        let numbers: Vec<_> = rows
            .iter()
            .map(|row| {
                let values: Vec<f64> = row.split(',').skip(2).map(|value| value.parse().unwrap()).collect();
                (<[f64; 4]>::try_from(&values[..4]).unwrap(), <[f64; 2]>::try_from(&values[4..]).unwrap())
            })
            .collect();
        let docs = include_str!("../../docs/experiments.md");
        for (p, predictor) in PREDICTORS.iter().enumerate() {
            let [ode, sde] = [0, 1].map(|h| correlation(&numbers, p, h, 1));
            let row = format!("| {predictor} | {ode} | {sde} |");
            assert!(docs.contains(&row), "{row}");
        }
    }

    #[test]
    fn draws_are_states_and_do_not_change() {
        for index in 0..40 {
            let state = draw(1, index);
            assert!(State::from_value(&state.to_value()).is_ok(), "{index}");
        }
        assert_eq!(draw(3, 7), draw(3, 7));
        assert_ne!(draw(3, 7).mixture, draw(4, 7).mixture);
    }

    /// docs/numerics.md: error over bound is .961 for the logit wiggle n = 8, a = 1/8 at t = 1/2 on the pair.
    #[test]
    fn the_certificate_holds() {
        let wiggle = Wiggle {
            form: WiggleForm::Logit,
            frequency: 8.0,
            amplitude: Amplitude { law: AmplitudeLaw::Inverse, scale: 1.0 },
            smoothing: 0.0,
        };
        let state = State { classifier: Classifier::Wiggle(wiggle), ..State::default() };
        let found = measures(&state, 0.5).unwrap();
        let ratio = found.guidance_mse_joint / certificate(&state, 0.5, found.conditional_kl);
        assert!((ratio - 0.961).abs() < 2e-3, "{ratio}");
        for index in 0..12 {
            let state = draw(1, index);
            let found = measures(&state, 0.3).unwrap();
            let bound = certificate(&state, 0.3, found.conditional_kl);
            assert!(found.guidance_mse_joint <= 1.01 * bound, "{index}: {} {bound}", found.guidance_mse_joint);
        }
    }
}
