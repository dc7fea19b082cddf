import { describe, expect, it } from 'vitest';
import {
  IncompleteBatch,
  IncompleteSignatures,
  ProtocolError,
  UsageError,
} from '../threshold/index.ts';
import { asCeremonyError, benign, CeremonyError } from './errors.ts';

describe('errors of ceremonies', () => {
  it('keep class, culprit and consequence of an abort', () => {
    const { failure } = asCeremonyError(new ProtocolError('B', 'the check failed', 3));
    expect(failure).toEqual({
      code: 'threshold/abort-B',
      message: 'the check failed (party 3)',
      abortClass: 'B',
      culprit: 3,
      consequence: 'ban-pair',
      missing: [],
      remains: 'nothing',
      signatures: [],
    });
  });

  it('keep the valid signatures of a batch', () => {
    const valid = {
      publicKey: new Uint8Array(33),
      digest: new Uint8Array(32),
      signature: new Uint8Array(64),
      recovery: 1,
    };
    const { failure } = asCeremonyError(new IncompleteBatch([undefined, valid], 'one failed', []));
    expect(failure.signatures).toEqual([undefined, valid]);
    expect(failure.abortClass).toBe('D');
  });

  it('keep the valid signatures of Taproot inputs, as the wallet takes them', () => {
    const [publicKey, message] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
    const signature = new Uint8Array(64).fill(3);
    const incomplete = new IncompleteSignatures([{ publicKey, message, signature }, undefined], 2);
    const { failure } = asCeremonyError(incomplete);
    expect(failure.signatures).toEqual([
      { publicKey, digest: message, signature, recovery: 0 },
      undefined,
    ]);
    expect(failure).toMatchObject({ abortClass: "A'", culprit: 2 });
  });

  it('keep code and text of our own errors, and neither of others', () => {
    expect(asCeremonyError(new UsageError('too few signers')).failure).toMatchObject({
      code: 'threshold/usage',
      message: 'too few signers',
    });
    for (const foreign of [new TypeError('secret 0123'), 'secret 0123', undefined]) {
      const error = asCeremonyError(foreign);
      expect(error.code).toBe('ceremonies/internal');
      expect(JSON.stringify(error.failure)).not.toContain('0123');
    }
  });

  it('say what they left behind', () => {
    const error = benign('ceremonies/silent', 'Nothing came.', [2]);
    expect(error.leaving('nothing')).toBe(error);
    const left = error.leaving('maybe-signed');
    expect(left).toBeInstanceOf(CeremonyError);
    expect(left.failure).toEqual({ ...error.failure, remains: 'maybe-signed' });
  });
});
