/** Vaults, devices and forgeries for tests; everything follows from names. Never part of the product. */
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { concat } from '../../codec.ts';
import type { Content } from '../content.ts';
import { createEvent } from '../create.ts';
import { encodeBody, eventDigest, type EventId, type JournalEvent } from '../event.ts';
import { encodeFounding, vaultId, type Founding } from '../founding.ts';
import { admit, emptyLog, type Admission, type Entry, type Log } from '../log.ts';
import { makeSyncMessage, takeSyncMessage, type SyncResult } from '../sync.ts';

/** When the tests play, milliseconds since 1970. */
export const NOW = 1_800_000_000_000;

/** 32 bytes that depend on the text alone. */
export const bytesFor = (text: string): Uint8Array => sha256(utf8ToBytes(text));

export interface TestIdentity {
  readonly publicKey: Uint8Array;
  readonly sign: (digest: Uint8Array) => Uint8Array;
}

export function identityOf(name: string): TestIdentity {
  const secret = bytesFor(`identity/${name}`);
  return {
    publicKey: ed25519.getPublicKey(secret),
    sign: (digest) => ed25519.sign(digest, secret),
  };
}

const NAMES = ['Ada', 'Ben', 'Cleo', 'Dora', 'Emil', 'Fay'];

/** A vault of Ada, Ben, Cleo, ... */
export function testFounding(n = 3, threshold = 2): Founding {
  return {
    nonce: bytesFor('nonce').slice(0, 16),
    name: 'Treasury',
    threshold,
    members: NAMES.slice(0, n).map((name, i) => ({
      index: i + 1,
      identity: identityOf(name).publicKey,
      sealing: x25519.getPublicKey(bytesFor(`sealing/${name}`)),
      inbox: bytesFor(`inbox/${name}`),
      name,
    })),
    created: NOW - 1000,
  };
}

/** One member's device. Its clock stands still until somebody moves it. */
export class TestDevice {
  readonly name: string;
  readonly identity: TestIdentity;
  log: Log;
  now = NOW;

  constructor(founding: Founding, name: string) {
    this.name = name;
    this.identity = identityOf(name);
    this.log = emptyLog(founding);
  }

  async say(content: Content): Promise<Entry> {
    const { log, entry } = await createEvent(
      this.log,
      { author: this.identity.publicKey, now: this.now, content },
      async (digest) => this.identity.sign(digest),
    );
    this.log = log;
    return entry;
  }

  admit(bytes: Uint8Array): Admission {
    const { log, result } = admit(this.log, bytes, this.now);
    this.log = log;
    return result;
  }

  take(message: Uint8Array): SyncResult {
    const result = takeSyncMessage(this.log, message, this.now);
    this.log = result.log;
    return result;
  }
}

export function devicesOf(founding: Founding): TestDevice[] {
  return founding.members.map(({ name }) => new TestDevice(founding, name));
}

/** Three devices of one vault. */
export function trio(): [TestDevice, TestDevice, TestDevice] {
  const founding = testFounding();
  return [
    new TestDevice(founding, 'Ada'),
    new TestDevice(founding, 'Ben'),
    new TestDevice(founding, 'Cleo'),
  ];
}

/** Sends until both are silent; gives the number of messages. Throws when that takes more than `limit`. */
export function exchange(from: TestDevice, to: TestDevice, limit = 100): number {
  let message: Uint8Array | undefined = makeSyncMessage(from.log);
  let count = 0;
  for (let [sender, receiver] = [from, to]; message !== undefined; count++) {
    if (count === limit) throw new Error('the exchange does not end');
    message = receiver.take(message).reply;
    [sender, receiver] = [receiver, sender];
  }
  return count;
}

/** Everybody with everybody. */
export function syncAll(devices: readonly TestDevice[]): void {
  for (const _ of [1, 2]) {
    for (const a of devices) for (const b of devices) if (a !== b) exchange(a, b);
  }
}

/** A signed event with whatever fields the test wants, as the member would sign it. */
export function forge(
  founding: Founding,
  author: string,
  fields: Partial<JournalEvent>,
  signer = author,
): { readonly id: EventId; readonly idBytes: Uint8Array; readonly bytes: Uint8Array } {
  const body = encodeBody({
    vault: vaultId(encodeFounding(founding)),
    author: identityOf(author).publicKey,
    seq: 0,
    prev: null,
    parents: [],
    time: NOW,
    ...accountNamed('Savings'),
    ...fields,
  } as JournalEvent);
  const idBytes = eventDigest(body);
  const bytes = concat(body, identityOf(signer).sign(idBytes));
  return { id: hexOf(idBytes), idBytes, bytes };
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const accountNamed = (name: string, index = 0): Content => ({
  type: 'account-named',
  data: { index, name },
});

/** An hour from `NOW`. */
export const EXPIRES = NOW + 3_600_000;

export const proposed = (
  fields: Partial<Extract<Content, { type: 'proposed' }>['data']> = {},
): Content => ({
  type: 'proposed',
  data: {
    chain: 'evm',
    request: utf8ToBytes('a request'),
    account: 0,
    note: 'rent',
    expires: EXPIRES,
    policy: bytesFor('policy'),
    ...fields,
  },
});

export const SHOWN = bytesFor('shown');

export const approved = (id: EventId, shown = SHOWN): Content => ({
  type: 'approved',
  data: { proposal: hexToBytes(id), shown },
});

export const rejected = (id: EventId, reason = 'wrong address'): Content => ({
  type: 'rejected',
  data: { proposal: hexToBytes(id), reason },
});

export const withdrawn = (id: EventId): Content => ({
  type: 'withdrawn',
  data: { proposal: hexToBytes(id) },
});

export const expired = (id: EventId): Content => ({
  type: 'expired',
  data: { proposal: hexToBytes(id) },
});
