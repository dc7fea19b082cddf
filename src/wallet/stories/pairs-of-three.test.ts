/** Setting two devices up again while others sign, and a member that asks for it without end. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import type { PairSetupView } from '../state.ts';
import { spoilPairs } from '../testing/spoil.ts';
import { Traitor } from '../testing/traitor.ts';
import { vaultTemplate, World, type Template, type TestDevice } from '../testing/world.ts';
import { decodeCeremony, encodeWire, type CeremonyMessage } from '../wire.ts';

let template: Template;
let world: World;
let ada: TestDevice;
let ben: TestDevice;
let cleo: TestDevice;
let traitor: Traitor | undefined;

beforeAll(async () => {
  template = await vaultTemplate();
}, 120_000);

const begin = async (): Promise<void> => {
  world = await World.from(template);
  [ada, ben, cleo] = [world.device(0), world.device(1), world.device(2)];
};

const together = async (...devices: readonly TestDevice[]): Promise<void> =>
  world.until(() => devices.every(({ vault }) => vault.members.every((one) => one.online)));

afterEach(async () => {
  await traitor?.close();
  traitor = undefined;
  await world.close();
});

const pair = (device: TestDevice, other: string): PairSetupView | undefined =>
  device.state.pairSetups.find(({ name }) => name === other);
const agree = async (device: TestDevice, other: string): Promise<void> =>
  device.wallet.agreePairSetup(device.vault.id, pair(device, other)?.memberId ?? '');
const end = async (device: TestDevice, other: string): Promise<void> =>
  device.wallet.endPairSetup(device.vault.id, pair(device, other)?.memberId ?? '');
const approved = async (id: string, ...by: readonly TestDevice[]): Promise<void> => {
  for (const device of by) {
    await world.until(() => device.proposal(id)?.canApprove === true);
    await device.wallet.approve(id);
  }
};

describe('while another signing is under way', () => {
  it.each(['Ada', 'Ben'])('on %s, the two wait', async (busy) => {
    await begin();
    await ben.close();
    await spoilPairs(ben);
    await ben.open();
    await together(ada, ben, cleo);
    const id = await ada.pay();
    await approved(id, ben);
    await world.until(() => pair(ada, 'Ben') !== undefined && pair(ben, 'Ada') !== undefined);
    // Cleo takes up signing, and is silent then.
    cleo.onSend = (_, stream, body) =>
      stream === 'ceremony' && decodeCeremony(body).t === 'packet' ? undefined : body;
    const signer = busy === 'Ada' ? ada : ben;
    const other = busy === 'Ada' ? id : await ben.pay({ amount: '0.1' });
    let signed = 0;
    let both = 0;
    for (const device of [ada, ben]) {
      world.watch(device, () => {
        const signs = device.vault.proposals.some(({ ceremony }) => ceremony !== undefined);
        const sets = device.state.pairSetups.some(({ ceremony }) => ceremony !== undefined);
        if (device === signer && signs) signed += 1;
        if (signs && sets) both += 1;
      });
    }
    await approved(other, cleo);
    await world.until(() => signed > 0);
    await agree(ada, 'Ben');
    await agree(ben, 'Ada');
    await world.until(() => pair(ada, 'Ben') === undefined && pair(ben, 'Ada') === undefined);
    await world.until(() => ada.shown(id).status === 'confirmed');
    expect(signed).toBeGreaterThan(100);
    expect(both).toBe(0);
  });

  it('whoever can sign without the other one does', async () => {
    await begin();
    await ben.close();
    await spoilPairs(ben);
    await ben.open();
    await together(ada, ben, cleo);
    const id = await ada.pay();
    await approved(id, ben);
    await world.until(() => pair(ada, 'Ben') !== undefined);
    await approved(id, cleo);
    await world.until(() => ada.shown(id).status === 'confirmed');
    expect(pair(ada, 'Ben')?.mine).toBe('undecided');
  });
});

describe('a member that lies', () => {
  let from: Traitor;
  let victim: TestDevice;
  /** The lower number begins set-ups. */
  const betray = async (who: 'Ada' | 'Cleo'): Promise<void> => {
    await begin();
    const device = who === 'Ada' ? ada : cleo;
    victim = ben;
    await device.close();
    traitor = await Traitor.of(device);
    from = traitor;
    await together(ben);
  };
  const say = async (message: CeremonyMessage): Promise<void> =>
    from.send(victim.id, 'ceremony', encodeWire(message));
  const stand = async (stands: 'settled' | 'needed' | 'agreed' | 'declined'): Promise<void> =>
    say({ t: 'pair', vault: from.log.vault, stands, last: null, ask: true });
  let count = 0;
  const start = async (): Promise<Uint8Array> => {
    const request = new Uint8Array(16).fill(++count);
    await say({ t: 'pair-setup', vault: from.log.vault, request });
    return request;
  };
  const answers = (t: CeremonyMessage['t']): CeremonyMessage[] =>
    from.heard.filter((message) => message.t === t);

  it('gets no set-up without the consent of the other person', async () => {
    await betray('Ada');
    await stand('agreed');
    const request = await start();
    await world.until(() => answers('busy').length > 0);
    expect(answers('busy')).toEqual([{ t: 'busy', vault: from.log.vault, request }]);
    await world.pass(60_000);
    expect(answers('packet')).toEqual([]);
    expect(pair(ben, 'Ada')).toMatchObject({
      mine: 'undecided',
      theirs: 'agreed',
      ceremony: undefined,
    });
    // What it says is not taken for what this device knows itself.
    expect(pair(ben, 'Ada')?.problem.meaning).toContain('Ada says');
  });

  it('gets one notice and few answers, however often it asks', async () => {
    await betray('Ada');
    const since = world.clock.now();
    for (let i = 0; i < 100; i += 1) {
      await stand(i % 2 === 0 ? 'needed' : 'settled');
      await start();
    }
    await stand('needed');
    await world.until(() => pair(ben, 'Ada') !== undefined);
    await world.pass(10_000);
    const most = 1 + Math.ceil((world.clock.now() - since) / 5_000);
    expect(answers('pair').length).toBeLessThanOrEqual(2 * most);
    expect(answers('busy').length).toBeLessThanOrEqual(most);
    expect(answers('packet')).toEqual([]);
    expect(ben.state.problems).toHaveLength(1);

    // After "not now" it is not heard any more, and the others go on without it.
    await end(ben, 'Ada');
    for (const { id } of ben.state.problems) ben.wallet.dismissProblem(id);
    for (let i = 0; i < 10; i += 1) await stand(i % 2 === 0 ? 'settled' : 'agreed');
    await start();
    await world.pass(10_000);
    expect(ben.state.problems).toEqual([]);
    expect(pair(ben, 'Ada')).toMatchObject({ mine: 'declined', ceremony: undefined });
    const id = await ben.pay();
    await approved(id, cleo);
    await world.until(() => ben.shown(id).status === 'confirmed');
  });

  it('uses the consent up when it begins and then says nothing', async () => {
    await betray('Ada');
    await stand('agreed');
    await world.until(() => pair(ben, 'Ada') !== undefined);
    await agree(ben, 'Ada');
    const seen = new Set<string>();
    for (let i = 0; i < 3; i += 1) {
      seen.add(toHex(await start()));
      await world.until(() => pair(ben, 'Ada')?.ceremony !== undefined);
      await world.until(() => pair(ben, 'Ada')?.ceremony === undefined);
    }
    expect(seen.size).toBe(3);
    expect(pair(ben, 'Ada')).toMatchObject({ mine: 'undecided' });
    expect(pair(ben, 'Ada')?.failure?.title).toContain('Nothing was heard from Ada');
    await start();
    await world.pass(5_000);
    expect(pair(ben, 'Ada')?.ceremony).toBeUndefined();
  });

  it('begins none where it is for the other one to begin', async () => {
    await betray('Cleo');
    ada.setOnline(false);
    await stand('agreed');
    await world.until(() => pair(ben, 'Cleo') !== undefined);
    const before = answers('packet').length;
    const request = await start();
    await world.pass(5_000);
    expect(before).toBe(0);
    expect(answers('packet')).toEqual([]);
    expect(answers('busy')).toEqual([]);
    await agree(ben, 'Cleo');
    await world.until(() => answers('pair-setup').length > 0);
    await world.until(() => answers('packet').length > 0);
    const named = new Set(
      answers('packet').map((message) => ('request' in message ? toHex(message.request) : '')),
    );
    expect(named.has(toHex(request))).toBe(false);
  });

  it('cannot clear a need that this device found itself', async () => {
    await begin();
    await ben.close();
    await spoilPairs(ben);
    await ben.open();
    await together(ada, ben, cleo);
    await approved(await ada.pay(), ben);
    await world.until(() => pair(ada, 'Ben') !== undefined);
    await ben.close();
    traitor = await Traitor.of(ben);
    from = traitor;
    victim = ada;
    const last = new Uint8Array(16).fill(9);
    await say({ t: 'pair', vault: from.log.vault, stands: 'settled', last, ask: true });
    await world.until(() => answers('pair').length > 0);
    expect(pair(ada, 'Ben')?.problem.meaning).toContain('may have been an attack');
  });
});
