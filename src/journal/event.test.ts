import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { encodeCbor, type CborValue } from '../cbor.ts';
import { concat, toHex } from '../codec.ts';
import { parseContent, type Content, type EventType } from './content.ts';
import { MalformedError, UnsupportedError } from './errors.ts';
import { encodeBody, parseEvent, signatureHolds } from './event.ts';
import { bytesFor, forge, identityOf, NOW, testFounding } from './testing/vault.ts';

const HASH = bytesFor('hash');
const ID16 = HASH.slice(0, 16);
const samples: { [T in EventType]: Extract<Content, { type: T }>['data'] } = {
  'key-certified': { suite: 'mpc-ecdsa/v1/secp256k1/L128', certificate: HASH },
  'account-added': { index: 2 ** 31 - 1, name: 'Savings' },
  'account-named': { index: 0, name: 'Savings' },
  'bitcoin-account-added': { network: 'mainnet', kind: 'p2tr', index: 0, name: 'Savings' },
  'bitcoin-account-named': { network: 'regtest', kind: 'p2wpkh', index: 2 ** 31 - 1, name: 'B' },
  'contact-named': { address: '0xabc', name: '' },
  proposed: {
    ...{ chain: 'evm', request: HASH, account: 0, note: '\u202eline\n🦊', expires: 0 },
    policy: HASH,
  },
  approved: { proposal: HASH, shown: HASH },
  rejected: { proposal: HASH, reason: '' },
  withdrawn: { proposal: HASH },
  expired: { proposal: HASH },
  'signing-started': { proposal: HASH, attempt: ID16, signers: [1, 3] },
  'signing-committed': { proposal: HASH, attempt: ID16 },
  'signing-aborted': {
    ...{ proposal: HASH, attempt: ID16, abortClass: "A'", culprit: null, reason: 'x' },
  },
  signed: { proposal: HASH, signatures: [{ signature: new Uint8Array(64), recovery: 3 }] },
  broadcast: { proposal: HASH, txid: HASH },
  confirmed: { proposal: HASH, txid: HASH, block: 2 ** 53 - 1, success: false },
};

const plain = (fields: Record<string, CborValue> = {}): Record<string, CborValue> => ({
  v: 1,
  vault: HASH,
  author: identityOf('Ada').publicKey,
  seq: 0,
  prev: null,
  parents: [],
  time: NOW,
  type: 'withdrawn',
  data: { proposal: HASH },
  ...fields,
});
const SIGNATURE = new Uint8Array(64);
const asEvent = (body: Uint8Array) => concat(body, SIGNATURE);
const parsePlain = (fields: Record<string, CborValue>) =>
  parseEvent(asEvent(encodeCbor(plain(fields))));

