//! Distances between laws in many dimensions from points that are drawn from each.

use crate::metrics::Estimate;
use crate::random::{Philox, normals};

/// `KL(p || q)` in nats from the distances of the points of `p` to the `k`-th nearest of the others of `p` and to the
/// `k`-th nearest of `q` (Wang, Kulkarni and Verdu, IEEE Transactions on Information Theory 55, 2009). Rows of `d`. The
/// error is that of the scatter of the points; the estimate has a bias besides, which falls slowly with their number.
pub(super) fn nearest_neighbour_kl(p: &[f64], q: &[f64], d: usize, k: usize) -> Estimate {
    let rows = |points: &[f64]| points.len() / d;
    let mut distances = Vec::new();
    let logs: Vec<f64> = p
        .chunks_exact(d)
        .map(|x| {
            let mut log_distance = |points: &[f64], nearest: usize| {
                let square = |y: &[f64]| x.iter().zip(y).map(|(x, y)| (x - y) * (x - y)).sum::<f64>();
                distances.clear();
                distances.extend(points.chunks_exact(d).map(square));
                0.5 * distances.select_nth_unstable_by(nearest, f64::total_cmp).1.ln()
            };
            // Of its own points the nearest is itself.
            d as f64 * (log_distance(q, k - 1) - log_distance(p, k))
        })
        .collect();
    let Estimate { estimate, standard_error } = Estimate::mean(&logs);
    Estimate { estimate: estimate + (rows(q) as f64 / (rows(p) as f64 - 1.0)).ln(), standard_error }
}

/// `W_1` between the projections of as many points of `p` as of `q`, averaged over random directions, with the error
/// of the average. Rows of `d`.
pub(super) fn sliced_distance(p: &[f64], q: &[f64], d: usize, rng: &mut Philox) -> Estimate {
    const DIRECTIONS: usize = 64;
    let found: Vec<f64> = (0..DIRECTIONS)
        .map(|_| {
            let mut direction = vec![0.0; d];
            normals(rng, &mut direction);
            let length = direction.iter().map(|x| x * x).sum::<f64>().sqrt();
            let [p, q] = [p, q].map(|points| {
                let along = |x: &[f64]| x.iter().zip(&direction).map(|(x, y)| x * y).sum::<f64>() / length;
                let mut along: Vec<f64> = points.chunks_exact(d).map(along).collect();
                along.sort_unstable_by(f64::total_cmp);
                along
            });
            p.iter().zip(&q).map(|(p, q)| (p - q).abs()).sum::<f64>() / p.len() as f64
        })
        .collect();
    crate::many::mean(&found)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;

    use super::*;

    /// On a line, with `k = 1`: distances 1, 1, 2 to the others of `p` and .5, .5, 2.5 to `q`.
    #[test]
    fn neighbours_by_hand() {
        let found = nearest_neighbour_kl(&[0.0, 1.0, 3.0], &[0.5, 5.5], 1, 1);
        let expected = (0.5_f64.ln() + 0.5_f64.ln() + 1.25_f64.ln()) / 3.0 + (2.0_f64 / 2.0).ln();
        assert!((found.estimate - expected).abs() < 1e-14);
    }

    /// `N(0, I)` from `N(m, I)` in three dimensions: KL `|m|^2/2`, sliced distance `|m|/2`, the mean of `|cos|`.
    #[test]
    fn two_gaussians() {
        let mut rng = Philox::from_seed([1; 8]);
        let mut points = vec![0.0; 3 * 4000];
        normals(&mut rng, &mut points);
        let (p, q) = points.split_at_mut(3 * 2000);
        q.iter_mut().step_by(3).for_each(|x| *x += 1.0);
        let kl = nearest_neighbour_kl(p, q, 3, 5);
        assert!((kl.estimate - 0.5).abs() < 4.0 * kl.standard_error + 0.05, "{kl:?}");
        let distance = sliced_distance(p, q, 3, &mut rng);
        assert!((distance.estimate - 0.5).abs() < 4.0 * distance.standard_error + 0.02, "{distance:?}");
    }
}
