// From a position to its bin. Twin of src/kernels/bin_scale.rs.

struct BinScale {
    min: vec2<f32>,
    max: vec2<f32>,
    density: vec2<f32>,
    side: u32,
    padding: u32,
}

const NO_BIN: u32 = 0xffffffffu;

// The bin of a point, x_1 fastest; NO_BIN outside the domain.
fn bin_of(point: vec2<f32>, dimension: u32, scale: BinScale) -> u32 {
    let inside_x = point.x >= scale.min.x && point.x < scale.max.x;
    let inside_y = point.y >= scale.min.y && point.y < scale.max.y;
    if !(inside_x && (dimension == 1u || inside_y)) {
        return NO_BIN;
    }
    let index = vec2<u32>((point - scale.min) * scale.density);
    let bin = min(index, vec2<u32>(scale.side - 1u));
    return select(bin.y * scale.side + bin.x, bin.x, dimension == 1u);
}

// Tests the bits: compilers may assume that infinities and NaN do not occur.
fn finite(point: vec2<f32>) -> bool {
    let bits = bitcast<vec2<u32>>(point) & vec2<u32>(0x7f800000u);
    return bits.x != 0x7f800000u && bits.y != 0x7f800000u;
}
