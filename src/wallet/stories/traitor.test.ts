/** One of three members lies. Two honest devices lose nothing but time. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import type { Content } from '../../journal/index.ts';
import type { TrailEntry } from '../state.ts';
import { Traitor } from '../testing/traitor.ts';
import { PAYEE, vaultTemplate, World, type Template, type TestDevice } from '../testing/world.ts';
import { encodeWire, type CeremonyMessage } from '../wire.ts';

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
let cleo: Traitor;
/** Ada's payment, approved by her; Ben has it before him. */
let id: string;
let proposal: Uint8Array;

beforeAll(async () => {
  template = await vaultTemplate();
}, 120_000);

const begin = async (): Promise<void> => {
  world = await World.from(template);
  [ada, ben] = [world.device(0), world.device(1)];
  await world.device(2).close();
  cleo = await Traitor.of(world.device(2));
  await world.until(() =>
    [ada, ben].every(({ vault }) => vault.members.every(({ online }) => online)),
  );
  id = await ada.pay();
  proposal = hexToBytes(id);
  await world.until(() => ben.proposal(id)?.canApprove === true && cleo.log.entries.has(id));
};

afterEach(async () => {
  await cleo.close();
  await world.close();
});

const shown = (): Uint8Array => ben.shown(id).review.shownDigest;
const approval = (): Content => ({ type: 'approved', data: { proposal, shown: shown() } });
const alarms = ({ vault }: TestDevice): string[] => vault.alarms.map(({ code }) => code);
/** What came back for a request: packets, or that the device is busy with another one. */
const answers = (request: Uint8Array): CeremonyMessage[] =>
  cleo.heard.filter(
    (message) =>
      (message.t === 'packet' || message.t === 'busy') && toHex(message.request) === toHex(request),
  );

describe('a member', () => {
  it('that tells two stories raises the alarm, and its approval does not count', async () => {
    await begin();
    const before = cleo.log;
    const one = await cleo.make(approval());
    const other = await cleo.make({ type: 'contact-named', data: { address: PAYEE, name: 'Bob' } });
    await cleo.tell(ben.id, one.log, before);
    await world.until(() => ben.shown(id).approvals === 2);
    await cleo.tell(ada.id, other.log, before);
    // The next thing that the honest two say to each other brings it to light.
    await world.until(() => ada.vault.contacts.some(({ name }) => name === 'Bob'));
    await ada.wallet.addAccount(ada.vault.id, 'Savings');
    await world.until(() =>
      [ada, ben].every((one) => alarms(one).includes('journal/equivocation')),
    );
    for (const device of [ada, ben]) expect(device.shown(id).approvals).toBe(1);
    await world.pass(120_000);
    expect(world.chain.transactions).toEqual([]);
    // The honest two go on without it.
    await ben.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'confirmed'));
  });

  it('that shows something else stops signing', async () => {
    await begin();
    await cleo.say({ type: 'approved', data: { proposal, shown: new Uint8Array(32).fill(1) } });
    await ben.wallet.approve(id);
    await world.until(() => ben.shown(id).decisions.some((one) => one.sawSomethingElse));
    await world.pass(60_000);
    expect(ben.shown(id).decisions.filter((one) => one.sawSomethingElse)).toMatchObject([
      { name: 'Cleo' },
    ]);
    expect(ben.shown(id).transaction).toBeUndefined();
    expect(world.chain.transactions).toEqual([]);
  });

  it('that claims signatures and confirmations changes nothing', async () => {
    await begin();
    const txid = new Uint8Array(32).fill(7);
    const signature = { signature: new Uint8Array(64).fill(1), recovery: 0 };
    await cleo.say({ type: 'signed', data: { proposal, signatures: [signature] } });
    await cleo.say({ type: 'signed', data: { proposal, signatures: [signature, signature] } });
    await cleo.say({ type: 'broadcast', data: { proposal, txid } });
    await cleo.say({ type: 'confirmed', data: { proposal, txid, block: 5, success: true } });
    const { events } = await ada.wallet.verifyTrail(ada.vault.id);
    await world.until(() => ben.vault.trail.length >= events);
    await world.pass(30_000);
    const byCleo = ({ author, proposalId }: TrailEntry): boolean =>
      author === 'Cleo' && proposalId === id;
    for (const device of [ada, ben]) {
      expect(device.vault.trail.filter(byCleo).length).toBe(4);
      expect(device.shown(id)).toMatchObject({ status: 'open', transaction: undefined });
    }
    await ben.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'confirmed'));
    expect(ada.shown(id).transaction?.hash).toBe(world.chain.transactions[0]?.hash);
  });

  it('that says "may be signed" too early costs a warning, not the payment', async () => {
    await begin();
    const attempt = new Uint8Array(16).fill(3);
    await cleo.say({ type: 'signing-committed', data: { proposal, attempt } });
    await world.until(() => ben.shown(id).maybeSigned);
    expect(ben.shown(id).canApprove).toBe(true);
    await ben.wallet.approve(id);
    await world.until(() => [ada, ben].every((one) => one.shown(id).status === 'confirmed'));
  });

  it('that passes on a forged entry raises the alarm', async () => {
    await begin();
    const { log, entry } = await cleo.make(approval());
    await cleo.tell(ben.id, log, cleo.log, (message) => {
      const forged = message.slice();
      const at = toHex(forged).indexOf(toHex(entry.bytes)) / 2;
      const last = at + entry.bytes.length - 1;
      forged[last] = (forged[last] ?? 0) ^ 1;
      return forged;
    });
    await world.until(() => alarms(ben).includes('journal/bad-signature'));
    expect(ben.shown(id).approvals).toBe(1);
  });

  it('that sends garbage is named, and nothing else happens', async () => {
    await begin();
    await cleo.send(ben.id, 'ceremony', new Uint8Array([1, 2, 3]));
    await cleo.send(ben.id, 'journal', new Uint8Array(40));
    await cleo.send(ben.id, 'journal', cleo.log.vault);
    await world.until(() => ben.state.problems.length > 0);
    expect(ben.state.problems[0]?.meaning).toContain('dropped');
    await ben.wallet.approve(id);
    await world.until(() => ada.shown(id).status === 'confirmed');
  });
});

