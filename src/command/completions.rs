//! `completions SHELL`: for `source <(guidance-lab completions bash)` and the like.

use std::io;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

#[derive(Debug, Args)]
pub struct Arguments {
    shell: Shell,
}

pub fn print(arguments: &Arguments) {
    clap_complete::generate(arguments.shell, &mut super::Cli::command(), "guidance-lab", &mut io::stdout());
}
