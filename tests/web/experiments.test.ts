import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { STANDINGS } from '../../www/experiments/standing';
import type { SweepOptions, SweepProgress, SweepRow } from '../../www/workers/sweep-protocol';
import { chromium, ENGINES, type Handle, type Page } from './browsers';
import { type Lab, openLab, overflow, ready, violations } from './lab';

interface Sweeping extends Lab {
  sweep(options: SweepOptions): Promise<SweepRow[]>;
}

/** Waits in the page until an expression holds. */
async function until(page: Page, condition: string, seconds = 60): Promise<void> {
  for (let k = 0; k < seconds * 10; k += 1) {
    if (await page.evaluate<boolean, []>(`Boolean(${condition})`)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`still not: ${condition}`);
}

const SECTION = `document.querySelector('.experiments')`;
const click = (page: Page, selector: string) =>
  page.evaluate((selector: string) => document.querySelector<HTMLElement>(selector)?.click(), selector);
const count = (page: Page, selector: string) =>
  page.evaluate((selector: string) => document.querySelectorAll(selector).length, selector);
const text = (page: Page, selector: string) =>
  page.evaluate(
    (selector: string) => document.querySelector(selector)?.textContent?.replace(/\s+/g, ' ') ?? '',
    selector,
  );

async function choose(page: Page, size: 'small' | 'default'): Promise<void> {
  await page.evaluate((size: string) => {
    const select = document.querySelector<HTMLSelectElement>('.experiments .size select');
    if (!select) throw new Error('no size');
    select.value = size;
    select.dispatchEvent(new Event('change'));
  }, size);
}

/** The page of a claim. */
async function openClaim<Native>(browser: Handle<Native>, name: string, view = {}): Promise<Page<Native>> {
  const page = await browser.open(`${inject('site')}check/?claim=${name}`, view);
  await until(page, `${SECTION}.querySelector('.run')`);
  return page;
}

/** Saves something and reads the file: text, or the first bytes and the size of a picture. */
function saved(page: Page, button: string, format: string): Promise<{ name: string; text: string; bytes: number[] }> {
  return page.evaluate(
    async (button: string, format: string) => {
      const lab = document.querySelector('guidance-lab')?.shadowRoot;
      const file = new Promise<{ name: string; blob: Blob }>((resolve) => {
        const click = HTMLAnchorElement.prototype.click;
        HTMLAnchorElement.prototype.click = function () {
          HTMLAnchorElement.prototype.click = click;
          void fetch(this.href)
            .then((response) => response.blob())
            .then((blob) => resolve({ name: this.download, blob }));
        };
      });
      (document.querySelector<HTMLElement>(button) ?? lab?.querySelector<HTMLElement>(button))?.click();
      for (let k = 0; k < 100; k += 1) {
        const choices = [
          ...document.querySelectorAll('[popover] button'),
          ...(lab?.querySelectorAll('[popover] button') ?? []),
        ];
        const choice = choices.find((each) => each.textContent === format);
        if (choice instanceof HTMLElement) {
          choice.click();
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const { name, blob } = await file;
      const bytes = [...new Uint8Array(await blob.slice(0, 24).arrayBuffer())];
      return { name, bytes, text: format === 'PNG' ? '' : await blob.text() };
    },
    button,
    format,
  );
}

/** Starts a sweep and reports what it threw, as plain data. */
const refused = (page: Page, options: string) =>
  page.evaluate(async (options: string) => {
    const lab = document.querySelector('guidance-lab') as Sweeping;
    let events = 0;
    const count = () => {
      events += 1;
    };
    lab.addEventListener('sweepprogress', count);
    try {
      // Some bad input is no JSON.
      await lab.sweep(new Function(`return ${options}`)() as SweepOptions);
      return null;
    } catch (error) {
      const { code, path, message } = error as { code: string; path: string; message: string };
      return { code, path, message, events };
    } finally {
      lab.removeEventListener('sweepprogress', count);
    }
  }, options);

describe.each(ENGINES)('%s', (_, launch) => {
  let browser: Handle;
  let page: Page;
  beforeAll(async () => {
    browser = await launch();
    page = await openLab(browser, inject('site'), '?preset=two-modes&engine=cpu');
  });
  afterAll(async () => browser?.close());

  test('a claim has an address; it runs, the verdict is right, a row opens in the figure', async () => {
    const page = await openClaim(browser, 'reciprocal');
    expect(await text(page, '.experiments h1')).toBe('Guidance lowers the average of 1/p(c|x)');
    expect(await text(page, '.experiments .actions')).toMatch(/Takes about \d+ s on one core of a laptop: \d+ points/);
    await choose(page, 'small');
    await click(page, '.experiments .run');
    await until(page, `${SECTION}.querySelector('.verdict')`);
    expect(await text(page, '.experiments .verdict p')).toMatch(
      /Agrees with the prediction\. E\[1\/p\] falls from 2\.0000/,
    );
    expect(await text(page, '.experiments [role="status"]')).toMatch(/^Agrees with the prediction/);
    expect(await count(page, '.experiments .numbers tbody tr')).toBe(4);
    // Four particles' points with bars, in one chart.
    expect(await count(page, '.experiments .panels svg[role="img"]')).toBe(1);
    expect(await count(page, '.experiments .panels g > title')).toBe(4);
    expect(await text(page, '.experiments .panels svg[role="img"]')).toContain('1/π_c = 2.00');
    const link = await page.evaluate(
      () => document.querySelector<HTMLAnchorElement>('.experiments .numbers tbody tr:nth-child(3) a')?.href ?? '',
    );
    expect(await page.errors()).toEqual([]);
    await page.close();
    const figure = await browser.open(link);
    await ready(figure);
    const state = await figure.evaluate(() => (document.querySelector('guidance-lab') as Lab).state);
    expect([state.guidance.gamma, state.particles, state.process.steps, state.mixture.length]).toEqual([
      4, 20_000, 200, 3,
    ]);
    await figure.close();
  });

  test('a slope is fitted and written beside the predicted one', async () => {
    const page = await openClaim(browser, 'counterexample');
    await choose(page, 'small');
    await click(page, '.experiments .run');
    await until(page, `${SECTION}.querySelector('.verdict')`);
    const words = await text(page, '.experiments .panels figure:first-child svg');
    expect(words).toContain('a = 1/n: slope −2.00, predicted −2');
    expect(words).toContain('a = 1/√n: slope −1.0');
    await page.close();
  });

  test('cancelling keeps the rows that are done, and another run works', async () => {
    page = await openClaim(browser, 'diversity');
    await click(page, '.experiments .run');
    await until(page, `${SECTION}.querySelectorAll('.numbers tbody tr').length >= 1`);
    expect(await text(page, '.experiments .progress')).toMatch(/Point \d+ of 11/);
    await click(page, '.experiments .run');
    await until(page, `${SECTION}.querySelector('.verdict')`, 5);
    const rows = await count(page, '.experiments .numbers tbody tr');
    expect(await text(page, '.experiments .verdict')).toContain(`Cancelled after ${rows} of 11 points`);
    expect(rows).toBeLessThan(11);
    await choose(page, 'small');
    await click(page, '.experiments .run');
    await until(page, `${SECTION}.querySelector('.verdict.yes')`);
    expect(await count(page, '.experiments .numbers tbody tr')).toBe(3);
  });

  test('a chart saves as CSV, JSON, SVG and PNG', async () => {
    const button = '.experiments .panels .save';
    const table = await saved(page, button, 'CSV');
    expect(table.name).toBe('guidance-lab-diversity-variance.csv');
    const lines = table.text.trimEnd().split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(
      /^w,"variance, particles \[length\^2\] \(estimate from particles\)","variance, particles \[length\^2\] \(standard error\)"/,
    );
    const json = JSON.parse((await saved(page, button, 'JSON')).text) as {
      experiment: { name: string };
      states: { guidance: { gamma: number } }[];
      rows: number[][];
    };
    expect(json.experiment.name).toBe('diversity');
    expect(json.states.map(({ guidance }) => guidance.gamma)).toEqual([1, 2, 4]);
    // Every digit: the numbers of both files are the same.
    expect(lines.slice(1).map((line) => line.split(',').map(Number))).toEqual(json.rows);
    const svg = (await saved(page, button, 'SVG')).text;
    const root = await page.evaluate((svg: string) => {
      const document = new DOMParser().parseFromString(svg, 'image/svg+xml');
      return [
        document.documentElement.nodeName,
        document.querySelectorAll('text').length,
        document.querySelector('parsererror')?.textContent ?? '',
      ];
    }, svg);
    expect(root[0]).toBe('svg');
    expect(root[1]).toBeGreaterThan(8);
    expect(root[2]).toBe('');
    expect(svg).toContain('Guidance costs diversity: variance');
    const { bytes } = await saved(page, button, 'PNG');
    expect(bytes.slice(0, 8)).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect((bytes[18] as number) * 256 + (bytes[19] as number)).toBe(1280);
  });

  test('the exact law of the guided process is that of the class without extra weight', async () => {
    await page.close();
    page = await openLab(browser, inject('site'), '?preset=two-modes&engine=cpu');
    await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Lab & { open(name: string): Promise<unknown> };
      lab.scrollIntoView();
      await lab.open('wiggle');
      await lab.setState({
        mixture: [
          { weight: 0.5, mean: [1], covariance: [[0.25]], class: 1 },
          { weight: 0.5, mean: [-1], covariance: [[0.25]], class: 0 },
        ],
        process: { sampler: 'exponential', horizon: 8, stop: 0.01, steps: 100 },
        guidance: { gamma: 1 },
        classifier: { kind: 'exact' },
        particles: 2000,
      });
      await lab.finish();
    });
    let head = '';
    let lines: string[] = [];
    for (let k = 0; k < 60 && !head.includes('exact law'); k += 1) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      lines = (await saved(page, '.picture .save', 'CSV')).text.trimEnd().split('\r\n');
      head = lines[0] as string;
    }
    const column = head.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).findIndex((name) => name.includes('exact law'));
    expect(column).toBeGreaterThan(0);
    const [mean, variance] = [Math.exp(-0.01), 1 - 0.75 * Math.exp(-0.02)];
    const points = lines
      .slice(1)
      .map((line) => line.split(','))
      .filter((cells) => cells[column] !== '')
      .map((cells) => [Number(cells[0]), Number(cells[column])] as const);
    expect(points.length).toBeGreaterThan(200);
    for (const [x, density] of points) {
      const expected = Math.exp(-((x - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
      // The prior is e^-8 off the class at the horizon.
      expect(Math.abs(density - expected), `at ${x}`).toBeLessThan(1e-3);
    }
  });

  test('sweep: the rows are the measurements of their states, progress is told, the figure stays', async () => {
    const [rows, events, alone, state] = await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Sweeping;
      lab.pause();
      await lab.setState({
        classifier: { kind: 'wiggle', frequency: 16 },
        process: { sampler: 'exponential', steps: 100 },
        particles: 2000,
      });
      await lab.finish();
      const before = JSON.stringify(lab.state);
      const events: SweepProgress[] = [];
      const listen = (event: Event) => void events.push((event as CustomEvent<SweepProgress>).detail);
      lab.addEventListener('sweepprogress', listen);
      const rows = await lab.sweep({ path: 'classifier.frequency', values: [8, 16, 32] });
      lab.removeEventListener('sweepprogress', listen);
      return [rows, events, await lab.measure(), before === JSON.stringify(lab.state)] as const;
    });
    expect(rows.map(({ value }) => value)).toEqual([8, 16, 32]);
    expect(state).toBe(true);
    const middle = rows[1]?.measurement;
    expect(middle?.conditionalKl).toBeCloseTo(alone.conditionalKl, 12);
    expect(middle?.lanes.tested?.mean[0]).toBeCloseTo(alone.lanes.tested?.mean[0] as number, 6);
    expect(events[0]).toMatchObject({ done: 0, of: 3, share: 0, row: null });
    expect(events[0]?.cost.particleSteps).toBeGreaterThan(0);
    expect(events.filter(({ row }) => row !== null).map(({ done }) => done)).toEqual([1, 2, 3]);
    const shares = events.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  test('sweep: the signal ends it, and the rows that are done are kept', async () => {
    const rows = await page.evaluate(async () => {
      const lab = document.querySelector('guidance-lab') as Sweeping;
      const control = new AbortController();
      const listen = (event: Event) => {
        if ((event as CustomEvent<SweepProgress>).detail.done === 2) control.abort();
      };
      lab.addEventListener('sweepprogress', listen);
      const values = [0.5, 1, 2, 3, 4, 5];
      const rows = await lab.sweep({ path: 'guidance.gamma', values, signal: control.signal });
      lab.removeEventListener('sweepprogress', listen);
      return rows;
    });
    expect(rows.map(({ value }) => value)).toEqual([0.5, 1]);
  });

  test.each([
    [`{ path: 'guidance.nonsense', values: [1] }`, 'unknown-key', 'guidance.nonsense', /no field/],
    [`{ path: 'process.sampler', values: [1] }`, 'type', 'process.sampler', /number/],
    [`{ path: 'guidance.gamma', values: [] }`, 'range', 'values', /empty/],
    [`{ path: 'guidance.gamma', values: '1, 2' }`, 'type', 'values', /list/],
    [`{ path: 'guidance.gamma', values: [1, NaN] }`, 'type', 'values[1]', /finite/],
    [`{ path: 'guidance.gamma', values: [1, 'two'] }`, 'type', 'values[1]', /two/],
    [`{ path: 'guidance.gamma', values: [1, -11] }`, 'range', 'guidance.gamma', /values\[1\].*-11/],
    [`{ path: 'guidance.gamma', values: Array(400000).fill(1) }`, 'range', 'values', /MB and \d+ s/],
    [`{ path: 7, values: [1] }`, 'type', 'path', /7/],
    [`{ path: 'guidance.gamma', values: [1], measure: 'some' }`, 'range', 'measure', /some/],
    [`{ path: 'guidance.gamma', values: [1], signal: 1 }`, 'type', 'signal', /AbortSignal/],
    ['null', 'type', '', /sweep takes/],
  ])('sweep refuses %s before anything starts', async (options, code, path, words) => {
    const error = await refused(page, options);
    expect(error).toMatchObject({ code, path, events: 0 });
    expect(error?.message).toMatch(words);
  });

  test('nothing went wrong on the way', async () => {
    expect(await page.errors()).toEqual([]);
  });
});

describe.each([
  [1280, 800, 'light'],
  [375, 812, 'dark'],
] as const)('%i by %i, %s', (width, height, colorScheme) => {
  test('axe finds nothing in the table and in a claim with its verdict, nothing overflows', async () => {
    const browser = await chromium({ webgpu: false });
    const table = await browser.open(`${inject('site')}check/`, { width, height, colorScheme });
    await until(table, `${SECTION}.querySelectorAll('.claims tbody tr').length > 15`);
    expect(await overflow(table)).toBeLessThanOrEqual(0);
    expect(await violations(table)).toEqual([]);
    const page = await openClaim(browser, 'diversity', { width, height, colorScheme });
    await choose(page, 'small');
    await click(page, '.experiments .run');
    await until(page, `${SECTION}.querySelector('.verdict')`);
    expect(await overflow(page)).toBeLessThanOrEqual(0);
    await click(page, '.experiments .panels .save');
    await until(page, `document.querySelector('.save + [popover] button')?.textContent === 'CSV'`);
    // The menu takes the focus and gives it back.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('CSV');
    await page.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('JSON');
    expect(await violations(page)).toEqual([]);
    await page.press('Escape');
    expect(await page.evaluate(() => document.activeElement?.className)).toBe('save');
    // The table knows what came out.
    await page.native.getByRole('link', { name: 'All claims' }).click();
    const row = page.native.getByRole('row').filter({ hasText: 'Guidance costs diversity' });
    await row.getByText(/✓ agrees \(small size, .*20\d\d\)/).waitFor();
    expect(await page.native.getByText('✓ agrees').count()).toBe(1);
    await browser.close();
  });
});

test('every claim has a page with what it says, what is predicted by whom, charts, numbers, files, how to cite and repeat it', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await browser.open(`${inject('site')}check/`);
  const { native } = page;
  const links = native.locator('.claims tbody th a');
  await links.last().waitFor();
  const claims = await links.evaluateAll((all) =>
    all.map((each) => ({ title: each.textContent, address: (each as HTMLAnchorElement).href })),
  );
  expect(claims.map(({ address }) => new URL(address).searchParams.get('claim')).sort()).toEqual(
    Object.keys(STANDINGS).sort(),
  );
  for (const { title, address } of claims) {
    const name = new URL(address).searchParams.get('claim') as string;
    await native.goto(address);
    await native.getByRole('heading', { name: title ?? '', exact: true, level: 1 }).waitFor();
    expect((await text(page, '.experiments .claim')).length, name).toBeGreaterThan(30);
    const facts = await text(page, '.experiments .facts');
    expect(facts, name).toMatch(/Whose.*(arXiv \d{4}\.\d+|ours).* Standing/);
    expect(facts, name).toMatch(/Standing(proved in the paper; measured here|seen, not proved)/);
    const from = {
      theory: /Prediction.{20,} The prediction is computed from theory\.$/,
      program: /Prediction.{20,} The prediction is the result of a second program/,
      both: /Prediction.{20,} The prediction is computed from theory, and partly by a second program of ours\.$/,
      measured: /Prediction.{20,} The ranges are drawn around what was measured before\.$/,
    }[STANDINGS[name]?.from ?? 'theory'];
    expect(facts.trim(), name).toMatch(from);
    // What is measured comes point by point: one is enough here, and the verdicts are those of tests/sweep.rs.
    await choose(page, 'small');
    await click(page, '.experiments .run');
    await until(page, `${SECTION}.querySelector('.numbers tbody tr')`);
    await native
      .getByRole('button', { name: 'Cancel' })
      .click({ timeout: 1000 })
      .catch(() => {});
    await until(page, `${SECTION}.querySelector('.verdict')`);
    const measured = await page.evaluate(() => {
      const section = document.querySelector('.experiments') as HTMLElement;
      // Some claims show one point in detail as well.
      const all = (selector: string) =>
        [...section.querySelectorAll(selector)].filter((each) => !each.closest('.detail'));
      return {
        charts: all('.panels figure').length,
        drawn: all('.panels svg[role="img"]').filter((svg) => /\d point/.test(svg.getAttribute('aria-label') ?? ''))
          .length,
        files: all('figure > figcaption .save').length,
        lacking: all('.numbers tbody tr').filter((row) => !/\d/.test(row.querySelector('td')?.textContent ?? ''))
          .length,
        blocks: all('pre').map((each) => each.textContent),
      };
    });
    expect(measured.charts, name).toBeGreaterThan(0);
    expect(measured.drawn, name).toBe(measured.charts);
    expect(measured.files, name).toBe(measured.charts + 1);
    expect(measured.lacking, name).toBe(0);
    expect(measured.blocks[0], name).toBe(`cargo run --release -- experiment ${name} --small --json`);
    expect(measured.blocks[1], name).toMatch(new RegExp(`^@misc\\{guidancelab-${name},[^]*${name},?\\},\n\\}$`));
    expect(await overflow(page), name).toBeLessThanOrEqual(0);
  }
  expect(await page.errors()).toEqual([]);
  await browser.close();
}, 400_000);

test('the samples that lose: where they are and by how much, for each weight', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await openClaim(browser, 'improved');
  await choose(page, 'small');
  await click(page, '.experiments .run');
  await until(page, `${SECTION}.querySelector('.verdict.yes')`);
  expect(await text(page, '.experiments .detail')).toContain('What each sample gains');
  const shares = async () => {
    const table = (await saved(page, '.experiments .detail figure:last-child .save', 'CSV')).text
      .trimEnd()
      .split('\r\n');
    expect(table[0]).toMatch(/^"gain in log p\(c\|x\), from \[nats\]"/);
    const rows = table.slice(1).map((line) => line.split(',').map(Number));
    const sum = (column: number) => rows.reduce((total, row) => total + (row[column] as number), 0);
    return [sum(2), sum(4)] as const;
  };
  for (const [index, improved] of [
    [0, 0.8773],
    [3, 0.9815],
  ] as const) {
    await page.evaluate((index: number) => {
      const select = document.querySelector<HTMLSelectElement>('.experiments .at select');
      if (!select) throw new Error('no point to choose');
      select.value = String(index);
      select.dispatchEvent(new Event('change'));
    }, index);
    const [lose, others] = await shares();
    expect(lose + others).toBeCloseTo(1, 12);
    // 20,000 particles, 200 steps: 4 standard errors and the steps.
    expect(Math.abs(others - improved)).toBeLessThan(4 * 0.0026 + 0.002);
  }
  await browser.close();
});

