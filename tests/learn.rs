//! Training: derivatives of every loss and activation by central differences in f64, what is drawn and what is true
//! there, the network in the reference and in the engine, and what the losses and features do to guidance.

mod common;

use common::{scenes, suite};
use guidance_lab::learn::{Batch, Data as _, Net, Outcome, Sample, Source, Spectral, Training, Workspace, train};
use guidance_lab::model::{
    Activation, Classifier, Fourier, Hidden, LabelSmoothing, Learned, LossWeights, Mixture, Network, Recipe, Sampler,
    State, network, symmetric_eigen,
};
use guidance_lab::random::Philox;
use guidance_lab::reference::{Marginal, Tested, error_bound, measures};
use guidance_lab::sweep::{Losses, Size};
use rand::RngExt as _;

const ACTIVATIONS: [Activation; 4] = [Activation::Tanh, Activation::Softplus, Activation::Relu, Activation::Sine];

const CROSS_ENTROPY: LossWeights =
    LossWeights { cross_entropy: 1.0, brier: 0.0, denoising: 0.0, gradient_penalty: 0.0, curvature: 0.0 };

/// Each part alone, and all together.
fn losses() -> [LossWeights; 6] {
    let none = LossWeights { cross_entropy: 0.0, ..CROSS_ENTROPY };
    [
        CROSS_ENTROPY,
        LossWeights { brier: 1.0, ..none },
        LossWeights { denoising: 1.0, ..none },
        LossWeights { gradient_penalty: 0.7, ..none },
        LossWeights { curvature: 0.3, ..none },
        LossWeights { cross_entropy: 0.5, brier: 0.4, denoising: 0.3, gradient_penalty: 0.2, curvature: 0.1 },
    ]
}

/// Four components of three classes in the plane.
fn three_classes() -> Mixture {
    let mut components = scenes::four_components_2d();
    components[3].class = 2;
    Mixture::new(&components)
}

fn pair() -> Mixture {
    Mixture::new(&scenes::two_classes_1d())
}

/// A network with numbers of its own in every place.
fn filled(recipe: &Recipe, mixture: &Mixture, seed: u32) -> Network {
    let mut network = Network::untrained(recipe, mixture);
    let mut rng = Philox::for_purpose(seed, 0);
    for value in &mut network.values {
        *value = rng.random_range(-1.0..1.0);
    }
    network
}

/// Points, times, labels and directions drawn from all over.
fn batch(network: &Network, seed: u32) -> Batch<f64> {
    let mut rng = Philox::for_purpose(seed, 1);
    let mut batch = Batch::default();
    for _ in 0..5 {
        let d = network.dimension;
        batch.points.extend((0..d).map(|_| rng.random_range(-2.0..2.0)));
        batch.times.push(rng.random_range(-1.5..1.5));
        batch.labels.push(rng.random_range(0..network.classes.len() as u32) as usize);
        let angle: f64 = rng.random_range(0.0..6.0);
        batch.directions.extend_from_slice(&[angle.cos(), angle.sin()][..d]);
        batch.pulls.push(rng.random_range(-2.0..2.0));
        batch.variances.push(rng.random_range(0.1..1.0));
    }
    if network.dimension == 1 {
        batch.directions.fill(1.0);
    }
    batch
}

