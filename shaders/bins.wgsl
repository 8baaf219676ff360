// Counts over the domain, by atomics in global memory: one thread a noise group. Twin of
// src/kernels/bins.rs. Each lane has its bins and one more word, the finite particles outside.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let group = id.x;
    if group >= scene.groups {
        return;
    }
    let cells = select(scene.bins.side * scene.bins.side, scene.bins.side, scene.dimension == 1u);
    for (var lane = 0u; lane < scene.lanes; lane++) {
        let value = positions[lane * scene.groups + group];
        for (var j = 0u; j < group_size(); j++) {
            if group * group_size() + j < scene.particles {
                let x = particle(value, j);
                if finite(x) {
                    atomicAdd(&counts[lane * (cells + 1u) + min(bin_of(x, scene.dimension, scene.bins), cells)], 1u);
                }
            }
        }
    }
}
