//! `cargo xtask serve`: builds the site and serves it on this machine only.
//!
//! The server is Vite's preview of `dist/`: what is tried by hand is the very site that is shipped.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::{explain, program, root};
use crate::{setup, site, wasm};

/// The first port that is tried, and how many after it.
const FIRST_PORT: u16 = 8080;
const PORTS: u16 = 100;

/// What the Rust side, and the front end, are made from.
const RUST_SOURCES: [&str; 4] = ["src", "shaders", "Cargo.toml", "Cargo.lock"];
const WEB_SOURCES: [&str; 9] = [
    "www",
    "index.html",
    "vite.article.ts",
    "vite.config.ts",
    "vite.lessons.ts",
    "vite.meta.ts",
    "vite.site.ts",
    "tsconfig.json",
    "package-lock.json",
];

/// The command line of `serve`.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub struct Options {
    /// The port, instead of the first free one from 8080 on
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// Build again after each change
    #[arg(long)]
    pub watch: bool,
}

/// Builds, serves until interrupted, and with `--watch` builds again after each change.
pub fn serve(options: &Options) -> Result<()> {
    // Before the long build, so that a wrong port is known at once.
    let port = free_port(options.port)?;
    setup::npm()?;
    // Noted before the build: what is changed during it is built again.
    let mut state = newest_of_both();
    site::build()?;
    let mut server = preview(port, options.port.is_some()).spawn().context("Vite's preview could not be started")?;
    if options.watch {
        println!("watching for changes; Ctrl-C ends");
    }
    loop {
        if let Some(status) = server.try_wait()? {
            bail!("the server ended ({status}).\nNext: see what Vite says above");
        }
        thread::sleep(Duration::from_millis(400));
        if !options.watch {
            continue;
        }
        let now = newest_of_both();
        let result = if now.0 != state.0 {
            site::build()
        } else if now.1 != state.1 {
            site::front_end()
        } else {
            continue;
        };
        state = now;
        match result {
            Ok(()) => println!("built again"),
            Err(error) => eprintln!("\n{}\nThe site is as it was before.", explain(&error)),
        }
    }
}

/// Makes a Node.js program end when its standard input does: with this one, however that ends.
const ENDS_WITH_INPUT: &str = "--import=data:text/javascript,process.stdin.on('end',()=>process.exit()).resume()";

/// Vite's preview; a port that nobody asked for may give way to the next.
fn preview(port: u16, asked_for: bool) -> Command {
    let mut command = program("node");
    command.args([ENDS_WITH_INPUT, "node_modules/vite/bin/vite.js", "preview", "--port", &port.to_string()]);
    command.stdin(Stdio::piped());
    if asked_for {
        command.arg("--strictPort");
    }
    command
}

fn free_port(port: Option<u16>) -> Result<u16> {
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    match port {
        Some(port) => Some(port)
            .filter(is_free)
            .with_context(|| format!("port {port} is taken or not allowed.\nNext: name another, or leave out --port")),
        None => (FIRST_PORT..FIRST_PORT + PORTS)
            .find(is_free)
            .with_context(|| format!("no free port from {FIRST_PORT} on.\nNext: name one with --port")),
    }
}

/// When the Rust side and the front end were last changed, and of how many files each is made.
fn newest_of_both() -> (State, State) {
    (State::of(&RUST_SOURCES), State::of(&WEB_SOURCES))
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    newest: Option<SystemTime>,
    files: usize,
}

impl State {
    fn of(paths: &[&str]) -> Self {
        let mut state = Self::default();
        for path in paths {
            state.add(&root().join(path));
        }
        state
    }

    fn add(&mut self, path: &Path) {
        if path == wasm::folder() {
            return; // Written by the build itself.
        }
        let Ok(data) = fs::metadata(path) else { return };
        if data.is_dir() {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                self.add(&entry.path());
            }
        } else {
            self.files += 1;
            self.newest = self.newest.max(data.modified().ok());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_refused_or_passed_over() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(free_port(Some(port)).unwrap_err().to_string().contains(&format!("port {port} is taken")));
        let first = TcpListener::bind((Ipv4Addr::LOCALHOST, FIRST_PORT));
        assert!(free_port(None).unwrap() > FIRST_PORT || first.is_err());
        drop(taken);
        assert_eq!(free_port(Some(port)).unwrap(), port);
    }
}
