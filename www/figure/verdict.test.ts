import { describe, expect, it } from 'vitest';
import { summarise } from '../lab/summary';
import type { State } from '../workers/protocol';
import { roundedUp, type Seen, totalVariation, verdict } from './verdict';

describe('totalVariation', () => {
  it('is 0 for equal and 1 for disjoint histograms, whatever their sizes', () => {
    const left = new Uint32Array(256).fill(3, 0, 128);
    const right = new Uint32Array(256).fill(5, 128);
    expect(totalVariation(left, left, 1)).toBe(0);
    expect(totalVariation(left, right, 1)).toBeCloseTo(1);
  });
  it('sees both coordinates of a grid', () => {
    const west = new Uint32Array(128 * 128).map((_, k) => (k % 128 < 64 ? 1 : 0));
    const east = new Uint32Array(128 * 128).map((_, k) => (k % 128 < 64 ? 0 : 1));
    expect(totalVariation(west, east, 2)).toBeCloseTo(1);
  });
});

describe('summarise', () => {
  const at = (time: number, guidanceMse: number, guidanceNorm: number) => ({
    time,
    conditionalKl: 1e-3 * time,
    guidanceMse,
    guidanceNorm,
    guidanceMseJoint: 0,
    relativeError: 0,
  });
  it('adds up both over time, and says until when the error is the larger', () => {
    const summary = summarise([at(4, 4, 1), at(2, 2, 1), at(1, 0.5, 1), at(0, 0.5, 1)]);
    expect(summary?.share).toBeCloseTo((6 + 1.25 + 0.5) / 4);
    expect(summary?.greatestKl).toBeCloseTo(4e-3);
    expect(summary?.until).toBeCloseTo(1.5);
  });
  it('compares root mean squares, and looks only where there is guidance', () => {
    const points = [at(4, 4, 1e-9), at(2, 0.5, 0.02), at(1, 0.36, 1), at(0, 0.01, 1)];
    const summary = summarise(points, at(0.5, 0.16, 1));
    expect(summary?.half).toEqual({ time: 0.5, share: 0.4 });
    // At 4 there is none to speak of, whatever the horizon.
    expect(summary?.worst).toEqual({ time: 2, share: 5 });
    expect(summarise(points.slice(1))?.worst).toEqual(summary?.worst);
    expect(summarise([at(2, 0, 0), at(1, 0, 1)])?.worst.share).toBe(0);
  });
  it('names no time where the error is the larger never, always, or now and then', () => {
    for (const errors of [
      [0.5, 0.5, 0.5],
      [2, 2, 2],
      [2, 0.5, 2],
      [0.5, 2, 0.5],
    ]) {
      expect(summarise(errors.map((error, k) => at(2 - k, error, 1)))?.until).toBeNull();
    }
  });
});

describe('roundedUp', () => {
  it('never falls below what it bounds', () => {
    expect([0.02, 1 / 48, 4.343e-4, 1, 0].map(roundedUp)).toEqual(
      [0.02, 0.021, 4.4e-4, 1, 0].map((x) => expect.closeTo(x, 12)),
    );
  });
});