#[test]
fn derivatives_by_the_weights_are_those_of_differences() {
    let shapes: [(&[usize], Option<Fourier>, bool); 3] = [
        (&[6, 5], None, true),
        (&[4], Some(Fourier { features: 5, bandwidth: 1.5 }), true),
        (&[], Some(Fourier { features: 6, bandwidth: 2.0 }), false),
    ];
    for (which, mixture) in [pair(), three_classes()].iter().enumerate() {
        for (hidden, fourier, time) in shapes {
            for activation in ACTIVATIONS {
                for loss in losses() {
                    let label_smoothing = if time { 0.3 } else { 0.0 };
                    let hidden = Hidden::new(hidden);
                    let recipe =
                        Recipe { hidden, activation, fourier, time, label_smoothing, loss, ..Recipe::default() };
                    let network = filled(&recipe, mixture, 3);
                    let net = Net::<f64>::new(&network);
                    let batch = batch(&network, 7 + which as u32);
                    let first = network.frequencies() * network.dimension;
                    let mut weights: Vec<f64> = network.values[first..].iter().map(|&w| w.into()).collect();
                    let mut work = Workspace::default();
                    let mut gradient = vec![0.0; weights.len()];
                    let mut other = gradient.clone();
                    net.loss(&weights, &batch, &loss, &mut work, &mut gradient);
                    for i in 0..weights.len() {
                        let (at, h) = (weights[i], 1e-5);
                        let mut value = |w| {
                            weights[i] = w;
                            net.loss(&weights, &batch, &loss, &mut work, &mut other)
                        };
                        let difference = (value(at + h) - value(at - h)) / (2.0 * h);
                        value(at);
                        let error = (difference - gradient[i]).abs();
                        let scale = 1.0 + gradient[i].abs();
                        assert!(error < 3e-7 * scale, "{activation:?} {loss:?} {i}: {difference} {}", gradient[i]);
                    }
                }
            }
        }
    }
}

/// The largest singular value of a layer, by the eigenvalues of `W^T W`.
fn spectral_norm<T: Copy + Into<f64>>(weights: &[T], outputs: usize) -> f64 {
    let rows = weights.chunks_exact(outputs);
    let entry = |i: usize, j: usize| rows.clone().map(|row| row[i].into() * row[j].into()).sum();
    let square: Vec<Vec<f64>> = (0..outputs).map(|i| (0..outputs).map(|j| entry(i, j)).collect()).collect();
    symmetric_eigen(&square).0.into_iter().fold(0.0, f64::max).sqrt()
}

/// The gradient with the vectors of the power iteration held fixed is that of the loss as it depends on the norm itself,
/// below the bound and above it.
#[test]
fn derivatives_through_the_spectral_norm_are_those_of_differences() {
    for (mixture, bound) in [(pair(), 1.3), (three_classes(), 0.8), (three_classes(), 2.2)] {
        let loss = losses()[5];
        let recipe = Recipe { hidden: Hidden::new(&[6, 5]), loss, spectral_norm: Some(bound), ..Recipe::default() };
        let network = filled(&recipe, &mixture, 3);
        let net = Net::<f64>::new(&network);
        let batch = batch(&network, 4);
        let free: Vec<f64> = network.values.iter().map(|&w| w.into()).collect();
        let mut spectral = Spectral::new(&network, &free, bound);
        for _ in 0..1000 {
            spectral.iterate(1);
        }
        let mut weights = free.clone();
        spectral.bound(&mut weights);
        let mut work = Workspace::default();
        let (mut gradient, mut other) = (vec![0.0; free.len()], vec![0.0; free.len()]);
        net.loss(&weights, &batch, &loss, &mut work, &mut gradient);
        spectral.pull_back(&mut gradient);
        let mut value = |free: &[f64]| {
            let mut weights = free.to_vec();
            for layer in network.layers() {
                let norm = spectral_norm(&free[layer.weights.clone()], layer.outputs);
                weights[layer.weights].iter_mut().for_each(|w| *w *= (bound / norm).min(1.0));
            }
            net.loss(&weights, &batch, &loss, &mut work, &mut other)
        };
        let h = 1e-5;
        for i in 0..free.len() {
            let [ahead, behind] = [h, -h].map(|by| {
                let mut moved = free.clone();
                moved[i] += by;
                value(&moved)
            });
            let difference = (ahead - behind) / (2.0 * h);
            let error = (difference - gradient[i]).abs();
            assert!(error < 1e-6 * (1.0 + gradient[i].abs()), "{bound} {i}: {difference} {}", gradient[i]);
        }
    }
}

