//! x
mod helpers;
use guidance_lab::model::*;
use guidance_lab::reference::*;
use helpers::*;
use std::time::Instant;
#[test]
fn explore() {
    let lane = |w: f64| LaneGuidance { target: 1, gamma: 1.0 + w, wiggle: None };
    for w in [1.0, 10.0] {
        let l = probability_flow(&guided_scores(&p1(), lane(w)), 25.0, 0.0, 0.5, 1e-12);
        let i = l.points.len() / 2;
        println!("median {w} {:.9} w {}", l.points[i], l.weights[i]);
    }
    let m = Mixture::new(&[line(1.0 / 3.0, -2.0, 1.0, 0), line(1.0 / 3.0, 0.0, 1.0, 1), line(1.0 / 3.0, 2.0, 1.0, 2)]);
    for n in [50, 200] {
        for w in [20.0] {
            for (sa, stop) in [(Sampler::Exponential, 0.0), (Sampler::Ddpm, 0.0), (Sampler::EulerMaruyama, 0.0)] {
                let p = Process { horizon: 5.0, stop, steps: n, grid: Grid::Uniform, sampler: sa };
                println!("{n} {sa:?} var {}", sampler_law(&p, &guided_scores(&m, lane(w))).variance());
            }
            for sa in [Sampler::OdeExponential, Sampler::Ddim] {
                let p = Process { horizon: 5.0, stop: 0.0, steps: n, grid: Grid::Uniform, sampler: sa };
                println!("{n} {sa:?} var {}", sampler_map(&p, &guided_scores(&m, lane(w)), 0.002).variance());
            }
        }
    }
    let pm = Mixture::new(&pair());
    let n: f64 = 512.0;
    let wl = LaneGuidance {
        wiggle: Some(Wiggle { form: WiggleForm::Probability, frequency: n, amplitude: n.powf(-0.5) }),
        ..lane(0.0)
    };
    for steps in [50, 200, 1000] {
        for (g, stop, hor) in [
            (Grid::Uniform, 0.0, 8.0),
            (Grid::Quadratic, 0.0, 8.0),
            (Grid::Quadratic, 0.01, 8.0),
            (Grid::UniformGeometric, 0.01, 6.0),
        ] {
            if steps == 1000 && g == Grid::Uniform {
                continue;
            }
            let c = Instant::now();
            let p = Process { horizon: hor, stop, steps, grid: g, sampler: Sampler::Exponential };
            let l = sampler_law(&p, &guided_scores(&pm, wl));
            println!(
                "{steps} {g:?} {stop}: var {:.5} mass {:.9} nodes {} {:?}",
                l.variance(),
                l.expect(|_| 1.0),
                l.values.len(),
                c.elapsed()
            );
        }
    }
}
