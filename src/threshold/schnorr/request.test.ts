import { describe, expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import { UsageError } from '../abort.ts';
import { importedKey } from '../import-key.ts';
import type { FrostSuite, KeyInfo, KeyShare } from '../keys.ts';
import { dealtKey } from '../testing/dealt.ts';
import { digestOf, requestId, seeded } from '../testing/seeded.ts';
import {
  encodeFrostContext,
  MAX_MESSAGE,
  prepareItems,
  type EdwardsItem,
  type FrostItem,
  type FrostRequest,
  type TaprootItem,
} from './request.ts';
import { frostSignCeremony } from './sign.ts';
import {
  dealt,
  EDWARDS,
  edwardsItem,
  itemOf,
  TAPROOT,
  taprootItem,
  unblemished,
} from './testing/frost.ts';

const taproot = dealt(TAPROOT, 2, 3, 'request');
const edwards = dealt(EDWARDS, 2, 3, 'request');

const requestOf = <S extends FrostSuite>(
  items: readonly FrostItem<S>[],
  change: Partial<FrostRequest<S>> = {},
): FrostRequest<S> => ({ requestId: requestId('request'), signers: [1, 2], items, ...change });

const contextOf = <S extends FrostSuite>(
  share: KeyShare<S>,
  request: FrostRequest<S>,
  info: KeyInfo<FrostSuite> = share.info,
): string => toHex(encodeFrostContext(request, info, prepareItems(request, share)));

describe('the context', () => {
  const leaf = { root: 'none', leafHash: digestOf('leaf') } as const;
  const changes: readonly Partial<TaprootItem>[] = [
    {},
    { path: [0] },
    { path: [0, 0] },
    { path: [256] },
    { root: digestOf('tree') },
    { root: digestOf('another tree') },
    leaf,
    { ...leaf, leafHash: digestOf('another leaf') },
    { message: digestOf('another message') },
    { sighashType: 1 },
    { sighashType: 0x81 },
    { inputIndex: 1 },
    { inputIndex: 2 ** 32 - 1 },
    { prevouts: digestOf('other outputs') },
  ];

  it('P-19 P-30 differs in every field of a Taproot item', () => {
    const contexts = changes.map((change) =>
      contextOf(taproot.share(1), requestOf<typeof TAPROOT>([taprootItem('a', change)])),
    );
    expect(new Set(contexts).size).toBe(changes.length);
  });

  it('P-19 P-30 differs in every field of an Ed25519 item', () => {
    const item: EdwardsItem = edwardsItem('a');
    const contexts = [
      item,
      { ...item, purpose: 'solana-message' as const },
      { ...item, message: item.message.slice(1) },
      { ...item, message: digestOf('b') },
    ].map((one) => contextOf(edwards.share(1), requestOf<typeof EDWARDS>([one])));
    expect(new Set(contexts).size).toBe(4);
  });

  it.each([TAPROOT, EDWARDS])('differs in request, signers, items, key and epoch: %s', (suite) => {
    const keys = dealt(suite, 2, 3, 'context');
    const [a, b] = [itemOf(suite, 'a'), itemOf(suite, 'b')];
    const share = keys.share(1);
    const plain = requestOf<typeof suite>([a, b]);
    const contexts = [
      contextOf(share, plain),
      contextOf(share, { ...plain, items: [b, a] }),
      contextOf(share, { ...plain, items: [a] }),
      contextOf(share, { ...plain, signers: [1, 3] }),
      contextOf(share, { ...plain, signers: [1, 2, 3] }),
      contextOf(share, { ...plain, requestId: requestId('another') }),
      contextOf(share, plain, { ...keys.info, epoch: 1 }),
      contextOf(share, plain, { ...keys.info, kid: digestOf('another key') }),
      contextOf(dealt(suite, 2, 3, 'another').share(1), plain),
    ];
    expect(new Set(contexts).size).toBe(contexts.length);
    expect(contextOf(keys.share(2), plain)).toBe(contexts[0]);
  });

  it('has the layout of its description', () => {
    const item = taprootItem('a', { path: [0, 7], inputIndex: 3, sighashType: 0x81 });
    const [prepared] = prepareItems(requestOf<typeof TAPROOT>([item]), taproot.share(1));
    expect(prepared?.encoded).toHaveLength(1 + 1 + 8 + 33 + 1 + 33 + 32 + 1 + 4 + 32 + 1);
    const tree = taprootItem('a', { root: digestOf('tree') });
    const [withTree] = prepareItems(requestOf<typeof TAPROOT>([tree]), taproot.share(1));
    expect(withTree?.encoded).toHaveLength(1 + 1 + 33 + 33 + 33 + 32 + 1 + 4 + 32 + 1);
    const script = taprootItem('a', leaf);
    const [withLeaf] = prepareItems(requestOf<typeof TAPROOT>([script]), taproot.share(1));
    expect(withLeaf?.encoded).toHaveLength(1 + 1 + 33 + 1 + 33 + 32 + 1 + 4 + 32 + 33);
    const roots = [prepared?.encoded[2 + 8 + 33], withTree?.encoded[35], withLeaf?.encoded[35]];
    expect(roots).toEqual([1, 2, 0]);
    const [message] = prepareItems(requestOf<typeof EDWARDS>([edwardsItem('a')]), edwards.share(1));
    expect(message?.encoded).toHaveLength(1 + 32 + 4 + 77);
  });

  it('is fixed when the ceremony is made: later changes of the request change nothing', () => {
    const item = { ...taprootItem('a'), message: digestOf('a').slice() };
    const [prepared] = prepareItems(requestOf<typeof TAPROOT>([item]), taproot.share(1));
    item.message.fill(0);
    expect(prepared?.message).toEqual(digestOf('a'));
  });
});

describe('a request is refused', () => {
  const items = [taprootItem('a')];
  it.each<[string, Partial<FrostRequest<typeof TAPROOT>>]>([
    ['without items', { items: [] }],
    ['with 17 items', { items: Array.from({ length: 17 }, (_, i) => taprootItem(String(i))) }],
    ['with the same key and message twice', { items: [...items, ...items] }],
    [
      'with the same output key and message twice, as different inputs',
      { items: [...items, taprootItem('a', { inputIndex: 1 })] },
    ],
    ['with too few signers', { signers: [1] }],
    ['with a stranger', { signers: [1, 4] }],
    ['without this device', { signers: [2, 3] }],
    ['with signers out of order', { signers: [2, 1] }],
    ['with a signer twice', { signers: [1, 1] }],
    ['with a short request id', { requestId: new Uint8Array(15) }],
    [
      'with a message that is no sighash',
      { items: [taprootItem('a', { message: seeded('')(33) })] },
    ],
    ['with a short hash of outputs', { items: [taprootItem('a', { prevouts: seeded('')(31) })] }],
    ['with an unknown sighash type', { items: [taprootItem('a', { sighashType: 4 })] }],
    ['with SIGHASH_DEFAULT | ANYONECANPAY', { items: [taprootItem('a', { sighashType: 0x80 })] }],
    ['with a hardened path', { items: [taprootItem('a', { path: [2 ** 31] })] }],
    ['with a short Merkle root', { items: [taprootItem('a', { root: new Uint8Array(31) })] }],
    ['with a negative input index', { items: [taprootItem('a', { inputIndex: -1 })] }],
    ['with half an input index', { items: [taprootItem('a', { inputIndex: 0.5 })] }],
    ['with an input index of 33 bits', { items: [taprootItem('a', { inputIndex: 2 ** 32 })] }],
    ['with an untweaked key and no leaf', { items: [taprootItem('a', { root: 'none' })] }],
    ['with a tweaked key and a leaf', { items: [taprootItem('a', { leafHash: digestOf('') })] }],
    [
      'with a leaf hash of another length',
      { items: [taprootItem('a', { root: 'none', leafHash: seeded('')(31) })] },
    ],
  ])('%s', (_, change) => {
    expect(() =>
      frostSignCeremony(
        requestOf<typeof TAPROOT>(items, change),
        taproot.share(1),
        unblemished(taproot.share(1)),
      ),
    ).toThrow(UsageError);
  });

  it('with an Ed25519 message of no bytes or too many', () => {
    const sign = (length: number) =>
      prepareItems(
        requestOf<typeof EDWARDS>([edwardsItem('a', { message: seeded('')(length) })]),
        edwards.share(1),
      );
    expect(() => sign(0)).toThrow(UsageError);
    expect(() => sign(MAX_MESSAGE + 1)).toThrow(UsageError);
    expect(sign(1)).toHaveLength(1);
    expect(sign(MAX_MESSAGE)).toHaveLength(1);
  });

  it('for a key that one device holds alone: it is redistributed first', () => {
    const identity = taproot.identity(1).publicKey;
    const secret = new Uint8Array(32).fill(1);
    const share = importedKey(TAPROOT, secret, digestOf('cc'), identity);
    const request = requestOf<typeof TAPROOT>(items, { signers: [1] });
    expect(() => frostSignCeremony(request, share, unblemished(share))).toThrow(
      'threshold of at least 2',
    );
  });
});

describe('P-54 types', () => {
  const ecdsa = dealtKey('mpc-ecdsa/v1/secp256k1/L128', 2, 3, seeded('ecdsa')).shares.get(1);
  const request = requestOf<typeof TAPROOT>([taprootItem('a')]);
  if (ecdsa === undefined) throw new Error('no share');

  it('P-54 a share for ECDSA is refused, by the compiler and when it gets past it', () => {
    // @ts-expect-error a KeyShare<EcdsaSuite> is no KeyShare<FrostSuite>
    expect(() => frostSignCeremony(request, ecdsa, unblemished(ecdsa))).toThrow('not a FROST key');
    // @ts-expect-error nor is its public state that of a FROST key
    const info: KeyInfo<FrostSuite> = ecdsa.info;
    expect(info.suite).toBe('mpc-ecdsa/v1/secp256k1/L128');
  });

  it('P-54 an item of the other suite is refused, by the compiler and when it gets past it', () => {
    const [ed25519, bip340] = [edwards.share(1), taproot.share(1)];
    // @ts-expect-error an Ed25519 key does not sign Bitcoin inputs
    expect(() => frostSignCeremony(request, ed25519, unblemished(ed25519))).toThrow(
      'no Bitcoin inputs',
    );
    const message = requestOf<typeof EDWARDS>([edwardsItem('a')]);
    // @ts-expect-error a Taproot key does not sign bare messages
    expect(() => frostSignCeremony(message, bip340, unblemished(bip340))).toThrow(
      'Bitcoin inputs only',
    );
  });
});
