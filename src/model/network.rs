//! A trained network as plain data, and the networks that are at hand.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::{MAX_CLASSES, Mixture, Recipe};

/// A classifier's network for one mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// What it was trained by.
    pub recipe: Recipe,
    /// `d`.
    pub dimension: usize,
    /// The classes of the mixture, one for each output.
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
    /// A network of this shape whose numbers are all 0: every class has the same probability, everywhere.
    pub fn untrained(recipe: &Recipe, mixture: &Mixture) -> Self {
        Self::blank(recipe, mixture.dimension, classes_of(mixture))
    }

    /// The same in so many dimensions, for these classes.
    pub fn blank(recipe: &Recipe, dimension: usize, classes: Vec<usize>) -> Self {
        let mut network = Self { recipe: *recipe, dimension, classes, values: Vec::new() };
        network.values = vec![0.0; network.layers().last().map_or(0, |layer| layer.biases.end)];
        network
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
        let widths = self.recipe.hidden.widths().chain([self.classes.len()]);
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
    all.retain(|(of, other)| *of != *mixture || other.recipe != network.recipe);
    if all.len() == KEPT {
        all.remove(0);
    }
    all.push((mixture.clone(), network));
}

/// The network of a recipe on a mixture, as it was put last; before, the untrained one. One that was opened is the same on
/// every mixture that it fits.
pub fn network(recipe: &Recipe, mixture: &Mixture) -> Arc<Network> {
    let all = NETWORKS.lock().unwrap_or_else(PoisonError::into_inner);
    let of_this = |(of, network): &&(Mixture, Arc<Network>)| {
        network.recipe == *recipe && if recipe.weights.is_some() { network.fits(mixture) } else { *of == *mixture }
    };
    let found = all.iter().find(of_this);
    found.map_or_else(|| Arc::new(Network::untrained(recipe, mixture)), |(_, network)| network.clone())
}