/// The derivatives along a direction that the losses look at are those of the logits.
#[test]
fn derivatives_by_the_input_are_those_of_differences() {
    for activation in [Activation::Tanh, Activation::Softplus, Activation::Sine] {
        let fourier = Some(Fourier { features: 5, bandwidth: 1.0 });
        let recipe = Recipe { hidden: Hidden::new(&[6, 5]), activation, fourier, ..Recipe::default() };
        let network = filled(&recipe, &three_classes(), 5);
        let net = Net::<f64>::new(&network);
        let first = network.frequencies() * network.dimension;
        let weights: Vec<f64> = network.values[first..].iter().map(|&w| w.into()).collect();
        let batch = batch(&network, 2);
        let mut work = Workspace::default();
        let all = net.forward(&weights, &batch, 2, &mut work).to_vec();
        let h = 1e-4;
        let mut moved = |by: f64| {
            let mut moved = batch.clone();
            moved.points.iter_mut().zip(&batch.directions).for_each(|(x, v)| *x += by * v);
            net.forward(&weights, &moved, 0, &mut work).to_vec()
        };
        let (ahead, here, behind) = (moved(h), moved(0.0), moved(-h));
        for i in 0..here.len() {
            let slope = (ahead[i] - behind[i]) / (2.0 * h);
            let bend = (ahead[i] - 2.0 * here[i] + behind[i]) / (h * h);
            assert!((all[i] - here[i]).abs() < 1e-12);
            assert!((all[here.len() + i] - slope).abs() < 1e-5, "{activation:?}");
            assert!((all[2 * here.len() + i] - bend).abs() < 1e-5 * (1.0 + bend.abs()), "{activation:?}");
        }
    }
}

/// What the losses hold true where a sample was drawn is what the reference knows there; labels and times are drawn
/// as the recipe says.
#[test]
fn samples_and_their_truth() {
    let mixture = three_classes();
    let recipe = Recipe { flipped: 0.3, noise: [0.1, 1.6], ..Recipe::default() };
    let source = Source::new(&mixture, &recipe);
    let mut sample = Sample::default();
    let mut rng = Philox::for_purpose(1, 0);
    let (mut early, count) = (0.0, 4000);
    for n in 0..count {
        source.draw(&mut rng, &mut sample);
        assert!((0.1..=1.6).contains(&sample.time));
        early += f64::from(u8::from(sample.time < 0.4));
        if n < 40 {
            let truth = source.truth(sample.time, &sample.x);
            let marginal = Marginal::new(&mixture, sample.time);
            let mut score = [0.0; 2];
            marginal.score(&sample.x[..2], &mut score);
            for i in 0..2 {
                assert!((score[i] - truth.score[i]).abs() < 1e-10);
            }
            for class in 0..3 {
                let exact = marginal.log_posterior(class, &sample.x[..2]);
                assert!((exact - truth.log_posterior[class]).abs() < 1e-10);
            }
        }
    }
    // Half the times are below the geometric mean of the ends.
    assert!((early / f64::from(count) - 0.5).abs() < 4.0 * 0.5 / f64::from(count).sqrt());
}

/// A flipped label is another class, at the rate of the recipe.
#[test]
fn labels_are_flipped_at_their_rate() {
    // Far apart: the class of a sample is seen.
    let far =
        Mixture::new(&[scenes::component(0.5, &[-9.0], &[&[0.25]], 0), scenes::component(0.5, &[9.0], &[&[0.25]], 1)]);
    let recipe = Recipe { flipped: 0.3, noise: [0.05, 0.1], ..Recipe::default() };
    let source = Source::new(&far, &recipe);
    let mut sample = Sample::default();
    let mut rng = Philox::for_purpose(2, 0);
    let count = 4000;
    let flipped = (0..count).filter(|_| {
        source.draw(&mut rng, &mut sample);
        (sample.x[0] > 0.0) != (sample.label == 1)
    });
    let share = flipped.count() as f64 / f64::from(count);
    assert!((share - 0.3).abs() < 4.0 * (0.21 / f64::from(count)).sqrt(), "{share}");
}

