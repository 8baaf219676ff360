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
