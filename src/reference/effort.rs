//! How exactly an integral is taken.

/// How long an integral is refined.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// Integrals below this count as this large when levels are compared.
    pub smallest: f64,
    /// Two levels must agree to this, relative to the integral of the absolute value.
    pub agreement: f64,
    /// No level has more nodes than this.
    pub nodes: f64,
}

impl Effort {
    /// For closed forms: about a second with a few components. At late times the guidance itself drowns in rounding.
    pub const CLOSED: Self = Self { smallest: 1e-14, agreement: 1e-9, nodes: 2e6 };
}
