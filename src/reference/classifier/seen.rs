//! The exact posterior of another marginal than the true one: what the kinds are that look at another noise
//! (`Marginal::seen_by`). Docs/numerics.md, "Classifiers of another noise".

use super::{Errors, Kind, Place, exact, excess};
use crate::model::{Classifier, MAX_CLASSES, MAX_DIMENSION};
use crate::reference::Marginal;
use crate::reference::axis::Axis;
use crate::reference::classes::Classes;
use crate::reference::split::Split;

/// The posterior of `Place::seen`.
pub(super) struct Seen;

/// The place where what is seen is true.
fn there<'a>(place: &Place<'a>) -> Place<'a> {
    Place { marginal: place.seen, ..*place }
}

impl Kind for Seen {
    fn log_probability(&self, place: &Place, class: usize) -> f64 {
        exact::log_probability(&there(place), class)
    }

    fn gradient(&self, place: &Place, class: usize) -> [f64; MAX_DIMENSION] {
        exact::gradient(&there(place), class)
    }

    fn guidance_and_doubt(&self, place: &Place) -> ([f64; MAX_DIMENSION], f64) {
        let odds = Split::new(place.seen, place.target).at(place.x);
        (odds.guidance, odds.one_minus_eta)
    }

    fn errors(&self, place: &Place) -> Errors {
        let found = Classes::at(place.seen, place.x);
        let tested = found.log_posteriors();
        errors_of(place, &tested, |class| found.pull(class, |other| tested[other].exp()))
    }

    fn resolve(&self, _: &mut [Axis]) {}

    fn seen<'a>(&self, classifier: &Classifier, marginal: &'a Marginal) -> &'a Marginal {
        marginal.seen_by(classifier)
    }
}

/// The errors of a classifier of which `log phat(y|x)` and its gradient are known for every class.
pub(super) fn errors_of(
    place: &Place,
    tested: &[f64; MAX_CLASSES],
    gradient: impl Fn(usize) -> [f64; MAX_DIMENSION],
) -> Errors {
    let truth = Classes::at(place.marginal, place.x);
    let exact = truth.log_posteriors();
    let mut errors = Errors::default();
    for class in truth.present() {
        let (log, moved) = (exact[class], tested[class] - exact[class]);
        // p (r - log(1 + r)) with r = phat/p - 1; each is not negative, and they sum to the KL.
        errors.kl += if moved.abs() < 1.0 {
            log.exp() * excess(moved.exp_m1(), moved)
        } else {
            (log + moved).exp() - log.exp() - log.exp() * moved
        };
        let right = truth.pull(class, |other| exact[other].exp());
        let squared: f64 =
            gradient(class).iter().zip(right).map(|(wrong, right)| (wrong - right) * (wrong - right)).sum();
        if class == place.target {
            errors.target = squared;
        } else {
            errors.others += (truth.logs[class] - place.odds.log_others).exp() * squared;
        }
    }
    errors
}
