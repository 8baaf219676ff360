// log. Twin of src/kernels/log.rs.

fn own_log(x: f32) -> f32 {
    let shifted = bitcast<i32>(bitcast<u32>(x) - 0x3f3504f3u);
    let e = f32(shifted >> 23u);
    let f = bitcast<f32>((bitcast<u32>(shifted) & 0x007fffffu) + 0x3f3504f3u) - 1.0;
    let z = f * f;
    let p = (((((((7.0376836e-2 * f - 1.15146103e-1) * f + 1.16769987e-1) * f - 1.24201408e-1) * f
        + 1.42493228e-1)
        * f
        - 1.66680577e-1)
        * f
        + 2.00007148e-1)
        * f
        - 2.4999994e-1)
        * f
        + 3.3333331e-1;
    let y = f * z * p + e * -2.12194440e-4 - 0.5 * z;
    return f + y + e * 0.693359375;
}
