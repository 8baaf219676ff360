//! A mixture as a small file, the way `digits` is kept: whole numbers of 8 bits with a factor for each vector.
//!
//! Little endian: `GLM1`, `d` and the number of components as `u16`; of each component its class and its number of
//! directions `r` as `u8`, its weight and the variance of the rest as `f32`, then its mean and `r` factors, each an
//! `f32` and `d` numbers of 8 bits. The covariance is that variance plus `F F^T`, `F` as it is read: what is kept is a
//! mixture as good as any other, not an approximation to one.

use super::mixture::{Component, Covariance, Mixture};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages::not_a_mixture;

const MARK: [u8; 4] = *b"GLM1";

/// Writes components whose covariances are isotropic or have the same entry all along their diagonal.
pub fn encode(components: &[Component]) -> Vec<u8> {
    let mut bytes = MARK.to_vec();
    let d = components.first().map_or(0, |component| component.mean.len());
    for number in [d, components.len()] {
        bytes.extend((number as u16).to_le_bytes());
    }
    for component in components {
        let (rest, factors) = match &component.covariance {
            Covariance::LowRank { diagonal, factors } => (diagonal[0], factors.as_slice()),
            Covariance::Isotropic(variance) => (*variance, &[][..]),
            Covariance::Diagonal(_) | Covariance::Full(_) => (f64::NAN, &[][..]),
        };
        bytes.extend([component.class as u8, factors.len() as u8]);
        bytes.extend((component.weight as f32).to_le_bytes());
        bytes.extend((rest as f32).to_le_bytes());
        for vector in std::iter::once(&component.mean).chain(factors) {
            let largest = vector.iter().fold(0.0_f64, |top, entry| top.max(entry.abs()));
            let unit = if largest > 0.0 { largest / 127.0 } else { 1.0 };
            bytes.extend((unit as f32).to_le_bytes());
            bytes.extend(vector.iter().map(|entry| ((entry / unit).round() as i8).cast_unsigned()));
        }
    }
    bytes
}

/// Reads a mixture.
///
/// # Errors
/// `type`, if it is none, and as [`Mixture::new`].
pub fn decode(bytes: &[u8]) -> Result<Mixture, LabError> {
    let damaged = || LabError::new(LabErrorCode::Type, "mixture", not_a_mixture());
    Mixture::new(components(bytes).ok_or_else(damaged)?)
}

/// The next `count` bytes.
fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

fn float(bytes: &mut &[u8]) -> Option<f64> {
    Some(f32::from_le_bytes(take(bytes, 4)?.try_into().ok()?).into())
}

fn components(mut bytes: &[u8]) -> Option<Vec<Component>> {
    let bytes = &mut bytes;
    if take(bytes, 4)? != MARK {
        return None;
    }
    let mut count = || Some(usize::from(u16::from_le_bytes(take(bytes, 2)?.try_into().ok()?)));
    let (d, count) = (count()?, count()?);
    let mut components = Vec::new();
    for _ in 0..count {
        let &[class, rank] = take(bytes, 2)? else { return None };
        let (weight, rest) = (float(bytes)?, float(bytes)?);
        let mut vector = || {
            let unit = float(bytes)?;
            Some(take(bytes, d)?.iter().map(|byte| unit * f64::from(byte.cast_signed())).collect())
        };
        let mean: Vec<f64> = vector()?;
        let factors = (0..rank).map(|_| vector()).collect::<Option<_>>()?;
        let covariance = Covariance::LowRank { diagonal: vec![rest; d], factors };
        components.push(Component { weight, mean, covariance, class: class.into() });
    }
    bytes.is_empty().then_some(components)
}
