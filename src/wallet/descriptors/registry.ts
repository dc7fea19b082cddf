/**
 * The registry that comes with the app, copied as a whole: what is looked up in it later tells nobody what
 * is being reviewed.
 */
import { DescriptorError, parseManifest } from '../../chains/index.ts';
import type { RegistryFiles } from '../platform.ts';
import { CHAINS, descriptorFile, indexFile, MANIFEST } from './files.ts';
import { Source } from './source.ts';

/** Files that are fetched at the same time. */
const PARALLEL = 6;

/** The copy that is complete, if there is one. @throws DescriptorError when it is damaged */
export async function openCopy(files: RegistryFiles): Promise<Source | undefined> {
  for (const digest of await files.copies()) {
    const read = async (name: string): Promise<Uint8Array | undefined> => files.read(digest, name);
    if ((await read(MANIFEST)) === undefined) continue; // its copying was interrupted
    const source = await Source.open(read);
    if (source.digest === digest) return source;
    throw new DescriptorError('clear/copy-digest', 'The copy of the registry is another one.');
  }
  return undefined;
}

/**
 * Makes the copy what the app comes with now. Copies of others are deleted once the new one is complete.
 *
 * @param current the digest of the copy that is open
 * @param stopped whether to give up: this device was locked
 * @returns the new copy; `'same'` as before; `undefined`: the app comes with none
 * @throws DescriptorError for a file that is not what the manifest says: then the copy stays as it was
 */
export async function copyRegistry(
  files: RegistryFiles,
  current: string | undefined,
  stopped: () => boolean,
): Promise<Source | 'same' | undefined> {
  const bytes = await files.fetch(MANIFEST);
  if (bytes === undefined) {
    await removeOthers(files, undefined);
    return undefined;
  }
  const { digest } = parseManifest(bytes);
  if (digest === current) return 'same';
  const fetched = new Map([[MANIFEST, bytes]]);
  const served = await Source.open(async (name) => {
    const content = fetched.get(name) ?? (await files.fetch(name));
    if (content !== undefined) fetched.set(name, content);
    return content;
  });
  const keep = async (name: string): Promise<void> => {
    const content = fetched.get(name);
    if (content !== undefined) await files.write(digest, name, content);
    fetched.delete(name);
  };
  for (const name of [CHAINS, ...served.chains.map(indexFile)]) await keep(name);
  await inParallel(served.paths, async (path) => {
    if (stopped()) return;
    await served.load(`${digest}/${path}`); // checked before it is kept
    await keep(descriptorFile(path));
  });
  if (stopped()) return 'same';
  // Last of all: where there is a manifest, everything is there.
  await files.write(digest, MANIFEST, bytes);
  await removeOthers(files, digest);
  return openCopy(files);
}

async function removeOthers(files: RegistryFiles, kept: string | undefined): Promise<void> {
  for (const digest of await files.copies()) if (digest !== kept) await files.remove(digest);
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const next = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, next));
}
