/** What becomes of a signed transaction: sent through the node of its chain, followed into a block. */
import { toHex } from '../../codec.ts';
import type { Content } from '../../journal/index.ts';
import { NonceTooLowError, type EvmNode, type NodeReceipt } from '../../network/index.ts';
import { fromHex } from '../ids.ts';
import { problemOf, WalletError } from '../problems.ts';
import type { Problem, TransactionView } from '../state.ts';
import type { Result } from '../../chains/index.ts';
import { hashHex, isTransaction, rawHex, type Judged, type JudgedTransaction } from './judge.ts';
import { Lifetime, type SessionPort } from './port.ts';

const FOLLOW_EVERY_MS = 3_000;
/** When the device that began signing does not send, others do. */
const STEP_IN_AFTER_MS = 20_000;
/** What a member says it sent is sent again by others: it may be wrong, and sending again is harmless. */
const SEND_AGAIN_AFTER_MS = 60_000;

export interface OutcomePort extends SessionPort {
  judged(proposal: string): Judged | undefined;
  all(): readonly Judged[];
  append(content: Content): Promise<unknown>;
}

export class Outcome {
  readonly #port: OutcomePort;
  readonly #life: Lifetime;
  readonly #problems = new Map<string, Problem>();
  readonly #sending = new Set<string>();
  /** Since when this device knows that a proposal is signed. */
  readonly #seen = new Map<string, number>();
  /** When this device last sent it. */
  readonly #sent = new Map<string, number>();
  #tick: (() => void) | undefined;

  constructor(port: OutcomePort) {
    this.#port = port;
    this.#life = new Lifetime(port.clock);
  }

  problem(proposal: string): Problem | undefined {
    return this.#problems.get(proposal);
  }

  /** The signed transaction as a person sees it. */
  view(judged: Judged): TransactionView | undefined {
    const { proposal, signed } = judged;
    if (signed === undefined || !isTransaction(judged)) return undefined;
    const about = ({ txid }: { readonly txid: Uint8Array }): boolean =>
      toHex(txid) === toHex(signed.hash);
    const confirmed = proposal.confirmations.find(about);
    const block = confirmed === undefined ? undefined : BigInt(confirmed.block);
    const latest = this.#port.nodes.block(judged.request.tx.chainId);
    return {
      hash: hashHex(signed.hash),
      raw: rawHex(signed),
      sentAt: proposal.broadcasts.find(about)?.at,
      block,
      success: confirmed?.success,
      confirmations:
        block === undefined || latest === undefined || latest < block
          ? undefined
          : Number(latest - block + 1n),
    };
  }

  /** Looks after every signed proposal. Call after each change. */
  consider(): void {
    if (this.#life.stopped) return;
    this.#tick?.();
    this.#tick = undefined;
    const now = this.#life.now();
    let active = false;
    for (const judged of this.#port.all().filter(isTransaction)) {
      const { status, proposal, request } = judged;
      if (status !== 'signed' && status !== 'broadcast') {
        this.#problems.delete(proposal.id); // another device may have mended it
        continue;
      }
      if (this.#port.nodes.node(request.tx.chainId) === undefined) continue;
      active = true;
      const since = this.#seen.get(proposal.id) ?? now;
      this.#seen.set(proposal.id, since);
      if (status === 'broadcast') void this.#follow(judged);
      else if (now - since >= STEP_IN_AFTER_MS && !this.#problems.has(proposal.id)) {
        void this.broadcast(proposal.id).catch(() => undefined); // kept as the proposal's problem
      }
    }
    if (active) {
      this.#tick = this.#life.after(FOLLOW_EVERY_MS, () => {
        this.consider();
      });
    }
  }

