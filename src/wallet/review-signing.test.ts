/** Signing against members that are silent, busy, late or change their mind. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { vaultTemplate, World, type Template, type TestDevice } from './testing/world.ts';

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
let cleo: TestDevice;

beforeAll(async () => {
  template = await vaultTemplate();
}, 120_000);

afterEach(async () => {
  await world.close();
});

async function begin(): Promise<void> {
  world = await World.from(template);
  [ada, ben, cleo] = [world.device(0), world.device(1), world.device(2)];
  // Everyone has to see the others first.
  await world.until(() =>
    world.devices.every(({ vault }) => vault.members.every(({ online }) => online)),
  );
}

const silent = (device: TestDevice): void => {
  device.onSend = (_to, stream, body) => (stream === 'ceremony' ? undefined : body);
};

describe('signing', () => {
  it('does not lose a call that overtakes the approval it rests on', async () => {
    await begin();
    cleo.setOnline(false);
    const id = await ben.pay();
    await world.until(() => ada.proposal(id)?.canApprove === true);
    const asked = world.clock.now();
    // Ada completes the approvals and is the first of the signers: her call leaves at once.
    await ada.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).transaction !== undefined));
    expect(world.clock.now() - asked).toBeLessThan(25_000);
  });

  it('goes on without an approver that does not answer', async () => {
    await begin();
    silent(ada);
    const id = await ben.pay();
    await world.until(() => [ada, cleo].every((one) => one.proposal(id)?.canApprove === true));
    await ada.wallet.approve(id);
    await world.until(() => cleo.shown(id).approvals === 2);
    // It has enough approvals, and yet one more is asked for when Ada does not sign.
    await world.until(() => cleo.shown(id).canApprove, 3);
    await cleo.wallet.approve(id);
    await world.until(() => cleo.shown(id).transaction !== undefined, 5);
  });

  it('ends before the last round when a member rejects meanwhile', async () => {
    await begin();
    const id = await ada.pay();
    // Ben takes part in nothing but the journal, so that the others wait for him.
    silent(ben);
    await world.until(() => [ben, cleo].every((one) => one.proposal(id)?.canApprove === true));
    await ben.wallet.approve(id);
    await world.until(() => ada.shown(id).ceremony !== undefined);
    await cleo.wallet.reject(id, 'no');
    await world.until(() => ada.shown(id).status === 'rejected');
    await world.pass(1_000);
    expect(ada.shown(id).ceremony).toBeUndefined();
    expect(ada.shown(id).maybeSigned).toBe(false);
  });

  it('joins nothing after a person stopped it, until a person starts it again', async () => {
    await begin();
    cleo.setOnline(false);
    silent(ben);
    const id = await ada.pay();
    await world.until(() => ben.proposal(id)?.canApprove === true);
    await ben.wallet.approve(id);
    await world.until(() => ada.shown(id).ceremony !== undefined);
    await ada.wallet.cancelSigning(id);
    ben.onSend = undefined;
    await world.pass(60_000);
    expect(ada.shown(id).status).toBe('approved');
    expect(ada.shown(id).waitingFor).toContain('stopped on this device');
    await ada.wallet.retrySigning(id);
    await world.until(() => ada.shown(id).transaction !== undefined, 5);
  });
});
