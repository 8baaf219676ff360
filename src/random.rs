//! Chance outside the kernels: rand's generator traits on our Philox, and a fresh seed from the system.
//!
//! A distribution of rand, or any other code that takes an [`Rng`], draws from [`Philox`]:
//!
//! ```
//! use guidance_lab::random::Philox;
//! use rand::{RngExt, SeedableRng};
//! assert!(Philox::for_purpose(1, 0).random_range(0..6) < 6);
//! assert_eq!(Philox::from_seed([7; 8]).random::<u32>(), Philox::from_seed([7; 8]).random::<u32>());
//! ```
//!
//! The noise of particles is not drawn here: the kernels compute it from particle, step and seed, with or
//! without a GPU, and its bits are part of every shared link (`tests/philox.rs`).

use std::convert::Infallible;

use rand::rand_core::block::{BlockRng, Generator};
use rand::rand_core::utils::read_words;
use rand::{Rng, SeedableRng, TryRng};

use crate::kernels::{KEY, box_muller, philox};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages::no_random_numbers;

/// The fourth word of every counter that [`Philox::for_purpose`] uses; the kernels' is 0, so that no word of
/// the noise is ever drawn a second time.
const APART: u32 = 1;

/// Philox4x32-10 (Salmon et al., SC11) as a generator of rand: the blocks of successive 128-bit counters, word
/// by word. Two with the same key and counter give the same words on every machine.
#[derive(Clone, Debug)]
pub struct Philox(BlockRng<Counter>);

/// The next block's counter, least word first, and the key.
#[derive(Clone, Debug)]
struct Counter {
    counter: [u32; 4],
    key: [u32; 2],
}

impl Generator for Counter {
    type Output = [u32; 4];

    fn generate(&mut self, block: &mut [u32; 4]) {
        *block = philox(self.counter, self.key);
        for word in &mut self.counter {
            *word = word.wrapping_add(1);
            if *word != 0 {
                break;
            }
        }
    }
}

impl Philox {
    /// The words from a counter on.
    pub fn new(counter: [u32; 4], key: [u32; 2]) -> Self {
        Self(BlockRng::new(Counter { counter, key }))
    }

    /// The words that a seed gives for one purpose. Purposes are numbered by whoever draws, and never share a
    /// word, neither with each other nor with the noise of the particles of that seed.
    pub fn for_purpose(seed: u32, purpose: u32) -> Self {
        Self::new([0, 0, purpose, APART], [seed, KEY])
    }
}

impl TryRng for Philox {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.next_word())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.next_u64_from_u32())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl SeedableRng for Philox {
    type Seed = [u8; 8];

    /// The two words of the key, least byte first; the counter begins at 0, as Random123's does.
    fn from_seed(seed: Self::Seed) -> Self {
        Self::new([0; 4], read_words(&seed))
    }
}

/// Standard normals, two for two words.
pub fn normals(rng: &mut impl Rng, out: &mut [f64]) {
    for pair in out.chunks_mut(2) {
        let two = box_muller(rng.next_u32(), rng.next_u32());
        pair.iter_mut().zip(two).for_each(|(out, z)| *out = z.into());
    }
}

/// A seed that nobody can foresee, from the system's generator (the browser's `crypto` in wasm).
///
/// # Errors
/// `engine`, where the system has no such generator or it fails.
pub fn new_seed() -> Result<u32, LabError> {
    seed_from(getrandom::u32())
}

fn seed_from(word: Result<u32, getrandom::Error>) -> Result<u32, LabError> {
    word.map_err(|_| LabError::new(LabErrorCode::Engine, "seed", no_random_numbers()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_without_random_numbers_is_named() {
        assert_eq!(seed_from(Ok(7)), Ok(7));
        let error = seed_from(Err(getrandom::Error::UNSUPPORTED)).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (LabErrorCode::Engine, "seed"));
        assert!(error.message.contains("no random numbers"));
    }
}
