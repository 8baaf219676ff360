//! Runs in parts on several workers, in a part of the module that is fetched where there are several
//! (docs/decisions/0021-pool.md).

use js_sys::{Array, Float64Array, Uint32Array};
use wasm_bindgen::JsValue;
use wasm_split_helpers::wasm_split;

use super::convert::Fault;
use crate::engine::{LaneCount, Observation, Sums};

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

/// What crosses from one worker to the other: of each lane the counts of its bins, those outside behind them, and the sums
/// of its chunks.
#[allow(clippy::unnecessary_wraps, reason = "the fetching can fail")]
#[wasm_split(pool, fallible)]
pub fn counted(lanes: Vec<LaneCount>) -> Result<JsValue, Fault> {
    let lanes = lanes.into_iter().map(|mut lane| {
        lane.bins.push(lane.outside);
        let sums: Vec<f64> = lane.sums.iter().flat_map(flat).collect();
        Array::of2(&Uint32Array::from(lane.bins.as_slice()), &Float64Array::from(sums.as_slice()))
    });
    Ok(lanes.collect::<Array>().into())
}

/// With what was counted of the other parts, in their order.
#[allow(clippy::unnecessary_wraps, reason = "the fetching can fail")]
#[wasm_split(pool, fallible)]
pub fn joined(mut observation: Observation, others: Array) -> Result<Observation, Fault> {
    for part in others.iter() {
        let lanes: Vec<LaneCount> = Array::from(&part)
            .iter()
            .map(|lane| {
                let lane = Array::from(&lane);
                let mut bins = Uint32Array::new(&lane.get(0)).to_vec();
                let outside = bins.pop().unwrap_or_default();
                let sums = Float64Array::new(&lane.get(1)).to_vec();
                LaneCount { bins, outside, sums: sums.chunks_exact(WIDTH).map(unflat).collect() }
            })
            .collect();
        observation.join(&lanes);
    }
    Ok(observation)
}
