//! Activations of values with their first and second derivatives along a direction, and back. Twin of
//! `shaders/lib/network/activation.wgsl`, which has the value and the first derivative.
//!
//! A matrix of `order + 1` parts of the same size holds `a`, `a'` and `a''`; by the chain rule `h = f(a)`,
//! `h' = f'(a) a'`, `h'' = f''(a) a'^2 + f'(a) a''`. Backwards, with bars for the derivatives of a loss,
//! `a'' gets f' h''`, `a' gets f' h' + 2 f'' a' h''` and `a gets f' h + f'' a' h' + (f''' a'^2 + f'' a'') h''`.

use super::scalar::Scalar;
use crate::dispatch::widest;

/// What a neuron makes of its sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// `tanh a`.
    Tanh,
    /// `log(1 + e^a)`.
    Softplus,
    /// `max(a, 0)`.
    Relu,
    /// `sin a`.
    Sine,
}

widest! {
    pub fn activate_f32[](activation: Activation, order: usize, pre: &[f32], post: &mut [f32]) = activate_of
}

widest! {
    pub fn activate_back_f32[](activation: Activation, order: usize, pre: &[f32], post: &[f32], bar: &mut [f32])
        = activate_back_of
}

#[inline(always)]
pub fn activate_of<T: Scalar>(activation: Activation, order: usize, pre: &[T], post: &mut [T]) {
    match activation {
        Activation::Tanh => forward::<T, Tanh>(order, pre, post),
        Activation::Softplus => forward::<T, Softplus>(order, pre, post),
        Activation::Relu => forward::<T, Relu>(order, pre, post),
        Activation::Sine => forward::<T, Sine>(order, pre, post),
    }
}

#[inline(always)]
pub fn activate_back_of<T: Scalar>(activation: Activation, order: usize, pre: &[T], post: &[T], bar: &mut [T]) {
    match activation {
        Activation::Tanh => back::<T, Tanh>(order, pre, post, bar),
        Activation::Softplus => back::<T, Softplus>(order, pre, post, bar),
        Activation::Relu => back::<T, Relu>(order, pre, post, bar),
        Activation::Sine => back::<T, Sine>(order, pre, post, bar),
    }
}

/// A function, and its derivatives from its argument and value.
trait Function {
    fn value<T: Scalar>(a: T) -> T;
    /// `f'`, `f''`, `f'''`.
    fn derivatives<T: Scalar>(a: T, value: T) -> [T; 3];
}

struct Tanh;
struct Softplus;
struct Relu;
struct Sine;

impl Function for Tanh {
    #[inline(always)]
    fn value<T: Scalar>(a: T) -> T {
        // Beyond 20 it is 1 to all digits.
        let a = if a > T::of(20.0) { T::of(20.0) } else { a };
        T::of(1.0) - T::of(2.0) / ((a + a).exp() + T::of(1.0))
    }

    #[inline(always)]
    fn derivatives<T: Scalar>(_: T, value: T) -> [T; 3] {
        let square = value * value;
        let first = T::of(1.0) - square;
        [first, T::of(-2.0) * value * first, first * (T::of(6.0) * square - T::of(2.0))]
    }
}

impl Function for Softplus {
    #[inline(always)]
    fn value<T: Scalar>(a: T) -> T {
        let positive = a > T::of(0.0);
        let small = (if positive { -a } else { a }).exp();
        (if positive { a } else { T::of(0.0) }) + (T::of(1.0) + small).log()
    }

    #[inline(always)]
    fn derivatives<T: Scalar>(a: T, _: T) -> [T; 3] {
        let one = T::of(1.0);
        let positive = a > T::of(0.0);
        let small = (if positive { -a } else { a }).exp();
        let share = one / (one + small);
        let first = if positive { share } else { small * share };
        let second = small * share * share;
        [first, second, second * (one - (first + first))]
    }
}

impl Function for Relu {
    #[inline(always)]
    fn value<T: Scalar>(a: T) -> T {
        if a > T::of(0.0) { a } else { T::of(0.0) }
    }

    #[inline(always)]
    fn derivatives<T: Scalar>(a: T, _: T) -> [T; 3] {
        [if a > T::of(0.0) { T::of(1.0) } else { T::of(0.0) }, T::of(0.0), T::of(0.0)]
    }
}

impl Function for Sine {
    #[inline(always)]
    fn value<T: Scalar>(a: T) -> T {
        a.sincos()[0]
    }

    #[inline(always)]
    fn derivatives<T: Scalar>(a: T, _: T) -> [T; 3] {
        let [sin, cos] = a.sincos();
        [cos, -sin, -cos]
    }
}

#[inline(always)]
fn forward<T: Scalar, F: Function>(order: usize, pre: &[T], post: &mut [T]) {
    let part = pre.len() / (order + 1);
    let (values, rest) = post.split_at_mut(part);
    for (h, &a) in values.iter_mut().zip(&pre[..part]) {
        *h = F::value(a);
    }
    if order == 0 {
        return;
    }
    let (first, second) = rest.split_at_mut(part);
    for i in 0..part {
        let [f1, f2, _] = F::derivatives(pre[i], values[i]);
        let slope = pre[part + i];
        first[i] = f1 * slope;
        if order == 2 {
            second[i] = f2 * slope * slope + f1 * pre[2 * part + i];
        }
    }
}

#[inline(always)]
fn back<T: Scalar, F: Function>(order: usize, pre: &[T], post: &[T], bar: &mut [T]) {
    let part = pre.len() / (order + 1);
    let (values, rest) = bar.split_at_mut(part);
    if order == 0 {
        for i in 0..part {
            let [f1, _, _] = F::derivatives(pre[i], post[i]);
            values[i] = f1 * values[i];
        }
        return;
    }
    let (first, second) = rest.split_at_mut(part);
    for i in 0..part {
        let [f1, f2, f3] = F::derivatives(pre[i], post[i]);
        let slope = pre[part + i];
        let mut value = f1 * values[i] + f2 * slope * first[i];
        first[i] = f1 * first[i];
        if order == 2 {
            value += (f3 * slope * slope + f2 * pre[2 * part + i]) * second[i];
            first[i] += T::of(2.0) * f2 * slope * second[i];
            second[i] = f1 * second[i];
        }
        values[i] = value;
    }
}
