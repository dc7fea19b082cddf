/** What it costs to parse and describe a request: the registry's fixtures, large calldata, many coins. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { AbiFunction, type Hex } from 'ox';
import { spend } from '../src/ceremonies/testing/coins.ts';
import {
  describeRequest,
  parseRequest,
  type BitcoinAccount,
  type SigningContext,
} from '../src/chains/index.ts';
import { derive, publicKeyOf } from '../src/threshold/index.ts';
import { dealtKey } from '../src/threshold/testing/dealt.ts';
import { platformRandom } from '../src/threshold/testing/measure.ts';
import { readCalldata, requestsOf } from '../scripts/clear-signing/reading.ts';
import type { ReviewFigure } from './results.ts';
import { median } from './statistics.ts';

const WARM_RUNS = 5;
const MEGABYTE = 1_000_000;
/** Nine times that is just below what is read of one request. */
const NESTED = 400_000;
const FROM = '0x1111111111111111111111111111111111111111';
const TO = '0x2222222222222222222222222222222222222222';

/** One request. */
interface Task {
  readonly bytes: number;
  readonly run: () => Promise<unknown>;
}

async function timed({ run }: Task): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

/** @param what names the row */
async function figure(what: string, tasks: readonly Task[]): Promise<ReviewFigure> {
  const first: number[] = [];
  const warm: number[] = [];
  for (const task of tasks) {
    first.push(await timed(task));
    const runs: number[] = [];
    for (let i = 0; i < WARM_RUNS; i++) runs.push(await timed(task));
    warm.push(median(runs));
  }
  return {
    what,
    cases: tasks.length,
    bytes: Math.max(...tasks.map(({ bytes }) => bytes)),
    ms: median(warm),
    worstMs: Math.max(...warm),
    firstMs: Math.max(...first),
  };
}

/** Every fixture of a registry that the wallet takes as a request: from its bytes to the review. */
const fixtures = (folder: string): Task[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.tests.json'))
    .sort()
    .flatMap((path) => requestsOf(join(folder, path)))
    .map(({ request: { kind, bytes }, context, descriptors }) => ({
      bytes: bytes.length,
      run: async () => {
        const request = parseRequest(kind, bytes);
        if (request.kind === 'bitcoin') throw new TypeError('a fixture of Bitcoin');
        return describeRequest({ chain: 'evm', request, context }, descriptors);
      },
    }));

const KNOWING_NOTHING: SigningContext = {
  from: { index: 0, name: 'Main account', address: FROM },
  accounts: [],
  contacts: [],
  network: undefined,
  paid: undefined,
  state: undefined,
  now: undefined,
  chainId: undefined,
};

const multicall = AbiFunction.from('function multicall(bytes[] data)');
const transfer = AbiFunction.from('function transfer(address to, uint256 amount)');
const safeTransfer = AbiFunction.from(
  'function safeTransferFrom(address from, address to, uint256 tokenId, bytes data)',
);
const several = (calls: readonly Hex.Hex[]): Hex.Hex => AbiFunction.encodeData(multicall, [calls]);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const withBytes = (count: number): Hex.Hex =>
  AbiFunction.encodeData(safeTransfer, [FROM, TO, 7n, `0x${'5a'.repeat(count)}`]);

function nested(data: Hex.Hex, depth: number): Hex.Hex {
  return depth === 0 ? data : several([nested(data, depth - 1)]);
}

/** No transaction holds as much (131,072 bytes): a call of that size is refused before. */
const large = (data: Hex.Hex): Task => ({
  bytes: (data.length - 2) / 2,
  run: async () => readCalldata(data, TO, KNOWING_NOTHING),
});

/** A payment of so many coins, without their previous transactions. */
function coins(count: number, kind: BitcoinAccount['kind']): Task {
  const { info } = dealtKey('mpc-ecdsa/v1/secp256k1/L128', 2, 2, platformRandom);
  const account: BitcoinAccount = {
    network: 'mainnet',
    kind,
    index: 0,
    derive: (path) => derive(publicKeyOf(info), info.chainCode, path),
  };
  const { bytes } = spend(account, count);
  const context = {
    account: { ...account, name: 'Savings' },
    owns: () => undefined,
    contacts: [],
    paid: undefined,
  };
  return {
    bytes: bytes.length,
    run: async () => {
      const request = parseRequest('bitcoin', bytes);
      if (request.kind !== 'bitcoin') throw new TypeError('not of Bitcoin');
      return describeRequest({ chain: 'bitcoin', request, context });
    },
  };
}

/** @param registry folder of ERC-7730 descriptors with fixtures; `undefined`: those are left out */
export async function measureReviews(registry: string | undefined): Promise<ReviewFigure[]> {
  const figures: ReviewFigure[] = [];
  const add = async (what: string, ...tasks: readonly Task[]): Promise<void> => {
    figures.push(await figure(what, tasks));
  };
  if (registry !== undefined) await add('fixtures of the registry', ...fixtures(registry));
  await add('calldata: one argument', large(withBytes(MEGABYTE)));
  await add('calldata: 190 calls in one', large(several(times(190, withBytes(5_000)))));
  await add('calldata: nine calls, one in the other', large(nested(withBytes(NESTED), 9)));
  const payment = AbiFunction.encodeData(transfer, [TO, 1n]);
  await add('calldata: more calls than are followed', large(several(times(6_000, payment))));
  await add('calldata: unknown function', large(`0xdeadbeef${'5a'.repeat(MEGABYTE)}`));
  await add('100 coins, native SegWit', coins(100, 'p2wpkh'));
  await add('100 coins, Taproot', coins(100, 'p2tr'));
  return figures;
}
