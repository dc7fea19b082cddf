/**
 * What this device thinks of every proposal: the bytes read anew, the policy's verdict, and whether a
 * signature that members reported holds.
 */
import {
  assembleRequest,
  isSignatureError,
  parseRequest,
  type BitcoinRequest,
  type ChainRequest,
  type EvmRequest,
  type Result,
  type Review,
} from '../../chains/index.ts';
import { equalBytes, toHex } from '../../codec.ts';
import {
  approvals,
  proposalState,
  rejections,
  runningAttempt,
  type Belief,
  type Proposal,
  type VaultState,
} from '../../journal/index.ts';
import { defaultPolicy, evaluate, type Verdict } from '../../policy/index.ts';
import type { BitcoinWatch } from '../bitcoin/watch.ts';
import type { Describer } from '../descriptors/store.ts';
import type { Nodes } from '../nodes.ts';
import type { ProposalStatus } from '../state.ts';
import type { Account, Accounts } from './accounts.ts';
import { accountOf, type CoinAccount, type CoinAccounts } from './coin-accounts.ts';
import type { CoinPast } from './coin-notes.ts';
import { subjectOf, type AnyAccount, type NotesSource, type Past } from './notes.ts';
import { Reviews } from './reviews.ts';

/** An attempt that nobody reported on for so long has died with its devices. */
const ATTEMPT_MS = 90_000;

export interface Judged {
  readonly proposal: Proposal;
  readonly request: ChainRequest;
  readonly account: AnyAccount;
  readonly review: Review;
  readonly verdict: Verdict<ChainRequest>;
  readonly status: ProposalStatus;
  /** The one to send or to follow: that of which somebody says that it was mined, else sent, else the first. */
  readonly signed: Result | undefined;
  /** Every signature of it that holds: two attempts can both have ended with one. At most one is ever mined. */
  readonly versions: readonly Result[];
  /** Members that recorded another digest of what they showed than this device showed. */
  readonly sawSomethingElse: ReadonlySet<string>;
}

/** A transaction of an EVM chain. */
export type JudgedTransaction = Judged & {
  readonly request: EvmRequest;
  readonly account: Account;
};

export const isTransaction = (judged: Judged): judged is JudgedTransaction =>
  judged.request.kind === 'evm';

/** A transaction of Bitcoin. */
export type JudgedCoins = Judged & {
  readonly request: BitcoinRequest;
  readonly account: CoinAccount;
};

export const isCoins = (judged: Judged): judged is JudgedCoins => judged.request.kind === 'bitcoin';

/** A proposal that cannot be read is not shown as one. */
interface Unreadable {
  readonly proposal: Proposal;
  readonly error: unknown;
}

export interface Judgement {
  /** In the order of the trail. */
  readonly judged: readonly Judged[];
  readonly unreadable: readonly Unreadable[];
  readonly past: readonly Past[];
  /** Those that a signature may exist of. */
  readonly committed: readonly Past[];
  readonly pastCoins: readonly CoinPast[];
}

/** What is judged with. */
export interface JudgeInputs {
  readonly state: VaultState;
  readonly accounts: Accounts;
  readonly coinAccounts: CoinAccounts;
  readonly nodes: Nodes;
  readonly watch: BitcoinWatch;
  /** This device's clock, milliseconds since 1970. */
  readonly now: number;
}

interface Known {
  readonly request: ChainRequest;
  readonly versions: Result[];
  /** By event: whether the signature that it reports holds. */
  readonly claims: Map<string, boolean>;
}

interface Readable {
  readonly proposal: Proposal;
  readonly known: Known;
  readonly account: AnyAccount;
}

/** Keeps what does not change between two looks: parsed bytes and verified signatures. */
export class Judge {
  readonly #self: string;
  readonly #known = new Map<string, Known>();
  readonly #unreadable = new Map<string, unknown>();
  readonly #reviews: Reviews;

  /**
   * @param self this device's identity key, hexadecimal
   * @param changed a proposal was described: judge again
   */
  constructor(self: string, descriptors: Describer, changed: () => void) {
    this.#self = self;
    this.#reviews = new Reviews(descriptors, changed);
  }

  /** Resolves when every proposal that was judged so far is described. */
  async settled(): Promise<void> {
    await this.#reviews.settled();
  }

