//! The physics in f64, straight from the definitions and from the state's components. It shares
//! nothing with the engines but the state, the time grid and the random words.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use guidance_lab::kernels::{KEY, STREAM_INITIAL, STREAM_STEP, philox};
use guidance_lab::model::{
    Activation, BlindInput, Classifier, Denoised, GradientAt, Guidance, GuidedBy, LabelSmoothing, Learned, MAX_CLASSES,
    Mistimed, Network, NoiseBlind, Sampler, Schedule, Score, State, Tempered, Wiggle, WiggleForm, network,
};

/// A point; the second coordinate is 0 in 1D.
pub type Point = [f64; 2];

/// A state, its guidance and the exact posterior and scores at any time.
pub struct Oracle {
    pub state: State,
    pub dimension: usize,
    pub times: Vec<f64>,
    pub gamma: f64,
    /// The weight outside the interval.
    pub outside: f64,
    pub classifier: Classifier,
    pub memory: Memory,
}

/// What is asked for more than once: the suites ask for millions of steps.
#[derive(Default)]
pub struct Memory {
    /// The components by the bits of the time.
    noised: RefCell<HashMap<u64, Rc<[Noised]>>>,
    /// Where and when the truth was last asked for, and what it is.
    truths: Cell<[Option<(Point, f64, Truth)>; 2]>,
    /// The mixtures with something added to every variance, by that.
    wider: RefCell<Vec<(f64, Rc<Oracle>)>>,
    network: OnceCell<Arc<Network>>,
}

/// A component at a time.
#[derive(Clone, Copy)]
struct Noised {
    mean: Point,
    covariance: [Point; 2],
    determinant: f64,
    /// `log pi_k - (1/2) log det C_k - (d/2) log 2 pi`.
    offset: f64,
    class: usize,
}

/// `p(c|x)`, `1 - p(c|x)`, the score of the mixture and the gradient of `log p(c|x)`.
#[derive(Clone, Copy)]
struct Truth {
    posterior: f64,
    rest: f64,
    score: Point,
    guidance: Point,
}

impl Oracle {
    /// The lane `tested` of a state.
    pub fn new(state: &State) -> Self {
        Self {
            dimension: state.mixture[0].mean.len(),
            times: state.process.times(),
            gamma: state.guidance.gamma,
            outside: state.guidance.outside.into(),
            classifier: state.classifier,
            state: state.clone(),
            memory: Memory::default(),
        }
    }

    /// The components at a time.
    fn noised(&self, t: f64) -> Rc<[Noised]> {
        let (u, noise) = ((-t).exp(), -(-2.0 * t).exp_m1());
        let d = self.dimension;
        let at_time = || {
            let noised = self.state.mixture.iter().map(|component| {
                let c = |i: usize, j: usize| {
                    if i >= d || j >= d {
                        return if i == j { 1.0 } else { 0.0 };
                    }
                    u * u * component.covariance[i][j] + if i == j { noise } else { 0.0 }
                };
                let determinant = c(0, 0) * c(1, 1) - c(0, 1) * c(1, 0);
                Noised {
                    mean: [0, 1].map(|i| if i < d { u * component.mean[i] } else { 0.0 }),
                    covariance: [[c(0, 0), c(0, 1)], [c(1, 0), c(1, 1)]],
                    determinant,
                    offset: component.weight.ln()
                        - 0.5 * determinant.ln()
                        - 0.5 * d as f64 * (2.0 * std::f64::consts::PI).ln(),
                    class: component.class,
                }
            });
            noised.collect()
        };
        self.memory.noised.borrow_mut().entry(t.to_bits()).or_insert_with(at_time).clone()
    }

