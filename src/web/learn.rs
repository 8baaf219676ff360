//! Training, in a part of its own that is fetched when the first one begins (docs/decisions/0019-learning.md).

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, plain, state};
use super::data::{Cross as _, Progress};
use super::exact::time;
use super::install::wanted;
use super::simulation::now;
use crate::learn::{Data, Outcome, Source, Training};
use crate::model::LabError;
use crate::reference::error_bound;

thread_local! {
    /// The one that is under way, and how many looks at it have been told.
    static UNDER_WAY: RefCell<Option<(Training, usize)>> = const { RefCell::new(None) };
}

/// Answers `begin` with a state, `train` with milliseconds, and `end`; `bound` with a state, whose network is at hand, and a time.
#[wasm_split(learn, fallible)]
pub fn learn(arguments: Array) -> Result<JsValue, Fault> {
    super::simulation::bring_further();
    let failed = |error: &LabError| Fault(fail(error));
    let question = arguments.get(0).as_string();
    if question.as_deref() == Some("bound") {
        let argument = Array::from(&arguments.get(1));
        let (state, t) = (state(&argument.get(0)).map_err(Fault)?, argument.get(1).as_f64().unwrap_or(f64::NAN));
        time(&state, t).map_err(Fault)?;
        return error_bound(&state, t).map(|bound| plain(&bound)).map_err(|error| failed(&error));
    }
    UNDER_WAY.with_borrow_mut(|under_way| match question.as_deref() {
        Some("begin") => {
            let state = state(&arguments.get(1)).map_err(Fault)?;
            let (learns, recipe) = wanted(&state).map_err(|error| failed(&error))?;
            let source = Source::new(&state.mixture(), &recipe);
            let training = Training::on(&recipe, learns, source).map_err(|error| failed(&error))?;
            Ok(tell(under_way.insert((training, 0))))
        }
        Some("train") => {
            let Some(both) = under_way else { return Ok(JsValue::NULL) };
            let milliseconds = arguments.get(1).as_f64().unwrap_or_default();
            go_on(both, milliseconds).map_err(|error| failed(&error))
        }
        _ => {
            *under_way = None;
            Ok(JsValue::UNDEFINED)
        }
    })
}

/// So many milliseconds of steps, and how it stands then.
pub(super) fn go_on<Of: Data>(both: &mut (Training<Of>, usize), milliseconds: f64) -> Result<JsValue, LabError> {
    let until = now() + milliseconds;
    while both.0.outcome() == Outcome::Running {
        both.0.step()?;
        if now() >= until {
            break;
        }
    }
    Ok(tell(both))
}

/// How it stands, with the looks since the last time.
pub(super) fn tell<Of: Data>((training, told): &mut (Training<Of>, usize)) -> JsValue {
    let looks = &training.looks()[*told..];
    let curve: Vec<f64> = looks.iter().flat_map(|look| [look.step as f64, look.loss, look.kl]).collect();
    *told = training.looks().len();
    let last = training.looks().last();
    Progress {
        step: training.steps_done(),
        of: training.recipe().steps,
        outcome: match training.outcome() {
            Outcome::Running => "running",
            Outcome::Steps => "steps",
            Outcome::Target => "target",
            Outcome::Missed => "missed",
        },
        loss: last.map_or(f64::NAN, |look| look.loss),
        kl: last.map_or(f64::NAN, |look| look.kl),
        curve: curve.as_slice().into(),
        weights: training.network().values.as_slice().into(),
    }
    .cross()
}
