/** What the Lab asks of the world around it besides its workers: the time, the next frame, and whether motion is welcome. */
export interface Clock {
  /** Milliseconds since some start. */
  now(): number;
  /** Calls back after so many milliseconds; the answer takes that back. */
  after(milliseconds: number, done: () => void): () => void;
  /** Calls back at the next animation frame, with its time; the answer takes that back. */
  frame(done: (now: number) => void): () => void;
  /** Motion is unwelcome: a run is shown in stills. */
  readonly still: boolean;
}

/** That of the page. */
export const clock: Clock = {
  now: () => performance.now(),
  after(milliseconds, done) {
    const timer = setTimeout(done, milliseconds);
    return () => clearTimeout(timer);
  },
  frame(done) {
    const request = requestAnimationFrame(done);
    return () => cancelAnimationFrame(request);
  },
  get still() {
    return globalThis.matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false;
  },
};
