/**
 * Signing approved proposals. It starts by itself once enough approvers are online: the one with the
 * smallest number begins, the others join after they have judged the proposal anew. An attempt that fails
 * starts over with fresh nonces, over the same bytes; one signature per proposal, whatever happens.
 */
import { CeremonyError, type Signature, type SignHooks } from '../../ceremonies/index.ts';
import { signingPathsOf } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import type { DeviceId } from '../../network/index.ts';
import { fromHex } from '../ids.ts';
import { problemOf } from '../problems.ts';
import type { CeremonyView, Problem } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';
import { EarlyCalls } from './early-calls.ts';
import type { Judged } from './judge.ts';
import { Lifetime } from './port.ts';
import { Signers } from './signers.ts';
import {
  pairedProblem,
  pairProblems,
  signingProblem,
  stoppedInTime,
  toBlame,
  tooLong,
} from './signing-problems.ts';
import type { SigningPort } from './signing-port.ts';
import { sessionsOf, viewOf, type Run } from './signing-run.ts';
import { hasGivenUp, Standings, type Standing } from './standings.ts';

/** A session that is kept alive without getting on ends then. */
const MAX_SESSION_MS = 180_000;

type Message<T extends CeremonyMessage['t']> = Extract<CeremonyMessage, { t: T }>;

export class Signing {
  readonly #port: SigningPort;
  readonly #life: Lifetime;
  readonly #signers: Signers;
  readonly #standings = new Standings();
  readonly #early = new EarlyCalls();
  #run: Run | undefined;
  #tick: (() => void) | undefined;

