//! What TypeScript knows of the types and the messages that cross: files that are written from the Rust source. These
//! tests fail when one of them is stale; with `GUIDANCE_LAB_WRITE=1` they write it anew.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use ts_rs::{Config, TS};

use super::data;
use crate::metrics::{Distances, Estimate, LaneMeasures, Measurement};
use crate::model::{self, FIELDS};
use crate::reference::{ErrorBound, ExactMeasures};
use crate::sweep::{self, Row, Size, all};
use crate::words::{self, messages};
use crate::{select, sweep as experiments};

const HOW: &str = "GUIDANCE_LAB_WRITE=1 cargo test --lib typescript";

/// One type with its documentation.
fn declare<T: TS>(config: &Config, text: &mut String) {
    let declared = format!("{}\nexport {}\n\n", T::docs().unwrap_or_default(), T::decl(config));
    // Documentation of one line in one line.
    let mut lines = declared.lines().map(str::trim).filter(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let words = if line == "/**" { lines.next() } else { None };
        match words {
            Some(words) if lines.next_if_eq(&"*/").is_some() => {
                let _ = writeln!(text, "/**{} */", words.trim_start_matches('*'));
            }
            Some(words) => {
                let _ = writeln!(text, "{line}\n {words}");
            }
            None => {
                let _ = writeln!(text, "{line}");
            }
        }
    }
    text.push('\n');
}

macro_rules! declare_all {
    ($config:expr, $text:expr, $($type:ty),* $(,)?) => {
        $(declare::<$type>($config, $text);)*
    };
}

#[expect(clippy::too_many_lines, reason = "a list")]
fn types() -> String {
    let config = Config::new().with_large_int("number");
    let mut text = format!(
        "/**\n * The data that crosses between the page and the module. Written from the Rust types by\n * `{HOW}`: change those, not this file.\n */\n\n"
    );
    declare_all!(
        &config,
        &mut text,
        model::Lane,
        model::VectorField,
        model::Layout,
        select::Backend,
        model::Grid,
        model::Sampler,
        model::WiggleForm,
        model::AmplitudeLaw,
        model::Amplitude,
        model::Exact,
        model::Wiggle,
        model::Tempered,
        model::Mistimed,
        model::LabelSmoothing,
        model::BlindInput,
        model::NoiseBlind,
        model::Denoised,
        model::Activation,
        model::Fourier,
        model::LossWeights,
        model::Recipe,
        model::Learned,
        model::Classifier,
        model::Weaker,
        model::LearnedScore,
        model::Score,
        model::GuidedBy,
        model::Component,
        model::Process,
        model::Schedule,
        model::GradientAt,
        model::Guidance,
        model::View,
        model::State,
        model::FieldKind,
        model::Field,
        model::Preset,
        words::Value,
        words::Crossing,
        model::LabErrorCode,
        model::LabError,
        model::Change,
        data::Opened,
        crate::fit::Fitted,
        crate::fit::Directions,
        crate::fit::Roles,
        crate::fit::Wishes,
        crate::fit::Column,
        crate::fit::Table,
        data::Domain,
        data::Curves,
        data::Spacetime,
        data::Plane,
        data::Arrows,
        data::Marginals,
        data::Probe,
        data::PointValues,
        data::DroppedPath,
        data::FromFile,
        data::Progress,
        data::FittedMany,
        data::Drawn,
        data::Corrected,
        data::OfTarget,
        data::Flat,
        data::Cell,
        select::EngineInfo,
        Estimate,
        ExactMeasures,
        ErrorBound,
        crate::engine::Weights,
        LaneMeasures,
        Distances,
        data::Influence,
        data::Wrong,
        data::Labelled,
        Measurement,
        data::LaneFrame,
        data::Frame,
        experiments::Quantity,
        experiments::About,
        experiments::GuideLine,
        experiments::Cost,
        experiments::Planned,
        experiments::Entry,
        experiments::Chart,
        Row,
        data::Measured<'static>,
        data::Pairs,
        data::Law,
        experiments::Harmed,
        experiments::Harm,
        experiments::WhoseHarm,
        experiments::Line,
        experiments::Fit,
        experiments::Predicted,
        experiments::Check,
        experiments::Verdict,
        experiments::Report,
        experiments::Extent,
    );
    text
}

