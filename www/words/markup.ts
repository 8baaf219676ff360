/** Texts of the page with markup: `tm('Scale *γ*')` has an <i>γ</i>. */
import { html, type TemplateResult } from 'lit';
import { lookUp } from '.';

type Part = TemplateResult | string | number;

/** `t` with *italics* and **bold**, and with templates for values. */
export function tm(text: string, values: Record<string, Part> = {}): Part[] {
  const parts = lookUp(text).split(/(\*\*.+?\*\*|\*.+?\*|\{\w+\})/);
  return parts.map((part) => {
    if (part.startsWith('{')) return values[part.slice(1, -1)] ?? part;
    if (part.startsWith('**') && part.length > 4) return html`<b>${tm(part.slice(2, -2), values)}</b>`;
    if (part.startsWith('*') && part.length > 2) return html`<i>${part.slice(1, -1)}</i>`;
    return part;
  });
}