  judge(inputs: JudgeInputs): Judgement {
    const { state, now } = inputs;
    const proposals = [...state.proposals.values()];
    const readable = proposals.flatMap((proposal): Readable[] => {
      const known = this.#read(proposal);
      const account = known && accountFor(inputs, proposal, known.request);
      if (known === undefined || account === undefined) return [];
      verifyClaims(known, proposal, account);
      return [{ proposal, known, account }];
    });
    const signedOnes = readable.filter(({ known }) => known.versions.length > 0);
    const source: NotesSource = {
      ...inputs,
      past: signedOnes.flatMap(pastOf),
      committed: readable.filter(({ proposal }) => proposal.maybeSigned).flatMap(pastOf),
      pastCoins: signedOnes.flatMap(coinPastOf),
    };
    const { past, committed, pastCoins } = source;
    const judged = readable.flatMap(({ proposal, known, account }): Judged[] => {
      const { request, versions } = known;
      const subject = subjectOf(source, request, account, {
        except: proposal.id,
        undecided: isUndecided(proposal, now),
      });
      const review = subject && this.#reviews.get(proposal.id, subject);
      if (review === undefined) return [];
      const signed = likeliest(proposal, versions, this.#self);
      const belief: Belief = {
        holds: ({ event }) => known.claims.get(event) === true,
        txid: signed?.hash ?? new Uint8Array(),
      };
      const standsFor = shownHere(proposal, review, this.#self);
      const verdict = verdictOf(state, proposal, request, review, standsFor, now, belief);
      const sawSomethingElse = new Set(
        approvals(proposal)
          .filter(({ shown }) => !equalBytes(shown, standsFor))
          .map(({ author }) => author),
      );
      const seen =
        !canAsk(inputs, request) ||
        proposal.confirmations.some(
          ({ author, txid }) => author === this.#self && equalBytes(txid, signed?.hash ?? txid),
        );
      const status = statusOf(proposal, verdict, belief, now, seen);
      const all = { proposal, request, account, review, verdict, status, signed, versions };
      return [{ ...all, sawSomethingElse }];
    });
    const unreadable = proposals.flatMap((proposal): Unreadable[] => {
      const { id } = proposal;
      const failure = this.#reviews.failure(id);
      if (failure !== undefined) return [{ proposal, ...failure }];
      return this.#unreadable.has(id) ? [{ proposal, error: this.#unreadable.get(id) }] : [];
    });
    return { judged, unreadable, past, committed, pastCoins };
  }

  #read(proposal: Proposal): Known | undefined {
    const known = this.#known.get(proposal.id);
    if (known !== undefined || this.#unreadable.has(proposal.id)) return known;
    try {
      const request = parseRequest(proposal.chain, proposal.request);
      const read = { request, versions: [], claims: new Map<string, boolean>() };
      this.#known.set(proposal.id, read);
      return read;
    } catch (error) {
      this.#unreadable.set(proposal.id, error);
      return undefined;
    }
  }
}

/** The account that a proposal is of: as its bytes say for Bitcoin, where it is part of them. */
const accountFor = (
  { accounts, coinAccounts }: JudgeInputs,
  proposal: Proposal,
  request: ChainRequest,
): AnyAccount | undefined =>
  request.kind === 'bitcoin'
    ? coinAccounts.get(accountOf(request))
    : accounts.get(proposal.account);

/** Whether this device can see by itself what became of a transaction. */
function canAsk({ nodes, watch }: JudgeInputs, request: ChainRequest): boolean {
  if (request.kind === 'bitcoin') return watch.server(request.network) !== undefined;
  return request.kind === 'evm' && nodes.node(request.tx.chainId) !== undefined;
}

/** Whether it can still come to a signature. */
const isUndecided = (proposal: Proposal, now: number): boolean =>
  proposal.signatures.length === 0 &&
  proposal.withdrawn === undefined &&
  proposal.expired === undefined &&
  now <= proposal.expiresAt &&
  rejections(proposal).length === 0;

function pastOf({ proposal, known, account }: Readable): Past[] {
  const { request } = known;
  if (request.kind !== 'evm') return [];
  const confirmed = isConfirmed(proposal, known);
  return [{ id: proposal.id, account: account.index, request, confirmed }];
}

function coinPastOf({ proposal, known }: Readable): CoinPast[] {
  const { request } = known;
  if (request.kind !== 'bitcoin') return [];
  return [{ id: proposal.id, request, confirmed: isConfirmed(proposal, known) }];
}

const isConfirmed = ({ confirmations }: Proposal, { versions }: Known): boolean =>
  confirmations.some(({ txid }) => versions.some(({ hash }) => equalBytes(hash, txid)));

/**
 * The digest that what other devices showed is compared with. Once this device has approved, it is the one that
 * its approval recorded, not that of what it shows now: descriptors that were added, removed or updated since
 * change what it shows, and not what its person saw and approved. Every approver saw the same exactly if all
 * recorded digests are equal. What the descriptors of now make of the bytes still counts in the rest of the
 * verdict: what has become unreadable or refused is not signed. A device that has not approved answers with
 * what it shows.
 */
const shownHere = (proposal: Proposal, review: Review, self: string): Uint8Array =>
  approvals(proposal).find(({ author }) => author === self)?.shown ?? review.shownDigest;

function verdictOf(
  state: VaultState,
  proposal: Proposal,
  request: ChainRequest,
  { operation, reading, refusal, network }: Review,
  shownDigest: Uint8Array,
  now: number,
  belief: Belief,
): Verdict<ChainRequest> {
  return evaluate({
    policy: defaultPolicy(state.founding),
    state,
    proposal: proposal.id,
    request,
    facts: {
      network: network.id,
      bitcoinAccount: request.kind === 'bitcoin' ? accountOf(request) : undefined,
      operation,
      reading,
      refusal,
      shownDigest,
    },
    now,
    belief,
  });
}

/** Looks at signatures that members reported; those that hold are kept. */
function verifyClaims(known: Known, proposal: Proposal, account: AnyAccount): void {
  for (const { event, signatures } of proposal.signatures) {
    if (known.claims.has(event)) continue;
    const signed = assembled(known.request, signatures, account);
    known.claims.set(event, signed !== undefined);
    if (signed === undefined) continue;
    if (!known.versions.some(({ hash }) => equalBytes(hash, signed.hash))) {
      known.versions.push(signed);
    }
  }
}

/**
 * What this device saw in a block; else what others say of blocks and nodes, in the order of the trail, so
 * that devices choose alike.
 */
function likeliest(
  { confirmations, broadcasts }: Proposal,
  versions: readonly Result[],
  self: string,
): Result | undefined {
  const named = (claims: readonly { readonly txid: Uint8Array }[]): Result | undefined =>
    versions.find(({ hash }) => claims.some(({ txid }) => equalBytes(txid, hash)));
  const own = confirmations.filter(({ author }) => author === self);
  return named(own) ?? named(confirmations) ?? named(broadcasts) ?? versions[0];
}

/** `undefined` for what are no signatures of this request: as if they had not been reported. */
function assembled(
  request: ChainRequest,
  signatures: Parameters<typeof assembleRequest>[1],
  account: AnyAccount,
): Result | undefined {
  try {
    return assembleRequest(request, signatures, account);
  } catch (error) {
    if (!isSignatureError(error)) throw error;
    return undefined;
  }
}

/** @param seen whether this device saw the block itself, or has no node that it could ask */
function statusOf(
  proposal: Proposal,
  verdict: Verdict<ChainRequest>,
  belief: Belief,
  now: number,
  seen: boolean,
): ProposalStatus {
  const state = proposalState(proposal, belief);
  if (state === 'confirmed' && !seen) return 'broadcast';
  if (state !== 'open' && state !== 'signing') return state;
  if (now > proposal.expiresAt) return 'expired';
  if (state === 'signing' && isFresh(proposal, now)) return 'signing';
  return verdict.kind === 'authorised' ? 'approved' : 'open';
}

function isFresh(proposal: Proposal, now: number): boolean {
  const started = runningAttempt(proposal)?.started.map(({ at }) => at) ?? [];
  return started.some((at) => now - at < ATTEMPT_MS);
}

export const rawHex = (signed: Result): `0x${string}` => `0x${toHex(signed.raw)}`;
export const hashHex = (hash: Uint8Array): `0x${string}` => `0x${toHex(hash)}`;
