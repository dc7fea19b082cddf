/**
 * The activation rules, one by one: for each of K1 to K7 a test in which only that rule matters, then the
 * scenario of C1 as it is written, rollback, retirement and discarding. Every certificate and share comes
 * out of a real ceremony.
 */
import { describe, expect, it } from 'vitest';
import { concat, DecodeError, toHex } from '../codec.ts';
import { ProtocolError, UsageError } from './abort.ts';
import {
  confirmDigest,
  describeDraft,
  encodeCertificate,
  type Certificate,
  type Height,
} from './certificate.ts';
import {
  acceptCertificate,
  assembleCertificate,
  confirmPending,
  deleteRetired,
  discard,
  discardDigest,
  emptyEpochs,
  largestAttempt,
  mayJoin,
  noteAttempt,
  ownConfirm,
  signDiscard,
  trusting,
  type EpochState,
} from './epochs.ts';
import { verifyIdentity } from './identity.ts';
import * as library from './index.ts';
import type { KeyShare } from './keys.ts';
import { testIdentity } from './testing/seeded.ts';
import { interpolates } from './testing/interpolates.ts';
import {
  generatedKey,
  redistributedKey,
  stateWith,
  type AttemptPlan,
  type ModelAttempt,
} from './testing/simulator-model.ts';

type State = EpochState<KeyShare>;

const old = generatedKey(['a', 'b', 'c', 'm'], 3);
const everyone: AttemptPlan = {
  name: 'attempt 1',
  dealers: ['a', 'b', 'c', 'm'],
  members: ['a', 'b', 'c', 'm'],
  threshold: 3,
};
const without: AttemptPlan = {
  name: 'attempt 2',
  dealers: ['a', 'b', 'c'],
  members: ['a', 'b', 'c'],
  threshold: 3,
  largest: 1,
};
const first = redistributedKey(old, everyone);
const second = redistributedKey(old, without);
/** The same attempt number as `first`, in another session. */
const rival = redistributedKey(old, { ...everyone, name: 'rival' });
/** From `first`, so one epoch later. */
const later = redistributedKey(first, { ...without, name: 'later', largest: 0 });

const start = (device: string): State => stateWith(library, old, device);
const heightOf = ({ certificate }: ModelAttempt): Height => describeDraft(certificate).height;

/** The device stores its share of an attempt and confirms it. */
const confirm = (state: State, attempt: ModelAttempt, device: string): State =>
  confirmPending(
    state,
    attempt.certificate,
    attempt.shares.get(device) ?? expect.unreachable('no share'),
  );

const accept = (state: State, attempt: ModelAttempt): State =>
  acceptCertificate(state, attempt.certificate).state;

const effectOf = (state: State, attempt: ModelAttempt): string =>
  acceptCertificate(state, attempt.certificate).effect;

const pendingNames = (state: State): string[] =>
  state.pending.map(({ height }) => `${String(height.epoch)}/${String(height.attempt)}`);

const activeName = (state: State): string =>
  `${String(state.active?.height.epoch)}/${String(state.active?.height.attempt)}`;

/** Refused, benign, and nobody is blamed. */
const refuses = (action: () => unknown, reason: RegExp): void => {
  expect(action).toThrow(reason);
  expect(action).toThrow(ProtocolError);
  expect(action).toThrow(expect.objectContaining({ abortClass: 'A', culprit: undefined }));
};

describe('the attempts of these tests', () => {
  it('are what they are called', () => {
    expect(heightOf(old)).toMatchObject({ epoch: 0, attempt: 0 });
    expect(heightOf(first)).toMatchObject({ epoch: 1, attempt: 1 });
    expect(heightOf(second)).toMatchObject({ epoch: 1, attempt: 2 });
    expect(heightOf(rival)).toMatchObject({ epoch: 1, attempt: 1 });
    expect(heightOf(rival).sid).not.toEqual(heightOf(first).sid);
    expect(heightOf(later)).toMatchObject({ epoch: 2, attempt: 1 });
    expect(activeName(start('a'))).toBe('0/0');
  });
});

