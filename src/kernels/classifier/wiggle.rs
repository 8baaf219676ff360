//! The two wiggles. Twin of `shaders/lib/classifier/wiggle.wgsl`. `Guide::parameters` are `n`, radians per unit
//! of length, and `a`.

use super::{Guide, KIND_LOGIT, Push};
use crate::{Split, exp, quarter_turns, sincos_quadrant};

/// `a S` and its slope, `a n cos(n x_1)`, with `S = sin(n x_1)`.
#[inline(always)]
pub fn wave_at(guide: &Guide, x1: f32) -> [f32; 2] {
    wave_of(guide, phase_at(guide, x1))
}

/// `n x_1` in quarter turns: the rest and the nearest.
#[inline(always)]
pub fn phase_at(guide: &Guide, x1: f32) -> (f32, u32) {
    quarter_turns(guide.parameters[0] * x1)
}

/// [`wave_at`] of a phase.
#[inline(always)]
pub fn wave_of(guide: &Guide, (rest, quadrant): (f32, u32)) -> [f32; 2] {
    let [frequency, amplitude] = guide.parameters;
    let [sin, cos] = sincos_quadrant(rest, quadrant);
    [amplitude * sin, amplitude * frequency * cos]
}

/// `ghat = g + (1-eta) a (n cos e_1 - S eta (s_c - s_o)) / (1 + a (1-eta) S)`.
#[inline(always)]
pub fn probability<const D: usize>(split: &Split<D>, [wave, slope]: [f32; 2]) -> Push {
    let Split { eta, rest, .. } = *split;
    let scale = rest / (1.0 + wave * rest);
    Push { along: rest - scale * (wave * eta), first: scale * slope, doubt: rest * (1.0 - wave * eta) }
}

/// `ghat = g/D + ((1-eta)/D) a n cos e_1` with `D = 1-eta + eta exp(a S)`, of that exponential and the slope.
#[inline(always)]
pub fn logit<const D: usize>(split: &Split<D>, [power, slope]: [f32; 2]) -> Push {
    let Split { eta, rest, .. } = *split;
    let scale = rest / (rest + eta * power);
    Push { along: scale, first: scale * slope, doubt: scale }
}

/// Both forms and the exact classifier (the form `probability` with `a = 0`) in one body, where a factor of 0 or
/// 1 tells the forms apart: three loops would be three times the code.
#[inline(always)]
pub fn any_form<const D: usize>(split: &Split<D>, guide: &Guide, [wave, slope]: [f32; 2]) -> Push {
    let Split { eta, rest, .. } = *split;
    let logit = if guide.kind == KIND_LOGIT { 1.0 } else { 0.0 };
    let probability = 1.0 - logit;
    let scale = rest / (logit * (rest + eta * exp(wave)) + probability * (1.0 + wave * rest));
    Push {
        along: logit * scale + probability * (rest - scale * (wave * eta)),
        first: scale * slope,
        doubt: logit * scale + probability * (rest * (1.0 - wave * eta)),
    }
}
