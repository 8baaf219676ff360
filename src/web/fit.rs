//! Fitting a mixture to points, fetched when it is first asked for.

use std::future::Future;
use std::pin::Pin;

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_split_helpers::wasm_split;

use super::convert::{Fault, fail, parse, plain};
use crate::fit::{Roles, Wishes, fit as fit_table, read_table};
use crate::model::{LabError, LabErrorCode};
use crate::words::messages::wrong_type;

/// The seed of the draws: the same points give the same mixture whenever they are fitted.
pub(super) const SEED: u32 = 1;

/// A fit under way.
pub type Fitting = Pin<Box<dyn Future<Output = Result<JsValue, Fault>>>>;

/// `Fitted` or `Table` of a text. The arguments are two functions and what is wanted. Each call of the first gives
/// another function, which gives a piece of the text with each call, at last an empty one; the second is called every
/// few milliseconds, and waited for if it answers with a promise. Wanted is `"table"`, or a fit: null, or with `Roles` or `FitOptions`.
#[allow(clippy::unnecessary_wraps, reason = "the fetching can fail")]
#[wasm_split(fit, fallible)]
pub fn fit(arguments: Array) -> Result<Fitting, Fault> {
    let [text, pause] = [0, 1].map(|index| Function::from(arguments.get(index)));
    let wanted = parse(&arguments.get(2));
    let pieces = pieces_of(text);
    Ok(Box::pin(async move {
        let mut wait = resting(pause);
        let fault = |error: LabError| Fault(fail(&error));
        if wanted == "table" {
            let table = read_table(pieces(), &mut wait).await;
            return table.map(|table| plain(&table)).map_err(fault);
        }
        let roles: Option<Roles> = if let Ok(roles) = serde_json::from_value(wanted.clone()) {
            roles
        } else {
            let wishes: Wishes = serde_json::from_value(wanted).map_err(|_| {
                let message = wrong_type("roles", "this", "axes, directions, label, withoutMissing, withoutOutliers");
                fault(LabError::new(LabErrorCode::Type, "roles", message))
            })?;
            let table = read_table(pieces(), &mut wait).await.map_err(fault)?;
            Some(table.wished(&wishes).map_err(fault)?.ok_or_else(|| fault(table.unclear()))?)
        };
        let fitted = fit_table(pieces, roles.as_ref(), SEED, &mut wait).await;
        fitted.map(|fitted| plain(&fitted)).map_err(fault)
    }))
}

/// The pieces of a text, as often as they are asked for: the module never holds the whole text.
pub(super) fn pieces_of(text: Function) -> impl Fn() -> Pieces {
    move || Pieces(text.call0(&JsValue::NULL).map(Function::from).ok())
}

/// Once through them.
pub(super) struct Pieces(Option<Function>);

impl Iterator for Pieces {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let piece = self.0.as_ref()?.call0(&JsValue::NULL).ok()?;
        let piece = Uint8Array::new(&piece).to_vec();
        (!piece.is_empty()).then_some(piece)
    }
}

/// Lets others have their turn, where they want it. (Of one type for all who read tables: their code is there once.)
pub(super) fn resting(pause: Function) -> impl AsyncFnMut() {
    async move || {
        if let Ok(answer) = pause.call0(&JsValue::NULL)
            && let Ok(turn) = answer.dyn_into::<Promise>()
        {
            let _ = JsFuture::from(turn).await;
        }
    }
}
