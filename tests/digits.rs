//! The mixture `digits` against images that it has not seen, and what it draws against a network that has never heard
//! of it: trained here, on images.

use std::sync::Arc;
use std::time::Instant;

use guidance_lab::kernels::box_muller;
use guidance_lab::kernels::network::{Adam, adam, product, transpose};
use guidance_lab::many::{
    Fault, Images, LaneOf, Marginal, Mixture, Run, Scene, accuracy, decode, effect, fault, reciprocal, train,
};
use guidance_lab::model::{
    Activation, BlindInput, Classifier, Grid, Hidden, Learned, LossWeights, Noise, NoiseBlind, Process, Recipe,
    Sampler, Tempered,
};
use guidance_lab::random::Philox;
use rand::RngExt as _;

const D: usize = 196;
const SIDE: usize = 14;
const CLASSES: usize = 10;
const HIDDEN: usize = 256;

fn digits() -> Mixture {
    decode(include_bytes!("../www/gallery/data/digits.bin")).unwrap()
}

fn held_out() -> Images {
    Images::decode(include_bytes!("../www/gallery/data/held-out.bin")).unwrap()
}

/// A layer of rectified units and one of logits.
struct Network {
    weights: Vec<f32>,
}

/// Where the parts of the weights begin, and how many there are.
const PARTS: [usize; 5] = [0, D * HIDDEN, D * HIDDEN + HIDDEN, D * HIDDEN + HIDDEN + HIDDEN * CLASSES, 0];
const COUNT: usize = PARTS[3] + CLASSES;

impl Network {
    /// The hidden layer and the logits of a batch.
    fn forward(&self, x: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let rows = x.len() / D;
        let (w, rest) = self.weights.split_at(PARTS[1]);
        let (b, rest) = rest.split_at(HIDDEN);
        let (v, c) = rest.split_at(HIDDEN * CLASSES);
        let mut hidden = b.repeat(rows);
        product(x, w, &mut hidden, D, HIDDEN);
        for h in &mut hidden {
            *h = h.max(0.0);
        }
        let mut logits = c.repeat(rows);
        product(&hidden, v, &mut logits, HIDDEN, CLASSES);
        (hidden, logits)
    }

    fn labels(&self, x: &[f32]) -> Vec<usize> {
        let best = |z: &[f32]| (0..CLASSES).max_by(|&a, &b| z[a].total_cmp(&z[b])).unwrap();
        self.forward(x).1.chunks_exact(CLASSES).map(best).collect()
    }

    /// The gradient of the mean cross-entropy.
    fn gradient(&self, x: &[f32], labels: &[usize]) -> Vec<f32> {
        let rows = labels.len();
        let (hidden, mut bar) = self.forward(x);
        for (z, &label) in bar.chunks_exact_mut(CLASSES).zip(labels) {
            let top = z.iter().copied().fold(f32::MIN, f32::max);
            let total: f32 = z.iter().map(|z| (z - top).exp()).sum();
            for (k, z) in z.iter_mut().enumerate() {
                *z = ((*z - top).exp() / total - f32::from(u8::from(k == label))) / rows as f32;
            }
        }
        let mut gradient = vec![0.0; COUNT];
        let mut turned = Vec::new();
        let (first, last) = gradient.split_at_mut(PARTS[2]);
        transpose(&hidden, HIDDEN, &mut turned);
        product(&turned, &bar, &mut last[..HIDDEN * CLASSES], rows, CLASSES);
        for row in bar.chunks_exact(CLASSES) {
            last[HIDDEN * CLASSES..].iter_mut().zip(row).for_each(|(sum, bar)| *sum += bar);
        }
        let mut back = vec![0.0; rows * HIDDEN];
        transpose(&self.weights[PARTS[2]..PARTS[3]], CLASSES, &mut turned);
        product(&bar, &turned, &mut back, CLASSES, HIDDEN);
        back.iter_mut().zip(&hidden).for_each(|(bar, &h)| *bar = if h > 0.0 { *bar } else { 0.0 });
        transpose(x, D, &mut turned);
        product(&turned, &back, &mut first[..PARTS[1]], rows, HIDDEN);
        for row in back.chunks_exact(HIDDEN) {
            first[PARTS[1]..].iter_mut().zip(row).for_each(|(sum, bar)| *sum += bar);
        }
        gradient
    }

