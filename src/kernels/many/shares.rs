//! What part each component has, among all and among those of its class. Twin of `shaders/lib/many/shares.wgsl`.

use super::{ManyTerms, WIDTH, Wide};
use crate::{exp, log};

/// The largest number of classes.
pub const MOST_CLASSES: usize = 16;

/// `log sum exp l_k` of each class and of all.
#[derive(Clone, Copy, Debug)]
pub struct ClassSums {
    pub classes: [Wide; MOST_CLASSES],
    pub all: Wide,
}

#[inline(always)]
pub fn class_sums(terms: &ManyTerms, logs: &[Wide]) -> ClassSums {
    let mut tops = [[f32::NEG_INFINITY; WIDTH]; MOST_CLASSES];
    let mut sums = [[0.0; WIDTH]; MOST_CLASSES];
    for (l, &place) in logs.iter().zip(&terms.places) {
        let top = &mut tops[place as usize];
        for row in 0..WIDTH {
            top[row] = if l[row] > top[row] { l[row] } else { top[row] };
        }
    }
    for (l, &place) in logs.iter().zip(&terms.places) {
        let (top, sum) = (&tops[place as usize], &mut sums[place as usize]);
        for row in 0..WIDTH {
            sum[row] += exp(l[row] - top[row]);
        }
    }
    let mut top = [f32::NEG_INFINITY; WIDTH];
    for own in &tops[..terms.classes] {
        for row in 0..WIDTH {
            top[row] = if own[row] > top[row] { own[row] } else { top[row] };
        }
    }
    let mut all = [0.0; WIDTH];
    for (own, sum) in tops.iter_mut().zip(&sums).take(terms.classes) {
        for row in 0..WIDTH {
            all[row] += sum[row] * exp(own[row] - top[row]);
            own[row] += log(sum[row]);
        }
    }
    for row in 0..WIDTH {
        all[row] = top[row] + log(all[row]);
    }
    ClassSums { classes: tops, all }
}
