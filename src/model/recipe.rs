//! What the training of a classifier depends on: the same recipe on the same mixture gives the same network. Or the file
//! that a network was opened from.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use strum::{VariantArray, VariantNames};

use super::field::{Field, FieldKind, choice, flag, ranged, text};
use super::reader::{Read, Reader, fault, type_error};
use super::{Fingerprint, LabErrorCode};
use crate::words::messages as says;

/// The most hidden layers.
pub const MAX_LAYERS: usize = 3;
/// The most neurons in one.
pub const MAX_WIDTH: usize = 128;
/// The most random Fourier features.
pub const MAX_FEATURES: usize = 256;

/// A network, its data, its loss and how it is trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Recipe {
    /// The widths of the hidden layers; none is logistic regression on the features.
    #[cfg_attr(test, ts(type = "number[]"))]
    pub hidden: Hidden,
    /// What a neuron makes of its sum.
    pub activation: Activation,
    /// Random Fourier features beside the coordinates.
    pub fourier: Option<Fourier>,
    /// Whether the network is told the time.
    pub time: bool,
    /// So many noised samples, drawn once; null: fresh ones for ever.
    pub points: Option<usize>,
    /// The earliest and the latest diffusion time of the samples, between which times are drawn log-uniformly.
    pub noise: [f64; 2],
    /// The share of labels that are replaced by another class.
    pub flipped: f64,
    /// The share of each label that is spread evenly over all classes.
    pub label_smoothing: f64,
    /// The standard deviation of what is added to each coordinate before the network sees it, new at each sight.
    pub input_noise: f64,
    /// The loss, a weighted sum.
    pub loss: LossWeights,
    /// What the weights lose of themselves in a step, over the learning rate.
    pub weight_decay: f64,
    /// The largest singular value that the weights of a layer may have; null: any.
    pub spectral_norm: Option<f64>,
    /// Samples in a batch.
    pub batch: usize,
    /// The first learning rate; it falls to 0 as a cosine.
    pub rate: f64,
    /// Steps.
    pub steps: usize,
    /// Training stops when the validation KL is at most this.
    pub target_kl: Option<f64>,
    /// The seed of weights, features and data.
    pub seed: u32,
    /// The file that the network was opened from, whose shape stands above; null: it is trained.
    #[cfg_attr(test, ts(as = "Option<String>"))]
    pub weights: Option<Fingerprint>,
}

/// The widths of up to [`MAX_LAYERS`] hidden layers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// 0 behind the last.
    widths: [u8; MAX_LAYERS],
}

/// What a neuron makes of its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "ActivationName"))]
pub enum Activation {
    /// `tanh a`.
    Tanh,
    /// `log(1 + e^a)`.
    Softplus,
    /// `max(a, 0)`.
    Relu,
    /// `sin a`.
    Sine,
}

/// Random Fourier features (Rahimi and Recht, 2007): cosines and sines of frequencies drawn from a Gaussian.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Fourier {
    /// How many: cosines, then as many sines (one less of an odd number).
    pub features: usize,
    /// The standard deviation of each coordinate of a frequency.
    pub bandwidth: f64,
}

/// The weights of the parts of the loss.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LossWeights {
    /// `-log phat(y|x)`.
    pub cross_entropy: f64,
    /// `sum_k (phat(k|x) - [k = y])^2`.
    pub brier: f64,
    /// `sigma^2 |s + grad log phat(y|x) + Z/sigma|^2`.
    pub denoising: f64,
    /// The mean over pairs of classes of `|grad (z_j - z_k)|^2`.
    pub gradient_penalty: f64,
    /// The same of the Hessian.
    pub curvature: f64,
}

impl Hidden {
    /// Of so many neurons each; what is beyond the limits is cut.
    pub fn new(widths: &[usize]) -> Self {
        let mut hidden = Self::default();
        for (to, &width) in hidden.widths.iter_mut().zip(widths) {
            *to = width.clamp(1, MAX_WIDTH) as u8;
        }
        hidden
    }

    /// The widths, first layer first.
    pub fn widths(self) -> impl Iterator<Item = usize> {
        self.widths.into_iter().map(usize::from).take_while(|&width| width > 0)
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.widths())
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let widths = Vec::<usize>::deserialize(deserializer)?;
        let hidden = Self::new(&widths);
        if hidden.widths().eq(widths) { Ok(hidden) } else { Err(D::Error::custom("not the widths of hidden layers")) }
    }
}

