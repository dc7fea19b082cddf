/** Devices that showed different things: each sees what the other one showed. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { shownDigestOf, type ShownLine } from '../../chains/index.ts';
import { Traitor } from '../testing/traitor.ts';
import { vaultTemplate, World, type Template, type TestDevice } from '../testing/world.ts';
import { encodeWire } from '../wire.ts';

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
let cleo: Traitor;
let id: string;
let proposal: Uint8Array;

beforeAll(async () => {
  template = await vaultTemplate();
}, 120_000);

beforeEach(async () => {
  world = await World.from(template);
  [ada, ben] = [world.device(0), world.device(1)];
  await world.device(2).close();
  cleo = await Traitor.of(world.device(2));
  await world.until(() =>
    [ada, ben].every(({ vault }) => vault.members.every(({ online }) => online)),
  );
  id = await ada.pay();
  proposal = hexToBytes(id);
  await world.until(() => ben.proposal(id)?.canApprove === true && cleo.log.entries.has(id));
});

afterEach(async () => {
  await cleo.close();
  await world.close();
});

/** What this device shows, with one line another way and one more. */
const altered = (): ShownLine[] => [
  ...ben
    .shown(id)
    .review.shown.map((line) => (line.label === 'To' ? { ...line, value: 'somebody' } : line)),
  { depth: 0, label: 'Extra\u202e', value: 'line' },
];
const digestOf = (lines: readonly ShownLine[]): Uint8Array =>
  shownDigestOf(ben.shown(id).review, lines);
const vault = (): Uint8Array => cleo.log.vault;
const tell = async (lines: readonly ShownLine[]): Promise<void> =>
  cleo.send(
    ben.id,
    'ceremony',
    encodeWire({ t: 'shown', vault: vault(), proposal, lines: [...lines] }),
  );

it('what the other device showed stands beside, line by line', async () => {
  const lines = altered();
  await cleo.say({ type: 'approved', data: { proposal, shown: digestOf(lines) } });
  await world.until(() => cleo.heard.some(({ t }) => t === 'show'));
  expect(cleo.heard.find(({ t }) => t === 'show')).toEqual({
    ...{ t: 'show', vault: vault(), proposal, shown: digestOf(lines) },
  });
  await tell(lines);
  await world.until(() => ben.shown(id).differences.length > 0);
  const to = ben.shown(id).review.shown.find(({ label }) => label === 'To')?.value ?? '';
  expect(ben.shown(id).differences).toMatchObject([
    {
      name: 'Cleo',
      rows: [
        { here: `To: ${to}`, there: 'To: somebody' },
        { here: undefined, there: 'Extra⟨U+202E⟩: line' },
      ],
    },
  ]);
  await world.pass(60_000);
  expect(world.chain.transactions).toEqual([]);
});

it('lines that nobody approved are not shown', async () => {
  const lines = altered();
  await cleo.say({ type: 'approved', data: { proposal, shown: digestOf(lines) } });
  await world.until(() => cleo.heard.some(({ t }) => t === 'show'));
  await tell(lines.slice(1));
  await world.pass(30_000);
  expect(ben.shown(id).differences).toEqual([]);
});

it('a device says what it showed to whoever knows the digest', async () => {
  const { shownDigest, shown } = ben.shown(id).review;
  const ask = { t: 'show', vault: vault(), proposal } as const;
  await cleo.send(ben.id, 'ceremony', encodeWire({ ...ask, shown: new Uint8Array(32) }));
  await cleo.send(ben.id, 'ceremony', encodeWire({ ...ask, shown: shownDigest }));
  await world.until(() => cleo.heard.some(({ t }) => t === 'shown'));
  const answers = cleo.heard.filter((message) => message.t === 'shown');
  expect(answers).toEqual([{ t: 'shown', vault: vault(), proposal, lines: shown }]);
});
