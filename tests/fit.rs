//! Points from text, and the mixtures that are fitted to them.

use guidance_lab::cpu::ready;
use guidance_lab::fit::{Fitted, MOST_POINTS, MOST_ROWS, Points, fit, fit_class, fit_points, read_points};
use guidance_lab::model::{LabError, LabErrorCode, State};
use guidance_lab::random::Philox;
use guidance_lab::words::Says;
use guidance_lab::words::messages::points_unreadable;
use proptest::prelude::*;
use rand_distr::{Distribution, StandardNormal};

async fn nobody_waits() {}

/// The points of a text that comes in pieces of so many bytes.
fn read_by(text: &[u8], size: usize, seed: u32) -> Result<Points, LabError> {
    let pieces = text.chunks(size).map(|piece| Ok(piece.to_vec()));
    ready(read_points(pieces, seed, &mut nobody_waits))
}

fn read(text: &str) -> Result<Points, LabError> {
    read_by(text.as_bytes(), 1 << 16, 1)
}

fn fitted(text: &str) -> Result<Fitted, LabError> {
    ready(fit([Ok(text.into())].into_iter(), 1, &mut nobody_waits))
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
    refused("1,2,3,4\n", "line 1", "4 columns");
    refused("x,y,colour\n1,2,0\n", "line 1", "no column “class”");
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
fn a_text_that_cannot_be_read_is_an_error() {
    let error = || LabError::new(LabErrorCode::Unsupported, "", points_unreadable("gone"));
    for before in [vec![], vec![Ok(b"1,0\n2,1\n".to_vec())]] {
        let pieces = before.into_iter().chain([Err(error())]);
        assert_eq!(ready(read_points(pieces, 1, &mut nobody_waits)), Err(error()));
    }
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
    assert!(error.message.contains("far out"), "{}", error.message);
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
    ready(read_points([Ok(text.clone().into())].into_iter(), 1, &mut async || turns += 1)).unwrap();
    assert_eq!(turns, 3);
    let mut turns = 0;
    ready(fit([Ok(text.into())].into_iter(), 1, &mut async || turns += 1)).unwrap();
    assert!(turns > 20, "{turns}");
}
