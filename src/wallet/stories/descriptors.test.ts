/** Descriptions of contracts: devices that have the same read a call as a sentence and sign it, others stop. */
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  servedFiles,
  snapshotFile,
  stake,
  VAULT_CONTRACT,
  type SnapshotParts,
} from '../testing/registry.ts';
import { vaultTemplate, World, type Template, type TestDevice } from '../testing/world.ts';

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;

beforeAll(async () => {
  template = await vaultTemplate(2, { names: ['Ada', 'Ben'] });
}, 120_000);

beforeEach(async () => {
  world = await World.from(template);
  [ada, ben] = [world.device(0), world.device(1)];
  await world.until(() =>
    [ada, ben].every(({ vault }) => vault.members.every(({ online }) => online)),
  );
});

afterEach(async () => {
  await world.close();
});

const add = async (device: TestDevice, parts?: SnapshotParts): Promise<void> =>
  device.wallet.addDescriptorSnapshot(snapshotFile(parts));

const draft = async (device: TestDevice) => {
  const [account] = device.vault.accounts;
  const transaction = {
    from: account?.address,
    to: VAULT_CONTRACT,
    value: '0x0',
    data: stake(5n),
    chainId: '0x7a69',
    nonce: '0x0',
    gas: '0xea60',
    maxFeePerGas: '0x77359400',
    maxPriorityFeePerGas: '0x3b9aca00',
  };
  const checked = await device.wallet.draftPaste(device.vault.id, {
    account: 0,
    chainId: 31_337n,
    text: JSON.stringify(transaction),
    note: '',
    expiresInHours: 24,
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
  return checked.value;
};

const propose = async (device: TestDevice): Promise<string> =>
  device.wallet.propose(await draft(device));

it('two devices with the same snapshot read a call clearly and sign it', async () => {
  await add(ada);
  await add(ben);
  expect(ada.state.descriptors).toEqual(ben.state.descriptors);
  const id = await propose(ada);
  await world.until(() => ben.proposal(id)?.canApprove === true);
  expect(ben.shown(id).review).toMatchObject({
    reading: 'clear',
    intent: 'Stake — Example Protocol',
    refusal: undefined,
  });
  await ben.wallet.approve(id);
  await world.until(() => ada.proposal(id)?.status === 'confirmed');
  expect(world.chain.transactions).toHaveLength(1);
});

it('without descriptions the same call is said to be unverified', async () => {
  const { review } = await draft(ada);
  expect(review.reading).toBe('decoded');
  expect(review.intent).toMatch(/^Call stake of /);
});

it('devices with different snapshots stop and show the difference', async () => {
  await add(ada);
  await add(ben, { intent: 'Unstake' });
  const id = await propose(ada);
  await world.until(() => (ben.proposal(id)?.differences.length ?? 0) > 0);
  expect(ben.shown(id).canApprove).toBe(false);
  const rows = ben.shown(id).differences[0]?.rows ?? [];
  expect(rows).toContainEqual({
    here: 'Call: Unstake — Example Protocol',
    there: 'Call: Stake — Example Protocol',
  });
  await expect(ben.wallet.approve(id)).rejects.toMatchObject({ code: 'wallet/refused' });
  expect(world.chain.transactions).toEqual([]);
});

it('adding the other device’s snapshot ends the difference', async () => {
  await add(ada);
  await add(ben, { intent: 'Unstake' });
  const id = await propose(ada);
  await world.until(() => ben.proposal(id)?.canApprove === false);
  const [wrong] = ben.state.descriptors.snapshots;
  await ben.wallet.removeDescriptorSnapshot(wrong?.digest ?? '');
  await add(ben);
  await world.until(() => ben.proposal(id)?.canApprove === true);
  await ben.wallet.approve(id);
  await world.until(() => ada.proposal(id)?.status === 'confirmed');
});

it('an approval stands for what was shown then, whatever is added since', async () => {
  await add(ada);
  await add(ben);
  const id = await propose(ada);
  await world.until(() => ben.proposal(id)?.canApprove === true);
  const before = ada.shown(id).review.intent;
  await add(ada, { intent: 'Lock up', imported: '2026-11-22' });
  await world.until(() => ada.shown(id).review.intent !== before);
  expect(ada.shown(id).decisions.some(({ sawSomethingElse }) => sawSomethingElse)).toBe(false);
  await ben.wallet.approve(id);
  await world.until(() => ada.proposal(id)?.status === 'confirmed');
});

it('an approval of what was shown does not cover what others were shown', async () => {
  await add(ada);
  const id = await propose(ada);
  await world.until(() => ben.proposal(id) !== undefined);
  await add(ben, { intent: 'Unstake' });
  await world.until(() => (ben.proposal(id)?.differences.length ?? 0) > 0);
  // Ada shows the same as Ben from here on; her approval is of something else all the same.
  await ada.wallet.removeDescriptorSnapshot(ada.state.descriptors.snapshots[0]?.digest ?? '');
  await add(ada, { intent: 'Unstake' });
  await world.pass(10_000);
  expect(ben.shown(id).canApprove).toBe(false);
});

it('a draft that would be shown in another way now is not proposed', async () => {
  await add(ada);
  const reviewed = await draft(ada);
  await add(ada, { intent: 'Lock up', imported: '2026-11-22' });
  await expect(ada.wallet.propose(reviewed)).rejects.toMatchObject({ code: 'wallet/shown-anew' });
  expect(ada.vault.proposals).toEqual([]);
});

it('an approval is not recorded for what is shown in another way since', async () => {
  await add(ada);
  await add(ben);
  const id = await propose(ada);
  await world.until(() => ben.proposal(id)?.canApprove === true);
  const adding = add(ben, { intent: 'Lock up', imported: '2026-11-22' });
  let outcome: unknown;
  // In the moment at which the set has changed and the screen has not.
  const stop = ben.wallet.subscribe(() => {
    if (outcome !== undefined || ben.state.descriptors.snapshots.length < 2) return;
    outcome = 'asked';
    void ben.wallet.approve(id).catch((error: unknown) => {
      outcome = error;
    });
  });
  await adding;
  await world.until(() => outcome !== undefined && outcome !== 'asked');
  stop();
  expect(outcome).toMatchObject({ code: 'wallet/shown-anew' });
  expect(ben.shown(id).mine).toBe('none');
});

it('a damaged snapshot is refused', async () => {
  const file = snapshotFile();
  const text = new TextDecoder().decode(file).replace('Stake', 'Steal');
  await expect(
    ada.wallet.addDescriptorSnapshot(new TextEncoder().encode(text)),
  ).rejects.toMatchObject({ code: 'wallet/snapshot-refused' });
  expect(ada.state.descriptors.snapshots).toEqual([]);
});

it('the registry that comes with the app is copied once, as a whole, and asked offline', async () => {
  for (const { registry } of [ada, ben]) registry.served = servedFiles();
  for (const device of [ada, ben]) {
    await device.close();
    await device.open();
  }
  await world.until(() =>
    [ada, ben].every(({ state }) => state.descriptors.registry !== undefined),
  );
  const copied = [...ada.registry.fetched];
  for (const { registry } of [ada, ben]) registry.served = undefined;
  const { review } = await draft(ada);
  expect(review.reading).toBe('clear');
  expect(ada.registry.fetched).toEqual(copied);
  await ada.close();
  await ada.open();
  expect(ada.state.descriptors.registry?.origin).toBe('test registry');
});
