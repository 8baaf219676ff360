//! The classifiers in many dimensions at a point, in f64: docs/numerics.md has the formulas of each kind. The wiggle is
//! a plane wave along (1, ..., 1): its sine is of `n sum_j x_j / sqrt d`.

use super::exact::{Marginal, Point, log_sum};
use super::learned::Learned;
use super::mixture::Mixture;
use crate::model::{Classifier, Denoised, Noise, Tempered, Wiggle, WiggleForm};

/// A classifier at one time.
#[derive(Clone, Debug)]
pub struct Guide {
    classifier: Classifier,
    marginal: Marginal,
    /// The mixture after the noise that the classifier goes by, where that is another one.
    seen: Option<Marginal>,
    /// Of a learned one.
    network: Option<Learned>,
}

/// What is true at a point, and what the classifier under test says there. By the places of the classes.
#[derive(Clone, Debug)]
pub struct Tested {
    /// `log p_t(x)`.
    pub log_density: f64,
    /// `log p_t(y|x)`.
    pub exact: Vec<f64>,
    /// `log phat(y|x)`.
    pub tested: Vec<f64>,
    /// `grad log p_t(x)`.
    pub score: Vec<f64>,
    /// `grad log p_t(c|x)`.
    pub exact_guidance: Vec<f64>,
    /// `grad log phat(c|x)`.
    pub tested_guidance: Vec<f64>,
    /// `E[X_0|x]`.
    pub guess: Vec<f64>,
}

impl Tested {
    /// `KL(p || phat)`, each of its terms at least 0: `p (r - 1 - log r)`, `r = phat/p`.
    pub fn kl(&self) -> f64 {
        let pairs = self.exact.iter().zip(&self.tested);
        pairs
            .map(|(&exact, &tested)| {
                let moved = tested - exact;
                if moved.abs() < 1.0 {
                    exact.exp() * (moved.exp_m1() - moved)
                } else {
                    // Where p is 0 nothing of it counts.
                    let rest = if exact.exp() > 0.0 { exact.exp() * (1.0 + moved) } else { 0.0 };
                    tested.exp() - rest
                }
            })
            .sum()
    }

    /// `|grad log phat - grad log p|^2`.
    pub fn squared_error(&self) -> f64 {
        self.tested_guidance.iter().zip(&self.exact_guidance).map(|(a, b)| (a - b) * (a - b)).sum()
    }
}

/// What a classifier goes by at time `t`, where that is not the mixture's own noise. `None`: the mixture as it is.
pub(super) fn seen_noise(classifier: &Classifier, t: f64) -> Option<Noise> {
    match classifier {
        Classifier::Denoised(_) => Some(Noise::at(0.0)),
        _ => classifier.sees(t),
    }
}

impl Guide {
    /// The classifier on a mixture at time `t`.
    pub fn new(mixture: &Mixture, classifier: &Classifier, t: f64) -> Self {
        Self {
            classifier: *classifier,
            marginal: Marginal::new(mixture, Noise::at(t)),
            seen: seen_noise(classifier, t).map(|noise| Marginal::new(mixture, noise)),
            network: match classifier {
                Classifier::Learned(learned) => Some(Learned::new(&mixture.network(&learned.recipe), t)),
                _ => None,
            },
        }
    }

    /// The mixture at this time.
    pub fn marginal(&self) -> &Marginal {
        &self.marginal
    }

    /// Everything at `x`, the target being the class at `place`.
    pub fn at(&self, x: &[f64], place: usize) -> Tested {
        let point = self.marginal.at(x);
        let (tested, tested_guidance) = self.tested(&point, x, place);
        Tested {
            log_density: point.log_density(),
            exact: point.log_posteriors(),
            tested,
            score: point.score(None),
            exact_guidance: point.guidance(place),
            tested_guidance,
            guess: point.guess(x),
        }
    }

    /// The posterior of the classifier under test alone.
    pub fn log_posteriors(&self, x: &[f64], place: usize) -> Vec<f64> {
        self.tested(&self.marginal.at(x), x, place).0
    }