describe('events', () => {
  it.each(Object.entries(samples))('of type %s come back as they were', (type, data) => {
    const fields = { type, data } as Content;
    const { bytes, id } = forge(testFounding(), 'Ada', fields);
    const signed = parseEvent(bytes);
    expect(signed.event).toMatchObject(fields);
    expect(signed.id).toBe(id);
    expect(signed.bytes).toEqual(bytes);
    expect(signatureHolds(signed)).toBe(true);
    expect(encodeBody(signed.event)).toEqual(bytes.slice(0, -64));
  });

  it('keep their format (known answer)', () => {
    const body = encodeCbor(plain());
    expect(toHex(body)).toMatchInlineSnapshot(
      `"a961760163736571006464617461a16870726f706f73616c5820d04b98f48e8f8bcc15c6ae5ac050801cd6dcfd428fb5f9e65c4e16e7807340fa6470726576f66474696d651b000001a3185c500064747970656977697468647261776e657661756c745820d04b98f48e8f8bcc15c6ae5ac050801cd6dcfd428fb5f9e65c4e16e7807340fa66617574686f725820a950f74b0ee237f3be0e92b5ecbaf757e498005ca2d6c57f8ed37351df720f2667706172656e747380"`,
    );
    expect(parseEvent(asEvent(body)).id).toMatchInlineSnapshot(
      `"8a230d493da3c59709be8d44834ec219c9fa78d9200ef0a38d80bda1a5670b3c"`,
    );
  });

  it('do not change when the caller reuses its buffer', () => {
    const { bytes } = forge(testFounding(), 'Ada', {});
    const signed = parseEvent(bytes);
    bytes.fill(0);
    expect(signatureHolds(signed)).toBe(true);
  });

  it.each([
    ['a vault of 31 bytes', { vault: HASH.slice(1) }, /vault/],
    ['an author of 33 bytes', { author: concat(HASH, HASH.slice(31)) }, /author/],
    ['an author as text', { author: toHex(HASH) }, /author/],
    ['seq -1', { seq: -1, prev: HASH }, /seq/],
    ['seq 2^32', { seq: 2 ** 32, prev: HASH }, /seq/],
    ['seq 1.5', { seq: 1.5, prev: HASH }, /seq/],
    ['prev at seq 0', { prev: HASH }, /exactly for seq 0/],
    ['no prev at seq 1', { seq: 1 }, /exactly for seq 0/],
    ['a parent twice', { parents: [HASH, HASH] }, /ascending/],
    [
      'parents descending',
      { parents: [new Uint8Array(32).fill(2), new Uint8Array(32)] },
      /ascending/,
    ],
    ['257 parents', { parents: Array.from({ length: 257 }, (_, i) => bytesAt(i)) }, /parents/],
    ['time before 1970', { time: -1 }, /time/],
    ['time beyond the calendar', { time: 8.64e15 + 1 }, /time/],
    ['time beyond 2^53', { time: 2n ** 60n }, /time/],
    ['data that is no map', { data: [] }, /Event|event/],
    ['a field too many', { extra: 1 }, /extra/],
    ['a field named as a setter', { ['__proto__']: 1 }, /__proto__/],
    ['a field that every object has', { constructor: 1 }, /constructor/],
  ] satisfies [string, Record<string, CborValue>, RegExp][])('refuse %s', (_, fields, reason) => {
    expect(() => parsePlain(fields)).toThrow(MalformedError);
    expect(() => parsePlain(fields)).toThrow(reason);
  });

  it.each(Object.keys(plain()))('refuse a missing %s', (field) => {
    const { [field]: _, ...rest } = plain();
    expect(() => parseEvent(asEvent(encodeCbor(rest)))).toThrow(MalformedError);
  });

  it('refuse a later version and an unknown type by name', () => {
    expect(() => parsePlain({ v: 2, more: 1 })).toThrow(UnsupportedError);
    expect(() => parsePlain({ type: 'policy-changed' })).toThrow(UnsupportedError);
    expect(() => parsePlain({ type: 'constructor' })).toThrow(UnsupportedError);
  });

  it('refuse what is too short or too long', () => {
    expect(() => parseEvent(new Uint8Array(0))).toThrow(/too short/);
    expect(() => parseEvent(new Uint8Array(64))).toThrow(/too short/);
    expect(() => parseEvent(new Uint8Array(163_841))).toThrow(/too long/);
  });

  it('take the largest request that is allowed', () => {
    const data = { ...samples.proposed, request: new Uint8Array(131_072), note: '🦊'.repeat(500) };
    const { bytes } = forge(testFounding(), 'Ada', { type: 'proposed', data });
    expect(parseEvent(bytes).event.data).toEqual(data);
  });
});

function bytesAt(i: number): Uint8Array {
  const bytes = new Uint8Array(32);
  bytes.set([i >> 8, i & 255]);
  return bytes;
}

describe('only one encoding is accepted', () => {
  const body = encodeCbor(plain());
  /** The body with the bytes of one item replaced. */
  const replace = (from: number[], to: number[]): Uint8Array => {
    const hex = toHex(body);
    const target = toHex(Uint8Array.from(from));
    expect(hex.split(target)).toHaveLength(2);
    return Uint8Array.from(Buffer.from(hex.replace(target, toHex(Uint8Array.from(to))), 'hex'));
  };
  const key = (text: string) => [0x60 + text.length, ...utf8ToBytes(text)];

  // `v` sorts first: put it last.
  const swapped = Uint8Array.from([body[0] ?? 0, ...body.slice(4), ...body.slice(1, 4)]);

  it('this one', () => {
    expect(parseEvent(asEvent(body)).event.seq).toBe(0);
  });

  it.each([
    ['a longer integer', replace([...key('seq'), 0], [...key('seq'), 0x18, 0])],
    ['a longer length', replace([...key('type'), 0x69], [...key('type'), 0x78, 9])],
    ['a float for an integer', replace([...key('seq'), 0], [...key('seq'), 0xf9, 0, 0])],
    ['minus zero', replace([...key('seq'), 0], [...key('seq'), 0xf9, 0x80, 0])],
    [
      'an array of unknown length',
      replace([...key('parents'), 0x80], [...key('parents'), 0x9f, 0xff]),
    ],
    ['a map of unknown length', Uint8Array.from([0xbf, ...body.slice(1), 0xff])],
    ['undefined for null', replace([...key('prev'), 0xf6], [...key('prev'), 0xf7])],
    ['a tag', replace([...key('seq'), 0], [...key('seq'), 0xc1, 0])],
    ['keys out of order', swapped],
    ['a key twice', Uint8Array.from([body[0] ?? 0, 0x61, 0x76, 1, ...body.slice(1)])],
    ['a byte after the end', concat(body, Uint8Array.from([0]))],
    ['a byte missing at the end', body.slice(0, -1)],
    ['text that is not UTF-8', replace([...key('type'), 0x69, 0x77], [...key('type'), 0x69, 0xff])],
  ])('not with %s', (_, bytes) => {
    expect(() => parseEvent(asEvent(bytes))).toThrow(MalformedError);
  });

  it('not with a million arrays in each other', () => {
    const deep = new Uint8Array(160_000).fill(0x81);
    expect(() => parseEvent(deep)).toThrow(MalformedError);
  });
});

