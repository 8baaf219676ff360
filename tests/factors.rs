//! Mixtures of factor analysers: EM against the closed forms of `many`, and against mixtures that are known.

use guidance_lab::cpu::ready;
use guidance_lab::many::{
    Component, Covariance, FactorFit, FactorOptions, Marginal, Mixture, Round, Sampler, factor_freedom, fit_factors, mean,
};
use guidance_lab::model::Noise;
use guidance_lab::random::Philox;

/// What is not noised.
const CLEAN: Noise = Noise { signal: 1.0, variance: 0.0 };

/// Three components of one class, two directions each.
fn known(d: usize) -> Vec<Component> {
    let component = |k: usize| Component {
        weight: [0.5, 0.3, 0.2][k],
        class: 0,
        mean: (0..d).map(|j| 1.5 * (1.3 * (k + 1) as f64 + 0.7 * (j + 1) as f64).sin()).collect(),
        covariance: Covariance::LowRank {
            diagonal: (0..d).map(|j| 0.2 + 0.1 * ((j + k) % 3) as f64).collect(),
            factors: (0..2)
                .map(|i| {
                    let entry = |j: usize| (0.9 * ((j + 1) * (i + 1)) as f64 + k as f64).cos();
                    (0..d).map(|j| 2.0 * entry(j) / (d as f64).sqrt()).collect()
                })
                .collect(),
        },
    };
    (0..3).map(component).collect()
}

fn draws(mixture: &Mixture, count: usize, seed: u32) -> Vec<Vec<f64>> {
    let mut rng = Philox::for_purpose(seed, 7);
    (0..count).map(|_| Sampler::new(mixture, CLEAN, None).draw(&mut rng)).collect()
}

fn fitted(points: &[Vec<f64>], options: FactorOptions) -> (FactorFit, Vec<Round>) {
    let mut rounds = Vec::new();
    let fit = ready(fit_factors(points, 0, options, &mut async |round| {
        rounds.push(round);
        Ok::<(), ()>(())
    }));
    (fit.unwrap(), rounds)
}

fn log_densities(mixture: &Mixture, points: &[Vec<f64>]) -> Vec<f64> {
    let marginal = Marginal::new(mixture, CLEAN);
    points.iter().map(|x| marginal.at(x).log_density()).collect()
}

#[test]
fn the_mixture_that_points_come_from_is_found_and_bic_finds_its_number_of_components() {
    for d in [17, 64] {
        let components = known(d);
        let truth = Mixture::new(components.clone()).unwrap();
        let n = 1500;
        let points = draws(&truth, n, 1);
        let (fit, rounds) = fitted(&points, FactorOptions { most: 5, rank: 2, floor: 1e-4, seed: 3 });
        assert_eq!(fit.components.len(), 3, "d = {d}");
        // The likelihood never falls, up to the rounding of a sum of this size.
        for pair in rounds.windows(2).filter(|pair| pair[1].round > 0) {
            let (before, after) = (pair[0].log_likelihood, pair[1].log_likelihood);
            assert!(after >= before - 1e-10 * before.abs(), "d = {d}: {pair:?}");
        }
        // It is that of the mixture, and the criterion is made of it.
        let found = Mixture::new(fit.components.clone()).unwrap();
        let sum: f64 = log_densities(&found, &points).iter().sum();
        assert!((sum - fit.log_likelihood).abs() < 1e-9 * sum.abs(), "d = {d}: {sum} and {}", fit.log_likelihood);
        // Two weights; of each component a mean, a diagonal, and two directions less their turn.
        let freedom = 2 + 3 * (d + d + 2 * d - 1);
        assert_eq!(factor_freedom(3, d, 2), freedom);
        assert!((fit.bic - (freedom as f64 * (n as f64).ln() - 2.0 * fit.log_likelihood)).abs() < 1e-6);
        // Each mean has found its own: every coordinate within five standard errors of a mean of so many points.
        for (k, component) in components.iter().enumerate() {
            let Covariance::LowRank { diagonal, factors } = &component.covariance else { unreachable!() };
            let count = component.weight * n as f64;
            let off = |other: &Component| {
                let worst = |j: usize| {
                    let variance = diagonal[j] + factors.iter().map(|factor| factor[j] * factor[j]).sum::<f64>();
                    (component.mean[j] - other.mean[j]).abs() / (variance / count).sqrt()
                };
                (0..d).map(worst).fold(0.0, f64::max)
            };
            let nearest = fit.components.iter().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap();
            assert!(off(nearest) < 5.0, "d = {d}, component {k}: {}", off(nearest));
            assert!((nearest.weight - count).abs() < 5.0 * (count * (1.0 - component.weight)).sqrt(), "d = {d}");
        }
        // On points that it has not seen it is worse than the truth by half a nat for each free number and point, to first
        // order (Akaike 1974).
        let unseen = draws(&truth, 4000, 2);
        let gap: Vec<f64> =
            log_densities(&truth, &unseen).iter().zip(log_densities(&found, &unseen)).map(|(a, b)| a - b).collect();
        let (gap, wanted) = (mean(&gap), freedom as f64 / (2.0 * n as f64));
        assert!((gap.estimate - wanted).abs() < 4.0 * gap.standard_error + 0.25 * wanted, "d = {d}: {gap:?}, {wanted}");
    }
}

#[test]
fn one_component_without_directions_has_the_moments_of_the_points() {
    let truth = Mixture::new(known(17)).unwrap();
    let points = draws(&truth, 300, 4);
    let (fit, _) = fitted(&points, FactorOptions { most: 1, rank: 0, floor: 1e-4, seed: 1 });
    let Covariance::LowRank { diagonal, factors } = &fit.components[0].covariance else { unreachable!() };
    assert!(factors.is_empty());
    for j in 0..17 {
        let column: Vec<f64> = points.iter().map(|x| x[j]).collect();
        let middle = mean(&column).estimate;
        let variance = column.iter().map(|x| (x - middle) * (x - middle)).sum::<f64>() / 300.0;
        assert!((fit.components[0].mean[j] - middle).abs() < 1e-12);
        assert!((diagonal[j] - variance).abs() < 1e-12);
    }
}

#[test]
fn the_same_seed_gives_the_same_mixture_and_points_without_spread_stay_at_the_floor() {
    let truth = Mixture::new(known(17)).unwrap();
    let points = draws(&truth, 200, 5);
    let options = FactorOptions { most: 3, rank: 2, floor: 1e-4, seed: 9 };
    assert_eq!(fitted(&points, options).0.components, fitted(&points, options).0.components);
    // Fewer points than directions, and all of them the same.
    let (fit, _) = fitted(&vec![vec![0.5; 17]; 3], FactorOptions { most: 3, rank: 4, floor: 1e-3, seed: 1 });
    assert_eq!(fit.components.len(), 1);
    let covariance = Covariance::LowRank { diagonal: vec![1e-3; 17], factors: vec![] };
    assert_eq!(fit.components[0].covariance, covariance);
    // Whoever tells of it can end it.
    let mut told = 0;
    let ended = ready(fit_factors(&points, 0, options, &mut async |_| {
        told += 1;
        if told == 3 { Err("enough") } else { Ok(()) }
    }));
    assert_eq!((ended.err(), told), (Some("enough"), 3));
}
