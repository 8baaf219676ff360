/** On a page in another language no English is left to be read: not in the figure, its tools, dialogs or messages. */
import type * as playwright from 'playwright-core';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { chromium, type Handle, type Page } from './browsers';
import { type Lab, openLab } from './lab';

let browser: Handle<playwright.Page>;

beforeAll(async () => {
  browser = await chromium({ webgpu: false });
});
afterAll(async () => browser?.close());

/** Names, symbols, units and what people write themselves. */
const NAMES =
  /arXiv|APG|ARFF|Brier|CFG|libsvm|EDM|Feynman|Kac|Guidance Lab|Kullback|Leibler|gamma|Home|End|Theorem|WebGPU|WebAssembly|SwiftShader|English|Markdown|HTML|JSON|WebM|YAML|PNG|SVG|CSV|CORS|GitHub|Heun|DDIM|DDPM|Euler|Maruyama|Girsanov|Hessian|Enter|Delete|Ctrl|Shift|Page|Esc|logit|class|SDE|ODE|KL|MSE|CPU|GPU|BIC|sin|cos|log|exp|abs|sqrt|nats?|guidance-lab\.html/g;

/** Every visible text and label with an English word of three letters in it. */
const english = (page: Page<unknown>): Promise<string[]> =>
  page
    .evaluate(() => {
      const found: string[] = [];
      const visit = (node: Node) => {
        if (node instanceof Element) {
          if (['SCRIPT', 'STYLE', 'NOSCRIPT', 'IFRAME', 'CODE', 'TEXTAREA'].includes(node.tagName.toUpperCase()))
            return;
          if (node instanceof HTMLElement && !node.checkVisibility({ visibilityProperty: true })) return;
          if (node.matches('[data-own-text], #language')) return;
          for (const name of ['aria-label', 'title', 'alt', 'placeholder']) {
            const value = node.getAttribute(name);
            if (value) found.push(value);
          }
          if (node.shadowRoot) visit(node.shadowRoot);
        }
        if (node.nodeType === Node.TEXT_NODE && node.textContent?.trim()) found.push(node.textContent.trim());
        for (const child of node.childNodes) visit(child);
      };
      visit(document.body);
      found.push(document.title);
      return found;
    })
    .then((texts) => texts.filter((text) => /\b[A-Za-z]{3,}\b/.test(text.replace(NAMES, ''))));

/** Lines with a space after a full-width mark, or with an English mark beside a Chinese character. */
const badlyJoined = (page: Page<unknown>): Promise<string[]> =>
  page
    .evaluate(() => {
      const found: string[] = [];
      // biome-ignore lint/performance/useDomNodeTextContent: the lines as they are laid out
      const read = (part: Element | null) => part instanceof HTMLElement && found.push(...part.innerText.split('\n'));
      const visit = (root: ParentNode) => {
        for (const element of root.querySelectorAll('*')) {
          if (!element.checkVisibility()) continue;
          for (const part of ['::before', '::after']) {
            const { content } = getComputedStyle(element, part);
            if (content.startsWith('"')) found.push(content.replaceAll('"', '').trim());
          }
          if (!element.shadowRoot) continue;
          for (const part of element.shadowRoot.children) read(part);
          visit(element.shadowRoot);
        }
      };
      visit(document);
      // The remarks of the footer stand by themselves.
      read(document.querySelector('main'));
      return [...new Set(found)];
    })
    .then((lines) =>
      // Before the name of a colour stands its line.
      lines.filter((line) => /[。，；：？！] +(?!.色)[\p{Script=Han}（]|\p{Script=Han}[,;:?!]( |$)/u.test(line)),
    );

test('Chinese is drawn in a font that has it, not in boxes', async () => {
  const page = await browser.open(inject('site'));
  const drawn = await page.evaluate(() =>
    [...'类器'].map((text) => {
      const canvas = document.createElement('canvas');
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.font = '40px system-ui, sans-serif';
      context.fillText(text, 10, 60);
      return canvas.toDataURL();
    }),
  );
  // Boxes are all alike.
  expect(drawn[0] === drawn[1], 'no font for Chinese: "cargo xtask test web" installs one').toBe(false);
  await page.close();
});

