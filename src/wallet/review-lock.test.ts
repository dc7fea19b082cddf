/** Locking, unlocking and pairing where something fails in between. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CeremonyHost } from '../ceremonies/index.ts';
import { Keystore } from '../keystore/index.ts';
import { decodePairingMessage, encodePairingMessage } from './pairing/messages.ts';
import { PASSPHRASE, World } from './testing/world.ts';

let world: World;

afterEach(async () => {
  vi.restoreAllMocks();
  await world.close();
});

/** The keystore opens; what comes next waits until `goOn`. */
function held() {
  const openNow = CeremonyHost.open.bind(CeremonyHost);
  let goOn: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const open = vi.spyOn(CeremonyHost, 'open').mockImplementation(async (port) => {
    await gate;
    return openNow(port);
  });
  const unlock = vi.spyOn(Keystore.prototype, 'unlock');
  const unlocked = (): number =>
    unlock.mock.settledResults.filter(({ type }) => type === 'fulfilled').length;
  return { open, unlocked, goOn };
}

describe('a device', () => {
  it('is one session, however often it is unlocked at once', async () => {
    world = new World({ names: ['Ada'] });
    const wallet = await world.device(0).open();
    wallet.lock();
    const { open, unlocked, goOn } = held();
    const both = Promise.all([wallet.unlock(PASSPHRASE), wallet.unlock(PASSPHRASE)]);
    await world.until(() => unlocked() === 2);
    goOn();
    await both;
    expect(open).toHaveBeenCalledTimes(1);
    expect(wallet.getState().phase).toBe('open');
  });

  it('stays locked when it was locked while it was being opened', async () => {
    world = new World({ names: ['Ada'] });
    const wallet = await world.device(0).open();
    wallet.lock();
    const { unlocked, goOn } = held();
    const unlocking = expect(wallet.unlock(PASSPHRASE)).rejects.toThrow();
    await world.until(() => unlocked() === 1);
    // As when another tab takes over.
    const closing = wallet.close();
    goOn();
    await unlocking;
    await closing;
    expect(wallet.getState().phase).toBe('locked');
  });

  it('keeps its theme while it is locked, and when it starts again', async () => {
    world = new World({ names: ['Ada'] });
    const ada = world.device(0);
    const wallet = await ada.open();
    await wallet.saveSettings({ ...ada.state.settings, theme: 'dark' });
    wallet.lock();
    expect(wallet.getState()).toMatchObject({ phase: 'locked', theme: 'dark' });
    await ada.close();
    const again = ada.start();
    await world.until(() => again.getState().phase !== 'starting');
    expect(again.getState()).toMatchObject({ phase: 'locked', reason: 'start', theme: 'dark' });
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
