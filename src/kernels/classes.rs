//! The guided score of a kind that looks at every class by itself. Twin of `shaders/lib/classes.wgsl`.
//!
//! The terms stand as for the other kinds, whose sums would round differently in another order; the terms of a
//! class are picked out of them. Every long chain of operations has a loop of its own: a processor looks ahead for
//! some hundred only, and would do one particle after the other.

use super::dispatch::widest;
use super::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use super::{
    Guide, Side, Split, Term, join_sides, log_ratio, plainly_tempered_score, score_of, score_of_all, smaller_of, split,
    split_by, tempered_score, tempered_side,
};

/// What a block of such a kind needs.
pub struct ClassRows {
    terms: Vec<Term>,
    line: Sides<1>,
    plane: Sides<2>,
}

struct Sides<const D: usize> {
    /// The whole mixture of the score, where the classifier goes by another.
    whole: SideRows<D>,
    target: SideRows<D>,
    class: SideRows<D>,
    others: SideRows<D>,
    tempered: SideRows<D>,
    /// `L_y - L_c` of the class at hand.
    ratio: Row,
    /// [`smaller_of`] the exact sums, and of the tempered ones.
    smaller: [Row; 2],
}

impl<const D: usize> Sides<D> {
    const fn new() -> Self {
        Self {
            whole: SideRows::new(),
            target: SideRows::new(),
            class: SideRows::new(),
            others: SideRows::new(),
            tempered: SideRows::new(),
            ratio: [0.0; BLOCK],
            smaller: [[0.0; BLOCK]; 2],
        }
    }
}

impl ClassRows {
    /// Room for one block.
    #[inline(never)]
    pub fn boxed() -> Box<Self> {
        Box::new(Self { terms: Vec::new(), line: Sides::new(), plane: Sides::new() })
    }
}

/// The guided scores of a block in one or two dimensions; there must be others.
#[inline(never)]
pub fn class_scores(rows: &mut ClassRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let ClassRows { terms, line, plane } = rows;
    if let ([x], [score]) = (x, &mut *score) {
        in_dimension::<1>(line, terms, tables, guide, std::array::from_ref(x), std::array::from_mut(score));
    } else if let (Ok(x), Ok(score)) = (x.try_into(), score.try_into()) {
        in_dimension::<2>(plane, terms, tables, guide, x, score);
    }
}

fn in_dimension<const D: usize>(
    sides: &mut Sides<D>,
    terms: &mut Vec<Term>,
    tables: Tables,
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    let (target, others) = tables.marginal(guide.classifier_terms).sides();
    let classes = others.iter().map(|term| term.place).max().unwrap_or(0);
    let plain = !guide.is_apart() && !guide.ruled() && guide.adaptive == 0.0;
    evaluate(&mut sides.target, target, x);
    if classes == 1 && plain {
        evaluate(&mut sides.class, others, x);
        match (target, others) {
            ([_], [_]) => join_pair(sides, guide, score),
            _ => join_two(sides, guide, score),
        }
        return;
    }
    if guide.is_apart() {
        evaluate(&mut sides.whole, tables.marginal(guide.score_terms).terms, x);
    }
    for place in 1..=classes {
        terms.clear();
        terms.extend(others.iter().filter(|term| term.place == place));
        evaluate(&mut sides.class, terms, x);
        add_class(sides, guide, place == 1);
    }
    if plain {
        join_plainly(sides, guide, score);
    } else {
        join_classes(sides, guide, x, score);
    }
}

widest! {
    /// The guided scores from the finished sums, of one other class, with a constant weight and without a rule.
    fn join_two[const D: usize](sides: &mut Sides<D>, guide: &Guide, score: &mut [Row; D]) = two::<D, false>
}

widest! {
    /// The same where both classes are one component: no sum to divide by, and none to take the logarithm of.
    fn join_pair[const D: usize](sides: &mut Sides<D>, guide: &Guide, score: &mut [Row; D]) = two::<D, true>
}

