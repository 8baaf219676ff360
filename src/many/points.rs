//! A mixture in many dimensions for labelled points: rows of a table, or images. What cannot be fitted is refused before
//! the work starts.

use super::factors::{FactorOptions, ROUNDS, Round, TRIES, fit_factors};
use super::mixture::{Component, Covariance};
use super::state::ManyState;
use super::{MAX_CLASSES, MAX_COMPONENTS, MAX_DIMENSION, MAX_RANK, MIN_VARIANCE};
use crate::fit::{Account, MOST_COORDINATES, MOST_LABELS, Points, class_name, digits, mean, names, variance};
use crate::model::{LabError, LabErrorCode};
use crate::words::{Says, messages as says};

const _: () = assert!(MOST_COORDINATES == MAX_DIMENSION && MOST_LABELS == MAX_CLASSES);

/// Components of a class, and directions of a component, at most where nothing else is asked for.
const USUAL_COMPONENTS: usize = 5;
const USUAL_RANK: usize = 16;
/// The smallest variance, as a share of the mean variance of a coordinate.
const FLOOR_SHARE: f64 = 0.01;
/// A component has at least so many points for each of its means and directions, where nothing else is asked for.
const POINTS_OF_DIRECTION: usize = 2;
/// Each component has at least so many points.
const LEAST_POINTS: usize = 2;
/// Billion steps of arithmetic that a fit may take at most: about an hour.
const MOST_WORK: f64 = 4000.0;
/// Tables of so many columns or more may be pictures.
const LEAST_PICTURE: usize = 16;
/// The brightest point of a picture of whole numbers.
const BRIGHTEST: f64 = 255.0;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ManyOptions {
    /// Components of a class at most, of which BIC takes its number: 5, or as many as there are points for.
    pub components: Option<usize>,
    /// Directions of a component at most: 16, or as many as its covariance has room for.
    pub rank: Option<usize>,
}

/// How points become coordinates of about the size of the noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// As images: all numbers alike, onto -1 to 1.
    Alike,
    /// Each column by itself, but whole numbers from 0 to 255 in as many columns as a square image has points alike.
    Columns,
}

/// A mixture and what was done for it.
#[derive(Clone, Debug)]
pub struct FittedMany {
    /// The components, class by class; their weights sum to 1.
    pub components: Vec<Component>,
    /// The name of each class as a state has it: empty where it is the number.
    pub labels: Vec<String>,
    /// What was done.
    pub notes: Vec<Says>,
    /// How many points were fitted.
    pub points: usize,
    /// Their coordinates as they were fitted, row-major.
    pub values: Vec<f64>,
    /// Whether they were scaled alike, as pictures are.
    pub alike: bool,
}

/// How a class is fitted.
#[derive(Clone, Debug)]
struct Class {
    label: usize,
    own: Vec<Vec<f64>>,
    most: usize,
    rank: usize,
}

impl FittedMany {
    /// The state of this mixture with a seed.
    ///
    /// # Errors
    /// Where the mixture is none of a state.
    pub fn state(&self, seed: u32) -> Result<ManyState, LabError> {
        ManyState::of(self.components.clone(), self.labels.clone(), seed)
    }
}

/// The mixture of labelled points, class by class ([`fit_factors`]); `tell` is awaited after every round of EM, and ends the
/// fit with an error.
///
/// # Errors
/// `range` and `inconsistent`, before anything is fitted: too many coordinates, components or directions for the points
/// or for the time that there is, a class with fewer points than its components need, points that are all the same.
/// And what `tell` answers.
pub async fn fit_many<E: From<LabError>>(
    points: &Points,
    scaling: Scaling,
    options: ManyOptions,
    seed: u32,
    tell: &mut impl AsyncFnMut(Round) -> Result<(), E>,
) -> Result<FittedMany, E> {
    let (values, alike) = scale(points, scaling)?;
    let classes = plan(points, &values, options)?;
    let d = points.dimension;
    let total = (0..d).map(|axis| variance(&values, d, axis, mean(&values, d, axis))).sum::<f64>() / d as f64;
    let floor = MIN_VARIANCE.max(FLOOR_SHARE * total);
    let rows = points.all_rows();
    let mut components = Vec::new();
    let mut account = Account::default();
    let mut largest = 0;
    for Class { label: class, own, most, rank } in classes {
        let fit = fit_factors(&own, class, FactorOptions { most, rank, floor, seed }, tell).await?;
        let share = points.rows[class] as f64 / rows as f64 / own.len() as f64;
        let at_floor = |component: &Component| match &component.covariance {
            Covariance::LowRank { diagonal, .. } => diagonal.iter().any(|&variance| variance <= floor),
            _ => false,
        };
        let held = fit.components.iter().any(at_floor);
        account.add(class_name(&points.labels[class], class), fit.components.len(), held, most == 1);
        for component in fit.components {
            let component = shortened(component, share);
            if let Covariance::LowRank { factors, .. } = &component.covariance {
                largest = largest.max(factors.len());
            }
            components.push(component);
        }
    }
    let scaled = alike.map_or_else(says::scaled_each, |(low, high)| says::scaled_alike(low, high));
    let before = [says::factor_form(largest)].into_iter().chain(points.notes.iter().cloned()).chain([scaled]).collect();
    let notes = account.notes(before, points, floor, true);
    let labels = names(&points.labels);
    Ok(FittedMany { components, labels, notes, points: points.classes.len(), values, alike: alike.is_some() })
}

