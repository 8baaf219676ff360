//! The tempered classifier: docs/numerics.md, "The tempered classifier". The only kind so far that looks at
//! each class by itself: the others' proportions change.

use super::{Errors, Kind, Place, excess};
use crate::model::{MAX_CLASSES, Tempered};
use crate::reference::axis::Axis;
use crate::reference::classes::{Classes, Vector};

/// Every class at a point.
struct TemperedClasses {
    target: usize,
    sharpness: f64,
    bias: f64,
    exact: Classes,
    /// `b L_y + e [y = c]`; `-inf` for a class without a component.
    tempered: [f64; MAX_CLASSES],
}

impl Tempered {
    fn classes(&self, place: &Place) -> TemperedClasses {
        let exact = Classes::at(place.marginal, place.x);
        let mut tempered = [f64::NEG_INFINITY; MAX_CLASSES];
        for class in exact.present() {
            tempered[class] = self.sharpness * exact.logs[class];
        }
        tempered[place.target] += self.bias;
        TemperedClasses { target: place.target, sharpness: self.sharpness, bias: self.bias, exact, tempered }
    }
}

impl TemperedClasses {
    /// `log phat(y|x)`.
    fn log_probability(&self, class: usize) -> f64 {
        if self.exact.has(class) { self.exact.log_share(&self.tempered, class) } else { f64::NEG_INFINITY }
    }

    /// `grad log phat(y|x) = b (s_y - sum_k phat_k s_k)`.
    fn gradient(&self, class: usize) -> Vector {
        self.exact.pull(class, |other| self.sharpness * self.log_probability(other).exp())
    }

    /// `log phat(y|x) - log p(y|x) = -log sum_k p_k e^(delta_k - delta_y)` with
    /// `delta_k = (b - 1) L_k + e [k = c]`: relative to itself exact also where it is small.
    fn moved(&self, class: usize, exact: &[f64; MAX_CLASSES]) -> f64 {
        let sign = |other: usize| f64::from(u8::from(other == self.target)) - f64::from(u8::from(class == self.target));
        let delta = |other: usize| {
            (self.sharpness - 1.0) * (self.exact.logs[other] - self.exact.logs[class]) + self.bias * sign(other)
        };
        if self.exact.but(class).all(|other| delta(other).abs() < 1.0) {
            -self.exact.but(class).map(|other| exact[other].exp() * delta(other).exp_m1()).sum::<f64>().ln_1p()
        } else {
            self.log_probability(class) - exact[class]
        }
    }
}

impl Kind for Tempered {
    fn log_probability(&self, place: &Place, class: usize) -> f64 {
        self.classes(place).log_probability(class)
    }

    fn gradient(&self, place: &Place, class: usize) -> Vector {
        self.classes(place).gradient(class)
    }

    fn guidance_and_doubt(&self, place: &Place) -> (Vector, f64) {
        let classes = self.classes(place);
        let doubt = classes.exact.but(place.target).map(|other| classes.log_probability(other).exp()).sum();
        (classes.gradient(place.target), doubt)
    }

    fn errors(&self, place: &Place) -> Errors {
        let classes = self.classes(place);
        let d = place.x.len();
        let exact = classes.exact.log_posteriors();
        let mut moved = [0.0; MAX_CLASSES];
        for class in classes.exact.present() {
            moved[class] = classes.moved(class, &exact);
        }
        // p, phat and phat - p of a class.
        let shares = |class: usize| {
            let (p, phat) = (exact[class].exp(), (exact[class] + moved[class]).exp());
            (p, phat, if moved[class].abs() < 1.0 { p * moved[class].exp_m1() } else { phat - p })
        };
        let squared = |class: usize| -> f64 {
            let error = classes.exact.pull(class, |other| {
                let (_, phat, difference) = shares(other);
                (self.sharpness - 1.0) * phat + difference
            });
            error[..d].iter().map(|e| e * e).sum()
        };
        let mut errors = Errors { target: squared(place.target), ..Errors::default() };
        for class in classes.exact.present() {
            let (p, _, difference) = shares(class);
            // p (r - log(1 + r)) with r = phat/p - 1; each is not negative, and they sum to the KL.
            errors.kl += if moved[class].abs() < 1.0 {
                p * excess(moved[class].exp_m1(), moved[class])
            } else {
                difference - p * moved[class]
            };
        }
        for class in classes.exact.but(place.target) {
            errors.others += (classes.exact.logs[class] - place.odds.log_others).exp() * squared(class);
        }
        errors
    }

    /// The boundary between classes is as much narrower as the classifier is sharper.
    fn resolve(&self, axes: &mut [Axis]) {
        for axis in axes {
            axis.bandwidth *= self.sharpness.max(1.0).sqrt();
        }
    }
}
