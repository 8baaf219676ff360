//! The text of the kernels: the library and one entry point, concatenated.

/// The functions that every kernel may use, in order of dependence.
const LIBRARY: [&str; 10] = [
    include_str!("../../shaders/lib/exp.wgsl"),
    include_str!("../../shaders/lib/log.wgsl"),
    include_str!("../../shaders/lib/sincos.wgsl"),
    include_str!("../../shaders/lib/philox.wgsl"),
    include_str!("../../shaders/lib/normal.wgsl"),
    include_str!("../../shaders/lib/mixture.wgsl"),
    include_str!("../../shaders/lib/classifier.wgsl"),
    include_str!("../../shaders/lib/posterior.wgsl"),
    include_str!("../../shaders/lib/bins.wgsl"),
    include_str!("../../shaders/lib/scene.wgsl"),
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
            initialise: with_library(include_str!("../../shaders/initialise.wgsl")),
            step: with_library(include_str!("../../shaders/step.wgsl")),
            bins: with_library(include_str!("../../shaders/bins.wgsl")),
            measure: with_library(include_str!("../../shaders/measure.wgsl")),
            sums: with_library(include_str!("../../shaders/sums.wgsl")),
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

/// The library followed by an entry point (or by a test's own).
pub fn with_library(entry: &str) -> String {
    let mut text = LIBRARY.join("\n");
    text.push('\n');
    text.push_str(entry);
    text
}
