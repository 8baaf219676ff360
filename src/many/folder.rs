//! A folder of small images: in it a folder for each class, named after it, with PNG images of one size.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};

use png::{ColorType, Decoder, Reader, Transformations};

use super::images::{brightness, image_points};
use crate::fit::Points;
use crate::model::{LabError, LabErrorCode};
use crate::words::messages as says;

/// The images as points ([`image_points`]): the [`brightness`] of each pixel, row by row from above.
///
/// # Errors
/// As [`image_points`], before any image is read whole. And for a file that is no PNG image.
pub fn read_folder(path: &Path) -> Result<Points, LabError> {
    let mut classes = Vec::new();
    for folder in sorted(path)?.into_iter().filter(|folder| folder.is_dir()) {
        let images: Vec<PathBuf> = sorted(&folder)?.into_iter().filter(|file| is_png(file)).collect();
        if !images.is_empty() {
            classes.push((folder, images));
        }
    }
    let named = |(folder, images): &(PathBuf, Vec<PathBuf>)| {
        (folder.file_name().unwrap_or_default().to_string_lossy().into_owned(), images.len())
    };
    let named: Vec<(String, usize)> = classes.iter().map(named).collect();
    let files = || classes.iter().flat_map(|(_, images)| images);
    let sizes = files().map(|file| {
        let (width, height) = open(file)?.info().size();
        Ok((file.display().to_string(), width, height))
    });
    let mut points = image_points(&path.display().to_string(), &named, sizes)?;
    for file in files() {
        points.values.extend(pixels(file)?);
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

/// The brightness of each point.
fn pixels(file: &Path) -> Result<Vec<f64>, LabError> {
    let mut reader = open(file)?;
    let size = reader.output_buffer_size().ok_or_else(|| unreadable(file, &"too large"))?;
    let mut bytes = vec![0; size];
    let frame = reader.next_frame(&mut bytes).map_err(|error| unreadable(file, &error))?;
    let bytes = &bytes[..frame.buffer_size()];
    let of = |rgb: &[u8], alpha| brightness([rgb[0], rgb[1], rgb[2], alpha]);
    Ok(match frame.color_type {
        ColorType::Grayscale => bytes.iter().map(|&grey| of(&[grey; 3], 255)).collect(),
        ColorType::GrayscaleAlpha => bytes.chunks_exact(2).map(|two| of(&[two[0]; 3], two[1])).collect(),
        ColorType::Rgba => bytes.chunks_exact(4).map(|four| of(four, four[3])).collect(),
        _ => bytes.chunks_exact(3).map(|three| of(three, 255)).collect(),
    })
}
