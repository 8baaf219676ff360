//! What crosses to the page with arrays in it, beside the plain data of the model, the metrics and the sweeps: shapes
//! alone, so that they can be read, and written down for TypeScript, without a browser. Their numbers may be `NaN`.
//! Arrays are fresh copies, handed over and never views of wasm memory.

use serde::Serialize;
use serde_json::Value;

use crate::engine::Weights;
#[cfg(target_arch = "wasm32")]
use crate::metrics::Distances;
use crate::metrics::Estimate;
use crate::model::{Change, Recipe, State};
use crate::sweep::{Chart, Row};
use crate::words::Says;
#[cfg(target_arch = "wasm32")]
use {
    super::convert::plain,
    js_sys::{Array, Object, Reflect},
    wasm_bindgen::JsValue,
};

/// What becomes a JS value.
#[cfg(target_arch = "wasm32")]
pub trait Cross {
    /// A fresh value.
    fn cross(self) -> JsValue;
}

/// Sets a field of a plain object, which cannot fail, under its name in JavaScript: `firstPathStep`.
#[cfg(target_arch = "wasm32")]
fn set(object: &Object, field: &str, value: &JsValue) {
    let mut name = String::new();
    let mut upper = false;
    for c in field.chars() {
        if c != '_' {
            name.push(if upper { c.to_ascii_uppercase() } else { c });
        }
        upper = c == '_';
    }
    let _ = Reflect::set(object, &name.into(), value);
}

macro_rules! crosses {
    ($($value:ident: $type:ty => $js:expr;)*) => {$(
        #[cfg(target_arch = "wasm32")]
        impl Cross for $type {
            fn cross(self) -> JsValue {
                let $value = self;
                $js
            }
        }
    )*};
}

crosses! {
    x: f64 => x.into();
    x: usize => x.into();
    x: u32 => x.into();
    x: u64 => (x as f64).into();
    name: &str => name.into();
    charts: Vec<Chart> => plain(&charts);
    notes: Vec<Says> => plain(&notes);
    names: Vec<String> => plain(&names);
    value: Value => plain(&value);
    recipe: Recipe => plain(&recipe);
}

#[cfg(target_arch = "wasm32")]
impl Cross for Vec<f64> {
    fn cross(self) -> JsValue {
        self.into_iter().map(JsValue::from).collect::<Array>().into()
    }
}

macro_rules! lists {
    ($($type:ty),*) => {$(
        #[cfg(target_arch = "wasm32")]
        impl Cross for Vec<$type> {
            fn cross(self) -> JsValue {
                self.into_iter().map(Cross::cross).collect::<Array>().into()
            }
        }
    )*};
}

lists!(Vec<f64>, LaneFrame, OfTarget);

#[cfg(target_arch = "wasm32")]
impl<T: Cross> Cross for Option<T> {
    fn cross(self) -> JsValue {
        self.map_or(JsValue::NULL, Cross::cross)
    }
}

macro_rules! fields {
    ($($type:ident: $($field:ident),*;)*) => {$(
        #[cfg(target_arch = "wasm32")]
        impl Cross for $type {
            fn cross(self) -> JsValue {
                let object = Object::new();
                $(set(&object, stringify!($field), &self.$field.cross());)*
                object.into()
            }
        }
    )*};
}

fields! {
    Estimate: estimate, standard_error;
    Distances: wasserstein, wasserstein_floor, entropy, particles;
    Weights: effective, lineages, independent, resamplings, log_normaliser, reciprocal_error, log_probability_error;
}

macro_rules! arrays {
    ($($name:ident: $array:ident of $element:ty;)*) => {$(
        #[doc = concat!("A `", stringify!($array), "`.")]
        pub struct $name(#[cfg(target_arch = "wasm32")] js_sys::$array);

        #[cfg(target_arch = "wasm32")]
        impl From<&[$element]> for $name {
            fn from(values: &[$element]) -> Self {
                Self(js_sys::$array::from(values))
            }
        }

        #[cfg(target_arch = "wasm32")]
        impl Cross for $name {
            fn cross(self) -> JsValue {
                self.0.into()
            }
        }

        #[cfg(test)]
        impl ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                stringify!($array).to_owned()
            }

            fn inline(config: &ts_rs::Config) -> String {
                Self::name(config)
            }
        }
    )*};
}