    /// `log pi_k N(x; m_k, C_k)`, its gradient and the class, for every component.
    fn components(&self, x: Point, t: f64) -> Vec<(f64, Point, usize)> {
        let gaussian = |noised: &Noised| {
            let Noised { covariance: c, determinant, .. } = noised;
            let difference = [0, 1].map(|i| if i < self.dimension { x[i] - noised.mean[i] } else { 0.0 });
            let gradient = [
                -(c[1][1] * difference[0] - c[0][1] * difference[1]) / determinant,
                -(c[0][0] * difference[1] - c[1][0] * difference[0]) / determinant,
            ];
            let square = -(gradient[0] * difference[0] + gradient[1] * difference[1]);
            (noised.offset - 0.5 * square, gradient, noised.class)
        };
        self.noised(t).iter().map(gaussian).collect()
    }

    fn truth(&self, x: Point, t: f64) -> Truth {
        let known = self.memory.truths.get();
        if let Some((.., truth)) = known.into_iter().flatten().find(|&(at, when, _)| (at, when) == (x, t)) {
            return truth;
        }
        let truth = self.found_truth(x, t);
        self.memory.truths.set([Some((x, t, truth)), known[0]]);
        truth
    }

    fn found_truth(&self, x: Point, t: f64) -> Truth {
        let components = self.components(x, t);
        let is_target = |class: usize| class == self.state.guidance.target;
        let top = components.iter().map(|component| component.0).fold(f64::MIN, f64::max);
        let total: f64 = components.iter().map(|component| (component.0 - top).exp()).sum();
        let mut truth = Truth { posterior: 0.0, rest: 0.0, score: [0.0; 2], guidance: [0.0; 2] };
        for (density, gradient, _) in &components {
            let responsibility = (density - top).exp() / total;
            truth.score = [0, 1].map(|i| truth.score[i] + responsibility * gradient[i]);
        }
        // The target's side by itself, with its own largest term: it may be far below the others.
        let side = |target: bool| {
            let terms = || components.iter().filter(|component| is_target(component.2) == target);
            let top = terms().map(|component| component.0).fold(f64::MIN, f64::max);
            let (mut sum, mut score) = (0.0, [0.0; 2]);
            for (density, gradient, _) in terms() {
                let share = (density - top).exp();
                sum += share;
                score = [0, 1].map(|i| score[i] + share * gradient[i]);
            }
            (top + sum.ln(), score.map(|s| s / sum))
        };
        let (log_target, target_score) = side(true);
        truth.posterior = (log_target - top).exp() / total;
        if components.iter().any(|component| !is_target(component.2)) {
            truth.rest = (side(false).0 - top).exp() / total;
        }
        truth.guidance = [0, 1].map(|i| target_score[i] - truth.score[i]);
        truth
    }

    /// `L_o - L_c`, so that `1/p = 1 + exp` and `log p = -log(1 + exp)` of it; `-inf` without others.
    pub fn log_ratio(&self, x: Point, t: f64) -> f64 {
        let truth = self.truth(x, t);
        truth.rest.ln() - truth.posterior.ln()
    }

