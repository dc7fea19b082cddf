/**
 * The registry of hash tags (specification 2.5): who may hash, that every tag is used as its comment says,
 * and that every hash binds its session, by looking at every hash of whole ceremonies (P-09, P-30).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { hashCallers } from '../../scripts/rooms.js';
import { concat, toHex, u16 } from '../codec.ts';
import { confirmDigest, describeDraft } from './certificate.ts';
import { pairSetupCeremony } from './ecdsa/pair-setup.ts';
import { banDigest } from './ecdsa/pairs.ts';
import { discardDigest } from './epochs.ts';
import type * as hashEachModule from './hash-each.ts';
import type * as hashModule from './hash.ts';
import { importedKey } from './import-key.ts';
import { reshareCeremony, rosterFingerprint } from './reshare.ts';
import { broadcastDigest } from './session/packet.ts';
import { TAGS, type Tag } from './tags.ts';
import { ecdsaKeys, frostKeys, signPlayers, testItem } from './testing/keys.ts';
import { lockstep, type Outcome } from './testing/lockstep.ts';
import { devices, digestOf, membersOf, requestId, testIdentity } from './testing/seeded.ts';

interface Call {
  readonly tag: Tag;
  readonly parts: readonly string[];
  /** In hex; empty for hashes that are expanded at once. */
  readonly result: string;
}

const log = vi.hoisted(() => ({ calls: [] as unknown[] }));
const calls = (): readonly Call[] => log.calls as Call[];

vi.mock('./hash.ts', async (importOriginal) => {
  const original = await importOriginal<typeof hashModule>();
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const record = (tag: Tag, parts: readonly Uint8Array[]): Uint8Array => {
    const result = original.hash(tag, ...parts);
    log.calls.push({ tag, parts: parts.map(hex), result: hex(result) });
    return result;
  };
  return {
    ...original,
    hash: (tag: Tag, ...parts: readonly Uint8Array[]) => record(tag, parts),
    hashToScalar(order: bigint, tag: Tag, ...parts: readonly Uint8Array[]) {
      record(tag, parts);
      return original.hashToScalar(order, tag, ...parts);
    },
  };
});

vi.mock('./hash-each.ts', async (importOriginal) => {
  const original = await importOriginal<typeof hashEachModule>();
  return {
    ...original,
    expandEach(...args: Parameters<typeof original.expandEach>) {
      const [tag, first, , lastLength, count] = args;
      for (const j of [0, count - 1]) {
        const last = lastLength === 0 ? [] : ['00'.repeat(lastLength)];
        const index = j.toString(16).padStart(4, '0');
        const parts = [Buffer.from(first).toString('hex'), index, ...last];
        log.calls.push({ tag, parts, result: '' });
      }
      return original.expandEach(...args);
    },
  };
});

function finished<Out>(outcomes: ReadonlyMap<number, Outcome<Out>>): Out[] {
  return [...outcomes.values()].map(({ output, error }) => {
    if (output === undefined) throw new Error('the ceremony failed', { cause: error });
    return output;
  });
}

/** Everything that hashes: key generation, signing, pair set-up, redistribution, and the odd notices. */
function runEverything(): void {
  const keys = ecdsaKeys(2, 2, 'tags');
  finished(lockstep(signPlayers(keys, [1, 2], [testItem('a'), testItem('b', [1])]), 'tags/sign'));
  const setUp = keys.parties.map((party) => {
    const request = {
      requestId: requestId('set-up'),
      peer: 3 - party,
      reason: 'restored',
      certificateDigest: digestOf('certificate'),
    } as const;
    const ceremony = pairSetupCeremony(request, keys.share(party), keys.book(party));
    return [party, { ceremony, identity: keys.device(party).identity }] as const;
  });
  finished(lockstep(new Map(setUp), 'tags/pairs'));
  const frost = frostKeys('mpc-frost/v1/ed25519', 2, 2, 'tags');
  const list = devices(3, 'tags');
  const context = {
    suite: frost.info.suite,
    requestId: requestId('reshare'),
    old: frost.info,
    dealers: [1, 2],
    threshold: 2,
    members: membersOf(list),
  } as const;
  const players = list.map(({ identity }, i) => {
    const share = i < 2 ? frost.share(i + 1) : undefined;
    const inputs = { identity: identity.publicKey, share, largestAttempt: 0 };
    return [i + 1, { ceremony: reshareCeremony(context, inputs), identity }] as const;
  });
  const [redistributed] = finished(lockstep(new Map(players), 'tags/reshare'));
  if (redistributed === undefined) throw new Error('nothing redistributed');
  const { certificate } = redistributed;
  const { info, height, oldKid } = describeDraft(certificate);
  confirmDigest(certificate, height.sid, oldKid, info.epoch, 1, info.kid);
  rosterFingerprint(info.members, 2);
  discardDigest(height.sid, info.kid, 1);
  const banned = keys.book(1).ban(2);
  if (banned.kind === 'pair-banned') banDigest(banned);
  importedKey(keys.info.suite, digestOf('key'), digestOf('code'), testIdentity('i').publicKey);
  const frame = { suite: frost.info.suite, protocol: 'dkg', sid: height.sid } as const;
  broadcastDigest(frame, { round: 1, from: 1, to: 0 }, new Uint8Array(5));
}

