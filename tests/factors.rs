//! Mixtures of factor analysers: EM against the closed forms of `many`, and against mixtures that are known.

use std::fs;
use std::path::Path;

use guidance_lab::cpu::ready;
use guidance_lab::fit::{Points, Wishes, points_of, read_table};
use guidance_lab::many::{
    Component, Covariance, FactorFit, FactorOptions, FitOptions, FittedMany, Images, ManyOptions, ManyState, Marginal,
    Mixture, Round, Sampler, Scaling, accuracy, brightness, discriminants, factor_freedom, fit_class, fit_factors,
    fit_many, image_points, mean, measured, read_folder, run_many,
};
use guidance_lab::model::{Classifier, LabError, LabErrorCode, Noise};
use guidance_lab::random::{Philox, normals};
use serde_json::{Value, json};

/// What is not noised.
const CLEAN: Noise = Noise { signal: 1.0, variance: 0.0 };

/// Three components of one class, two directions each.
fn known(d: usize) -> Vec<Component> {
    let component = |k: usize| Component {
        weight: [0.5, 0.3, 0.2][k],
        class: 0,
        mean: (0..d).map(|j| 1.5 * (1.3 * (k + 1) as f64 + 0.7 * (j + 1) as f64).sin()).collect(),
        covariance: Covariance::LowRank {
            diagonal: (0..d).map(|j| 0.2 + 0.1 * ((j + k) % 3) as f64).collect(),
            factors: (0..2)
                .map(|i| {
                    let entry = |j: usize| (0.9 * ((j + 1) * (i + 1)) as f64 + k as f64).cos();
                    (0..d).map(|j| 2.0 * entry(j) / (d as f64).sqrt()).collect()
                })
                .collect(),
        },
    };
    (0..3).map(component).collect()
}

fn draws(mixture: &Mixture, count: usize, seed: u32) -> Vec<Vec<f64>> {
    let mut rng = Philox::for_purpose(seed, 7);
    (0..count).map(|_| Sampler::new(mixture, CLEAN, None).draw(&mut rng)).collect()
}

fn fitted(points: &[Vec<f64>], options: FactorOptions) -> (FactorFit, Vec<Round>) {
    let mut rounds = Vec::new();
    let fit = ready(fit_factors(points, 0, options, &mut async |round| {
        rounds.push(round);
        Ok::<(), ()>(())
    }));
    (fit.unwrap(), rounds)
}

/// The likelihood, up to the rounding of a sum of this size.
#[track_caller]
fn never_falls(rounds: &[Round]) {
    for pair in rounds.windows(2).filter(|pair| pair[1].round > 0) {
        let (before, after) = (pair[0].log_likelihood, pair[1].log_likelihood);
        assert!(after >= before - 1e-10 * before.abs(), "{pair:?}");
    }
}

fn log_densities(mixture: &Mixture, points: &[Vec<f64>]) -> Vec<f64> {
    let marginal = Marginal::new(mixture, CLEAN);
    points.iter().map(|x| marginal.at(x).log_density()).collect()
}