  constructor(port: SigningPort) {
    this.#port = port;
    this.#life = new Lifetime(port.clock);
    this.#signers = new Signers(port);
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** The ceremony of a proposal, while it runs on this device. */
  ceremony(proposal: string): CeremonyView | undefined {
    const run = this.#run;
    if (run?.proposal !== proposal) return undefined;
    return viewOf(run);
  }

  problem(proposal: string): Problem | undefined {
    return this.#standings.get(proposal)?.problem;
  }

  /** What an approved proposal waits for, in words. */
  waitingFor(judged: Judged): string | undefined {
    if (judged.status !== 'approved') return undefined;
    if (judged.sawSomethingElse.size > 0) {
      return 'Signing is stopped: the devices did not show the same.';
    }
    const standing = this.#standings.get(judged.proposal.id);
    if (standing?.stopped === true) {
      return 'Signing was stopped on this device. A person has to start it again.';
    }
    if (standing !== undefined && hasGivenUp(standing)) {
      return 'Signing failed several times. A person has to start it again.';
    }
    return this.#choose(judged) === undefined ? this.#signers.lacking(judged) : 'Signing begins.';
  }

  /** Whether more approvals would help one that has enough: its approvers are away, or failed to sign it. */
  lacksSigners(judged: Judged): boolean {
    if (judged.status !== 'approved') return false;
    const failed = judged.proposal.attempts.some(({ aborted }) => aborted.length > 0);
    return failed || this.#choose(judged) === undefined;
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
    if (this.#port.isPairing()) return;
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
    const kid = judged && this.#port.kid(judged.request);
    if (judged !== undefined && kid !== undefined) {
      const { ceremonies } = this.#port;
      const others = this.#signers.others(this.#signers.approvers(judged)).keys();
      for (const [index, { kind }] of await pairProblems(ceremonies, kid, others)) {
        if (kind === 'refused') await ceremonies.allowPeer(kid, index);
      }
    }
    this.#standings.forget(proposal);
    this.consider();
    this.#port.changed();
  }

  /** Two devices can sign together again: what waited for that goes on, unless a person stopped it. */
  mended(): void {
    this.#standings.forgive();
    this.consider();
    this.#port.changed();
  }

  /** Ends the attempt under way; after the last round has left, it goes on to its end. */
  cancel(proposal: string): void {
    if (this.#run?.proposal !== proposal) return;
    this.#standings.of(proposal).stopped = true;
    this.#run.abort.abort();
  }

  receive(from: DeviceId, message: Message<'sign' | 'busy'>): void {
    if (this.#life.stopped) return;
    if (message.t === 'busy') this.#takeBusy(from, message);
    else this.#takeCall(from, message);
  }

  #takeCall(from: DeviceId, message: Message<'sign'>): void {
    const sender = this.#signers.sender(message.signers, from);
    if (sender === undefined || this.#join(from, sender, message)) return;
    this.#early.keep(from, message, this.#life.now());
  }

  /** The other device is in another ceremony: this attempt cannot succeed. */
  #takeBusy(from: DeviceId, { request }: Message<'busy'>): void {
    const run = this.#run;
    if (run === undefined || toHex(run.request) !== toHex(request)) return;
    const index = this.#signers.sender(run.signers, from);
    if (index === undefined || run.committed) return;
    const standing = this.#standings.of(run.proposal);
    if (run.initiator) standing.attempts -= 1;
    standing.busy += 1;
    this.#standings.strike(run.proposal, [index], this.#life.now());
    run.busy = true;
    run.abort.abort();
  }

  /** Joins what another member began; `false`: the proposal may not be signed as far as is known here yet. */
  #join(from: DeviceId, sender: number, { proposal, request, signers }: Message<'sign'>): boolean {
    const judged = this.#port.judged(toHex(proposal));
    if (judged === undefined || !this.#signers.mayJoin(judged, signers)) return false;
    if (this.#port.routes.isOpen(request)) return true;
    if (this.#isKept(judged, sender, signers)) {
      this.#port.tell(from, { t: 'busy', vault: this.#port.vaultId, request });
      return true;
    }
    this.#sign(judged, signers, request, false);
    return true;
  }

  /** Whether this device cannot join now. */
  #isKept(judged: Judged, sender: number, signers: readonly number[]): boolean {
    return (
      this.#run !== undefined ||
      this.#port.isPairing() ||
      signers.some((index) => this.#signers.isUnpaired(index, judged)) ||
      this.#standings.holdsOff(judged.proposal.id, sender, this.#life.now())
    );
  }

  /** Calls that came before the approvals did. */
  #joinEarly(): void {
    this.#early.take(this.#life.now(), (from, call) => {
      const sender = this.#signers.sender(call.signers, from);
      return sender === undefined || this.#join(from, sender, call);
    });
  }

  /** A rejection, a withdrawal or an approval of something else came in: it ends what has not left yet. */
  #stopIfForbidden(run: Run): void {
    if (run.committed) return;
    const judged = this.#port.all().find(({ proposal }) => proposal.id === run.proposal);
    if (judged === undefined || !this.#signers.mayJoin(judged, run.signers)) run.abort.abort();
  }

  stop(): void {
    this.#life.stop();
    this.#run?.abort.abort();
  }

  /** When this device should begin signing, or `undefined` when it should not. */
  #considerOne(judged: Judged, now: number): number | undefined {
    const { id } = judged.proposal;
    return this.#standings.turn(id, this.#choose(judged), this.#signers.self, now);
  }

  #choose(judged: Judged): number[] | undefined {
    const { id } = judged.proposal;
    if (this.#port.kid(judged.request) === undefined) return undefined;
    return this.#signers.choose(judged, (index) => this.#standings.failed(id, index));
  }

  #begin(id: string): void {
    const judged = this.#port.judged(id);
    const signers = judged && this.#choose(judged);
    if (judged === undefined || signers === undefined) return;
    const request = this.#port.random(16);
    const { proposal } = judged;
    this.#standings.of(id).attempts += 1;
    for (const device of this.#signers.others(signers).values()) {
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
    const { account } = judged;
    const run: Run = {
      proposal: judged.proposal.id,
      startedAt: this.#life.now(),
      abort: new AbortController(),
      signers,
      taproot: judged.request.kind === 'bitcoin' && judged.request.key.kind === 'p2tr',
      request,
      initiator,
      paths: signingPathsOf(judged.request, account.chain === 'evm' ? account.path : []),
      batch: 0,
      stage: undefined,
      committed: false,
      busy: false,
    };
    this.#run = run;
    this.#standings.of(run.proposal).problem = undefined;
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
    this.#port.idle();
    this.consider();
  }

