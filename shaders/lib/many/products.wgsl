// The two products of a component with four rows: its directions on what lies apart from its mean, and what they make of
// that again. Sums stay in registers, a tile of four directions or four coordinates at a time: every number that is read
// takes part in four products or more. Twin of src/kernels/many/products.rs.

// Weights below this add nothing that single precision could hold.
const NOTHING: f32 = 1e-12;

// l_k and the projections G^T (x - m) of a component.
fn look(k: u32, group: u32) {
    var square = vec4<f32>(0.0);
    for (var quad = 0u; quad < many.quads; quad++) {
        let own = quads[k * many.quads + quad];
        for (var j = 0u; j < 4u; j++) {
            let away = positions[(4u * quad + j) * many.groups + group] - own.mean[j];
            square += own.inverse[j] * (away * away);
        }
    }
    for (var tile = 0u; tile < many.tiles; tile++) {
        var sum_0 = vec4<f32>(0.0);
        var sum_1 = vec4<f32>(0.0);
        var sum_2 = vec4<f32>(0.0);
        var sum_3 = vec4<f32>(0.0);
        for (var quad = 0u; quad < many.quads; quad++) {
            let mean = quads[k * many.quads + quad].mean;
            for (var j = 0u; j < 4u; j++) {
                let away = positions[(4u * quad + j) * many.groups + group] - mean[j];
                let g = directions[(4u * (k * many.quads + quad) + j) * many.tiles + tile];
                sum_0 += g.x * away;
                sum_1 += g.y * away;
                sum_2 += g.z * away;
                sum_3 += g.w * away;
            }
        }
        let scale = small.scales[k * many.tiles + tile];
        square -= scale.x * (sum_0 * sum_0);
        square -= scale.y * (sum_1 * sum_1);
        square -= scale.z * (sum_2 * sum_2);
        square -= scale.w * (sum_3 * sum_3);
        let at = 4u * (k * many.tiles + tile) * many.groups + group;
        projections[at] = sum_0;
        projections[at + many.groups] = sum_1;
        projections[at + 2u * many.groups] = sum_2;
        projections[at + 3u * many.groups] = sum_3;
    }
    shares[k * many.groups + group] = small.heads[k].log_weight - 0.5 * square;
}

// sum w_k a_k with a_k = -C_k^-1 (x - m_k) in four coordinates, a column each, added to a start.
fn pull(group: u32, quad: u32, start: mat4x4<f32>) -> mat4x4<f32> {
    var x = mat4x4<f32>();
    for (var j = 0u; j < 4u; j++) {
        x[j] = positions[(4u * quad + j) * many.groups + group];
    }
    var sums = start;
    for (var k = 0u; k < many.components; k++) {
        let weight = shares[k * many.groups + group];
        if all(abs(weight) < vec4<f32>(NOTHING)) {
            continue;
        }
        let own = quads[k * many.quads + quad];
        for (var j = 0u; j < 4u; j++) {
            sums[j] -= own.inverse[j] * ((x[j] - own.mean[j]) * weight);
        }
        for (var tile = 0u; tile < many.tiles; tile++) {
            let scale = small.scales[k * many.tiles + tile];
            let at = 4u * (k * many.tiles + tile) * many.groups + group;
            let part_0 = weight * scale.x * projections[at];
            let part_1 = weight * scale.y * projections[at + many.groups];
            let part_2 = weight * scale.z * projections[at + 2u * many.groups];
            let part_3 = weight * scale.w * projections[at + 3u * many.groups];
            for (var j = 0u; j < 4u; j++) {
                let g = directions[(4u * (k * many.quads + quad) + j) * many.tiles + tile];
                sums[j] += g.x * part_0;
                sums[j] += g.y * part_1;
                sums[j] += g.z * part_2;
                sums[j] += g.w * part_3;
            }
        }
    }
    return sums;
}
