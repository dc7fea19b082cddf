/** What a node thinks that a call would do now. An estimate: it may be wrong, and things change. */
import * as v from 'valibot';
import { NodeRefusedError } from './node-errors.ts';

type Hex = `0x${string}`;

/** Something that a contract reported, or a movement of native coins that the node reports like one. */
interface NodeLog {
  /** Lower case. */
  readonly address: Hex;
  /** 32 bytes each. */
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

export interface NodeSimulation {
  readonly success: boolean;
  /** Why not, in the node's words. */
  readonly reason: string | undefined;
  /** `undefined`: this node only tells whether it would succeed. */
  readonly logs: readonly NodeLog[] | undefined;
}

const hex = (pattern: RegExp): v.GenericSchema<unknown, Hex> =>
  v.pipe(
    v.string(),
    v.regex(pattern),
    v.transform((text) => text.toLowerCase() as Hex),
  );
const Data = hex(/^0x(?:[0-9a-f]{2})*$/i);
const Log = v.object({
  address: hex(/^0x[0-9a-f]{40}$/i),
  topics: v.pipe(v.array(hex(/^0x[0-9a-f]{64}$/i)), v.maxLength(4)),
  data: Data,
});
/** One block with one call (eth_simulateV1 of ethereum/execution-apis). */
const Simulated = v.pipe(
  v.array(
    v.object({
      calls: v.pipe(
        v.array(
          v.object({
            status: v.picklist(['0x0', '0x1']),
            logs: v.optional(v.pipe(v.array(Log), v.maxLength(2_000)), []),
            error: v.optional(v.object({ message: v.string() })),
          }),
        ),
        v.length(1),
      ),
    }),
  ),
  v.length(1),
);

type Ask = <T>(
  method: string,
  params: readonly unknown[],
  schema: v.GenericSchema<unknown, T>,
) => Promise<T>;

/** JSON-RPC: the method does not exist, or not with these parameters. Some nodes say so in words only. */
const NOT_OFFERED = [-32_601, -32_602, -32_600, -32_004];
const NOT_OFFERED_WORDS =
  /no (such )?method|method .*(not|n't)|not (supported|available|found|implemented)|unsupported/i;

const isNotOffered = ({ rpcCode, reason }: NodeRefusedError): boolean =>
  NOT_OFFERED.includes(rpcCode) || NOT_OFFERED_WORDS.test(reason);

/**
 * By `eth_simulateV1`, with movements of native coins as logs; where the node does not offer it, by `eth_call`.
 *
 * @param call as JSON-RPC writes it
 * @throws what `ask` throws, but for a refusal of the call itself
 */
export async function simulate(ask: Ask, call: Record<string, string>): Promise<NodeSimulation> {
  try {
    const options = { blockStateCalls: [{ calls: [call] }], traceTransfers: true };
    const [block] = await ask('eth_simulateV1', [options, 'latest'], Simulated);
    const [only] = block?.calls ?? [];
    const success = only?.status === '0x1';
    return {
      success,
      reason: success ? undefined : only?.error?.message,
      logs: success ? only.logs : [],
    };
  } catch (error) {
    if (!(error instanceof NodeRefusedError)) throw error;
    if (!isNotOffered(error)) {
      return { success: false, reason: error.reason, logs: [] };
    }
  }
  try {
    await ask('eth_call', [call, 'latest'], Data);
    return { success: true, reason: undefined, logs: undefined };
  } catch (error) {
    if (!(error instanceof NodeRefusedError) || isNotOffered(error)) throw error;
    return { success: false, reason: error.reason, logs: undefined };
  }
}
