/**
 * Finishes npm's package in `package/`, which the bundler has filled: its manifest, README, licences, types by hand.
 *
 * Name, version and the like are those of the repository's package.json. The address of the repository is there too,
 * once there is one (CONTRIBUTING.md): without it the fields that would need it are left out.
 */
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** In the sources only. */
const TOOLS = ['make.mjs', 'check.mjs', 'manifest.json', 'tsconfig.json', 'README.md'];
/** What people look up, and pictures of the README. */
const DOCS = ['docs/api.md', 'docs/embedding.md', 'docs/languages.md', 'docs/state.md', 'docs/images/wiggle.png'];

/** The page of a repository, from `git+https://host/owner/name.git`. */
export function page({ repository }) {
  const url = typeof repository === 'string' ? repository : repository?.url;
  return url?.replace(/^git\+/, '').replace(/\.git$/, '');
}

/** The published package.json. */
export function manifest(ours, published) {
  const { name, version, description, keywords, author, license, repository } = ours;
  const address = page(ours);
  return {
    ...{ name, version, description, keywords, author, license },
    ...(address && { repository, homepage: `${address}#readme`, bugs: { url: `${address}/issues` } }),
    ...published,
  };
}

/** A text whose links and pictures work outside of the package, too: npm's page has nothing beside it. */
export function absolute(markdown, ours) {
  const cdn = `https://cdn.jsdelivr.net/npm/${ours.name}@${ours.version}/`;
  const address = page(ours);
  const docs = address ? `${address}/blob/v${ours.version}/` : cdn;
  return markdown.replace(
    /(!?)(\[[^\]]*\])\((?![a-z]+:|#)([^)]+)\)/g,
    (_, picture, words, path) => `${picture}${words}(${picture ? cdn : docs}${path})`,
  );
}

async function make() {
  const json = async (path) => JSON.parse(await readFile(at(path), 'utf8'));
  const ours = await json('package.json');
  const write = (name, text) => writeFile(at(`package/${name}`), text);
  for (const name of await readdir(at('www/package'))) {
    if (!TOOLS.includes(name)) await cp(at(`www/package/${name}`), at(`package/${name}`));
  }
  await write('package.json', `${JSON.stringify(manifest(ours, await json('www/package/manifest.json')), null, 2)}\n`);
  await write('README.md', absolute(await readFile(at('www/package/README.md'), 'utf8'), ours));
  for (const name of ['LICENSE', 'LICENSE-MIT', 'LICENSE-APACHE', 'CHANGELOG.md']) {
    await cp(at(name), at(`package/${name}`));
  }
  await mkdir(at('package/docs/images'), { recursive: true });
  for (const name of DOCS) await cp(at(name), at(`package/${name}`));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await make();
