//! A trained network as plain data, and the networks that are at hand.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::{MAX_CLASSES, Mixture, Recipe};

/// What a network's outputs say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Learns {
    /// The logit of each class.
    #[default]
    Classes,
    /// `v` of the score `s = -x - (u/sigma) v`: `d` numbers for the whole mixture, then `d` for each class alone.
    Scores,
}

/// A network for one mixture: of a classifier, or of a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// What it was trained by.
    pub recipe: Recipe,
    /// What its outputs say.
    pub learns: Learns,
    /// `d`.
    pub dimension: usize,
    /// The classes of the mixture.
    pub classes: Vec<usize>,
    /// The frequencies of the Fourier features, each `d` numbers; then of each layer the weights as `[input][output]`
    /// rows, and the biases.
    pub values: Vec<f32>,
}

/// One layer of a network: where its numbers stand among all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Numbers that enter.
    pub inputs: usize,
    /// Numbers that leave.
    pub outputs: usize,
    /// The weights, `inputs` rows of `outputs`.
    pub weights: Range<usize>,
    /// The biases.
    pub biases: Range<usize>,
}

impl Network {
    /// A classifier's network of this shape whose numbers are all 0: every class has the same probability, everywhere.
    pub fn untrained(recipe: &Recipe, mixture: &Mixture) -> Self {
        Self::blank(recipe, Learns::Classes, mixture.dimension, classes_of(mixture))
    }

    /// A score's network of this shape whose numbers are all 0: the score is `-x`, that of the noise.
    pub fn untrained_score(recipe: &Recipe, mixture: &Mixture) -> Self {
        Self::blank(recipe, Learns::Scores, mixture.dimension, classes_of(mixture))
    }

    /// A network whose numbers are all 0, in so many dimensions, for these classes.
    pub fn blank(recipe: &Recipe, learns: Learns, dimension: usize, classes: Vec<usize>) -> Self {
        let mut network = Self { recipe: *recipe, learns, dimension, classes, values: Vec::new() };
        network.values = vec![0.0; network.layers().last().map_or(0, |layer| layer.biases.end)];
        network
    }

    /// Numbers that leave the last layer.
    pub fn outputs(&self) -> usize {
        match self.learns {
            Learns::Classes => self.classes.len(),
            Learns::Scores => self.dimension * (1 + self.classes.len()),
        }
    }

    /// Where the numbers of a class's score start among the outputs.
    pub fn place_of(&self, class: usize) -> usize {
        self.dimension * (1 + self.classes.iter().position(|&other| other == class).unwrap_or_default())
    }

    /// `u/sigma` at a time: what a score's outputs are multiplied with. Before the earliest time of its samples the score
    /// is that of the earliest; after the latest it goes to `-x` as that of the mixture does.
    pub fn score_factor(&self, t: f64) -> f64 {
        let t = t.max(self.recipe.noise[0]);
        libm::exp(-t) / (-libm::expm1(-2.0 * t)).sqrt()
    }

    /// Whether it says something about this mixture: of as many coordinates, with the same classes.
    pub fn fits(&self, mixture: &Mixture) -> bool {
        self.dimension == mixture.dimension && self.classes == classes_of(mixture)
    }

    /// How many frequencies the Fourier features have.
    pub fn frequencies(&self) -> usize {
        self.recipe.fourier.map_or(0, |fourier| fourier.features.div_ceil(2))
    }

    /// Numbers that enter the first layer: coordinates, the time, cosines, sines.
    pub fn inputs(&self) -> usize {
        let features = self.recipe.fourier.map_or(0, |fourier| fourier.features);
        self.dimension + usize::from(self.recipe.time) + features
    }

    /// The layers, first to last.
    pub fn layers(&self) -> Vec<Layer> {
        let mut start = self.frequencies() * self.dimension;
        let mut inputs = self.inputs();
        let widths = self.recipe.hidden.widths().chain([self.outputs()]);
        widths
            .map(|outputs| {
                let weights = start..start + inputs * outputs;
                let biases = weights.end..weights.end + outputs;
                let layer = Layer { inputs, outputs, weights, biases: biases.clone() };
                (start, inputs) = (biases.end, outputs);
                layer
            })
            .collect()
    }

    /// What the network is told of a time: -sqrt 3 to sqrt 3 from the earliest to the latest of its samples, so that
    /// its variance over them is 1. The own logarithm of `libm`: the same bits on every machine.
    pub fn time_feature(&self, t: f64) -> f64 {
        let [from, to] = self.recipe.noise;
        if from >= to {
            return 0.0;
        }
        let place = libm::log(t.clamp(from, to) / from) / libm::log(to / from);
        (2.0 * place - 1.0) * 1.732_050_807_568_877_2
    }
}

/// The classes that have a component.
pub fn classes_of(mixture: &Mixture) -> Vec<usize> {
    let has = |&class: &usize| mixture.components.iter().any(|component| component.class == class);
    (0..MAX_CLASSES).filter(has).collect()
}

/// So many networks are kept.
const KEPT: usize = 16;

/// The last ones that were put, latest last, with their mixtures.
static NETWORKS: Mutex<Vec<(Mixture, Arc<Network>)>> = Mutex::new(Vec::new());

/// From now on the network of its recipe on a mixture. A few are kept; the one that was put first goes.
pub fn put_network(mixture: &Mixture, network: Arc<Network>) {
    let mut all = NETWORKS.lock().unwrap_or_else(PoisonError::into_inner);
    all.retain(|(of, other)| *of != *mixture || other.recipe != network.recipe || other.learns != network.learns);
    if all.len() == KEPT {
        all.remove(0);
    }
    all.push((mixture.clone(), network));
}

fn found(of_this: impl Fn(&Mixture, &Network) -> bool) -> Option<Arc<Network>> {
    let all = NETWORKS.lock().unwrap_or_else(PoisonError::into_inner);
    all.iter().find(|(of, network)| of_this(of, network)).map(|(_, network)| network.clone())
}

/// The classifier's network of a recipe on a mixture, as it was put last; before, the untrained one. One that was opened is
/// the same on every mixture that it fits.
pub fn network(recipe: &Recipe, mixture: &Mixture) -> Arc<Network> {
    let of_this = |of: &Mixture, network: &Network| {
        network.learns == Learns::Classes
            && network.recipe == *recipe
            && if recipe.weights.is_some() { network.fits(mixture) } else { *of == *mixture }
    };
    found(of_this).unwrap_or_else(|| Arc::new(Network::untrained(recipe, mixture)))
}

/// The score's network of a recipe on a mixture, as it was put last; before, the untrained one.
pub fn score_network(recipe: &Recipe, mixture: &Mixture) -> Arc<Network> {
    let of_this = |of: &Mixture, network: &Network| {
        network.learns == Learns::Scores && network.recipe == *recipe && *of == *mixture
    };
    found(of_this).unwrap_or_else(|| Arc::new(Network::untrained_score(recipe, mixture)))
}
