/** Drafts that a person reviews before they are proposed: the bytes stay in here, the screen gets their review. */
import { chainIdOf, tokensIn, type ChainRequest, type Review } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { Checked, Draft } from '../api.ts';
import type { Describer } from '../descriptors/store.ts';
import type { Nodes } from '../nodes.ts';
import { WalletError } from '../problems.ts';
import {
  simulationKey,
  subjectOf,
  type AnyAccount,
  type Circumstances,
  type NotesSource,
} from './notes.ts';

/** Older ones are gone with their screens. */
const MAX_KEPT = 16;

export interface ReviewedPort {
  readonly nodes: Nodes;
  readonly descriptors: Describer;
  random(length: number): Uint8Array;
  vaultId(): string;
  notes(): NotesSource;
}

/** A reviewed draft that `propose` takes. */
interface Kept {
  readonly request: ChainRequest;
  readonly account: AnyAccount;
  /** Of the descriptors that it was described with. */
  readonly revision: string;
}

export class Reviewed {
  readonly #port: ReviewedPort;
  readonly #kept = new Map<string, Kept>();

  constructor(port: ReviewedPort) {
    this.#port = port;
  }

  /** What was reviewed. @throws WalletError when it is not known any more */
  take(draft: Draft): Kept {
    const kept = this.#kept.get(draft.id);
    if (kept !== undefined) return kept;
    throw new WalletError({
      code: 'wallet/draft-gone',
      title: 'This draft is not there any more',
      meaning: 'Nothing was proposed.',
      next: 'Fill in the form again.',
    });
  }

  /** Describes a request and keeps it. @throws the errors of the request's kind */
  async review(
    form: { readonly note: string; readonly expiresInHours: number },
    request: ChainRequest,
    account: AnyAccount,
    checksummed?: boolean,
  ): Promise<Checked<Draft>> {
    const { descriptors, nodes } = this.#port;
    if (request.kind === 'evm' && account.chain === 'evm') {
      const key = simulationKey(request, account);
      await nodes.simulations.getSoon(key, request, account.address);
    }
    const circumstances = { checksummed, undecided: true };
    const { revision } = descriptors;
    const first = await this.#describe(request, account, circumstances);
    const chainId = chainIdOf(request);
    // Read again once the node has told what the tokens in it are called.
    const learnt = chainId !== undefined && (await nodes.learnSoon(chainId, tokensIn(first)));
    const review = learnt ? await this.#describe(request, account, circumstances) : first;
    const id = toHex(this.#port.random(16));
    this.#kept.set(id, { request, account, revision });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return {
      ok: true,
      value: {
        id,
        vaultId: this.#port.vaultId(),
        review,
        note: form.note.trim(),
        expiresInHours: form.expiresInHours,
      },
    };
  }

  async #describe(
    request: ChainRequest,
    account: AnyAccount,
    circumstances: Circumstances,
  ): Promise<Review> {
    const subject = subjectOf(this.#port.notes(), request, account, circumstances);
    if (subject === undefined) throw otherAccount();
    return this.#port.descriptors.describe(subject);
  }
}

const otherAccount = (): WalletError =>
  new WalletError({
    code: 'wallet/other-account',
    title: 'That account is of another chain',
    meaning: 'Nothing was proposed.',
    next: 'Choose one of the accounts that this is for.',
  });

/** For an account that is not, or not yet, there. */
export const noAccount = (): WalletError =>
  new WalletError({
    code: 'wallet/no-account',
    title: 'This vault has no such account',
    meaning: 'Nothing was proposed.',
    next: 'Choose one of the accounts.',
  });
