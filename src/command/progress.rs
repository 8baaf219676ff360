//! How many points are done.

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over `count` points, drawn on a terminal only.
pub fn of(count: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos} of {len}").expect("a template of known parts");
    ProgressBar::new(count as u64).with_style(style)
}
