//! The guided score of a block: `s + gamma ghat`, as one weighted sum over the components where the kind allows it.
//! Twin of `shaders/lib/many/force.wgsl`, which lacks the kinds that need more than that.

use super::products::{MOST, NOTHING, Pull, add_pull, look, project, pull};
use super::shares::{ClassSums, class_sums};
use super::{ManyTerms, WIDTH, Wide};
use crate::dispatch::widest;
use crate::{exp, log, sincos};

/// The classifier under test at one time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ManyGuide {
    /// The mixture's own posterior.
    Exact,
    /// `b log p + e [y = c]`.
    Tempered {
        /// `b`.
        sharpness: f32,
        /// `e`.
        bias: f32,
    },
    /// `(1 - e) p + e/K`.
    LabelSmoothing {
        /// `1 - e`.
        kept: f32,
        /// `e/K`.
        floor: f32,
    },
    /// A wave along (1, ..., 1), added to the probability (times `p (1 - p)`) or to the logit of the target.
    Wiggle {
        /// To the logit.
        logit: bool,
        /// `n`.
        frequency: f32,
        /// `a`.
        amplitude: f32,
    },
    /// The posterior after another noise.
    Seen,
    /// The posterior of clean data at the denoised guess.
    Denoised {
        /// `sigma^2`.
        variance: f32,
        /// `1/u`.
        grow: f32,
        /// The factor of the gradient that does not go through the denoiser; 0: it goes through it.
        plain: f32,
    },
    /// A trained network's, which [`many_learned`](super::many_learned) adds.
    Learned,
}

/// What the rows of a block are.
#[derive(Clone, Debug)]
pub struct ManyRows {
    /// The particle of each.
    pub particles: [u32; WIDTH],
    /// The place of the target class of each.
    pub places: [u32; WIDTH],
    /// The guidance scale of each.
    pub gammas: Wide,
    /// 1 where the classifier under test guides, 0 where the exact one does.
    pub tested: Wide,
}

impl ManyRows {
    /// Whether the classifier under test guides any.
    pub fn any_tested(&self) -> bool {
        self.tested.iter().any(|&tested| tested > 0.0)
    }
}

/// Room that is used again.
#[derive(Clone, Debug)]
pub struct ManyWork {
    away: Vec<Wide>,
    projections: Vec<Wide>,
    logs: Vec<Wide>,
    weights: Vec<Wide>,
    guess: Vec<Wide>,
    at_guess: Vec<Wide>,
    score: Vec<Wide>,
    solved: Vec<Wide>,
    /// Of the mixture itself while another is looked at.
    kept: [Vec<Wide>; 2],
}

impl ManyWork {
    /// For so many dimensions, components and directions.
    pub fn new(d: usize, count: usize, rank: usize) -> Self {
        let rows = |count: usize| vec![[0.0; WIDTH]; count];
        Self {
            away: rows(d),
            projections: rows(count * rank),
            logs: rows(count),
            weights: rows(count),
            guess: rows(d),
            at_guess: rows(d),
            score: rows(d),
            solved: rows(d),
            kept: [rows(count * rank), rows(count)],
        }
    }
}

/// The guided score of each row. `other` are the components that a kind goes by that looks at another noise. `squares` are
/// `|g|^2` of the exact guidance in each row, where they are wanted.
#[expect(clippy::too_many_arguments, reason = "the tables, the rows, and where it is written")]
pub fn many_force(
    terms: &ManyTerms,
    other: Option<&ManyTerms>,
    guide: ManyGuide,
    rows: &ManyRows,
    x: &[Wide],
    work: &mut ManyWork,
    out: &mut [Wide],
    squares: Option<&mut Wide>,
) {
    look(terms, x, &mut work.away, &mut work.projections, &mut work.logs);
    if let Some(squares) = squares {
        apart(terms, rows, &[1.0; WIDTH], &work.logs, &mut work.weights);
        work.at_guess.fill([0.0; WIDTH]);
        pull(terms, x, &work.projections, &work.weights, &mut work.at_guess);
        *squares = [0.0; WIDTH];
        for g in &work.at_guess {
            for row in 0..WIDTH {
                squares[row] += g[row] * g[row];
            }
        }
    }
    let mut along = [0.0; WIDTH];
    let tested = rows.any_tested();
    let guide = if tested { guide } else { ManyGuide::Exact };
    weigh(terms, guide, rows, x, &work.logs, &mut work.weights, &mut along);
    for (out, _) in out.iter_mut().zip(x) {
        *out = along;
    }
    pull(terms, x, &work.projections, &work.weights, out);
    let Some(other) = other.filter(|_| tested) else { return };
    let factors = |factor: f32| std::array::from_fn(|row| rows.tested[row] * rows.gammas[row] * factor);
    match guide {
        ManyGuide::Seen => {
            look(other, x, &mut work.away, &mut work.projections, &mut work.logs);
            apart(other, rows, &factors(1.0), &work.logs, &mut work.weights);
            pull(other, x, &work.projections, &work.weights, out);
        }
        ManyGuide::Denoised { variance, grow, plain } => {
            // In the rows that this is for, `out` is the score and the weights are r_k.
            for j in 0..x.len() {
                work.score[j] = out[j];
                work.at_guess[j] = [0.0; WIDTH];
                for row in 0..WIDTH {
                    work.guess[j][row] = grow * (x[j][row] + variance * out[j][row]);
                }
            }
            let [projections, shares] = &mut work.kept;
            std::mem::swap(projections, &mut work.projections);
            std::mem::swap(shares, &mut work.weights);
            look(other, &work.guess, &mut work.away, &mut work.projections, &mut work.logs);
            apart(other, rows, &factors(if plain > 0.0 { plain } else { grow }), &work.logs, &mut work.weights);
            pull(other, &work.guess, &work.projections, &work.weights, &mut work.at_guess);
            add(&work.at_guess, 1.0, out);
            if plain == 0.0 {
                let [projections, shares] = &work.kept;
                let input = Bent { terms, x, projections, shares, v: &work.at_guess };
                work.solved.fill([0.0; WIDTH]);
                bend(&input, &work.score, &mut work.solved);
                add(&work.solved, variance, out);
            }
        }
        _ => {}
    }
}

