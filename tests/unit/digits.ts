/** For tests: the mixture that draws digits, opened in Node. */
import { readFile } from 'node:fs/promises';
import { asked, baseOf, type Settings } from '../../www/gallery/settings';
import { inProcess } from '../../www/workers/client';
import type { Estimate, LaneName, State } from '../../www/workers/protocol';
import './in-node';

export interface Digits {
  /** The state that an address without anything means. */
  base: State;
  /** The share of clean images that its classifier labels right. */
  accuracy: Promise<Estimate>;
  /** What the pictures of a lane read at the end; above 9: they are lost. */
  run(settings: Settings, lane: LaneName, lanes: LaneName[]): Promise<number[]>;
}

const bytesOf = async (name: string): Promise<Uint8Array> =>
  new Uint8Array(await readFile(new URL(`../../www/gallery/data/${name}`, import.meta.url)));

async function open(): Promise<Digits> {
  const { service } = await inProcess();
  await service.gallery('open', await bytesOf('digits.bin'));
  const base = baseOf(await service.presets());
  const labelled = async () => {
    const settings = asked({ state: base, target: null });
    return service.gallery('accuracy', settings, base.process.stop, await bytesOf('held-out.bin'));
  };
  const runs = new Map<string, Promise<number[]>>();
  const run = (settings: Settings): Promise<number[]> => {
    const key = JSON.stringify(settings);
    const known = runs.get(key) ?? service.gallery('run', asked(settings)).then(({ labels }) => [...labels]);
    runs.set(key, known);
    return known;
  };
  return {
    base,
    accuracy: labelled().then(({ right }) => right),
    run: async (settings, lane, lanes) => (await run(settings)).slice(10 * lanes.indexOf(lane)).slice(0, 10),
  };
}

let digits: Promise<Digits> | null = null;

export function openDigits(): Promise<Digits> {
  digits ??= open();
  return digits;
}