#[test]
fn the_mixture_that_points_come_from_is_found_and_bic_finds_its_number_of_components() {
    for d in [17, 64] {
        let components = known(d);
        let truth = Mixture::new(components.clone()).unwrap();
        let n = 1500;
        let points = draws(&truth, n, 1);
        let (fit, rounds) = fitted(&points, FactorOptions { most: 5, rank: 2, floor: 1e-4, seed: 3 });
        assert_eq!(fit.components.len(), 3, "d = {d}");
        never_falls(&rounds);
        // Nor where a third of the diagonals end at the floor.
        never_falls(&fitted(&points, FactorOptions { most: 3, rank: 2, floor: 0.25, seed: 3 }).1);
        // It is that of the mixture, and the criterion is made of it.
        let found = Mixture::new(fit.components.clone()).unwrap();
        let sum: f64 = log_densities(&found, &points).iter().sum();
        assert!((sum - fit.log_likelihood).abs() < 1e-9 * sum.abs(), "d = {d}: {sum} and {}", fit.log_likelihood);
        // Two weights; of each component a mean, a diagonal, and two directions less their turn.
        let freedom = 2 + 3 * (d + d + 2 * d - 1);
        assert_eq!(factor_freedom(3, d, 2), freedom);
        assert!((fit.bic - (freedom as f64 * (n as f64).ln() - 2.0 * fit.log_likelihood)).abs() < 1e-6);
        // Each mean has found its own: every coordinate within five standard errors of a mean of so many points.
        for (k, component) in components.iter().enumerate() {
            let Covariance::LowRank { diagonal, factors } = &component.covariance else { unreachable!() };
            let count = component.weight * n as f64;
            let off = |other: &Component| {
                let worst = |j: usize| {
                    let variance = diagonal[j] + factors.iter().map(|factor| factor[j] * factor[j]).sum::<f64>();
                    (component.mean[j] - other.mean[j]).abs() / (variance / count).sqrt()
                };
                (0..d).map(worst).fold(0.0, f64::max)
            };
            let nearest = fit.components.iter().min_by(|a, b| off(a).total_cmp(&off(b))).unwrap();
            assert!(off(nearest) < 5.0, "d = {d}, component {k}: {}", off(nearest));
            assert!((nearest.weight - count).abs() < 5.0 * (count * (1.0 - component.weight)).sqrt(), "d = {d}");
        }
        // On points that it has not seen it is worse than the truth by half a nat for each free number and point, to first
        // order (Akaike 1974).
        let unseen = draws(&truth, 4000, 2);
        let gap: Vec<f64> =
            log_densities(&truth, &unseen).iter().zip(log_densities(&found, &unseen)).map(|(a, b)| a - b).collect();
        let (gap, wanted) = (mean(&gap), freedom as f64 / (2.0 * n as f64));
        assert!((gap.estimate - wanted).abs() < 4.0 * gap.standard_error + 0.25 * wanted, "d = {d}: {gap:?}, {wanted}");
    }
}

#[test]
fn one_component_without_directions_has_the_moments_of_the_points() {
    let truth = Mixture::new(known(17)).unwrap();
    let points = draws(&truth, 300, 4);
    let (fit, _) = fitted(&points, FactorOptions { most: 1, rank: 0, floor: 1e-4, seed: 1 });
    let Covariance::LowRank { diagonal, factors } = &fit.components[0].covariance else { unreachable!() };
    assert!(factors.is_empty());
    for j in 0..17 {
        let column: Vec<f64> = points.iter().map(|x| x[j]).collect();
        let middle = mean(&column).estimate;
        let variance = column.iter().map(|x| (x - middle) * (x - middle)).sum::<f64>() / 300.0;
        assert!((fit.components[0].mean[j] - middle).abs() < 1e-12);
        assert!((diagonal[j] - variance).abs() < 1e-12);
    }
}

#[test]
fn the_same_seed_gives_the_same_mixture_and_points_without_spread_stay_at_the_floor() {
    let truth = Mixture::new(known(17)).unwrap();
    let points = draws(&truth, 200, 5);
    let options = FactorOptions { most: 3, rank: 2, floor: 1e-4, seed: 9 };
    assert_eq!(fitted(&points, options).0.components, fitted(&points, options).0.components);
    // Fewer points than directions, and all of them the same.
    let (fit, _) = fitted(&vec![vec![0.5; 17]; 3], FactorOptions { most: 3, rank: 4, floor: 1e-3, seed: 1 });
    assert_eq!(fit.components.len(), 1);
    let covariance = Covariance::LowRank { diagonal: vec![1e-3; 17], factors: vec![] };
    assert_eq!(fit.components[0].covariance, covariance);
    // Whoever tells of it can end it.
    let mut told = 0;
    let ended = ready(fit_factors(&points, 0, options, &mut async |_| {
        told += 1;
        if told == 3 { Err("enough") } else { Ok(()) }
    }));
    assert_eq!((ended.err(), told), (Some("enough"), 3));
}