fn small(hidden: &[usize], more: Recipe) -> Recipe {
    Recipe { hidden: Hidden::new(hidden), steps: 40, batch: 64, ..more }
}

/// The reference's gradients of every class are those of differences of its own logarithms, which sum to one; the
/// engine moves particles as the reference does.
#[test]
fn the_network_is_the_same_in_the_reference_and_in_the_engine() {
    for (mixture, dimension) in [(pair(), 1), (three_classes(), 2)] {
        for (activation, fourier) in [
            (Activation::Tanh, None),
            (Activation::Softplus, Some(Fourier { features: 7, bandwidth: 2.0 })),
            (Activation::Sine, Some(Fourier { features: 1, bandwidth: 1.0 })),
            (Activation::Relu, None),
        ] {
            for adaptive in [0.0, 1.5] {
                let recipe = small(&[12, 9], Recipe { activation, fourier, ..Recipe::default() });
                let training = train(&recipe, &mixture, |_| ()).unwrap();
                assert_eq!(training.outcome(), Outcome::Steps);
                let classifier = Classifier::Learned(Learned { recipe });
                let marginal = Marginal::new(&mixture, 0.4);
                let tested = Tested { marginal: &marginal, target: 1, classifier };
                let point = [0.37, -0.61];
                let total: f64 = (0..3).map(|class| tested.log_probability(class, &point[..dimension]).exp()).sum();
                assert!((total - 1.0).abs() < 1e-12);
                for class in 0..=dimension {
                    let mut gradient = vec![0.0; dimension];
                    tested.gradient(class, &point[..dimension], &mut gradient);
                    for axis in 0..dimension {
                        let at = |by: f64| {
                            let mut x = point;
                            x[axis] += by;
                            tested.log_probability(class, &x[..dimension])
                        };
                        let difference = (at(1e-5) - at(-1e-5)) / 2e-5;
                        assert!((difference - gradient[axis]).abs() < 1e-8, "{activation:?} {class}");
                    }
                }
                let mut state = scenes::state(mixture.components.clone(), Sampler::Exponential, 12, 64);
                state.classifier = classifier;
                state.guidance.adaptive = adaptive;
                suite::follows_the_reference(&state);
                for (_, state) in suite::ruled(&state) {
                    suite::follows_the_reference(&state);
                }
                for (_, score, guide) in scenes::scores(dimension) {
                    let mut state = State { score, ..state.clone() };
                    state.guidance.guide = guide;
                    suite::follows_the_reference(&state);
                }
            }
        }
    }
}

/// Until it is trained it knows nothing: every class is as likely, nothing is guided, in the reference and in the
/// engine; and a network that is put later is seen by the next question.
#[test]
fn an_untrained_network_guides_nowhere() {
    let recipe = small(&[5], Recipe { seed: 900, ..Recipe::default() });
    let mixture = pair();
    let classifier = Classifier::Learned(Learned { recipe });
    let marginal = Marginal::new(&mixture, 0.5);
    let tested = Tested { marginal: &marginal, target: 1, classifier };
    let mut gradient = [1.0];
    tested.gradient(1, &[0.3], &mut gradient);
    assert_eq!((tested.log_probability(1, &[0.3]), gradient), (-std::f64::consts::LN_2, [0.0]));
    let mut state = scenes::state(mixture.components.clone(), Sampler::Exponential, 12, 64);
    state.classifier = classifier;
    suite::follows_the_reference(&state);
    train(&recipe, &mixture, |_| ()).unwrap();
    tested.gradient(1, &[0.3], &mut gradient);
    assert!(gradient[0] > 0.05);
}

/// The first weights of the last layer are 0, so that training begins where an untrained network is.
#[test]
fn training_begins_where_the_untrained_network_is() {
    let training = Training::new(&Recipe::default(), &pair()).unwrap();
    let network = training.network();
    let last = network.layers().pop().unwrap();
    assert!(network.values[last.weights].iter().chain(&network.values[last.biases]).all(|&value| value == 0.0));
}

