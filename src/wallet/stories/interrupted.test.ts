/**
 * Pages that vanish in the middle of signing. Whatever happens, the money moves once, and no device says
 * "nothing was signed" once a signature may exist (addendum H3).
 */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MemoryHubOptions } from '../../network/index.ts';
import type { Crash } from '../testing/life.ts';
import {
  PAYEE,
  paymentForm,
  vaultTemplate,
  World,
  type Template,
  type TestDevice,
} from '../testing/world.ts';

const HALF = 5n * 10n ** 17n;

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
let cleo: TestDevice;
/** What a device said although it had said before that a signature may exist. */
let untrue: string[];

/** Writes of each signer between the last approval and the transaction in its block, as measured. */
const writes = { first: 0, second: 0 };

beforeAll(async () => {
  template = await vaultTemplate();
  await begin();
  const id = await almost();
  const before = [ada.writes, ben.writes] as const;
  await ben.wallet.approve(id);
  await paidOnce(id, [ada, ben]);
  writes.first = ada.writes - before[0];
  writes.second = ben.writes - before[1];
  await world.close();
}, 120_000);

const begin = async (hub: MemoryHubOptions = {}) => {
  world = await World.from(template, hub);
  [ada, ben, cleo] = [world.device(0), world.device(1), world.device(2)];
  untrue = [];
  await world.until(() =>
    world.devices.every(({ vault }) => vault.members.every(({ online }) => online)),
  );
};

afterEach(async () => {
  await world.close();
});

/** Looks at everything that the devices say about a proposal from now on. */
function listen(id: string): void {
  for (const device of world.devices) {
    let maybe = false;
    world.watch(device, () => {
      const shown = device.proposal(id);
      if (shown === undefined) return;
      if (maybe && !shown.maybeSigned) untrue.push(`${device.name} forgot that it may be signed`);
      maybe ||= shown.maybeSigned;
      const meaning = shown.problem?.meaning ?? '';
      if (maybe && /nothing was signed/i.test(meaning)) untrue.push(`${device.name}: ${meaning}`);
    });
  }
}

const paidOnce = async (id: string, devices: readonly TestDevice[] = world.devices) => {
  await world.until(() => devices.every((one) => one.proposal(id)?.status === 'confirmed'));
  expect(world.chain.transactions).toHaveLength(1);
  expect(world.chain.balance(PAYEE)).toBe(HALF);
  expect(untrue).toEqual([]);
};

/** Ada's payment, one approval short of being signed by Ada and Ben. */
const almost = async (): Promise<string> => {
  cleo.setOnline(false);
  const id = await ada.pay();
  await world.until(() => ben.proposal(id)?.canApprove === true);
  listen(id);
  return id;
};

describe('a page that reloads', () => {
  it('while its person reviews shows the same again', async () => {
    await begin();
    const id = await almost();
    const before = ben.shown(id);
    ben.crash();
    await ben.open();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    expect(ben.shown(id).shownWords).toEqual(before.shownWords);
    expect(ben.vault.waiting).toEqual([id]);
    await ben.wallet.approve(id);
    await paidOnce(id, [ada, ben]);
  });

  it('while it waits for others goes on waiting', async () => {
    await begin();
    const id = await almost();
    ada.crash();
    await ben.wallet.approve(id);
    await world.pass(5_000);
    await ada.open();
    await paidOnce(id, [ada, ben]);
  });
});

const moments = (count: number): [number, Crash][] =>
  Array.from({ length: count }, (_, i) => [i, i % 2 === 0 ? 'before' : 'after']);

