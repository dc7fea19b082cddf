import { secp256k1 } from '@noble/curves/secp256k1.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildPayment, describeRequest, digest, type EvmRequest } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import { emptyLog, fold, type Proposal } from '../../journal/index.ts';
import { identityOf, testFounding } from '../../journal/testing/vault.ts';
import type { Describer } from '../descriptors/store.ts';
import { Nodes } from '../nodes.ts';
import { FakeChain } from '../testing/chain.ts';
import { TestWatch } from '../testing/watch.ts';
import { ManualClock } from '../testing/clock.ts';
import { PAYEE } from '../testing/world.ts';
import { CoinAccounts } from './coin-accounts.ts';
import { Accounts } from './accounts.ts';
import { Judge, type Judged } from './judge.ts';

const CHAIN = 31_337n;
const NOW = 1_800_000_000_000;
const secret = new Uint8Array(32).fill(1);
const ada = toHex(identityOf('Ada').publicKey);
const cleo = toHex(identityOf('Cleo').publicKey);

const built = buildPayment({
  chainId: CHAIN,
  to: PAYEE,
  amount: 1n,
  asset: 'native',
  nonce: 0n,
  gasLimit: 21_000n,
  maxFeePerGas: 2n,
  maxPriorityFeePerGas: 1n,
});
if (!built.ok) throw new Error('no request');
const request: EvmRequest = built.value;

/** A signature of the request, another one for each number. */
const signature = (n: number) => {
  const bytes = secp256k1.sign(digest(request), secret, {
    prehash: false,
    format: 'recovered',
    extraEntropy: new Uint8Array(32).fill(n),
  });
  return { signature: bytes.slice(1), recovery: bytes[0] ?? 9 };
};
const claim = (author: string, n: number) => ({ author, at: NOW, event: `e${String(n)}` });

let accounts: Accounts;
const descriptors: Describer = {
  revision: '',
  describe: async (subject) => describeRequest(subject),
};
let nodes: Nodes;

beforeEach(async () => {
  accounts = new Accounts(async () => secp256k1.getPublicKey(secret));
  await accounts.load([0]);
  const chain = new FakeChain(CHAIN);
  nodes = new Nodes({
    clock: new ManualClock(NOW),
    fetch: async (url, init) => chain.fetch(url, init),
    changed: () => undefined,
  });
});

async function judge(change: Partial<Proposal>): Promise<Judged> {
  const proposal: Proposal = {
    id: 'p',
    proposer: ada,
    createdAt: NOW,
    chain: 'evm',
    request: request.bytes,
    account: 0,
    note: '',
    expiresAt: NOW + 1_000,
    policy: new Uint8Array(32),
    decisions: new Map(),
    withdrawn: undefined,
    expired: undefined,
    attempts: [],
    maybeSigned: true,
    signatures: [1, 2].map((n) => ({ ...claim(ada, n), signatures: [signature(n)] })),
    broadcasts: [],
    confirmations: [],
    ...change,
  };
  const state = { ...fold(emptyLog(testFounding())), proposals: new Map([['p', proposal]]) };
  const judging = new Judge(ada, descriptors, () => undefined);
  const coinAccounts = new CoinAccounts(() => undefined);
  const inputs = { state, accounts, coinAccounts, nodes, watch: new TestWatch(), now: NOW };
  judging.judge(inputs);
  await judging.settled();
  const [judged] = judging.judge(inputs).judged;
  if (judged === undefined) throw new Error('not judged');
  return judged;
}

const hashes = async (): Promise<Uint8Array[]> =>
  (await judge({})).versions.map(({ hash }) => hash);
const [first, second] = [0, 1];

describe('a payment that was signed twice', () => {
  it('has two versions, of which the first is sent', async () => {
    const { versions, signed, status } = await judge({});
    expect(versions).toHaveLength(2);
    expect(signed).toBe(versions[first]);
    expect(status).toBe('signed');
  });

  it('keeps each version once, and none that does not hold', async () => {
    const again = { ...claim(cleo, 3), signatures: [signature(2)] };
    const { signature: bytes, recovery } = signature(4);
    const wrong = { ...claim(cleo, 4), signatures: [{ signature: bytes, recovery: 1 - recovery }] };
    const two = { ...claim(cleo, 5), signatures: [signature(5), signature(6)] };
    const one = { ...claim(ada, 2), signatures: [signature(2)] };
    const { versions } = await judge({ signatures: [wrong, two, one, again] });
    expect(versions).toHaveLength(1);
  });

  it('is the version that was sent, rather than the first', async () => {
    const txid = (await hashes())[second] ?? new Uint8Array();
    const { signed, status } = await judge({
      broadcasts: [{ ...claim(cleo, 7), txid }],
    });
    expect(signed?.hash).toEqual(txid);
    expect(status).toBe('broadcast');
  });

  it('is the version that is in a block, rather than the one that was sent', async () => {
    const [sent = new Uint8Array(), mined = new Uint8Array()] = await hashes();
    const { signed, status } = await judge({
      broadcasts: [{ ...claim(ada, 7), txid: sent }],
      confirmations: [{ ...claim(cleo, 8), txid: mined, block: 5, success: true }],
    });
    expect(signed?.hash).toEqual(mined);
    expect(status).toBe('confirmed');
  });

  it('is the version that this device saw in a block, whatever others say', async () => {
    const [lie = new Uint8Array(), mined = new Uint8Array()] = await hashes();
    const confirmations = [
      { ...claim(cleo, 8), txid: lie, block: 4, success: true },
      { ...claim(ada, 9), txid: mined, block: 5, success: true },
    ];
    expect((await judge({ confirmations })).signed?.hash).toEqual(mined);
  });

  it('is none of which somebody only says that it exists', async () => {
    const txid = new Uint8Array(32).fill(9);
    const { status } = await judge({
      broadcasts: [{ ...claim(cleo, 7), txid }],
      confirmations: [{ ...claim(cleo, 8), txid, block: 4, success: true }],
    });
    expect(status).toBe('signed');
  });
});
