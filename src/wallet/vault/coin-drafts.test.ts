import { hex } from '@scure/base';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  account as testAccount,
  finder,
  funding,
  OTHER,
  ROOT,
  simple,
  spending,
} from '../../chains/bitcoin/testing/vault.ts';
import {
  bitcoinAddressAt,
  describeRequest,
  pathText,
  preparePsbt,
  type BitcoinRequest,
  type Place,
} from '../../chains/index.ts';
import { emptyLog, fold } from '../../journal/index.ts';
import { testFounding } from '../../journal/testing/vault.ts';
import type { BitcoinServer } from '../../network/index.ts';
import type { BitcoinPaymentForm, Checked, Draft } from '../api.ts';
import type { WatchedCoin } from '../bitcoin/watch.ts';
import { Nodes } from '../nodes.ts';
import type { ProposalStatus } from '../state.ts';
import { ManualClock } from '../testing/clock.ts';
import { TestWatch } from '../testing/watch.ts';
import { Accounts } from './accounts.ts';
import { CoinAccounts } from './coin-accounts.ts';
import { CoinDrafts } from './coin-drafts.ts';
import type { Judged } from './judge.ts';
import { Reviewed } from './reviewed.ts';

const REF = { network: 'mainnet', kind: 'p2wpkh', index: 0 } as const;
const TO = bitcoinAddressAt(OTHER, { change: 0, index: 0 }).address;
const own = testAccount();
const nodes = new Nodes({
  clock: new ManualClock(0),
  fetch: async () => Promise.reject(new Error('nobody is asked')),
  changed: () => undefined,
});

let watch: TestWatch;
let judged: Judged[];
let accounts: CoinAccounts;
let reviewed: Reviewed;
let drafts: CoinDrafts;

beforeEach(() => {
  watch = new TestWatch();
  judged = [];
  let drawn = 0;
  const { publicKey, chainCode } = ROOT;
  if (publicKey === null || chainCode === null) throw new Error('no key');
  accounts = new CoinAccounts((kind) => (kind === 'p2wpkh' ? { publicKey, chainCode } : undefined));
  reviewed = new Reviewed({
    nodes,
    descriptors: { revision: '', describe: async (subject) => describeRequest(subject) },
    random: (length) => new Uint8Array(length).fill(++drawn),
    vaultId: () => 'vault',
    notes: () => ({
      state: fold(emptyLog(testFounding())),
      accounts: new Accounts(async () => publicKey),
      coinAccounts: accounts,
      nodes,
      watch,
      past: [],
      committed: [],
      pastCoins: [],
      now: 0,
    }),
  });
  drafts = new CoinDrafts({ watch, coinAccounts: accounts, reviewed, judged: () => judged });
});

/** Coins of these amounts, each with its transaction; they lie on the first addresses. */
function fund(amounts: readonly bigint[], change: Partial<WatchedCoin> = {}): void {
  const coins = amounts.map((amount, i): WatchedCoin => {
    const place: Place = change.place ?? { change: 0, index: i };
    const { script } = bitcoinAddressAt(own, place);
    const from = funding([{ amount, script }], i + 1);
    watch.transactions.set(from.id, from.toBytes());
    return { txid: from.id, vout: 0, amount, place, height: 100, ...change };
  });
  watch.known = {
    state: 'known',
    coins: [...watch.known.coins, ...coins],
    addresses: [],
    next: { receive: amounts.length, change: 3 },
  };
}

const form = (change: Partial<BitcoinPaymentForm> = {}): BitcoinPaymentForm => ({
  account: REF,
  to: TO,
  amount: '0.0005',
  all: false,
  feeRate: '2',
  note: 'rent',
  expiresInHours: 24,
  ...change,
});

function take(draft: Checked<Draft>): BitcoinRequest {
  if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
  const { request } = reviewed.take(draft.value);
  if (request.kind !== 'bitcoin') throw new Error('no Bitcoin transaction');
  return request;
}

const pay = async (change: Partial<BitcoinPaymentForm> = {}): Promise<BitcoinRequest> =>
  take(await drafts.payment(form(change)));

const errors = async (change: Partial<BitcoinPaymentForm> = {}): Promise<string[]> => {
  const draft = await drafts.payment(form(change));
  return draft.ok ? [] : draft.errors.map(({ field, message }) => `${field}: ${message}`);
};

const paths = ({ inputs, outputs }: BitcoinRequest): string[] =>
  [...inputs, ...outputs].flatMap((part) =>
    part.own === undefined ? [] : [pathText(part.own.path)],
  );

const server = (part: Partial<BitcoinServer>): void => {
  watch.asked = part as BitcoinServer;
};