describe('content', () => {
  it.each([
    ['key-certified', { suite: '', certificate: HASH }],
    ['key-certified', { suite: 'a b', certificate: HASH }],
    ['key-certified', { suite: 'a', certificate: new Uint8Array(0) }],
    ['key-certified', { suite: 'a', certificate: new Uint8Array(65_537) }],
    ['account-added', { index: 2 ** 31, name: 'a' }],
    ['account-added', { index: -1, name: 'a' }],
    ['account-added', { index: 1, name: '' }],
    ['account-named', { index: 1, name: 'a\u200bb' }],
    ['contact-named', { address: '', name: 'a' }],
    ['contact-named', { address: 'x'.repeat(129), name: 'a' }],
    ['contact-named', { address: '0x\u202e', name: 'a' }],
    ['contact-named', { address: '0x', name: ' a' }],
    ['proposed', { ...samples.proposed, chain: 'btc' }],
    ['proposed', { ...samples.proposed, request: new Uint8Array(0) }],
    ['proposed', { ...samples.proposed, request: new Uint8Array(131_073) }],
    ['proposed', { ...samples.proposed, account: 2 ** 31 }],
    ['proposed', { ...samples.proposed, note: 'x'.repeat(501) }],
    ['proposed', { ...samples.proposed, note: '\ud800' }],
    ['proposed', { ...samples.proposed, expires: -1 }],
    ['proposed', { ...samples.proposed, policy: ID16 }],
    ['approved', { proposal: HASH }],
    ['approved', { proposal: HASH, shown: ID16 }],
    ['approved', { proposal: ID16, shown: HASH }],
    ['rejected', { proposal: HASH, reason: '🦊'.repeat(501) }],
    ['rejected', { proposal: HASH, reason: null }],
    ['withdrawn', { proposal: HASH, reason: '' }],
    ['expired', {}],
    ['signing-started', { ...samples['signing-started'], attempt: HASH }],
    ['signing-started', { ...samples['signing-started'], signers: [1] }],
    ['signing-started', { ...samples['signing-started'], signers: [3, 1] }],
    ['signing-started', { ...samples['signing-started'], signers: [1, 1] }],
    ['signing-started', { ...samples['signing-started'], signers: [0, 1] }],
    ['signing-started', { ...samples['signing-started'], signers: [1, 21] }],
    ['signing-committed', { proposal: HASH }],
    ['signing-aborted', { ...samples['signing-aborted'], abortClass: 'E' }],
    ['signing-aborted', { ...samples['signing-aborted'], culprit: 0 }],
    ['signing-aborted', { ...samples['signing-aborted'], reason: 'x'.repeat(501) }],
    ['signed', { proposal: HASH, signatures: [] }],
    ['signed', { proposal: HASH, signatures: Array(129).fill(samples.signed.signatures[0]) }],
    ['signed', { proposal: HASH, signatures: [{ signature: HASH, recovery: 0 }] }],
    ['signed', { proposal: HASH, signatures: [{ signature: new Uint8Array(64), recovery: 4 }] }],
    ['broadcast', { proposal: HASH, txid: ID16 }],
    ['confirmed', { ...samples.confirmed, block: -1 }],
    ['confirmed', { ...samples.confirmed, success: 1 }],
  ] satisfies [EventType, unknown][])('refuses %s, case %#', (type, data) => {
    expect(() => parseContent(type, data)).toThrow(MalformedError);
  });

  it('shows no hidden characters of others in its errors', () => {
    const data = { proposal: HASH, ['\u202eevil'.repeat(100)]: 1 };
    const failure = () => parseContent('withdrawn', data);
    expect(failure).toThrow(/⟨U\+202E⟩/);
    expect(failure).not.toThrow(/\u202e/);
  });
});
