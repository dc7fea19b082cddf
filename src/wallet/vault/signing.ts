/**
 * Signing approved proposals. It starts by itself once enough approvers are online: the one with the
 * smallest number begins, the others join after they have judged the proposal anew. An attempt that fails
 * starts over with fresh nonces, over the same bytes; one signature per proposal, whatever happens.
 */
import { CeremonyError, stageView } from '../../ceremonies/index.ts';
import { toHex } from '../../codec.ts';
import { approvals, type Content, type Founding } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { fromHex } from '../ids.ts';
import { deviceIdOf } from '../peers.ts';
import { problemOf } from '../problems.ts';
import type { CeremonyView, Problem } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';
import type { Judged } from './judge.ts';
import { Lifetime, type SessionPort } from './port.ts';

/** The slowest member's longest step has to fit. */
const IDLE_TIMEOUT_MS = 30_000;
/** When the first of the signers does not begin, the next one does. */
const STEP_IN_AFTER_MS = 15_000;
const RETRY_AFTER_MS = 4_000;
const MAX_AUTOMATIC_ATTEMPTS = 3;

type Message<T extends CeremonyMessage['t']> = Extract<CeremonyMessage, { t: T }>;

interface Run {
  readonly proposal: string;
  readonly startedAt: number;
  readonly abort: AbortController;
  readonly signers: readonly number[];
  readonly request: Uint8Array;
  stage: string | undefined;
  committed: boolean;
}

interface Standing {
  attempts: number;
  /** Nothing is tried before. */
  notBefore: number;
  problem: Problem | undefined;
  /** Since when the same signers are complete. */
  ready: { readonly key: string; readonly since: number } | undefined;
}

export interface SigningPort extends SessionPort {
  readonly vaultId: Uint8Array;
  readonly founding: Founding;
  kid(): string | undefined;
  judged(proposal: string): Judged | undefined;
  all(): readonly Judged[];
  append(content: Content): Promise<unknown>;
  /** A signature exists and is in the journal. */
  signed(proposal: string, initiator: boolean): void;
}

export class Signing {
  readonly #port: SigningPort;
  readonly #life: Lifetime;
  readonly #standing = new Map<string, Standing>();
  #run: Run | undefined;
  #tick: (() => void) | undefined;