    /// Trained on images moved by up to a point each way, with a little noise: it shall go by the strokes.
    fn trained(images: &Images) -> Self {
        const STEPS: usize = 8000;
        const BATCH: usize = 64;
        let mut rng = Philox::for_purpose(11, 0);
        let mut weights = vec![0.0; COUNT];
        for (range, inputs) in [(0..PARTS[1], D), (PARTS[2]..PARTS[3], HIDDEN)] {
            let size = (6.0 / inputs as f32).sqrt();
            for weight in &mut weights[range] {
                *weight = rng.random_range(-size..size);
            }
        }
        let mut network = Self { weights };
        let (mut first, mut second) = (vec![0.0; COUNT], vec![0.0; COUNT]);
        for step in 1..=STEPS {
            let mut x = Vec::with_capacity(BATCH * D);
            let mut labels = Vec::with_capacity(BATCH);
            for _ in 0..BATCH {
                let chosen = rng.random_range(0..images.points.len() as u32) as usize;
                let [across, down] = [0; 2].map(|_: i32| rng.random_range(-1..=1));
                let noise = (0..D / 2).flat_map(|_| box_muller(rng.random(), rng.random()));
                x.extend(moved(&images.points[chosen], across, down).iter().zip(noise).map(|(x, z)| x + 0.2 * z));
                labels.push(images.labels[chosen]);
            }
            let gradient = network.gradient(&x, &labels);
            let left = 1.0 - step as f32 / STEPS as f32;
            let by = Adam {
                rate: 0.002 * left / (1.0 - 0.9_f32.powi(step as i32)),
                second: 1.0 / (1.0 - 0.999_f32.powi(step as i32)),
                betas: [0.9, 0.999],
                epsilon: 1e-8,
                decay: 0.0,
            };
            adam(by, &mut network.weights, &gradient, &mut first, &mut second);
        }
        network
    }
}

/// An image moved by some points, paper coming in.
fn moved(image: &[f64], across: i32, down: i32) -> Vec<f32> {
    let at = |index: usize, by: i32| usize::try_from(index as i32 + by).ok().filter(|&place| place < SIDE);
    (0..D)
        .map(|j| match (at(j / SIDE, down), at(j % SIDE, across)) {
            (Some(row), Some(column)) => image[row * SIDE + column] as f32,
            _ => -1.0,
        })
        .collect()
}

fn right(found: &[usize], wanted: &[usize]) -> f64 {
    found.iter().zip(wanted).filter(|(found, wanted)| found == wanted).count() as f64 / found.len() as f64
}

fn process() -> Process {
    Process { horizon: 6.0, stop: 0.002, steps: 150, grid: Grid::Quadratic, sampler: Sampler::Exponential }
}

fn scene(classifier: Classifier, lanes: &[(f64, bool)], particles: usize) -> Scene {
    Scene {
        mixture: Arc::new(digits()),
        process: process(),
        classifier,
        lanes: lanes.iter().map(|&(gamma, tested)| LaneOf { gamma, tested, weighted: false }).collect(),
        targets: (0..CLASSES).collect(),
        particles,
        seed: 1,
    }
}

#[test]
fn the_mixture_knows_images_that_it_has_not_seen() {
    let (mixture, images) = (digits(), held_out());
    assert_eq!((mixture.dimension(), mixture.count(), mixture.rank(), images.points.len()), (D, 50, 16, 1005));
    let found = accuracy(&mixture, &Classifier::EXACT, 0.0, &images);
    assert!(found.estimate >= 0.95, "{found:?}");
}

#[test]
fn what_is_drawn_is_what_was_asked_for() {
    let network = Network::trained(&Images::decode(include_bytes!("data/digits/training.bin")).unwrap());
    let images = held_out();
    let x: Vec<f32> = images.points.iter().flatten().map(|&x| x as f32).collect();
    let known = right(&network.labels(&x), &images.labels);
    assert!(known > 0.97, "the network knows {known} of the images");

    let particles = 300;
    let mut run = Run::new(scene(Classifier::EXACT, &[(1.0, false), (4.0, false), (0.0, false)], particles)).unwrap();
    run.advance(150);
    let targets: Vec<usize> = (0..particles).map(|particle| particle % CLASSES).collect();
    // Under other seeds .953 to .987 of those at gamma = 1.
    let drawn = [0, 1, 2].map(|lane| right(&network.labels(&run.positions(lane)), &targets));
    assert!(drawn[0] >= 0.95 && drawn[1] >= 0.95, "{drawn:?}");
    // Without guidance a class is one of ten.
    assert!(drawn[2] < 0.25, "{drawn:?}");

    let [plain, strong, none] = [0, 1, 2].map(|lane| effect(&run, lane, 0));
    assert_eq!((plain.ruined, plain.improved.estimate), (0, 1.0));
    // Near t = 0 the posterior is all but 1 already; guidance costs variety.
    assert!(plain.log_probability.estimate > -0.05 && none.log_probability.estimate < -50.0);
    let variety = [plain, strong].map(|effect| effect.diversity.components);
    assert!(variety[1] < 0.9 * variety[0] && variety[0] > 40.0, "{variety:?}");
}

