//! Points from text, and the mixtures that are fitted to them.

use guidance_lab::cpu::ready;
use guidance_lab::fit::{
    Directions, Fitted, MOST_POINTS, MOST_ROWS, Points, Roles, Table, Wishes, fit, fit_class, fit_points, read_points,
    read_table,
};
use guidance_lab::model::{LabError, LabErrorCode, State};
use guidance_lab::random::Philox;
use guidance_lab::words::Says;
use proptest::prelude::*;
use rand_distr::{Distribution, StandardNormal};

async fn nobody_waits() {}

/// The points of a text that comes in pieces of so many bytes.
fn read_by(text: &[u8], size: usize, seed: u32) -> Result<Points, LabError> {
    let pieces = || text.chunks(size).map(<[u8]>::to_vec);
    let table = ready(read_table(pieces(), &mut nobody_waits))?;
    let roles = table.roles.clone().ok_or_else(|| table.unclear())?;
    ready(read_points(pieces(), &table, &roles, seed, &mut nobody_waits))
}

fn read(text: &str) -> Result<Points, LabError> {
    read_by(text.as_bytes(), 1 << 16, 1)
}

fn fitted(text: &str) -> Result<Fitted, LabError> {
    fitted_with(text, None)
}

fn fitted_with(text: &str, roles: Option<&Roles>) -> Result<Fitted, LabError> {
    ready(fit(|| [text.into()].into_iter(), roles, 1, &mut nobody_waits))
}

fn table_of(text: &[u8]) -> Table {
    ready(read_table([text.to_vec()].into_iter(), &mut nobody_waits)).unwrap()
}

/// `x = NAME, y = NAME, class = NAME`: the roles that a table suggests.
fn roles_of(text: &[u8]) -> String {
    let table = table_of(text);
    let roles = table.roles.as_ref().unwrap();
    let name = |at: usize| table.columns[at].name.as_str();
    let axes: Vec<&str> = roles.axes.iter().map(|&at| name(at)).collect();
    format!("{} -> {}", axes.join(", "), name(roles.label))
}

