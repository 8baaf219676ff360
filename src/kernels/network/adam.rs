//! Adam (Kingma and Ba, arXiv 1412.6980) with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101).

use crate::dispatch::widest;

/// The factors of one step.
#[derive(Clone, Copy, Debug)]
pub struct Adam {
    /// The learning rate over `1 - beta_1^t`.
    pub rate: f32,
    /// `1 / (1 - beta_2^t)`.
    pub second: f32,
    /// `beta_1`, `beta_2`.
    pub betas: [f32; 2],
    /// What is added to the root.
    pub epsilon: f32,
    /// What the weights lose of themselves: the rate times the decay.
    pub decay: f32,
}

widest! {
    /// Moves weights against a gradient, whose running moments are `first` and `second`.
    pub fn adam[](step: Adam, weights: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) = adam_of
}

#[inline(always)]
fn adam_of(step: Adam, weights: &mut [f32], gradient: &[f32], first: &mut [f32], second: &mut [f32]) {
    let [b1, b2] = step.betas;
    let count = weights.len();
    let (gradient, first, second) = (&gradient[..count], &mut first[..count], &mut second[..count]);
    for i in 0..count {
        let g = gradient[i];
        first[i] = b1 * first[i] + (1.0 - b1) * g;
        second[i] = b2 * second[i] + (1.0 - b2) * (g * g);
        let pace = step.rate * first[i] / ((step.second * second[i]).sqrt() + step.epsilon);
        weights[i] = weights[i] - step.decay * weights[i] - pace;
    }
}