/// At gamma = 1 the mean of `1/p_t` is 10 at every time; guidance lowers it, and its absence raises it.
#[test]
fn the_mean_reciprocal_is_that_of_the_martingale() {
    let mut run = Run::new(scene(Classifier::EXACT, &[(1.0, false), (3.0, false), (0.0, false)], 400)).unwrap();
    while run.time() > 2.0 {
        run.advance(1);
    }
    let [plain, strong, none] = [0, 1, 2].map(|lane| reciprocal(&run, lane));
    assert!((plain.estimate - 10.0).abs() < 3.0 * plain.standard_error, "{plain:?}");
    assert!(strong.estimate < plain.estimate - 3.0 * plain.standard_error, "{strong:?}");
    assert!(none.estimate > plain.estimate, "{none:?}");
}

#[test]
fn a_classifier_of_clean_images_is_right_about_them_and_ruins_pictures() {
    let blind = Classifier::NoiseBlind(NoiseBlind { time: 0.0, input: BlindInput::Noisy });
    let (mixture, images) = (digits(), held_out());
    let trusted = accuracy(&mixture, &blind, 0.002, &images);
    assert!(trusted.estimate >= 0.95, "{trusted:?}");
    let wrong = fault(&mixture, &blind, 0.5, 200, 1);
    assert!(wrong.error.estimate > 10.0 * wrong.norm.estimate, "{wrong:?}");
    assert!(wrong.kl.estimate > 1.0, "{wrong:?}");

    let mut run = Run::new(scene(blind, &[(1.0, true), (1.0, false)], 30)).unwrap();
    run.advance(150);
    // Ink beyond ink and paper beyond paper, or no number any more.
    let ruined = |lane: usize| {
        let all = run.positions(lane);
        let one = |x: &[f32]| !x.iter().all(|x| x.abs() < 3.0);
        all.chunks_exact(D).filter(|x| one(x)).count()
    };
    assert!(ruined(0) >= 15 && ruined(1) == 0, "{} and {}", ruined(0), ruined(1));
    assert_eq!((run.lost(1), effect(&run, 0, 1).ruined), (0, ruined(0)));
}

#[test]
fn a_fault_is_measured_with_its_error() {
    let tempered = Classifier::Tempered(Tempered { sharpness: 0.5, bias: 0.0 });
    let mixture = digits();
    let [few, many] = [200, 800].map(|draws| fault(&mixture, &tempered, 1.0, draws, 2));
    for (few, many) in [(few.kl, many.kl), (few.error, many.error)] {
        assert!(few.estimate > 0.0 && few.standard_error > many.standard_error);
        // The first draws are the same, so that the difference has about the error of the rest.
        assert!((few.estimate - many.estimate).abs() < 4.0 * few.standard_error, "{few:?} {many:?}");
    }
    let none = fault(&mixture, &Classifier::EXACT, 1.0, 20, 2);
    assert_eq!((none.kl.estimate, none.error.estimate), (0.0, 0.0));
    // Clean data are nearly told apart by their class.
    let marginal = Marginal::new(&mixture, Noise::at(0.0));
    assert!(marginal.at(mixture.component(12).1).log_posterior(2) > -1e-3);
}

/// A recipe for digits, as the gallery's: one that has seen noise is told how much.
fn recipe(noise: [f64; 2], activation: Activation, more: Recipe) -> Recipe {
    let hidden = Hidden::new(&[64]);
    Recipe { hidden, activation, noise, time: noise[0] < noise[1], batch: 128, rate: 0.002, steps: 1500, ..more }
}

const CLEAN: [f64; 2] = [0.002, 0.002];
const NOISED: [f64; 2] = [0.002, 6.0];

/// What a network is worth, on pictures and as a guide.
#[derive(Debug)]
struct Worth {
    accuracy: f64,
    /// At t = .1, .5, 1, 2.
    faults: [Fault; 4],
    /// At gamma = 1 and 3: how many of 200 are at the end what was asked for, more likely than not, and how many are ruined.
    drawn: [(usize, usize); 2],
    seconds: f64,
}

