//! The numbers that a network can be computed in.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

use super::activation::{self, Activation};
use super::{product, waves};
use crate::{exp, log, sincos};

/// f32, by the functions of the kernels; f64, by the platform's, for tests.
pub trait Real:
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
    /// `out += a weights`, as [`super::product`].
    fn product(a: &[Self], weights: &[Self], out: &mut [Self], inner: usize, columns: usize);
    /// The cosine and the sine of each angle.
    fn waves(angles: &[Self], cos: &mut [Self], sin: &mut [Self]);
    /// As [`super::activate`].
    fn activate(activation: Activation, order: usize, pre: &[Self], post: &mut [Self]);
    /// As [`super::activate_back`].
    fn activate_back(activation: Activation, order: usize, pre: &[Self], post: &[Self], bar: &mut [Self]);
}

impl Real for f32 {
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

    fn product(a: &[Self], weights: &[Self], out: &mut [Self], inner: usize, columns: usize) {
        product::product_f32(a, weights, out, inner, columns);
    }

    fn waves(angles: &[Self], cos: &mut [Self], sin: &mut [Self]) {
        waves::waves_f32(angles, cos, sin);
    }

    fn activate(activation: Activation, order: usize, pre: &[Self], post: &mut [Self]) {
        activation::activate_f32(activation, order, pre, post);
    }

    fn activate_back(activation: Activation, order: usize, pre: &[Self], post: &[Self], bar: &mut [Self]) {
        activation::activate_back_f32(activation, order, pre, post, bar);
    }
}

impl Real for f64 {
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

    fn product(a: &[Self], weights: &[Self], out: &mut [Self], inner: usize, columns: usize) {
        product::product_of(a, weights, out, inner, columns);
    }

    fn waves(angles: &[Self], cos: &mut [Self], sin: &mut [Self]) {
        waves::waves_of(angles, cos, sin);
    }

    fn activate(activation: Activation, order: usize, pre: &[Self], post: &mut [Self]) {
        activation::activate_of(activation, order, pre, post);
    }

    fn activate_back(activation: Activation, order: usize, pre: &[Self], post: &[Self], bar: &mut [Self]) {
        activation::activate_back_of(activation, order, pre, post, bar);
    }
}
