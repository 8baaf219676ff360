//! Runs in parts on several workers (docs/decisions/0021-pool.md): in the part `further` of the module, which is fetched
//! where there are several.

use std::pin::Pin;
use std::sync::OnceLock;

use js_sys::{Array, Float32Array, Float64Array, Promise, Uint32Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::convert::Fault;
use crate::engine::{Counted, Engine, Observation, Sums};

/// What it does, to be called from code that every page fetches.
pub struct Pool {
    /// What crosses from one worker to the other.
    pub counted: fn(&dyn Engine) -> JsValue,
    /// Waits for what is counted of the other parts and adds it, in their order; how many these are.
    pub join: fn(Observation, JsValue) -> Joined,
    /// Appends the positions of the other parts, in their order.
    pub append: fn(&mut Vec<f32>, &JsValue),
}

type Joined = Pin<Box<dyn Future<Output = Result<(Observation, u32), JsValue>>>>;

static FETCHED: OnceLock<&Pool> = OnceLock::new();

/// To be called from the part.
pub fn bring_pool() {
    let _ = FETCHED.set(&Pool { counted, join, append });
}

/// Fails where the part has not been fetched.
pub fn pool() -> Result<&'static Pool, JsValue> {
    FETCHED.get().copied().ok_or_else(|| Fault::missing().0)
}

/// Numbers of [`Sums`].
const WIDTH: usize = 12;

fn flat(sums: &Sums) -> [f64; WIDTH] {
    let [x, y] = sums.position;
    let [xx, xy, yy] = sums.position_squared;
    [
        sums.count as f64,
        sums.non_finite as f64,
        sums.improved as f64,
        sums.reciprocal,
        sums.reciprocal_squared,
        sums.log_probability,
        sums.log_probability_squared,
        x,
        y,
        xx,
        xy,
        yy,
    ]
}

fn unflat(values: &[f64]) -> Sums {
    let whole = |index: usize| values[index] as u64;
    Sums {
        count: whole(0),
        non_finite: whole(1),
        improved: whole(2),
        reciprocal: values[3],
        reciprocal_squared: values[4],
        log_probability: values[5],
        log_probability_squared: values[6],
        position: [values[7], values[8]],
        position_squared: [values[9], values[10], values[11]],
    }
}

/// The sums, and the bins of all lanes.
fn counted(engine: &dyn Engine) -> JsValue {
    let counted = engine.count();
    let sums: Vec<f64> = counted.sums.iter().flat_map(flat).collect();
    let bins = counted.bins.concat();
    Array::of2(&Float64Array::from(sums.as_slice()), &Uint32Array::from(bins.as_slice())).into()
}

fn join(mut observation: Observation, others: JsValue) -> Joined {
    Box::pin(async move {
        let others: Array = JsFuture::from(Promise::resolve(&others)).await?.unchecked_into();
        for part in others.iter() {
            let part = Array::from(&part);
            let sums = Float64Array::new(&part.get(0)).to_vec();
            // Each is below 2^32.
            let bins: Vec<u32> =
                Float64Array::new(&part.get(1)).to_vec().into_iter().map(|count| count as u32).collect();
            let of_lane = bins.len() / observation.lanes.len();
            observation.join(&Counted {
                sums: sums.chunks_exact(WIDTH).map(unflat).collect(),
                bins: bins.chunks_exact(of_lane).map(<[u32]>::to_vec).collect(),
            });
        }
        Ok((observation, others.length()))
    })
}

fn append(samples: &mut Vec<f32>, others: &JsValue) {
    for part in others.unchecked_ref::<Array>().iter() {
        samples.extend(Float32Array::new(&part).to_vec());
    }
}
