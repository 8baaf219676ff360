// What a neuron makes of its sum, and the derivative of that. Twin of src/kernels/network/activation.rs.

const ACTIVATION_TANH: u32 = 0u;
const ACTIVATION_SOFTPLUS: u32 = 1u;
const ACTIVATION_RELU: u32 = 2u;

fn activated(activation: u32, a: f32) -> vec2<f32> {
    switch activation {
        case ACTIVATION_TANH: {
            let bounded = select(a, 20.0, a > 20.0);
            let value = 1.0 - 2.0 / (own_exp(bounded + bounded) + 1.0);
            return vec2<f32>(value, 1.0 - value * value);
        }
        case ACTIVATION_SOFTPLUS: {
            let positive = a > 0.0;
            let small = own_exp(select(a, -a, positive));
            let share = 1.0 / (1.0 + small);
            return vec2<f32>(select(0.0, a, positive) + own_log(1.0 + small), select(small * share, share, positive));
        }
        case ACTIVATION_RELU: {
            return select(vec2<f32>(0.0), vec2<f32>(a, 1.0), a > 0.0);
        }
        default: {
            return own_sincos(a);
        }
    }
}