fn notes(fitted: &Fitted) -> String {
    fitted.notes.iter().map(Says::text).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn refused(text: &str, place: &str, words: &str) {
    let error = read(text).unwrap_err();
    assert_eq!(error.path, place, "{}", error.message);
    assert!(error.message.contains(words), "{} does not say {words}", error.message);
    if !place.is_empty() {
        assert!(error.message.starts_with(&format!("{place}: ")), "{}", error.message);
    }
}

// --- Points as text

#[test]
fn separators_headers_and_orders() {
    let cases: [(&str, usize, &[f64], &[usize]); 8] = [
        ("x,class\n1,0\n2,1\n", 1, &[1.0, 2.0], &[0, 1]),
        ("1.5;2;0\n-3e-1;4;1", 2, &[1.5, 2.0, -0.3, 4.0], &[0, 1]),
        ("class\ty\tx\r\na\t1\t2\r\n\r\nb\t3\t4\r\n", 2, &[2.0, 1.0, 4.0, 3.0], &[0, 1]),
        ("\"x1\",\"x2\",\"label\"\n\"1\",\"2\",\"7\"\n3,4,0", 2, &[1.0, 2.0, 3.0, 4.0], &[7, 0]),
        // The mark of UTF-8; spaces, within quotes and before them; a tab within quotes separates nothing.
        ("\u{feff}x,class\r\n1,0\r\n2,1", 1, &[1.0, 2.0], &[0, 1]),
        ("x , class\n 1 , \" 0 \"\n2, \"1\"", 1, &[1.0, 2.0], &[0, 1]),
        ("x,\"class\",\"a\tnote\"\n1,0,a\n2,1,b", 1, &[1.0, 2.0], &[0, 1]),
        // Line breaks within quotes where nobody looks.
        ("x,class,note\n1,0,\"two\r\nlines\"\n2,1,\"\"\"said\"\"\"", 1, &[1.0, 2.0], &[0, 1]),
    ];
    for (text, dimension, values, classes) in cases {
        for size in [1, 2, 3, 7, 1000] {
            let points = read_by(text.as_bytes(), size, 1).unwrap();
            assert_eq!(points.dimension, dimension, "{text}");
            assert_eq!(points.values, values, "{text}");
            assert_eq!(points.classes, classes, "{text}");
        }
    }
}

/// `"Smith, J"` and `"Smith, K"` are two classes, in cells as `export/table.ts` writes them.
#[test]
fn quoted_separators_belong_to_the_label() {
    let points = read("x,class\r\n1,\"Smith, J\"\r\n2,\"Smith, K\"\r\n3,\"the \"\"old\"\" one\"\r\n").unwrap();
    assert_eq!(points.labels, ["Smith, J", "Smith, K", "the \"old\" one"]);
    assert_eq!(points.classes, [0, 1, 2]);
}

/// What a label may hold is more than what a name of the state may.
#[test]
fn labels_become_names_that_the_state_takes() {
    let long = "x".repeat(47);
    let names = ["plain", "a\u{202e}b", &format!("{long}1 or so"), &format!("{long}yes"), &format!("{long}yet"), "7"];
    let lines: Vec<String> = (0..60)
        .map(|k| format!("{},\"{}\"", f64::from(k % 7) + 3.0 * f64::from(k % 6), names[k as usize % 6]))
        .collect();
    let fitted = fitted(&format!("x,class\n{}", lines.join("\n"))).unwrap();
    let state = fitted.state(1).unwrap();
    let mut found = state.labels.clone();
    found.sort();
    // The two that would be one keep their numbers.
    assert_eq!(found, ["7", "ab", "plain", &format!("{long}1")]);
    // Numbers within the range of classes are the classes.
    assert_eq!(fitted_with("x,class\n1,0\n2,0\n5,1\n6,1\n", None).unwrap().state(1).unwrap().labels.len(), 0);
}

#[test]
fn whole_numbers_keep_their_number_however_they_are_written() {
    let points = read("1,1.0\n2,0.0\n3,1\n4,0e0\n").unwrap();
    assert_eq!(points.classes, [1, 0, 1, 0]);
    assert_eq!(points.labels, ["0", "1"]);
    // Other numbers are names, but the same one is the same class.
    let points = read("1,-1.0\n2,1\n3,-1\n").unwrap();
    assert_eq!((points.classes, points.labels), (vec![0, 1, 0], vec!["-1".to_owned(), "1".to_owned()]));
}

#[test]
fn what_is_wrong_is_said_with_line_and_field() {
    refused("", "", "empty");
    refused(" \n\n", "", "empty");
    refused("x,y,class\n", "", "below the header");
    refused("1\n2\n", "line 1", "1 column");
    refused("1.5,2.5,3.5,4.5\n", "", "none can be the label");
    refused("a,b\nc,d\ne,f\n", "", "No column has numbers");
    refused("x,y,colour\n1,2,0\n", "colour", "“0” in every line");
    refused("x,y,class\n1,2,0\n3,NA,1\n", "line 3, y", "“NA” is no value");
    refused("x,y,class\n1,1e121,0\n3,2,1\n", "line 2, y", "too far from 0");
    refused("PK\u{3}\u{4}junk", "", "xlsx");
    refused("1,2,0\n1,2\n", "line 2", "2 of 3 columns");
    refused("x,y,class\n1,2,0\n1,abc,1\n", "line 3, y", "“abc” is not a number");
    refused("1,0\n,1\n", "line 2, x", "is empty");
    refused("1,0\nInfinity,1\n", "line 2, x", "not a number");
    refused("1,0\n0x10,1\n", "line 2, x", "not a number");
    refused("1,0\n2,\n", "line 2, class", "is empty");
    refused("1,0\n,\n", "line 2, x", "is empty");
    refused("1,a\n2,a\n3,a", "class", "“a” in every line");
    let many: Vec<String> = (0..9).map(|k| format!("{k},c{k}")).collect();
    refused(&many.join("\n"), "line 9, class", "at most 8");
}

/// A decimal comma shifts what comes after it.
#[test]
fn rows_with_a_field_too_many_are_refused() {
    refused("1,2,0\n1.1,2.2,1\n-1,5,2,0\n", "line 3, column 4", "“0” is one column too many: line 1 has 3");
    refused("x,class\n1,0\n2,Smith, J\n", "line 3, column 3", "“J”");
}

/// Blank lines and line breaks within quotes count as lines.
#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    refused("\r\n\r\nx,class\r\n\r\n1,0\r\n  \r\nten,1\r\n", "line 7, x", "“ten”");
    refused("\n\nx,class\n\n1,0\n  \nten,1", "line 7, x", "“ten”");
    refused("x,class,note\n1,0,\"a\nb\nc\"\nten,1,\"d\ne\"\n", "line 5, x", "“ten”");
}

#[test]
fn a_quote_that_is_never_closed_swallows_no_rows() {
    refused("1,2,a\n3,4,\"b\n5,6,c\n7,8,d\n", "line 2", "never closed");
    refused("1,2,\"a\n3,4,\"b\n5,6,c\n", "line 1, class", "is a quote missing?");
    refused("\"", "line 1", "never closed");
    let long = format!("1,0\n2,\"{}", "5,1\n".repeat(300_000));
    refused(&long, "line 2", "is a quote missing?");
    // What stands for the end of the text, in the midst of it.
    refused("1,0\n\0\n2,1\n", "line 2", "no text");
    refused("1,0\n2,1\n\0\n", "line 3", "no text");
}

#[test]
fn a_million_rows_are_thinned_out_and_every_one_is_checked() {
    let mut lines: Vec<String> = (0..1_000_000).map(|k| format!("{},{}", k % 1000, k % 2)).collect();
    let points = read(&lines.join("\n")).unwrap();
    assert_eq!(points.all_rows(), 1_000_000);
    assert_eq!((points.classes.len(), points.values.len()), (MOST_POINTS, MOST_POINTS));
    // Classes that take turns are both there (evenly spaced rows would all have been of one).
    assert_eq!(points.classes.iter().filter(|&&class| class == 0).count(), MOST_POINTS / 2);
    // The same for a seed, others for another.
    assert_eq!(read(&lines.join("\n")).unwrap(), points);
    assert_ne!(read_by(lines.join("\n").as_bytes(), 1 << 16, 2).unwrap().values, points.values);
    lines[777_777] = "oops,1".to_owned();
    refused(&lines.join("\n"), "line 777778, x", "“oops”");
}

