//! The guided score of a kind that looks at every class by itself. Twin of `shaders/lib/classes.wgsl`.
//!
//! The terms stand as for the other kinds, whose sums would round differently in another order; the terms of a
//! class are picked out of them. In 1D the second coordinates are 0, as in the shader: one body for both
//! dimensions, for the size of the browser's module.

use super::dispatch::widest;
use super::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use super::{
    Guide, Side, Term, join_sides, no_side, plainly_tempered_score, score_of, score_of_all, split, tempered_score,
    tempered_side,
};

/// What a block of such a kind needs.
pub struct ClassRows {
    x: [Row; 2],
    score: [Row; 2],
    terms: Vec<Term>,
    /// The whole mixture of the score, where the classifier goes by another.
    whole: SideRows<2>,
    target: SideRows<2>,
    class: SideRows<2>,
    others: SideRows<2>,
    tempered: SideRows<2>,
    /// Target and other class in 1D.
    line: [SideRows<1>; 2],
}

impl ClassRows {
    /// Room for one block.
    #[inline(never)]
    pub fn boxed() -> Box<Self> {
        Box::new(Self {
            x: [[0.0; BLOCK]; 2],
            score: [[0.0; BLOCK]; 2],
            terms: Vec::new(),
            whole: SideRows::new(),
            target: SideRows::new(),
            class: SideRows::new(),
            others: SideRows::new(),
            tempered: SideRows::new(),
            line: [SideRows::new(), SideRows::new()],
        })
    }
}

/// The guided scores of a block in one or two dimensions; there must be others.
#[inline(never)]
pub fn class_scores(rows: &mut ClassRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let (target, others) = tables.marginal(guide.classifier_terms).sides();
    let classes = others.iter().map(|term| term.place).max().unwrap_or(0);
    if classes == 1 && !guide.is_apart() && !guide.ruled() && guide.adaptive == 0.0 {
        if let ([x], [score]) = (x, &mut *score) {
            let (x, score) = (std::array::from_ref(x), std::array::from_mut(score));
            let [one, two] = &mut rows.line;
            return two_classes([one, two], target, others, guide, x, score);
        }
        if let (Ok(x), Ok(score)) = (x.try_into(), score.try_into()) {
            return two_classes::<2>([&mut rows.target, &mut rows.class], target, others, guide, x, score);
        }
    }
    rows.x[..x.len()].copy_from_slice(x);
    if guide.is_apart() {
        evaluate(&mut rows.whole, tables.marginal(guide.score_terms).terms, &rows.x);
    }
    evaluate(&mut rows.target, target, &rows.x);
    for place in 1..=classes {
        rows.terms.clear();
        rows.terms.extend(others.iter().filter(|term| term.place == place));
        evaluate(&mut rows.class, &rows.terms, &rows.x);
        add_class(rows, guide, place == 1);
    }
    join_classes(rows, guide);
    score.copy_from_slice(&rows.score[..x.len()]);
}

/// The guided scores where there is one other class.
fn two_classes<const D: usize>(
    [own, class]: [&mut SideRows<D>; 2],
    target: &[Term],
    others: &[Term],
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    evaluate(own, target, x);
    evaluate(class, others, x);
    join_two(own, class, guide, score);
}

widest! {
    /// The same from the finished sums.
    fn join_two[const D: usize](target: &SideRows<D>, class: &SideRows<D>, guide: &Guide, score: &mut [Row; D])
        = join_two_rows::<D>
}

#[inline(always)]
fn join_two_rows<const D: usize>(target: &SideRows<D>, class: &SideRows<D>, guide: &Guide, score: &mut [Row; D]) {
    for i in 0..BLOCK {
        let (target, class) = (target.get(i), class.get(i));
        let exact = split(target, class);
        let own = Side { top: 0.0, sum: 1.0, pull: exact.target };
        let tempered = split(own, tempered_side(target, class, guide));
        let value = plainly_tempered_score(score_of(&exact), tempered, guide);
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}

widest! {
    /// Adds the class at hand to the exact and to the tempered sum of the others, which `first` starts.
    fn add_class[](rows: &mut ClassRows, guide: &Guide, first: bool) = add_class_rows
}

#[inline(always)]
fn add_class_rows(rows: &mut ClassRows, guide: &Guide, first: bool) {
    for i in 0..BLOCK {
        let class = rows.class.get(i);
        let before = if first { [no_side(); 2] } else { [rows.others.get(i), rows.tempered.get(i)] };
        rows.others.set(i, join_sides(before[0], class));
        rows.tempered.set(i, join_sides(before[1], tempered_side(rows.target.get(i), class, guide)));
    }
}

widest! {
    /// The guided scores from the finished sums.
    fn join_classes[](rows: &mut ClassRows, guide: &Guide) = join_class_rows
}

#[inline(always)]
fn join_class_rows(rows: &mut ClassRows, guide: &Guide) {
    for i in 0..BLOCK {
        let exact = split(rows.target.get(i), rows.others.get(i));
        let own = Side { top: 0.0, sum: 1.0, pull: exact.target };
        let score = if guide.is_apart() { guide.scored(score_of_all(rows.whole.get(i))) } else { score_of(&exact) };
        let tempered = split(own, rows.tempered.get(i));
        [rows.score[0][i], rows.score[1][i]] = tempered_score(score, tempered, guide, at(&rows.x, i));
    }
}
