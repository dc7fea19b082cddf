/**
 * Setting up again what this device shares with another one for signing, after one of the two gave it up
 * (addendum A2). It runs only while the people of both devices agree: each device believes its own person
 * alone, and what the other one says is no more than a sign that it is ready. Of the two, the one with the
 * smaller number begins. An agreement is kept until a set-up is complete on both, or a person takes it back.
 */
import { CeremonyError, stageView } from '../../ceremonies/index.ts';
import { equalBytes, toHex } from '../../codec.ts';
import type { Founding } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { deviceIdOf } from '../peers.ts';
import { problemOf } from '../problems.ts';
import type { PairSetupView, Problem } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';
import {
  decodePairAgreement,
  encodePairAgreement,
  MAX_RUNS,
  recentRuns,
  type PairAgreement,
} from './pair-agreement.ts';
import {
  givenUp,
  noPairSetup,
  notAllowed,
  pairFailure,
  pairNews,
  pairProblem,
  tooOften,
} from './pair-words.ts';
import { isConcerned, isNeeded, newPair, standsOf, type Pair } from './pair.ts';
import { Lifetime, type SessionPort } from './port.ts';
import { tooLong } from './signing-problems.ts';

/** The slower one's longest step has to fit. */
const IDLE_TIMEOUT_MS = 30_000;
const MAX_RUN_MS = 180_000;
const RETRY_AFTER_MS = 4_000;
const MAX_BUSY_MS = 32_000;
/** In a row, after which a person has to agree again. */
const MAX_FAILURES = 3;
/** What a member said may have been lost: it is asked so often how it stands. */
const ASK_EVERY_MS = 30_000;
/** Whoever asks all the time is answered so often. */
const ANSWER_AGAIN_MS = 5_000;
/** Nothing left this device before this stage; state was stored after the next one at the earliest. */
const FIRST_STAGES: readonly (string | undefined)[] = [undefined, 'agree'];
const BEFORE_STORED: readonly (string | undefined)[] = [...FIRST_STAGES, 'open'];

type Message<T extends CeremonyMessage['t']> = Extract<CeremonyMessage, { t: T }>;

interface Run {
  readonly pair: Pair;
  readonly request: Uint8Array;
  /** Whether this device began it. */
  readonly initiator: boolean;
  readonly startedAt: number;
  readonly abort: AbortController;
  stage: string | undefined;
  /** The other one is in the middle of something else. */
  busy: boolean;
}

export interface PairPort extends SessionPort {
  readonly vaultId: Uint8Array;
  readonly founding: Founding;
  kid(): string | undefined;
  /** It uses the same shares: one at a time. */
  isSigning(): boolean;
  /** This device and another one can sign together again. */
  mended(): void;
  /** No set-up is under way any more. */
  idle(): void;
}

export class PairSetups {
  readonly #port: PairPort;
  readonly #life: Lifetime;
  readonly #vault: string;
  readonly #own: Founding['members'][number] | undefined;
  readonly #pairs: readonly Pair[];
  #run: Run | undefined;
  #tick: (() => void) | undefined;
  #asking: (() => void) | undefined;
  /** One write after the other: the last one is what is kept. */
  #writes: Promise<unknown> = Promise.resolve();

  constructor(port: PairPort) {
    this.#port = port;
    this.#life = new Lifetime(port.clock);
    this.#vault = toHex(port.vaultId);
    const { members } = port.founding;
    this.#own = members.find(({ identity }) => deviceIdOf(identity) === port.self);
    this.#pairs = members.filter((member) => member !== this.#own).map(newPair);
  }

