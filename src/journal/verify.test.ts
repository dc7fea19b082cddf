import { describe, expect, it } from 'vitest';
import { MalformedError } from './errors.ts';
import { exportJournal, parseExport, type JournalExport } from './export.ts';
import { encodeFounding } from './founding.ts';
import { trail } from './order.ts';
import {
  accountNamed,
  approved,
  exchange,
  forge,
  NOW,
  proposed,
  testFounding,
  trio,
} from './testing/vault.ts';
import { verifyJournal } from './verify.ts';

const founding = testFounding();
const document = encodeFounding(founding);

async function story() {
  const [ada, ben] = trio();
  const { id } = await ada.say(proposed());
  exchange(ada, ben);
  await ben.say(approved(id));
  exchange(ben, ada);
  await ada.say(approved(id));
  return ada.log;
}

describe('verifyJournal', () => {
  it('finds nothing wrong with an honest journal, whatever the order', async () => {
    const log = await story();
    const events = trail(log).map(({ bytes }) => bytes);
    for (const order of [events, events.toReversed()]) {
      const report = verifyJournal(document, order, NOW);
      expect(report).toMatchObject({ events: 3, authors: 2, faults: [] });
      expect(trail(report.log ?? log)).toEqual(trail(log));
    }
  });

  it('finds every fault', async () => {
    const log = await story();
    const events = trail(log).map(({ bytes }) => bytes);
    const fork = forge(founding, 'Ada', accountNamed('other'));
    const forged = forge(founding, 'Cleo', {}, 'Ada');
    const orphan = forge(founding, 'Cleo', { seq: 1, prev: forged.idBytes });
    const stranger = forge(founding, 'Mallory', {});
    const early = forge(founding, 'Cleo', { time: NOW * 2 });
    const others = [fork, forged, orphan, stranger, early].map(({ bytes }) => bytes);
    const report = verifyJournal(document, [...events, ...others, new Uint8Array(70)], NOW);
    expect(report.events).toBe(4);
    expect(report.faults.map(({ code }) => code).sort()).toEqual([
      'bad-signature',
      'broken-chain',
      'equivocation',
      'future-dated',
      'malformed',
      'not-a-member',
    ]);
  });

  it('notices a single event left out of the middle', async () => {
    const events = trail(await story()).map(({ bytes }) => bytes);
    const report = verifyJournal(document, events.slice(1), NOW);
    expect(report.faults).toHaveLength(2);
    expect(report.faults[0]).toMatchObject({ code: 'broken-chain', reason: /missing/ });
  });

  it('refuses a founding document that is none, or another one', async () => {
    const events = trail(await story()).map(({ bytes }) => bytes);
    const none = verifyJournal(new Uint8Array(3), events, NOW);
    expect(none).toMatchObject({ log: undefined, events: 0, faults: [{ code: 'founding' }] });
    const other = verifyJournal(encodeFounding(testFounding(3, 3)), events, NOW);
    expect(other.faults.map(({ code }) => code)).toEqual([
      'other-vault',
      'other-vault',
      'other-vault',
    ]);
  });
});

describe('export', () => {
  it('survives JSON and verifies', async () => {
    const log = await story();
    const file: unknown = JSON.parse(JSON.stringify(exportJournal(log)));
    const { founding: bytes, events } = parseExport(file);
    expect(bytes).toEqual(document);
    expect(verifyJournal(bytes, events, NOW)).toMatchObject({ events: 3, faults: [] });
  });

  it('names what a person reads', async () => {
    const { events } = exportJournal(await story());
    expect(events.map(({ member, type, at }) => [member, type, at])).toEqual([
      [1, 'proposed', NOW],
      [2, 'approved', NOW],
      [1, 'approved', NOW],
    ]);
  });

  const lies: [string, (file: JournalExport) => unknown][] = [
    ['another format', (file) => ({ ...file, format: 'x' })],
    ['another version', (file) => ({ ...file, version: 2 })],
    ['another vault', (file) => ({ ...file, vault: '00'.repeat(32) })],
    ['capital digits', (file) => ({ ...file, founding: file.founding.toUpperCase() })],
    ['half a byte', (file) => ({ ...file, founding: file.founding.slice(1) })],
    ['a field too many', (file) => ({ ...file, more: 1 })],
    ...(['id', 'member', 'at', 'type'] as const).map(
      (field): [string, (file: JournalExport) => unknown] => [
        `another ${field} than the bytes say`,
        (file) => ({
          ...file,
          events: file.events.map((item) => ({
            ...item,
            [field]: file.events[1]?.[field === 'at' ? 'member' : field],
          })),
        }),
      ],
    ),
  ];
  it.each(lies)('is refused with %s', async (_, lie) => {
    const file = exportJournal(await story());
    expect(() => parseExport(lie(file))).toThrow(MalformedError);
  });
});
