//! Two directions instead of several columns: those of the greatest variance (Pearson 1901), or those that tell the
//! classes apart best (Fisher 1936). Each column is divided by its spread first.

use super::mixture::{digits, mean, variance};
use super::points::Points;
use super::roles::Directions;
use crate::model::{cholesky, symmetric_eigen};
use crate::words::{Value, messages};

/// Added to the scatter within the classes, as a share of that of a column: columns may depend on each other.
const RIDGE: f64 = 1e-6;
/// Columns that are named for a direction.
const NAMED: usize = 4;

/// Replaces the coordinates by two directions.
pub fn project(points: &mut Points, directions: Directions) {
    let d = points.dimension;
    let mut values = points.values.clone();
    for axis in 0..d {
        let middle = mean(&values, d, axis);
        let spread = variance(&values, d, axis, middle).sqrt();
        let unit = if spread > 0.0 { spread } else { 1.0 };
        for x in values.iter_mut().skip(axis).step_by(d) {
            *x = (*x - middle) / unit;
        }
    }
    let zero = vec![0.0; d];
    let total = scatter(values.chunks_exact(d).map(|x| (x, zero.as_slice())), d);
    let [first, second] = if directions == Directions::Discriminant {
        discriminant(points, &values, &total)
    } else {
        let (first, second, _) = leading(&total);
        [normal(first), normal(second)]
    };
    let all: f64 = (0..d).map(|axis| total[axis][axis]).sum();
    let share = 100.0 * (form(&total, &first) + form(&total, &second)) / all;
    points.notes.push(match directions {
        Directions::Discriminant => messages::discriminant(said(&first, points), said(&second, points)),
        _ => messages::principal(digits(share, 3), said(&first, points), said(&second, points)),
    });
    points.values = values.chunks_exact(d).flat_map(|x| [dot(x, &first), dot(x, &second)]).collect();
    points.names = vec!["x".to_owned(), "y".to_owned()];
    points.dimension = 2;
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn form(matrix: &[Vec<f64>], x: &[f64]) -> f64 {
    matrix.iter().zip(x).map(|(row, entry)| entry * dot(row, x)).sum()
}

/// The sum of the products of what points differ from a middle.
fn scatter<'a>(points: impl Iterator<Item = (&'a [f64], &'a [f64])>, d: usize) -> Vec<Vec<f64>> {
    let mut sums = vec![vec![0.0; d]; d];
    for (x, middle) in points {
        for i in 0..d {
            let u = x[i] - middle[i];
            for j in 0..d {
                sums[i][j] += u * (x[j] - middle[j]);
            }
        }
    }
    sums
}

/// The directions with the greatest and the second greatest eigenvalue, and that eigenvalue as a share of the first.
fn leading(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>, f64) {
    let (values, vectors) = symmetric_eigen(matrix);
    let best = |but: Option<usize>| {
        let others = (0..values.len()).filter(|&k| Some(k) != but);
        others.max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0)
    };
    let first = best(None);
    let second = best(Some(first));
    let direction = |k: usize| vectors.iter().map(|row| row[k]).collect();
    (direction(first), direction(second), values[second] / values[first])
}

/// Length 1, the greatest entry positive.
fn normal(mut x: Vec<f64>) -> Vec<f64> {
    let greatest = x.iter().fold(0.0, |most: f64, &entry| if entry.abs() > most.abs() { entry } else { most });
    let length = dot(&x, &x).sqrt() * greatest.signum();
    for entry in &mut x {
        *entry /= length;
    }
    x
}

fn discriminant(points: &Points, values: &[f64], total: &[Vec<f64>]) -> [Vec<f64>; 2] {
    let d = points.dimension;
    let mut means = vec![vec![0.0; d]; points.rows.len()];
    let mut counts = vec![0.0; means.len()];
    for (x, &class) in values.chunks_exact(d).zip(&points.classes) {
        counts[class] += 1.0;
        for (mean, x) in means[class].iter_mut().zip(x) {
            *mean += x;
        }
    }
    for (mean, count) in means.iter_mut().zip(&counts) {
        for mean in mean {
            *mean /= f64::max(*count, 1.0);
        }
    }
    let middle = |class: &usize| means[*class].as_slice();
    let within = scatter(values.chunks_exact(d).zip(points.classes.iter().map(middle)), d);
    let n: f64 = counts.iter().sum();
    let all: Vec<f64> =
        (0..d).map(|j| means.iter().zip(&counts).map(|(mean, count)| count * mean[j]).sum::<f64>() / n).collect();
    let away = |(mean, count): (&Vec<f64>, &f64)| mean.iter().zip(&all).map(|(x, y)| count.sqrt() * (x - y)).collect();
    let between: Vec<Vec<f64>> = means.iter().zip(&counts).map(away).collect();
    discriminants(&within, total, &between, points.classes.len() as f64)
}

