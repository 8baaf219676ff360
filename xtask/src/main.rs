//! The project's own commands: `cargo xtask serve`, `build`, `test`, `lint`, `size`, `bench`,
//! `docs`, `torture`, `release`.
//!
//! Each command sets up what it needs on a fresh machine and says what it does. Each failure names
//! the command that failed and the next step. Only cargo and Node.js have to be there beforehand.

mod bench;
mod command;
mod docs;
mod imports;
mod lint;
mod notices;
mod release;
mod serve;
mod setup;
mod site;
mod size;
mod test;
mod torture;
mod wasm;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The project's own commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
enum Command {
    /// Build the site and serve it on 127.0.0.1
    Serve(serve::Options),
    /// Write dist/, a static site that works under any path
    Build,
    #[command(about = test::about())]
    Test(test::Arguments),
    /// Formatting, clippy (native and wasm), types, Biome, imports, licences
    Lint,
    /// What the site weighs, against its limits
    Size,
    /// The benchmarks: native, peers, browser
    Bench,
    /// A trial by fire: random states, links, files, hosts, networks and lost devices
    Torture(torture::Arguments),
    /// The documents as a site of their own, searchable, in target/book/
    Docs,
    /// Build and check all that is published, into target/publish/
    Release(release::Options),
}

fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\n{}", command::explain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Runs one command; `false` when what it checked is not all right.
fn run(command: &Command) -> Result<bool> {
    match command {
        Command::Serve(options) => serve::serve(options).map(|()| true),
        Command::Build => site::build().map(|()| true),
        Command::Test(arguments) => Ok(test::test(&arguments.suites)),
        Command::Lint => Ok(lint::lint()?.print()),
        Command::Size => Ok(size::size()?.print()),
        Command::Bench => bench::bench(),
        Command::Docs => docs::build(None).map(|()| true),
        Command::Torture(arguments) => torture::torture(arguments),
        Command::Release(options) => release::release(options),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Cli, Command, serve::Options};

    fn parse(words: &[&str]) -> Result<Command, String> {
        Cli::try_parse_from(["xtask"].iter().chain(words)).map(|cli| cli.command).map_err(|error| error.to_string())
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_command_line_is_read_strictly() {
        assert_eq!(parse(&["serve"]).unwrap(), Command::Serve(Options { port: None, watch: false }));
        let both = Command::Serve(Options { port: Some(9000), watch: true });
        assert_eq!(parse(&["serve", "--watch", "--port", "9000"]).unwrap(), both);
        assert_eq!(parse(&["serve", "--port=1"]).unwrap(), Command::Serve(Options { port: Some(1), watch: false }));
        for wrong in [&["serve", "--port"][..], &["serve", "--port", "x"], &["serve", "--port", "70000"]] {
            assert!(parse(wrong).unwrap_err().contains("--port"), "{wrong:?}");
        }
        for wrong in [&["serve", "now"][..], &["build", "now"], &["lint", "--fix"], &["dance"], &[]] {
            assert!(parse(wrong).unwrap_err().contains("Usage: cargo xtask"), "{wrong:?}");
        }
    }

    #[test]
    fn the_help_lists_every_suite() {
        let helps = [parse(&["--help"]).unwrap_err(), parse(&["test", "--help"]).unwrap_err()];
        for (suite, _) in crate::test::SUITES {
            let named = |help: &String| help.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == suite);
            assert!(helps.iter().all(named), "{suite} is missing: {helps:#?}");
            assert!(matches!(parse(&["test", suite]), Ok(Command::Test(found)) if found.suites == [suite]));
        }
        assert!(parse(&["test", "fable"]).unwrap_err().contains("notebooks"));
    }
}