  constructor(port: SigningPort) {
    this.#port = port;
    this.#life = new Lifetime(port.clock);
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** The ceremony of a proposal, while it runs on this device. */
  ceremony(proposal: string): CeremonyView | undefined {
    const run = this.#run;
    if (run?.proposal !== proposal) return undefined;
    return {
      ...stageView('sign', run.stage),
      startedAt: run.startedAt,
      cancellable: !run.committed,
    };
  }

  problem(proposal: string): Problem | undefined {
    return this.#standing.get(proposal)?.problem;
  }

  /** What an approved proposal waits for, in words. */
  waitingFor(judged: Judged): string | undefined {
    if (judged.status !== 'approved') return undefined;
    if (judged.sawSomethingElse.size > 0) {
      return 'Signing is stopped: the devices did not show the same.';
    }
    const standing = this.#standing.get(judged.proposal.id);
    if (standing !== undefined && standing.attempts >= MAX_AUTOMATIC_ATTEMPTS) {
      return 'Signing failed several times. A person has to start it again.';
    }
    const signers = this.#signers(judged);
    if (signers !== undefined) return 'Signing begins.';
    const away = this.#approvers(judged).filter((index) => !this.#isThere(index));
    const names = away.map((index) => this.#member(index)?.name ?? '');
    const missing = this.#port.founding.threshold - (this.#approvers(judged).length - away.length);
    return names.length === 0
      ? 'Waiting for more approvers to come online.'
      : `Waiting for ${missing < names.length ? `${String(missing)} of ` : ''}${names.join(', ')} to come online.`;
  }

  /** Begins whatever can be begun now. */
  consider(): void {
    if (this.#life.stopped) return;
    this.#tick?.();
    this.#tick = undefined;
    if (this.#run !== undefined || this.#port.kid() === undefined) return;
    const now = this.#life.now();
    let next = Infinity;
    for (const judged of this.#port.all()) {
      const at = this.#considerOne(judged, now);
      if (at === undefined) continue;
      if (at <= now) {
        void this.#begin(judged);
        return;
      }
      next = Math.min(next, at);
    }
    if (Number.isFinite(next)) {
      this.#tick = this.#life.after(next - now, () => {
        this.consider();
      });
    }
  }

  /** A person asks for another attempt. */
  retry(proposal: string): void {
    this.#standing.delete(proposal);
    this.consider();
    this.#port.changed();
  }

  /** Ends the attempt under way; after the last round has left, it goes on to its end. */
  cancel(proposal: string): void {
    if (this.#run?.proposal !== proposal) return;
    this.#standingOf(proposal).attempts = MAX_AUTOMATIC_ATTEMPTS;
    this.#run.abort.abort();
  }

  receive(from: DeviceId, message: Message<'sign' | 'busy'>): void {
    if (message.t === 'busy') {
      // The other device is in another ceremony: this attempt cannot succeed.
      if (this.#run !== undefined && toHex(this.#run.request) === toHex(message.request)) {
        this.#standingOf(this.#run.proposal).attempts -= 1;
        this.#run.abort.abort();
      }
      return;
    }
    const { signers, request } = message;
    const proposal = toHex(message.proposal);
    const judged = this.#port.judged(proposal);
    const sender = signers.find((index) => this.#device(index) === from);
    if (sender === undefined || judged === undefined || !this.#mayJoin(judged, signers)) return;
    if (this.#run !== undefined) {
      if (toHex(this.#run.request) === toHex(request)) return;
      this.#port.tell(from, { t: 'busy', vault: this.#port.vaultId, request });
      return;
    }
    void this.#sign(judged, signers, request, false);
  }

  stop(): void {
    this.#life.stop();
    this.#run?.abort.abort();
  }

  /** When this device should begin signing, or `undefined` when it should not. */
  #considerOne(judged: Judged, now: number): number | undefined {
    const { proposal } = judged;
    const signers = this.#signers(judged);
    const self = this.#selfIndex();
    const standing = this.#standingOf(proposal.id);
    if (signers?.includes(self) !== true || standing.attempts >= MAX_AUTOMATIC_ATTEMPTS) {
      standing.ready = undefined;
      return undefined;
    }
    const key = signers.join();
    if (standing.ready?.key !== key) standing.ready = { key, since: now };
    const turn = signers.indexOf(self) * STEP_IN_AFTER_MS;
    return Math.max(standing.notBefore, standing.ready.since + turn);
  }

  /** The smallest numbers among the approvers that are there; `undefined` when they are too few. */
  #signers(judged: Judged): number[] | undefined {
    if (!this.#mayBeSigned(judged)) return undefined;
    const { threshold } = this.#port.founding;
    const there = this.#approvers(judged).filter((index) => this.#isThere(index));
    return there.length < threshold ? undefined : there.slice(0, threshold);
  }

  #mayBeSigned(judged: Judged): boolean {
    return (
      (judged.status === 'approved' || judged.status === 'signing') &&
      judged.verdict.kind === 'authorised' &&
      judged.sawSomethingElse.size === 0
    );
  }

  /** Judged anew on this device before its first message. */
  #mayJoin(judged: Judged, signers: readonly number[]): boolean {
    const approvers = new Set(this.#approvers(judged));
    const ascending = signers.every((index, i) => index > (signers[i - 1] ?? 0));
    return (
      this.#mayBeSigned(judged) &&
      ascending &&
      signers.length >= this.#port.founding.threshold &&
      signers.includes(this.#selfIndex()) &&
      signers.every((index) => approvers.has(index))
    );
  }

  async #begin(judged: Judged): Promise<void> {
    const signers = this.#signers(judged);
    if (signers === undefined) return;
    const request = this.#port.random(16);
    const { proposal } = judged;
    for (const index of signers) {
      const device = this.#device(index);
      if (device === undefined || device === this.#port.self) continue;
      this.#port.tell(device, {
        t: 'sign',
        vault: this.#port.vaultId,
        proposal: fromHex(proposal.id),
        request,
        signers,
      });
    }
    await this.#sign(judged, signers, request, true);
  }

  async #sign(
    judged: Judged,
    signers: readonly number[],
    request: Uint8Array,
    initiator: boolean,
  ): Promise<void> {
    const { verdict, proposal, account } = judged;
    const kid = this.#port.kid();
    if (kid === undefined || verdict.kind !== 'authorised') return;
    const id = proposal.id;
    const run: Run = {
      proposal: id,
      startedAt: this.#life.now(),
      abort: new AbortController(),
      signers,
      request,
      stage: undefined,
      committed: false,
    };
    this.#run = run;
    const standing = this.#standingOf(id);
    standing.attempts += 1;
    standing.problem = undefined;
    this.#port.changed();
    const attempt = { proposal: fromHex(id), attempt: request };
    const { link, release } = this.#port.routes.open(
      request,
      this.#links(signers),
      IDLE_TIMEOUT_MS,
    );
    try {
      if (initiator) {
        await this.#port.append({
          type: 'signing-started',
          data: { ...attempt, signers: [...signers] },
        });
      }
      const [signature] = await this.#port.ceremonies.sign(
        {
          kid,
          requestId: request,
          signers,
          items: [{ request: verdict.request, path: [...account.path] }],
        },
        link,
        {
          onStage: (stage) => {
            run.stage = stage;
            this.#port.changed();
          },
          signal: run.abort.signal,
          onCommitted: async () => {
            run.committed = true;
            await this.#port.append({ type: 'signing-committed', data: attempt });
          },
        },
      );
      if (signature !== undefined && !this.#life.stopped) {
        await this.#port.append({
          type: 'signed',
          data: {
            proposal: attempt.proposal,
            signatures: [{ signature: signature.signature, recovery: signature.recovery }],
          },
        });
        this.#port.signed(id, initiator);
      }
    } catch (error) {
      if (!this.#life.stopped) await this.#failed(judged, run, error, initiator);
    } finally {
      release();
      this.#run = undefined;
    }
    if (this.#life.stopped) return;
    this.#port.changed();
    this.consider();
  }

  async #failed(judged: Judged, run: Run, error: unknown, initiator: boolean): Promise<void> {
    const standing = this.#standingOf(judged.proposal.id);
    standing.problem = signingProblem(error, this.#port.founding, run.committed);
    standing.notBefore = this.#life.now() + RETRY_AFTER_MS * standing.attempts;
    standing.ready = undefined;
    if (!initiator) return;
    const failure = error instanceof CeremonyError ? error.failure : undefined;
    await this.#port.append({
      type: 'signing-aborted',
      data: {
        proposal: fromHex(judged.proposal.id),
        attempt: run.request,
        abortClass: failure?.abortClass ?? 'A',
        culprit: failure?.culprit ?? null,
        reason: standing.problem.title.slice(0, 200),
      },
    });
  }

  #standingOf(proposal: string): Standing {
    const known = this.#standing.get(proposal);
    if (known !== undefined) return known;
    const fresh: Standing = { attempts: 0, notBefore: 0, problem: undefined, ready: undefined };
    this.#standing.set(proposal, fresh);
    return fresh;
  }

  /** Numbers of those whose approval counts, ascending. */
  #approvers({ proposal }: Judged): number[] {
    const authors = new Set(approvals(proposal).map(({ author }) => author));
    return this.#port.founding.members
      .filter(({ identity }) => authors.has(toHex(identity)))
      .map(({ index }) => index);
  }

  #links(signers: readonly number[]): Map<number, DeviceId> {
    return new Map(
      signers.flatMap((index) => {
        const device = this.#device(index);
        return device === undefined || device === this.#port.self ? [] : [[index, device] as const];
      }),
    );
  }

  #isThere(index: number): boolean {
    const device = this.#device(index);
    return device === this.#port.self || (device !== undefined && this.#port.isOnline(device));
  }

  #member = (index: number): Founding['members'][number] | undefined =>
    this.#port.founding.members[index - 1];

  #device(index: number): DeviceId | undefined {
    const member = this.#member(index);
    return member === undefined ? undefined : deviceIdOf(member.identity);
  }

  #selfIndex(): number {
    const own = this.#port.founding.members.find(
      ({ identity }) => deviceIdOf(identity) === this.#port.self,
    );
    return own?.index ?? 0;
  }
}

function signingProblem(error: unknown, founding: Founding, committed: boolean): Problem {
  const problem = problemOf(error);
  const failure = error instanceof CeremonyError ? error.failure : undefined;
  const name = (index: number): string[] => {
    const member = founding.members[index - 1];
    return member === undefined ? [] : [member.name];
  };
  const silent = failure?.missing.flatMap(name) ?? [];
  const culprit = failure?.culprit === undefined ? [] : name(failure.culprit);
  const title =
    silent.length > 0
      ? `Nothing was heard from ${silent.join(' and ')}`
      : culprit.length > 0
        ? `${culprit.join()} sent something that cannot be right`
        : problem.title;
  const maybe = committed || failure?.remains === 'maybe-signed';
  return {
    code: problem.code,
    title,
    meaning: maybe
      ? 'A signature of this payment may exist on another device, so it may still be sent.'
      : 'Nothing was signed.',
    next: maybe
      ? 'Sign again: it can only become the same payment. Do not propose it anew with another nonce.'
      : 'It is tried again when the approvers are online.',
  };
}
