//! `fit POINTS.csv`: a state whose mixture is fitted to labelled points. `fit FOLDER`: to images.

use std::fmt::Write as _;
use std::path::Path;

use clap::{Args, ValueEnum};
use guidance_lab::cpu::ready;
use guidance_lab::fit::{Directions, Points, Roles, Table, Wishes, fit, points_of, read_table};
use guidance_lab::many::{FittedMany, ManyOptions, Round, Scaling, fit_many, read_folder};
use guidance_lab::model::LabError;
use guidance_lab::words::Says;

use super::seed::Seed;
use super::{input, progress};

#[derive(Debug, Args)]
pub struct Arguments {
    /// The table: CSV, separated by anything usual, libsvm, ARFF; - reads the standard input. Or a folder that has a
    /// folder of small PNG images for each class
    #[arg(value_name = "POINTS.csv")]
    path: String,
    /// Where the fit starts, and which of more than 10,000 points it takes; the state's seed too
    #[arg(long, allow_negative_numbers = true, default_value = "random", value_name = "NUMBER|random")]
    seed: Seed,
    /// Columns of the picture, one or two (with --directions or --all more), by name or by number from 1
    #[arg(long, value_name = "COLUMN,…", value_delimiter = ',')]
    axes: Vec<String>,
    /// The column of the classes, by name or by number from 1
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// Two directions of all columns of numbers (or of those of --axes) instead of columns
    #[arg(long, value_enum)]
    directions: Option<Kind>,
    /// A mixture in all columns of numbers (or in those of --axes), up to 256
    #[arg(long, conflicts_with = "directions")]
    all: bool,
    /// With --all or a folder: so many components of each class at most, of which BIC takes its number
    #[arg(long, value_name = "NUMBER")]
    components: Option<usize>,
    /// With --all or a folder: so many directions of each component at most, beside a variance for each coordinate
    #[arg(long, value_name = "NUMBER")]
    rank: Option<usize>,
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
    if Path::new(&arguments.path).is_dir() {
        return arguments.in_folder(seed);
    }
    if !arguments.all && (arguments.components.is_some() || arguments.rank.is_some()) {
        return Err(
            "--components and --rank are of a mixture in many dimensions: with --all, or for a folder of images".into(),
        );
    }
    let (name, bytes) = input::bytes(&arguments.path)?;
    let pieces = || input::pieces(&bytes);
    let wrong = |error: LabError| format!("{name}: {}", error.message);
    let table = ready(read_table(pieces(), &mut async || {})).map_err(wrong)?;
    let roles = table.wished(&arguments.wishes()).map_err(wrong)?;
    if arguments.show {
        print!("{}", shown(&table, roles.as_ref()));
        return Ok(());
    }
    let roles = roles.ok_or_else(|| wrong(table.unclear()))?;
    if arguments.all {
        let points = ready(points_of(pieces, Some(&roles), seed, &mut async || {})).map_err(wrong)?;
        let fitted = arguments.in_many_dimensions(&points, Scaling::Columns, seed).map_err(wrong)?;
        eprintln!("Read as: {}.", list(&table.read_as));
        return print_many(&fitted, seed).map_err(wrong);
    }
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
            directions: match self.directions {
                _ if self.all => Some(Directions::All),
                Some(Kind::Principal) => Some(Directions::Principal),
                Some(Kind::Discriminant) => Some(Directions::Discriminant),
                None => None,
            },
            without_missing: has(Which::Missing),
            without_outliers: has(Which::Outliers),
        }
    }

    /// A folder of images.
    fn in_folder(&self, seed: u32) -> Result<(), String> {
        if self.show || self.label.is_some() || !self.axes.is_empty() || self.directions.is_some() {
            return Err(format!("{} is a folder of images, which has no columns", self.path));
        }
        let points = read_folder(Path::new(&self.path)).map_err(|error| error.message)?;
        let fitted = self.in_many_dimensions(&points, Scaling::Alike, seed).map_err(|error| error.message)?;
        print_many(&fitted, seed).map_err(|error| error.message)
    }

    fn in_many_dimensions(&self, points: &Points, scaling: Scaling, seed: u32) -> Result<FittedMany, LabError> {
        let options = ManyOptions { components: self.components, rank: self.rank };
        let bar = progress::of(points.rows.iter().filter(|&&rows| rows > 0).count());
        let mut latest = None;
        let fitted = ready(fit_many(points, scaling, options, seed, &mut async |Round { class, .. }| {
            if latest.replace(class).is_some_and(|before| before != class) {
                bar.inc(1);
            }
            Ok::<(), LabError>(())
        }));
        bar.finish_and_clear();
        fitted
    }
}

fn print_many(fitted: &FittedMany, seed: u32) -> Result<(), LabError> {
    let state = fitted.state(seed)?;
    for note in &fitted.notes {
        eprintln!("{note}");
    }
    eprintln!("Seed {seed}.");
    println!("{}", state.to_value());
    Ok(())
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
            (Some(roles), Some(_)) if roles.directions == Directions::All => "a coordinate",
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
