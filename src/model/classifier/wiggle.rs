//! The posterior wiggled by `a sin(n x_1)`: our instance of the counterexample of arXiv 2601.21200, section 3.1.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{VariantArray, VariantNames};

use super::Kind;
use crate::model::LabErrorCode;
use crate::model::field::{Field, FieldKind, choice, ranged};
use crate::model::reader::{Read, Reader, fault};
use crate::words::messages as says;

/// The exact posterior plus a fast wiggle in the first coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "WiggleClassifier"))]
pub struct Wiggle {
    /// What the wiggle is added to.
    pub form: WiggleForm,
    /// `n`, radians per unit of length.
    pub frequency: f64,
    /// How the amplitude `a` depends on `n`.
    pub amplitude: Amplitude,
    /// `s`: the sine is averaged over copies of the point with this much Gaussian noise (arXiv 1902.02918), which
    /// multiplies it by `e^(-n^2 s^2/2)`.
    pub smoothing: f64,
}

/// What `a sin(n x_1)` is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum WiggleForm {
    /// `p̂(c|x) = η + a η (1-η) sin(n x_1)` with `η = p_t(c|x)`; the other classes share the rest
    /// in their exact proportions. Valid for `0 <= a <= 1`.
    Probability,
    /// `a sin(n x_1)` is added to the target class's logit.
    Logit,
}

/// `a` as a function of `n`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Amplitude {
    /// The power of `n`.
    pub law: AmplitudeLaw,
    /// The factor in front.
    pub scale: f64,
}

/// The power of `n` in the amplitude.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum AmplitudeLaw {
    /// `a = scale / n`: the KL falls as `n^-2`, the guidance error stays.
    Inverse,
    /// `a = scale / sqrt(n)`: the KL falls as `1/n`, the guidance error grows as `n`.
    InverseSqrt,
    /// `a = scale / n^2`: the edge of the theorem's smooth regime.
    InverseSquare,
    /// `a = scale`.
    Fixed,
}

impl Amplitude {
    /// The amplitude at frequency `n`.
    pub fn at(self, frequency: f64) -> f64 {
        match self.law {
            AmplitudeLaw::Inverse => self.scale / frequency,
            AmplitudeLaw::InverseSqrt => self.scale / frequency.sqrt(),
            AmplitudeLaw::InverseSquare => self.scale / (frequency * frequency),
            AmplitudeLaw::Fixed => self.scale,
        }
    }
}

impl Wiggle {
    /// `a`, with what smoothing leaves of it.
    pub fn amplitude(&self) -> f64 {
        let turn = self.frequency * self.smoothing;
        self.amplitude.at(self.frequency) * (-0.5 * turn * turn).exp()
    }
}

impl Default for Wiggle {
    /// That of the default state.
    fn default() -> Self {
        let amplitude = Amplitude { law: AmplitudeLaw::Inverse, scale: 2.0 };
        Self { form: WiggleForm::Probability, frequency: 24.0, amplitude, smoothing: 0.0 }
    }
}

impl Kind for Wiggle {
    const NAME: &'static str = "wiggle";
    const FIELDS: &'static [Field] = &[
        choice(
            "classifier.form",
            FieldKind::Choice,
            <WiggleForm as VariantNames>::VARIANTS,
            "What a sin(n x_1) is added to: the probability (times eta (1 - eta), and a at most 1) or the logit of the target class.",
        ),
        ranged(
            "classifier.frequency",
            FieldKind::Number,
            (0.5, 512.0),
            "radians per length",
            "n, the frequency of the wiggle.",
        ),
        choice(
            "classifier.amplitude.law",
            FieldKind::Choice,
            <AmplitudeLaw as VariantNames>::VARIANTS,
            "How the amplitude a follows n: scale/n, scale/sqrt(n), scale/n^2 or scale.",
        ),
        ranged(
            "classifier.amplitude.scale",
            FieldKind::Number,
            (0.0, 1000.0),
            "",
            "The factor in front of the amplitude's law.",
        ),
        ranged(
            "classifier.smoothing",
            FieldKind::Number,
            (0.0, 10.0),
            "length",
            "s: the wiggle is averaged over copies of x with Gaussian noise of this standard deviation, which multiplies it by exp(-n^2 s^2/2); 0 leaves it.",
        ),
    ];

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let Self { form, frequency, amplitude, smoothing } = Self::default();
        let object = reader.object(value, "classifier", &["kind", "form", "frequency", "amplitude", "smoothing"])?;
        let form = reader.choice(object.get("form"), "classifier.form", form)?;
        let frequency = reader.number(object.get("frequency"), "classifier.frequency", frequency)?;
        let inner = reader.object(object.get("amplitude"), "classifier.amplitude", &["law", "scale"])?;
        let law: AmplitudeLaw = reader.choice(inner.get("law"), "classifier.amplitude.law", amplitude.law)?;
        let scale = reader.number(inner.get("scale"), "classifier.amplitude.scale", amplitude.scale)?;
        let mut amplitude = Amplitude { law, scale };
        let a = amplitude.at(frequency);
        if form == WiggleForm::Probability && a > 1.0 {
            let largest = scale / a;
            let message = says::amplitude_too_large("classifier.amplitude.scale", scale, a, largest);
            let error = fault(LabErrorCode::Inconsistent, "classifier.amplitude.scale", message);
            // Rounding of the quotient could leave the amplitude one unit above 1.
            let safe = largest * (1.0 - 2.0 * f64::EPSILON);
            amplitude.scale = reader.settle(error, says::used_instead(safe), safe)?;
        }
        let smoothing = reader.number(object.get("smoothing"), "classifier.smoothing", smoothing)?;
        Ok(Self { form, frequency, amplitude, smoothing })
    }
}
