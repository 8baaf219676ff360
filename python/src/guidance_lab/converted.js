/**
 * Draws the figures of a notebook that was converted to a page (`nbconvert --execute`, books), which holds their
 * widgets' states: with what stands in the page, and nothing from the network. Elsewhere it does nothing.
 */
const states = document.querySelector('script[type="application/vnd.jupyter.widget-state+json"]');
const { state: models } = states ? JSON.parse(states.textContent) : { state: {} };
const views = [...document.querySelectorAll('script[type="application/vnd.jupyter.widget-view+json"]')];
const places = [...document.querySelectorAll('.guidance-lab-still')].filter(({ dataset }) => dataset.model in models);
// Each figure brings this script, and one of them draws all.
for (const place of places) {
  place.classList.remove('guidance-lab-still');
  // Jupyter's widgets, if the page loads them, shall not draw it once more.
  for (const view of views) if (JSON.parse(view.textContent).model_id === place.dataset.model) view.remove();
}
if (places.length > 0) {
  const text = models[places[0].dataset.model].state._esm;
  const { default: widget } = await import(URL.createObjectURL(new Blob([text], { type: 'text/javascript' })));
  for (const place of places) {
    const values = { ...models[place.dataset.model].state };
    const none = () => {};
    const model = { get: (name) => values[name], save_changes: none, send: none, on: none, off: none };
    model.set = (name, value) => {
      values[name] = value;
    };
    place.replaceChildren();
    widget.render({ model, el: place });
  }
}
