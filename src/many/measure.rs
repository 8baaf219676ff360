//! The measurement of a state in many dimensions at the end of its run. What few dimensions have by quadrature is here a
//! mean over draws, with its standard error.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::learned::train;
use super::plan::{LaneOf, Scene};
use super::run::Run;
use super::state::ManyState;
use super::study::{fault_of, outcome};
use crate::metrics::Estimate;
use crate::model::{Classifier, LabError, LabErrorCode, Lane};
use crate::words::messages as says;

/// Draws for the exact readouts.
const DRAWS: usize = 2000;

/// The run of a state to its end, its classifier trained before if it is learned and none was put. `step` hears of every step, and ends the
/// run with an error.
///
/// # Errors
/// As [`Run::new`] and [`train`]; `unsupported` for a network from a file that was not put; what `step` answers.
pub fn run_many<E: From<LabError>>(state: &ManyState, mut step: impl FnMut() -> Result<(), E>) -> Result<Run, E> {
    let settings = &state.settings;
    let mut mixture = state.mixture().clone();
    if let Classifier::Learned(learned) = settings.classifier
        && !mixture.knows(&learned.recipe)
    {
        if let Some(fingerprint) = learned.recipe.weights {
            let message = says::network_is_not_here(fingerprint.to_string());
            return Err(LabError::new(LabErrorCode::Unsupported, "classifier.recipe.weights", message).into());
        }
        let training = train(&learned.recipe, &mixture, |_| ())?;
        mixture.put_network(Arc::new(training.network().clone()));
    }
    let gamma = settings.guidance.gamma;
    let lane = |lane: &Lane| match lane {
        Lane::Unguided => LaneOf { gamma: 0.0, tested: false, weighted: false },
        Lane::Conditional => LaneOf { gamma: 1.0, tested: false, weighted: false },
        lane => LaneOf { gamma, tested: *lane == Lane::Tested, weighted: *lane == Lane::Corrected },
    };
    let mut run = Run::new(Scene {
        mixture: Arc::new(mixture),
        process: settings.process,
        classifier: settings.classifier,
        lanes: state.lanes().iter().map(lane).collect(),
        targets: state.targets(),
        particles: settings.particles,
        seed: settings.seed,
    })?;
    for _ in 0..settings.process.steps {
        run.advance(1);
        step()?;
    }
    Ok(run)
}

/// What is known of a state at the end of its [run](run_many), as the command prints it: every number with its standard
/// error, `null` where it is none. `conditionalKl` in nats, `guidanceMse` and `guidanceNorm` in 1/length^2, given the target
/// class (or each class as often); of each lane `meanReciprocal`, `meanLogProbability`, `fractionImproved` (beside a lane
/// `conditional`) and `nonFinite`; of the lane `corrected` `weights` for each target class: `effective`, `lineages`, `resamplings` and
/// `logNormaliser`, as in one and two dimensions.
pub fn measured(state: &ManyState, run: &Run) -> Value {
    let settings = &state.settings;
    let scene = run.scene();
    let compare = state.lanes();
    let conditional = compare.iter().position(|&lane| lane == Lane::Conditional);
    let mut lanes = Map::new();
    for (index, lane) in compare.iter().enumerate() {
        // A particle's twin is not its forebears' twin.
        let twin = conditional.filter(|&other| other != index && *lane != Lane::Corrected);
        let found = outcome(run, index, twin);
        let mut told = json!({
            "meanReciprocal": estimate(found.reciprocal),
            "meanLogProbability": estimate(found.log_probability),
            "fractionImproved": found.improved.map(estimate),
            "nonFinite": run.lost(index),
        });
        if let Some(weighed) = run.weighed(index) {
            let each = scene.targets.iter().zip(&weighed).map(|(class, weighed)| {
                json!({
                    "class": class,
                    "effective": weighed.effective,
                    "lineages": weighed.lineages,
                    "resamplings": weighed.resamplings,
                    "logNormaliser": weighed.log_normaliser,
                })
            });
            told["weights"] = each.collect();
        }
        lanes.insert(lane.name().into(), told);
    }
    let found = fault_of(&scene.mixture, &scene.classifier, run.time(), DRAWS, settings.seed, &state.targets());
    json!({
        "time": run.time(),
        "step": run.step(),
        "dimension": scene.mixture.dimension(),
        "conditionalKl": estimate(found.kl),
        "guidanceMse": estimate(found.error),
        "guidanceNorm": estimate(found.norm),
        "lanes": lanes,
    })
}

fn estimate(found: Estimate) -> Value {
    json!({ "estimate": found.estimate, "standardError": found.standard_error })
}