    fn tested(&self, point: &Point, x: &[f64], place: usize) -> (Vec<f64>, Vec<f64>) {
        if let Some(network) = &self.network {
            return network.at(x, place);
        }
        let exact = point.log_posteriors();
        match (&self.classifier, &self.seen) {
            (Classifier::Wiggle(wiggle), _) => plane_wave(wiggle, point, x, place),
            (Classifier::Tempered(tempered), _) => tempering(*tempered, point, place),
            (Classifier::LabelSmoothing(smoothing), _) => {
                let floor = (smoothing.epsilon / exact.len() as f64).ln();
                let kept = (-smoothing.epsilon).ln_1p();
                let log = |exact: f64| log_sum([kept + exact, floor].into_iter());
                let share = (kept + exact[place] - log(exact[place])).exp();
                (exact.iter().map(|&exact| log(exact)).collect(), scaled(point.guidance(place), share))
            }
            (Classifier::Denoised(denoised), Some(clean)) => self.denoised(*denoised, clean, point, x, place),
            (_, Some(seen)) => {
                let there = seen.at(x);
                (there.log_posteriors(), there.guidance(place))
            }
            _ => (exact, point.guidance(place)),
        }
    }

    fn denoised(
        &self,
        denoised: Denoised,
        clean: &Marginal,
        point: &Point,
        x: &[f64],
        place: usize,
    ) -> (Vec<f64>, Vec<f64>) {
        let Noise { signal, variance } = self.marginal.noise();
        let there = clean.at(&point.guess(x));
        let at_guess = there.guidance(place);
        let gradient = if denoised.jacobian {
            let bent = point.hessian_product(None, &at_guess);
            at_guess.iter().zip(bent).map(|(g, bent)| (g + variance * bent) / signal).collect()
        } else {
            scaled(at_guess, denoised.factor(signal))
        };
        (there.log_posteriors(), gradient)
    }
}

fn scaled(mut vector: Vec<f64>, factor: f64) -> Vec<f64> {
    for entry in &mut vector {
        *entry *= factor;
    }
    vector
}

fn plane_wave(wiggle: &Wiggle, point: &Point, x: &[f64], place: usize) -> (Vec<f64>, Vec<f64>) {
    let (n, a) = (wiggle.frequency, wiggle.amplitude());
    let side = 1.0 / (x.len() as f64).sqrt();
    let (sin, cos) = (n * side * x.iter().sum::<f64>()).sin_cos();
    let exact = point.log_posteriors();
    let eta = exact[place].exp();
    let others: f64 = exact.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, log)| log.exp()).sum();
    // log phat of the target and of the others over log p; the factors of the guidance and of the wave's slope.
    let (own, rest, keep, slope) = match wiggle.form {
        WiggleForm::Probability => {
            let grown = 1.0 + a * others * sin;
            ((a * others * sin).ln_1p(), (-a * eta * sin).ln_1p(), 1.0 - a * sin * eta / grown, a * others / grown)
        }
        WiggleForm::Logit => {
            let total = (eta * (a * sin).exp_m1()).ln_1p();
            let phat = (exact[place] + a * sin - total).exp();
            let doubt = others / (others + eta * (a * sin).exp());
            (a * sin - total, -total, 1.0 + phat * (-a * sin).exp_m1(), a * doubt)
        }
    };
    let tested = exact.iter().enumerate().map(|(other, log)| log + if other == place { own } else { rest }).collect();
    let gradient = point.guidance(place).iter().map(|g| keep * g + slope * n * cos * side).collect();
    (tested, gradient)
}

/// `b log p + e [y = c]`, normalised, and `b (s_c - sum_y phat_y s_y)`.
fn tempering(Tempered { sharpness, bias }: Tempered, point: &Point, place: usize) -> (Vec<f64>, Vec<f64>) {
    let mut tested: Vec<f64> = point.log_posteriors().iter().map(|log| sharpness * log).collect();
    tested[place] += bias;
    let total = log_sum(tested.iter().copied());
    for log in &mut tested {
        *log -= total;
    }
    let mut gradient = point.score(Some(place));
    for (other, log) in tested.iter().enumerate() {
        let share = log.exp();
        if share > 0.0 {
            gradient.iter_mut().zip(point.score(Some(other))).for_each(|(g, s)| *g -= share * s);
        }
    }
    (tested, scaled(gradient, sharpness))
}
