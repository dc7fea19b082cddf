/** Key generation that is interrupted: it goes on by itself, and ends with one key. */
import { afterEach, describe, expect, it } from 'vitest';
import { World } from './testing/world.ts';

let world: World;

afterEach(async () => {
  await world.close();
});

describe('key generation', () => {
  it('is tried again after a member could not be heard, and gives all the same key', async () => {
    world = new World();
    await world.pairUp();
    const cleo = world.device(2);
    let sent = 0;
    cleo.onSend = (_to, stream, body) => {
      if (stream !== 'ceremony') return body;
      sent += 1;
      return sent > 6 ? undefined : body; // it begins, then nothing of it arrives any more
    };
    for (const { wallet } of world.devices) await wallet.confirmWords(true);
    await world.until(() => world.device(0).pairing?.problem !== undefined, 8);
    expect(sent).toBeGreaterThan(6);
    cleo.onSend = undefined;
    await world.until(() => world.devices.every(({ pairing }) => pairing?.step === 'done'), 8);
    const addresses = world.devices.map(({ vault }) => vault.accounts[0]?.address);
    expect(new Set(addresses).size).toBe(1);
  });
});
