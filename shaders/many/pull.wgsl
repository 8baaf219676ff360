// The guided score: one thread for four coordinates of four rows, the threads of a workgroup mostly share the rows.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let group = id.x / many.quads;
    let quad = id.x % many.quads;
    if group >= many.groups {
        return;
    }
    let along = shares[many.components * many.groups + group];
    var start = mat4x4<f32>(along, along, along, along);
    if now.adds == 1u {
        for (var j = 0u; j < 4u; j++) {
            start[j] = force[(4u * quad + j) * many.groups + group];
        }
    }
    let sums = pull(group, quad, start);
    for (var j = 0u; j < 4u; j++) {
        force[(4u * quad + j) * many.groups + group] = sums[j];
    }
}
