//! Fitting a mixture to points, fetched when it is first asked for.

use std::future::Future;
use std::pin::Pin;

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, plain};
use crate::fit::fit as fit_text;

/// The seed of the draws: the same points give the same mixture whenever they are fitted.
const SEED: u32 = 1;

/// `Fitted` of a text: `next` gives a piece of it with each call, then an empty one; `pause` is called every few
/// milliseconds, and waited for if it answers with a promise.
#[wasm_bindgen]
pub async fn fit(next: Function, pause: Function) -> Result<JsValue, JsValue> {
    begin(next, pause).await.map_err(|Fault(thrown)| thrown)?.await
}

type Fitting = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

#[allow(clippy::unnecessary_wraps, reason = "the fetching can fail")]
#[wasm_split(fit, fallible)]
fn begin(next: Function, pause: Function) -> Result<Fitting, Fault> {
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
        fitted.map(|fitted| plain(&fitted)).map_err(|error| fail(&error))
    }))
}
