//! The gallery of digits and of own data in many dimensions, in a part of its own that is fetched with its first question (docs/decisions/0020-digits.md).

use std::cell::RefCell;
use std::sync::Arc;

use js_sys::{Array, Float32Array, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::future_to_promise;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, parse};
use super::data::{Cell, Corrected, Cross as _, Drawn, Flat, Influence, Labelled, OfTarget, Wrong};
use super::install::{not_learned, weighed};
use super::learn::{go_on, tell};
use super::many_fit;
use crate::learn::Training;
use crate::many::{
    Effect, Guide, Images, LaneOf, Marginal, Mixture, Noised, Run, Scene, accuracy, decode, discriminants, draws_in,
    effect, fault, most_likely, reciprocal,
};
use crate::metrics::Estimate;
use crate::model::{Classifier, LabError, LabErrorCode, Learns, Network, Noise, Recipe, State};
use crate::words::messages as says;

thread_local! {
    /// The mixture that was opened last.
    static OPENED: RefCell<Option<Arc<Mixture>>> = const { RefCell::new(None) };
    /// The plane in which it is shown flat, once it was.
    static PLANE: RefCell<Option<[Vec<f64>; 2]>> = const { RefCell::new(None) };
    /// The training that is under way, and how many looks at it have been told.
    static UNDER_WAY: RefCell<Option<(Training<Noised>, usize)>> = const { RefCell::new(None) };
}

/// Draws of each class that the plane shows.
const OF_EACH: usize = 40;

/// Answers `fit` (by a promise), `open`, `plane`, `run`, `corrected`, `look`, `effect`, `fault`, `accuracy`, `begin`, `train` and `install` of `www/workers/protocol.ts`, whose arguments come in the
/// same order.
#[wasm_split(gallery, fallible)]
pub fn gallery(arguments: Array) -> Result<JsValue, Fault> {
    super::simulation::bring_further();
    if arguments.get(0) == "fit" {
        return Ok(future_to_promise(many_fit::fit(arguments)).into());
    }
    answer(&arguments).map_err(|error| Fault(fail(&error)))
}

fn answer(arguments: &Array) -> Result<JsValue, LabError> {
    let question = arguments.get(0).as_string().unwrap_or_default();
    if question == "open" {
        let file = arguments.get(1);
        let mixture = match file.dyn_ref::<Uint8Array>() {
            Some(file) => decode(&file.to_vec())?,
            None => many_fit::mixture_of(&file)?,
        };
        PLANE.set(None);
        let classes: Vec<f64> = mixture.classes().iter().map(|&class| class as f64).collect();
        OPENED.set(Some(Arc::new(mixture)));
        return Ok(classes.cross());
    }
    if question == "train" {
        let milliseconds = arguments.get(1).as_f64().unwrap_or_default();
        return UNDER_WAY.with_borrow_mut(|under_way| {
            under_way.as_mut().map_or(Ok(JsValue::NULL), |both| go_on(both, milliseconds))
        });
    }
    let Some(mixture) = OPENED.with_borrow(Clone::clone) else {
        return Err(LabError::new(LabErrorCode::Unsupported, "mixture", says::not_a_mixture()));
    };
    if question == "plane" {
        return Ok(in_plane(&mixture, |plane| flat(&mixture, plane)));
    }
    let settings = Settings::read(&parse(&arguments.get(1)))?;
    let number = |index| arguments.get(index).as_f64().unwrap_or(f64::NAN);
    let classifier = settings.state.classifier;
    let time = number(2);
    match question.as_str() {
        "begin" => {
            let recipe = recipe_of(&classifier)?;
            let training = Training::on(&recipe, Learns::Classes, Noised::new(&recipe, mixture))?;
            Ok(UNDER_WAY.with_borrow_mut(|under_way| tell(under_way.insert((training, 0)))))
        }
        "install" => {
            let blank = Network::blank(
                &recipe_of(&classifier)?,
                Learns::Classes,
                mixture.dimension(),
                mixture.classes().to_vec(),
            );
            let network = Arc::new(weighed(blank, &arguments.get(2))?);
            let mut knowing = Mixture::clone(&mixture);
            knowing.put_network(network);
            OPENED.set(Some(Arc::new(knowing)));
            Ok(JsValue::UNDEFINED)
        }
        "run" => {
            let flat = settings.flat;
            let mut run = Run::new(settings.scene(mixture))?;
            if !flat {
                return Ok(drawn(&mut run, |x| x));
            }
            let mixture = run.scene().mixture.clone();
            Ok(in_plane(&mixture, |plane| drawn(&mut run, |x| many_fit::flattened(&x, plane))))
        }
        "corrected" => tilted(settings, mixture),
        "look" => {
            let place = mixture.place(number(3) as usize).unwrap_or_default();
            let x: Vec<f64> = Float32Array::new(&arguments.get(4)).to_vec().into_iter().map(f64::from).collect();
            let found = Guide::new(&mixture, &classifier, time).at(&x, place);
            let single = |vector: &[f64]| vector.iter().map(|&x| x as f32).collect::<Vec<f32>>();
            let guidance = [&found.exact_guidance, &found.tested_guidance].map(|vector| single(vector));
            Ok(Cell {
                guess: single(&found.guess).as_slice().into(),
                posterior: found.exact.as_slice().into(),
                tested_posterior: found.tested.as_slice().into(),
                guidance: guidance[0].as_slice().into(),
                tested_guidance: guidance[1].as_slice().into(),
            }
            .cross())
        }
        "effect" => {
            let mut run = Run::new(settings.scene(mixture))?;
            let (last, steps) = (run.scene().lanes.len() - 1, run.scene().process.steps);
            while run.time() > time && run.step() < steps {
                run.advance(1);
            }
            let before: Vec<Estimate> = (0..last).map(|lane| reciprocal(&run, lane)).collect();
            run.advance(steps);
            let found = (0..last).map(|lane| influence(&effect(&run, lane, last), before[lane]));
            Ok(found.collect::<Array>().into())
        }
        "fault" => {
            let found = fault(&mixture, &classifier, time, number(3) as usize, settings.state.seed);
            Ok(Wrong { kl: found.kl, error: found.error, norm: found.norm }.cross())
        }
        _ => {
            let images = Images::decode(&Uint8Array::new(&arguments.get(3)).to_vec())
                .ok_or_else(|| LabError::new(LabErrorCode::Type, "mixture", says::not_a_mixture()))?;
            let right = accuracy(&mixture, &classifier, time, &images);
            Ok(Labelled { right, images: images.labels.len() }.cross())
        }
    }
}

