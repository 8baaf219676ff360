//! Training under way.

use std::sync::Arc;

use rand::RngExt as _;

use super::pass::{Batch, Net, Workspace};
use super::samples::{Data, Sample, Source, noise_at};
use super::spectral::Spectral;
use crate::kernels::network::{Adam, adam};
use crate::kernels::sincos;
use crate::model::{
    Activation, Classifier, LabError, LabErrorCode, Learns, Mixture, Network, Recipe, State, put_network,
};
use crate::random::{Philox, normals};
use crate::words::messages as says;

/// Steps between two looks at the validation samples.
pub const LOOK_EVERY: usize = 25;
/// Validation samples that go through the network together. They are the same for all recipes with the same times.
const TOGETHER: usize = 512;

/// What chance is drawn for, each with its own words (`random`).
const WEIGHTS: u32 = 0x4c00;
const POINTS: u32 = 0x4c01;
const BATCHES: u32 = 0x4c02;
const DIRECTIONS: u32 = 0x4c03;
const VALIDATING: u32 = 0x4c04;
const INPUT_NOISE: u32 = 0x4c05;

/// How training stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There are steps left.
    Running,
    /// All steps are done, and no target was set.
    Steps,
    /// The target was met.
    Target,
    /// All steps are done, and the target was not met.
    Missed,
}

/// What was seen of the training at a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// Steps done.
    pub step: usize,
    /// The mean loss since the look before; `NaN` at step 0.
    pub loss: f64,
    /// Over the validation samples the mean of `KL(p || phat)`; of a score, of `sigma^2 |s_theta - s|^2`, averaged over the
    /// score of the mixture and that of the sample's class.
    pub kl: f64,
}

/// A network in training.
#[derive(Debug)]
pub struct Training<Of = Source> {
    network: Network,
    net: Net<f32>,
    weights: Vec<f32>,
    /// What stands behind the weights if their norms have a bound.
    spectral: Option<Spectral<f32>>,
    gradient: Vec<f32>,
    moments: [Vec<f32>; 2],
    work: Workspace<f32>,
    batch: Batch<f32>,
    source: Of,
    /// The last that was drawn, as it is, and with the recipe's own noise.
    drawn: Sample,
    seen: Vec<f64>,
    direction: Vec<f64>,
    /// The fixed set of samples; empty where each batch is fresh.
    points: Vec<Sample>,
    batches: Philox,
    directions: Philox,
    input_noise: Philox,
    validation: Validation,
    step: usize,
    /// `beta_1^t`, `beta_2^t`.
    powers: [f64; 2],
    losses: f64,
    looks: Vec<Look>,
    outcome: Outcome,
}

/// Samples of which the truth is known.
#[derive(Debug)]
struct Validation {
    batches: Vec<Batch<f32>>,
    /// Of each, in the order of the batches, `log p(k|x)`; of a score, what the mixture's outputs and those of the class
    /// should be.
    truths: Vec<f64>,
}

const BETAS: [f64; 2] = [0.9, 0.999];
/// Power iterations, at most, before the network is looked at; between two looks there is one a step.
const SETTLED: usize = 200;

impl Training {
    /// At step 0, on a mixture in a few dimensions.
    ///
    /// # Errors
    /// `unsupported`, if the mixture has a single class.
    pub fn new(recipe: &Recipe, mixture: &Mixture) -> Result<Self, LabError> {
        Self::on(recipe, Learns::Classes, Source::new(mixture, recipe))
    }

    /// At step 0, of a score: of the whole mixture, and of each class.
    ///
    /// # Errors
    /// None, but as [`Training::on`] may have.
    pub fn of_score(recipe: &Recipe, mixture: &Mixture) -> Result<Self, LabError> {
        Self::on(recipe, Learns::Scores, Source::new(mixture, recipe))
    }
}

