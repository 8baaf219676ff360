//! The table of the state's fields: their ranges, choices, units and meanings. The strict reader,
//! the lenient one, the page's controls and docs/state.md all follow it.

use strum::VariantNames;

use super::field::{Field, FieldKind, choice, find, flag, ranged};
use super::{
    GradientAt, Grid, GuidedBy, Lane, Layout, MAX_CLASSES, MAX_COMPONENTS, MAX_DIMENSION, MAX_HORIZON, MAX_IN_PARTS,
    MAX_STEPS, SCORE_KINDS, Sampler, Schedule, VERSION, VectorField, classifier,
};

use FieldKind::{Choice, Integer, List, Number};

/// Every field of the state, in the state's order.
pub static FIELDS: &[Field] = &JOINED;

/// The fields before those of the kinds of classifier.
const FIRST: &[Field] = &[
    ranged("version", Integer, (VERSION as f64, VERSION as f64), "", "The version of this format."),
    ranged(
        "mixture",
        List,
        (1.0, MAX_COMPONENTS as f64),
        "components",
        "The labelled Gaussians; the range is of their number.",
    ),
    ranged(
        "mixture[].weight",
        Number,
        (1e-7, 1e6),
        "",
        "The component's weight; weights are normalised to sum to one, and none may be less than a millionth of the sum.",
    ),
    ranged(
        "mixture[].mean",
        List,
        (-20.0, 20.0),
        "length",
        "The component's mean, one number for each of 1 to 8 dimensions; the range is of its entries.",
    ),
    ranged(
        "mixture[].covariance",
        List,
        (1e-4, 100.0),
        "length squared",
        "The component's covariance, a symmetric matrix as a list of rows; the range is of its eigenvalues.",
    ),
    ranged("mixture[].class", Integer, (0.0, MAX_CLASSES as f64 - 1.0), "", "The component's class label."),
    ranged(
        "labels",
        List,
        (0.0, MAX_CLASSES as f64),
        "names",
        "The name of each class by its number, at most 48 characters, empty for none; the range is of their number. It never changes a number.",
    ),
    ranged("process.horizon", Number, (0.1, MAX_HORIZON), "time", "T: the reverse process starts here from N(0, I)."),
    ranged(
        "process.stop",
        Number,
        (0.0, 1.0),
        "time",
        "The time at which the reverse process stops; less than the horizon and than 1, and at least 1e-6 with the grids uniform-geometric and logistic.",
    ),
    ranged("process.steps", Integer, (1.0, MAX_STEPS as f64), "steps", "N, the number of reverse steps."),
    choice(
        "process.grid",
        Choice,
        Grid::VARIANTS,
        "The time grid, which says how long each step is; uniform-geometric needs a horizon above 1.",
    ),
    choice(
        "process.sampler",
        Choice,
        Sampler::VARIANTS,
        "The one-step formula: three for the SDE, three for the probability-flow ODE, and cfg++, which has no limit in the number of steps.",
    ),
    ranged(
        "guidance.target",
        Integer,
        (0.0, MAX_CLASSES as f64 - 1.0),
        "",
        "c, the class that guidance aims at; at least one component must have this class.",
    ),
    ranged(
        "guidance.gamma",
        Number,
        (-10.0, 50.0),
        "",
        "The guidance scale, the factor of the classifier's gradient; classifier-free guidance's w is gamma - 1. A negative one steers away from the class. Lambda with the sampler cfg++.",
    ),
    ranged(
        "guidance.from",
        Number,
        (0.0, MAX_HORIZON),
        "time",
        "The smallest time at which the scale is gamma; outside the interval it is guidance.outside.",
    ),
    ranged("guidance.to", Number, (0.0, MAX_HORIZON), "time", "The largest time at which the scale is gamma."),
    ranged(
        "guidance.adaptive",
        Number,
        (0.0, 8.0),
        "",
        "k: each particle has the scale 1 + (gamma - 1) (1 - phat(c|x))^k; 0 with a negative gamma and with cfg++.",
    ),
    ranged(
        "guidance.outside",
        Integer,
        (0.0, 1.0),
        "",
        "The scale outside the interval, where no rule holds: 1 is plain conditional sampling, 0 no guidance.",
    ),
    ranged(
        "guidance.sigmaPower",
        Integer,
        (-1.0, 1.0),
        "",
        "The gradient is multiplied by sigma_t to this power: -1 and 1 are what comes of confusing the score with the noise. -1 needs a stop of at least 1e-6.",
    ),
    ranged(
        "guidance.clip",
        Number,
        (1e-6, 1e6),
        "1/length",
        "The largest length of the weighted gradient, in the Euclidean norm; null is no limit, and the only one with cfg++.",
    ),
    choice(
        "guidance.schedule",
        Choice,
        Schedule::VARIANTS,
        "How gamma changes over the steps, with the same mean over them: as the share s of the steps done, or as 1 - cos(pi s).",
    ),
    ranged(
        "guidance.parallel",
        Number,
        (0.0, 1.0),
        "",
        "How much is kept of the extra guidance's part along the estimate of the datum (APG); 1 in one dimension, with cfg++ and at the predicted mean.",
    ),
    ranged(
        "guidance.rescale",
        Number,
        (0.0, 1.0),
        "",
        "How far the guided score is brought to the length of that with the scale 1; 0 in one dimension, with cfg++ and at the predicted mean.",
    ),
    ranged(
        "guidance.threshold",
        Number,
        (1e-3, 1e3),
        "length",
        "The largest coordinate of the guided estimate of the datum (static thresholding); null is no limit, and the only one with cfg++ and at the predicted mean. Needs a stop of at least 1e-6.",
    ),
    choice(
        "guidance.at",
        Choice,
        GradientAt::VARIANTS,
        "Where the classifier's gradient is taken: at the particle, or at the mean of the step without guidance and at the next time; present with heun and cfg++.",
    ),
    choice(
        "guidance.guide",
        Choice,
        GuidedBy::VARIANTS,
        "What guides the lane tested: the classifier, a weaker model of the target class (autoguidance; the score is inflated or learned), or the pair of learned scores (classifier-free guidance).",
    ),
    choice(
        "classifier.kind",
        Choice,
        classifier::NAMES,
        "The classifier under test; each of the fields below belongs to one kind.",
    ),
];

