/**
 * What a server gets: there are no elements there, and nothing to define. The tag can be rendered all the same;
 * the browser's modules bring it to life.
 */
export class GuidanceLab {}

export class LabError extends Error {
  constructor({ code, path, message }) {
    super(message);
    this.name = 'LabError';
    this.code = code;
    this.path = path;
  }

  static from(thrown) {
    if (thrown instanceof LabError) return thrown;
    const { code = 'engine', path = '', message = String(thrown) } = Object(thrown);
    return new LabError({ code, path, message });
  }
}
