// Philox4x32-10 (Salmon et al., SC11). Twin of src/kernels/philox.rs, bit for bit.

const KEY: u32 = 0x67756964u;
const STREAM_STEP: u32 = 0u;
const STREAM_INITIAL: u32 = 1u;

// The high and low words of a 64-bit product, in that order: WGSL has no 64-bit integers.
fn wide_product(a: u32, b: u32) -> vec2<u32> {
    let a0 = a & 0xffffu;
    let a1 = a >> 16u;
    let b0 = b & 0xffffu;
    let b1 = b >> 16u;
    let low = a0 * b0;
    let middle = a1 * b0 + (low >> 16u);
    let carry = a0 * b1 + (middle & 0xffffu);
    return vec2<u32>(a1 * b1 + (middle >> 16u) + (carry >> 16u), a * b);
}

fn philox(counter: vec4<u32>, key: vec2<u32>) -> vec4<u32> {
    var c = counter;
    var k = key;
    for (var round = 0u; round < 10u; round++) {
        let p0 = wide_product(0xD2511F53u, c.x);
        let p1 = wide_product(0xCD9E8D57u, c.z);
        c = vec4<u32>(p1.x ^ c.y ^ k.x, p1.y, p0.x ^ c.w ^ k.y, p0.y);
        k += vec2<u32>(0x9E3779B9u, 0xBB67AE85u);
    }
    return c;
}
