//! A labelled Gaussian mixture whose covariances are a diagonal plus a few directions.

use std::sync::Arc;

use super::{MAX_CLASSES, MAX_COMPONENTS, MAX_DIMENSION, MAX_FULL, MAX_RANK, MIN_VARIANCE};
use crate::model::{LabError, LabErrorCode, Learns, Network, Recipe, symmetric_eigen};
use crate::words::messages as says;

/// A covariance, `d` by `d`.
#[derive(Clone, Debug, PartialEq)]
pub enum Covariance {
    /// The same variance in every direction.
    Isotropic(f64),
    /// A variance for each coordinate.
    Diagonal(Vec<f64>),
    /// `diag(D) + F F^T`: the diagonal, and the columns of `F`, each of length `d`.
    LowRank {
        /// `D`.
        diagonal: Vec<f64>,
        /// The columns of `F`.
        factors: Vec<Vec<f64>>,
    },
    /// All entries, row by row, in up to 16 dimensions.
    Full(Vec<Vec<f64>>),
}

/// One labelled Gaussian.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Its weight; any positive number, the weights of a mixture are divided by their sum.
    pub weight: f64,
    /// Its mean, length `d`.
    pub mean: Vec<f64>,
    /// Its covariance.
    pub covariance: Covariance,
    /// Its label, `0..MAX_CLASSES`.
    pub class: usize,
}

/// A component as everything here goes by it: `Sigma = diag(D) + Q diag(lambda) Q^T`.
#[derive(Clone, Debug)]
pub(super) struct Own {
    pub weight: f64,
    pub mean: Vec<f64>,
    pub class: usize,
    /// `D`.
    pub diagonal: Vec<f64>,
    /// The columns of `Q`, one after the other.
    pub directions: Arc<[f64]>,
    /// `lambda` where the columns of `Q` are orthonormal and `D` is the same everywhere: then they stay what they are
    /// at every time. Otherwise every `lambda` is 1.
    pub variances: Option<Vec<f64>>,
}

/// A mixture that can be used: weights sum to 1, covariances are positive definite.
#[derive(Clone, Debug)]
pub struct Mixture {
    dimension: usize,
    components: Vec<Own>,
    classes: Vec<usize>,
    /// Those that were put last, latest last.
    networks: Vec<Arc<Network>>,
}

/// So many networks are kept.
const KEPT: usize = 4;

fn refuse<T>(code: LabErrorCode, path: String, message: crate::words::Says) -> Result<T, LabError> {
    Err(LabError::new(code, path, message))
}

impl Mixture {
    /// Checks the components.
    ///
    /// # Errors
    /// `range` and `inconsistent`, with the path of what is wrong: too many dimensions, components or directions,
    /// lengths that differ, a covariance that is not positive definite.
    pub fn new(components: Vec<Component>) -> Result<Self, LabError> {
        let count = components.len();
        if count == 0 || count > MAX_COMPONENTS {
            return refuse(LabErrorCode::Range, "mixture".into(), says::component_count(count, MAX_COMPONENTS));
        }
        let d = components[0].mean.len();
        let total: f64 = components.iter().map(|component| component.weight).sum();
        let mut own = Vec::with_capacity(count);
        for (index, component) in components.into_iter().enumerate() {
            own.push(checked(component, &format!("mixture[{index}]"), d, total)?);
        }
        let mut classes: Vec<usize> = own.iter().map(|component| component.class).collect();
        classes.sort_unstable();
        classes.dedup();
        Ok(Self { dimension: d, components: own, classes, networks: Vec::new() })
    }

    /// `d`.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// The labels that occur, ascending. Everything that is said of each class stands in this order.
    pub fn classes(&self) -> &[usize] {
        &self.classes
    }

    /// The place of a label among [`Self::classes`].
    pub fn place(&self, class: usize) -> Option<usize> {
        self.classes.iter().position(|&label| label == class)
    }

    /// The number of components.
    pub fn count(&self) -> usize {
        self.components.len()
    }

    /// The most directions that a component has.
    pub fn rank(&self) -> usize {
        self.components.iter().map(Own::rank).max().unwrap_or_default()
    }

    /// Of a component: its weight, its mean and its label.
    pub fn component(&self, index: usize) -> (f64, &[f64], usize) {
        let own = &self.components[index];
        (own.weight, &own.mean, own.class)
    }

    /// From now on the network of its recipe: what a learned classifier on this mixture goes by. A few are kept.
    ///
    /// # Panics
    /// If it is one of another dimension or of other classes.
    pub fn put_network(&mut self, network: Arc<Network>) {
        assert!(network.dimension == self.dimension && network.classes == self.classes, "a network of this mixture");
        self.networks.retain(|other| other.recipe != network.recipe);
        if self.networks.len() == KEPT {
            self.networks.remove(0);
        }
        self.networks.push(network);
    }

    /// Whether the network of a recipe was put.
    pub fn knows(&self, recipe: &Recipe) -> bool {
        self.networks.iter().any(|network| network.recipe == *recipe)
    }

    /// The network of a recipe; before one is put, the untrained one, which guides nowhere.
    pub fn network(&self, recipe: &Recipe) -> Arc<Network> {
        let found = self.networks.iter().find(|network| network.recipe == *recipe).cloned();
        found.unwrap_or_else(|| Arc::new(Network::blank(recipe, Learns::Classes, self.dimension, self.classes.clone())))
    }

