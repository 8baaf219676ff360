//! The particles behind the page: an engine, the state it runs, and what a frame says of it.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, plain, state};
use super::data::{Cross as _, Floats, Frame, LaneFrame};
use super::pool::{bring_pool, pool};
use crate::engine::{Engine, LaneObservation, LaneSpec, Scene, TRACKED, Weights};
use crate::metrics::{Distances, ExactBins, distances, lane_measures};
use crate::model::{Guidance, LabError, LabErrorCode, Lane, Mixture, Score, State};
use crate::select::{EngineInfo, Preference, choose, on_cpu};
use crate::words::messages as says;

#[wasm_bindgen]
extern "C" {
    /// The clock of windows and workers alike.
    #[wasm_bindgen(thread_local_v2, js_name = performance)]
    static PERFORMANCE: web_sys::Performance;
}

/// Milliseconds from a steady clock.
pub(super) fn now() -> f64 {
    PERFORMANCE.with(web_sys::Performance::now)
}

/// To be called every few milliseconds while a call is under way: see [`crate::gpu::nudge`].
#[wasm_bindgen]
pub fn nudge() {
    crate::gpu::nudge();
}

/// What the plane and the kinds beyond `exact` and `wiggle` need, to be called from a part of the module.
pub(super) fn bring_further() {
    #[cfg(target_arch = "wasm32")]
    crate::model::bring_rare();
    crate::cpu::bring_further();
    crate::reference::bring_kinds();
    crate::reference::bring_cells();
}

#[allow(clippy::unnecessary_wraps, reason = "the fetching can fail")]
#[wasm_split(further, fallible)]
pub(super) fn further(arguments: Array) -> Result<(), Fault> {
    bring_further();
    bring_pool();
    if arguments.length() > 0 {
        super::install::install(&arguments.get(0), &arguments.get(1)).map_err(Fault)?;
    }
    Ok(())
}

/// [`distances`], fetched when first called.
#[allow(clippy::unnecessary_wraps, reason = "the fetching can fail")]
#[wasm_split(distances, fallible)]
fn measured(
    samples: Vec<f32>,
    mixture: Mixture,
    target: usize,
    time: f64,
    weights: Option<Weights>,
) -> Result<Distances, Fault> {
    let found = distances(&samples, &mixture, target, time);
    Ok(match weights {
        Some(weights) => found.of_fewer(weights.independent, &mixture, target, time),
        None => found,
    })
}

/// Particles on an engine. The worker never calls it while a call is under way.
#[wasm_bindgen]
pub struct Simulation {
    engine: Box<dyn Engine>,
    info: EngineInfo,
    state: State,
    scene: Scene,
    mixture: Mixture,
    /// The exact masses of the step they were last needed for.
    bins: Option<(usize, ExactBins)>,
    /// The weights of the last frame.
    weights: Option<Weights>,
    /// Million particle-steps a second in the last advance.
    throughput: f64,
}

#[wasm_bindgen]
impl Simulation {
    /// Chooses an engine (`auto`, `cpu`, `webgpu`; no GPU where the browser has no adapter) and sets the
    /// scene at step 0.
    pub async fn start(value: JsValue, preference: String, has_adapter: bool) -> Result<Simulation, JsValue> {
        let state = state(&value)?;
        let scene = Scene::new(&state).map_err(|error| fail(&error))?;
        let preference = match preference.as_str() {
            "cpu" => Preference::Cpu,
            "webgpu" => Preference::Webgpu,
            _ => Preference::Auto,
        };
        let weighted = state.compare.contains(&Lane::Corrected);
        let alone = weighted || matches!(state.score, Score::Learned(_));
        let (mut engine, info) = if alone && has_adapter && preference != Preference::Cpu {
            on_cpu(if weighted { says::corrected_on_cpu() } else { says::learned_score_on_cpu() })
        } else {
            choose(preference, has_adapter, now).await
        };
        engine.set_scene(&scene).map_err(|error| fail(&error))?;
        Ok(Self { engine, info, mixture: state.mixture(), state, scene, bins: None, weights: None, throughput: 0.0 })
    }

    /// `EngineInfo`.
    pub fn engine(&self) -> JsValue {
        plain(&self.info)
    }

    /// Takes a state; whether it had to start again. Weight and classifier alone act from now on.
    pub fn configure(&mut self, value: &JsValue) -> Result<bool, JsValue> {
        let state = state(value)?;
        // What the run would be if only weight, classifier, names and view had changed.
        let live = State {
            guidance: Guidance { target: self.state.guidance.target, ..state.guidance },
            classifier: state.classifier,
            score: state.score.clone(),
            view: state.view,
            labels: state.labels.clone(),
            ..self.state.clone()
        };
        let restart = live != state;
        if restart {
            let scene = Scene::new(&state).map_err(|error| fail(&error))?;
            self.engine.set_scene(&scene).map_err(|error| fail(&error))?;
            self.scene = scene;
            self.mixture = state.mixture();
            self.bins = None;
        } else {
            // The mixture of every time stays as it is.
            let lanes = LaneSpec::all(&state);
            if lanes != self.scene.lanes {
                self.engine.set_lanes(&lanes);
                self.scene.lanes = lanes;
            }
        }
        self.state = state;
        Ok(restart)
    }

