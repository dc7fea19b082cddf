import { secp256k1 } from '@noble/curves/secp256k1.js';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { addressOf, describeRequest, parseUnsigned } from '../../chains/index.ts';
import { emptyLog, fold } from '../../journal/index.ts';
import { testFounding } from '../../journal/testing/vault.ts';
import type { Checked, Draft, PaymentForm } from '../api.ts';
import { Nodes } from '../nodes.ts';
import type { NetworkSetting, ProposalStatus } from '../state.ts';
import { FakeChain } from '../testing/chain.ts';
import { ManualClock } from '../testing/clock.ts';
import { TestWatch } from '../testing/watch.ts';
import { PAYEE, paymentForm } from '../testing/world.ts';
import { Accounts, type Account } from './accounts.ts';
import { CoinAccounts } from './coin-accounts.ts';
import { Drafts } from './drafts.ts';
import type { Judged } from './judge.ts';
import { Reviewed } from './reviewed.ts';

const CHAIN = 31_337n;
const TOKEN = '0x5FbDB2315678afecb367f032d93F642f64180aa3';
const GWEI = 10n ** 9n;
const publicKey = secp256k1.getPublicKey(new Uint8Array(32).fill(1));
const account: Account = {
  chain: 'evm',
  index: 0,
  path: [0],
  publicKey,
  address: addressOf(publicKey),
};
const network: NetworkSetting = {
  chainId: CHAIN,
  name: 'Testnet',
  nativeSymbol: 'ETH',
  rpcUrl: 'https://node.example/',
  tokens: [{ address: TOKEN, symbol: 'TOK', decimals: 6 }],
};
const given = { nonce: '5', gasLimit: '21000', maxFee: '2', priorityFee: '1' };

let chain: FakeChain;
let nodes: Nodes;
let judged: Judged[];
let drafts: Drafts;
let reviewed: Reviewed;

beforeEach(() => {
  chain = new FakeChain(CHAIN);
  chain.fund(account.address, 10n ** 18n);
  nodes = new Nodes({
    clock: new ManualClock(0),
    fetch: async (url, init) => chain.fetch(url, init),
    changed: () => undefined,
  });
  nodes.setNetworks([network]);
  judged = [];
  let drawn = 0;
  const coinAccounts = new CoinAccounts(() => undefined);
  reviewed = new Reviewed({
    nodes,
    descriptors: { revision: '', describe: async (subject) => describeRequest(subject) },
    random: (length) => new Uint8Array(length).fill(++drawn),
    vaultId: () => 'vault',
    notes: () => ({
      state: fold(emptyLog(testFounding())),
      accounts: new Accounts(async () => publicKey),
      coinAccounts,
      nodes,
      watch: new TestWatch(),
      past: [],
      committed: [],
      pastCoins: [],
      now: 0,
    }),
  });
  drafts = new Drafts({
    nodes,
    reviewed,
    account: (index) => (index === 0 ? account : undefined),
    judged: () => judged,
  });
});

afterEach(() => {
  nodes.close();
});

const take = (draft: Checked<Draft>) => {
  if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
  const { request } = reviewed.take(draft.value);
  if (request.kind !== 'evm') throw new Error('no transaction');
  return request;
};

const read = async (change: Partial<PaymentForm>) =>
  take(await drafts.payment(paymentForm(change))).tx;

const errors = async (change: Partial<PaymentForm>): Promise<string[]> => {
  const draft = await drafts.payment(paymentForm(change));
  return draft.ok ? [] : draft.errors.map(({ field }) => field);
};

/** An earlier proposal of this account with a nonce. */
const earlier = async (
  status: ProposalStatus,
  maybeSigned: boolean,
  change: Partial<PaymentForm> = {},
): Promise<void> => {
  const draft = await drafts.payment(paymentForm({ ...given, nonce: '0', ...change }));
  if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
  const { request } = reviewed.take(draft.value);
  judged.push({ proposal: { maybeSigned }, request, account, status } as unknown as Judged);
};

