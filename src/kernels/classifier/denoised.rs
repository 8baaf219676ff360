//! The exact classifier of clean data at the denoised guess `x0 = E[X_0|x]`. Twin of
//! `shaders/lib/classifier/denoised.wgsl`.
//!
//! Each component has a second term, its denoiser, which makes a point into the component's own guess: the mean is
//! that of the clean component, `p11, p12, p22` are `u Sigma C^-1`, and `offset` is `sigma^2/u`, or the factor of the
//! gradient that is taken as it is. `Guide::parameters` are 1 or 0 for a gradient through the denoiser or not.

use super::{Guide, steered, weight_of};
use crate::mixture::term_at;
use crate::{Split, Term, exp_below_88};

/// Running averages over the components at a point, weighted by their responsibilities. Deviations are from the
/// average so far, so that what is summed never cancels, however far the components are apart.
#[derive(Clone, Copy, Debug)]
pub struct Guess<const D: usize> {
    /// The largest `l_k` so far.
    pub top: f32,
    /// `sum exp(l_k - top)`.
    pub sum: f32,
    /// The average of `a_k`, which becomes the score.
    pub score: [f32; D],
    /// That of the components' guesses, which becomes `x0`.
    pub point: [f32; D],
    /// That of `u Sigma C^-1`, as 11, 12, 22.
    pub gain: [f32; 3],
    /// `sum exp(l_k - top) (a_k - s)(a_k - s)^T`, likewise.
    pub spread: [f32; 3],
}

/// What a component's denoiser makes of a point.
#[inline(always)]
fn own_guess<const D: usize>(term: &Term, denoiser: &Term, x: [f32; D]) -> [f32; D] {
    let mut guess = [0.0; D];
    let dx = x[0] - term.mean[0];
    if D == 1 {
        guess[0] = denoiser.mean[0] + denoiser.p11 * dx;
    } else {
        let dy = x[1] - term.mean[1];
        guess[0] = denoiser.mean[0] + (denoiser.p11 * dx + denoiser.p12 * dy);
        guess[1] = denoiser.mean[1] + (denoiser.p12 * dx + denoiser.p22 * dy);
    }
    guess
}

/// The averages over one component.
#[inline(always)]
pub fn first_guess<const D: usize>(term: &Term, denoiser: &Term, x: [f32; D]) -> Guess<D> {
    let (top, score) = term_at(term, x);
    let gain = [denoiser.p11, denoiser.p12, denoiser.p22];
    Guess { top, sum: 1.0, score, point: own_guess(term, denoiser, x), gain, spread: [0.0; 3] }
}

/// The averages with one component more.
#[inline(always)]
pub fn add_guess<const D: usize>(mut guess: Guess<D>, term: &Term, denoiser: &Term, x: [f32; D]) -> Guess<D> {
    let (l, a) = term_at(term, x);
    let own = own_guess(term, denoiser, x);
    let difference = l - guess.top;
    let higher = difference > 0.0;
    let smaller = exp_below_88(-difference.abs());
    let old = if higher { smaller } else { 1.0 };
    let new = if higher { 1.0 } else { smaller };
    let before = old * guess.sum;
    let sum = before + new;
    let share = new / sum;
    let weight = before * share;
    let mut apart = [0.0; D];
    for i in 0..D {
        apart[i] = a[i] - guess.score[i];
        guess.score[i] += share * apart[i];
        guess.point[i] += share * (own[i] - guess.point[i]);
    }
    guess.top = if higher { l } else { guess.top };
    guess.sum = sum;
    guess.gain[0] += share * (denoiser.p11 - guess.gain[0]);
    guess.spread[0] = old * guess.spread[0] + weight * (apart[0] * apart[0]);
    if D > 1 {
        guess.gain[1] += share * (denoiser.p12 - guess.gain[1]);
        guess.gain[2] += share * (denoiser.p22 - guess.gain[2]);
        guess.spread[1] = old * guess.spread[1] + weight * (apart[0] * apart[D - 1]);
        guess.spread[2] = old * guess.spread[2] + weight * (apart[D - 1] * apart[D - 1]);
    }
    guess
}

/// `s + gamma ghat`, with `s` as it is given, `ghat = J grad log p_0(c|x0)` with `J = dx0/dx = u Sigma C^-1 + (sigma^2/u) Cov(a)`, averaged;
/// or a factor instead of `J`. `clean` is the split of the clean data at the guess.
#[inline(always)]
pub fn denoised_score<const D: usize>(
    score: [f32; D],
    guess: &Guess<D>,
    clean: Split<D>,
    denoiser: &Term,
    guide: &Guide,
    x: [f32; D],
) -> [f32; D] {
    let through = guide.parameters[0];
    let coupling = through * denoiser.offset / guess.sum;
    let factor = (1.0 - through) * denoiser.offset;
    let j = |part: usize| through * guess.gain[part] + coupling * guess.spread[part];
    let mut pull = [0.0; D];
    for i in 0..D {
        pull[i] = clean.rest * (clean.target[i] - clean.others[i]);
    }
    let mut ghat = [0.0; D];
    if D == 1 {
        ghat[0] = (j(0) + factor) * pull[0];
    } else {
        let (x, y) = (pull[0], pull[D - 1]);
        ghat[0] = (j(0) + factor) * x + j(1) * y;
        ghat[D - 1] = j(1) * x + (j(2) + factor) * y;
    }
    steered(score, ghat, weight_of(guide, clean.rest), x, guide)
}