/// What is said of the plane in which the mixture is shown; its directions are found once.
fn in_plane(mixture: &Mixture, say: impl FnOnce(&[Vec<f64>; 2]) -> JsValue) -> JsValue {
    PLANE.with_borrow_mut(|plane| say(plane.get_or_insert_with(|| discriminants(mixture))))
}

fn flat(mixture: &Mixture, plane: &[Vec<f64>; 2]) -> JsValue {
    let single = |numbers: &[f64]| numbers.iter().map(|&x| x as f32).collect::<Vec<f32>>();
    let classes: Vec<u32> = mixture.classes().iter().flat_map(|&class| [class as u32; OF_EACH]).collect();
    Flat {
        directions: single(&plane.concat()).as_slice().into(),
        values: single(&draws_in(mixture, plane, OF_EACH)).as_slice().into(),
        classes: classes.as_slice().into(),
    }
    .cross()
}

fn recipe_of(classifier: &Classifier) -> Result<Recipe, LabError> {
    match classifier {
        Classifier::Learned(learned) => Ok(learned.recipe),
        _ => Err(not_learned()),
    }
}

fn influence(found: &Effect, reciprocal: Estimate) -> JsValue {
    Influence {
        reciprocal,
        log_probability: found.log_probability,
        improved: found.improved,
        distance: found.diversity.distance,
        components: found.diversity.components,
        ruined: found.ruined,
    }
    .cross()
}

/// What is asked with everything: a classifier, a process, a scale and a seed as in a state, the lanes, the targets and
/// how many particles there are.
struct Settings {
    state: State,
    lanes: Vec<String>,
    targets: Vec<usize>,
    particles: usize,
    behind: usize,
    flat: bool,
}

impl Settings {
    /// Everything that a state has is checked as that of a state.
    fn read(value: &Value) -> Result<Self, LabError> {
        let patch = json!({
            "classifier": value["classifier"],
            "process": value["process"],
            "guidance": { "gamma": value["gamma"] },
            "seed": value["seed"],
        });
        let state = State::merged(State::default().to_value(), &patch)?;
        let whole = |value: &Value| value.as_u64().unwrap_or(u64::MAX) as usize;
        let targets = value["targets"].as_array().map(|list| list.iter().map(whole).collect()).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let lanes = value["lanes"].as_array().map(|list| list.iter().map(text).collect()).unwrap_or_default();
        let [particles, behind] = ["particles", "behind"].map(|field| whole(&value[field]));
        Ok(Self { state, lanes, targets, particles, behind, flat: value["flat"] == true })
    }

