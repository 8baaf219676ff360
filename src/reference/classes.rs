//! Every class at one point: what the classifiers need that look at each class by itself.

use super::log_add_exp;
use super::marginal::{LogSum, Marginal, log_add_one_exp};
use crate::model::{MAX_CLASSES, MAX_DIMENSION};

pub(super) type Vector = [f64; MAX_DIMENSION];

/// Every class at a point. A class without a component has a logarithm of `-inf`, and is passed over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Classes {
    /// `L_y = log (pi_y p_t(x|y))`.
    pub logs: [f64; MAX_CLASSES],
    /// `s_y`.
    pub scores: [Vector; MAX_CLASSES],
}

impl Classes {
    pub(super) fn at(marginal: &Marginal, x: &[f64]) -> Self {
        let sums = marginal.class_sums(x);
        Self {
            logs: sums.each_ref().map(LogSum::log),
            scores: sums.each_ref().map(|sum| std::array::from_fn(|i| sum.score(i))),
        }
    }

    /// Whether a class has a component.
    pub(super) fn has(&self, class: usize) -> bool {
        self.logs[class] > f64::NEG_INFINITY
    }

    /// The classes with a component, but for one.
    pub(super) fn but(&self, class: usize) -> impl Iterator<Item = usize> + '_ {
        (0..MAX_CLASSES).filter(move |&other| other != class && self.has(other))
    }

    /// All classes with a component.
    pub(super) fn present(&self) -> impl Iterator<Item = usize> + '_ {
        self.but(MAX_CLASSES)
    }

    /// The logarithm of the probability of a class, by its odds against the rest, given the logarithms of all.
    pub(super) fn log_share(&self, logs: &[f64; MAX_CLASSES], class: usize) -> f64 {
        let rest = self.but(class).fold(f64::NEG_INFINITY, |sum, other| log_add_exp(sum, logs[other]));
        -log_add_one_exp(rest - logs[class])
    }

    /// `log p_t(y|x)` of every class.
    pub(super) fn log_posteriors(&self) -> [f64; MAX_CLASSES] {
        let mut logs = [f64::NEG_INFINITY; MAX_CLASSES];
        for class in self.present() {
            logs[class] = self.log_share(&self.logs, class);
        }
        logs
    }

    /// `sum_{k != y} w_k (s_y - s_k)`.
    pub(super) fn pull(&self, class: usize, weight: impl Fn(usize) -> f64) -> Vector {
        let mut sum = [0.0; MAX_DIMENSION];
        if !self.has(class) {
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
}
