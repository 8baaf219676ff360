//! A Gaussian mixture for labelled points: read from a table of any form, scaled where they would not fit the state,
//! fitted class by class.
//!
//! ```
//! use guidance_lab::{cpu::ready, fit::fit};
//! let text = "x,class\n-1,0\n-1.2,0\n-0.7,0\n-1.1,0\n1,1\n1.3,1\n0.8,1\n1.1,1\n";
//! let fitted = ready(fit(|| [text.into()].into_iter(), None, 1, &mut async || {})).unwrap();
//! assert_eq!(fitted.mixture.len(), 2);
//! assert_eq!(fitted.state(1).unwrap().seed, 1);
//! ```

mod cells;
mod columns;
mod coordinates;
mod directions;
mod em;
mod encoding;
mod form;
mod gaussian;
mod mixture;
mod outliers;
mod points;
mod reader;
mod records;
mod roles;
mod suggest;
mod table;
mod wishes;

pub use columns::Column;
pub use coordinates::read_coordinates;
pub(crate) use directions::discriminants;
pub use em::{ClassFit, fit_class, freedom};
pub use gaussian::Gaussian;
pub(crate) use mixture::{Account, class_name, digits, mean, names, variance};
pub use mixture::{Fitted, fit_points};
pub use points::Points;
pub use reader::{MOST_POINTS, class_numbers, read_points};
pub use roles::{Directions, MOST_COORDINATES, MOST_DIRECTED, MOST_LABELS, Roles};
pub use table::{MOST_ROWS, Table, read_table};
pub use wishes::Wishes;

use crate::model::{LabError, LabErrorCode};
use crate::words::Says;
use crate::words::messages::{self, at_place};

/// The purposes of the draws of one seed ([`Philox::for_purpose`](crate::random::Philox::for_purpose)):
/// which points are kept; and from this number on, class by class, where EM starts.
const THINNING: u32 = 0;
const STARTS: u32 = 1;
/// And the rows by which columns are compared.
const SAMPLE: u32 = 64;

/// Rows between two pauses: some milliseconds.
const SLICE: usize = 20_000;

/// The mixture of the points that a text holds, which comes in pieces, as often as it is asked for. Without roles
/// they are those that the columns seem to have. The same text, roles and seed give the same mixture on every machine.
/// `pause` is awaited every few milliseconds: whoever shares a thread with others can wait in it.
///
/// # Errors
/// What is wrong with the text, `path` being for example `line 7, y`.
pub async fn fit<P: Iterator<Item = Vec<u8>>>(
    pieces: impl Fn() -> P,
    roles: Option<&Roles>,
    seed: u32,
    pause: &mut impl AsyncFnMut(),
) -> Result<Fitted, LabError> {
    if roles.is_some_and(|roles| roles.directions == Directions::All) {
        return Err(LabError::new(LabErrorCode::Unsupported, "roles", messages::all_elsewhere()));
    }
    let points = points_of(pieces, roles, seed, pause).await?;
    fit_points(&points, seed, pause).await
}

/// The points of a text with roles, or with those that the columns seem to have.
///
/// # Errors
/// As [`fit`].
pub async fn points_of<P: Iterator<Item = Vec<u8>>>(
    pieces: impl Fn() -> P,
    roles: Option<&Roles>,
    seed: u32,
    pause: &mut impl AsyncFnMut(),
) -> Result<Points, LabError> {
    let table = read_table(pieces(), pause).await?;
    let Some(roles) = roles.or(table.roles.as_ref()) else {
        return Err(table.unclear());
    };
    let mut points = read_points(pieces(), &table, roles, seed, pause).await?;
    points.notes.insert(0, taken(&table, roles));
    if matches!(roles.directions, Directions::Principal | Directions::Discriminant) {
        directions::project(&mut points, roles.directions);
    }
    Ok(points)
}

/// Which columns were taken for what.
fn taken(table: &Table, roles: &Roles) -> Says {
    let name = |index: usize| table.columns[index].name.clone();
    let label = name(roles.label);
    match (roles.directions, roles.axes.as_slice()) {
        (Directions::None, &[x]) => messages::taken_line(name(x), label),
        (Directions::None, &[x, y]) => messages::taken_plane(name(x), name(y), label),
        (Directions::All, axes) => messages::taken_all(axes.len(), label),
        _ => messages::taken_directions(roles.axes.len(), label),
    }
}

/// What is wrong at a place, such as `line 7, y`.
fn fault(code: LabErrorCode, place: Says, message: Says) -> LabError {
    LabError::new(code, place.text(), at_place(place, message))
}

/// `12,345`
fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn thousands() {
        assert_eq!([0, 999, 1000, 2_000_000].map(super::thousands), ["0", "999", "1,000", "2,000,000"]);
    }
}
