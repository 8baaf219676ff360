//! Between values and the names that stand for them in the state.

use super::{AmplitudeLaw, Grid, Lane, Layout, Sampler, VectorField, WiggleForm};

/// An enum whose values are names in the state, in the order of its field's `choices`.
pub trait Choice: Copy + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// Its place in `ALL`.
    fn index(self) -> usize;
}

macro_rules! choices {
    ($($type:ident: $($value:ident),*;)*) => {
        $(impl Choice for $type {
            const ALL: &'static [Self] = &[$(Self::$value),*];

            fn index(self) -> usize {
                self as usize
            }
        })*
    };
}

choices! {
    Grid: Uniform, Quadratic, UniformGeometric, Logistic;
    Sampler: Exponential, Ddpm, EulerMaruyama, OdeExponential, Ddim, Heun;
    WiggleForm: Probability, Logit;
    AmplitudeLaw: Inverse, InverseSqrt, InverseSquare, Fixed;
    Layout: Auto, Single, Overlay, Pair, Trio, Difference;
    Lane: Tested, Exact, Unguided, Conditional;
    VectorField: None, Score, Exact, Tested, Error, Drift;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FIELDS;

    #[test]
    fn every_choice_of_every_field_is_known() {
        fn check<T: Choice + serde::Serialize>(path: &str) {
            let field = FIELDS.iter().find(|field| field.path == path).expect("a field");
            let names: Vec<_> = T::ALL.iter().map(|choice| serde_json::to_value(choice).unwrap()).collect();
            assert_eq!(names, field.choices, "{path}");
            assert!(T::ALL.iter().enumerate().all(|(index, choice)| choice.index() == index), "{path}");
        }
        check::<Grid>("process.grid");
        check::<Sampler>("process.sampler");
        check::<WiggleForm>("classifier.form");
        check::<AmplitudeLaw>("classifier.amplitude.law");
        check::<VectorField>("view.field");
        check::<Lane>("view.lane");
        check::<Layout>("view.layout");
        check::<Lane>("view.against");
        assert!(Lane::ALL.iter().all(|lane| serde_json::to_value(lane).unwrap() == lane.name()));
    }
}
