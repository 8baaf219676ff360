//! `--seed`: a number, or a fresh one.

use std::str::FromStr;

use guidance_lab::random::new_seed;

/// Where a seed comes from.
#[derive(Clone, Copy, Debug)]
pub enum Seed {
    /// Nobody has asked for one.
    Random,
    /// This one.
    Given(u32),
}

impl FromStr for Seed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "random" => Ok(Self::Random),
            _ => text.parse().map(Self::Given).map_err(|_| format!("must be 0 to {} or random", u32::MAX)),
        }
    }
}

impl Seed {
    /// The number.
    pub fn value(self) -> Result<u32, String> {
        match self {
            Self::Random => new_seed().map_err(|error| error.message),
            Self::Given(seed) => Ok(seed),
        }
    }
}
