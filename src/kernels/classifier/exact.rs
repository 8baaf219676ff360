//! The exact posterior: `ghat = g = (1-eta)(s_c - s_o)`. Twin of `shaders/lib/classifier/exact.wgsl`.

use super::Push;
use crate::Split;

/// The exact guidance.
#[inline(always)]
pub fn exact<const D: usize>(split: &Split<D>) -> Push {
    Push { along: split.rest, first: 0.0, doubt: split.rest }
}
