//! The guided score where the score, or what guides, is a network's: of the CPU engine alone.

use super::network::{Network, Sight};
use super::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use super::{
    Guide, MODELS_CLASSIFIER, MODELS_LEARNED, MODELS_LEARNED_WEAKER, MODELS_PAIR, MODELS_PAIR_ALONE, Term, score_of_all,
};
use crate::classifier::steered;

/// What a block of such a lane needs.
pub struct ScoreRows {
    line: Plan<1>,
    plane: Plan<2>,
    points: Vec<f32>,
    main: Sight<f32>,
    weaker: Sight<f32>,
}

struct Plan<const D: usize> {
    side: SideRows<D>,
    /// The score.
    base: [Row; D],
    /// What the weight multiplies.
    pull: [Row; D],
    /// The same times a weight that fades.
    faded: [Row; D],
}

impl<const D: usize> Plan<D> {
    const fn new() -> Self {
        let rows = [[0.0; BLOCK]; D];
        Self { side: SideRows::new(), base: rows, pull: rows, faded: rows }
    }
}

impl ScoreRows {
    /// Room for one block.
    #[inline(never)]
    pub fn boxed() -> Box<Self> {
        Box::new(Self {
            line: Plan::new(),
            plane: Plan::new(),
            points: Vec::new(),
            main: Sight::default(),
            weaker: Sight::default(),
        })
    }
}

/// The guided scores of a block in one or two dimensions; `of_classifier` writes what a classifier adds by a guide.
#[inline(never)]
pub fn learned_score(
    rows: &mut ScoreRows,
    tables: Tables,
    guide: &Guide,
    x: &[Row],
    score: &mut [Row],
    of_classifier: impl FnMut(&Guide, &mut [Row]),
) {
    let ScoreRows { line, plane, points, main, weaker } = rows;
    points.clear();
    points.extend((0..BLOCK).flat_map(|i| x.iter().map(move |x| x[i])));
    let sights = [main, weaker];
    if let ([x], [score]) = (x, &mut *score) {
        let (x, score) = (std::array::from_ref(x), std::array::from_mut(score));
        in_dimension::<1>(line, sights, points, tables, guide, x, score, of_classifier);
    } else if let (Ok(x), Ok(score)) = (x.try_into(), score.try_into()) {
        in_dimension::<2>(plane, sights, points, tables, guide, x, score, of_classifier);
    }
}

#[expect(clippy::too_many_arguments, reason = "what a lane and a block are")]
fn in_dimension<const D: usize>(
    plan: &mut Plan<D>,
    [main, weaker]: [&mut Sight<f32>; 2],
    points: &[f32],
    tables: Tables,
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
    mut of_classifier: impl FnMut(&Guide, &mut [Row]),
) {
    let Some(learned) = tables.networks.and_then(|networks| networks.score.as_ref()) else { return };
    let time = guide.own_terms as usize / tables.count;
    let factor = learned.factors[time];
    let Plan { side, base, pull, faded } = plan;
    let of_main = learned.main.as_ref().map(|network| (network, main.forward(network, time, D, points)));
    let of_weaker = learned.weaker.as_ref().map(|network| (network, weaker.forward(network, time, D, points)));
    let of_class = |(network, outputs): (&Network, &[f32]), rows: &mut [Row; D]| {
        learned_rows(outputs, network.target, factor, x, rows);
    };
    let own = tables.marginal(guide.own_terms);
    match (guide.models, of_main, of_weaker) {
        (MODELS_LEARNED, Some((_, outputs)), _) => {
            learned_rows(outputs, 0, factor, x, base);
            let bare =
                Guide { models: MODELS_CLASSIFIER, score_terms: guide.own_terms, whole: 0.0, ..guide.plain(1.0) };
            of_classifier(&bare, pull);
            if guide.adaptive > 0.0 {
                of_classifier(&Guide { gamma: guide.gamma, adaptive: guide.adaptive, ..bare }, faded);
            }
        }
        (MODELS_PAIR | MODELS_PAIR_ALONE, Some(both), _) => {
            of_class(both, pull);
            learned_rows(both.1, 0, factor, x, base);
            subtract(pull, base);
            if guide.models == MODELS_PAIR_ALONE {
                exact_rows(side, own.terms, x, base);
            }
        }
        (MODELS_LEARNED_WEAKER, Some(main), Some(weaker)) => {
            of_class(main, pull);
            of_class(weaker, base);
            subtract(pull, base);
        }
        (_, _, Some(weaker)) => {
            exact_rows(side, own.sides().0, x, pull);
            of_class(weaker, base);
            subtract(pull, base);
        }
        _ => return,
    }
    for i in 0..BLOCK {
        let pull = at(pull, i);
        let gamma = if guide.adaptive > 0.0 { weight_of(at(faded, i), pull) } else { guide.gamma };
        let value = steered(at(base, i), pull, gamma, at(x, i), guide);
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}

/// The scores that outputs say, of which those wanted start at a place.
fn learned_rows<const D: usize>(outputs: &[f32], place: usize, factor: f32, x: &[Row; D], rows: &mut [Row; D]) {
    let width = outputs.len() / BLOCK;
    for (i, outputs) in outputs.chunks_exact(width).enumerate() {
        for axis in 0..D {
            rows[axis][i] = -x[axis][i] - factor * outputs[place + axis];
        }
    }
}

/// The exact scores of some components.
fn exact_rows<const D: usize>(side: &mut SideRows<D>, terms: &[Term], x: &[Row; D], rows: &mut [Row; D]) {
    evaluate(side, terms, x);
    for i in 0..BLOCK {
        let score = score_of_all(side.get(i));
        for axis in 0..D {
            rows[axis][i] = score[axis];
        }
    }
}

fn subtract<const D: usize>(from: &mut [Row; D], rows: &[Row; D]) {
    for (from, row) in from.iter_mut().flatten().zip(rows.iter().flatten()) {
        *from -= row;
    }
}

/// The weight that makes `faded` of `pull`.
fn weight_of<const D: usize>(faded: [f32; D], pull: [f32; D]) -> f32 {
    let (mut along, mut square) = (0.0, 1.0e-30);
    for axis in 0..D {
        along += faded[axis] * pull[axis];
        square += pull[axis] * pull[axis];
    }
    along / square
}
