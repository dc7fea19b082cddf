/** A creator's pairing: under a flood of strangers, and given up at a bad moment. */
import { expect, it } from 'vitest';
import { MemoryStorage } from '../../keystore/index.ts';
import type { Connection } from '../platform.ts';
import { ManualClock } from '../testing/clock.ts';
import { begin } from './machine.ts';
import { decodePairingMessage, type PairingMessage } from './messages.ts';
import { PairingRun } from './run.ts';
import { introduction, invitationFor, nonceOf, NOW } from './testing/group.ts';
import type { Outgoing } from './state.ts';

const MOST = 50;

it('answers fifty strangers at most, and its own devices always', async () => {
  const sent: { readonly out: Outgoing; readonly message: PairingMessage }[] = [];
  const invitation = invitationFor(2);
  const run = await PairingRun.start(
    {
      clock: new ManualClock(NOW),
      storage: new MemoryStorage(),
      connection: { offer: async () => () => undefined } as unknown as Connection,
      origin: 'https://wallet.example',
      changed: () => undefined,
      send: async (out, body) => {
        sent.push({ out, message: decodePairingMessage(body) });
      },
      complete: async () => undefined,
    },
    begin('creator', invitation, introduction(0), nonceOf(0)),
    { code: undefined, taproot: false },
  );
  const join = async (n: number): Promise<void> => {
    const { identity, sealing, inbox, name } = introduction(n);
    const { pairing } = invitation;
    const commit = nonceOf(n);
    await run.receive(identity, { t: 'join', pairing, name, identity, sealing, inbox, commit });
  };
  await join(1);
  const toBen = (): number => sent.filter(({ message }) => message.t === 'roster').length;
  expect(toBen()).toBe(1);

  for (let n = 2; n < MOST + 12; n += 1) await join(n);
  const refusals = sent.filter(({ out }) => out.peer !== undefined);
  expect(refusals).toHaveLength(MOST);
  expect(refusals.every(({ message }) => message.t === 'end' && message.reason === 'full')).toBe(
    true,
  );
  await join(1);
  expect(toBen()).toBe(2);
  run.stop();
});

it('is forgotten after what is under way, and is not stored again by what comes later', async () => {
  const storage = new MemoryStorage();
  let go = (): void => undefined;
  const slow = new Promise<void>((resolve) => {
    go = resolve;
  });
  const order: string[] = [];
  const run = await PairingRun.start(
    {
      clock: new ManualClock(NOW),
      storage,
      connection: { offer: async () => () => undefined } as unknown as Connection,
      origin: 'https://wallet.example',
      changed: () => undefined,
      send: async () => {
        await slow;
        order.push('sent');
      },
      complete: async () => undefined,
    },
    begin('creator', invitationFor(3), introduction(0), nonceOf(0)),
    { code: undefined, taproot: false },
  );
  const stored = async (): Promise<number> => (await storage.list('pairing')).length;
  expect(await stored()).toBe(1);
  const join = async (n: number): Promise<void> => {
    const { identity, sealing, inbox, name } = introduction(n);
    const { pairing } = invitationFor(3);
    const commit = nonceOf(n);
    await run.receive(identity, { t: 'join', pairing, name, identity, sealing, inbox, commit });
  };
  const joining = join(1);
  const forgetting = run.forget().then(() => order.push('forgotten'));
  const late = join(2);
  go();
  await Promise.all([joining, forgetting, late]);
  expect(order.at(-1)).toBe('forgotten');
  expect(order).toContain('sent');
  expect(await stored()).toBe(0);
});
