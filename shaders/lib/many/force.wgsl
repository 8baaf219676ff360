// The weight of each component in the guided score s + gamma ghat, four rows. Twin of src/kernels/many/force.rs.

const MANY_EXACT: u32 = 0u;
const MANY_TEMPERED: u32 = 1u;
const MANY_LABEL_SMOOTHING: u32 = 2u;
const MANY_PROBABILITY: u32 = 3u;
const MANY_LOGIT: u32 = 4u;
// The score, with the exact guidance where that guides: what another noise makes of it is added by MANY_APART.
const MANY_SEEN: u32 = 5u;
const MANY_APART: u32 = 6u;

// exp that is 0 where nothing is left.
fn share(log: vec4<f32>) -> vec4<f32> {
    return select(exp_of_four(log), vec4<f32>(0.0), log < vec4<f32>(-80.0));
}

// What the wave does: the factor of the exact guidance, and what is added along every coordinate.
struct Wave {
    keep: vec4<f32>,
    along: vec4<f32>,
}

fn wave(group: u32, eta: vec4<f32>, others: vec4<f32>) -> Wave {
    var sum = vec4<f32>(0.0);
    for (var j = 0u; j < many.dimension; j++) {
        sum += positions[j * many.groups + group];
    }
    let frequency = now.parameters.x;
    let amplitude = now.parameters.y;
    let side = 1.0 / sqrt(f32(many.dimension));
    let phase = frequency * side * sum;
    let first = own_sincos(phase.x);
    let second = own_sincos(phase.y);
    let third = own_sincos(phase.z);
    let fourth = own_sincos(phase.w);
    let height = amplitude * vec4<f32>(first.x, second.x, third.x, fourth.x);
    let slope = frequency * vec4<f32>(first.y, second.y, third.y, fourth.y) * side;
    if now.kind == MANY_LOGIT {
        let grown = exp_of_four(height);
        let total = others + eta * grown;
        return Wave(1.0 + eta * grown / total * (1.0 / grown - 1.0), amplitude * others / total * slope);
    }
    let grown = 1.0 + others * height;
    return Wave(1.0 - height * eta / grown, amplitude * others / grown * slope);
}

// b log p + e [y = c], normalised, of every class.
fn temper(sums: ClassSums, places: vec4<u32>) -> array<vec4<f32>, MOST_CLASSES> {
    var logits: array<vec4<f32>, MOST_CLASSES>;
    var top = vec4<f32>(LOWEST);
    for (var y = 0u; y < many.classes; y++) {
        let extra = select(vec4<f32>(0.0), vec4<f32>(now.parameters.y), vec4<u32>(y) == places);
        let logit = now.parameters.x * (sums.classes[y] - sums.all) + extra;
        logits[y] = logit;
        top = select(top, logit, logit > top);
    }
    var total = vec4<f32>(0.0);
    for (var y = 0u; y < many.classes; y++) {
        total += share(logits[y] - top);
    }
    for (var y = 0u; y < many.classes; y++) {
        logits[y] = share(logits[y] - top - log_of_four(total));
    }
    return logits;
}

// Puts the weights in the place of l_k, and what the wave adds along every coordinate behind them.
fn weigh(group: u32) {
    var sums = class_sums(group);
    let row = rows[group];
    var of_target = vec4<f32>(0.0);
    var others = vec4<f32>(0.0);
    for (var y = 0u; y < many.classes; y++) {
        let is_target = vec4<u32>(y) == row.places;
        of_target = select(of_target, sums.classes[y], is_target);
        others += select(share(sums.classes[y] - sums.all), vec4<f32>(0.0), is_target);
    }
    let guided = row.tested * row.gammas;
    var factors = row.gammas * (1.0 - row.tested);
    var strength = vec4<f32>(0.0);
    var along = vec4<f32>(0.0);
    var phat: array<vec4<f32>, MOST_CLASSES>;
    let eta = share(of_target - sums.all);
    if now.kind == MANY_EXACT {
        factors = row.gammas;
    } else if now.kind == MANY_TEMPERED {
        strength = guided * now.parameters.x;
        phat = temper(sums, row.places);
    } else if now.kind == MANY_LABEL_SMOOTHING {
        let p = now.parameters.x * eta;
        factors += guided * p / (p + now.parameters.y);
    } else if now.kind == MANY_PROBABILITY || now.kind == MANY_LOGIT {
        let bent = wave(group, eta, others);
        factors += guided * bent.keep;
        along = guided * bent.along;
    } else if now.kind == MANY_APART {
        factors = guided;
    }
    for (var k = 0u; k < many.components; k++) {
        let at = k * many.groups + group;
        let l = shares[at];
        let place = small.heads[k].place;
        let r = share(l - sums.all);
        let own = select(vec4<f32>(0.0), share(l - of_target), vec4<u32>(place) == row.places);
        var weight = factors * (own - r);
        if now.kind != MANY_APART {
            weight = r + weight;
        }
        if now.kind == MANY_TEMPERED {
            weight += strength * (own - phat[place] * share(l - sums.classes[place]));
        }
        shares[at] = weight;
    }
    shares[many.components * many.groups + group] = along;
}
