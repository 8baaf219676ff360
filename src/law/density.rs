//! A law as a density on equidistant nodes.

use super::Atoms;

/// Densities below this share of the largest count as zero where a logarithm is taken.
const NEGLIGIBLE_DENSITY: f64 = 1e-15;

/// A density on equidistant nodes; zero beyond them. Sums over the nodes are the trapezoid rule, which
/// converges geometrically here.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    /// The first node.
    pub from: f64,
    /// The distance between nodes.
    pub spacing: f64,
    /// The density at the nodes.
    pub values: Vec<f64>,
    /// An estimate of the error, `integral |error| dx`; 0 where the method leaves only rounding, infinite
    /// where it ran out of nodes.
    pub error: f64,
}

impl Density {
    /// The nodes.
    pub fn points(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.values.len()).map(|i| self.from + self.spacing * i as f64)
    }

    /// `E f`.
    pub fn expect(&self, f: impl Fn(f64) -> f64) -> f64 {
        self.points().zip(&self.values).filter(|(_, value)| **value != 0.0).map(|(x, value)| f(x) * value).sum::<f64>()
            * self.spacing
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        self.expect(|x| x)
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.expect(|x| (x - mean) * (x - mean))
    }

    /// The differential entropy, nats.
    pub fn entropy(&self) -> f64 {
        -self.kl(|_| 0.0)
    }

    /// `KL(self || q)`, nats, given `log q`.
    pub fn kl(&self, log_q: impl Fn(f64) -> f64) -> f64 {
        let least = NEGLIGIBLE_DENSITY * self.values.iter().copied().fold(0.0, f64::max);
        self.points()
            .zip(&self.values)
            .filter(|(_, value)| **value > least)
            .map(|(x, value)| value * (value.ln() - log_q(x)))
            .sum::<f64>()
            * self.spacing
    }

    /// `KL(p || self)`, nats, given `log p`: the direction of arXiv 2601.21200, Theorem 3.9. `p` must have its
    /// mass where this density is resolved.
    pub fn kl_from(&self, log_p: impl Fn(f64) -> f64) -> f64 {
        self.points()
            .zip(&self.values)
            .filter(|(_, value)| **value > 0.0)
            .map(|(x, value)| {
                let log = log_p(x);
                log.exp() * (log - value.ln())
            })
            .sum::<f64>()
            * self.spacing
    }

    /// The mass between `from` and `to`.
    pub fn mass(&self, from: f64, to: f64) -> f64 {
        self.finer(16.0).atoms().bin_masses(&[from, to])[0]
    }

    /// The same law as weighted points.
    pub fn atoms(&self) -> Atoms {
        let weights = self.values.iter().map(|value| value * self.spacing).collect();
        Atoms { points: self.points().collect(), weights }
    }

    /// The density on nodes `factor` times closer, by the sinc series of the nodes, cut off smoothly
    /// (Gaussian regularised; Qian, Proc. AMS 131, 2003).
    pub(super) fn finer(&self, factor: f64) -> Self {
        const WIDTH: i64 = 16;
        let factor = factor as i64;
        let last = self.values.len() as i64 - 1;
        // pi (1 - bandwidth) W, for the half of the band that a resolved density leaves free.
        let variance = WIDTH as f64 / (0.5 * std::f64::consts::PI);
        let values = (0..=last * factor)
            .map(|j| {
                let (cell, part) = (j / factor, j % factor);
                if part == 0 {
                    return self.values[cell as usize];
                }
                let sum: f64 = ((cell - WIDTH + 1).max(0)..=(cell + WIDTH).min(last))
                    .map(|i| {
                        let x = part as f64 / factor as f64 + (cell - i) as f64;
                        let angle = std::f64::consts::PI * x;
                        self.values[i as usize] * angle.sin() / angle * (-0.5 * x * x / variance).exp()
                    })
                    .sum();
                sum.max(0.0)
            })
            .collect();
        Self { spacing: self.spacing / factor as f64, values, ..*self }
    }
}
