// The guided score s + gamma ghat, one kind of classifier a file. Twin of src/kernels/classifier/mod.rs, which has
// the formulas.

const KIND_EXACT: u32 = 0u;
const KIND_PROBABILITY: u32 = 1u;
const KIND_LOGIT: u32 = 2u;
const KIND_TEMPERED: u32 = 3u;
const KIND_LABEL_SMOOTHING: u32 = 4u;
const KIND_DENOISED: u32 = 5u;
const KIND_LEARNED: u32 = 6u;
const LEAST_DOUBT: f32 = 1.0e-30;

struct Guide {
    gamma: f32,
    kind: u32,
    parameters: vec2<f32>,
    outside: f32,
    first: u32,
    end: u32,
    adaptive: f32,
    score_terms: u32,       // first term of the table of the score; guide_at a time, of that time's mixture
    score_stride: u32,      // from one time to the next
    classifier_terms: u32,  // the same of the table that the classifier goes by
    classifier_stride: u32,
    clip: f32,
    removed: f32,
    rescale: f32,
    variance: f32,
    ahead: u32,
    whole: f32,
    score_scale: f32,       // where the score is wrong
    models: u32,            // 1: the tables are of a weaker model and of the one that is guided
    score_shift: vec2<f32>,
    own_terms: u32,         // of the mixture itself
    own_stride: u32,
    @size(16) bound: f32,   // u times the largest coordinate of the guided estimate of the datum; 0 is no limit
}

fn plain_guide(all: Guide, gamma: f32) -> Guide {
    var guide = all;
    guide.gamma = gamma;
    guide.adaptive = 0.0;
    guide.clip = 0.0;
    guide.removed = 0.0;
    guide.rescale = 0.0;
    guide.bound = 0.0;
    return guide;
}

fn bare_guide(all: Guide) -> Guide {
    var guide = all;
    guide.whole = 0.0;
    return guide;
}

fn guide_at(all: Guide, index: u32, moment: Moment) -> Guide {
    var guide = all;
    guide.variance = moment.variance;
    guide.bound = moment.bound;
    if index < all.first || index >= all.end {
        guide = plain_guide(guide, all.outside);
    } else {
        guide.gamma = all.gamma * moment.factor;
    }
    guide.score_terms = all.score_terms + index * all.score_stride;
    guide.classifier_terms = all.classifier_terms + index * all.classifier_stride;
    guide.own_terms = all.own_terms + index * all.own_stride;
    return guide;
}

// The score of a table as the lane has it.
fn scored(score: vec2<f32>, guide: Guide) -> vec2<f32> {
    return guide.score_scale * score + guide.score_shift;
}

// Whether the score is not that of the mixture.
fn is_wrong(guide: Guide) -> bool {
    return guide.score_terms != guide.own_terms;
}

// Whether the classifier goes by another mixture than the score.
fn is_apart(guide: Guide) -> bool {
    return guide.score_terms != guide.classifier_terms;
}

// ghat = along (s_c - s_o) + first e_1, and 1 - phat(c|x).
struct Push {
    along: f32,
    first: f32,
    doubt: f32,
}

fn weight_of(guide: Guide, doubt: f32) -> f32 {
    if guide.adaptive > 0.0 {
        let least = select(LEAST_DOUBT, doubt, doubt > LEAST_DOUBT);
        return guide.outside + (guide.gamma - guide.outside) * exp_below_88(guide.adaptive * own_log(least));
    }
    return guide.gamma;
}

fn score_of(parts: Split) -> vec2<f32> {
    return parts.eta * parts.target_score + parts.rest * parts.other_score;
}

// Of a kind that looks at the target class against the others, with the score of its own mixture or of another.
fn guided_score(score: vec2<f32>, parts: Split, guide: Guide, x: vec2<f32>) -> vec2<f32> {
    var push: Push;
    switch guide.kind {
        case KIND_PROBABILITY: {
            push = probability_push(parts, wave_at(guide, x.x));
        }
        case KIND_LOGIT: {
            push = logit_push(parts, wave_at(guide, x.x));
        }
        case KIND_LABEL_SMOOTHING: {
            push = smoothed_push(parts, guide);
        }
        default: {
            push = exact_push(parts);
        }
    }
    let ghat = push.along * (parts.target_score - parts.other_score) + vec2<f32>(push.first, 0.0);
    return steered(score, ghat, weight_of(guide, push.doubt), x, guide);
}