describe('K1 a pending share goes only when a greater height is activated', () => {
  const both = confirm(confirm(start('a'), first, 'a'), second, 'a');

  it('not by the next attempt', () => {
    expect(pendingNames(both)).toEqual(['1/1', '1/2']);
  });

  it('not by a certificate that is refused, known or below', () => {
    for (const certificate of [
      { ...second.certificate, echo2: new Uint8Array(32) },
      { ...second.certificate, confirms: new Map([...second.certificate.confirms].slice(1)) },
    ]) {
      expect(() => acceptCertificate(both, certificate)).toThrow();
    }
    expect(pendingNames(accept(both, old))).toEqual(['1/1', '1/2']);
    expect(pendingNames(accept(accept(both, old), old))).toEqual(['1/1', '1/2']);
  });

  it('not by the retirement of this device at a lower height', () => {
    // Attempt 1' leaves a out; a has confirmed attempt 2, which may still become the key.
    const leftOut = redistributedKey(old, {
      name: 'without a',
      dealers: ['b', 'c', 'm'],
      members: ['b', 'c', 'm'],
      threshold: 3,
    });
    const retired = accept(confirm(start('a'), second, 'a'), leftOut);
    expect(retired.retired).toBe(true);
    const deleted = deleteRetired(retired);
    expect(deleted.active).toBeUndefined();
    expect(pendingNames(deleted)).toEqual(['1/2']);
    // The others confirmed attempt 2 as well, so its certificate counts.
    const back = acceptCertificate(deleted, second.certificate);
    expect(back.effect).toBe('activated');
    expect(back.state.retired).toBe(false);
  });

  it('but then it does', () => {
    expect(pendingNames(accept(both, second))).toEqual([]);
    expect(activeName(accept(both, second))).toBe('1/2');
  });
});

describe('K2 the active share goes only when a greater height is activated', () => {
  it('not by a confirmation, however many', () => {
    const state = confirm(confirm(start('a'), first, 'a'), second, 'a');
    expect(activeName(state)).toBe('0/0');
    expect(state.active?.material).toBe(old.shares.get('a'));
  });

  it('not by its own certificate again, nor a lower one', () => {
    const state = accept(confirm(confirm(start('a'), first, 'a'), second, 'a'), second);
    for (const again of [old, first, second]) {
      expect(effectOf(state, again)).toBe('already-known');
      expect(accept(state, again).active).toBe(state.active);
    }
  });

  it('not by a certificate for a share that this device does not have', () => {
    const state = accept(start('a'), first);
    expect(state.active?.material).toBe(old.shares.get('a'));
  });

  it('not by retirement, before the user of this device says so', () => {
    const state = accept(start('m'), second);
    expect(state.retired).toBe(true);
    expect(state.active?.material).toBe(old.shares.get('m'));
    expect(deleteRetired(state).active).toBeUndefined();
    expect(() => deleteRetired(start('m'))).toThrow(UsageError);
  });
});

describe('K3 activation deletes only what is below', () => {
  it('a confirmed pending share above stays, and is activated later', () => {
    const state = accept(confirm(confirm(start('c'), first, 'c'), second, 'c'), first);
    expect(activeName(state)).toBe('1/1');
    expect(pendingNames(state)).toEqual(['1/2']);
    expect(activeName(accept(state, second))).toBe('1/2');
  });

  it('in the order of heights, not of arrival', () => {
    const state = confirm(confirm(start('c'), first, 'c'), second, 'c');
    const forth = accept(accept(state, first), second);
    const back = accept(accept(state, second), first);
    expect(forth.active).toEqual(back.active);
    expect(pendingNames(back)).toEqual([]);
  });

  it('of two sessions at one attempt the greater session id wins, for everyone', () => {
    // a confirmed one of them, b the other; both certificates exist, from other devices.
    const [low, high] = [first, rival].sort((x, y) =>
      toHex(heightOf(x).sid) < toHex(heightOf(y).sid) ? -1 : 1,
    ) as [ModelAttempt, ModelAttempt];
    const held = confirm(start('a'), high, 'a');
    expect(effectOf(accept(held, low), high)).toBe('activated');
    const lower = accept(confirm(start('b'), low, 'b'), low);
    expect(activeName(lower)).toBe('1/1');
    expect(effectOf(lower, high)).toBe('share-missing');
    expect(lower.active?.material).toBe(low.shares.get('b'));
    expect(effectOf(accept(held, high), low)).toBe('already-known');
  });
});

