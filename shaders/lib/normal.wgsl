// Standard normals by Box and Muller's method. Twin of src/kernels/normal.rs.

fn normals(group: u32, step_index: u32, stream: u32, seed: u32) -> vec4<f32> {
    let bits = philox(vec4<u32>(group, step_index, stream, 0u), vec2<u32>(seed, KEY));
    return vec4<f32>(box_muller(bits.x, bits.y), box_muller(bits.z, bits.w));
}

fn box_muller(a: u32, b: u32) -> vec2<f32> {
    let uniform_draw = f32(a >> 8u) * (1.0 / 16777216.0) + 1.0 / 33554432.0;
    let radius = sqrt(-2.0 * own_log(uniform_draw));
    let rest = bitcast<i32>(b << 2u) >> 2u;
    let quadrant = (b - bitcast<u32>(rest)) >> 30u;
    let angle = f32(rest >> 6u) * (1.57079633 / 16777216.0);
    return radius * sincos_quadrant(angle, quadrant).yx;
}
