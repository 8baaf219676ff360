//! `cargo xtask size`: what a reader's browser has to fetch, against limits.
//!
//! Several numbers, all gzipped: the element as someone embeds it, all that it needs before particles move
//! on the CPU; the same with the GPU engine, which is fetched where there is a GPU; the whole page as it
//! is opened, with its charts, for any scene and engine; and everything that somebody can ever ask for.
//! The files that have everything inside are weighed one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::site;

const KB: usize = 1000;
const ELEMENT_LIMIT: usize = 150 * KB;
/// (It was 185 before the shaders could sum by class, 187 before they had rules and networks, 188 before all handles of training, 189
/// before learned scores.)
const GPU_LIMIT: usize = 190 * KB;
/// (It was 254 before networks were files, and the words of seven more experiments.)
const PAGE_LIMIT: usize = 255 * KB;
/// (It was 870 before any figure could show pictures, the essay had a section on them, and training had all its handles; 895
/// before the pool of workers and the lesson on pictures; 912 before seven experiments on dimensions; 935 before networks were
/// files, docs/decisions/0022-own-networks.md; 1020 before networks of digits, 1036 before
/// own data in many dimensions were refused by name, and a saved notebook drew its figures, 1038 before the page fitted and showed
/// them, docs/decisions/0024-own-data-in-many-dimensions.md; 1074 before integrals in cells, src/reference/cells.rs; 1080
/// before learned scores, docs/decisions/0025-learned-scores.md, 1100 before four experiments about trained networks; 1114 before
/// pictures had their paths, the corrected lane and networks from files; 1128 before thresholding.)
const ALL_LIMIT: usize = 1136 * KB;
/// Each of the files that have everything inside, the GPU engine and the charts too.
const SINGLE_LIMIT: usize = 842 * KB;
/// The one that is the whole page, with every lesson, experiment, language and the pictures: kept, not loaded. (942 before
/// pictures, docs/decisions/0020-digits.md.)
const KEPT_LIMIT: usize = 1216 * KB;
const KEPT: &str = "guidance-lab.html";

/// Those files, as `vite.single.ts` names them; no page of the site loads them.
const SINGLE: [&str; 3] = ["guidance-lab.inline.js", "guidance-lab.frame.js", KEPT];

/// The script that brings the element, as `vite.config.ts` names it.
const ELEMENT: &str = "guidance-lab.js";

/// How the names of the module's chunks begin: fetched when one of their functions is first called.
const CHUNKS: [&str; 2] = ["split_", "chunk_"];
const GPU_CHUNK: &str = "split_gpu";
/// What the page shows without being asked, for some scenes and engines, although it is fetched apart.
const SHOWN: [&str; 6] = ["charts-", "uPlot", "plane-", "said-", "split_pictures", GPU_CHUNK];

/// The page itself.
const PAGE: &str = "index.html";

/// What a page loads; pictures for bookmarks and the like are not part of it.
const COUNTED: [&str; 6] = ["html", "js", "mjs", "css", "wasm", "json"];

/// Who needs a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Element,
    GpuEngine,
    Page,
    OnDemand,
    Single,
}

/// The files and the sums.
#[derive(Debug)]
pub struct Report {
    /// Path below `dist/`; bytes; bytes gzipped; whose it is.
    files: Vec<(String, usize, usize, Part)>,
}

impl Report {
    fn sums(&self) -> Vec<(&str, usize, usize)> {
        let up_to = |part| self.files.iter().filter(|file| file.3 <= part).map(|file| file.2).sum();
        let single = self.files.iter().filter(|file| file.3 == Part::Single);
        [
            ("element without charts", up_to(Part::Element), ELEMENT_LIMIT),
            ("element with the GPU engine", up_to(Part::GpuEngine), GPU_LIMIT),
            ("whole page", up_to(Part::Page), PAGE_LIMIT),
            ("everything", up_to(Part::OnDemand), ALL_LIMIT),
        ]
        .into_iter()
        .chain(single.map(|file| (file.0.as_str(), file.2, if file.0 == KEPT { KEPT_LIMIT } else { SINGLE_LIMIT })))
        .collect()
    }

    /// How many sums are within their limits.
    pub fn within(&self) -> usize {
        self.sums().len() - self.beyond()
    }

    /// How many are not.
    pub fn beyond(&self) -> usize {
        self.sums().iter().filter(|(_, size, limit)| size > limit).count()
    }

