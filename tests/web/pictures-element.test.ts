/** Steering pictures in anyone's page: one tag with a named mixture; what it answers, and what it refuses in words. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENGINES, type Handle, type Page } from './browsers';
import { type Host, host, packageFolder, page } from './host';
import { eventually, type Lab, ready } from './lab';

/** The least policy that docs/embedding.md names, and Trusted Types with it. */
const docs = readFileSync(new URL('../../docs/embedding.md', import.meta.url), 'utf8');
const STRICT = `${/^Content-Security-Policy: (.*)$/m.exec(docs)?.[1]}; ${/With Trusted Types, add `([^`]*)`/.exec(docs)?.[1]}`;

interface Pictures extends Lab {
  query: URLSearchParams;
  currentStep: number;
  picture(ratio?: number): Promise<Blob>;
  open(name: string): Promise<unknown>;
  sweep(options: unknown): Promise<unknown>;
  fit(table: string): Promise<unknown>;
  train: { open(file: Uint8Array): Promise<unknown>; save(): Promise<unknown> };
  at(points: number[]): Promise<unknown>;
}

let scripts: Host;
beforeAll(async () => {
  scripts = await host({ folders: { '/cdn/': packageFolder }, headers: { 'access-control-allow-origin': '*' } });
});
afterAll(async () => scripts?.close());

/** A page of another origin with a tag. */
const blog = (tag: string, script = 'guidance-lab.js') =>
  host({ pages: { '/post': page(tag, `<script type="module" src="${scripts.origin}/cdn/${script}"></script>`) } });

/** What stands in the figure. */
const seen = (page: Page) =>
  page.evaluate(() => {
    const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
    const inputs = [...root.querySelectorAll<HTMLInputElement>('input, select')].filter((each) =>
      each.checkVisibility(),
    );
    return {
      lanes: [...root.querySelectorAll<HTMLElement>('.wall .lane')].map((lane) => lane.dataset.lane),
      labels: [...root.querySelectorAll('[data-lane="exact"] .row span')].map((span) => span.textContent),
      inputs: inputs.map((each) => each.getAttribute('aria-label') ?? each.id),
      notices: [...root.querySelectorAll('.notice')].map((notice) => notice.textContent?.trim()),
    };
  });

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

describe.each(ENGINES)('in %s', (_, open) => {
  let browser: Handle;
  beforeAll(async () => {
    browser = await open();
  });
  afterAll(async () => browser?.close());

  test('one tag shows the digits, with the controls that are asked for; its state is set and read', async () => {
    const site = await blog(
      '<guidance-lab mixture="digits" controls="kind,weight,compare,time" guidance.gamma="2" process.steps="40"></guidance-lab>',
    );
    const post = await browser.open(`${site.origin}/post`);
    await ready(post);
    expect(await seen(post)).toEqual({
      lanes: ['tested', 'exact', 'conditional'],
      labels: DIGITS,
      inputs: [
        'Time, from noise to digits',
        'gallery-kind',
        'Guidance scale gamma, as a number',
        'gallery-gamma',
        'gallery-corrected',
      ],
      notices: [],
    });
    const answered = await post.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Pictures;
      const changes: unknown[] = [];
      lab.addEventListener('statechange', (event) => changes.push((event as CustomEvent).detail.guidance));
      await lab.setState({ guidance: { target: 7 }, classifier: { kind: 'exact' }, seed: 3 });
      await lab.finish();
      const samples = await lab.samples('exact');
      const end = lab.currentStep;
      await lab.reset();
      const png = await lab.picture(1);
      const image = await createImageBitmap(png);
      return {
        state: lab.state,
        query: `${lab.query}`,
        changes,
        samples: samples.length,
        ink: samples.filter((x) => x > 0.5).length,
        steps: [end, lab.currentStep],
        png: png.type,
        wide: image.width > 10 * image.height || image.width < image.height ? 'no wall' : 'a wall',
        engine: lab.engine.backend,
      };
    });
    expect(answered).toEqual({
      state: {
        version: 1,
        mixture: { named: 'digits' },
        process: { horizon: 6, stop: 0.002, steps: 40, grid: 'quadratic', sampler: 'exponential' },
        guidance: { target: 7, gamma: 2 },
        classifier: { kind: 'exact' },
        compare: [],
        seed: 3,
      },
      query: 'mixture.named=digits&classifier.kind=exact&guidance.gamma=2&process.steps=40&seed=3&guidance.target=7',
      changes: [{ target: 7, gamma: 2 }],
      samples: 1960,
      ink: expect.any(Number),
      steps: [40, 0],
      png: 'image/png',
      wide: 'a wall',
      engine: 'cpu',
    });
    expect(answered.ink).toBeGreaterThan(100);
    await post.evaluate(() => (document.querySelector('guidance-lab') as Pictures).finish());
    expect((await seen(post)).labels).toEqual(DIGITS.map(() => '7'));

    // Attributes are paths here, too.
    await post.evaluate(() => document.querySelector('guidance-lab')?.setAttribute('guidance.target', '4'));
    expect(
      await eventually(
        async () => (await seen(post)).labels,
        ([first]) => first === '4',
      ),
    ).toEqual(DIGITS.map(() => '4'));
    expect(await post.errors()).toEqual([]);
    await post.close();
    await site.close();
  });

  test('what has no meaning there is refused in words, and changes nothing', async () => {
    const site = await blog(
      '<guidance-lab mixture.named="digits" controls="none" guidance.gamma="2" process.steps="20"></guidance-lab>',
    );
    const post = await browser.open(`${site.origin}/post`);
    await ready(post);
    const refused = await post.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Pictures;
      const said = (asked: Promise<unknown>) =>
        asked.then(
          () => 'answered',
          (error) => `${error.name} ${error.code} ${error.path}: ${error.message}`,
        );
      const before = `${lab.query}`;
      return {
        calls: [
          await said(lab.sweep({ path: 'guidance.gamma', values: [1, 2], measure: 'all' })),
          await said(lab.at([0])),
          await said(lab.fit('x,class\n1,0')),
          await said(lab.measure()),
        ].map((text) => /^LabError unsupported mixture: (\S+) has no meaning where the mixture draws/.exec(text)?.[1]),
        states: [
          await said(lab.setState({ particles: 3 })),
          await said(lab.setState({ guidance: { target: 12 } })),
          await said(lab.setState({ guidance: { gamma: 999 } })),
          await said(lab.setState({ classifier: { kind: 'learned', recipe: { weights: '0'.repeat(64) } } })),
          await said(lab.setState({ compare: ['exact'] })),
          await said(lab.setState({ compare: ['corrected'], process: { sampler: 'ode-exponential' } })),
          await said(lab.train.open(new Uint8Array(9))),
          await said(lab.train.save()),
          await said(lab.samples('unguided')),
        ],
        unchanged: `${lab.query}` === before,
      };
    });
    expect(refused.calls).toEqual(['sweep', 'at', 'fit', 'measure']);
    expect(refused.states).toEqual([
      'LabError unsupported particles: pictures have no particles; the fields here are mixture, guidance.target, classifier, guidance.gamma, process.sampler, process.steps, compare, seed',
      'LabError range guidance.target: guidance.target is 12, but must be a digit from 0 to 9, or null: each column its own',
      expect.stringMatching(/^LabError range guidance.gamma: guidance.gamma is 999, but must be between/),
      expect.stringMatching(
        /^LabError unsupported classifier.recipe.weights: the network is that of a file which this browser does not have/,
      ),
      'LabError range compare: compare is ["exact"], but must be ["corrected"] or []: the other rows are those that tell something apart',
      expect.stringMatching(/^LabError inconsistent compare\[0\]: .*whose weights belong to an SDE/),
      expect.stringMatching(/^LabError type : The file is no network/),
      'LabError unsupported classifier: The network is not trained yet: there is nothing to save',
      'LabError unsupported lane: lane is “unguided”; on show are tested, exact',
    ]);
    expect(refused.unchanged).toBe(true);
    expect(await post.errors()).toEqual([]);
    await post.close();
    await site.close();
  });

  test('a figure goes from one kind of mixture to the other and back', async () => {
    const site = await blog('<guidance-lab particles="500" process.steps="20"></guidance-lab>');
    const post = await browser.open(`${site.origin}/post`);
    await ready(post);
    const kinds = await post.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Pictures;
      const shown = async () => {
        await lab.ready;
        await (lab as unknown as { updateComplete: Promise<unknown> }).updateComplete;
        const walls = lab.shadowRoot?.querySelectorAll('.wall canvas').length;
        return [
          walls,
          lab.shadowRoot?.querySelectorAll('.picture canvas').length,
          JSON.stringify(lab.state.mixture)[0],
        ];
      };
      const found = [await shown()];
      await lab.setState({ mixture: { named: 'digits' } });
      found.push(await shown());
      await lab.setState({
        mixture: [
          { weight: 1, mean: [0], covariance: [[1]], class: 0 },
          { weight: 1, mean: [2], covariance: [[1]], class: 1 },
        ],
      });
      found.push(await shown());
      await lab.setState({ mixture: { named: 'digits' } });
      await lab.open('two-modes');
      found.push(await shown());
      return found;
    });
    expect(kinds).toEqual([
      [0, 1, '['],
      [20, 0, '{'],
      [0, 1, '['],
      [0, 1, '['],
    ]);
    expect(await post.errors()).toEqual([]);
    await post.close();
    await site.close();
  });

  test('taken out of the page in the middle of a run, and put back, it goes on', async () => {
    const site = await blog('<guidance-lab mixture.named="digits" process.steps="20"></guidance-lab>');
    const post = await browser.open(`${site.origin}/post`);
    await ready(post);
    const after = await post.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Pictures;
      await lab.setState({ process: { steps: 200 }, guidance: { target: 3 } });
      lab.remove();
      // It is let go of with the next task.
      await new Promise((resolve) => setTimeout(resolve));
      document.body.append(lab);
      await lab.finish();
      return [lab.currentStep, (await lab.samples('exact')).length];
    });
    expect(after).toEqual([200, 1960]);
    expect((await seen(post)).labels).toEqual(DIGITS.map(() => '3'));
    expect(await post.errors()).toEqual([]);
    await post.close();
    await site.close();
  });

  test('taken out of the page while it starts, and put back, it opens', async () => {
    const site = await blog('<p>A page</p>');
    const post = await browser.open(`${site.origin}/post`);
    const after = await post.evaluate(async () => {
      await customElements.whenDefined('guidance-lab');
      const started = new Promise<void>((resolve) => {
        globalThis.Worker = class extends Worker {
          constructor(url: string | URL, options?: WorkerOptions) {
            super(url, options);
            if (options?.name?.includes('gallery')) resolve();
          }
        };
      });
      const lab = document.createElement('guidance-lab') as Pictures;
      lab.setAttribute('mixture.named', 'digits');
      lab.setAttribute('process.steps', '20');
      document.body.append(lab);
      await started;
      lab.remove();
      // It is let go of with the next task.
      await new Promise((resolve) => setTimeout(resolve));
      document.body.append(lab);
      await lab.ready;
      await lab.finish();
      return [lab.currentStep, (await lab.samples('exact')).length];
    });
    expect(after).toEqual([20, 1960]);
    expect((await seen(post)).labels).toEqual(DIGITS);
    expect(await post.errors()).toEqual([]);
    await post.close();
    await site.close();
  });

  test.each([
    ['the least policy', STRICT],
    ['the same without workers', `${STRICT}; worker-src 'none'`],
  ])('in a strict host: %s', async (_, policy) => {
    const tag = '<guidance-lab mixture.named="digits" process.steps="20"></guidance-lab>';
    const strict = await host({
      pages: { '/': page(tag, '<script type="module" src="/cdn/guidance-lab.js"></script>') },
      folders: { '/cdn/': packageFolder },
      headers: { 'content-security-policy': policy },
    });
    const post = await browser.open(`${strict.origin}/`);
    await ready(post);
    // One picture close by, with its bars: the style of each is set without an attribute.
    const bars = () =>
      post.evaluate(() => {
        const root = document.querySelector('guidance-lab')?.shadowRoot as ShadowRoot;
        const found = [...root.querySelectorAll<HTMLElement>('.posterior td.exact .bar')];
        return found.map((bar) => Number(getComputedStyle(bar).getPropertyValue('--share')));
      });
    const shares = await eventually(bars, ({ length }) => length > 0);
    expect(shares.length).toBe(10);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 6);
    expect((await seen(post)).labels).toEqual(DIGITS);
    await post.close();
    await strict.close();
  });

  test('the file that has everything inside says that it has no pictures', async () => {
    const site = await blog(
      '<guidance-lab mixture.named="digits" particles="500"></guidance-lab>',
      'guidance-lab.inline.js',
    );
    const post = await browser.open(`${site.origin}/post`);
    await ready(post);
    expect((await seen(post)).notices[0]).toContain('This file has no pictures: the tag with guidance-lab.js');
    // It is told by the figure's own event, too.
    expect((await seen(post)).lanes).toEqual([]);
    await post.close();
    await site.close();
  });
});
