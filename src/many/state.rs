//! A state whose mixture has many dimensions: the same JSON object with fewer fields. Its covariances are
//! `{ "diagonal": [...], "factors": [[...]] }`, `factors` being the columns of `F` in `diag(diagonal) + F F^T`, or rows.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::mixture::{Component, Covariance, Mixture};
use crate::model::{
    Classifier, Grid, LabError, LabErrorCode, Lane, Learned, MAX_DIMENSION, Network, Process, Sampler, State,
};
use crate::words::messages as says;

/// What it may have; `guidance` has two fields.
const FIELDS: [&str; 9] =
    ["version", "mixture", "labels", "process", "guidance", "classifier", "compare", "particles", "seed"];
const GUIDANCE: [&str; 2] = ["target", "gamma"];
/// Particles of each lane where the state does not say.
const PARTICLES: usize = 1000;

/// A state whose mixture has many dimensions.
#[derive(Clone, Debug)]
pub struct ManyState {
    /// The components as they are written.
    pub components: Vec<Component>,
    /// The name of each class; empty where it is the number.
    pub labels: Vec<String>,
    /// The class that all particles are guided to; `None` for each class in turn.
    pub target: Option<usize>,
    /// All else: process, classifier, scale, lanes, particles and seed. Its mixture is not looked at.
    pub settings: State,
    mixture: Mixture,
}

impl ManyState {
    /// Whether a state is one of many dimensions: a covariance is given by its diagonal, or a mean has more numbers than a
    /// state of few dimensions takes.
    pub fn is_one(value: &Value) -> bool {
        let many = |component: &Value| {
            component["covariance"].is_object()
                || component["mean"].as_array().is_some_and(|mean| mean.len() > MAX_DIMENSION)
        };
        value["mixture"].as_array().is_some_and(|components| components.iter().any(many))
    }

    /// A state with this mixture, guided to its last class; noise as the gallery of digits has it.
    ///
    /// # Errors
    /// As [`Mixture::new`].
    pub fn of(components: Vec<Component>, labels: Vec<String>, seed: u32) -> Result<Self, LabError> {
        let mixture = Mixture::new(components.clone())?;
        let mut settings = base();
        settings.seed = seed;
        Ok(Self { components, labels, target: mixture.classes().last().copied(), settings, mixture })
    }

    /// Reads a state strictly.
    ///
    /// # Errors
    /// With the path of what is wrong.
    pub fn from_value(value: &Value) -> Result<Self, LabError> {
        let none = Map::new();
        let entries = value.as_object().unwrap_or(&none);
        known(entries, "", &FIELDS)?;
        let guidance = value["guidance"].as_object().unwrap_or(&none);
        known(guidance, "guidance.", &GUIDANCE)?;
        let written = value["mixture"].as_array().map(Vec::as_slice).unwrap_or_default();
        let components = written.iter().enumerate().map(component).collect::<Result<Vec<_>, _>>()?;
        let labels = match entries.get("labels") {
            None => Vec::new(),
            Some(labels) => serde_json::from_value(labels.clone()).map_err(|error| wrong("labels", &error))?,
        };
        let mut rest = entries.clone();
        for field in ["mixture", "labels", "guidance"] {
            rest.remove(field);
        }
        if let Some(gamma) = guidance.get("gamma") {
            rest.insert("guidance".into(), json!({ "gamma": gamma }));
        }
        let settings = State::merged(base().to_value(), &Value::Object(rest))?;
        let state = Self::of(components, labels, settings.seed)?;
        let target = match guidance.get("target") {
            None => state.target,
            Some(Value::Null) => None,
            Some(target) => Some(target.as_u64().map_or(usize::MAX, |target| target as usize)),
        };
        if let Some(target) = target.filter(|&target| state.mixture.place(target).is_none()) {
            let classes: Vec<String> = state.mixture.classes().iter().map(ToString::to_string).collect();
            let message = says::no_such_class("guidance.target", target, classes.join(", "));
            return Err(LabError::new(LabErrorCode::Range, "guidance.target", message));
        }
        Ok(Self { target, settings, ..state })
    }

