//! The mixture of all classes, as components of a state.

use serde::Serialize;
use serde_json::json;

use super::cells::shortened;
use super::em::{fit_class, freedom};
use super::gaussian::Gaussian;
use super::points::Points;
use super::{STARTS, thousands};
use crate::model::{Component, LabError, LabErrorCode, MAX_COMPONENTS, MAX_LABEL, State, acts};
use crate::random::Philox;
use crate::words::{Says, Value, messages};

/// Components of one class, at most.
const MOST_OF_CLASS: usize = 5;
/// The smallest variance, as a share of the variance of all points, and by itself.
const FLOOR_SHARE: f64 = 1e-3;
const FLOOR: f64 = 2e-4;
/// Points further out than this are scaled.
const FAR: f64 = 8.0;
/// Points closer together than this, by their standard deviation, are scaled too.
const CLOSE: f64 = 0.1;
/// So are axes of which one has so many times the standard deviation of the other.
const UNEVEN: f64 = 5.0;
/// The standard deviation that scaling gives.
const SCALED: f64 = 1.5;
/// No point is further out after it: the state's means end at 20.
const REACH: f64 = 19.0;
/// A spread that is less than this, or than this share of the numbers, is that of their rounding.
const ROUNDING: f64 = 1e-13;
const SMALLEST: f64 = 1e-120;
/// A component with a smaller share of its class is left out.
const LEAST_WEIGHT: f64 = 1e-5;

/// A mixture and what was done for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Fitted {
    /// The components, class by class.
    pub mixture: Vec<Component>,
    /// What was done.
    pub notes: Vec<Says>,
    /// How many points were fitted.
    pub points: usize,
    /// The name of each class as the state has it: empty where it is the number, or not to be told from another.
    pub labels: Vec<String>,
}

impl Fitted {
    /// The default state with this mixture and a seed; guided to the class that it is guided to by default, or
    /// else to the last.
    ///
    /// # Errors
    /// Where the points lie so that the mixture is none of a state.
    pub fn state(&self, seed: u32) -> Result<State, LabError> {
        let state = State::default();
        let classes = || self.mixture.iter().map(|component| component.class);
        let usual = state.guidance.target;
        let target = if classes().any(|class| class == usual) { usual } else { classes().max().unwrap_or(usual) };
        state.merge(
            &json!({ "mixture": self.mixture, "labels": self.labels, "guidance": { "target": target }, "seed": seed }),
        )
    }
}

/// The mixture of labelled points.
///
/// # Errors
/// `inconsistent` where all points are the same point.
pub async fn fit_points(points: &Points, seed: u32, pause: &mut impl AsyncFnMut()) -> Result<Fitted, LabError> {
    let d = points.dimension;
    let n = points.classes.len();
    let mut notes = points.notes.clone();
    let mut values = points.values.clone();
    if let Some(scaled) = scale(points, &mut values)? {
        notes.push(scaled);
    }
    let total: f64 = (0..d).map(|axis| variance(&values, d, axis, mean(&values, d, axis))).sum::<f64>() / d as f64;
    let floor = FLOOR.max(FLOOR_SHARE * total);
    let used: Vec<usize> = (0..points.rows.len()).filter(|&class| points.rows[class] > 0).collect();
    let most = MOST_OF_CLASS.min(MAX_COMPONENTS / used.len());
    let rows = points.all_rows();
    let mut mixture = Vec::new();
    let mut account = Account::default();
    for class in used {
        let own: Vec<f64> = values
            .chunks_exact(d)
            .zip(&points.classes)
            .filter(|(_, of)| **of == class)
            .flat_map(|(x, _)| x.iter().copied())
            .collect();
        let mut rng = Philox::for_purpose(seed, STARTS + class as u32);
        let fit = fit_class(&own, d, most, floor, &mut rng, pause).await;
        let share = points.rows[class] as f64 / rows as f64;
        let components: Vec<&Gaussian> = fit.components.iter().filter(|part| part.weight >= LEAST_WEIGHT).collect();
        mixture.extend(components.iter().map(|part| component(part, share, class)));
        let name = class_name(&points.labels[class], class);
        let held = components.iter().any(|part| part.held);
        account.add(name, components.len(), held, freedom(2, d) >= own.len() / d);
    }
    // It may not have been asked at all.
    let notes = account.notes(notes, points, floor, most > 1);
    Ok(Fitted { mixture, notes, points: n, labels: names(&points.labels) })
}

