// What the kernels share: parameters, buffers, and the mixture at a point. The structs are those of
// src/gpu/layout.rs; a test compares the layouts.
//
// A noise group is four consecutive floats of the row-major positions, one vec4: four particles in
// 1D, two in 2D.

struct SceneParams {
    dimension: u32,
    particles: u32,
    groups: u32,           // vec4s in a lane
    lanes: u32,
    terms: u32,            // in the mixture of one time
    target_terms: u32,     // the first ones, of the target class
    seed: u32,
    tracked_groups: u32,   // vec4s of a lane in the history of one step
    conditional: u32,      // index of the lane `conditional`, or NO_LANE
    summing_threads: u32,  // a lane
    other_classes: u32,    // beside the target
    padding: u32,
    bins: BinScale,
}

// What a lane needs to know of a time.
struct Moment {
    factor: f32,   // of the weight in the interval
    variance: f32, // sigma^2
    bound: f32,    // u times the largest coordinate of the guided estimate of the datum; 0 is no limit
    padding: u32,
}

// One entry for each time, selected by a dynamic offset.
struct StepParams {
    index: u32,
    present_terms: u32,    // first term of the mixture at this time
    history: u32,          // first vec4 of the tracked positions after this step
    padding: u32,
    keep: f32,
    drift: f32,
    noise: f32,
    corrector: f32,
    moments: array<array<Moment, 2>, MAX_LANES>, // of the lanes: at this time, then at the next
}

// The f32 sums of one thread over at most PARTICLES_A_THREAD particles.
struct PartialSums {
    reciprocal: f32,
    reciprocal_squared: f32,
    log_probability: f32,
    log_probability_squared: f32,
    position_x: f32,
    position_y: f32,
    position_xx: f32,
    position_xy: f32,
    position_yy: f32,
    count: u32,
    improved: u32,
    origin_x: f32,
    origin_y: f32,
}

const MAX_LANES: u32 = 4u;
const NO_LANE: u32 = 0xffffffffu;
const PARTICLES_A_THREAD: u32 = 256u;
// Far below any ratio that changes 1 + exp: the posterior without other classes.
const CERTAIN: f32 = -1.0e4;

@group(0) @binding(0) var<uniform> scene: SceneParams;
@group(0) @binding(1) var<uniform> now: StepParams;
@group(0) @binding(2) var<uniform> guides: array<Guide, MAX_LANES>;
@group(0) @binding(3) var<storage, read> terms: array<Term>;
@group(0) @binding(4) var<storage, read_write> positions: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> history: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> ratios: array<f32>;
@group(0) @binding(7) var<storage, read_write> counts: array<atomic<u32>>;
@group(0) @binding(8) var<storage, read_write> partial_sums: array<PartialSums>;
@group(0) @binding(9) var<storage, read> network: array<f32>;

// Particles in a group.
fn group_size() -> u32 {
    return 4u / scene.dimension;
}

// Particle j of a group; in 1D its second coordinate is 0.
fn particle(group: vec4<f32>, j: u32) -> vec2<f32> {
    if scene.dimension == 1u {
        return vec2<f32>(group[j], 0.0);
    }
    return select(group.xy, group.zw, j == 1u);
}

// The group with particle j replaced.
fn with_particle(group: vec4<f32>, j: u32, x: vec2<f32>) -> vec4<f32> {
    if scene.dimension == 1u {
        return select(group, x.xxxx, vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(j));
    }
    return select(group, x.xyxy, vec4<u32>(0u, 0u, 1u, 1u) == vec4<u32>(j));
}

fn target_side(x: vec2<f32>, first: u32) -> Side {
    var side = first_term(terms[first], x);
    for (var k = 1u; k < scene.target_terms; k++) {
        side = add_term(side, terms[first + k], x);
    }
    return side;
}

fn others_side(x: vec2<f32>, first: u32) -> Side {
    var side = first_term(terms[first + scene.target_terms], x);
    for (var k = scene.target_terms + 1u; k < scene.terms; k++) {
        side = add_term(side, terms[first + k], x);
    }
    return side;
}

fn split_at(x: vec2<f32>, first: u32) -> Split {
    let of_target = target_side(x, first);
    if scene.terms == scene.target_terms {
        return only(of_target);
    }
    return split(of_target, others_side(x, first));
}

// L_o - L_c at a point.
fn log_ratio_at(x: vec2<f32>, first: u32) -> f32 {
    if scene.terms == scene.target_terms {
        return CERTAIN;
    }
    return log_ratio(target_side(x, first), others_side(x, first));
}

// The guided score of a particle. Without others there is no guidance to weigh.
fn score_at(x: vec2<f32>, guide: Guide) -> vec2<f32> {
    if WIDEST > 1u && guide.kind == KIND_LEARNED {
        return learned_score(x, guide);
    }
    let others = scene.other_classes > 0u;
    if others && guide.kind == KIND_TEMPERED {
        return class_score(x, guide);
    }
    if others && guide.kind == KIND_DENOISED {
        return guess_score(x, guide);
    }
    if is_wrong(guide) || (others && is_apart(guide)) {
        return apart_score(x, guide);
    }
    let parts = split_at(x, guide.score_terms);
    return guided_score(score_of(parts), parts, guide, x);
}

// The guided scores of a group.
fn group_score(group: vec4<f32>, guide: Guide) -> vec4<f32> {
    var score = vec4<f32>(0.0);
    for (var j = 0u; j < group_size(); j++) {
        let x = particle(group, j);
        score = with_particle(score, j, score_at(x, guide));
    }
    return score;
}

// Keeps the tracked particles: those of the first groups.
fn track(lane: u32, group: u32, first: u32, value: vec4<f32>) {
    if group < scene.tracked_groups {
        history[first + lane * scene.tracked_groups + group] = value;
    }
}
