/** What becomes of a signed transaction of an EVM chain: sent through the node of its chain, followed into a block. */
import { toHex } from '../../codec.ts';
import type { Content } from '../../journal/index.ts';
import { NonceTooLowError, type EvmNode, type NodeReceipt } from '../../network/index.ts';
import { fromHex } from '../ids.ts';
import { WalletError } from '../problems.ts';
import type { Problem, TransactionView } from '../state.ts';
import type { Result } from '../../chains/index.ts';
import { hashHex, isTransaction, rawHex, type Judged, type JudgedTransaction } from './judge.ts';
import { Following } from './following.ts';
import { followProblem, notSigned, sendProblem } from './outcome-problems.ts';
import type { SessionPort } from './port.ts';

export interface OutcomePort extends SessionPort {
  all(): readonly Judged[];
  append(content: Content): Promise<unknown>;
}

export class EvmOutcome {
  readonly #port: OutcomePort;
  readonly #following: Following<JudgedTransaction>;

  constructor(port: OutcomePort) {
    this.#port = port;
    this.#following = new Following(port, {
      isOne: isTransaction,
      canAsk: ({ request }) => port.nodes.node(request.tx.chainId) !== undefined,
      follow: async (judged) => this.#follow(judged),
      // The problem is kept as the proposal's.
      stepIn: (judged) => async () => this.broadcast(judged).catch(() => undefined),
    });
  }

  problem(proposal: string): Problem | undefined {
    return this.#following.problem(proposal);
  }

  /** The signed transaction as a person sees it. */
  view({ proposal, signed, request }: JudgedTransaction): TransactionView | undefined {
    if (signed === undefined) return undefined;
    const about = ({ txid }: { readonly txid: Uint8Array }): boolean =>
      toHex(txid) === toHex(signed.hash);
    const confirmed = proposal.confirmations.find(about);
    const block = confirmed === undefined ? undefined : BigInt(confirmed.block);
    const latest = this.#port.nodes.block(request.tx.chainId);
    return {
      hash: hashHex(signed.hash),
      raw: rawHex(signed),
      psbt: undefined,
      sentAt: proposal.broadcasts.find(about)?.at,
      block,
      success: confirmed?.success,
      confirmations:
        block === undefined || latest === undefined || latest < block
          ? undefined
          : Number(latest - block + 1n),
    };
  }

  consider(): void {
    this.#following.consider();
  }

  /** Sends a signed transaction. Sending it again is harmless. @throws WalletError or the node's error */
  async broadcast(judged: JudgedTransaction): Promise<void> {
    const { signed } = judged;
    const { id } = judged.proposal;
    if (signed === undefined) throw notSigned();
    const { chainId } = judged.request.tx;
    const node = this.#port.nodes.node(chainId);
    if (node === undefined) throw noNode(chainId);
    await this.#following.alone(id, async () => {
      try {
        const txid = await send(node, signed, judged.versions);
        this.#following.noteSent(id);
        this.#following.hasProblem(id, undefined);
        await this.#port.append({ type: 'broadcast', data: { proposal: fromHex(id), txid } });
        void this.#port.nodes.refresh();
      } catch (error) {
        const problem = error instanceof NonceTooLowError ? replaced() : sendProblem(error);
        this.#following.hasProblem(id, problem);
        throw new WalletError(problem, { cause: error });
      }
    });
  }

  stop(): void {
    this.#following.stop();
  }

  async #follow(judged: JudgedTransaction): Promise<void> {
    const { id } = judged.proposal;
    const node = this.#port.nodes.node(judged.request.tx.chainId);
    if (node === undefined) return;
    await this.#following.alone(id, async () => {
      try {
        await this.#look(node, judged);
      } catch (error) {
        this.#following.hasProblem(id, followProblem(error));
      }
    });
  }

  async #look(node: EvmNode, judged: JudgedTransaction): Promise<void> {
    const { proposal, signed, versions, request, account } = judged;
    const { id } = proposal;
    if (signed === undefined) return;
    const mined = await minedOf(node, versions);
    if (mined !== undefined) {
      this.#following.hasProblem(id, undefined);
      await this.#port.append({
        type: 'confirmed',
        data: {
          proposal: fromHex(id),
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
      this.#following.hasProblem(id, replaced());
      return;
    }
    if (!this.#following.isDue(id)) return;
    this.#following.noteSent(id);
    await send(node, signed, versions);
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

/** The same payment may be signed twice, under two names: then the node knows it by the other one. */
const replaced = (): Problem => ({
  code: 'wallet/replaced',
  title: 'The node says that this nonce is used up',
  meaning:
    'This very payment may have been made with another signature, or another transaction took its place.',
  next: 'Look at the account’s transactions, not only at this node, before you propose it anew: it may be paid already.',
});

const noNode = (chainId: bigint): WalletError =>
  new WalletError({
    code: 'wallet/no-node',
    title: `This device has no node for chain ${String(chainId)}`,
    meaning: 'The payment is signed, but this device cannot send it.',
    next: 'Enter a node under Settings, Networks, or copy the signed transaction and send it elsewhere.',
  });