fn worth(recipe: &Recipe) -> Worth {
    let classifier = Classifier::Learned(Learned { recipe: *recipe });
    let mut mixture = digits();
    let since = Instant::now();
    let training = train(recipe, &mixture, |_| {}).unwrap();
    let seconds = since.elapsed().as_secs_f64();
    mixture.put_network(training.network().into());
    let scene = Scene { mixture: Arc::new(mixture.clone()), ..scene(classifier, &[], 200) };
    Worth {
        accuracy: accuracy(&mixture, &classifier, 0.002, &held_out()).estimate,
        faults: [0.1, 0.5, 1.0, 2.0].map(|t| fault(&mixture, &classifier, t, 200, 1)),
        drawn: [1.0, 3.0].map(|gamma| {
            let lanes = [(gamma, true), (1.0, false)].map(|(gamma, tested)| LaneOf { gamma, tested, weighted: false });
            let mut run = Run::new(Scene { lanes: lanes.to_vec(), ..scene.clone() }).unwrap();
            run.advance(150);
            let effect = effect(&run, 0, 1);
            (effect.each.iter().filter(|&&log| log > 0.5_f64.ln()).count(), effect.ruined)
        }),
        seconds,
    }
}

/// The number that people trust does not say which of two networks steers.
#[test]
fn a_network_of_clean_images_is_right_about_them_and_steers_worse() {
    let [clean, noised] = [CLEAN, NOISED].map(|noise| worth(&recipe(noise, Activation::Softplus, Recipe::default())));
    assert!(clean.accuracy > 0.88 && clean.accuracy >= noised.accuracy - 0.01, "{clean:?} {noised:?}");
    for (clean, noised) in clean.faults.iter().zip(&noised.faults).skip(1) {
        let least = clean.error.estimate - 3.0 * clean.error.standard_error;
        assert!(least > 2.0 * noised.error.estimate && least > 2.0 * clean.norm.estimate, "{clean:?} {noised:?}");
    }
    assert!(noised.drawn[1].0 > clean.drawn[1].0 + 30, "{clean:?} {noised:?}");
}

/// The table of docs/numerics.md: `cargo test --test digits -- --ignored --nocapture learned_table`.
#[test]
#[ignore = "measures for minutes"]
fn learned_table() {
    use Activation::{Relu, Softplus, Tanh};
    let wanted = std::env::var("ROWS").unwrap_or_default();
    let penalty = |gradient_penalty| {
        let loss = LossWeights { gradient_penalty, ..Recipe::default().loss };
        Recipe { loss, ..Recipe::default() }
    };
    let rows = [
        ("clean tanh", recipe(CLEAN, Tanh, Recipe::default())),
        ("clean softplus", recipe(CLEAN, Softplus, Recipe::default())),
        ("clean ReLU", recipe(CLEAN, Relu, Recipe::default())),
        ("noised tanh", recipe(NOISED, Tanh, Recipe::default())),
        ("noised softplus", recipe(NOISED, Softplus, Recipe::default())),
        ("noised ReLU", recipe(NOISED, Relu, Recipe::default())),
        ("noised softplus 6000", Recipe { steps: 6000, ..recipe(NOISED, Softplus, Recipe::default()) }),
        ("noised softplus penalty .001", recipe(NOISED, Softplus, penalty(0.001))),
        ("noised softplus penalty .01", recipe(NOISED, Softplus, penalty(0.01))),
        ("noised softplus penalty .1", recipe(NOISED, Softplus, penalty(0.1))),
    ];
    for (name, recipe) in rows.into_iter().filter(|(name, _)| name.contains(&wanted)) {
        for seed in 1..=3 {
            let Worth { accuracy, faults, drawn, seconds } = worth(&Recipe { seed, ..recipe });
            println!("{name}, seed {seed}: {accuracy:.3} right, {drawn:?}, {seconds:.1} s");
            for Fault { kl, error, norm } in faults {
                println!("    KL {:.3}, error {:.3}, norm {:.3}", kl.estimate, error.estimate, norm.estimate);
            }
        }
    }
}

/// How unequal the weights of the corrected lane become on digits: the table of docs/numerics.md,
/// `cargo test --test digits -- --ignored --nocapture weights_table`.
#[test]
#[ignore = "measures for minutes"]
fn weights_table() {
    for steps in [100, 400] {
        for gamma in [0.5, 1.5, 2.0, 3.0, 5.0, 10.0] {
            let mut scene = scene(Classifier::EXACT, &[], 640);
            scene.process.steps = steps;
            scene.lanes = vec![LaneOf { gamma, tested: false, weighted: true }];
            let mut run = Run::new(scene).unwrap();
            let mut least = [64.0_f64; CLASSES];
            for _ in 0..steps {
                run.advance(1);
                for (least, of) in least.iter_mut().zip(run.weighed(0).unwrap()) {
                    *least = least.min(of.effective);
                }
            }
            println!("{steps} steps, gamma {gamma}:");
            for (class, (of, least)) in run.weighed(0).unwrap().iter().zip(least).enumerate() {
                println!("  {class}: least {least:.1}, {of:?}");
            }
        }
    }
}