test('sentences are joined, and marks set, as in Chinese', async () => {
  const page = await openLab(browser, inject('site'), '?controls=verdict+time&lang=zh', { width: 375, height: 812 });
  const { native } = page;
  await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());
  await native.getByText('落在目标上').waitFor();
  expect(await badlyJoined(page)).toEqual([]);
  for (const [path, part] of [
    ['?preset=two-modes&lang=zh', 'guidance-lab .verdict b'],
    ['check/?lang=zh', '.claims tbody a'],
    ['check/?claim=counterexample&lang=zh', '.experiments .run'],
    ['learn/?lang=zh', 'main ol a'],
    ['?lesson=tour&lang=zh', '.lesson .check .waiting'],
    ['glossary/?lang=zh', 'dt'],
    ['pictures/?lang=zh', 'guidance-lab canvas'],
  ] as const) {
    await native.goto(inject('site') + path);
    await native.locator(part).first().waitFor();
    await expect.poll(() => badlyJoined(page), { message: path }).toEqual([]);
  }
  await page.close();
});

async function open(query: string, view = {}): Promise<Page<playwright.Page>> {
  const page = await openLab(browser, inject('site'), `${query}&lang=zh`, view);
  await page.evaluate(() => (document.querySelector('guidance-lab') as unknown as Lab).finish());
  page.native.setDefaultTimeout(30_000);
  // A lesson shows no tools.
  if (!query.includes('lesson')) await page.native.getByRole('button', { name: '撤销' }).waitFor();
  await page.native.waitForTimeout(500);
  return page;
}

/** What the painter writes on its canvas. */
async function painted(page: Page<unknown>): Promise<string[]> {
  const texts = await page.evaluate(async () => {
    const seen = new Set<string>();
    const { prototype } = CanvasRenderingContext2D;
    const { fillText } = prototype;
    prototype.fillText = function (text, ...rest) {
      seen.add(text);
      return fillText.call(this, text, ...(rest as [number, number]));
    };
    await (document.querySelector('guidance-lab') as unknown as { picture(ratio: number): Promise<Blob> }).picture(1);
    prototype.fillText = fillText;
    return [...seen];
  });
  expect(texts.length).toBeGreaterThan(8);
  return texts.filter((text) => /\b[A-Za-z]{3,}\b/.test(text.replace(NAMES, '')));
}

test.each(['wiggle', 'two-modes', 'pair-2d', 'three-classes'])('the preset %s in every layout', async (preset) => {
  const page = await open(`?preset=${preset}`);
  await expect.poll(() => english(page)).toEqual([]);
  for (const layout of ['auto', 'single', 'overlay', 'pair', 'trio', 'difference']) {
    await page.evaluate(async (layout: string) => {
      const lab = document.querySelector('guidance-lab') as unknown as Lab;
      await lab.setState({ view: { layout }, compare: ['exact', 'unguided'] });
      await lab.finish();
    }, layout);
    await page.native.waitForTimeout(300);
    await expect.poll(() => painted(page), { message: layout }).toEqual([]);
    await expect.poll(() => english(page), { message: layout }).toEqual([]);
  }
  for (const field of ['none', 'score', 'exact', 'tested', 'error', 'drift']) {
    await page.evaluate(
      (field: string) =>
        (document.querySelector('guidance-lab') as unknown as Lab).setState({ view: { field, layout: 'single' } }),
      field,
    );
    await page.native.waitForTimeout(200);
    await expect.poll(() => painted(page), { message: field }).toEqual([]);
  }
  expect(await page.errors()).toEqual([]);
  await page.close();
});

test.each(['wiggle', 'pair-2d'])('%s: the tools, the probe, one’s own points and their faults', async (preset) => {
  const page = await open(`?preset=${preset}`);
  const { native } = page;
  const box = await native.locator('.picture').boundingBox();
  if (!box) throw new Error('no picture');
  await native.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.5);
  await native.locator('.card').waitFor();
  await expect.poll(() => english(page)).toEqual([]);
  await native.getByRole('button', { name: '手动编辑混合' }).click();
  await native.locator('.components').waitFor();
  await expect.poll(() => english(page)).toEqual([]);
  await native.getByRole('button', { name: '放下粒子，观察其路径' }).click();
  await native.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.4);
  await native.locator('.dropped li').first().waitFor();
  await native.waitForTimeout(400);
  await expect.poll(() => english(page)).toEqual([]);
  await native.getByRole('button', { name: '你的数据：画点或粘贴点' }).click();
  for (const points of [
    'x,y\n1,2',
    'x,class\n1,0\nabc,1',
    '1\n2',
    '1,0\n2,0',
    '1,0\n1,1',
    '1,0\n,1',
    'x,class\n1,\n',
  ]) {
    await native.getByRole('textbox').fill(points);
    await native.getByRole('button', { name: '拟合粘贴的点' }).click();
    await native.getByRole('alert').filter({ hasText: '未作任何更改。' }).waitFor();
    expect(
      (await english(page)).filter((text) => !text.includes('“abc”')),
      points,
    ).toEqual([]);
    await native.getByRole('textbox').fill('');
    await native.waitForTimeout(100);
  }
  await native.getByRole('textbox').fill('1,甲\n1.2,甲\n0.8,甲\n3,乙\n3.3,乙\n2.8,乙\n');
  await native.getByRole('button', { name: '拟合粘贴的点' }).click();
  await native.getByText(/已拟合 6 个点/).waitFor();
  await expect.poll(() => english(page)).toEqual([]);
  await page.close();
});