describe('verdict', () => {
  const state = (classifier: State['classifier'], gamma = 1) =>
    ({
      classifier,
      guidance: { gamma, target: 1 },
      mixture: [],
      compare: ['exact'],
      process: { steps: 400 },
    }) as unknown as State;
  const wiggle = {
    kind: 'wiggle',
    form: 'probability',
    frequency: 24,
    amplitude: { law: 'inverse', scale: 2 },
    smoothing: 0,
  } as const;
  const tempered = { kind: 'tempered', sharpness: 3, bias: 0 } as const;
  /** Every text of a template and of those in it. */
  const wordsOf = (part: unknown): string => {
    if (Array.isArray(part)) return part.map(wordsOf).join('');
    if (typeof part === 'function') return '';
    if (typeof part !== 'object' || part === null || !('values' in part))
      return typeof part === 'symbol' ? '' : String(part);
    const { strings, values } = part as { strings: string[]; values: unknown[] };
    const texts = strings.map((text, k) => text + (k < values.length ? wordsOf(values[k]) : ''));
    return texts
      .join('')
      .replace(/<[^>]*>/g, '')
      .replace(/\s+/g, ' ');
  };
  const off = { time: 0.5, share: 0.85 };
  const summary = { share: 6, until: 0.6, greatestKl: 1e-3, half: off, worst: off };
  const frame = (tested: number, exact: number) =>
    ({
      lanes: [
        { name: 'tested', samplingKl: { estimate: tested }, bins: new Uint32Array([0, 9]), mean: [0] },
        { name: 'exact', samplingKl: { estimate: exact }, bins: new Uint32Array([9, 0]), mean: [0] },
      ],
    }) as unknown as Seen['frame'];
  const said = (classifier: State['classifier'], seen: Partial<Seen> = {}, gamma = 1) =>
    wordsOf(
      verdict({
        state: state(classifier, gamma),
        summary,
        frame: null,
        times: [8, 1, 0.99, 0.98],
        take: () => {},
        ...seen,
      }),
    );

  it('says what the colours are, how little they differ, and where they end', () => {
    const start = 'Two classifiers steer the same noise towards class 1. Their probabilities differ by at most 0.021.';
    expect(said(wiggle)).toContain(`${start} Blue is steered by the exact one, orange by the one under test.`);
    expect(said(wiggle, { frame: frame(1, 0) })).toContain(
      'Blue (exact) lands on the target; orange (under test) does not.',
    );
    expect(said(wiggle, { frame: frame(0.001, 0) })).toContain('lands on the target, and so does orange');
    expect(said(wiggle, { frame: frame(0.5, 0.4) })).toContain('misses the target, and so does orange');
    expect(said(wiggle, { frame: frame(1, 0) }, 2)).toContain('100% of orange ends where blue does not.');
    expect(said(tempered)).toContain('The classifier under test is tempered: sharpness 3.00');
  });
  it('looks at the KL before it says that a loss hardly sees it', () => {
    expect(said(wiggle)).toContain('A training loss hardly sees the difference (KL at most 0.0010 nats).');
    expect(said(tempered, { summary: { ...summary, greatestKl: 0.08 } })).toContain(
      'The probabilities are wrong (KL up to 0.08',
    );
    expect(
      said(
        { ...wiggle, amplitude: { law: 'fixed', scale: 1 }, frequency: 4 },
        { summary: { ...summary, greatestKl: 0.0212 } },
      ),
    ).toContain('The probabilities are wrong (KL up to 0.022 nats), and so is the guidance');
    const right = { time: 0.5, share: 0.0123 };
    expect(said(tempered, { summary: { ...summary, half: right, worst: right } })).toContain(
      'Probabilities and guidance are right: KL at most 0.0010 nats, guidance off by at most 1.3%.',
    );
    // Right at the one time, and nowhere else.
    expect(said(tempered, { summary: { ...summary, half: right, worst: { time: 1, share: 2.5 } } })).toContain(
      'at t = 1.00 its error is 2.5 times as large as the guidance itself',
    );
  });
  it('says the error as a share of the guidance at one time, whatever the horizon', () => {
    expect(said(wiggle, { summary: { ...summary, share: 6 } })).toContain(
      'at t = 0.50 its error is 85% as large as the guidance itself',
    );
    expect(said(wiggle, { summary: { ...summary, share: 12 } })).toBe(said(wiggle, { summary }));
  });
  it('says that steps do not resolve a wiggle, and how many would', () => {
    // γ a n² h = 2/256 · 256² · .1 = 51: 17 times too much.
    const coarse = said({ ...wiggle, frequency: 256 }, { times: [8, 1, 0.9, 0.8], frame: frame(0.1, 0) });
    expect(coarse).toContain('But 400 steps do not resolve this wiggle: where orange ends is an error of the steps.');
    expect(coarse).not.toContain('lands on');
    expect(said(wiggle, { times: [8, 1, 0.99] })).not.toContain('resolve');
    // At n = 96 and 600 steps too few by a little: 1.1 times what is needed, in hundreds.
    expect(said({ ...wiggle, frequency: 192 }, { times: [8, 1, 0.99] })).toContain('Take 600 steps');
  });
  it('names what is done to the guidance of the exact classifier, and where its samples end', () => {
    const ruled = (guidance: object, rest: object = {}) => {
      const plain = state({ kind: 'exact' });
      const rules = {
        sigmaPower: 0,
        clip: null,
        schedule: 'constant',
        at: 'present',
        parallel: 1,
        rescale: 0,
        threshold: null,
      };
      const changed = {
        ...plain,
        guidance: { ...plain.guidance, ...rules, guide: 'classifier', ...guidance },
        score: { kind: 'exact' },
        compare: ['conditional'],
        ...rest,
      } as State;
      const lanes = (estimate: number) => [
        { name: 'tested', samplingKl: { estimate } },
        { name: 'conditional', samplingKl: { estimate: 0.001 } },
      ];
      return [0.2, 0.002].map((kl) =>
        said({ kind: 'exact' }, { state: changed, frame: { lanes: lanes(kl) } as unknown as Seen['frame'] }),
      );
    };
    expect(ruled({})).toEqual(
      Array(2).fill(expect.stringContaining('and so is its guidance. Orange is steered with guidance scale γ = 1')),
    );
    for (const [guidance, words, rest] of [
      [{ sigmaPower: -1 }, 'its guidance is divided by σ'],
      [{ sigmaPower: 1 }, 'its guidance is multiplied by σ'],
      [{ clip: 0.5 }, 'its guidance is never longer than 0.5'],
      [{ schedule: 'linear' }, 'its scale rises over the steps'],
      [{ at: 'predicted-mean' }, 'its gradient is taken at the predicted mean'],
      [{ parallel: 0 }, 'a part of its guidance is taken away'],
      [{ rescale: 1 }, 'the guided score is brought to another length'],
      [{ threshold: 1.5 }, 'its estimate of the datum is kept within ±1.5'],
      [{}, 'the score is not', { score: { kind: 'shifted', by: [1] } }],
      [{}, 'CFG++ adds its guidance in another way', { process: { sampler: 'cfg++' } }],
    ] as const) {
      const [off, on] = ruled(guidance, rest);
      expect(off).toContain(`The classifier is exact, but ${words}. Orange does not land where green does`);
      expect(on).toContain(`The classifier is exact, but ${words}. Orange lands where green does`);
    }
    for (const [guide, words] of [
      ['weaker', 'A model less a weaker one guides, not the classifier.'],
      ['pair', 'The pair of a learned score guides, not the classifier.'],
    ]) {
      const [off, on] = ruled({ guide }, { classifier: wiggle, score: { kind: 'learned' } });
      expect(off).toContain(`${words} Orange does not land where green does`);
      expect(on).toContain(`${words} Orange lands where green does`);
    }
    expect(ruled({ clip: 1, gamma: 3 })[0]).toContain(
      'Orange is steered with guidance scale γ = 3.00, green with γ = 1.',
    );
  });
  it('asks before it is measured what the kind makes people ask', () => {
    expect(said(wiggle, { summary: null })).toContain('a small, fast wiggle');
    expect(said(tempered, { summary: null })).toContain('logits are 3 times the exact ones');
  });
});