#[test]
fn a_rare_class_is_kept_whole() {
    let rare = "1,1\n2,1\n3,1\n".to_owned() + &"0,0\n".repeat(50_000);
    let points = read(&rare).unwrap();
    assert_eq!(points.classes.iter().filter(|&&class| class == 1).count(), 3);
    assert_eq!(points.rows, [50_000, 3]);
    // Its share is that of the file, not that of the points.
    let text =
        "1,1\n2,1\n3,1\n".to_owned() + &(0..50_000).map(|k| format!("{},0", k % 7)).collect::<Vec<_>>().join("\n");
    let fitted = fitted(&text).unwrap();
    let share: f64 = fitted.mixture.iter().filter(|part| part.class == 1).map(|part| part.weight).sum();
    assert!((share * 50_003.0 / 3.0 - 1.0).abs() < 1e-4, "{share}");
    assert!(notes(&fitted).contains("50,003 rows; 10,000 of them"), "{}", notes(&fitted));
}

#[test]
fn the_limit_of_rows_is_the_limit() {
    let mut text = "0,0\n1,1\n".repeat(MOST_ROWS / 2);
    assert_eq!(read(&text).unwrap().all_rows(), MOST_ROWS);
    text.push_str("0,0\n");
    refused(&text, "line 2000001", "more than 2,000,000 rows");
}

proptest! {
    /// Whatever the text and however it is cut: an answer, no panic, and the same one.
    #[test]
    fn any_text_is_answered(text in "[0-9.,;\"\n\r\tae\\-\0 ]{0,60}", size in 1_usize..9) {
        let whole = read(&text);
        prop_assert_eq!(&read_by(text.as_bytes(), size, 1), &whole);
        if let Ok(points) = whole {
            let _ = ready(fit_points(&points, 1, &mut nobody_waits)).map(|fitted| {
                assert!(fitted.mixture.iter().all(|part| part.weight.is_finite()));
            });
        }
    }
}

// --- Tables that people have

const IRIS: &[u8] = include_bytes!("data/iris.csv");
const PENGUINS: &[u8] = include_bytes!("data/penguins.csv");

