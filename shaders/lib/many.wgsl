// What the kernels of many dimensions share: parameters, buffers, noise and the move. Twin of
// src/kernels/many/mod.rs. The structs are those of src/gpu/many/layout.rs; a test compares the layouts.
//
// Rows, each a particle of a lane, go in groups of four, one vec4. A table of the rows is
// `table[index * many.groups + group]`, so that neighbouring threads read neighbouring groups. Coordinates and
// directions go in fours as well; those that fill up the last four have a mean, an inverse and directions of 0.

struct ManyParams {
    groups: u32,      // of four rows
    dimension: u32,
    quads: u32,       // of four coordinates
    tiles: u32,       // of four directions
    components: u32,
    classes: u32,
    seed: u32,
    padding: u32,
}

// What is the same for all rows when a score is asked for, or a move.
struct ManyNow {
    index: u32,       // of the step, the counter of its noise
    kind: u32,
    adds: u32,        // 1: the pull is added to the force that there is
    turn: u32,        // 1: Heun's second half
    keep: f32,
    drift: f32,
    noise: f32,
    corrector: f32,   // h/2 of Heun's corrector, or 0
    parameters: vec4<f32>,
}

// A component's small numbers.
struct ManyHead {
    log_weight: f32,
    place: u32,       // of its class
    padding: vec2<u32>,
}

struct ManyHeads {
    heads: array<ManyHead, 64>,
    scales: array<vec4<f32>, 512>, // [component][tile]
}

// Four rows.
struct ManyFour {
    particles: vec4<u32>,
    places: vec4<u32>,   // of the target classes
    gammas: vec4<f32>,
    tested: vec4<f32>,   // 1 where the classifier under test guides
}

// Four coordinates of a component.
struct ManyQuad {
    mean: vec4<f32>,
    inverse: vec4<f32>,
}

@group(0) @binding(0) var<uniform> many: ManyParams;
@group(0) @binding(1) var<uniform> now: ManyNow;
@group(0) @binding(2) var<uniform> small: ManyHeads;
@group(0) @binding(3) var<storage, read> rows: array<ManyFour>;
@group(0) @binding(4) var<storage, read> quads: array<ManyQuad>;               // [component][quad]
@group(0) @binding(5) var<storage, read> directions: array<vec4<f32>>;         // [component][coordinate][tile]
@group(0) @binding(6) var<storage, read_write> positions: array<vec4<f32>>;    // [coordinate]
@group(0) @binding(7) var<storage, read_write> half_way: array<vec4<f32>>;     // [coordinate], of Heun's sampler
@group(0) @binding(8) var<storage, read_write> force: array<vec4<f32>>;        // [coordinate]
@group(0) @binding(9) var<storage, read_write> projections: array<vec4<f32>>;  // [component][direction]
@group(0) @binding(10) var<storage, read_write> shares: array<vec4<f32>>;      // [component], and what the wave adds

// Noise groups of a particle start here, so that no word of one or two dimensions is drawn again.
const MANY_GROUPS: u32 = 2u;

// Standard normals of four coordinates of a particle.
fn many_normals(particle: u32, quad: u32, step_index: u32, stream: u32) -> vec4<f32> {
    let bits = philox(vec4<u32>(particle, step_index, stream, MANY_GROUPS + quad), vec2<u32>(many.seed, KEY));
    return vec4<f32>(box_muller(bits.x, bits.y), box_muller(bits.z, bits.w));
}

// The same of four rows: a column for each coordinate.
fn many_normals_of(group: u32, quad: u32, step_index: u32, stream: u32) -> mat4x4<f32> {
    let particles = rows[group].particles;
    return transpose(mat4x4<f32>(
        many_normals(particles.x, quad, step_index, stream),
        many_normals(particles.y, quad, step_index, stream),
        many_normals(particles.z, quad, step_index, stream),
        many_normals(particles.w, quad, step_index, stream),
    ));
}

// x <- keep x + drift f + noise z. Of Heun's sampler that is the predictor, which leaves (1 + h/2) x + (h/2) f; with the
// force there the second turn ends at that + (h/2) (x + f).
fn many_move(group: u32, quad: u32) {
    var z = mat4x4<f32>();
    if now.noise > 0.0 {
        z = many_normals_of(group, quad, now.index, STREAM_STEP);
    }
    for (var j = 0u; j < 4u; j++) {
        let at = (4u * quad + j) * many.groups + group;
        let x = positions[at];
        let f = force[at];
        if now.turn == 1u {
            positions[at] = half_way[at] + now.corrector * (x + f);
            continue;
        }
        if now.corrector > 0.0 {
            half_way[at] = (1.0 + now.corrector) * x + now.corrector * f;
        }
        positions[at] = now.keep * x + now.drift * f + now.noise * z[j];
    }
}
