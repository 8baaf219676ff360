// A trained network: its logits, and the gradient of log phat(c|x). Twin of src/kernels/classifier/learned.rs, which
// goes back through the layers where this takes the derivatives along, since a thread has no room for all sums.
//
// `network`: the head, the widths of the layers, what it is told at each time, the frequencies in a row for each axis,
// and of each layer the weights in [input][output] rows and the biases.

const HEAD: u32 = 5u;
// Room for the widest layer; 1 where no lane has a network. src/gpu/device.rs compiles the step for each of a few.
const WIDEST: u32 = 1u;

fn network_head(place: u32) -> u32 {
    return u32(network[place]);
}

// What enters the first layer at a place: a coordinate, the time, a cosine or a sine; with its derivatives.
fn network_input(place: u32, x: vec2<f32>, times: u32, time: u32) -> vec3<f32> {
    let features = network_head(2u);
    let told = network_head(3u);
    let first = scene.dimension + min(told, 1u);
    if place < scene.dimension {
        return vec3<f32>(x[place], select(vec2<f32>(0.0, 1.0), vec2<f32>(1.0, 0.0), place == 0u));
    }
    if place < first {
        return vec3<f32>(network[times + time], 0.0, 0.0);
    }
    let frequencies = (features + 1u) / 2u;
    let is_sine = place - first >= frequencies;
    let wave = times + told + select(place - first, place - first - frequencies, is_sine);
    var frequency = vec2<f32>(network[wave], 0.0);
    if scene.dimension == 2u {
        frequency.y = network[wave + frequencies];
    }
    let values = own_sincos(dot2(frequency, x));
    if is_sine {
        return vec3<f32>(values.x, values.y * frequency);
    }
    return vec3<f32>(values.y, -values.x * frequency);
}

fn learned_score(x: vec2<f32>, guide: Guide) -> vec2<f32> {
    let activation = network_head(0u);
    let layers = network_head(1u);
    let own = network_head(4u);
    let times = HEAD + layers;
    let waves = scene.dimension * ((network_head(2u) + 1u) / 2u);
    var inputs = scene.dimension + min(network_head(3u), 1u) + network_head(2u);
    var weights = times + network_head(3u) + waves;
    // Of each neuron the sum and its derivatives, and what it makes of them.
    var sums: array<vec3<f32>, WIDEST>;
    var values: array<vec3<f32>, WIDEST>;
    var outputs = network_head(HEAD);
    for (var j = 0u; j < outputs; j++) {
        sums[j] = vec3<f32>(network[weights + inputs * outputs + j], 0.0, 0.0);
    }
    for (var i = 0u; i < inputs; i++) {
        let value = network_input(i, x, times, guide.classifier_terms);
        for (var j = 0u; j < outputs; j++) {
            sums[j] += value * network[weights + i * outputs + j];
        }
    }
    for (var layer = 1u; layer < layers; layer++) {
        weights += (inputs + 1u) * outputs;
        inputs = outputs;
        outputs = network_head(HEAD + layer);
        for (var i = 0u; i < inputs; i++) {
            let value = activated(activation, sums[i].x);
            values[i] = vec3<f32>(value.x, value.y * sums[i].yz);
        }
        for (var j = 0u; j < outputs; j++) {
            var sum = vec3<f32>(network[weights + inputs * outputs + j], 0.0, 0.0);
            for (var i = 0u; i < inputs; i++) {
                sum += values[i] * network[weights + i * outputs + j];
            }
            sums[j] = sum;
        }
    }
    var top = sums[0].x;
    for (var k = 1u; k < outputs; k++) {
        top = select(top, sums[k].x, sums[k].x > top);
    }
    var total = 0.0;
    var others = 0.0;
    var pull = vec2<f32>(0.0);
    for (var k = 0u; k < outputs; k++) {
        let share = exp_below_88(sums[k].x - top);
        total += share;
        if k != own {
            others += share;
            pull += share * (sums[own].yz - sums[k].yz);
        }
    }
    let ghat = pull / total;
    let score = scored(score_of_all(whole_side(x, guide.score_terms)), guide);
    return steered(score, ghat, weight_of(guide, others / total), x, guide);
}
