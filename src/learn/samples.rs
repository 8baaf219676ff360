//! Noised samples of a mixture with their labels, and what is exactly true where they are. In f64 by `libm`'s
//! functions, so that every machine draws the same.

use rand::Rng;

use crate::model::{MAX_DIMENSION, Mixture, Recipe, classes_of, symmetric_eigen};
use crate::random::{Philox, normals};

/// Where samples are drawn, and what is true there: a mixture, noised as a recipe says.
pub trait Data {
    /// How many validation samples there are.
    const VALIDATION: usize;

    /// `d`.
    fn dimension(&self) -> usize;

    /// The labels of the classes, in the order of the network's outputs.
    fn classes(&self) -> Vec<usize>;

    /// The root of the mean square of a coordinate of clean data.
    fn spread(&self, axis: usize) -> f64;

    /// Draws the next sample.
    fn draw(&self, rng: &mut Philox, sample: &mut Sample);

    /// What is true at a point at a time.
    fn truth(&self, time: f64, x: &[f64]) -> Truth;

    /// The score of a class alone, by its place, at a point at a time.
    fn class_score(&self, time: f64, x: &[f64], class: usize) -> Vec<f64>;
}

/// The time and the label of a sample, as a recipe says.
#[derive(Clone, Copy, Debug)]
pub struct Chance {
    /// The logarithms of the earliest and the latest time.
    log_times: [f64; 2],
    flipped: f64,
    classes: usize,
}

/// Draws samples of a mixture in a few dimensions.
#[derive(Clone, Debug)]
pub struct Source {
    dimension: usize,
    components: Vec<Own>,
    classes: Vec<usize>,
    spreads: Vec<f64>,
    chance: Chance,
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
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// The time.
    pub time: f64,
    /// `x = u x_0 + sigma Z`.
    pub x: Vec<f64>,
    /// `Z`.
    pub noise: Vec<f64>,
    /// The place of the class that it is said to have.
    pub label: usize,
}

/// What is true at a point.
#[derive(Clone, Debug)]
pub struct Truth {
    /// `log p(k|x)`, by the place of the class.
    pub log_posterior: Vec<f64>,
    /// `s`.
    pub score: Vec<f64>,
}

/// `u` and `sigma^2`.
pub fn noise_at(t: f64) -> (f64, f64) {
    (libm::exp(-t), -libm::expm1(-2.0 * t))
}

/// A number from 0 to 1, without the ends.
fn uniform(rng: &mut impl Rng) -> f64 {
    (f64::from(rng.next_u32()) + 0.5) / 4_294_967_296.0
}

impl Chance {
    /// Of a recipe, for so many classes.
    pub fn new(recipe: &Recipe, classes: usize) -> Self {
        Self { log_times: recipe.noise.map(libm::log), flipped: recipe.flipped, classes }
    }

    /// A time.
    pub fn time(&self, rng: &mut impl Rng) -> f64 {
        let [from, to] = self.log_times;
        libm::exp(from + (to - from) * uniform(rng))
    }

    /// What is said to be the class at a place.
    pub fn label(&self, place: usize, rng: &mut impl Rng) -> usize {
        // Drawn whether it counts or not, so that recipes with other rates share the rest.
        let (flip, other) = (uniform(rng), uniform(rng));
        if flip < self.flipped && self.classes > 1 {
            return (place + 1 + (other * (self.classes - 1) as f64) as usize) % self.classes;
        }
        place
    }
}

impl Source {
    /// Of a mixture, with the times and the wrong labels of a recipe.
    pub fn new(mixture: &Mixture, recipe: &Recipe) -> Self {
        let classes = classes_of(mixture);
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
        let spread = |axis: usize| {
            let square = |one: &crate::model::Component| {
                one.weight * (one.mean[axis] * one.mean[axis] + one.covariance[axis][axis])
            };
            mixture.components.iter().map(square).sum::<f64>().sqrt()
        };
        Self {
            dimension: mixture.dimension,
            components: mixture.components.iter().map(own).collect(),
            spreads: (0..mixture.dimension).map(spread).collect(),
            chance: Chance::new(recipe, classes.len()),
            classes,
        }
    }
}

impl Data for Source {
    const VALIDATION: usize = 2048;

    fn dimension(&self) -> usize {
        self.dimension
    }

    fn classes(&self) -> Vec<usize> {
        self.classes.clone()
    }

    fn spread(&self, axis: usize) -> f64 {
        self.spreads[axis]
    }

    fn draw(&self, rng: &mut Philox, sample: &mut Sample) {
        let d = self.dimension;
        let time = self.chance.time(rng);
        let mut left = uniform(rng);
        let mut chosen = &self.components[0];
        for component in &self.components {
            chosen = component;
            left -= component.weight;
            if left < 0.0 {
                break;
            }
        }
        let label = self.chance.label(chosen.class, rng);
        let (signal, variance) = noise_at(time);
        let sigma = variance.sqrt();
        let mut z = [0.0; 2 * MAX_DIMENSION];
        normals(rng, &mut z[..2 * d]);
        sample.x.resize(d, 0.0);
        sample.noise.resize(d, 0.0);
        (sample.time, sample.label) = (time, label);
        for i in 0..d {
            let mut clean = chosen.mean[i];
            for j in 0..d {
                clean += chosen.axes[i][j] * chosen.variances[j].sqrt() * z[j];
            }
            sample.noise[i] = z[d + i];
            sample.x[i] = signal * clean + sigma * z[d + i];
        }
    }

    fn truth(&self, time: f64, x: &[f64]) -> Truth {
        self.truth_among(time, x, |_| true)
    }

    fn class_score(&self, time: f64, x: &[f64], class: usize) -> Vec<f64> {
        self.truth_among(time, x, |other| other == class).score
    }
}

impl Source {
    /// What is true if there are only the components of some classes.
    fn truth_among(&self, time: f64, x: &[f64], is_there: impl Fn(usize) -> bool) -> Truth {
        let d = self.dimension;
        let (signal, variance) = noise_at(time);
        let mut terms = Vec::with_capacity(self.components.len());
        for component in self.components.iter().filter(|component| is_there(component.class)) {
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
        let classes = self.classes.len();
        let (mut sum, mut score, mut of_class) = (0.0, vec![0.0; d], vec![0.0; classes]);
        let mut top_of_class = vec![f64::NEG_INFINITY; classes];
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
        let log = |(top, of_class): (f64, f64)| top + libm::log(of_class) - all;
        Truth {
            log_posterior: top_of_class.into_iter().zip(of_class).map(log).collect(),
            score: score.into_iter().map(|score| score / sum).collect(),
        }
    }
}
