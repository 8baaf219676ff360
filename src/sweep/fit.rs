//! Straight lines by least squares.

use serde::Serialize;

use crate::metrics::Estimate;

/// A fitted line; the standard errors are those of the residuals' scatter, NaN for two points.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Line {
    /// The slope.
    pub slope: Estimate,
    /// The value at 0.
    pub intercept: Estimate,
}

impl Line {
    /// The line closest to the points in `y`; at least two different `x`.
    pub fn fit(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let points: Vec<(f64, f64)> = points.into_iter().collect();
        let n = points.len() as f64;
        let (mean_x, mean_y) = points.iter().fold((0.0, 0.0), |(sum_x, sum_y), (x, y)| (sum_x + x / n, sum_y + y / n));
        let (spread, product) = points.iter().fold((0.0, 0.0), |(spread, product), (x, y)| {
            (spread + (x - mean_x) * (x - mean_x), product + (x - mean_x) * (y - mean_y))
        });
        let slope = product / spread;
        let intercept = mean_y - slope * mean_x;
        let residual: f64 = points.iter().map(|(x, y)| (y - intercept - slope * x).powi(2)).sum();
        let variance = residual / (n - 2.0);
        Self {
            slope: Estimate { estimate: slope, standard_error: (variance / spread).sqrt() },
            intercept: Estimate {
                estimate: intercept,
                standard_error: (variance * (1.0 / n + mean_x * mean_x / spread)).sqrt(),
            },
        }
    }

    /// The power law closest to positive points: `log y` against `log x`.
    pub fn power(points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::fit(points.into_iter().map(|(x, y)| (x.ln(), y.ln())))
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn known_lines() {
        let line = Line::fit((0..5).map(|i| (f64::from(i), 3.0 - 2.0 * f64::from(i))));
        assert!((line.slope.estimate + 2.0).abs() < 1e-14 && line.slope.standard_error < 1e-14);
        assert!((line.intercept.estimate - 3.0).abs() < 1e-14 && line.intercept.standard_error < 1e-14);
        let power = Line::power([8.0, 16.0, 64.0].map(|n: f64| (n, 0.3 * n.powf(-1.5))));
        assert!((power.slope.estimate + 1.5).abs() < 1e-13);
        assert!((power.intercept.estimate - 0.3_f64.ln()).abs() < 1e-13);
    }

    /// By hand: x = 0, 1, 2, 3 and y = 1, 0, 3, 2 have slope 3/5, intercept 3/5, residuals whose squares
    /// sum to 16/5, so the errors are sqrt(8/25) and sqrt(28/25).
    #[test]
    fn standard_errors() {
        let line = Line::fit([(0.0, 1.0), (1.0, 0.0), (2.0, 3.0), (3.0, 2.0)]);
        assert!((line.slope.estimate - 0.6).abs() < 1e-14 && (line.intercept.estimate - 0.6).abs() < 1e-14);
        assert!((line.slope.standard_error - 0.32_f64.sqrt()).abs() < 1e-14);
        assert!((line.intercept.standard_error - 1.12_f64.sqrt()).abs() < 1e-14);
        assert!(Line::fit([(0.0, 1.0), (1.0, 2.0)]).slope.standard_error.is_nan());
    }
}