  /** Reads what this device kept. Call once, before anything else. */
  async load(): Promise<void> {
    for (const { key, value } of await this.#port.storage.list(this.#bucket)) {
      const pair = this.#pairs.find(({ device }) => device === key);
      if (pair !== undefined) pair.agreement = decodePairAgreement(value);
    }
    await this.look();
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Whether this device cannot sign together with a member, as far as it knows. */
  isUnpaired(member: number): boolean {
    const pair = this.#pairs.find(({ index }) => index === member);
    return pair !== undefined && isConcerned(pair);
  }

  views(): PairSetupView[] {
    return this.#pairs.filter(isConcerned).map((pair) => ({
      vaultId: this.#vault,
      memberId: pair.device,
      name: pair.name,
      online: this.#port.isOnline(pair.device),
      mine: pair.agreement.mine,
      theirs: pair.theirs === 'agreed' || pair.theirs === 'declined' ? pair.theirs : 'undecided',
      problem: this.#problem(pair),
      failure: pair.failure,
      ceremony: this.#ceremony(pair),
    }));
  }

  /** Looks with whom this device shares nothing any more. */
  async look(): Promise<void> {
    const kid = this.#port.kid();
    if (kid === undefined || this.#life.stopped) return;
    for (const pair of this.#pairs) {
      const before = pair.needed;
      const problem = await this.#port.ceremonies.pairProblem(kid, pair.index);
      pair.needed = problem?.kind === 'set-up-needed';
      if (pair.needed && !before) this.#tell(pair, true);
    }
    this.#changed();
  }

  /** A member came online: each tells the other how it stands. */
  meet(device: DeviceId): void {
    const pair = this.#pairOf(device);
    if (pair !== undefined && isConcerned(pair)) this.#tell(pair, true);
    this.consider();
  }

  /** The person of this device agrees. @throws WalletError when it cannot be done now */
  async agree(member: string): Promise<void> {
    const pair = this.#concerned(member);
    const kid = this.#port.kid();
    if (kid === undefined) throw noPairSetup();
    const problem = await this.#port.ceremonies.pairProblem(kid, pair.index);
    if (problem?.kind === 'refused') throw notAllowed(pair.name);
    if (this.#isAtLimit(pair)) throw tooOften();
    pair.failures = 0;
    pair.failure = undefined;
    await this.#save(pair, { mine: 'agreed' });
    this.#tell(pair, true);
    this.#changed();
  }

  /** The person takes the agreement back, or declines to agree. */
  async end(member: string): Promise<void> {
    const pair = this.#concerned(member);
    const mine = pair.agreement.mine === 'agreed' ? 'undecided' : 'declined';
    await this.#save(pair, { mine });
    if (this.#run?.pair === pair) this.#run.abort.abort();
    this.#tell(pair, true);
    this.#changed();
  }

  async receive(from: DeviceId, message: Message<'pair' | 'pair-setup' | 'busy'>): Promise<void> {
    const pair = this.#pairOf(from);
    if (pair === undefined || this.#life.stopped || this.#port.kid() === undefined) return;
    switch (message.t) {
      case 'pair':
        await this.#takeStanding(pair, message);
        return;
      case 'pair-setup':
        this.#takeStart(pair, message.request);
        return;
      case 'busy':
        if (this.#run?.pair !== pair || !equalBytes(this.#run.request, message.request)) return;
        this.#run.busy = true;
        this.#run.abort.abort();
        return;
    }
  }

  /** Begins what can be begun now. */
  consider(): void {
    if (this.#life.stopped) return;
    this.#askLater();
    this.#tick?.();
    this.#tick = undefined;
    if (this.#run !== undefined || this.#port.isSigning()) return;
    const now = this.#life.now();
    const ready = this.#pairs.filter((pair) => this.#mayBegin(pair));
    const next = ready.find(({ notBefore }) => notBefore <= now);
    if (next !== undefined) {
      this.#start(next, this.#port.random(16), true);
    } else if (ready.length > 0) {
      const wait = Math.min(...ready.map(({ notBefore }) => notBefore)) - now;
      this.#tick = this.#life.after(wait, () => {
        this.consider();
      });
    }
  }

  stop(): void {
    this.#life.stop();
    this.#run?.abort.abort();
  }

  async #takeStanding(pair: Pair, { stands, last, ask }: Message<'pair'>): Promise<void> {
    const news = pair.theirs !== stands;
    pair.theirs = stands;
    const { open } = pair.agreement;
    const runs = this.#run?.pair === pair;
    if (!runs && open !== undefined && last !== null && equalBytes(open, last)) {
      // Its last message to this device was lost. What both stored is what they sign with.
      await this.#complete(pair, open);
    }
    if (ask && this.#life.now() - pair.toldAt >= ANSWER_AGAIN_MS) this.#tell(pair, false);
    if (news) this.#changed();
  }

  /** Joins what the other one begins, if this device's person agreed. */
  #takeStart(pair: Pair, request: Uint8Array): void {
    if (this.#port.routes.isOpen(request) || pair.index > (this.#own?.index ?? 0)) return;
    const willing = pair.agreement.mine === 'agreed' && !this.#isAtLimit(pair);
    if (willing && !this.isRunning && !this.#port.isSigning()) {
      this.#start(pair, request, false);
      return;
    }
    if (this.#life.now() - pair.busyAt < ANSWER_AGAIN_MS) return;
    pair.busyAt = this.#life.now();
    this.#port.tell(pair.device, { t: 'busy', vault: this.#port.vaultId, request });
    this.#tell(pair, false);
  }

  /** The smaller number of the two begins. */
  #mayBegin(pair: Pair): boolean {
    return (
      pair.agreement.mine === 'agreed' &&
      pair.theirs === 'agreed' &&
      pair.index > (this.#own?.index ?? Infinity) &&
      this.#port.kid() !== undefined &&
      this.#port.isOnline(pair.device)
    );
  }

  #start(pair: Pair, request: Uint8Array, initiator: boolean): void {
    const run: Run = {
      pair,
      request,
      initiator,
      startedAt: this.#life.now(),
      abort: new AbortController(),
      stage: undefined,
      busy: false,
    };
    this.#run = run;
    pair.failure = undefined;
    this.#port.changed();
    this.#perform(run)
      .catch((error: unknown) => {
        if (!this.#life.stopped) this.#port.report(problemOf(error));
      })
      .finally(() => {
        this.#run = undefined;
        if (this.#life.stopped) return;
        this.#changed();
        this.#port.idle();
      });
  }

  async #perform(run: Run): Promise<void> {
    const { pair, request } = run;
    const kid = this.#port.kid();
    if (kid === undefined) return;
    const { open, runs } = pair.agreement;
    const peers = new Map([[pair.index, pair.device]]);
    const { link, release } = this.#port.routes.open(request, peers, IDLE_TIMEOUT_MS);
    const cancelDeadline = this.#life.after(MAX_RUN_MS, () => {
      link.close(tooLong());
    });
    try {
      const now = this.#life.now();
      // From here on one of the two may hold what the other one does not.
      await this.#save(pair, { open: request, runs: [...recentRuns(pair.agreement, now), now] });
      if (run.initiator) {
        this.#port.tell(pair.device, { t: 'pair-setup', vault: this.#port.vaultId, request });
      }
      await this.#port.ceremonies.pairSetup(
        { kid, requestId: request, peer: pair.index, reason: 'ban-lifted' },
        link,
        {
          onStage: (stage) => {
            run.stage = stage;
            this.#port.changed();
          },
          signal: run.abort.signal,
        },
      );
    } catch (error) {
      if (this.#life.stopped) return;
      await this.#save(pair, {
        open: BEFORE_STORED.includes(run.stage) ? open : request,
        runs: FIRST_STAGES.includes(run.stage) ? runs : pair.agreement.runs,
      });
      await this.#failed(run, error);
      return;
    } finally {
      cancelDeadline();
      release();
    }
    if (!this.#life.stopped) await this.#complete(pair, request);
  }

  async #failed(run: Run, error: unknown): Promise<void> {
    const { pair, busy } = run;
    await this.look();
    if (busy) {
      pair.busy += 1;
      pair.notBefore = this.#life.now() + Math.min(MAX_BUSY_MS, RETRY_AFTER_MS * pair.busy);
      return;
    }
    if (run.abort.signal.aborted) return;
    pair.failures += 1;
    pair.notBefore = this.#life.now() + RETRY_AFTER_MS * pair.failures;
    const blamed = error instanceof CeremonyError && error.failure.culprit !== undefined;
    const limit = this.#isAtLimit(pair);
    const failure = limit ? tooOften().problem : pairFailure(error, pair.name);
    const over = blamed || limit || pair.failures >= MAX_FAILURES;
    pair.failure = over && !limit ? givenUp(failure) : failure;
    if (over && pair.agreement.mine === 'agreed') {
      await this.#save(pair, { mine: 'undecided' });
      this.#tell(pair, false);
    }
  }

  async #complete(pair: Pair, request: Uint8Array): Promise<void> {
    await this.#save(pair, { mine: 'undecided', open: undefined, last: request });
    pair.theirs = 'settled';
    pair.failures = 0;
    pair.busy = 0;
    pair.failure = undefined;
    await this.look();
    this.#tell(pair, false);
    this.#port.mended();
  }

  async #save(pair: Pair, change: Partial<PairAgreement>): Promise<void> {
    pair.agreement = { ...pair.agreement, ...change };
    const value = encodePairAgreement(pair.agreement);
    const bucket = this.#bucket;
    const write = this.#writes.then(async () =>
      this.#port.storage.write([{ kind: 'put', bucket, key: pair.device, value }]),
    );
    this.#writes = write.catch(() => undefined); // the caller gets the error
    return write;
  }

  #tell(pair: Pair, ask: boolean): void {
    pair.toldAt = this.#life.now();
    this.#port.tell(pair.device, {
      t: 'pair',
      vault: this.#port.vaultId,
      stands: standsOf(pair),
      last: pair.agreement.last ?? null,
      ask,
    });
  }

  /** Where something is open, both sides say again how they stand: a message may have been lost. */
  #askLater(): void {
    if (this.#asking !== undefined || !this.#pairs.some(isConcerned)) return;
    this.#asking = this.#life.after(ASK_EVERY_MS, () => {
      this.#asking = undefined;
      for (const pair of this.#pairs) {
        if (isConcerned(pair) && this.#port.isOnline(pair.device)) this.#tell(pair, true);
      }
      this.#askLater();
    });
  }

  #changed(): void {
    if (this.#life.stopped) return;
    for (const pair of this.#pairs) {
      if (!isConcerned(pair) || pair.noticed || pair.agreement.mine !== 'undecided') continue;
      pair.noticed = true;
      const key = `${this.#vault.slice(0, 8)}/${String(pair.index)}`;
      this.#port.report(pairNews(this.#problem(pair), key));
    }
    this.consider();
    this.#port.changed();
  }

  #problem(pair: Pair): Problem {
    return pairProblem(isNeeded(pair), this.#own?.name ?? '', pair.name);
  }

  #ceremony(pair: Pair): PairSetupView['ceremony'] {
    const run = this.#run;
    if (run?.pair !== pair) return undefined;
    return {
      ...stageView('pair-setup', run.stage),
      startedAt: run.startedAt,
      cancellable: true,
    };
  }

  #isAtLimit(pair: Pair): boolean {
    return recentRuns(pair.agreement, this.#life.now()).length >= MAX_RUNS;
  }

  #concerned(member: string): Pair {
    const pair = this.#pairs.find(({ device }) => device === member);
    if (pair === undefined || !isConcerned(pair)) throw noPairSetup();
    return pair;
  }

  #pairOf(device: DeviceId): Pair | undefined {
    return this.#pairs.find((pair) => pair.device === device);
  }

  get #bucket(): string {
    return `pairs/${this.#vault}`;
  }
}