/// The same recipe gives the same bits, whatever the machine: FNV-1a of all numbers of two small networks. In the
/// browser the same digests are asked for (www/lab/learn.test.ts).
#[test]
fn the_same_recipe_gives_the_same_network() {
    let digest = |recipe: &Recipe, mixture: &Mixture| {
        let training = train(recipe, mixture, |_| ()).unwrap();
        let bytes =
            training.network().values.iter().flat_map(|value| value.to_bits().to_le_bytes()).collect::<Vec<_>>();
        bytes
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    };
    let all = LossWeights { brier: 0.5, denoising: 0.3, gradient_penalty: 0.01, curvature: 0.001, ..CROSS_ENTROPY };
    let with_all = small(&[16, 8], Recipe { loss: all, weight_decay: 0.01, points: Some(300), ..Recipe::default() });
    let sine = Recipe {
        activation: Activation::Sine,
        fourier: Some(Fourier { features: 9, bandwidth: 3.0 }),
        ..small(&[16], Recipe::default())
    };
    let handled = Recipe { label_smoothing: 0.1, input_noise: 0.2, spectral_norm: Some(1.2), ..sine };
    let found = [digest(&with_all, &three_classes()), digest(&sine, &pair()), digest(&handled, &three_classes())];
    assert_eq!(found.map(|hash| format!("{hash:016x}")), DIGESTS);
}

const DIGESTS: [&str; 3] = ["a497bb90b4bd71f4", "8002e2cc378acc83", "d85a55fcadd25827"];

/// Trains and measures: KL and guidance error at each time.
fn measured(mixture: &Mixture, recipe: &Recipe, times: &[f64]) -> Vec<[f64; 2]> {
    train(recipe, mixture, |_| ()).unwrap();
    let mut state = scenes::state(mixture.components.clone(), Sampler::Exponential, 12, 64);
    state.classifier = Classifier::Learned(Learned { recipe: *recipe });
    let at = |&t: &f64| measures(&state, t).map(|found| [found.conditional_kl, found.guidance_mse]).unwrap();
    times.iter().map(at).collect()
}

fn geometric_mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    (values.clone().map(f64::ln).sum::<f64>() / values.count() as f64).exp()
}

/// Two networks with the same validation KL, one with random Fourier features: its guidance is many times as wrong.
#[test]
fn rough_features_steer_worse_at_the_same_kl() {
    let component = |x: f64, y: f64, class| scenes::component(0.25, &[x, y], &[&[0.25, 0.0], &[0.0, 0.25]], class);
    let mixture = Mixture::new(&[
        component(1.0, 1.0, 0),
        component(-1.0, -1.0, 0),
        component(1.0, -1.0, 1),
        component(-1.0, 1.0, 1),
    ]);
    let times = [0.1, 0.3, 0.6];
    let of = |fourier| {
        let recipe = Recipe { target_kl: Some(0.003), fourier, ..Recipe::default() };
        measured(&mixture, &recipe, &times)
    };
    let smooth = of(None);
    for (bandwidth, least) in [(6.0, 5.0), (3.0, 2.0)] {
        let rough = of(Some(Fourier { features: 128, bandwidth }));
        let ratio = geometric_mean(rough.iter().zip(&smooth).map(|(rough, smooth)| rough[1] / smooth[1]));
        assert!(ratio > least, "bandwidth {bandwidth}: {ratio}");
        let kls = geometric_mean(rough.iter().zip(&smooth).map(|(rough, smooth)| rough[0] / smooth[0]));
        assert!((0.4..2.5).contains(&kls), "the KLs are alike: {kls}");
    }
}

