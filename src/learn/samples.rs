//! Noised samples of a mixture with their labels, and what is exactly true where they are. In f64 by `libm`'s
//! functions, so that every machine draws the same.

use rand::Rng;

use crate::model::{MAX_CLASSES, MAX_DIMENSION, Mixture, Recipe, symmetric_eigen};
use crate::random::normals;

/// A vector of the first `d` entries.
pub type Vector = [f64; MAX_DIMENSION];

/// Draws samples.
#[derive(Clone, Debug)]
pub struct Source {
    dimension: usize,
    components: Vec<Own>,
    classes: usize,
    /// The logarithms of the earliest and the latest time.
    log_times: [f64; 2],
    flipped: f64,
}

/// A component in its own axes.
#[derive(Clone, Debug)]
struct Own {
    weight: f64,
    log_weight: f64,
    mean: Vec<f64>,
    /// Columns are the axes.
    axes: Vec<Vec<f64>>,
    /// The variances along them.
    variances: Vec<f64>,
    /// The place of its class among those of the mixture.
    class: usize,
}

/// A noised sample.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The time.
    pub time: f64,
    /// `x = u x_0 + sigma Z`.
    pub x: Vector,
    /// `Z`.
    pub noise: Vector,
    /// The place of the class that it is said to have.
    pub label: usize,
}

/// What is true at a point.
#[derive(Clone, Copy, Debug)]
pub struct Truth {
    /// `log p(k|x)`, by the place of the class.
    pub log_posterior: [f64; MAX_CLASSES],
    /// `s`.
    pub score: Vector,
}

/// `u` and `sigma^2`.
pub fn noise_at(t: f64) -> (f64, f64) {
    (libm::exp(-t), -libm::expm1(-2.0 * t))
}

/// A number from 0 to 1, without the ends.
fn uniform(rng: &mut impl Rng) -> f64 {
    (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0
}

impl Source {
    /// Of a mixture with the times and the wrong labels of a recipe; `classes` are those of the network's outputs.
    pub fn new(mixture: &Mixture, recipe: &Recipe, classes: &[usize]) -> Self {
        let own = |component: &crate::model::Component| {
            let (variances, axes) = symmetric_eigen(&component.covariance);
            Own {
                weight: component.weight,
                log_weight: libm::log(component.weight),
                mean: component.mean.clone(),
                axes,
                variances,
                class: classes.iter().position(|&class| class == component.class).unwrap_or_default(),
            }
        };
        Self {
            dimension: mixture.dimension,
            components: mixture.components.iter().map(own).collect(),
            classes: classes.len(),
            log_times: recipe.noise.map(libm::log),
            flipped: recipe.flipped,
        }
    }

    /// The next sample.
    pub fn draw(&self, rng: &mut impl Rng) -> Sample {
        let d = self.dimension;
        let [from, to] = self.log_times;
        let time = libm::exp(from + (to - from) * uniform(rng));
        let mut left = uniform(rng);
        let mut chosen = &self.components[0];
        for component in &self.components {
            chosen = component;
            left -= component.weight;
            if left < 0.0 {
                break;
            }
        }
        let mut label = chosen.class;
        // Drawn whether it counts or not, so that recipes with other rates share the rest.
        let (flip, other) = (uniform(rng), uniform(rng));
        if flip < self.flipped && self.classes > 1 {
            label = (label + 1 + (other * (self.classes - 1) as f64) as usize) % self.classes;
        }
        let (signal, variance) = noise_at(time);
        let sigma = variance.sqrt();
        let mut z = [0.0; 2 * MAX_DIMENSION];
        normals(rng, &mut z[..2 * d]);
        let (mut x, mut noise) = ([0.0; MAX_DIMENSION], [0.0; MAX_DIMENSION]);
        for i in 0..d {
            let mut clean = chosen.mean[i];
            for j in 0..d {
                clean += chosen.axes[i][j] * chosen.variances[j].sqrt() * z[j];
            }
            noise[i] = z[d + i];
            x[i] = signal * clean + sigma * noise[i];
        }
        Sample { time, x, noise, label }
    }

    /// What is true at a point at a time.
    pub fn truth(&self, time: f64, x: &Vector) -> Truth {
        let d = self.dimension;
        let (signal, variance) = noise_at(time);
        let mut terms = Vec::with_capacity(self.components.len());
        for component in &self.components {
            let mut log = component.log_weight;
            let mut pull = [0.0; MAX_DIMENSION];
            for j in 0..d {
                let along: f64 = (0..d).map(|i| component.axes[i][j] * (x[i] - signal * component.mean[i])).sum();
                let spread = signal * signal * component.variances[j] + variance;
                log -= 0.5 * (along * along / spread + libm::log(spread));
                for i in 0..d {
                    pull[i] -= component.axes[i][j] * along / spread;
                }
            }
            terms.push((log, pull, component.class));
        }
        let top = terms.iter().fold(f64::NEG_INFINITY, |top, term| top.max(term.0));
        let (mut sum, mut score, mut of_class) = (0.0, [0.0; MAX_DIMENSION], [0.0; MAX_CLASSES]);
        let mut top_of_class = [f64::NEG_INFINITY; MAX_CLASSES];
        for (log, _, class) in &terms {
            top_of_class[*class] = top_of_class[*class].max(*log);
        }
        for (log, pull, class) in &terms {
            let share = libm::exp(log - top);
            sum += share;
            of_class[*class] += libm::exp(log - top_of_class[*class]);
            for i in 0..d {
                score[i] += share * pull[i];
            }
        }
        let all = top + libm::log(sum);
        let mut log_posterior = [f64::NEG_INFINITY; MAX_CLASSES];
        for k in 0..self.classes {
            log_posterior[k] = top_of_class[k] + libm::log(of_class[k]) - all;
        }
        Truth { log_posterior, score: score.map(|score| score / sum) }
    }
}
