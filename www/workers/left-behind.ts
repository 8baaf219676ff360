/** Where the worker's script has not come along with the page's: whoever made the page is told. */

/** Both workers fail for the same reason. */
let saidLeftBehind = false;

/** Tells who made the page, and built it without a complaint, why nothing can run. */
export async function sayIfLeftBehind(url: string): Promise<void> {
  if (saidLeftBehind) return;
  saidLeftBehind = true;
  if (url.startsWith('blob:')) return URL.revokeObjectURL(url);
  const found = await fetch(url, { method: 'HEAD' }).catch(() => null);
  // Many a server answers with its start page.
  if (!found || (found.ok && !found.headers.get('content-type')?.includes('html'))) return;
  console.error(
    `guidance-lab: ${url} is not there. Bundlers that leave \`new URL(…, import.meta.url)\` as it is (esbuild, Rollup, Angular) do not bring it along: import 'guidance-lab/inline' instead, or copy the package's assets/* beside the built script.`,
  );
}
