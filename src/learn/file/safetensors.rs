//! The format safetensors: <https://github.com/huggingface/safetensors>. Tensors have the names and shapes that
//! `PyTorch` gives those of an `nn.Sequential`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensorError, SafeTensors, View, serialize};

use super::{ABOUT, FREQUENCIES, Parts, Tensor, list, shown, wrong};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages as says;

pub(super) fn write(tensors: &[Tensor], about: String) -> Vec<u8> {
    let about = [(ABOUT.to_owned(), about)].into_iter().collect();
    let named = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor));
    serialize(named, Some(about)).expect("its shapes are those of its numbers")
}

impl View for &Tensor {
    fn dtype(&self) -> Dtype {
        Dtype::F32
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        self.values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>().into()
    }

    fn data_len(&self) -> usize {
        4 * self.values.len()
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Parts, LabError> {
    let unreadable = |error: SafeTensorError| {
        let message = match error {
            SafeTensorError::MetadataIncompleteBuffer => says::network_file_cut(),
            _ => says::network_file_unreadable(),
        };
        wrong(LabErrorCode::Type, "", message)
    };
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
    let about = header.metadata().as_ref().and_then(|map| map.get(ABOUT).cloned());
    let file = SafeTensors::deserialize(bytes).map_err(unreadable)?;
    let mut frequencies = None;
    let mut around = None;
    let mut halves: BTreeMap<u32, [Option<Tensor>; 2]> = BTreeMap::new();
    // In one order whatever the machine: of several faults the same is told.
    let mut tensors: Vec<_> = file.iter().collect();
    tensors.sort_unstable_by_key(|&(name, _)| name);
    for (name, view) in tensors {
        if name == FREQUENCIES {
            frequencies = Some(tensor(name, &view, 2)?);
            continue;
        }
        // Their order is that of one number in otherwise equal names.
        let place = place(name).filter(|(_, _, rest)| *around.get_or_insert(*rest) == *rest);
        let Some((half, number, _)) = place else {
            return Err(wrong(LabErrorCode::Type, &shown(name), says::network_tensor_name(shown(name))));
        };
        halves.entry(number).or_default()[half] = Some(tensor(name, &view, 2 - half)?);
    }
    let mut layers = Vec::new();
    for (number, [weight, bias]) in halves {
        let [Some(weight), Some(bias)] = [weight, bias] else {
            return Err(wrong(LabErrorCode::Type, "", says::network_half_a_layer(number)));
        };
        layers.push([weight, bias]);
    }
    Ok(Parts { about, activation: None, frequencies, layers })
}

/// Of `net.0.weight`: 0 of a weight and 1 of a bias, the number, and what stands around it.
fn place(name: &str) -> Option<(usize, u32, (&str, &str))> {
    let halves = [".weight", ".bias"].map(|half| name.strip_suffix(half));
    let half = halves.iter().position(Option::is_some)?;
    let stem = halves[half]?;
    let end = stem.rfind(|c: char| c.is_ascii_digit())? + 1;
    let start = stem[..end].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |last| last + 1);
    // What is not ASCII may be wider than a byte.
    Some((half, stem.get(start..end)?.parse().ok()?, (stem.get(..start)?, &stem[end..])))
}

fn tensor(name: &str, view: &TensorView, axes: usize) -> Result<Tensor, LabError> {
    let (name, shape) = (shown(name), view.shape().to_vec());
    if shape.len() != axes || shape.contains(&0) {
        let message = says::network_axes(&*name, list(&shape), axes);
        return Err(wrong(LabErrorCode::Type, &name, message));
    }
    let values = match view.dtype() {
        Dtype::F32 => view.data().as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect(),
        Dtype::F64 => view.data().as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes) as f32).collect(),
        other => return Err(wrong(LabErrorCode::Type, &name, says::network_dtype(&*name, other.to_string()))),
    };
    Ok(Tensor { name, shape, values })
}