describe('a payment', () => {
  it('is what was typed, when everything was typed', async () => {
    chain.lies.set('eth_chainId', () => {
      throw new Error('nobody asks');
    });
    expect(await read(given)).toEqual({
      type: 2,
      chainId: CHAIN,
      nonce: 5n,
      gasLimit: 21_000n,
      maxFeePerGas: 2n * GWEI,
      maxPriorityFeePerGas: GWEI,
      to: PAYEE,
      value: 5n * 10n ** 17n,
      data: '0x',
      accessList: [],
    });
  });

  it('is filled in by the node where nothing was typed', async () => {
    expect(await read({})).toMatchObject({
      nonce: 0n,
      gasLimit: 21_000n,
      maxFeePerGas: 3n * GWEI,
      maxPriorityFeePerGas: GWEI,
    });
  });

  it('keeps a maximum fee below the suggested tip possible', async () => {
    expect(await read({ maxFee: '0.5' })).toMatchObject({
      maxFeePerGas: GWEI / 2n,
      maxPriorityFeePerGas: GWEI / 2n,
    });
  });

  it('of a token calls its contract, in the units of the token', async () => {
    const tx = await read({ ...given, asset: { token: TOKEN }, amount: '1.5', gasLimit: '60000' });
    expect(tx).toMatchObject({ to: TOKEN, value: 0n });
    expect(tx.data).toBe(
      `0xa9059cbb${PAYEE.slice(2).toLowerCase().padStart(64, '0')}${(1_500_000).toString(16).padStart(64, '0')}`,
    );
  });

  it('that was reviewed is remembered by its bytes', async () => {
    const draft = await drafts.payment(paymentForm(given));
    if (!draft.ok) throw new Error('refused');
    const request = take(draft);
    expect(parseUnsigned(request.bytes).tx).toEqual(request.tx);
    expect(draft.value.review.shownDigest).toHaveLength(32);
  });

  it('is forgotten after sixteen others', async () => {
    const all = [];
    for (let n = 0; n < 17; n++) all.push(await drafts.payment(paymentForm(given)));
    const [first, second] = all;
    if (first?.ok !== true || second?.ok !== true) throw new Error('refused');
    expect(() => reviewed.take(first.value)).toThrow(
      expect.objectContaining({ code: 'wallet/draft-gone' }) as Error,
    );
    expect(reviewed.take(second.value)).toBeDefined();
  });

  it('from an account that is not there is refused', async () => {
    await expect(drafts.payment(paymentForm({ account: 1 }))).rejects.toMatchObject({
      code: 'wallet/no-account',
    });
  });
});

describe('a form', () => {
  test.each<[string, Partial<PaymentForm>]>([
    ['to', { to: '' }],
    ['to', { to: 'vitalik' }],
    ['to', { to: PAYEE.slice(0, -1) }],
    ['to', { to: PAYEE.replace('C', 'c') }],
    ['amount', { amount: '' }],
    ['amount', { amount: '-1' }],
    ['amount', { amount: '1,5' }],
    ['amount', { amount: '1e3' }],
    ['amount', { amount: '0.0000000000000000001' }],
    ['asset', { asset: { token: PAYEE } }],
    ['maxFee', { maxFee: 'x' }],
    ['maxFee', { maxFee: '0.0000000001' }],
    ['priorityFee', { priorityFee: 'x' }],
    ['priorityFee', { maxFee: '1', priorityFee: '2' }],
    ['gasLimit', { gasLimit: '1.5' }],
    ['nonce', { nonce: '-1' }],
    ['note', { note: 'x'.repeat(501) }],
    ['expiresInHours', { expiresInHours: 0 }],
    ['expiresInHours', { expiresInHours: 721 }],
    ['expiresInHours', { expiresInHours: 1.5 }],
  ])('has an error at %s alone (%#)', async (field, change) => {
    expect(await errors({ ...given, ...change })).toEqual([field]);
  });

  it('tells all errors at once', async () => {
    const wrong = {
      to: 'x',
      amount: 'x',
      maxFee: 'x',
      priorityFee: 'x',
      gasLimit: 'x',
      nonce: 'x',
      note: 'x'.repeat(501),
      expiresInHours: 0,
    };
    expect((await errors(wrong)).sort()).toEqual(Object.keys(wrong).sort());
  });

  it('without a node asks for what only a node knows', async () => {
    nodes.setNetworks([]);
    expect(await errors({})).toEqual(['nonce', 'gasLimit', 'maxFee', 'priorityFee']);
    expect(await errors({ ...given, gasLimit: '' })).toEqual(['gasLimit']);
    expect(await errors(given)).toEqual([]);
    await expect(drafts.suggestFees(paymentForm())).rejects.toMatchObject({
      code: 'wallet/no-node',
    });
  });

  it('says what is wrong with the node', async () => {
    chain.lies.set('eth_getBlockByNumber', () => 'the latest');
    expect(await errors({})).toEqual(['chainId']);
    const draft = await drafts.payment(paymentForm());
    expect(draft.ok ? '' : draft.errors[0]?.message).toMatch(/node/);
  });
});

