//! How much of the harm is the score's and how much is that of what guides: runs on the same noise with both as they are,
//! with the exact score, with exact guidance, and with both exact.

use serde::Serialize;

use super::to_the_end;
use crate::cpu::CpuEngine;
use crate::engine::Scene;
use crate::metrics::{Estimate, ExactBins};
use crate::model::{Classifier, GuidedBy, LabError, LabErrorCode, Lane, LearnedScore, Score, State};
use crate::words::messages as says;

/// The sampling KL at the end of the run in nats, and what each part adds to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WhoseHarm {
    /// With both as they are.
    pub both: Estimate,
    /// With the exact score.
    pub exact_score: Estimate,
    /// With the exact classifier.
    pub exact_guidance: Estimate,
    /// With both exact: what the guidance scale itself does.
    pub exact: Estimate,
    /// What the wrong score alone adds to that. The error is that of independent runs; the same noise makes it smaller.
    pub of_score: Estimate,
    /// What the wrong guidance alone adds.
    pub of_guidance: Estimate,
    /// What both add together beyond the sum of the two.
    pub of_both: Estimate,
}

/// The runs, one by one.
#[derive(Debug)]
pub struct Whose {
    states: [State; 3],
    /// Both and, in the same run, both exact; then with the exact score; then with exact guidance.
    found: Vec<Estimate>,
    engine: CpuEngine,
}

impl Whose {
    /// Of a state.
    ///
    /// # Errors
    /// `inconsistent`, if a weaker model guides, of which there is no exact one.
    pub fn new(state: &State) -> Result<Self, LabError> {
        if state.guidance.guide == GuidedBy::Weaker {
            return Err(LabError::new(LabErrorCode::Inconsistent, "guidance.guide", says::weaker_has_no_exact_one()));
        }
        let alone = State { compare: Vec::new(), ..state.clone() };
        let both = State { compare: vec![Lane::Exact], ..state.clone() };
        let mut exact_score = alone.clone();
        exact_score.score = match &state.score {
            // The pair is still that of the networks.
            Score::Learned(learned) => Score::Learned(Box::new(LearnedScore { exact: true, ..**learned })),
            _ => Score::Exact,
        };
        let mut exact_guidance = State { classifier: Classifier::EXACT, ..alone };
        exact_guidance.guidance.guide = GuidedBy::Classifier;
        Ok(Self { states: [both, exact_score, exact_guidance], found: Vec::new(), engine: CpuEngine::new() })
    }

    /// The next run; `progress` hears which share of it is done, and may wait. Whether there was one.
    ///
    /// # Errors
    /// Those of a scene.
    pub async fn next(&mut self, mut progress: impl AsyncFnMut(f64)) -> Result<bool, LabError> {
        let done = self.found.len();
        // The first run gives two.
        let Some(state) = self.states.get(done.saturating_sub(1)) else { return Ok(false) };
        let scene = Scene::new(state)?;
        let go_on = async |share| {
            progress(share).await;
            true
        };
        let Some(seen) = to_the_end(&scene, &mut self.engine, go_on).await? else { unreachable!("nobody stops it") };
        let Scene { mixture, target, domain, particles, .. } = &scene;
        let bins = ExactBins::new(mixture, *target, state.process.stop, domain, *particles);
        self.found.extend(seen.lanes.iter().map(|lane| bins.sampling_kl(lane)));
        Ok(true)
    }

    /// What they say; `None` before all are done.
    pub fn report(&self) -> Option<WhoseHarm> {
        let &[both, exact, exact_score, exact_guidance] = self.found.as_slice() else { return None };
        let sum = |terms: &[(f64, Estimate)]| Estimate {
            estimate: terms.iter().map(|(sign, term)| sign * term.estimate).sum(),
            standard_error: terms.iter().map(|(_, term)| term.standard_error.powi(2)).sum::<f64>().sqrt(),
        };
        Some(WhoseHarm {
            both,
            exact_score,
            exact_guidance,
            exact,
            of_score: sum(&[(1.0, exact_guidance), (-1.0, exact)]),
            of_guidance: sum(&[(1.0, exact_score), (-1.0, exact)]),
            of_both: sum(&[(1.0, both), (-1.0, exact_score), (-1.0, exact_guidance), (1.0, exact)]),
        })
    }
}

/// All runs of a state, whose networks are at hand.
///
/// # Errors
/// Those of [`Whose::new`] and of a scene.
#[cfg(not(target_arch = "wasm32"))]
pub fn whose_harm(state: &State) -> Result<WhoseHarm, LabError> {
    let mut runs = Whose::new(state)?;
    while crate::cpu::ready(runs.next(async |_| ()))? {}
    let Some(report) = runs.report() else { unreachable!("all are done") };
    Ok(report)
}
