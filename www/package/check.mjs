/** `node www/package/check.mjs TARBALL`: what publint and are-the-types-wrong find in npm's package. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** An ES module cannot be had by `require` in old CommonJS, nor its parts by a TypeScript that knows no `exports`. */
const expected = ({ kind, resolutionKind }) => kind === 'CJSResolvesToESM' || resolutionKind === 'node10';

/** One line for each problem. */
export async function problems(tarball) {
  const bytes = new Uint8Array(await readFile(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  const { types, problems } = await checkPackage(createPackageFromTarballData(bytes));
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`),
    ...(types ? [] : ['are-the-types-wrong: there are no types']),
    ...(problems ?? []).filter((problem) => !expected(problem)).map((p) => `are-the-types-wrong: ${JSON.stringify(p)}`),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const found = await problems(process.argv[2]);
  for (const line of found) console.error(line);
  process.exit(found.length > 0 ? 1 : 0);
}
