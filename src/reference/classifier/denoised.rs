//! The exact classifier of clean data at the denoised guess: docs/numerics.md, "The denoised classifier".

use super::seen::errors_of;
use super::{Errors, Kind, Place};
use crate::model::{Classifier, Denoised, MAX_COMPONENTS, MAX_DIMENSION};
use crate::reference::axis::Axis;
use crate::reference::classes::{Classes, Vector};
use crate::reference::marginal::{LogSum, Marginal, log_term};
use crate::reference::split::Split;

/// The largest [`Kind::steepness`]: levels of a plane have this squared as many nodes.
const MOST_STEEP: f64 = 4.0;

/// The denoised guess.
struct Guess {
    /// `x0 = E[X_0|x]`.
    x: Vector,
    /// `J = dx0/dx = u Cov[X_0|x] / sigma^2`, which is symmetric.
    jacobian: [Vector; MAX_DIMENSION],
}

impl Guess {
    /// From the posterior mean of each component, `mu + u S (x - u mu)` with `S = Sigma C^-1`: nothing is divided by
    /// `u` or by `sigma^2`, as in Tweedie's formula, which loses its digits where they are small.
    fn at(noised: &Marginal, clean: &Marginal, x: &[f64]) -> Self {
        let d = x.len();
        let u = noised.signal;
        let mut terms = [(0.0, [0.0; MAX_DIMENSION]); MAX_COMPONENTS];
        let mut sum = LogSum::EMPTY;
        for ((l, a), component) in terms.iter_mut().zip(&noised.components) {
            *l = log_term(component, x, a);
            sum.add(*l, &a[..d]);
        }
        let mut guess = Self { x: [0.0; MAX_DIMENSION], jacobian: [[0.0; MAX_DIMENSION]; MAX_DIMENSION] };
        for (((l, a), component), clean) in terms.iter().zip(&noised.components).zip(&clean.components) {
            let r = (l - sum.log()).exp();
            for i in 0..d {
                let mut own = clean.mean[i];
                for j in 0..d {
                    let gain: f64 = (0..d).map(|k| clean.covariance[i * d + k] * component.precision[k * d + j]).sum();
                    own += u * gain * (x[j] - component.mean[j]);
                    let apart = (a[i] - sum.score(i)) * (a[j] - sum.score(j));
                    guess.jacobian[i][j] += r * (u * gain + noised.variance / u * apart);
                }
                guess.x[i] += r * own;
            }
        }
        guess
    }
}

impl Denoised {
    fn guess(place: &Place) -> Guess {
        Guess::at(place.marginal, place.seen, place.x)
    }

    /// What it makes of a gradient at the guess.
    fn pulled(self, place: &Place, guess: &Guess, at_guess: &Vector) -> Vector {
        let d = place.x.len();
        let factor = self.factor(place.marginal.signal);
        std::array::from_fn(|i| match self.jacobian {
            _ if i >= d => 0.0,
            true => (0..d).map(|j| guess.jacobian[i][j] * at_guess[j]).sum(),
            false => factor * at_guess[i],
        })
    }
}

impl Kind for Denoised {
    fn seen<'a>(&self, classifier: &Classifier, marginal: &'a Marginal) -> &'a Marginal {
        marginal.seen_by(classifier)
    }

    fn log_probability(&self, place: &Place, class: usize) -> f64 {
        place.seen.log_posterior(class, &Self::guess(place).x[..place.x.len()])
    }

    fn gradient(&self, place: &Place, class: usize) -> Vector {
        let guess = Self::guess(place);
        let odds = Split::new(place.seen, class).at(&guess.x[..place.x.len()]);
        self.pulled(place, &guess, &odds.guidance)
    }

    fn guidance_and_doubt(&self, place: &Place) -> (Vector, f64) {
        let guess = Self::guess(place);
        let odds = Split::new(place.seen, place.target).at(&guess.x[..place.x.len()]);
        (self.pulled(place, &guess, &odds.guidance), odds.one_minus_eta)
    }

    fn errors(&self, place: &Place) -> Errors {
        let guess = Self::guess(place);
        let found = Classes::at(place.seen, &guess.x[..place.x.len()]);
        let tested = found.log_posteriors();
        errors_of(place, &tested, |class| self.pulled(place, &guess, &found.pull(class, |other| tested[other].exp())))
    }

    fn resolve(&self, _: &mut [Axis]) {}

    /// Between two components the guess moves by `J`, at most about `u + (sigma^2/4u) (a_k - a_l)^2`. Where that is
    /// more than a few times as fast, hardly any of the mass is there, and the refinement is left to find it.
    fn steepness(&self, marginal: &Marginal, axis: usize) -> f64 {
        let d = marginal.dimension;
        let mut apart = 0.0_f64;
        for one in &marginal.components {
            for other in &marginal.components {
                let pull: f64 = (0..d).map(|j| one.precision[axis * d + j] * (one.mean[j] - other.mean[j])).sum();
                apart = apart.max(pull * pull);
            }
        }
        (marginal.signal + 0.25 * marginal.variance / marginal.signal * apart).clamp(1.0, MOST_STEEP)
    }
}