describe('K4 what is activated', () => {
  it('only a share that this device confirmed and still has', () => {
    expect(effectOf(start('a'), first)).toBe('share-missing');
    expect(effectOf(confirm(start('a'), first, 'a'), first)).toBe('activated');
    expect(effectOf(confirm(start('a'), rival, 'a'), first)).toBe('share-missing');
  });

  it('an equal epoch with a greater attempt', () => {
    const state = accept(confirm(confirm(start('a'), first, 'a'), second, 'a'), first);
    expect(effectOf(state, second)).toBe('activated');
  });

  it('never one below the active height', () => {
    const state = accept(confirm(confirm(start('a'), first, 'a'), second, 'a'), second);
    expect(effectOf(state, first)).toBe('already-known');
    expect(activeName(accept(state, first))).toBe('1/2');
  });

  it('never one below a height that this device knows to be certified', () => {
    // c lost its share of attempt 2, but knows that there is such a key.
    const state = accept(confirm(start('c'), first, 'c'), second);
    expect(effectOf(confirm(start('c'), first, 'c'), second)).toBe('share-missing');
    expect(effectOf(state, first)).toBe('already-known');
    expect(activeName(accept(state, first))).toBe('0/0');
    expect(pendingNames(accept(state, first))).toEqual(['1/1']);
  });

  it('only the share that lies on the certified polynomial', () => {
    const state = accept(confirm(start('a'), first, 'a'), first);
    const held = state.active ?? expect.unreachable();
    expect(held.info).toEqual(first.info);
    const shares = new Map([
      [held.index, held.material],
      ...[...first.shares.values()].map((share) => [share.index, share] as const),
    ]);
    expect(interpolates(held.info, [1, 2, 3], shares)).toBe(true);
  });

  it('a certificate without the own confirmation is none', () => {
    const confirms = new Map(first.certificate.confirms);
    confirms.set(1, confirms.get(2) ?? new Uint8Array(64));
    const state = confirm(start('a'), first, 'a');
    refuses(() => acceptCertificate(state, { ...first.certificate, confirms }), /did not confirm/);
  });
});

