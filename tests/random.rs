//! Chance outside the kernels: rand's traits on Philox, and fresh seeds.

use guidance_lab::kernels::{KEY, philox};
use guidance_lab::random::{Philox, new_seed};
use rand::distr::weighted::WeightedIndex;
use rand::distr::{Bernoulli, Distribution, StandardUniform, Uniform};
use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::StandardNormal;

/// From the file `kat_vectors` of the Random123 library (Salmon et al., SC11): counter, key, answer.
const KNOWN: [([u32; 4], [u32; 2], [u32; 4]); 3] = [
    ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
    ([u32::MAX; 4], [u32::MAX; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
    (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
        [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1],
    ),
];

fn words(rng: &mut Philox) -> [u32; 4] {
    std::array::from_fn(|_| rng.next_u32())
}

#[test]
fn known_answers() {
    for (counter, key, answer) in KNOWN {
        let mut rng = Philox::new(counter, key);
        assert_eq!(words(&mut rng), answer);
        // The counter goes on with a carry through all of its words.
        let next = counter.iter().rev().fold(0_u128, |number, &word| number << 32 | u128::from(word)).wrapping_add(1);
        let next = std::array::from_fn(|i| (next >> (32 * i)) as u32);
        assert_eq!(words(&mut rng), philox(next, key));
    }
    let carried = Philox::new([u32::MAX, u32::MAX, 5, 1], [7, 8]);
    let mut rng = carried.clone();
    words(&mut rng);
    assert_eq!(words(&mut rng), philox([0, 0, 6, 1], [7, 8]));
}

#[test]
fn seeds_are_keys() {
    assert_eq!(words(&mut Philox::from_seed([0; 8])), KNOWN[0].2);
    let mut rng = Philox::from_seed([1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(words(&mut rng), philox([0; 4], [0x0403_0201, 0x0807_0605]));
}

/// Words of 64 bits are two of 32, the lower one first; bytes are words, the least one first.
#[test]
fn all_kinds_of_words_are_one_stream() {
    let fresh = || Philox::for_purpose(9, 4);
    let mut rng = fresh();
    let plain: Vec<u32> = (0..12).map(|_| rng.next_u32()).collect();
    let mut rng = fresh();
    assert_eq!(rng.next_u32(), plain[0]);
    for k in [1, 3, 5] {
        assert_eq!(rng.next_u64(), u64::from(plain[k + 1]) << 32 | u64::from(plain[k]));
    }
    let mut bytes = [0; 24];
    fresh().fill_bytes(&mut bytes);
    assert_eq!(bytes, std::array::from_fn(|i| plain[i / 4].to_le_bytes()[i % 4]));
}

#[test]
fn purposes_share_no_words() {
    let first = |seed, purpose| words(&mut Philox::for_purpose(seed, purpose));
    assert_eq!(first(3, 2), philox([0, 0, 2, 1], [3, KEY]));
    assert_ne!(first(3, 2), first(3, 1));
    assert_ne!(first(3, 2), first(4, 2));
    // The particles' noise has 0 where these have 1.
    assert_ne!(first(3, 0), philox([0, 0, 0, 0], [3, KEY]));
}

/// Stable values, as rand pins those of its own generators: a change of them changes what a seed gives.
#[test]
fn distributions_are_stable() {
    let fresh = || Philox::for_purpose(1, 0);
    let draw = |count: usize, one: &mut dyn FnMut(&mut Philox) -> String| -> String {
        let mut rng = fresh();
        (0..count).map(|_| one(&mut rng)).collect::<Vec<_>>().join(" ")
    };
    let found = [
        draw(3, &mut |rng| rng.next_u32().to_string()),
        draw(3, &mut |rng| format!("{:.12}", rng.random::<f64>())),
        draw(8, &mut |rng| rng.random_range(0..1000_usize).to_string()),
        draw(3, &mut |rng| format!("{:.12}", Uniform::new(-1.0, 1.0).unwrap().sample(rng))),
        draw(8, &mut |rng| WeightedIndex::new([0.5, 2.0, 1.5]).unwrap().sample(rng).to_string()),
        draw(8, &mut |rng| u8::from(Bernoulli::new(0.3).unwrap().sample(rng)).to_string()),
        draw(3, &mut |rng| format!("{:.12}", Distribution::<f64>::sample(&StandardNormal, rng))),
        draw(1, &mut |rng| {
            let mut items = [0, 1, 2, 3, 4, 5];
            items.shuffle(rng);
            format!("{items:?}")
        }),
    ];
    assert_eq!(found.each_ref().map(String::as_str), STABLE);
}

const STABLE: [&str; 8] = [
    "2914800681 2125216785 1945236391",
    "0.494815592114 0.027645551938 0.761302602615",
    "678 494 452 27 592 761 160 675",
    "-0.010368815773 -0.944708896124 0.522605205231",
    "1 0 2 2 1 2 1 2",
    "0 1 0 0 0 0 0 0",
    "-0.023559079536 -1.202789392092 0.372728452671",
    "[2, 4, 0, 5, 3, 1]",
];

/// Mean and variance of rand's uniform on our words, within five standard errors.
#[test]
fn uniforms_have_their_moments() {
    let n = 100_000;
    let values: Vec<f64> = StandardUniform.sample_iter(Philox::for_purpose(5, 9)).take(n).collect();
    let mean = values.iter().sum::<f64>() / n as f64;
    let variance = values.iter().map(|x| (x - 0.5) * (x - 0.5)).sum::<f64>() / n as f64;
    assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12.0 / n as f64).sqrt());
    // The variance of (x - 1/2)^2 is 1/180.
    assert!((variance - 1.0 / 12.0).abs() < 5.0 * (1.0 / 180.0 / n as f64).sqrt());
}

#[test]
fn fresh_seeds_differ() {
    // Equal by chance once in 2^32 runs.
    let (one, other): (u32, u32) = (new_seed().unwrap(), new_seed().unwrap());
    assert_ne!(one, other);
}