/** Its tasks on the main thread are timed by benches/web.mjs. */
test('nine values of n at the default size', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await openLab(browser, inject('site'), '?preset=wiggle');
  const [rows, size] = await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Sweeping;
    const rows = await lab.sweep({ path: 'classifier.frequency', values: [4, 8, 16, 32, 64, 128, 256, 384, 512] });
    return [rows.length, [lab.state.particles, lab.state.process.steps]] as const;
  });
  expect(rows).toBe(9);
  expect(size).toEqual([20_000, 400]);
  await browser.close();
});

test('nothing of it is fetched with the figure; old links lead to a claim, an unknown one to the table', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await openLab(browser, inject('site'), '?preset=pair-2d');
  const names = await page.evaluate(() => performance.getEntriesByType('resource').map(({ name }) => name));
  expect(names.filter((name) => /claim|export|save|split_sweep/.test(name))).toEqual([]);
  const old = await browser.open(`${inject('site')}?experiment=paths`);
  await old.native.waitForURL(/check\/\?claim=paths$/);
  await old.native.getByRole('heading', { name: 'Whose paths are curved' }).waitFor();
  const older = await browser.open(`${inject('site')}#experiments`);
  await older.native.waitForURL(/check\/$/);
  const other = await browser.open(`${inject('site')}check/?claim=nonsense`);
  await other.native.getByText('There is no claim “nonsense”').waitFor();
  expect(await other.native.getByRole('row').count()).toBeGreaterThan(15);
  await browser.close();
});

test('the lines of a chart have the colours of the figures, and its grid is fainter than its axes', async () => {
  const browser = await chromium({ webgpu: false });
  const page = await browser.open(`${inject('site')}check/?claim=directions`, { colorScheme: 'light' });
  await page.native.getByRole('button', { name: 'Run' }).click();
  const strokes = () =>
    page.evaluate(() => [
      ...new Set(
        [...document.querySelectorAll('.experiments svg [stroke]')].map((each) => each.getAttribute('stroke')),
      ),
    ]);
  // Under test, exact, and the lines of the grid: www/painter/colours.css.
  await expect.poll(strokes).toEqual(expect.arrayContaining(['#d55e00', '#0072b2', '#e3e5e8']));
  await browser.close();
});
