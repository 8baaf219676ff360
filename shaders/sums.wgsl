// Sums over the particles of a lane (id.y): each thread adds up every summing_threads-th particle,
// at most PARTICLES_A_THREAD of them; the host adds the threads in f64. With shaders/measure.wgsl
// the twin of src/kernels/sums.rs. Positions are summed as seen from the thread's first particle.

fn position_of(lane: u32, index: u32) -> vec2<f32> {
    return particle(positions[lane * scene.groups + index / group_size()], index % group_size());
}

fn ratio_of(lane: u32, index: u32) -> f32 {
    return ratios[lane * scene.groups * group_size() + index];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if id.x >= scene.summing_threads {
        return;
    }
    let lane = id.y;
    var sums = PartialSums();
    for (var k = 0u; k < PARTICLES_A_THREAD; k++) {
        let index = id.x + k * scene.summing_threads;
        if index >= scene.particles {
            break;
        }
        let x = position_of(lane, index);
        if !finite(x) {
            continue;
        }
        if sums.count == 0u {
            sums.origin_x = x.x;
            sums.origin_y = x.y;
        }
        let d = x - vec2<f32>(sums.origin_x, sums.origin_y);
        let ratio = ratio_of(lane, index);
        let inverse = reciprocal(ratio);
        let log_p = log_probability(ratio);
        sums.reciprocal += inverse;
        sums.reciprocal_squared += inverse * inverse;
        sums.log_probability += log_p;
        sums.log_probability_squared += log_p * log_p;
        sums.position_x += d.x;
        sums.position_y += d.y;
        sums.position_xx += d.x * d.x;
        sums.position_xy += d.x * d.y;
        sums.position_yy += d.y * d.y;
        sums.count += 1u;
        if scene.conditional != NO_LANE {
            // A particle that is lost in the reference lane is beaten by none.
            let beaten = ratio <= ratio_of(scene.conditional, index) && finite(position_of(scene.conditional, index));
            sums.improved += select(0u, 1u, beaten);
        }
    }
    partial_sums[lane * scene.summing_threads + id.x] = sums;
}
