/**
 * The driver where one half of a condition decides alone. Found by mutation testing; see docs/mutation.md.
 */
import { expect, it } from 'vitest';
import { seeded } from '../testing/seeded.ts';
import {
  errorOf,
  flip,
  headerOf,
  identitiesOf,
  outputsOf,
  runAll,
  toyPlayers,
  toySessions,
} from '../testing/network.ts';
import type { DurableRecord } from '../records.ts';
import { PeerAborted } from './driver.ts';
import { ABORT_ROUND, sealDirect } from './packet.ts';
import { of } from './round.ts';

const identities = identitiesOf(3);

it('P-44 a forged record takes nobody’s place: the genuine one still counts', async () => {
  const run = await runAll(toyPlayers(identities), {
    seed: 'forged record',
    order: 'sent',
    // The last byte is one of the signature.
    relay: ({ from, to, packet }) =>
      from === 2 && to === 1 && headerOf(packet).round === 0
        ? [flip(packet, packet.length - 1), packet]
        : [packet],
  });
  expect(outputsOf(run).size).toBe(3);
});

it('an abort notice is for all: its sender is blamed for one that is for this party alone', async () => {
  const seed = 'direct notice';
  const sender = of(toySessions(identities, seed), 2);
  const notice = sealDirect(sender, { round: ABORT_ROUND, from: 2, to: 1 }, new Uint8Array());
  const run = await runAll(toyPlayers(identities), {
    seed,
    relay: ({ to, packet }) => (to === 1 ? [packet, notice] : [packet]),
  });
  expect(errorOf(run, 1)).not.toBeInstanceOf(PeerAborted);
  expect(errorOf(run, 1)).toMatchObject({ abortClass: "A'", culprit: 2 });
});

it('a last step whose record cannot be stored ends with the error of the store, and no result', async () => {
  const record: DurableRecord = {
    kind: 'maybe-signed',
    kid: seeded('kid')(32),
    sid: seeded('sid')(32),
    items: [],
  };
  const players = new Map(
    [...toyPlayers(identities)].map(([party, { ceremony, identity }]) => {
      const begin = () => ({
        rounds: [],
        start: () => ({ persist: [record], send: [], next: { output: 'done' } }),
      });
      return [party, { identity, ceremony: { ...ceremony, begin } }] as const;
    }),
  );
  const error = new Error('disk');
  const run = await runAll(players, {
    seed: 'last step',
    device: (party, device) =>
      party === 2 ? { ...device, store: async () => Promise.reject(error) } : device,
  });
  expect(errorOf(run, 2)).toBe(error);
  expect(run.results.get(1)).toEqual({ status: 'fulfilled', value: 'done' });
});
