//! The exact law of a guided process in one dimension, without particles.
//!
//! Four laws: of the SDE in continuous time ([`fokker_planck`]) and of its samplers ([`sampler_law`]), of
//! the probability-flow ODE in continuous time ([`probability_flow`]) and of its samplers
//! ([`sampler_map`], and [`lane_map`] for a lane with rules that belong to a step). All start from `N(0, 1)` at the horizon. Methods and error control:
//! docs/numerics.md, "The exact law in one dimension".
//!
//! ```
//! use guidance_lab::model::{Classifier, Component, Mixture, Scored, Weight};
//! use guidance_lab::law::{guided_scores, probability_flow};
//! use guidance_lab::reference::LaneGuidance;
//! let line = |mean, class| Component { weight: 0.5, mean: vec![mean], covariance: vec![vec![1.0]], class };
//! let mixture = Mixture::new(&[line(1.0, 1), line(-1.0, 0)]);
//! let (weight, classifier) = (Weight::constant(1.0), Classifier::EXACT);
//! let lane = LaneGuidance { target: 1, weight, classifier, scored: Scored::EXACT };
//! let law = probability_flow(&guided_scores(&mixture, lane), 16.0, 0.0, 0.05, 1e-9);
//! assert!((law.mean() - 1.0).abs() < 1e-6); // gamma = 1 samples the class
//! ```

mod atoms;
mod density;
mod fokker_planck;
mod probability_flow;
mod sampler_law;
mod sampler_map;
mod scores;
mod uniform;

pub use atoms::Atoms;
pub use density::Density;
pub use fokker_planck::{fokker_planck, fokker_planck_in_pieces, fokker_planck_on};
pub use probability_flow::{probability_flow, probability_flow_in_pieces, starts_of};
pub use sampler_law::sampler_law;
pub use sampler_map::{lane_map, sampler_map};
pub use scores::{Piece, ScoreAt, Scores, guided_pieces, guided_scores};
pub use uniform::{Uniform, bounded_scores};
