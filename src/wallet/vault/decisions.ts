/** What a person decides: each decision is an event that this device signs. */
import type { Review } from '../../chains/index.ts';
import { equalBytes } from '../../codec.ts';
import type { Content, Entry, Founding } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { defaultPolicy, policyHash } from '../../policy/index.ts';
import type { Draft } from '../api.ts';
import type { Describer } from '../descriptors/store.ts';
import { fromHex } from '../ids.ts';
import { WalletError } from '../problems.ts';
import type { Judged } from './judge.ts';
import type { Reviewed } from './reviewed.ts';

const HOUR_MS = 3_600_000;

export interface DecisionsPort {
  readonly self: DeviceId;
  readonly founding: Founding;
  readonly descriptors: Describer;
  readonly reviewed: Reviewed;
  now(): number;
  append(content: Content): Promise<Pick<Entry, 'id'>>;
  /** As it stands on the screen. */
  shown(proposal: string): Judged | undefined;
  /** Judged anew. @throws WalletError for an unknown proposal */
  judged(proposal: string): Promise<Judged>;
  cancelSigning(proposal: string): void;
}

export class Decisions {
  readonly #port: DecisionsPort;

  constructor(port: DecisionsPort) {
    this.#port = port;
  }

  /** Proposes what was reviewed, and approves it in the same step. */
  async propose(draft: Draft): Promise<string> {
    const { request, account, revision } = this.#port.reviewed.take(draft);
    if (revision !== this.#port.descriptors.revision) throw redescribed();
    if (draft.review.refusal !== undefined) throw refused(draft.review.refusal);
    const entry = await this.#port.append({
      type: 'proposed',
      data: {
        chain: request.kind,
        request: request.bytes,
        account: account.index,
        note: draft.note,
        expires: this.#port.now() + draft.expiresInHours * HOUR_MS,
        policy: policyHash(defaultPolicy(this.#port.founding)),
      },
    });
    await this.#approve(entry.id, draft.review);
    return entry.id;
  }

  /** Approves what this device shows now. @throws WalletError when that cannot be approved */
  async approve(id: string): Promise<void> {
    await this.#approve(id, this.#port.shown(id)?.review);
  }

  /** @param seen what the person saw: other descriptors may make another review of the same bytes at any time */
  async #approve(id: string, seen: Review | undefined): Promise<void> {
    const { verdict, review, proposal } = await this.#port.judged(id);
    if (seen !== undefined && !equalBytes(seen.shownDigest, review.shownDigest))
      throw redescribed();
    if (review.refusal !== undefined) throw refused(review.refusal);
    if (proposal.decisions.has(this.#port.self)) throw decided();
    if (verdict.kind === 'denied') throw refused(verdict.reasons.map(({ text }) => text).join(' '));
    await this.#port.append({
      type: 'approved',
      data: { proposal: fromHex(id), shown: review.shownDigest },
    });
  }

  async reject(id: string, reason: string): Promise<void> {
    await this.#port.judged(id);
    await this.#port.append({
      type: 'rejected',
      data: { proposal: fromHex(id), reason: reason.trim() },
    });
    this.#port.cancelSigning(id);
  }

  async withdraw(id: string): Promise<void> {
    const { proposal } = await this.#port.judged(id);
    if (proposal.proposer !== this.#port.self) throw notYours();
    await this.#port.append({ type: 'withdrawn', data: { proposal: fromHex(id) } });
    this.#port.cancelSigning(id);
  }
}

const refused = (why: string): WalletError =>
  new WalletError({
    code: 'wallet/refused',
    title: why.replace(/\.$/, ''),
    meaning: 'This device did not approve it.',
    next: 'Propose it anew in a way that the vault allows.',
  });

const redescribed = (): WalletError =>
  new WalletError({
    code: 'wallet/shown-anew',
    title: 'It is shown in another way now',
    meaning:
      'The descriptions of contracts on this device changed. This device did not approve it.',
    next: 'Look at it again and decide anew.',
  });

const decided = (): WalletError =>
  new WalletError({
    code: 'wallet/decided',
    title: 'This device has decided already',
    meaning: 'Its first decision stays.',
    next: 'Look at the proposal: it shows who decided what.',
  });

const notYours = (): WalletError =>
  new WalletError({
    code: 'wallet/not-yours',
    title: 'Only the device that proposed it can withdraw it',
    meaning: 'Nothing was changed.',
    next: 'Reject it instead.',
  });
