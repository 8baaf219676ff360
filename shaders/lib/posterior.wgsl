// The exact posterior p of the target class from L_o - L_c. Twin of src/kernels/posterior.rs.

const MAX_LOG_RATIO: f32 = 40.0;

fn reciprocal(ratio: f32) -> f32 {
    return 1.0 + exp_below_88(select(ratio, MAX_LOG_RATIO, ratio > MAX_LOG_RATIO));
}

fn log_probability(ratio: f32) -> f32 {
    let high = ratio > 0.0;
    let tail = own_log(1.0 + exp_below_88(-abs(ratio)));
    return -(select(0.0, ratio, high) + tail);
}
