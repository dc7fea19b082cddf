/** The test network itself: deterministic, and faithful to what a carrier may do. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import {
  CarrierClosed,
  errorOf,
  identitiesOf,
  MemoryNetwork,
  outputsOf,
  runAll,
  toyPlayers,
  type NetworkOptions,
} from './network.ts';

const identities = identitiesOf(3);
const run = async (options: NetworkOptions) => runAll(toyPlayers(identities), options);
const orders = ['sent', 'reversed', 'random'] as const;

describe('the in-memory network', () => {
  it.each(orders)('carries a ceremony to its end when packets arrive %s', async (order) => {
    const outputs = outputsOf(await run({ seed: 'orders', order }));
    const [one, two, three] = [...outputs.values()];
    expect(two?.said).toEqual(one?.said);
    expect(three?.said).toEqual(one?.said);
    expect(new Set([...outputs.values()].map(({ sid }) => sid)).size).toBe(1);
  });

  it('is deterministic: the seed decides the order of everything', async () => {
    const traceOf = async (seed: string) =>
      (await run({ seed })).trace.map((entry) =>
        entry.what === 'send' ? `${String(entry.party)} ${toHex(entry.packet)}` : entry.what,
      );
    const first = await traceOf('one');
    expect(await traceOf('one')).toEqual(first);
    expect(await traceOf('two')).not.toEqual(first);
  });

  it('gives up when everyone waits and nothing is on its way', async () => {
    const lossy = await run({
      seed: 'loss',
      relay: ({ from, packet }) => (from === 2 ? [] : [packet]),
    });
    for (const party of identities.keys()) {
      expect(errorOf(lossy, party)).toBeInstanceOf(CarrierClosed);
    }
  });

  it('rejects a waiting and a later receive of a closed carrier', async () => {
    const network = new MemoryNetwork([1, 2], { seed: 'close' });
    const carrier = network.carrier(1);
    const waiting = carrier.receive();
    network.close(1);
    await expect(waiting).rejects.toBeInstanceOf(CarrierClosed);
    await expect(carrier.receive()).rejects.toBeInstanceOf(CarrierClosed);
  });

  it('hands over copies: a sender that reuses its buffer changes nothing', async () => {
    const network = new MemoryNetwork([1, 2], { seed: 'copy' });
    const packet = Uint8Array.of(1, 2, 3);
    const arriving = network.carrier(2).receive();
    await network.carrier(1).send(packet, 'all');
    packet.fill(0);
    void network
      .carrier(1)
      .receive()
      .catch(() => undefined);
    expect(await arriving).toEqual(Uint8Array.of(1, 2, 3));
    network.close(1);
  });
});
