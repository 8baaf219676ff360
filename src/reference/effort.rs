//! How exactly an integral is taken, and what comes of it.

/// Standard deviations kept on each side of the components' means: beyond lies `1e-16` of the mass.
pub(super) const REACH: f64 = 8.5;

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
    /// For closed forms. At late times the guidance itself drowns in rounding.
    pub const CLOSED: Self = Self { smallest: 1e-14, agreement: 1e-9, nodes: 2e6 };

    /// The most nodes on one grid over all components, where there is no wave.
    pub const ON_ONE_GRID: f64 = 1e5;
    /// The most nodes in the cells of all components, in one dimension and in two.
    pub const IN_CELLS: [f64; 2] = [5e4, 6e5];
}

/// An integral of `M` functions at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quadrature<const M: usize> {
    /// The integrals.
    pub values: [f64; M],
    /// The largest change from the level before, or by the halving of cells, relative to the integrals of the absolute
    /// values. Above `1e-9` only if the budget of nodes ran out; then, on a grid, the larger of the last two.
    pub change: f64,
    /// Nodes of the last level, or of all cells.
    pub nodes: usize,
}

impl<const M: usize> Quadrature<M> {
    /// The largest difference to another, relative to the larger or to `smallest`.
    pub(super) fn apart(&self, other: &Self, smallest: f64) -> f64 {
        let pairs = self.values.iter().zip(other.values);
        pairs.map(|(a, b)| (a - b).abs() / a.abs().max(b.abs()).max(smallest)).fold(0.0, f64::max)
    }
}