/// 5,000 points at one time, logistic regression on Fourier features: what the losses make of guidance.
#[test]
fn losses_compared_at_equal_data() {
    let with = |loss: LossWeights| {
        let recipe = |seed| Losses::recipe(loss, 5000, seed);
        let mut found: Vec<f64> = (1..=3).map(|seed| measured(&pair(), &recipe(seed), &[0.5])[0][1]).collect();
        found.sort_by(f64::total_cmp);
        found[1]
    };
    let [plain, _, curved, denoising, _] = Losses::new(Size::Small).weights().map(with);
    assert!(plain > 10.0 * curved, "{plain} {curved}");
    assert!(plain > 10.0 * denoising, "{plain} {denoising}");
}

/// A fixed set is learned by heart; wrong labels, weight decay and a target do what they say.
#[test]
fn handles_do_what_they_say() {
    let by_heart = Recipe {
        points: Some(100),
        steps: 1500,
        rate: 0.01,
        noise: [0.5, 0.5],
        batch: 64,
        hidden: Hidden::new(&[64]),
        ..Recipe::default()
    };
    let kl = |recipe: &Recipe| train(recipe, &pair(), |_| ()).unwrap().looks().last().unwrap().kl;
    let fresh = Recipe { points: None, ..by_heart };
    assert!(kl(&by_heart) > 5.0 * kl(&fresh));
    assert!(kl(&Recipe { flipped: 0.4, ..fresh }) > 5.0 * kl(&fresh));
    let norm = |recipe: &Recipe| {
        let network = train(recipe, &pair(), |_| ()).unwrap().network();
        network.values.iter().map(|&w| f64::from(w) * f64::from(w)).sum::<f64>()
    };
    assert!(norm(&Recipe { weight_decay: 1.0, ..fresh }) < 0.5 * norm(&fresh));
    let target = train(&Recipe { target_kl: Some(0.01), ..fresh }, &pair(), |_| ()).unwrap();
    assert_eq!(target.outcome(), Outcome::Target);
    assert!(target.steps_done() < 1500 && target.looks().last().unwrap().kl <= 0.01);
    let missed = train(&Recipe { target_kl: Some(1e-6), steps: 30, ..fresh }, &pair(), |_| ()).unwrap();
    assert_eq!((missed.outcome(), missed.steps_done()), (Outcome::Missed, 30));
}

/// What the network says after training on the pair at `t = .5`, against what is to be learned there, where there are
/// samples.
fn learns(recipe: Recipe, wanted: impl Fn(&[f64]) -> f64) {
    let recipe =
        Recipe { hidden: Hidden::new(&[32]), time: false, noise: [0.5, 0.5], steps: 2500, rate: 0.01, ..recipe };
    train(&recipe, &pair(), |_| ()).unwrap();
    let marginal = Marginal::new(&pair(), 0.5);
    let tested = Tested { marginal: &marginal, target: 1, classifier: Classifier::Learned(Learned { recipe }) };
    for i in -10..=10 {
        let x = [0.2 * f64::from(i)];
        let (found, wanted) = (tested.log_probability(1, &x).exp(), wanted(&x));
        assert!((found - wanted).abs() < 0.01, "{x:?}: {found} {wanted}");
    }
}

/// Smoothed labels are learned: `(1 - e) p + e/K`, the classifier `label-smoothing`, by either loss of probabilities.
#[test]
fn smoothed_labels_are_learned() {
    let marginal = Marginal::new(&pair(), 0.5);
    let classifier = Classifier::LabelSmoothing(LabelSmoothing { epsilon: 0.3 });
    let tested = Tested { marginal: &marginal, target: 1, classifier };
    for loss in [CROSS_ENTROPY, LossWeights { cross_entropy: 0.0, brier: 1.0, ..CROSS_ENTROPY }] {
        learns(Recipe { label_smoothing: 0.3, loss, ..Recipe::default() }, |x| tested.log_probability(1, x).exp());
    }
}