test('what a link or a file has wrong', async () => {
  const page = await open('?preset=nothing&guidance.gamma=99&process.steps=1.5&view.layout=heap&seed=x');
  await page.native.getByText('改用 50').waitFor();
  // The names of fields and of their values are those of the state; whole sentences are not.
  const sentences = (await english(page)).filter((text) =>
    /[a-z]{2,} [a-z]{2,}/.test(text.replace(/[a-z]+(, [a-z]+)+/g, '')),
  );
  expect(sentences).toEqual([]);
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['{ "version": 2 }'], 'new.json'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  });
  await page.native
    .locator('#notice')
    .getByText(/version 是 2/)
    .waitFor();
  await page.close();
});

test('every explanation, every menu, the keys, the words', async () => {
  const page = await open('?preset=two-modes');
  const { native } = page;
  const count = await native.locator('.readouts [popovertarget]').count();
  for (let index = 0; index < count; index += 1) {
    await native.locator('.readouts [popovertarget]').nth(index).click();
    await native.locator(':popover-open .about p').first().waitFor();
    await expect.poll(() => english(page)).toEqual([]);
    await page.press('Escape');
  }
  await native.getByRole('button', { name: '分享' }).click();
  await expect.poll(() => english(page)).toEqual([]);
  await page.press('Escape');
  await native.locator('.save').first().click();
  await native.waitForTimeout(300);
  await expect.poll(() => english(page)).toEqual([]);
  await page.press('Escape');
  await native.locator('#keys').click();
  await native.getByRole('dialog').waitFor();
  await expect.poll(() => english(page)).toEqual([]);
  await page.press('Escape');
  await native.keyboard.press('i');
  await native.locator('#spoken p').first().waitFor();
  await expect.poll(() => english(page)).toEqual([]);
  await native.locator('#share-open').click();
  await native.locator('#embed').click();
  await native.locator('dialog.embed').waitFor();
  const groups = ['verdict', 'preset', 'classifier', 'guidance', 'view', 'compare', 'sampler', 'particles'];
  const left = (await english(page)).filter(
    (text) => !groups.concat(['engine', 'tools', 'time', 'readouts', 'charts']).includes(text),
  );
  expect(left).toEqual([]);
  await page.close();
});

test.each(['tour', 'score', 'guidance', 'weight', 'wiggle', 'smooth', 'average', 'too-much', 'samplers', 'practice'])(
  'the lesson %s',
  async (lesson) => {
    const page = await open(`?lesson=${lesson}`);
    const waiting = page.native.locator('.lesson .check .waiting', { hasText: '先选出你的猜测' });
    await waiting.waitFor();
    await expect.poll(() => english(page)).toEqual([]);
    for (;;) {
      await waiting.waitFor();
      await page.native.getByRole('radio', { disabled: false }).first().check();
      await page.native.locator('.lesson .check .condition').first().waitFor();
      await page.native.getByRole('button', { name: '揭晓', exact: true }).click();
      await expect.poll(() => english(page)).toEqual([]);
      const next = page.native.locator('.lesson .next');
      if ((await next.count()) === 0) break;
      await next.click();
      await page.native.waitForTimeout(600);
    }
    await page.close();
  },
);

test('the experiments, with what they measured', async () => {
  const page = await browser.open(`${inject('site')}check/?lang=zh`);
  const { native } = page;
  await native.locator('.claims tbody a').last().waitFor();
  await expect.poll(() => english(page)).toEqual([]);
  const claims = await native
    .locator('.claims tbody a[href*="claim="]')
    .evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).href));
  expect(claims.length).toBeGreaterThan(15);
  for (const claim of claims) {
    await native.goto(claim);
    await native.locator('.experiments .run').waitFor();
    await expect.poll(() => english(page), { message: claim }).toEqual([]);
  }
  for (const name of ['counterexample', 'steps', 'tightness']) {
    await native.goto(`${inject('site')}check/?claim=${name}&lang=zh`);
    await native.locator('.experiments .size select').selectOption('small');
    await native.locator('.experiments .run').click();
    await native.locator('.experiments .verdict').waitFor();
    await native.waitForTimeout(300);
    await expect.poll(() => english(page), { message: name }).toEqual([]);
  }
  expect(await page.errors()).toEqual([]);
  await page.close();
});