describe('a payment', () => {
  it('spends coins of the account and gives the rest back to its next change address', async () => {
    fund([40_000n, 100_000n]);
    const request = await pay();
    expect(request.outputs.map(({ amount }) => amount)).toContain(50_000n);
    expect(request.inputs.map(({ amount }) => amount)).toEqual([100_000n]);
    expect(paths(request)).toEqual(['m/84/0/0/0/1', 'm/84/0/0/1/3']);
  });

  it('proves what its inputs are worth, so that the fee is certain', async () => {
    fund([60_000n, 60_000n]);
    server({});
    const request = await pay({ amount: '0.001' });
    expect(request.inputs.map(({ previousKnown }) => previousKnown)).toEqual([true, true]);
  });

  it('is not made where the server does not hand over what was spent', async () => {
    fund([60_000n, 60_000n]);
    server({});
    watch.transactions.clear();
    expect(await errors({ amount: '0.001' })).toEqual([expect.stringMatching(/^account: /)]);
  });

  it('of everything pays all coins, less the fee, to one address', async () => {
    fund([40_000n, 100_000n]);
    const { outputs, fee } = await pay({ all: true, amount: '' });
    expect(outputs).toHaveLength(1);
    expect(outputs[0]?.amount).toBe(140_000n - fee);
  });

  it.each<[string, Partial<BitcoinPaymentForm>, RegExp]>([
    ['another network', { to: 'tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx' }, /^to: /],
    ['no amount', { amount: '' }, /^amount: /],
    ['an amount of zero', { amount: '0' }, /^amount: Enter an amount above zero/],
    ['nine decimals', { amount: '0.000000001' }, /^amount: /],
    ['more than there is', { amount: '1' }, /^amount: /],
    ['no rate', { feeRate: 'fast' }, /^feeRate: /],
    ['a rate of zero', { feeRate: '0' }, /^feeRate: /],
    ['an absurd rate', { feeRate: '10001' }, /^feeRate: /],
    ['too fine a rate', { feeRate: '1.0001' }, /^feeRate: /],
    ['no time', { expiresInHours: 0 }, /^expiresInHours: /],
    ['a long note', { note: 'x'.repeat(501) }, /^note: /],
  ])('is refused for %s', async (_, change, error) => {
    fund([100_000n]);
    expect(await errors(change)).toEqual([expect.stringMatching(error)]);
  });

  it('says every error at once', async () => {
    fund([100_000n]);
    const all = await errors({ to: '', amount: '', feeRate: '-1', note: 'x'.repeat(501) });
    expect(all.map((text) => text.split(':')[0])).toEqual(['to', 'amount', 'feeRate', 'note']);
  });

  it.each(['unset', 'asking', 'failing'] as const)(
    'waits until the coins are known (%s)',
    async (state) => {
      fund([100_000n]);
      watch.known = { ...watch.known, state };
      expect(await errors()).toEqual([expect.stringMatching(/^account: /)]);
    },
  );

  it('takes the rate that the server suggests for an hour or less', async () => {
    fund([100_000n]);
    server({
      fees: async () => [
        { blocks: 1, rate: 50 },
        { blocks: 3, rate: 20 },
        { blocks: 6, rate: 10 },
      ],
    });
    const { fee } = await pay({ feeRate: '' });
    const cheap = await pay({ feeRate: '10' });
    expect(Number(fee) / Number(cheap.fee)).toBeCloseTo(2, 1);
  });

  it.each<[string, (() => Promise<[]>) | undefined]>([
    ['no server', undefined],
    ['no suggestion', async () => []],
    ['a server that is down', async () => Promise.reject(new Error('down'))],
  ])('asks for a rate with %s', async (_, fees) => {
    fund([100_000n]);
    if (fees !== undefined) server({ fees });
    expect(await errors({ feeRate: '' })).toEqual([expect.stringMatching(/^feeRate: /)]);
  });

  it('leaves coins alone that another proposal spends, and its change address', async () => {
    fund([100_000n, 90_000n]);
    const first = await pay();
    propose(first, 'open', false);
    const second = await pay({ to: bitcoinAddressAt(OTHER, { change: 0, index: 1 }).address });
    expect(second.inputs.map(({ amount }) => amount)).toEqual([90_000n]);
    expect(paths(second)).toContain('m/84/0/0/1/4');
    propose(second, 'approved', false);
    expect(await errors()).toEqual([expect.stringMatching(/^amount: /)]);
  });

  it('spends unconfirmed coins only where they are own change', async () => {
    fund([100_000n], { height: undefined });
    expect(await errors()).toEqual([expect.stringMatching(/^amount: /)]);
    fund([80_000n], { height: undefined, place: { change: 1, index: 0 } });
    expect((await pay()).inputs.map(({ amount }) => amount)).toEqual([80_000n]);
  });
});

function propose(request: BitcoinRequest, status: ProposalStatus, maybeSigned: boolean): void {
  const account = accounts.get(REF);
  judged.push({ proposal: { maybeSigned }, request, account, status } as unknown as Judged);
}

