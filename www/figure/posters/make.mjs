/**
 * `npm run posters [NAME ...]`, after a build: paints the finished run of each preset, and the digits, in light and in dark, as the
 * element paints them at 720 pixels, into www/figure/posters/. To be run, and its pictures committed, when a preset or the painter has
 * changed.
 */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = (path) => new URL(path, import.meta.url);
const browser = await chromium.launch({
  executablePath: process.env.GUIDANCE_LAB_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: 720, height: 800 } });
await page.route('http://posters.localhost/**', (route) => {
  const { pathname } = new URL(route.request().url());
  return pathname === '/'
    ? route.fulfill({
        contentType: 'text/html',
        body: '<body style="margin:0"><script type="module" src="guidance-lab.js"></script>',
      })
    : route.fulfill({ path: fileURLToPath(here(`../../../package${pathname}`)) });
});
await page.goto('http://posters.localhost/');
const paint = (name, theme) =>
  page.evaluate(
    async ([name, theme]) => {
      await customElements.whenDefined('guidance-lab');
      const lab = document.createElement('guidance-lab');
      lab.setAttribute('controls', 'none');
      lab.setAttribute('engine', 'cpu');
      lab.setAttribute('theme', theme);
      lab.setAttribute(name === 'digits' ? 'mixture' : 'preset', name);
      document.body.append(lab);
      await lab.ready;
      // The closed forms may still be on their way.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const names = lab.presets.map((preset) => preset.name);
      const image = await createImageBitmap(await lab.picture(1));
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      canvas.getContext('2d').drawImage(image, 0, 0);
      lab.remove();
      return { names, picture: canvas.toDataURL('image/webp', 0.8) };
    },
    [name, theme],
  );
const { names } = await paint('wiggle', 'light');
const wanted = process.argv.slice(2);
for (const name of wanted.length > 0 ? wanted : [...names, 'digits']) {
  for (const theme of ['light', 'dark']) {
    const { picture } = await paint(name, theme);
    const bytes = Buffer.from(picture.slice(picture.indexOf(',') + 1), 'base64');
    await writeFile(here(`${name}-${theme}.webp`), bytes);
    console.log(`${name}-${theme}.webp`, bytes.length);
  }
}
await browser.close();
