//! The loops of a network for each kind of number: in f32 with the widest vectors at hand.

use super::activation::{self, Activation};
use super::product::{product_f32, product_of};
use super::scalar::Scalar;
use super::waves::{waves_f32, waves_of};

/// A number with the loops over many.
pub trait Real: Scalar {
    /// As [`product`](fn@super::product).
    fn product(a: &[Self], weights: &[Self], out: &mut [Self], inner: usize, columns: usize);
    /// As [`waves`](fn@super::waves).
    fn waves(angles: &[Self], cos: &mut [Self], sin: &mut [Self]);
    /// As [`super::activate`].
    fn activate(activation: Activation, order: usize, pre: &[Self], post: &mut [Self]);
    /// As [`super::activate_back`].
    fn activate_back(activation: Activation, order: usize, pre: &[Self], post: &[Self], bar: &mut [Self]);
}

/// `out += a weights`: `a` has rows of `inner` numbers, `weights` is `inner` rows of `columns`.
pub fn product<T: Real>(a: &[T], weights: &[T], out: &mut [T], inner: usize, columns: usize) {
    T::product(a, weights, out, inner, columns);
}

/// The cosine and the sine of each angle.
pub fn waves<T: Real>(angles: &[T], cos: &mut [T], sin: &mut [T]) {
    T::waves(angles, cos, sin);
}

/// Values, and derivatives up to `order`, after an activation.
pub fn activate<T: Real>(activation: Activation, order: usize, pre: &[T], post: &mut [T]) {
    T::activate(activation, order, pre, post);
}

/// Turns the bars of what [`activate`] gave into those of what it was given.
pub fn activate_back<T: Real>(activation: Activation, order: usize, pre: &[T], post: &[T], bar: &mut [T]) {
    T::activate_back(activation, order, pre, post, bar);
}

impl Real for f32 {
    fn product(a: &[Self], weights: &[Self], out: &mut [Self], inner: usize, columns: usize) {
        product_f32(a, weights, out, inner, columns);
    }

    fn waves(angles: &[Self], cos: &mut [Self], sin: &mut [Self]) {
        waves_f32(angles, cos, sin);
    }

    fn activate(activation: Activation, order: usize, pre: &[Self], post: &mut [Self]) {
        activation::activate_f32(activation, order, pre, post);
    }

    fn activate_back(activation: Activation, order: usize, pre: &[Self], post: &[Self], bar: &mut [Self]) {
        activation::activate_back_f32(activation, order, pre, post, bar);
    }
}

impl Real for f64 {
    fn product(a: &[Self], weights: &[Self], out: &mut [Self], inner: usize, columns: usize) {
        product_of(a, weights, out, inner, columns);
    }

    fn waves(angles: &[Self], cos: &mut [Self], sin: &mut [Self]) {
        waves_of(angles, cos, sin);
    }

    fn activate(activation: Activation, order: usize, pre: &[Self], post: &mut [Self]) {
        activation::activate_of(activation, order, pre, post);
    }

    fn activate_back(activation: Activation, order: usize, pre: &[Self], post: &[Self], bar: &mut [Self]) {
        activation::activate_back_of(activation, order, pre, post, bar);
    }
}
