/** Setting up a vault: pages that vanish on the way, invitations that were changed, people who say no. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { invitationIn, invitationLink } from '../pairing/invitation.ts';
import type { Crash } from '../testing/life.ts';
import { decodeCeremony, encodeWire } from '../wire.ts';
import { PAYEE, World, type Template, type TestDevice } from '../testing/world.ts';

const ORIGIN = 'https://wallet.example';
const NAMES = ['Ada', 'Ben'];

/** Two devices that are set up and know nobody. */
let fresh: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
/** Writes of each device on the way to its vault, as measured. */
const writes = { creator: 0, joiner: 0 };

beforeAll(async () => {
  const first = new World({ names: NAMES });
  for (const device of first.devices) await device.open();
  fresh = await first.template();
  await begin();
  const before = [ada.writes, ben.writes] as const;
  await until2of2();
  writes.creator = ada.writes - before[0];
  writes.joiner = ben.writes - before[1];
  await world.close();
}, 120_000);

const begin = async (): Promise<void> => {
  world = await World.from(fresh);
  [ada, ben] = [world.device(0), world.device(1)];
};

afterEach(async () => {
  await world.close();
});

/** What the people do, whatever happened before: once for each page and each step that it shows. */
function act(device: TestDevice, done: Set<string>): void {
  if (!device.isOpen) return;
  const { pairing, vaults } = device.state;
  const step = `${device.name} ${String(device.loads)} ${pairing?.step ?? 'none'}`;
  const link = ada.isOpen ? ada.pairing?.invitation?.link : undefined;
  if (device === ben && pairing === undefined && link === undefined) return;
  if (done.has(step) || vaults.length > 0) return;
  done.add(step);
  const gone = (): void => undefined; // the page may vanish before it answers
  if (pairing === undefined) {
    (device === ada
      ? device.wallet.createVault({ name: 'Treasury', threshold: 2, size: 2 })
      : device.wallet.join(link ?? '')
    ).catch(gone);
  } else if (pairing.step === 'compare') device.wallet.confirmWords(true).catch(gone);
}

const isActive = (device: TestDevice): boolean =>
  device.isOpen && device.state.vaults[0]?.state === 'active';

/** Until both have a vault with a key. Gives every address that any of them showed on the way. */
async function until2of2(): Promise<Set<string>> {
  const done = new Set<string>();
  const addresses = new Set<string>();
  await world.until(() => {
    for (const device of world.devices) {
      act(device, done);
      if (isActive(device)) addresses.add(device.vault.accounts[0]?.address ?? 'none yet');
    }
    return world.devices.every((one) => isActive(one) && one.vault.accounts.length > 0);
  });
  for (const { vault } of world.devices) addresses.add(vault.accounts[0]?.address ?? '');
  addresses.delete('none yet');
  return addresses;
}

const MOMENTS = 7;
const moments: readonly (readonly [number, Crash])[] = Array.from({ length: MOMENTS }, (_, i) => [
  i,
  i % 2 === 0 ? 'after' : 'before',
]);

describe.each(['creator', 'joiner'] as const)('the page of the %s vanishes', (role) => {
  it.each(moments)('at moment %i, %s the write: one key in the end', async (moment, when) => {
    await begin();
    const device = role === 'creator' ? ada : ben;
    expect(writes[role]).toBeGreaterThan(MOMENTS);
    device.crashAtWrite(1 + Math.floor((moment * writes[role]) / MOMENTS), when);
    let reopened = false;
    world.watch(device === ada ? ben : ada, () => {
      if (device.isRunning || reopened) return;
      reopened = true;
      void device.open();
    });
    const addresses = await until2of2();
    expect(reopened).toBe(true);
    expect([...addresses]).toHaveLength(1);
    expect(ada.vault.id).toBe(ben.vault.id);
    expect(ada.vault.fingerprint).toEqual(ben.vault.fingerprint);
    expect(ada.state.vaults).toHaveLength(1);
  });
});

it('a request to join that vanished with the page of the creator is made again', async () => {
  await begin();
  await ada.wallet.createVault({ name: 'Treasury', threshold: 2, size: 2 });
  await world.until(() => ada.pairing?.invitation !== undefined);
  const link = ada.pairing?.invitation?.link ?? '';
  ada.crashAtWrite(1, 'before');
  await ben.wallet.join(link);
  await world.until(() => !ada.isRunning);
  await ada.open();
  expect(ada.pairing?.invitation?.link).toBe(link);
  await world.until(() => world.devices.every(({ pairing }) => pairing?.step === 'compare'), 2);
});

