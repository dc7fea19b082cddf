import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PAYEE, vaultTemplate, World, type Template } from './testing/world.ts';

let template: Template;
let world: World;

beforeAll(async () => {
  template = await vaultTemplate();
}, 120_000);

afterEach(async () => {
  await world.close();
});

describe('three devices with a vault for two', () => {
  it('know the same key by the same address and words', async () => {
    world = await World.from(template);
    const addresses = world.devices.map(({ vault }) => vault.accounts[0]?.address);
    expect(addresses[0]).toMatch(/^0x[0-9a-fA-F]{40}$/);
    expect(new Set(addresses).size).toBe(1);
    const words = world.devices.map(({ vault }) => vault.fingerprint.join(' '));
    expect(words[0]?.split(' ')).toHaveLength(4);
    expect(new Set(words).size).toBe(1);
  });

  it('pay when two of them approve; the third learns of it', async () => {
    world = await World.from(template);
    const [ada, ben, cleo] = [world.device(0), world.device(1), world.device(2)];
    cleo.setOnline(false);
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    expect(ben.vault.waiting).toEqual([id]);
    expect(ben.shown(id).review.intent).toContain('0.5');
    await ben.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'confirmed'));
    expect(world.chain.balance(PAYEE)).toBe(5n * 10n ** 17n);
    expect(world.chain.transactions).toHaveLength(1);
    expect(cleo.proposal(id)).toBeUndefined();
    cleo.setOnline(true);
    await world.until(() => cleo.proposal(id)?.status === 'confirmed');
  });
});
