//! Three waves on the target class's logit that have the same KL in every dimension: along the diagonal, in every
//! coordinate, in one. A bound `M` on the second derivative along every coordinate, so that the Hessian's trace is at most
//! `d M` (arXiv 2601.21200, Theorem 3.3), says how fast each may be.

use crate::model::{Amplitude, AmplitudeLaw, Classifier, Component, State, Wiggle, WiggleForm};
use crate::reference::{error_bound, measures, plane_wave, separable_bound, separable_wave};

/// The time at which they are measured.
pub(super) const TIME: f64 = 0.5;
/// `M`.
pub(super) const BEND: f64 = 1.0;
/// `E_t`, the mean of `p (1 - p)`, at [`TIME`]: the KL of each is nearly `a^2 E_t/4`.
pub(super) const AMBIGUITY: f64 = 0.161_456_603_393;

/// Which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wave {
    /// `a sin(n sum_j x_j/sqrt d)`.
    Diagonal,
    /// `sum_j a/sqrt d sin(n x_j)`.
    Separable,
    /// `a sin(n x_d)`.
    Single,
}

impl Wave {
    /// All, with the power of `d` with which the guidance error grows at a fixed KL: `a^2 n^2 E_t/2`.
    pub(super) const ALL: [(Self, f64); 3] = [(Self::Diagonal, 1.0), (Self::Separable, 0.5), (Self::Single, 0.0)];

    /// The wave whose second derivatives along a coordinate are at most `bend`.
    pub(super) fn wiggle(self, d: f64, a: f64, bend: f64) -> Wiggle {
        let (scale, shares) = match self {
            Self::Diagonal => (a, d),
            Self::Separable => (a / d.sqrt(), 1.0),
            Self::Single => (a, 1.0),
        };
        Wiggle {
            form: WiggleForm::Logit,
            frequency: (shares * bend / scale).sqrt(),
            amplitude: Amplitude { law: AmplitudeLaw::Fixed, scale },
            smoothing: 0.0,
        }
    }

    /// KL and guidance error.
    pub(super) fn errors(self, d: f64, a: f64, bend: f64) -> [f64; 2] {
        let wiggle = self.wiggle(d, a, bend);
        let found = match self {
            Self::Diagonal => plane_wave(d as usize, &wiggle, TIME),
            Self::Separable => separable_wave(d as usize, &wiggle, TIME),
            Self::Single => {
                let found = measures(&self.plane(d, a, bend), TIME).expect("one or two dimensions");
                return [found.conditional_kl, found.guidance_mse];
            }
        };
        [found.conditional_kl, found.guidance_mse]
    }

    /// The bound on the guidance error of all classes, which is here that of the target: the classes are mirror images.
    pub(super) fn bound(self, d: f64, a: f64) -> f64 {
        if self == Self::Separable {
            return separable_bound(d as usize, &self.wiggle(d, a, BEND), TIME);
        }
        error_bound(&self.plane(d, a, BEND), TIME).expect("one or two dimensions, and smooth").bound
    }

    /// A plane wave in the plane that it and the classes' means span, turned so that it runs along `x_1`, as the wiggle
    /// of a state does.
    ///
    /// # Panics
    /// For waves in every coordinate, which no plane holds.
    pub(super) fn plane(self, d: f64, a: f64, bend: f64) -> State {
        let along = match self {
            Self::Diagonal => 1.0 / d.sqrt(),
            Self::Single => f64::from(u8::from(d < 2.0)),
            Self::Separable => unreachable!("not in a plane"),
        };
        let across = (1.0 - along * along).sqrt();
        let class = |sign: f64, class| Component {
            weight: 0.5,
            mean: vec![sign * along, sign * across],
            covariance: vec![vec![0.25, 0.0], vec![0.0, 0.25]],
            class,
        };
        let classifier = Classifier::Wiggle(self.wiggle(d, a, bend));
        State { mixture: vec![class(1.0, 1), class(-1.0, 0)], classifier, ..State::default() }
    }
}
