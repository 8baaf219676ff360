//! Measurements of a state over a list of values of one of its fields.

use std::collections::BTreeMap;
#[cfg(not(target_arch = "wasm32"))]
use std::sync::atomic::{AtomicUsize, Ordering};
#[cfg(not(target_arch = "wasm32"))]
use std::sync::{Mutex, PoisonError};
#[cfg(not(target_arch = "wasm32"))]
use std::thread;

#[cfg(not(target_arch = "wasm32"))]
use rayon::ThreadPoolBuilder;
use serde::Serialize;
use serde_json::Value;

use super::moved_to_the_end;
use crate::cpu::CpuEngine;
#[cfg(not(target_arch = "wasm32"))]
use crate::cpu::ready;
use crate::engine::{Engine, Observation, Scene};
#[cfg(not(target_arch = "wasm32"))]
use crate::learn::{train_wanted, wanted};
use crate::metrics::{Measurement, keep};
use crate::model::{FieldKind, LabError, LabErrorCode, MAX_PARTICLES, State, field};
use crate::reference::measures;
use crate::words::{Says, messages as says};

/// A state with one field that takes several values.
#[derive(Clone, Debug)]
pub struct StateSweep {
    state: Value,
    path: String,
    values: Vec<Value>,
    particles: bool,
    extent: Extent,
}

/// How much work a sweep is, known before it starts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(rename = "SweepCost"))]
pub struct Extent {
    /// Values.
    pub points: usize,
    /// Steps of single particles, over all lanes and values.
    pub particle_steps: f64,
    /// Seconds on one core of a laptop, roughly.
    pub seconds: f64,
    /// Bytes of the particles at one value and of all rows.
    pub bytes: f64,
}

/// What a browser gives a page without complaint.
const MAX_BYTES: f64 = (1_u64 << 30) as f64;
/// A measurement with four lanes, as a JS object.
const ROW_BYTES: f64 = 4096.0;
/// Of a particle in one lane beside its coordinates.
const PARTICLE_BYTES: f64 = 12.0;
const STEP_SECONDS: f64 = 1.5e-8;
const QUADRATURE_SECONDS: f64 = 0.01;

impl StateSweep {
    /// `state` with each of `values` at `path`, checked one and all; with `particles`, or the exact readouts
    /// alone.
    pub fn new(state: &State, path: &str, values: &Value, particles: bool) -> Result<Self, LabError> {
        let wrong = |code, path: &str, message: Says| Err(LabError::new(code, path, message));
        let mut state = state.to_value();
        let leaf = leaf(&mut state, path);
        match field(path) {
            Some(known) if matches!(known.kind, FieldKind::Number | FieldKind::Integer) => {}
            // An entry of a list: `mixture[0].mean[1]`.
            _ if leaf.as_ref().is_some_and(|leaf| leaf.is_number()) => {}
            Some(_) => return wrong(LabErrorCode::Type, path, says::not_a_number_field(path)),
            None => return wrong(LabErrorCode::UnknownKey, path, says::no_such_field(path)),
        }
        if leaf.is_none() {
            return wrong(LabErrorCode::Inconsistent, path, says::not_in_this_state(path));
        }
        let Value::Array(values) = values else {
            return wrong(LabErrorCode::Type, "values", says::values_no_list());
        };
        if values.is_empty() {
            return wrong(LabErrorCode::Range, "values", says::values_empty());
        }
        let mut sweep = Self {
            state,
            path: path.into(),
            values: values.clone(),
            particles,
            extent: Extent { points: values.len(), particle_steps: 0.0, seconds: 0.0, bytes: 0.0 },
        };
        // The rows alone may be too many to look at them one by one.
        let rows = ROW_BYTES * values.len() as f64;
        let mut largest = 0.0_f64;
        for index in 0..if rows > MAX_BYTES { 1 } else { values.len() } {
            if !values[index].is_number() {
                let shown: String = values[index].to_string().chars().take(40).collect();
                let field = format!("values[{index}]");
                return wrong(LabErrorCode::Type, &field, says::value_no_number(&*field, shown));
            }
            let state = sweep.state(index)?;
            if particles && index == 0 {
                Scene::new(&state)?;
            }
            let lanes = (state.compare.len() + 1) as f64;
            let moved = lanes * state.particles as f64;
            if particles {
                sweep.extent.particle_steps += moved * state.process.steps as f64;
                let held = lanes * state.particles.min(MAX_PARTICLES) as f64;
                largest = largest.max(held * (PARTICLE_BYTES + 4.0 * state.mixture[0].mean.len() as f64));
            }
        }
        if rows > MAX_BYTES {
            sweep.extent.particle_steps *= values.len() as f64;
        }
        let extent = &mut sweep.extent;
        extent.bytes = rows + largest;
        extent.seconds = STEP_SECONDS * extent.particle_steps + QUADRATURE_SECONDS * values.len() as f64;
        if extent.bytes > MAX_BYTES {
            let [size, max] = [extent.bytes, MAX_BYTES].map(|bytes| (bytes / 1e6).round());
            let message = says::sweep_too_large(values.len(), size, extent.seconds.ceil(), max);
            return wrong(LabErrorCode::Range, "values", message);
        }
        Ok(sweep)
    }

    /// How much work it is.
    pub fn extent(&self) -> Extent {
        self.extent
    }

    /// The state of one value.
    pub fn state(&self, index: usize) -> Result<State, LabError> {
        let mut state = self.state.clone();
        if let Some(leaf) = leaf(&mut state, &self.path) {
            leaf.clone_from(&self.values[index]);
        }
        State::from_value(&state).map_err(|error| {
            LabError::new(error.code, error.path, says::at_value(format!("values[{index}]"), error.says))
        })
    }