#[inline(always)]
fn two<const D: usize, const PAIR: bool>(sides: &mut Sides<D>, guide: &Guide, score: &mut [Row; D]) {
    let Sides { target, class, ratio, smaller: [smaller, tempered], .. } = sides;
    let both = |i| [&*target, &*class].map(|rows| if PAIR { Side { sum: 1.0, ..rows.get(i) } } else { rows.get(i) });
    let own = own_side([0.0; D]);
    if !PAIR {
        for i in 0..BLOCK {
            let [target, class] = both(i);
            ratio[i] = log_ratio(target, class);
        }
    }
    let ratio_at = |i| {
        let [target, class] = both(i);
        if PAIR { log_ratio(target, class) } else { ratio[i] }
    };
    for i in 0..BLOCK {
        tempered[i] = smaller_of(&own, &tempered_side(ratio_at(i), own, guide));
    }
    for i in 0..BLOCK {
        let [target, class] = both(i);
        smaller[i] = smaller_of(&target, &class);
    }
    for i in 0..BLOCK {
        let [target, class] = both(i);
        let exact = split_by(smaller[i], target, class);
        let Split { rest, .. } = split_by(tempered[i], own, tempered_side(ratio_at(i), own, guide));
        let value = plainly_tempered_score(score_of(&exact), Split { rest, ..exact }, guide);
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}

/// The target's own term of the tempered sum.
#[inline(always)]
fn own_side<const D: usize>(pull: [f32; D]) -> Side<D> {
    Side { top: 0.0, sum: 1.0, pull }
}

widest! {
    /// Adds the class at hand to the exact and to the tempered sum of the others, which `first` starts.
    fn add_class[const D: usize](sides: &mut Sides<D>, guide: &Guide, first: bool) = add::<D>
}

#[inline(always)]
fn add<const D: usize>(sides: &mut Sides<D>, guide: &Guide, first: bool) {
    let Sides { target, class, others, tempered, ratio, .. } = sides;
    for i in 0..BLOCK {
        ratio[i] = log_ratio(target.get(i), class.get(i));
    }
    if first {
        for i in 0..BLOCK {
            others.set(i, class.get(i));
            tempered.set(i, tempered_side(ratio[i], class.get(i), guide));
        }
        return;
    }
    for i in 0..BLOCK {
        others.set(i, join_sides(others.get(i), class.get(i)));
    }
    for i in 0..BLOCK {
        tempered.set(i, join_sides(tempered.get(i), tempered_side(ratio[i], class.get(i), guide)));
    }
}

widest! {
    /// The guided scores from the finished sums, with a constant weight and without a rule.
    fn join_plainly[const D: usize](sides: &mut Sides<D>, guide: &Guide, score: &mut [Row; D]) = plainly::<D>
}

#[inline(always)]
fn plainly<const D: usize>(sides: &mut Sides<D>, guide: &Guide, score: &mut [Row; D]) {
    let Sides { target, others, tempered, smaller, .. } = sides;
    for i in 0..BLOCK {
        smaller[0][i] = smaller_of(&target.get(i), &others.get(i));
    }
    for i in 0..BLOCK {
        smaller[1][i] = smaller_of(&own_side([0.0; D]), &tempered.get(i));
    }
    for i in 0..BLOCK {
        let exact = split_by(smaller[0][i], target.get(i), others.get(i));
        let tempered = split_by(smaller[1][i], own_side(exact.target), tempered.get(i));
        let value = plainly_tempered_score(score_of(&exact), tempered, guide);
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}

widest! {
    /// The guided scores from the finished sums.
    fn join_classes[const D: usize](sides: &mut Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) = join::<D>
}

#[inline(always)]
fn join<const D: usize>(sides: &mut Sides<D>, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    for i in 0..BLOCK {
        let exact = split(sides.target.get(i), sides.others.get(i));
        let base = if guide.is_apart() { guide.scored(score_of_all(sides.whole.get(i))) } else { score_of(&exact) };
        let tempered = split(own_side(exact.target), sides.tempered.get(i));
        let value = tempered_score(base, tempered, guide, at(x, i));
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}
