//! What the experiments about trained networks share: the pair with a network as its classifier, and what is measured of one
//! network or of several.

use super::exact;
use super::scenes::{TARGET, pair};
use crate::learn::train;
use crate::metrics::Estimate;
use crate::model::{Classifier, Fourier, Guidance, Hidden, LabError, Learned, Process, Recipe, State};
use crate::reference::measures;

/// Two hidden layers of 32 with tanh, on fresh samples at the times `NOISE`, until the validation KL is `target`; with 64
/// random Fourier features of that bandwidth, or as it is.
pub(super) fn stopped(target: f64, bandwidth: Option<f64>, seed: u32) -> Recipe {
    Recipe {
        hidden: Hidden::new(&[32, 32]),
        fourier: bandwidth.map(|bandwidth| Fourier { features: 64, bandwidth }),
        noise: NOISE,
        batch: 256,
        rate: 0.001,
        target_kl: Some(target),
        seed,
        ..Recipe::default()
    }
}

/// The times of the samples of [`stopped`].
const NOISE: [f64; 2] = [0.1, 2.0];

/// So many of these times, both ends and what is evenly between their logarithms.
pub(super) fn times(count: usize) -> Vec<f64> {
    let share = |k: usize| k as f64 / (count - 1) as f64;
    (0..count).map(|k| NOISE[0] * (NOISE[1] / NOISE[0]).powf(share(k))).collect()
}

/// The pair, guided by the network of a recipe.
pub(super) fn network(recipe: Recipe) -> State {
    let base = State::default();
    State {
        mixture: pair(),
        process: Process { stop: recipe.noise[0], ..base.process },
        guidance: Guidance::constant(TARGET, 1.0),
        classifier: Classifier::Learned(Learned { recipe }),
        ..base
    }
}

/// Trains, and measures at each time; `NaN` where that fails.
pub(super) fn measured<const N: usize>(
    recipe: Recipe,
    times: &[f64],
    measure: impl Fn(&State, f64) -> Result<[f64; N], LabError>,
) -> Vec<[f64; N]> {
    let state = network(recipe);
    let trained = train(&recipe, &state.mixture(), |_| ()).is_ok();
    let at = |&t: &f64| measure(&state, t).ok().filter(|_| trained).unwrap_or([f64::NAN; N]);
    times.iter().map(at).collect()
}

/// KL and guidance error of all classes.
pub(super) fn kl_and_error(state: &State, t: f64) -> Result<[f64; 2], LabError> {
    measures(state, t).map(|found| [found.conditional_kl, found.guidance_mse_joint])
}

/// The mean over the times.
pub(super) fn over_time<const N: usize>(found: &[[f64; N]]) -> [f64; N] {
    std::array::from_fn(|index| found.iter().map(|found| found[index]).sum::<f64>() / found.len() as f64)
}

/// The mean over seeds; one seed has no standard error.
pub(super) fn mean(values: &[f64]) -> Estimate {
    if let &[value] = values { exact(value) } else { Estimate::mean(values) }
}

/// The same of the logarithms: the geometric mean.
pub(super) fn geometric_mean(values: &[f64]) -> Estimate {
    let logs: Vec<f64> = values.iter().map(|value| value.ln()).collect();
    let Estimate { estimate, standard_error } = mean(&logs);
    Estimate { estimate: estimate.exp(), standard_error: standard_error * estimate.exp() }
}

#[cfg(test)]
mod tests {
    use super::{geometric_mean, mean};

    /// By hand: 1, 2, 6 have the mean 3 and the squares 4 + 1 + 9, over 3 2.
    #[test]
    fn means_and_their_errors() {
        let found = mean(&[1.0, 2.0, 6.0]);
        assert!((found.estimate - 3.0).abs() < 1e-14);
        assert!((found.standard_error - (14.0_f64 / 6.0).sqrt()).abs() < 1e-14);
        let found = geometric_mean(&[1.0, 4.0]);
        assert!((found.estimate - 2.0).abs() < 1e-14);
        assert!((found.standard_error - 2.0 * 2.0_f64.ln()).abs() < 1e-14);
        assert_eq!(mean(&[7.0]).standard_error.to_bits(), 0);
    }
}
