//! `cargo xtask serve`: builds the site and serves it on this machine only.
//!
//! The server is a few lines of our own, so that what is tried by hand is the very `dist/` that is
//! shipped, and so that there is no second process to clean up.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};

use crate::command::{explain, root};
use crate::{site, wasm};

/// The first port that is tried, and how many after it.
const FIRST_PORT: u16 = 8080;
const PORTS: u16 = 100;

/// What the Rust side, and the front end, are made from.
const RUST_SOURCES: [&str; 4] = ["src", "shaders", "Cargo.toml", "Cargo.lock"];
const WEB_SOURCES: [&str; 5] = ["www", "index.html", "vite.config.ts", "tsconfig.json", "package-lock.json"];

/// The command line of `serve`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    port: Option<u16>,
    watch: bool,
}

impl Options {
    /// Reads `--port N`, `--port=N` and `--watch`.
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self::default();
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            let port = match argument {
                "--watch" => {
                    options.watch = true;
                    continue;
                }
                "--port" => arguments.next().context("--port wants a number")?,
                other => match other.strip_prefix("--port=") {
                    Some(port) => port,
                    None => bail!("`serve` knows --port N and --watch, not `{other}`"),
                },
            };
            options.port =
                Some(port.parse().with_context(|| format!("--port wants a number up to 65535, not `{port}`"))?);
        }
        Ok(options)
    }
}

/// Builds, serves until interrupted, and with `--watch` builds again after each change.
pub fn serve(options: &Options) -> Result<()> {
    // The port is taken before the long build, so that a wrong one is known at once.
    let listener = listen(options.port)?;
    // Noted before the build: what is changed during it is built again.
    let mut state = newest_of_both();
    site::build()?;
    println!("Guidance Lab: http://{}/", listener.local_addr()?);
    let server = thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || {
                // A reader that went away is no error of ours.
                let _ = answer(&stream);
            });
        }
    });
    if options.watch {
        println!("watching for changes; Ctrl-C ends");
        loop {
            thread::sleep(Duration::from_millis(400));
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
    let _ = server.join();
    Ok(())
}

fn listen(port: Option<u16>) -> Result<TcpListener> {
    match port {
        Some(port) => TcpListener::bind(("127.0.0.1", port))
            .with_context(|| format!("port {port} is taken or not allowed.\nNext: name another, or leave out --port")),
        None => (FIRST_PORT..FIRST_PORT + PORTS)
            .find_map(|port| TcpListener::bind(("127.0.0.1", port)).ok())
            .with_context(|| format!("no free port from {FIRST_PORT} on.\nNext: name one with --port")),
    }
}

/// Answers the requests of one connection, one after the other.
fn answer(stream: &TcpStream) -> Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut request = String::new();
        if reader.by_ref().take(8192).read_line(&mut request)? == 0 {
            return Ok(());
        }
        let mut header = String::new();
        while reader.by_ref().take(8192).read_line(&mut header)? > 2 {
            header.clear();
        }
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let file = file_of(path).and_then(|file| Some((fs::read(&file).ok()?, content_type(&file))));
        let (status, body, kind) = match file {
            _ if method != "GET" && method != "HEAD" => ("405 Method Not Allowed", Vec::new(), "text/plain"),
            Some((body, kind)) => ("200 OK", body, kind),
            None => ("404 Not Found", b"not found".to_vec(), "text/plain"),
        };
        let mut writer = stream;
        write!(
            writer,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\n\r\n",
            body.len()
        )?;
        if method != "HEAD" {
            writer.write_all(&body)?;
        }
    }
}

/// The file below `dist/` that a request's path names; never one outside.
fn file_of(path: &str) -> Option<PathBuf> {
    let path = percent_decode(path.split(['?', '#']).next()?)?;
    let relative = Path::new(path.trim_start_matches('/'));
    if relative.components().any(|part| !matches!(part, Component::Normal(_))) {
        return None;
    }
    let file = site::folder().join(relative);
    Some(if file.is_dir() { file.join("index.html") } else { file })
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            _ => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json" | "map") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
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

    fn parse(words: &[&str]) -> Result<Options> {
        Options::parse(&words.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn the_command_line_is_read_strictly() {
        assert_eq!(parse(&[]).unwrap(), Options { port: None, watch: false });
        assert_eq!(parse(&["--watch", "--port", "9000"]).unwrap(), Options { port: Some(9000), watch: true });
        assert_eq!(parse(&["--port=1"]).unwrap(), Options { port: Some(1), watch: false });
        for wrong in [&["--port"][..], &["--port", "x"], &["--port", "70000"], &["now"]] {
            assert!(parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_request_stays_below_the_site() {
        let dist = site::folder();
        assert_eq!(file_of("/assets/a%20b.js?x#y"), Some(dist.join("assets/a b.js")));
        for outside in ["/../Cargo.toml", "/%2e%2e/Cargo.toml", "/a/../../b", "/%zz", "/%c3"] {
            assert_eq!(file_of(outside), None, "{outside}");
        }
        assert_eq!(file_of("//etc/passwd"), Some(dist.join("etc/passwd")));
    }
}
