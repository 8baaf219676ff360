/**
 * `npm run posters`, after a build: paints the finished run of each preset, in light and in dark, as the element paints
 * it at 720 pixels, into www/figure/posters/. To be run, and its pictures committed, when a preset or the painter has changed.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const here = (path) => new URL(path, import.meta.url);
const source = await readFile(here('../../package/guidance-lab.inline.js'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.env.GUIDANCE_LAB_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 720, height: 800 } });
await page.route('http://posters.localhost/*', (route) =>
  route.fulfill(
    route.request().url().endsWith('.js')
      ? { contentType: 'text/javascript', body: source }
      : { contentType: 'text/html', body: '<body style="margin:0"><script type="module" src="lab.js"></script>' },
  ),
);
await page.goto('http://posters.localhost/');
const paint = (name, theme) =>
  page.evaluate(
    async ([name, theme]) => {
      await customElements.whenDefined('guidance-lab');
      const lab = document.createElement('guidance-lab');
      lab.setAttribute('controls', 'none');
      lab.setAttribute('engine', 'cpu');
      lab.setAttribute('theme', theme);
      lab.setAttribute('preset', name);
      document.body.append(lab);
      await lab.ready;
      // The closed forms may still be on their way.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const names = lab.presets.map((preset) => preset.name);
      const picture = lab.shadowRoot.querySelector('canvas').toDataURL('image/webp', 0.8);
      lab.remove();
      return { names, picture };
    },
    [name, theme],
  );
const { names } = await paint('wiggle', 'light');
for (const name of names) {
  for (const theme of ['light', 'dark']) {
    const { picture } = await paint(name, theme);
    const bytes = Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64');
    await writeFile(here(`${name}-${theme}.webp`), bytes);
    console.log(`${name}-${theme}.webp`, bytes.length);
  }
}
await browser.close();
