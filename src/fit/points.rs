//! Labelled points, and which of very many are kept.

use rand::RngExt;
use rand::seq::SliceRandom;

use crate::random::Philox;
use crate::words::Says;

/// So many lines are named.
pub const NAMED: usize = 5;

/// Labelled points of `dimension` coordinates.
#[derive(Clone, Debug, PartialEq)]
pub struct Points {
    /// 1 or 2, or as many as directions are made of, or all.
    pub dimension: usize,
    /// The coordinates, row-major.
    pub values: Vec<f64>,
    /// The class of each point, `0..MAX_CLASSES`.
    pub classes: Vec<usize>,
    /// By class: its label in the text, empty where a class has none.
    pub labels: Vec<String>,
    /// By class: its rows in the text; more than its points if it was thinned out.
    pub rows: Vec<usize>,
    /// The line of each point.
    pub lines: Vec<u64>,
    /// What each coordinate is called.
    pub names: Vec<String>,
    /// What was done so far.
    pub notes: Vec<Says>,
}

impl Points {
    /// Rows in the text.
    pub fn all_rows(&self) -> usize {
        self.rows.iter().sum()
    }
}

/// The row and the line where something stands, and what.
pub type Kept<T> = (usize, u64, T);

/// The points of one label: all of them, or as many as may be kept, each equally likely to be among them
/// (Vitter, ACM Trans. Math. Softw. 11, 1985, algorithm R).
pub struct Reservoir<T> {
    /// How many points came by.
    pub seen: usize,
    kept: Vec<Kept<T>>,
}

impl<T: Clone> Reservoir<T> {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self { seen: 0, kept: Vec::new() }
    }

    /// Takes a point, perhaps.
    pub fn offer(&mut self, row: usize, line: u64, most: usize, rng: &mut Philox, x: impl FnOnce() -> T) {
        self.seen += 1;
        if self.kept.len() < most {
            self.kept.push((row, line, x()));
            return;
        }
        let place = rng.random_range(0..self.seen);
        if place < most {
            self.kept[place] = (row, line, x());
        }
    }

    /// What was kept.
    pub fn kept(&self) -> Vec<&Kept<T>> {
        self.kept.iter().collect()
    }

    /// Some of what was kept, at random.
    pub fn draw(mut self, count: usize, rng: &mut Philox) -> Vec<Kept<T>> {
        if count >= self.kept.len() {
            return self.kept;
        }
        let (chosen, _) = self.kept.partial_shuffle(rng, count);
        chosen.to_vec()
    }
}

/// How many points of each class are taken, `most` in all: half of them for all classes alike, as far as they
/// have so many, so that none is lost; the rest by their share.
pub fn quotas(rows: &[usize], most: usize) -> Vec<usize> {
    let all: usize = rows.iter().sum();
    if all <= most {
        return rows.to_vec();
    }
    let used = rows.iter().filter(|&&count| count > 0).count().max(1);
    let sure: Vec<usize> = rows.iter().map(|&count| count.min(most / (2 * used))).collect();
    let left = most - sure.iter().sum::<usize>();
    let beyond = all - sure.iter().sum::<usize>();
    // Differences of rounded running sums: they add up.
    let mut passed = 0;
    let mut taken = 0;
    let mut quotas = sure;
    for (quota, &count) in quotas.iter_mut().zip(rows) {
        passed += count - *quota;
        let until = (passed as u64 * left as u64 / beyond as u64) as usize;
        *quota += until - taken;
        taken = until;
    }
    quotas
}

/// Lines with commas; of more than are named, the first.
pub fn lines(first: &[u64], all: usize) -> String {
    let mut text = first.iter().take(NAMED).map(u64::to_string).collect::<Vec<_>>().join(", ");
    if all > first.len().min(NAMED) {
        text.push_str(", …");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_add_up_and_lose_nobody() {
        assert_eq!(quotas(&[3, 0, 4], 10), [3, 0, 4]);
        assert_eq!(quotas(&[500_000, 500_000], 10_000), [5000, 5000]);
        assert_eq!(quotas(&[50_000, 3], 10_000), [9997, 3]);
        for rows in [&[7, 90_001, 1, 12_345, 60, 3, 2_000, 800][..], &[1_999_999, 1], &[4_000, 3_000, 3_001]] {
            let quotas = quotas(rows, 10_000);
            assert_eq!(quotas.iter().sum::<usize>(), 10_000, "{rows:?}");
            for (&quota, &count) in quotas.iter().zip(rows) {
                assert!(quota <= count && quota >= count.min(600), "{rows:?}: {quotas:?}");
            }
        }
    }

    /// Each point is kept equally often: the mean of what is kept is that of all, within five standard errors.
    #[test]
    fn reservoirs_are_fair() {
        let (most, seen) = (200, 5000);
        let (mut sum, runs) = (0.0, 50);
        for seed in 0..runs {
            let mut rng = Philox::for_purpose(seed, 0);
            let mut reservoir = Reservoir::new();
            for row in 0..seen {
                reservoir.offer(row, 0, most, &mut rng, || row as f64);
            }
            let kept = reservoir.draw(100, &mut rng);
            let mut rows: Vec<usize> = kept.iter().map(|point| point.0).collect();
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(rows.len(), 100, "nothing twice");
            sum += kept.iter().map(|point| point.2).sum::<f64>();
        }
        let draws = f64::from(runs) * 100.0;
        let deviation = seen as f64 / 12_f64.sqrt() / draws.sqrt();
        assert!((sum / draws - 0.5 * (seen - 1) as f64).abs() < 5.0 * deviation, "{}", sum / draws);
    }
}