    /// The gradient of the classifier's `log phat(c|x)`.
    fn classifier_gradient(&self, x: Point, t: f64) -> Point {
        let Truth { posterior: eta, rest, guidance, .. } = self.truth(x, t);
        let Wiggle { form, frequency: n, amplitude, smoothing } = match self.classifier {
            Classifier::Exact(_) => return guidance,
            Classifier::Wiggle(wiggle) => wiggle,
            Classifier::Tempered(tempered) => return self.tempered(tempered, x, t).0,
            Classifier::Mistimed(Mistimed { shift }) => return self.truth(x, (t + shift).max(0.0)).guidance,
            Classifier::LabelSmoothing(smoothed) => {
                let (keep, phat) = self.smoothed(smoothed, eta);
                return guidance.map(|g| keep * eta / phat * g);
            }
            Classifier::NoiseBlind(NoiseBlind { time, input: BlindInput::Noisy }) => {
                return self.truth(x, time).guidance;
            }
            Classifier::NoiseBlind(NoiseBlind { time, input: BlindInput::Rescaled }) => {
                let scale = (t - time).exp();
                return self.truth(x.map(|x| scale * x), time).guidance.map(|g| scale * g);
            }
            Classifier::Denoised(Denoised { jacobian }) => return self.denoised(jacobian, x, t).0,
            Classifier::Learned(learned) => return self.learned(learned, x, t).0,
        };
        let a = amplitude.at(n) * (-0.5 * (n * smoothing).powi(2)).exp();
        let (sin, cos) = (n * x[0]).sin_cos();
        let along = [1.0, 0.0];
        [0, 1].map(|i| {
            let eta_slope = eta * guidance[i];
            match form {
                WiggleForm::Probability => {
                    // phat = eta + a eta (1 - eta) sin, differentiated, over phat. Divided through by
                    // eta, which may underflow.
                    let slope = guidance[i] * (1.0 + a * (rest - eta) * sin) + a * rest * n * cos * along[i];
                    slope / (1.0 + a * rest * sin)
                }
                WiggleForm::Logit => {
                    // log phat = log eta + a sin - log(eta e^(a sin) + 1 - eta).
                    let raised = (a * sin).exp();
                    let wave = a * n * cos * along[i];
                    guidance[i] + wave - (eta_slope * raised + eta * raised * wave - eta_slope) / (eta * raised + rest)
                }
            }
        })
    }

    /// The gradient of `log phat(c|x)` and `1 - phat(c|x)` of a tempered classifier: `phat(y|x)` goes as
    /// `p(y|x)^b e^(e [y = c])`, and the gradient is `b (s_c - sum_y phat(y|x) s_y)`.
    fn tempered(&self, Tempered { sharpness, bias }: Tempered, x: Point, t: f64) -> (Point, f64) {
        let target = self.state.guidance.target;
        let components = self.components(x, t);
        let mut classes = Vec::new();
        for class in 0..MAX_CLASSES {
            let own: Vec<_> = components.iter().filter(|component| component.2 == class).collect();
            if own.is_empty() {
                continue;
            }
            let top = own.iter().map(|component| component.0).fold(f64::MIN, f64::max);
            let sum: f64 = own.iter().map(|component| (component.0 - top).exp()).sum();
            let score = [0, 1]
                .map(|i| own.iter().map(|component| (component.0 - top).exp() / sum * component.1[i]).sum::<f64>());
            let shift = if class == target { bias } else { 0.0 };
            classes.push((class, sharpness * (top + sum.ln()) + shift, score));
        }
        let top = classes.iter().map(|class| class.1).fold(f64::MIN, f64::max);
        let total: f64 = classes.iter().map(|class| (class.1 - top).exp()).sum();
        let own = classes.iter().find(|class| class.0 == target).expect("the target has components").2;
        let (mut gradient, mut doubt) = ([0.0; 2], 0.0);
        for (class, log, score) in &classes {
            if *class != target {
                let share = (log - top).exp() / total;
                doubt += share;
                gradient = [0, 1].map(|i| gradient[i] + sharpness * share * (own[i] - score[i]));
            }
        }
        (gradient, doubt)
    }

    /// `1 - e` and `phat(c|x)` of smoothed labels.
    fn smoothed(&self, LabelSmoothing { epsilon }: LabelSmoothing, eta: f64) -> (f64, f64) {
        let has = |class: usize| self.state.mixture.iter().any(|component| component.class == class);
        let classes = (0..MAX_CLASSES).filter(|&class| has(class)).count();
        (1.0 - epsilon, (1.0 - epsilon) * eta + epsilon / classes as f64)
    }

