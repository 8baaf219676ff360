//! The times of a process.

use super::rare::rare;
use super::{Grid, Process};

impl Process {
    /// The reverse times, `steps + 1` of them, falling from `horizon` to `stop`.
    pub fn times(&self) -> Vec<f64> {
        let n = self.steps;
        let (horizon, stop) = (self.horizon, self.stop);
        let mut times = if self.grid == Grid::Logistic { (rare().logistic)(self) } else { Vec::with_capacity(n + 1) };
        let uniform = n / 2;
        for k in times.len()..=n {
            let left = 1.0 - k as f64 / n as f64;
            times.push(match self.grid {
                Grid::Uniform => stop + (horizon - stop) * left,
                Grid::UniformGeometric if k < uniform => horizon + (1.0 - horizon) * k as f64 / uniform as f64,
                // stop^(k/geometric); the library's power is 2 KB of the browser's module.
                Grid::UniformGeometric => (stop.ln() * (k - uniform) as f64 / (n - uniform) as f64).exp(),
                Grid::Quadratic | Grid::Logistic => stop + (horizon - stop) * left.powi(2),
            });
        }
        times[0] = horizon;
        times[n] = stop;
        times
    }
}
