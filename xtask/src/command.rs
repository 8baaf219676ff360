//! Running other programs: each is named before it runs, and a failure says what to do next.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// The repository's root: all commands run there, wherever cargo was called.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// Cargo's folder for all that is built, where the commands also keep their notes.
pub fn target() -> PathBuf {
    root().join("target")
}

/// A program to run in the repository's root, without standard input.
pub fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// The cargo that runs this program.
pub fn cargo() -> Command {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// A Node.js program, by its path below `node_modules`.
pub fn node(script: &str) -> Command {
    let mut command = program("node");
    command.arg(root().join("node_modules").join(script));
    command
}

/// How a person would type the command: without the paths of this machine.
pub fn display(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let arguments = command.get_args().map(|argument| {
        let argument = argument.to_string_lossy();
        match Path::new(argument.as_ref()).strip_prefix(root()) {
            Ok(relative) => relative.display().to_string(),
            Err(_) => argument.into_owned(),
        }
    });
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Prints what is about to be done.
pub fn announce(what: &str) {
    eprintln!("> {what}");
}

/// Runs a command to its end; `Ok(false)` when it failed. An error only when it could not be started.
pub fn succeeds(command: &mut Command) -> Result<bool> {
    let shown = display(command);
    announce(&shown);
    let status = command.status().with_context(|| format!("`{shown}` could not be started; is it installed?"))?;
    if !status.success() {
        eprintln!("`{shown}` failed ({status})");
    }
    Ok(status.success())
}

/// Runs a command that must succeed; `next` is the advice for when it does not.
pub fn run(command: &mut Command, next: &str) -> Result<()> {
    let shown = display(command);
    announce(&shown);
    let status =
        command.status().with_context(|| format!("`{shown}` could not be started; is it installed?\nNext: {next}"))?;
    if !status.success() {
        bail!("`{shown}` failed ({status})\nNext: {next}");
    }
    Ok(())
}

/// What a command prints, or `None` when it fails or does not exist.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// An error for people: what failed, why, and at the end what to do next.
///
/// The steps are the lines of any message in the chain that begin with `Next: `.
pub fn explain(error: &anyhow::Error) -> String {
    let texts: Vec<String> = error.chain().map(ToString::to_string).collect();
    let (steps, words): (Vec<&str>, Vec<&str>) =
        texts.iter().flat_map(|text| text.lines()).partition(|line| line.starts_with("Next: "));
    format!("error: {}", [words, steps].concat().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_comes_last() {
        let error = anyhow::anyhow!("no such file").context("a failed.\nNext: mend it");
        assert_eq!(explain(&error), "error: a failed.\nno such file\nNext: mend it");
    }

    #[test]
    fn commands_are_shown_without_the_paths_of_this_machine() {
        let mut command = program("/usr/bin/cargo");
        command.arg("build").arg("--target-dir").arg(target().join("wasm"));
        let target = Path::new("target").join("wasm");
        assert_eq!(display(&command), format!("cargo build --target-dir {}", target.display()));
    }
}