/// A quantity's name has parts with commas between them.
fn parts(names: &mut BTreeSet<&'static str>, name: &'static str) {
    names.extend(name.split(", "));
}

fn quantity(names: &mut BTreeSet<&'static str>, quantity: &sweep::Quantity) {
    parts(names, quantity.name);
    names.insert(quantity.unit);
}

/// Names and texts that stand in the module as constants and are shown as they are.
fn names() -> BTreeSet<&'static str> {
    let mut names = BTreeSet::from(["not a number", ", "]);
    for experiment in all(Size::Default) {
        let about = experiment.about();
        names.extend([about.title, about.claim, about.source]);
        quantity(&mut names, &about.axis);
        about.series.iter().for_each(|series| quantity(&mut names, series));
        for guide in experiment.guides() {
            match guide {
                sweep::GuideLine::Level { name, .. } | sweep::GuideLine::Points { name, .. } => parts(&mut names, name),
                sweep::GuideLine::Power { .. } => {}
            }
        }
        // What its checks are called does not depend on what was measured.
        let value = Estimate { estimate: 1.0, standard_error: 0.0 };
        let rows: Vec<Row> =
            experiment.points().into_iter().map(|x| Row::new(x, vec![value; about.series.len()])).collect();
        let verdict = experiment.verdict(&rows);
        assert!(!verdict.checks.is_empty(), "{}", about.name);
        for says in verdict.checks.iter().map(|check| &check.says).chain([&verdict.says]) {
            says.names().into_iter().for_each(|name| parts(&mut names, name));
        }
    }
    let samples: [&[f32]; 2] = [&[0.5, 1.0, 1.5], &[0.4, 1.1, 1.2]];
    for chart in sweep::pairs(&model::State::default().mixture(), 1, 0.1, samples, (-4.0, 4.0)).charts {
        names.insert(chart.title);
        quantity(&mut names, &chart.axis);
        chart.series.iter().for_each(|series| quantity(&mut names, series));
    }
    names
}

fn texts() -> String {
    let mut text = format!(
        "/**\n * What the module says, in English: what every language has to have (docs/languages.md). Written from\n * `src/words/messages.rs`, the experiments and the fields of the state by\n * `{HOW}`.\n */\n\n/** The messages by their code. */\nexport const MESSAGES = {{\n"
    );
    let quoted = |text: &str| serde_json::to_string(text).expect("a text");
    for (words, _) in messages::ALL {
        let _ = writeln!(text, "{}: {},", words.id, quoted(words.text));
    }
    text.push_str("} as const;\n\n/** Names and texts that it has as constants. */\nexport const NAMES = [\n");
    for name in names() {
        let _ = writeln!(text, "{},", quoted(name));
    }
    text.push_str("] as const;\n\n/** The paths of the state's fields, and of the objects that hold them. */\nexport const FIELDS = [\n");
    // And of the objects that hold them.
    let mut paths = BTreeSet::new();
    for field in FIELDS {
        paths.extend(field.path.match_indices('.').map(|(dot, _)| &field.path[..dot]));
        paths.insert(field.path);
    }
    for path in paths {
        let _ = writeln!(text, "{},", quoted(path));
    }
    text.push_str("] as const;\n");
    text
}

/// A text without what the formatter decides: spaces, quotes, separators.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !"\"'\\,;|()".contains(*c)).collect()
}

fn check(path: &str, text: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join(path);
    if std::env::var_os("GUIDANCE_LAB_WRITE").is_some() {
        std::fs::write(&file, text).expect("the file is written");
        let mut biome = Command::new("node");
        biome.arg("node_modules/@biomejs/biome/bin/biome").args(["format", "--write", path]).current_dir(root);
        assert!(biome.status().is_ok_and(|status| status.success()), "Biome formats {path} after `npm ci`");
    }
    let (committed, text) = (bare(&std::fs::read_to_string(&file).unwrap_or_default()), bare(text));
    let same = committed.chars().zip(text.chars()).take_while(|(old, new)| old == new).count();
    let around: String = text.chars().skip(same.saturating_sub(30)).take(60).collect();
    assert!(committed == text, "{path} is stale near “{around}”; write it anew by `{HOW}`");
}

#[test]
fn the_types_are_those_of_rust() {
    check("www/workers/types.ts", &types());
}

#[test]
fn the_messages_are_those_of_rust() {
    check("www/words/messages.ts", &texts());
}