    /// The state as JSON; [`Self::from_value`] gives it back.
    pub fn to_value(&self) -> Value {
        let Value::Object(mut entries) = self.settings.to_value() else { unreachable!("a state is an object") };
        entries.retain(|field, _| FIELDS.contains(&field.as_str()));
        let written = self.components.iter().map(|component| {
            let covariance = match &component.covariance {
                Covariance::Isotropic(variance) => json!({ "diagonal": vec![variance; component.mean.len()] }),
                Covariance::Diagonal(diagonal) => json!({ "diagonal": diagonal }),
                Covariance::LowRank { diagonal, factors } => json!({ "diagonal": diagonal, "factors": factors }),
                Covariance::Full(rows) => json!(rows),
            };
            json!({ "weight": component.weight, "mean": component.mean, "covariance": covariance, "class": component.class })
        });
        entries.insert("mixture".into(), written.collect());
        entries.insert("labels".into(), json!(self.labels));
        entries.insert("guidance".into(), json!({ "target": self.target, "gamma": self.settings.guidance.gamma }));
        Value::Object(entries)
    }

    /// The lanes: `tested`, then those of `compare`.
    pub fn lanes(&self) -> Vec<Lane> {
        [Lane::Tested]
            .into_iter()
            .chain(self.settings.compare.iter().copied().filter(|&lane| lane != Lane::Tested))
            .collect()
    }

    /// The mixture, ready to be used.
    pub fn mixture(&self) -> &Mixture {
        &self.mixture
    }

    /// From now on the classifier under test is a network from a file.
    ///
    /// # Panics
    /// If it is one of another dimension or of other classes: see [`open_network`](super::open_network).
    pub fn put_network(&mut self, network: Network) {
        self.settings.classifier = Classifier::Learned(Learned { recipe: network.recipe });
        self.mixture.put_network(network.into());
    }

    /// The classes that particles are guided to, in turn.
    pub fn targets(&self) -> Vec<usize> {
        self.target.map_or_else(|| self.mixture.classes().to_vec(), |target| vec![target])
    }
}

/// What a state does not say.
fn base() -> State {
    let process =
        Process { horizon: 6.0, stop: 0.002, steps: 100, grid: Grid::Quadratic, sampler: Sampler::Exponential };
    let compare = vec![Lane::Conditional, Lane::Unguided];
    let mut state = State { process, compare, classifier: Classifier::EXACT, ..State::default() };
    state.guidance.gamma = 1.0;
    state.particles = PARTICLES;
    state
}

fn known(entries: &Map<String, Value>, at: &str, fields: &[&str]) -> Result<(), LabError> {
    let Some(field) = entries.keys().find(|field| !fields.contains(&field.as_str())) else { return Ok(()) };
    let path = format!("{at}{}", field.chars().take(40).collect::<String>());
    Err(LabError::new(LabErrorCode::UnknownKey, path.clone(), says::unknown_key(path, fields.join(", "))))
}

fn wrong(path: &str, error: &serde_json::Error) -> LabError {
    LabError::new(LabErrorCode::Type, path, says::only(format!("{path}: {error}")))
}

/// A component as it is written.
fn component((index, value): (usize, &Value)) -> Result<Component, LabError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written {
        weight: f64,
        mean: Vec<f64>,
        covariance: Value,
        class: usize,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Factors {
        diagonal: Vec<f64>,
        #[serde(default)]
        factors: Vec<Vec<f64>>,
    }
    let path = format!("mixture[{index}]");
    let Written { weight, mean, covariance, class } =
        Written::deserialize(value).map_err(|error| wrong(&path, &error))?;
    let place = format!("{path}.covariance");
    let covariance = if covariance.is_object() {
        let Factors { diagonal, factors } = Factors::deserialize(&covariance).map_err(|error| wrong(&place, &error))?;
        Covariance::LowRank { diagonal, factors }
    } else {
        Covariance::Full(Vec::deserialize(&covariance).map_err(|error| wrong(&place, &error))?)
    };
    Ok(Component { weight, mean, covariance, class })
}
