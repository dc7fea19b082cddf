/**
 * Signing approved proposals. It starts by itself once enough approvers are online: the one with the
 * smallest number begins, the others join after they have judged the proposal anew. An attempt that fails
 * starts over with fresh nonces, over the same bytes; one signature per proposal, whatever happens.
 */
import { CeremonyError, stageView, type PairProblem } from '../../ceremonies/index.ts';
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
/** Between two tries with a signer that is busy, at most. */
const MAX_BUSY_MS = 32_000;
const MAX_AUTOMATIC_ATTEMPTS = 3;
/** A session that is kept alive without getting on ends then. */
const MAX_RUN_MS = 180_000;
/** How long a call waits for the approvals that it rests on. */
const EARLY_MS = 20_000;
/** For each failed attempt with a member, this device takes no call of it for so long. Below RETRY_AFTER_MS. */
const HOLD_OFF_MS = 3_000;
const MAX_HOLD_OFF_MS = 30_000;

type Message<T extends CeremonyMessage['t']> = Extract<CeremonyMessage, { t: T }>;

interface Run {
  readonly proposal: string;
  readonly startedAt: number;
  readonly abort: AbortController;
  readonly signers: readonly number[];
  readonly request: Uint8Array;
  /** Whether this device began it. */
  readonly initiator: boolean;
  stage: string | undefined;
  committed: boolean;
  /** A signer answered that it is busy. */
  busy: boolean;
}

/** Attempts with a member that failed. */
interface Strikes {
  readonly count: number;
  readonly last: number;
}

interface Standing {
  /** Begun by this device. */
  attempts: number;
  /** Answers that a signer is busy. */
  busy: number;
  /** A person stopped it on this device: nothing is joined before a person starts it again. */
  stopped: boolean;
  /** By the number of the member. One that fails is asked last, or it could hold a payment up for ever. */
  readonly strikes: Map<number, Strikes>;
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
  /** Judged anew, at this moment. */
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
  /** The last call of a member, where its approvals are not here yet. */
  readonly #early = new Map<DeviceId, { readonly call: Message<'sign'>; readonly until: number }>();
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
    if (standing?.stopped === true) {
      return 'Signing was stopped on this device. A person has to start it again.';
    }
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

  /** Whether more approvals would help one that has enough: its approvers are away, or failed to sign it. */
  lacksSigners(judged: Judged): boolean {
    if (judged.status !== 'approved') return false;
    const failed = judged.proposal.attempts.some(({ aborted }) => aborted.length > 0);
    return failed || this.#signers(judged) === undefined;
  }

