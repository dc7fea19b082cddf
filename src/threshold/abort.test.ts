/** How a ceremony fails: class, blame, consequence. */
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../codec.ts';
import { CountersignError } from '../errors.ts';
import { blaming, ProtocolError, UsageError } from './abort.ts';
import { RecordedAbort } from './records.ts';

describe('ProtocolError', () => {
  it.each([
    ['A', 'may-retry'],
    ["A'", 'discard-session'],
    ['B', 'ban-pair'],
    ['C', 'refuse-peer'],
    ['D', 'count-failure'],
  ] as const)('of class %s means %s (specification 14.4)', (abortClass, consequence) => {
    const error = new ProtocolError(abortClass, 'reason', 3);
    expect(error).toBeInstanceOf(CountersignError);
    expect(error).toMatchObject({ abortClass, consequence, culprit: 3 });
    expect(error).toMatchObject({
      name: 'ProtocolError',
      code: `threshold/abort-${abortClass}`,
      message: 'reason (party 3)',
    });
  });

  it('without a culprit names nobody', () => {
    const error = new ProtocolError('D', 'reason');
    expect(error.culprit).toBeUndefined();
    expect(error.message).toBe('reason');
  });

  it('carries what must be written before it is reported', () => {
    const record = { kind: 'pair-reserved', kid: new Uint8Array(32), peer: 2, gen: 1 } as const;
    const abort = new RecordedAbort('B', 'reason', 2, [record]);
    expect(abort).toBeInstanceOf(ProtocolError);
    expect(abort).toMatchObject({ abortClass: 'B', culprit: 2, persist: [record] });
    expect(abort.name).toBe('RecordedAbort');
  });
});

describe('blaming', () => {
  it('hands a result through', () => {
    expect(blaming(2, 'thing', () => 5)).toBe(5);
  });

  it.each([
    ['DecodeError', new DecodeError('short')],
    ['RangeError', new RangeError('short')],
    // P-14: whatever a library throws on hostile values
    ['Error', new Error('short')],
  ])("turns a %s into class A' with the culprit", (_, cause) => {
    const attempt = (): never =>
      blaming(2, 'thing', () => {
        throw cause;
      });
    expect(attempt).toThrow(ProtocolError);
    expect(attempt).toThrow(
      expect.objectContaining({ abortClass: "A'", culprit: 2, message: 'thing: short (party 2)' }),
    );
    expect(attempt).toThrow(expect.objectContaining({ cause }));
  });

  it('turns something that is no Error too', () => {
    expect(() =>
      blaming(2, 'thing', () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- that is the point
        throw 'text';
      }),
    ).toThrow(expect.objectContaining({ abortClass: "A'", message: 'thing: invalid (party 2)' }));
  });

  it('P-15 leaves class and blame of an inner abort alone', () => {
    const inner = new ProtocolError('B', 'check', 3);
    expect(() =>
      blaming(2, 'thing', () => {
        throw inner;
      }),
    ).toThrow(inner);
  });
});

it('UsageError is no abort: nobody is blamed for a bug here', () => {
  const error = new UsageError('misuse');
  expect(error).not.toBeInstanceOf(ProtocolError);
  expect(error).toMatchObject({ name: 'UsageError', code: 'threshold/usage', message: 'misuse' });
});
