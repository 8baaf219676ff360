//! `sweep STATE.json --path PATH --values VALUES --out ROWS.jsonl`: one state with many values of one field, as lines of JSON.
//!
//! The first line of the file says whose it is; a row is appended in one write when it is done, and once all are there they
//! are put into the order of the values. Whoever starts it again gets what is missing.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::Args;
use guidance_lab::metrics::Measurement;
use guidance_lab::model::LabError;
use guidance_lab::sweep::StateSweep;
use serde_json::{Value, json};

use super::values::Values;
use super::{input, progress};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The state's file; - reads the standard input
    #[arg(value_name = "STATE.json")]
    state: String,
    /// The field that takes the values, as docs/state.md writes it: guidance.gamma, mixture[1].weight, mixture[0].mean[0]
    #[arg(long)]
    path: String,
    /// Numbers with commas between them, or FROM:TO:STEP
    #[arg(long, allow_hyphen_values = true, value_name = "VALUES")]
    values: Values,
    /// Where the rows go; a file of the same sweep goes on where it ends, that of another is refused
    #[arg(long, value_name = "ROWS.jsonl")]
    out: PathBuf,
    #[command(flatten)]
    network: input::Network,
}

/// Measures what the file does not have yet.
pub fn run(Arguments { state, path, values, out, network }: &Arguments) -> Result<(), String> {
    let state = input::opened(state, network)?;
    let values = values.json();
    let sweep = StateSweep::new(&state, path, &values.clone().into(), true).map_err(|error| error.message)?;
    let version = env!("CARGO_PKG_VERSION");
    let head = json!({ "version": version, "path": path, "values": values, "state": state.to_value() });
    let rows = Rows::open(out, &head, &values)?;
    let missing: Vec<usize> = (0..values.len()).filter(|index| !rows.found.contains_key(index)).collect();
    let progress = progress::of(values.len());
    progress.set_position(rows.found.len() as u64);
    let rows = Mutex::new(rows);
    sweep.measure_all(&missing, |index, measurement| {
        rows.lock().unwrap_or_else(PoisonError::into_inner).add(index, &values[index], &measurement)?;
        progress.inc(1);
        Ok::<(), Failure>(())
    })?;
    progress.finish_and_clear();
    rows.into_inner().unwrap_or_else(PoisonError::into_inner).finish()?;
    eprintln!("{} rows in {}, {} of them new.", values.len(), out.display(), missing.len());
    Ok(())
}

/// Why it ended.
struct Failure(String);

impl From<LabError> for Failure {
    fn from(error: LabError) -> Self {
        Self(error.message)
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl From<Failure> for String {
    fn from(Failure(message): Failure) -> Self {
        message
    }
}

/// The file, locked while it is written.
struct Rows<'a> {
    path: &'a Path,
    file: File,
    head: String,
    /// The lines by the index of their value, and those indices as they stand in the file.
    found: BTreeMap<usize, String>,
    order: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// Makes the file, or reads what it has; what belongs to another sweep is left as it is.
    fn open(path: &'a Path, head: &Value, values: &[Value]) -> Result<Self, String> {
        let shown = path.display();
        let cannot = |error: io::Error| format!("{shown} cannot be written: {error}");
        if path.exists() && !path.is_file() {
            return Err(format!("{shown} is not a file."));
        }
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(cannot)?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(format!("Another sweep writes {shown} right now.")),
            // Not every file system has locks.
            Err(TryLockError::Error(_)) | Ok(()) => {}
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| format!("{shown} cannot be read: {error}"))?;
        let head_line = format!("{}\n", json!({ "sweep": head }));
        let mut rows = Self { path, file, head: head_line, found: BTreeMap::new(), order: Vec::new() };
        // Cut off in its first line, or empty.
        if bytes.len() < rows.head.len() && rows.head.as_bytes().starts_with(&bytes) {
            rows.file.set_len(0).and_then(|()| rows.file.write_all(rows.head.as_bytes())).map_err(cannot)?;
            return Ok(rows);
        }
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |last| last + 1);
        let text = str::from_utf8(&bytes[..whole]).unwrap_or_default();
        let mut lines = text.lines();
        let theirs: Value = lines.next().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        let Some(theirs) = theirs.get("sweep") else {
            return Err(format!(
                "{shown} is there already and holds no sweep: nothing was written. Choose another --out."
            ));
        };
        if let Some(other) = ["version", "path", "values", "state"].into_iter().find(|&key| theirs[key] != head[key]) {
            let those = if other == "state" || other == "values" {
                String::new()
            } else {
                format!(" ({} there, {} here)", theirs[other], head[other])
            };
            return Err(format!(
                "{shown} holds a sweep with another {other}{those}: nothing was written. Choose another --out."
            ));
        }
        let places: HashMap<String, usize> = values.iter().map(Value::to_string).zip(0..).collect();
        for (at, line) in lines.enumerate() {
            let row: Option<Value> = serde_json::from_str(line).ok();
            let index = row.and_then(|row| places.get(&row.get("value")?.to_string()).copied());
            let index = index.filter(|index| !rows.found.contains_key(index));
            let index =
                index.ok_or_else(|| format!("{shown}: line {} is no row of this sweep, or one twice.", at + 2))?;
            rows.order.push(index);
            rows.found.insert(index, format!("{line}\n"));
        }
        // The last line, if it was cut off.
        rows.file.set_len(whole as u64).map_err(cannot)?;
        Ok(rows)
    }

    /// Appends the row of a value.
    fn add(&mut self, index: usize, value: &Value, measurement: &Measurement) -> Result<(), String> {
        let measurement = serde_json::to_value(measurement).expect("a measurement is plain data");
        let line = format!("{{\"value\":{value},\"measurement\":{measurement}}}\n");
        // In one piece: whoever is killed here leaves at most one line that is not whole.
        self.file.write_all(line.as_bytes()).map_err(|error| self.cannot(&error))?;
        self.order.push(index);
        self.found.insert(index, line);
        Ok(())
    }

    /// Puts the rows into the order of the values.
    fn finish(mut self) -> Result<(), String> {
        if self.order.is_sorted() {
            return Ok(());
        }
        self.put_in_order().map_err(|error| self.cannot(&error))
    }

    /// By way of a file beside it that takes its place when it is whole.
    fn put_in_order(&mut self) -> io::Result<()> {
        let path = fs::canonicalize(self.path)?;
        let mut beside = path.clone().into_os_string();
        beside.push(".ordered");
        let mut file = File::create(&beside)?;
        file.write_all(self.head.as_bytes())?;
        for line in self.found.values() {
            file.write_all(line.as_bytes())?;
        }
        file.sync_all()?;
        fs::rename(&beside, &path)
    }

    fn cannot(&self, error: &io::Error) -> String {
        format!("{} cannot be written: {error}", self.path.display())
    }
}
