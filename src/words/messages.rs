//! Every message, in English. The name of a function is the code by which other languages know the message
//! (`messages` in `www/words/zh.ts`); `www/words/messages.ts` is written from this table by `cargo test --test types`.

use super::{Says, Value, Words};

macro_rules! messages {
    ($($id:ident($($place:ident),*) $text:literal;)*) => {
        $(
            #[doc = $text]
            #[allow(clippy::doc_markdown, reason = "a text for the page")]
            pub fn $id($($place: impl Into<Value>),*) -> Says {
                const WORDS: &Words = &Words { id: stringify!($id), text: $text };
                Says::new(WORDS, [$($place.into()),*])
            }
        )*

        /// The whole table with the arguments of each function, in its order.
        #[cfg(not(target_arch = "wasm32"))]
        pub const ALL: &[(Words, &[&str])] =
            &[$((Words { id: stringify!($id), text: $text }, &[$(stringify!($place)),*])),*];
    };
}

messages! {
    // What is wrong with a state. A field is its path; values are shown as they were written.
    out_of_range(field, value, min, max) "{field} is {value}, but must be between {min} and {max}";
    wrong_type(field, value, wanted) "{field} is {value}, but must be {wanted}";
    not_a_choice(field, value, choices) "{field} is {value}, but must be one of {choices}";
    missing(field) "{field} is missing";
    unknown_key(field, fields) "{field} is not a field; the fields here are {fields}";
    unknown_keys(field, fields, more) "{field} is not a field; the fields here are {fields} ({more} more keys are unknown)";
    unknown_version(found, known) "version is {found}, but this build knows version {known}";
    component_count(count, most) "mixture has {count} components, but must have 1 to {most}";
    no_component() "mixture has no valid component";
    other_dimension(field, count, other) "{field} has {count} numbers, but the components before it have {other}";
    number_count(field, count, most) "{field} has {count} numbers, but must have 1 to {most}";
    small_share(field, share, least) "{field} is {share} of the sum of the weights, but must be at least {least}";
    not_symmetric(field, place, lower, other, upper) "{field} must be symmetric, but {place} is {lower} and {other} is {upper}";
    bad_eigenvalue(field, min, max, value) "{field} must be positive definite with eigenvalues between {min} and {max}, but has the eigenvalue {value}";
    grid_needs_horizon(field, grid, horizon) "{field} is {grid}, which needs a horizon above 1, not {horizon}";
    bad_stop(field, value, min, max) "{field} is {value}, but must be at least {min} and less than {max}";
    with_this_grid(value) "{value} (with this grid)";
    no_such_class(field, value, classes) "{field} is {value}, but the classes of the mixture are {classes}";
    negative_with_renoising(field, value, sampler) "{field} is {value}, but {sampler} is cfg++, whose lambda must not be negative";
    none_with_renoising(field, value, sampler, only) "{field} is {value}, but {sampler} is cfg++, with which it must be {only}";
    none_at_the_mean(field, value, at, only) "{field} is {value}, but {at} is predicted-mean, with which it must be {only}";
    no_predicted_mean(field, value, sampler) "{field} is {value}, but {sampler} is heun or cfg++, whose steps have no such mean; it must be present";
    parallel_in_one_dimension(field, value) "{field} is {value}, but the mixture has one coordinate: there the whole gradient lies along the estimate, and no part is left beside it; it must be 1";
    rescale_in_one_dimension(field, value) "{field} is {value}, but the mixture has one coordinate: there a score is a length with a sign, and bringing it to another length would undo the guidance; it must be 0";
    fading_with_negative(field, value, other, gamma) "{field} is {value}, but {other} is {gamma}: guidance away from a class does not fade where the classifier is sure; it must be 0 or gamma at least 0";
    stop_divided_by_sigma(field, value, min) "{field} is {value}, but must be at least {min} where something is divided by sigma (a sigmaPower of -1, a threshold), which is 0 at time 0";
    interval_reversed(from, to) "guidance.from is {from}, but guidance.to is {to}";
    amplitude_too_large(field, value, amplitude, max) "{field} is {value}, which makes the amplitude {amplitude}; the probability form takes 0 to 1, here a scale of at most {max}";
    trained_beyond_the_horizon(field, value, max) "{field} is {value}, but must be at most the horizon, {max}";
    twice(field, value) "{field} is {value} a second time";
    corrected_with_negative(field, other, gamma) "{field} is \"corrected\", which samples the tilted density, but {other} is {gamma}, with which there may be none";
    corrected_needs_noise(field) "{field} is \"corrected\", whose weights belong to an SDE, but process.sampler is an ODE's";
    one_class_to_learn() "the mixture has a single class, so there is nothing to learn";
    training_diverged(step, rate) "The loss is no number any more after {step} steps with the learning rate {rate}; a smaller rate may help. The classifier in use stays.";
    not_learned() "The classifier of this state is not learned";
    kinks_have_no_bound() "ReLU has kinks: a network of it has no second derivatives, and the theorem does not speak of it";
    wrong_weights(count, wanted) "There are {count} weights, but the network of this recipe has {wanted} finite ones; the classifier in use stays.";
    a_fingerprint() "64 hexadecimal digits, the SHA-256 of a file, or null";
    opened_is_not_trained() "A network that was opened from a file is not trained; with classifier.recipe.weights null it is trained anew";
    network_file_large(most) "The file has more than {most} MB, and no network here has so many";
    network_file_unreadable() "The file is no network: its beginning is neither that of a safetensors file nor that of an ONNX model";
    network_file_cut() "The file has more or fewer bytes than its beginning says: perhaps it was not copied to its end";
    network_says_nothing(entry) "The file does not say what its numbers are for: its metadata need the entry {entry}, as JSON";
    network_says_no(entry, key) "The entry {entry} of the file's metadata lacks {key}";
    network_has_no_layer() "The file has no layer";
    network_half_a_layer(number) "Layer {number} of the file has only one of weight and bias";
    network_tensor_name(tensor) "{tensor} of the file has no place in a network: layers are called 0.weight, 0.bias, 2.weight and so on, with one number in otherwise equal names; a tensor frequencies may stand beside them";
    network_axes(tensor, shape, axes) "{tensor} of the file has the shape {shape}, but must have {axes} axes, none of them 0 long";
    network_shape(tensor, shape, wanted) "{tensor} of the file has the shape {shape}, but must have {wanted}";
    network_dtype(tensor, dtype) "{tensor} of the file holds numbers of the type {dtype}; F32 and F64 are read";
    network_not_finite(tensor, place) "{tensor} of the file has a number that is not finite in 32 bits, at place {place}";
    network_classes(entry, outputs, most) "classes in {entry} must be {outputs} different whole numbers from 0 to {most}, one for each output of the network, and at least 2";
    network_does_not_fit(coordinates, classes, others, other_classes) "The network from the file takes {coordinates} coordinates and knows the classes {classes}; the mixture has {others} coordinates and the classes {other_classes}";
    onnx_unreadable() "The file begins like an ONNX model, but cannot be read to its end";
    onnx_input() "The ONNX model must have one input, beside its numbers";
    onnx_output() "The output of the ONNX model is not what its last operator gives";
    onnx_operator(operator, operators) "{operator} has no place where it stands in the ONNX model: a network here is a chain of linear layers with one activation between them, of the operators {operators}";
    onnx_no_numbers(tensor, operator) "{tensor}, which {operator} of the ONNX model needs, is not among the numbers of the file";
    onnx_count(tensor, count, shape) "{tensor} of the file has {count} numbers, which are not those of the shape {shape}";
    network_is_not_here(fingerprint) "The weights are those of a file that is not at hand here ({fingerprint}): open the file";
    too_many_layers(field, count, most) "{field} has {count} entries, but must have at most {most}";
    times_reversed(field, from, to) "{field} is from {from} to {to}, but the earlier time comes first";
    loss_without_labels(field) "{field} has no part that looks at the labels: crossEntropy, brier or denoising must be above 0";
    shift_length(field, count, dimension) "{field} has {count} numbers, but the mixture has {dimension} dimensions";
    weaker_needs_a_model() "guidance.guide is \"weaker\", which needs score.kind \"inflated\" or \"learned\"";
    pair_needs_learned() "guidance.guide is \"pair\", which needs score.kind \"learned\"";
    weaker_has_no_exact_one() "a weaker model guides, of which there is no exact one to exchange it for";
    of_classifiers_alone(field) "{field} belongs to the training of a classifier; that of a score has its default";
    full_covariance_dimension(field, count, most) "{field} has all its entries in {count} dimensions, but may have them in at most {most}; a diagonal with factors does for more";
    not_in_many_dimensions(field, value, choices) "{field} is {value}, which there is not in many dimensions yet; there are {choices}";
    too_much_memory(field, value, estimate, most) "{field} is {value}, for which {estimate} MB would be needed, but there are at most {most}";
    not_a_mixture() "This is no file of a mixture, or a damaged one";
    too_much_fitting(field, value, estimate, most) "{field} is {value}, with which the fit could take {estimate} billion steps of arithmetic; there may be at most {most}";
    image_size(field, width, height, most) "{field} has {width} × {height} points, but an image may have at most {most}: make the images smaller";
    other_image_size(field, width, height, other_width, other_height) "{field} has {width} × {height} points, but the images before it have {other_width} × {other_height}";
    unreadable_image(field, error) "{field} is no PNG image that can be read: {error}";
    folder_classes(field, count, least, most) "{field} has {count} folders with PNG images, but must have {least} to {most}: one for each class";
    image_count(field, count, most) "{field} has {count} images, but at most {most} are fitted";
    few_points(class, count, least) "Class {class} has {count} points, but needs at least {least}";
    too_many_lanes(field, count, lanes) "{field} has {count} entries, but there are {lanes} lanes";

    // What a value has to be, and what one is called.
    the_state() "the state";
    an_object() "an object";
    a_list_of_length(count) "a list of {count}";
    a_list_of_components() "a list of components";
    a_list_of_names(most) "a list of at most {most} names";
    a_name(most) "a text of at most {most} characters, without control characters or spaces around it";
    a_list_of_numbers() "a list of finite numbers";
    a_list_of_choices(choices) "a list of {choices}";
    rows_of_numbers(rows, columns) "{rows} rows of {columns} finite numbers, as many as the mean has";
    two_numbers() "a list of two finite numbers";
    a_finite_number() "a finite number";
    a_whole_number() "a whole number";
    a_number_or_null() "a finite number, or null for no limit";
    true_or_false() "true or false";

    // What stands there instead.
    and_instead(message, instead) "{message}; {instead}";
    used_instead(value) "{value} is used";
    rounded() "it is rounded";
    no_limit_used() "there is no limit";
    ignored() "it is ignored";
    left_out() "it is left out";
    rest_left_out() "the rest is left out";
    default_used() "the default is used";
    defaults_used() "the defaults are used";
    default_mixture_used() "the default mixture is used";
    first_used(count) "the first {count} are used";
    smallest_share_used() "the smallest share is used";
    mean_used() "their mean is used";
    nearest_eigenvalues_used() "the nearest allowed eigenvalues are used";
    exchanged() "the two are exchanged";
    read_as_known() "what it knows of this state is read";

    // Engines.
    cpu_asked() "The CPU engine was asked for.";
    webgpu_asked(why) "WebGPU was asked for. {why}";
    no_adapter() "There is no WebGPU adapter.";
    no_adapter_because(why) "There is no WebGPU adapter ({why}).";
    unnamed_adapter() "unnamed adapter";
    software_adapter(name) "The WebGPU adapter ({name}) runs on the CPU, where the CPU engine is faster.";
    no_device() "The WebGPU adapter gave no device.";
    no_device_because(why) "The WebGPU adapter gave no device ({why}).";
    device_lost(reason, why) "The GPU device was lost ({reason}: {why}).";
    device_destroyed() "The GPU device was destroyed.";
    gpu_failed(why) "The GPU failed: {why}";
    gpu_silent(why) "The GPU did not answer ({why}).";
    gpu_unreadable() "The GPU's answer could not be read.";
    gpu_unreadable_because(why) "The GPU's answer could not be read ({why}).";
    gpu_not_fetched() "The GPU engine could not be fetched.";
    self_test_failed(name, why) "The GPU ({name}) failed the self-test. {why}";
    self_test_times(gpu, cpu) "a frame of the self-test took {gpu} ms on it and {cpu} ms on the CPU";
    wrong_but_asked(fault) "WebGPU was asked for, but the GPU's particles are not right: {fault}.";
    wrong_particles(name, fault) "The GPU's ({name}) particles are not right: {fault}.";
    asked_with_times(times) "WebGPU was asked for; {times}.";
    gpu_slower(name, times) "The GPU ({name}) is slower: {times}.";
    gpu_faster(times) "The GPU is faster: {times}.";
    tracked_missing() "the tracked particles are missing";
    particle_off(distance) "a particle is off by {distance}";
    particles_lost() "particles are lost";
    other_bins(count) "{count} particles are in other bins";
    other_sum(value, expected) "a sum over the particles is {value} instead of {expected}";
    particles_dimension(dimension) "Particles run in 1 or 2 dimensions; this mixture has {dimension}.";
    no_target_component(target) "No component of the mixture has the target class {target}.";
    no_lane_number(lane, count) "There is no lane {lane} of {count}.";
    no_scene() "The engine has no scene yet.";
    learned_score_on_cpu() "A learned score is computed by the CPU engine alone.";
    many_on_cpu() "In many dimensions this classifier is computed by the CPU engine alone.";
    corrected_on_cpu() "The lane “corrected” draws particles anew by their weights, which the CPU engine alone does.";
    four_lanes() "The GPU engine has room for four lanes.";
    part_not_fetched() "The part of the program that does this could not be fetched.";

    // Questions to the closed forms and the simulation.
    bad_time(time, max) "time is {time}; allowed are 0 to the horizon, {max}";
    picture_dimension(dimension, min, max) "the mixture has {dimension} coordinates; this picture takes {min} to {max}";
    picture_size(columns, rows, max) "a picture of {columns} by {rows} points; at most {max} are allowed";
    bad_corners() "corners of the plane are two numbers each";
    points_in_part(count, dimension) "points has {count} numbers, which is no multiple of {dimension}, the number of coordinates of a point here";
    too_many_points(count, max) "points has {count} points; at most {max} are allowed";
    bad_point(dimension) "a point here is {dimension} finite numbers";
    no_such_lane(lane, lanes) "lane is \"{lane}\"; this run has {lanes}";
    readouts_dimension() "exact readouts are computed in one and two dimensions";
    law_of_renoising() "CFG++ has no limit in the number of steps, so its samples have no exact law in continuous time";
    law_dimension() "the exact law of the samples is computed in one dimension only";

    // Sweeps.
    only(name) "{name}";
    no_such_experiment(name) "there is no experiment \"{name}\"";
    no_such_field(field) "the state has no field {field}";
    not_a_number_field(field) "{field} does not hold a number; a sweep goes over numbers";
    values_no_list() "values is not a list of numbers";
    values_empty() "values is empty; a sweep needs at least one number";
    not_in_this_state(field) "{field} is not part of the present state (another kind or length of its parent)";
    value_no_number(field, value) "{field} is {value}, not a finite number";
    too_many_at_once(particles, max) "particles is {particles}; where all are needed at once, as for samples or by the lane corrected, it must be between 1 and {max}";
    sweep_too_large(count, size, seconds, max) "{count} values take about {size} MB and {seconds} s; at most {max} MB are allowed: sweep over fewer values at a time";
    at_value(field, message) "{field}: {message}";

    // Points as text, and what is wrong with them; a place is a line and often a field.
    at_place(place, message) "{place}: {message}";
    line(line) "line {line}";
    line_field(line, field) "line {line}, {field}";
    line_column(line, column) "line {line}, column {column}";
    no_points() "There are no points: the text is empty.";
    no_points_below() "There are no points below the header.";
    is_no_text() "is no text";
    no_points_left() "There are no rows with a value in every column that is taken.";
    is_binary(kind) "This is no text but a file of another kind ({kind}); save the table as CSV.";
    is_empty() "is empty (rows without a value can be left out)";
    is_missing(text) "“{text}” is no value (such rows can be left out)";
    is_too_far(text) "“{text}” is too far from 0 to compute with";
    is_no_entry(text) "“{text}” is not index:value";
    is_no_number(text) "“{text}” is not a number";
    never_closed() "a quote is opened here and never closed";
    line_too_long(most) "longer than {most} characters; is a quote missing?";
    label_too_long() "goes on over several lines; is a quote missing?";
    one_column() "has 1 column; needed are one or two columns of numbers and one of labels";
    too_many_fields(count, most) "has {count} columns; at most {most} are read";
    no_label(names) "No column has 2 to 8 different values, so none can be the label. The columns are {names}.";
    no_numbers(names) "No column has numbers besides the label. The columns are {names}.";
    no_such_column(count) "There are {count} columns; a role names another one.";
    no_column_named(name, names) "There is no column “{name}”. The columns are {names}.";
    column_twice(name) "The column “{name}” is given two roles.";
    column_count(count, least, most) "{count} columns are chosen for the picture; it takes {least} to {most}.";
    column_count_of_all(count, least, most) "{count} columns are chosen; a mixture in many dimensions takes {least} to {most}.";
    all_elsewhere() "roles.directions is all: a mixture in all columns is fitted by guidance-lab fit --all and by Python's fit; the figure has one or two axes";
    too_few_columns(found, count, names) "{found} of {count} columns are there; needed are {names}";
    too_many_columns(text, first, count) "“{text}” is one column too many: line {first} has {count} (is a decimal comma or a missing quote the cause?)";
    too_many_rows(most) "more than {most} rows; that is the limit";
    too_many_classes(label, number, most) "“{label}” is class number {number}; at most {most} are allowed";
    one_class(label) "is “{label}” in every line; guidance needs at least two classes";
    same_point(count) "All {count} points are the same point; a mixture needs points that differ.";
    points_too_close(count) "The {count} points differ by no more than the rounding of their numbers.";

    // How a table is written.
    by_commas() "columns separated by commas";
    by_semicolons() "columns separated by semicolons";
    by_tabs() "columns separated by tabs";
    by_bars() "columns separated by bars";
    by_spaces() "columns separated by spaces";
    as_libsvm() "libsvm";
    as_arff() "ARFF";
    decimal_commas() "decimal commas";
    with_header() "the first line names the columns";
    with_named_comment() "a comment names the columns";
    without_header() "no line of names";
    in_utf16() "UTF-16";
    in_latin1() "Latin-1 (Windows-1252)";
    comments_skipped(count) "comment lines skipped: {count}";

    // What was done to fit a mixture to points.
    class_number(class) "class {class}";
    class_named(class, label) "class {class} (“{label}”)";
    one_component(class) "{class}: 1 component";
    components(class, count) "{class}: {count} components";
    fitted_points(count, classes) "Fitted to {count} points; {classes}, as many as BIC asks for.";
    fitted_points_plainly(count, classes) "Fitted to {count} points; {classes}.";
    too_few_points(classes) "Too few points to choose a number of components: {classes}.";
    taken_line(x, label) "Columns: x is “{x}”, the class is “{label}”.";
    taken_plane(x, y, label) "Columns: x is “{x}”, y is “{y}”, the class is “{label}”.";
    taken_all(count, label) "Columns: all {count} columns of numbers, the class is “{label}”.";
    taken_images(count, width, height) "{count} images of {width} × {height} points; the class is the folder's name.";
    scaled_each() "Each column is moved by its mean and divided by its spread.";
    scaled_alike(low, high) "All numbers are scaled alike, from {low} to {high} onto −1 to 1.";
    factor_form(rank) "A component has a variance for each coordinate and up to {rank} directions.";
    taken_directions(count, label) "Columns: directions made of {count} columns, the class is “{label}”.";
    scaled_axis(axes) "Moved and divided by a unit of its own, to fit the picture: {axes}.";
    scaled_axes(axes) "Each axis moved and divided by a unit of its own, to fit the picture: {axes}.";
    scaled_down(axis, name, origin, unit) "{axis} = ({name} − {origin}) / {unit}";
    scaled_up(axis, name, origin, unit) "{axis} = ({name} + {origin}) / {unit}";
    principal(share, x, y) "The two directions of the greatest variance, {share}% of it (each column divided by its spread): x = {x}; y = {y}.";
    discriminant(x, y) "The two directions that tell the classes apart best (each column divided by its spread): x = {x}; y = {y}.";
    part_of(share, name) "{share} {name}";
    missing_left_out(count, lines) "Left out for want of a value: {count} (line {lines}).";
    outliers(count, lines, name, value) "Far from all others: {count} (line {lines}), the first with {name} = {value}. They are in the fit; they can be left out.";
    outliers_left_out(count, lines, name, value) "Left out, far from all others: {count} (line {lines}), the first with {name} = {value}.";
    widened(variance, classes) "Widened to the least variance, {variance}: {classes}.";
    thinned_out(rows, count) "The text has {rows} rows; {count} of them, drawn at random from each class, were used.";

    // Chance.
    no_random_numbers() "seed: the system gives no random numbers; enter one";

    // What an experiment measured: the quantities of its checks.
    slope_of(what) "slope of {what}";
    at_weight(what, w) "{what} at w = {w}";
    from_weight_to(what, from, to) "{what} from w = {from} to {to}";
    which_at_weight(what, which, w) "{what}, {which}, w = {w}";
    which_at_switch(what, which, s) "{what}, {which}, s = {s}";
    end_against_switch(s) "E[1/p] at the end against that at the switch, s = {s}";
    late_minus_early(s) "improved late minus improved early, s = {s}";
    early_from_switch_to(from, to) "E[1/p] of early guidance from s = {from} to {to}";
    at_time(what, t, w) "{what} at t = {t}, w = {w}";
    from_time_to(from, to, w) "E[1/p] from t = {from} to {to}, w = {w}";
    at_error(e, kind) "E[1/p] at e = {e}, {kind}";
    at_x(what, x) "{what} at x = {x}";
    variance_at_weight(w) "variance at w = {w}";
    distance_at_weight(w) "W_1 from the truth at w = {w}";
    mean_at_steps(n) "mean of CFG++ after {n} steps";
    at_smoothing(what, e) "{what} at e = {e}";
    at_width(what, s) "{what} at s = {s}";
    at_points(what, n) "{what}, {n} points";
    at_distance(what, x) "{what} at distance {x}";
    at_dimension(what, d) "{what} at d = {d}";
    over_bound(kind, x) "KL over bound, {kind}, x = {x}";

    // What an experiment says of its claim.
    not_as_predicted(what) "Not as predicted: {what}.";
    and_also(first, rest) "{first}; {rest}";
    adaptive_verdict(value, weight, far, share, other, away, percent) "At E[1/p] = {value} the fading scale {weight} is {far} away from p(x|c) and improves {share}% of the samples, the constant scale {other} is {away} away and improves {percent}%. This is so on P2; on P3 the two are nearly alike, and we make no claim about other mixtures.";
    blind_verdict(kl, error, slope, ode, sde) "Under full noise the KL is still {kl} nats and the guidance error {error}, its share of the guidance growing as e^({slope} t); the ODE's samples end {ode} away from the class, the SDE's {sde}.";
    corrected_verdict(count, distance, slope, plain) "With {count} particles the corrected samples are {distance} away from the tilted density, falling as N^{slope}; those of plain guidance stay {plain} away.";
    counterexample_verdict(slope, flat, growth) "With a = 1/n the KL falls as n^{slope} while the guidance error stays (n^{flat}); with a = n^-1/2 it even grows, as n^{growth}.";
    diversity_verdict(first, last, divergence) "The variance falls from {first} to {last}, and the KL from the tilted density rises to {divergence} nats. (Classes of several modes can gain entropy.)";
    guidance_error_verdict(smooth, wiggle) "At the largest error the samples' KL is {smooth} of the summed guidance error if it is smooth, and {wiggle} of it if it is a wiggle.";
    improved_verdict(share) "At every guidance scale above 1 the average is below 2, and yet up to {share}% of the samples end less certain than in conditional sampling.";
    interval_verdict(t, value, share, other, percent) "Switched at t = {t}: early guidance leaves E[1/p] at {value}, and {share}% of the samples improve; late guidance brings it to {other}, and {percent}% improve.";
    over_time_verdict(first, start, last, end) "In conditional sampling E[1/p] stays 2; with w = 10 it falls from {first} at t = {start} to {last} at t = {end}.";
    schedule_verdict(t, uniform, quadratic, slope, other) "At T = {t} the samples of a linear schedule are {uniform} away from those of the double scale on a uniform grid, and {quadratic} on a quadratic one; the distances fall as T^{slope} and T^{other}.";
    autoguidance_verdict(none, w, least, most) "Without guidance the samples are {none} away from the truth, at w = {w} only {least}, and at the most {most}.";
    cfg_plus_plus_verdict(n, mean, other) "After {n} steps CFG++'s samples have the mean {mean}, and more steps move them on; DDIM's have {other}.";
    training_verdict(kl, ratio, plain, rough) "Stopped at a KL of {kl}, the network with random features has {ratio} times the guidance error of the plain one: on the way there the plain network's error fell as KL^{plain}, the other's as KL^{rough}.";
    ablation_verdict(kl, rough, penalty, ridge, bound) "Stopped at a KL of {kl}, the network with random features has {rough} times the guidance error of the plain one; with a gradient penalty {penalty} times, with a curvature ridge {ridge} times, and with a bound on its layers still {bound} times.";
    bandwidth_verdict(b, ratio, kl, slope) "At b = {b} the guidance error is {ratio} times that of the plain network at {kl} times its KL; the error over the KL grows as b^{slope}.";
    losses_verdict(choices, n, ratio) "Which loss? By the guidance error: {choices}. From {n} points on the KL prefers cross-entropy alone to cross-entropy with a gradient penalty, there at {ratio} times the guidance error.";
    loss_by_both(loss, n, error) "{loss} at {n} points (error {error}), as by the KL";
    loss_by_each(loss, n, error, other) "{loss} at {n} points (error {error}), by the KL {other}";
    data_size_verdict(kl, error, n, ratio) "The KL falls as N^{kl} and the guidance error as N^{error}; at N = {n} it is still {ratio} times the KL.";
    label_smoothing_verdict(e, ode, sde) "At e = {e} the samples of the ODE are {ode} away from p(x|c) and those of the SDE {sde}: the share e/2 of the other class, at the distance 2.";
    paths_verdict(exact, others) "The exact classifier's paths are those of conditional sampling to {exact}; those of the others are at least {others} off on the way.";
    ranking_verdict(less, more, error, ode, sde) "The wiggle has {less} times less KL than the classifier tempered by a half, and {more} times its guidance error. The rank correlation of KL is {error} with the guidance error, {ode} with the harm in the ODE and {sde} with that in the SDE.";
    reciprocal_verdict(first, last) "E[1/p] falls from {first} to {last}; the particles are within their errors of the exact law.";
    smoothing_verdict(s, before, after) "Averaged over copies of width {s} the ODE's distance falls from {before} to {after}; KL and guidance error fall by the same factor.";
    sampling_verdict(n, kl, ode, sde) "At n = {n} the classifier's KL is {kl}; the ODE's samples are {ode} away from the truth, the SDE's {sde}.";
    steps_verdict(slope, ratio) "The KL falls as N^{slope}; at the most steps the uniform grid's is {ratio} times the graded one's.";
    support_verdict(w, median, other, slope) "At w = {w} the bounded class's median is {median}, within its support; the Gaussian class's is {other}: guidance shifts it by w^{slope} times a constant.";
    tightness_verdict(slope, limit) "The KL stays and the guidance error grows as d^{slope}; divided by d sqrt KL it tends to M sqrt E_t = {limit}.";
    copies_verdict(d, kl, summed, particles) "At d = {d} the KL is {kl}, below the summed guidance error {summed}; particles say {particles}.";
    step_count_verdict(kl, first, last, d, slope) "A KL of {kl} takes {first} steps in one dimension and {last} in {d}: they grow as d^{slope}.";
    overshoot_verdict(d, distance, share) "In {d} dimensions the samples end {distance} beyond the mean of their class, {share} of the root of d.";
    tails_verdict(d, largest, most, mean, slope) "In {d} dimensions the longest guidance of the bounded data is {largest}, at most {most}; with Gaussian tails the root mean square is {mean}, growing as d^{slope}.";
    directions_verdict(diagonal, every, one) "At the same KL the guidance error grows as d^{diagonal} along the diagonal, as d^{every} in every coordinate, as d^{one} in one.";
    root_kl_verdict(diagonal, every, one, free) "With bounded second derivatives the guidance error falls as e^{diagonal} along the diagonal, e^{every} in every coordinate and e^{one} in one; without a bound as e^{free}.";
    bound_verdict(d, diagonal, every, one) "At d = {d} the error is {diagonal} of its bound along the diagonal, {every} in every coordinate and {one} in one.";
    wrong_score_verdict(first, last, scaled) "A shift brings E[1/p] from {first} to {last}, past the 2 of conditional sampling, and a factor to {scaled}, both exactly as its rate says.";
}
