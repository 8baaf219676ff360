//! A classifier that was trained at one noise level, clean data as a rule, and is asked at all of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{VariantArray, VariantNames};

use super::Kind;
use crate::model::field::{Field, FieldKind, choice, ranged};
use crate::model::reader::{Read, Reader};
use crate::model::{MAX_HORIZON, Noise};

/// `log phat(y|x) = log p_{t0}(y|x)`, whatever the time; or of the point scaled as the data were then.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "NoiseBlindClassifier"))]
pub struct NoiseBlind {
    /// `t0`; at most the horizon of the process.
    pub time: f64,
    /// What it is shown.
    pub input: BlindInput,
}

/// What it is shown at time `t`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum BlindInput {
    /// The point `x`.
    Noisy,
    /// `x e^(t - t0)`, whose signal is as strong as that which it was trained on.
    Rescaled,
}

impl Default for NoiseBlind {
    /// Trained on clean data.
    fn default() -> Self {
        Self { time: 0.0, input: BlindInput::Noisy }
    }
}

impl Kind for NoiseBlind {
    const NAME: &'static str = "noise-blind";
    const FIELDS: &'static [Field] = &[
        ranged(
            "classifier.time",
            FieldKind::Number,
            (0.0, MAX_HORIZON),
            "time",
            "t0: the time whose exact classifier it is at every time, at most the horizon; 0 is clean data.",
        ),
        choice(
            "classifier.input",
            FieldKind::Choice,
            <BlindInput as VariantNames>::VARIANTS,
            "What it is shown: the noisy point x, or x e^(t - t0), whose signal has the strength that it was trained on.",
        ),
    ];

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let default = Self::default();
        let object = reader.object(value, "classifier", &["kind", "time", "input"])?;
        Ok(Self {
            time: reader.number(object.get("time"), "classifier.time", default.time)?,
            input: reader.choice(object.get("input"), "classifier.input", default.input)?,
        })
    }

    /// The posterior at `x e^(t - t0)` of the mixture at `t0` is the posterior at `x` of that mixture shrunk by
    /// `e^(t0 - t)`: the gradient is that at `x` as it stands.
    fn sees(&self, t: f64) -> Option<Noise> {
        let then = Noise::at(self.time);
        Some(match self.input {
            BlindInput::Noisy => then,
            BlindInput::Rescaled => {
                let signal = (-t).exp();
                Noise { signal, variance: signal * signal * (2.0 * self.time).exp_m1() }
            }
        })
    }
}
