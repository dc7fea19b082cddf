/** Nodes that are down, wrong or lying, between a signature and its block. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readSigned } from '../../chains/index.ts';
import { fromHex, toHex } from '../ids.ts';
import { PAYEE, vaultTemplate, World, type Template, type TestDevice } from '../testing/world.ts';

const HALF = 5n * 10n ** 17n;

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

const down: typeof fetch = async () => Promise.reject(new TypeError('fetch failed'));

/** A payment that Ada and Ben sign, with whatever the node says then. */
const signed = async (): Promise<string> => {
  cleo.setOnline(false);
  const id = await ada.pay();
  await world.until(() => ben.proposal(id)?.canApprove === true);
  await ben.wallet.approve(id);
  await world.until(() => [ada, ben].every((one) => one.shown(id).transaction !== undefined));
  return id;
};

const allSay = async (id: string, status: string): Promise<void> =>
  world.until(() => world.devices.every((one) => one.proposal(id)?.status === status));

describe('a node', () => {
  it('that is down for the one device leaves it to the other to send', async () => {
    await begin();
    const id = await ada.pay();
    ada.fetch = down;
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    await world.until(() => ada.shown(id).problem !== undefined);
    expect(ada.shown(id).problem).toMatchObject({ code: 'network/node-unreachable' });
    expect(ada.shown(id).problem?.meaning).not.toMatch(/nothing was signed/i);
    await world.until(() => [ben, cleo].every((one) => one.shown(id).status === 'confirmed'));
    // A device with a node of its own says "confirmed" when that node does.
    await world.until(() => ada.shown(id).status === 'broadcast');
    await world.pass(20_000);
    expect(ada.shown(id).status).toBe('broadcast');
    ada.fetch = undefined;
    await allSay(id, 'confirmed');
    expect(world.chain.transactions).toHaveLength(1);
    expect(ada.shown(id).problem).toBeUndefined();
  });

  it('that is down for all is tried again when it is back', async () => {
    await begin();
    cleo.setOnline(false);
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    ada.fetch = down;
    ben.fetch = down;
    await ben.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).problem !== undefined));
    expect(ada.shown(id)).toMatchObject({ status: 'signed', maybeSigned: true });
    await expect(ada.wallet.broadcast(id)).rejects.toThrow();
    expect(world.chain.transactions).toEqual([]);
    ada.fetch = undefined;
    ben.fetch = undefined;
    await ada.wallet.broadcast(id);
    cleo.setOnline(true);
    await allSay(id, 'confirmed');
    expect(world.chain.transactions).toHaveLength(1);
  });

  it('that says "already known" is believed to have it', async () => {
    await begin();
    const { chain } = world;
    cleo.setOnline(false);
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    chain.automine = false;
    await ben.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'broadcast'));
    await ben.wallet.broadcast(id);
    expect(ben.shown(id).problem).toBeUndefined();
    chain.mine();
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'confirmed'));
    expect(chain.transactions).toHaveLength(1);
  });

  it('that confirms another hash is called a liar; the payment is not taken for sent', async () => {
    await begin();
    world.chain.lies.set('eth_sendRawTransaction', () => `0x${'12'.repeat(32)}`);
    const id = await signed();
    await world.until(() => ada.shown(id).problem !== undefined);
    expect(ada.shown(id)).toMatchObject({
      status: 'signed',
      problem: { code: 'network/node-lies' },
    });
    world.chain.lies.clear();
    await ada.wallet.broadcast(id);
    cleo.setOnline(true);
    await allSay(id, 'confirmed');
    expect(world.chain.balance(PAYEE)).toBe(HALF);
  });

  it('that refuses for lack of money says so, and the payment can be sent later', async () => {
    await begin();
    const address = ada.vault.accounts[0]?.address ?? '';
    world.chain.fund(address, 1n);
    const id = await signed();
    await world.until(() => ada.shown(id).problem !== undefined);
    expect(ada.shown(id).problem?.title).toContain('insufficient funds');
    expect(ada.shown(id).problem?.meaning).toContain('signed');
    world.chain.fund(address, 10n ** 18n);
    await ada.wallet.broadcast(id);
    cleo.setOnline(true);
    await allSay(id, 'confirmed');
  });

  it('that gives the receipt of another transaction confirms nothing', async () => {
    await begin();
    world.chain.lies.set('eth_getTransactionReceipt', () => ({
      transactionHash: `0x${'12'.repeat(32)}`,
      blockNumber: '0x5',
      blockHash: `0x${'ab'.repeat(32)}`,
      status: '0x1',
      gasUsed: '0x5208',
    }));
    const id = await signed();
    await world.until(() => ada.shown(id).problem?.code === 'network/node-lies');
    expect(ada.shown(id).status).toBe('broadcast');
    world.chain.lies.clear();
    cleo.setOnline(true);
    await allSay(id, 'confirmed');
    expect(ada.shown(id).problem).toBeUndefined();
  });

  it('that says the nonce is used up by something else does not invite to pay again', async () => {
    await begin();
    world.chain.lies.set('eth_sendRawTransaction', () => `0x${'12'.repeat(32)}`);
    world.chain.lies.set('eth_getTransactionCount', () => '0x0');
    const id = await signed();
    world.chain.lies.delete('eth_sendRawTransaction');
    world.chain.automine = false;
    await ada.wallet.broadcast(id);
    world.chain.lies.set('eth_getTransactionCount', () => '0x1');
    await world.until(() => ada.shown(id).problem?.code === 'wallet/replaced');
    expect(ada.shown(id).problem?.next).toContain('may be paid already');
    world.chain.mine();
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'confirmed'));
    expect(ada.shown(id).problem).toBeUndefined();
  });
});

describe('without any node', () => {
  it('the signed transaction is there to be sent elsewhere', async () => {
    await begin();
    for (const device of world.devices) {
      await device.wallet.saveSettings({ ...device.state.settings, networks: [] });
    }
    cleo.setOnline(false);
    const own = { nonce: '0', gasLimit: '21000', maxFee: '2', priorityFee: '1' };
    const id = await ada.pay(own);
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'signed'));
    const { raw = '', hash } = ada.shown(id).transaction ?? {};
    const read = readSigned(fromHex(raw.slice(2)));
    expect(`0x${toHex(read.hash)}`).toBe(hash);
    expect(read.from).toBe(ada.vault.accounts[0]?.address);
    expect(read.tx).toMatchObject({ to: PAYEE, value: HALF, nonce: 0n, chainId: 31_337n });
    expect(ben.shown(id).transaction?.raw).toBe(raw);
    await expect(ada.wallet.broadcast(id)).rejects.toMatchObject({ code: 'wallet/no-node' });
  });

  it('a form says which fields a person has to fill in', async () => {
    await begin();
    await ada.wallet.saveSettings({ ...ada.state.settings, networks: [] });
    await expect(ada.pay()).rejects.toThrow(/nonce.*gasLimit.*maxFee.*priorityFee/);
  });
});
