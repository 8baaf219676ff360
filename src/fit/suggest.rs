//! What the columns of a table seem to be for.

use super::cells::{label, number};
use super::columns::Column;
use super::points::Kept;
use super::roles::{Directions, Roles};
use crate::model::MAX_CLASSES;

/// What the names of labels are made of.
const LABELS: [&str; 20] = [
    "class",
    "classes",
    "label",
    "labels",
    "target",
    "targets",
    "species",
    "variety",
    "kind",
    "category",
    "group",
    "type",
    "cluster",
    "cls",
    "c",
    "diagnosis",
    "outcome",
    "result",
    "genre",
    "grade",
];
/// What columns are called that count the rows.
const INDICES: [&str; 6] = ["index", "id", "rownames", "row", "no", "unnamed: 0"];
/// Names of pairs of coordinates.
const PAIRS: [[&str; 2]; 2] = [["x", "y"], ["x1", "x2"]];

/// `X_1` and `x₁` are `x1`.
fn plain(name: &str) -> String {
    let digit = |c: char| match c {
        '₁' => '1',
        '₂' => '2',
        '₃' => '3',
        other => other.to_ascii_lowercase(),
    };
    name.chars().filter(|c| !matches!(c, '_' | ' ')).map(digit).collect()
}

fn is_label(name: &str) -> bool {
    name.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
        .any(|word| LABELS.iter().any(|known| word.eq_ignore_ascii_case(known)))
}

/// The roles that the columns seem to have.
pub fn suggest(
    columns: &[Column],
    rows: usize,
    sample: &[&Kept<Vec<String>>],
    named: bool,
    comma: bool,
) -> Option<Roles> {
    let index = index_column(columns, rows, named);
    let others = || (0..columns.len()).filter(|&at| Some(at) != index);
    let at = |at: usize| -> &Column { &columns[at] };
    let several = |column: &Column| (2..=MAX_CLASSES).contains(&column.different());
    let labelled = |index: usize| named && is_label(&at(index).name);
    let whole = |index: usize| at(index).numeric && at(index).texts == 0 && at(index).whole && several(at(index));
    let called = |name: &str| named.then(|| others().find(|&index| plain(&at(index).name) == name)).flatten();
    let text = |index: usize| !at(index).numeric && at(index).texts > 0;
    let last = others().next_back()?;
    let label = others()
        .find(|&index| labelled(index) && text(index) && several(at(index)))
        .or_else(|| others().find(|&index| labelled(index) && several(at(index))))
        // The last column, then the first, then any.
        .or_else(|| Some(last).filter(|&index| text(index) && several(at(index))))
        .or_else(|| others().find(|&index| text(index) && several(at(index))))
        .or_else(|| {
            let y = called("y").filter(|&y| several(at(y)) && at(y).whole);
            y.filter(|_| called("x").is_none() || others().count() == 2)
        })
        .or_else(|| Some(last).filter(|&index| whole(index)))
        // One class alone: that is an error, and its own.
        .or_else(|| {
            let one = |index: usize| at(index).different() == 1 && (at(index).whole || text(index));
            Some(last).filter(|&last| columns.len() <= 3 && one(last))
        })
        .or_else(|| others().find(|&index| whole(index)))
        .or_else(|| others().find(|&index| labelled(index)))
        .or_else(|| others().rfind(|&index| text(index)))
        .or_else(|| Some(last).filter(|&last| columns.len() <= 3 && at(last).numbers > 0 && at(last).whole))?;
    let differs = |index: usize| at(index).different() > 1;
    let mut numeric: Vec<usize> = others()
        .filter(|&index| index != label && at(index).numeric && !(labelled(index) && several(at(index))))
        .collect();
    if numeric.is_empty() {
        numeric = (0..columns.len()).filter(|&index| index != label && at(index).numeric).collect();
    }
    let pair = PAIRS.iter().find_map(|pair| {
        let [x, y] = pair.map(|name| called(name).filter(|index| numeric.contains(index)));
        (pair[0] == "x" || called("x3").is_none()).then_some(vec![x?, y?])
    });
    let axes = match pair {
        Some(pair) => pair,
        None if numeric.len() <= 2 => numeric,
        None => {
            let filled = |index: &usize| differs(*index) && 2 * at(*index).missing < rows;
            let mut best: Vec<(f64, usize)> = numeric
                .into_iter()
                .filter(filled)
                .map(|index| (told_apart(sample, index, label, comma), index))
                .collect();
            let mut chosen = Vec::new();
            while chosen.len() < 2 && !best.is_empty() {
                let most = (0..best.len()).fold(0, |most, each| if best[each].0 > best[most].0 { each } else { most });
                chosen.push(best.remove(most).1);
            }
            if let [first, second] = chosen[..]
                && second < first
            {
                chosen.swap(0, 1);
            }
            chosen
        }
    };
    let one =
        Roles { axes, directions: Directions::None, label, without_missing: false, without_outliers: false, index };
    (!one.axes.is_empty()).then_some(one)
}

/// The column that counts the rows or names them, if it is not all that there is.
fn index_column(columns: &[Column], rows: usize, named: bool) -> Option<usize> {
    let spare = columns.iter().filter(|column| column.numeric).count() > 1;
    let at = columns.iter().position(|column| {
        let name = &column.name;
        let nameless = named && (name.starts_with('#') || INDICES.iter().any(|known| name.eq_ignore_ascii_case(known)));
        let counts =
            column.counts && column.missing == 0 && rows > 2 && (nameless || !named && rows > 9 && columns.len() > 3);
        let names_rows = nameless && column.numbers == 0 && column.texts > MAX_CLASSES && column.labels.is_none();
        counts || names_rows
    })?;
    (spare || !columns[at].numeric).then_some(at)
}

/// The share of the variance of a column that lies between the classes.
fn told_apart(sample: &[&Kept<Vec<String>>], column: usize, labels: usize, comma: bool) -> f64 {
    let mut classes: Vec<(String, f64, f64)> = Vec::new();
    let (mut count, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let cell = |row: &Vec<String>, at: usize| row.get(at).cloned().unwrap_or_else(|| "0".to_owned());
    let first = sample.iter().find_map(|kept| number(&cell(&kept.2, column), comma)).unwrap_or(0.0);
    for kept in sample {
        let Some(value) = number(&cell(&kept.2, column), comma) else { continue };
        let x = value - first;
        let name = label(&cell(&kept.2, labels), comma);
        let at = classes.iter().position(|class| class.0 == name).unwrap_or_else(|| {
            classes.push((name, 0.0, 0.0));
            classes.len() - 1
        });
        classes[at].1 += 1.0;
        classes[at].2 += x;
        count += 1.0;
        sum += x;
        squares += x * x;
    }
    let total = squares - sum * sum / count;
    let between = classes.iter().map(|class| class.2 * class.2 / class.1).sum::<f64>() - sum * sum / count;
    let share = between / total;
    if share.is_finite() { share } else { 0.0 }
}
