/**
 * Between a kernel's model and the figure in the notebook: traits and properties in step, and calls with answers.
 *
 * Stands behind the element's module in one text, so that it can name nothing at the top of it.
 */
export default (() => {
  /** Between two messages of what has changed, in milliseconds. */
  const PAUSE = 100;
  const SETTINGS = ['controls', 'theme', 'autoplay', 'lock'];
  /** Calls that a figure of this page has taken on: a kernel asks all of them, and again when one is shown. */
  const taken = new Set();

  /** Hides the line that stands where no figure is drawn, with the room that JupyterLab gives it. */
  const hideStill = () => {
    if (document.getElementById('guidance-lab-drawn')) return;
    const style = document.createElement('style');
    style.id = 'guidance-lab-drawn';
    style.textContent = '.guidance-lab-still, .jp-OutputArea-child:has(.guidance-lab-still) { display: none }';
    document.head.append(style);
  };

  const plain = ({ code = 'engine', path = '', message }) => ({ code, path, message });
  const holds = (whole, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.keys(part).every((key) => holds(whole?.[key], part[key]))
      : JSON.stringify(whole) === JSON.stringify(part);

  const VECTORS = ['score', 'guidance', 'testedGuidance'];
  /** Values at points as messages take them: a number, or a row, for each point. */
  const rows = (values) => {
    const count = values.logDensity.length;
    const row = (all, width) => (_, at) => Array.from(all.subarray(at * width, (at + 1) * width));
    return Object.fromEntries(
      Object.entries(values).map(([name, all]) => [
        name,
        VECTORS.includes(name) ? Array.from({ length: count }, row(all, all.length / count)) : Array.from(all),
      ]),
    );
  };

  /** Networks cross as text. */
  const CALLS = {
    openNetwork: (lab, text) => lab.train.open(Uint8Array.from(atob(text), (character) => character.charCodeAt(0))),
    saveNetwork: async (lab) => {
      let text = '';
      for (const byte of await lab.train.save()) text += String.fromCharCode(byte);
      return btoa(text);
    },
  };

  function render({ model, el }) {
    const lab = document.createElement('guidance-lab');
    let open = false;
    // As messages of our own: ipywidgets holds back a trait until the kernel has been idle after the one before it,
    // and ipykernel 7 does not say so of what it heard while a cell awaited.
    let told = null;
    let timer = 0;
    const flush = () => {
      clearTimeout(timer);
      timer = 0;
      // A marimo cell follows what is saved, and messages of our own change nothing in it.
      const host = el.getRootNode().host?.localName;
      if (told && host === 'marimo-anywidget') model.save_changes();
      else if (told) model.send({ told });
      told = null;
    };
    const tell = (values) => {
      for (const [name, value] of Object.entries(values)) model.set(name, value);
      told = { ...told, ...values };
      timer ||= setTimeout(flush, PAUSE);
    };

    // --- From the kernel -----------------------------------------------------------------------
    const settings = () => {
      for (const name of SETTINGS) lab[name] = model.get(name);
      const height = model.get('height');
      lab.style.setProperty('--lab-picture', height === null ? '' : `${height}px`);
    };
    const state = () => {
      const wanted = model.get('state');
      // Before the figure is open: part of what it opens. After: what is wrong is told by the event `error`.
      if (!open || !holds(lab.state, wanted)) lab.state = wanted;
    };
    const preset = async () => {
      const name = model.get('preset');
      if (!open) lab.preset = name;
      else if (name !== lab.preset) {
        const [wrong] = await lab.open(name);
        if (wrong) tell({ error: { code: 'range', path: wrong.path, message: wrong.message } });
      }
    };
    const mine = new Set();
    const asked = async ({ id, call, args }) => {
      if (taken.has(id)) return;
      taken.add(id);
      mine.add(id);
      try {
        await lab.ready;
        model.send({ id, begun: true });
        const result = await (call === 'ready' ? null : CALLS[call] ? CALLS[call](lab, ...args) : lab[call](...args));
        const now = lab.state;
        flush();
        model.send({
          id,
          state: now,
          result: call === 'setState' ? now : call === 'at' ? rows(result) : (result ?? null),
        });
      } catch (thrown) {
        model.send({ id, error: plain(thrown) });
      }
      mine.delete(id);
    };
    const listeners = {
      'change:state': state,
      'change:preset': preset,
      'msg:custom': asked,
      ...Object.fromEntries([...SETTINGS, 'height'].map((name) => [`change:${name}`, settings])),
    };
    for (const [name, listener] of Object.entries(listeners)) model.on(name, listener);

    // --- To the kernel -------------------------------------------------------------------------
    lab.addEventListener('statechange', ({ detail }) => {
      if (open) tell({ state: detail, preset: lab.preset, error: null });
    });
    lab.addEventListener('enginechange', () => tell({ engine: lab.engine }));
    lab.addEventListener('error', (event) => {
      if (!(event instanceof CustomEvent)) return;
      tell(open ? { error: plain(event.detail), state: lab.state } : { error: plain(event.detail) });
    });
    lab.addEventListener('measurement', ({ detail }) => tell({ measurement: detail }));

    // --- In the notebook -----------------------------------------------------------------------
    // JupyterLab says its theme on the body, and not as a color-scheme.
    const scheme = () => {
      const light = document.body.dataset.jpThemeLight;
      if (light === undefined) return;
      el.style.colorScheme = light === 'false' ? 'dark' : 'light';
      lab.style.setProperty('--lab-paper', 'var(--jp-layout-color0)');
    };
    const themes = new MutationObserver(scheme);
    themes.observe(document.body, { attributeFilter: ['data-jp-theme-light'] });

    hideStill();
    scheme();
    settings();
    preset();
    state();
    el.append(lab);
    model.send({ shown: true });
    lab.ready
      .then(() => {
        open = true;
        // A figure opens with the nearest valid state; asked again, it says what was wrong with the one given.
        const given = model.get('state');
        tell({ engine: lab.engine, preset: lab.preset });
        if (holds(lab.state, given)) tell({ state: lab.state });
        else lab.state = given;
      })
      .catch((thrown) => tell({ error: plain(thrown) }));

    return () => {
      for (const [name, listener] of Object.entries(listeners)) model.off(name, listener);
      themes.disconnect();
      flush();
      // What is not answered is for the next figure that is shown.
      for (const id of mine) taken.delete(id);
      lab.remove();
    };
  }

  return { render };
})();
