//! The exact classifier of clean data, asked at the denoised guess: diffusion posterior sampling (Chung et al., arXiv
//! 2209.14687) with the gradient through the denoiser, universal guidance (Bansal et al., arXiv 2302.07121) also
//! without it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Kind;
use crate::model::Noise;
use crate::model::field::{Field, flag};
use crate::model::reader::{Read, Reader};

/// `log phat(y|x) = log p_0(y|x0)` at the denoised guess `x0 = E[X_0|x]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "DenoisedClassifier"))]
pub struct Denoised {
    /// Whether the gradient goes through the denoiser, `J^T grad log p_0(y|x0)`; without, it is
    /// `grad log p_0(y|x0) / u`.
    pub jacobian: bool,
}

impl Denoised {
    /// The factor `1/u` of the gradient that does not go through the denoiser. It stays 1000 where `u` is below a
    /// thousandth: the guess says nothing of `x` any more then, and the factor would only grow.
    pub fn factor(self, signal: f64) -> f64 {
        1.0 / signal.max(1e-3)
    }
}

impl Default for Denoised {
    /// The true gradient.
    fn default() -> Self {
        Self { jacobian: true }
    }
}

impl Kind for Denoised {
    const NAME: &'static str = "denoised";
    const FIELDS: &'static [Field] = &[flag(
        "classifier.jacobian",
        "Whether the gradient goes through the denoiser: J^T grad log p_0(y|x0), J = dx0/dx; without, grad log p_0(y|x0) / u, where a factor 1/u above 1000 stays 1000.",
    )];

    fn read(reader: &mut Reader, value: Option<&Value>) -> Read<Self> {
        let object = reader.object(value, "classifier", &["kind", "jacobian"])?;
        Ok(Self { jacobian: reader.flag(object.get("jacobian"), "classifier.jacobian", Self::default().jacobian)? })
    }

    /// What it asks at the guess.
    fn sees(&self, _: f64) -> Option<Noise> {
        Some(Noise::at(0.0))
    }
}
