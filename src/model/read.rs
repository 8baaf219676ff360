//! From JSON to a valid [`State`], by one reader for the strict and the lenient way.

use serde_json::Value;
use strum::VariantArray;

use super::fields::FIELDS;
use super::process::MIN_GEOMETRIC_STOP;
use super::rare::{is_rare, rare};
use super::reader::{Change, Read, Reader, choice_error, fault, shown, type_error};
use super::{
    Component, Grid, Guidance, LabError, LabErrorCode, Lane, MAX_CLASSES, MAX_COMPONENTS, MAX_DIMENSION, MAX_LABEL,
    Process, Score, State, VERSION, View, classifier, is_label,
};
use crate::words::{self, Says, messages as says};

impl State {
    /// Reads a state strictly: missing keys take the defaults (a component has none), weights are
    /// normalised, anything else amiss is an error that names the field, the value and the range.
    pub fn from_value(value: &Value) -> Result<Self, LabError> {
        strict(value)
    }

    /// The state with a patch merged into it: objects deeply, arrays replaced. A patch that changes
    /// `classifier.kind` or `score.kind` starts from that kind's defaults. Strict, like [`State::from_value`].
    pub fn merge(&self, patch: &Value) -> Result<Self, LabError> {
        Self::merged(self.to_value(), patch)
    }

    /// The same for a state as JSON, which is read once, with the patch in it.
    pub fn merged(mut value: Value, patch: &Value) -> Result<Self, LabError> {
        for part in ["classifier", "score"] {
            let kind = |value: &Value| Some(value.get(part)?.get("kind")?.clone());
            if kind(patch).is_some_and(|other| kind(&value) != Some(other))
                && let Some(fields) = value.get_mut(part)
            {
                *fields = Value::Object(serde_json::Map::new());
            }
        }
        if !patch.is_object() {
            return Self::from_value(patch);
        }
        merge_into(&mut value, patch);
        Self::from_value(&value)
    }

    /// Reads anything at all: the nearest valid state, and what had to be changed. Never fails, and
    /// [`State::from_value`] accepts what it returns.
    pub fn open(value: &Value) -> (Self, Vec<Change>) {
        lenient(value, Value::Null)
    }

    /// The same with the values of `base`, a state as JSON, where nothing can be read.
    pub fn open_over(value: &Value, mut base: Value) -> (Self, Vec<Change>) {
        let kind = |value: &Value| value.get("classifier")?.get("kind").cloned();
        // The fields of another kind mean nothing to this one.
        if kind(value) != kind(&base)
            && let Some(classifier) = base.get_mut("classifier")
        {
            *classifier = Value::Null;
        }
        lenient(value, base)
    }
}

