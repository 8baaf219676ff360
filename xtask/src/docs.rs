//! `cargo xtask docs`: the documents as a site of their own, searchable, in `target/book/`, and a check that every
//! link in it leads somewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::command::{root, run, target};
use crate::setup;

/// The documents in the order of the site. Every file of `docs/` stands here, and the decisions behind them.
const CHAPTERS: [&str; 12] = [
    "README.md",
    "embedding.md",
    "api.md",
    "state.md",
    "networks.md",
    "lessons.md",
    "experiments.md",
    "numerics.md",
    "performance.md",
    "languages.md",
    "contributing.md",
    "dependencies.md",
];

const BOOK: &str = r#"[book]
title = "Guidance Lab"
language = "en"

[build]
create-missing = false

[output.html]
preferred-dark-theme = "navy"
no-section-label = true

[output.html.search]
use-boolean-and = true
"#;

/// Where the finished site stands.
pub fn folder() -> PathBuf {
    target().join("book/book")
}

/// Builds it; `repository`: where the sources stand, if they have an address.
pub fn build(repository: Option<&str>) -> Result<()> {
    let (work, docs) = (target().join("book"), root().join("docs"));
    let _ = fs::remove_dir_all(&work);
    let source = work.join("src");
    let mut summary = String::from("# Summary\n\n");
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for name in CHAPTERS {
        let from = if name == "README.md" { root().join(name) } else { docs.join(name) };
        files.push((name.to_owned(), from));
    }
    for path in decisions()? {
        files.push((format!("decisions/{}", path.file_name().unwrap_or_default().to_string_lossy()), path));
    }
    for (name, from) in files {
        let text = fs::read_to_string(&from).with_context(|| format!("{} cannot be read", from.display()))?;
        let title = text.lines().next().unwrap_or_default().trim_start_matches('#').trim().to_owned();
        if name.ends_with("0001-everything-wasm-in-workers.md") {
            summary.push_str("\n# Decisions\n\n");
        }
        writeln!(summary, "- [{title}]({name})")?;
        let to = source.join(&name);
        fs::create_dir_all(to.parent().unwrap_or(&source))?;
        fs::write(to, outside(&text, if name == "README.md" { "" } else { "docs/" }, &name, repository))?;
    }
    copy(&docs.join("images"), &source.join("images"))?;
    // What the documents lead to besides one another: tables, say.
    copy(&docs, &source)?;
    fs::write(source.join("SUMMARY.md"), summary)?;
    fs::write(work.join("book.toml"), BOOK)?;
    run(setup::mdbook()?.arg("build").arg(&work), "mend docs/, as mdBook says above")?;
    let dead = dead_links(&folder())?;
    ensure!(dead.is_empty(), "links of the documents that lead nowhere:\n{}", dead.join("\n"));
    ensure!(folder().join("index.html").is_file(), "the documents have no first page");
    println!("{}", folder().join("index.html").display());
    Ok(())
}

fn decisions() -> Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> =
        fs::read_dir(root().join("docs/decisions"))?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    all.sort();
    Ok(all)
}

/// The text with links that lead out of the site made into links to the repository, or into plain text.
/// `within`: the folder of the repository that the document stands in; those of `docs/` are the site.
fn outside(text: &str, within: &str, name: &str, repository: Option<&str>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("](") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let Some(end) = after.find(')') else { break };
        let link = &after[..end];
        rest = &after[end + 1..];
        let local = !link.contains(':') && !link.starts_with('#');
        let path = if within.is_empty() { link.to_owned() } else { joined(name, link) };
        let inside = match (within.is_empty(), path.strip_prefix("docs/")) {
            // The README stands above the documents, and in the site among them.
            (true, Some(path)) if path != "decisions" => Some(path.to_owned()),
            (false, _) if !path.starts_with("../") => Some(link.to_owned()),
            _ => None,
        };
        let _ = match (local, inside, repository) {
            (true, Some(inside), _) => write!(out, "{before}]({inside})"),
            (true, None, Some(repository)) => {
                write!(out, "{before}]({repository}/blob/main/{})", path.trim_start_matches("../"))
            }
            // Nothing to lead to: the words stay.
            (true, None, None) => match before.rfind('[') {
                Some(open) => write!(out, "{}{}", before[..open].trim_end_matches('!'), &before[open + 1..]),
                None => write!(out, "{before}"),
            },
            (false, ..) => write!(out, "{before}]({link})"),
        };
    }
    out + rest
}