    /// Prints the table; `true` when both are within.
    pub fn print(&self) -> bool {
        let kb = |bytes: usize| bytes as f64 / KB as f64;
        println!("\n    raw KB   gzip KB");
        for (name, raw, packed, part) in &self.files {
            let mark = match part {
                Part::Element => '*',
                Part::GpuEngine => '+',
                Part::Page => '.',
                Part::OnDemand => ' ',
                Part::Single => '1',
            };
            println!("{:10.1}{:10.1}  {mark} {name}", kb(*raw), kb(*packed));
        }
        println!("(* is part of the element, + its GPU engine, . the page; 1 has everything inside)");
        for (name, size, limit) in self.sums() {
            let verdict = if size > limit { "TOO LARGE" } else { "ok" };
            println!("{name}: {:.1} KB of {:.0} KB gzipped, {verdict}", kb(size), kb(limit));
        }
        self.beyond() == 0
    }
}

/// Builds the site and weighs it.
pub fn size() -> Result<Report> {
    site::build()?;
    let mut contents = BTreeMap::new();
    collect(&site::folder(), "", &mut contents)?;
    let (element, page) = (closure(ELEMENT, &contents), closure(PAGE, &contents));
    let mut files = Vec::new();
    for (name, bytes) in contents {
        let part = match &name {
            name if SINGLE.contains(&name.as_str()) => Part::Single,
            name if element.contains(name) => Part::Element,
            name if base(name).starts_with(GPU_CHUNK) => Part::GpuEngine,
            name if page.contains(name) || SHOWN.iter().any(|shown| base(name).starts_with(shown)) => Part::Page,
            _ => Part::OnDemand,
        };
        files.push((name, bytes.len(), gzipped(&bytes)?, part));
    }
    Ok(Report { files })
}

fn collect(folder: &Path, prefix: &str, contents: &mut BTreeMap<String, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))? {
        let path = entry?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), contents)?;
        } else if path.extension().and_then(|e| e.to_str()).is_some_and(|e| COUNTED.contains(&e)) {
            contents.insert(name, fs::read(&path)?);
        }
    }
    Ok(())
}

fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// What loading one script loads: all that its text names, except in `import(...)`, in Vite's list of what comes with
/// those, and the module's chunks.
fn closure(start: &str, contents: &BTreeMap<String, Vec<u8>>) -> BTreeSet<String> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![start.to_owned()];
    while let Some(name) = waiting.pop() {
        let Some(bytes) = contents.get(&name) else { continue };
        if !reached.insert(name) {
            continue;
        }
        let text = String::from_utf8_lossy(bytes);
        // File names carry a hash of their content, so that naming one is meant.
        let named = contents.keys().filter(|other| {
            let base = base(other);
            !CHUNKS.iter().any(|chunk| base.starts_with(chunk))
                && text.match_indices(base).any(|(at, _)| !is_lazy(&text[..at]))
        });
        waiting.extend(named.cloned());
    }
    reached
}

/// Whether the text before a file's name opens an `import(` that the name stands in, or the list.
fn is_lazy(before: &str) -> bool {
    let start = before.rfind(['"', '\'', '`']).unwrap_or(0);
    let listed = before.rfind("(m.f=[").is_some_and(|list| !before[list + 6..].contains(']'));
    listed || before[..start].trim_end().ends_with("import(")
}

fn gzipped(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_element_is_what_it_loads_at_once() {
        let site: BTreeMap<String, Vec<u8>> = [
            ("index.html", "<script src=./assets/page-1.js>"),
            ("guidance-lab.js", r#"import{a}from"./assets/shared-1.js";"#),
            (
                "assets/shared-1.js",
                r#"d=(m.f||(m.f=["./charts-1.js"])));import("./charts-1.js");new Worker(new URL(`worker-1.js`,import.meta.url));export{a}"#,
            ),
            (
                "assets/worker-1.js",
                r#"new URL("lab-1.wasm",import.meta.url),new URL("split_gpu-1.wasm",import.meta.url)"#,
            ),
            ("assets/lab-1.wasm", "\0asm"),
            ("assets/split_gpu-1.wasm", "\0asm"),
            ("assets/charts-1.js", "export default 1"),
            ("assets/page-1.js", r#"import"./shared-1.js""#),
        ]
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_owned()))
        .into();
        let expected = ["assets/lab-1.wasm", "assets/shared-1.js", "assets/worker-1.js", "guidance-lab.js"];
        assert_eq!(closure("guidance-lab.js", &site).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn gzip_is_a_real_gzip() {
        assert!(gzipped(&[0; 10_000]).unwrap() < 100);
    }
}