describe('K5 what is served again', () => {
  it('every certificate, for good, and each once', () => {
    const state = [old, first, first, second, first, later].reduce(
      accept,
      confirm(confirm(start('a'), first, 'a'), second, 'a'),
    );
    const kept = state.certificates.map((certificate) => toHex(encodeCertificate(certificate)));
    const served = [old, first, second, later].map(({ certificate }) =>
      toHex(encodeCertificate(certificate)),
    );
    expect(new Set(kept)).toEqual(new Set(served));
    expect(kept).toHaveLength(4);
  });

  it('the own confirmation of what is pending or active: the one that was sent', () => {
    const state = accept(confirm(confirm(start('b'), first, 'b'), second, 'b'), first);
    const held = [...state.pending, state.active ?? expect.unreachable()];
    expect(held).toHaveLength(2);
    for (const [i, attempt] of [second, first].entries()) {
      const digest = ownConfirm(held[i] ?? expect.unreachable());
      const { height, oldKid, info } = describeDraft(attempt.certificate);
      expect(digest).toEqual(
        confirmDigest(attempt.certificate, height.sid, oldKid, 1, 2, info.kid),
      );
      expect(testIdentity('b').sign(digest)).toEqual(attempt.certificate.confirms.get(2));
    }
  });

  it('confirmations that arrive one by one make the certificate', () => {
    const { confirms } = first.certificate;
    const heard = new Map<number, Uint8Array>();
    for (const [index, signature] of confirms) {
      expect(assembleCertificate(first.certificate, heard)).toBeUndefined();
      heard.set(index, signature);
    }
    const complete = assembleCertificate(first.certificate, heard) ?? expect.unreachable();
    expect(encodeCertificate(complete)).toEqual(encodeCertificate(first.certificate));
    for (const wrong of [new Uint8Array(64), new Uint8Array(), confirms.get(2) ?? heard]) {
      const spoilt = new Map(heard).set(1, wrong as Uint8Array);
      expect(assembleCertificate(first.certificate, spoilt)).toBeUndefined();
    }
    const surplus = new Map(heard).set(9, new Uint8Array(64));
    expect(assembleCertificate(first.certificate, surplus)?.confirms.size).toBe(4);
  });
});

describe('K6 the next attempt', () => {
  it('is confirmed while the one before waits for a silent device', () => {
    const state = confirm(start('a'), first, 'a');
    expect(largestAttempt(state, 1)).toBe(1);
    const next = confirm(state, second, 'a');
    expect(largestAttempt(next, 1)).toBe(2);
    expect(activeName(next)).toBe('0/0');
  });

  it('never goes back: an attempt below one that was confirmed is refused', () => {
    const state = confirm(start('a'), second, 'a');
    refuses(() => confirm(state, first, 'a'), /equal or later attempt/);
  });

  it('C1 two sessions at one attempt are never both confirmed', () => {
    const state = confirm(start('a'), first, 'a');
    refuses(() => confirm(state, rival, 'a'), /equal or later attempt/);
    expect(pendingNames(state)).toEqual(['1/1']);
  });

  it('the same session again, after a crash between writing and sending, changes nothing', () => {
    const state = confirm(confirm(start('a'), first, 'a'), second, 'a');
    expect(confirm(state, second, 'a')).toBe(state);
    expect(confirm(state, first, 'a')).toBe(state);
  });

  it('the largest attempt comes from what is heard too, and never decreases', () => {
    const heard = noteAttempt(start('a'), { epoch: 1, attempt: 7 });
    expect(largestAttempt(heard, 1)).toBe(7);
    expect(largestAttempt(noteAttempt(heard, { epoch: 1, attempt: 3 }), 1)).toBe(7);
    expect(largestAttempt(heard, 2)).toBe(0);
    expect(largestAttempt(accept(start('m'), second), 1)).toBe(2);
  });

  it('only from the key that this device itself knows', () => {
    const stranger = generatedKey(['a', 'b', 'x'], 2);
    const foreign = redistributedKey(stranger, {
      name: 'foreign',
      dealers: ['b', 'x'],
      members: ['a', 'b'],
      threshold: 2,
    });
    refuses(() => confirm(start('a'), foreign, 'a'), /not the one this device knows/);
    const behind = emptyEpochs<KeyShare>(testIdentity('a').publicKey);
    refuses(() => confirm(behind, first, 'a'), /not the one this device knows/);
  });

  it('a device that is no member has nothing to confirm', () => {
    const share = second.shares.get('a') ?? expect.unreachable();
    expect(() => confirmPending(start('m'), second.certificate, share)).toThrow(UsageError);
  });
});