    /// The measurement at one value, at the end of the run; `progress` hears which share of it is done, and may
    /// wait. Without particles it has no lanes.
    pub async fn measure(&self, index: usize, mut progress: impl AsyncFnMut(f64)) -> Result<Measurement, LabError> {
        let state = self.state(index)?;
        if !self.particles {
            progress(0.0).await;
            let exact = measures(&state, state.process.stop)?;
            return Ok(Measurement {
                exact,
                step: state.process.steps,
                lanes: BTreeMap::new(),
                distances: BTreeMap::new(),
            });
        }
        measurement(&state, progress).await
    }

    /// Measures the points `indices`, on all cores at once and begun in their order; `done` hears of each as it is done, in
    /// any order and on any thread. The first error ends it, its own or one of `done`. No number depends on the cores.
    ///
    /// What is learned is trained for each value, unless it is that of the value before; its points are measured one after
    /// another, since only a few networks are kept at hand.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn measure_all<E: From<LabError> + Send>(
        &self,
        indices: &[usize],
        done: impl Fn(usize, Measurement) -> Result<(), E> + Sync,
    ) -> Result<(), E> {
        let learned =
            |state: &State| Some((wanted(state), state.mixture())).filter(|(networks, _)| !networks.is_empty());
        let cores = rayon::current_num_threads();
        let together = if learned(&self.state(0)?).is_some() { 1 } else { cores.min(indices.len()).max(1) };
        let next = AtomicUsize::new(0);
        let failed = Mutex::new(None);
        let work = || -> Result<(), E> {
            let mut trained = None;
            while let Some(&index) = indices.get(next.fetch_add(1, Ordering::Relaxed)) {
                let state = self.state(index)?;
                let networks = learned(&state);
                if networks != trained {
                    train_wanted(&state, |_| ())?;
                }
                trained = networks;
                done(index, ready(self.measure(index, async |_| ()))?)?;
            }
            Ok(())
        };
        thread::scope(|scope| {
            for _ in 0..together {
                scope.spawn(|| {
                    let pool = ThreadPoolBuilder::new().num_threads(cores / together).build();
                    if let Err(error) = pool.expect("the system has threads").install(work) {
                        next.store(indices.len(), Ordering::Relaxed);
                        failed.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                    }
                });
            }
        });
        failed.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// Runs a state to its end and measures it there, its lanes and what is between them; `progress` hears which share of it is
/// done, and may wait. More particles than an engine holds are moved part by part, in the memory of one.
pub async fn measurement(state: &State, progress: impl AsyncFnMut(f64)) -> Result<Measurement, LabError> {
    in_parts(state, state.particles.div_ceil(MAX_PARTICLES), progress).await
}

/// The same in so many parts, which change no number: of each part only what is counted is kept, and the particles that
/// the distances look at.
async fn in_parts(state: &State, parts: usize, mut progress: impl AsyncFnMut(f64)) -> Result<Measurement, LabError> {
    let scene = Scene::new(state)?;
    let mut kept = vec![Vec::new(); scene.lanes.len()];
    let mut seen: Option<Observation> = None;
    for part in 0..parts {
        let mut engine = CpuEngine::of_part(part, parts);
        let go_on = async |share| {
            progress((part as f64 + share) / parts as f64).await;
            true
        };
        moved_to_the_end(&scene, &mut engine, go_on).await?;
        match &mut seen {
            None => seen = Some(engine.observe(scene.steps()).await?),
            Some(seen) => seen.join(&engine.count()),
        }
        for (lane, kept) in kept.iter_mut().enumerate() {
            keep(kept, &engine.samples(lane).await?, scene.dimension);
        }
    }
    let mut measurement = Measurement::new(state, &scene, &seen.expect("there is a first part"))?;
    for (spec, kept) in scene.lanes.iter().zip(&kept) {
        measurement.add_distances(state, spec.lane, kept);
    }
    Ok(measurement)
}

/// The value at a path as fields write it, `"mixture[1].weight"`.
fn leaf<'a>(root: &'a mut Value, path: &str) -> Option<&'a mut Value> {
    path.split(['.', '[']).try_fold(root, |value, key| match key.strip_suffix(']') {
        Some(index) => value.get_mut(index.parse::<usize>().ok()?),
        None => value.get_mut(key),
    })
}

#[cfg(test)]
mod tests {
    use super::{in_parts, measurement};
    use crate::cpu::ready;
    use crate::model::{Lane, State, preset};

    /// Of chunks of 4,096 particles there are nine, the last one not full.
    #[test]
    fn parts_change_no_number() {
        for name in ["wiggle", "pair-2d"] {
            let state = State { particles: 33_001, ..preset(name).unwrap().state };
            let whole = ready(measurement(&state, async |_| ())).unwrap();
            assert!(whole.lanes.len() > 1 && whole.distances.len() > 1);
            for parts in [2, 3, 5, 8] {
                let mut shares = Vec::new();
                let found = ready(in_parts(&state, parts, async |share| shares.push(share))).unwrap();
                // As JSON, where what is no number is itself.
                assert_eq!(
                    serde_json::to_value(&found).unwrap(),
                    serde_json::to_value(&whole).unwrap(),
                    "{name} {parts}"
                );
                assert!(shares.is_sorted() && shares.len() >= parts && shares.iter().all(|share| *share < 1.0));
            }
        }
    }

    #[test]
    fn what_needs_all_particles_at_once_takes_fewer() {
        let state = State { particles: 1_000_001, compare: vec![Lane::Corrected], ..State::default() };
        let error = ready(measurement(&state, async |_| ())).unwrap_err();
        assert_eq!(error.path, "particles");
        assert!(error.message.contains("1000001; where all are needed at once"), "{}", error.message);
    }
}
