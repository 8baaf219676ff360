//! Everything that is read out of a state at one step: the exact numbers and those of the particles.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Distances, ExactBins, LaneMeasures, distances, lane_measures};
use crate::engine::{Observation, Scene};
use crate::model::{LabError, Lane, State};
use crate::reference::{ExactMeasures, measures};

/// The element's `Measurement` (docs/api.md).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Measurement {
    /// The readouts by quadrature.
    #[serde(flatten)]
    pub exact: ExactMeasures,
    /// Reverse steps done.
    pub step: usize,
    /// The estimates by the name of their lane.
    #[cfg_attr(test, ts(type = "Partial<Record<LaneName, LaneMeasures>>"))]
    pub lanes: BTreeMap<&'static str, LaneMeasures>,
    /// What needs the particles themselves, by the name of their lane; see [`Measurement::add_distances`].
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(test, ts(type = "Partial<Record<LaneName, Distances>>", optional))]
    pub distances: BTreeMap<&'static str, Distances>,
}

impl Measurement {
    /// What an observation of the state's scene says.
    pub fn new(state: &State, scene: &Scene, observation: &Observation) -> Result<Self, LabError> {
        let time = scene.times[observation.step];
        let bins = ExactBins::new(&state.mixture(), state.guidance.target, time, &scene.domain, scene.particles);
        let has_conditional = scene.lanes.iter().any(|spec| spec.lane == Lane::Conditional);
        let lanes = observation
            .lanes
            .iter()
            .map(|lane| (lane.lane.name(), lane_measures(lane, scene.dimension, &bins, has_conditional)))
            .collect();
        Ok(Self { exact: measures(state, time)?, step: observation.step, lanes, distances: BTreeMap::new() })
    }

    /// Adds the distances of a lane's particles, row-major.
    pub fn add_distances(&mut self, state: &State, lane: Lane, samples: &[f32]) {
        let (mixture, target) = (state.mixture(), state.guidance.target);
        let mut found = distances(samples, &mixture, target, self.exact.time);
        if let Some(weights) = self.lanes.get(lane.name()).and_then(|lane| lane.weights) {
            found = found.of_fewer(weights.independent, &mixture, target, self.exact.time);
        }
        self.distances.insert(lane.name(), found);
    }
}
