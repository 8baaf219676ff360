/**
 * `npm run stills [NAME ...] [-- --cards]`, after a build: paints the finished run of each figure of the essay as the page paints it, in
 * light and dark, wide and for a phone, in each language, into the folders beside this file; and of those that are
 * offered for other pages, a preview with claim and numbers. To be run, and its pictures committed, when a figure, a
 * preset or the painter has changed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { runnerImport } from 'vite';

const here = (path) => new URL(path, import.meta.url);
const load = async (path) => (await runnerImport(fileURLToPath(here(path)))).module;
const { essay } = await load('../../../vite.article.ts');
const { leaves, plainOf, stateOf, tagOf } = await load('../essay-file.ts');

/** The width of a figure, its picture's height, pixels to a CSS pixel. */
const SIZES = { wide: [832, 480, 1.5], narrow: [343, 400, 1.5] };
const QUALITY = 0.5;
/** A preview, as those who show links want it. */
const CARD = [1200, 630];

const browser = await chromium.launch({
  executablePath: process.env.GUIDANCE_LAB_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

/** The tag of a figure, of one of its variants, without controls. */
function bare(figure, variant, theme) {
  const state = Object.fromEntries([...leaves(figure.state), ...leaves(figure.variants[variant] ?? {})]);
  const tag = tagOf({ ...figure, state, controls: 'none', autoplay: false });
  return tag.replace('<guidance-lab', `<guidance-lab engine="cpu" theme="${theme}"`);
}

/** A page with figures whose runs are finished. */
async function opened(language, [width, height], ratio, style, body) {
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: ratio });
  const html = `<!doctype html><html lang="${language}"><style>body{margin:0}${style}</style>${body}<script type="module" src="guidance-lab.js"></script>`;
  await page.route('http://stills.localhost/**', (route) => {
    const { pathname } = new URL(route.request().url());
    return pathname === '/'
      ? route.fulfill({ contentType: 'text/html; charset=utf-8', body: html })
      : route.fulfill({ path: fileURLToPath(here(`../../../package${pathname}`)) });
  });
  await page.goto('http://stills.localhost/');
  await page.evaluate(async () => {
    await customElements.whenDefined('guidance-lab');
    for (const lab of document.querySelectorAll('guidance-lab')) {
      await lab.ready;
      if (lab.state.classifier.kind === 'learned') await lab.train.start();
      await lab.finish();
      // The exact law may still be on its way; pictures have none.
      const awaited = ({ subject, state }) => subject.law?.state !== state || subject.law.note?.id === 'law_computing';
      for (let k = 0; k < 300 && lab.lab.isOpen && awaited(lab.lab); k += 1)
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  });
  return page;
}

async function still(language, [width, height, ratio], theme, figure) {
  const style = `guidance-lab{--lab-picture:${height}px}`;
  const page = await opened(language, [width, height], ratio, style, bare(figure, null, theme));
  const picture = await page.evaluate(
    async ([quality, ratio]) => {
      const lab = document.querySelector('guidance-lab');
      const canvas = lab.shadowRoot.querySelector('.picture canvas') ?? document.createElement('canvas');
      if (!canvas.isConnected) {
        const image = await createImageBitmap(await lab.picture(ratio));
        [canvas.width, canvas.height] = [image.width, image.height];
        canvas.getContext('2d').drawImage(image, 0, 0);
      }
      return canvas.toDataURL('image/webp', quality);
    },
    [QUALITY, ratio],
  );
  await page.close();
  return Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64');
}

async function card(language, figure) {
  const style = `
    body { box-sizing: border-box; height: 630px; padding: 40px 48px; display: grid; grid-template-rows: auto 1fr auto;
      font: 24px/32px system-ui, sans-serif; color: #16181b; background: #fff; }
    h1 { margin: 0 0 16px; font-size: 40px; line-height: 48px; }
    main { display: grid; grid-auto-flow: column; grid-auto-columns: 1fr; gap: 40px; }
    p { margin: 8px 0 0; }
    footer { font-size: 18px; line-height: 24px; color: #62676e; }
    guidance-lab { --lab-picture: 400px; }`;
  const sides = figure.card.map(
    ({ variant, says }) => `<section>${bare(figure, variant, 'light')}<p>${plainOf(says)}</p></section>`,
  );
  const body = `<h1>${plainOf(figure.title)}</h1><main>${sides.join('')}</main><footer>Guidance Lab</footer>`;
  const page = await opened(language, CARD, 1, style, body);
  const picture = await page.screenshot({ type: 'jpeg', quality: 80 });
  await page.close();
  return picture;
}

/** What the pictures are of, for the test that they are of the figures as they stand. */
const states = {};

/** Names of figures; `--cards`: their previews alone. */
const wanted = process.argv.slice(2).filter((word) => word !== '--cards');
const cardsAlone = process.argv.includes('--cards');
for (const language of ['en', 'zh']) {
  const put = async (name, bytes) => {
    await writeFile(here(`${language}/${name}`), bytes);
    console.log(language, name, bytes.length);
  };
  await mkdir(here(`${language}/`), { recursive: true });
  for (const figure of essay(language).figures.values()) {
    states[figure.name] = stateOf(figure);
    if (wanted.length > 0 && !wanted.includes(figure.name)) continue;
    if (figure.card.length > 0) await put(`${figure.name}-card.jpg`, await card(language, figure));
    if (cardsAlone) continue;
    for (const [size, box] of Object.entries(SIZES)) {
      for (const theme of ['light', 'dark'])
        await put(`${figure.name}-${size}-${theme}.webp`, await still(language, box, theme, figure));
    }
  }
}
await writeFile(here('states.json'), `${JSON.stringify(states, null, 2)}\n`);
await browser.close();
