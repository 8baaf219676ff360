//! Every block of code in the documents is run by somebody; here, the commands and the Rust. Those of the element are
//! run by `tests/web/docs.test.ts`, those of embedding.md by `tests/packages/docs.test.ts`, lessons.md's by
//! `www/lessons/lessons.test.ts`, networks.md's by `tests/networks.rs`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A block of code.
struct Block {
    document: String,
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut documents: Vec<PathBuf> =
        fs::read_dir(Path::new(ROOT).join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    documents.extend(["README.md", "CONTRIBUTING.md"].map(|name| Path::new(ROOT).join(name)));
    documents.sort();
    let mut found = Vec::new();
    for path in documents.iter().filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let document = path.strip_prefix(ROOT).unwrap().display().to_string();
        let text = fs::read_to_string(path).unwrap();
        // Odd parts stand between fences at the beginning of a line.
        for block in format!("\n{text}").split("\n```").skip(1).step_by(2) {
            let (language, text) = block.split_once('\n').unwrap_or((block, ""));
            found.push(Block {
                document: document.clone(),
                language: language.trim().to_owned(),
                text: text.to_owned(),
            });
        }
    }
    found
}

#[test]
fn somebody_runs_every_block() {
    for Block { document, language, text } in blocks() {
        let run = match (document.as_str(), language.as_str()) {
            // The tag, as embedding.md has it.
            ("docs/api.md" | "README.md", "html") => text.contains("<guidance-lab preset=\"wiggle\">"),
            // Last: formulas and what a terminal shows.
            pair => matches!(
                pair,
                (_, "sh" | "")
                    | ("docs/contributing.md" | "docs/languages.md", "rust" | "diff")
                    | ("docs/api.md", "ts")
                    | ("docs/networks.md", "json")
                    | ("docs/lessons.md", "markdown")
                    | ("docs/embedding.md", "html" | "css" | "js" | "python")
            ),
        };
        assert!(run, "nobody runs this block of {document} in {language:?}:\n{text}");
    }
}

fn run(arguments: &[&str], folder: &Path, input: Option<&Output>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guidance-lab"));
    command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
    match input {
        None => command.stdin(Stdio::null()),
        Some(_) => command.stdin(Stdio::piped()),
    };
    let mut child = command.spawn().unwrap();
    if let Some(output) = input {
        use std::io::Write as _;
        child.stdin.take().unwrap().write_all(&output.stdout).unwrap();
    }
    child.wait_with_output().unwrap()
}

/// As written, but smaller where a reader would wait for minutes.
#[test]
fn the_commands_of_the_documents_run() {
    let folder = std::env::temp_dir().join(format!("documents-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for name in ["iris.csv", "penguins.csv"] {
        fs::copy(Path::new(ROOT).join("tests/data").join(name), folder.join(name)).unwrap();
    }
    for (class, grey) in [("0", 20), ("0", 60), ("1", 180), ("1", 250)] {
        let own = folder.join("images").join(class);
        fs::create_dir_all(&own).unwrap();
        let file = fs::File::create(own.join(format!("{grey}.png"))).unwrap();
        png::Encoder::new(file, 1, 1).write_header().unwrap().write_image_data(&[grey]).unwrap();
    }
    fs::write(folder.join("points.csv"), "x,class\n-1,0\n-1.2,0\n-0.7,0\n1,1\n1.3,1\n0.8,1\n").unwrap();
    fs::write(folder.join("state.json"), r#"{ "particles": 500, "process": { "steps": 20 } }"#).unwrap();
    let mut count = 0;
    for Block { document, language, text } in blocks() {
        if language != "sh" {
            continue;
        }
        for line in text.lines().map(|line| line.split("  #").next().unwrap().split(" # ").next().unwrap().trim()) {
            let known =
                ["cargo run --release -- ", "cargo xtask ", "npm install guidance-lab", "pip install guidance-lab"];
            assert!(line.is_empty() || known.iter().any(|start| line.starts_with(start)), "{document}: {line}");
            if !line.starts_with(known[0]) {
                continue;
            }
            let mut before: Option<Output> = None;
            for part in line.split(" | ") {
                let part = part.split(" > ").next().unwrap().trim();
                let mut arguments: Vec<&str> = part.strip_prefix(known[0]).unwrap().split_whitespace().collect();
                if arguments[0] == "experiment" && !arguments.contains(&"--small") {
                    arguments.push("--small");
                }
                if let Some(at) = arguments.iter().position(|&word| word == "1000") {
                    arguments[at] = "1";
                }
                // Points have as many columns as the state has dimensions.
                if arguments[0] == "at" {
                    fs::write(folder.join("points.csv"), "0.3\n-1\n").unwrap();
                }
                let output = run(&arguments, &folder, before.as_ref());
                assert!(output.status.success(), "{document}: {line}\n{}", String::from_utf8_lossy(&output.stderr));
                if arguments[0] == "at" {
                    fs::write(folder.join("points.csv"), "x,class\n-1,0\n-1.2,0\n-0.7,0\n1,1\n1.3,1\n0.8,1\n").unwrap();
                }
                before = Some(output);
                count += 1;
            }
        }
    }
    fs::remove_dir_all(&folder).unwrap();
    assert!(count > 10, "{count}");
}

/// Rust in the documents stands in the sources, line by line (but for what is left out).
#[test]
fn the_rust_of_the_documents_is_in_the_sources() {
    fn collect(folder: &Path, all: &mut String) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, all);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                all.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let mut sources = String::new();
    collect(&Path::new(ROOT).join("src"), &mut sources);
    // Comments and line breaks within a struct are no difference.
    let code: String = sources.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let (code, sources) = (bare(&code).replace(",}", "}"), bare(&sources));
    let mut count = 0;
    for Block { document, language, text } in blocks() {
        if language != "rust" && language != "diff" {
            continue;
        }
        for line in text.lines() {
            let line = bare(line.trim_start_matches(['+', '/']));
            // What stands before an ellipsis.
            let line = line.split('…').next().unwrap().trim_end_matches(['"', ',', ')', '{']);
            let found = sources.contains(line) || code.contains(line);
            assert!(found, "{document} has a line that no source has: {line}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}