  /** Begins whatever can be begun now. */
  consider(): void {
    if (this.#life.stopped) return;
    this.#tick?.();
    this.#tick = undefined;
    if (this.#run !== undefined) {
      this.#stopIfForbidden(this.#run);
      return;
    }
    if (this.#port.kid() === undefined) return;
    this.#joinEarly();
    if (this.isRunning) return;
    const now = this.#life.now();
    let next = Infinity;
    for (const judged of this.#port.all()) {
      const at = this.#considerOne(judged, now);
      if (at === undefined) continue;
      if (at <= now) {
        this.#begin(judged.proposal.id);
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
  async retry(proposal: string): Promise<void> {
    const judged = this.#port.judged(proposal);
    const kid = this.#port.kid();
    if (judged !== undefined && kid !== undefined) {
      for (const [index, { kind }] of await this.#pairProblems(kid, this.#approvers(judged))) {
        if (kind === 'refused') await this.#port.ceremonies.allowPeer(kid, index);
      }
    }
    this.#standing.delete(proposal);
    this.consider();
    this.#port.changed();
  }

  /** Ends the attempt under way; after the last round has left, it goes on to its end. */
  cancel(proposal: string): void {
    if (this.#run?.proposal !== proposal) return;
    this.#standingOf(proposal).stopped = true;
    this.#run.abort.abort();
  }

  receive(from: DeviceId, message: Message<'sign' | 'busy'>): void {
    if (this.#life.stopped) return;
    if (message.t === 'busy') {
      this.#takeBusy(from, message);
      return;
    }
    const sender = message.signers.find((index) => this.#device(index) === from);
    if (sender === undefined || this.#join(from, sender, message)) return;
    this.#early.set(from, { call: message, until: this.#life.now() + EARLY_MS });
  }

  /** The other device is in another ceremony: this attempt cannot succeed. */
  #takeBusy(from: DeviceId, { request }: Message<'busy'>): void {
    const run = this.#run;
    if (run === undefined || toHex(run.request) !== toHex(request)) return;
    const index = run.signers.find((signer) => this.#device(signer) === from);
    if (index === undefined || run.committed) return;
    const standing = this.#standingOf(run.proposal);
    if (run.initiator) standing.attempts -= 1;
    standing.busy += 1;
    this.#strike(standing, [index]);
    run.busy = true;
    run.abort.abort();
  }

  /** Joins what another member began; `false`: the proposal may not be signed as far as is known here yet. */
  #join(from: DeviceId, sender: number, { proposal, request, signers }: Message<'sign'>): boolean {
    const judged = this.#port.judged(toHex(proposal));
    if (judged === undefined || !this.#mayJoin(judged, signers)) return false;
    if (this.#port.routes.isOpen(request)) return true;
    if (this.#run !== undefined || this.#holdsOff(judged.proposal.id, sender)) {
      this.#port.tell(from, { t: 'busy', vault: this.#port.vaultId, request });
      return true;
    }
    this.#sign(judged, signers, request, false);
    return true;
  }

  /** Calls that came before the approvals did. */
  #joinEarly(): void {
    for (const [from, { call, until }] of this.#early) {
      const sender = call.signers.find((index) => this.#device(index) === from);
      const over = sender === undefined || this.#life.now() > until;
      if (over || this.#join(from, sender, call)) this.#early.delete(from);
    }
  }

  /** A rejection, a withdrawal or an approval of something else came in: it ends what has not left yet. */
  #stopIfForbidden(run: Run): void {
    if (run.committed) return;
    const judged = this.#port.all().find(({ proposal }) => proposal.id === run.proposal);
    if (judged === undefined || !this.#mayJoin(judged, run.signers)) run.abort.abort();
  }

  #holdsOff(proposal: string, member: number): boolean {
    const standing = this.#standing.get(proposal);
    if (standing?.stopped === true) return true;
    const strikes = standing?.strikes.get(member);
    if (strikes === undefined) return false;
    const wait = Math.min(MAX_HOLD_OFF_MS, HOLD_OFF_MS * strikes.count);
    return this.#life.now() < strikes.last + wait;
  }

  #strike({ strikes }: Standing, members: readonly number[]): void {
    for (const index of members) {
      const count = (strikes.get(index)?.count ?? 0) + 1;
      strikes.set(index, { count, last: this.#life.now() });
    }
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
    const givenUp = standing.stopped || standing.attempts >= MAX_AUTOMATIC_ATTEMPTS;
    if (signers?.includes(self) !== true || givenUp) {
      standing.ready = undefined;
      return undefined;
    }
    const key = signers.join();
    if (standing.ready?.key !== key) standing.ready = { key, since: now };
    const turn = signers.indexOf(self) * STEP_IN_AFTER_MS;
    return Math.max(standing.notBefore, standing.ready.since + turn);
  }

  /**
   * Of the approvers that are there, those with whom the fewest attempts failed, then the smallest numbers;
   * ascending. `undefined` when they are too few.
   */
  #signers(judged: Judged): number[] | undefined {
    if (!this.#mayBeSigned(judged)) return undefined;
    const { threshold } = this.#port.founding;
    const there = this.#approvers(judged).filter((index) => this.#isThere(index));
    if (there.length < threshold) return undefined;
    const strikes = this.#standing.get(judged.proposal.id)?.strikes;
    const failed = (index: number): number => strikes?.get(index)?.count ?? 0;
    return [...there]
      .sort((a, b) => (failed(a) === failed(b) ? a - b : failed(a) - failed(b)))
      .slice(0, threshold)
      .sort((a, b) => a - b);
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

  #begin(id: string): void {
    const judged = this.#port.judged(id);
    const signers = judged && this.#signers(judged);
    if (judged === undefined || signers === undefined) return;
    const request = this.#port.random(16);
    const { proposal } = judged;
    this.#standingOf(id).attempts += 1;
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
    this.#sign(judged, signers, request, true);
  }

  #sign(judged: Judged, signers: readonly number[], request: Uint8Array, initiator: boolean): void {
    const run: Run = {
      proposal: judged.proposal.id,
      startedAt: this.#life.now(),
      abort: new AbortController(),
      signers,
      request,
      initiator,
      stage: undefined,
      committed: false,
      busy: false,
    };
    this.#run = run;
    this.#standingOf(run.proposal).problem = undefined;
    this.#port.changed();
    this.#perform(judged, run).then(
      () => {
        this.#ended();
      },
      (error: unknown) => {
        if (!this.#life.stopped) this.#port.report(problemOf(error));
        this.#ended();
      },
    );
  }

  #ended(): void {
    this.#run = undefined;
    if (this.#life.stopped) return;
    this.#port.changed();
    this.consider();
  }

  async #perform(judged: Judged, run: Run): Promise<void> {
    const { verdict, account } = judged;
    const { proposal: id, request, signers, initiator } = run;
    const kid = this.#port.kid();
    if (kid === undefined || verdict.kind !== 'authorised') return;
    const attempt = { proposal: fromHex(id), attempt: request };
    const { link, release } = this.#port.routes.open(
      request,
      this.#links(signers),
      IDLE_TIMEOUT_MS,
    );
    const cancelDeadline = this.#life.after(MAX_RUN_MS, () => {
      link.close(tooLong());
    });
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
          items: [{ request: verdict.request, paths: [[...account.path]] }],
        },
        link,
        {
          onStage: (stage) => {
            run.stage = stage;
            this.#port.changed();
          },
          signal: run.abort.signal,
          onCommitted: async () => {
            // The last moment to say no: nothing of the last round has left.
            const last = run.abort.signal.aborted ? undefined : this.#port.judged(id);
            if (last === undefined || !this.#mayJoin(last, signers)) throw stoppedInTime();
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
      if (!this.#life.stopped) await this.#failed(run, error);
    } finally {
      cancelDeadline();
      release();
    }
  }

  async #failed(run: Run, error: unknown): Promise<void> {
    const standing = this.#standingOf(run.proposal);
    // Not of this attempt alone: what an earlier one left behind still counts.
    const maybe = run.committed || this.#port.judged(run.proposal)?.proposal.maybeSigned === true;
    standing.problem = signingProblem(error, this.#port.founding, maybe);
    const tries = Math.max(1, standing.attempts);
    const wait = run.busy
      ? Math.min(MAX_BUSY_MS, RETRY_AFTER_MS * standing.busy)
      : RETRY_AFTER_MS * tries;
    standing.notBefore = this.#life.now() + wait;
    standing.ready = undefined;
    await this.#explainPairs(run, standing);
    const failure = error instanceof CeremonyError ? error.failure : undefined;
    if (!run.abort.signal.aborted) this.#strike(standing, this.#toBlame(run, failure));
    if (!run.initiator) return;
    await this.#port.append({
      type: 'signing-aborted',
      data: {
        proposal: fromHex(run.proposal),
        attempt: run.request,
        abortClass: failure?.abortClass ?? 'A',
        culprit: failure?.culprit ?? null,
        reason: standing.problem.title.slice(0, 200),
      },
    });
  }

  /** What stands between this device and others of the signers, by their numbers. */
  async #pairProblems(kid: string, signers: readonly number[]): Promise<Map<number, PairProblem>> {
    const problems = new Map<number, PairProblem>();
    for (const index of signers) {
      if (index === this.#selfIndex()) continue;
      const problem = await this.#port.ceremonies.pairProblem(kid, index);
      if (problem !== undefined) problems.set(index, problem);
    }
    return problems;
  }

  /** Trying again by itself is of no use where a person has to decide first. */
  async #explainPairs({ signers }: Run, standing: Standing): Promise<void> {
    const kid = this.#port.kid();
    if (kid === undefined || standing.problem === undefined) return;
    const problems = await this.#pairProblems(kid, signers);
    const [first] = problems.values();
    if (first === undefined) return;
    const names = [...problems.keys()].flatMap((index) => this.#member(index)?.name ?? []);
    standing.stopped = true;
    standing.problem = {
      ...standing.problem,
      code: `wallet/pair-${first.kind}`,
      title: `This device does not sign together with ${names.join(' and ')} any more`,
      next:
        first.kind === 'refused'
          ? 'What came from there could not be right. Start signing again only if you trust that device: that allows it anew.'
          : 'What the two share was given up after a message that may have been an attack. Let another device approve instead.',
    };
  }

  /** Members that an attempt failed with: those that are named, or else every other signer. */
  #toBlame({ signers }: Run, failure: CeremonyError['failure'] | undefined): readonly number[] {
    const culprit = failure?.culprit;
    const named = [...(failure?.missing ?? []), ...(culprit === undefined ? [] : [culprit])];
    return named.length > 0 ? named : signers.filter((index) => index !== this.#selfIndex());
  }

  #standingOf(proposal: string): Standing {
    const known = this.#standing.get(proposal);
    if (known !== undefined) return known;
    const fresh: Standing = {
      attempts: 0,
      busy: 0,
      stopped: false,
      strikes: new Map(),
      notBefore: 0,
      problem: undefined,
      ready: undefined,
    };
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

const STOPPED_IN_TIME = 'ceremonies/stopped-in-time';

/** Nothing of the last round left, whatever the host wrote down before. */
const stoppedInTime = (): CeremonyError =>
  new CeremonyError({
    code: STOPPED_IN_TIME,
    message: 'It was rejected, withdrawn or stopped while the devices were signing.',
  });

const tooLong = (): CeremonyError =>
  new CeremonyError({
    code: 'ceremonies/too-long',
    message: 'The other devices sent messages but did not get on.',
  });

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
  const maybe =
    committed || (failure?.remains === 'maybe-signed' && failure.code !== STOPPED_IN_TIME);
  return {
    code: problem.code,
    title,
    meaning: maybe
      ? 'A signature of this payment may exist on another device, so it may still be sent.'
      : 'This device did not sign.',
    next: maybe
      ? 'Sign again: it can only become the same payment. Do not propose it anew with another nonce.'
      : 'It is tried again when the approvers are online.',
  };
}
