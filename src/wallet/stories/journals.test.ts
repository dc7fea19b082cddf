/** Journals that fell behind because a message got lost. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { vaultTemplate, World, type Template, type TestDevice } from '../testing/world.ts';

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;

beforeAll(async () => {
  template = await vaultTemplate(2, { names: ['Ada', 'Ben'] });
}, 120_000);

const begin = async (): Promise<void> => {
  world = await World.from(template);
  [ada, ben] = [world.device(0), world.device(1)];
  await world.until(() =>
    world.devices.every(({ vault }) => vault.members.every(({ online }) => online)),
  );
};

afterEach(async () => {
  await world.close();
});

const knows = (name: string): boolean =>
  ben.vault.accounts.some((account) => account.name === name);

describe('what got lost on the way', () => {
  it('is made good within a minute between devices that are there', async () => {
    await begin();
    // They have told each other everything that devices tell when they meet.
    await world.pass(30_000);
    ada.onSend = (_, stream, body) => (stream === 'journal' ? undefined : body);
    await ada.wallet.addAccount(ada.vault.id, 'Savings');
    await world.pass(1_000);
    ada.onSend = undefined;
    expect(knows('Savings')).toBe(false);
    const from = world.clock.now();
    await world.until(() => knows('Savings'));
    expect(world.clock.now() - from).toBeLessThanOrEqual(61_000);
  });

  it('is not asked for again and again of a device that is away', async () => {
    await begin();
    await ben.close();
    await world.until(() => ada.vault.members.some(({ online }) => !online));
    let sent = 0;
    ada.onSend = (_, stream, body) => {
      if (stream === 'journal') sent += 1;
      return body;
    };
    await world.pass(200_000);
    expect(sent).toBe(0);
  });
});
