// exp. Twin of src/kernels/exp.rs.

fn own_exp(x: f32) -> f32 {
    return exp_below_88(select(x, 88.0, x > 88.0));
}

fn exp_below_88(argument: f32) -> f32 {
    let x = select(argument, -87.0, argument < -87.0);
    let n = round(x * 1.44269504);
    let r = x - n * 0.693359375 - n * -2.12194440e-4;
    let p = ((((1.98756915e-4 * r + 1.39819995e-3) * r + 8.3334519e-3) * r + 4.1665796e-2) * r
        + 1.66666655e-1)
        * r
        + 5.0000001e-1;
    let y = p * (r * r) + r + 1.0;
    let power = bitcast<f32>((i32(n) + 127) << 23u);
    return y * power;
}
