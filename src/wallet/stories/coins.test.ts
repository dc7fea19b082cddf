/** Money in coins: received, proposed, signed input by input, sent and seen in a block. */
import { Transaction } from '@scure/btc-signer/transaction.js';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fromHex } from '../ids.ts';
import {
  COIN_PAYEE,
  coinForm,
  SAVINGS,
  vaultTemplate,
  World,
  type Template,
  type TestDevice,
} from '../testing/world.ts';
import type { BitcoinAccountView } from '../state.ts';

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;

beforeAll(async () => {
  const made = await World.from(await vaultTemplate());
  const [first] = made.devices;
  await first?.wallet.addBitcoinAccount(first.vault.id, { ...SAVINGS, name: 'Savings' });
  await made.until(() => made.devices.every(({ vault }) => vault.bitcoinAccounts.length === 1));
  template = await made.template();
}, 120_000);

beforeEach(async () => {
  world = await World.from(template);
  [ada, ben] = [world.device(0), world.device(1)];
  await world.until(() =>
    world.devices.every(({ vault }) => vault.members.every(({ online }) => online)),
  );
});

afterEach(async () => {
  await world.close();
});

const account = (device: TestDevice): BitcoinAccountView =>
  device.vault.bitcoinAccounts[0] ?? expect.unreachable();

const receiving = (device: TestDevice): string => account(device).keys?.receive.address ?? '';

/** Pays the account so many times, each to its next address. */
async function fund(...amounts: readonly bigint[]): Promise<void> {
  for (const amount of amounts) {
    const before = receiving(ada);
    world.coins.fund(before, amount);
    for (const one of world.devices) await one.wallet.refreshBalances(one.vault.id);
    await world.until(() => world.devices.every((one) => receiving(one) !== before));
  }
}

async function decided(id: string): Promise<void> {
  await world.until(() => ben.proposal(id)?.canApprove === true);
  await ben.wallet.approve(id);
  await world.until(() => world.devices.every((one) => one.shown(id).status === 'confirmed'));
}

it('all devices derive the same addresses, and never one that was used', async () => {
  const first = receiving(ada);
  expect(first).toMatch(/^bcrt1q/);
  expect(world.devices.map(receiving)).toEqual(world.devices.map(() => first));
  await fund(200_000n);
  const keys = world.devices.map((one) => account(one).keys);
  expect(new Set(keys.map((one) => one?.receive.address)).size).toBe(1);
  expect(new Set(keys.map((one) => one?.extendedKey)).size).toBe(1);
  expect(keys[0]?.receive.path).toBe('m/84/1/0/0/1');
  expect(account(ben).funds).toMatchObject({ state: 'known', confirmed: 200_000n, coins: 1 });
});

describe('a payment', () => {
  it('of one coin is signed by two, sent, and seen in a block by all', async () => {
    await fund(200_000n);
    const id = await ada.payCoins();
    await world.until(() => ben.proposal(id) !== undefined);
    expect(ben.shown(id).review).toMatchObject({ kind: 'bitcoin', refusal: undefined });
    expect(ben.shown(id).shownWords).toEqual(ada.shown(id).shownWords);
    await decided(id);
    expect(world.coins.balance(COIN_PAYEE)).toBe(100_000n);
    const names = world.devices.map((one) => one.shown(id).transaction?.hash);
    expect(new Set(names).size).toBe(1);
    await world.until(() => account(ben).funds.confirmed !== 200_000n);
    const rest = account(ben).funds.confirmed ?? 0n;
    expect(rest).toBeGreaterThan(90_000n);
    expect(rest).toBeLessThan(100_000n);
  });

  it('of several coins has one signature for each, and says what the fee is for certain', async () => {
    await fund(60_000n, 70_000n, 80_000n);
    const id = await ada.payCoins({ amount: '0.002', feeRate: '2' });
    const { warnings } = ada.shown(id).review;
    expect(warnings.map(({ code }) => code)).not.toContain('bitcoin/fee-unverified');
    await decided(id);
    const raw = ben.shown(id).transaction?.raw ?? '';
    const mined = Transaction.fromRaw(fromHex(raw));
    expect(mined.inputsLength).toBe(3);
    expect(world.coins.transactions.map(({ txid }) => txid)).toContain(mined.id);
  });

  /** So many coins on one address. */
  async function fundMany(count: number): Promise<void> {
    const to = receiving(ada);
    for (let i = 0; i < count; i++) world.coins.fund(to, 10_000n);
    for (const one of world.devices) await one.wallet.refreshBalances(one.vault.id);
    await world.until(() => world.devices.every((one) => account(one).funds.coins === count));
  }

  it('of many coins is approved once and signed in several parts', async () => {
    await fundMany(18);
    const id = await ada.payCoins({ amount: '', all: true, feeRate: '1' });
    await world.until(() => ben.proposal(id)?.canApprove === true);
    const parts = new Set<string>();
    const stop = ada.wallet.subscribe(() => {
      const { ceremony } = ada.proposal(id) ?? {};
      for (const { detail } of ceremony?.stages ?? []) if (detail !== undefined) parts.add(detail);
    });
    await ben.wallet.approve(id);
    await world.until(() => world.devices.every((one) => one.shown(id).status === 'confirmed'));
    stop();
    expect([...parts]).toEqual(['part 1 of 2', 'part 2 of 2']);
    const mined = Transaction.fromRaw(fromHex(ben.shown(id).transaction?.raw ?? ''));
    expect(mined.inputsLength).toBe(18);
    expect(world.coins.transactions.map(({ txid }) => txid)).toContain(mined.id);
  });

  it('of many coins is made once, whoever loads anew between the parts', async () => {
    await fundMany(18);
    const id = await ada.payCoins({ amount: '', all: true, feeRate: '1' });
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    const isAt = (device: TestDevice, part: string): boolean =>
      device.proposal(id)?.ceremony?.stages.some(({ detail }) => detail === part) === true;
    await world.until(() => isAt(ben, 'part 2 of 2'));
    ben.crash();
    await ben.open();
    await world.until(() => world.devices.every((one) => one.proposal(id)?.status === 'confirmed'));
    const spends = world.coins.transactions.filter(
      ({ raw }) =>
        Transaction.fromRaw(fromHex(raw), { allowUnknownOutputs: true }).inputsLength === 18,
    );
    expect(spends).toHaveLength(1);
    expect(world.coins.balance(COIN_PAYEE)).toBeGreaterThan(170_000n);
  });

  it('survives a reload of the device that began, and is made once', async () => {
    await fund(200_000n, 200_000n);
    const id = await ada.payCoins();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    await world.until(() => ada.proposal(id)?.ceremony !== undefined);
    ada.crash();
    await ada.open();
    await world.until(() => world.devices.every((one) => one.proposal(id)?.status === 'confirmed'));
    expect(world.coins.balance(COIN_PAYEE)).toBe(100_000n);
  });

  it('under way reserves its coins; the next one takes others, and other change', async () => {
    await fund(150_000n, 150_000n);
    const first = await ada.payCoins();
    expect(account(ada).funds.reserved).toBe(150_000n);
    const second = await ada.payCoins({ amount: '0.0011' });
    expect(account(ada).funds.reserved).toBe(300_000n);
    expect(await ada.wallet.draftBitcoinPayment(ada.vault.id, coinForm())).toMatchObject({
      ok: false,
      errors: [{ field: 'amount' }],
    });
    await decided(first);
    await decided(second);
    expect(world.coins.balance(COIN_PAYEE)).toBe(210_000n);
  });
});