const ROOM = fileURLToPath(new URL('.', import.meta.url));
const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));
const sources = readdirSync(ROOM, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(?!.*(?:\.test\.ts$|testing\/|vectors\/)).*\.ts$/.test(file))
  .map((file) => ({
    path: relative(REPOSITORY, `${ROOM}${file}`),
    text: readFileSync(`${ROOM}${file}`, 'utf8'),
  }));

describe('the source', () => {
  it('is all there', () => {
    const paths = sources.map(({ path }) => path);
    expect(paths).toContain('src/threshold/hash.ts');
    expect(paths).toContain('src/threshold/ecdsa/sign.ts');
    expect(paths.length).toBeGreaterThan(40);
  });

  it('P-30 calls a hash function only in the files that may', () => {
    const offenders = sources
      .filter(({ text }) =>
        /from '(?:@noble\/hashes\/(?!utils\.js)|(?:node:)?crypto)|\bsubtle\b|\bsha256\b|[^_]\bhashes\b\./.test(
          text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''),
        ),
      )
      .map(({ path }) => path)
      .filter(
        (path) => !hashCallers.some((allowed) => path === allowed || path.startsWith(allowed)),
      );
    expect(offenders).toEqual([]);
    // the check sees those that may
    expect(sources.some(({ text }) => text.includes("from '@noble/hashes/sha2.js'"))).toBe(true);
  });

  it('P-30 names every tag through the registry, never as text', () => {
    const offenders = sources.filter(
      ({ path, text }) =>
        !/\/(?:hash|tags)\.ts$/.test(path) &&
        /\b(?:hash|hashToScalar|groupHashToScalar|expandEach|hashWithTag|tagPrefix)\((?:[^()]*,\s*)?['"`]/.test(
          text,
        ),
    );
    expect(offenders.map(({ path }) => path)).toEqual([]);
  });

  it('uses every tag, and uses none for tests', () => {
    const text = sources
      .filter(({ path }) => !path.endsWith('/tags.ts'))
      .map((source) => source.text)
      .join('\n');
    const unused = Object.keys(TAGS).filter(
      (name) => !new RegExp(`\\bTAGS\\.${name}\\b`).test(text),
    );
    expect(unused).toEqual([]);
    expect(
      sources.filter((source) => /\bhashWithTag\(/.test(source.text)).map(({ path }) => path),
    ).toEqual(['src/threshold/hash.ts']);
  });
});

describe('the registry', () => {
  it('has unique tags, none of which begins another with the domain', () => {
    const tags = Object.values(TAGS);
    expect(new Set(tags).size).toBe(tags.length);
    for (const tag of tags) expect(tag).toMatch(/^[a-z0-9]+(?:[-/][a-z0-9-]+)*$/);
  });
});