    /// The gradient of `log p_0(c|x0)` at Tweedie's `x0 = (x + sigma^2 s)/u`, and `1 - p_0(c|x0)`: through `x0` by
    /// central differences of it, or divided by `u`.
    fn denoised(&self, jacobian: bool, x: Point, t: f64) -> (Point, f64) {
        let (u, variance) = ((-t).exp(), -(-2.0 * t).exp_m1());
        let guess = |x: Point| {
            let score = self.truth(x, t).score;
            [0, 1].map(|i| if i < self.dimension { (x[i] + variance * score[i]) / u } else { 0.0 })
        };
        let there = self.truth(guess(x), 0.0);
        if !jacobian {
            return (there.guidance.map(|g| g * (1.0 / u).min(1000.0)), there.rest);
        }
        let gradient = [0, 1].map(|i| {
            let at = |h: f64| {
                let mut moved = x;
                moved[i] += h;
                guess(moved)
            };
            let h = 1e-3;
            let [one, other, two, further] = [at(h), at(-h), at(2.0 * h), at(-2.0 * h)];
            let slope = |j: usize| (8.0 * (one[j] - other[j]) - (two[j] - further[j])) / (12.0 * h);
            if i < self.dimension { slope(0) * there.guidance[0] + slope(1) * there.guidance[1] } else { 0.0 }
        });
        (gradient, there.rest)
    }

    /// The gradient of `log phat(c|x)` and `1 - phat(c|x)` of a network as it is at hand.
    fn learned(&self, Learned { recipe }: Learned, x: Point, t: f64) -> (Point, f64) {
        let network = self.memory.network.get_or_init(|| network(&recipe, &self.state.mixture()));
        let number = |at: usize| f64::from(network.values[at]);
        let d = self.dimension;
        // What enters a layer, and its slopes along both axes.
        let mut entering: Vec<[f64; 3]> =
            (0..d).map(|i| [x[i], if i == 0 { 1.0 } else { 0.0 }, if i == 1 { 1.0 } else { 0.0 }]).collect();
        if recipe.time {
            entering.push([network.time_feature(t), 0.0, 0.0]);
        }
        let features = recipe.fourier.map_or(0, |fourier| fourier.features);
        let frequencies = network.frequencies();
        for feature in 0..features {
            let wave = |axis: usize| if axis < d { number(feature % frequencies * d + axis) } else { 0.0 };
            let angle = wave(0) * x[0] + wave(1) * x[1];
            let (value, slope) =
                if feature < frequencies { (angle.cos(), -angle.sin()) } else { (angle.sin(), angle.cos()) };
            entering.push([value, slope * wave(0), slope * wave(1)]);
        }
        let layers = network.layers();
        for (index, layer) in layers.iter().enumerate() {
            let leaving = (0..layer.outputs).map(|j| {
                let mut sum = [number(layer.biases.start + j), 0.0, 0.0];
                for (i, value) in entering.iter().enumerate() {
                    let weight = number(layer.weights.start + i * layer.outputs + j);
                    sum = [0, 1, 2].map(|part| sum[part] + weight * value[part]);
                }
                if index + 1 == layers.len() {
                    return sum;
                }
                let (value, slope) = match recipe.activation {
                    Activation::Tanh => (sum[0].tanh(), sum[0].cosh().powi(-2)),
                    Activation::Softplus => (sum[0].exp().ln_1p(), 1.0 / (1.0 + (-sum[0]).exp())),
                    Activation::Relu => (sum[0].max(0.0), if sum[0] > 0.0 { 1.0 } else { 0.0 }),
                    Activation::Sine => sum[0].sin_cos(),
                };
                [value, slope * sum[1], slope * sum[2]]
            });
            entering = leaving.collect();
        }
        let total: f64 = entering.iter().map(|logit| logit[0].exp()).sum();
        let own = network.classes.iter().position(|&class| class == self.state.guidance.target).expect("a class");
        let (mut gradient, mut doubt) = ([0.0; 2], 0.0);
        for (_, logit) in entering.iter().enumerate().filter(|&(k, _)| k != own) {
            let share = logit[0].exp() / total;
            doubt += share;
            gradient = [0, 1].map(|i| gradient[i] + share * (entering[own][1 + i] - logit[1 + i]));
        }
        (gradient, doubt)
    }

