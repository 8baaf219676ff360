//! The guided score `s + gamma ghat`, one kind of classifier a file. Twin of `shaders/lib/classifier.wgsl`; the
//! gradients are derived in docs/numerics.md.

mod denoised;
mod exact;
mod label_smoothing;
mod learned;
mod rules;
mod tempered;
mod wiggle;

use bytemuck::{Pod, Zeroable};

use super::{Side, Split, exp_below_88, log};

pub use denoised::{Guess, add_guess, denoised_score, first_guess};
pub use learned::{LearnedRows, learned_scores};
pub(super) use rules::steered;
pub use tempered::{plainly_tempered_score, tempered_score, tempered_side};
pub use wiggle::{phase_at, wave_at, wave_of};

/// [`Guide::kind`] of the exact classifier.
pub const KIND_EXACT: u32 = 0;
/// [`Guide::kind`] of `phat = eta + a eta (1 - eta) sin(n x_1)`.
pub const KIND_PROBABILITY: u32 = 1;
/// [`Guide::kind`] of `a sin(n x_1)` added to the target's logit.
pub const KIND_LOGIT: u32 = 2;
/// [`Guide::kind`] of the tempered posterior, which looks at every class.
pub const KIND_TEMPERED: u32 = 3;
/// [`Guide::kind`] of smoothed labels.
pub const KIND_LABEL_SMOOTHING: u32 = 4;
/// [`Guide::kind`] of the posterior of clean data at the denoised guess.
pub const KIND_DENOISED: u32 = 5;
/// [`Guide::kind`] of a trained network.
pub const KIND_LEARNED: u32 = 6;

/// [`Guide::models`] of a score in closed form that a classifier guides.
pub const MODELS_CLASSIFIER: u32 = 0;
/// [`Guide::models`] where the tables are of a weaker model and of the one that is guided, both of the target class alone.
pub const MODELS_WEAKER: u32 = 1;
/// [`Guide::models`] of a learned score that a classifier guides.
pub const MODELS_LEARNED: u32 = 2;
/// [`Guide::models`] of a learned score, guided by that of the class less itself.
pub const MODELS_PAIR: u32 = 3;
/// [`Guide::models`] of the exact score, guided by the same.
pub const MODELS_PAIR_ALONE: u32 = 4;
/// [`Guide::models`] of a learned score of the class, guided by a weaker one.
pub const MODELS_LEARNED_WEAKER: u32 = 5;
/// [`Guide::models`] of the exact score of the class, guided by the same.
pub const MODELS_WEAKER_ALONE: u32 = 6;

/// The guidance of one lane; the layout is that of the uniform `guides`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct Guide {
    /// The weight.
    pub gamma: f32,
    /// One of the constants `KIND_...`.
    pub kind: u32,
    /// What the file of the kind says: `n` and `a` of a wiggle, `b` and `e` of the tempered classifier, `e` and `e/K`
    /// of smoothed labels, 1 or 0 of the denoised one.
    pub parameters: [f32; 2],
    /// The weight outside the interval, and where the classifier is sure.
    pub outside: f32,
    /// The index of the first time at which the weight is `gamma`.
    pub first: u32,
    /// One past the last.
    pub end: u32,
    /// The power of `1 - phat` in the weight; 0 is a constant weight.
    pub adaptive: f32,
    /// Where the table of the lane's score starts among the terms; [`Guide::at`] a time, that time's mixture.
    pub score_terms: u32,
    /// From one time to the next in that table; 0 if it is the same at all times.
    pub score_stride: u32,
    /// Where the table starts whose posterior the classifier goes by.
    pub classifier_terms: u32,
    /// From one time to the next in that table.
    pub classifier_stride: u32,
    /// The largest length of `gamma ghat`; 0 is no limit.
    pub clip: f32,
    /// How much is taken away of the extra guidance's part along the estimate of the datum.
    pub removed: f32,
    /// How far the guided score is brought to the length of that at `gamma = 1`.
    pub rescale: f32,
    /// `sigma^2` at the time of [`Guide::at`].
    pub variance: f32,
    /// 1 if the gradient is that at the predicted mean of the step.
    pub ahead: u32,
    /// 1, or 0 for the guidance without the score.
    pub whole: f32,
    /// Where the score is wrong: its factor.
    pub score_scale: f32,
    /// One of the constants `MODELS_...`.
    pub models: u32,
    /// Where the score is wrong: what is added to it.
    pub score_shift: [f32; 2],
    /// Where the table of the mixture itself starts, from which that of a wrong score differs.
    pub own_terms: u32,
    /// From one time to the next in that table.
    pub own_stride: u32,
    /// The largest coordinate of `u` times the guided estimate of the datum, at the time of [`Guide::at`]; 0 is no limit.
    pub bound: f32,
    /// Nothing.
    pub padding: [u32; 3],
}

