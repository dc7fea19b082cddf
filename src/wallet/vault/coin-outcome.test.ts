import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  account as testAccount,
  finder,
  OTHER,
  sign,
  simple,
  spending,
} from '../../chains/bitcoin/testing/vault.ts';
import {
  assembleRequest,
  bitcoinAddressAt,
  preparePsbt,
  type BitcoinRequest,
  type Result,
} from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { Content } from '../../journal/index.ts';
import type { BitcoinServer, TransactionState } from '../../network/index.ts';
import type { ProposalStatus } from '../state.ts';
import { ManualClock } from '../testing/clock.ts';
import { TestWatch } from '../testing/watch.ts';
import { CoinOutcome } from './coin-outcome.ts';
import type { OutcomePort } from './evm-outcome.ts';
import type { JudgedCoins } from './judge.ts';

const ID = 'aa'.repeat(32);
const own = testAccount();
const signer = { chain: 'bitcoin', derive: own.derive } as const;
const prepared = (psbt: Uint8Array): BitcoinRequest =>
  preparePsbt(psbt, { account: own, find: finder(own) });
const signed = (of: BitcoinRequest): Result =>
  assembleRequest(
    of,
    sign(of).map((signature) => ({ signature, recovery: 0 })),
    signer,
  );

const whole = prepared(simple().toPSBT());
const txid = toHex(signed(whole).hash);

/** One input of this vault, one of somebody else. */
const joint = spending(
  [own, OTHER].map((one) => ({
    amount: 50_000n,
    script: bitcoinAddressAt(one, { change: 0, index: 0 }).script,
  })),
  [{ amount: 90_000n, script: bitcoinAddressAt(OTHER, { change: 0, index: 1 }).script }],
);
const part = prepared(joint.toPSBT());
/** The same transaction with the signature of the other. */
const theirs = prepareOther();

function prepareOther(): Uint8Array {
  const request = preparePsbt(joint.toPSBT(), { account: OTHER, find: finder(OTHER) });
  const signatures = sign(request).map((signature) => ({ signature, recovery: 0 }));
  const result = assembleRequest(request, signatures, { chain: 'bitcoin', derive: OTHER.derive });
  return result.psbt?.bytes ?? expect.unreachable();
}

let clock: ManualClock;
let watch: TestWatch;
let events: Content[];
let judged: JudgedCoins;
let state: TransactionState;
let spenders: Map<string, string>;
let sent: string[];
let refuses: Error | undefined;
let outcome: CoinOutcome;

beforeEach(() => {
  clock = new ManualClock(0);
  watch = new TestWatch();
  events = [];
  sent = [];
  refuses = undefined;
  state = { state: 'waiting' };
  spenders = new Map();
  judged = about(whole, 'signed');
  watch.asked = {
    send: async (_: Uint8Array, id: string) => {
      if (refuses !== undefined) throw refuses;
      sent.push(id);
    },
    state: async () => state,
    spender: async (id: string) => spenders.get(id),
  } as unknown as BitcoinServer;
  outcome = new CoinOutcome({
    clock,
    coins: watch,
    all: () => [judged],
    append: async (content: Content) => events.push(content),
    changed: () => undefined,
  } as unknown as OutcomePort);
});

afterEach(() => {
  outcome.stop();
});

function about(request: BitcoinRequest, status: ProposalStatus, change: object = {}): JudgedCoins {
  const proposal = { id: ID, broadcasts: [], confirmations: [], ...change };
  return { proposal, request, status, signed: signed(request) } as unknown as JudgedCoins;
}

const types = (): string[] => events.map(({ type }) => type);

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    clock.advance(500);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
}

describe('a signed transaction', () => {
  it('is sent, and others are told', async () => {
    await outcome.broadcast(judged);
    expect(sent).toEqual([txid]);
    expect(events).toMatchObject([{ type: 'broadcast' }]);
    expect(events.map((event) => 'txid' in event.data && toHex(event.data.txid))).toEqual([txid]);
  });

  it('is sent by others when the one who began does not', async () => {
    outcome.consider();
    await pass(19_000);
    expect(sent).toEqual([]);
    await pass(3_000);
    expect(sent).toEqual([txid]);
  });

  it('that cannot be sent stays signed, and says what to do', async () => {
    refuses = new Error('down');
    await expect(outcome.broadcast(judged)).rejects.toThrow();
    expect(types()).toEqual([]);
    expect(outcome.problem(ID)?.next).toMatch(/Send it again/);
    refuses = undefined;
    await outcome.broadcast(judged);
    expect(outcome.problem(ID)).toBeUndefined();
  });

  it('without a server waits for one', async () => {
    watch.asked = undefined;
    await expect(outcome.broadcast(judged)).rejects.toMatchObject({
      problem: { code: 'wallet/no-bitcoin-server' },
    });
  });
});

