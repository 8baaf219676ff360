//! The guided score where the classifier goes by another mixture than the score: of another time, say. Twin of
//! `shaders/lib/apart.wgsl`.

use super::dispatch::widest;
use super::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use super::{Guide, KIND_EXACT, apart_score, score_of_all, split};

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
    pub fn boxed() -> Box<Self> {
        Box::new(Self { line: Sides::new(), plane: Sides::new() })
    }
}

/// The guided scores of a block in one or two dimensions; there must be others.
#[cfg(not(target_arch = "wasm32"))]
pub fn apart_scores(rows: &mut ApartRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    scores(rows, tables, guide, x, score);
}

#[cfg(target_arch = "wasm32")]
type Scores = fn(&mut ApartRows, Tables, &Guide, &[Row], &mut [Row]);

/// In a browser they are in a part of the module (docs/decisions/0005-split-module.md).
#[cfg(target_arch = "wasm32")]
static FETCHED: std::sync::OnceLock<Scores> = std::sync::OnceLock::new();

/// The guided scores of a block in one or two dimensions; there must be others, and [`bring_apart`] has been called.
#[cfg(target_arch = "wasm32")]
pub fn apart_scores(rows: &mut ApartRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let Some(scores) = FETCHED.get() else { unreachable!("fetched before a scene is set") };
    scores(rows, tables, guide, x, score);
}

/// Puts [`apart_scores`] at hand.
#[cfg(target_arch = "wasm32")]
pub fn bring_apart() {
    let _ = FETCHED.set(scores);
}

#[inline(never)]
fn scores(rows: &mut ApartRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
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
    evaluate(&mut sides.whole, tables.marginal(guide.score_terms).terms, x);
    let (target, others) = tables.marginal(guide.classifier_terms).sides();
    evaluate(&mut sides.target, target, x);
    evaluate(&mut sides.others, others, x);
    if guide.kind == KIND_EXACT && !guide.ruled() {
        join_exact(sides, guide, x, score);
    } else {
        join_any(sides, guide, x, score);
    }
}

widest! {
    /// The guided scores from the finished sums, with the exact posterior, a constant weight and no rule.
    fn join_exact[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = join::<D, true>
}

widest! {
    /// The same with any of the kinds.
    fn join_any[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = join::<D, false>
}

#[inline(always)]
fn join<const D: usize, const EXACT: bool>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    for i in 0..BLOCK {
        let parts = split(sides.target.get(i), sides.others.get(i));
        let whole = score_of_all(sides.whole.get(i));
        let value = apart_score(whole, parts, EXACT, guide, at(x, i));
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}
