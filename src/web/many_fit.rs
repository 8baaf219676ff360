//! Own data in many dimensions: fitted as the command fits them, and opened. A part of the gallery
//! (docs/decisions/0024-own-data-in-many-dimensions.md).

use js_sys::{Array, Function, Uint8Array};
use serde_json::{Value, json};
use wasm_bindgen::JsValue;

use super::convert::{fail, parse, plain};
use super::data::{Cross as _, FittedMany};
use super::fit::{SEED, pieces_of, resting};
use crate::fit::{Points, Roles, points_of};
use crate::many::{ManyOptions, ManyState, Mixture, Round, Scaling, brightness, discriminants, fit_many, image_points};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages::{not_a_mixture, wrong_type};

/// So many images of each class are handed on, and so many points in all.
const IMAGES: usize = 10;
const POINTS: usize = 2000;

/// The mixture of a state.
pub fn mixture_of(state: &JsValue) -> Result<Mixture, LabError> {
    Ok(ManyState::from_value(&parse(state))?.mixture().clone())
}

/// `FittedMany` of a table, or of images. The arguments after the question: what is fitted, a function that is called every few
/// milliseconds as in the part `fit`, the `Roles` of the table or the `ImageFolder`, and a function that is told of every round,
/// as `FitRound`. What is fitted is for a table a function as in the part `fit`, and for images their pixels, four bytes each.
pub async fn fit(arguments: Array) -> Result<JsValue, JsValue> {
    answer(&arguments).await.map_err(|error| fail(&error))
}

async fn answer(arguments: &Array) -> Result<JsValue, LabError> {
    let [pause, told] = [2, 4].map(|index| Function::from(arguments.get(index)));
    let wanted = parse(&arguments.get(3));
    let mut wait = resting(pause);
    let (points, scaling, shape) = if wanted["classes"].is_array() {
        let (points, shape) = images(&wanted, &Uint8Array::new(&arguments.get(1)).to_vec())?;
        (points, Scaling::Alike, Some(shape))
    } else {
        let roles: Roles = serde_json::from_value(wanted).map_err(|_| {
            let message = wrong_type("roles", "this", "axes, directions, label, withoutMissing, withoutOutliers");
            LabError::new(LabErrorCode::Type, "roles", message)
        })?;
        let pieces = pieces_of(Function::from(arguments.get(1)));
        (points_of(pieces, Some(&roles), SEED, &mut wait).await?, Scaling::Columns, None)
    };
    let used: Vec<usize> = (0..points.rows.len()).filter(|&class| points.rows[class] > 0).collect();
    let mut tell = async |Round { class, components, most, .. }: Round| {
        let done = used.iter().position(|&other| other == class).unwrap_or_default() as f64;
        // Of all the components that may be tried one after the other.
        let part = (components * (components - 1)) as f64 / (most * (most + 1)) as f64;
        let round = json!({
            "share": (done + part) / used.len() as f64,
            "class": if points.labels[class].is_empty() { class.to_string() } else { points.labels[class].clone() },
            "components": components,
        });
        let _ = told.call1(&JsValue::NULL, &plain(&round));
        wait().await;
        Ok::<(), LabError>(())
    };
    let fitted = fit_many(&points, scaling, ManyOptions::default(), SEED, &mut tell).await?;
    let state = fitted.state(SEED)?;
    let d = points.dimension;
    let side = d.isqrt();
    let (width, height) = shape.unwrap_or(if fitted.alike { (side, side) } else { (0, 0) });
    let mut kept = vec![0; points.rows.len()];
    let step = points.classes.len().div_ceil(POINTS);
    let is_kept = |&at: &usize| {
        let before = kept[points.classes[at]];
        kept[points.classes[at]] += 1;
        if width > 0 { before < IMAGES } else { at % step == 0 }
    };
    let chosen: Vec<usize> = (0..points.classes.len()).filter(is_kept).collect();
    let mut values: Vec<f32> =
        chosen.iter().flat_map(|&at| &fitted.values[at * d..(at + 1) * d]).map(|&x| x as f32).collect();
    if width == 0 {
        values = flattened(&values, &discriminants(state.mixture()));
    }
    let classes: Vec<u32> = chosen.iter().map(|&at| points.classes[at] as u32).collect();
    Ok(FittedMany {
        state: state.to_value(),
        notes: fitted.notes,
        labels: fitted.labels,
        width,
        height,
        values: values.as_slice().into(),
        classes: classes.as_slice().into(),
    }
    .cross())
}

/// The points of images, and the pixels of a row and of a column.
fn images(folder: &Value, pixels: &[u8]) -> Result<(Points, (usize, usize)), LabError> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let whole = |value: &Value| value.as_u64().unwrap_or_default();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let classes: Vec<(String, usize)> =
        list(&folder["classes"]).iter().map(|class| (text(&class["name"]), whole(&class["images"]) as usize)).collect();
    let sizes: Vec<(String, u32, u32)> = list(&folder["sizes"])
        .iter()
        .map(|size| (text(&size["file"]), whole(&size["width"]) as u32, whole(&size["height"]) as u32))
        .collect();
    let shape = sizes.first().map_or((0, 0), |(_, width, height)| (*width as usize, *height as usize));
    let mut points = image_points(&text(&folder["path"]), &classes, sizes.into_iter().map(Ok))?;
    points.values.extend(pixels.chunks_exact(4).map(|pixel| brightness([pixel[0], pixel[1], pixel[2], pixel[3]])));
    if points.values.len() != points.dimension * points.classes.len() {
        return Err(LabError::new(LabErrorCode::Type, "pixels", not_a_mixture()));
    }
    Ok((points, shape))
}

/// The places of points in a plane.
pub(super) fn flattened(x: &[f32], plane: &[Vec<f64>; 2]) -> Vec<f32> {
    let along = |x: &[f32], axis: &[f64]| x.iter().zip(axis).map(|(&x, axis)| f64::from(x) * axis).sum::<f64>() as f32;
    x.chunks_exact(plane[0].len()).flat_map(|x| [along(x, &plane[0]), along(x, &plane[1])]).collect()
}
