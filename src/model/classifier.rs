//! The classifier under test: the exact posterior, or the posterior wiggled by `sin(n x_1)`.
//!
//! The wiggle is our instance of the counterexample of arXiv 2601.21200, section 3.1.

use serde::{Deserialize, Serialize};

/// The classifier whose gradient guides the `tested` lane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Classifier {
    /// The exact posterior `p_t(c|x)`.
    Exact,
    /// The exact posterior plus a fast wiggle in the first coordinate.
    Wiggle {
        /// What the wiggle is added to.
        form: WiggleForm,
        /// `n`, radians per unit of length.
        frequency: f64,
        /// How the amplitude `a` depends on `n`.
        amplitude: Amplitude,
    },
}

/// What `a sin(n x_1)` is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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
