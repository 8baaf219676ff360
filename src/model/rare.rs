//! What most states do without: rules of the guidance, another score, classifiers beyond those of the first figures.
//! In a browser it is in a part of the module (docs/decisions/0005-split-module.md), which is fetched when a state
//! needs it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::process::MIN_GEOMETRIC_STOP;
use super::reader::{Entries, Read, Reader, fault};
use super::{
    Classifier, GradientAt, Guidance, GuidedBy, LabErrorCode, Lane, Process, Ramp, Rules, Sampler, Score, Scored,
    State, Weight, classifier, score, symmetric_eigen,
};
use crate::words::{self, messages as says};

/// Values and vectors.
type Eigen = (Vec<f64>, Vec<Vec<f64>>);

/// What such a state needs.
#[derive(Clone, Copy)]
pub(super) struct Rare {
    /// Reads it into a state of which the rest has been read.
    pub read: fn(&mut Reader, Entries, &mut State) -> Read<()>,
    /// Writes it beside the rest.
    write: fn(&State, &mut Map<String, Value>),
    /// Eigenvalues and vectors of its covariances in more than one dimension.
    pub eigen: fn(&[Vec<f64>]) -> Eigen,
    /// The times of its grid.
    pub logistic: fn(&Process) -> Vec<f64>,
    /// The rules of its guidance.
    rules: fn(&State) -> Rules,
    /// Its score, and what guides it.
    scored: fn(&State) -> Scored,
}

const RARE: Rare = Rare { read, write: write_any, eigen: symmetric_eigen, logistic: Process::logistic, rules, scored };

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn rare() -> Rare {
    RARE
}

#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Rare> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
pub(super) fn rare() -> Rare {
    let Some(rare) = FETCHED.get() else { unreachable!("fetched before") };
    *rare
}

/// Puts at hand what rare states need.
#[cfg(target_arch = "wasm32")]
pub fn bring_rare() {
    let _ = FETCHED.set(RARE);
}

/// Whether a state can be read, as JSON: what it needs is there.
#[cfg(target_arch = "wasm32")]
pub fn is_at_hand(value: &Value) -> bool {
    FETCHED.get().is_some() || !is_rare(value)
}

