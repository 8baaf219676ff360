//! What crosses to the page beside the types of the model, the metrics and the sweeps: shapes alone, so that they
//! can be read, and written down for TypeScript, without a browser. Fields that are arrays are fresh copies,
//! handed over and never views of wasm memory.

use serde::{Serialize, Serializer};

use crate::metrics::LaneMeasures;
use crate::model::{Change, State};
use crate::sweep::{Chart, Row};

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

        /// As it is.
        impl Serialize for $name {
            #[cfg(target_arch = "wasm32")]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde_wasm_bindgen::preserve::serialize(&self.0, serializer)
            }

            #[cfg(not(target_arch = "wasm32"))]
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_unit()
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

/// Where the bins lie, and the reverse times.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Domain {
    /// How many coordinates a particle has.
    #[cfg_attr(test, ts(type = "1 | 2"))]
    pub dimension: usize,
    /// The lower corner.
    pub min: Vec<f64>,
    /// The upper corner.
    pub max: Vec<f64>,
    /// `steps + 1` of them, from the horizon to the stop.
    pub times: Doubles,
}

/// 1D: closed forms at one time on equidistant points.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Curves {
    /// The points.
    pub x: Doubles,
    /// `p_t(x)`.
    pub unguided: Doubles,
    /// `p_t(x|c)`.
    pub target: Doubles,
    /// Proportional to `p_t(x) p_t(c|x)^gamma`, normalised over the real line.
    pub tilted: Doubles,
    /// `p_t(c|x)`.
    pub posterior: Doubles,
    /// The tested classifier's `phat(c|x)`.
    pub tested_posterior: Doubles,
    /// `grad log p_t(c|x)`.
    pub guidance: Doubles,
    /// `grad log phat(c|x)`.
    pub tested_guidance: Doubles,
}

/// 1D: the marginal density `p_t(x)` at reverse steps, `rows` of `columns`, row 0 at the horizon.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Spacetime {
    /// Row by row.
    pub density: Floats,
    /// Reverse steps.
    pub rows: usize,
    /// Points.
    pub columns: usize,
}

/// 2D: closed forms at one time on a raster, row-major, `x_1` fastest, row 0 at the bottom.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Plane {
    /// Points along `x_1`.
    pub columns: usize,
    /// Points along `x_2`.
    pub rows: usize,
    /// `p_t(x)`.
    pub density: Floats,
    /// `p_t(x|c)`.
    pub target: Floats,
    /// `p_t(c|x)`.
    pub posterior: Floats,
}

/// 2D: the arrows of one field on a coarse raster.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Arrows {
    /// Points along `x_1`.
    pub columns: usize,
    /// Points along `x_2`.
    pub rows: usize,
    /// Pairs `(v_1, v_2)`.
    pub vectors: Floats,
}

/// 2D: exact marginal densities along each axis: those of the first axis, then those of the second.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Marginals {
    /// Of `p_t`.
    pub unguided: Doubles,
    /// Of `p_t(.|c)`.
    pub target: Doubles,
    /// Of the tilted density.
    pub tilted: Doubles,
}

/// Closed forms at one point; vectors have one number for each coordinate.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Probe {
    /// `p_t(x)`.
    pub density: f64,
    /// `p_t(x|c)`.
    pub target: f64,
    /// `p_t(c|x)`.
    pub posterior: f64,
    /// The tested classifier's `phat(c|x)`.
    pub tested_posterior: f64,
    /// `grad log p_t(x)`.
    pub score: Doubles,
    /// `grad log p_t(c|x)`.
    pub guidance: Doubles,
    /// `grad log phat(c|x)`.
    pub tested_guidance: Doubles,
}

/// Positions of one particle at its first and every later step, by the state's sampler, row-major.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DroppedPath {
    /// Guided by the exact classifier.
    pub exact: Doubles,
    /// Guided by the classifier under test.
    pub tested: Doubles,
}

/// One lane of a [`Frame`].
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LaneFrame {
    /// Its name.
    #[cfg_attr(test, ts(type = "LaneName"))]
    pub name: &'static str,
    /// Counts over the domain: 256 bins in 1D; 128 x 128, row-major (`x_1` fastest, row 0 at the bottom), in 2D.
    pub bins: Counts,
    /// Particles outside the domain.
    pub outside: u32,
    /// The estimates.
    #[serde(flatten)]
    pub measures: LaneMeasures,
}

/// The particles of all lanes at one step.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Frame {
    /// Reverse steps done.
    pub step: usize,
    /// The diffusion time there.
    pub time: f64,
    /// The lanes; `tested` first.
    pub lanes: Vec<LaneFrame>,
    /// Tracked positions `[step][lane][particle][coordinate]` for the steps `firstPathStep..=step`.
    pub paths: Floats,
    /// The first step of the paths.
    pub first_path_step: usize,
    /// How many particles are tracked.
    pub tracked: usize,
    /// Million particle-steps (all lanes) a second in the last advance; 0 if nothing moved.
    pub throughput: f64,
    /// Milliseconds of work, without the wait for other figures.
    pub took: f64,
}

/// The samples of two lanes, particle by particle.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Pairs {
    /// `log p(c|x)` of the first minus that of the second; NaN where one of the two is lost.
    pub gains: Floats,
    /// A map of where those are that lose, and a histogram of the gains.
    pub charts: Vec<Chart>,
}

/// The exact law of lane `tested` in continuous time.
#[derive(Serialize)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Law {
    /// The points.
    pub x: Doubles,
    /// The density.
    pub density: Doubles,
    /// An estimate of its error, `integral |error| dx`.
    pub error: f64,
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
