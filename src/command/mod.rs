//! The command line: one file a subcommand, each with its arguments and what it does with them.
//!
//! A new subcommand is a file here and a line in [`Command`] and in [`run`].

mod at;
mod completions;
mod experiment;
mod experiments;
mod fit;
mod input;
mod measure;
mod progress;
mod seed;
mod study;
mod sweep;
mod train;
mod values;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Exit code of anything that could not be done; clap ends with the same.
const FAILED: u8 = 2;

/// Guidance Lab without a page: experiments over a parameter, a mixture for your points, the measurement of one state, its values at points.
#[derive(Debug, Parser)]
#[command(name = "guidance-lab", version, arg_required_else_help = true)]
#[command(
    after_help = "experiment ends with 0 if the verdict agrees with the claim and with 1 if not; errors end with 2."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the experiments
    Experiments,
    /// Measure one experiment: its rows and what they say
    Experiment(experiment::Arguments),
    /// Run a state to its end and print its measurement
    Measure(measure::Arguments),
    /// Measure a state with each of many values of one field, into a file that goes on where it was interrupted
    Sweep(sweep::Arguments),
    /// The exact and the tested values of a state at any points
    At(at::Arguments),
    /// Draw random mixtures and faults, and rank what is known of each against the harm it does
    Study(study::Arguments),
    /// Train the learned classifier of a state, and measure its guidance
    Train(train::Arguments),
    /// Fit a mixture to labelled points and print the state
    Fit(fit::Arguments),
    /// Print the script that completes this command in a shell
    Completions(completions::Arguments),
}

/// Runs the command of the process's arguments.
pub fn main() -> ExitCode {
    match run(&Cli::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(FAILED)
        }
    }
}

/// Runs one; `false` where what was measured disagrees with its claim.
fn run(command: &Command) -> Result<bool, String> {
    match command {
        Command::Experiments => experiments::print(),
        Command::Experiment(arguments) => return experiment::run(arguments),
        Command::Measure(arguments) => measure::run(arguments)?,
        Command::Sweep(arguments) => sweep::run(arguments)?,
        Command::At(arguments) => at::run(arguments)?,
        Command::Study(arguments) => study::run(arguments),
        Command::Train(arguments) => train::run(arguments)?,
        Command::Fit(arguments) => fit::run(arguments)?,
        Command::Completions(arguments) => completions::print(arguments),
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
