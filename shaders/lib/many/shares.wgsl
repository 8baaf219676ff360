// What part each component has, among all and among those of its class. Twin of src/kernels/many/shares.rs.

const MOST_CLASSES: u32 = 16u;
const LOWEST: f32 = -3.4e38;

// log sum exp l_k of each class and of all, four rows.
struct ClassSums {
    classes: array<vec4<f32>, MOST_CLASSES>,
    all: vec4<f32>,
}

fn exp_of_four(x: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(own_exp(x.x), own_exp(x.y), own_exp(x.z), own_exp(x.w));
}

fn log_of_four(x: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(own_log(x.x), own_log(x.y), own_log(x.z), own_log(x.w));
}

fn class_sums(group: u32) -> ClassSums {
    var found: ClassSums;
    var sums: array<vec4<f32>, MOST_CLASSES>;
    for (var y = 0u; y < many.classes; y++) {
        found.classes[y] = vec4<f32>(LOWEST);
        sums[y] = vec4<f32>(0.0);
    }
    for (var k = 0u; k < many.components; k++) {
        let place = small.heads[k].place;
        let l = shares[k * many.groups + group];
        let top = found.classes[place];
        found.classes[place] = select(top, l, l > top);
    }
    for (var k = 0u; k < many.components; k++) {
        let place = small.heads[k].place;
        sums[place] += exp_of_four(shares[k * many.groups + group] - found.classes[place]);
    }
    var top = vec4<f32>(LOWEST);
    for (var y = 0u; y < many.classes; y++) {
        let own = found.classes[y];
        top = select(top, own, own > top);
    }
    var all = vec4<f32>(0.0);
    for (var y = 0u; y < many.classes; y++) {
        let own = found.classes[y];
        all += sums[y] * exp_of_four(own - top);
        found.classes[y] = own + log_of_four(sums[y]);
    }
    found.all = top + log_of_four(all);
    return found;
}
