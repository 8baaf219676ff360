//! The WGSL by itself: every kernel is valid for naga, its structs are those of Rust byte for byte, and it
//! uses nothing that the platform notes rule out.

use std::collections::BTreeMap;
use std::mem::offset_of;

use guidance_lab::gpu::many::{ManyFour, ManyHead, ManyHeads, ManyNow, ManyParams, ManyQuad};
use guidance_lab::gpu::{ManySources, PartialSums, SceneParams, Sources, StepParams};
use guidance_lab::kernels::{BinScale, Guide, Moment, Term};
use naga::valid::{Capabilities, ValidationFlags, Validator};

/// Name and text of every kernel of one and two dimensions, and of many.
fn texts() -> [Vec<(String, String)>; 2] {
    let few = Sources::default().all().map(|(name, text)| (name.to_owned(), text.to_owned()));
    let many = ManySources::default().all().map(|(name, text)| (format!("many/{name}"), text.to_owned()));
    [few.into(), many.into()]
}

/// The same, parsed.
fn modules() -> [Vec<(String, naga::Module)>; 2] {
    let parse = |(name, text): (String, String)| {
        let module = naga::front::wgsl::parse_str(&text)
            .unwrap_or_else(|error| panic!("{name}.wgsl: {}", error.emit_to_string(&text)));
        (name, module)
    };
    texts().map(|texts| texts.into_iter().map(parse).collect())
}

#[test]
fn every_kernel_is_valid() {
    for (name, module) in modules().into_iter().flatten() {
        // No capability: nothing beyond the core of WebGPU.
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{name}.wgsl: {error:?}"));
        assert_eq!(module.entry_points.len(), 1, "{name}.wgsl");
        assert_eq!(module.entry_points[0].name, "main", "{name}.wgsl");
        assert_eq!(module.entry_points[0].workgroup_size, [64, 1, 1], "{name}.wgsl");
    }
}

/// Size, and offset of every member but the padding, in the order of declaration.
type Layout = (u32, Vec<(String, u32)>);

/// The layout of a Rust struct, by its members' names.
macro_rules! layout {
    ($type:ty: $($member:ident),+ $(,)?) => {
        (size_of::<$type>() as u32, vec![$((stringify!($member).to_owned(), offset_of!($type, $member) as u32)),+])
    };
}

#[test]
fn structs_have_the_layout_of_rust() {
    let few: BTreeMap<&str, Layout> = BTreeMap::from([
        ("Term", layout!(Term: mean, offset, p11, p12, p22, place, padding)),
        (
            "Guide",
            layout!(Guide: gamma, kind, parameters, outside, first, end, adaptive, score_terms, score_stride,
                classifier_terms, classifier_stride, clip, removed, rescale, variance, ahead, whole, score_scale, models,
                score_shift, own_terms, own_stride, bound),
        ),
        ("Moment", layout!(Moment: factor, variance, bound, padding)),
        ("BinScale", layout!(BinScale: min, max, density, side, padding)),
        (
            "SceneParams",
            layout!(SceneParams: dimension, particles, groups, lanes, terms, target_terms, seed, tracked_groups,
                conditional, summing_threads, other_classes, padding, bins),
        ),
        (
            "StepParams",
            layout!(StepParams: index, present_terms, history, padding, keep, drift, noise, corrector, moments),
        ),
        (
            "PartialSums",
            layout!(PartialSums: reciprocal, reciprocal_squared, log_probability, log_probability_squared,
                position_x, position_y, position_xx, position_xy, position_yy, count, improved, origin_x,
                origin_y),
        ),
    ]);
    let many: BTreeMap<&str, Layout> = BTreeMap::from([
        ("ManyParams", layout!(ManyParams: groups, dimension, quads, tiles, components, classes, seed, padding)),
        ("ManyNow", layout!(ManyNow: index, kind, adds, turn, keep, drift, noise, corrector, parameters)),
        ("ManyHead", layout!(ManyHead: log_weight, place, padding)),
        ("ManyHeads", layout!(ManyHeads: heads, scales)),
        ("ManyFour", layout!(ManyFour: particles, places, gammas, tested)),
        ("ManyQuad", layout!(ManyQuad: mean, inverse)),
    ]);
    let [of_few, of_many] = modules();
    let all = of_few.into_iter().map(|own| (own, &few)).chain(of_many.into_iter().map(|own| (own, &many)));
    for ((kernel, module), expected) in all {
        let mut found = 0;
        for (_, ty) in module.types.iter() {
            let (Some(name), naga::TypeInner::Struct { members, span }) = (&ty.name, &ty.inner) else { continue };
            let Some(expected) = expected.get(name.as_str()) else { continue };
            let members = members
                .iter()
                .map(|member| (member.name.clone().expect("members have names"), member.offset))
                .collect();
            assert_eq!((*span, members), *expected, "{name} in {kernel}.wgsl");
            found += 1;
        }
        assert_eq!(found, expected.len(), "{kernel}.wgsl");
    }
}

/// Texts that no kernel may contain, and why.
const FORBIDDEN: [(&str, &str); 13] = [
    ("workgroupBarrier", "barriers are slow on software adapters and judged differently by compilers"),
    ("storageBarrier", "as above"),
    ("var<workgroup>", "as above"),
    ("sin(", "imprecise: own_sincos"),
    ("cos(", "imprecise: own_sincos"),
    ("tan(", "imprecise"),
    ("tanh(", "NaN for large arguments on SwiftShader"),
    ("exp(", "own_exp, the CPU's twin"),
    ("exp2(", "as above"),
    ("log(", "own_log, the CPU's twin"),
    ("log2(", "as above"),
    ("pow(", "log and exp in one"),
    ("enable ", "no optional feature"),
];

#[test]
fn kernels_use_nothing_that_is_ruled_out() {
    for (name, text) in texts().into_iter().flatten() {
        for (index, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let code = code.replace("own_exp(", "").replace("own_log(", "");
            for (forbidden, why) in FORBIDDEN {
                let at_a_word = code
                    .match_indices(forbidden)
                    .any(|(at, _)| !code[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_'));
                assert!(!at_a_word, "{name}, composed line {}: {forbidden}: {why}", index + 1);
            }
        }
    }
}