impl Default for Recipe {
    fn default() -> Self {
        Self {
            hidden: Hidden::new(&[64, 64]),
            activation: Activation::Tanh,
            fourier: None,
            time: true,
            points: None,
            noise: [0.03, 2.0],
            flipped: 0.0,
            label_smoothing: 0.0,
            input_noise: 0.0,
            loss: LossWeights { cross_entropy: 1.0, brier: 0.0, denoising: 0.0, gradient_penalty: 0.0, curvature: 0.0 },
            weight_decay: 0.0,
            spectral_norm: None,
            batch: 512,
            rate: 0.003,
            steps: 4000,
            target_kl: None,
            seed: 1,
            weights: None,
        }
    }
}

/// A recipe's fields, as parts of the state.
pub(super) const FIELDS: &[Field] = &[
    ranged(
        "classifier.recipe.hidden",
        FieldKind::List,
        (1.0, MAX_WIDTH as f64),
        "neurons",
        "The widths of at most 3 hidden layers; an empty list is logistic regression on the features. The range is of its entries.",
    ),
    choice(
        "classifier.recipe.activation",
        FieldKind::Choice,
        Activation::VARIANTS_NAMES,
        "What a neuron makes of its sum.",
    ),
    ranged(
        "classifier.recipe.fourier.features",
        FieldKind::Integer,
        (1.0, MAX_FEATURES as f64),
        "",
        "How many random Fourier features of x enter beside its coordinates: cosines, then sines. Without fourier (null) none do.",
    ),
    ranged(
        "classifier.recipe.fourier.bandwidth",
        FieldKind::Number,
        (0.01, 100.0),
        "radians per length",
        "The standard deviation of each coordinate of their frequencies.",
    ),
    flag(
        "classifier.recipe.time",
        "Whether the network is told the time, as the place of log t between the ends of noise.",
    ),
    ranged(
        "classifier.recipe.points",
        FieldKind::Integer,
        (100.0, 50_000.0),
        "samples",
        "So many noised samples are drawn once and for all; null draws fresh ones for every batch.",
    ),
    ranged(
        "classifier.recipe.noise",
        FieldKind::List,
        (0.001, 20.0),
        "time",
        "The earliest and the latest diffusion time of the samples, drawn log-uniformly between them; the range is of both. Outside them the network is told the nearer one.",
    ),
    ranged(
        "classifier.recipe.flipped",
        FieldKind::Number,
        (0.0, 1.0),
        "",
        "The share of labels that are replaced by another class, each as likely.",
    ),
    ranged(
        "classifier.recipe.labelSmoothing",
        FieldKind::Number,
        (0.0, 1.0),
        "",
        "The share of each label that is spread evenly over all classes.",
    ),
    ranged(
        "classifier.recipe.inputNoise",
        FieldKind::Number,
        (0.0, 10.0),
        "length",
        "The standard deviation of the Gaussian noise that is added to x each time the network sees a sample.",
    ),
    ranged(
        "classifier.recipe.loss.crossEntropy",
        FieldKind::Number,
        LOSS,
        "",
        "The weight of -log phat(y|x) in the loss.",
    ),
    ranged(
        "classifier.recipe.loss.brier",
        FieldKind::Number,
        LOSS,
        "",
        "The weight of sum_k (phat(k|x) - [k = y])^2 in the loss.",
    ),
    ranged(
        "classifier.recipe.loss.denoising",
        FieldKind::Number,
        LOSS,
        "",
        "The weight of sigma^2 |s + grad log phat(y|x) + Z/sigma|^2 in the loss, with the exact score s and the noise Z of the sample.",
    ),
    ranged(
        "classifier.recipe.loss.gradientPenalty",
        FieldKind::Number,
        LOSS,
        "length squared",
        "The weight of |grad (z_j - z_k)|^2 in the loss, averaged over the pairs of classes; z are the logits.",
    ),
    ranged(
        "classifier.recipe.loss.curvature",
        FieldKind::Number,
        LOSS,
        "length to the fourth",
        "The weight of the same with Hessians H: (2 |H|^2 + (tr H)^2)/3, the square of the second derivative in 1D.",
    ),
    ranged(
        "classifier.recipe.weightDecay",
        FieldKind::Number,
        (0.0, 10.0),
        "",
        "What the weights lose of themselves in a step, over the learning rate (AdamW).",
    ),
    ranged(
        "classifier.recipe.spectralNorm",
        FieldKind::Number,
        (0.1, 100.0),
        "",
        "The largest singular value that the weights of a layer may have; null allows any.",
    ),
    ranged("classifier.recipe.batch", FieldKind::Integer, (8.0, 4096.0), "samples", "Samples in a batch."),
    ranged(
        "classifier.recipe.rate",
        FieldKind::Number,
        (1e-6, 1.0),
        "",
        "The learning rate of Adam at the first step; it falls to 0 as a cosine.",
    ),
    ranged("classifier.recipe.steps", FieldKind::Integer, (1.0, 100_000.0), "steps", "Steps of training."),
    ranged(
        "classifier.recipe.targetKl",
        FieldKind::Number,
        (1e-6, 10.0),
        "nats",
        "Training stops when KL(p || phat), averaged over noised samples, is at most this; null does all steps.",
    ),
    ranged(
        "classifier.recipe.seed",
        FieldKind::Integer,
        (0.0, u32::MAX as f64),
        "",
        "The seed of the first weights, the Fourier features and the samples.",
    ),
    text(
        "classifier.recipe.weights",
        "The SHA-256 of the file that the network was opened from, 64 hexadecimal digits (docs/networks.md); null trains one. With a file, hidden, activation, fourier, time and noise are what the file says, and nothing else in the recipe counts.",
    ),
];

