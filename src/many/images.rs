//! Labelled images: as a small file, four bits a point, and in folders, one for each class.
//!
//! The file: `GLI1`, the number of points of an image as `u16` (even, little endian); of each image its label as `u8` and its
//! points, two to a byte, the first in the upper half: 0 is -1 (paper), 15 is 1 (ink).

use super::{MAX_CLASSES, MAX_DIMENSION};
use crate::fit::{MOST_POINTS, Points, class_numbers};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages as says;

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

/// The brightness of a pixel given as red, green, blue and opacity (ITU-R BT.601), 0 to 255; what is transparent is white.
pub fn brightness([r, g, b, alpha]: [u8; 4]) -> f64 {
    // A grey is itself, to the last digit.
    let grey =
        if r == g && g == b { r.into() } else { 0.299 * f64::from(r) + 0.587 * f64::from(g) + 0.114 * f64::from(b) };
    255.0 + f64::from(alpha) / 255.0 * (grey - 255.0)
}

/// Images of a folder at `path` that has a folder for each class, as points that have no values yet: of each class its name
/// and how many images it has, and of each image its file, width and height.
///
/// # Errors
/// Fewer than two classes or more than 16, more images than are fitted, images of different size or of more than 256 pixels;
/// and those of `sizes`.
pub fn image_points(
    path: &str,
    classes: &[(String, usize)],
    sizes: impl IntoIterator<Item = Result<(String, u32, u32), LabError>>,
) -> Result<Points, LabError> {
    let refuse = |code, field: &str, message| Err(LabError::new(code, field, message));
    if !(2..=MAX_CLASSES).contains(&classes.len()) {
        let message = says::folder_classes(path, classes.len(), 2_usize, MAX_CLASSES);
        return refuse(LabErrorCode::Range, path, message);
    }
    let count: usize = classes.iter().map(|(_, images)| images).sum();
    if count > MOST_POINTS {
        return refuse(LabErrorCode::Range, path, says::image_count(path, count, MOST_POINTS));
    }
    let mut size = None;
    for found in sizes {
        let (field, width, height) = found?;
        if u64::from(width) * u64::from(height) > MAX_DIMENSION as u64 {
            let message = says::image_size(&*field, width, height, MAX_DIMENSION);
            return refuse(LabErrorCode::Range, &field, message);
        }
        let (first, second) = *size.get_or_insert((width, height));
        if (first, second) != (width, height) {
            let message = says::other_image_size(&*field, width, height, first, second);
            return refuse(LabErrorCode::Inconsistent, &field, message);
        }
    }
    let (width, height) = size.unwrap_or_default();
    let names: Vec<&str> = classes.iter().map(|(name, _)| name.as_str()).collect();
    let numbers = class_numbers(&names, MAX_CLASSES);
    let used = numbers.iter().max().map_or(0, |most| most + 1);
    let mut points = Points {
        dimension: (width * height) as usize,
        values: Vec::with_capacity(count * (width * height) as usize),
        classes: Vec::new(),
        labels: vec![String::new(); used],
        rows: vec![0; used],
        lines: vec![0; count],
        names: Vec::new(),
        notes: vec![says::taken_images(count, width, height)],
    };
    for ((name, images), class) in classes.iter().zip(numbers) {
        points.labels[class].clone_from(name);
        points.rows[class] = *images;
        points.classes.extend(std::iter::repeat_n(class, *images));
    }
    Ok(points)
}
