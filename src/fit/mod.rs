//! A Gaussian mixture for labelled points: read from text, scaled where they would not fit the state, fitted
//! class by class.
//!
//! ```
//! use guidance_lab::{cpu::ready, fit::fit};
//! let text = "x,class\n-1,0\n-1.2,0\n-0.7,0\n-1.1,0\n1,1\n1.3,1\n0.8,1\n1.1,1\n";
//! let fitted = ready(fit([Ok(text.into())].into_iter(), 1, &mut async || {})).unwrap();
//! assert_eq!(fitted.mixture.len(), 2);
//! assert_eq!(fitted.state(1).unwrap().seed, 1);
//! ```

mod columns;
mod coordinates;
mod em;
mod gaussian;
mod mixture;
mod points;
mod reader;

pub use coordinates::read_coordinates;
pub use em::{ClassFit, fit_class, freedom};
pub use gaussian::Gaussian;
pub use mixture::{Fitted, fit_points};
pub use points::Points;
pub use reader::{MOST_POINTS, MOST_ROWS, read_points};

use crate::model::{LabError, LabErrorCode};
use crate::words::Says;
use crate::words::messages::at_place;

/// The purposes of the draws of one seed ([`Philox::for_purpose`](crate::random::Philox::for_purpose)):
/// which points are kept; and from this number on, class by class, where EM starts.
const THINNING: u32 = 0;
const STARTS: u32 = 1;

/// The mixture of the points that a text holds, which comes in pieces. The same text and seed give the same mixture on every machine.
/// `pause` is awaited every few milliseconds: whoever shares a thread with others can wait in it.
///
/// # Errors
/// What is wrong with the text, `path` being for example `line 7, y`.
pub async fn fit(
    pieces: impl Iterator<Item = Result<Vec<u8>, LabError>>,
    seed: u32,
    pause: &mut impl AsyncFnMut(),
) -> Result<Fitted, LabError> {
    let points = read_points(pieces, seed, pause).await?;
    fit_points(&points, seed, pause).await
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