fn points_from(rows: &[(Vec<f64>, usize)]) -> Points {
    let classes: Vec<usize> = rows.iter().map(|row| row.1).collect();
    let used = classes.iter().max().unwrap() + 1;
    Points {
        dimension: rows[0].0.len(),
        values: rows.iter().flat_map(|row| row.0.clone()).collect(),
        labels: (0..used).map(|class| class.to_string()).collect(),
        rows: (0..used).map(|class| classes.iter().filter(|&&own| own == class).count()).collect(),
        lines: vec![0; rows.len()],
        names: Vec::new(),
        notes: Vec::new(),
        classes,
    }
}

fn fit_all(points: &Points, scaling: Scaling, options: ManyOptions) -> Result<FittedMany, LabError> {
    ready(fit_many(points, scaling, options, 1, &mut async |_| Ok::<(), LabError>(())))
}

/// So many points of each of two classes that lie apart.
fn two_classes(d: usize, counts: [usize; 2]) -> Points {
    let mut rng = Philox::for_purpose(6, 7);
    let mut rows = Vec::new();
    for (class, count) in counts.into_iter().enumerate() {
        rows.extend((0..count).map(|_| {
            let mut x = vec![0.0; d];
            normals(&mut rng, &mut x);
            for x in &mut x {
                *x += 4.0 * class as f64;
            }
            (x, class)
        }));
    }
    points_from(&rows)
}

#[track_caller]
fn refused(points: &Points, options: ManyOptions, code: LabErrorCode, path: &str, words: &str) {
    let mut told = 0;
    let found = ready(fit_many(points, Scaling::Columns, options, 1, &mut async |_| {
        told += 1;
        Ok::<(), LabError>(())
    }));
    let error = found.unwrap_err();
    assert_eq!((error.code, error.path.as_str()), (code, path), "{error}");
    assert!(error.message.contains(words), "{error}");
    assert_eq!(told, 0, "before the work starts");
}

#[test]
fn what_cannot_be_fitted_is_refused_before_the_work_starts() {
    let (range, inconsistent) = (LabErrorCode::Range, LabErrorCode::Inconsistent);
    let usual = ManyOptions::default();
    let with = |components, rank| ManyOptions { components: Some(components), rank };
    refused(&two_classes(257, [9, 9]), usual, range, "points", "points has 257 numbers, but must have 1 to 256");
    refused(&two_classes(5, [9, 1]), usual, inconsistent, "components", "Class 1 has 1 points, but needs at least 2");
    let few = "Class 0 has 9 points, but needs at least 10";
    refused(&two_classes(5, [9, 30]), with(5, None), inconsistent, "components", few);
    refused(
        &two_classes(5, [9, 9]),
        with(33, None),
        range,
        "components",
        "components is 33, but must be between 1 and 32",
    );
    refused(&two_classes(5, [9, 9]), with(0, None), range, "components", "between 1 and 32");
    refused(&two_classes(5, [9, 9]), with(1, Some(5)), range, "rank", "rank is 5, but must be between 0 and 4");
    let work = "components is 32, with which the fit could take";
    refused(&two_classes(256, [2000, 2000]), with(32, Some(32)), range, "components", work);
    let same = points_from(&[0, 1, 0, 1].map(|class| (vec![2.5; 6], class)));
    refused(&same, usual, inconsistent, "", "All 4 points are the same point");
}

