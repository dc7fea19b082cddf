/** An established session knows its own parties and nobody else. */
import { expect, it } from 'vitest';
import { UsageError } from '../abort.ts';
import { identitiesOf, toySessions } from '../testing/network.ts';
import { of } from './round.ts';

const identities = identitiesOf(3);
const session = of(toySessions(identities, 'session'), 2);

it('has the identity key of every party and keys with every other one', () => {
  for (const [party, { publicKey }] of identities) {
    expect(session.identityOf(party)).toEqual(publicKey);
    if (party !== 2) expect(session.keysWith(party).send).toHaveLength(32);
  }
});

it('has neither for anyone else', () => {
  for (const stranger of [0, 4, 255]) {
    expect(() => session.identityOf(stranger)).toThrow(UsageError);
    expect(() => session.keysWith(stranger)).toThrow(UsageError);
  }
  expect(() => session.keysWith(2)).toThrow(UsageError);
});

it('has no keys any more once it was wiped, and the keys that were lent are overwritten', () => {
  const other = of(toySessions(identities, 'session'), 2);
  const { send, receive } = other.keysWith(1);
  other.wipe();
  expect(() => other.keysWith(1)).toThrow(UsageError);
  expect([...send, ...receive].every((byte) => byte === 0)).toBe(true);
});
