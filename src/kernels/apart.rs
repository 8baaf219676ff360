//! The guided score where the classifier goes by another mixture than the score: of another time, say. Twin of
//! `shaders/lib/apart.wgsl`. The loop of smoothed labels is here too, since in a browser this file is in a part of
//! the module.

use super::dispatch::widest;
use super::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use super::{
    Guide, KIND_EXACT, KIND_LABEL_SMOOTHING, MODELS_WEAKER, Side, Split, apart_score, only, score_of, score_of_all,
    smaller_of, split, split_pair,
};

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
    pub fn boxed() -> Box<Self> {
        Box::new(Self { line: Sides::new(), plane: Sides::new() })
    }
}

/// The guided scores of a block in one or two dimensions.
#[inline(never)]
pub fn apart_scores(rows: &mut ApartRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
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
    let of_score = tables.marginal(guide.score_terms);
    let (target, others) = tables.marginal(guide.classifier_terms).sides();
    evaluate(&mut sides.target, target, x);
    if guide.models == MODELS_WEAKER {
        evaluate(&mut sides.whole, of_score.sides().0, x);
        join_weaker(sides, guide, x, score);
        return;
    }
    if guide.is_apart() {
        evaluate(&mut sides.whole, of_score.terms, x);
    }
    if others.is_empty() {
        join_alone(sides, guide, x, score);
        return;
    }
    evaluate(&mut sides.others, others, x);
    match (guide.kind, guide.is_apart(), guide.ruled() || guide.adaptive > 0.0) {
        (KIND_EXACT, true, false) => join_exact(sides, guide, x, score),
        (KIND_LABEL_SMOOTHING, false, false) if tables.count == 2 => join_smoothed_pair(sides, guide, x, score),
        (KIND_LABEL_SMOOTHING, false, false) => join_smoothed(sides, guide, x, score),
        (KIND_LABEL_SMOOTHING, ..) => join_smoothed_any(sides, guide, x, score),
        _ => join_any(sides, guide, x, score),
    }
}

widest! {
    /// The guided scores from the finished sums, with the exact posterior of another mixture, a constant weight and no
    /// rule.
    fn join_exact[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = exact::<D>
}

widest! {
    /// The same with smoothed labels of the same mixture.
    fn join_smoothed[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = smoothed::<D>
}

widest! {
    /// The same of a component a side: there is no sum to divide by.
    fn join_smoothed_pair[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D])
        = smoothed_pair::<D>
}

widest! {
    /// The same with smoothed labels, any mixture and weight.
    fn join_smoothed_any[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D])
        = smoothed_any::<D>
}

widest! {
    /// The same with any other kind and weight.
    fn join_any[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = any::<D>
}

widest! {
    /// The same without other classes: no guidance, but the bounds of the estimate hold.
    fn join_alone[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = alone::<D>
}

widest! {
    /// A weaker model and the one that is guided by it.
    fn join_weaker[const D: usize](sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = weaker::<D>
}

/// The score that the guidance is added to: that of another mixture.
#[inline(always)]
fn of_another<const D: usize>(_: &Split<D>, whole: [f32; D], guide: &Guide) -> [f32; D] {
    guide.scored(whole)
}

/// The same: that of the classifier's own mixture, if it has no other.
#[inline(always)]
fn of_either<const D: usize>(parts: &Split<D>, whole: [f32; D], guide: &Guide) -> [f32; D] {
    if guide.is_apart() { guide.scored(whole) } else { score_of(parts) }
}

#[inline(always)]
fn sides_of<const D: usize>(target: Side<D>, others: Side<D>, _: [f32; D]) -> Split<D> {
    split(target, others)
}

#[inline(always)]
fn exact<const D: usize>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    join::<D, KIND_EXACT, false>(sides, sides_of, of_another, guide, x, score);
}

#[inline(always)]
fn smoothed<const D: usize>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    join::<D, KIND_LABEL_SMOOTHING, false>(sides, sides_of, |parts, _, _| score_of(parts), guide, x, score);
}

#[inline(always)]
fn smoothed_pair<const D: usize>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    let parts = |target, others, _| split_pair(smaller_of(&target, &others), target, others);
    join::<D, KIND_LABEL_SMOOTHING, false>(sides, parts, |parts, _, _| score_of(parts), guide, x, score);
}

#[inline(always)]
fn smoothed_any<const D: usize>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    join::<D, KIND_LABEL_SMOOTHING, true>(sides, sides_of, of_either, guide, x, score);
}

#[inline(always)]
fn any<const D: usize>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    join::<D, ANY, true>(sides, sides_of, of_either, guide, x, score);
}

#[inline(always)]
fn alone<const D: usize>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    let parts = |target, _, _| only(target);
    if guide.bound > 0.0 {
        let guide = &Guide { kind: KIND_EXACT, adaptive: 0.0, ..*guide };
        join::<D, ANY, true>(sides, parts, of_either, guide, x, score);
    } else {
        join::<D, KIND_EXACT, false>(sides, parts, of_another, guide, x, score);
    }
}

/// `s_weaker + gamma (s_main - s_weaker)`: the push of a classifier that is sure of the other class.
#[inline(always)]
fn weaker<const D: usize>(sides: &Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    let parts = |main, _, weaker| Split { eta: 0.0, rest: 1.0, target: score_of_all(main), others: weaker };
    if guide.ruled() {
        join::<D, ANY, true>(sides, parts, of_another, guide, x, score);
    } else {
        join::<D, KIND_EXACT, false>(sides, parts, of_another, guide, x, score);
    }
}

#[inline(always)]
fn join<const D: usize, const KIND: u32, const RULED: bool>(
    sides: &Sides<D>,
    parts: impl Fn(Side<D>, Side<D>, [f32; D]) -> Split<D>,
    base: impl Fn(&Split<D>, [f32; D], &Guide) -> [f32; D],
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    for i in 0..BLOCK {
        let whole = score_of_all(sides.whole.get(i));
        let parts = parts(sides.target.get(i), sides.others.get(i), whole);
        let base = base(&parts, whole, guide);
        let value = apart_score::<D, RULED>(base, parts, KIND, guide, at(x, i));
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}
