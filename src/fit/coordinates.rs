//! Points without classes from text, read as those with them are: one point a line, a column for each coordinate.

use super::cells::{number, shortened};
use super::fault;
use super::records::Records;
use super::table::MOST_ROWS;
use super::thousands;
use crate::model::{LabError, LabErrorCode};
use crate::words::messages;

/// Reads points of so many coordinates from the `pieces` of a text, row-major. A header is found by its names: `x`
/// and `y`, or `x1`, `x2`, ...; other columns are passed over then. Without one the columns are the coordinates.
///
/// ```
/// use guidance_lab::fit::read_coordinates;
/// let text = "x1,class,x2\n-1,a,2.5\n0,b,1\n";
/// assert_eq!(read_coordinates([text.into()].into_iter(), 2).unwrap(), [-1.0, 2.5, 0.0, 1.0]);
/// ```
///
/// # Errors
/// What is wrong with the text, `path` being for example `line 7, y`.
pub fn read_coordinates(pieces: impl Iterator<Item = Vec<u8>>, dimension: usize) -> Result<Vec<f64>, LabError> {
    let mut records = Records::new(pieces)?;
    let Some(first) = records.next()? else {
        return Err(LabError::new(LabErrorCode::Type, "", messages::no_points()));
    };
    let head: Vec<String> = (0..records.count()).map(|index| records.cell(index)).collect();
    let names: Vec<String> = match dimension {
        1 | 2 => ["x", "y"][..dimension].iter().map(|&name| name.to_owned()).collect(),
        _ => (1..=dimension).map(|number| format!("x{number}")).collect(),
    };
    let header = head.iter().all(|cell| number(cell, records.form.comma).is_none());
    let named: Option<Vec<usize>> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let known = [name.clone(), format!("x{}", index + 1), format!("x_{}", index + 1)];
            head.iter().position(|cell| known.iter().any(|name| cell.eq_ignore_ascii_case(name)))
        })
        .collect();
    let count = if header && named.is_some() { head.len() } else { dimension };
    let columns = named.filter(|_| header).unwrap_or_else(|| (0..dimension).collect());
    let mut values = Vec::new();
    let mut line = Some(first);
    while let Some(at) = line {
        if records.count() < count {
            let message = messages::too_few_columns(records.count(), count, names.join(", "));
            return Err(fault(LabErrorCode::Type, messages::line(at), message));
        }
        if records.count() > count {
            let message = messages::too_many_columns(shortened(&records.cell(count)), first, count);
            return Err(fault(LabErrorCode::Type, messages::line_column(at, count + 1), message));
        }
        if at != first || !header {
            if values.len() == MOST_ROWS * dimension {
                let message = messages::too_many_rows(thousands(MOST_ROWS));
                return Err(fault(LabErrorCode::Range, messages::line(at), message));
            }
            for (&column, name) in columns.iter().zip(&names) {
                values.push(records.number(at, column, name)?);
            }
        }
        line = records.next()?;
    }
    if values.is_empty() {
        return Err(LabError::new(LabErrorCode::Type, "", messages::no_points_below()));
    }
    Ok(values)
}
