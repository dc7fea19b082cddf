/** What three people decide about a payment, and what becomes of it on every device. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  PAYEE,
  paymentForm,
  vaultTemplate,
  World,
  type Template,
  type TestDevice,
} from '../testing/world.ts';

const HALF = 5n * 10n ** 17n;
const HOUR = 3_600_000;

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
let cleo: TestDevice;

beforeAll(async () => {
  template = await vaultTemplate();
}, 120_000);

const begin = async (): Promise<void> => {
  world = await World.from(template);
  [ada, ben, cleo] = [world.device(0), world.device(1), world.device(2)];
  await world.until(() =>
    world.devices.every(({ vault }) => vault.members.every(({ online }) => online)),
  );
};

afterEach(async () => {
  await world.close();
});

const allKnow = async (id: string): Promise<void> =>
  world.until(() => world.devices.every((device) => device.proposal(id) !== undefined));

const allSay = async (id: string, status: string): Promise<void> =>
  world.until(() => world.devices.every((device) => device.proposal(id)?.status === status));

const nothingHappens = async (): Promise<void> => {
  await world.pass(40_000);
  expect(world.chain.transactions).toEqual([]);
};

it('three devices know the same key by the same address and words', async () => {
  await begin();
  const addresses = world.devices.map(({ vault }) => vault.accounts[0]?.address);
  expect(addresses[0]).toMatch(/^0x[0-9a-fA-F]{40}$/);
  expect(new Set(addresses).size).toBe(1);
  const words = world.devices.map(({ vault }) => vault.fingerprint.join(' '));
  expect(words[0]?.split(' ')).toHaveLength(4);
  expect(new Set(words).size).toBe(1);
});

describe('one payment', () => {
  it('that two of three approve is made; the third learns of it later', async () => {
    await begin();
    cleo.setOnline(false);
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    expect(ben.vault.waiting).toEqual([id]);
    expect(ben.shown(id).review.intent).toContain('0.5');
    await ben.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'confirmed'));
    expect(world.chain.balance(PAYEE)).toBe(HALF);
    expect(world.chain.transactions).toHaveLength(1);
    expect(cleo.proposal(id)).toBeUndefined();
    cleo.setOnline(true);
    await allSay(id, 'confirmed');
  });

  it('that one member rejects is over everywhere', async () => {
    await begin();
    const id = await ada.pay();
    await allKnow(id);
    await ben.wallet.reject(id, ' too much ');
    await allSay(id, 'rejected');
    expect(cleo.shown(id)).toMatchObject({ canApprove: false, canReject: false, approvals: 1 });
    expect(ada.shown(id).decisions.find(({ name }) => name === 'Ben')).toMatchObject({
      decision: 'rejected',
      reason: 'too much',
    });
    await expect(cleo.wallet.approve(id)).rejects.toMatchObject({ code: 'wallet/refused' });
    await expect(ben.wallet.approve(id)).rejects.toMatchObject({ code: 'wallet/decided' });
    await nothingHappens();
  });

  it('that a member rejects after having approved is over, too', async () => {
    await begin();
    cleo.setOnline(false);
    ben.setOnline(false);
    const id = await ada.pay();
    await ada.wallet.reject(id, '');
    ben.setOnline(true);
    cleo.setOnline(true);
    await allSay(id, 'rejected');
    await nothingHappens();
  });

  it('can be withdrawn by its proposer, and by nobody else', async () => {
    await begin();
    const id = await ada.pay();
    await allKnow(id);
    expect(ben.shown(id).canWithdraw).toBe(false);
    await expect(ben.wallet.withdraw(id)).rejects.toMatchObject({ code: 'wallet/not-yours' });
    expect(ada.shown(id).canWithdraw).toBe(true);
    await ada.wallet.withdraw(id);
    await allSay(id, 'withdrawn');
    await expect(ben.wallet.approve(id)).rejects.toMatchObject({ code: 'wallet/refused' });
    await nothingHappens();
  });

  it('expires by the clock, on a device that sleeps through it as well', async () => {
    await begin();
    const id = await ada.pay({ expiresInHours: 1 });
    await allKnow(id);
    const { expiresAt } = ben.shown(id);
    expect(expiresAt - world.clock.now()).toBeLessThanOrEqual(HOUR);
    world.clock.advance(expiresAt - world.clock.now() - 100);
    await world.pass(50);
    expect(ben.shown(id).status).toBe('open');
    world.clock.advance(51);
    await allSay(id, 'expired');
    expect(ben.shown(id).canApprove).toBe(false);
    await expect(ben.wallet.approve(id)).rejects.toMatchObject({ code: 'wallet/refused' });
    await nothingHappens();
  });

  it('that was approved but not signed in time is not signed later', async () => {
    await begin();
    cleo.setOnline(false);
    const id = await ada.pay({ expiresInHours: 1 });
    await world.until(() => ben.proposal(id)?.canApprove === true);
    ada.setOnline(false);
    await ben.wallet.approve(id);
    await world.until(() => ben.shown(id).status === 'approved');
    await world.until(() => ben.shown(id).waitingFor?.includes('Ada') === true);
    world.clock.advance(HOUR + 1);
    ada.setOnline(true);
    cleo.setOnline(true);
    await allSay(id, 'expired');
    await nothingHappens();
  });

  it('goes on without its proposer, who learns of it afterwards', async () => {
    await begin();
    const id = await ada.pay();
    await allKnow(id);
    ada.setOnline(false);
    await cleo.wallet.approve(id);
    await ben.wallet.approve(id);
    await world.until(() => [ben, cleo].every((one) => one.shown(id).status === 'confirmed'));
    expect(ada.shown(id).status).not.toBe('confirmed');
    ada.setOnline(true);
    await allSay(id, 'confirmed');
    expect(world.chain.balance(PAYEE)).toBe(HALF);
    expect(world.chain.transactions).toHaveLength(1);
  });

  it('that all approve at once is signed once', async () => {
    await begin();
    const id = await ada.pay();
    await allKnow(id);
    await Promise.all([ben.wallet.approve(id), cleo.wallet.approve(id)]);
    await allSay(id, 'confirmed');
    expect(new Set(world.devices.map((one) => one.shown(id).transaction?.hash)).size).toBe(1);
    expect(world.chain.transactions).toHaveLength(1);
  });

  it('reaches a device that was away for a week', async () => {
    await begin();
    await cleo.close();
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    await world.until(() => ada.shown(id).status === 'confirmed');
    world.clock.advance(7 * 24 * HOUR);
    for (const device of world.devices) await device.open();
    await world.until(() => cleo.proposal(id)?.status === 'confirmed');
    expect(cleo.shown(id).transaction?.hash).toBe(ada.shown(id).transaction?.hash);
    // Each device notes by itself what it saw in a block.
    await world.until(() => cleo.vault.trail.length === ada.vault.trail.length);
    const { problems, events } = await cleo.wallet.verifyTrail(cleo.vault.id);
    expect(problems).toEqual([]);
    expect(events).toBe((await ada.wallet.verifyTrail(ada.vault.id)).events);
  });
});

describe('two payments', () => {
  it('one after the other take one nonce each and are both mined', async () => {
    await begin();
    const first = await ada.pay({ amount: '0.1' });
    const second = await ada.pay({ amount: '0.2' });
    await allKnow(second);
    await ben.wallet.approve(second);
    await ben.wallet.approve(first);
    await allSay(first, 'confirmed');
    await allSay(second, 'confirmed');
    expect(world.chain.transactions.map(({ tx }) => tx.nonce).sort()).toEqual([0n, 1n]);
    expect(world.chain.balance(PAYEE)).toBe(3n * 10n ** 17n);
  });

  it('with one nonce: one of them is mined, the other never', async () => {
    await begin();
    const first = await ada.pay({ amount: '0.1', nonce: '0' });
    const second = await ada.pay({ amount: '0.2', nonce: '0' });
    await allKnow(second);
    await ben.wallet.approve(first);
    await allSay(first, 'confirmed');
    await ben.wallet.approve(second);
    await world.until(() => ada.shown(second).problem !== undefined, 5);
    await world.pass(60_000);
    expect(world.chain.transactions.map(({ tx }) => tx.value)).toEqual([10n ** 17n]);
    for (const device of world.devices) expect(device.shown(second).status).not.toBe('confirmed');
  });
});

describe('a locked device', () => {
  it('does nothing, refuses a wrong passphrase, and goes on after the right one', async () => {
    await begin();
    cleo.setOnline(false);
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    ben.wallet.lock();
    expect(ben.wallet.getState()).toMatchObject({ phase: 'locked', reason: 'asked' });
    await expect(ben.wallet.approve(id)).rejects.toMatchObject({ code: 'wallet/locked' });
    await expect(ben.wallet.unlock('correct horse battery stable')).rejects.toMatchObject({
      code: 'keystore/wrong-passphrase',
    });
    expect(ben.wallet.getState().phase).toBe('locked');
    await ben.open();
    await ben.wallet.approve(id);
    await world.until(() => ada.shown(id).status === 'confirmed');
  });

  it('locks by itself when nobody touches it, but not while it signs', async () => {
    await begin();
    cleo.setOnline(false);
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    const { autoLockMinutes } = ben.state.settings;
    ben.wallet.touch();
    await ben.wallet.approve(id);
    await world.until(() => ben.shown(id).ceremony !== undefined);
    world.clock.advance(autoLockMinutes * 60_000 + 1);
    expect(ben.wallet.getState().phase).toBe('open');
    await world.until(() => ada.shown(id).status === 'confirmed');
    await world.pass(1_000);
    world.clock.advance(2 * autoLockMinutes * 60_000);
    expect(ben.wallet.getState()).toMatchObject({ phase: 'locked', reason: 'idle' });
  });

  it('that locks while it signs leaves one payment, signed later', async () => {
    await begin();
    cleo.setOnline(false);
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    await world.until(() => ben.shown(id).ceremony !== undefined);
    ben.wallet.lock();
    await ben.open();
    await world.until(() => ada.shown(id).status === 'confirmed');
    expect(world.chain.transactions).toHaveLength(1);
    expect(world.chain.balance(PAYEE)).toBe(HALF);
  });
});

describe('a draft', () => {
  it('can be proposed only while the wallet that reviewed it remembers it', async () => {
    await begin();
    const draft = await ada.wallet.draftPayment(ada.vault.id, paymentForm());
    if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
    await expect(ben.wallet.propose(draft.value)).rejects.toMatchObject({
      code: 'wallet/draft-gone',
    });
    expect(ada.vault.proposals).toEqual([]);
  });
});
