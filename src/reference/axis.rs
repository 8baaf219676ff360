//! A coordinate that is integrated over, and how finely. docs/numerics.md, "Quadrature".

use std::f64::consts::TAU;

/// Fractional part of the number of nodes in a wavelength.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// One coordinate of the integration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis {
    /// Where the integrand begins to matter.
    pub from: f64,
    /// Where it ceases to.
    pub to: f64,
    /// Angular frequency up to which the first level resolves the integrand.
    pub bandwidth: f64,
    /// Angular frequency of a wave in the integrand; 0 if there is none.
    pub wave: f64,
}

impl Axis {
    /// The spacing that resolves `factor` times the bandwidth.
    pub(super) fn spacing(&self, factor: f64) -> f64 {
        let bandwidth = factor * self.bandwidth;
        if self.wave > 0.0 {
            TAU / (self.wave * ((bandwidth / self.wave - GOLDEN).ceil().max(0.0) + GOLDEN))
        } else {
            TAU / bandwidth
        }
    }
}