fn add(what: &[Wide], factor: f32, out: &mut [Wide]) {
    for (out, what) in out.iter_mut().zip(what) {
        for row in 0..WIDTH {
            out[row] += factor * what[row];
        }
    }
}

widest! {
    /// The weight of each component in `s + gamma ghat`; along every coordinate the wave adds the same.
    fn weigh[](terms: &ManyTerms, guide: ManyGuide, rows: &ManyRows, x: &[Wide], logs: &[Wide], weights: &mut [Wide], along: &mut Wide) = weigh_block
}

/// `exp` that is 0 where nothing is left.
#[inline(always)]
fn share(log: f32) -> f32 {
    if log < -80.0 { 0.0 } else { exp(log) }
}

/// `log sum exp` of the target class of each row.
#[inline(always)]
fn of_targets(sums: &ClassSums, rows: &ManyRows) -> Wide {
    std::array::from_fn(|row| sums.classes[rows.places[row] as usize][row])
}

#[inline(always)]
fn weigh_block(
    terms: &ManyTerms,
    guide: ManyGuide,
    rows: &ManyRows,
    x: &[Wide],
    logs: &[Wide],
    weights: &mut [Wide],
    along: &mut Wide,
) {
    let sums = class_sums(terms, logs);
    let target = of_targets(&sums, rows);
    // The factor of the exact guidance in each row.
    let mut factors: Wide = std::array::from_fn(|row| rows.gammas[row] * (1.0 - rows.tested[row]));
    let mut tempered = None;
    match guide {
        ManyGuide::Exact => factors = rows.gammas,
        ManyGuide::Seen | ManyGuide::Denoised { .. } | ManyGuide::Learned => {}
        ManyGuide::Tempered { sharpness, bias } => tempered = Some(temper(terms, rows, &sums, sharpness, bias)),
        ManyGuide::LabelSmoothing { kept, floor } => {
            for row in 0..WIDTH {
                let p = kept * share(target[row] - sums.all[row]);
                factors[row] += rows.tested[row] * rows.gammas[row] * p / (p + floor);
            }
        }
        ManyGuide::Wiggle { logit, frequency, amplitude } => {
            let side = 1.0 / (x.len() as f32).sqrt();
            for row in 0..WIDTH {
                let sum: f32 = x.iter().map(|x| x[row]).sum();
                let [sin, cos] = sincos(frequency * side * sum);
                let eta = share(target[row] - sums.all[row]);
                let others: f32 = (0..terms.classes)
                    .map(|class| {
                        if class as u32 == rows.places[row] {
                            0.0
                        } else {
                            share(sums.classes[class][row] - sums.all[row])
                        }
                    })
                    .sum();
                let wave = amplitude * sin;
                let (keep, slope) = if logit {
                    let grown = exp(wave);
                    let total = others + eta * grown;
                    (1.0 + eta * grown / total * (1.0 / grown - 1.0), amplitude * others / total)
                } else {
                    let grown = 1.0 + others * wave;
                    (1.0 - wave * eta / grown, amplitude * others / grown)
                };
                let gamma = rows.tested[row] * rows.gammas[row];
                factors[row] += gamma * keep;
                along[row] = gamma * slope * frequency * cos * side;
            }
        }
    }
    for ((weight, l), &place) in weights.iter_mut().zip(logs).zip(&terms.places) {
        let own_sum = &sums.classes[place as usize];
        for row in 0..WIDTH {
            let r = share(l[row] - sums.all[row]);
            let own = if place == rows.places[row] { share(l[row] - target[row]) } else { 0.0 };
            weight[row] = r + factors[row] * (own - r);
            if let Some((strength, phat)) = &tempered {
                weight[row] += strength[row] * (own - phat[place as usize][row] * share(l[row] - own_sum[row]));
            }
        }
    }
}

