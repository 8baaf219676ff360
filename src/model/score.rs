//! The score that the lane `tested` goes by: the exact one, or one that is wrong in a way that has a closed form.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{VariantArray, VariantNames};

use super::reader::{Read, Reader, fault, type_error};
use super::{Hidden, LabErrorCode, MAX_DIMENSION, Recipe};
use crate::words::messages as says;

/// The score of the lane `tested`; the other lanes have the exact one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Score {
    /// The score of the mixture.
    Exact,
    /// That of the mixture with `variance` added to every covariance: of a model that smooths.
    Inflated {
        /// What is added to every variance.
        variance: f64,
        /// What the weaker model adds, by which `guidance.guide` may guide.
        weaker: f64,
    },
    /// The exact one and a constant.
    Shifted {
        /// What is added, one number for each dimension.
        by: Vec<f64>,
    },
    /// The exact one times a factor.
    Scaled {
        /// The factor.
        by: f64,
    },
    /// That of a network trained on noised samples of the mixture.
    Learned(Box<LearnedScore>),
}

/// A network that says the score of the mixture and of each class, and a weaker one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LearnedScore {
    /// How it is trained; what belongs to classifiers stands at its default.
    pub recipe: Recipe,
    /// What the weaker model has else, by which `guidance.guide` may guide.
    pub weaker: Weaker,
    /// The score itself is exact, and what guides is learned: the difference of the pair, or the weaker model.
    pub exact: bool,
}

/// A smaller or less trained network of the same recipe.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Weaker {
    /// The widths of its hidden layers.
    #[cfg_attr(test, ts(type = "number[]"))]
    pub hidden: Hidden,
    /// Its steps of training.
    pub steps: usize,
}

impl Default for LearnedScore {
    fn default() -> Self {
        Self {
            // All times that a run asks about.
            recipe: Recipe { noise: [0.01, 4.0], ..Recipe::default() },
            weaker: Weaker { hidden: Hidden::new(&[8]), steps: 500 },
            exact: false,
        }
    }
}

impl LearnedScore {
    /// The recipe of the weaker network.
    pub fn weaker_recipe(&self) -> Recipe {
        Recipe { hidden: self.weaker.hidden, steps: self.weaker.steps, ..self.recipe }
    }
}

/// A learned score and what guides it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearnedParts {
    /// The networks.
    pub score: LearnedScore,
    /// What guides.
    pub guide: GuidedBy,
}

impl LearnedParts {
    /// The recipe of the network that is the score, or a part of what guides; `None` where both are exact.
    pub fn main(&self) -> Option<&Recipe> {
        (!self.score.exact || self.guide == GuidedBy::Pair).then_some(&self.score.recipe)
    }

    /// The recipe of the weaker network, if it guides.
    pub fn weaker(&self) -> Option<Recipe> {
        (self.guide == GuidedBy::Weaker).then(|| self.score.weaker_recipe())
    }
}

/// The names of the kinds of score in the state.
pub const SCORE_KINDS: &[&str] = &["exact", "inflated", "shifted", "scaled", "learned"];
/// The factors that are allowed.
const FACTORS: (f64, f64) = (0.1, 10.0);

/// What guides the lane `tested`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum GuidedBy {
    /// The classifier under test.
    #[default]
    Classifier,
    /// A weaker model of the target class: `s_weaker + gamma (s_main - s_weaker)` (autoguidance, arXiv 2406.02507).
    Weaker,
    /// The learned score of the target class less that of the mixture: classifier-free guidance (arXiv 2207.12598).
    Pair,
}

/// A score and what guides it, compiled: `scale s + shift` with the score `s` of the mixture whose covariances have
/// `inflation` added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// Added to every variance of the mixture.
    pub inflation: f64,
    /// The factor.
    pub scale: f64,
    /// The constant.
    pub shift: [f64; MAX_DIMENSION],
    /// With autoguidance, what the weaker model adds to every variance. Both models are of the target class alone.
    pub weaker: Option<f64>,
    /// A learned score, in the place of all this.
    pub learned: Option<LearnedParts>,
}

impl Scored {
    /// The exact score, guided by a classifier.
    pub const EXACT: Self =
        Self { inflation: 0.0, scale: 1.0, shift: [0.0; MAX_DIMENSION], weaker: None, learned: None };
}

impl Score {
    /// Compiles it.
    pub fn compiled(&self, guide: GuidedBy) -> Scored {
        let exact = Scored::EXACT;
        match self {
            Self::Exact => exact,
            &Self::Inflated { variance, weaker } => {
                Scored { inflation: variance, weaker: (guide == GuidedBy::Weaker).then_some(weaker), ..exact }
            }
            Self::Shifted { by } => {
                let mut shift = exact.shift;
                shift[..by.len()].copy_from_slice(by);
                Scored { shift, ..exact }
            }
            &Self::Scaled { by } => Scored { scale: by, ..exact },
            // Nothing is left of it.
            Self::Learned(score) if score.exact && guide == GuidedBy::Classifier => exact,
            Self::Learned(score) => Scored { learned: Some(LearnedParts { score: **score, guide }), ..exact },
        }
    }
}

