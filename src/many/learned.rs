//! Training in many dimensions, and what a trained network says: [`crate::learn`] on noised samples of a mixture.
//!
//! ```
//! use std::sync::Arc;
//! use guidance_lab::many::{Component, Covariance, Mixture, train};
//! use guidance_lab::model::Recipe;
//! let component = |mean: f64, class| Component {
//!     weight: 0.5,
//!     mean: vec![mean; 20],
//!     covariance: Covariance::Isotropic(0.25),
//!     class,
//! };
//! let mut mixture = Mixture::new(vec![component(-1.0, 0), component(1.0, 1)]).unwrap();
//! let recipe = Recipe { steps: 50, batch: 32, ..Recipe::default() };
//! let training = train(&recipe, &mixture, |_| {}).unwrap();
//! mixture.put_network(Arc::new(training.network()));
//! ```

use std::sync::Arc;

use super::exact::{Marginal, log_sum};
use super::mixture::Mixture;
use super::sample::Sampler;
use super::{MAX_CLASSES, MAX_DIMENSION};
use crate::engine::pack_network;
use crate::kernels;
use crate::kernels::network::Sight;
use crate::learn::{
    Chance, Data, MOST_CLASSES, Outcome, Sample, Training, Truth, check_fits_of, noise_at, open_network_of,
};
use crate::model::{LabError, Learns, Network, Noise, Recipe};
use crate::random::Philox;

const _: () = assert!(MOST_CLASSES == MAX_CLASSES, "a network tells apart all classes of a mixture");

/// Noised samples of a mixture, as a recipe says.
#[derive(Clone, Debug)]
pub struct Noised {
    mixture: Arc<Mixture>,
    chance: Chance,
}

impl Noised {
    /// Of a mixture and a recipe.
    pub fn new(recipe: &Recipe, mixture: Arc<Mixture>) -> Self {
        Self { chance: Chance::new(recipe, mixture.classes().len()), mixture }
    }
}

/// The functions of `libm`: the same times on every machine.
fn noise(time: f64) -> Noise {
    let (signal, variance) = noise_at(time);
    Noise { signal, variance }
}

impl Data for Noised {
    /// What is true at one costs as much as a step of training.
    const VALIDATION: usize = 512;

    fn dimension(&self) -> usize {
        self.mixture.dimension()
    }

    fn classes(&self) -> Vec<usize> {
        self.mixture.classes().to_vec()
    }

    fn spread(&self, axis: usize) -> f64 {
        self.mixture.mean_square(axis).sqrt()
    }

    fn draw(&self, rng: &mut Philox, sample: &mut Sample) {
        sample.time = self.chance.time(rng);
        let class = Sampler::new(&self.mixture, noise(sample.time), None).fill(rng, &mut sample.x, &mut sample.noise);
        sample.label = self.chance.label(self.mixture.place(class).unwrap_or_default(), rng);
    }

    fn truth(&self, time: f64, x: &[f64]) -> Truth {
        let marginal = Marginal::new(&self.mixture, noise(time));
        let point = marginal.at(x);
        Truth { log_posterior: point.log_posteriors(), score: point.score(None) }
    }

    fn class_score(&self, time: f64, x: &[f64], class: usize) -> Vec<f64> {
        Marginal::new(&self.mixture, noise(time)).at(x).score(Some(class))
    }
}

/// Trains to the end; `progress` hears of each step. The network counts once it is [put](Mixture::put_network).
///
/// # Errors
/// As [`Training::on`] and [`Training::step`].
pub fn train(
    recipe: &Recipe,
    mixture: &Mixture,
    mut progress: impl FnMut(&Training<Noised>),
) -> Result<Training<Noised>, LabError> {
    let mut training = Training::on(recipe, Learns::Classes, Noised::new(recipe, Arc::new(mixture.clone())))?;
    while training.outcome() == Outcome::Running {
        training.step()?;
        progress(&training);
    }
    Ok(training)
}

/// The network in the bytes of a file, for a mixture.
///
/// # Errors
/// As [`open_network_of`], and for a network of other coordinates or classes.
pub fn open_network(mixture: &Mixture, bytes: &[u8]) -> Result<Network, LabError> {
    let network = open_network_of(bytes, MAX_DIMENSION, MAX_CLASSES)?;
    check_fits_of(&network, mixture.dimension(), mixture.classes())?;
    Ok(network)
}

/// A network at one time, in f64.
#[derive(Clone, Debug)]
pub(super) struct Learned(kernels::Network<f64>);

impl Learned {
    pub fn new(network: &Network, t: f64) -> Self {
        Self(pack_network(network, &[t], 0))
    }

    /// `log phat(y|x)` of every class, and `grad log phat(c|x)` of the one at `place`.
    pub fn at(&self, x: &[f64], place: usize) -> (Vec<f64>, Vec<f64>) {
        let mut sight = Sight::default();
        let logits = sight.forward(&self.0, 0, x.len(), x);
        let all = log_sum(logits.iter().copied());
        let logs = logits.iter().map(|z| z - all).collect();
        sight.back(&self.0, x.len(), |_| place);
        (logs, sight.pull)
    }
}