    /// The lane `corrected` alone, with as many particles behind each that is shown as is asked for.
    fn corrected(self, mixture: Arc<Mixture>) -> Scene {
        let lanes = vec![LaneOf { gamma: self.state.guidance.gamma, tested: false, weighted: true }];
        let particles = self.particles.saturating_mul(self.behind);
        Scene { lanes, particles, ..self.scene(mixture) }
    }

    fn scene(self, mixture: Arc<Mixture>) -> Scene {
        let gamma = |name: &str| match name {
            "conditional" => 1.0,
            "unguided" => 0.0,
            _ => self.state.guidance.gamma,
        };
        let lane = |name: &String| LaneOf { gamma: gamma(name), tested: name == "tested", weighted: false };
        let lanes = self.lanes.iter().map(lane).collect();
        Scene {
            mixture,
            process: self.state.process,
            classifier: self.state.classifier,
            lanes,
            targets: self.targets,
            particles: self.particles,
            seed: self.state.seed,
        }
    }
}

/// The most likely class of each particle; `u32::MAX` of one that is lost.
fn labels(run: &Run, lane: usize) -> Vec<u32> {
    let mixture = &run.scene().mixture;
    let marginal = Marginal::new(mixture, Noise::at(run.time()));
    let label = |x: &[f32]| {
        let x: Vec<f64> = x.iter().map(|&x| x.into()).collect();
        let logs = marginal.at(&x).log_posteriors();
        let best = most_likely(&logs).unwrap_or_default();
        if x.iter().chain(&logs).all(|x| x.is_finite()) { mixture.classes()[best] as u32 } else { u32::MAX }
    };
    run.positions(lane).chunks_exact(mixture.dimension()).map(label).collect()
}

fn tilted(settings: Settings, mixture: Arc<Mixture>) -> Result<JsValue, LabError> {
    let (is_flat, shown) = (settings.flat, settings.particles);
    let mut run = Run::new(settings.corrected(mixture))?;
    if !is_flat {
        return Ok(corrected(&mut run, shown, |x| x));
    }
    let mixture = run.scene().mixture.clone();
    Ok(in_plane(&mixture, |plane| corrected(&mut run, shown, |x| many_fit::flattened(&x, plane))))
}

/// A run of the lane `corrected`: of those that are shown all positions at all times, shown in some way.
fn corrected(run: &mut Run, shown: usize, show: impl Fn(Vec<f32>) -> Vec<f32>) -> JsValue {
    let (steps, particles) = (run.scene().process.steps, run.scene().particles);
    let mut places = Vec::with_capacity(steps + 1);
    places.push(show(run.places(0)));
    while run.step() < steps {
        run.advance(1);
        places.push(show(run.places(0)));
    }
    let ways: Vec<Vec<usize>> = (0..shown).map(|particle| run.forebears(0, particle)).collect();
    let size = places[0].len() / particles;
    let mut positions = Vec::with_capacity(places.len() * shown * size);
    for (step, places) in places.iter().enumerate() {
        for way in &ways {
            positions.extend_from_slice(&places[way[step] * size..][..size]);
        }
    }
    let classes = run.scene().targets.iter();
    let weights = classes.zip(run.weighed(0).unwrap_or_default()).map(|(&class, weighed)| OfTarget {
        class,
        particles: weighed.particles,
        effective: weighed.effective,
        lineages: weighed.lineages,
        resamplings: weighed.resamplings,
    });
    Corrected {
        positions: positions.as_slice().into(),
        labels: labels(run, 0)[..shown].into(),
        weights: weights.collect(),
    }
    .cross()
}

/// A run with all positions at all times, shown in some way.
fn drawn(run: &mut Run, show: impl Fn(Vec<f32>) -> Vec<f32>) -> JsValue {
    let lanes = run.scene().lanes.len();
    let mut positions = Vec::new();
    loop {
        for lane in 0..lanes {
            positions.extend(show(run.positions(lane)));
        }
        if run.step() == run.scene().process.steps {
            break;
        }
        run.advance(1);
    }
    let labels: Vec<u32> = (0..lanes).flat_map(|lane| labels(run, lane)).collect();
    Drawn { times: run.times().into(), positions: positions.as_slice().into(), labels: labels.as_slice().into() }
        .cross()
}
