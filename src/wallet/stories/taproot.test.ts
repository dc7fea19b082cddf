/** Bitcoin Taproot: a second key, made once it is wanted, and coins that it spends. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  COIN_PAYEE,
  coinForm,
  vaultTemplate,
  World,
  type Template,
  type TestDevice,
} from '../testing/world.ts';
import type { BitcoinAccountView } from '../state.ts';

const ACCOUNT = { network: 'regtest', kind: 'p2tr', index: 0 } as const;

let bare: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
let cleo: TestDevice;

beforeAll(async () => {
  bare = await vaultTemplate();
}, 120_000);

async function begin(): Promise<void> {
  world = await World.from(bare);
  [ada, ben, cleo] = [world.device(0), world.device(1), world.device(2)];
  await together();
}

beforeEach(begin);

afterEach(async () => {
  await world.close();
});

const together = async (): Promise<void> =>
  world.until(() =>
    world.devices.every((one) => one.isOpen && one.vault.members.every(({ online }) => online)),
  );

const account = (device: TestDevice): BitcoinAccountView =>
  device.vault.bitcoinAccounts[0] ?? expect.unreachable();

const receiving = (device: TestDevice): string => account(device).keys?.receive.address ?? '';

const add = async (device: TestDevice): Promise<void> =>
  device.wallet.addBitcoinAccount(device.vault.id, { ...ACCOUNT, name: 'Cold' });

const isMade = (device: TestDevice): boolean => device.vault.taproot.state === 'active';

const made = async (): Promise<void> => world.until(() => world.devices.every(isMade));

describe('the key', () => {
  it('is not there before an account wants it', async () => {
    await world.pass(30_000);
    expect(world.devices.map(({ vault }) => vault.taproot.state)).toEqual(['none', 'none', 'none']);
  });

  it.each([0, 2])('is made by all once device %i adds an account', async (index) => {
    await add(world.device(index));
    await made();
    const addresses = world.devices.map(receiving);
    expect(addresses[0]).toMatch(/^bcrt1p/);
    expect(new Set(addresses).size).toBe(1);
    expect(account(ben).keys?.receive.path).toBe('m/86/1/0/0/0');
  });

  it('waits for a device that is away, and for its reload in the middle', async () => {
    cleo.crash();
    await world.until(() => !(ada.vault.members[2]?.online ?? true));
    await add(ada);
    await world.until(() => ben.vault.taproot.state === 'unfinished');
    await world.pass(30_000);
    expect(world.devices.slice(0, 2).some(isMade)).toBe(false);
    expect(account(ada).keys).toBeUndefined();
    await cleo.open();
    await world.until(() => ada.vault.taproot.ceremony !== undefined);
    ben.crash();
    await ben.open();
    await together();
    await made();
    expect(new Set(world.devices.map(receiving)).size).toBe(1);
  });

  it('stays the same over reloads, and the first key is untouched by it', async () => {
    const { fingerprint } = ada.vault;
    await add(ada);
    await made();
    const address = receiving(ada);
    for (const device of world.devices) {
      await device.close();
      await device.open();
    }
    await together();
    expect(world.devices.map(receiving)).toEqual([address, address, address]);
    expect(ada.vault.fingerprint).toEqual(fingerprint);
    const payment = await ada.pay();
    await world.until(() => ben.proposal(payment)?.canApprove === true);
    await ben.wallet.approve(payment);
    await world.until(() => ada.shown(payment).status === 'confirmed');
  });
});

describe('a payment', () => {
  beforeEach(async () => {
    await add(ada);
    await made();
    for (const amount of [60_000n, 70_000n, 80_000n]) {
      const before = receiving(ada);
      world.coins.fund(before, amount);
      for (const one of world.devices) await one.wallet.refreshBalances(one.vault.id);
      await world.until(() => world.devices.every((one) => receiving(one) !== before));
    }
  });

  it('of several coins is signed by two with the second key, and seen in a block', async () => {
    const id = await ada.payCoins({ account: ACCOUNT, amount: '0.002', feeRate: '2' });
    await world.until(() => ben.proposal(id)?.canApprove === true);
    expect(ben.shown(id).shownWords).toEqual(ada.shown(id).shownWords);
    await ben.wallet.approve(id);
    await world.until(() => world.devices.every((one) => one.shown(id).status === 'confirmed'));
    expect(world.coins.balance(COIN_PAYEE)).toBe(200_000n);
  });

  it('survives a reload of the device that began, and is made once', async () => {
    const id = await ada.payCoins({ account: ACCOUNT, amount: '0.0005' });
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    await world.until(() => ada.proposal(id)?.ceremony !== undefined);
    ada.crash();
    await ada.open();
    await world.until(() => world.devices.every((one) => one.proposal(id)?.status === 'confirmed'));
    expect(world.coins.balance(COIN_PAYEE)).toBe(50_000n);
  });

  it('is not one of the other kind of account', async () => {
    const other = { ...ACCOUNT, kind: 'p2wpkh' } as const;
    await expect(
      ada.wallet.draftBitcoinPayment(ada.vault.id, coinForm({ account: other })),
    ).resolves.toMatchObject({ ok: false });
  });
});