#[test]
fn columns_without_spread_and_small_classes_are_fitted_and_it_is_said() {
    let mut points = two_classes(6, [40, 3]);
    points.values.iter_mut().step_by(6).for_each(|x| *x = 7.0);
    let fitted = fit_all(&points, Scaling::Columns, ManyOptions::default()).unwrap();
    let said = fitted.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    for words in ["Fitted to 43 points", "moved by its mean", "Too few points to choose", "class 1.", "Widened to"] {
        assert!(said.contains(words), "{said}");
    }
    // The shares of the classes are the weights.
    let share: f64 = fitted.components.iter().filter(|own| own.class == 1).map(|own| own.weight).sum();
    assert!((share - 3.0 / 43.0).abs() < 1e-5);
    assert!(fitted.components.iter().all(|own| own.mean[0] == 0.0));
    fitted.state(1).unwrap();
}

/// Written, read and written again it is the same; its run is that of the mixture.
#[test]
fn a_state_in_many_dimensions_is_read_as_it_was_written() {
    let fitted = fit_all(&two_classes(9, [50, 50]), Scaling::Columns, ManyOptions::default()).unwrap();
    let value = fitted.state(5).unwrap().to_value();
    assert!(ManyState::is_one(&value));
    assert_eq!(ManyState::from_value(&value).unwrap().to_value(), value);
    let mut state = value.clone();
    state["classifier"] = json!({ "kind": "tempered", "sharpness": 0.5 });
    state["guidance"] = json!({ "target": null, "gamma": 2 });
    state["particles"] = 100.into();
    let state = ManyState::from_value(&state).unwrap();
    assert_eq!((state.targets(), state.settings.guidance.gamma), (vec![0, 1], 2.0));
    assert!(matches!(state.settings.classifier, Classifier::Tempered(_)));
    let run = run_many(&state, || Ok::<(), LabError>(())).unwrap();
    let found = measured(&state, &run);
    assert_eq!((&found["step"], &found["dimension"]), (&100.into(), &9.into()));
    assert!(found["lanes"]["tested"]["fractionImproved"]["standardError"].is_number(), "{found}");
    assert!(found["lanes"]["conditional"]["fractionImproved"].is_null(), "{found}");

    // The lane whose weights correct guidance to the tilted density: what they say, of each target, and no more digits than lineages.
    let mut tilted = state.to_value();
    tilted["compare"] = json!(["conditional", "corrected"]);
    let tilted = ManyState::from_value(&tilted).unwrap();
    let found = measured(&tilted, &run_many(&tilted, || Ok::<(), LabError>(())).unwrap());
    let own = &found["lanes"]["corrected"];
    assert!(own["fractionImproved"].is_null() && found["lanes"]["tested"]["weights"].is_null(), "{found}");
    for (class, weights) in own["weights"].as_array().unwrap().iter().enumerate() {
        assert_eq!(weights["class"], class);
        let number = |field: &str| weights[field].as_f64().unwrap();
        assert!(number("effective") >= 1.0 && number("lineages") <= number("effective") * (1.0 + 1e-9), "{weights}");
        assert!(number("resamplings") >= 0.0 && number("logNormaliser").is_finite(), "{weights}");
    }

    let wrong = |change: &dyn Fn(&mut Value), path: &str, words: &str| {
        let mut state = value.clone();
        change(&mut state);
        let error = ManyState::from_value(&state).unwrap_err();
        assert_eq!(error.path, path, "{error}");
        assert!(error.message.contains(words), "{error}");
    };
    wrong(&|state| state["colour"] = 1.into(), "colour", "is not a field");
    wrong(&|state| state["guidance"]["clip"] = 1.into(), "guidance.clip", "target, gamma");
    wrong(&|state| state["guidance"]["target"] = 7.into(), "guidance.target", "the classes of the mixture are 0, 1");
    wrong(&|state| state["guidance"]["gamma"] = 99.into(), "guidance.gamma", "between -10 and 50");
    let ode = |state: &mut Value| {
        state["compare"] = json!(["corrected"]);
        state["process"]["sampler"] = "ddim".into();
    };
    wrong(&ode, "compare[0]", "whose weights belong to an SDE");
    wrong(&|state| state["mixture"][0]["mean"] = json!([1, 2]), "mixture[0].covariance.diagonal", "9 numbers");
    wrong(&|state| state["mixture"][1]["mean"] = json!([1, 2]), "mixture[1].mean", "2 numbers");
    wrong(&|state| state["mixture"][1]["mean"] = json!("a"), "mixture[1]", "invalid type");
    let singular = |state: &mut Value| state["mixture"][1]["covariance"]["diagonal"][3] = 0.into();
    wrong(&singular, "mixture[1].covariance.diagonal", "is 0, but must be between 1e-6");
}

