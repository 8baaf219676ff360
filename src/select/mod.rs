//! Which engine runs: the one asked for, or the faster of those that compute the right thing here.

use std::cell::RefCell;
use std::pin::Pin;

use serde::{Deserialize, Serialize};
use wasm_split_helpers::{SplitLoaderError, wasm_split};

use crate::cpu::{CpuEngine, bring_further};
use crate::engine::{Engine, Observation, Scene};
use crate::gpu::{GpuDevice, GpuEngine};
use crate::model::{
    Amplitude, AmplitudeLaw, Classifier, Component, Grid, Guidance, LabError, LabErrorCode, Lane, Layout, Process,
    Sampler, Score, State, VERSION, VectorField, View, Wiggle, WiggleForm,
};
use crate::words::{Says, messages as says, tenths};

/// What the user asks for (`?engine=`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preference {
    /// The faster one that passes the self-test.
    #[default]
    Auto,
    /// The CPU engine.
    Cpu,
    /// The GPU engine, even on a software adapter.
    Webgpu,
}

/// Where the particles run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Backend {
    /// [`CpuEngine`].
    Cpu,
    /// [`GpuEngine`].
    Webgpu,
}

/// The choice, for the page to show.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct EngineInfo {
    /// Where the particles run.
    pub backend: Backend,
    /// The GPU's name, `"CPU"` for the CPU engine.
    pub adapter: String,
    /// Why, in an English sentence for a person.
    pub reason: String,
    /// The same as a code and named values, for other languages.
    pub says: Says,
}

impl EngineInfo {
    fn new(backend: Backend, adapter: String, says: Says) -> Self {
        Self { backend, adapter, reason: says.text(), says }
    }
}

/// How far the tracked particles of the two engines may be apart in the self-test, in units of length.
/// Rounding gives about 1e-6 and a GPU that fuses and reorders a few times more; a wrong kernel or a coarse
/// built-in function gives more than .01.
const SELF_TEST_DISTANCE: f64 = 1.0e-3;
/// The same for sums over the particles, relative to the number of particles.
const SELF_TEST_SUM: f64 = 1.0e-3;
/// The share of the particles that may lie in other bins.
const SELF_TEST_BINS: f64 = 1.0e-2;
/// Steps of the self-test; the timing is of one frame, steps and observation together.
const SELF_TEST_STEPS: usize = 8;
/// Particles of the self-test.
const SELF_TEST_PARTICLES: usize = 50_000;

/// Makes an engine. `has_adapter`: whether there is any use in asking for a GPU; `now` is a clock in
/// milliseconds. The future never blocks in a browser but for the CPU engine's share of the self-test,
/// some tens of milliseconds.
pub async fn choose(preference: Preference, has_adapter: bool, now: fn() -> f64) -> (Box<dyn Engine>, EngineInfo) {
    let forced = preference == Preference::Webgpu;
    let asked = |why| if forced { says::webgpu_asked(why) } else { why };
    if preference == Preference::Cpu {
        return on_cpu(says::cpu_asked());
    }
    if !has_adapter {
        return on_cpu(asked(says::no_adapter()));
    }
    match on_gpu(forced, now).await {
        Ok((engine, info)) => (engine, info),
        Err(error) => on_cpu(asked(error.says)),
    }
}

/// An engine and why it is the one.
type Chosen = Result<(Box<dyn Engine>, EngineInfo), LabError>;

/// The GPU engine if it is right and, unless `forced`, faster; else why not. In a browser this function
/// and all that only it reaches are fetched by the first call.
#[wasm_split(gpu, fallible, return_wrapper(let chosen = _; { chosen.await } -> Chosen))]
fn on_gpu(forced: bool, now: fn() -> f64) -> Pin<Box<dyn Future<Output = Chosen>>> {
    Box::pin(try_gpu(forced, now))
}

/// A device and the verdict on it, for the further figures of a page.
#[derive(Clone, Debug)]
struct Judged {
    forced: bool,
    device: GpuDevice,
    /// What the engine is called, or why it is not used.
    verdict: Result<EngineInfo, LabError>,
}

thread_local! {
    static JUDGED: RefCell<Option<Judged>> = const { RefCell::new(None) };
}