describe('the next nonce', () => {
  const next = async (): Promise<bigint> => (await drafts.suggestFees(paymentForm())).nonce;

  it('comes after what the node has in blocks and in its pool', async () => {
    chain.lies.set('eth_getTransactionCount', ([, at]) => (at === 'pending' ? '0x7' : '0x3'));
    expect(await next()).toBe(7n);
  });

  test.each<[ProposalStatus, boolean, bigint]>([
    ['open', false, 1n],
    ['approved', false, 1n],
    ['signing', false, 1n],
    ['signed', true, 1n],
    ['broadcast', true, 1n],
    ['rejected', false, 0n],
    ['withdrawn', false, 0n],
    ['expired', false, 0n],
    ['expired', true, 1n],
    ['rejected', true, 1n],
  ])('after one that is %s, perhaps signed: %s, is %s', async (status, maybeSigned, nonce) => {
    await earlier(status, maybeSigned);
    expect(await next()).toBe(nonce);
  });

  it('goes into a gap between proposals', async () => {
    await earlier('open', false, { nonce: '0' });
    await earlier('open', false, { nonce: '2' });
    expect(await next()).toBe(1n);
  });

  it('of one chain knows nothing of another', async () => {
    await earlier('open', false, { chainId: 1n });
    expect(await next()).toBe(0n);
  });
});

/** Addendum H3: a payment whose signature may exist is not made again under another nonce by accident. */
describe('the same payment again', () => {
  const again = { ...given, nonce: '1' };

  test.each<[string, ProposalStatus, boolean, Partial<PaymentForm>, boolean]>([
    ['may be signed: blocked', 'expired', true, again, true],
    ['is signed: blocked', 'signed', true, again, true],
    ['was rejected after it may be signed: blocked', 'rejected', true, again, true],
    ['cannot be signed: free', 'expired', false, again, false],
    ['with its own nonce: free', 'expired', true, { ...given, nonce: '0' }, false],
    ['with another amount: free', 'expired', true, { ...again, amount: '0.4' }, false],
    ['to somebody else: free', 'expired', true, { ...again, to: TOKEN }, false],
    ['on another chain: free', 'expired', true, { ...again, chainId: 1n }, false],
    ['with another fee: blocked', 'expired', true, { ...again, maxFee: '9' }, true],
    [
      'with the word of a person: free',
      'expired',
      true,
      { ...again, overrideMaybeSigned: true },
      false,
    ],
  ])('%s', async (_, status, maybeSigned, change, blocked) => {
    await earlier(status, maybeSigned);
    expect(await errors(change)).toEqual(blocked ? ['overrideMaybeSigned'] : []);
  });

  it('of a token is compared by its call', async () => {
    const token = { asset: { token: TOKEN }, amount: '1', gasLimit: '60000' };
    await earlier('expired', true, token);
    expect(await errors({ ...again, ...token })).toEqual(['overrideMaybeSigned']);
    expect(await errors({ ...again, ...token, amount: '2' })).toEqual([]);
  });

  it('pasted as JSON is blocked as well', async () => {
    await earlier('expired', true);
    const form = { account: 0, chainId: CHAIN, note: '', expiresInHours: 1 };
    const text = JSON.stringify({
      to: PAYEE,
      value: '0x6f05b59d3b20000',
      nonce: '0x1',
      gas: '0x5208',
      maxFeePerGas: '0x77359400',
      maxPriorityFeePerGas: '0x3b9aca00',
    });
    const draft = await drafts.paste({ ...form, text });
    expect(draft.ok ? [] : draft.errors.map(({ field }) => field)).toEqual(['overrideMaybeSigned']);
    const both = await drafts.paste({ ...form, text, overrideMaybeSigned: true });
    expect(both.ok).toBe(true);
  });
});

