//! The exact posterior.

use super::{Errors, Kind, Place};
use crate::model::{Exact, MAX_DIMENSION};
use crate::reference::axis::Axis;
use crate::reference::split::Split;

impl Kind for Exact {
    fn log_probability(&self, place: &Place, class: usize) -> f64 {
        log_probability(place, class)
    }

    fn gradient(&self, place: &Place, class: usize) -> [f64; MAX_DIMENSION] {
        gradient(place, class)
    }

    fn guidance_and_doubt(&self, place: &Place) -> ([f64; MAX_DIMENSION], f64) {
        (place.odds.guidance, place.odds.one_minus_eta)
    }

    fn errors(&self, _: &Place) -> Errors {
        Errors::default()
    }

    fn resolve(&self, _: &mut [Axis]) {}
}

/// `log p(y|x)`.
pub(super) fn log_probability(place: &Place, class: usize) -> f64 {
    place.marginal.log_posterior(class, place.x)
}

/// `grad log p(y|x)`.
pub(super) fn gradient(place: &Place, class: usize) -> [f64; MAX_DIMENSION] {
    Split::new(place.marginal, class).at(place.x).guidance
}