describe('K7 a device that is already there', () => {
  const there = accept(confirm(start('a'), first, 'a'), first);

  it('neither deals nor confirms, but has the certificate to answer with', () => {
    refuses(() => {
      mayJoin(there, old.info);
    }, /later epoch/);
    refuses(() => confirm(there, second, 'a'), /later epoch/);
    expect(there.certificates).toContainEqual(first.certificate);
    expect(() => {
      mayJoin(there, first.info);
    }).not.toThrow();
  });

  it('a device that is behind follows the certificates in order, not across a gap', () => {
    refuses(() => acceptCertificate(start('b'), later.certificate), /missing/);
    const caughtUp = accept(accept(start('b'), first), later);
    expect(caughtUp.certificates).toHaveLength(3);
  });

  it('a device that only knows of the later epoch does not go on from the earlier one', () => {
    // Its share is lost, but the certificate is not: there is nothing left to do in epoch 0.
    const behind = accept(start('b'), first);
    expect(activeName(behind)).toBe('0/0');
    refuses(() => {
      mayJoin(behind, old.info);
    }, /later epoch/);
    refuses(() => confirm(behind, second, 'b'), /later epoch/);
    // It gets a new share in the next redistribution, as a recipient.
    expect(pendingNames(confirm(behind, later, 'b'))).toEqual(['2/1']);
  });
});

describe('C1 late confirmation, second attempt', () => {
  /** a and b hear of attempt 2 first, c of attempt 1; then everyone hears of everything. */
  it('the key survives', () => {
    let [a, b, c] = ['a', 'b', 'c'].map((device) =>
      confirm(confirm(start(device), first, device), second, device),
    ) as [State, State, State];
    a = accept(a, second);
    b = accept(b, second);
    c = accept(c, first);
    expect([a, b, c].map(activeName)).toEqual(['1/2', '1/2', '1/1']);
    expect(pendingNames(c)).toEqual(['1/2']);
    const after = [a, b, c].map((state) => accept(accept(state, first), second));
    expect(after.map(activeName)).toEqual(['1/2', '1/2', '1/2']);
    const shares = new Map(
      after.map(({ active }) => [active?.index ?? 0, active?.material ?? expect.unreachable()]),
    );
    expect(interpolates(second.info, [1, 2, 3], shares)).toBe(true);
  });

  it('a key that grew from the attempt that lost is followed all the same', () => {
    // All three activate attempt 1 and refresh to epoch 2. Attempt 2, confirmed before, completes late:
    // b hears of it before the certificate of epoch 2.
    const [a, b] = ['a', 'b'].map((device) => {
      const both = confirm(confirm(start(device), first, device), second, device);
      return confirm(accept(both, first), later, device);
    }) as [State, State];
    const ahead = accept(a, later);
    expect(activeName(ahead)).toBe('2/1');
    const aside = accept(b, second);
    expect(activeName(aside)).toBe('1/2');
    expect(pendingNames(aside)).toEqual(['2/1']);
    // a has nothing of attempt 2 any more: unless b follows, the key of three out of three is lost.
    expect(effectOf(aside, later)).toBe('activated');
    expect(activeName(accept(aside, later))).toBe('2/1');
    expect(effectOf(ahead, second)).toBe('already-known');
  });
});

describe('C2 certificates of strangers', () => {
  const strangers = ['x', 'y', 'z'].map((name) => generatedKey([name, `${name}2`], 2));

  it('C2 the key generation of other people is none of ours', () => {
    for (const stranger of strangers) {
      for (const state of [
        start('a'),
        confirm(start('a'), first, 'a'),
        stateWith(library, old, 'newcomer'),
        emptyEpochs<KeyShare>(testIdentity('a').publicKey),
      ]) {
        const after = tryAccept(state, stranger.certificate);
        expect(after.retired).toBe(false);
        expect(after.active).toBe(state.active);
        expect(after.pending).toEqual(state.pending);
        // What it grew into is refused, because its committee was never ours.
        const grown = redistributedKey(stranger, {
          name: 'grown',
          dealers: [...stranger.shares.keys()],
          members: ['m1', 'm2'],
          threshold: 2,
        });
        expect(() => acceptCertificate(after, grown.certificate)).toThrow();
        expect(() => {
          mayJoin(after, old.info);
        }).not.toThrow();
      }
    }
  });

  it('C2 a device that is not yet a member hears of the key and may still join it', () => {
    const newcomer = accept(stateWith(library, old, 'd'), old);
    expect(newcomer.retired).toBe(false);
    const added = redistributedKey(old, {
      name: 'add d',
      dealers: ['a', 'b', 'c'],
      members: ['a', 'b', 'd'],
      threshold: 2,
    });
    expect(activeName(accept(confirm(newcomer, added, 'd'), added))).toBe('1/1');
  });
});