/// With noise on what it sees the network learns the posterior of the noised point: that of a mixture whose covariances
/// are wider by `s^2/u^2`, which at `t` is `s^2`.
#[test]
fn input_noise_widens_the_classes() {
    let mut wider = pair();
    for component in &mut wider.components {
        component.covariance[0][0] += 0.5_f64.powi(2) * 1.0_f64.exp();
    }
    let marginal = Marginal::new(&wider, 0.5);
    learns(Recipe { input_noise: 0.5, ..Recipe::default() }, |x| marginal.log_posterior(1, x).exp());
}

/// No layer stretches more than the bound, whatever the training would like.
#[test]
fn spectral_norms_stay_below_their_bound() {
    for (activation, fourier) in
        [(Activation::Tanh, None), (Activation::Relu, Some(Fourier { features: 8, bandwidth: 2.0 }))]
    {
        let free = Recipe { activation, fourier, rate: 0.02, ..small(&[16, 8], Recipe::default()) };
        let free = Recipe { steps: 310, ..free };
        let norms = |recipe: &Recipe| -> Vec<f64> {
            let network = train(recipe, &three_classes(), |_| ()).unwrap().network();
            network
                .layers()
                .iter()
                .map(|layer| spectral_norm(&network.values[layer.weights.clone()], layer.outputs))
                .collect()
        };
        for bound in [0.5, 1.5] {
            let bounded = norms(&Recipe { spectral_norm: Some(bound), ..free });
            assert!(bounded.iter().all(|&norm| norm <= bound * (1.0 + 1e-5)), "{bound}: {bounded:?}");
            assert!(bounded.iter().any(|&norm| norm > 0.999 * bound), "{bound}: {bounded:?}");
        }
        let wished = norms(&free);
        assert!(wished.iter().any(|&norm| norm > 2.0), "{wished:?}");
    }
}

/// The bound and all that it is made of, on the pair, by sums over a fine grid: the true logits `+-2 u x/C` are known, and the
/// network's derivatives are those that its training takes.
fn bound_by_hand(network: &Network, t: f64) -> [f64; 5] {
    let (u, spacing) = ((-t).exp(), 1e-3);
    let variance = u * u * 0.25 + 1.0 - u * u;
    let net = Net::<f64>::new(network);
    let first = network.frequencies() * network.dimension;
    let weights: Vec<f64> = network.values[first..].iter().map(|&w| w.into()).collect();
    let reach = u + 7.5 * variance.sqrt();
    let count = (2.0 * reach / spacing) as usize;
    let points: Vec<f64> = (0..count).map(|i| -reach + spacing * (i as f64 + 0.5)).collect();
    let batch = Batch {
        times: vec![network.time_feature(t); count],
        labels: vec![0; count],
        directions: vec![1.0; count],
        points,
        ..Batch::default()
    };
    let mut work = Workspace::default();
    let logits = net.forward(&weights, &batch, 2, &mut work).to_vec();
    let [mut kl, mut joint, mut rough, mut largest] = [0.0, 0.0, 0.0, 0.0_f64];
    for (i, &x) in batch.points.iter().enumerate() {
        // Of the difference of the two logits: the network's, and the true one.
        let part = |of: usize| logits[of * 2 * count + 2 * i + 1] - logits[of * 2 * count + 2 * i];
        let said = [part(0), part(1), part(2)];
        let truth = [2.0 * u * x / variance, 2.0 * u / variance, 0.0];
        for (sign, mean) in [(-1.0, -u), (1.0, u)] {
            // log sigmoid(sign z), its slope and its bend.
            let log = |[z, slope, bend]: [f64; 3]| {
                let other = 1.0 / (1.0 + (sign * z).exp());
                [
                    -(-sign * z).exp().ln_1p(),
                    sign * slope * other,
                    sign * bend * other - slope * slope * other * (1.0 - other),
                ]
            };
            let (found, exact) = (log(said), log(truth));
            let f = [found[0] - exact[0], found[1] - exact[1], found[2] - exact[2]];
            let density = 0.5 * (-0.5 * (x - mean) * (x - mean) / variance).exp()
                / (2.0 * std::f64::consts::PI * variance).sqrt()
                * spacing;
            kl -= density * f[0];
            joint += density * f[1] * f[1];
            rough += density * (f[2] - (x - mean) / variance * f[1]).powi(2);
            if density > 1e-12 * spacing {
                largest = largest.max(-f[0]);
            }
        }
    }
    let kappa = largest * largest / ((-largest).exp() - 1.0 + largest);
    [(kappa * kl * rough).sqrt(), joint, kl, largest, rough.sqrt()]
}

