// The guided score s + gamma ghat. Twin of src/kernels/classifier.rs, which has the formulas.

const FORM_EXACT: u32 = 0u;
const FORM_PROBABILITY: u32 = 1u;
const FORM_LOGIT: u32 = 2u;
const LEAST_DOUBT: f32 = 1.0e-30;

struct Guide {
    gamma: f32,
    form: u32,
    frequency: f32,
    amplitude: f32,
    outside: f32,
    first: u32,
    end: u32,
    adaptive: f32,
}

fn guide_at(all: Guide, index: u32) -> Guide {
    var guide = all;
    if index < all.first || index >= all.end {
        guide.gamma = all.outside;
        guide.adaptive = 0.0;
    }
    return guide;
}

fn guided_score(parts: Split, guide: Guide, x1: f32) -> vec2<f32> {
    let push = parts.target_score - parts.other_score;
    var along = parts.rest;
    var first = 0.0;
    var doubt = parts.rest;
    if guide.form != FORM_EXACT {
        let turn = own_sincos(guide.frequency * x1);
        let wave = guide.amplitude * turn.x;
        let slope = guide.amplitude * guide.frequency * turn.y;
        if guide.form == FORM_PROBABILITY {
            let scale = parts.rest / (1.0 + wave * parts.rest);
            along = parts.rest - scale * (wave * parts.eta);
            first = scale * slope;
            doubt = parts.rest * (1.0 - wave * parts.eta);
        } else {
            let scale = parts.rest / (parts.rest + parts.eta * own_exp(wave));
            along = scale;
            doubt = scale;
            first = scale * slope;
        }
    }
    let score = parts.eta * parts.target_score + parts.rest * parts.other_score;
    var gamma = guide.gamma;
    if guide.adaptive > 0.0 {
        let least = select(LEAST_DOUBT, doubt, doubt > LEAST_DOUBT);
        gamma = guide.outside + (guide.gamma - guide.outside) * exp_below_88(guide.adaptive * own_log(least));
    }
    return score + gamma * (along * push + vec2<f32>(first, 0.0));
}