/// One device for all figures, tested once; another one when it is lost.
async fn try_gpu(forced: bool, now: fn() -> f64) -> Chosen {
    let known = JUDGED.with_borrow(Clone::clone).filter(|known| known.forced == forced && !known.device.lost());
    if let Some(Judged { device, verdict, .. }) = known {
        return verdict.map(|info| (Box::new(GpuEngine::new(&device)) as Box<dyn Engine>, info));
    }
    let (mut gpu, adapter) = GpuEngine::request(forced).await?;
    let device = gpu.device().clone();
    let verdict = judge(&mut gpu, adapter.name, forced, now).await;
    JUDGED.set((!device.lost()).then(|| Judged { forced, device, verdict: verdict.clone() }));
    Ok((Box::new(gpu), verdict?))
}

/// Whether the engine is right and, unless `forced`, faster than the CPU's.
async fn judge(gpu: &mut GpuEngine, name: String, forced: bool, now: fn() -> f64) -> Result<EngineInfo, LabError> {
    let Verdict { fault, times } =
        self_test(gpu, now).await.map_err(|error| unfit(says::self_test_failed(&*name, error.says)))?;
    let slower = times.gpu > times.cpu;
    let in_words = says::self_test_times(tenths(times.gpu), tenths(times.cpu));
    let reason = match fault {
        Some(fault) if forced => says::wrong_but_asked(fault),
        Some(fault) => return Err(unfit(says::wrong_particles(name, fault))),
        None if forced => says::asked_with_times(in_words),
        None if slower => return Err(unfit(says::gpu_slower(name, in_words))),
        None => says::gpu_faster(in_words),
    };
    Ok(EngineInfo::new(Backend::Webgpu, name, reason))
}

fn unfit(says: Says) -> LabError {
    LabError::new(LabErrorCode::Engine, "", says)
}

/// The CPU engine, and why it is the one.
pub fn on_cpu(says: Says) -> (Box<dyn Engine>, EngineInfo) {
    (Box::new(CpuEngine::new()), EngineInfo::new(Backend::Cpu, "CPU".to_owned(), says))
}

impl From<SplitLoaderError> for LabError {
    fn from(_: SplitLoaderError) -> Self {
        unfit(says::gpu_not_fetched())
    }
}

/// Milliseconds of a frame.
struct Times {
    gpu: f64,
    cpu: f64,
}

/// What the self-test found.
struct Verdict {
    /// Where the engines disagree, in words.
    fault: Option<Says>,
    times: Times,
}

/// Runs the same scene on both engines.
async fn self_test(gpu: &mut GpuEngine, now: fn() -> f64) -> Result<Verdict, LabError> {
    bring_further();
    let scene = Scene::new(&self_test_state())?;
    let mut cpu = CpuEngine::new();
    cpu.set_scene(&scene)?;
    gpu.set_scene(&scene)?;
    // The first frame compiles kernels and grows buffers: compared, not timed.
    let expected = frame(&mut cpu).await?;
    let fault = disagreement(&expected, &frame(gpu).await?);
    let mut times = Times { gpu: f64::MAX, cpu: f64::MAX };
    for _ in 0..2 {
        let start = now();
        frame(&mut cpu).await?;
        let middle = now();
        frame(gpu).await?;
        times = Times { gpu: times.gpu.min(now() - middle), cpu: times.cpu.min(middle - start) };
    }
    Ok(Verdict { fault, times })
}

async fn frame(engine: &mut impl Engine) -> Result<Observation, LabError> {
    engine.restart();
    engine.advance(SELF_TEST_STEPS);
    engine.observe(0).await
}

