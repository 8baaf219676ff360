//! Numbers that a network can be computed in.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use crate::{exp, log, sincos};

/// f32, by the functions of the kernels; f64, by the platform's, for tests.
pub trait Scalar:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + 'static
{
    /// The nearest number.
    fn of(x: f64) -> Self;
    /// `e^x`.
    #[must_use]
    fn exp(self) -> Self;
    /// The natural logarithm.
    #[must_use]
    fn log(self) -> Self;
    /// `[sin, cos]`.
    fn sincos(self) -> [Self; 2];
}

impl Scalar for f32 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x as Self
    }

    #[inline(always)]
    fn exp(self) -> Self {
        exp(self)
    }

    #[inline(always)]
    fn log(self) -> Self {
        log(self)
    }

    #[inline(always)]
    fn sincos(self) -> [Self; 2] {
        sincos(self)
    }
}

impl Scalar for f64 {
    fn of(x: f64) -> Self {
        x
    }

    fn exp(self) -> Self {
        self.exp()
    }

    fn log(self) -> Self {
        self.ln()
    }

    fn sincos(self) -> [Self; 2] {
        [self.sin(), self.cos()]
    }
}
