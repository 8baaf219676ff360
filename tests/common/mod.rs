//! What the engines' tests share.

pub mod many;
pub mod mutations;
pub mod oracle;
pub mod scenes;
pub mod suite;