/// A class as people call it.
pub fn class_name(label: &str, class: usize) -> Says {
    if label == class.to_string() {
        messages::class_number(class)
    } else {
        messages::class_named(class, shortened(label))
    }
}

/// What is told of a fit, class by class.
#[derive(Default)]
pub struct Account {
    counts: Vec<Value>,
    held: Vec<Value>,
    few: Vec<Value>,
}

impl Account {
    /// A class and how many components it has; whether a variance is held at the floor, and whether there are too few
    /// points to choose a number of components.
    pub fn add(&mut self, class: Says, count: usize, held: bool, few: bool) {
        if held {
            self.held.push(class.clone().into());
        }
        if few {
            self.few.push(class.clone().into());
        }
        let found = if count == 1 { messages::one_component(class) } else { messages::components(class, count) };
        self.counts.push(found.into());
    }

    /// Notes for people, with those of before behind the first; `choice`: whether a number was to be chosen.
    pub fn notes(self, before: Vec<Says>, points: &Points, floor: f64, choice: bool) -> Vec<Says> {
        let Self { counts, held, few } = self;
        let (n, rows) = (points.classes.len(), points.all_rows());
        let chosen = few.len() < counts.len() && choice;
        let fitted = if chosen { messages::fitted_points } else { messages::fitted_points_plainly };
        let mut notes = vec![fitted(thousands(n), counts)];
        notes.extend(before);
        if chosen && !few.is_empty() {
            notes.push(messages::too_few_points(few));
        }
        if !held.is_empty() {
            notes.push(messages::widened(digits(floor, 3), held));
        }
        if rows > n {
            notes.push(messages::thinned_out(thousands(rows), thousands(n)));
        }
        notes
    }
}

/// The labels as names of a state.
pub fn names(labels: &[String]) -> Vec<String> {
    let short = |label: &String| -> String {
        let text: String = label.chars().filter(|&c| !acts(c)).take(MAX_LABEL).collect();
        text.trim().to_owned()
    };
    let all: Vec<String> = labels.iter().map(short).collect();
    let alone = |name: &String| all.iter().filter(|other| *other == name).count() == 1;
    let mut names: Vec<String> = (0..all.len())
        .map(
            |class| {
                if all[class] != class.to_string() && alone(&all[class]) { all[class].clone() } else { String::new() }
            },
        )
        .collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    names
}

