//! Smoothed labels: docs/numerics.md, "Label smoothing".

use super::{Errors, Kind, Place, exact, excess};
use crate::model::{LabelSmoothing, MAX_DIMENSION};
use crate::reference::axis::Axis;
use crate::reference::classes::Classes;
use crate::reference::log_add_exp;
use crate::reference::marginal::Marginal;

impl LabelSmoothing {
    /// `log (e/K)`, with the `K` classes of the mixture; `-inf` without smoothing.
    fn log_floor(self, marginal: &Marginal) -> f64 {
        let classes = marginal.log_priors.iter().filter(|prior| **prior > f64::NEG_INFINITY).count();
        (self.epsilon / classes as f64).ln()
    }

    /// `log phat` of a class with the exact `log p`.
    fn log_of(self, log: f64, floor: f64) -> f64 {
        log_add_exp((-self.epsilon).ln_1p() + log, floor)
    }

    /// The factor of the exact gradient, `(1 - e) p/phat`.
    fn share(self, log: f64, floor: f64) -> f64 {
        ((-self.epsilon).ln_1p() + log - self.log_of(log, floor)).exp()
    }
}

impl Kind for LabelSmoothing {
    fn log_probability(&self, place: &Place, class: usize) -> f64 {
        let log = exact::log_probability(place, class);
        if place.marginal.log_priors[class] == f64::NEG_INFINITY {
            return log;
        }
        self.log_of(log, self.log_floor(place.marginal))
    }

    fn gradient(&self, place: &Place, class: usize) -> [f64; MAX_DIMENSION] {
        let share = self.share(exact::log_probability(place, class), self.log_floor(place.marginal));
        exact::gradient(place, class).map(|g| share * g)
    }

    fn guidance_and_doubt(&self, place: &Place) -> ([f64; MAX_DIMENSION], f64) {
        let floor = self.log_floor(place.marginal);
        let share = self.share(place.odds.log_eta(), floor);
        // e (K - 1)/K is the others' part of what is the same for all.
        let doubt = (1.0 - self.epsilon) * place.odds.one_minus_eta + (self.epsilon - floor.exp());
        (place.odds.guidance.map(|g| share * g), doubt.max(0.0))
    }

    fn errors(&self, place: &Place) -> Errors {
        let mut errors = Errors::default();
        if self.epsilon == 0.0 {
            return errors;
        }
        let classes = Classes::at(place.marginal, place.x);
        let (exact, floor) = (classes.log_posteriors(), self.log_floor(place.marginal));
        for class in classes.present() {
            let (log, p, log_phat) = (exact[class], exact[class].exp(), self.log_of(exact[class], floor));
            // phat - p = e (1/K - p), and p (r - log(1 + r)) with r = phat/p - 1; each is not negative.
            let difference = floor.exp() - self.epsilon * p;
            errors.kl += if difference.abs() < 0.5 * p {
                p * excess(difference / p, (difference / p).ln_1p())
            } else {
                difference - p * (log_phat - log)
            };
            // The gradient is short of (e/K)/phat of the exact one.
            let short = (floor - log_phat).exp();
            let gradient = classes.pull(class, |other| short * exact[other].exp());
            let squared: f64 = gradient.iter().map(|g| g * g).sum();
            if class == place.target {
                errors.target = squared;
            } else {
                errors.others += (classes.logs[class] - place.odds.log_others).exp() * squared;
            }
        }
        errors
    }

    fn resolve(&self, _: &mut [Axis]) {}
}
