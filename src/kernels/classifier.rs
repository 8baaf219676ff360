//! The guided score `s + gamma ghat` of the exact classifier and of the two wiggles. Twin of
//! `shaders/lib/classifier.wgsl`; the gradients are derived in docs/numerics.md.

use bytemuck::{Pod, Zeroable};

use super::{Split, exp, exp_below_88, log, sincos};

/// [`Guide::form`] of the exact classifier.
pub const FORM_EXACT: u32 = 0;
/// [`Guide::form`] of `phat = eta + a eta (1 - eta) sin(n x_1)`.
pub const FORM_PROBABILITY: u32 = 1;
/// [`Guide::form`] of `a sin(n x_1)` added to the target's logit.
pub const FORM_LOGIT: u32 = 2;

/// The guidance of one lane; the layout is that of the uniform `guides`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct Guide {
    /// The weight.
    pub gamma: f32,
    /// `FORM_EXACT`, `FORM_PROBABILITY` or `FORM_LOGIT`.
    pub form: u32,
    /// `n`, radians per unit of length.
    pub frequency: f32,
    /// `a`.
    pub amplitude: f32,
    /// The weight outside the interval, and where the classifier is sure.
    pub outside: f32,
    /// The index of the first time at which the weight is `gamma`.
    pub first: u32,
    /// One past the last.
    pub end: u32,
    /// The power of `1 - phat` in the weight; 0 is a constant weight.
    pub adaptive: f32,
}

impl Guide {
    /// The guide at the time of an index: outside its interval the weight is constant.
    #[must_use]
    #[inline(always)]
    pub fn at(&self, index: u32) -> Self {
        let mut guide = *self;
        if index < self.first || index >= self.end {
            guide.gamma = self.outside;
            guide.adaptive = 0.0;
        }
        guide
    }
}

/// The least `1 - phat` of which a power is taken: its logarithm is finite.
const LEAST_DOUBT: f32 = 1.0e-30;

/// `s + gamma ghat` with `s = eta s_c + (1-eta) s_o` and `g = (1-eta)(s_c - s_o)`. The form is a
/// parameter of its own so that a loop over particles has no branch.
///
/// - exact: `ghat = g`;
/// - probability: `ghat = g + (1-eta) a (n cos e_1 - S eta (s_c - s_o)) / (1 + a (1-eta) S)`, `S = sin(n x_1)`;
/// - logit: `D = 1-eta + eta exp(a S)`, `ghat = g/D + ((1-eta)/D) a n cos e_1`.
#[inline(always)]
pub fn guided_score<const D: usize>(split: Split<D>, form: u32, guide: &Guide, x1: f32) -> [f32; D] {
    let Split { eta, rest, target, others } = split;
    let mut push = [0.0; D];
    for i in 0..D {
        push[i] = target[i] - others[i];
    }
    // ghat = along (s_c - s_o) + first e_1.
    let mut along = rest;
    let mut first = 0.0;
    if form != FORM_EXACT {
        let [sin, cos] = sincos(guide.frequency * x1);
        let wave = guide.amplitude * sin;
        let slope = guide.amplitude * guide.frequency * cos;
        if form == FORM_PROBABILITY {
            let scale = rest / (1.0 + wave * rest);
            along = rest - scale * (wave * eta);
            first = scale * slope;
        } else {
            let scale = rest / (rest + eta * exp(wave));
            along = scale;
            first = scale * slope;
        }
    }
    let mut score = [0.0; D];
    for i in 0..D {
        let kick = if i == 0 { first } else { 0.0 };
        score[i] = (eta * target[i] + rest * others[i]) + guide.gamma * (along * push[i] + kick);
    }
    score
}

/// [`guided_score`] with the weight `outside + (gamma - outside) (1 - phat)^adaptive`; `1 - phat` is
/// `1-eta`, `(1-eta)(1 - a eta S)` or `(1-eta)/D`. In the shader one function is both.
///
/// One body for all forms, which a factor of 0 or 1 tells apart: three loops would be three times the code.
/// The exact classifier is the form `probability` with `a = 0`.
#[inline(always)]
pub fn adaptive_score<const D: usize>(split: Split<D>, guide: &Guide, x1: f32) -> [f32; D] {
    let Split { eta, rest, target, others } = split;
    let logit = if guide.form == FORM_LOGIT { 1.0 } else { 0.0 };
    let probability = 1.0 - logit;
    let [sin, cos] = sincos(guide.frequency * x1);
    let wave = guide.amplitude * sin;
    let slope = guide.amplitude * guide.frequency * cos;
    let scale = rest / (logit * (rest + eta * exp(wave)) + probability * (1.0 + wave * rest));
    let along = logit * scale + probability * (rest - scale * (wave * eta));
    let doubt = logit * scale + probability * (rest * (1.0 - wave * eta));
    let least = if doubt > LEAST_DOUBT { doubt } else { LEAST_DOUBT };
    let gamma = guide.outside + (guide.gamma - guide.outside) * exp_below_88(guide.adaptive * log(least));
    let mut score = [0.0; D];
    for i in 0..D {
        let kick = if i == 0 { scale * slope } else { 0.0 };
        score[i] = (eta * target[i] + rest * others[i]) + gamma * (along * (target[i] - others[i]) + kick);
    }
    score
}