/// Pictures of whole numbers in a table are scaled alike; a class may have a number up to 15.
#[test]
fn a_table_of_pictures() {
    let mut rng = Philox::for_purpose(2, 7);
    let mut lines = vec![(0..16).map(|k| format!("p{k}")).chain(["class".into()]).collect::<Vec<_>>().join(",")];
    for k in 0..60 {
        let x = Sampler::new(&Mixture::new(known(16)).unwrap(), CLEAN, None).draw(&mut rng);
        let points = x.iter().map(|x| (8.0 + x).round().clamp(0.0, 16.0));
        lines.push(points.chain([f64::from(k % 10)]).map(|x| x.to_string()).collect::<Vec<_>>().join(","));
    }
    let text = lines.join("\n");
    let pieces = || [text.clone().into_bytes()].into_iter();
    let wishes: Wishes = serde_json::from_value(json!({ "directions": "all", "label": "class" })).unwrap();
    let table = ready(read_table(pieces(), &mut async || {})).unwrap();
    let roles = table.wished(&wishes).unwrap().unwrap();
    assert_eq!(roles.axes, (0..16).collect::<Vec<_>>());
    let points = ready(points_of(pieces, Some(&roles), 1, &mut async || {})).unwrap();
    let fitted = fit_all(&points, Scaling::Columns, ManyOptions::default()).unwrap();
    assert_eq!(fitted.state(1).unwrap().mixture().classes(), (0..10).collect::<Vec<_>>());
    let said = fitted.notes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert!(said.contains("all 16 columns of numbers, the class is “class”"), "{said}");
    assert!(said.contains("All numbers are scaled alike, from"), "{said}");
}

fn write_png(path: &Path, colour: png::ColorType, (width, height): (u32, u32), bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut encoder = png::Encoder::new(fs::File::create(path).unwrap(), width, height);
    encoder.set_color(colour);
    encoder.write_header().unwrap().write_image_data(bytes).unwrap();
}

#[test]
fn a_folder_of_images() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("images");
    let _ = fs::remove_dir_all(&folder);
    let at = |name: &str| folder.join(name);
    let refused = |words: &str| {
        let error = read_folder(&folder).unwrap_err();
        assert!(error.message.contains(words), "{error}");
    };
    refused("images cannot be read: ");
    write_png(&at("dogs/1.png"), png::ColorType::Rgb, (2, 1), &[255, 0, 0, 0, 0, 255]);
    refused("1 folders with PNG images, but must have 2 to 16");
    write_png(&at("cats/1.png"), png::ColorType::Grayscale, (2, 1), &[7, 200]);
    write_png(&at("cats/2.PNG"), png::ColorType::GrayscaleAlpha, (2, 1), &[0, 255, 0, 0]);
    fs::write(at("cats/notes.txt"), "no image").unwrap();
    let points = read_folder(&folder).unwrap();
    assert_eq!(
        (points.dimension, &points.labels, &points.classes),
        (2, &vec!["cats".into(), "dogs".into()], &vec![0, 0, 1])
    );
    let wanted = [7.0, 200.0, 0.0, 255.0, 0.299 * 255.0, 0.114 * 255.0];
    assert!(points.values.iter().zip(wanted).all(|(x, wanted)| (x - wanted).abs() < 1e-12), "{:?}", points.values);
    write_png(&at("dogs/2.png"), png::ColorType::Grayscale, (1, 2), &[7, 200]);
    refused("1 × 2 points, but the images before it have 2 × 1");
    write_png(&at("dogs/2.png"), png::ColorType::Grayscale, (17, 16), &[7; 17 * 16]);
    refused("17 × 16 points, but an image may have at most 256");
    fs::write(at("dogs/2.png"), "no image").unwrap();
    refused("2.png is no PNG image that can be read");
}