impl<Of: Data> Training<Of> {
    /// At step 0: the first weights are drawn, those of the last layer are 0.
    ///
    /// # Errors
    /// `unsupported`, if there is a single class, which leaves a classifier nothing to learn.
    pub fn on(recipe: &Recipe, learns: Learns, source: Of) -> Result<Self, LabError> {
        if recipe.weights.is_some() {
            let message = says::opened_is_not_trained();
            return Err(LabError::new(LabErrorCode::Inconsistent, "classifier.recipe.weights", message));
        }
        let mut network = Network::blank(recipe, learns, source.dimension(), source.classes());
        if learns == Learns::Classes && network.classes.len() < 2 {
            return Err(LabError::new(LabErrorCode::Unsupported, "mixture", says::one_class_to_learn()));
        }
        first_weights(&mut network, &source);
        let net = Net::new(&network);
        let weights = network.values[network.frequencies() * network.dimension..].to_vec();
        let mut of_points = Philox::for_purpose(recipe.seed, POINTS);
        let mut points = vec![Sample::default(); recipe.points.unwrap_or(0)];
        for point in &mut points {
            source.draw(&mut of_points, point);
        }
        let validation = Validation::new(&network, &source);
        let none = vec![0.0; weights.len()];
        let mut training = Self {
            net,
            spectral: recipe.spectral_norm.map(|bound| Spectral::new(&network, &weights, bound)),
            gradient: none.clone(),
            moments: [none.clone(), none],
            weights,
            work: Workspace::default(),
            batch: Batch::default(),
            source,
            drawn: Sample::default(),
            seen: Vec::new(),
            direction: Vec::new(),
            points,
            batches: Philox::for_purpose(recipe.seed, BATCHES),
            directions: Philox::for_purpose(recipe.seed, DIRECTIONS),
            input_noise: Philox::for_purpose(recipe.seed, INPUT_NOISE),
            validation,
            step: 0,
            powers: [1.0; 2],
            losses: 0.0,
            looks: Vec::new(),
            outcome: Outcome::Running,
            network,
        };
        training.bound(SETTLED);
        training.look(f64::NAN);
        Ok(training)
    }

    /// What its network's outputs say.
    pub fn learns(&self) -> Learns {
        self.network.learns
    }

    /// What it is trained by.
    pub fn recipe(&self) -> &Recipe {
        &self.network.recipe
    }

    /// Steps done.
    pub fn steps_done(&self) -> usize {
        self.step
    }

    /// Whether, and why, it has ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The looks so far, the first at step 0.
    pub fn looks(&self) -> &[Look] {
        &self.looks
    }

    /// The network as it is.
    pub fn network(&self) -> Network {
        let mut network = self.network.clone();
        let first = network.values.len() - self.weights.len();
        network.values[first..].copy_from_slice(&self.weights);
        network
    }

    /// One step; nothing once it has ended.
    ///
    /// # Errors
    /// `engine`, when the loss is no number any more; the network stays as it was.
    pub fn step(&mut self) -> Result<(), LabError> {
        if self.outcome != Outcome::Running {
            return Ok(());
        }
        self.fill_batch();
        let recipe = self.network.recipe;
        let Self { net, weights, batch, work, gradient, spectral, .. } = self;
        let loss = net.loss(weights, batch, &recipe.loss, work, gradient);
        if let Some(spectral) = spectral {
            spectral.pull_back(gradient);
        }
        if !loss.is_finite() || self.gradient.iter().any(|g| !g.is_finite()) {
            self.outcome = Outcome::Missed;
            let message = says::training_diverged(self.step, recipe.rate);
            let path = match self.network.learns {
                Learns::Classes => "classifier.recipe.rate",
                Learns::Scores => "score.recipe.rate",
            };
            return Err(LabError::new(LabErrorCode::Engine, path, message));
        }
        // (1 + cos(pi k/N))/2, by the cosine of half the angle.
        let half = std::f64::consts::FRAC_PI_2 * self.step as f64 / recipe.steps as f64;
        let cos = f64::from(sincos(half as f32)[1]);
        let rate = recipe.rate * cos * cos;
        for (power, beta) in self.powers.iter_mut().zip(BETAS) {
            *power *= beta;
        }
        let step = Adam {
            rate: (rate / (1.0 - self.powers[0])) as f32,
            second: (1.0 / (1.0 - self.powers[1])) as f32,
            betas: BETAS.map(|beta| beta as f32),
            epsilon: 1e-8,
            decay: (rate * recipe.weight_decay) as f32,
        };
        let [first, second] = &mut self.moments;
        let moved = self.spectral.as_mut().map_or(&mut self.weights, |spectral| &mut spectral.free);
        adam(step, moved, &self.gradient, first, second);
        self.step += 1;
        let looks = self.step.is_multiple_of(LOOK_EVERY) || self.step == recipe.steps;
        self.bound(if looks { SETTLED } else { 1 });
        self.losses += f64::from(loss);
        if looks {
            let since = self.step - self.looks.last().map_or(0, |look| look.step);
            let mean = self.losses / since as f64;
            self.losses = 0.0;
            self.look(mean);
        }
        Ok(())
    }

    /// The weights whose norms are bounded, from those that are free.
    fn bound(&mut self, iterations: usize) {
        if let Some(spectral) = &mut self.spectral {
            spectral.iterate(iterations);
            spectral.bound(&mut self.weights);
        }
    }

    fn look(&mut self, loss: f64) {
        let kl = match self.network.learns {
            Learns::Classes => self.validation.kl(&self.net, &self.weights, &mut self.work),
            Learns::Scores => self.validation.score_error(&self.net, &self.weights, &mut self.work),
        };
        self.looks.push(Look { step: self.step, loss, kl });
        let Recipe { target_kl, steps, .. } = self.network.recipe;
        self.outcome = match target_kl {
            Some(target) if kl <= target => Outcome::Target,
            _ if self.step < steps => Outcome::Running,
            Some(_) => Outcome::Missed,
            None => Outcome::Steps,
        };
    }

