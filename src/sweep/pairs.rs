//! Samples of two lanes on the same noise, particle by particle: which lose by the extra guidance, where they
//! are, and by how much.

use super::{Chart, Quantity};
use crate::metrics::Estimate;
use crate::model::Mixture;
use crate::reference::{Marginal, Split};

/// What extra guidance does to each sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Pairs {
    /// `log p(c|x)` with extra guidance minus without, for each particle; NaN where one of the two is lost.
    pub gains: Vec<f32>,
    /// The paired histogram of the gains and, in one dimension, the probability to lose over `x`.
    pub charts: Vec<Chart>,
}

/// Bins of the map.
const MAP: usize = 48;
/// Bins of the histogram, half of them below 0.
const HISTOGRAM: usize = 40;
/// The histogram reaches so far that at most this share of the samples is beyond; its end bins hold those.
const BEYOND: f64 = 0.001;

/// The samples of a lane with extra guidance beside those of the same particles without it, row-major, at
/// time `t`; `p(c|x)` is the exact one at that time. In one dimension the map reaches over `range`.
///
/// Errors: one standard error, binomial.
pub fn pairs(mixture: &Mixture, target: usize, t: f64, [with, without]: [&[f32]; 2], range: (f64, f64)) -> Pairs {
    let d = mixture.dimension;
    let marginal = Marginal::new(mixture, t);
    let split = Split::new(&marginal, target);
    let log_p = |x: &[f32]| {
        let x: Vec<f64> = x.iter().map(|&x| f64::from(x)).collect();
        if x.iter().all(|x| x.is_finite()) { split.at(&x).log_eta() } else { f64::NAN }
    };
    let gains: Vec<f64> = with.chunks(d).zip(without.chunks(d)).map(|(a, b)| log_p(a) - log_p(b)).collect();
    let mut charts = Vec::new();
    if d == 1 {
        charts.push(map(&gains, [with, without], range));
    }
    charts.push(histogram(&gains));
    Pairs { gains: gains.into_iter().map(|gain| gain as f32).collect(), charts }
}

fn quantity(name: &'static str) -> Quantity {
    Quantity { name, unit: "1", log: false }
}

fn share(part: f64, whole: f64) -> Option<Estimate> {
    let share = part / whole;
    (whole > 0.0).then(|| Estimate { estimate: share, standard_error: (share * (1.0 - share) / whole).sqrt() })
}

/// Equal bins over a range.
fn edges(bins: usize, (from, to): (f64, f64)) -> Vec<f64> {
    (0..=bins).map(|i| from + (to - from) * i as f64 / bins as f64).collect()
}

/// The probability to lose, by where the samples end and by where they would have ended.
fn map(gains: &[f64], ends: [&[f32]; 2], range: (f64, f64)) -> Chart {
    let values = ends.map(|ends| {
        let mut counts = [[0.0; 2]; MAP];
        for (&x, gain) in ends.iter().zip(gains).filter(|(_, gain)| !gain.is_nan()) {
            let place = (f64::from(x) - range.0) / (range.1 - range.0) * MAP as f64;
            if (0.0..MAP as f64).contains(&place) {
                let [all, lost] = &mut counts[place as usize];
                *all += 1.0;
                *lost += f64::from(u8::from(*gain < 0.0));
            }
        }
        counts.map(|[all, lost]| share(lost, all)).to_vec()
    });
    Chart {
        title: "Where the samples are that lose",
        axis: Quantity { name: "x", unit: "length", log: false },
        edges: edges(MAP, range),
        series: vec![
            quantity("probability to lose, by where a sample ends"),
            quantity("probability to lose, by where it would have ended"),
        ],
        values: values.to_vec(),
    }
}

/// The paired histogram: the samples that lose, and those that do not.
fn histogram(gains: &[f64]) -> Chart {
    let known = || gains.iter().filter(|gain| !gain.is_nan());
    let count = known().count() as f64;
    let mut reach = 1.0 / 64.0;
    while known().filter(|gain| gain.abs() > reach).count() as f64 > BEYOND * count {
        reach *= 2.0;
    }
    let half = (HISTOGRAM / 2) as f64;
    let mut counts = [0.0; HISTOGRAM];
    for gain in known() {
        let place = ((gain / reach + 1.0) * half).max(0.0) as usize;
        // A tie is no loss, and rounding must not make it one.
        counts[if *gain < 0.0 { place.min(HISTOGRAM / 2 - 1) } else { place.min(HISTOGRAM - 1) }] += 1.0;
    }
    let side = |loses: bool| {
        let value = |(i, &bin): (usize, &f64)| if (i < HISTOGRAM / 2) == loses { share(bin, count) } else { None };
        counts.iter().enumerate().map(value).collect()
    };
    Chart {
        title: "What each sample gains",
        axis: Quantity { name: "gain in log p(c|x)", unit: "nats", log: false },
        edges: edges(HISTOGRAM, (-reach, reach)),
        series: vec![quantity("share of the samples, lose"), quantity("share of the samples, do not lose")],
        values: vec![side(true), side(false)],
    }
}
