/** A ramp from the paper to a colour, even in OKLab lightness, as 256 packed RGBA values. */

type Triple = [number, number, number];

function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

function fromLinear(value: number): number {
  const clipped = Math.min(1, Math.max(0, value));
  return clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
}

export function hexToRgb(hex: string): Triple {
  const text = hex.replace('#', '');
  const wide = text.length === 3 ? [...text].map((digit) => digit + digit).join('') : text;
  const value = Number.parseInt(wide, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** Björn Ottosson's OKLab, 2020. */
function toOklab([red, green, blue]: Triple): Triple {
  const r = toLinear(red / 255);
  const g = toLinear(green / 255);
  const b = toLinear(blue / 255);
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function fromOklab([lightness, a, b]: Triple): Triple {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    255 * fromLinear(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    255 * fromLinear(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    255 * fromLinear(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The colour at `share` of the way from one to the other. */
export function mix(from: string, to: string, share: number): Triple {
  const a = toOklab(hexToRgb(from));
  const b = toOklab(hexToRgb(to));
  return fromOklab([a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share]);
}

export function ramp(from: string, to: string): Uint32Array {
  const colors = new Uint32Array(256);
  for (let k = 0; k < 256; k += 1) {
    const [r, g, b] = mix(from, to, k / 255);
    colors[k] = (255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r);
  }
  return colors;
}

/** Fills an image with `values` (row 0 at the bottom if `flip`), `top` and above in the last colour. */
export function paintRamp(
  image: ImageData,
  values: ArrayLike<number>,
  top: number,
  colors: Uint32Array,
  flip: boolean,
): void {
  const { width, height } = image;
  const pixels = new Uint32Array(image.data.buffer);
  const scale = top > 0 ? 255 / top : 0;
  for (let row = 0; row < height; row += 1) {
    const source = (flip ? height - 1 - row : row) * width;
    const target = row * width;
    for (let column = 0; column < width; column += 1) {
      const level = (values[source + column] as number) * scale;
      pixels[target + column] = colors[level >= 255 ? 255 : level > 0 ? level | 0 : 0] as number;
    }
  }
}
