/**
 * Where the time goes: the processor's samples, each counted for the file of `src/` that it falls into
 * or, inside a library or the compression function, for the file that called it.
 */
import { readFileSync } from 'node:fs';
import { Session, type Profiler } from 'node:inspector/promises';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Hotspot } from './results.ts';

/** Areas by the paths of their files; the first that fits. */
const AREAS: readonly (readonly [RegExp, string])[] = [
  [/threshold\/hash-each/, 'SHA-256 of the OT extension: rows and columns'],
  [/threshold\/(gf128|bits|ot\/extension)/, 'OT extension: check and transposition'],
  [/threshold\/(multiply|scalars)/, 'multiplication: scalars'],
  [/threshold\/curve\/map-to-curve/, 'base OT: hashing to the curve'],
  [/threshold\/(curve|ot)\//, 'batched multiplications of points (base OT above all)'],
  [/threshold\/points/, 'decoding of points: a square root each'],
  [/threshold\/(identity|testing\/seeded)/, 'identity signatures'],
  [/threshold\/session\/(session|handshake)/, 'channel keys (X25519)'],
  [/threshold\/session\/packet/, 'encryption of packets'],
  [/threshold\/ecdsa\/signature/, 'verification of the finished signature'],
  [/threshold\/hash/, 'other hashing: commitments, transcripts, keys'],
  [/threshold\/(group|polynomial|proofs|keys)/, 'polynomials, commitments and proofs'],
];

/** Runs the action under the sampling profiler. Largest share first. */
export async function profile(action: () => void): Promise<Hotspot[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  action();
  const { profile: sampled } = await session.post('Profiler.stop');
  session.disconnect();
  return summed(sampled);
}

function summed({ nodes }: Profiler.Profile): Hotspot[] {
  const sourceOf = sources();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const hits = new Map<string, number>();
  const count = (id: number, caller: string): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const source = sourceOf(node.callFrame);
    const counts = source.includes('/src/') && !source.endsWith('threshold/compression.ts');
    const responsible = counts ? source : caller;
    const collecting = node.callFrame.functionName === '(garbage collector)';
    const area = collecting ? 'garbage collection' : areaOf(responsible);
    hits.set(area, (hits.get(area) ?? 0) + (node.hitCount ?? 0));
    for (const child of node.children ?? []) count(child, responsible);
  };
  const [root] = nodes;
  if (root !== undefined) count(root.id, '');
  const total = [...hits.values()].reduce((a, b) => a + b, 0);
  return [...hits]
    .map(([area, samples]) => ({ area, share: samples / total }))
    .sort((a, b) => b.share - a.share);
}

const areaOf = (source: string): string =>
  AREAS.find(([pattern]) => pattern.test(source))?.[1] ?? 'everything else';

/** Finds the source file of a frame through the source map beside the bundle. */
function sources(): (frame: Profiler.ProfileNode['callFrame']) => string {
  const maps = new Map<string, SourceMap>();
  return ({ url, lineNumber, columnNumber }) => {
    if (!url.startsWith('file:')) return '';
    let map = maps.get(url);
    if (map === undefined) {
      const text = readFileSync(`${fileURLToPath(url)}.map`, 'utf8');
      map = new SourceMap(JSON.parse(text) as SourceMapPayload);
      maps.set(url, map);
    }
    const entry = map.findEntry(lineNumber, columnNumber);
    return 'originalSource' in entry ? entry.originalSource : '';
  };
}