/// What is measured is below its bound, which is made of what is measured: for a rough and for a smooth network, on the pair
/// against sums by hand, in the plane against the exact readouts.
#[test]
fn the_guidance_error_is_below_its_bound() {
    let rough = Some(Fourier { features: 64, bandwidth: 12.0 });
    for (mixture, fourier) in [(pair(), rough), (pair(), None), (three_classes(), None)] {
        let recipe = Recipe { fourier, noise: [0.01, 8.0], steps: 300, batch: 128, ..Recipe::default() };
        let recipe = Recipe { hidden: Hidden::new(&[16]), ..recipe };
        let network = train(&recipe, &mixture, |_| ()).unwrap().network();
        let mut state = scenes::state(mixture.components.clone(), Sampler::Exponential, 12, 64);
        state.classifier = Classifier::Learned(Learned { recipe });
        for t in [0.1, 0.4, 1.2] {
            let found = error_bound(&state, t).unwrap();
            let told = (found.slope, found.bend);
            assert!(found.guidance_mse_joint < found.bound, "{t}: {found:?}");
            assert!(found.guidance_mse_joint < found.slope * found.slope && found.bend > 0.0, "{told:?}");
            if network.dimension == 1 {
                let wanted = bound_by_hand(&network, t);
                let parts = [found.bound, found.guidance_mse_joint, found.conditional_kl];
                let all = [parts[0], parts[1], parts[2], found.largest_shortfall, found.roughness];
                for (found, wanted) in all.into_iter().zip(wanted) {
                    assert!((found / wanted - 1.0).abs() < 0.02, "{t}: {all:?} {wanted:?}");
                }
            } else {
                let exact = measures(&state, t).unwrap();
                assert!((found.guidance_mse_joint / exact.guidance_mse_joint - 1.0).abs() < 2e-3);
                assert!((found.conditional_kl / exact.conditional_kl - 1.0).abs() < 2e-3);
            }
        }
    }
    // The closed form of docs/numerics.md: error over bound .961 for a wiggle.
    let wiggle = serde_json::json!({ "classifier": { "kind": "wiggle", "form": "logit", "frequency": 8.0,
        "amplitude": { "law": "inverse", "scale": 1.0 } } });
    let found = error_bound(&State::default().merge(&wiggle).unwrap(), 0.5).unwrap();
    assert!((found.guidance_mse_joint / found.bound - 0.961).abs() < 2e-3, "{found:?}");
    let relu = serde_json::json!({ "classifier": { "kind": "learned", "recipe": { "activation": "relu" } } });
    let error = error_bound(&State::default().merge(&relu).unwrap(), 0.5).unwrap_err();
    assert_eq!((error.path.as_str(), error.says.id()), ("classifier.recipe.activation", "kinks_have_no_bound"));
}

#[test]
fn what_cannot_be_trained_is_said() {
    let one = Mixture::new(&[scenes::component(1.0, &[0.0], &[&[1.0]], 0)]);
    let error = Training::new(&Recipe::default(), &one).unwrap_err();
    assert!(error.message.contains("a single class"), "{error}");
    // In each step the weights are multiplied by -9.
    let wild = Recipe { rate: 1.0, weight_decay: 10.0, ..Recipe::default() };
    let error = train(&wild, &pair(), |_| ()).unwrap_err();
    assert_eq!((error.path.as_str(), error.says.id()), ("classifier.recipe.rate", "training_diverged"));
    assert_eq!(*network(&wild, &pair()), Network::untrained(&wild, &pair()));
}
