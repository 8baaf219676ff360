//! Integrals over a mixture whose components are too narrow, for the space between them, to lay one grid over all of it.
//!
//! `int F = sum_k int r_k F` with the responsibilities `r_k`: each component's share is taken in its own coordinates,
//! `x = m + L z` with `C = L L^T`, where all components have the same size. The square `|z_i| <= 8.5` is cut into cells
//! with Gauss and Legendre's rule in each. A cell is halved as long as its halves differ from the whole, across the
//! coordinate along which the integrand's highest coefficients are larger. docs/numerics.md, "Quadrature".

use super::Marginal;
use super::effort::{Effort, Quadrature, REACH};
use super::marginal::log_term;
use crate::model::{MAX_DIMENSION, NoisedComponent};

/// Nodes of a cell in one coordinate.
const NODES: usize = 10;
/// The positive nodes in [-1, 1] and their weights (Abramowitz and Stegun, table 25.4).
const RULE: [(f64, f64); NODES / 2] = [
    (0.148_874_338_981_631_22, 0.295_524_224_714_752_87),
    (0.433_395_394_129_247_2, 0.269_266_719_309_996_35),
    (0.679_409_568_299_024_4, 0.219_086_362_515_982_04),
    (0.865_063_366_688_984_5, 0.149_451_349_150_580_6),
    (0.973_906_528_517_171_7, 0.066_671_344_308_688_14),
];
/// Cells in one coordinate at first.
const FIRST: usize = 4;
/// At first no cell is wider than so many standard deviations of a component that lies in it.
const WIDEST: f64 = 6.0;
/// A component that is narrower than this, against another, weighs less than any agreement that is asked for.
const NARROWEST: f64 = 1e-3;

/// Where a cell lies in the coordinates of a component: its centre and half its sides.
type Place = ([f64; 2], [f64; 2]);

/// A cell, and what was found in it.
struct Cell<const M: usize> {
    component: usize,
    place: Place,
    values: [f64; M],
    /// The integrals of the absolute values.
    sizes: [f64; M],
    errors: [f64; M],
    /// The coordinate across which it is to be halved.
    across: usize,
}

/// The coordinates of a component: `L`, by its entries `L_11`, `L_21`, `L_22`. In one dimension the second is its own.
struct Frame<'a> {
    component: &'a NoisedComponent,
    lower: [f64; 3],
}

impl<'a> Frame<'a> {
    fn of(component: &'a NoisedComponent) -> Self {
        let lower = match component.covariance[..] {
            [a, b, _, c] => {
                let first = a.sqrt();
                let below = b / first;
                [first, below, (c - below * below).max(f64::MIN_POSITIVE).sqrt()]
            }
            _ => [component.covariance[0].sqrt(), 0.0, 1.0],
        };
        Self { component, lower }
    }

    fn point(&self, z: [f64; 2]) -> [f64; 2] {
        let ([first, below, second], mean) = (self.lower, &self.component.mean);
        [mean[0] + first * z[0], mean.get(1).map_or(0.0, |mean| mean + below * z[0] + second * z[1])]
    }

    /// Where another component lies: its mean and standard deviations.
    fn sees(&self, other: &NoisedComponent) -> Place {
        let [first, below, second] = self.lower;
        let back = |v: [f64; 2]| [v[0] / first, (v[1] - below * v[0] / first) / second];
        let own = &self.component.mean;
        match other.covariance[..] {
            [a, b, _, c] => {
                let centre = back([other.mean[0] - own[0], other.mean[1] - own[1]]);
                let (x, y) = (back([a, b]), back([b, c]));
                let variances = [x[0] / first, (y[1] - below * x[1] / first) / second];
                (centre, variances.map(|variance| variance.max(0.0).sqrt()))
            }
            _ => ([(other.mean[0] - own[0]) / first, 0.0], [other.covariance[0].sqrt() / first, 1.0]),
        }
    }
}

/// Integrates `f`, which shows no more than the components of `marginal` and those of `others` do.
pub(super) fn integrate_in_cells<const M: usize>(
    effort: Effort,
    marginal: &Marginal,
    others: &[NoisedComponent],
    f: &mut dyn FnMut(&[f64]) -> [f64; M],
) -> Quadrature<M> {
    let frames: Vec<Frame> = marginal.components.iter().map(Frame::of).collect();
    let per_cell = NODES.pow(marginal.dimension as u32);
    let mut open: Vec<Cell<M>> = Vec::new();
    for (k, frame) in frames.iter().enumerate() {
        let seen: Vec<Place> = marginal.components.iter().chain(others).map(|other| frame.sees(other)).collect();
        for place in first_cells(marginal.dimension, &seen) {
            open.push(Cell { errors: [f64::INFINITY; M], ..weighed(marginal, &frames, k, place, f) });
        }
    }
    let mut nodes = open.len() * per_cell;
    let mut done: Vec<Cell<M>> = Vec::new();
    loop {
        let total = |of: fn(&Cell<M>) -> [f64; M]| {
            done.iter().chain(&open).map(of).fold([0.0; M], |sum, each| std::array::from_fn(|m| sum[m] + each[m]))
        };
        let scale = total(|cell| cell.sizes).map(|size| size.max(effort.smallest));
        let share = |errors: [f64; M]| (0..M).map(|m| errors[m] / scale[m]).fold(0.0, f64::max);
        let (values, change) = (total(|cell| cell.values), share(total(|cell| cell.errors)));
        let most = ((effort.nodes - nodes as f64) / (2 * per_cell) as f64) as usize;
        let mut enough = effort.agreement / (open.len() + done.len()) as f64;
        if change <= effort.agreement || most == 0 {
            return Quadrature { values, change, nodes };
        }
        while open.iter().filter(|cell| share(cell.errors) > enough).count() > most {
            enough *= 2.0;
        }
        let (halved, kept): (Vec<_>, Vec<_>) = open.into_iter().partition(|cell| share(cell.errors) > enough);
        if halved.is_empty() {
            return Quadrature { values, change, nodes };
        }
        done.extend(kept);
        nodes += 2 * halved.len() * per_cell;
        open = halved
            .into_iter()
            .flat_map(|cell| {
                let mut pair =
                    halves(cell.place, cell.across).map(|place| weighed(marginal, &frames, cell.component, place, f));
                let errors =
                    std::array::from_fn(|m| 0.5 * (pair[0].values[m] + pair[1].values[m] - cell.values[m]).abs());
                for half in &mut pair {
                    half.errors = errors;
                }
                pair
            })
            .collect();
    }
}

