// The score of a mixture, split into the target class and the others. Twin of src/kernels/mixture.rs;
// in 1D the second coordinates are 0.

struct Term {
    mean: vec2<f32>,
    offset: f32,
    p11: f32,
    p12: f32,
    p22: f32,
    place: u32,
    padding: u32,
}

// A running log-sum-exp over the components of one side.
struct Side {
    top: f32,
    sum: f32,
    pull: vec2<f32>,
}

// The posterior of the target class and the scores of the two sides.
struct Split {
    eta: f32,
    rest: f32,
    target_score: vec2<f32>,
    other_score: vec2<f32>,
}

// vec3(l, a) of one component.
fn evaluate(term: Term, x: vec2<f32>) -> vec3<f32> {
    let d = x - term.mean;
    let a = vec2<f32>(-(term.p11 * d.x + term.p12 * d.y), -(term.p12 * d.x + term.p22 * d.y));
    return vec3<f32>(term.offset + 0.5 * (d.x * a.x + d.y * a.y), a);
}

fn first_term(term: Term, x: vec2<f32>) -> Side {
    let value = evaluate(term, x);
    return Side(value.x, 1.0, value.yz);
}

fn add_term(side: Side, term: Term, x: vec2<f32>) -> Side {
    let value = evaluate(term, x);
    let difference = value.x - side.top;
    let higher = difference > 0.0;
    let smaller = exp_below_88(-abs(difference));
    let old = select(1.0, smaller, higher);
    let new_weight = select(smaller, 1.0, higher);
    return Side(
        select(side.top, value.x, higher),
        old * side.sum + new_weight,
        old * side.pull + new_weight * value.yz,
    );
}

fn no_side() -> Side {
    return Side(-1.0e30, 0.0, vec2<f32>(0.0));
}

fn join_sides(one: Side, two: Side) -> Side {
    let difference = two.top - one.top;
    let higher = difference > 0.0;
    let smaller = exp_below_88(-abs(difference));
    let old = select(1.0, smaller, higher);
    let new_weight = select(smaller, 1.0, higher);
    return Side(
        select(one.top, two.top, higher),
        old * one.sum + new_weight * two.sum,
        old * one.pull + new_weight * two.pull,
    );
}

fn split(of_target: Side, of_others: Side) -> Split {
    let difference = of_others.top - of_target.top;
    let higher = difference > 0.0;
    let smaller = exp_below_88(-abs(difference));
    let ec = select(1.0, smaller, higher) * of_target.sum;
    let eo = select(smaller, 1.0, higher) * of_others.sum;
    let total = 1.0 / (ec + eo);
    let target_scale = 1.0 / of_target.sum;
    let others_scale = 1.0 / of_others.sum;
    return Split(ec * total, eo * total, of_target.pull * target_scale, of_others.pull * others_scale);
}

// The split of a mixture without others.
fn only(of_target: Side) -> Split {
    let score = of_target.pull * (1.0 / of_target.sum);
    return Split(1.0, 0.0, score, score);
}

// The score of a mixture all in one side.
fn score_of_all(all: Side) -> vec2<f32> {
    return all.pull * (1.0 / all.sum);
}

fn log_ratio(of_target: Side, of_others: Side) -> f32 {
    return (of_others.top - of_target.top) + own_log(of_others.sum / of_target.sum);
}
