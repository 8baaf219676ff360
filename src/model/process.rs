//! The Ornstein-Uhlenbeck process `dX = -X dt + sqrt(2) dB`, its time grids, and one reverse step
//! of every sampler as three numbers (THEORY: docs/numerics.md has the derivations and sources).

use serde::{Deserialize, Serialize};
use strum::{VariantArray, VariantNames};

/// The smallest stop of a geometric grid, and where the guidance is divided by sigma.
pub(super) const MIN_GEOMETRIC_STOP: f64 = 1e-6;

/// The process and its discretisation.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Process {
    /// `T`: the reverse process starts here from `N(0, I)`.
    pub horizon: f64,
    /// The time at which the reverse process stops; 0 is allowed for the grids that reach it.
    pub stop: f64,
    /// `N`, the number of reverse steps.
    pub steps: usize,
    /// How the steps are spaced.
    pub grid: Grid,
    /// The one-step formula.
    pub sampler: Sampler,
}

/// The spacing of the reverse times `t_0 = T > t_1 > ... > t_N = stop`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Grid {
    /// `t_k = stop + (T - stop)(1 - k/N)`.
    Uniform,
    /// `t_k = stop + (T - stop)(1 - k/N)^2`.
    Quadratic,
    /// Half of the steps uniform on `[1, T]`, half geometric on `[stop, 1]`.
    UniformGeometric,
    /// With `a = e^-2t`: `a_{k+1} = a_k + eta a_k (1 - a_k)`, the schedule of the companion papers of
    /// arXiv 2505.01382, where `eta = c1 log N/N` and `a_0 = N^-c0`; here `eta` is what leads from `T` to `stop`.
    Logistic,
}

/// The one-step formula of the reverse process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, VariantArray, VariantNames)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Sampler {
    /// SDE, exponential integrator.
    Exponential,
    /// SDE, DDPM in the alpha form of arXiv 2505.01382.
    Ddpm,
    /// SDE, Euler-Maruyama.
    EulerMaruyama,
    /// Probability-flow ODE, exponential integrator.
    OdeExponential,
    /// Probability-flow ODE, DDIM.
    Ddim,
    /// Probability-flow ODE, Heun's second-order method.
    Heun,
    /// CFG++ (arXiv 2406.08070): DDIM whose noise is added back without the guidance,
    /// `Y' = u' (Y + sigma^2 (s + gamma ghat))/u - sigma' sigma s`.
    #[serde(rename = "cfg++")]
    #[strum(serialize = "cfg++")]
    CfgPlusPlus,
}

impl Sampler {
    /// Whether the step adds noise.
    pub fn is_stochastic(self) -> bool {
        matches!(self, Self::Exponential | Self::Ddpm | Self::EulerMaruyama)
    }
}

/// One step `Y' = keep Y + drift s^w(Y, t_k) + noise Z`. For Heun this is the predictor, and the
/// step ends with `Y'' = Y + h/2 (f(Y, t_k) + f(Y', t_{k+1}))`, `f = Y + s^w`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepCoefficients {
    /// Factor of the present position.
    pub keep: f64,
    /// Factor of the guided score.
    pub drift: f64,
    /// Factor of the standard normal.
    pub noise: f64,
    /// `h/2` if the step ends with Heun's corrector, else 0.
    pub corrector: f64,
    /// Factor of the weight in lanes that go by CFG++, whose step is DDIM with the weight
    /// `gamma e^h sigma^2/(e^h sigma^2 - sigma' sigma)`; else 1.
    pub boost: f64,
}

impl Process {
    /// The times of [`Grid::Logistic`], with the least `eta` that leads to `stop`: up to there the `a_k` rise, so
    /// it leads there in the last step.
    pub(super) fn logistic(&self) -> Vec<f64> {
        // a and 1 - a, each with all its digits.
        let parts = |t: f64| ((-2.0 * t).exp(), -(-2.0 * t).exp_m1());
        let (first, last) = (parts(self.horizon), parts(self.stop));
        let next = |(a, rest): (f64, f64), eta: f64| (a + eta * a * rest, rest * (1.0 - eta * a));
        let passes = |eta: f64| {
            let mut now = first;
            (0..self.steps).any(|_| {
                now = next(now, eta);
                now.1 <= last.1
            })
        };
        // One step of the largest would do.
        let (mut low, mut high) = (1e-9, (last.0 / first.0 - 1.0) / first.1);
        for _ in 0..100 {
            let middle = (low * high).sqrt();
            if passes(middle) { high = middle } else { low = middle }
        }
        let mut now = first;
        (0..=self.steps)
            .map(|_| {
                let t = if now.1 < 0.5 { -0.5 * (-now.1).ln_1p() } else { -0.5 * now.0.ln() };
                now = next(now, low);
                t
            })
            .collect()
    }

    /// The step from `t` to `next < t`.
    pub fn coefficients(&self, t: f64, next: f64) -> StepCoefficients {
        let h = t - next;
        let grow = h.exp();
        let sde_noise = (2.0 * h).exp_m1().sqrt();
        let sigma = |t: f64| (-(-2.0 * t).exp_m1()).sqrt();
        let ddim = || grow * sigma(t) * sigma(t) - sigma(next) * sigma(t);
        let mut boost = 1.0;
        let (keep, drift, noise, corrector) = match self.sampler {
            Sampler::Exponential => (grow, 2.0 * h.exp_m1(), sde_noise, 0.0),
            Sampler::Ddpm => (grow, 2.0 * h.sinh(), sde_noise, 0.0),
            Sampler::EulerMaruyama => (1.0 + h, 2.0 * h, (2.0 * h).sqrt(), 0.0),
            Sampler::OdeExponential => (grow, h.exp_m1(), 0.0, 0.0),
            Sampler::Ddim => (grow, ddim(), 0.0, 0.0),
            Sampler::Heun => (1.0 + h, h, 0.0, 0.5 * h),
            Sampler::CfgPlusPlus => {
                boost = grow * sigma(t) * sigma(t) / ddim();
                (grow, ddim(), 0.0, 0.0)
            }
        };
        StepCoefficients { keep, drift, noise, corrector, boost }
    }
}
