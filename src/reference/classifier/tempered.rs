//! The tempered classifier: docs/numerics.md, "The tempered classifier". The only kind so far that looks at
//! each class by itself: the others' proportions change.

use super::{Errors, Kind, Place, excess};
use crate::model::{MAX_CLASSES, MAX_DIMENSION, Tempered};
use crate::reference::axis::Axis;
use crate::reference::log_add_exp;
use crate::reference::marginal::{LogSum, log_add_one_exp};

type Vector = [f64; MAX_DIMENSION];

/// Every class at a point. A class without a component has logarithms of `-inf`, and is passed over.
struct Classes {
    target: usize,
    sharpness: f64,
    bias: f64,
    /// `L_y = log (pi_y p_t(x|y))`.
    logs: [f64; MAX_CLASSES],
    /// `b L_y + e [y = c]`.
    tempered: [f64; MAX_CLASSES],
    /// `s_y`.
    scores: [Vector; MAX_CLASSES],
}

impl Tempered {
    fn classes(&self, place: &Place) -> Classes {
        let sums = place.marginal.class_sums(place.x);
        let logs = sums.each_ref().map(LogSum::log);
        let mut tempered = [f64::NEG_INFINITY; MAX_CLASSES];
        for class in 0..MAX_CLASSES {
            if logs[class] > f64::NEG_INFINITY {
                tempered[class] = self.sharpness * logs[class];
            }
        }
        tempered[place.target] += self.bias;
        Classes {
            target: place.target,
            sharpness: self.sharpness,
            bias: self.bias,
            logs,
            tempered,
            scores: sums.each_ref().map(|sum| std::array::from_fn(|i| sum.score(i))),
        }
    }
}

impl Classes {
    /// The classes with a component, but for one.
    fn but(&self, class: usize) -> impl Iterator<Item = usize> + '_ {
        (0..MAX_CLASSES).filter(move |&other| other != class && self.logs[other] > f64::NEG_INFINITY)
    }

    /// The logarithm of the probability of a class, by its odds against the rest, given the logarithms of all.
    fn log_share(&self, logs: &[f64; MAX_CLASSES], class: usize) -> f64 {
        let rest = self.but(class).fold(f64::NEG_INFINITY, |sum, other| log_add_exp(sum, logs[other]));
        -log_add_one_exp(rest - logs[class])
    }

    /// `log phat(y|x)`.
    fn log_probability(&self, class: usize) -> f64 {
        if self.logs[class] == f64::NEG_INFINITY { f64::NEG_INFINITY } else { self.log_share(&self.tempered, class) }
    }

    /// `sum_{k != y} w_k (s_y - s_k)`.
    fn pull(&self, class: usize, weight: impl Fn(usize) -> f64) -> Vector {
        let mut sum = [0.0; MAX_DIMENSION];
        if self.logs[class] == f64::NEG_INFINITY {
            return sum;
        }
        for other in self.but(class) {
            let weight = weight(other);
            for (i, sum) in sum.iter_mut().enumerate() {
                *sum += weight * (self.scores[class][i] - self.scores[other][i]);
            }
        }
        sum
    }

    /// `grad log phat(y|x) = b (s_y - sum_k phat_k s_k)`.
    fn gradient(&self, class: usize) -> Vector {
        self.pull(class, |other| self.sharpness * self.log_probability(other).exp())
    }

    /// `log phat(y|x) - log p(y|x) = -log sum_k p_k e^(delta_k - delta_y)` with
    /// `delta_k = (b - 1) L_k + e [k = c]`: relative to itself exact also where it is small.
    fn moved(&self, class: usize, exact: &[f64; MAX_CLASSES]) -> f64 {
        let sign = |other: usize| f64::from(u8::from(other == self.target)) - f64::from(u8::from(class == self.target));
        let delta =
            |other: usize| (self.sharpness - 1.0) * (self.logs[other] - self.logs[class]) + self.bias * sign(other);
        if self.but(class).all(|other| delta(other).abs() < 1.0) {
            -self.but(class).map(|other| exact[other].exp() * delta(other).exp_m1()).sum::<f64>().ln_1p()
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
        let doubt = classes.but(place.target).map(|other| classes.log_probability(other).exp()).sum();
        (classes.gradient(place.target), doubt)
    }

    fn errors(&self, place: &Place) -> Errors {
        let classes = self.classes(place);
        let d = place.x.len();
        let (mut exact, mut moved) = ([f64::NEG_INFINITY; MAX_CLASSES], [0.0; MAX_CLASSES]);
        for class in classes.but(MAX_CLASSES) {
            exact[class] = classes.log_share(&classes.logs, class);
        }
        for class in classes.but(MAX_CLASSES) {
            moved[class] = classes.moved(class, &exact);
        }
        // p, phat and phat - p of a class.
        let shares = |class: usize| {
            let (p, phat) = (exact[class].exp(), (exact[class] + moved[class]).exp());
            (p, phat, if moved[class].abs() < 1.0 { p * moved[class].exp_m1() } else { phat - p })
        };
        let squared = |class: usize| -> f64 {
            let error = classes.pull(class, |other| {
                let (_, phat, difference) = shares(other);
                (self.sharpness - 1.0) * phat + difference
            });
            error[..d].iter().map(|e| e * e).sum()
        };
        let mut errors = Errors { target: squared(place.target), ..Errors::default() };
        for class in classes.but(MAX_CLASSES) {
            let (p, _, difference) = shares(class);
            // p (r - log(1 + r)) with r = phat/p - 1; each is not negative, and they sum to the KL.
            errors.kl += if moved[class].abs() < 1.0 {
                p * excess(moved[class].exp_m1(), moved[class])
            } else {
                difference - p * moved[class]
            };
        }
        for class in classes.but(place.target) {
            errors.others += (classes.logs[class] - place.odds.log_others).exp() * squared(class);
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
