/** Two devices that gave up what they shared for signing, and set it up again. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeCeremony } from '../wire.ts';
import type { MemoryHubOptions } from '../../network/index.ts';
import type { PairSetupView } from '../state.ts';
import type { Crash } from '../testing/life.ts';
import { spoilPairs } from '../testing/spoil.ts';
import { vaultTemplate, World, type Template, type TestDevice } from '../testing/world.ts';

/** Ada and Ben sign nothing together; a payment of Ada's that both approved waits for that. */
let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
let id: string;

const open = async (from: Template, hub: MemoryHubOptions = {}): Promise<void> => {
  world = await World.from(from, hub);
  [ada, ben] = [world.device(0), world.device(1)];
};

const together = async (): Promise<void> =>
  world.until(() => world.devices.every(({ vault }) => vault.members.every((one) => one.online)));

const pair = (device: TestDevice): PairSetupView | undefined => device.state.pairSetups[0];
const stage = (device: TestDevice): string | undefined =>
  pair(device)?.ceremony?.stages.find(({ state }) => state === 'active')?.id;
const agree = async (device: TestDevice): Promise<void> =>
  device.wallet.agreePairSetup(device.vault.id, pair(device)?.memberId ?? '');
const end = async (device: TestDevice): Promise<void> =>
  device.wallet.endPairSetup(device.vault.id, pair(device)?.memberId ?? '');
const both = (isSo: (device: TestDevice) => boolean): boolean => [ada, ben].every(isSo);
const needed = async (): Promise<void> => world.until(() => both((one) => pair(one) !== undefined));
/** It signs by itself afterwards, once. */
const paid = async (): Promise<void> => {
  await world.until(() => both((one) => one.isOpen && one.proposal(id)?.status === 'confirmed'));
  expect(both((one) => pair(one) === undefined)).toBe(true);
  expect(world.chain.transactions).toHaveLength(1);
};

beforeAll(async () => {
  await open(await vaultTemplate(2, { names: ['Ada', 'Ben'] }));
  await ben.close();
  await spoilPairs(ben);
  await ben.open();
  await together();
  id = await ada.pay();
  await world.until(() => ben.proposal(id)?.canApprove === true);
  await ben.wallet.approve(id);
  await needed();
  // Not before the attempt that failed is in the journal.
  await world.until(() => both((one) => one.shown(id).status === 'approved'));
  template = await world.template();
}, 120_000);

afterEach(async () => {
  await world.close();
});

