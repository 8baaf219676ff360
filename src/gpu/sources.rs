//! The text of the kernels: the library and one entry point, concatenated.

/// A file of `shaders/` as the browser gets it: without comments and indentation, a quarter of the text.
/// No text literal of WGSL can hold `//`.
macro_rules! wgsl {
    ($path:literal) => {{
        const TEXT: &[u8] = include_bytes!(concat!("../../shaders/", $path));
        const STRIPPED: &[u8; stripped_length(TEXT)] = &strip(TEXT);
        const RESULT: &str = match std::str::from_utf8(STRIPPED) {
            Ok(text) => text,
            Err(_) => panic!("a shader is not UTF-8"),
        };
        RESULT
    }};
}

/// Whether the byte at `at` stands in a line's indentation or in a comment (not its line break).
const fn is_idle(text: &[u8], at: usize) -> bool {
    let mut start = at;
    while start > 0 && text[start - 1] != b'\n' {
        start -= 1;
    }
    let mut indentation = true;
    while start <= at {
        if text[start] == b'/' && start + 1 < text.len() && text[start + 1] == b'/' {
            return text[at] != b'\n';
        }
        indentation = indentation && text[start] == b' ';
        start += 1;
    }
    indentation
}

const fn stripped_length(text: &[u8]) -> usize {
    let (mut length, mut at) = (0, 0);
    while at < text.len() {
        length += !is_idle(text, at) as usize;
        at += 1;
    }
    length
}

const fn strip<const N: usize>(text: &[u8]) -> [u8; N] {
    let mut stripped = [0; N];
    let (mut length, mut at) = (0, 0);
    while at < text.len() {
        if !is_idle(text, at) {
            stripped[length] = text[at];
            length += 1;
        }
        at += 1;
    }
    stripped
}

/// The functions that every kernel may use, in order of dependence.
const LIBRARY: [&str; 21] = [
    wgsl!("lib/exp.wgsl"),
    wgsl!("lib/log.wgsl"),
    wgsl!("lib/sincos.wgsl"),
    wgsl!("lib/philox.wgsl"),
    wgsl!("lib/normal.wgsl"),
    wgsl!("lib/mixture.wgsl"),
    wgsl!("lib/classifier.wgsl"),
    wgsl!("lib/classifier/rules.wgsl"),
    wgsl!("lib/classifier/exact.wgsl"),
    wgsl!("lib/classifier/wiggle.wgsl"),
    wgsl!("lib/classifier/tempered.wgsl"),
    wgsl!("lib/classifier/label_smoothing.wgsl"),
    wgsl!("lib/classifier/denoised.wgsl"),
    wgsl!("lib/network/activation.wgsl"),
    wgsl!("lib/classifier/learned.wgsl"),
    wgsl!("lib/classes.wgsl"),
    wgsl!("lib/apart.wgsl"),
    wgsl!("lib/posterior.wgsl"),
    wgsl!("lib/bin_scale.wgsl"),
    wgsl!("lib/guess.wgsl"),
    wgsl!("lib/scene.wgsl"),
];

/// The same of the kernels of many dimensions.
const MANY_LIBRARY: [&str; 9] = [
    wgsl!("lib/exp.wgsl"),
    wgsl!("lib/log.wgsl"),
    wgsl!("lib/sincos.wgsl"),
    wgsl!("lib/philox.wgsl"),
    wgsl!("lib/normal.wgsl"),
    wgsl!("lib/many.wgsl"),
    wgsl!("lib/many/shares.wgsl"),
    wgsl!("lib/many/force.wgsl"),
    wgsl!("lib/many/products.wgsl"),
];

/// The complete WGSL text of every kernel; the entry point of each is `main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// `initialise.wgsl`.
    pub initialise: String,
    /// `step.wgsl`.
    pub step: String,
    /// `bins.wgsl`.
    pub bins: String,
    /// `measure.wgsl`.
    pub measure: String,
    /// `sums.wgsl`.
    pub sums: String,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            initialise: with_library(wgsl!("initialise.wgsl")),
            step: with_library(wgsl!("step.wgsl")),
            bins: with_library(wgsl!("bins.wgsl")),
            measure: with_library(wgsl!("measure.wgsl")),
            sums: with_library(wgsl!("sums.wgsl")),
        }
    }
}

impl Sources {
    /// Name and text of every kernel.
    pub fn all(&self) -> [(&'static str, &str); 5] {
        [
            ("initialise", &self.initialise),
            ("step", &self.step),
            ("bins", &self.bins),
            ("measure", &self.measure),
            ("sums", &self.sums),
        ]
    }

    /// The sources with a text replaced wherever it stands; fails if it stands nowhere. For tests
    /// that must notice a wrong kernel.
    pub fn mutated(&self, from: &str, to: &str) -> Option<Self> {
        let found = self.all().iter().any(|(_, text)| text.contains(from));
        let replace = |text: &str| text.replace(from, to);
        found.then(|| Self {
            initialise: replace(&self.initialise),
            step: replace(&self.step),
            bins: replace(&self.bins),
            measure: replace(&self.measure),
            sums: replace(&self.sums),
        })
    }
}

/// The complete WGSL text of every kernel of many dimensions, by its name in `shaders/many/`; the entry point of each is
/// `main`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManySources([(&'static str, String); 5]);

impl Default for ManySources {
    fn default() -> Self {
        let kernels = [
            ("initialise", wgsl!("many/initialise.wgsl")),
            ("look", wgsl!("many/look.wgsl")),
            ("weigh", wgsl!("many/weigh.wgsl")),
            ("pull", wgsl!("many/pull.wgsl")),
            ("move", wgsl!("many/move.wgsl")),
        ];
        Self(kernels.map(|(name, entry)| (name, after(&MANY_LIBRARY, entry))))
    }
}

impl ManySources {
    /// Name and text of every kernel.
    pub fn all(&self) -> [(&'static str, &str); 5] {
        self.0.each_ref().map(|(name, text)| (*name, text.as_str()))
    }

    /// The sources with a text replaced wherever it stands; fails if it stands nowhere. For tests
    /// that must notice a wrong kernel.
    pub fn mutated(&self, from: &str, to: &str) -> Option<Self> {
        let found = self.0.iter().any(|(_, text)| text.contains(from));
        found.then(|| Self(self.0.each_ref().map(|(name, text)| (*name, text.replace(from, to)))))
    }
}

/// The library followed by an entry point (or by a test's own).
pub fn with_library(entry: &str) -> String {
    after(&LIBRARY, entry)
}

fn after(library: &[&str], entry: &str) -> String {
    let mut text = library.join("\n");
    text.push('\n');
    text.push_str(entry);
    text
}
