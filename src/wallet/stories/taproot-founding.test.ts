/** A vault that begins with an account for Bitcoin Taproot, whatever happens to its creator's page on the way. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Crash } from '../testing/life.ts';
import { World, type Template, type TestDevice } from '../testing/world.ts';

/** Two devices that are set up and know nobody. */
let fresh: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
/** Writes of the creator from the last word to the second key, as measured. */
let writes = 0;

beforeAll(async () => {
  const first = new World({ names: ['Ada', 'Ben'] });
  for (const device of first.devices) await device.open();
  fresh = await first.template();
  await compare();
  const before = ada.writes;
  await confirmAll();
  await made();
  writes = ada.writes - before;
  await world.close();
}, 120_000);

afterEach(async () => {
  await world.close();
});

/** Up to the words. */
async function compare(taproot = true): Promise<void> {
  world = await World.from(fresh);
  [ada, ben] = [world.device(0), world.device(1)];
  await ada.wallet.createVault({ name: 'Treasury', threshold: 2, size: 2, taproot });
  await world.until(() => ada.pairing?.invitation !== undefined);
  await ben.wallet.join(ada.pairing?.invitation?.link ?? '');
  await world.until(() => world.devices.every(({ pairing }) => pairing?.step === 'compare'));
}

async function confirmAll(): Promise<void> {
  for (const { wallet } of world.devices) {
    wallet.confirmWords(true).catch(() => undefined); // the page may vanish before it answers
  }
}

const isMade = (device: TestDevice): boolean =>
  device.isOpen && device.state.vaults[0]?.taproot.state === 'active';

const made = async (): Promise<void> =>
  world.until(() =>
    world.devices.every(
      (one) => isMade(one) && one.vault.bitcoinAccounts.every(({ keys }) => keys !== undefined),
    ),
  );

/** One account on every device, of one key. */
function expectOne(): void {
  const addresses = world.devices.map(({ vault }) => {
    expect(vault.bitcoinAccounts).toHaveLength(1);
    const [account] = vault.bitcoinAccounts;
    expect(account).toMatchObject({ network: 'mainnet', kind: 'p2tr', index: 0, name: 'Taproot' });
    return account?.keys?.receive.address;
  });
  expect(addresses[0]).toMatch(/^bc1p/);
  expect(addresses[1]).toBe(addresses[0]);
}

/** The vault and its first account are written within the first of them. */
const FIRST = Array.from({ length: 6 }, (_, i) => 1 + i);
const LATER = 4;

describe('the page of the creator vanishes', () => {
  const vanish = async (write: number, when: Crash): Promise<void> => {
    await compare();
    let reopened = false;
    world.watch(ben, () => {
      if (ada.isRunning || reopened) return;
      reopened = true;
      void ada.open();
    });
    ada.crashAtWrite(write, when);
    await confirmAll();
    await world.until(() => reopened && ada.isOpen);
    // The first writes are those of the words: what was not kept has to be said again.
    if (ada.pairing?.step === 'compare') await ada.wallet.confirmWords(true);
    await made();
    expectOne();
  };

  it.each(FIRST)('after write %i: one account, one key', async (write) => vanish(write, 'after'));

  it.each(Array.from({ length: LATER }, (_, i) => i))('later, moment %i', async (moment) => {
    const first = FIRST.length;
    expect(writes).toBeGreaterThan(first + LATER);
    await vanish(first + Math.floor((moment * (writes - first)) / LATER), 'before');
  });
});

it('the view of the pairing is closed, the device reloads: still one account', async () => {
  await compare();
  await confirmAll();
  await made();
  expectOne();
  await ada.close();
  await ada.open();
  await ada.wallet.endPairing();
  await ada.close();
  await ada.open();
  await made();
  expectOne();
});

it('a vault whose creator did not want it has no such account', async () => {
  await compare(false);
  await confirmAll();
  await world.until(() => world.devices.every(({ pairing }) => pairing?.step === 'done'));
  expect(world.devices.map(({ vault }) => vault.bitcoinAccounts)).toEqual([[], []]);
});
