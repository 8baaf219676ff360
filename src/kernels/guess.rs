//! The guided score of the classifier that is asked at the denoised guess, over a block. Twin of
//! `shaders/lib/guess.wgsl`.

use super::dispatch::widest;
use super::rows::{BLOCK, Row, SideRows, Tables, at, evaluate};
use super::{Guess, Guide, Term, add_guess, denoised_score, first_guess, score_of_all, split};

/// What a block of such a lane needs.
pub struct DenoisedRows {
    line: Rows<1>,
    plane: Rows<2>,
}

struct Rows<const D: usize> {
    guess: GuessRows<D>,
    /// The whole mixture of a score that is not the guess's.
    whole: SideRows<D>,
    /// The sides of the clean data at the guess.
    target: SideRows<D>,
    others: SideRows<D>,
}

/// [`Guess`] for each particle of a block.
#[repr(align(64))]
struct GuessRows<const D: usize> {
    top: Row,
    sum: Row,
    score: [Row; D],
    point: [Row; D],
    gain: [Row; 3],
    spread: [Row; 3],
}

impl<const D: usize> GuessRows<D> {
    const fn new() -> Self {
        let (row, rows) = ([0.0; BLOCK], [[0.0; BLOCK]; D]);
        Self { top: row, sum: row, score: rows, point: rows, gain: [row; 3], spread: [row; 3] }
    }

    #[inline(always)]
    fn get(&self, i: usize) -> Guess<D> {
        // In 1D only the first entries of the matrices are there.
        let matrix =
            |rows: &[Row; 3]| if D == 1 { [rows[0][i], 0.0, 0.0] } else { [rows[0][i], rows[1][i], rows[2][i]] };
        Guess {
            top: self.top[i],
            sum: self.sum[i],
            score: at(&self.score, i),
            point: at(&self.point, i),
            gain: matrix(&self.gain),
            spread: matrix(&self.spread),
        }
    }

    #[inline(always)]
    fn set(&mut self, i: usize, guess: Guess<D>) {
        self.top[i] = guess.top;
        self.sum[i] = guess.sum;
        for axis in 0..D {
            self.score[axis][i] = guess.score[axis];
            self.point[axis][i] = guess.point[axis];
        }
        for part in 0..if D == 1 { 1 } else { 3 } {
            self.gain[part][i] = guess.gain[part];
            self.spread[part][i] = guess.spread[part];
        }
    }
}

impl DenoisedRows {
    /// Room for one block.
    #[inline(never)]
    pub fn boxed() -> Box<Self> {
        const fn rows<const D: usize>() -> Rows<D> {
            Rows { guess: GuessRows::new(), whole: SideRows::new(), target: SideRows::new(), others: SideRows::new() }
        }
        Box::new(Self { line: rows(), plane: rows() })
    }
}

/// The guided scores of a block in one or two dimensions; there must be others.
#[inline(never)]
pub fn denoised_scores(rows: &mut DenoisedRows, tables: Tables, guide: &Guide, x: &[Row], score: &mut [Row]) {
    if let ([x], [score]) = (x, &mut *score) {
        in_dimension::<1>(&mut rows.line, tables, guide, std::array::from_ref(x), std::array::from_mut(score));
    } else if let (Ok(x), Ok(score)) = (x.try_into(), score.try_into()) {
        in_dimension::<2>(&mut rows.plane, tables, guide, x, score);
    }
}

fn in_dimension<const D: usize>(rows: &mut Rows<D>, tables: Tables, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    let noised = tables.marginal(guide.own_terms).terms;
    // The denoisers stand behind the clean components.
    let denoisers = tables.marginal(guide.classifier_terms + tables.count as u32).terms;
    guesses(&mut rows.guess, noised, denoisers, x);
    if guide.is_wrong() {
        evaluate(&mut rows.whole, tables.marginal(guide.score_terms).terms, x);
    }
    let (target, others) = tables.marginal(guide.classifier_terms).sides();
    evaluate(&mut rows.target, target, &rows.guess.point);
    evaluate(&mut rows.others, others, &rows.guess.point);
    join_denoised(rows, &denoisers[0], guide, x, score);
}

widest! {
    /// The guess of each particle.
    fn guesses[const D: usize](rows: &mut GuessRows<D>, noised: &[Term], denoisers: &[Term], x: &[Row; D])
        = guess_rows::<D>
}

#[inline(always)]
fn guess_rows<const D: usize>(rows: &mut GuessRows<D>, noised: &[Term], denoisers: &[Term], x: &[Row; D]) {
    let mut terms = noised.iter().zip(denoisers);
    // Two components a pass, as in `evaluate`.
    match (terms.next(), terms.next()) {
        (Some((one, own)), None) => (0..BLOCK).for_each(|i| rows.set(i, first_guess(one, own, at(x, i)))),
        (Some((one, own)), Some((two, further))) => {
            for i in 0..BLOCK {
                let point = at(x, i);
                rows.set(i, add_guess(first_guess(one, own, point), two, further, point));
            }
        }
        (None, _) => {}
    }
    for (term, own) in terms {
        for i in 0..BLOCK {
            rows.set(i, add_guess(rows.get(i), term, own, at(x, i)));
        }
    }
}

widest! {
    /// The guided scores from the finished guesses and sides.
    fn join_denoised[const D: usize](rows: &Rows<D>, denoiser: &Term, guide: &Guide, x: &[Row; D], score: &mut [Row; D])
        = join_rows::<D>
}

#[inline(always)]
fn join_rows<const D: usize>(rows: &Rows<D>, denoiser: &Term, guide: &Guide, x: &[Row; D], score: &mut [Row; D]) {
    for i in 0..BLOCK {
        let clean = split(rows.target.get(i), rows.others.get(i));
        let guess = rows.guess.get(i);
        let base = if guide.is_wrong() { guide.scored(score_of_all(rows.whole.get(i))) } else { guess.score };
        let value = denoised_score(base, &guess, clean, denoiser, guide, at(x, i));
        for axis in 0..D {
            score[axis][i] = value[axis];
        }
    }
}