    /// `1 - phat(c|x)`.
    fn doubt(&self, x: Point, t: f64) -> f64 {
        let Truth { posterior: eta, rest, .. } = self.truth(x, t);
        let Wiggle { form, frequency: n, amplitude, smoothing } = match self.classifier {
            Classifier::Exact(_) => return rest,
            Classifier::Wiggle(wiggle) => wiggle,
            Classifier::Tempered(tempered) => return self.tempered(tempered, x, t).1,
            Classifier::Mistimed(Mistimed { shift }) => return self.truth(x, (t + shift).max(0.0)).rest,
            Classifier::LabelSmoothing(smoothed) => return 1.0 - self.smoothed(smoothed, eta).1,
            Classifier::NoiseBlind(NoiseBlind { time, input: BlindInput::Noisy }) => return self.truth(x, time).rest,
            Classifier::NoiseBlind(NoiseBlind { time, input: BlindInput::Rescaled }) => {
                return self.truth(x.map(|x| (t - time).exp() * x), time).rest;
            }
            Classifier::Denoised(Denoised { jacobian }) => return self.denoised(jacobian, x, t).1,
            Classifier::Learned(learned) => return self.learned(learned, x, t).1,
        };
        let wave = amplitude.at(n) * (-0.5 * (n * smoothing).powi(2)).exp() * (n * x[0]).sin();
        match form {
            // 1 - eta - a eta (1 - eta) sin.
            WiggleForm::Probability => rest - wave * eta * rest,
            WiggleForm::Logit => rest / (eta * wave.exp() + rest),
        }
    }

    /// Whether guidance and its rules are on.
    fn is_on(&self, t: f64) -> bool {
        (self.state.guidance.from..=self.state.guidance.to).contains(&t)
    }

    /// The truth of the mixture with something added to every variance.
    #[expect(clippy::float_cmp, reason = "the same number, to the bit")]
    fn wider(&self, by: f64, x: Point, t: f64) -> Truth {
        let known = self.memory.wider.borrow().iter().find(|(of, _)| *of == by).map(|(_, oracle)| oracle.clone());
        if let Some(oracle) = known {
            return oracle.truth(x, t);
        }
        let mut state = self.state.clone();
        for component in &mut state.mixture {
            for axis in 0..self.dimension {
                component.covariance[axis][axis] += by;
            }
        }
        let oracle = Rc::new(Self::new(&state));
        let truth = oracle.truth(x, t);
        self.memory.wider.borrow_mut().push((by, oracle));
        truth
    }

    /// The score that the lane has.
    fn score(&self, x: Point, t: f64) -> Point {
        let exact = self.truth(x, t).score;
        match &self.state.score {
            Score::Exact => exact,
            Score::Inflated { variance, .. } => self.wider(*variance, x, t).score,
            Score::Shifted { by } => [0, 1].map(|i| exact[i] + by.get(i).unwrap_or(&0.0)),
            Score::Scaled { by } => exact.map(|s| by * s),
            Score::Learned(_) => panic!("tests/learned_scores.rs has what is learned"),
        }
    }

    /// The score, what the weight multiplies, and `1 - phat` where the weight asks for it: those of a weaker model and of
    /// the way to the main one, which has nothing to fade with.
    fn parts(&self, x: Point, t: f64) -> (Point, Point, f64) {
        if let (Score::Inflated { variance, weaker }, GuidedBy::Weaker) = (&self.state.score, self.state.guidance.guide)
        {
            let of_class = |by: f64| {
                let Truth { score, guidance, .. } = self.wider(by, x, t);
                [0, 1].map(|i| score[i] + guidance[i])
            };
            let (main, weaker) = (of_class(*variance), of_class(*weaker));
            return (weaker, [0, 1].map(|i| main[i] - weaker[i]), 1.0);
        }
        let doubt = if self.state.guidance.adaptive == 0.0 { f64::NAN } else { self.doubt(x, t) };
        (self.score(x, t), self.classifier_gradient(x, t), doubt)
    }

