//! The weight of the guidance at one point and time: constant, on in an interval of time only, or fading
//! where the classifier is sure.

/// `gamma(x, t) = outside + (gamma - outside) (1 - phat(c|x))^adaptive` while `from <= t <= to`, else
/// `outside`; `phat` is the lane's own classifier at time `t`.
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
}

impl Weight {
    /// The same weight everywhere.
    pub const fn constant(gamma: f64) -> Self {
        Self { gamma, outside: gamma, from: 0.0, to: f64::INFINITY, adaptive: 0.0 }
    }

    /// Whether the interval holds `t`.
    pub fn is_on(&self, t: f64) -> bool {
        self.from <= t && t <= self.to
    }

    /// The weight at time `t` where the classifier gives the other classes the probability `doubt`.
    #[expect(clippy::float_cmp, reason = "a constant weight is left as it is")]
    pub fn at(&self, t: f64, doubt: f64) -> f64 {
        if !self.is_on(t) || self.gamma == self.outside {
            return self.outside;
        }
        if self.adaptive == 0.0 {
            return self.gamma;
        }
        // doubt^adaptive; the library's power is 2 KB of the browser's module.
        self.outside + (self.gamma - self.outside) * (self.adaptive * doubt.ln()).exp()
    }

    /// The reverse process from `horizon` to `stop` in pieces whose weight does not jump: the end of each
    /// and its weight, without an interval.
    pub fn pieces(&self, horizon: f64, stop: f64) -> Vec<(f64, Self)> {
        let on = Self { from: 0.0, to: f64::INFINITY, ..*self };
        let off = Self::constant(self.outside);
        let mut pieces = Vec::new();
        let mut start = horizon;
        for (end, weight) in [(self.to, off), (self.from, on), (stop, off)] {
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
