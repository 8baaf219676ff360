//! Saved copies of the particles within a memory limit.

/// What all saved copies of an engine may take together, in bytes.
const LIMIT: usize = 128 << 20;

/// Copies of type `T`, each of the same size, by the step at which they were made.
#[derive(Debug)]
pub(crate) struct Checkpoints<T> {
    kept: Vec<(usize, T)>,
    /// The lanes were changed on the way, so that another run from the start leads elsewhere.
    turned: bool,
}

impl<T> Default for Checkpoints<T> {
    fn default() -> Self {
        Self { kept: Vec::new(), turned: false }
    }
}

impl<T> Checkpoints<T> {
    /// Keeps a copy of `bytes` bytes made at `step`, where there is none yet. When the limit is
    /// passed, every other copy goes, the newest stays; returns those that went.
    pub(crate) fn insert(&mut self, step: usize, copy: T, bytes: usize) -> Vec<T> {
        let index = self.kept.partition_point(|kept| kept.0 < step);
        self.kept.insert(index, (step, copy));
        let mut dropped = Vec::new();
        while self.kept.len() > 1 && self.kept.len() * bytes > LIMIT {
            let newest = self.kept.len() - 1;
            let (stay, go): (Vec<_>, Vec<_>) =
                self.kept.drain(..).enumerate().partition(|(index, _)| (newest - index).is_multiple_of(2));
            self.kept = stay.into_iter().map(|(_, kept)| kept).collect();
            dropped.extend(go.into_iter().map(|(_, kept)| kept.1));
        }
        dropped
    }

    /// The last copy made at or before `step`.
    pub(crate) fn latest(&self, step: usize) -> Option<&(usize, T)> {
        self.kept.iter().rev().find(|kept| kept.0 <= step)
    }

    /// Whether there is a copy made at `step`.
    pub(crate) fn has(&self, step: usize) -> bool {
        self.kept.binary_search_by_key(&step, |kept| kept.0).is_ok()
    }

    /// Gives up all copies: the lanes are others from `step` on.
    pub(crate) fn turn(&mut self, step: usize) -> Vec<T> {
        self.turned = step > 0;
        self.clear()
    }

    /// Gives up the copies, at a new start, of a run that was changed on the way.
    pub(crate) fn restart(&mut self) -> Vec<T> {
        if std::mem::take(&mut self.turned) { self.clear() } else { Vec::new() }
    }

    /// Gives up all copies.
    pub(crate) fn clear(&mut self) -> Vec<T> {
        self.kept.drain(..).map(|kept| kept.1).collect()
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
