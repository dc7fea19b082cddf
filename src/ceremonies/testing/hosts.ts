/** Hosts on memory records, and ceremonies between them. */
import { buildPayment, type EvmRequest } from '../../chains/index.ts';
import type { Authorised } from '../../policy/index.ts';
import type { PartyIndex } from '../../threshold/index.ts';
import {
  devices,
  membersOf,
  requestId,
  seeded,
  type TestIdentity,
} from '../../threshold/testing/seeded.ts';
import type {
  CeremonyHooks,
  GeneratedKey,
  KeySuite,
  Signature,
  SignHooks,
  SignRequest,
} from '../api.ts';
import { CeremonyHost } from '../host.ts';
import { ECDSA } from '../key-record.ts';
import { Hub, together } from './hub.ts';
import { MemoryRecords } from './records.ts';

export interface TestDevice {
  readonly index: PartyIndex;
  readonly identity: TestIdentity;
  readonly records: MemoryRecords;
  readonly host: CeremonyHost;
}

export type Contents = ReadonlyMap<string, Uint8Array>;

/** Opens one device on what a former one left. Every opening draws other random bytes. */
export async function openDevice(
  index: PartyIndex,
  contents: Contents = new Map(),
  seed = 'open',
): Promise<TestDevice> {
  const identity = devices(index)[index - 1]?.identity;
  if (identity === undefined) throw new Error('no such device');
  const records = new MemoryRecords(contents);
  openings += 1;
  const random = seeded(`${seed}/${String(index)}/${String(openings)}`);
  const host = await CeremonyHost.open({ records, identity, random });
  return { index, identity, records, host };
}
let openings = 0;

export const membersFor = (n: number) => membersOf(devices(n));

export const openDevices = async (n: number): Promise<TestDevice[]> =>
  Promise.all(Array.from({ length: n }, async (_, i) => openDevice(i + 1)));

/** A key generation between all devices. */
export async function keygenAll(
  list: readonly TestDevice[],
  threshold: number,
  options: {
    readonly seed: string;
    readonly suite?: KeySuite;
    readonly hub?: Hub;
    readonly hooks?: (index: PartyIndex) => CeremonyHooks;
  },
): Promise<ReadonlyMap<PartyIndex, PromiseSettledResult<GeneratedKey>>> {
  const { seed, hooks = () => ({}) } = options;
  const parties = list.map(({ index }) => index);
  const hub = options.hub ?? new Hub(seed, parties);
  const { suite = ECDSA } = options;
  const request = {
    suite,
    requestId: requestId(seed),
    threshold,
    members: membersFor(list.length),
  };
  return together(
    hub,
    new Map(
      list.map(({ index, host }) => [
        index,
        async (link) => host.keygen(request, link, hooks(index)),
      ]),
    ),
  );
}

/** A payment, different for every nonce. */
export function payment(nonce: number): EvmRequest {
  const built = buildPayment({
    chainId: 1n,
    nonce: BigInt(nonce),
    gasLimit: 21_000n,
    maxFeePerGas: 30_000_000_000n,
    maxPriorityFeePerGas: 1_000_000_000n,
    to: '0x52908400098527886e0f7030069857d2e4169ee7',
    amount: 10n ** 18n,
    asset: 'native',
  });
  if (!built.ok) throw new Error('the payment is not valid');
  return built.value;
}

/** A stand-in for the policy: tests of ceremonies do not ask it. */
export const approved = (request: EvmRequest): Authorised<EvmRequest> =>
  request as Authorised<EvmRequest>;

export const PATH = [44, 60, 0, 0, 0];

export const signRequest = (
  kid: string,
  signers: readonly PartyIndex[],
  nonce: number,
): SignRequest => ({
  kid,
  requestId: requestId(`sign/${String(nonce)}`),
  signers,
  items: [{ request: approved(payment(nonce)), paths: [PATH] }],
  batch: 0,
});

/** A signing between some devices, all with the same request unless told. */
export async function signAll(
  list: readonly TestDevice[],
  request: SignRequest | ((index: PartyIndex) => SignRequest),
  options: {
    readonly seed: string;
    readonly hub?: Hub;
    readonly hooks?: (index: PartyIndex) => Partial<SignHooks>;
  },
): Promise<ReadonlyMap<PartyIndex, PromiseSettledResult<readonly Signature[]>>> {
  const hub =
    options.hub ??
    new Hub(
      options.seed,
      list.map(({ index }) => index),
    );
  return together(
    hub,
    new Map(
      list.map(({ index, host }) => [
        index,
        async (link) =>
          host.sign(typeof request === 'function' ? request(index) : request, link, {
            onCommitted: () => undefined,
            ...options.hooks?.(index),
          }),
      ]),
    ),
  );
}
