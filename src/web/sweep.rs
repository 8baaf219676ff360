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
use crate::model::{LabError, LabErrorCode, State, domain};
use crate::sweep::{Experiment, Running, Size, StateSweep, Whose, catalogue, exact_law, find, harm, pairs};
use crate::words::messages::no_such_experiment;

/// The code of this module.
trait Sweeps {
    fn ask(&mut self, question: &str, arguments: &Array) -> Result<JsValue, JsValue>;
    fn next<'a>(&'a mut self, progress: &'a Function) -> Answer<'a>;
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
    Ok(Box::new(Here::default()))
}

/// What is under way, if anything is.
#[derive(Default)]
struct Here {
    points: Option<Box<dyn Points>>,
}

impl Sweeps for Here {
    fn ask(&mut self, question: &str, arguments: &Array) -> Result<JsValue, JsValue> {
        let text = |index| arguments.get(index).as_string().unwrap_or_default();
        let points = self.points.as_deref();
        match question {
            "catalogue" => Ok(plain(&catalogue())),
            "extent" => Ok(points.map_or(JsValue::UNDEFINED, Points::extent)),
            "report" => Ok(points.map_or(JsValue::UNDEFINED, Points::report)),
            "experiment" => {
                self.points = Some(Box::new(Running::new(experiment(&text(0), &text(1))?)));
                Ok(JsValue::UNDEFINED)
            }
            "over" => {
                let (state, values) = (state(&arguments.get(0))?, parse(&arguments.get(2)));
                let sweep = StateSweep::new(&state, &text(1), &values, arguments.get(3).is_truthy());
                let sweep = sweep.map_err(|error| fail(&error))?;
                self.points = Some(Box::new(Over { sweep, next: 0 }));
                Ok(JsValue::UNDEFINED)
            }
            "whose" => {
                let runs = Whose::new(&state(&arguments.get(0))?).map_err(|error| fail(&error))?;
                self.points = Some(Box::new(runs));
                Ok(JsValue::UNDEFINED)
            }
            _ => samples(question, &state(&arguments.get(0))?, arguments),
        }
    }

    fn next<'a>(&'a mut self, progress: &'a Function) -> Answer<'a> {
        let Some(points) = &mut self.points else { unreachable!("begun before it goes on") };
        points.next(progress)
    }
}

fn experiment(name: &str, size: &str) -> Result<Box<dyn Experiment>, JsValue> {
    let size = if size == "small" { Size::Small } else { Size::Default };
    find(name, size).ok_or_else(|| fail(&LabError::new(LabErrorCode::Range, "experiment", no_such_experiment(name))))
}

/// `harm` of a state at the end of its run, or, at the time that is the second argument, `pairs` of the samples of two
/// lanes and the `law` of lane `tested`.
fn samples(question: &str, state: &State, arguments: &Array) -> Result<JsValue, JsValue> {
    if question == "harm" {
        return harm(state).map(|harm| plain(&harm)).map_err(|error| fail(&error));
    }
    let time = arguments.get(1).as_f64().unwrap_or(f64::NAN);
    if question == "pairs" {
        let mixture = state.mixture();
        let [with, without] = [2, 3].map(|lane| Float32Array::new(&arguments.get(lane)).to_vec());
        let ([from, _], [to, _]) = domain(&mixture);
        let found = pairs(&mixture, state.guidance.target, time, [&with, &without], (from, to));
        return Ok(Pairs { gains: found.gains.as_slice().into(), charts: found.charts }.cross());
    }
    let law = exact_law(state, time).map_err(|error| fail(&error))?;
    Ok(Law { x: law.x.as_slice().into(), density: law.density.as_slice().into(), error: law.error }.cross())
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

impl Points for Whose {
    fn extent(&self) -> JsValue {
        JsValue::UNDEFINED
    }

    fn next<'a>(&'a mut self, progress: &'a Function) -> Answer<'a> {
        Box::pin(async move {
            match Self::next(self, async |share| tell(progress, share).await).await {
                Ok(true) => Ok(JsValue::TRUE),
                Ok(false) => Ok(JsValue::UNDEFINED),
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
            let measured = self.sweep.measure(self.next, told).await;
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

/// Fetches it, a `SweepCode`.
pub(super) async fn sweep_code() -> Result<JsValue, Fault> {
    Ok(SweepCode { code: reach().await? }.into())
}

#[wasm_bindgen]
impl SweepCode {
    /// Answers `catalogue`, `law`, `pairs` and `harm` of `www/workers/sweep-protocol.ts`, whose arguments come in the
    /// same order; begins an `experiment`, a sweep `over` a state or the runs that say `whose` the harm is, of which `extent` and
    /// `report` tell.
    pub fn ask(&mut self, question: &str, arguments: &Array) -> Result<JsValue, JsValue> {
        self.code.ask(question, arguments)
    }

    /// `Measured` (experiment) or `Measurement` (state) of what has begun, `undefined` after the last point.
    pub async fn next(&mut self, progress: Function) -> Result<JsValue, JsValue> {
        self.code.next(&progress).await
    }
}