/// A link of a document as a path from `docs/`: `../numerics.md` of a decision is `numerics.md`.
fn joined(name: &str, link: &str) -> String {
    match (name.strip_prefix("decisions/"), link.strip_prefix("../")) {
        (Some(_), Some(above)) => above.to_owned(),
        (Some(_), None) => format!("decisions/{link}"),
        (None, _) => link.to_owned(),
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        if path.is_file() && path.extension().is_none_or(|extension| extension != "md") {
            fs::copy(&path, to.join(path.file_name().unwrap_or_default()))?;
        }
    }
    Ok(())
}

/// Links of all pages whose page or whose place in it is not there.
fn dead_links(site: &Path) -> Result<Vec<String>> {
    let mut dead = BTreeSet::new();
    let mut folders = vec![site.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "html") && !path.ends_with("404.html") {
                let text = fs::read_to_string(&path)?;
                for link in [attributes(&text, "href"), attributes(&text, "src")].concat() {
                    let (file, place) = link.split_once('#').unwrap_or((link, ""));
                    if link.contains(':') || link.is_empty() {
                        continue;
                    }
                    let to = if file.is_empty() { path.clone() } else { folder.join(file) };
                    let found = to.exists()
                        && (place.is_empty()
                            || fs::read_to_string(&to).is_ok_and(|page| attributes(&page, "id").contains(&place)));
                    if !found {
                        dead.insert(format!("{}: {link}", path.strip_prefix(site).unwrap_or(&path).display()));
                    }
                }
            }
        }
    }
    Ok(dead.into_iter().collect())
}

/// The values of an attribute, as mdBook writes them, within tags: code that is shown has attributes too.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let begin = format!(" {name}=\"");
    html.match_indices(&begin)
        .filter(|(at, _)| html[..*at].rfind('<') > html[..*at].rfind('>'))
        .filter_map(|(at, _)| html[at + begin.len()..].split('"').next())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_has_its_place() {
        let mut names: Vec<String> = fs::read_dir(root().join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "md"))
            .collect();
        names.push("README.md".to_owned());
        names.sort();
        let mut listed = CHAPTERS.map(str::to_owned).to_vec();
        listed.sort();
        assert_eq!(names, listed);
    }

    #[test]
    fn what_documents_lead_to_is_there() {
        let mut documents: Vec<PathBuf> = CHAPTERS[1..].iter().map(|name| root().join("docs").join(name)).collect();
        documents.push(root().join("README.md"));
        documents.extend(decisions().unwrap());
        let mut dead = Vec::new();
        for document in documents {
            let text = fs::read_to_string(&document).unwrap();
            for after in text.split("](").skip(1) {
                let link = after.split(')').next().unwrap().split('#').next().unwrap();
                let local = !link.is_empty() && !link.contains(':');
                if local && !document.parent().unwrap().join(link).exists() {
                    dead.push(format!("{}: {link}", document.display()));
                }
            }
        }
        assert!(dead.is_empty(), "{dead:?}");
    }

    #[test]
    fn links_out_of_the_site_lead_to_the_repository_or_are_words() {
        let address = Some("https://code.example/lab");
        for (text, within, name, expected) in [
            ("[a](api.md#x) b", "docs/", "state.md", "[a](api.md#x) b"),
            ("[a](../src/x.rs)", "docs/", "state.md", "[a](https://code.example/lab/blob/main/src/x.rs)"),
            ("[a](../api.md)", "docs/", "decisions/0001.md", "[a](../api.md)"),
            ("[a](docs/api.md)", "", "README.md", "[a](api.md)"),
            ("[a](LICENSE)", "", "README.md", "[a](https://code.example/lab/blob/main/LICENSE)"),
            ("[a](https://b.example)", "", "README.md", "[a](https://b.example)"),
        ] {
            assert_eq!(outside(text, within, name, address), expected);
        }
        assert_eq!(outside("see [a](LICENSE).", "", "README.md", None), "see a.");
    }

    #[test]
    fn attributes_are_those_of_tags() {
        assert_eq!(attributes("<p><a class=\"x\" href=\"b\">&lt;a href=\"c\"&gt;</a> href=\"d\"", "href"), ["b"]);
    }
}
