//! A kind of classifier is one thing at each level: a file of its name in the model, the reference, the kernels
//! and the shaders, and its part in the tests of them all. docs/contributing.md is the recipe.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use common::mutations::MUTATIONS;
use common::suite;
use guidance_lab::model::CLASSIFIER_KINDS;

/// The folders with a file for each kind, and the files in them that are for several.
const LEVELS: [(&str, &str, &[&str]); 4] = [
    ("src/model/classifier", "rs", &["mod"]),
    ("src/reference/classifier", "rs", &["mod", "seen"]),
    ("src/kernels/classifier", "rs", &["mod", "rules"]),
    ("shaders/lib/classifier", "wgsl", &["rules"]),
];

/// The kinds that are the exact posterior of another mixture: below the model they share a file, `seen.rs` in the
/// reference and `apart` in the kernels and the shaders.
const OF_ANOTHER_MIXTURE: [&str; 2] = ["mistimed", "noise_blind"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|_| panic!("no {path}"))
}

#[test]
fn every_kind_has_a_file_at_every_level() {
    let kinds: BTreeSet<String> = CLASSIFIER_KINDS.iter().map(|&kind| kind.replace('-', "_")).collect();
    assert_eq!(kinds.len(), CLASSIFIER_KINDS.len());
    for (folder, extension, shared) in LEVELS {
        let model = folder.contains("model");
        let expected: BTreeSet<String> =
            kinds.iter().filter(|&kind| model || !OF_ANOTHER_MIXTURE.contains(&&**kind)).cloned().collect();
        let files: BTreeSet<String> = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .filter(|name| !shared.contains(&&**name))
            .collect();
        assert_eq!(files, expected, "{folder}");
    }
}

/// The engines are compared with the definitions for each kind, with a constant and with an adaptive weight.
#[test]
fn every_kind_is_in_the_engines_suite() {
    for weighted in [false, true] {
        let tested: BTreeSet<String> = suite::states()
            .into_iter()
            .filter(|(_, state)| (state.guidance.adaptive > 0.0) == weighted)
            .map(|(_, state)| state.to_value()["classifier"]["kind"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(tested, CLASSIFIER_KINDS.iter().map(|&kind| kind.to_owned()).collect());
    }
}

/// A fault in the shader of each kind would be noticed.
#[test]
fn every_kind_has_a_mutation() {
    for kind in CLASSIFIER_KINDS {
        let kind = kind.replace('-', "_");
        let another = OF_ANOTHER_MIXTURE.contains(&&*kind);
        let shader = if another { "apart".to_owned() } else { format!("classifier/{kind}") };
        // As the mutations see it: without indentation.
        let shader = read(&format!("shaders/lib/{shader}.wgsl")).replace("\n    ", "\n");
        assert!(MUTATIONS.iter().any(|(from, _)| shader.contains(from)), "no mutation of {kind}.wgsl");
    }
}

/// Its bits are recorded and its formulas are written.
#[test]
fn every_kind_has_its_digests_and_formulas() {
    let (digests, numerics) = (read("tests/digests.txt"), read("docs/numerics.md"));
    for kind in CLASSIFIER_KINDS {
        // The wiggle's two forms have loops of their own.
        let names: &[&str] = if *kind == "wiggle" { &["probability", "logit"] } else { &[kind] };
        for name in names {
            assert!(digests.lines().any(|line| line.split(' ').nth(2) == Some(name)), "no digest of {name}");
        }
        assert!(numerics.contains(kind), "docs/numerics.md does not name {kind}");
    }
}