describe('a pasted transaction', () => {
  const form = { account: 0, chainId: CHAIN, note: '', expiresInHours: 1 };

  it('is filled in by the node', async () => {
    const text = JSON.stringify({ to: PAYEE, value: '0x1' });
    const { tx } = take(await drafts.paste({ ...form, text }));
    expect(tx).toMatchObject({ nonce: 0n, value: 1n, to: PAYEE });
  });

  it.each(['', 'hello', '{', '0x', '0x02', '{"to": 5}'])(
    'that is none is refused: %j',
    async (text) => {
      const draft = await drafts.paste({ ...form, text });
      expect(draft.ok).toBe(false);
    },
  );

  it('without a node has to be whole', async () => {
    nodes.setNetworks([]);
    const draft = await drafts.paste({
      ...form,
      text: JSON.stringify({ to: PAYEE, value: '0x1' }),
    });
    expect(draft.ok ? [] : draft.errors.map(({ field }) => field)).toEqual(['text']);
  });

  it('from another account than the one that pays is refused', async () => {
    const text = JSON.stringify({ from: PAYEE, to: PAYEE, value: '0x1' });
    expect((await drafts.paste({ ...form, text })).ok).toBe(false);
  });
});

describe('a message', () => {
  const form = { account: 0, note: 'for the web site', expiresInHours: 1 };
  const message = async (text: string, as: 'text' | 'hex' = 'text') =>
    drafts.message({ ...form, text, as });

  it('is the bytes that were typed', async () => {
    const draft = await message('I am here.');
    if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
    expect(draft.value.review).toMatchObject({ kind: 'evm-message', operation: 'message' });
    expect(draft.value.note).toBe('for the web site');
    const { request } = reviewed.take(draft.value);
    expect(Buffer.from(request.bytes).toString()).toBe('I am here.');
  });

  it('in hexadecimal is its bytes', async () => {
    const draft = await message('0x0001ff', 'hex');
    if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
    expect(reviewed.take(draft.value).request.bytes).toEqual(Uint8Array.of(0, 1, 255));
    expect((await message('0x001', 'hex')).ok).toBe(false);
  });

  it('is taken from the parameters of personal_sign, pasted anywhere', async () => {
    const text = JSON.stringify({ method: 'personal_sign', params: ['0x6869', account.address] });
    for (const draft of [
      await message(text),
      await drafts.paste({ ...form, chainId: undefined, text }),
    ]) {
      if (!draft.ok) throw new Error(JSON.stringify(draft.errors));
      expect(reviewed.take(draft.value).request).toMatchObject({ kind: 'evm-message', text: 'hi' });
    }
  });

  it('for another account names that account', async () => {
    const draft = await message(JSON.stringify(['0x6869', PAYEE]));
    expect(draft.ok ? [] : draft.errors).toEqual([
      { field: 'account', message: expect.stringContaining(PAYEE) as unknown },
    ]);
  });

  it('of eth_sign is refused with the reason, and so is a form that is wrong', async () => {
    const text = JSON.stringify({ method: 'eth_sign', params: [PAYEE, `0x${'00'.repeat(32)}`] });
    const draft = await drafts.paste({ ...form, expiresInHours: 0, chainId: undefined, text });
    expect(draft.ok ? [] : draft.errors.map(({ field }) => field)).toEqual([
      'text',
      'expiresInHours',
    ]);
    expect(JSON.stringify(draft)).toContain('eth_sign');
  });
});
