import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expect, it } from 'vitest';
import type { PartyIndex } from '../abort.ts';
import { signCeremony } from '../ecdsa/sign.ts';
import { publicKeyOf } from '../keys.ts';
import { dealtEcdsaKeys } from './dealt.ts';
import { measure } from './measure.ts';
import { digestOf, requestId, seeded } from './seeded.ts';

const digest = digestOf('message');

/** All members sign. */
function sign(n: number) {
  const { info, shares, books, identities } = dealtEcdsaKeys(n, n, seeded(`dealt/${String(n)}`));
  const request = {
    requestId: requestId('dealt'),
    signers: [...shares.keys()],
    items: [{ purpose: 'evm-transaction', path: [], digest }],
  } as const;
  const of = <T>(map: ReadonlyMap<PartyIndex, T>, party: PartyIndex): T => {
    const value = map.get(party);
    if (value === undefined) throw new Error(`member ${String(party)} is incomplete`);
    return value;
  };
  const players = new Map(
    [...shares].map(([party, share]) => [
      party,
      {
        ceremony: () => signCeremony(request, share, of(books, party)),
        identity: of(identities, party),
      },
    ]),
  );
  return { info, ...measure(players) };
}

it.each([2, 3, 4, 5])('a dealt key of %i members signs', (n) => {
  const { info, outputs } = sign(n);
  expect(outputs.size).toBe(n);
  for (const [party, [made]] of outputs) {
    const signature = made?.signature ?? new Uint8Array();
    const valid = secp256k1.verify(signature, digest, publicKeyOf(info), { prehash: false });
    expect(valid, `signature of party ${String(party)}`).toBe(true);
  }
});

it('a measured run has one step per round and one for the result, and counts what is sent', () => {
  const n = 3;
  for (const { stepMs, bodies, packets } of sign(n).costs.values()) {
    expect(stepMs).toHaveLength(4);
    const broadcasts = 32 + 64 + 32; // the commitment of round 1; u, w and the view of round 3
    expect(bodies.copies - bodies.relayed).toBe((n - 2) * broadcasts);
    // 44 bytes of header; 16 of tag for each direct packet, 64 of signature for each broadcast
    const direct = 2 * (n - 1) * (44 + 16);
    const handshake = 44 + (2 + 3 * 32 + 2 + (n - 1) * (4 + 1 + 4 + 32)) + 64;
    expect(packets.relayed - bodies.relayed).toBe(direct + 2 * (44 + 64) + handshake);
  }
});
