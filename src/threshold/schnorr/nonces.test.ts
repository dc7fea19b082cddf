import { describe, expect, it } from 'vitest';
import { ProtocolError, UsageError } from '../abort.ts';
import type { FrostSuite } from '../keys.ts';
import { HedgedRandom } from '../random.ts';
import { digestOf, seeded } from '../testing/seeded.ts';
import { publicPackage, withSecretPackage } from './effective.ts';
import { NoncePair, requireDistinct, requireList, type Commitment } from './nonces.ts';
import { prepareItems } from './request.ts';
import { schemeOf } from './scheme.ts';
import { dealt, EDWARDS, itemOf, present, TAPROOT, type Signers } from './testing/frost.ts';

const zeros = new Uint8Array(32);

/** Everything that one item of a 2-of-3 signing of 1 and 3 needs. */
function setUp<S extends FrostSuite>(suite: S, keys: Signers<S> = dealt(suite, 2, 3, 'nonces')) {
  const { frost } = schemeOf(suite);
  const signers = [1, 3];
  const request = {
    requestId: new Uint8Array(16),
    signers,
    items: [itemOf(suite, 'nonces')],
  };
  const [item] = prepareItems(request, keys.share(1));
  const { key, publicPart, message } = present(item);
  const draw = (party: number, seed = 'draw', sid = digestOf('sid'), label = 'nonce/0') =>
    withSecretPackage(keys.share(party), key, publicPart, (secret) =>
      NoncePair.draw(frost, secret, new HedgedRandom(seeded(seed), zeros, sid), label),
    );
  const answer = (party: number, pair: NoncePair, list: readonly Commitment[]) =>
    pair.spend((own) =>
      withSecretPackage(keys.share(party), key, publicPart, (secret) =>
        frost.signShare(secret, publicPart, own, [...list], message),
      ),
    );
  return { frost, keys, key, publicPart, message, signers, draw, answer };
}

