/** What nodes think that undecided requests would do: asked in the background, anew after each block. */
import { movementsOf, type Estimate, type EvmRequest } from '../chains/index.ts';
import type { EvmNode } from '../network/index.ts';
import type { Clock } from './platform.ts';

interface Known {
  /** The block after which it was asked; `undefined`: none is known. */
  readonly block: bigint | undefined;
  readonly estimate: Estimate | undefined;
}

/** A person who has filled in a form does not wait longer for an estimate. */
const PATIENCE_MS = 3_000;
/** Requests that are kept; older ones are asked again when somebody looks. */
const MAX_KNOWN = 64;

export interface SimulationsPort {
  readonly clock: Clock;
  node(chainId: bigint): EvmNode | undefined;
  /** The last block that the chain's node told of. */
  block(chainId: bigint): bigint | undefined;
  /** An estimate is new. */
  changed(): void;
}

export class Simulations {
  readonly #port: SimulationsPort;
  readonly #known = new Map<string, Known>();
  readonly #asking = new Map<string, Promise<void>>();

  constructor(port: SimulationsPort) {
    this.#port = port;
  }

  /** The last estimate; a newer one is asked for when there was a block since. */
  get(key: string, request: EvmRequest, from: string): Estimate | undefined {
    const known = this.#known.get(key);
    const block = this.#port.block(request.tx.chainId);
    if (known === undefined || known.block !== block) void this.#start(key, request, from);
    return known?.estimate;
  }

  /** The same, after giving the node some time for a first answer. */
  async getSoon(key: string, request: EvmRequest, from: string): Promise<Estimate | undefined> {
    if (this.#port.node(request.tx.chainId) === undefined) return undefined;
    await new Promise<void>((resolve) => {
      const cancel = this.#port.clock.after(PATIENCE_MS, resolve);
      void this.#start(key, request, from).then(() => {
        cancel();
        resolve();
      });
    });
    return this.#known.get(key)?.estimate;
  }

  async #start(key: string, request: EvmRequest, from: string): Promise<void> {
    const running = this.#asking.get(key);
    if (running !== undefined) return running;
    const asking = this.#ask(key, request, from).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  async #ask(key: string, { tx }: EvmRequest, from: string): Promise<void> {
    const { chainId, to, value, data } = tx;
    const node = this.#port.node(chainId);
    if (node === undefined) return;
    const block = this.#port.block(chainId);
    let estimate: Estimate | undefined;
    try {
      const call = { from: from as `0x${string}`, to, value, data };
      const { success, reason, logs } = await node.simulate(call);
      estimate = {
        success,
        reason,
        movements: logs === undefined ? undefined : movementsOf(logs, from),
      };
    } catch {
      estimate = undefined; // the node's trouble is shown where its state is
    }
    this.#known.delete(key);
    this.#known.set(key, { block, estimate });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#port.changed();
  }
}