/// The fields after them.
const LAST: &[Field] = &[
    choice(
        "score.kind",
        Choice,
        SCORE_KINDS,
        "The score of the lane tested; the other lanes have the exact one. learned: score.recipe is as classifier.recipe, score.weaker has hidden and steps.",
    ),
    ranged(
        "score.variance",
        Number,
        (0.0, 10.0),
        "length squared",
        "inflated: what is added to every variance of the mixture.",
    ),
    ranged(
        "score.weaker",
        Number,
        (0.0, 10.0),
        "length squared",
        "inflated: what the weaker model adds instead; it guides if guidance.guide says so.",
    ),
    flag(
        "score.exact",
        "learned: the score itself is exact, and what guides is learned (the pair, or the weaker model).",
    ),
    ranged(
        "score.by",
        List,
        (-10.0, 10.0),
        "1/length",
        "shifted: what is added to the score, one number for each dimension; the range is of the entries. scaled: the factor, a number from 0.1 to 10.",
    ),
    choice(
        "compare",
        List,
        Lane::VARIANTS.split_at(1).1,
        "The lanes beside `tested`, each at most once; corrected needs a sampler of the SDE.",
    ),
    ranged(
        "particles",
        Integer,
        (1.0, MAX_IN_PARTS as f64),
        "particles",
        "Particles in each lane; a page, samples and the lane `corrected` take 1,000,000 at most.",
    ),
    ranged("seed", Integer, (0.0, u32::MAX as f64), "", "The seed of every noise draw."),
    choice(
        "view.field",
        Choice,
        VectorField::VARIANTS,
        "The vector field that the picture shows; on a line score and drift are drawn in the lowest panel. It never changes a number.",
    ),
    choice(
        "view.lane",
        Choice,
        Lane::VARIANTS,
        "The lane whose particles fill the picture; it never changes a number.",
    ),
    choice(
        "view.layout",
        Choice,
        Layout::VARIANTS,
        "How the picture shows that lane and the one that it is compared with: alone, both in one, side by side, side by side with a third, or the difference of their densities; auto is overlay in 1D and, where there is room, pair in 2D.",
    ),
    choice(
        "view.against",
        Choice,
        Lane::VARIANTS,
        "The lane that the one on show is compared with, if it runs; else the first other one that does.",
    ),
];

const _: () = assert!(MAX_DIMENSION == 8, "the description of mixture[].mean names the largest dimension");

const COUNT: usize = {
    let (mut count, mut kind) = (FIRST.len() + LAST.len(), 0);
    while kind < classifier::FIELDS.len() {
        count += classifier::FIELDS[kind].len();
        kind += 1;
    }
    count
};

static JOINED: [Field; COUNT] = {
    let mut joined = [FIRST[0]; COUNT];
    let mut at = append(&mut joined, 0, FIRST);
    let mut kind = 0;
    while kind < classifier::FIELDS.len() {
        at = append(&mut joined, at, classifier::FIELDS[kind]);
        kind += 1;
    }
    append(&mut joined, at, LAST);
    joined
};

const fn append(joined: &mut [Field; COUNT], mut at: usize, part: &[Field]) -> usize {
    let mut index = 0;
    while index < part.len() {
        joined[at] = part[index];
        at += 1;
        index += 1;
    }
    at
}

/// The field of a path; indices may be numbers (`"mixture[3].mean"`) or `[]`.
pub fn field(path: &str) -> Option<&'static Field> {
    find(FIELDS, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AmplitudeLaw, WiggleForm};
    use serde::Serialize;
    use strum::VariantArray;

    /// serde and strum spell a value alike, and its field lists it.
    #[test]
    fn every_choice_of_every_field_is_known() {
        fn check<T: VariantArray + Serialize>(path: &str) {
            let field = FIELDS.iter().find(|field| field.path == path).expect("a field");
            let names: Vec<_> = T::VARIANTS.iter().map(|choice| serde_json::to_value(choice).unwrap()).collect();
            assert_eq!(names, field.choices, "{path}");
        }
        check::<Grid>("process.grid");
        check::<Sampler>("process.sampler");
        check::<Schedule>("guidance.schedule");
        check::<GradientAt>("guidance.at");
        check::<GuidedBy>("guidance.guide");
        check::<WiggleForm>("classifier.form");
        check::<AmplitudeLaw>("classifier.amplitude.law");
        check::<VectorField>("view.field");
        check::<Lane>("view.lane");
        check::<Layout>("view.layout");
        check::<Lane>("view.against");
        let lanes = <Lane as VariantArray>::VARIANTS;
        assert!(lanes.iter().all(|lane| serde_json::to_value(lane).unwrap() == lane.name()));
        assert_eq!(field("compare").map(|field| field.choices), Some(&<Lane as VariantNames>::VARIANTS[1..]));
    }
}
