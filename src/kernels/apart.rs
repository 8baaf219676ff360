//! The guided score where the classifier goes by another mixture than the score: of another time, say. Twin of
//! `shaders/lib/apart.wgsl`. The loop of smoothed labels is here too, since in a browser this file is in a part of
//! the module.

use super::dispatch::widest;
use super::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use super::{Guide, KIND_EXACT, KIND_LABEL_SMOOTHING, apart_score, score_of, score_of_all, split};

/// Stands for every kind but the two with loops of their own.
const ANY: u32 = u32::MAX;

/// What a block of such a lane needs.
pub struct ApartRows {
    line: Sides<1>,
    plane: Sides<2>,
}

struct Sides<const D: usize> {
    /// The whole mixture of the score.
    whole: SideRows<D>,
    /// The sides of the classifier's.
    target: SideRows<D>,
    others: SideRows<D>,
}

impl<const D: usize> Sides<D> {
    const fn new() -> Self {
        Self { whole: SideRows::new(), target: SideRows::new(), others: SideRows::new() }
    }
}

impl ApartRows {
    /// Room for one block.
    #[inline(never)]
    fn boxed() -> Box<Self> {
        Box::new(Self { line: Sides::new(), plane: Sides::new() })
    }
}

/// The guided scores of a block in one or two dimensions; there must be others.
#[cfg(not(target_arch = "wasm32"))]
pub fn apart_scores(rows: &mut Option<Box<ApartRows>>, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    scores(rows, tables, guide, x, score);
}

#[cfg(target_arch = "wasm32")]
type Scores = fn(&mut Option<Box<ApartRows>>, Tables, &Guide, &[Row], &mut [Row]);

/// In a browser they are in a part of the module (docs/decisions/0005-split-module.md).
#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Scores> = std::sync::OnceLock::new();

/// The guided scores of a block in one or two dimensions; there must be others, and [`bring_apart`] has been called.
#[cfg(target_arch = "wasm32")]
pub fn apart_scores(rows: &mut Option<Box<ApartRows>>, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let Some(scores) = FETCHED.get() else { unreachable!("fetched before a scene is set") };
    scores(rows, tables, guide, x, score);
}

/// Puts [`apart_scores`] at hand.
#[cfg(target_arch = "wasm32")]
pub fn bring_apart() {
    let _ = FETCHED.set(scores);
}

#[inline(never)]
fn scores(rows: &mut Option<Box<ApartRows>>, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let rows = rows.get_or_insert_with(ApartRows::boxed);
    match (x, score) {
        ([x], [score]) => {
            in_dimension(&mut rows.line, tables, guide, std::array::from_ref(x), std::array::from_mut(score));
        }
        (x, score) => {
            if let (Ok(x), Ok(score)) = (x.try_into(), score.try_into()) {
                in_dimension::<2>(&mut rows.plane, tables, guide, x, score);
            }
        }
    }
}

fn in_dimension<const D: usize>(
    sides: &mut Sides<D>,
    tables: Tables,
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    if guide.is_apart() {
        evaluate(&mut sides.whole, tables.marginal(guide.score_terms).terms, x);
    }
    let (target, others) = tables.marginal(guide.classifier_terms).sides();
    evaluate(&mut sides.target, target, x);
    evaluate(&mut sides.others, others, x);
    match (guide.kind, guide.ruled()) {
        (KIND_EXACT, false) => join_exact(sides, guide, x, score),
        (KIND_LABEL_SMOOTHING, _) => join_smoothed(sides, guide, x, score),
        _ => join_any(sides, guide, x, score),
    }
}

widest! {
    /// The guided scores from the finished sums, with the exact posterior of another mixture, a constant weight and no
    /// rule.
    fn join_exact[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = join::<D, KIND_EXACT>
}

widest! {
    /// The same with smoothed labels, of the same mixture or of another.
    fn join_smoothed[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = join::<D, KIND_LABEL_SMOOTHING>
}

widest! {
    /// The same with any other kind and weight.
    fn join_any[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = join::<D, ANY>
}

#[inline(always)]
fn join<const D: usize, const KIND: u32>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    for i in 0..BLOCK {
        let parts = split(sides.target.get(i), sides.others.get(i));
        let own = KIND == KIND_LABEL_SMOOTHING && !guide.is_apart();
        let base = if own { score_of(&parts) } else { score_of_all(sides.whole.get(i)) };
        let value = apart_score(base, parts, KIND, guide, at(x, i));
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}
