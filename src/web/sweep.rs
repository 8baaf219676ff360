//! Experiments, sweeps over a state and exact laws: what the worker behind `www/sweeper.ts` calls.
//!
//! All code of `sweep` is reached through [`SweepCode`], so that it stands in a part of its own, which is fetched
//! when the first sweep starts (docs/decisions/0005-split-module.md).

use std::future::Future;
use std::pin::Pin;

use js_sys::{Array, Float32Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, parse, plain, state};
use super::data::{Cross as _, Law, Measured, Pairs};
use crate::cpu::CpuEngine;
use crate::model::{LabError, LabErrorCode, State, domain};
use crate::sweep::{Running, Size, StateSweep, catalogue, exact_law, find, harm, pairs};
use crate::words::messages::no_such_experiment;

/// The code of this module.
trait Sweeps {
    fn catalogue(&self) -> JsValue;
    fn experiment(&self, name: &str, size: &str) -> Result<Box<dyn Points>, JsValue>;
    fn over(&self, state: &State, path: &str, values: &JsValue, particles: bool) -> Result<Box<dyn Points>, JsValue>;
    fn samples(&self, what: &str, state: &State, time: f64, lanes: &Array) -> Result<JsValue, JsValue>;
}

/// What takes turns with others.
type Answer<'a> = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>> + 'a>>;

/// Tells of the share that is done, and waits if it is answered by a promise: where there is no worker the page
/// has its turn. What goes wrong there is no fault of the measurement.
async fn tell(progress: &Function, share: f64) {
    if let Ok(answer) = progress.call1(&JsValue::NULL, &share.into())
        && let Ok(turn) = answer.dyn_into::<Promise>()
    {
        let _ = JsFuture::from(turn).await;
    }
}

/// Work that is done point by point.
trait Points {
    /// What it costs.
    fn extent(&self) -> JsValue;
    /// The next point, `undefined` after the last; `progress` hears which share of it is done.
    fn next<'a>(&'a mut self, progress: &'a Function) -> Answer<'a>;
    /// What the points so far say.
    fn report(&self) -> JsValue;
}

/// The one way to the code of this module: it and all that only it reaches are fetched by the first call.
#[allow(clippy::unnecessary_wraps, reason = "the fetching can fail")]
#[wasm_split(sweep, fallible)]
fn reach() -> Result<Box<dyn Sweeps>, Fault> {
    super::simulation::bring_further();
    Ok(Box::new(Here))
}

struct Here;

impl Sweeps for Here {
    fn catalogue(&self) -> JsValue {
        plain(&catalogue())
    }

    fn experiment(&self, name: &str, size: &str) -> Result<Box<dyn Points>, JsValue> {
        let size = if size == "small" { Size::Small } else { Size::Default };
        let experiment = find(name, size)
            .ok_or_else(|| fail(&LabError::new(LabErrorCode::Range, "experiment", no_such_experiment(name))))?;
        Ok(Box::new(Running::new(experiment)))
    }

    fn over(&self, state: &State, path: &str, values: &JsValue, particles: bool) -> Result<Box<dyn Points>, JsValue> {
        let sweep = StateSweep::new(state, path, &parse(values), particles).map_err(|error| fail(&error))?;
        Ok(Box::new(Over { sweep, engine: CpuEngine::new(), next: 0 }))
    }

    fn samples(&self, what: &str, state: &State, time: f64, lanes: &Array) -> Result<JsValue, JsValue> {
        if what == "harm" {
            return harm(state).map(|harm| plain(&harm)).map_err(|error| fail(&error));
        }
        if what == "pairs" {
            let mixture = state.mixture();
            let [with, without] = [0, 1].map(|lane| Float32Array::new(&lanes.get(lane)).to_vec());
            let ([from, _], [to, _]) = domain(&mixture);
            let found = pairs(&mixture, state.guidance.target, time, [&with, &without], (from, to));
            return Ok(Pairs { gains: found.gains.as_slice().into(), charts: found.charts }.cross());
        }
        let law = exact_law(state, time).map_err(|error| fail(&error))?;
        Ok(Law { x: law.x.as_slice().into(), density: law.density.as_slice().into(), error: law.error }.cross())
    }
}

impl Points for Running {
    fn extent(&self) -> JsValue {
        JsValue::UNDEFINED
    }

    fn next<'a>(&'a mut self, progress: &'a Function) -> Answer<'a> {
        Box::pin(async move {
            match Self::next(self, async |share| tell(progress, share).await).await {
                Ok(Some((row, state))) => Ok(plain(&Measured { row, state })),
                Ok(None) => Ok(JsValue::UNDEFINED),
                Err(error) => Err(fail(&error)),
            }
        })
    }

    fn report(&self) -> JsValue {
        plain(&Self::report(self))
    }
}

/// A sweep over a state under way.
struct Over {
    sweep: StateSweep,
    engine: CpuEngine,
    next: usize,
}

impl Points for Over {
    fn extent(&self) -> JsValue {
        plain(&self.sweep.extent())
    }

    fn next<'a>(&'a mut self, progress: &'a Function) -> Answer<'a> {
        Box::pin(async move {
            if self.next == self.sweep.extent().points {
                return Ok(JsValue::UNDEFINED);
            }
            let told = async |share| tell(progress, share).await;
            let measured = self.sweep.measure(self.next, &mut self.engine, told).await;
            self.next += 1;
            measured.map(|measured| plain(&measured)).map_err(|error| fail(&error))
        })
    }

    fn report(&self) -> JsValue {
        JsValue::UNDEFINED
    }
}

/// What the page holds of the code of this module.
#[wasm_bindgen]
pub struct SweepCode {
    code: Box<dyn Sweeps>,
}

#[wasm_bindgen]
impl SweepCode {
    /// Fetches it. One promise for all its questions: each would be a kilobyte of the module.
    pub async fn fetch() -> Result<SweepCode, JsValue> {
        reach().await.map(|code| Self { code }).map_err(|Fault(thrown)| thrown)
    }

    /// `Entry[]`.
    pub fn catalogue(&self) -> JsValue {
        self.code.catalogue()
    }

    /// At a time: `pairs` of the samples of two lanes, `law` of lane `tested`; its `harm` at the end of the run.
    pub fn samples(&self, what: &str, value: &JsValue, time: f64, lanes: &Array) -> Result<JsValue, JsValue> {
        self.code.samples(what, &state(value)?, time, lanes)
    }

    /// An experiment of the catalogue.
    pub fn experiment(&self, name: &str, size: &str) -> Result<Sweep, JsValue> {
        Ok(Sweep { points: self.code.experiment(name, size)? })
    }

    /// A state over values of one of its fields.
    pub fn over(&self, value: &JsValue, path: &str, values: &JsValue, particles: bool) -> Result<Sweep, JsValue> {
        Ok(Sweep { points: self.code.over(&state(value)?, path, values, particles)? })
    }
}

/// What the page holds of work under way.
#[wasm_bindgen]
pub struct Sweep {
    points: Box<dyn Points>,
}

#[wasm_bindgen]
impl Sweep {
    /// `Extent` of a sweep over a state.
    pub fn extent(&self) -> JsValue {
        self.points.extent()
    }

    /// `Measured` (experiment) or `Measurement` (state), `undefined` after the last point.
    pub async fn next(&mut self, progress: Function) -> Result<JsValue, JsValue> {
        self.points.next(&progress).await
    }

    /// `Report` of an experiment.
    pub fn report(&self) -> JsValue {
        self.points.report()
    }
}