  async #perform(judged: Judged, run: Run): Promise<void> {
    const { proposal: id, request, signers, initiator } = run;
    const kid = this.#port.kid(judged.request);
    if (kid === undefined || judged.verdict.kind !== 'authorised') return;
    const attempt = { proposal: fromHex(id), attempt: request };
    const sessions = sessionsOf(run, this.#signers.others(signers), this.#port.routes);
    try {
      if (initiator) {
        await this.#port.append({
          type: 'signing-started',
          data: { ...attempt, signers: [...signers] },
        });
      }
      const items = [
        { request: judged.verdict.request, paths: run.paths.map((path) => [...path]) },
      ];
      const signatures: Signature[] = [];
      for (const [batch, { requestId, link }] of sessions.entries()) {
        run.batch = batch;
        run.stage = undefined;
        const asked = { kid, requestId, signers, items, batch };
        const cancelDeadline = this.#life.after(MAX_SESSION_MS, () => {
          link.close(tooLong());
        });
        try {
          const hooks = this.#hooks(run, attempt);
          signatures.push(...(await this.#port.ceremonies.sign(asked, link, hooks)));
        } finally {
          cancelDeadline();
        }
      }
      if (!this.#life.stopped) {
        await this.#port.append({
          type: 'signed',
          data: {
            proposal: attempt.proposal,
            signatures: signatures.map(({ signature, recovery }) => ({ signature, recovery })),
          },
        });
        this.#port.signed(id, initiator);
      }
    } catch (error) {
      if (!this.#life.stopped) await this.#failed(run, error);
    } finally {
      for (const { release } of sessions) release();
    }
  }

  #hooks(
    run: Run,
    attempt: { readonly proposal: Uint8Array; readonly attempt: Uint8Array },
  ): SignHooks {
    return {
      onStage: (stage) => {
        run.stage = stage;
        this.#port.changed();
      },
      signal: run.abort.signal,
      onCommitted: async () => {
        // Of several sessions the first counts: from there on the run goes to its end.
        if (run.committed) return;
        // The last moment to say no: nothing of the last round has left.
        const last = run.abort.signal.aborted ? undefined : this.#port.judged(run.proposal);
        if (last === undefined || !this.#signers.mayJoin(last, run.signers)) throw stoppedInTime();
        run.committed = true;
        await this.#port.append({ type: 'signing-committed', data: attempt });
      },
    };
  }

  async #failed(run: Run, error: unknown): Promise<void> {
    const standing = this.#standings.of(run.proposal);
    // Not of this attempt alone: what an earlier one left behind still counts.
    const maybe = run.committed || this.#port.judged(run.proposal)?.proposal.maybeSigned === true;
    const problem = signingProblem(error, (members) => this.#signers.names(members), maybe);
    standing.problem = problem;
    this.#standings.postpone(run.proposal, run.busy, this.#life.now());
    await this.#explainPairs(run, standing, problem);
    const failure = error instanceof CeremonyError ? error.failure : undefined;
    if (!run.abort.signal.aborted) {
      const others = [...this.#signers.others(run.signers).keys()];
      this.#standings.strike(run.proposal, toBlame(failure, others), this.#life.now());
    }
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

  /** Trying again by itself is of no use where a person has to decide first. */
  async #explainPairs(
    { signers, proposal }: Run,
    standing: Standing,
    problem: Problem,
  ): Promise<void> {
    const judged = this.#port.judged(proposal);
    const kid = judged && this.#port.kid(judged.request);
    if (kid === undefined) return;
    const others = this.#signers.others(signers).keys();
    const problems = await pairProblems(this.#port.ceremonies, kid, others);
    await this.#port.lookAtPairs();
    if (problems.size === 0) return;
    const refused = [...problems].filter(([, { kind }]) => kind === 'refused');
    const kind = refused.length > 0 ? 'refused' : 'set-up-needed';
    const members = refused.length > 0 ? refused.map(([index]) => index) : problems.keys();
    standing.problem = pairedProblem(problem, kind, this.#signers.names(members));
    // Whoever must be set up again is not chosen before: no person has to start that signing again.
    standing.stopped ||= kind === 'refused';
  }
}
