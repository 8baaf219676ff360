//! Every kernel has its twin: a file of `src/kernels/` and a file of `shaders/` of the same name, each of
//! which names the other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What only the CPU needs: the package's root, blocks of particles, the choice of vector width, what a browser fetches
/// later, the weights of the lane `corrected`, learned scores, of networks the loops over batches, and
/// of many dimensions their fit and networks.
const CPU_ONLY: [&str; 18] = [
    "lib",
    "block",
    "dispatch",
    "eight",
    "further",
    "learned_score",
    "rows",
    "weights",
    "network",
    "network/adam",
    "network/product",
    "network/real",
    "network/scalar",
    "network/sight",
    "network/trained",
    "network/waves",
    "many/factors",
    "many/learned",
];
/// What only the GPU needs: the bindings, the first half of `sums`, which has to be a dispatch of its own, and the entry
/// points of many dimensions, whose twins are what they call.
const GPU_ONLY: [&str; 7] =
    ["scene", "measure", "many/initialise", "many/look", "many/weigh", "many/pull", "many/move"];

/// The files with an extension below a folder, without it, `/` between folders.
fn files(folder: &str, extension: &str, under: &str, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.is_dir() {
            files(&format!("{folder}/{name}"), extension, &format!("{under}{name}/"), found);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.insert(format!("{under}{name}"));
        }
    }
}

#[test]
fn every_kernel_has_its_twin() {
    let (mut rust, mut wgsl) = (BTreeSet::new(), BTreeSet::new());
    files("src/kernels", "rs", "", &mut rust);
    files("shaders", "wgsl", "", &mut wgsl);
    let places: Vec<&String> = wgsl.iter().collect();
    let named: BTreeSet<String> =
        places.iter().map(|name| name.strip_prefix("lib/").unwrap_or(name).to_owned()).collect();
    assert_eq!(named.len(), wgsl.len(), "a name stands in shaders/ and in shaders/lib/");
    // A module's own file is the twin of the file beside its folder.
    let rust: BTreeSet<String> = rust.iter().map(|name| name.strip_suffix("/mod").unwrap_or(name).to_owned()).collect();
    let expected: BTreeSet<&str> = rust.iter().map(String::as_str).filter(|name| !CPU_ONLY.contains(name)).collect();
    let found: BTreeSet<&str> = named.iter().map(String::as_str).filter(|name| !GPU_ONLY.contains(name)).collect();
    assert_eq!(expected, found);

    let read = |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    for name in expected {
        let shader =
            if wgsl.contains(name) { format!("shaders/{name}.wgsl") } else { format!("shaders/lib/{name}.wgsl") };
        let path = format!("src/kernels/{name}.rs");
        let rust = if Path::new(env!("CARGO_MANIFEST_DIR")).join(&path).exists() {
            path
        } else {
            format!("src/kernels/{name}/mod.rs")
        };
        assert!(read(&shader).contains(&rust), "{shader} does not name {rust}");
        assert!(read(&rust).contains(&shader), "{rust} does not name {shader}");
    }
}