/// The first cells of a component, which sees some others: small where these lie and are narrow.
fn first_cells(dimension: usize, seen: &[Place]) -> Vec<Place> {
    let half = REACH / FIRST as f64;
    let at = |i: usize| (2 * i + 1) as f64 * half - REACH;
    let mut open: Vec<Place> = (0..FIRST.pow(dimension as u32))
        .map(|i| ([at(i % FIRST), if dimension == 2 { at(i / FIRST) } else { 0.0 }], [half; 2]))
        .collect();
    let mut cells = Vec::new();
    while let Some((centre, half)) = open.pop() {
        let lies_here =
            |(mean, sd): &&Place| (0..dimension).all(|i| (mean[i] - centre[i]).abs() < half[i] + 3.0 * sd[i]);
        let too_wide =
            |i: &usize| seen.iter().filter(lies_here).any(|(_, sd)| 2.0 * half[*i] > WIDEST * sd[*i].max(NARROWEST));
        match (0..dimension).find(too_wide) {
            Some(across) => open.extend(halves((centre, half), across)),
            None => cells.push((centre, half)),
        }
    }
    cells
}

fn halves((centre, half): Place, across: usize) -> [Place; 2] {
    [-0.5, 0.5].map(|side| {
        let (mut centre, mut smaller) = (centre, half);
        centre[across] += side * half[across];
        smaller[across] *= 0.5;
        (centre, smaller)
    })
}

/// A cell with its integrals; its errors are not known yet.
fn weighed<const M: usize>(
    marginal: &Marginal,
    frames: &[Frame],
    component: usize,
    place: Place,
    f: &mut dyn FnMut(&[f64]) -> [f64; M],
) -> Cell<M> {
    let (frame, (centre, half), d) = (&frames[component], place, marginal.dimension);
    let rule = || RULE.iter().flat_map(|&(node, weight)| [(-node, weight), (node, weight)]);
    let plane = if d == 2 { NODES } else { 1 };
    let area: f64 = (0..d).map(|i| half[i] * frame.lower[2 * i]).product();
    let (mut values, mut sizes) = ([0.0; M], [0.0; M]);
    // The sums across each coordinate.
    let mut sums = [[[0.0; M]; NODES]; 2];
    for (j, (q, weight_q)) in rule().take(plane).enumerate() {
        let (q, weight_q) = if d == 2 { (q, weight_q) } else { (0.0, 1.0) };
        for (i, (p, weight_p)) in rule().enumerate() {
            let x = &frame.point([centre[0] + half[0] * p, centre[1] + half[1] * q])[..d];
            let log = log_term(frame.component, x, &mut [0.0; MAX_DIMENSION]);
            let share = area * (log - marginal.log_density(x)).exp();
            if share.is_nan() || share == 0.0 {
                continue;
            }
            let terms = f(x);
            for m in 0..M {
                let term = share * terms[m];
                values[m] += weight_p * weight_q * term;
                sizes[m] += weight_p * weight_q * term.abs();
                sums[0][i][m] += weight_q * term;
                sums[1][j][m] += weight_p * term;
            }
        }
    }
    let roughness = sums.map(|along| {
        let largest = |m: usize| {
            let coefficient = |degree| -> f64 {
                along.iter().zip(rule()).map(|(sums, (node, weight))| weight * legendre(degree, node) * sums[m]).sum()
            };
            (coefficient(NODES - 2).abs() + coefficient(NODES - 1).abs()) / sizes[m].max(f64::MIN_POSITIVE)
        };
        (0..M).map(largest).fold(0.0, f64::max)
    });
    let across = usize::from(d == 2 && roughness[1] > roughness[0]);
    Cell { component, place, values, sizes, errors: [0.0; M], across }
}

/// Legendre's polynomial of a degree of at least 1, times `sqrt(degree + 1/2)`.
fn legendre(degree: usize, x: f64) -> f64 {
    let (mut before, mut now) = (1.0, x);
    for k in 1..degree {
        (before, now) = (now, ((2 * k + 1) as f64 * x * now - k as f64 * before) / (k + 1) as f64);
    }
    now * (degree as f64 + 0.5).sqrt()
}
