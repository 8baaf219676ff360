//! What a subcommand reads: a file, or the standard input for `-`.

use std::fs::File;
use std::io::{Read, stdin};

/// How messages call it, and what is in it.
pub fn open(path: &str) -> Result<(&str, Box<dyn Read>), String> {
    if path == "-" {
        return Ok(("The standard input", Box::new(stdin())));
    }
    let file = File::open(path).map_err(|error| format!("{path} cannot be read: {error}"))?;
    Ok((path, Box::new(file)))
}
