/** Pictures of the finished presets, rendered ahead (`npm run posters`): what stands in a figure before it starts. */
const urls = import.meta.glob<string>('./posters/*.webp', { eager: true, query: '?url', import: 'default' });

export function posterUrl(preset: string, dark: boolean): string | null {
  return urls[`./posters/${preset}-${dark ? 'dark' : 'light'}.webp`] ?? null;
}
