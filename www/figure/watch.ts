/** What the page around a figure does to it: whether it is seen, how large it is, and in which colours. */

export interface Watcher {
  seen(visible: boolean): void;
  /** Of the picture, in its own pixels. */
  resized(width: number, height: number): void;
  /** Whether the charts are near the view. */
  near(visible: boolean): void;
  recoloured(): void;
  /** Paper does not wait for the next frame. */
  printed(): void;
}

/** Watches until the answer is called. */
export function watch(figure: Element, root: ParentNode, watcher: Watcher): () => void {
  const observers: { disconnect(): void }[] = [];
  const intersecting = (target: Element | null, told: (visible: boolean) => void) => {
    if (!target) return;
    const observer = new IntersectionObserver((entries) => told(entries.some((entry) => entry.isIntersecting)));
    observer.observe(target);
    observers.push(observer);
  };
  intersecting(figure, watcher.seen);
  const picture = root.querySelector('.picture');
  if (picture) {
    const resized = () => watcher.resized(picture.clientWidth, picture.clientHeight);
    if (typeof ResizeObserver === 'function') {
      const observer = new ResizeObserver(resized);
      observer.observe(picture);
      observers.push(observer);
    } else {
      // A host may have taken it away.
      resized();
      addEventListener('resize', resized);
      observers.push({ disconnect: () => removeEventListener('resize', resized) });
    }
  }
  intersecting(root.querySelector('.charts'), watcher.near);
  const colours: [EventTarget | null, string, () => void][] = [
    [matchMedia('(prefers-color-scheme: dark)'), 'change', watcher.recoloured],
    [matchMedia('(forced-colors: active)'), 'change', watcher.recoloured],
    [matchMedia('print'), 'change', watcher.printed],
    [root.querySelector('.probe'), 'transitionend', watcher.recoloured],
  ];
  for (const [target, type, act] of colours) {
    target?.addEventListener(type, act);
    observers.push({ disconnect: () => target?.removeEventListener(type, act) });
  }
  return () => {
    for (const observer of observers) observer.disconnect();
  };
}