describe('a call to sign', () => {
  let count = 0;
  const call = async (
    to: TestDevice,
    change: Partial<{ proposal: Uint8Array; signers: number[]; vault: Uint8Array }>,
  ): Promise<Uint8Array> => {
    const request = new Uint8Array(16).fill(++count);
    const message = { t: 'sign' as const, vault: cleo.log.vault, proposal, request };
    await cleo.send(to.id, 'ceremony', encodeWire({ ...message, signers: [1, 3], ...change }));
    return request;
  };
  const ignored = async (...calls: Promise<Uint8Array>[]): Promise<void> => {
    const requests = await Promise.all(calls);
    await world.pass(90_000);
    for (const request of requests) expect(answers(request)).toEqual([]);
    expect(world.chain.transactions).toEqual([]);
  };

  it('by a member that did not approve is ignored', async () => {
    await begin();
    await ignored(call(ada, {}), call(ada, { signers: [1, 2] }), call(ben, { signers: [2, 3] }));
    expect(ada.shown(id).ceremony).toBeUndefined();
  });

  it('for another proposal or another vault is ignored', async () => {
    await begin();
    const unknown = new Uint8Array(32).fill(9);
    await ignored(call(ada, { proposal: unknown }), call(ada, { vault: unknown }));
  });

  it('with wrong signers is ignored, although its sender approved', async () => {
    await begin();
    await cleo.say(approval());
    await world.until(() => ada.shown(id).approvals === 2);
    await world.until(() => ben.shown(id).approvals === 2);
    await ignored(
      call(ada, { signers: [1, 2, 3] }), // Ben did not approve
      call(ada, { signers: [3, 1] }),
      call(ada, { signers: [2, 3] }), // Ada is none of them
      call(ada, { signers: [1, 1, 3] }),
      call(ada, { signers: [1, 3, 4] }), // there is no fourth
      call(ben, { signers: [1, 3] }),
      call(ben, { signers: [2, 3] }),
      call(ben, { signers: [1, 2, 3] }),
    );
    const right = await call(ada, {});
    await world.until(() => answers(right).length > 0, 1); // if only that she has begun herself
  });

  it('that is right is followed', async () => {
    await begin();
    // Ben is the second of the two: he waits for a call before he begins by himself.
    ada.setOnline(false);
    await cleo.say(approval());
    await ben.wallet.approve(id);
    const request = await call(ben, { signers: [2, 3] });
    await world.until(() => answers(request).length > 0, 1);
  });
});
