//! A folder of small images: in it a folder for each class, named after it, with PNG images of one size.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use png::{ColorType, Decoder, Reader, Transformations};

use super::{MAX_CLASSES, MAX_DIMENSION};
use crate::fit::{MOST_POINTS, Points, class_numbers};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages as says;

/// The images as points: their brightness, 0 to 255, row by row from above; what is transparent is white.
///
/// # Errors
/// Before any image is read whole: a folder for fewer than two or for more than 16 classes, more images than are fitted,
/// images of different size or of more than 256 points. And for a file that is no PNG image.
pub fn read_folder(path: &Path) -> Result<Points, LabError> {
    let mut classes = Vec::new();
    for folder in sorted(path)?.into_iter().filter(|folder| folder.is_dir()) {
        let images: Vec<PathBuf> = sorted(&folder)?.into_iter().filter(|file| is_png(file)).collect();
        if !images.is_empty() {
            classes.push((folder, images));
        }
    }
    let refuse = |code, message| Err(LabError::new(code, path.display().to_string(), message));
    if !(2..=MAX_CLASSES).contains(&classes.len()) {
        let message = says::folder_classes(path.display().to_string(), classes.len(), 2_usize, MAX_CLASSES);
        return refuse(LabErrorCode::Range, message);
    }
    let count: usize = classes.iter().map(|(_, images)| images.len()).sum();
    if count > MOST_POINTS {
        return refuse(LabErrorCode::Range, says::image_count(path.display().to_string(), count, MOST_POINTS));
    }
    let mut size = None;
    for file in classes.iter().flat_map(|(_, images)| images) {
        let (width, height) = open(file)?.info().size();
        let field = file.display().to_string();
        if width as usize * height as usize > MAX_DIMENSION {
            let message = says::image_size(field.clone(), width, height, MAX_DIMENSION);
            return Err(LabError::new(LabErrorCode::Range, field, message));
        }
        let (first, second) = *size.get_or_insert((width, height));
        if (first, second) != (width, height) {
            let message = says::other_image_size(field.clone(), width, height, first, second);
            return Err(LabError::new(LabErrorCode::Inconsistent, field, message));
        }
    }
    let (width, height) = size.unwrap_or_default();
    let name = |folder: &Path| folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let names: Vec<String> = classes.iter().map(|(folder, _)| name(folder)).collect();
    let numbers = class_numbers(&names.iter().map(String::as_str).collect::<Vec<_>>(), MAX_CLASSES);
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
    for (((_, images), name), class) in classes.iter().zip(names).zip(numbers) {
        points.labels[class] = name;
        points.rows[class] = images.len();
        for file in images {
            points.values.extend(brightness(file)?);
            points.classes.push(class);
        }
    }
    Ok(points)
}

/// What is in a folder, by name.
fn sorted(path: &Path) -> Result<Vec<PathBuf>, LabError> {
    let listed = fs::read_dir(path).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let refuse = |error: std::io::Error| {
        let field = path.display().to_string();
        LabError::new(LabErrorCode::Type, field.clone(), says::only(format!("{field} cannot be read: {error}")))
    };
    let mut found: Vec<PathBuf> = listed.map_err(refuse)?;
    found.sort();
    Ok(found)
}

fn is_png(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("png"))
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> LabError {
    let field = path.display().to_string();
    LabError::new(LabErrorCode::Type, field.clone(), says::unreadable_image(field, error.to_string()))
}

fn open(file: &Path) -> Result<Reader<BufReader<File>>, LabError> {
    let source = File::open(file).map_err(|error| unreadable(file, &error))?;
    let mut decoder = Decoder::new(BufReader::new(source));
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.read_info().map_err(|error| unreadable(file, &error))
}

/// The brightness of each point (ITU-R BT.601).
fn brightness(file: &Path) -> Result<Vec<f64>, LabError> {
    let mut reader = open(file)?;
    let size = reader.output_buffer_size().ok_or_else(|| unreadable(file, &"too large"))?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes).map_err(|error| unreadable(file, &error))?;
    let bytes = &bytes[..frame.buffer_size()];
    let grey = |rgb: &[u8]| 0.299 * f64::from(rgb[0]) + 0.587 * f64::from(rgb[1]) + 0.114 * f64::from(rgb[2]);
    let over_white = |grey: f64, alpha: u8| {
        let alpha = f64::from(alpha) / 255.0;
        255.0 + alpha * (grey - 255.0)
    };
    Ok(match frame.color_type {
        ColorType::Grayscale => bytes.iter().map(|&grey| grey.into()).collect(),
        ColorType::GrayscaleAlpha => bytes.chunks_exact(2).map(|two| over_white(two[0].into(), two[1])).collect(),
        ColorType::Rgba => bytes.chunks_exact(4).map(|four| over_white(grey(four), four[3])).collect(),
        _ => bytes.chunks_exact(3).map(grey).collect(),
    })
}