    /// Goes on with the weights that its network has now.
    pub fn refresh(&mut self) {
        self.engine.set_lanes(&self.scene.lanes);
    }

    /// Back to the noise.
    pub fn restart(&mut self) {
        self.engine.restart();
    }

    /// Goes to a saved step at or before `step`, and says which.
    pub fn restore(&mut self, step: usize) -> usize {
        self.engine.restore(step)
    }

    /// Moves all lanes by `count` steps, saving on the way; milliseconds of work.
    pub fn advance(&mut self, count: usize) -> f64 {
        let began = now();
        self.run(count);
        now() - began
    }

    /// Keeps one part of the particles of several: see [`Engine::share`].
    pub fn share(&mut self, part: usize, parts: usize) {
        self.engine.share(part, parts);
    }

    /// [`Simulation::advance`], then the lanes as they are: `Frame`. Tracked paths are wanted from a step on. With `null`
    /// for `others`: what was counted of this part, and with a promise of a list of that of the other parts: all of them in
    /// a frame.
    pub async fn frame(&mut self, count: usize, first_path_step: usize, others: JsValue) -> Result<JsValue, JsValue> {
        let began = now();
        let moved = self.run(count);
        if others.is_null() {
            return Ok((pool()?.counted)(&*self.engine));
        }
        let observation = self.engine.observe(first_path_step).await.map_err(|error| fail(&error))?;
        let (observation, others) =
            if others.is_undefined() { (observation, 0) } else { (pool()?.join)(observation, others).await? };
        let step = observation.step;
        self.weights = observation.lanes.iter().find_map(|lane| lane.weights);
        let time = self.scene.times[step];
        if self.bins.as_ref().is_none_or(|(known, _)| *known != step) {
            let target = self.state.guidance.target;
            let bins = ExactBins::new(&self.mixture, target, time, &self.scene.domain, self.scene.particles);
            self.bins = Some((step, bins));
        }
        // Just made.
        let Some((_, bins)) = &self.bins else { unreachable!() };
        let lanes = observation.lanes.iter().map(|lane| self.lane(lane, bins)).collect();
        // Work may be queued until the frame is read back, so the frame is part of the time.
        let took = now() - began;
        if moved > 0.0 {
            self.throughput = moved / 1e3 / took;
        }
        Ok(Frame {
            step,
            time,
            lanes,
            paths: observation.paths.as_slice().into(),
            first_path_step: observation.first_path_step,
            tracked: TRACKED.min(self.scene.particles),
            workers: others + 1,
            throughput: self.throughput,
            took,
        }
        .cross())
    }

    /// The positions of a lane, row-major; or its `Distances`. (One function that waits is a kilobyte less than two.) Those
    /// that the other parts hold follow its own.
    pub async fn particles(&mut self, lane: String, measure: bool, others: JsValue) -> Result<JsValue, JsValue> {
        let index = self.scene.lanes.iter().position(|spec| spec.lane.name() == lane).ok_or_else(|| {
            let known: Vec<_> = self.scene.lanes.iter().map(|spec| spec.lane.name().into()).collect();
            fail(&LabError::new(LabErrorCode::Range, "lane", says::no_such_lane(&*lane, known)))
        })?;
        let mut samples = self.engine.samples(index).await.map_err(|error| fail(&error))?;
        if !others.is_undefined() {
            (pool()?.append)(&mut samples, &others);
        }
        if !measure {
            return Ok(Floats::from(samples.as_slice()).cross());
        }
        let weights = self.weights.filter(|_| lane == Lane::Corrected.name());
        let time = self.scene.times[self.engine.step_index()];
        let found = measured(samples, self.mixture.clone(), self.state.guidance.target, time, weights);
        let found = found.await.map_err(|Fault(thrown)| thrown)?;
        Ok(found.cross())
    }
}

impl Simulation {
    /// Moves all lanes by `count` steps, saving on the way; how many particles moved how often.
    fn run(&mut self, count: usize) -> f64 {
        let steps = self.scene.coefficients.len();
        let began = self.engine.step_index();
        let spacing = steps.div_ceil(16);
        let end = (began + count).min(steps);
        while self.engine.step_index() < end {
            let step = self.engine.step_index();
            let next = (step / spacing + 1) * spacing;
            self.engine.advance(next.min(end) - step);
            if next <= end {
                self.engine.save();
            }
        }
        (end.saturating_sub(began) * self.scene.particles * self.scene.lanes.len()) as f64
    }

    fn lane(&self, lane: &LaneObservation, bins: &ExactBins) -> LaneFrame {
        let has_conditional = self.scene.lanes.iter().any(|spec| spec.lane == Lane::Conditional);
        let measures = lane_measures(lane, self.scene.dimension, bins, has_conditional);
        LaneFrame {
            name: lane.lane.name(),
            bins: lane.bins.as_slice().into(),
            outside: lane.outside,
            sampling_kl: measures.sampling_kl,
            sampling_kl_floor: measures.sampling_kl_floor,
            mean_reciprocal: measures.mean_reciprocal,
            mean_log_probability: measures.mean_log_probability,
            fraction_improved: measures.fraction_improved,
            mean: measures.mean,
            covariance: measures.covariance,
            non_finite: measures.non_finite,
            weights: measures.weights,
        }
    }
}
