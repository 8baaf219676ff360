// The initial positions, N(0, I): one thread for four coordinates of four rows.

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let group = id.x / many.quads;
    let quad = id.x % many.quads;
    if group >= many.groups {
        return;
    }
    let z = many_normals_of(group, quad, 0u, STREAM_INITIAL);
    for (var j = 0u; j < 4u; j++) {
        positions[(4u * quad + j) * many.groups + group] = z[j];
    }
}
