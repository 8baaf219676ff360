import { describe, expect, it } from 'vitest';
import { type Embedding, frameCode, frameUrl, markdownCode, tagCode } from './code';

const plain: Embedding = {
  site: 'https://example.org/lab/',
  title: 'A small loss, a wrong steer',
  query: new URLSearchParams({ preset: 'wiggle', 'guidance.gamma': '3', mixture: '[{"weight":1,"mean":[0]}]' }),
  controls: 'weight,frequency',
  lock: true,
  autoplay: false,
  theme: 'dark',
  height: 640.4,
  poster: null,
};

describe('what is copied', () => {
  it('is one script and one tag', () => {
    expect(tagCode(plain)).toBe(
      `<script type="module" src="https://example.org/lab/guidance-lab.js"></script>\n<guidance-lab preset="wiggle" guidance.gamma="3" mixture='[{"weight":1,"mean":[0]}]' controls="weight,frequency" theme="dark" lock></guidance-lab>`,
    );
  });

  it('or a sandboxed frame', () => {
    expect(frameCode(plain)).toContain('sandbox="allow-scripts"');
    expect(frameCode(plain)).toContain('height:640px');
    const address = new URL(frameUrl(plain));
    expect(address.searchParams.get('mixture')).toBe('[{"weight":1,"mean":[0]}]');
    expect(address.searchParams.get('lock')).toBe('');
  });

  it('or a link, with a picture where there is one', () => {
    expect(markdownCode(plain)).toMatch(
      /^\[A small loss, a wrong steer\]\(https:\/\/example\.org\/lab\/\?preset=wiggle&/,
    );
    expect(markdownCode({ ...plain, poster: 'https://example.org/p (1).webp' })).toContain('p%20%281%29.webp');
  });
});

describe('nothing gets out of its place', () => {
  // A seeded generator: the same nasty texts in every run.
  let seed = 12345;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed % below;
  };
  const PIECES = [
    '"',
    "'",
    '<',
    '>',
    '&',
    '</script>',
    '<img src=x onerror=alert(1)>',
    '`',
    ')',
    ']',
    '\n',
    ' ',
    'x',
    '=',
    '&quot;',
    '\\',
    '<!--',
    '${',
    '\u2028',
    '/',
  ];
  const nasty = (): string => Array.from({ length: 1 + random(8) }, () => PIECES[random(PIECES.length)]).join('');

  /** The names of the tags in some HTML, and each attribute's value, read as a browser reads them. */
  function tags(html: string): { names: string[]; attributes: string[][] } {
    const names: string[] = [];
    const attributes: string[][] = [];
    const tag = /<(\/?[a-z-]+)((?:\s+[a-zA-Z.-]+(?:="[^"]*"|='[^']*')?)*)\s*>/y;
    let at = 0;
    while (at < html.length) {
      tag.lastIndex = at;
      const found = tag.exec(html);
      if (!found) {
        expect(html[at], `text outside of tags in ${html}`).toBe('\n');
        at += 1;
        continue;
      }
      names.push(found[1] as string);
      const own = [...(found[2] as string).matchAll(/([a-zA-Z.-]+)=(?:"([^"]*)"|'([^']*)')/g)];
      attributes.push(...own.map(([, name, double, single]) => [name as string, double ?? single ?? '']));
      at = tag.lastIndex;
    }
    return { names, attributes };
  }
  const decoded = (text: string): string =>
    text.replace(
      /&(amp|lt|gt|quot|#39);/g,
      (_, code: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[code] as string,
    );

  it('whatever stands in the state, the title and the controls', () => {
    for (let turn = 0; turn < 2000; turn++) {
      const value = nasty();
      const embedding = {
        ...plain,
        title: nasty(),
        controls: nasty(),
        query: new URLSearchParams([
          ['preset', value],
          [nasty(), 'x'],
          ['guidance.gamma', nasty()],
        ]),
      };
      const tag = tags(tagCode(embedding));
      expect(tag.names).toEqual(['script', '/script', 'guidance-lab', '/guidance-lab']);
      const preset = tag.attributes.find(([name]) => name === 'preset') as string[];
      expect(decoded(preset[1] as string)).toBe(value);
      expect(tag.attributes.map(([name]) => name)).not.toContain('onerror');
      expect(tags(frameCode(embedding)).names).toEqual(['iframe', '/iframe']);
      expect(markdownCode(embedding)).toMatch(/^\[(?:[^\]\\]|\\.)*\]\([^()<>\s]*\)$/s);
    }
  });
});