/// Rows of two classes in two clusters, as `row(x, y, class)` writes them.
fn rows(count: usize, row: impl Fn(f64, f64, usize) -> String) -> String {
    let part = |k: usize, by: f64| (k as f64 * by).fract() - 0.5;
    let lines = (0..count).map(|k| {
        let middle = 3.0 * (k % 2) as f64;
        row(middle + part(k, 0.618_034), part(k, 0.754_878) - middle, k % 2)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_form_gives_the_same_points() {
    let plain = rows(40, |x, y, class| format!("{x:.4},{y:.4},{class}"));
    let points = read(&format!("x,y,class\n{plain}")).unwrap();
    let comma = |x: f64| format!("{x:.4}").replace('.', ",");
    let tables = [
        plain.clone(),
        plain.replace(',', ";"),
        plain.replace(',', "\t"),
        plain.replace(',', "|"),
        plain.replace(',', "   "),
        plain.replace('\n', "\r\n"),
        plain.replace('\n', "\r"),
        format!("\u{feff}x;y;class\n{}", rows(40, |x, y, class| format!("{};{};{class}", comma(x), comma(y)))),
        rows(40, |x, y, class| format!("\"{}\",\"{}\",\"{class}\"", comma(x), comma(y))),
        rows(40, |x, y, class| format!("{} {} {class}", comma(x), comma(y))),
        format!("sep=;\nx;y;class\n{}", plain.replace(',', ";")),
        // numpy's savetxt, with and without a header.
        rows(40, |x, y, class| format!("{x:.4}e+00 {y:.4}e+00 {class}.000000000000000000e+00")),
        format!("# x y label\n{}", plain.replace(',', " ")),
        format!("% made by hand\n\n@ a note\n{plain}"),
        // The label first; a last separator; the names of rows.
        rows(40, |x, y, class| format!("{class},{x:.4},{y:.4}")),
        format!("x,y,class\n{}", rows(40, |x, y, class| format!("{x:.4},{y:.4},{class},"))),
        format!("x,y,class,\n{}", rows(40, |x, y, class| format!("{x:.4},{y:.4},{class},"))),
        format!("\"x\" \"y\" \"class\"\n{}", rows(40, |x, y, class| format!("\"r{x}{y}\" {x:.4} {y:.4} {class}"))),
        // libsvm; ARFF.
        rows(40, |x, y, class| format!("{class} 1:{x:.4} 2:{y:.4}")),
        format!("@relation r\n@attribute 'x 1' real\n@attribute y real\n@attribute c {{0,1}}\n@data\n{plain}"),
    ];
    for text in tables {
        let read = read(&text).unwrap_or_else(|error| panic!("{}\n{text}", error.message));
        assert_eq!((&read.values, &read.classes), (&points.values, &points.classes), "{text}");
    }
    // pandas' index column; columns that are called by their numbers.
    let mut index = 0..40;
    let lines: Vec<String> = plain.lines().map(|line| format!("{},{line}", index.next().unwrap())).collect();
    for head in [",x,y,label", "Unnamed: 0,a,b,c", ",0,1,2", ",0,1,target", "id,a,b,c"] {
        let read = read(&format!("{head}\n{}", lines.join("\n"))).unwrap();
        assert_eq!((&read.values, &read.classes), (&points.values, &points.classes), "{head}");
    }
}

#[test]
fn every_encoding_is_read() {
    let text = "größe;höhe;klasse\n1,5;2;männlich\n2,5;3;weiblich\n3,5;1;männlich\n";
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(c as u32).unwrap()).collect();
    for (bytes, said) in [(text.as_bytes().to_vec(), "a header"), (utf16, "UTF-16"), (latin, "Latin-1")] {
        let points = read_by(&bytes, 7, 1).unwrap();
        assert_eq!(points.names, ["größe", "höhe"]);
        assert_eq!(points.labels, ["männlich", "weiblich"]);
        let read_as = table_of(&bytes).read_as.iter().map(Says::text).collect::<Vec<_>>().join(", ");
        assert!(read_as.contains("semicolons") && read_as.contains("decimal commas"), "{read_as}");
        assert!(said == "a header" || read_as.contains(said), "{read_as}");
    }
}

/// Headers that real files have, with the roles that their owners mean.
#[test]
fn columns_are_recognised() {
    let six = |head: &str| format!("{head}\n{}", rows(6, |x, y, class| format!("{x:.3},{y:.3},{class}")));
    let cases = [
        ("x0,x1,label", "x0, x1 -> label"),
        ("Feature 1,Feature 2,Label", "Feature 1, Feature 2 -> Label"),
        ("X1,X2,Y", "X1, X2 -> Y"),
        ("a,b,labels", "a, b -> labels"),
        ("a,b,target", "a, b -> target"),
        ("a,b,variety", "a, b -> variety"),
        ("duration,waiting,kind", "duration, waiting -> kind"),
        ("x,y,class_id", "x, y -> class_id"),
        ("y,x,anything", "x, y -> anything"),
    ];
    for (head, roles) in cases {
        assert_eq!(roles_of(six(head).as_bytes()), roles);
    }
    assert_eq!(roles_of(rows(6, |x, y, class| format!("{x:.3},{y:.3},{class}")).as_bytes()), "x, y -> class");
    assert_eq!(roles_of(b"Species,X_2,extra,x1\na,1.5,7,2\nb,2.5,8,3\n"), "x1, X_2 -> Species");
    assert_eq!(roles_of(b"width,height,kind\n1,2,a\n3,4,b\n"), "width, height -> kind");
    assert_eq!(roles_of(b"x,class,note\n1,a,long\n2,b,short\n"), "x -> class");
    assert_eq!(roles_of(b"x,y\n1.5,0\n2.5,1\n"), "x -> y");
    // sklearn's frame of iris has both.
    let both = rows(20, |x, y, class| format!("{x:.3},{y:.3},{class},{}", ["setosa", "virginica"][class]));
    assert_eq!(roles_of(format!("a,b,target,species\n{both}").as_bytes()), "a, b -> species");
    // A column that is the same everywhere says nothing.
    let constant = rows(20, |x, y, class| format!("0,{x:.3},1,{y:.3},{class}"));
    assert_eq!(roles_of(format!("a,b,c,d,label\n{constant}").as_bytes()), "b, d -> label");
}

#[test]
fn iris_and_penguins_open() {
    assert_eq!(roles_of(IRIS), "petal_length, petal_width -> species");
    let iris = fitted(str::from_utf8(IRIS).unwrap()).unwrap();
    assert_eq!(iris.labels, ["setosa", "versicolor", "virginica"]);
    assert_eq!(iris.state(1).unwrap().labels, iris.labels);
    let said = notes(&iris);
    assert!(said.contains("x is “petal_length”, y is “petal_width”, the class is “species”"), "{said}");
    // As it comes from UCI: no header, the label last, a blank line at the end.
    let bare: Vec<&str> = str::from_utf8(IRIS).unwrap().lines().skip(1).collect();
    assert_eq!(read(&(bare.join("\n") + "\n\n")).unwrap().names, ["#3", "#4"]);

    assert_eq!(roles_of(PENGUINS), "bill_length_mm, flipper_length_mm -> species");
    let text = str::from_utf8(PENGUINS).unwrap();
    refused(text, "line 3, bill_length_mm", "is empty");
    let table = table_of(PENGUINS);
    assert_eq!(table.columns[2].missing, 2);
    let column = |name: &str| table.column(name).unwrap();
    let roles = Roles {
        axes: vec![column("bill_length_mm"), column("body_mass_g")],
        without_missing: true,
        ..table.roles.clone().unwrap()
    };
    let fitted = fitted_with(text, Some(&roles)).unwrap();
    let said = notes(&fitted);
    assert!(said.contains("Left out for want of a value: 2 (line 3, 115)."), "{said}");
    assert!(said.contains("Each axis moved and divided") && said.contains("y = (body_mass_g − "), "{said}");
    assert!(!said.contains("Widened"), "{said}");
    // Both axes count: the species are told apart by their mixture nearly as well as they can be.
    let state = fitted.state(1).unwrap();
    let spread = |axis: usize| {
        let mean: f64 = state.mixture.iter().map(|part| part.weight * part.mean[axis]).sum();
        let second =
            |part: &guidance_lab::model::Component| part.covariance[axis][axis] + (part.mean[axis] - mean).powi(2);
        state.mixture.iter().map(|part| part.weight * second(part)).sum::<f64>().sqrt()
    };
    assert!((spread(0) - 1.5).abs() < 0.02 && (spread(1) - 1.5).abs() < 0.02, "{} {}", spread(0), spread(1));
    for directions in [Directions::Principal, Directions::Discriminant] {
        let axes = (2..6).collect();
        let roles = Roles { axes, directions, ..roles.clone() };
        let fitted = fitted_with(text, Some(&roles)).unwrap();
        assert_eq!(fitted.mixture[0].mean.len(), 2);
        assert!(notes(&fitted).contains("directions made of 4 columns"), "{}", notes(&fitted));
        fitted.state(1).unwrap();
    }
}

/// Each file as its owner would have it, with no word about its columns.
#[test]
fn files_that_people_have_open_as_their_owners_expect() {
    const IRISES: &[&str] = &["Iris-setosa", "Iris-versicolor", "Iris-virginica"];
    const SPECIES: &[&str] = &["setosa", "versicolor", "virginica"];
    macro_rules! file {
        ($name:literal) => {
            ($name, include_bytes!(concat!("data/", $name)).as_slice())
        };
    }
    type File = (&'static str, &'static [u8]);
    let files: [(File, &str, &[&str], usize); 8] = [
        (file!("geyser.csv"), "duration, waiting -> kind", &["long", "short"], 2),
        (file!("iris.arff"), "petallength, petalwidth -> class", IRISES, 3),
        (file!("iris.libsvm"), "3, 4 -> label", &[], 3),
        (file!("iris-decimal-commas.csv"), "Blütenblatt Länge, Blütenblatt Breite -> Art", SPECIES, 3),
        (file!("iris-savetxt.txt"), "#3, #4 -> #5", &[], 3),
        (file!("moons.csv"), "x1, x2 -> y", &[], 2),
        (
            file!("penguins-pandas.csv"),
            "bill_length_mm, flipper_length_mm -> species",
            &["Adelie", "Chinstrap", "Gentoo"],
            3,
        ),
        (file!("wine.data"), "#8, #12 -> #1", &[], 3),
    ];
    for ((name, bytes), roles, labels, classes) in files {
        assert_eq!(roles_of(bytes), roles, "{name}");
        let wished = table_of(bytes).wished(&Wishes::default()).unwrap().unwrap();
        let fitted = ready(fit(|| [bytes.to_vec()].into_iter(), Some(&wished), 1, &mut nobody_waits))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let state = fitted.state(1).unwrap();
        assert_eq!(state.labels, labels, "{name}");
        let mut found: Vec<usize> = state.mixture.iter().map(|part| part.class).collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!((found.len(), state.mixture[0].mean.len()), (classes, 2), "{name}: {}", notes(&fitted));
    }
}

#[test]
fn roles_can_be_wished_by_name() {
    let table = table_of(IRIS);
    let wishes = |value: serde_json::Value| serde_json::from_value::<Wishes>(value).unwrap();
    let roles = |value| table.wished(&wishes(value)).unwrap().unwrap();
    assert_eq!(roles(serde_json::json!({})), Roles { without_missing: true, ..table.roles.clone().unwrap() });
    let named =
        roles(serde_json::json!({ "axes": ["Sepal_Length", "4"], "label": "species", "withoutMissing": false }));
    assert_eq!((named.axes, named.label, named.without_missing), (vec![0, 3], 4, false));
    let directed = roles(serde_json::json!({ "directions": "discriminant", "withoutOutliers": true }));
    assert_eq!((directed.axes, directed.without_outliers), (vec![0, 1, 2, 3], true));
    for (value, words) in [
        (serde_json::json!({ "axes": ["petal"] }), "There is no column “petal”. The columns are"),
        (serde_json::json!({ "axes": ["petal_width", "petal_width"] }), "petal_width"),
        (serde_json::json!({ "axes": [] }), "0 columns"),
    ] {
        let error = table.wished(&wishes(value)).map(|_| ()).unwrap_err();
        assert_eq!((error.code, error.path.as_str()), (LabErrorCode::Range, "roles"));
        assert!(error.message.contains(words), "{}", error.message);
    }
}

/// UCI's wine: no header, the label first, whole numbers last.
#[test]
fn a_label_may_come_first() {
    let text = rows(60, |x, y, class| format!("{},{:.2},{y:.2},{:.0}", class + 1, 13.0 + x, 1000.0 + 100.0 * x));
    assert_eq!(roles_of(text.as_bytes()).split(" -> ").last(), Some("#1"));
    assert_eq!(fitted(&text).unwrap().mixture.iter().map(|part| part.class).min(), Some(1));
}

#[test]
fn roles_that_a_table_does_not_have_are_refused() {
    let text = "a,b,label\n1,2,0\n3,4,1\n";
    let suggested = table_of(text.as_bytes()).roles.unwrap();
    let wrong = |axes: &[usize], label: usize, directions: Directions| {
        let roles = Roles { axes: axes.to_vec(), label, directions, ..suggested.clone() };
        fitted_with(text, Some(&roles)).unwrap_err().message
    };
    assert!(wrong(&[0, 3], 2, Directions::None).contains("There are 3 columns"));
    assert!(wrong(&[0, 2], 2, Directions::None).contains("“label” is given two roles"));
    assert!(wrong(&[1, 1], 2, Directions::None).contains("“b” is given two roles"));
    assert!(wrong(&[], 2, Directions::None).contains("0 columns"));
    assert!(wrong(&[0], 2, Directions::Principal).contains("takes 2 to 64"));
}

#[test]
fn a_header_of_very_many_names_is_not_quoted_whole() {
    let head: Vec<String> = (0..20_000).map(|k| format!("name{k}")).collect();
    let error = fitted(&format!("{}\n1,2\n", head.join(","))).unwrap_err();
    assert!(error.message.len() < 300 && error.message.contains("20000 columns"), "{}", error.message);
    let head: Vec<String> = (0..900).map(|k| format!("name{k}")).collect();
    let error = fitted(&format!("{}\n1,2\n", head.join(","))).unwrap_err();
    assert!(error.message.len() < 300, "{}", error.message);
}

#[test]
fn a_wild_value_is_named_by_its_line_and_left_out_on_request() {
    let mut text = rows(200, |x, y, class| format!("{x:.3},{y:.3},{class}"));
    text.push_str("\n-999,0,0\n");
    let with = fitted(&text).unwrap();
    with.state(1).unwrap();
    let said = notes(&with);
    assert!(said.contains("Far from all others: 1 (line 201), the first with x = -999."), "{said}");
    let table = table_of(text.as_bytes());
    let roles = Roles { without_outliers: true, ..table.roles.unwrap() };
    let without = fitted_with(&text, Some(&roles)).unwrap();
    assert!(notes(&without).contains("Left out, far from all others: 1 (line 201)"), "{}", notes(&without));
    assert_eq!(without.points, 200);
    assert!(!notes(&without).contains("divided"), "{}", notes(&without));
    // A few points of a class far away are the class, not strays.
    let mut text = rows(200, |x, y, class| format!("{x:.3},{y:.3},{class}"));
    text.push_str("\n99,99,2\n99.5,98,2\n98,99,2\n98.5,98.2,2\n98.1,99.4,2\n");
    assert!(!notes(&fitted(&text).unwrap()).contains("Far from"));
}

#[test]
fn offsets_are_taken_off_by_the_spread() {
    let text = rows(100, |x, _, class| format!("{:.4},{class}", 2024.4 + 0.02 * x));
    let fitted = fitted(&text).unwrap();
    fitted.state(1).unwrap();
    let mean: f64 = fitted.mixture.iter().map(|part| part.weight * part.mean[0]).sum();
    assert!(mean.abs() < 0.2, "{mean}: {}", notes(&fitted));
    assert!(notes(&fitted).contains("x = (x − 2024.4"), "{}", notes(&fitted));
}

#[test]
fn bic_is_named_where_it_was_asked() {
    assert!(!notes(&fitted("1,0\n2,1\n").unwrap()).contains("BIC"));
    let text = rows(60, |x, y, class| format!("{x:.3},{y:.3},{class}"));
    assert!(notes(&fitted(&text).unwrap()).contains("as many as BIC asks for"));
    let said = notes(&fitted(&format!("{text}\n1,1,2\n")).unwrap());
    assert!(said.contains("Too few points to choose a number of components: class 2."), "{said}");
}

#[test]
fn labels_are_in_order_and_numbers_keep_their_number() {
    let fitted = |text: &str| fitted(text).unwrap().labels;
    assert_eq!(fitted("1,dog\n2,cat\n"), ["cat", "dog"]);
    assert_eq!(fitted("1,1\n2,-1\n"), ["-1"]);
    assert_eq!(fitted("1,10\n2,9\n3,2\n"), ["2", "9", "10"]);
    assert_eq!(fitted("1,1\n2,3\n"), [""; 0]);
}

proptest! {
    /// Whatever is changed in a real file, there is an answer.
    #[test]
    fn a_damaged_file_is_answered(at in 0_usize..1200, cut in 0_usize..9, with in prop::collection::vec(any::<u8>(), 0..4)) {
        let mut bytes = PENGUINS[..1500].to_vec();
        bytes.splice(at..at + cut, with);
        let _ = read_by(&bytes, 100, 1);
    }
}

// --- The fit

fn normals(rng: &mut Philox, count: usize) -> Vec<f64> {
    StandardNormal.sample_iter(rng).take(count).collect()
}

#[test]
fn em_finds_the_mixture_that_the_points_come_from_and_bic_its_number_of_components() {
    struct Truth {
        share: f64,
        mean: [f64; 2],
        a: f64,
        b: f64,
    }
    let truth = [
        Truth { share: 0.3, mean: [-2.0, 0.0], a: 0.5, b: 0.2 },
        Truth { share: 0.7, mean: [1.5, 1.0], a: 0.4, b: -0.3 },
    ];
    let n = 4000;
    let mut values = Vec::new();
    for (k, z) in normals(&mut Philox::for_purpose(7, 100), 2 * n).chunks_exact(2).enumerate() {
        let part = &truth[usize::from(k >= n * 3 / 10)];
        values.extend([part.mean[0] + part.a * z[0], part.mean[1] + part.b * z[0] + 0.3 * z[1]]);
    }
    let fit = ready(fit_class(&values, 2, 5, 1e-4, &mut Philox::for_purpose(1, 1), &mut nobody_waits));
    let mut parts = fit.components;
    assert_eq!(parts.len(), 2);
    parts.sort_by(|p, q| p.mean[0].total_cmp(&q.mean[0]));
    for (part, Truth { share, mean, a, b }) in parts.iter().zip(truth) {
        let count = n as f64 * share;
        // Five standard errors: of a mean s/sqrt(n), of a covariance at most 2 c/sqrt(n).
        assert!((part.weight - share).abs() < 5.0 * (0.3 * 0.7 / n as f64).sqrt());
        let covariance = [[a * a, a * b], [a * b, b * b + 0.09]];
        let scale = covariance[0][0].max(covariance[1][1]);
        for i in 0..2 {
            assert!((part.mean[i] - mean[i]).abs() < 5.0 * (covariance[i][i] / count).sqrt());
            for j in 0..2 {
                assert!((part.covariance[i][j] - covariance[i][j]).abs() < 10.0 * scale / count.sqrt());
            }
        }
        assert!(!part.held);
    }
}

/// BIC against what it should choose, over seeds: one, two and three components in one dimension.
#[test]
fn bic_picks_the_number_of_components() {
    for seed in 0..4 {
        for k in 1..=3 {
            let mut rng = Philox::for_purpose(seed, 100 + k as u32);
            let values: Vec<f64> =
                normals(&mut rng, 900).iter().enumerate().map(|(i, z)| 3.0 * (i % k) as f64 + 0.5 * z).collect();
            let fit = ready(fit_class(&values, 1, 5, 1e-4, &mut rng, &mut nobody_waits));
            assert_eq!(fit.components.len(), k, "seed {seed}");
        }
    }
}

#[test]
fn one_gaussian_is_one_component_with_the_moments_of_the_points() {
    let mut rng = Philox::for_purpose(3, 100);
    let values: Vec<f64> = normals(&mut rng, 2000).iter().map(|z| 0.5 + 0.8 * z).collect();
    let fit = ready(fit_class(&values, 1, 5, 1e-4, &mut rng, &mut nobody_waits));
    assert_eq!(fit.components.len(), 1);
    let mean = values.iter().sum::<f64>() / 2000.0;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / 2000.0;
    assert!((fit.components[0].mean[0] - mean).abs() < 5e-10);
    assert!((fit.components[0].covariance[0][0] - variance).abs() < 5e-10);
    // The greatest log-likelihood of a Gaussian in closed form.
    let greatest = -1000.0 * ((std::f64::consts::TAU * variance).ln() + 1.0);
    assert!((fit.log_likelihood - greatest).abs() < 5e-7);
}

#[test]
fn points_become_components_with_their_classes_and_far_ones_are_scaled_and_it_is_said() {
    let rows = normals(&mut Philox::for_purpose(11, 100), 600);
    let text: Vec<String> = rows
        .iter()
        .enumerate()
        .map(
            |(k, z)| if k % 3 == 0 { format!("{},cat", 500.0 + 10.0 * z) } else { format!("{},dog", 560.0 + 10.0 * z) },
        )
        .collect();
    let fitted = fitted(&text.join("\n")).unwrap();
    assert_eq!(fitted.mixture.iter().map(|part| part.class).collect::<Vec<_>>(), [0, 1]);
    assert!((fitted.mixture[0].weight - 1.0 / 3.0).abs() < 5e-5);
    assert!(fitted.mixture.iter().all(|part| part.mean[0].abs() < 5.0));
    let notes = notes(&fitted);
    assert!(notes.contains("“cat”") && notes.contains("divided by"), "{notes}");
    assert!(!notes.contains("Widened"), "{notes}");
}

#[test]
fn duplicates_alone_are_refused_and_a_class_of_duplicates_is_held_by_the_floor() {
    let error = fitted("1,0\n1,1\n1,0").unwrap_err();
    assert_eq!(error.code, LabErrorCode::Inconsistent);
    assert!(error.message.contains("same point"), "{}", error.message);
    let fitted = fitted("1,0\n1,0\n1,0\n1,0\n-1,1\n-2,1\n-1.5,1\n-1.2,1").unwrap();
    for part in &fitted.mixture {
        assert!(part.covariance[0][0] >= 2e-4 && part.weight.is_finite() && part.mean[0].is_finite());
    }
    let notes = notes(&fitted);
    assert!(notes.contains("Widened to the least variance, 0.00154: class 0."), "{notes}");
    assert_eq!(fitted.state(7).unwrap().seed, 7);
}

#[test]
fn degenerate_points_give_a_state_or_an_error() {
    // One point of a class; all on a line; very far; very near.
    for text in ["1,2,0\n3,4,1\n", "0,0,0\n1,1,0\n2,2,1\n3,3,1\n", "1e100,0\n-1e100,1\n0,0\n", "1e-9,0\n2e-9,1\n"] {
        let fitted = fitted(text).unwrap();
        let state = fitted.state(1).unwrap();
        assert_eq!(State::from_value(&state.to_value()), Ok(state), "{text}");
    }
    let error = fitted("1e300,0\n-1e300,1\n").unwrap_err();
    assert!(error.message.contains("“1e300” is too far from 0"), "{}", error.message);
    let error = fitted("1,0\n1.00000000000000022,1\n").unwrap_err();
    assert!(error.message.contains("rounding"), "{}", error.message);
    for text in ["1e-300,0\n2e-300,1\n", "1e120,0\n-1e120,1\n"] {
        assert!(fitted(text).map_or(true, |fitted| fitted.state(1).is_ok()), "{text}");
    }
}

#[test]
fn a_state_is_guided_to_a_class_that_it_has() {
    let state = |text: &str| fitted(text).unwrap().state(1).unwrap();
    assert_eq!(state("1,0\n2,1\n").guidance.target, 1);
    assert_eq!(state("1,0\n2,5\n").guidance.target, 5);
    assert_eq!(state("1,4\n2,3\n").guidance.target, 4);
}

/// What the page gave before the fit moved here (TypeScript, commit dbd2add), on points made without chance.
#[test]
fn the_same_points_give_the_mixture_that_they_used_to_give() {
    let shares = [0.6180339887, 0.7548776662, 0.569840291, 0.8191725134, 0.6710436067, 0.5497004779];
    let round = |k: usize, from: usize| -> f64 {
        shares[from..from + 3].iter().map(|share| (k as f64 * share).fract()).sum::<f64>() - 1.5
    };
    let one: Vec<String> = (0..600)
        .map(|k| {
            let s = round(k, 0);
            let x = [-2.0 + 0.8 * s, 1.0 + 0.5 * s, -2.0 + 0.8 * s, 3.0 + 0.4 * s][k % 4];
            format!("{x:.6},{}", k % 2)
        })
        .collect();
    let two: Vec<String> = (0..800)
        .map(|k| {
            let (s, u) = (round(k, 0), round(k, 3));
            let left = [-1.0 + s, 0.5 + 0.6 * u + 0.5 * s];
            let [x, y] = [left, [2.0 + 0.5 * s, 1.0 + 0.8 * u], left, [1.0 - 0.7 * s, -2.0 + 0.4 * u + 0.3 * s]][k % 4];
            format!("{x:.6},{y:.6},{}", k % 2)
        })
        .collect();
    // Weight, mean, covariance (one triangle), class.
    let known_one: [(f64, &[f64], &[f64], usize); 3] =
        [(0.5, &[-2.0057], &[0.154683], 0), (0.25, &[0.9981], &[0.0628944], 1), (0.25, &[3.0033], &[0.0398701], 1)];
    let known_two: [(f64, &[f64], &[f64], usize); 3] = [
        (0.5, &[-1.0095, 0.4963], &[0.24683, 0.124779, 0.157715], 0),
        (0.25, &[0.994, -2.0108], &[0.120968, -0.0444169, 0.0574542], 1),
        (0.25, &[1.999, 1.0094], &[0.0640889, 0.00647512, 0.149822], 1),
    ];
    for (rows, known) in [(one, known_one), (two, known_two)] {
        let mut mixture = fitted(&rows.join("\n")).unwrap().mixture;
        assert_eq!(mixture.len(), known.len());
        // Which start finds a component first is chance.
        mixture.sort_by(|p, q| p.class.cmp(&q.class).then(p.mean[0].total_cmp(&q.mean[0])));
        for (part, (weight, mean, covariance, class)) in mixture.iter().zip(known) {
            // EM ends when a round gains less than 1e-6 a point: the last digits depend on where it began.
            let near = |x: f64, y: f64| (x - y).abs() < 2e-4;
            assert_eq!(part.class, class);
            assert!(near(part.weight, weight));
            assert!(part.mean.iter().zip(mean).all(|(x, y)| near(*x, *y)), "{:?} {mean:?}", part.mean);
            let triangle: Vec<f64> = (0..mean.len())
                .flat_map(|i| (i..mean.len()).map(move |j| (i, j)))
                .map(|(i, j)| part.covariance[i][j])
                .collect();
            assert!(triangle.iter().zip(covariance).all(|(x, y)| near(*x, *y)), "{triangle:?} {covariance:?}");
        }
    }
}

/// Whoever shares the thread gets a turn, between rows as between rounds.
#[test]
fn a_long_fit_gives_others_their_turn() {
    let rows: Vec<String> = (0..60_000).map(|k| format!("{},{}", (k as f64 * 0.618_034).fract(), k % 2)).collect();
    let text = rows.join("\n");
    let mut turns = 0;
    let table = table_of(text.as_bytes());
    let roles = table.roles.clone().unwrap();
    ready(read_points([text.clone().into()].into_iter(), &table, &roles, 1, &mut async || turns += 1)).unwrap();
    assert_eq!(turns, 3);
    let mut turns = 0;
    ready(fit(|| [text.clone().into()].into_iter(), None, 1, &mut async || turns += 1)).unwrap();
    assert!(turns > 20, "{turns}");
}