    /// `E x_i^2` of a coordinate of clean data.
    pub(super) fn mean_square(&self, axis: usize) -> f64 {
        let d = self.dimension;
        let square = |own: &Own| {
            let along = own
                .directions
                .iter()
                .skip(axis)
                .step_by(d)
                .enumerate()
                .map(|(index, q)| q * q * own.variances.as_ref().map_or(1.0, |variances| variances[index]));
            own.weight * (own.mean[axis] * own.mean[axis] + own.diagonal[axis] + along.sum::<f64>())
        };
        self.components.iter().map(square).sum()
    }

    pub(super) fn own(&self) -> &[Own] {
        &self.components
    }
}

impl Own {
    pub fn rank(&self) -> usize {
        self.directions.len() / self.diagonal.len()
    }
}

fn checked(component: Component, path: &str, d: usize, total: f64) -> Result<Own, LabError> {
    let Component { weight, mean, covariance, class } = component;
    let in_range = |field: String, value: f64, min: f64, max: f64| {
        if value >= min && value <= max {
            return Ok(());
        }
        refuse(LabErrorCode::Range, field.clone(), says::out_of_range(field, value, min, max))
    };
    in_range(format!("{path}.weight"), weight, 1e-12, 1e12)?;
    in_range(format!("{path}.class"), class as f64, 0.0, (MAX_CLASSES - 1) as f64)?;
    let field = format!("{path}.mean");
    if mean.is_empty() || mean.len() > MAX_DIMENSION {
        return refuse(LabErrorCode::Range, field.clone(), says::number_count(field, mean.len(), MAX_DIMENSION));
    }
    let lengths = |field: String, found: usize| {
        if found == d {
            return Ok(());
        }
        refuse(LabErrorCode::Inconsistent, field.clone(), says::other_dimension(field, found, d))
    };
    lengths(field.clone(), mean.len())?;
    for &entry in &mean {
        in_range(field.clone(), entry, -1e6, 1e6)?;
    }
    let field = format!("{path}.covariance");
    let (diagonal, factors) = match covariance {
        Covariance::Isotropic(variance) => (vec![variance; d], Vec::new()),
        Covariance::Diagonal(diagonal) => (diagonal, Vec::new()),
        Covariance::LowRank { diagonal, factors } => (diagonal, factors),
        Covariance::Full(rows) => full(&rows, &field, d)?,
    };
    lengths(format!("{field}.diagonal"), diagonal.len())?;
    for &variance in &diagonal {
        in_range(format!("{field}.diagonal"), variance, MIN_VARIANCE, 1e12)?;
    }
    let place = format!("{field}.factors");
    if factors.len() > MAX_RANK {
        return refuse(LabErrorCode::Range, place.clone(), says::too_many_layers(place, factors.len(), MAX_RANK));
    }
    for factor in &factors {
        lengths(place.clone(), factor.len())?;
        for &entry in factor {
            in_range(place.clone(), entry, -1e6, 1e6)?;
        }
    }
    let same = diagonal.iter().all(|&variance| variance.to_bits() == diagonal[0].to_bits());
    let (directions, variances) = if same {
        let (directions, variances) = orthonormal(&factors);
        (directions, Some(variances))
    } else {
        (factors.concat(), None)
    };
    Ok(Own { weight: weight / total, mean, class, diagonal, directions: directions.into(), variances })
}

/// A full covariance as its least eigenvalue plus the rest of each other direction.
fn full(rows: &[Vec<f64>], field: &str, d: usize) -> Result<(Vec<f64>, Vec<Vec<f64>>), LabError> {
    if d > MAX_FULL {
        let message = says::full_covariance_dimension(field, d, MAX_FULL);
        return refuse(LabErrorCode::Range, field.into(), message);
    }
    if rows.len() != d || rows.iter().any(|row| row.len() != d) {
        return refuse(LabErrorCode::Inconsistent, field.into(), says::rows_of_numbers(d, d));
    }
    for i in 0..d {
        for j in 0..i {
            let (lower, upper) = (rows[i][j], rows[j][i]);
            if (lower - upper).abs() > 1e-9 * (1.0 + lower.abs()) {
                let [place, other] = [(i, j), (j, i)].map(|(i, j)| format!("[{i}][{j}]"));
                let message = says::not_symmetric(field, place, lower, other, upper);
                return refuse(LabErrorCode::Inconsistent, field.into(), message);
            }
        }
    }
    let (values, vectors) = symmetric_eigen(rows);
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    if least.is_nan() || least < MIN_VARIANCE {
        let message = says::bad_eigenvalue(field, MIN_VARIANCE, 1e12, least);
        return refuse(LabErrorCode::Range, field.into(), message);
    }
    let factor = |index: usize| -> Vec<f64> {
        let length = (values[index] - least).sqrt();
        vectors.iter().map(|row| length * row[index]).collect()
    };
    let factors = (0..d).filter(|&index| values[index] > least).map(factor).collect();
    Ok((vec![least; d], factors))
}

/// Orthonormal directions `Q`, one after the other, with `Q diag(lambda) Q^T = F F^T`: the eigenvectors of `F^T F`,
/// carried over by `F`. What adds nothing to the digits is left out.
fn orthonormal(factors: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let inner: Vec<Vec<f64>> = factors.iter().map(|a| factors.iter().map(|b| dot(a, b)).collect()).collect();
    let (values, vectors) = symmetric_eigen(&inner);
    let largest = values.iter().copied().fold(0.0, f64::max);
    let (mut directions, mut variances) = (Vec::new(), Vec::new());
    for (index, &value) in values.iter().enumerate() {
        if value <= 1e-13 * largest {
            continue;
        }
        let length = value.sqrt();
        let d = factors[0].len();
        directions.extend((0..d).map(|j| {
            let entry: f64 = factors.iter().zip(&vectors).map(|(factor, row)| factor[j] * row[index]).sum();
            entry / length
        }));
        variances.push(value);
    }
    (directions, variances)
}
