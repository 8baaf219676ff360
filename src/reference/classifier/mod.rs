//! The classifier under test: `log phat(y|x)` and its gradient, and how far it is from the truth. One kind a
//! file, with the name of its file in `src/model/classifier/`; kinds that are the exact posterior of another
//! marginal share `seen.rs`. Formulas: docs/numerics.md.

mod denoised;
mod exact;
mod label_smoothing;
mod learned;
mod seen;
mod tempered;
pub(super) mod wiggle;

use super::axis::Axis;
use super::effort::Effort;
use super::marginal::Marginal;
use super::split::{Odds, Split};
use crate::model::{Classifier, MAX_DIMENSION};

/// Where a classifier is asked. Vectors use their first `d` entries.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The marginal whose posterior it approximates.
    pub marginal: &'a Marginal,
    /// The marginal that it looks at.
    pub seen: &'a Marginal,
    /// `c`.
    pub target: usize,
    /// The target class against the rest at `x`, of the former.
    pub odds: &'a Odds,
    /// The point.
    pub x: &'a [f64],
}

/// How wrong a classifier is at a point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Errors {
    /// `KL(p(.|x) || phat(.|x))`.
    pub kl: f64,
    /// `|grad log phat(c|x) - g|^2`.
    pub target: f64,
    /// The same of the other classes, averaged with the probabilities `p(y|x, y != c)`.
    pub others: f64,
}

/// What the file of a kind says of it.
pub(super) trait Kind {
    /// `log phat(y|x)`.
    fn log_probability(&self, place: &Place, class: usize) -> f64;

    /// `grad log phat(y|x)` of a class other than the target.
    fn gradient(&self, place: &Place, class: usize) -> [f64; MAX_DIMENSION];

    /// `ghat = grad log phat(c|x)` and `1 - phat(c|x)`, the latter without cancellation.
    fn guidance_and_doubt(&self, place: &Place) -> ([f64; MAX_DIMENSION], f64);

    /// Its errors, with all their digits where they are small.
    fn errors(&self, place: &Place) -> Errors;

    /// Makes the axes of an integral resolve what it adds to the marginal.
    fn resolve(&self, axes: &mut [Axis]);

    /// How exactly its errors are integrated.
    fn effort(&self) -> Effort {
        Effort::CLOSED
    }

    /// The marginal that it looks at where `marginal` is the true one; `classifier` is itself.
    fn seen<'a>(&self, _classifier: &Classifier, marginal: &'a Marginal) -> &'a Marginal {
        marginal
    }

    /// How fast the point at which it asks may move along an axis, against the point itself.
    fn steepness(&self, _marginal: &Marginal, _axis: usize) -> f64 {
        1.0
    }
}

/// The one list of the kinds.
fn any(classifier: &Classifier) -> &dyn Kind {
    match classifier {
        Classifier::Exact(exact) => exact,
        Classifier::Wiggle(wiggle) => wiggle,
        Classifier::Tempered(tempered) => tempered,
        Classifier::Mistimed(_) | Classifier::NoiseBlind(_) => &seen::Seen,
        Classifier::LabelSmoothing(smoothed) => smoothed,
        Classifier::Denoised(denoised) => denoised,
        Classifier::Learned(learned) => learned,
    }
}

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn kind(classifier: &Classifier) -> &dyn Kind {
    any(classifier)
}

/// In a browser all kinds but those of the first figures are in a part of the module
/// (docs/decisions/0005-split-module.md).
#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<fn(&Classifier) -> &dyn Kind> = std::sync::OnceLock::new();

#[cfg(target_arch = "wasm32")]
pub(super) fn kind(classifier: &Classifier) -> &dyn Kind {
    match classifier {
        Classifier::Exact(exact) => exact,
        Classifier::Wiggle(wiggle) => wiggle,
        _ => FETCHED.get().map_or_else(|| unreachable!("fetched before"), |any| any(classifier)),
    }
}

/// Puts every kind at hand. In a browser it is to be called, from a part of the module, before a state with
/// another kind than `exact` and `wiggle` is looked at; elsewhere all are.
pub fn bring_kinds() {
    #[cfg(target_arch = "wasm32")]
    let _ = FETCHED.set(any);
}

/// The tested classifier at one time.
#[derive(Clone, Copy, Debug)]
pub struct Tested<'a> {
    /// The marginal whose posterior it approximates.
    pub marginal: &'a Marginal,
    /// `c`, the class that guidance aims at.
    pub target: usize,
    /// Which it is.
    pub classifier: Classifier,
}

/// The marginal that a classifier looks at where `marginal` is the true one.
pub(super) fn seen<'a>(classifier: &Classifier, marginal: &'a Marginal) -> &'a Marginal {
    kind(classifier).seen(classifier, marginal)
}

impl Tested<'_> {
    fn place<'a>(&'a self, odds: &'a Odds, x: &'a [f64]) -> Place<'a> {
        let seen = seen(&self.classifier, self.marginal);
        Place { marginal: self.marginal, seen, target: self.target, odds, x }
    }

    fn odds(&self, x: &[f64]) -> Odds {
        Split::new(self.marginal, self.target).at(x)
    }

    /// `log phat(y|x)`; `-inf` for a class without a component.
    pub fn log_probability(&self, class: usize, x: &[f64]) -> f64 {
        kind(&self.classifier).log_probability(&self.place(&self.odds(x), x), class)
    }

    /// `grad log phat(y|x)`, into `out` of length `d`.
    pub fn gradient(&self, class: usize, x: &[f64], out: &mut [f64]) {
        let odds = self.odds(x);
        let gradient = if class == self.target {
            self.guidance_from(&odds, x)
        } else {
            kind(&self.classifier).gradient(&self.place(&odds, x), class)
        };
        out.copy_from_slice(&gradient[..x.len()]);
    }

    /// `ghat = grad log phat(c|x)` from odds that are already known.
    pub fn guidance_from(&self, odds: &Odds, x: &[f64]) -> [f64; MAX_DIMENSION] {
        self.guidance_and_doubt(odds, x).0
    }

    /// `ghat` and `1 - phat(c|x)` from odds that are already known.
    pub fn guidance_and_doubt(&self, odds: &Odds, x: &[f64]) -> ([f64; MAX_DIMENSION], f64) {
        kind(&self.classifier).guidance_and_doubt(&self.place(odds, x))
    }
}

/// `r - log(1 + r) >= 0`, given `log = log(1 + r)`; by its series where the difference would cancel.
fn excess(r: f64, log: f64) -> f64 {
    if r.abs() < 1e-2 {
        let tail = (2..=9).rev().fold(0.0, |sum, k| {
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            sum * r + sign / f64::from(k)
        });
        r * r * tail
    } else {
        r - log
    }
}
