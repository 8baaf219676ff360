//! The guided scores of the lanes that do without the loops of `block`: kinds beyond `exact` and the wiggles, and any
//! kind that goes by another mixture, by a rule, or from another score. In a browser they are in a part of the module
//! (docs/decisions/0005-split-module.md).

use std::cell::RefCell;

use super::apart::{ApartRows, apart_scores};
use super::classes::{ClassRows, class_scores};
use super::guess::{DenoisedRows, denoised_scores};
use super::learned_score::{ScoreRows, learned_score};
use super::rows::{Row, Tables};
use super::{
    Guide, KIND_DENOISED, KIND_LEARNED, KIND_TEMPERED, LearnedRows, MODELS_CLASSIFIER, MODELS_WEAKER, learned_scores,
};

thread_local! {
    /// Room for them, made when a lane first needs it and kept: clearing it costs as much as some blocks.
    static ROOM: RefCell<FurtherRows> = const { RefCell::new(FurtherRows::new()) };
}

struct FurtherRows {
    classes: Option<Box<ClassRows>>,
    apart: Option<Box<ApartRows>>,
    denoised: Option<Box<DenoisedRows>>,
    learned: Option<Box<LearnedRows>>,
    score: Option<Box<ScoreRows>>,
}

impl FurtherRows {
    const fn new() -> Self {
        Self { classes: None, apart: None, denoised: None, learned: None, score: None }
    }
}

/// The guided scores of a block in one or two dimensions.
#[cfg(not(target_arch = "wasm32"))]
pub fn further_scores(tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    scores(tables, guide, x, score);
}

#[cfg(target_arch = "wasm32")]
type Scores = fn(Tables, &Guide, &[Row], &mut [Row]);

#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Scores> = std::sync::OnceLock::new();

/// The guided scores of a block in one or two dimensions; [`bring_further`] has been called.
#[cfg(target_arch = "wasm32")]
pub fn further_scores(tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let Some(scores) = FETCHED.get() else { unreachable!("fetched before a scene is set") };
    scores(tables, guide, x, score);
}

/// Puts [`further_scores`] at hand.
#[cfg(target_arch = "wasm32")]
pub fn bring_further() {
    let _ = FETCHED.set(scores);
}

fn scores(tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    ROOM.with_borrow_mut(|rows| {
        if guide.models <= MODELS_WEAKER {
            return in_closed_form(rows, tables, guide, x, score);
        }
        // Its own, so that the others are free for the classifier.
        let mut own = rows.score.take().unwrap_or_else(ScoreRows::boxed);
        learned_score(&mut own, tables, guide, x, score, |guide, score| in_closed_form(rows, tables, guide, x, score));
        rows.score = Some(own);
    });
}

/// The same where the score has a closed form.
fn in_closed_form(rows: &mut FurtherRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let others = tables.count > tables.target;
    if !others && guide.whole == 0.0 && guide.models == MODELS_CLASSIFIER {
        // Nothing guides, and there is nothing to clip or to rescale either.
        for row in score.iter_mut() {
            row.fill(0.0);
        }
        return;
    }
    match guide.kind {
        KIND_TEMPERED if others => {
            class_scores(rows.classes.get_or_insert_with(ClassRows::boxed), tables, guide, x, score);
        }
        KIND_DENOISED if others => {
            denoised_scores(rows.denoised.get_or_insert_with(DenoisedRows::boxed), tables, guide, x, score);
        }
        KIND_LEARNED => {
            learned_scores(rows.learned.get_or_insert_with(LearnedRows::boxed), tables, guide, x, score);
        }
        _ => apart_scores(rows.apart.get_or_insert_with(ApartRows::boxed), tables, guide, x, score),
    }
}