it('a request to join that nobody hears is made less and less often', async () => {
  await begin();
  await ada.wallet.createVault({ name: 'Treasury', threshold: 2, size: 2 });
  await world.until(() => ada.pairing?.invitation !== undefined);
  const link = ada.pairing?.invitation?.link ?? '';
  await ada.close();
  let requests = 0;
  ben.onSend = (_, stream, body) => {
    if (stream === 'pairing') requests += 1;
    return body;
  };
  await ben.wallet.join(link);
  ben.wallet.touch();
  await world.pass(80_000);
  expect(requests).toBe(5); // at once, and after 5, 15, 35 and 75 seconds
  await ben.wallet.endPairing();
  const before = requests;
  await world.pass(90_000);
  expect(requests).toBe(before);
});

describe('one of three pages vanishes while the key is made', () => {
  it.each(['share', 'confirm'])('at the stage "%s": one key in the end', async (stage) => {
    world = new World();
    await world.pairUp();
    const cleo = world.device(2);
    let vanished = false;
    world.watch(cleo, () => {
      const stages = cleo.pairing?.ceremony?.stages ?? [];
      if (vanished || stages.find(({ state }) => state === 'active')?.id !== stage) return;
      vanished = true;
      cleo.crash();
    });
    for (const { wallet } of world.devices) await wallet.confirmWords(true);
    await world.until(() => vanished);
    await world.pass(3_000);
    await cleo.open();
    const back = world.clock.now();
    await world.until(() => world.devices.every((one) => isActive(one)));
    // The others do not wait for what the page that is gone was to say: that would take two minutes.
    expect(world.clock.now() - back).toBeLessThan(60_000);
    await world.until(() => world.devices.every(({ vault }) => vault.accounts.length > 0));
    expect(new Set(world.devices.map(({ vault }) => vault.accounts[0]?.address)).size).toBe(1);
    expect(new Set(world.devices.map(({ vault }) => vault.fingerprint.join())).size).toBe(1);
  });
});

it('a device that greets as if it were new while the key is made does not end it', async () => {
  world = new World();
  await world.pairUp();
  const [first, , cleo] = world.devices;
  if (first === undefined || cleo === undefined) throw new Error('no devices');
  let starts = 0;
  let asked = 0;
  first.onSend = (_, stream, body) => {
    const message = stream === 'ceremony' ? decodeCeremony(body) : undefined;
    if (message?.t === 'keygen') starts += 1;
    if (message?.t === 'keygen-ask') asked += 1;
    return body;
  };
  for (const { wallet } of world.devices) await wallet.confirmWords(true);
  await world.until(() => cleo.pairing?.ceremony !== undefined);
  const hello = encodeWire({ t: 'hello', nonce: new Uint8Array(16), fresh: true });
  await cleo.channel.send(first.id, 'presence', hello);
  await world.until(() => world.devices.every((one) => isActive(one)));
  expect(asked).toBeGreaterThan(0);
  expect(starts).toBe(2); // one message to each of the others
});

describe('an invitation', () => {
  const invite = async (): Promise<string> => {
    await begin();
    await ada.wallet.createVault({ name: 'Treasury', threshold: 2, size: 2 });
    await world.until(() => ada.pairing?.invitation !== undefined);
    return ada.pairing?.invitation?.link ?? '';
  };

  it('says what it is for before it is taken up', async () => {
    const link = await invite();
    expect(await ben.wallet.readInvitation(link)).toMatchObject({
      vaultName: 'Treasury',
      creatorName: 'Ada',
      threshold: 2,
      size: 2,
    });
    expect(await ben.wallet.readInvitation(ada.pairing?.invitation?.code ?? '')).toEqual(
      await ben.wallet.readInvitation(link),
    );
    expect(ben.pairing).toBeUndefined();
  });

  it.each([
    { vaultName: 'Treasure' },
    { creatorName: 'Ida' },
    { threshold: 2, size: 3 },
    { sealing: new Uint8Array(32).fill(9) },
  ])('that was changed ends in a failure: %o', async (change) => {
    const honest = invitationIn(await invite());
    if (honest === undefined) throw new Error('no invitation');
    await ben.wallet.join(invitationLink(ORIGIN, { ...honest, ...change }));
    await world.pass(60_000);
    expect(ben.pairing?.words).toBeUndefined();
    expect(['failed', 'joining']).toContain(ben.pairing?.step);
    expect(ada.pairing?.step).not.toBe('compare');
    for (const { state } of world.devices) expect(state.vaults).toEqual([]);
  });

  it('of this device itself is refused', async () => {
    const link = await invite();
    await expect(ada.wallet.readInvitation(link)).rejects.toMatchObject({
      code: 'pairing/own-invitation',
    });
  });

  it('that has expired is refused, before and after it is taken up', async () => {
    const link = await invite();
    const late = (ada.pairing?.invitation?.expiresAt ?? 0) - world.clock.now();
    world.clock.advance(late + 1);
    for (const device of world.devices) await device.open();
    await expect(ben.wallet.join(link)).rejects.toMatchObject({ code: 'pairing/expired' });
    expect(ben.pairing).toBeUndefined();
  });

  it('cannot be taken up while another vault is being set up', async () => {
    const link = await invite();
    await ben.wallet.createVault({ name: 'Other', threshold: 2, size: 2 });
    await expect(ben.wallet.join(link)).rejects.toMatchObject({ code: 'pairing/busy' });
  });
});