/// The range of a part's weight.
const LOSS: (f64, f64) = (0.0, 1000.0);

impl Activation {
    const VARIANTS_NAMES: &'static [&'static str] = <Self as VariantNames>::VARIANTS;
}

impl Recipe {
    /// Reads it from `classifier.recipe`, or another root.
    pub(super) fn read(reader: &mut Reader, root: &str, value: Option<&Value>, default: &Self) -> Read<Self> {
        let at = |key: &str| [root, ".", key].concat();
        let object = reader.object(
            value,
            root,
            &[
                "hidden",
                "activation",
                "fourier",
                "time",
                "points",
                "noise",
                "flipped",
                "labelSmoothing",
                "inputNoise",
                "loss",
                "weightDecay",
                "spectralNorm",
                "batch",
                "rate",
                "steps",
                "targetKl",
                "seed",
                "weights",
            ],
        )?;
        let given = |key: &str| object.get(key).filter(|value| !value.is_null());
        let hidden = hidden(reader, &at("hidden"), object.get("hidden"), default.hidden)?;
        let activation = reader.choice(object.get("activation"), &at("activation"), default.activation)?;
        let fourier = match given("fourier") {
            None => None,
            Some(value) => {
                let object = reader.object(Some(value), &at("fourier"), &["features", "bandwidth"])?;
                Some(Fourier {
                    features: reader.integer(object.get("features"), &at("fourier.features"), 128)? as usize,
                    bandwidth: reader.number(object.get("bandwidth"), &at("fourier.bandwidth"), 6.0)?,
                })
            }
        };
        let time = reader.flag(object.get("time"), &at("time"), default.time)?;
        let points = match given("points") {
            None => None,
            some => Some(reader.integer(some, &at("points"), 5000)? as usize),
        };
        let noise = noise(reader, &at("noise"), object.get("noise"), default.noise)?;
        let flipped = reader.number(object.get("flipped"), &at("flipped"), default.flipped)?;
        let smoothing = reader.number(object.get("labelSmoothing"), &at("labelSmoothing"), default.label_smoothing)?;
        let input_noise = reader.number(object.get("inputNoise"), &at("inputNoise"), default.input_noise)?;
        let loss = loss(reader, &at("loss"), object.get("loss"), default.loss)?;
        let decay = reader.number(object.get("weightDecay"), &at("weightDecay"), default.weight_decay)?;
        Ok(Self {
            hidden,
            activation,
            fourier,
            time,
            points,
            noise,
            flipped,
            label_smoothing: smoothing,
            input_noise,
            loss,
            weight_decay: decay,
            spectral_norm: reader.optional(object.get("spectralNorm"), &at("spectralNorm"))?,
            batch: reader.integer(object.get("batch"), &at("batch"), default.batch as u64)? as usize,
            rate: reader.number(object.get("rate"), &at("rate"), default.rate)?,
            steps: reader.integer(object.get("steps"), &at("steps"), default.steps as u64)? as usize,
            target_kl: match given("targetKl") {
                None => None,
                some => Some(reader.number(some, &at("targetKl"), 0.003)?),
            },
            seed: reader.integer(object.get("seed"), &at("seed"), default.seed.into())? as u32,
            weights: weights(reader, &at("weights"), given("weights"))?,
        })
    }
}

