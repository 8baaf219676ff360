/** An element that is drawn into whenever the template around it is rendered. */
import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

class Drawn extends Directive {
  render(_draw: (host: Element) => void): unknown {
    return noChange;
  }

  override update({ element }: ElementPart, [draw]: [(host: Element) => void]): unknown {
    draw(element);
    return noChange;
  }
}

export const drawn = directive(Drawn);
