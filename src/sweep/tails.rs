//! How long guidance is in many dimensions: data in a ball against Gaussian tails.

use super::scenes::TARGET;
use super::{About, Check, Cost, Experiment, GuideLine, Line, Quantity, Row, Size, Verdict, Work, exact, series};
use crate::many::{Component, Covariance, Marginal, Mixture, Sampler, mean};
use crate::metrics::Estimate;
use crate::model::Noise;
use crate::random::{Philox, normals};
use crate::words::{Value::Name, messages as says};

/// The length of the exact guidance over draws from `p_t` against `d`, for data in the unit ball and for two centred
/// Gaussians of different variances.
#[derive(Clone, Debug)]
pub struct Tails {
    /// The dimensions.
    pub dimensions: Vec<f64>,
    /// Draws.
    pub draws: usize,
    /// Radius of the ball; 1 is what the bound is of.
    pub radius: f64,
    /// Variances of the Gaussian classes, the target's first.
    pub variances: [f64; 2],
}

static ABOUT: About = About {
    name: "tails",
    title: "Bounded data bound the guidance in every dimension",
    claim: "If the data lie in a ball of radius R, guidance is nowhere longer than 2Ru/sigma^2, in any dimension. With Gaussian tails there is no such bound: between classes of different variances it grows as the root of d.",
    source: "ours (that the data are bounded is what arXiv 2601.21200, Theorem 3.3 supposes)",
    axis: Quantity { name: "d", unit: "dimensions", log: true },
    series: &[
        Quantity { name: "guidance, longest of the draws from the ball", unit: "1/length", log: true },
        Quantity { name: "guidance, root mean square of the draws from the ball", unit: "1/length", log: true },
        Quantity { name: "guidance, root mean square with Gaussian tails", unit: "1/length", log: true },
    ],
};
const TIME: f64 = 0.2;
/// Points of the data in the ball, half of them of each class; as narrow as components may be.
const POINTS: usize = 8;
const NARROW: f64 = crate::many::MIN_VARIANCE;
/// From here on nearly every draw of the Gaussians is sure of its class.
const FROM: f64 = 16.0;
const SLOPE_TOLERANCE: f64 = 0.05;
const PURPOSE: u32 = 0x7461_696c;

impl Tails {
    /// At the size asked for.
    pub fn new(size: Size) -> Self {
        let (powers, draws) = match size {
            Size::Small => (vec![0, 4, 6, 8], 500),
            Size::Default => ((0..=8).collect(), 4000),
        };
        let dimensions = powers.into_iter().map(|power| f64::from(1 << power)).collect();
        Self { dimensions, draws, radius: 1.0, variances: [0.01, 1.0] }
    }

    /// Points on the sphere, the classes on either side of a plane.
    fn ball(&self, d: usize, rng: &mut Philox) -> Mixture {
        let point = |index: usize| {
            let (mut mean, class) = (vec![0.0; d], index % 2);
            normals(rng, &mut mean);
            let side = if class == TARGET { mean[0].signum() } else { -mean[0].signum() };
            let length = mean.iter().map(|x| x * x).sum::<f64>().sqrt();
            for x in &mut mean {
                *x *= side * self.radius / length;
            }
            component(mean, NARROW, class)
        };
        Mixture::new((0..POINTS).map(point).collect()).expect("small enough")
    }

    fn gaussians(&self, d: usize) -> Mixture {
        let [own, other] = self.variances;
        Mixture::new(vec![component(vec![0.0; d], own, TARGET), component(vec![0.0; d], other, 0)])
            .expect("small enough")
    }
}

fn component(mean: Vec<f64>, variance: f64, class: usize) -> Component {
    Component { weight: 1.0, mean, covariance: Covariance::Isotropic(variance), class }
}

/// `2Ru/sigma^2` for the unit ball.
fn longest() -> f64 {
    let Noise { signal, variance } = Noise::at(TIME);
    2.0 * signal / variance
}

/// The root mean square with Gaussian tails where every draw is sure of its class: half of them have no guidance, and the
/// other half that of a straight line.
fn far_out(d: f64, variances: [f64; 2]) -> f64 {
    let Noise { signal, variance } = Noise::at(TIME);
    let [own, other] = variances.map(|of| signal * signal * of + variance);
    (0.5 * d * other).sqrt() * (1.0 / own - 1.0 / other)
}

/// The squares of the guidance over draws.
fn squares(mixture: &Mixture, draws: usize, rng: &mut Philox) -> Vec<f64> {
    let noise = Noise::at(TIME);
    let marginal = Marginal::new(mixture, noise);
    let (sampler, place) = (Sampler::new(mixture, noise, None), mixture.place(TARGET).expect("a class"));
    (0..draws).map(|_| marginal.at(&sampler.draw(rng)).guidance(place).iter().map(|g| g * g).sum()).collect()
}

/// The root of a mean.
fn root(squares: &[f64]) -> Estimate {
    let Estimate { estimate, standard_error } = mean(squares);
    Estimate { estimate: estimate.sqrt(), standard_error: 0.5 * standard_error / estimate.sqrt() }
}

impl Experiment for Tails {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn points(&self) -> Vec<f64> {
        self.dimensions.clone()
    }

    fn work(&self, x: f64) -> Work {
        let this = self.clone();
        Work::Exact(Box::new(move || {
            let mut rng = Philox::for_purpose(x as u32, PURPOSE);
            let ball = squares(&this.ball(x as usize, &mut rng), this.draws, &mut rng);
            let tails = squares(&this.gaussians(x as usize), this.draws, &mut rng);
            let largest = ball.iter().copied().fold(0.0, f64::max).sqrt();
            Row::new(x, vec![exact(largest), root(&ball), root(&tails)])
        }))
    }

    fn verdict(&self, rows: &[Row]) -> Verdict {
        let mut checks = Vec::new();
        for row in rows {
            let what = says::at_dimension(Name(ABOUT.series[0].name), row.x);
            checks.push(Check::range(what, row.values[0], 0.0, longest()));
            if row.x >= FROM {
                let what = says::at_dimension(Name(ABOUT.series[2].name), row.x);
                let predicted = far_out(row.x, [0.01, 1.0]);
                checks.push(Check::value(what, row.values[2], predicted, 0.02 * predicted));
            }
        }
        let line = |index| Line::power(series(rows, index).filter(|(d, _)| *d >= FROM));
        let slope = line(2);
        checks.push(Check::slope(says::slope_of(Name(ABOUT.series[1].name)), &line(1), 0.0, SLOPE_TOLERANCE));
        checks.push(Check::slope(says::slope_of(Name(ABOUT.series[2].name)), &slope, 0.5, SLOPE_TOLERANCE));
        let last = |index: usize| rows.last().map_or(f64::NAN, |row| row.values[index].estimate);
        let words = says::tails_verdict(
            rows.last().map_or(f64::NAN, |row| row.x),
            format!("{:.2}", last(0)),
            format!("{:.2}", longest()),
            format!("{:.1}", last(2)),
            format!("{:.2}", slope.slope.estimate),
        );
        Verdict::new(checks, words)
    }

    fn cost(&self) -> Cost {
        let coordinates: f64 = self.dimensions.iter().sum();
        Cost { particle_steps: 0.0, seconds: 5e-7 * coordinates * self.draws as f64 }
    }

    fn guides(&self) -> Vec<GuideLine> {
        vec![
            GuideLine::Level { series: 0, value: longest(), name: "the bound" },
            GuideLine::Power { series: 1, slope: 0.0, from: FROM },
            GuideLine::Power { series: 2, slope: 0.5, from: FROM },
        ]
    }
}