/// The value of a rule that is none.
enum Plain {
    Number(f64),
    Name(&'static str),
    Null,
}

/// The rules.
const PLAIN: [(&str, Plain); 9] = [
    ("outside", Plain::Number(1.0)),
    ("sigmaPower", Plain::Number(0.0)),
    ("parallel", Plain::Number(1.0)),
    ("rescale", Plain::Number(0.0)),
    ("schedule", Plain::Name("constant")),
    ("at", Plain::Name("present")),
    ("guide", Plain::Name("classifier")),
    ("clip", Plain::Null),
    ("threshold", Plain::Null),
];

impl Plain {
    fn is(&self, found: &Value) -> bool {
        match *self {
            Self::Number(plain) => found.as_f64() == Some(plain),
            Self::Name(plain) => found.as_str() == Some(plain),
            Self::Null => found.is_null(),
        }
    }
}

/// Whether a state as JSON has something of what is read here.
pub(super) fn is_rare(value: &Value) -> bool {
    let of = |part: &str, key: &str| value.get(part).and_then(|part| part.get(key));
    let named = |part, key, plain: &[&str]| {
        of(part, key).is_some_and(|name| !name.as_str().is_some_and(|name| plain.contains(&name)))
    };
    let rule = |key| of("guidance", key);
    let rows = |component: &Value| component.get("covariance").and_then(Value::as_array).map_or(1, Vec::len);
    value.get("mixture").and_then(Value::as_array).is_some_and(|list| list.iter().any(|one| rows(one) > 1))
        || named("classifier", "kind", &["exact", "wiggle"])
        || named("score", "kind", &["exact"])
        || of("process", "sampler").and_then(Value::as_str) == Some("cfg++")
        || of("process", "grid").and_then(Value::as_str) == Some("logistic")
        || rule("gamma").and_then(Value::as_f64).is_some_and(|gamma| gamma < 0.0)
        || PLAIN.iter().any(|(key, plain)| rule(key).is_some_and(|found| !plain.is(found)))
}

/// Writes what the derived code leaves out: the classifier, the score, the rules of the guidance. A state of the first
/// figures is written without the code for the others, which a browser may not have.
pub(super) fn write(state: &State, entries: &mut Map<String, Value>) {
    if !cfg!(target_arch = "wasm32") || !write_plain(state, entries) {
        (rare().write)(state, entries);
    }
}

/// The same if the state is one of the first figures, and whether it is. Whole numbers may be written as others are: in a
/// browser they are one type.
fn write_plain(state: &State, entries: &mut Map<String, Value>) -> bool {
    let wiggle = match state.classifier {
        Classifier::Exact(_) => None,
        Classifier::Wiggle(wiggle) => Some(wiggle),
        _ => return false,
    };
    if state.score != Score::Exact || !has_no_rule(&state.guidance) {
        return false;
    }
    let mut classifier = entries_of(&wiggle);
    let kind = if wiggle.is_some() { "wiggle" } else { "exact" };
    classifier.insert("kind".into(), kind.into());
    entries.insert("classifier".into(), classifier.into());
    let mut score = Map::new();
    score.insert("kind".into(), "exact".into());
    entries.insert("score".into(), score.into());
    let Some(Value::Object(guidance)) = entries.get_mut("guidance") else { return true };
    for (key, plain) in PLAIN {
        let value = match plain {
            Plain::Number(plain) => plain.into(),
            Plain::Name(plain) => plain.into(),
            Plain::Null => Value::Null,
        };
        guidance.insert(key.into(), value);
    }
    true
}

fn entries_of(value: &impl Serialize) -> Map<String, Value> {
    let Ok(Value::Object(entries)) = serde_json::to_value(value) else { return Map::new() };
    entries
}

fn write_any(state: &State, entries: &mut Map<String, Value>) {
    let Guidance { outside, sigma_power, clip, schedule, parallel, rescale, threshold, at, guide, .. } = state.guidance;
    entries.insert("classifier".into(), entries_of(&state.classifier).into());
    entries.insert("score".into(), entries_of(&state.score).into());
    let Some(Value::Object(guidance)) = entries.get_mut("guidance") else { return };
    let rules = serde_json::json!({
        "outside": outside, "sigmaPower": sigma_power, "clip": clip, "schedule": schedule, "parallel": parallel,
        "rescale": rescale, "threshold": threshold, "at": at, "guide": guide,
    });
    guidance.extend(entries_of(&rules));
}

/// Whether a guidance has neither rules nor another guide, whatever its weight and interval.
fn has_no_rule(guidance: &Guidance) -> bool {
    let &Guidance { target, gamma, from, to, adaptive, .. } = guidance;
    *guidance == Guidance { from, to, adaptive, ..Guidance::constant(target, gamma) }
}

impl State {
    /// The weight of the lanes `tested` and `exact`, with the rules, which are the implementer's: the other lanes
    /// are the truth.
    pub fn weight(&self) -> Weight {
        let guidance = &self.guidance;
        let &Guidance { gamma, from, to, adaptive, outside, .. } = guidance;
        let rules = if has_no_rule(guidance) && self.process.sampler != Sampler::CfgPlusPlus {
            Rules::NONE
        } else {
            (rare().rules)(self)
        };
        Weight { gamma, outside: f64::from(outside), from, to, adaptive, rules }
    }

