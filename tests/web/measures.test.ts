import { expect, inject, test } from 'vitest';
import { chromium } from './browsers';
import { type Lab, openLab, openPanel, violations } from './lab';

test.each([
  ['two-modes', 1280, 800],
  ['pair-2d', 375, 812],
] as const)('%s', async (preset, width, height) => {
  const browser = await chromium({ webgpu: false });
  const page = await openLab(browser, inject('site'), `?preset=${preset}`, { width, height });
  await openPanel(page, 'about-sampling', '.below table');
  const [measurement, cells, head] = await page.evaluate(async () => {
    const lab = document.querySelector('guidance-lab') as Lab;
    const table = lab.shadowRoot?.querySelector('.below table') as HTMLElement;
    const words = (row: Element) => [...row.children].map((cell) => cell.textContent?.replace(/\s+/g, ' ').trim());
    return [
      await lab.measure(),
      [...table.querySelectorAll('tbody tr')].map(words),
      words(table.querySelector('thead tr') as Element),
    ] as const;
  });
  const lane = measurement.lanes.tested;
  const distances = measurement.distances?.tested;
  if (!lane || !distances) throw new Error('no lane');
  expect(cells).toHaveLength(Object.keys(measurement.lanes).length);
  const shown = (column: string) => {
    const at = head.findIndex((words) => words?.startsWith(column));
    const [value, error] = (cells[0]?.[at] ?? '').replace('−', '-').split(' ± ');
    return [Number(value), Number(error)] as const;
  };
  for (const [column, { estimate, standardError }] of [
    ['Sampling KL', lane.samplingKl],
    [preset === 'two-modes' ? 'W₁' : 'sliced W₁', distances.wasserstein],
    ['entropy', distances.entropy],
    ['E[log p(c|x)]', lane.meanLogProbability],
  ] as const) {
    const [value, error] = shown(column);
    expect(Math.abs(value - estimate), column).toBeLessThan(standardError);
    expect(error / standardError, column).toBeGreaterThan(0.6);
    expect(error / standardError, column).toBeLessThan(1.6);
  }
  expect(head.filter((words) => words?.startsWith('noise floor'))).toHaveLength(2);
  expect(distances.wassersteinFloor).toBeGreaterThan(0);
  // What is saved has every digit, the floors, and the state.
  const files = await page.evaluate(async () => {
    const root = (document.querySelector('guidance-lab') as Lab).shadowRoot as ShadowRoot;
    const click = HTMLAnchorElement.prototype.click;
    const files: string[] = [];
    for (const format of ['CSV', 'JSON', 'SVG']) {
      const file = new Promise<string>((resolve) => {
        HTMLAnchorElement.prototype.click = function () {
          void fetch(this.href)
            .then((response) => response.text())
            .then(resolve);
        };
      });
      root.querySelector<HTMLElement>('.below .save')?.click();
      [...root.querySelectorAll<HTMLElement>('.below [popover] button')]
        .find((each) => each.textContent === format)
        ?.click();
      files.push(await file);
    }
    HTMLAnchorElement.prototype.click = click;
    return files;
  });
  const [csv = '', json = '{}', svg = ''] = files;
  expect(csv).toContain('noise floor');
  expect(csv.split('\r\n')[1]?.split(',').slice(0, 4)).toEqual(
    ['tested', lane.samplingKl.estimate, lane.samplingKl.standardError, lane.samplingKlFloor].map(String),
  );
  const saved = JSON.parse(json) as { state: unknown; measurement: unknown };
  expect(saved.measurement).toEqual(JSON.parse(JSON.stringify(measurement)));
  expect(saved.state).toBeTruthy();
  expect(svg).toContain('noise floor');
  expect(await violations(page)).toEqual([]);
  expect(await page.errors()).toEqual([]);
  await browser.close();
});
