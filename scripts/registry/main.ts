/** The command `npm run registry`: a registry of descriptors into the app, or into one file. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cloneOf, commitOf, isAddress } from './clone.ts';
import { RegistryError } from './folder.ts';
import { importRegistry, indexByChain, type SnapshotJson } from './import.ts';

const USAGE = `npm run registry -- --from <folder or address of a git repository> [--commit <hash>] [--origin <name>] [--file <out.json>]

Checks the ERC-7730 descriptors of a registry and writes them to public/registry/, from where the app loads
them when it needs them. With --file it writes one file, which can be added in the app's settings.`;

const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    commit: { type: 'string' },
    origin: { type: 'string' },
    file: { type: 'string' },
  },
});

if (values.from === undefined) {
  console.error(USAGE);
  process.exit(2);
}

let clone: string | undefined;
try {
  clone = isAddress(values.from) ? cloneOf(values.from, values.commit) : undefined;
  const folder = clone ?? resolve(values.from);
  const snapshot = importRegistry(folder, {
    origin: values.origin ?? (clone === undefined ? basename(folder) : values.from),
    commit: commitOf(folder) ?? values.commit ?? null,
    imported: new Date().toISOString().slice(0, 10),
  });
  if (values.file === undefined) writeFolder(snapshot, 'public/registry');
  else writeFileSync(values.file, JSON.stringify(snapshot));
  const { commit, count, digest } = snapshot.manifest;
  console.log(`${String(count)} descriptors, commit ${commit ?? 'not known'}, digest ${digest}`);
  console.log(`Written to ${values.file ?? 'public/registry/'}`);
} catch (error) {
  if (!(error instanceof RegistryError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
} finally {
  if (clone !== undefined) rmSync(clone, { recursive: true });
}

/** One small file for each descriptor and each chain: a page loads only what a request needs. */
function writeFolder({ descriptors, index, manifest }: SnapshotJson, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'descriptors'), { recursive: true });
  mkdirSync(join(folder, 'index'));
  for (const [digest, text] of Object.entries(descriptors)) {
    writeFileSync(join(folder, 'descriptors', `${digest}.json`), text);
  }
  const chains = indexByChain(index);
  for (const [chain, part] of chains) {
    writeFileSync(join(folder, 'index', `${chain}.json`), JSON.stringify(part));
  }
  writeFileSync(join(folder, 'chains.json'), JSON.stringify([...chains.keys()]));
  // Last of all: where there is a manifest, everything is there.
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}
