/** “Copy embed code”: what the tag, the frame and the link to the present figure are, with a live preview. */
import { GROUPS } from '../controls/names';
import { posterUrl } from '../figure/posters';
import type { Lab } from '../lab/lab';
import { t } from '../words';
import { type Embedding, frameCode, frameUrl, markdownCode, tagCode } from './code';
import sheet from './dialog.css?inline';

/** What a figure in someone's text needs; the rest can be ticked. */
const USUAL = ['verdict', 'classifier', 'guidance', 'time'];
const THEMES = ['auto', 'light', 'dark'] as const;

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

let styled = false;

/** Opens the dialog for the figure as it is; resolves when it is closed. */
export function openEmbedDialog(lab: Lab, title: string): Promise<void> {
  if (!styled) {
    const style = new CSSStyleSheet();
    style.replaceSync(sheet);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, style];
    styled = true;
  }
  const boxes = Object.keys(GROUPS).map((name) =>
    make('input', { type: 'checkbox', name, checked: USUAL.includes(name) }),
  );
  const lock = make('input', { type: 'checkbox' });
  const autoplay = make('input', { type: 'checkbox' });
  const theme = make(
    'select',
    {},
    ...THEMES.map(
      (name) => new Option(name === 'auto' ? t('same as the page') : name === 'light' ? t('light') : t('dark'), name),
    ),
  );
  const preview = make('iframe', { className: 'preview', title: t('Preview') });
  preview.setAttribute('sandbox', 'allow-scripts');
  const said = make('span', {});
  said.setAttribute('role', 'status');
  let height = 600;

  const embedding = (): Embedding => {
    const controls = boxes.filter((box) => box.checked).map((box) => box.name);
    const poster = posterUrl(lab.preset, false);
    return {
      site: new URL('.', location.href).href,
      title,
      query: new URLSearchParams(lab.query),
      controls: controls.length === boxes.length ? 'all' : controls.join(',') || 'none',
      lock: lock.checked,
      autoplay: autoplay.checked,
      theme: theme.value as (typeof THEMES)[number],
      height,
      poster: poster && new URL(poster, location.href).href,
    };
  };
  const codes = (
    [
      [t('A tag (HTML)'), tagCode],
      [t('A frame (HTML), for sites that block third-party scripts'), frameCode],
      [t('A link (Markdown)'), markdownCode],
    ] as const
  ).map(([words, write]) => {
    const text = make('textarea', { readOnly: true, spellcheck: false });
    const copy = make('button', { type: 'button', textContent: t('Copy') });
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(text.value);
        said.textContent = t('Copied');
      } catch {
        text.select();
        said.textContent = t('Press Ctrl+C to copy what is selected');
      }
    });
    return { label: make('label', { className: 'code' }, words, copy, text), text, write };
  });

  const write = (): void => {
    const now = embedding();
    for (const { text, write } of codes) text.value = write(now);
    const address = frameUrl(now);
    if (preview.src !== address) preview.src = address;
  };
  const onMessage = (event: MessageEvent): void => {
    // The frame is sandboxed, so its origin is opaque: it is known by its window.
    if (event.source !== preview.contentWindow || event.data?.type !== 'height') return;
    const told = Number(event.data.height);
    if (!(told > 0) || told === height) return;
    height = Math.min(4000, told);
    const now = embedding();
    for (const { text, write } of codes) text.value = write(now);
  };

  const named = (box: HTMLInputElement): Node => make('label', {}, box, box.name);
  const form = make(
    'form',
    { method: 'dialog' },
    make('fieldset', {}, make('legend', { textContent: t('Controls that show') }), ...boxes.map(named)),
    make(
      'fieldset',
      {},
      make('legend', { textContent: t('Behaviour') }),
      make('label', {}, lock, t('lock everything else')),
      make('label', {}, autoplay, t('play when seen')),
      make('label', {}, t('Colours'), theme),
    ),
    preview,
    ...codes.map(({ label }) => label),
    make('div', { className: 'end' }, said, make('button', { textContent: t('Close') })),
  );
  const dialog = make(
    'dialog',
    { className: 'embed' },
    make('h2', { textContent: t('Put this figure into a page') }),
    form,
  );
  dialog.setAttribute('aria-label', t('Put this figure into a page'));
  form.addEventListener('change', write);
  addEventListener('message', onMessage);
  document.body.append(dialog);
  write();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      removeEventListener('message', onMessage);
      dialog.remove();
      resolve();
    });
  });
}
