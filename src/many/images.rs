//! Labelled images as a small file: four bits a point.
//!
//! `GLI1`, the number of points of an image as `u16` (even, little endian); of each image its label as `u8` and its
//! points, two to a byte, the first in the upper half: 0 is -1 (paper), 15 is 1 (ink).

/// Images with their labels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Images {
    /// The points of each, from -1 to 1.
    pub points: Vec<Vec<f64>>,
    /// What each shows.
    pub labels: Vec<usize>,
}

const MARK: [u8; 4] = *b"GLI1";

impl Images {
    /// Writes them; points are rounded.
    pub fn encode(&self) -> Vec<u8> {
        let d = self.points.first().map_or(0, Vec::len);
        let mut bytes = MARK.to_vec();
        bytes.extend((d as u16).to_le_bytes());
        let level = |x: f64| (7.5 * (x.clamp(-1.0, 1.0) + 1.0)).round() as u8;
        for (points, &label) in self.points.iter().zip(&self.labels) {
            bytes.push(label as u8);
            bytes.extend(points.chunks_exact(2).map(|two| level(two[0]) << 4 | level(two[1])));
        }
        bytes
    }

    /// Reads them; `None` if these are none.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (mark, rest) = bytes.split_at_checked(MARK.len())?;
        let (size, rest) = rest.split_at_checked(2)?;
        let d = usize::from(u16::from_le_bytes(size.try_into().ok()?));
        let rows = rest.chunks_exact(1 + d / 2);
        if mark != MARK || d == 0 || !rows.remainder().is_empty() {
            return None;
        }
        let mut images = Self::default();
        let point = |level: u8| f64::from(level) / 7.5 - 1.0;
        for row in rows {
            images.labels.push(row[0].into());
            images.points.push(row[1..].iter().flat_map(|two| [point(two >> 4), point(two & 15)]).collect());
        }
        Some(images)
    }
}
