import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { DescriptorError } from './errors.ts';
import {
  MAX_SNAPSHOT_BYTES,
  parseIndex,
  parseManifest,
  parseRegistryDescriptor,
  parseSnapshot,
  registryDigest,
  SNAPSHOT_FORMAT,
} from './snapshot.ts';

const ADDRESS = `0x${'ab'.repeat(20)}`;
const KEY = `eip155:1:${ADDRESS}`;
const HASH = `0x${'cd'.repeat(32)}`;
const digestOf = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));
const deployments = [{ chainId: 1, address: ADDRESS }];
const callText = JSON.stringify({
  context: { contract: { deployments } },
  display: { formats: {} },
});
const dataText = JSON.stringify({ context: { eip712: { deployments } }, display: { formats: {} } });
const CALL = digestOf(callText);
const DATA = digestOf(dataText);

const index = {
  calls: { [KEY]: CALL },
  typedData: { [KEY]: { Order: [{ path: DATA, encodeTypeHashes: [HASH] }] } },
};
const descriptors = { [CALL]: callText, [DATA]: dataText };
const manifest = {
  format: SNAPSHOT_FORMAT,
  origin: 'the registry',
  commit: 'a'.repeat(40),
  imported: '2026-11-24',
  digest: registryDigest(index, [CALL, DATA]),
  count: 2,
};
const bytes = (value: unknown): Uint8Array => utf8ToBytes(JSON.stringify(value));
const codeOf = (run: () => unknown): string => {
  try {
    run();
    return 'none';
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    return error.code;
  }
};

/** A snapshot whose digest fits. */
function fitting(
  parts: Partial<{ index: typeof index; descriptors: Record<string, string> }>,
): object {
  const whole = { index, descriptors, ...parts };
  const names = Object.keys(whole.descriptors);
  const digest = registryDigest(whole.index, names);
  return { ...whole, manifest: { ...manifest, digest, count: names.length } };
}

describe('parseSnapshot', () => {
  it('reads a snapshot', () => {
    const snapshot = parseSnapshot(bytes({ manifest, index, descriptors }));
    expect(snapshot.manifest).toEqual(manifest);
    expect(snapshot.descriptors.forCall(1n, ADDRESS.toUpperCase().replace('X', 'x'))).toEqual([
      CALL,
    ]);
    expect(snapshot.descriptors.forCall(2n, ADDRESS)).toEqual([]);
    expect(snapshot.descriptors.forTypedData(1n, ADDRESS, 'Order', HASH)).toEqual([DATA]);
    expect(snapshot.descriptors.forTypedData(1n, ADDRESS, 'Order', `0x${'00'.repeat(32)}`)).toEqual(
      [],
    );
    expect(snapshot.descriptors.forTypedData(1n, ADDRESS, 'constructor', HASH)).toEqual([]);
    expect(snapshot.descriptors.load(CALL)).toMatchObject({ origin: 'the registry', digest: CALL });
    expect(snapshot.descriptors.load('constructor')).toBeUndefined();
  });

  it.each<readonly [string, Uint8Array, string]>([
    ['too many bytes', new Uint8Array(MAX_SNAPSHOT_BYTES + 1), 'clear/snapshot-size'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'clear/snapshot-json'],
    ['no JSON', utf8ToBytes('{'), 'clear/snapshot-json'],
    ['another thing', bytes({}), 'clear/snapshot-schema'],
    [
      'more than it should',
      bytes({ manifest, index, descriptors, more: 1 }),
      'clear/snapshot-schema',
    ],
    [
      'another format',
      bytes({ manifest: { ...manifest, format: 'v2' }, index, descriptors }),
      'clear/snapshot-schema',
    ],
    [
      'a hidden name',
      bytes({ manifest: { ...manifest, origin: 'a\u200bb' }, index, descriptors }),
      'clear/snapshot-schema',
    ],
    [
      'a commit that is none',
      bytes({ manifest: { ...manifest, commit: 'main' }, index, descriptors }),
      'clear/snapshot-schema',
    ],
    [
      'another digest',
      bytes({ manifest: { ...manifest, digest: CALL }, index, descriptors }),
      'clear/snapshot-digest',
    ],
    [
      'another number',
      bytes({ manifest: { ...manifest, count: 3 }, index, descriptors }),
      'clear/snapshot-digest',
    ],
    [
      'a text under the name of another',
      bytes({ manifest, index, descriptors: { [CALL]: dataText, [DATA]: callText } }),
      'clear/descriptor-digest',
    ],
    [
      'a descriptor that is none',
      bytes(fitting({ descriptors: { ...descriptors, [digestOf('{}')]: '{}' } })),
      'clear/descriptor-schema',
    ],
    [
      'an index of what is not there',
      bytes(fitting({ descriptors: { [CALL]: callText } })),
      'clear/index-binding',
    ],
    [
      'an index for a contract that the descriptor does not name',
      bytes(fitting({ index: { ...index, calls: { [KEY.replace(':1:', ':2:')]: CALL } } })),
      'clear/index-binding',
    ],
    [
      'an index that takes typed data for calls',
      bytes(fitting({ index: { ...index, calls: { [KEY]: DATA } } })),
      'clear/index-binding',
    ],
  ])('refuses %s', (_name, input, code) => {
    expect(codeOf(() => parseSnapshot(input))).toBe(code);
  });
});

it('reads a registry piece by piece', () => {
  expect(parseManifest(bytes(manifest))).toEqual(manifest);
  expect(parseIndex(bytes(index), 1n)).toEqual(index);
  expect(codeOf(() => parseIndex(bytes(index), 10n))).toBe('clear/index-chain');
  expect(parseRegistryDescriptor(callText, CALL, manifest).digest).toBe(CALL);
  expect(codeOf(() => parseRegistryDescriptor(callText, DATA, manifest))).toBe(
    'clear/descriptor-digest',
  );
});

it('has a digest that does not depend on the order of the file, and on everything else', () => {
  const digest = registryDigest(index, [CALL, DATA]);
  expect(registryDigest({ typedData: index.typedData, calls: index.calls }, [DATA, CALL])).toBe(
    digest,
  );
  expect(registryDigest({ ...index, calls: {} }, [CALL, DATA])).not.toBe(digest);
  expect(registryDigest({ ...index, typedData: {} }, [CALL, DATA])).not.toBe(digest);
  expect(registryDigest(index, [CALL])).not.toBe(digest);
});