/// The mixture of images labels images right that it has not seen, as many as one of the same form does that goes by
/// k-means and principal directions alone, as the digits do.
#[test]
fn a_mixture_of_images_knows_others() {
    let [seen, unseen] =
        [&include_bytes!("data/digits/training.bin")[..], include_bytes!("../www/gallery/data/held-out.bin")]
            .map(|bytes| Images::decode(bytes).unwrap());
    let rows: Vec<(Vec<f64>, usize)> = seen.points.into_iter().zip(seen.labels).step_by(4).collect();
    let options = ManyOptions { components: Some(1), rank: Some(8) };
    let fitted = fit_all(&points_from(&rows), Scaling::Alike, options).unwrap();
    let right = |mixture: &Mixture| accuracy(mixture, &Classifier::EXACT, 0.05, &unseen);
    let found = right(fitted.state(1).unwrap().mixture());
    let other = |class: usize| {
        let own: Vec<Vec<f64>> = rows.iter().filter(|row| row.1 == class).map(|row| row.0.clone()).collect();
        fit_class(&own, class, FitOptions { components: 1, rank: 8, floor: 0.01, seed: 1 }).unwrap()
    };
    let other = right(&Mixture::new((0..10).flat_map(other).collect()).unwrap());
    let error = found.standard_error.hypot(other.standard_error);
    assert!((found.estimate - other.estimate).abs() < 3.0 * error && found.estimate > 0.85, "{found:?}, {other:?}");
}

/// Two classes with one covariance: the first direction is `Sigma^-1 (m_1 - m_0)`, in closed form by Woodbury for one factor.
/// Three: along the first they differ more than along any of many others, and along both as much as there is.
#[test]
fn the_discriminant_directions_of_a_mixture() {
    let d = 5;
    let factor = [1.0, -0.5, 0.25, 0.0, 2.0];
    let component = |class: usize, mean: Vec<f64>, weight: f64| {
        let covariance = Covariance::LowRank { diagonal: vec![0.5; d], factors: vec![factor.to_vec()] };
        Component { weight, mean, covariance, class }
    };
    let away = [0.5, 1.0, 0.0, -1.0, 2.0];
    let two = Mixture::new(vec![component(0, vec![0.0; d], 0.3), component(4, away.to_vec(), 0.7)]).unwrap();
    let [first, second] = discriminants(&two);
    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
    // (I/2 + f f^T)^-1 m = 2 m - 4 f (f.m) / (1 + 2 f.f)
    let share = 4.0 * dot(&factor, &away) / (1.0 + 2.0 * dot(&factor, &factor));
    let wanted: Vec<f64> = (0..d).map(|j| 2.0 * away[j] - share * factor[j]).collect();
    let length = dot(&wanted, &wanted).sqrt();
    assert!((dot(&first, &wanted).abs() / length - 1.0).abs() < 1e-6, "{first:?}, {wanted:?}");
    assert!(dot(&first, &second).abs() < 1e-9 && (dot(&second, &second) - 1.0).abs() < 1e-12);

    let third = component(7, vec![1.0, -2.0, 0.5, 1.0, 0.0], 0.5);
    let three = Mixture::new(vec![component(0, vec![0.0; d], 0.3), component(4, away.to_vec(), 0.7), third]).unwrap();
    // The ratio of the variance between the classes to that within, by the definition.
    let ratio = |x: &[f64]| {
        let means: Vec<(f64, f64)> = (0..3).map(|k| three.component(k)).map(|(w, mean, _)| (w, dot(mean, x))).collect();
        let middle: f64 = means.iter().map(|(w, m)| w * m).sum();
        means.iter().map(|(w, m)| w * (m - middle).powi(2)).sum::<f64>() / (0.5 * dot(x, x) + dot(x, &factor).powi(2))
    };
    let [first, second] = discriminants(&three);
    let mut rng = Philox::for_purpose(8, 7);
    let mut best = 0.0_f64;
    for _ in 0..20_000 {
        let mut x = vec![0.0; d];
        normals(&mut rng, &mut x);
        best = best.max(ratio(&x));
    }
    assert!(ratio(&first) > best && ratio(&first) < 1.2 * best, "{} and {best}", ratio(&first));
    // Together they hold all that is between three classes: across them the ratio is 0.
    let both = ratio(&first) + ratio(&second);
    let whole: f64 = {
        // The trace of Sigma^-1 B, by the solution above.
        let means: Vec<(f64, Vec<f64>)> = (0..3).map(|k| three.component(k)).map(|(w, m, _)| (w, m.to_vec())).collect();
        let middle: Vec<f64> = (0..d).map(|j| means.iter().map(|(w, m)| w * m[j]).sum()).collect();
        let form = |x: &[f64]| 2.0 * dot(x, x) - 4.0 * dot(&factor, x).powi(2) / (1.0 + 2.0 * dot(&factor, &factor));
        means.iter().map(|(w, m)| w * form(&m.iter().zip(&middle).map(|(m, c)| m - c).collect::<Vec<_>>())).sum()
    };
    assert!((both / whole - 1.0).abs() < 1e-4, "{both} and {whole}");
}

