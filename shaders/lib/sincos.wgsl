// sin and cos together, as vec2(sin, cos). Twin of src/kernels/sincos.rs.

fn own_sincos(argument: f32) -> vec2<f32> {
    var x = select(argument, -1.0e5, argument < -1.0e5);
    x = select(x, 1.0e5, x > 1.0e5);
    let k = round(x * 0.636619772);
    let r = x - k * 1.5703125 - k * 4.83751297e-4 - k * 7.54979e-8;
    return sincos_quadrant(r, bitcast<u32>(i32(k)));
}

fn sincos_quadrant(r: f32, quadrant: u32) -> vec2<f32> {
    let z = r * r;
    let s = ((-1.9515296e-4 * z + 8.332161e-3) * z - 1.6666655e-1) * z * r + r;
    let c = ((2.4433157e-5 * z - 1.3887316e-3) * z + 4.1666646e-2) * (z * z) - 0.5 * z + 1.0;
    let odd = (quadrant & 1u) != 0u;
    let sine = select(s, c, odd);
    let cosine = select(c, s, odd);
    return vec2<f32>(
        select(sine, -sine, (quadrant & 2u) != 0u),
        select(cosine, -cosine, ((quadrant + 1u) & 2u) != 0u),
    );
}
