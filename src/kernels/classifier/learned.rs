//! A trained network: forward over a block of particles, and back to the gradient of `log phat(c|x)` by `x`. Twin of
//! `shaders/lib/classifier/learned.wgsl`, which takes the derivatives along.

use super::{Guide, steered, weight_of};
use crate::network::{Network, Sight};
use crate::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use crate::{Term, score_of_all};

/// What a block of such a lane needs.
pub struct LearnedRows {
    line: SideRows<1>,
    plane: SideRows<2>,
    points: Vec<f32>,
    /// What the network says; without one it guides nowhere.
    sight: Sight<f32>,
}

impl LearnedRows {
    /// Room for one block.
    #[inline(never)]
    pub fn boxed() -> Box<Self> {
        Box::new(Self { line: SideRows::new(), plane: SideRows::new(), points: Vec::new(), sight: Sight::default() })
    }
}

/// The guided scores of a block in one or two dimensions. Without a network the classifier guides nowhere.
#[inline(never)]
pub fn learned_scores(rows: &mut LearnedRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    let terms = tables.marginal(guide.score_terms).terms;
    let LearnedRows { line, plane, points, sight } = rows;
    if let Some(network) = tables.networks.and_then(|networks| networks.classifier.as_ref()) {
        look(sight, points, network, guide.classifier_terms as usize, x);
    } else {
        sight.pull = vec![0.0; x.len() * BLOCK];
        sight.doubt = vec![0.0; BLOCK];
    }
    if let ([x], [score]) = (x, &mut *score) {
        let (x, score) = (std::array::from_ref(x), std::array::from_mut(score));
        in_dimension::<1>(line, terms, sight, guide, x, score);
    } else if let (Ok(x), Ok(score)) = (x.try_into(), score.try_into()) {
        in_dimension::<2>(plane, terms, sight, guide, x, score);
    }
}

fn in_dimension<const D: usize>(
    sides: &mut SideRows<D>,
    terms: &[Term],
    sight: &Sight<f32>,
    guide: &Guide,
    x: &[Row; D],
    score: &mut [Row; D],
) {
    evaluate(sides, terms, x);
    for i in 0..BLOCK {
        let base = guide.scored(score_of_all(sides.get(i)));
        let ghat = std::array::from_fn(|axis| sight.pull[i * D + axis]);
        let value = steered(base, ghat, weight_of(guide, sight.doubt[i]), at(x, i), guide);
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}

/// The gradient at a block, at the time of an index.
fn look(sight: &mut Sight<f32>, points: &mut Vec<f32>, network: &Network, time: usize, x: &[Row]) {
    points.clear();
    points.extend((0..BLOCK).flat_map(|i| x.iter().map(move |x| x[i])));
    sight.forward(network, time, x.len(), points);
    sight.back(network, x.len(), |_| network.target);
}