/// What a lane needs to know of a time.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct Moment {
    /// What multiplies the weight in the interval.
    pub factor: f32,
    /// `sigma^2`.
    pub variance: f32,
    /// `u` times the largest coordinate of the guided estimate of the datum; 0 is no limit.
    pub bound: f32,
    /// Nothing.
    pub padding: u32,
}

impl Moment {
    /// Of a time at which no rule changes the weight or looks at the noise.
    pub const PLAIN: Self = Self { factor: 1.0, variance: 0.0, bound: 0.0, padding: 0 };
}

impl Guide {
    /// The guide at the time of an index, with the mixtures of that time: outside its interval the weight is
    /// constant and no rule holds.
    #[must_use]
    #[inline(never)] // Once a block of particles: written out, it is the largest part of the step in a browser.
    pub fn at(&self, index: u32, moment: Moment) -> Self {
        let mut guide = *self;
        (guide.variance, guide.bound) = (moment.variance, moment.bound);
        if index < self.first || index >= self.end {
            guide = guide.plain(self.outside);
        } else {
            guide.gamma *= moment.factor;
        }
        guide.score_terms += index * self.score_stride;
        guide.classifier_terms += index * self.classifier_stride;
        guide.own_terms += index * self.own_stride;
        guide
    }

    /// The same classifier with a constant weight and without a rule.
    #[must_use]
    #[inline(never)] // As above.
    pub fn plain(&self, gamma: f32) -> Self {
        Self { gamma, adaptive: 0.0, clip: 0.0, removed: 0.0, rescale: 0.0, bound: 0.0, ..*self }
    }

    /// The guidance without the score, by the mixtures of another time.
    #[must_use]
    #[inline(never)] // As above.
    pub fn bare(&self, then: &Self) -> Self {
        let Self { score_terms, classifier_terms, own_terms, .. } = *then;
        Self { whole: 0.0, score_terms, classifier_terms, own_terms, ..*self }
    }

    /// Whether there is more to do than to add the weighted gradient.
    #[must_use]
    #[inline(always)]
    pub fn ruled(&self) -> bool {
        self.clip > 0.0 || self.removed > 0.0 || self.rescale > 0.0 || self.bound > 0.0 || self.whole == 0.0
    }

    /// The score of a table as the lane has it.
    #[must_use]
    #[inline(always)]
    pub fn scored<const D: usize>(&self, mut score: [f32; D]) -> [f32; D] {
        for i in 0..D {
            score[i] = self.score_scale * score[i] + self.score_shift[i];
        }
        score
    }

    /// Whether the score is not that of the mixture.
    #[must_use]
    #[inline(always)]
    pub fn is_wrong(&self) -> bool {
        self.score_terms != self.own_terms
    }

    /// Whether no loop of `block` is the lane's, where there are `others`: it goes by another mixture, or looks at more
    /// than that loop knows, or has a rule. A wrong score is that of another mixture for every lane.
    #[must_use]
    #[inline(always)]
    pub fn goes_further(&self, others: bool) -> bool {
        let guided =
            self.is_apart() || self.ruled() || !matches!(self.kind, KIND_EXACT | KIND_PROBABILITY | KIND_LOGIT);
        self.is_wrong() || self.whole == 0.0 || self.bound > 0.0 || (others && guided)
    }

    /// Whether the classifier goes by another mixture than the score.
    #[must_use]
    #[inline(always)]
    pub fn is_apart(&self) -> bool {
        self.score_terms != self.classifier_terms
    }
}

/// What a kind makes of the target class against the others: `ghat = along (s_c - s_o) + first e_1`.
#[derive(Clone, Copy, Debug)]
pub struct Push {
    /// The factor of `s_c - s_o`.
    pub along: f32,
    /// What is added in the first coordinate.
    pub first: f32,
    /// `1 - phat(c|x)`.
    pub doubt: f32,
}