/// The fit says what it fitted: the scaled points, and whether they are pictures.
#[test]
fn what_was_fitted_is_handed_on() {
    let points = two_classes(6, [40, 30]);
    let fitted = fit_all(&points, Scaling::Columns, ManyOptions::default()).unwrap();
    assert_eq!((fitted.values.len(), fitted.alike), (6 * 70, false));
    for j in 0..6 {
        let column: Vec<f64> = fitted.values.iter().skip(j).step_by(6).copied().collect();
        assert!(mean(&column).estimate.abs() < 1e-12);
        assert!((column.iter().map(|x| x * x).sum::<f64>() / 70.0 - 1.0).abs() < 1e-12);
    }
    let fitted = fit_all(&points, Scaling::Alike, ManyOptions::default()).unwrap();
    let reach = fitted.values.iter().fold((9.0_f64, -9.0_f64), |(low, high), &x| (low.min(x), high.max(x)));
    assert_eq!((reach, fitted.alike), ((-1.0, 1.0), true));
}

/// What the page's fit of the same pixels is held against (www/edit/many.test.ts): two classes of nine images of 5 by 4, a third of
/// their pixels coloured, some of them translucent.
#[test]
fn images_of_pixels() {
    let classes = [("circles".to_owned(), 9), ("stripes".to_owned(), 9)];
    let sizes = (0..18).map(|k| Ok((format!("{k}.png"), 5, 4)));
    let mut points = image_points("shapes", &classes, sizes).unwrap();
    for k in 0..18_u32 {
        for p in 0..20 {
            let v = ((37 * p + 91 * k + 120 * (k / 9) * (p % 2) + 13 * (p * k % 7)) % 256) as u8;
            let pixel = if p % 3 == 0 { [v, 255 - v, 7, 255] } else { [v, v, v, if p == 4 { 128 } else { 255 }] };
            points.values.push(brightness(pixel));
        }
    }
    let fitted = fit_all(&points, Scaling::Alike, ManyOptions::default()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/many/images.json");
    let found = format!("{}\n", fitted.state(1).unwrap().to_value());
    if std::env::var_os("GUIDANCE_LAB_WRITE").is_some() {
        fs::write(&path, &found).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap(), found);
}