/** Lengths of the parts, as a pattern: `n` any, `P` a point, `S` a session-like value of 32 bytes. */
const SHAPES: Readonly<Record<Tag, string>> = {
  sid: 'n(,n){2,}',
  round0: 'n(,n)?',
  packet: '44,n',
  echo: 'S,1(,2,32){2,}',
  'echo/body': 'n',
  'dkg/commit': 'S,2,n,32',
  'dkg/cc': 'S(,32){2}',
  'dkg/final': 'S,32,32(,P){2},32(,P){2}',
  'dkg/discard': 'S,32,2',
  confirm: 'n,S,32,4,4,2,32',
  'reshare/commit': 'S,2,n,32',
  'reshare/auth': 'S,32,4,4,4,n,2,32',
  'reshare/final': 'S,32,4(,P){2},32,32,32(,P){3}',
  'reshare/roster': 'n,2',
  import: '32,P,32',
  'zero/seed': 'S,2,2,32,32',
  zero: '32,S,32',
  'ot-setup': 'S,(32|4)',
  'bot/pad': 'S,2,2,2,1,33,33,33,33',
  mul: 'S,2,2,32',
  'ote/prg': 'S,2,32',
  'ote/digest': 'S(,80){128}',
  'ote/chi': 'S,32',
  'ote/col': 'S,2,16',
  'rvole/gadget': 'S',
  'rvole/g': '32,2',
  'rvole/theta': 'S,49152',
  'rvole/theta-ik': '32,2',
  'rvole/mu': 'S,16384',
  'sign/item': 'S,2,2,33,32',
  'sign/commit': 'S,2,2(,33){2},32',
  'sign/view': 'S,32(,33,33,33){2}',
  pok: 'n,S,2,n,P,P',
  'pair/transcript': 'S,32,32,32,32',
  'pair/message': '8448',
  'pair/final': 'S,32,4,4,2,2,32',
  'pair/confirm': 'S,2,4,32',
  'pair/ban': '32,4,2,2,4',
  hedge: '32,n,S,n,4',
  'hedge/nonce': '32,32,8',
};

/** Which hash a part must come from: [tag, part, the tag that made it]. */
const CHAIN: readonly (readonly [Tag, number, Tag])[] = [
  ['echo', 0, 'sid'],
  ['dkg/commit', 0, 'sid'],
  ['dkg/cc', 0, 'sid'],
  ['dkg/final', 0, 'sid'],
  ['dkg/final', 1, 'echo'],
  ['dkg/final', 2, 'echo'],
  ['dkg/discard', 0, 'sid'],
  ['confirm', 1, 'sid'],
  ['reshare/commit', 0, 'sid'],
  ['reshare/auth', 0, 'sid'],
  ['reshare/auth', 1, 'dkg/final'],
  ['reshare/auth', 7, 'reshare/final'],
  ['reshare/final', 0, 'sid'],
  ['reshare/final', 1, 'dkg/final'],
  ['zero/seed', 0, 'sid'],
  ['zero', 0, 'zero/seed'],
  ['zero', 1, 'sign/item'],
  ['zero', 2, 'echo'],
  ['ot-setup', 0, 'sid'],
  ['bot/pad', 0, 'ot-setup'],
  ['mul', 0, 'sign/item'],
  ['mul', 3, 'pair/final'],
  ['ote/prg', 0, 'mul'],
  ['ote/digest', 0, 'mul'],
  ['ote/chi', 0, 'mul'],
  ['ote/chi', 1, 'ote/digest'],
  ['ote/col', 0, 'mul'],
  ['rvole/gadget', 0, 'mul'],
  ['rvole/g', 0, 'rvole/gadget'],
  ['rvole/theta', 0, 'mul'],
  ['rvole/theta-ik', 0, 'rvole/theta'],
  ['rvole/mu', 0, 'mul'],
  ['sign/item', 0, 'sid'],
  ['sign/commit', 0, 'sid'],
  ['sign/view', 0, 'sid'],
  ['sign/view', 1, 'echo'],
  ['pok', 1, 'sid'],
  ['pair/transcript', 0, 'sid'],
  ['pair/transcript', 1, 'pair/message'],
  ['pair/transcript', 4, 'pair/message'],
  ['pair/final', 0, 'sid'],
  ['pair/final', 1, 'dkg/final'],
  ['pair/final', 6, 'pair/transcript'],
  ['pair/confirm', 0, 'sid'],
  ['pair/confirm', 3, 'pair/final'],
  ['hedge', 2, 'sid'],
];

