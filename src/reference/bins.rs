//! The exact mass of a class-conditional in every bin of a histogram, by the normal distribution
//! function in 1D and by conditioning on the first coordinate in 2D.

use super::Marginal;
use super::marginal::normal_interval;
use crate::model::NoisedComponent;

/// The masses of the bins and of all that lies outside; they sum to one.
#[derive(Clone, Debug, PartialEq)]
pub struct BinMasses {
    /// 1D: `side` bins; 2D: `side * side`, row-major with `x_1` fastest.
    pub masses: Vec<f64>,
    /// The mass outside the rectangle.
    pub outside: f64,
}

/// Nodes and weights of the 12-point Gauss-Legendre rule on `[-1, 1]`, positive half
/// (Abramowitz and Stegun, table 25.4).
const GAUSS_LEGENDRE: [(f64, f64); 6] = [
    (0.125233408511468915472, 0.249147045813402785001),
    (0.367831498998180193753, 0.233492536538354808761),
    (0.587317954286617447297, 0.203167426723065921749),
    (0.769902674194304687037, 0.160078328543346226335),
    (0.904117256370474856678, 0.106939325995318430960),
    (0.981560634246719250690, 0.047175336386511827195),
];
/// Beyond this many standard deviations a normal has no mass in f64.
const REACH: f64 = 39.0;

impl BinMasses {
    /// The masses of `p_t(.|class)` in `side` bins along each coordinate of the rectangle from `min`
    /// to `max`.
    ///
    /// # Panics
    /// In more than two dimensions.
    pub fn new(marginal: &Marginal, class: usize, min: [f64; 2], max: [f64; 2], side: usize) -> Self {
        let edges = |axis: usize| -> Vec<f64> {
            (0..=side).map(|i| min[axis] + (max[axis] - min[axis]) * i as f64 / side as f64).collect()
        };
        let prior = marginal.log_priors[class].exp();
        let components = marginal.components.iter().filter(|component| component.class == class);
        match marginal.dimension {
            1 => {
                let edges = edges(0);
                let masses = edges.windows(2).map(|e| marginal.class_interval_mass(class, e[0], e[1])).collect();
                let outside = marginal.class_interval_mass(class, f64::NEG_INFINITY, min[0])
                    + marginal.class_interval_mass(class, max[0], f64::INFINITY);
                Self { masses, outside }
            }
            2 => {
                let (edges, rows) = (edges(0), edges(1));
                let mut bins = Self { masses: vec![0.0; side * side], outside: 0.0 };
                for component in components {
                    bins.add_plane(component, component.weight / prior, &edges, &rows);
                }
                bins
            }
            d => panic!("bins in {d} dimensions"),
        }
    }

    /// Adds a Gaussian in the plane: `x_1` by panels of Gauss-Legendre, `x_2` given `x_1` exactly.
    fn add_plane(&mut self, component: &NoisedComponent, weight: f64, columns: &[f64], rows: &[f64]) {
        let side = columns.len() - 1;
        let (m1, m2) = (component.mean[0], component.mean[1]);
        let sd = component.covariance[0].sqrt();
        let slope = component.covariance[1] / component.covariance[0];
        let sd_given = (1.0 / component.precision[3]).sqrt();
        // In x_1 the integrand varies over its own sd, and over the distance in which the
        // conditional mean crosses one conditional sd.
        let panel = sd.min(sd_given / slope.abs());
        self.outside += weight
            * (normal_interval(f64::NEG_INFINITY, (columns[0] - m1) / sd)
                + normal_interval((columns[side] - m1) / sd, f64::INFINITY));
        for column in 0..side {
            let (a, b) = (columns[column], columns[column + 1]);
            if slope == 0.0 {
                self.add_column(column, weight * normal_interval((a - m1) / sd, (b - m1) / sd), m2, sd_given, rows);
                continue;
            }
            let (a, b) = (a.max(m1 - REACH * sd), b.min(m1 + REACH * sd));
            if a >= b {
                continue;
            }
            let panels = ((b - a) / panel).ceil().max(1.0);
            let half = 0.5 * (b - a) / panels;
            for i in 0..panels as usize {
                let middle = a + half * (2.0 * i as f64 + 1.0);
                for (node, node_weight) in GAUSS_LEGENDRE {
                    for x in [middle - half * node, middle + half * node] {
                        let z = (x - m1) / sd;
                        let density = (-0.5 * z * z).exp() / (sd * (2.0 * std::f64::consts::PI).sqrt());
                        let mass = weight * density * node_weight * half;
                        if mass > 0.0 {
                            self.add_column(column, mass, m2 + slope * (x - m1), sd_given, rows);
                        }
                    }
                }
            }
        }
    }

    /// Spreads `mass` over a column as `N(mean, sd^2)` in `x_2`.
    fn add_column(&mut self, column: usize, mass: f64, mean: f64, sd: f64, rows: &[f64]) {
        let side = rows.len() - 1;
        for (row, edges) in rows.windows(2).enumerate() {
            self.masses[row * side + column] += mass * normal_interval((edges[0] - mean) / sd, (edges[1] - mean) / sd);
        }
        self.outside += mass
            * (normal_interval(f64::NEG_INFINITY, (rows[0] - mean) / sd)
                + normal_interval((rows[side] - mean) / sd, f64::INFINITY));
    }
}