/// Where two observations of the self-test differ by more than rounding.
fn disagreement(expected: &Observation, found: &Observation) -> Option<Says> {
    if expected.paths.len() != found.paths.len() {
        return Some(says::tracked_missing());
    }
    let distance = expected.paths.iter().zip(&found.paths).map(|(a, b)| f64::from((a - b).abs()));
    let farthest = distance.fold(0.0, |farthest, d| if d > farthest || d.is_nan() { d } else { farthest });
    if farthest.is_nan() || farthest > SELF_TEST_DISTANCE {
        return Some(says::particle_off(farthest));
    }
    for (expected, found) in expected.lanes.iter().zip(&found.lanes) {
        let particles = expected.sums.count as f64;
        if expected.sums.count != found.sums.count {
            return Some(says::particles_lost());
        }
        let moved: f64 = expected.bins.iter().zip(&found.bins).map(|(&a, &b)| f64::from(a.abs_diff(b))).sum();
        if moved > SELF_TEST_BINS * particles {
            return Some(says::other_bins(moved));
        }
        let pairs = [
            (expected.sums.reciprocal, found.sums.reciprocal),
            (expected.sums.log_probability, found.sums.log_probability),
            (expected.sums.position[0], found.sums.position[0]),
            (expected.sums.position_squared[2], found.sums.position_squared[2]),
        ];
        for (a, b) in pairs {
            let difference = (a - b).abs();
            if difference.is_nan() || difference > SELF_TEST_SUM * (a.abs() + particles) {
                return Some(says::other_sum(b, a));
            }
        }
    }
    None
}

/// Four components in the plane, a slow wiggle, two lanes: every kernel and nearly every branch.
fn self_test_state() -> State {
    let component = |mean: [f64; 2], class: usize| Component {
        weight: 0.25,
        mean: mean.to_vec(),
        covariance: vec![vec![0.3, 0.1], vec![0.1, 0.2]],
        class,
    };
    State {
        version: VERSION,
        mixture: vec![
            component([-1.5, -1.0], 0),
            component([1.2, -0.8], 1),
            component([-0.9, 1.4], 0),
            component([1.5, 1.1], 1),
        ],
        labels: vec![],
        process: Process {
            horizon: 2.0,
            stop: 0.1,
            steps: SELF_TEST_STEPS,
            grid: Grid::Quadratic,
            sampler: Sampler::Exponential,
        },
        guidance: Guidance::constant(1, 2.0),
        classifier: Classifier::Wiggle(Wiggle {
            form: WiggleForm::Probability,
            frequency: 4.0,
            amplitude: Amplitude { law: AmplitudeLaw::Inverse, scale: 1.0 },
            smoothing: 0.0,
        }),
        score: Score::Exact,
        compare: vec![Lane::Conditional],
        particles: SELF_TEST_PARTICLES,
        seed: 1,
        view: View { field: VectorField::None, lane: Lane::Tested, layout: Layout::Auto, against: Lane::Exact },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::ready;

    #[test]
    fn the_self_test_tells_right_from_wrong() {
        let mut state = self_test_state();
        state.particles = 2000;
        let observe = |state: &State| {
            let mut cpu = CpuEngine::new();
            cpu.set_scene(&Scene::new(state).expect("valid")).expect("no limit");
            ready(frame(&mut cpu)).expect("the CPU engine cannot fail")
        };
        let right = observe(&state);
        assert_eq!(disagreement(&right, &right), None);
        let mut faults = Vec::new();
        let mut other_gamma = state.clone();
        other_gamma.guidance.gamma = 2.02;
        faults.push(observe(&other_gamma));
        let mut fewer_paths = right.clone();
        fewer_paths.paths.pop();
        faults.push(fewer_paths);
        let mut nan = right.clone();
        nan.paths[7] = f32::NAN;
        faults.push(nan);
        let mut lost = right.clone();
        lost.lanes[1].sums.count -= 1;
        faults.push(lost);
        let mut misplaced = right.clone();
        misplaced.lanes[1].bins.rotate_left(1);
        faults.push(misplaced);
        let mut sum = right.clone();
        sum.lanes[0].sums.log_probability += 0.01 * 2000.0;
        faults.push(sum);
        for (index, fault) in faults.iter().enumerate() {
            assert!(disagreement(&right, fault).is_some(), "fault {index} passes");
        }
    }

    #[test]
    fn the_cpu_engine_can_be_forced() {
        let (_, info) = ready(choose(Preference::Cpu, true, || 0.0));
        assert_eq!(info.backend, Backend::Cpu);
        assert!(info.reason.contains("asked for"));
    }

    #[test]
    fn without_an_adapter_the_cpu_runs() {
        let (_, info) = ready(choose(Preference::Auto, false, || 0.0));
        assert_eq!(info.backend, Backend::Cpu);
        assert!(info.reason.contains("no WebGPU adapter"));
    }
}
