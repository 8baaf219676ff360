//! A state as JSON.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{State, rare};

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl State {
    /// The state as JSON; [`State::from_value`] gives it back exactly.
    pub fn to_value(&self) -> Value {
        let Ok(Value::Object(mut entries)) = Self::serialize(self, serde_json::value::Serializer) else {
            // A state is plain data.
            unreachable!()
        };
        rare::write(self, &mut entries);
        Value::Object(entries)
    }
}
