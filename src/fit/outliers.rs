//! Points that lie far from all others: named by their lines, and left out where that is asked for.

use super::points::{Points, lines};
use crate::words::messages;

/// Further out than so many times the distance of the quartiles, beyond these, is far. (Of normal points none is:
/// it would be eleven standard deviations.)
const FAR: f64 = 8.0;
/// Fewer points have no quartiles.
const LEAST: usize = 5;

/// Names the points that are far from all others and from their class in a coordinate.
pub fn find(points: &mut Points, leave_out: bool) {
    let d = points.dimension;
    let n = points.classes.len();
    let mut far: Vec<Option<usize>> = vec![None; n];
    for axis in 0..d {
        let of = |class: Option<usize>| -> Vec<f64> {
            let own = points.values.iter().skip(axis).step_by(d).zip(&points.classes);
            own.filter(|(_, at)| class.is_none_or(|class| **at == class)).map(|(x, _)| *x).collect()
        };
        let all = fences(of(None));
        let classes: Vec<(f64, f64)> = (0..points.rows.len()).map(|class| fences(of(Some(class)))).collect();
        for (index, (far, class)) in far.iter_mut().zip(&points.classes).enumerate() {
            let x = points.values[index * d + axis];
            let beyond = |(least, most): (f64, f64)| x < least || x > most;
            if beyond(all) && beyond(classes[*class]) {
                far.get_or_insert(axis);
            }
        }
    }
    let indices: Vec<usize> = (0..n).filter(|&index| far[index].is_some()).collect();
    let Some(&first) = indices.first() else { return };
    let all: Vec<u64> = indices.iter().map(|&index| points.lines[index]).collect();
    let axis = far[first].unwrap_or(0);
    let (count, named) = (all.len(), lines(&all, all.len()));
    let (name, value) = (points.names[axis].clone(), points.values[first * d + axis]);
    if !leave_out {
        points.notes.push(messages::outliers(count, named, name, value));
        return;
    }
    points.notes.push(messages::outliers_left_out(count, named, name, value));
    let kept = |index: usize| far[index].is_none();
    for &index in &indices {
        points.rows[points.classes[index]] -= 1;
    }
    points.values =
        (0..n).filter(|&index| kept(index)).flat_map(|index| points.values[index * d..][..d].to_vec()).collect();
    points.classes = (0..n).filter(|&index| kept(index)).map(|index| points.classes[index]).collect();
    points.lines = (0..n).filter(|&index| kept(index)).map(|index| points.lines[index]).collect();
}

/// Beyond these is far.
fn fences(mut values: Vec<f64>) -> (f64, f64) {
    let n = values.len();
    let mut quartile = |at: usize| *values.select_nth_unstable_by(at, f64::total_cmp).1;
    if n < LEAST {
        return (f64::NEG_INFINITY, f64::INFINITY);
    }
    let (low, high) = (quartile(n / 4), quartile(n - 1 - n / 4));
    let reach = FAR * (high - low);
    if reach > 0.0 { (low - reach, high + reach) } else { (f64::NEG_INFINITY, f64::INFINITY) }
}