describe('a transaction that was sent', () => {
  beforeEach(() => {
    judged = about(whole, 'broadcast');
  });

  it('is followed into a block', async () => {
    outcome.consider();
    await pass(3_500);
    expect(types()).toEqual([]);
    state = { state: 'mined', height: 101 };
    await pass(3_500);
    expect(events[0]).toMatchObject({ type: 'confirmed', data: { block: 101, success: true } });
  });

  it('that the network forgot is sent again after a while', async () => {
    state = { state: 'unknown' };
    outcome.consider();
    await pass(50_000);
    expect(sent).toEqual([]);
    await pass(15_000);
    expect(sent).toEqual([txid]);
  });

  it('whose coin went elsewhere can never be made', async () => {
    state = { state: 'unknown' };
    for (const input of whole.inputs) spenders.set(input.txid, 'bb'.repeat(32));
    outcome.consider();
    await pass(1_000);
    expect(outcome.problem(ID)?.code).toBe('wallet/replaced');
  });

  it.each(['spent', txid])('is not taken for replaced while the spender is %s', async (spender) => {
    state = { state: 'unknown' };
    for (const input of whole.inputs) spenders.set(input.txid, spender);
    outcome.consider();
    await pass(1_000);
    expect(outcome.problem(ID)).toBeUndefined();
  });

  it('shows its confirmations', () => {
    const mined = { txid: signed(whole).hash, block: 100, success: true };
    judged = about(whole, 'confirmed', { confirmations: [mined] });
    watch.height = 105;
    expect(outcome.view(judged)).toMatchObject({ hash: txid, block: 100n, confirmations: 6 });
    watch.height = 99;
    expect(outcome.view(judged)?.confirmations).toBeUndefined();
  });
});

describe('one that others have to sign, too', () => {
  beforeEach(() => {
    judged = about(part, 'signed');
  });

  it('is not sent, and is no transaction yet', async () => {
    expect(outcome.view(judged)).toMatchObject({ raw: '', psbt: { complete: false } });
    await expect(outcome.broadcast(judged)).rejects.toMatchObject({
      problem: { code: 'wallet/psbt-incomplete' },
    });
    outcome.consider();
    state = { state: 'unknown' };
    await pass(90_000);
    expect(sent).toEqual([]);
  });

  it('is joined with what they send back, and sent', async () => {
    expect(outcome.join(judged, []).raw).toBeUndefined();
    const { raw, psbt } = outcome.join(judged, [theirs]);
    expect(psbt.length).toBeGreaterThan(theirs.length);
    await outcome.sendJoined(judged, raw ?? '');
    expect(sent).toEqual([joint.id]);
    expect(types()).toEqual(['broadcast']);
  });

  it('is noticed on the network when others completed and sent it', async () => {
    outcome.consider();
    await pass(500);
    expect(types()).toEqual(['broadcast']);
  });

  it.each<[string, () => unknown, string]>([
    [
      'a PSBT of another transaction',
      () => outcome.join(judged, [simple().toPSBT()]),
      'bitcoin/merge-other',
    ],
    ['what is no PSBT', () => outcome.join(judged, ['hello']), 'bitcoin/psbt-text'],
  ])('takes no %s', (_, run, code) => {
    expect(run).toThrow(expect.objectContaining({ code }) as Error);
  });

  it.each([
    ['another transaction', () => toHex(signed(whole).raw), 'bitcoin/raw-other'],
    ['half of one', () => toHex(signed(whole).raw).slice(0, 60), 'bitcoin/raw-malformed'],
  ])('sends not %s', async (_, raw, code) => {
    await expect(outcome.sendJoined(judged, raw())).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });
});