function tryAccept(state: State, certificate: Certificate): State {
  try {
    return acceptCertificate(state, certificate).state;
  } catch (error) {
    expect(error instanceof ProtocolError || error instanceof DecodeError).toBe(true);
    return state;
  }
}

describe('retirement', () => {
  it('a device that is left out stops, keeps its share until its user agrees, and can come back', () => {
    const retired = accept(start('m'), second);
    expect(effectOf(start('m'), second)).toBe('retired');
    refuses(() => {
      mayJoin(retired, old.info);
    }, /retired|later epoch/);
    const back = redistributedKey(second, {
      name: 'm comes back',
      dealers: ['a', 'b', 'c'],
      members: ['a', 'b', 'm'],
      threshold: 2,
    });
    for (const state of [retired, deleteRetired(retired)]) {
      const again = accept(confirm(state, back, 'm'), back);
      expect(activeName(again)).toBe('2/1');
      expect(again.retired).toBe(false);
    }
  });

  it('hearing of an older certificate again retires nobody', () => {
    const state = accept(confirm(confirm(start('a'), first, 'a'), second, 'a'), second);
    const leftOut = redistributedKey(old, {
      name: 'without a, earlier',
      dealers: ['b', 'c', 'm'],
      members: ['b', 'c', 'm'],
      threshold: 3,
    });
    expect(effectOf(state, leftOut)).toBe('already-known');
    expect(accept(state, leftOut).retired).toBe(false);
  });
});

describe('P-39 rollback', () => {
  it('P-39 a restored snapshot learns of the newer key and does not go on with the old one', () => {
    const snapshot = start('a');
    const restored = accept(snapshot, first);
    expect(effectOf(snapshot, first)).toBe('share-missing');
    expect(restored.lineage.size).toBe(2);
    // It neither deals from the old key nor confirms anything that starts there.
    refuses(() => {
      mayJoin(restored, old.info);
    }, /later epoch/);
    expect(effectOf(restored, old)).toBe('already-known');
    const next = accept(confirm(restored, later, 'a'), later);
    expect(activeName(next)).toBe('2/1');
  });

  it('P-39 a snapshot between confirmation and certificate loses nothing', () => {
    const snapshot = confirm(start('a'), first, 'a');
    expect(effectOf(snapshot, first)).toBe('activated');
  });

  it('P-39 a snapshot of before a confirmation may confirm anew, at a greater attempt', () => {
    // Peers report the attempt it forgot, so the number never repeats.
    const snapshot = noteAttempt(start('a'), heightOf(first));
    expect(largestAttempt(snapshot, 1)).toBe(1);
    expect(pendingNames(confirm(snapshot, second, 'a'))).toEqual(['1/2']);
  });
});