describe('people', () => {
  const compare = async (): Promise<void> => {
    await begin();
    await ada.wallet.createVault({ name: 'Treasury', threshold: 2, size: 2 });
    await world.until(() => ada.pairing?.invitation !== undefined);
    await ben.wallet.join(ada.pairing?.invitation?.code ?? '');
    await world.until(() => world.devices.every(({ pairing }) => pairing?.step === 'compare'));
    expect(ada.pairing?.words).toHaveLength(4);
    expect(ada.pairing?.words).toEqual(ben.pairing?.words);
  };

  it('who see other words end it for all', async () => {
    await compare();
    await ada.wallet.confirmWords(true);
    await ben.wallet.confirmWords(false);
    await world.until(() => world.devices.every(({ pairing }) => pairing?.step === 'failed'));
    for (const { pairing, state } of world.devices) {
      expect(pairing?.problem?.code).toBe('pairing/words-differ');
      expect(state.vaults).toEqual([]);
    }
  });

  it('who end it end it for all, and can begin anew', async () => {
    await compare();
    await ben.wallet.endPairing();
    await world.until(() => ada.pairing?.step === 'failed');
    expect(ada.pairing?.problem?.code).toBe('pairing/cancelled');
    expect(ben.pairing).toBeUndefined();
    await ada.wallet.endPairing();
    expect([...(await until2of2())]).toHaveLength(1);
  });

  it.each([
    { threshold: 1, size: 2 },
    { threshold: 3, size: 2 },
    { threshold: 2, size: 21 },
    { threshold: 1.5, size: 2 },
    { threshold: 2, size: 1 },
  ])('cannot make a vault of %o', async (numbers) => {
    await begin();
    await expect(ada.wallet.createVault({ name: 'V', ...numbers })).rejects.toMatchObject({
      code: 'pairing/quorum',
    });
    expect(ada.pairing).toBeUndefined();
  });
});

describe('a second vault of the same devices', () => {
  it('has another key, and payments of its own', async () => {
    await begin();
    const [first] = await until2of2();
    for (const { wallet } of world.devices) await wallet.endPairing();
    await ben.wallet.createVault({ name: 'Petty cash', threshold: 2, size: 2 });
    await world.until(() => ben.pairing?.invitation !== undefined);
    await ada.wallet.join(ben.pairing?.invitation?.link ?? '');
    await world.until(() => world.devices.every(({ pairing }) => pairing?.step === 'compare'));
    for (const { wallet } of world.devices) await wallet.confirmWords(true);
    await world.until(() => world.devices.every(({ pairing }) => pairing?.step === 'done'));
    const [, second] = ada.state.vaults;
    const [, other] = ben.state.vaults;
    if (second === undefined || other === undefined) throw new Error('no second vault');
    expect(second.accounts[0]?.address).toBe(other.accounts[0]?.address);
    expect(second.accounts[0]?.address).not.toBe(first);
    expect(second.fingerprint).not.toEqual(ada.vault.fingerprint);

    // After a reload each key is found under its own vault again.
    for (const device of world.devices) {
      device.crash();
      await device.open();
    }
    await world.until(() => world.devices.every((one) => one.state.vaults.length === 2));
    const addressOf = (device: TestDevice, id: string): string | undefined =>
      device.state.vaults.find((vault) => vault.id === id)?.accounts[0]?.address;
    await world.until(() => addressOf(ada, second.id) !== undefined);
    expect(addressOf(ada, second.id)).toBe(second.accounts[0]?.address);

    const draft = await ada.wallet.draftPayment(second.id, {
      account: 0,
      chainId: 1n,
      to: PAYEE,
      amount: '1',
      asset: 'native',
      maxFee: '2',
      priorityFee: '1',
      gasLimit: '21000',
      nonce: '0',
      note: '',
      expiresInHours: 1,
    });
    if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
    const id = await ada.wallet.propose(draft.value);
    await world.until(() => ben.state.vaults.some(({ waiting }) => waiting.includes(id)));
    await ben.wallet.approve(id);
    const where = (device: TestDevice) =>
      device.state.vaults.filter(({ proposals }) => proposals.length > 0);
    await world.until(() => where(ada)[0]?.proposals[0]?.status === 'signed');
    expect(where(ada).map(({ id }) => id)).toEqual([second.id]);
    expect(where(ben).map(({ id }) => id)).toEqual([second.id]);
  });
});