  /** Sends a signed transaction. Sending it again is harmless. @throws WalletError or the node's error */
  async broadcast(id: string): Promise<void> {
    const judged = this.#port.judged(id);
    const signed = judged?.signed;
    if (judged === undefined || signed === undefined || !isTransaction(judged)) throw notSigned();
    const { chainId } = judged.request.tx;
    const node = this.#port.nodes.node(chainId);
    if (node === undefined) throw noNode(chainId);
    if (this.#sending.has(id)) return;
    this.#sending.add(id);
    try {
      const txid = await send(node, signed, judged.versions);
      this.#sent.set(id, this.#life.now());
      this.#problems.delete(id);
      await this.#port.append({ type: 'broadcast', data: { proposal: fromHex(id), txid } });
      void this.#port.nodes.refresh();
    } catch (error) {
      const problem = error instanceof NonceTooLowError ? replaced() : sendProblem(error);
      this.#problems.set(id, problem);
      throw new WalletError(problem, { cause: error });
    } finally {
      this.#sending.delete(id);
      this.#port.changed();
    }
  }

  stop(): void {
    this.#life.stop();
  }

  async #follow(judged: JudgedTransaction): Promise<void> {
    const { proposal, signed, versions, request, account } = judged;
    const node = this.#port.nodes.node(request.tx.chainId);
    if (node === undefined || signed === undefined || this.#sending.has(proposal.id)) return;
    this.#sending.add(proposal.id);
    try {
      const mined = await minedOf(node, versions);
      if (mined !== undefined) {
        this.#problems.delete(proposal.id);
        await this.#port.append({
          type: 'confirmed',
          data: {
            proposal: fromHex(proposal.id),
            txid: mined.hash,
            block: Number(mined.receipt.blockNumber),
            success: mined.receipt.success,
          },
        });
        void this.#port.nodes.refresh();
        return;
      }
      const next = await node.transactionCount(account.address, 'latest');
      // Looked up again: it may have got into a block between the two questions.
      if (next > request.tx.nonce && (await minedOf(node, versions)) === undefined) {
        this.#problems.set(proposal.id, replaced());
        return;
      }
      const last = this.#sent.get(proposal.id) ?? this.#seen.get(proposal.id) ?? 0;
      if (this.#life.now() - last < SEND_AGAIN_AFTER_MS) return;
      this.#sent.set(proposal.id, this.#life.now());
      await send(node, signed, versions);
    } catch (error) {
      this.#problems.set(proposal.id, followProblem(error));
    } finally {
      this.#sending.delete(proposal.id);
      this.#port.changed();
    }
  }
}

/** The one among the signed versions of a payment that is in a block. */
async function minedOf(
  node: EvmNode,
  versions: readonly Result[],
): Promise<{ readonly hash: Uint8Array; readonly receipt: NodeReceipt } | undefined> {
  for (const { hash } of versions) {
    const receipt = await node.receipt(hashHex(hash));
    if (receipt !== undefined) return { hash, receipt };
  }
  return undefined;
}

/**
 * Sends, unless it is in a block already: somebody may have sent a copy from elsewhere, or another version.
 *
 * @returns the hash of the version that was sent, or that is in a block
 */
async function send(
  node: EvmNode,
  signed: Result,
  versions: readonly Result[],
): Promise<Uint8Array> {
  try {
    await node.sendRawTransaction(rawHex(signed), hashHex(signed.hash));
    return signed.hash;
  } catch (error) {
    const mined = error instanceof NonceTooLowError ? await minedOf(node, versions) : undefined;
    if (mined === undefined) throw error;
    return mined.hash;
  }
}

function sendProblem(error: unknown): Problem {
  return {
    ...problemOf(error),
    meaning:
      'The payment is signed but this device could not send it. Another device may still do.',
    next: 'Send it again, or copy the signed transaction and send it elsewhere: it stays the same payment.',
  };
}

const followProblem = (error: unknown): Problem => ({
  ...problemOf(error),
  meaning: 'The payment is signed and was sent. This device cannot see now what became of it.',
  next: 'Do not pay it again. Check the node under Settings, Networks, or look the payment up elsewhere.',
});

/** The same payment may be signed twice, under two names: then the node knows it by the other one. */
const replaced = (): Problem => ({
  code: 'wallet/replaced',
  title: 'The node says that this nonce is used up',
  meaning:
    'This very payment may have been made with another signature, or another transaction took its place.',
  next: 'Look at the account’s transactions, not only at this node, before you propose it anew: it may be paid already.',
});

const notSigned = (): WalletError =>
  new WalletError({
    code: 'wallet/not-signed',
    title: 'There is no verified signature to send',
    meaning: 'No money moved through this device.',
    next: 'Wait until the devices have signed.',
  });

const noNode = (chainId: bigint): WalletError =>
  new WalletError({
    code: 'wallet/no-node',
    title: `This device has no node for chain ${String(chainId)}`,
    meaning: 'The payment is signed, but this device cannot send it.',
    next: 'Enter a node under Settings, Networks, or copy the signed transaction and send it elsewhere.',
  });