describe.each([TAPROOT, EDWARDS])('nonces: %s', (suite) => {
  const { frost, signers, draw, answer } = setUp(suite);

  it('P-50 P-16 answer once: a second use throws, and the bytes are overwritten', () => {
    const [own, other] = [draw(1), draw(3, 'other')];
    const list = [own.commitment, other.commitment];
    expect(answer(1, own, list)).toHaveLength(32);
    expect(() => answer(1, own, list)).toThrow('already used');
    expect(() => {
      own.spend(() => undefined);
    }).toThrow(UsageError);
  });

  it('P-50 the library refuses a second use by itself', () => {
    const { key, publicPart, keys, message } = setUp(suite);
    withSecretPackage(keys.share(1), key, publicPart, (secret) => {
      const { nonces, commitments } = frost.commit(secret, (n) => seeded('twice')(n ?? 32).slice());
      const list = [commitments, draw(3).commitment];
      frost.signShare(secret, publicPart, nonces, list, message);
      expect([nonces.hiding, nonces.binding]).toEqual([zeros, zeros]);
      expect(() => frost.signShare(secret, publicPart, nonces, list, message)).toThrow(
        'signing nonces already used',
      );
    });
  });

  it('P-50 are gone after an exception', () => {
    const own = draw(1);
    const lent: Uint8Array[] = [];
    expect(() =>
      own.spend(({ hiding, binding }) => {
        lent.push(hiding, binding);
        expect(lent.some((bytes) => bytes.every((byte) => byte === 0))).toBe(false);
        throw new Error('in between');
      }),
    ).toThrow('in between');
    expect(lent).toEqual([zeros, zeros]);
    expect(() => {
      own.spend(() => undefined);
    }).toThrow('already used');
  });

  it('P-50 are spent before they are lent: not even the one who uses them can use them again', () => {
    const own = draw(1);
    own.spend(() => {
      expect(() => {
        own.spend(() => undefined);
      }).toThrow('already used');
    });
  });

  it('P-50 are gone when the session is given up', () => {
    const own = draw(1);
    own.wipe();
    expect(() => {
      own.spend(() => undefined);
    }).toThrow('already used');
  });

  it('P-16 cannot be copied or printed', () => {
    const own = draw(1);
    expect(() => structuredClone(own)).toThrow();
    expect(() => JSON.stringify(own)).toThrow(UsageError);
  });

  it('P-50 P-52 differ by session, item, share and random bytes, and the random bytes are overwritten', () => {
    const drawn = [
      draw(1),
      draw(1, 'other bytes'),
      draw(1, 'draw', digestOf('other session')),
      draw(1, 'draw', digestOf('sid'), 'nonce/1'),
      draw(3),
    ];
    expect(() => {
      requireDistinct(drawn);
    }).not.toThrow();
    expect(() => {
      requireDistinct([draw(1), draw(3), draw(1)]);
    }).toThrow('nonces repeat');

    class Watched extends HedgedRandom {
      readonly given: Uint8Array[] = [];
      override bytes(label: string, length: number): Uint8Array {
        const bytes = super.bytes(label, length);
        this.given.push(bytes);
        return bytes;
      }
    }
    const { key, publicPart, keys } = setUp(suite);
    const watched = new Watched(seeded('watched'), zeros, digestOf('sid'));
    withSecretPackage(keys.share(1), key, publicPart, (secret) =>
      NoncePair.draw(frost, secret, watched, 'nonce/0'),
    );
    expect(watched.given).toEqual([zeros, zeros]);
  });

  describe('P-50 the list of commitments', () => {
    const [own, other] = [draw(1).commitment, draw(3, 'other').commitment];
    const stranger = { ...other, identifier: frost.Identifier.fromNumber(2) };
    const check = (list: readonly Commitment[]) => () => {
      requireList(frost, signers, list, own);
    };

    it('is the signers, each once, in order', () => {
      expect(check([own, other])).not.toThrow();
      for (const list of [
        [],
        [own],
        [other],
        [other, own],
        [own, own],
        [own, other, other],
        [own, other, stranger],
        [own, stranger],
      ]) {
        expect(check(list)).toThrow(UsageError);
      }
      // The library looks at the number of entries only.
      const { keys, key, publicPart, message } = setUp(suite);
      withSecretPackage(keys.share(1), key, publicPart, (secret) => {
        const { nonces, commitments } = frost.commit(secret, (n) => seeded('l')(n ?? 32).slice());
        const list = [commitments, stranger];
        expect(frost.signShare(secret, publicPart, nonces, list, message)).toHaveLength(32);
      });
    });

    it('has the own entry as it was sent', () => {
      for (const altered of [
        { ...own, hiding: other.hiding },
        { ...own, binding: other.binding },
        { ...own, hiding: own.binding, binding: own.hiding },
      ]) {
        expect(check([altered, other])).toThrow(ProtocolError);
        const pair = draw(1);
        expect(() => answer(1, pair, [altered, other])).toThrow('incorrect signer commitment');
        expect(() => answer(1, pair, [own, other])).toThrow('already used');
      }
      expect(() => answer(1, draw(1), [other, stranger])).toThrow('missing signer commitment');
    });

    it('is looked through for the own entry by its number, wherever it stands', () => {
      const entries = [own, other];
      expect(() => {
        requireList(frost, signers, entries, other);
      }).not.toThrow();
      expect(() => {
        requireList(frost, signers, entries, stranger);
      }).toThrow(ProtocolError);
    });
  });

  it('are bound to the message and key: the answers verify under this one alone', () => {
    const { message, publicPart, keys } = setUp(suite);
    const [one, three] = [draw(1), draw(3, 'other')];
    const list = [one.commitment, three.commitment];
    const z = answer(1, one, list);
    const id = frost.Identifier.fromNumber(1);
    expect(frost.verifyShare(publicPart, list, message, id, z)).toBe(true);
    expect(frost.verifyShare(publicPart, list, digestOf('another'), id, z)).toBe(false);
    const others = dealt(suite, 2, 3, 'another key');
    const { key } = setUp(suite, others);
    const foreign = publicPackage(others.info, key, signers);
    expect(frost.verifyShare(foreign, list, message, id, z)).toBe(false);
    expect(keys.info.kid).not.toEqual(others.info.kid);
  });
});