fn refuse<T>(code: LabErrorCode, path: &str, message: Says) -> Result<T, LabError> {
    Err(LabError::new(code, path, message))
}

/// The most directions that a covariance of `d` coordinates can be told from others with (Ledermann 1937):
/// `(d - r)^2 >= d + r`.
fn room(d: usize) -> usize {
    (0..d).take_while(|&r| (d - r) * (d - r) >= d + r).last().unwrap_or_default()
}

/// The points of each class and how they are fitted, after all checks.
fn plan(points: &Points, values: &[f64], options: ManyOptions) -> Result<Vec<Class>, LabError> {
    let d = points.dimension;
    if d > MAX_DIMENSION {
        return refuse(LabErrorCode::Range, "points", says::number_count("points", d, MAX_DIMENSION));
    }
    let used: Vec<usize> = (0..points.rows.len()).filter(|&class| points.rows[class] > 0).collect();
    let in_range = |field: &str, value: Option<usize>, most: usize, least: usize| match value {
        Some(value) if !(least..=most).contains(&value) => {
            refuse(LabErrorCode::Range, field, says::out_of_range(field, value, least, most))
        }
        _ => Ok(()),
    };
    let most = MAX_COMPONENTS / used.len();
    in_range("components", options.components, most, 1)?;
    in_range("rank", options.rank, MAX_RANK.min(d - 1), 0)?;
    let rank = options.rank.unwrap_or_else(|| USUAL_RANK.min(room(d)));
    let mut own = vec![Vec::new(); points.rows.len()];
    for (x, &class) in values.chunks_exact(d).zip(&points.classes) {
        own[class].push(x.to_vec());
    }
    let mut classes = Vec::new();
    let mut work = 0.0;
    for class in used {
        let own = std::mem::take(&mut own[class]);
        let least = LEAST_POINTS * options.components.unwrap_or(1);
        if own.len() < least {
            return refuse(LabErrorCode::Inconsistent, "components", says::few_points(class, own.len(), least));
        }
        let enough = (own.len() / (POINTS_OF_DIRECTION * (rank + 1))).max(1);
        let most = options.components.unwrap_or_else(|| USUAL_COMPONENTS.min(most).min(enough));
        let rank = rank.min((own.len() / most / POINTS_OF_DIRECTION).saturating_sub(1));
        let parts = TRIES * most * (most + 1) / 2;
        work += (own.len() * d * parts * ROUNDS) as f64 * (8 * rank + 8) as f64 / 1e9;
        classes.push(Class { label: class, own, most, rank });
    }
    if work > MOST_WORK {
        let asked = classes.iter().map(|class| class.most).max().unwrap_or_default();
        let message = says::too_much_fitting("components", asked, work.ceil(), MOST_WORK);
        return refuse(LabErrorCode::Range, "components", message);
    }
    Ok(classes)
}

/// The coordinates of points, scaled; and the least and the greatest number, where they were scaled alike.
type Scaled = (Vec<f64>, Option<(f64, f64)>);

/// The coordinates of all points.
fn scale(points: &Points, scaling: Scaling) -> Result<Scaled, LabError> {
    let (d, n) = (points.dimension, points.classes.len());
    let mut values = points.values.clone();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let same = (0..d).all(|axis| values.iter().skip(axis).step_by(d).all(|x| x.to_bits() == values[axis].to_bits()));
    if same {
        return refuse(LabErrorCode::Inconsistent, "", says::same_point(n));
    }
    let picture = || {
        d >= LEAST_PICTURE
            && d.isqrt().pow(2) == d
            && low >= 0.0
            && high <= BRIGHTEST
            && values.iter().all(|x| x.fract() == 0.0)
    };
    if scaling == Scaling::Alike || picture() {
        for x in &mut values {
            *x = 2.0 * (*x - low) / (high - low) - 1.0;
        }
        return Ok((values, Some((low, high))));
    }
    for axis in 0..d {
        let middle = mean(&values, d, axis);
        let spread = variance(&values, d, axis, middle).sqrt();
        let unit = if spread > 0.0 { spread } else { 1.0 };
        for x in values.iter_mut().skip(axis).step_by(d) {
            *x = (*x - middle) / unit;
        }
    }
    Ok((values, None))
}

/// With the weight of a state, and no more digits than say something.
fn shortened(component: Component, share: f64) -> Component {
    let Component { weight, mean, covariance, class } = component;
    let short = |vector: Vec<f64>| -> Vec<f64> { vector.into_iter().map(|x| digits(x, 5)).collect() };
    let covariance = match covariance {
        Covariance::LowRank { diagonal, factors } => {
            Covariance::LowRank { diagonal: short(diagonal), factors: factors.into_iter().map(short).collect() }
        }
        other => other,
    };
    Component { weight: digits(weight * share, 6), mean: short(mean), covariance, class }
}

#[cfg(test)]
mod tests {
    #[test]
    fn room_for_directions() {
        assert_eq!([2, 3, 4, 6, 13, 64].map(super::room), [0, 1, 1, 3, 8, 53]);
    }
}