/// The least `1 - phat` of which a power is taken: its logarithm is finite.
const LEAST_DOUBT: f32 = 1.0e-30;

/// The weight `outside + (gamma - outside) (1 - phat)^adaptive`.
#[inline(always)]
fn weight_of(guide: &Guide, doubt: f32) -> f32 {
    if guide.adaptive > 0.0 { fading_weight(guide, doubt) } else { guide.gamma }
}

#[inline(always)]
fn fading_weight(guide: &Guide, doubt: f32) -> f32 {
    let least = if doubt > LEAST_DOUBT { doubt } else { LEAST_DOUBT };
    guide.outside + (guide.gamma - guide.outside) * exp_below_88(guide.adaptive * log(least))
}

/// `ghat` of a push.
#[inline(always)]
fn ghat_of<const D: usize>(split: &Split<D>, push: Push) -> [f32; D] {
    let mut ghat = [0.0; D];
    for i in 0..D {
        let kick = if i == 0 { push.first } else { 0.0 };
        ghat[i] = push.along * (split.target[i] - split.others[i]) + kick;
    }
    ghat
}

/// `s = eta s_c + (1-eta) s_o`.
#[inline(always)]
pub fn score_of<const D: usize>(split: &Split<D>) -> [f32; D] {
    let mut score = [0.0; D];
    for i in 0..D {
        score[i] = split.eta * split.target[i] + split.rest * split.others[i];
    }
    score
}

/// `s + gamma ghat`, with `s` as it is given, by the weight and the rules of the guide, or by its constant weight without
/// a rule. The kind is one of those that look at the target class against the others, or stands for both wiggles.
#[inline(always)]
pub fn apart_score<const D: usize, const RULED: bool>(
    mut score: [f32; D],
    split: Split<D>,
    kind: u32,
    guide: &Guide,
    x: [f32; D],
) -> [f32; D] {
    let push = match kind {
        KIND_EXACT => exact::exact(&split),
        KIND_LABEL_SMOOTHING => label_smoothing::smoothed(&split, guide),
        _ => wiggle::any_form(&split, guide, wave_at(guide, x[0])),
    };
    let ghat = ghat_of(&split, push);
    if RULED {
        return steered(score, ghat, weight_of(guide, push.doubt), x, guide);
    }
    for i in 0..D {
        score[i] += guide.gamma * ghat[i];
    }
    score
}

/// `s + gamma ghat` with `s = eta s_c + (1-eta) s_o`.
#[inline(always)]
fn pushed<const D: usize>(split: Split<D>, gamma: f32, push: Push) -> [f32; D] {
    let Split { eta, rest, target, others } = split;
    let mut score = [0.0; D];
    for i in 0..D {
        let kick = if i == 0 { push.first } else { 0.0 };
        score[i] = (eta * target[i] + rest * others[i]) + gamma * (push.along * (target[i] - others[i]) + kick);
    }
    score
}

/// The guided score of a kind that looks at the target class against the others. The kind is a parameter of its
/// own so that a loop over particles has no branch.
#[inline(always)]
pub fn guided_score<const D: usize>(split: Split<D>, kind: u32, guide: &Guide, wave: [f32; 2]) -> [f32; D] {
    let push = match kind {
        KIND_EXACT => exact::exact(&split),
        KIND_PROBABILITY => wiggle::probability(&split, wave),
        _ => wiggle::logit(&split, wave),
    };
    pushed(split, guide.gamma, push)
}

/// [`guided_score`] of the wiggle of the logit where each side is one component.
#[inline(always)]
pub fn logit_score_of_pair<const D: usize>(
    smaller: f32,
    target: Side<D>,
    others: Side<D>,
    guide: &Guide,
    wave: [f32; 2],
) -> [f32; D] {
    let (split, push) = wiggle::logit_of_pair(smaller, target, others, wave);
    pushed(split, guide.gamma, push)
}

/// [`guided_score`] with the weight `outside + (gamma - outside) (1 - phat)^adaptive`. In the shader one function
/// is both.
#[inline(always)]
pub fn adaptive_score<const D: usize>(split: Split<D>, guide: &Guide, wave: [f32; 2]) -> [f32; D] {
    let push = wiggle::any_form(&split, guide, wave);
    pushed(split, fading_weight(guide, push.doubt), push)
}
