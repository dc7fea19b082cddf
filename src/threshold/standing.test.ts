/** The standing of peers: who is refused, and how many failures nobody could be named for. */
import { describe, expect, it } from 'vitest';
import { UsageError } from './abort.ts';
import { PeerStandings } from './standing.ts';
import { dealtKey } from './testing/dealt.ts';
import { seeded } from './testing/seeded.ts';

const suite = 'mpc-frost/v1/secp256k1-bip340';
const key = dealtKey(suite, 2, 3, seeded('standing'));
const { info } = key;
const standings = (): PeerStandings => new PeerStandings(info, 1);
const record = (peer: number, refused: boolean, failures: number) => ({
  kind: 'peer-standing',
  kid: info.kid,
  peer,
  refused,
  failures,
});
const asks = (all: PeerStandings, peers: readonly number[], reason: RegExp): void => {
  const check = (): void => {
    all.check(peers);
  };
  expect(check).toThrow(reason);
  expect(check).toThrow(expect.objectContaining({ abortClass: 'A', culprit: undefined }));
};

describe('standings', () => {
  it('ask a person after three failures with a peer, not before, and not about others', () => {
    const all = standings();
    for (const failures of [1, 2]) {
      expect(all.countFailure([2])).toEqual([record(2, false, failures)]);
      all.check([2, 3]);
    }
    expect(all.countFailure([2, 3])).toEqual([record(2, false, 3), record(3, false, 1)]);
    asks(all, [3, 2], /party 2 before a person allows it: too many signatures failed/);
    all.check([3]);
  });

  it('begin anew after a success, with a record only of what changed', () => {
    const all = standings();
    all.countFailure([2]);
    all.countFailure([2]);
    expect(all.clearFailures([2, 3])).toEqual([record(2, false, 0)]);
    expect(all.clearFailures([2, 3])).toEqual([]);
    all.countFailure([2]);
    all.countFailure([2]);
    all.check([2]);
  });

  it('refuse a peer until a person allows it: a success with others changes nothing', () => {
    const all = standings();
    all.countFailure([2]);
    expect(all.refuse(2)).toEqual(record(2, true, 1));
    asks(all, [2], /party 2 before a person allows it: its last message was wrong/);
    expect(all.clearFailures([2])).toEqual([record(2, true, 0)]);
    asks(all, [2], /wrong/);
    expect(all.countFailure([2])).toEqual([record(2, true, 1)]);
    expect(all.allow(2)).toEqual(record(2, false, 0));
    all.check([2]);
  });

  it('come back from what was recorded', () => {
    const all = standings();
    all.restore(2, { refused: false, failures: 2 });
    all.check([2]);
    expect(all.countFailure([2])).toEqual([record(2, false, 3)]);
    const again = standings();
    again.restore(2, { refused: false, failures: 3 });
    asks(again, [2], /too many/);
    again.restore(2, { refused: true, failures: 0 });
    asks(again, [2], /wrong/);
  });

  it('belong to one device and one key', () => {
    const share = key.shares.get(1) ?? expect.unreachable();
    const another = dealtKey(suite, 2, 3, seeded('another')).shares.get(1) ?? expect.unreachable();
    expect(standings().belongsTo(share)).toBe(true);
    expect(new PeerStandings(info, 2).belongsTo(share)).toBe(false);
    expect(standings().belongsTo(another)).toBe(false);
  });

  it.each([1, 4])('know nothing of %i: this device itself, or a stranger', (party) => {
    const all = standings();
    for (const action of [
      () => {
        all.check([party]);
      },
      () => all.refuse(party),
      () => all.countFailure([party]),
      () => all.clearFailures([party]),
      () => all.allow(party),
      () => {
        all.restore(party, { refused: false, failures: 0 });
      },
    ]) {
      expect(action).toThrow(UsageError);
    }
  });
});