    /// `sigma_t^power` times the schedule's factor at a time of the grid, of which the steps from `t_0` to `t_{N-1}`
    /// have the mean 1.
    #[expect(clippy::float_cmp, reason = "a time of the grid is one of its bits")]
    fn factor(&self, t: f64) -> f64 {
        let guidance = &self.state.guidance;
        let power = (1.0 - (-2.0 * t).exp()).sqrt().powi(guidance.sigma_power.into());
        if matches!(guidance.schedule, Schedule::Constant) {
            return power;
        }
        let steps = self.times.len() - 1;
        let shape = |k: usize| {
            let share = k as f64 / steps as f64;
            match guidance.schedule {
                Schedule::Constant => 1.0,
                Schedule::Linear => share,
                Schedule::Cosine => 1.0 - (std::f64::consts::PI * share).cos(),
            }
        };
        let mean = (0..steps).map(shape).sum::<f64>() / steps as f64;
        let k = self.times.iter().position(|&time| time == t).expect("a time of the grid");
        power * shape(k) / mean
    }

    /// The weight at a point and time, the classifier being asked at its own.
    fn weight(&self, t: f64, doubt: f64) -> f64 {
        if !self.is_on(t) {
            return self.outside;
        }
        let gamma = self.gamma * self.factor(t);
        if self.state.guidance.adaptive == 0.0 {
            return gamma;
        }
        self.outside + (gamma - self.outside) * doubt.powf(self.state.guidance.adaptive)
    }

    /// `gamma ghat` at most as long as the clip.
    fn clipped(&self, t: f64, force: Point) -> Point {
        let length = force[0].hypot(force[1]);
        match self.state.guidance.clip {
            Some(clip) if self.is_on(t) && length > clip => force.map(|f| f * clip / length),
            _ => force,
        }
    }

    /// `s + gamma grad log phat`, with the rules; `t` is a time of the grid.
    pub fn guided_score(&self, x: Point, t: f64) -> Point {
        let (score, gradient, doubt) = self.parts(x, t);
        let weight = self.weight(t, doubt);
        let Guidance { parallel, rescale, .. } =
            if self.is_on(t) { self.state.guidance } else { Guidance::constant(0, 0.0) };
        let conditional = [0, 1].map(|i| score[i] + gradient[i]);
        // APG: the extra guidance in two parts, along the estimate and across it.
        let variance = 1.0 - (-2.0 * t).exp();
        let estimate = [0, 1].map(|i| (x[i] + variance * conditional[i]) / (-t).exp());
        let square = estimate[0].powi(2) + estimate[1].powi(2);
        let dot = gradient[0] * estimate[0] + gradient[1] * estimate[1];
        let along = estimate.map(|e| dot / square * e);
        let force = if parallel < 1.0 {
            [0, 1].map(|i| gradient[i] + (weight - 1.0) * ((gradient[i] - along[i]) + parallel * along[i]))
        } else {
            gradient.map(|g| weight * g)
        };
        let force = self.clipped(t, force);
        let guided = [0, 1].map(|i| score[i] + force[i]);
        let ratio = conditional[0].hypot(conditional[1]) / guided[0].hypot(guided[1]);
        let guided = guided.map(|s| if rescale > 0.0 { rescale * ratio * s + (1.0 - rescale) * s } else { s });
        let bound = if self.is_on(t) { self.state.guidance.threshold.unwrap_or(f64::INFINITY) } else { f64::INFINITY };
        let guided = [0, 1].map(|i| {
            let estimate = (x[i] + variance * guided[i]) / (-t).exp();
            if estimate.abs() > bound { ((-t).exp() * bound.copysign(estimate) - x[i]) / variance } else { guided[i] }
        });
        [0, 1].map(|i| if i < self.dimension { guided[i] } else { 0.0 })
    }

