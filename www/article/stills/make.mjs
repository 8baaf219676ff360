/**
 * `npm run stills`, after a build: paints the finished run of each figure of the essay as the page paints it, in light and
 * dark, wide and for a phone, in each language, into the folders beside this file. To be run, and its pictures committed,
 * when a figure, a preset or the painter has changed.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const here = (path) => new URL(path, import.meta.url);
const PAGES = { en: 'read/index.html', zh: 'read/zh/index.html' };
/** The width of a figure, its picture's height, pixels to a CSS pixel. */
const SIZES = { wide: [832, 480, 1.5], narrow: [343, 400, 1.5] };
const QUALITY = 0.5;

const script = await readFile(here('../../../package/guidance-lab.inline.js'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.GUIDANCE_LAB_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});

/** The names and tags of the figures of a built page. */
function figuresOf(html) {
  return [...html.matchAll(/<figure [^>]*id="figure-([\w-]+)"[^>]*>\s*(<guidance-lab [^>]*>)/g)].map(
    ([, name, tag]) => ({
      name,
      tag: tag.replace(/ (?:controls|autoplay)(?:="[^"]*")?/g, ''),
    }),
  );
}

async function paint(language, [width, height, ratio], theme, { tag }) {
  const page = await browser.newPage({ viewport: { width, height: height + 100 }, deviceScaleFactor: ratio });
  await page.route('http://stills.localhost/*', (route) =>
    route.fulfill(
      route.request().url().endsWith('.js')
        ? { contentType: 'text/javascript', body: script }
        : {
            contentType: 'text/html; charset=utf-8',
            body: `<html lang="${language}"><body style="margin:0;--lab-picture:${height}px"><style>guidance-lab{--lab-picture:${height}px}</style>${tag.replace('>', ` controls="none" engine="cpu" theme="${theme}">`)}</guidance-lab><script type="module" src="lab.js"></script>`,
          },
    ),
  );
  await page.goto('http://stills.localhost/');
  const picture = await page.evaluate(async (quality) => {
    await customElements.whenDefined('guidance-lab');
    const lab = document.querySelector('guidance-lab');
    await lab.ready;
    await lab.finish();
    // The exact law and the closed forms may still be on their way.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return lab.shadowRoot.querySelector('canvas').toDataURL('image/webp', quality);
  }, QUALITY);
  await page.close();
  return Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64');
}

const wanted = process.argv.slice(2);
for (const [language, path] of Object.entries(PAGES)) {
  const html = await readFile(here(`../../../dist/${path}`), 'utf8').catch(() => '');
  await mkdir(here(`${language}/`), { recursive: true });
  for (const figure of figuresOf(html)) {
    if (wanted.length > 0 && !wanted.includes(figure.name)) continue;
    for (const [size, box] of Object.entries(SIZES)) {
      for (const theme of ['light', 'dark']) {
        const bytes = await paint(language, box, theme, figure);
        await writeFile(here(`${language}/${figure.name}-${size}-${theme}.webp`), bytes);
        console.log(language, figure.name, size, theme, bytes.length);
      }
    }
  }
}
await browser.close();