    /// The score of the lane `tested`, and what guides it.
    pub fn scored(&self) -> Scored {
        if self.score == Score::Exact { Scored::EXACT } else { (rare().scored)(self) }
    }
}

fn read(reader: &mut Reader, object: Entries, state: &mut State) -> Read<()> {
    let dimension = state.mixture[0].mean.len();
    let entries = object.get("guidance").and_then(Value::as_object);
    let rules = |key: &str| entries.and_then(|entries| entries.get(key));
    let default = state.guidance;
    let guidance = &mut state.guidance;
    let outside = f64::from(default.outside);
    guidance.outside = reader.whole(rules("outside"), "guidance.outside", outside)? as u8;
    let power = f64::from(default.sigma_power);
    guidance.sigma_power = reader.whole(rules("sigmaPower"), "guidance.sigmaPower", power)? as i8;
    guidance.clip = reader.optional(rules("clip"), "guidance.clip")?;
    guidance.schedule = reader.choice(rules("schedule"), "guidance.schedule", default.schedule)?;
    guidance.parallel = reader.number(rules("parallel"), "guidance.parallel", default.parallel)?;
    guidance.rescale = reader.number(rules("rescale"), "guidance.rescale", default.rescale)?;
    guidance.threshold = reader.optional(rules("threshold"), "guidance.threshold")?;
    guidance.at = reader.choice(rules("at"), "guidance.at", default.at)?;
    guidance.guide = reader.choice(rules("guide"), "guidance.guide", default.guide)?;
    without_meaning(reader, state, dimension)?;

    if let Some(classifier) = classifier::read_any(reader, object.get("classifier"))? {
        state.classifier = classifier;
    }
    let horizon = state.process.horizon;
    if let Classifier::NoiseBlind(blind) = &mut state.classifier
        && blind.time > horizon
    {
        let message = says::trained_beyond_the_horizon("classifier.time", blind.time, horizon);
        let error = fault(LabErrorCode::Inconsistent, "classifier.time", message);
        blind.time = reader.settle(error, says::used_instead(horizon), horizon)?;
    }
    state.score = score::read(reader, object.get("score"), dimension)?;
    let needed = match (state.guidance.guide, &state.score) {
        (GuidedBy::Classifier, _)
        | (GuidedBy::Weaker, Score::Inflated { .. } | Score::Learned(_))
        | (GuidedBy::Pair, Score::Learned(_)) => None,
        (GuidedBy::Weaker, _) => Some(says::weaker_needs_a_model()),
        (GuidedBy::Pair, _) => Some(says::pair_needs_learned()),
    };
    if let Some(message) = needed {
        let error = fault(LabErrorCode::Inconsistent, "guidance.guide", message);
        state.guidance.guide = reader.settle(error, says::used_instead("classifier"), GuidedBy::Classifier)?;
    }
    let gamma = state.guidance.gamma;
    if let Some(at) = state.compare.iter().position(|&lane| lane == Lane::Corrected)
        && gamma < 0.0
    {
        let path = format!("compare[{at}]");
        let message = says::corrected_with_negative(&*path, "guidance.gamma", gamma);
        reader.settle(fault(LabErrorCode::Inconsistent, &path, message), says::left_out(), ())?;
        state.compare.remove(at);
    }
    Ok(())
}

/// Rules that have no meaning together, or in one dimension.
fn without_meaning(reader: &mut Reader, state: &mut State, dimension: usize) -> Read<()> {
    let (process, guidance) = (&mut state.process, &mut state.guidance);
    let renoised = process.sampler == Sampler::CfgPlusPlus;
    if guidance.gamma < 0.0 && renoised {
        let message = says::negative_with_renoising("guidance.gamma", guidance.gamma, "process.sampler");
        guidance.gamma = instead(reader, "guidance.gamma", message, 0.0)?;
    }
    if (guidance.sigma_power < 0 || guidance.threshold.is_some()) && process.stop < MIN_GEOMETRIC_STOP {
        let message = says::stop_divided_by_sigma("process.stop", process.stop, MIN_GEOMETRIC_STOP);
        process.stop = instead(reader, "process.stop", message, MIN_GEOMETRIC_STOP)?;
    }
    if guidance.at == GradientAt::PredictedMean && (renoised || process.sampler == Sampler::Heun) {
        let message = says::no_predicted_mean("guidance.at", "predicted-mean", "process.sampler");
        let error = fault(LabErrorCode::Inconsistent, "guidance.at", message);
        guidance.at = reader.settle(error, says::used_instead("present"), GradientAt::Present)?;
    }
    let ahead = guidance.at == GradientAt::PredictedMean;
    let Guidance { gamma, adaptive, parallel, rescale, .. } = *guidance;
    if adaptive > 0.0 && (gamma < 0.0 || renoised) {
        let message = if renoised {
            says::none_with_renoising("guidance.adaptive", adaptive, "process.sampler", 0_usize)
        } else {
            says::fading_with_negative("guidance.adaptive", adaptive, "guidance.gamma", gamma)
        };
        guidance.adaptive = instead(reader, "guidance.adaptive", message, 0.0)?;
    }
    if let Some(clip) = guidance.clip.filter(|_| renoised) {
        let message = none_with_the_step("guidance.clip", clip, "null", renoised);
        let error = fault(LabErrorCode::Inconsistent, "guidance.clip", message);
        guidance.clip = reader.settle(error, says::no_limit_used(), None)?;
    }
    if let Some(threshold) = guidance.threshold.filter(|_| renoised || ahead) {
        let message = none_with_the_step("guidance.threshold", threshold, "null", renoised);
        let error = fault(LabErrorCode::Inconsistent, "guidance.threshold", message);
        guidance.threshold = reader.settle(error, says::no_limit_used(), None)?;
    }
    if dimension > 1 && !renoised && !ahead {
        return Ok(());
    }
    let no_meaning = |path: &'static str, value: f64, none: usize, in_line: fn(&'static str, f64) -> words::Says| {
        if dimension == 1 { in_line(path, value) } else { none_with_the_step(path, value, none, renoised) }
    };
    if parallel < 1.0 {
        let message = no_meaning("guidance.parallel", parallel, 1, says::parallel_in_one_dimension);
        guidance.parallel = instead(reader, "guidance.parallel", message, 1.0)?;
    }
    if rescale > 0.0 {
        let message = no_meaning("guidance.rescale", rescale, 0, says::rescale_in_one_dimension);
        guidance.rescale = instead(reader, "guidance.rescale", message, 0.0)?;
    }
    Ok(())
}

