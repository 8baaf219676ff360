//! `fit POINTS.csv`: a state whose mixture is fitted to labelled points.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use guidance_lab::cpu::ready;
use guidance_lab::fit::{Directions, Roles, Table, Wishes, fit, read_table};
use guidance_lab::words::Says;

use super::input;
use super::seed::Seed;

#[derive(Debug, Args)]
pub struct Arguments {
    /// The table: CSV, separated by anything usual, libsvm, ARFF; - reads the standard input
    #[arg(value_name = "POINTS.csv")]
    path: String,
    /// Where the fit starts, and which of more than 10,000 points it takes; the state's seed too
    #[arg(long, allow_negative_numbers = true, default_value = "random", value_name = "NUMBER|random")]
    seed: Seed,
    /// Columns of the picture, one or two (with --directions more), by name or by number from 1
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    axes: Vec<String>,
    /// The column of the classes, by name or by number from 1
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Two directions of all columns of numbers (or of those of --axes) instead of columns
    #[arg(long, value_enum)]
    directions: Option<Kind>,
    /// Rows to leave out: those without a value, those far from all others
    #[arg(long, value_enum, value_name = "WHICH,…", value_delimiter = ',')]
    leave_out: Vec<Which>,
    /// Say how the table is read and what its columns are for, and fit nothing
    #[arg(long)]
    show: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Of the greatest variance
    Principal,
    /// That tell the classes apart best
    Discriminant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Nothing, NA, ? in a column that is taken
    Missing,
    /// Far from all others
    Outliers,
}

/// Reads points and prints the state as JSON; what was done is said on the standard error.
pub fn run(arguments: &Arguments) -> Result<(), String> {
    let seed = arguments.seed.value()?;
    let (name, bytes) = input::bytes(&arguments.path)?;
    let pieces = || input::pieces(&bytes);
    let wrong = |error: guidance_lab::model::LabError| format!("{name}: {}", error.message);
    let table = ready(read_table(pieces(), &mut async || {})).map_err(wrong)?;
    let roles = table.wished(&arguments.wishes()).map_err(wrong)?;
    if arguments.show {
        print!("{}", shown(&table, roles.as_ref()));
        return Ok(());
    }
    let roles = roles.ok_or_else(|| wrong(table.unclear()))?;
    let fitted = ready(fit(pieces, Some(&roles), seed, &mut async || {})).map_err(wrong)?;
    let state = fitted.state(seed).map_err(wrong)?;
    eprintln!("Read as: {}.", list(&table.read_as));
    for note in &fitted.notes {
        eprintln!("{note}");
    }
    eprintln!("Seed {seed}.");
    println!("{:#}", state.to_value());
    Ok(())
}

impl Arguments {
    fn wishes(&self) -> Wishes {
        let has = |which| Some(self.leave_out.contains(&which));
        Wishes {
            axes: (!self.axes.is_empty()).then(|| self.axes.clone()),
            label: self.label.clone(),
            directions: self.directions.map(|kind| match kind {
                Kind::Principal => Directions::Principal,
                Kind::Discriminant => Directions::Discriminant,
            }),
            without_missing: has(Which::Missing),
            without_outliers: has(Which::Outliers),
        }
    }
}

fn list(says: &[Says]) -> String {
    says.iter().map(Says::text).collect::<Vec<_>>().join(", ")
}

/// The first rows, and what each column is for.
fn shown(table: &Table, roles: Option<&Roles>) -> String {
    let mut text = format!("Read as: {}. {} rows.\n", list(&table.read_as), table.rows);
    for (index, column) in table.columns.iter().enumerate() {
        let axis = roles.and_then(|roles| roles.axes.iter().position(|&axis| axis == index));
        let role = match (roles, axis) {
            (Some(roles), _) if roles.label == index => "class",
            (Some(roles), Some(_)) if roles.directions != Directions::None => "in the directions",
            (_, Some(0)) => "x",
            (_, Some(_)) => "y",
            _ => "",
        };
        let first: Vec<&str> =
            table.first.iter().filter_map(|row| row.get(index)).take(4).map(String::as_str).collect();
        let missing = if column.missing > 0 { format!("; {} without a value", column.missing) } else { String::new() };
        let _ = writeln!(text, "{:>4} {:24} {role:18} {} …{missing}", index + 1, column.name, first.join(", "));
    }
    text
}
