//! Trains classifiers and scores on noised samples of the mixture, by a [`Recipe`](crate::model::Recipe): docs/numerics.md, "Training".
//!
//! ```
//! use guidance_lab::learn::{Outcome, Training};
//! use guidance_lab::model::{Recipe, State};
//! let recipe = Recipe { steps: 50, batch: 64, ..Recipe::default() };
//! let mut training = Training::new(&recipe, &State::default().mixture()).unwrap();
//! while training.outcome() == Outcome::Running {
//!     training.step().unwrap();
//! }
//! assert!(training.looks().last().unwrap().kl < training.looks()[0].kl);
//! ```

mod file;
mod loss;
mod pass;
mod samples;
mod spectral;
mod training;

pub use file::{Format, MOST_BYTES, check_fits, check_fits_of, open_network, open_network_of, save_network};
pub use loss::{Loss, MOST_CLASSES, row_loss};
pub use pass::{Batch, Net, Workspace};
pub use samples::{Chance, Data, Sample, Source, Truth, noise_at};
pub use spectral::Spectral;
pub use training::{LOOK_EVERY, Look, Outcome, Training, train, train_score, train_wanted, wanted};