/// A rule has no meaning with a step that is guided in another way: with CFG++, or at the predicted mean.
fn none_with_the_step(path: &'static str, value: f64, only: impl Into<words::Value>, renoised: bool) -> words::Says {
    if renoised {
        says::none_with_renoising(path, value, "process.sampler", only)
    } else {
        says::none_at_the_mean(path, value, "guidance.at", only)
    }
}

/// A value that contradicts another one, and what it has to be.
fn instead(reader: &mut Reader, path: &str, message: words::Says, instead: f64) -> Read<f64> {
    reader.settle(fault(LabErrorCode::Inconsistent, path, message), says::used_instead(instead), instead)
}

fn rules(state: &State) -> Rules {
    let guidance = &state.guidance;
    Rules {
        sigma_power: guidance.sigma_power,
        ramp: Ramp::new(guidance.schedule, &state.process),
        clip: guidance.clip,
        parallel: guidance.parallel,
        rescale: guidance.rescale,
        threshold: guidance.threshold,
        ahead: guidance.at == GradientAt::PredictedMean,
        renoised: state.process.sampler == Sampler::CfgPlusPlus,
    }
}

fn scored(state: &State) -> Scored {
    state.score.compiled(state.guidance.guide)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::presets;

    /// The short way of writing says what the other says.
    #[test]
    fn plain_states_are_written_in_two_ways() {
        let mut plain = 0;
        for preset in presets() {
            let mut short = Map::new();
            short.insert("guidance".into(), entries_of(&preset.state.guidance).into());
            let mut long = short.clone();
            if write_plain(&preset.state, &mut short) {
                write_any(&preset.state, &mut long);
                let text = |entries| Value::Object(entries).to_string().replace(".0,", ",").replace(".0}", "}");
                assert_eq!(text(short), text(long), "{}", preset.name);
                plain += 1;
            }
        }
        assert!(plain > 3);
    }
}