/// `gamma b` in the rows of the classifier under test, and `phat` of every class.
#[inline(always)]
fn temper(
    terms: &ManyTerms,
    rows: &ManyRows,
    sums: &ClassSums,
    sharpness: f32,
    bias: f32,
) -> (Wide, [Wide; super::shares::MOST_CLASSES]) {
    let mut logits = sums.classes;
    let mut top = [f32::NEG_INFINITY; WIDTH];
    for class in 0..terms.classes {
        for row in 0..WIDTH {
            let extra = if class as u32 == rows.places[row] { bias } else { 0.0 };
            logits[class][row] = sharpness * (sums.classes[class][row] - sums.all[row]) + extra;
            top[row] = if logits[class][row] > top[row] { logits[class][row] } else { top[row] };
        }
    }
    let mut total = [0.0; WIDTH];
    for own in &logits[..terms.classes] {
        for row in 0..WIDTH {
            total[row] += share(own[row] - top[row]);
        }
    }
    for own in &mut logits[..terms.classes] {
        for row in 0..WIDTH {
            own[row] = share(own[row] - top[row] - log(total[row]));
        }
    }
    (std::array::from_fn(|row| rows.tested[row] * rows.gammas[row] * sharpness), logits)
}

widest! {
    /// `s_c - s` times a factor of each row, as weights of the components.
    fn apart[](terms: &ManyTerms, rows: &ManyRows, factors: &Wide, logs: &[Wide], weights: &mut [Wide]) = apart_block
}

#[inline(always)]
fn apart_block(terms: &ManyTerms, rows: &ManyRows, factors: &Wide, logs: &[Wide], weights: &mut [Wide]) {
    let sums = class_sums(terms, logs);
    let target = of_targets(&sums, rows);
    for ((weight, l), &place) in weights.iter_mut().zip(logs).zip(&terms.places) {
        for row in 0..WIDTH {
            let r = share(l[row] - sums.all[row]);
            let own = if place == rows.places[row] { share(l[row] - target[row]) } else { 0.0 };
            weight[row] = factors[row] * (own - r);
        }
    }
}

/// What a product with the Hessian of `log p_t` needs.
struct Bent<'a> {
    terms: &'a ManyTerms,
    x: &'a [Wide],
    projections: &'a [Wide],
    /// `r_k`.
    shares: &'a [Wide],
    v: &'a [Wide],
}

widest! {
    /// Adds `H v = sum r_k (a_k (a_k . v) - C_k^-1 v) - s (s . v)`.
    fn bend[](input: &Bent, score: &[Wide], out: &mut [Wide]) = bend_block
}

#[inline(always)]
fn bend_block(input: &Bent, score: &[Wide], out: &mut [Wide]) {
    let &Bent { terms, x, projections, shares, v } = input;
    let (d, rank) = (terms.dimension, terms.rank);
    let mut own = [[0.0; WIDTH]; MOST];
    let own = &mut own[..rank];
    for k in 0..terms.count() {
        if shares[k].iter().all(|r| r.abs() < NOTHING) {
            continue;
        }
        let (means, inverses) = (&terms.means[k * d..][..d], &terms.inverses[k * d..][..d]);
        let directions = &terms.directions[k * d * rank..][..d * rank];
        let scales = &terms.scales[k * rank..][..rank];
        project(directions, v, own);
        // a_k . v
        let mut dot = [0.0; WIDTH];
        for j in 0..d {
            for row in 0..WIDTH {
                dot[row] -= inverses[j] * (x[j][row] - means[j]) * v[j][row];
            }
        }
        let of_x = &projections[k * rank..][..rank];
        for i in 0..rank {
            for row in 0..WIDTH {
                dot[row] += scales[i] * of_x[i][row] * own[i][row];
            }
        }
        for row in 0..WIDTH {
            dot[row] *= shares[k][row];
        }
        add_pull(&Pull { means: Some(means), inverses, directions, scales, projections: of_x }, x, &dot, out);
        add_pull(&Pull { means: None, inverses, directions, scales, projections: own }, v, &shares[k], out);
    }
    let mut along = [0.0; WIDTH];
    for (s, v) in score.iter().zip(v) {
        for row in 0..WIDTH {
            along[row] += s[row] * v[row];
        }
    }
    for (out, s) in out.iter_mut().zip(score) {
        for row in 0..WIDTH {
            out[row] -= s[row] * along[row];
        }
    }
}
