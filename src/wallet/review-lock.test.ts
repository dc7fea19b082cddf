/** Locking, unlocking and pairing where something fails in between. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CeremonyHost } from '../ceremonies/index.ts';
import { decodePairingMessage, encodePairingMessage } from './pairing/messages.ts';
import { PASSPHRASE, World } from './testing/world.ts';

let world: World;

afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

describe('a device', () => {
  it('is one session, however often it is unlocked at once', async () => {
    world = new World({ names: ['Ada'] });
    const wallet = await world.device(0).open();
    wallet.lock();
    const open = vi.spyOn(CeremonyHost, 'open');
    await Promise.all([wallet.unlock(PASSPHRASE), wallet.unlock(PASSPHRASE)]);
    expect(open).toHaveBeenCalledTimes(1);
    expect(wallet.getState().phase).toBe('open');
  });

  it('is locked, and can be unlocked again, although its worker broke', async () => {
    world = new World({ names: ['Ada'] });
    const wallet = await world.device(0).open();
    vi.spyOn(CeremonyHost.prototype, 'close').mockRejectedValueOnce(new Error('broken'));
    wallet.lock();
    await expect(wallet.unlock('wrong passphrase')).rejects.toThrow();
    await wallet.unlock(PASSPHRASE);
    expect(wallet.getState().phase).toBe('open');
  });
});

describe('a pairing that everyone confirmed', () => {
  it('cannot be said to have failed any more', async () => {
    world = new World();
    await world.pairUp();
    const [ada, ben] = [world.device(0), world.device(1)];
    let pairing = new Uint8Array();
    ada.onSend = (_to, stream, body) => {
      if (stream === 'pairing') pairing = Uint8Array.from(decodePairingMessage(body).pairing);
      return body;
    };
    for (const { wallet } of world.devices) await wallet.confirmWords(true);
    await world.until(() => ada.pairing?.step === 'generating');
    const end = encodePairingMessage({ t: 'end', pairing, reason: 'cancelled' });
    await ben.channel.send(ada.id, 'pairing', end);
    await world.until(() => ada.pairing?.step !== 'generating');
    expect(ada.pairing?.step).toBe('done');
  });
});