    /// The position after step `k`, from the formulas of docs/numerics.md.
    pub fn step(&self, k: usize, y: Point, z: Point) -> Point {
        let (t, next) = (self.times[k], self.times[k + 1]);
        let h = t - next;
        let s = self.guided_score(y, t);
        let sigma = |t: f64| (1.0 - (-2.0 * t).exp()).sqrt();
        let combine = |keep: f64, drift: f64, noise: f64| {
            let mut s = s;
            if self.state.guidance.at == GradientAt::PredictedMean {
                let (plain, ..) = self.parts(y, t);
                let mean = [0, 1].map(|i| if i < self.dimension { keep * y[i] + drift * plain[i] } else { 0.0 });
                let (_, gradient, doubt) = self.parts(mean, next);
                let weight = self.weight(t, doubt);
                let force = self.clipped(t, gradient.map(|g| weight * g));
                s = [0, 1].map(|i| if i < self.dimension { plain[i] + force[i] } else { 0.0 });
            }
            [0, 1].map(|i| keep * y[i] + drift * s[i] + noise * z[i])
        };
        match self.state.process.sampler {
            Sampler::Exponential => combine(h.exp(), 2.0 * (h.exp() - 1.0), ((2.0 * h).exp() - 1.0).sqrt()),
            Sampler::Ddpm => combine(h.exp(), 2.0 * h.sinh(), ((2.0 * h).exp() - 1.0).sqrt()),
            Sampler::EulerMaruyama => combine(1.0 + h, 2.0 * h, (2.0 * h).sqrt()),
            Sampler::OdeExponential => combine(h.exp(), h.exp() - 1.0, 0.0),
            // With one score for the datum and one for the noise that is added back.
            sampler @ (Sampler::Ddim | Sampler::CfgPlusPlus) => {
                if self.state.guidance.at == GradientAt::PredictedMean {
                    return combine(h.exp(), h.exp() * sigma(t).powi(2) - sigma(next) * sigma(t), 0.0);
                }
                let renoised = sampler == Sampler::CfgPlusPlus && self.is_on(t);
                let back = if renoised { self.parts(y, t).0 } else { s };
                let start = [0, 1].map(|i| (y[i] + sigma(t).powi(2) * s[i]) / (-t).exp());
                [0, 1].map(|i| (-next).exp() * start[i] - sigma(next) * sigma(t) * back[i])
            }
            Sampler::Heun => {
                let velocity = [0, 1].map(|i| y[i] + s[i]);
                let predicted = [0, 1].map(|i| y[i] + h * velocity[i]);
                let end = self.guided_score(predicted, next);
                [0, 1].map(|i| y[i] + 0.5 * h * (velocity[i] + predicted[i] + end[i]))
            }
        }
    }

    /// The noise of a particle.
    pub fn noise(&self, particle: usize, step: usize, stream: u32) -> Point {
        let float = particle * self.dimension;
        let normal = |float: usize| {
            let words = philox([(float / 4) as u32, step as u32, stream, 0], [self.state.seed, KEY]);
            let (a, b) = (words[(float % 4) / 2 * 2], words[(float % 4) / 2 * 2 + 1]);
            let radius = (-2.0 * ((f64::from(a >> 8) + 0.5) / 16_777_216.0).ln()).sqrt();
            let angle = std::f64::consts::TAU * f64::from(b) / 4_294_967_296.0;
            radius * if float.is_multiple_of(2) { angle.cos() } else { angle.sin() }
        };
        [normal(float), if self.dimension == 2 { normal(float + 1) } else { 0.0 }]
    }

    /// The initial position of a particle.
    pub fn initial(&self, particle: usize) -> Point {
        self.noise(particle, 0, STREAM_INITIAL)
    }

    /// The noise of a particle at a step.
    pub fn step_noise(&self, particle: usize, step: usize) -> Point {
        self.noise(particle, step, STREAM_STEP)
    }
}