describe('a page that vanishes while it signs', () => {
  const STEPS = 8;
  describe.each(['first', 'second'] as const)('the %s signer', (role) => {
    it.each(moments(STEPS))('at step %i, %s the write', async (step, when) => {
      await begin();
      const id = await almost();
      const device = role === 'first' ? ada : ben;
      expect(writes[role]).toBeGreaterThan(STEPS);
      device.crashAtWrite(1 + Math.floor((step * writes[role]) / STEPS), when);
      // The page may be gone before its person hears that the approval is kept.
      void ben.wallet.approve(id);
      await world.until(() => !device.isRunning, 5);
      await world.pass(2_000);
      await device.open();
      await world.until(() => ben.proposal(id) !== undefined);
      if (ben.shown(id).mine === 'none') await ben.wallet.approve(id);
      await paidOnce(id, [ada, ben]);
    });
  });

  it('for good leaves the others to finish without it', async () => {
    await begin();
    const id = await almost();
    await ben.wallet.approve(id);
    await world.until(() => ada.shown(id).ceremony !== undefined);
    ben.crash();
    cleo.setOnline(true);
    await world.until(() => cleo.proposal(id)?.canApprove === true);
    await cleo.wallet.approve(id);
    await paidOnce(id, [ada, cleo]);
  });
});

describe('the last mover that withholds what it owes', () => {
  /** Ben keeps the last round, and everything that he says afterwards, to himself. */
  const withhold = (id: string): void => {
    ben.onSend = (_, stream, body) =>
      ben.proposal(id)?.maybeSigned === true && stream !== 'presence' ? undefined : body;
  };

  it('leaves the other with "may be signed", a blocked second payment, and one that can be signed again', async () => {
    await begin();
    const id = await almost();
    withhold(id);
    await ben.wallet.approve(id);
    await world.until(() => ben.shown(id).transaction !== undefined);
    ben.crash();
    await world.until(() => ada.shown(id).problem !== undefined);
    expect(ada.shown(id)).toMatchObject({ maybeSigned: true, transaction: undefined });
    expect(ada.shown(id).problem?.meaning).toContain('may exist');

    // Another nonce could pay twice; the same nonce cannot.
    const other = await ada.wallet.draftPayment(ada.vault.id, paymentForm({ nonce: '1' }));
    expect(other).toMatchObject({ ok: false, errors: [{ field: 'overrideMaybeSigned' }] });
    const same = await ada.wallet.draftPayment(ada.vault.id, paymentForm({ nonce: '0' }));
    expect(same.ok).toBe(true);
    const both = paymentForm({ nonce: '1', overrideMaybeSigned: true });
    expect((await ada.wallet.draftPayment(ada.vault.id, both)).ok).toBe(true);
    const less = paymentForm({ nonce: '1', amount: '0.4' });
    expect((await ada.wallet.draftPayment(ada.vault.id, less)).ok).toBe(true);

    // Signed again with Cleo, it is the same payment under another hash: only one can ever be mined.
    cleo.setOnline(true);
    await world.until(() => cleo.proposal(id)?.canApprove === true);
    await cleo.wallet.approve(id);
    await paidOnce(id, [ada, cleo]);
    const mined = world.chain.transactions[0]?.hash;

    // Ben comes back with his own signature: everyone keeps to the one that was mined.
    ben.onSend = undefined;
    await ben.open();
    await paidOnce(id);
    for (const device of world.devices) expect(device.shown(id).transaction?.hash).toBe(mined);
    for (const device of world.devices) {
      device.crash();
      await device.open();
    }
    await paidOnce(id);
    for (const device of world.devices) {
      expect(device.shown(id).transaction?.hash).toBe(mined);
      expect(device.shown(id).problem).toBeUndefined();
    }
  });

  it('can be asked again: the retry is the same payment', async () => {
    await begin();
    const id = await almost();
    withhold(id);
    await ben.wallet.approve(id);
    await world.until(() => ada.shown(id).problem !== undefined);
    expect(ada.shown(id).maybeSigned).toBe(true);
    ben.onSend = undefined;
    await ben.close();
    await ben.open();
    await ada.wallet.retrySigning(id);
    await paidOnce(id, [ada, ben]);
    expect(world.chain.transactions[0]?.tx).toMatchObject({ nonce: 0n, value: HALF });
  });
});

describe('a network that loses, repeats and reorders', () => {
  it.each([1, 2, 3, 4, 5, 6])('seed %i: one payment in the end', async (seed) => {
    await begin({ seed, loss: 0.03, duplication: 0.1, maxDelay: 40 });
    const id = await ada.pay();
    listen(id);
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    await paidOnce(id, [ada, ben]);
  });
});