    fn fill_batch(&mut self) {
        let recipe = self.network.recipe;
        let d = self.network.dimension;
        self.batch.clear();
        for _ in 0..recipe.batch {
            let sample = match self.points.len() {
                0 => {
                    self.source.draw(&mut self.batches, &mut self.drawn);
                    &self.drawn
                }
                count => &self.points[self.batches.random_range(0..count as u32) as usize],
            };
            self.seen.clone_from(&sample.x);
            if recipe.input_noise > 0.0 {
                self.direction.resize(d, 0.0);
                normals(&mut self.input_noise, &mut self.direction);
                for (x, z) in self.seen.iter_mut().zip(&self.direction) {
                    *x += recipe.input_noise * z;
                }
            }
            self.batch.push(&self.network, sample, &self.seen);
            if recipe.loss.order() == 0 || self.network.learns == Learns::Scores {
                continue;
            }
            let direction = &mut self.direction;
            direction.clear();
            direction.resize(d, 1.0);
            if d > 1 {
                normals(&mut self.directions, direction);
                let length = direction.iter().map(|v| v * v).sum::<f64>().sqrt();
                for v in &mut *direction {
                    *v /= length;
                }
            }
            self.batch.directions.extend(direction.iter().map(|&v| v as f32));
            if recipe.loss.denoising > 0.0 {
                let (_, variance) = noise_at(sample.time);
                let sigma = variance.sqrt();
                let score = self.source.truth(sample.time, &sample.x).score;
                let pull: f64 = (0..d).map(|i| direction[i] * (score[i] + sample.noise[i] / sigma)).sum();
                self.batch.pulls.push(pull as f32);
                self.batch.variances.push(variance as f32);
            }
        }
    }
}

impl Batch<f32> {
    fn clear(&mut self) {
        let Self { points, times, labels, directions, pulls, variances, targets, shares } = self;
        labels.clear();
        [points, times, directions, pulls, variances, targets, shares].into_iter().for_each(Vec::clear);
    }

    /// A sample that is seen at `x`.
    fn push(&mut self, network: &Network, sample: &Sample, x: &[f64]) {
        self.points.extend(x.iter().map(|&x| x as f32));
        self.times.push(network.time_feature(sample.time) as f32);
        self.labels.push(sample.label);
        if network.learns == Learns::Scores {
            // v = (Z - sigma x)/u = u Z - sigma x_0.
            let (signal, variance) = noise_at(sample.time);
            let v = |(x, z): (&f64, &f64)| ((z - variance.sqrt() * x) / signal) as f32;
            self.targets.extend(sample.x.iter().zip(&sample.noise).map(v));
            self.shares.push((signal * signal) as f32);
        }
    }
}

impl Validation {
    fn new<Of: Data>(network: &Network, source: &Of) -> Self {
        let mut rng = Philox::for_purpose(0, VALIDATING);
        let (mut batches, mut truths) = (Vec::new(), Vec::new());
        let mut sample = Sample::default();
        for _ in 0..Of::VALIDATION / TOGETHER {
            let mut batch = Batch::default();
            for _ in 0..TOGETHER {
                source.draw(&mut rng, &mut sample);
                batch.push(network, &sample, &sample.x);
                let truth = source.truth(sample.time, &sample.x);
                if network.learns == Learns::Classes {
                    truths.extend(truth.log_posterior);
                    continue;
                }
                let (signal, variance) = noise_at(sample.time);
                for score in [truth.score, source.class_score(sample.time, &sample.x, sample.label)] {
                    let v = |(s, x): (&f64, &f64)| -(s + x) * variance.sqrt() / signal;
                    truths.extend(score.iter().zip(&sample.x).map(v));
                }
            }
            batches.push(batch);
        }
        Self { batches, truths }
    }

    /// `E sum_k p_k log(p_k/phat_k)`, in its form without negative terms: `p_k (r - 1 - log r)`, `r = phat_k/p_k`.
    fn kl(&self, net: &Net<f32>, weights: &[f32], work: &mut Workspace<f32>) -> f64 {
        let count = self.batches.len() * TOGETHER;
        let classes = self.truths.len() / count;
        let mut truths = self.truths.chunks_exact(classes);
        let mut total = 0.0;
        for batch in &self.batches {
            let logits = net.forward(weights, batch, 0, work);
            for (z, truth) in logits.chunks_exact(classes).zip(&mut truths) {
                let top = z.iter().fold(f64::NEG_INFINITY, |top, &z| top.max(z.into()));
                let log_sum = libm::log(z.iter().map(|&z| libm::exp(f64::from(z) - top)).sum::<f64>());
                for (&z, &exact) in z.iter().zip(truth) {
                    let tested = f64::from(z) - top - log_sum;
                    total += libm::exp(tested) - libm::exp(exact) * (1.0 + tested - exact);
                }
            }
        }
        total / count as f64
    }
}

