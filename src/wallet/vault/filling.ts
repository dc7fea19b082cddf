/** What a person left open in a transaction, filled in by the chain's node. */
import type { Fillable, Hex, TransactionDraft } from '../../chains/index.ts';
import type { EvmNode } from '../../network/index.ts';
import type { Nodes } from '../nodes.ts';
import { problemOf } from '../problems.ts';
import type { Account } from './accounts.ts';
import { isComplete, type Complete, type FormFields, type Overrides } from './form-fields.ts';
import { isTransaction, type Judged } from './judge.ts';

/** What the node has to estimate the gas of. */
export interface Call {
  readonly to: Hex;
  readonly value: bigint;
  readonly data: Hex;
}

export class Filling {
  readonly #nodes: Nodes;
  readonly #judged: () => readonly Judged[];

  /** @param judged the vault's proposals: their nonces are taken */
  constructor(nodes: Nodes, judged: () => readonly Judged[]) {
    this.#nodes = nodes;
    this.#judged = judged;
  }

  /** What the person left open, from the node. `undefined`: the errors are in `fields`. */
  async fill(
    chainId: bigint,
    account: Account,
    own: Overrides,
    fields: FormFields,
    call: () => Call,
  ): Promise<Complete | undefined> {
    const { nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = own;
    if (isComplete(own)) return own;
    const node = this.#nodes.node(chainId);
    if (node === undefined) {
      const message = 'This device has no node for this network: enter the value yourself.';
      if (nonce === undefined) fields.add('nonce', message);
      if (gasLimit === undefined) fields.add('gasLimit', message);
      if (maxFeePerGas === undefined) fields.add('maxFee', message);
      if (maxPriorityFeePerGas === undefined) fields.add('priorityFee', message);
      return undefined;
    }
    try {
      const suggestion = await node.feeSuggestion();
      const priority = maxPriorityFeePerGas ?? suggestion.maxPriorityFeePerGas;
      const max = maxFeePerGas ?? suggestion.maxFeePerGas;
      return {
        nonce: nonce ?? (await this.nextNonce(node, chainId, account)),
        gasLimit: gasLimit ?? (await node.estimateGas({ from: account.address, ...call() })),
        maxFeePerGas: max,
        // A suggestion never makes the person's own maximum impossible.
        maxPriorityFeePerGas: maxPriorityFeePerGas === undefined && priority > max ? max : priority,
      };
    } catch (error) {
      const { title, next } = problemOf(error);
      fields.add('chainId', `${title}. ${next}`);
      return undefined;
    }
  }

  async fillDraft(
    draft: TransactionDraft,
    missing: readonly (keyof Fillable)[],
    account: Account,
    fields: FormFields,
  ): Promise<Fillable | undefined> {
    const node = this.#nodes.node(draft.chainId);
    if (node === undefined) {
      fields.add(
        'text',
        `The transaction says nothing about ${missing.join(', ')}, and this device has no node for ` +
          'its network that could be asked.',
      );
      return undefined;
    }
    try {
      const fees = await node.feeSuggestion();
      const { to, value, data } = draft;
      return {
        nonce: await this.nextNonce(node, draft.chainId, account),
        gasLimit: missing.includes('gasLimit')
          ? await node.estimateGas({ from: account.address, to, value, data })
          : undefined,
        gasPrice: fees.maxFeePerGas,
        maxFeePerGas: fees.maxFeePerGas,
        maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
      };
    } catch (error) {
      const { title, next } = problemOf(error);
      fields.add('text', `${title}. ${next}`);
      return undefined;
    }
  }

  /** After what is in blocks, what waits in the node's pool, and what this vault has proposed or signed. */
  async nextNonce(node: EvmNode, chainId: bigint, account: Account): Promise<bigint> {
    let next = await node.transactionCount(account.address, 'pending');
    const taken = this.#judged()
      .filter(isTransaction)
      .filter(
        ({ status, proposal, request, account: from }) =>
          from.index === account.index &&
          request.tx.chainId === chainId &&
          (['open', 'approved', 'signing', 'signed', 'broadcast'].includes(status) ||
            proposal.maybeSigned),
      )
      .map(({ request }) => request.tx.nonce);
    while (taken.includes(next)) next += 1n;
    return next;
  }
}