/// The two directions that tell classes apart best, each of length 1, by the scatter within the classes, that of all, and of each
/// class a vector whose products with itself add up to the scatter between them; these are sums over so many points.
pub(crate) fn discriminants(
    within: &[Vec<f64>],
    total: &[Vec<f64>],
    between: &[Vec<f64>],
    count: f64,
) -> [Vec<f64>; 2] {
    let d = within.len();
    let ridge = RIDGE * count;
    let ridged: Vec<f64> =
        (0..d * d).map(|k| within[k / d][k % d] + if k.is_multiple_of(d + 1) { ridge } else { 0.0 }).collect();
    let apart = between.iter().any(|column| column.iter().any(|&x| x != 0.0));
    let Some(factor) = cholesky(&ridged, d).filter(|_| apart) else {
        let (first, second, _) = leading(total);
        return [normal(first), normal(second)];
    };
    // The columns of L^-1 B. The products of any two have the same eigenvalues as what is between, and are far fewer.
    let solve = |column: &Vec<f64>| -> Vec<f64> {
        let mut x = vec![0.0; d];
        for i in 0..d {
            let known: f64 = (0..i).map(|k| factor[i * d + k] * x[k]).sum();
            x[i] = (column[i] - known) / factor[i * d + i];
        }
        x
    };
    let columns: Vec<Vec<f64>> = between.iter().map(solve).collect();
    let products: Vec<Vec<f64>> = columns.iter().map(|a| columns.iter().map(|b| dot(a, b)).collect()).collect();
    let (first, second, share) = leading(&products);
    let back = |shares: Vec<f64>| {
        let mut x: Vec<f64> =
            (0..d).map(|j| columns.iter().zip(&shares).map(|(column, s)| s * column[j]).sum()).collect();
        for i in (0..d).rev() {
            let known: f64 = (i + 1..d).map(|k| factor[k * d + i] * x[k]).sum();
            x[i] = (x[i] - known) / factor[i * d + i];
        }
        normal(x)
    };
    let first = back(first);
    if share > 1e-9 {
        return [first, back(second)];
    }
    // Two classes have one such direction; across it, that of the greatest variance.
    let along: Vec<f64> = total.iter().map(|row| dot(row, &first)).collect();
    let both = dot(&along, &first);
    let entry =
        |i: usize, j: usize| total[i][j] - first[i] * along[j] - along[i] * first[j] + both * first[i] * first[j];
    let across: Vec<Vec<f64>> = (0..d).map(|i| (0..d).map(|j| entry(i, j)).collect()).collect();
    [first, normal(leading(&across).0)]
}

/// `0.72 width − 0.7 height …`: the greatest parts of a direction.
fn said(direction: &[f64], points: &Points) -> Value {
    let mut rest: Vec<usize> = (0..direction.len()).collect();
    let mut parts: Vec<Value> = Vec::new();
    while !rest.is_empty() && parts.len() < NAMED {
        let size = |at: usize| direction[rest[at]].abs();
        let most = (0..rest.len()).fold(0, |most, at| if size(at) > size(most) { at } else { most });
        let axis = rest.remove(most);
        parts.push(messages::part_of(digits(direction[axis], 2), points.names[axis].clone()).into());
    }
    if !rest.is_empty() {
        parts.push("…".to_owned().into());
    }
    Value::List(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(rows: &[([f64; 3], usize)]) -> Points {
        Points {
            dimension: 3,
            values: rows.iter().flat_map(|row| row.0).collect(),
            classes: rows.iter().map(|row| row.1).collect(),
            labels: vec!["0".to_owned(), "1".to_owned(), "2".to_owned()],
            rows: vec![0; 3],
            lines: vec![0; rows.len()],
            names: ["a", "b", "c"].map(str::to_owned).to_vec(),
            notes: Vec::new(),
        }
    }

    /// Points in general position, of three classes whose middles differ in `b` alone, and then also in `c`.
    fn cloud(shift: [[f64; 3]; 3]) -> Points {
        let part = |k: usize, by: f64| (k as f64 * by).fract() - 0.5;
        let rows: Vec<([f64; 3], usize)> = (0..600)
            .map(|k| {
                let s = shift[k % 3];
                ([10.0 * part(k, 0.618_034) + s[0], part(k, 0.754_878) + s[1], part(k, 0.569_84) + s[2]], k % 3)
            })
            .collect();
        points(&rows)
    }

    #[test]
    fn the_discriminant_finds_what_differs() {
        let mut two = cloud([[0.0, -2.0, 0.0], [0.0, 0.0, 3.0], [0.0, 2.0, 0.0]]);
        project(&mut two, Directions::Discriminant);
        assert_eq!((two.dimension, two.values.len()), (2, 1200));
        // In the new plane the classes do not overlap: their nearest middles decide every point.
        let middle = |class: usize| {
            let own: Vec<&[f64]> =
                two.values.chunks_exact(2).zip(&two.classes).filter(|(_, at)| **at == class).map(|(x, _)| x).collect();
            [0, 1].map(|axis| own.iter().map(|x| x[axis]).sum::<f64>() / own.len() as f64)
        };
        let middles = [0, 1, 2].map(middle);
        for (x, &class) in two.values.chunks_exact(2).zip(&two.classes) {
            let far = |at: usize| (x[0] - middles[at][0]).powi(2) + (x[1] - middles[at][1]).powi(2);
            assert!((0..3).all(|other| other == class || far(other) > far(class)));
        }
        let said = two.notes[0].text();
        assert!(said.contains('b') && said.contains('c'), "{said}");
    }

    #[test]
    fn the_principal_directions_have_the_variance() {
        // a and b move together: the first direction is their sum, whatever their units.
        let mut together = cloud([[0.0; 3]; 3]);
        for x in together.values.chunks_exact_mut(3) {
            x[1] += 100.0 * x[0];
        }
        project(&mut together, Directions::Principal);
        let said = together.notes[0].text();
        assert!(said.contains("0.71 a, 0.71 b"), "{said}");
        assert!(said.contains("100%"), "{said}");
    }
}
