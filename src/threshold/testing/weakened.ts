/**
 * Deliberately weakened builds, for attacks that must succeed on a build without a countermeasure and
 * fail on the real one (pitfalls, section I, item 5).
 *
 *     import * as multiply from './multiply.ts';
 *     const weak = await weakened<{ multiply: typeof multiply }>({ multiply: 'multiply.ts' }, [
 *       { file: 'multiply.ts', find: 'hash(TAGS.rvoleTheta, msid, matrix)', replace: '...' },
 *     ]);
 *
 * A patch must match its file exactly once, and its file must be part of the build: otherwise the test
 * would attack the real code without noticing. Everything is bundled anew, so a weakened build shares no
 * module state with the real one, only the packages.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'vite';

/** One replacement in one source file. */
export interface Patch {
  /** Relative to `src/threshold/`. */
  readonly file: string;
  /** Text that occurs exactly once. */
  readonly find: string;
  readonly replace: string;
}

// A mutation test runs on instrumented copies; what is weakened here is the original.
const THRESHOLD = fileURLToPath(new URL('../', import.meta.url)).replace(
  /\/\.stryker-tmp\/[^/]+\//,
  '/',
);
const CACHE = fileURLToPath(new URL('../../../node_modules/.cache/weakened/', import.meta.url));
const ENTRY = 'virtual:weakened';

const builds = new Map<string, Promise<unknown>>();

/**
 * Builds `src/threshold/` with the patches and imports it. Equal requests share one build.
 *
 * @param modules the files to import, by name, relative to `src/threshold/`
 * @throws Error when a patch does not match exactly once or its file is not part of the build
 */
export async function weakened<B extends object>(
  modules: Readonly<Record<keyof B & string, string>>,
  patches: readonly Patch[],
): Promise<B> {
  const key = JSON.stringify([modules, patches]);
  const known = builds.get(key) ?? load(modules, patches);
  builds.set(key, known);
  return (await known) as B;
}

async function load(
  modules: Readonly<Record<string, string>>,
  patches: readonly Patch[],
): Promise<unknown> {
  const sources = await patchedSources(patches);
  const code = await bundle(modules, sources);
  await mkdir(CACHE, { recursive: true });
  const folder = await mkdtemp(CACHE);
  try {
    const file = join(folder, 'build.mjs');
    await writeFile(file, code);
    return (await import(pathToFileURL(file).href)) as unknown;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The patched files by absolute path. */
async function patchedSources(patches: readonly Patch[]): Promise<Map<string, string>> {
  if (patches.length === 0) throw new Error('weakened: no patch, so this is the real build');
  const sources = new Map<string, string>();
  for (const { file, find, replace } of patches) {
    const path = join(THRESHOLD, file);
    const source = sources.get(path) ?? (await readFile(path, 'utf8'));
    const pieces = source.split(find);
    if (pieces.length !== 2 || find === replace) {
      const count = String(pieces.length - 1);
      throw new Error(`weakened: found ${count} times in ${file}, not once: ${find}`);
    }
    sources.set(path, pieces.join(replace));
  }
  return sources;
}

async function bundle(
  modules: Readonly<Record<string, string>>,
  sources: ReadonlyMap<string, string>,
): Promise<string> {
  const loaded = new Set<string>();
  const lines = Object.entries(modules).map(
    ([name, file]) => `export * as ${name} from ${JSON.stringify(join(THRESHOLD, file))};`,
  );
  const plugin: Plugin = {
    name: 'weakened',
    enforce: 'pre',
    resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : null),
    load(id) {
      if (id === `\0${ENTRY}`) return lines.join('\n');
      if (sources.has(id)) loaded.add(id);
      return sources.get(id);
    },
  };
  const result = await build({
    configFile: false,
    root: THRESHOLD,
    logLevel: 'silent',
    plugins: [plugin],
    build: {
      write: false,
      minify: false,
      target: 'esnext',
      ssr: true,
      rolldownOptions: { input: ENTRY, external: /^@noble\// },
    },
  });
  for (const path of sources.keys()) {
    if (!loaded.has(path)) throw new Error(`weakened: ${path} is not part of the build`);
  }
  const outputs = Array.isArray(result) ? result : [result];
  const chunks = outputs.flatMap((one) => ('output' in one ? one.output : []));
  const [chunk] = chunks;
  if (chunk?.type !== 'chunk' || chunks.length !== 1) throw new Error('weakened: no single chunk');
  return chunk.code;
}
