//! Neural networks over batches: matrix products, activations and their derivatives, and Adam.
//!
//! A batch is a row-major matrix, one point a row; weights are `[input][output]` rows. The loops are over outputs, so
//! that they become vector code, and each output is summed in the order of the inputs whatever the width of the
//! vectors: the same bits natively and in a browser. In f64 for tests of the derivatives.

mod activation;
mod adam;
mod product;
mod real;
mod scalar;
mod sight;
mod trained;
mod waves;

pub use activation::Activation;
pub use adam::{Adam, adam};
pub use product::transpose;
pub use real::{Real, activate, activate_back, product, waves};
pub use scalar::Scalar;
pub use sight::Sight;
pub use trained::{Layer, LearnedScore, Network, Networks};
