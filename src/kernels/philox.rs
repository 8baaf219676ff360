//! Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy
//! as 1, 2, 3" (SC11), section 4.3. Twin of `shaders/lib/philox.wgsl`, bit for bit.

/// The second word of every key; the first is the scene's seed. (ASCII "guid".)
pub const KEY: u32 = 0x6775_6964;
/// The third word of the counter for the noise of the steps.
pub const STREAM_STEP: u32 = 0;
/// The third word of the counter for the initial positions.
pub const STREAM_INITIAL: u32 = 1;

/// Four random words from a counter and a key, ten rounds.
#[inline(always)]
pub fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    let mut round = 0;
    while round < 10 {
        let p0 = 0xD251_1F53_u64 * u64::from(c0);
        let p1 = 0xCD9E_8D57_u64 * u64::from(c2);
        c0 = (p1 >> 32) as u32 ^ c1 ^ k0;
        c1 = p1 as u32;
        c2 = (p0 >> 32) as u32 ^ c3 ^ k1;
        c3 = p0 as u32;
        k0 = k0.wrapping_add(0x9E37_79B9);
        k1 = k1.wrapping_add(0xBB67_AE85);
        round += 1;
    }
    [c0, c1, c2, c3]
}

/// The keys of the ten rounds.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
#[inline(always)]
fn round_keys([k0, k1]: [u32; 2]) -> [[u64; 2]; 10] {
    core::array::from_fn(|round| {
        let round = round as u32;
        [k0.wrapping_add(round.wrapping_mul(0x9E37_79B9)), k1.wrapping_add(round.wrapping_mul(0xBB67_AE85))]
            .map(u64::from)
    })
}

/// [`philox`] of the counters `(first + i, step, stream, 0)`: word `j` of draw `i` in `rows[j][i]`.
/// `N` is a multiple of 4.
#[inline(always)]
pub fn philox_rows<const N: usize>(first: u32, step: u32, stream: u32, key: [u32; 2], rows: &mut [[u32; N]; 4]) {
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    for start in (0..N).step_by(4) {
        let four = simd128::philox_four(first + start as u32, step, stream, key);
        for (row, words) in rows.iter_mut().zip(four) {
            row[start..start + 4].copy_from_slice(&words);
        }
    }
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    {
        let keys = round_keys(key);
        for i in 0..N {
            // Words in 64-bit lanes whose upper halves are never looked at: a vector unit multiplies their
            // lower halves as they are, and nothing is packed between the rounds.
            let low = |word: u64| word & 0xFFFF_FFFF;
            let mut c = [u64::from(first + i as u32), u64::from(step), u64::from(stream), 0];
            for [k0, k1] in keys {
                let p0 = 0xD251_1F53 * low(c[0]);
                let p1 = 0xCD9E_8D57 * low(c[2]);
                c = [(p1 >> 32) ^ c[1] ^ k0, p1, (p0 >> 32) ^ c[3] ^ k1, p0];
            }
            for j in 0..4 {
                rows[j][i] = c[j] as u32;
            }
        }
    }
}

/// The compiler turns the 64-bit products into `i64x2.mul`, which engines emulate; with `extmul`
/// the generator is three times as fast.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod simd128 {
    use core::arch::wasm32::{
        i32x4_shuffle, u32x4, u32x4_splat, u64x2_extmul_high_u32x4, u64x2_extmul_low_u32x4, v128, v128_xor,
    };

    /// The high and the low words of four products.
    #[inline(always)]
    fn wide_product(a: v128, b: v128) -> (v128, v128) {
        let low = u64x2_extmul_low_u32x4(a, b);
        let high = u64x2_extmul_high_u32x4(a, b);
        (i32x4_shuffle::<1, 3, 5, 7>(low, high), i32x4_shuffle::<0, 2, 4, 6>(low, high))
    }

    #[inline(always)]
    pub fn philox_four(first: u32, step: u32, stream: u32, key: [u32; 2]) -> [[u32; 4]; 4] {
        let mut c0 = u32x4(first, first + 1, first + 2, first + 3);
        let (mut c1, mut c2, mut c3) = (u32x4_splat(step), u32x4_splat(stream), u32x4_splat(0));
        let [mut k0, mut k1] = key;
        for _ in 0..10 {
            let (high_0, low_0) = wide_product(u32x4_splat(0xD251_1F53), c0);
            let (high_1, low_1) = wide_product(u32x4_splat(0xCD9E_8D57), c2);
            c0 = v128_xor(v128_xor(high_1, c1), u32x4_splat(k0));
            c1 = low_1;
            c2 = v128_xor(v128_xor(high_0, c3), u32x4_splat(k1));
            c3 = low_0;
            k0 = k0.wrapping_add(0x9E37_79B9);
            k1 = k1.wrapping_add(0xBB67_AE85);
        }
        // SAFETY: both are 16 bytes without invalid values.
        [c0, c1, c2, c3].map(|words| unsafe { core::mem::transmute::<v128, [u32; 4]>(words) })
    }
}