describe('the same payment once more, when it may be signed already', () => {
  it('spends a coin of the first, so that only one can be mined', async () => {
    fund([55_000n]);
    propose(await pay(), 'expired', true);
    fund([90_000n]);
    expect((await pay()).inputs.map(({ amount }) => amount)).toEqual([55_000n]);
  });

  it('with other coins needs a word', async () => {
    fund([55_000n]);
    propose(await pay(), 'expired', true);
    watch.known = { ...watch.known, coins: [] };
    fund([90_000n]);
    expect(await errors()).toEqual([expect.stringMatching(/^overrideMaybeSigned: /)]);
    expect((await pay({ overrideMaybeSigned: true })).inputs).toHaveLength(1);
  });
});

describe('a PSBT', () => {
  const psbt = async (source: Uint8Array | string): Promise<Checked<Draft>> =>
    drafts.psbt({ account: REF, psbt: source, note: '', expiresInHours: 1 });

  it.each<[string, (bytes: Uint8Array) => Uint8Array | string]>([
    ['bytes', (bytes) => bytes],
    ['base64', (bytes) => Buffer.from(bytes).toString('base64')],
    ['hexadecimal', (bytes) => hex.encode(bytes)],
  ])('is read as %s, and its inputs and change are found', async (_, write) => {
    const request = take(await psbt(write(simple().toPSBT())));
    expect(request).toEqual(
      preparePsbt(simple().toPSBT(), { account: own, find: finder(own, 20) }),
    );
  });

  it('gets the transactions that it spends from the server, where they are to be had', async () => {
    const coins = [0, 1].map((index) => ({
      amount: 50_000n,
      script: bitcoinAddressAt(own, { change: 0, index }).script,
      previous: false,
    }));
    const bare = spending(coins, [
      { amount: 90_000n, script: bitcoinAddressAt(OTHER, { change: 0, index: 0 }).script },
    ]);
    const known = async (): Promise<boolean[]> =>
      take(await psbt(bare.toPSBT())).inputs.map(({ previousKnown }) => previousKnown);
    expect(await known()).toEqual([false, false]);
    server({});
    const [first] = coins;
    if (first === undefined) throw new Error('no coin');
    const from = funding([first], 1);
    watch.transactions.set(from.id, from.toBytes());
    expect(await known()).toEqual([true, false]);
  });

  it('of a payment that may be signed already, with other coins, needs a word', async () => {
    propose(take(await psbt(simple().toPSBT())), 'expired', true);
    const { script } = bitcoinAddressAt(own, { change: 0, index: 1 });
    const again = spending(
      [30_000n, 31_000n].map((amount) => ({ amount, script })),
      [{ amount: 60_000n, script: bitcoinAddressAt(OTHER, { change: 0, index: 0 }).script }],
    );
    const form = { account: REF, psbt: again.toPSBT(), note: '', expiresInHours: 1 };
    expect(await drafts.psbt(form)).toMatchObject({
      errors: [{ field: 'overrideMaybeSigned' }],
    });
    expect(await drafts.psbt({ ...form, overrideMaybeSigned: true })).toMatchObject({ ok: true });
  });

  it.each<[string, Uint8Array | string]>([
    ['no PSBT', 'hello'],
    ['a damaged one', simple().toPSBT().slice(0, -9)],
    ['one of strangers', simple(OTHER).toPSBT()],
  ])('is refused: %s', async (_, source) => {
    const draft = await psbt(source);
    expect(draft).toMatchObject({ ok: false, errors: [{ field: 'psbt' }] });
  });
});

it.each(['p2wpkh', 'p2tr'] as const)('what goes to an own address is ours: %s', async (kind) => {
  const { publicKey, chainCode } = ROOT;
  if (publicKey === null || chainCode === null) throw new Error('no key');
  accounts = new CoinAccounts(() => ({ publicKey, chainCode }));
  drafts = new CoinDrafts({ watch, coinAccounts: accounts, reviewed, judged: () => judged });
  const of = testAccount(kind);
  const { script } = bitcoinAddressAt(of, { change: 0, index: 0 });
  const from = funding([{ amount: 100_000n, script }]);
  watch.transactions.set(from.id, from.toBytes());
  const place = { change: 0, index: 0 } as const;
  const coin = { txid: from.id, vout: 0, amount: 100_000n, place, height: 100 };
  watch.known = {
    state: 'known',
    coins: [coin],
    addresses: [],
    next: { receive: 1, change: 0 },
  };
  const to = bitcoinAddressAt(of, { change: 0, index: 1 });
  const request = take(
    await drafts.payment(form({ account: { ...REF, kind }, to: to.address, all: true })),
  );
  expect(request.outputs.map(({ own: claim }) => claim?.path)).toEqual([to.path]);
});

it('an account whose key does not exist is none', async () => {
  await expect(drafts.payment(form({ account: { ...REF, kind: 'p2tr' } }))).rejects.toMatchObject({
    problem: { code: 'wallet/no-account' },
  });
});
