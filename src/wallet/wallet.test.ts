import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { PaymentForm } from './api.ts';
import { World } from './testing/world.ts';

const TO = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const payment = (change: Partial<PaymentForm> = {}): PaymentForm => ({
  account: 0,
  chainId: 31_337n,
  to: TO,
  amount: '0.5',
  asset: 'native',
  maxFee: '',
  priorityFee: '',
  gasLimit: '',
  nonce: '',
  note: 'rent',
  expiresInHours: 24,
  ...change,
});

describe('three devices', () => {
  it('make a vault, and two of them pay', async () => {
    const world = new World();
    await world.makeVault();
    const [ada, ben, cleo] = [world.device(0), world.device(1), world.device(2)];
    const addresses = new Set(world.devices.map(({ vault }) => vault.accounts[0]?.address));
    expect(addresses.size).toBe(1);
    expect(new Set(world.devices.map(({ vault }) => vault.fingerprint.join())).size).toBe(1);
    const address = ada.vault.accounts[0]?.address ?? '';
    world.chain.fund(address, 10n ** 18n);
    await world.setNodes();
    cleo.setOnline(false);

    const draft = await ada.wallet.draftPayment(ada.vault.id, payment());
    if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
    const id = await ada.wallet.propose(draft.value);
    await world.until(() => ben.proposal(id)?.canApprove === true);
    expect(ben.vault.waiting).toEqual([id]);
    expect(ben.proposal(id)?.review.intent).toContain('0.5');
    await ben.wallet.approve(id);
    await world.until(() => ada.proposal(id)?.status === 'confirmed');
    await world.until(() => ben.proposal(id)?.status === 'confirmed');
    expect(world.chain.balance(TO)).toBe(5n * 10n ** 17n);
    expect(world.chain.transactions).toHaveLength(1);

    cleo.setOnline(true);
    await world.until(() => cleo.proposal(id)?.status === 'confirmed');
    await world.close();
  });
});
