/**
 * Decoders under random and altered bytes: nothing but our own errors comes out, and what is accepted is the
 * one encoding of something. FUZZ_RUNS sets the number of runs; fast-check prints the seed on failure.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../codec.ts';
import { JournalError } from './errors.ts';
import { encodeBody, parseEvent } from './event.ts';
import { parseExport } from './export.ts';
import { encodeFounding, parseFounding } from './founding.ts';
import { admit, emptyLog } from './log.ts';
import { encodeSyncMessage, parseSyncMessage } from './sync-message.ts';
import { makeSyncMessage, takeSyncMessage } from './sync.ts';
import { approved, forge, NOW, proposed, testFounding, trio } from './testing/vault.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 400);
const founding = testFounding();
const log = emptyLog(founding);
const proposal = forge(founding, 'Ada', proposed());
const vote = forge(founding, 'Ada', { seq: 1, prev: proposal.idBytes, ...approved(proposal.id) });
const [ada] = trio();
ada.admit(proposal.bytes);
ada.admit(vote.bytes);

/** Overwrites, cuts, doubles or inserts somewhere. */
const altered = (valid: Uint8Array) =>
  fc
    .array(fc.tuple(fc.nat(3), fc.nat(valid.length), fc.uint8Array({ maxLength: 6 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((edits) =>
      edits.reduce((bytes: Uint8Array, [kind, at, insert]) => {
        const head = bytes.slice(0, at);
        const skip = [insert.length, 1, 0, 0][kind] ?? 0;
        const middle =
          kind === 2 ? bytes.slice(at, at + 8) : kind === 1 ? new Uint8Array() : insert;
        return concat(head, middle, bytes.slice(at + skip));
      }, valid),
    );

const decoders: [string, Uint8Array, (bytes: Uint8Array) => Uint8Array][] = [
  ['founding document', encodeFounding(founding), (b) => encodeFounding(parseFounding(b))],
  ['event', proposal.bytes, (b) => concat(encodeBody(parseEvent(b).event), b.slice(-64))],
  ['sync message', makeSyncMessage(ada.log, []), (b) => encodeSyncMessage(parseSyncMessage(b))],
];

describe.each(decoders)('the %s decoder', (_, valid, roundTrip) => {
  const holds = (bytes: Uint8Array) => {
    let again: Uint8Array;
    try {
      again = roundTrip(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(JournalError);
      return;
    }
    expect(again).toEqual(bytes);
  };

  it('takes the valid one', () => {
    expect(roundTrip(valid)).toEqual(valid);
  });
  it('withstands random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), holds), { numRuns });
  });
  it('withstands altered bytes', () => {
    fc.assert(fc.property(altered(valid), holds), { numRuns });
  });
});

describe('the door', () => {
  it('never throws and never lets altered bytes in', () => {
    fc.assert(
      fc.property(altered(proposal.bytes), (bytes) => {
        const { result } = admit(log, bytes, NOW);
        const same = Buffer.from(bytes).equals(proposal.bytes);
        expect(result.kind).toBe(same ? 'added' : 'refused');
      }),
      { numRuns },
    );
  });

  it('of sync throws our errors only', () => {
    fc.assert(
      fc.property(altered(makeSyncMessage(ada.log, [])), (bytes) => {
        try {
          takeSyncMessage(log, bytes, NOW);
        } catch (error) {
          expect(error).toBeInstanceOf(JournalError);
        }
      }),
      { numRuns: numRuns / 4 },
    );
  });

  it('of exports throws our errors only', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => parseExport(value)).toThrow(JournalError);
      }),
      { numRuns },
    );
  });
});