fn merge_into(base: &mut Value, patch: &Value) {
    match (base, patch) {
        (Value::Object(base), Value::Object(patch)) => {
            for (key, value) in patch {
                merge_into(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (base, patch) => *base = patch.clone(),
    }
}

/// The smallest share that a component can have after the weights are normalised.
const MIN_SHARE: f64 = 1e-6;
/// Rounding allowed in the smallest share, so that a normalised state is read back.
const SHARE_TOLERANCE: f64 = 1e-9;
/// Weights whose sum is this close to one are left as they are, so that a state is read back exactly.
const SUM_TOLERANCE: f64 = 1e-12;
/// Relative asymmetry of a covariance below which it is rounding, not a mistake.
const SYMMETRY_TOLERANCE: f64 = 1e-9;
/// Relative rounding allowed in eigenvalues at the ends of their range.
const EIGENVALUE_TOLERANCE: f64 = 1e-6;

/// The strict way.
pub(super) fn strict(value: &Value) -> Result<State, LabError> {
    Reader::strict(FIELDS).state(value, &State::default()).map_err(|fault| *fault)
}

/// The lenient way.
pub(super) fn lenient(value: &Value, base: Value) -> (State, Vec<Change>) {
    let default = if base.is_object() { strict(&base).unwrap_or_default() } else { State::default() };
    let mut reader = Reader::lenient(FIELDS, base);
    // A lenient reader settles every fault.
    let Ok(state) = reader.state(value, &default) else { unreachable!() };
    (state, reader.into_changes())
}

impl Reader {
    fn state(&mut self, value: &Value, default: &State) -> Read<State> {
        let keys = [
            "version",
            "mixture",
            "labels",
            "process",
            "guidance",
            "classifier",
            "score",
            "compare",
            "particles",
            "seed",
            "view",
        ];
        let object = self.object(Some(value), "", &keys)?;
        self.version(object.get("version"))?;
        let mixture = self.mixture(object.get("mixture"), &default.mixture)?;
        let labels = self.labels(object.get("labels"), &default.labels)?;
        let process = self.process(object.get("process"), default.process)?;
        let guidance = self.guidance(object.get("guidance"), default.guidance, &mixture)?;
        // Another kind, and another score, are read at the end.
        let classifier = classifier::read(self, object.get("classifier"))?;
        if !is_rare(value) {
            self.object(object.get("score"), "score", &["kind"])?;
        }
        let mut compare = self.compare(object.get("compare"), &default.compare)?;
        if let Some(at) = compare.iter().position(|&lane| lane == Lane::Corrected)
            && !process.sampler.is_stochastic()
        {
            let path = format!("compare[{at}]");
            let message = says::corrected_needs_noise(&*path);
            self.settle(fault(LabErrorCode::Inconsistent, &path, message), says::left_out(), ())?;
            compare.remove(at);
        }
        let particles = self.integer(object.get("particles"), "particles", default.particles as u64)? as usize;
        let seed = self.integer(object.get("seed"), "seed", u64::from(default.seed))? as u32;
        let view = self.object(object.get("view"), "view", &["field", "lane", "layout", "against"])?;
        let view = View {
            field: self.choice(view.get("field"), "view.field", default.view.field)?,
            lane: self.choice(view.get("lane"), "view.lane", default.view.lane)?,
            layout: self.choice(view.get("layout"), "view.layout", default.view.layout)?,
            against: self.choice(view.get("against"), "view.against", default.view.against)?,
        };
        let score = Score::Exact;
        let mut state = State {
            version: VERSION,
            mixture,
            labels,
            process,
            guidance,
            classifier,
            score,
            compare,
            particles,
            seed,
            view,
        };
        if is_rare(value) || is_rare(self.base()) {
            (rare().read)(self, object, &mut state)?;
        }
        Ok(state)
    }

    fn version(&mut self, value: Option<&Value>) -> Read<()> {
        match value {
            None => Ok(()),
            Some(value) if value.as_f64() == Some(f64::from(VERSION)) => Ok(()),
            Some(value) => {
                let message = says::unknown_version(shown(value), VERSION);
                self.settle(fault(LabErrorCode::Version, "version", message), says::read_as_known(), ())
            }
        }
    }

    fn mixture(&mut self, value: Option<&Value>, default: &[Component]) -> Read<Vec<Component>> {
        let Some(value) = value else { return Ok(default.to_vec()) };
        let Some(list) = value.as_array() else {
            let error = type_error("mixture", value, says::a_list_of_components());
            return self.settle(error, says::default_mixture_used(), default.to_vec());
        };
        if list.is_empty() || list.len() > MAX_COMPONENTS {
            let error = fault(LabErrorCode::Range, "mixture", says::component_count(list.len(), MAX_COMPONENTS));
            let instead = if list.is_empty() { says::default_used() } else { says::first_used(MAX_COMPONENTS) };
            self.settle(error, instead, ())?;
        }
        let mut components: Vec<Component> = Vec::new();
        for (i, value) in list.iter().take(MAX_COMPONENTS).enumerate() {
            let path = format!("mixture[{i}]");
            let Some(component) = self.component(value, &path)? else { continue };
            let dimension = components.first().map_or(component.mean.len(), |first| first.mean.len());
            if component.mean.len() == dimension {
                components.push(component);
            } else {
                let path = format!("{path}.mean");
                let message = says::other_dimension(&*path, component.mean.len(), dimension);
                self.settle(fault(LabErrorCode::Inconsistent, &path, message), says::left_out(), ())?;
            }
        }
        if components.is_empty() {
            if !list.is_empty() {
                let error = fault(LabErrorCode::Range, "mixture", says::no_component());
                self.settle(error, says::default_used(), ())?;
            }
            return Ok(default.to_vec());
        }
        self.normalise(&mut components)?;
        Ok(components)
    }

    /// Names of classes: text from strangers, so that it is short and nothing in it acts on the text around it.
    fn labels(&mut self, value: Option<&Value>, default: &[String]) -> Read<Vec<String>> {
        let Some(value) = value else { return Ok(default.to_vec()) };
        let mut labels = Vec::new();
        let list = value.as_array().filter(|list| list.len() <= MAX_CLASSES);
        if list.is_none() {
            self.not_a_name("labels", value, value.is_array(), says::a_list_of_names(MAX_CLASSES))?;
        }
        for (i, value) in list.into_iter().flatten().enumerate() {
            let label = value.as_str().unwrap_or_default();
            if value.is_string() && is_label(label) {
                labels.push(label.to_owned());
            } else {
                self.not_a_name(&format!("labels[{i}]"), value, value.is_string(), says::a_name(MAX_LABEL))?;
                labels.push(String::new());
            }
        }
        Ok(labels)
    }

    fn not_a_name(&mut self, path: &str, value: &Value, right_type: bool, wanted: Says) -> Read<()> {
        let mut error = type_error(path, value, wanted);
        if right_type {
            error.code = LabErrorCode::Range;
        }
        self.settle(error, says::left_out(), ())
    }

    /// Makes the weights sum to one.
    fn normalise(&mut self, components: &mut [Component]) -> Read<()> {
        let sum: f64 = components.iter().map(|component| component.weight).sum();
        for i in 0..components.len() {
            let share = components[i].weight / sum;
            if share < MIN_SHARE * (1.0 - SHARE_TOLERANCE) {
                let path = format!("mixture[{i}].weight");
                let error = fault(LabErrorCode::Range, &path, says::small_share(&*path, share, MIN_SHARE));
                // The sum grows by at most 30 smallest shares, so this share stays large enough.
                components[i].weight = self.settle(error, says::smallest_share_used(), 2.0 * MIN_SHARE * sum)?;
            }
        }
        let sum: f64 = components.iter().map(|component| component.weight).sum();
        if (sum - 1.0).abs() > SUM_TOLERANCE {
            for component in components {
                component.weight /= sum;
            }
        }
        Ok(())
    }

    /// One component, or `None` if there is nothing to repair it from.
    fn component(&mut self, value: &Value, path: &str) -> Read<Option<Component>> {
        if !value.is_object() {
            return self.settle(type_error(path, value, says::an_object()), says::left_out(), None);
        }
        let object = self.object(Some(value), path, &["weight", "mean", "covariance", "class"])?;
        for key in ["weight", "mean", "covariance", "class"] {
            if object.get(key).is_none() {
                let path = format!("{path}.{key}");
                let error = fault(LabErrorCode::Type, &path, says::missing(&*path));
                return self.settle(error, says::left_out(), None);
            }
        }
        let Some(mean) = self.mean(object.get("mean"), &format!("{path}.mean"))? else { return Ok(None) };
        let covariance = self.covariance(object.get("covariance"), &format!("{path}.covariance"), mean.len())?;
        let Some(covariance) = covariance else { return Ok(None) };
        let weight = self.number(object.get("weight"), &format!("{path}.weight"), 1.0)?;
        let class = self.integer(object.get("class"), &format!("{path}.class"), 0)? as usize;
        Ok(Some(Component { weight, mean, covariance, class }))
    }

    fn mean(&mut self, value: Option<&Value>, path: &str) -> Read<Option<Vec<f64>>> {
        let value = value.unwrap_or(&Value::Null);
        let Some(mut mean) = numbers(value) else {
            return self.settle(type_error(path, value, says::a_list_of_numbers()), says::left_out(), None);
        };
        if mean.is_empty() || mean.len() > MAX_DIMENSION {
            let error = fault(LabErrorCode::Range, path, says::number_count(path, mean.len(), MAX_DIMENSION));
            return self.settle(error, says::left_out(), None);
        }
        for (i, entry) in mean.iter_mut().enumerate() {
            *entry = self.in_range(*entry, &format!("{path}[{i}]"), self.field(path))?;
        }
        Ok(Some(mean))
    }

    fn covariance(&mut self, value: Option<&Value>, path: &str, d: usize) -> Read<Option<Vec<Vec<f64>>>> {
        let value = value.unwrap_or(&Value::Null);
        let rows: Option<Vec<Vec<f64>>> =
            value.as_array().filter(|rows| rows.len() == d).and_then(|rows| rows.iter().map(numbers).collect());
        let Some(mut matrix) = rows.filter(|rows| rows.iter().all(|row| row.len() == d)) else {
            return self.settle(type_error(path, value, says::rows_of_numbers(d, d)), says::left_out(), None);
        };
        let size = matrix.iter().flatten().fold(0.0, |size: f64, entry| size.max(entry.abs()));
        for i in 0..d {
            for j in 0..i {
                let (lower, upper) = (matrix[i][j], matrix[j][i]);
                let middle = 0.5 * lower + 0.5 * upper;
                if (lower - upper).abs() > SYMMETRY_TOLERANCE * size {
                    let (place, other) = (format!("[{i}][{j}]"), format!("[{j}][{i}]"));
                    let message = says::not_symmetric(path, place, lower, other, upper);
                    self.settle(fault(LabErrorCode::Inconsistent, path, message), says::mean_used(), ())?;
                }
                matrix[i][j] = middle;
                matrix[j][i] = middle;
            }
        }
        let field = self.field(path);
        let (min, max) = (field.min.unwrap_or(0.0), field.max.unwrap_or(f64::INFINITY));
        let (values, vectors) = match matrix.as_slice() {
            [row] => (row.clone(), vec![vec![1.0]]),
            _ => (rare().eigen)(&matrix),
        };
        let (small, large) = (1.0 - EIGENVALUE_TOLERANCE, 1.0 + EIGENVALUE_TOLERANCE);
        if let Some(bad) = values.iter().find(|value| !(min * small..=max * large).contains(*value)) {
            let message = says::bad_eigenvalue(path, min, max, *bad);
            let repaired = if values.iter().flatten_finite() && vectors.iter().flatten().flatten_finite() {
                Some(rebuild(&values, &vectors, min, max))
            } else {
                None
            };
            let instead = if repaired.is_some() { says::nearest_eigenvalues_used() } else { says::left_out() };
            return self.settle(fault(LabErrorCode::Range, path, message), instead, repaired);
        }
        Ok(Some(matrix))
    }

    fn process(&mut self, value: Option<&Value>, default: Process) -> Read<Process> {
        let object = self.object(value, "process", &["horizon", "stop", "steps", "grid", "sampler"])?;
        let mut process = Process {
            horizon: self.number(object.get("horizon"), "process.horizon", default.horizon)?,
            stop: self.number(object.get("stop"), "process.stop", default.stop)?,
            steps: self.integer(object.get("steps"), "process.steps", default.steps as u64)? as usize,
            grid: self.choice(object.get("grid"), "process.grid", default.grid)?,
            sampler: self.choice(object.get("sampler"), "process.sampler", default.sampler)?,
        };
        let Process { horizon, stop, .. } = process;
        if process.grid == Grid::UniformGeometric && horizon <= 1.0 {
            let message = says::grid_needs_horizon("process.grid", "uniform-geometric", horizon);
            let error = fault(LabErrorCode::Inconsistent, "process.grid", message);
            process.grid = self.settle(error, says::used_instead("quadratic"), Grid::Quadratic)?;
        }
        let ceiling = horizon.min(1.0);
        let geometric = matches!(process.grid, Grid::UniformGeometric | Grid::Logistic);
        if stop >= ceiling || (geometric && stop < MIN_GEOMETRIC_STOP) {
            let floor: words::Value =
                if geometric { says::with_this_grid(MIN_GEOMETRIC_STOP).into() } else { 0_usize.into() };
            let message = says::bad_stop("process.stop", stop, floor, ceiling);
            let error = fault(LabErrorCode::Inconsistent, "process.stop", message);
            process.stop = self.settle(error, says::used_instead(0.01), 0.01)?;
        }
        Ok(process)
    }

    fn guidance(&mut self, value: Option<&Value>, default: Guidance, mixture: &[Component]) -> Read<Guidance> {
        let keys = [
            "target",
            "gamma",
            "from",
            "to",
            "adaptive",
            "outside",
            "sigmaPower",
            "clip",
            "schedule",
            "parallel",
            "rescale",
            "threshold",
            "at",
            "guide",
        ];
        let object = self.object(value, "guidance", &keys)?;
        let gamma = self.number(object.get("gamma"), "guidance.gamma", default.gamma)?;
        let mut target = self.integer(object.get("target"), "guidance.target", default.target as u64)? as usize;
        if mixture.iter().all(|component| component.class != target) {
            let classes = || (0..MAX_CLASSES).filter(|&class| mixture.iter().any(|component| component.class == class));
            let nearest = classes().min_by_key(|class| class.abs_diff(target)).unwrap_or(target);
            let names: Vec<words::Value> = classes().map(Into::into).collect();
            let message = says::no_such_class("guidance.target", target, names);
            let error = fault(LabErrorCode::Inconsistent, "guidance.target", message);
            target = self.settle(error, says::used_instead(nearest), nearest)?;
        }
        let mut from = self.number(object.get("from"), "guidance.from", default.from)?;
        let mut to = self.number(object.get("to"), "guidance.to", default.to)?;
        if from > to {
            let error = fault(LabErrorCode::Inconsistent, "guidance.from", says::interval_reversed(from, to));
            (from, to) = self.settle(error, says::exchanged(), (to, from))?;
        }
        let adaptive = self.number(object.get("adaptive"), "guidance.adaptive", default.adaptive)?;
        Ok(Guidance { target, gamma, from, to, adaptive, ..default })
    }

    fn compare(&mut self, value: Option<&Value>, default: &[super::Lane]) -> Read<Vec<super::Lane>> {
        let Some(value) = value else { return Ok(default.to_vec()) };
        let choices = self.field("compare").choices;
        let Some(list) = value.as_array() else {
            let error = type_error("compare", value, says::a_list_of_choices(choices));
            return self.settle(error, says::default_used(), default.to_vec());
        };
        let mut lanes = Vec::new();
        // The tail of an absurdly long list is not worth a notice for each entry.
        let readable = if self.is_lenient() { 16 } else { list.len() };
        for (i, value) in list.iter().take(readable).enumerate() {
            let path = format!("compare[{i}]");
            let named = value.as_str().filter(|name| choices.contains(name));
            let lane = super::Lane::VARIANTS.iter().find(|lane| Some(lane.name()) == named);
            match lane {
                Some(&lane) if lanes.contains(&lane) => {
                    let error = fault(LabErrorCode::Inconsistent, &path, says::twice(&*path, shown(value)));
                    self.settle(error, says::left_out(), ())?;
                }
                Some(&lane) => lanes.push(lane),
                None => self.settle(choice_error(&path, value, choices), says::left_out(), ())?,
            }
        }
        if list.len() > readable {
            let message = says::too_many_lanes("compare", list.len(), choices.len());
            self.settle(fault(LabErrorCode::Range, "compare", message), says::rest_left_out(), ())?;
        }
        Ok(lanes)
    }
}

/// A list of finite numbers.
fn numbers(value: &Value) -> Option<Vec<f64>> {
    let list = value.as_array().filter(|list| list.len() <= 64)?;
    list.iter().map(|value| value.as_f64().filter(|number| number.is_finite())).collect()
}

/// `Q clamp(Lambda) Q^T`.
fn rebuild(values: &[f64], vectors: &[Vec<f64>], min: f64, max: f64) -> Vec<Vec<f64>> {
    let d = values.len();
    let mut matrix = vec![vec![0.0; d]; d];
    for i in 0..d {
        for j in 0..=i {
            let entry = (0..d).map(|k| vectors[i][k] * values[k].max(min).min(max) * vectors[j][k]).sum();
            matrix[i][j] = entry;
            matrix[j][i] = entry;
        }
    }
    matrix
}

trait Finite {
    fn flatten_finite(self) -> bool;
}

impl<'a, I: Iterator<Item = &'a f64>> Finite for I {
    fn flatten_finite(mut self) -> bool {
        self.all(|number| number.is_finite())
    }
}
