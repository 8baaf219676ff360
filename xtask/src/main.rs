//! The project's own commands: `cargo xtask serve`, `build`, `test`, `lint`, `size`, `bench`.
//!
//! Each command sets up what it needs on a fresh machine and says what it does. Each failure names
//! the command that failed and the next step. Only cargo and Node.js have to be there beforehand.

mod bench;
mod command;
mod lint;
mod notices;
mod serve;
mod setup;
mod site;
mod size;
mod test;
mod wasm;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <command>

  serve [--port N] [--watch]   build the site and serve it on 127.0.0.1 (from port 8080)
  build                        write dist/, a static site that works under any path
  test [suite ...]             set up and run the tests; ends with `N passed, N failed`
                               suites: rust, unit, web (these three when none is named), packages, lint, size
  lint                         formatting, clippy (native and wasm), types, Biome, licences
  size                         what the site weighs, against its limits
  bench                        the benchmarks: native, peers, browser";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\n{}", command::explain(&error));
            ExitCode::FAILURE
        }
    }
}

/// Runs one command; `false` when what it checked is not all right.
fn run(arguments: &[String]) -> Result<bool> {
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", arguments),
    };
    match command {
        "serve" => serve::serve(&serve::Options::parse(rest)?).map(|()| true),
        "test" => test::test(rest),
        "help" | "--help" | "-h" => {
            println!("{HELP}");
            Ok(true)
        }
        "build" | "lint" | "size" | "bench" if !rest.is_empty() => {
            bail!("`cargo xtask {command}` takes no arguments, but got `{}`", rest.join(" "))
        }
        "build" => site::build().map(|()| true),
        "lint" => Ok(lint::lint()?.print()),
        "size" => Ok(size::size()?.print()),
        "bench" => bench::bench(),
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}
