//! The weight of the guidance at one point and time: constant, on in an interval of time only, or fading
//! where the classifier is sure; and what the rules make of it.

use super::Rules;

/// `gamma(x, t) = outside + (f(t) gamma - outside) (1 - phat(c|x))^adaptive` while `from <= t <= to`, else
/// `outside`; `phat` is the lane's own classifier at time `t`, and `f` the factor of the rules, which hold in the
/// interval only.
///
/// With `outside = 1`, plain conditional sampling, the interval is that of arXiv 2404.07724 (guidance in a
/// limited interval). The power is ours: an instance of the weights `w(t, x) >= 0` that arXiv 2505.01382,
/// Theorem 1 allows; 0 is a constant weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    /// The weight of the classifier's gradient.
    pub gamma: f64,
    /// The weight outside the interval, and where the classifier is sure.
    pub outside: f64,
    /// The earliest diffusion time at which the weight is `gamma`.
    pub from: f64,
    /// The latest.
    pub to: f64,
    /// The power of `1 - phat(c|x)`.
    pub adaptive: f64,
    /// What else is done to the guidance in the interval.
    pub rules: Rules,
}

impl Weight {
    /// The same weight everywhere.
    pub const fn constant(gamma: f64) -> Self {
        Self { gamma, outside: gamma, from: 0.0, to: f64::INFINITY, adaptive: 0.0, rules: Rules::NONE }
    }

    /// Whether the interval holds `t`.
    pub fn is_on(&self, t: f64) -> bool {
        self.from <= t && t <= self.to
    }

    /// The weight at time `t` where the classifier gives the other classes the probability `doubt`.
    pub fn at(&self, t: f64, doubt: f64) -> f64 {
        self.of_step(t, doubt, 1.0)
    }

    /// The same for a step whose own factor is `boost`, with which only [`Rules::renoised`] goes.
    #[expect(clippy::float_cmp, reason = "a constant weight is left as it is")]
    pub fn of_step(&self, t: f64, doubt: f64, boost: f64) -> f64 {
        if !self.is_on(t) {
            return self.outside;
        }
        let gamma = self.gamma * self.factor(t, boost);
        if self.adaptive == 0.0 || gamma == self.outside {
            return gamma;
        }
        // doubt^adaptive; the library's power is 2 KB of the browser's module.
        self.outside + (gamma - self.outside) * (self.adaptive * doubt.ln()).exp()
    }

    /// What multiplies `gamma` in a step from `t` whose own factor is `boost`.
    pub fn factor(&self, t: f64, boost: f64) -> f64 {
        self.rules.factor(t) * if self.rules.renoised { boost } else { 1.0 }
    }

    /// Whether the weight is the same everywhere and always.
    #[expect(clippy::float_cmp, reason = "the same number, not one near it")]
    pub fn is_constant(&self) -> bool {
        self.gamma == self.outside && self.rules.keep_gamma()
    }

    /// The reverse process from `horizon` to `stop` in pieces in which the weight is smooth in time: the end of each
    /// and its weight, without an interval.
    pub fn pieces(&self, horizon: f64, stop: f64) -> Vec<(f64, Self)> {
        let on = Self { from: 0.0, to: f64::INFINITY, ..*self };
        let off = Self::constant(self.outside);
        let mut pieces = Vec::new();
        let mut start = horizon;
        let kink = self.rules.ramp.and_then(|ramp| ramp.kink()).map_or(self.from, |kink| kink.max(self.from));
        for (end, weight) in [(self.to, off), (kink, on), (self.from, on), (stop, off)] {
            let end = end.max(stop).min(horizon);
            if end < start {
                pieces.push((end, weight));
                start = end;
            }
        }
        pieces
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::*;

    #[test]
    fn weights() {
        let whole = Weight::constant(3.0);
        assert_eq!((whole.at(0.0, 0.5), whole.at(20.0, 0.5)), (3.0, 3.0));
        assert_eq!(whole.pieces(8.0, 0.1), [(0.1, whole)]);
        let weight = Weight { outside: 1.0, from: 0.5, to: 2.0, adaptive: 2.0, ..whole };
        assert_eq!([0.4, 0.5, 2.0, 2.1].map(|t| weight.at(t, 0.5)), [1.0, 1.5, 1.5, 1.0]);
        let (on, off) = (Weight { from: 0.0, to: f64::INFINITY, ..weight }, Weight::constant(1.0));
        assert_eq!(weight.pieces(8.0, 0.1), [(2.0, off), (0.5, on), (0.1, off)]);
        assert_eq!(weight.pieces(1.5, 0.0), [(0.5, on), (0.0, off)]);
        assert_eq!(Weight { from: 0.0, to: 20.0, ..weight }.pieces(8.0, 0.1), [(0.1, on)]);
        assert_eq!(Weight { from: 9.0, to: 20.0, ..weight }.pieces(8.0, 0.1), [(0.1, off)]);
    }
}
