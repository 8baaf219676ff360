//! The guided score as a function of place, at every time: what the solvers take.

use crate::model::Mixture;
use crate::reference::{LaneGuidance, Marginal, guided_score};

/// The guided score `s^w(., t)` at one time.
pub type ScoreAt = Box<dyn Fn(f64) -> f64>;

/// The guided score at any time `t`.
pub type Scores<'a> = dyn Fn(f64) -> ScoreAt + 'a;

/// The guided score of a lane, `s + gamma ghat`.
///
/// # Panics
/// In more than one dimension.
pub fn guided_scores(mixture: &Mixture, lane: LaneGuidance) -> impl Fn(f64) -> ScoreAt + '_ {
    assert_eq!(mixture.dimension, 1, "laws are computed in one dimension");
    move |t| {
        let marginal = Marginal::new(mixture, t);
        Box::new(move |x| {
            let mut score = [0.0];
            guided_score(&marginal, &lane, &[x], &mut score);
            score[0]
        })
    }
}

/// A part of the reverse process in which the scores do not jump in time.
pub struct Piece<'a> {
    /// The time at which it ends.
    pub until: f64,
    /// Its scores.
    pub scores: Box<Scores<'a>>,
}

/// The guided scores of a lane from `horizon` to `stop` in pieces: one, up to three if its weight has an
/// interval, and one more if its classifier has a kink in time.
pub fn guided_pieces(mixture: &Mixture, lane: LaneGuidance, horizon: f64, stop: f64) -> Vec<Piece<'_>> {
    let piece = |(until, weight)| {
        let scores: Box<Scores<'_>> = Box::new(guided_scores(mixture, LaneGuidance { weight, ..lane }));
        Piece { until, scores }
    };
    let mut parts = lane.weight.pieces(horizon, stop);
    if let Some(kink) = lane.classifier.kink().filter(|kink| (stop..horizon).contains(kink)) {
        let at = parts.iter().position(|&(until, _)| until <= kink).unwrap_or_default();
        if parts[at].0 < kink {
            parts.insert(at, (kink, parts[at].1));
        }
    }
    parts.into_iter().map(piece).collect()
}