impl Validation {
    /// `E sigma^2 |s_theta - s|^2`, which is `E u^2 |v_theta - v|^2`, averaged over the mixture and the class.
    fn score_error(&self, net: &Net<f32>, weights: &[f32], work: &mut Workspace<f32>) -> f64 {
        let mut truths = self.truths.iter();
        let mut total = 0.0;
        for batch in &self.batches {
            let d = batch.points.len() / TOGETHER;
            let outputs = net.forward(weights, batch, 0, work);
            let rows = outputs.chunks_exact(outputs.len() / TOGETHER).zip(&batch.labels).zip(&batch.shares);
            for ((row, label), &share) in rows {
                for place in [0, 1 + label] {
                    for (&v, exact) in row[place * d..][..d].iter().zip(&mut truths) {
                        total += 0.5 * f64::from(share) * (f64::from(v) - exact) * (f64::from(v) - exact);
                    }
                }
            }
        }
        total / (self.batches.len() * TOGETHER) as f64
    }
}

/// Draws the frequencies and the weights of all layers but the last: of a variance that keeps that of what enters.
fn first_weights(network: &mut Network, source: &impl Data) {
    let mut rng = Philox::for_purpose(network.recipe.seed, WEIGHTS);
    let d = network.dimension;
    let mut normal = |deviation: f64| {
        let mut z = [0.0];
        normals(&mut rng, &mut z);
        (deviation * z[0]) as f32
    };
    if let Some(fourier) = network.recipe.fourier {
        let waves = network.frequencies() * d;
        for wave in &mut network.values[..waves] {
            *wave = normal(fourier.bandwidth);
        }
    }
    // Coordinates may be far larger than 1.
    let spread = |axis: usize| source.spread(axis).max(1.0);
    let gain: f64 = if network.recipe.activation == Activation::Relu { 2.0 } else { 1.0 };
    let layers = network.layers();
    for (index, layer) in layers.iter().enumerate().take(layers.len() - 1) {
        let deviation = (gain / layer.inputs as f64).sqrt();
        for (input, row) in network.values[layer.weights.clone()].chunks_exact_mut(layer.outputs).enumerate() {
            let deviation = if index == 0 && input < d { deviation / spread(input) } else { deviation };
            for weight in row {
                *weight = normal(deviation);
            }
        }
    }
}

/// Trains to the end and puts the network at hand; `progress` hears of each step.
///
/// # Errors
/// As [`Training::new`] and [`Training::step`].
pub fn train(recipe: &Recipe, mixture: &Mixture, progress: impl FnMut(&Training)) -> Result<Training, LabError> {
    finish(Training::new(recipe, mixture)?, mixture, progress)
}

/// The same of a score.
///
/// # Errors
/// As [`Training::step`].
pub fn train_score(recipe: &Recipe, mixture: &Mixture, progress: impl FnMut(&Training)) -> Result<Training, LabError> {
    finish(Training::of_score(recipe, mixture)?, mixture, progress)
}

/// The networks that a state asks for, each with its recipe: of its classifier, of its score, of a weaker score. Not one that
/// is from a file.
pub fn wanted(state: &State) -> Vec<(Learns, Recipe)> {
    let mut wanted = Vec::new();
    if let Classifier::Learned(learned) = state.classifier
        && learned.recipe.weights.is_none()
    {
        wanted.push((Learns::Classes, learned.recipe));
    }
    if let Some(parts) = state.scored().learned {
        let recipes = [parts.main().copied(), parts.weaker()];
        wanted.extend(recipes.into_iter().flatten().map(|recipe| (Learns::Scores, recipe)));
    }
    wanted
}

/// Trains all that a state asks for, and puts it at hand.
///
/// # Errors
/// As [`Training::on`] and [`Training::step`].
pub fn train_wanted(state: &State, mut progress: impl FnMut(&Training)) -> Result<Vec<Training>, LabError> {
    let mixture = state.mixture();
    let train = |(learns, recipe): (Learns, Recipe)| {
        finish(Training::on(&recipe, learns, Source::new(&mixture, &recipe))?, &mixture, &mut progress)
    };
    wanted(state).into_iter().map(train).collect()
}

fn finish(
    mut training: Training,
    mixture: &Mixture,
    mut progress: impl FnMut(&Training),
) -> Result<Training, LabError> {
    while training.outcome() == Outcome::Running {
        training.step()?;
        progress(&training);
    }
    put_network(mixture, Arc::new(training.network()));
    Ok(training)
}
