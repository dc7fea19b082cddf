/**
 * ECDSA with twenty devices, all of them real: minutes of computation, so it runs only when asked for.
 *
 *     SLOW=1 npm test -- src/threshold/twenty.test.ts
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import type { PartyIndex } from './abort.ts';
import { PairBook } from './ecdsa/pairs.ts';
import { signCeremony } from './ecdsa/sign.ts';
import type { EcdsaSignature } from './ecdsa/signature.ts';
import { keygenCeremony, type NewKey } from './keygen.ts';
import type { EcdsaSuite } from './keys.ts';
import { testItem } from './testing/keys.ts';
import { lockstep } from './testing/lockstep.ts';
import { devices, membersOf, requestId } from './testing/seeded.ts';

const HOUR = 3_600_000;
const slow = process.env['SLOW'] === undefined;
const title = slow ? '2-of-20 ECDSA: skipped, minutes long, SLOW=1 runs it' : '2-of-20 ECDSA';

describe.skipIf(slow)(title, () => {
  it(
    'key generation by all twenty gives one key, and pairs far apart sign with it',
    () => {
      const list = devices(20, 'twenty');
      const context = {
        suite: 'mpc-ecdsa/v1/secp256k1/L128',
        requestId: requestId('twenty'),
        threshold: 2,
        members: membersOf(list),
      } as const;
      const players = new Map(
        list.map(({ identity }, i) => [
          i + 1,
          { ceremony: keygenCeremony(context, i + 1), identity },
        ]),
      );
      const outcomes = lockstep<NewKey<EcdsaSuite>>(players, 'twenty');
      const keyOf = (party: PartyIndex): NewKey<EcdsaSuite> =>
        outcomes.get(party)?.output ?? expect.unreachable(`party ${String(party)} has no key`);
      const kids = [...outcomes.keys()].map((party) => toHex(keyOf(party).share.info.kid));
      expect(kids).toHaveLength(20);
      expect(new Set(kids).size).toBe(1);
      for (const signers of [
        [1, 20],
        [7, 8],
        [2, 11, 19],
      ]) {
        const item = testItem(signers.join());
        const signing = new Map(
          signers.map((party) => {
            const { share, pairs } = keyOf(party);
            const book = new PairBook(share.info, party);
            for (const [peer, generation] of pairs) book.add(peer, generation);
            const request = { requestId: requestId('sign'), signers, items: [item] };
            const identity = list[party - 1]?.identity ?? expect.unreachable();
            return [party, { ceremony: signCeremony(request, share, book), identity }];
          }),
        );
        const signed = lockstep<readonly EcdsaSignature[]>(signing, signers.join());
        for (const { output } of signed.values()) {
          const { signature, publicKey } = output?.[0] ?? expect.unreachable();
          const options = { prehash: false, lowS: true };
          expect(secp256k1.verify(signature, item.digest, publicKey, options)).toBe(true);
        }
      }
    },
    HOUR,
  );
});