describe('every hash of whole ceremonies', () => {
  runEverything();
  const byTag = new Map<Tag, Call[]>();
  for (const call of calls()) byTag.set(call.tag, [...(byTag.get(call.tag) ?? []), call]);

  it.each(Object.values(TAGS))('P-30 %s has the parts that the registry says', (tag) => {
    const shape = SHAPES[tag]
      .replaceAll('n', '\\d+')
      .replaceAll('S', '32')
      .replaceAll('P', '3[23]');
    const lengths = new Set(
      (byTag.get(tag) ?? []).map(({ parts }) => parts.map((part) => part.length / 2).join(',')),
    );
    expect(lengths.size).toBeGreaterThan(0);
    for (const list of lengths) expect(list).toMatch(new RegExp(`^${shape}$`));
  });

  it.each(CHAIN)('P-09 %s: part %i is a value of %s', (tag, index, origin) => {
    const made = new Set((byTag.get(origin) ?? []).map(({ result }) => result));
    const foreign = (byTag.get(tag) ?? []).filter(({ parts }) => !made.has(parts[index] ?? ''));
    expect(foreign.map(({ parts }) => parts[index])).toEqual([]);
  });

  it.each<[Tag, number, number]>([
    ['bot/pad', 1, 2],
    ['mul', 1, 2],
  ])('P-09 %s is taken in both directions', (tag, from, to) => {
    const directions = new Set(
      (byTag.get(tag) ?? []).map(({ parts }) => [parts[from], parts[to]].join()),
    );
    expect(directions).toEqual(new Set(['0001,0002', '0002,0001']));
  });

  it('P-09 base-OT pads name every index and both slots', () => {
    const places = new Set(
      (byTag.get('bot/pad') ?? []).map(({ parts }) => `${parts[3] ?? ''}/${parts[4] ?? ''}`),
    );
    expect(places.size).toBe(256);
    expect(places).toContain('007f/01');
  });

  it('P-09 items are named by number and count', () => {
    const items = new Set(
      (byTag.get('sign/item') ?? []).map(({ parts }) => `${parts[1] ?? ''}/${parts[2] ?? ''}`),
    );
    expect(items).toEqual(new Set(['0002/0000', '0002/0001']));
  });

  it('P-07 theta is of all of a~, and theta-ik of i || k', () => {
    const indices = new Set((byTag.get('rvole/theta-ik') ?? []).map(({ parts }) => parts[1]));
    expect(indices).toEqual(new Set(['0000', '0100']));
    const matrices = new Set((byTag.get('rvole/theta') ?? []).map(({ parts }) => parts[1]));
    // two items, two directions; each matrix is hashed by both sides
    expect(matrices.size).toBe(4);
    expect(byTag.get('rvole/theta')).toHaveLength(8);
  });

  it('P-02 no two multiplications have the same id', () => {
    const ids = (byTag.get('mul') ?? []).map(({ result }) => result);
    // per item and direction: each side computes it for the extension and once or twice more
    expect(new Set(ids).size).toBe(4);
  });

  it('M3 every draw is hedged with a counter that never repeats in a session', () => {
    const draws = (byTag.get('hedge') ?? []).map(({ parts }) => parts.join());
    expect(new Set(draws).size).toBe(draws.length);
    const withoutFresh = (byTag.get('hedge') ?? []).map(({ parts }) => parts.slice(1).join());
    expect(new Set(withoutFresh).size).toBe(withoutFresh.length);
  });

  it('P-09 one part changed changes every hash that was made', async () => {
    const { hash } = await vi.importActual<typeof hashModule>('./hash.ts');
    const from = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));
    for (const [tag, [call]] of byTag) {
      const parts = (call?.parts ?? []).map(from);
      const original = toHex(hash(tag, ...parts));
      const changed = parts.flatMap((part, i) => {
        const flipped = part.map((byte, at) => (at === part.length - 1 ? byte ^ 1 : byte));
        const replaced = (other: readonly Uint8Array[]) =>
          hash(tag, ...parts.toSpliced(i, 1, ...other));
        return [
          ...(part.length > 0 ? [replaced([flipped])] : []),
          replaced([]),
          replaced([concat(part, Uint8Array.of(0))]),
          replaced([part, new Uint8Array()]),
        ].map(toHex);
      });
      expect(changed).not.toContain(original);
      expect(
        new Set([original, toHex(hash(tag, ...parts, u16(0))), ...changed]).size,
      ).toBeGreaterThan(parts.length);
    }
  });
});