describe('two devices of which one gave up what they shared', () => {
  it('both say so, and sign nothing', async () => {
    await open(template);
    await needed();
    for (const [device, other] of [
      [ada, 'Ben'],
      [ben, 'Ada'],
    ] as const) {
      expect(pair(device)).toMatchObject({ name: other, mine: 'undecided', theirs: 'undecided' });
      expect(pair(device)?.problem.title).toContain('must set up their signing again');
      expect(device.state.problems.filter(({ code }) => code.includes('pair-set-up'))).toHaveLength(
        1,
      );
      expect(device.shown(id).waitingFor).toContain('must set up their signing again');
    }
    expect(pair(ada)?.problem.meaning).toContain('may have been an attack');
    expect(pair(ben)?.problem.meaning).toContain('Ada says');
    await world.pass(120_000);
    expect(both((one) => one.shown(id).status === 'approved')).toBe(true);
    expect(both((one) => one.shown(id).maybeSigned)).toBe(false);
    expect(world.chain.transactions).toEqual([]);
  });

  it('set it up when both people agree, and sign what waited', async () => {
    await open(template);
    await needed();
    const seen = new Set<string | undefined>();
    for (const one of [ada, ben]) world.watch(one, () => seen.add(stage(one)));
    await agree(ada);
    await world.until(() => pair(ben)?.theirs === 'agreed');
    await world.pass(60_000);
    expect([...seen]).toEqual([undefined]);
    await agree(ben);
    await paid();
    expect([...seen]).toEqual(expect.arrayContaining(['open', 'answer', 'confirm']));
    // Signing goes on after a reload.
    for (const one of [ada, ben]) {
      await one.close();
      await one.open();
    }
    await together();
    const next = await ben.pay({ amount: '0.1' });
    await world.until(() => ada.proposal(next)?.canApprove === true);
    await ada.wallet.approve(next);
    await world.until(() => both((one) => one.shown(next).status === 'confirmed'));
  });

  it('wait when one person declines, who may agree later', async () => {
    await open(template);
    await needed();
    await end(ben);
    await world.until(() => pair(ada)?.theirs === 'declined');
    await agree(ada);
    await world.pass(60_000);
    expect(pair(ben)).toMatchObject({ mine: 'declined', theirs: 'agreed', ceremony: undefined });
    await ben.close();
    await ben.open();
    await world.until(() => pair(ben)?.theirs === 'agreed');
    expect(pair(ben)?.mine).toBe('declined');
    // Who has declined is not asked again and again.
    expect(ben.state.problems).toEqual([]);
    await agree(ben);
    await paid();
  });

  it('do nothing after one person takes the agreement back', async () => {
    await open(template);
    await needed();
    ben.setOnline(false);
    await agree(ada);
    await end(ada);
    expect(pair(ada)?.mine).toBe('undecided');
    ben.setOnline(true);
    await agree(ben);
    await world.until(() => pair(ada)?.theirs === 'agreed');
    await world.pass(60_000);
    expect(both((one) => pair(one)?.ceremony === undefined)).toBe(true);
    expect(pair(ben)?.theirs).toBe('undecided');
  });

  it('keep an agreement while the other one is away', async () => {
    await open(template);
    await needed();
    await ben.close();
    await agree(ada);
    await ada.close();
    await ada.open();
    expect(pair(ada)?.mine).toBe('agreed');
    await ada.close();
    await ben.open();
    await world.pass(1_000);
    await ada.open();
    await world.until(() => pair(ben)?.theirs === 'agreed');
    await agree(ben);
    await paid();
  });

  it('can be stopped in the middle', async () => {
    await open(template);
    await needed();
    await agree(ada);
    await agree(ben);
    await world.until(() => stage(ben) === 'agree' || stage(ben) === 'open');
    await end(ben);
    await world.until(() => both((one) => pair(one)?.ceremony === undefined));
    await world.pass(60_000);
    expect(pair(ada)).toMatchObject({ mine: 'agreed', theirs: 'undecided', ceremony: undefined });
    expect(world.chain.transactions).toEqual([]);
    await agree(ben);
    await paid();
  });

  it('are set up three times a day at most', async () => {
    await open(template);
    await needed();
    ben.onSend = (_, stream, body) =>
      stream === 'ceremony' && decodeCeremony(body).t === 'packet' && stage(ben) !== 'agree'
        ? undefined
        : body;
    await agree(ada);
    await agree(ben);
    await world.until(() => pair(ada)?.failure?.code === 'wallet/pair-set-up-too-often');
    expect(pair(ada)?.mine).toBe('undecided');
    await expect(agree(ada)).rejects.toMatchObject({ code: 'wallet/pair-set-up-too-often' });
    await world.until(() => both((one) => pair(one)?.ceremony === undefined));
    for (const one of [ada, ben]) await one.close();
    world.clock.advance(25 * 3_600_000);
    ben.onSend = undefined;
    for (const one of [ada, ben]) await one.open();
    await needed();
    await agree(ada);
    if (pair(ben)?.mine !== 'agreed') await agree(ben);
    await world.until(() => both((one) => pair(one) === undefined));
  });
});

describe('a page that vanishes during the set-up', () => {
  const moments: readonly [string, number, Crash][] = [
    ['Ada', 1, 'before'],
    ['Ada', 2, 'after'],
    ['Ada', 3, 'before'],
    ['Ada', 4, 'after'],
    ['Ben', 1, 'after'],
    ['Ben', 2, 'before'],
    ['Ben', 3, 'after'],
    ['Ben', 4, 'before'],
  ];

  it.each(moments)('%s, at write %i, %s it is kept', async (name, nth, when) => {
    await open(template);
    await needed();
    const device = name === 'Ada' ? ada : ben;
    await agree(ada);
    await world.until(() => pair(ben)?.theirs === 'agreed');
    await agree(ben);
    device.crashAtWrite(nth, when);
    await world.until(() => !device.isRunning);
    await world.pass(2_000);
    await device.open();
    await paid();
  });
});

describe('a network that loses, repeats and reorders', () => {
  it.each([1, 2, 3])('seed %i: set up and paid in the end', async (seed) => {
    await open(template, { seed, loss: 0.03, duplication: 0.1, maxDelay: 40 });
    await needed();
    await agree(ada);
    await agree(ben);
    await paid();
  });
});
