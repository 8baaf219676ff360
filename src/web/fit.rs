//! Fitting a mixture to points, fetched when it is first asked for.

use std::future::Future;
use std::pin::Pin;

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, plain};
use crate::fit::fit as fit_text;

/// The seed of the draws: the same points give the same mixture whenever they are fitted.
const SEED: u32 = 1;

/// A fit under way.
pub type Fitting = Pin<Box<dyn Future<Output = Result<JsValue, Fault>>>>;

/// `Fitted` of a text. The arguments are two functions: one gives a piece of the text with each call, at last an
/// empty one; the other is called every few milliseconds, and waited for if it answers with a promise.
#[allow(clippy::unnecessary_wraps, reason = "the fetching can fail")]
#[wasm_split(fit, fallible)]
pub fn fit(arguments: Array) -> Result<Fitting, Fault> {
    let [next, pause] = [0, 1].map(|index| Function::from(arguments.get(index)));
    // The module never holds the whole text.
    let pieces = std::iter::from_fn(move || {
        let piece = next.call0(&JsValue::NULL).ok()?.as_string()?;
        (!piece.is_empty()).then(|| Ok(piece.into_bytes()))
    });
    Ok(Box::pin(async move {
        let mut wait = async || {
            if let Ok(answer) = pause.call0(&JsValue::NULL)
                && let Ok(turn) = answer.dyn_into::<Promise>()
            {
                let _ = JsFuture::from(turn).await;
            }
        };
        let fitted = fit_text(pieces, SEED, &mut wait).await;
        fitted.map(|fitted| plain(&fitted)).map_err(|error| Fault(fail(&error)))
    }))
}