/// Moves and divides each axis by itself where that is needed, and says how.
fn scale(points: &Points, values: &mut [f64]) -> Result<Option<Says>, LabError> {
    let d = points.dimension;
    let centre: Vec<f64> = (0..d).map(|axis| mean(values, d, axis)).collect();
    let spreads: Vec<f64> = (0..d).map(|axis| variance(values, d, axis, centre[axis]).sqrt()).collect();
    let (mut spread, mut least) = (0.0, f64::INFINITY);
    for axis in 0..d {
        let own = spreads[axis];
        let rounding = SMALLEST.max(ROUNDING * centre[axis].abs());
        if own > rounding {
            (spread, least) = (f64::max(spread, own), f64::min(least, own));
        }
    }
    if spread == 0.0 {
        let n = points.classes.len();
        let same = spreads.iter().all(|&own| own == 0.0);
        let message = if same { messages::same_point(n) } else { messages::points_too_close(n) };
        return Err(LabError::new(LabErrorCode::Inconsistent, "", message));
    }
    let far = values.iter().any(|value| value.abs() > FAR);
    if !far && spread >= CLOSE && spread <= UNEVEN * least {
        return Ok(None);
    }
    let mut said: Vec<Value> = Vec::new();
    for axis in 0..d {
        let reach = values.iter().skip(axis).step_by(d).map(|x| (x - centre[axis]).abs()).fold(0.0, f64::max);
        let unit = f64::max(spreads[axis] / SCALED, reach / REACH);
        // An axis without spread is only moved.
        let unit = if unit > SMALLEST { digits(unit, 3) } else { 1.0 };
        let origin = nearby(centre[axis], unit);
        for x in values.iter_mut().skip(axis).step_by(d) {
            *x = (*x - origin) / unit;
        }
        let name = points.names[axis].clone();
        let axis = if axis == 0 { "x" } else { "y" };
        let part = if origin < 0.0 { messages::scaled_up } else { messages::scaled_down };
        said.push(part(axis, name, origin.abs(), unit).into());
    }
    let message = if d == 1 { messages::scaled_axis } else { messages::scaled_axes };
    Ok(Some(message(said)))
}

/// A short number that is as good an origin as the centre: next to it by a tenth of the unit.
fn nearby(centre: f64, unit: f64) -> f64 {
    let size = |x: f64| (libm::log(x) / std::f64::consts::LN_10).floor() as i32;
    if centre == 0.0 {
        return 0.0;
    }
    let count = size(centre.abs()) - size(unit) + 2;
    if count < 1 { 0.0 } else { digits(centre, count.min(15)) }
}

fn component(part: &Gaussian, share: f64, class: usize) -> Component {
    Component {
        weight: digits(share * part.weight, 6),
        mean: part.mean.iter().map(|value| (value * 1e4).round() / 1e4 + 0.0).collect(),
        covariance: part.covariance.iter().map(|row| row.iter().map(|&value| digits(value, 6)).collect()).collect(),
        class,
    }
}

/// A number with so many significant digits, as near to them as f64 comes.
pub fn digits(x: f64, count: i32) -> f64 {
    if x == 0.0 {
        return 0.0;
    }
    // Powers of ten are exact up to the 22nd, and only then is the quotient the nearest number.
    let mut places = count - 1 - (libm::log(x.abs()) / std::f64::consts::LN_10).floor() as i32;
    let power = |places: i32| 10_f64.powi(places.abs());
    let rounded = |places: i32| if places >= 0 { (x * power(places)).round() } else { (x / power(places)).round() };
    // The logarithm's rounding, or the rounding itself, may have come to a power of ten.
    if rounded(places).abs() >= power(count) {
        places -= 1;
    }
    if places >= 0 { rounded(places) / power(places) } else { rounded(places) * power(places) }
}

/// The mean of every `d`-th of the values.
pub fn mean(values: &[f64], d: usize, axis: usize) -> f64 {
    values.iter().skip(axis).step_by(d).sum::<f64>() * d as f64 / values.len() as f64
}

/// Their variance about a middle.
pub fn variance(values: &[f64], d: usize, axis: usize, middle: f64) -> f64 {
    let sum: f64 = values.iter().skip(axis).step_by(d).map(|value| (value - middle) * (value - middle)).sum();
    sum * d as f64 / values.len() as f64
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these values are exact")]
mod tests {
    use super::digits;

    #[test]
    fn numbers_are_shortened_to_their_nearest() {
        let short = [
            (0.1546834, 6),
            (123456.5, 3),
            (-0.000123456, 3),
            (2.0, 6),
            (0.0, 3),
            (0.0998, 2),
            (6.28944e-2, 6),
            (1000.0, 3),
        ];
        assert_eq!(
            short.map(|(x, count)| digits(x, count)),
            [0.154683, 123000.0, -0.000123, 2.0, 0.0, 0.1, 0.0628944, 1000.0]
        );
    }
}
