/** Messages: proposed, reviewed and signed like payments; nothing is sent anywhere. */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { addressOf } from '../../chains/index.ts';
import { hexToBytes } from '@noble/hashes/utils.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { PAYEE, vaultTemplate, World, type Template, type TestDevice } from '../testing/world.ts';

const COIN = '0x5FbDB2315678afecb367f032d93F642f64180aa3';

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;

beforeAll(async () => {
  template = await vaultTemplate();
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

async function propose(text: string): Promise<string> {
  const form = { account: 0, text, as: 'text', note: '', expiresInHours: 1 } as const;
  const draft = await ada.wallet.draftMessage(ada.vault.id, form);
  if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
  const id = await ada.wallet.propose(draft.value);
  await world.until(() => ben.proposal(id)?.canApprove === true);
  return id;
}

/** Who signed the message, by a computation of its own (EIP-191). */
function signer(text: string, signature: string): string {
  const bytes = Buffer.from(text);
  const head = Buffer.from(`\x19Ethereum Signed Message:\n${String(bytes.length)}`);
  const raw = hexToBytes(signature.slice(2));
  const recovered = Uint8Array.of((raw[64] ?? 0) - 27, ...raw.subarray(0, 64));
  const digest = keccak_256(Buffer.concat([head, bytes]));
  return addressOf(secp256k1.recoverPublicKey(recovered, digest, { prehash: false }));
}

it('a message that two approve has one signature, the same on all devices', async () => {
  const text = 'We control this address.\n2026-11-24';
  const id = await propose(text);
  expect(ben.shown(id).review).toMatchObject({ kind: 'evm-message', reading: 'clear' });
  await ben.wallet.approve(id);
  await world.until(() => world.devices.every((one) => one.proposal(id)?.signature !== undefined));
  const [first, ...others] = world.devices.map((one) => one.shown(id).signature?.signature);
  expect(new Set(others)).toEqual(new Set([first]));
  expect(signer(text, first ?? '')).toBe(ada.vault.accounts[0]?.address);
  await world.pass(60_000);
  for (const device of world.devices) {
    expect(device.shown(id)).toMatchObject({ status: 'signed', transaction: undefined });
  }
  expect(world.chain.transactions).toEqual([]);
  await expect(ada.wallet.broadcast(id)).rejects.toMatchObject({ code: 'wallet/not-signed' });
});

it('a message that one rejects is not signed', async () => {
  const id = await propose('We owe you everything.');
  await ben.wallet.reject(id, 'no');
  await world.until(() => world.devices.every((one) => one.shown(id).status === 'rejected'));
  await world.pass(40_000);
  expect(world.devices.every((one) => one.shown(id).signature === undefined)).toBe(true);
});

it('two accounts of the same text are two proposals', async () => {
  await ada.wallet.addAccount(ada.vault.id, 'Second');
  await world.until(() => ada.vault.accounts.length === 2);
  const form = { text: 'hello', as: 'text', note: '', expiresInHours: 1 } as const;
  const [one, two] = await Promise.all(
    [0, 1].map(async (account) => ada.wallet.draftMessage(ada.vault.id, { ...form, account })),
  );
  if (one?.ok !== true || two?.ok !== true) throw new Error('refused');
  expect(one.value.review.shownDigest).not.toEqual(two.value.review.shownDigest);
});

it('typed data that two approve has a signature and the call that uses it', async () => {
  const owner = ada.vault.accounts[0]?.address ?? '';
  const text = JSON.stringify({
    types: {
      EIP712Domain: [
        { name: 'name', type: 'string' },
        { name: 'version', type: 'string' },
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
      ],
      Permit: [
        { name: 'owner', type: 'address' },
        { name: 'spender', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'nonce', type: 'uint256' },
        { name: 'deadline', type: 'uint256' },
      ],
    },
    primaryType: 'Permit',
    domain: { name: 'Coin', version: '1', chainId: '31337', verifyingContract: COIN },
    message: { owner, spender: PAYEE, value: '5', nonce: '0', deadline: '1900000000' },
  });
  const form = { account: 0, chainId: undefined, text, note: '', expiresInHours: 1 };
  const draft = await ada.wallet.draftPaste(ada.vault.id, form);
  if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
  expect(draft.value.review).toMatchObject({ kind: 'evm-typed-data', reading: 'clear' });
  const id = await ada.wallet.propose(draft.value);
  await world.until(() => ben.proposal(id)?.canApprove === true);
  await ben.wallet.approve(id);
  await world.until(() => ben.proposal(id)?.signature !== undefined);
  const { signature, call } = ben.shown(id).signature ?? {};
  expect(signature).toMatch(/^0x[0-9a-f]{128}(1b|1c)$/);
  expect(call).toMatchObject({ to: COIN, complete: true });
  expect(call?.data).toContain(signature?.slice(2, 66));
});
