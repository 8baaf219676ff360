//! The two wiggles. Twin of `shaders/lib/classifier/wiggle.wgsl`. `Guide::parameters` are `n`, radians per unit
//! of length, and `a`.

use super::{Guide, KIND_LOGIT, Push};
use crate::{Side, Split, exp, quarter_turns, sincos_quadrant};

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

/// The split of sides of one component each, and its [`logit`]: one division for both, since divisions are what costs.
/// It fits: the power is at most `exp(88)`, and half of the largest number is more.
#[inline(always)]
pub fn logit_of_pair<const D: usize>(
    smaller: f32,
    target: Side<D>,
    others: Side<D>,
    [power, slope]: [f32; 2],
) -> (Split<D>, Push) {
    let higher = others.top - target.top > 0.0;
    let [ec, eo] = if higher { [smaller, 1.0] } else { [1.0, smaller] };
    let (exact, tested) = (ec + eo, eo + ec * power);
    let both = 1.0 / (exact * tested);
    let (total, scale) = (both * tested, eo * (both * exact));
    let split = Split { eta: ec * total, rest: eo * total, target: target.pull, others: others.pull };
    (split, Push { along: scale, first: scale * slope, doubt: scale })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{smaller_of, split_pair};

    /// One division gives what two do, wherever the sides and the power stand.
    #[test]
    fn a_pair_is_the_split_and_its_push() {
        let side = |top: f32, pull: f32| Side { top, sum: 1.0, pull: [pull] };
        let close = |a: f32, b: f32| (a - b).abs() <= 1.0e-6 * b.abs() + 1.0e-37;
        for gap in [-200.0f32, -87.0, -20.0, -1.0, 0.0, 0.3, 5.0, 86.0, 300.0] {
            for wave in [-1000.0f32, -87.0, -3.0, 0.0, 0.5, 20.0, 87.9, 1000.0] {
                let (target, others) = (side(1.0, 2.0), side(1.0 + gap, -3.0));
                let smaller = smaller_of(&target, &others);
                let power = exp(wave);
                let (split, push) = logit_of_pair(smaller, target, others, [power, 0.7]);
                let apart = split_pair(smaller, target, others);
                let expected = logit(&apart, [power, 0.7]);
                for (found, expected) in [
                    (split.eta, apart.eta),
                    (split.rest, apart.rest),
                    (push.along, expected.along),
                    (push.first, expected.first),
                    (push.doubt, expected.doubt),
                ] {
                    assert!(close(found, expected), "{gap} {wave}: {found}, but {expected}");
                }
            }
        }
    }
}