fn weights(reader: &mut Reader, path: &str, value: Option<&Value>) -> Read<Option<Fingerprint>> {
    let Some(value) = value else { return Ok(None) };
    if let Some(fingerprint) = value.as_str().and_then(|text| text.parse().ok()) {
        return Ok(Some(fingerprint));
    }
    let error = type_error(path, value, says::a_fingerprint());
    reader.settle(error, says::default_used(), None)
}

pub(super) fn hidden(reader: &mut Reader, path: &str, value: Option<&Value>, default: Hidden) -> Read<Hidden> {
    let Some(value) = value else { return Ok(default) };
    let Some(list) = value.as_array() else {
        return reader.settle(type_error(path, value, says::a_list_of_numbers()), says::default_used(), default);
    };
    if list.len() > MAX_LAYERS {
        let error = fault(LabErrorCode::Range, path, says::too_many_layers(path, list.len(), MAX_LAYERS));
        reader.settle(error, says::rest_left_out(), ())?;
    }
    let mut widths = Vec::new();
    for (i, value) in list.iter().take(MAX_LAYERS).enumerate() {
        let entry = format!("{path}[{i}]");
        let width = value.as_f64().filter(|width| width.fract() == 0.0);
        let Some(width) = width else {
            let error = type_error(&entry, value, says::a_whole_number());
            widths.push(reader.settle(error, says::used_instead(32_u64), 32)?);
            continue;
        };
        let field = reader.field(path);
        widths.push(reader.in_range(width, &entry, field)? as usize);
    }
    Ok(Hidden::new(&widths))
}

fn noise(reader: &mut Reader, path: &str, value: Option<&Value>, default: [f64; 2]) -> Read<[f64; 2]> {
    let Some(value) = value else { return Ok(default) };
    let pair = value.as_array().filter(|list| list.len() == 2);
    let pair = pair.and_then(|list| Some([list[0].as_f64()?, list[1].as_f64()?]));
    let Some([from, to]) = pair.filter(|pair| pair.iter().all(|time| time.is_finite())) else {
        return reader.settle(type_error(path, value, says::two_numbers()), says::default_used(), default);
    };
    let field = reader.field(path);
    let from = reader.in_range(from, &format!("{path}[0]"), field)?;
    let to = reader.in_range(to, &format!("{path}[1]"), field)?;
    if from > to {
        let error = fault(LabErrorCode::Inconsistent, path, says::times_reversed(path, from, to));
        return reader.settle(error, says::exchanged(), [to, from]);
    }
    Ok([from, to])
}

fn loss(reader: &mut Reader, path: &str, value: Option<&Value>, default: LossWeights) -> Read<LossWeights> {
    let keys = ["crossEntropy", "brier", "denoising", "gradientPenalty", "curvature"];
    let object = reader.object(value, path, &keys)?;
    let mut weights = [default.cross_entropy, 0.0, 0.0, 0.0, 0.0];
    for (weight, key) in weights.iter_mut().zip(keys) {
        *weight = reader.number(object.get(key), &format!("{path}.{key}"), *weight)?;
    }
    let [cross_entropy, brier, denoising, gradient_penalty, curvature] = weights;
    if cross_entropy == 0.0 && brier == 0.0 && denoising == 0.0 {
        let error = fault(LabErrorCode::Inconsistent, path, says::loss_without_labels(path));
        return reader.settle(error, says::default_used(), default);
    }
    Ok(LossWeights { cross_entropy, brier, denoising, gradient_penalty, curvature })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_spelled_alike() {
        for (activation, name) in <Activation as VariantArray>::VARIANTS.iter().zip(Activation::VARIANTS_NAMES) {
            assert_eq!(serde_json::to_value(activation).unwrap(), *name);
        }
    }
}
