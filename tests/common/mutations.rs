//! Texts of the WGSL and what a wrong kernel says instead. Each change must grow the step's error far beyond the
//! tolerance; each kind of classifier has some in its file (`tests/kinds.rs`).
#![allow(dead_code, reason = "each test binary uses its own part")]

pub const MUTATIONS: &[(&str, &str)] = &[
    ("now.keep * y + now.drift * score", "now.keep * y - now.drift * score"),
    ("+ now.noise * z", "- now.noise * z"),
    ("half_way + now.corrector * (next", "half_way - now.corrector * (next"),
    ("-(term.p11 * d.x + term.p12 * d.y)", "-(term.p11 * d.x - term.p12 * d.y)"),
    ("term.offset + 0.5", "term.offset - 0.5"),
    ("gamma * (push.along", "-gamma * (push.along"),
    ("Push(parts.rest, 0.0", "Push(0.9 * parts.rest, 0.0"),
    ("index < all.first", "index <= all.first"),
    ("index >= all.end", "index > all.end"),
    ("guide.gamma = all.outside", "guide.gamma = 1.1 * all.outside"),
    ("guide_at(guide, now.index + 1u)", "guide_at(guide, now.index)"),
    ("own_log(least)", "own_log(least * 1.01)"),
    ("parts.rest * (1.0 - wave.x", "parts.rest * (1.0 + wave.x"),
    ("scale * wave.y, scale)", "scale * wave.y, parts.rest)"),
    ("(guide.gamma - guide.outside)", "(guide.gamma)"),
    ("parts.rest - scale * (wave.x * parts.eta)", "parts.rest + scale * (wave.x * parts.eta)"),
    ("parts.rest + parts.eta * own_exp(wave.x)", "parts.rest + parts.eta * own_exp(-wave.x)"),
    ("log_ratio(of_target, of_class) - guide.parameters.y", "log_ratio(of_target, of_class) + guide.parameters.y"),
    ("let top = guide.parameters.x * log_ratio", "let top = log_ratio"),
    ("let along = guide.parameters.x * tempered.rest", "let along = tempered.rest"),
    ("weight_of(guide, tempered.rest)", "weight_of(guide, parts.rest)"),
    ("tempered.target_score - tempered.other_score", "parts.target_score - parts.other_score"),
    ("].place == place", "].place >= place"),
    ("old * one.sum + new_weight * two.sum", "one.sum + new_weight * two.sum"),
    ("select(sine, -sine, (quadrant & 2u) != 0u)", "select(sine, -sine, (quadrant & 2u) == 0u)"),
    ("0x9E3779B9u", "0x9E3779B8u"),
    ("sqrt(-2.0 * own_log", "sqrt(-2.02 * own_log"),
];