arrays! {
    Doubles: Float64Array of f64;
    Floats: Float32Array of f32;
    Counts: Uint32Array of u32;
}

/// The nearest valid state to anything at all.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Opened {
    /// The state.
    pub state: State,
    /// What was changed.
    pub changes: Vec<Change>,
}

/// One point of an experiment.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Measured<'a> {
    /// What was measured.
    pub row: &'a Row,
    /// A state that shows the point in the main figure, if there is one.
    pub state: Option<State>,
}

/// Structs whose fields cross one by one.
macro_rules! shapes {
    ($($(#[$about:meta])* $name:ident { $($(#[$field_about:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$about])*
        #[cfg_attr(test, derive(ts_rs::TS), ts(rename_all = "camelCase"))]
        pub struct $name {
            $($(#[$field_about])* pub $field: $type,)*
        }

        fields! { $name: $($field),*; }
    )*};
}

shapes! {
    /// Where the bins lie, and the reverse times.
    Domain {
        /// How many coordinates a particle has.
        #[cfg_attr(test, ts(type = "1 | 2"))]
        dimension: usize,
        /// The lower corner.
        min: Vec<f64>,
        /// The upper corner.
        max: Vec<f64>,
        /// `steps + 1` of them, from the horizon to the stop.
        times: Doubles,
    }

    /// 1D: closed forms at one time on equidistant points.
    Curves {
        /// The points.
        x: Doubles,
        /// `p_t(x)`.
        unguided: Doubles,
        /// `p_t(x|c)`.
        target: Doubles,
        /// Proportional to `p_t(x) p_t(c|x)^gamma`, normalised over the real line.
        tilted: Doubles,
        /// `p_t(c|x)`.
        posterior: Doubles,
        /// The tested classifier's `phat(c|x)`.
        tested_posterior: Doubles,
        /// `grad log p_t(c|x)`.
        guidance: Doubles,
        /// `grad log phat(c|x)`.
        tested_guidance: Doubles,
    }

    /// 1D: the marginal density `p_t(x)` at reverse steps, `rows` of `columns`, row 0 at the horizon.
    Spacetime {
        /// Row by row.
        density: Floats,
        /// Reverse steps.
        rows: usize,
        /// Points.
        columns: usize,
    }

    /// 2D: closed forms at one time on a raster, row-major, `x_1` fastest, row 0 at the bottom.
    Plane {
        /// Points along `x_1`.
        columns: usize,
        /// Points along `x_2`.
        rows: usize,
        /// `p_t(x)`.
        density: Floats,
        /// `p_t(x|c)`.
        target: Floats,
        /// `p_t(c|x)`.
        posterior: Floats,
    }

    /// 2D: the arrows of one field on a coarse raster.
    Arrows {
        /// Points along `x_1`.
        columns: usize,
        /// Points along `x_2`.
        rows: usize,
        /// Pairs `(v_1, v_2)`.
        vectors: Floats,
    }

    /// 2D: exact marginal densities along each axis: those of the first axis, then those of the second.
    Marginals {
        /// Of `p_t`.
        unguided: Doubles,
        /// Of `p_t(.|c)`.
        target: Doubles,
        /// Of the tilted density.
        tilted: Doubles,
    }

    /// Closed forms at one point; vectors have one number for each coordinate.
    Probe {
        /// `p_t(x)`.
        density: f64,
        /// `p_t(x|c)`.
        target: f64,
        /// `p_t(c|x)`.
        posterior: f64,
        /// The tested classifier's `phat(c|x)`.
        tested_posterior: f64,
        /// `grad log p_t(x)`.
        score: Doubles,
        /// `grad log p_t(c|x)`.
        guidance: Doubles,
        /// `grad log phat(c|x)`.
        tested_guidance: Doubles,
    }

    /// Closed forms at some points, in their order: one number, or as many as there are coordinates (row-major),
    /// for each.
    PointValues {
        /// `log p_t(x)`.
        log_density: Doubles,
        /// `log p_t(c|x)`.
        log_posterior: Doubles,
        /// `grad log p_t(x)`.
        score: Doubles,
        /// `grad log p_t(c|x)`.
        guidance: Doubles,
        /// The tested classifier's `log phat(c|x)`.
        tested_log_posterior: Doubles,
        /// The gradient that the tested classifier guides with, `grad log phat(c|x)`.
        tested_guidance: Doubles,
    }

    /// How training stands.
    Progress {
        /// Steps done.
        step: usize,
        /// Steps of the recipe.
        of: usize,
        /// Whether, and why, it has ended: all steps are done, the target was met, or all steps are done and it was not.
        #[cfg_attr(test, ts(type = "'running' | 'steps' | 'target' | 'missed'"))]
        outcome: &'static str,
        /// The mean loss before the last look; NaN at step 0.
        loss: f64,
        /// `KL(p || phat)` on the validation samples at the last look.
        kl: f64,
        /// The looks since the answer before: triples of step, loss and KL.
        curve: Doubles,
        /// The network's numbers as they are.
        weights: Floats,
    }

    /// A network from a file.
    FromFile {
        /// Its shape, and which file.
        recipe: Recipe,
        /// Its numbers.
        weights: Floats,
    }

    /// A mixture in many dimensions that was fitted to own data, and some of them.
    FittedMany {
        /// The state that the command prints for the same data and seed.
        #[cfg_attr(
            test,
            ts(type = "{ mixture: { weight: number; mean: number[]; covariance: { diagonal: number[]; factors: number[][] }; class: number }[]; process: Process }")
        )]
        state: Value,
        /// What was done.
        notes: Vec<Says>,
        /// By class: its name; empty where it is the number.
        labels: Vec<String>,
        /// The pixels of a row of an image, and how many rows there are; 0 where the data are no images.
        width: usize,
        /// See `width`.
        height: usize,
        /// Of images: some of each class, as they were fitted. Else: places in the plane of the two discriminant directions.
        values: Floats,
        /// The class of each of them.
        classes: Counts,
    }

    /// Particles in many dimensions, from the first step to the last.
    Drawn {
        /// The reverse times.
        times: Doubles,
        /// `[step][lane][particle][coordinate]`; with `flat` the two coordinates in the plane of the discriminant directions.
        positions: Floats,
        /// The most likely class of each at the end, `[lane][particle]`; 4294967295 of one that is no number any more.
        labels: Counts,
    }

    /// The lane `corrected` in many dimensions, beside a [`Drawn`].
    Corrected {
        /// `[step][particle][coordinate]`, or in the plane as there: those that are drawn by their weights at the end, and their forebears.
        positions: Floats,
        /// The most likely class of each at the end, as there.
        labels: Counts,
        /// What the weights say of each target class.
        weights: Vec<OfTarget>,
    }

    /// What the weights of a target's particles say, as [`Weights`] does in one and two dimensions.
    OfTarget {
        /// The class.
        class: usize,
        /// How many particles there are.
        particles: usize,
        /// The effective sample size at the end.
        effective: f64,
        /// The same of the families of the first particles.
        lineages: f64,
        /// How often they were drawn anew.
        resamplings: usize,
    }

    /// The plane of the two discriminant directions of a mixture in many dimensions, and where clean data lie in it.
    Flat {
        /// The directions, one after the other, each of length 1.
        directions: Floats,
        /// The places of draws from the mixture, two numbers each.
        values: Floats,
        /// The class of each of them.
        classes: Counts,
    }

    /// What is known of one particle in many dimensions; of each class by its place.
    Cell {
        /// `E[X_0|x]`, the denoised guess.
        guess: Floats,
        /// `log p_t(y|x)`.
        posterior: Doubles,
        /// `log phat(y|x)`.
        tested_posterior: Doubles,
        /// `grad log p_t(c|x)`.
        guidance: Floats,
        /// `grad log phat(c|x)`.
        tested_guidance: Floats,
    }

    /// What became of the particles of a lane in many dimensions, at the end where no time is named.
    Influence {
        /// The mean of `log p_t(c|x)`.
        log_probability: Estimate,
        /// The share whose `p(c|x)` is at least that of the same particle in conditional sampling.
        improved: Estimate,
        /// The mean distance of two pictures with the same target.
        distance: f64,
        /// How many components the pictures take: the exponential of the entropy of the mean responsibilities.
        components: f64,
        /// The mean of `1/p_t(c|x)` at the time that was asked for.
        reciprocal: Estimate,
        /// Those that are no pictures any more, or no numbers.
        ruined: usize,
    }

    /// How wrong a classifier is at a time, by draws.
    Wrong {
        /// `E KL(p(.|x) || phat(.|x))`.
        kl: Estimate,
        /// The guidance error (mean square), given the target class.
        error: Estimate,
        /// The mean square of the exact guidance.
        norm: Estimate,
    }

    /// How many images a classifier labels right that the mixture has not seen.
    Labelled {
        /// The share.
        right: Estimate,
        /// How many images there are.
        images: usize,
    }

    /// Positions of one particle at its first and every later step, by the state's sampler, row-major.
    DroppedPath {
        /// Guided by the exact classifier.
        exact: Doubles,
        /// Guided by the classifier under test.
        tested: Doubles,
    }

    /// One lane of a [`Frame`].
    LaneFrame {
        /// Its name.
        #[cfg_attr(test, ts(type = "LaneName"))]
        name: &'static str,
        /// Counts over the domain: 256 bins in 1D; 128 x 128, row-major (`x_1` fastest, row 0 at the bottom), in 2D.
        bins: Counts,
        /// Particles outside the domain.
        outside: u32,
        /// See [`LaneMeasures`].
        sampling_kl: Estimate,
        /// See [`LaneMeasures`].
        sampling_kl_floor: f64,
        /// See [`LaneMeasures`].
        mean_reciprocal: Estimate,
        /// See [`LaneMeasures`].
        mean_log_probability: Estimate,
        /// See [`LaneMeasures`].
        fraction_improved: Option<Estimate>,
        /// See [`LaneMeasures`].
        mean: Vec<f64>,
        /// See [`LaneMeasures`].
        covariance: Vec<Vec<f64>>,
        /// See [`LaneMeasures`].
        non_finite: u64,
        /// See [`LaneMeasures`].
        weights: Option<Weights>,
    }

    /// The particles of all lanes at one step.
    Frame {
        /// Reverse steps done.
        step: usize,
        /// The diffusion time there.
        time: f64,
        /// The lanes; `tested` first.
        lanes: Vec<LaneFrame>,
        /// Tracked positions `[step][lane][particle][coordinate]` for the steps `firstPathStep..=step`.
        paths: Floats,
        /// The first step of the paths.
        first_path_step: usize,
        /// How many particles are tracked.
        tracked: usize,
        /// How many workers hold the particles.
        workers: u32,
        /// Million particle-steps (all lanes) a second in the last advance; 0 if nothing moved.
        throughput: f64,
        /// Milliseconds of work, without the wait for other figures.
        took: f64,
    }

    /// The samples of two lanes, particle by particle.
    Pairs {
        /// `log p(c|x)` of the first minus that of the second; NaN where one of the two is lost.
        gains: Floats,
        /// A map of where those are that lose, and a histogram of the gains.
        charts: Vec<Chart>,
    }

    /// The exact law of lane `tested` in continuous time.
    Law {
        /// The points.
        x: Doubles,
        /// The density.
        density: Doubles,
        /// An estimate of its error, `integral |error| dx`.
        error: f64,
    }
}
