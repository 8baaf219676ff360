//! Saved copies of the particles within a memory limit.

/// What all saved copies of an engine may take together, in bytes.
const LIMIT: usize = 128 << 20;

/// Copies of type `T`, each of the same size, by the step at which they were made.
#[derive(Debug)]
pub(crate) struct Checkpoints<T> {
    kept: Vec<(usize, T)>,
}

impl<T> Default for Checkpoints<T> {
    fn default() -> Self {
        Self { kept: Vec::new() }
    }
}

impl<T> Checkpoints<T> {
    /// Keeps a copy of `bytes` bytes made at `step`. When the limit is passed, every other copy goes,
    /// the newest stays.
    pub(crate) fn insert(&mut self, step: usize, copy: T, bytes: usize) {
        match self.kept.binary_search_by_key(&step, |kept| kept.0) {
            Ok(index) => self.kept[index].1 = copy,
            Err(index) => self.kept.insert(index, (step, copy)),
        }
        while self.kept.len() > 1 && self.kept.len() * bytes > LIMIT {
            let mut from_newest = self.kept.len();
            self.kept.retain(|_| {
                from_newest -= 1;
                from_newest % 2 == 0
            });
        }
    }

    /// The last copy made at or before `step`.
    pub(crate) fn latest(&self, step: usize) -> Option<&(usize, T)> {
        self.kept.iter().rev().find(|kept| kept.0 <= step)
    }

    /// Whether there is a copy made at `step`.
    pub(crate) fn has(&self, step: usize) -> bool {
        self.kept.binary_search_by_key(&step, |kept| kept.0).is_ok()
    }

    /// Drops all copies.
    pub(crate) fn clear(&mut self) {
        self.kept.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_holds_and_the_newest_stays() {
        let mut checkpoints = Checkpoints::default();
        for step in 0..100 {
            checkpoints.insert(step, step, LIMIT / 4);
            assert!(checkpoints.kept.len() <= 4);
            assert_eq!(checkpoints.latest(step).expect("just saved").1, step);
        }
        assert!(checkpoints.latest(50).is_none_or(|kept| kept.0 <= 50));
        checkpoints.clear();
        assert!(checkpoints.latest(100).is_none());
    }
}