/// Reads the object `score` of a state in so many dimensions.
pub(super) fn read(reader: &mut Reader, value: Option<&Value>, dimension: usize) -> Read<Score> {
    let kind = match value.and_then(Value::as_object) {
        Some(object) => reader.name(object.get("kind"), "score.kind", 0)?,
        None => 0,
    };
    let keys: &[&str] = match kind {
        0 => &["kind"],
        1 => &["kind", "variance", "weaker"],
        4 => &["kind", "recipe", "weaker", "exact"],
        _ => &["kind", "by"],
    };
    let object = reader.object(value, "score", keys)?;
    Ok(match kind {
        0 => Score::Exact,
        1 => Score::Inflated {
            variance: reader.number(object.get("variance"), "score.variance", 0.05)?,
            weaker: reader.number(object.get("weaker"), "score.weaker", 0.25)?,
        },
        2 => Score::Shifted { by: shift(reader, object.get("by"), dimension)? },
        3 => Score::Scaled { by: factor(reader, object.get("by"))? },
        _ => {
            let default = LearnedScore::default();
            let own = reader.object(object.get("weaker"), "score.weaker", &["hidden", "steps"])?;
            let (hidden, steps) = (default.weaker.hidden, default.weaker.steps as u64);
            Score::Learned(Box::new(LearnedScore {
                recipe: recipe_of_score(reader, object.get("recipe"), &default.recipe)?,
                weaker: Weaker {
                    hidden: super::recipe::hidden(reader, "score.weaker.hidden", own.get("hidden"), hidden)?,
                    steps: reader.integer(own.get("steps"), "score.weaker.steps", steps)? as usize,
                },
                exact: reader.flag(object.get("exact"), "score.exact", default.exact)?,
            }))
        }
    })
}

/// A recipe without what belongs to classifiers.
fn recipe_of_score(reader: &mut Reader, value: Option<&Value>, default: &Recipe) -> Read<Recipe> {
    let mut recipe = Recipe::read(reader, "score.recipe", value, default)?;
    let given = recipe;
    let foreign = [
        ("labelSmoothing", given.label_smoothing > 0.0),
        ("loss", given.loss != default.loss),
        ("targetKl", given.target_kl.is_some()),
        ("weights", given.weights.is_some()),
    ];
    for (key, _) in foreign.into_iter().filter(|&(_, differs)| differs) {
        let path = ["score.recipe.", key].concat();
        let error = fault(LabErrorCode::Inconsistent, &path, says::of_classifiers_alone(&*path));
        reader.settle(error, says::default_used(), ())?;
    }
    let Recipe { label_smoothing, loss, target_kl, weights, .. } = *default;
    recipe = Recipe { label_smoothing, loss, target_kl, weights, ..recipe };
    Ok(recipe)
}

fn shift(reader: &mut Reader, value: Option<&Value>, dimension: usize) -> Read<Vec<f64>> {
    let default = || (0..dimension).map(|axis| if axis == 0 { 0.3 } else { 0.0 }).collect::<Vec<_>>();
    let Some(value) = value else { return Ok(default()) };
    let list: Option<Vec<f64>> = value.as_array().and_then(|list| list.iter().map(Value::as_f64).collect());
    match list {
        Some(list) if list.len() == dimension && list.iter().all(|entry| entry.is_finite()) => list
            .iter()
            .enumerate()
            .map(|(axis, &entry)| reader.in_range(entry, &format!("score.by[{axis}]"), reader.field("score.by")))
            .collect(),
        Some(list) if list.iter().all(|entry| entry.is_finite()) => {
            let message = says::shift_length("score.by", list.len(), dimension);
            let error = fault(LabErrorCode::Inconsistent, "score.by", message);
            let mended = (0..dimension).map(|axis| list.get(axis).copied().unwrap_or(0.0).clamp(-10.0, 10.0)).collect();
            reader.settle(error, says::default_used(), mended)
        }
        _ => reader.settle(type_error("score.by", value, says::a_list_of_numbers()), says::default_used(), default()),
    }
}

fn factor(reader: &mut Reader, value: Option<&Value>) -> Read<f64> {
    let Some(value) = value else { return Ok(1.1) };
    let (least, most) = FACTORS;
    match value.as_f64().filter(|factor| factor.is_finite()) {
        Some(factor) if (least..=most).contains(&factor) => Ok(factor),
        Some(factor) => {
            let error = fault(LabErrorCode::Range, "score.by", says::out_of_range("score.by", factor, least, most));
            let nearest = factor.max(least).min(most);
            reader.settle(error, says::used_instead(nearest), nearest)
        }
        None => reader.settle(type_error("score.by", value, says::a_finite_number()), says::used_instead(1.1), 1.1),
    }
}