describe('H4 a key generation that did not come to its end', () => {
  const key = generatedKey(['p', 'q', 'r'], 2);
  const names = ['p', 'q', 'r'];
  const { height, info } = describeDraft(key.certificate);
  const pending = (device: string): State =>
    confirm(emptyEpochs<KeyShare>(testIdentity(device).publicKey), key, device);
  const signatures = new Map(
    names.map((name, i) => [
      i + 1,
      testIdentity(name).sign(discardDigest(height.sid, info.kid, i + 1)),
    ]),
  );

  it('H4 is kept as pending and activated by the certificate whenever it comes', () => {
    const state = pending('p');
    expect(state.active).toBeUndefined();
    expect(pendingNames(state)).toEqual(['0/0']);
    const active = acceptCertificate(state, key.certificate);
    expect(active.effect).toBe('activated');
    expect(active.state.active?.info).toEqual(key.info);
    expect(() => confirm(active.state, key, 'p')).toThrow(UsageError);
  });

  it('H4 is discarded only with the signatures of all members', () => {
    const { state, digest } = signDiscard(pending('p'), key.certificate);
    expect(pendingNames(state)).toEqual(['0/0']);
    expect(testIdentity('p').sign(digest)).toEqual(signatures.get(1));
    for (const missing of [1, 2, 3]) {
      const some = new Map(signatures);
      some.delete(missing);
      refuses(() => discard(state, key.certificate, some), /did not sign the discarding/);
      some.set(missing, signatures.get((missing % 3) + 1) ?? new Uint8Array(64));
      refuses(() => discard(state, key.certificate, some), /did not sign the discarding/);
    }
    expect(pendingNames(discard(state, key.certificate, signatures))).toEqual([]);
    // Also by a member whose own signature is the only thing that it gave.
    expect(pendingNames(discard(pending('q'), key.certificate, signatures))).toEqual([]);
  });

  it('H4 whoever signed the discarding refuses the certificate, and the key, from then on', () => {
    const { state } = signDiscard(pending('p'), key.certificate);
    refuses(() => acceptCertificate(state, key.certificate), /discarding of this key was signed/);
    const gone = discard(state, key.certificate, signatures);
    refuses(() => acceptCertificate(gone, key.certificate), /discarding|another key/);
    refuses(() => confirm(gone, key, 'p'), /discarding of this key was signed/);
    refuses(() => confirm(state, key, 'p'), /discarding of this key was signed/);
  });

  it('H4 whoever has the certificate does not sign the discarding, and discards nothing', () => {
    const active = accept(pending('p'), key);
    refuses(() => signDiscard(active, key.certificate), /complete/);
    refuses(() => discard(active, key.certificate, signatures), /active/);
    const lost = accept(
      trusting(emptyEpochs<KeyShare>(testIdentity('p').publicKey), key.info),
      key,
    );
    refuses(() => signDiscard(lost, key.certificate), /complete/);
  });

  it('H4 only key generations are discarded, and only by their members', () => {
    expect(() => signDiscard(pending('p'), first.certificate)).toThrow(UsageError);
    const stranger = emptyEpochs<KeyShare>(testIdentity('s').publicKey);
    expect(() => signDiscard(stranger, key.certificate)).toThrow(UsageError);
    // The signature names key, session and member.
    const digests = [
      discardDigest(height.sid, info.kid, 1),
      discardDigest(height.sid, info.kid, 2),
      discardDigest(info.kid, info.kid, 1),
      discardDigest(height.sid, height.sid, 1),
    ];
    expect(new Set(digests.map(toHex)).size).toBe(4);
    const wrong = new Map([...signatures].map(([index, signature]) => [index, concat(signature)]));
    expect(
      verifyIdentity(
        testIdentity('p').publicKey,
        discardDigest(height.sid, info.kid, 1),
        wrong.get(1) ?? info.kid,
      ),
    ).toBe(true);
  });
});

describe('states', () => {
  it('are never changed, only replaced', () => {
    const state = confirm(start('a'), first, 'a');
    const before = { ...state };
    const maps = [
      state.confirmed.size,
      state.attempts.size,
      state.lineage.size,
      state.pending.length,
    ];
    confirm(state, second, 'a');
    accept(state, first);
    accept(state, second);
    noteAttempt(state, { epoch: 1, attempt: 50 });
    expect(state).toEqual(before);
    expect([
      state.confirmed.size,
      state.attempts.size,
      state.lineage.size,
      state.pending.length,
    ]).toEqual(maps);
  });
});
