/**
 * One key of a vault: made once by all members together, and found again when a device crashed on the
 * way. A vault has one for threshold ECDSA, and one of FROST where it wants Bitcoin Taproot. No key is
 * usable before every member confirmed it (specification section 8, addendum H4).
 *
 * Member 1 starts key generation, when all are online and nobody's confirmed share may still become the
 * key: a share that all members confirmed is completed instead of making another key.
 */
import { concat, equalBytes, toHex } from '../../codec.ts';
import { stageView, type Confirm, type KeySuite, type KeySummary } from '../../ceremonies/index.ts';
import type { CertificateClaim, Founding } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { decodeCertificate, verifyKeygenCertificate } from '../../threshold/index.ts';
import { fromHex } from '../ids.ts';
import { deviceIdOf } from '../peers.ts';
import { problemOf } from '../problems.ts';
import type { CeremonyView, Problem } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';
import { isOfMembers, requestPrefix } from './key-owner.ts';
import { keygenProblem, left, twoKeys } from './key-problems.ts';
import { Lifetime, type SessionPort } from './port.ts';

/** A slow phone's longest step has to fit. */
const IDLE_TIMEOUT_MS = 120_000;
const RETRY_AFTER_MS = 5_000;
const MAX_AUTOMATIC_ATTEMPTS = 3;
/** Keys in one message, as `wire.ts` limits them. */
const MAX_CONFIRMS = 16;

type Message<T extends CeremonyMessage['t']> = Extract<CeremonyMessage, { t: T }>;

interface Run {
  readonly request: Uint8Array;
  readonly startedAt: number;
  readonly abort: AbortController;
  /** Ends it, whatever it may leave behind: a member is not in it any more. */
  readonly leave: (member: string) => void;
  stage: string | undefined;
}

export interface KeyPort extends SessionPort {
  readonly vaultId: Uint8Array;
  readonly founding: Founding;
  readonly suite: KeySuite;
  /** Whether the vault is to have this key. */
  wanted(): boolean;
  /** Puts the certificate into the journal, for members that missed the end. */
  certified(suite: string, certificate: Uint8Array): Promise<void>;
  /** The key became active. */
  active(): void;
}

export class VaultKey {
  readonly #port: KeyPort;
  readonly #life: Lifetime;
  /** Kids that a member says it confirmed; absent: it did not say yet. */
  readonly #standing = new Map<DeviceId, ReadonlySet<string>>();
  readonly #judged = new Set<string>();
  #keys: readonly KeySummary[] = [];
  #run: Run | undefined;
  #attempts = 0;
  #announced = false;
  /** The last request that this device said it is not in. */
  #declined: Uint8Array | undefined;
  #waiting = false;
  #problem: Problem | undefined;
  /** One after the other: two keys that become complete at once must not both become the vault's. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(port: KeyPort) {
    this.#port = port;
    this.#life = new Lifetime(port.clock);
  }

  /** Reads what this device holds. Call once, before anything else. */
  async load(): Promise<void> {
    const keys = await this.#port.ceremonies.keys();
    const before = this.active;
    this.#keys = keys.filter((key) => this.#belongs(key));
    if (this.active !== undefined && before === undefined) this.#port.active();
  }

  /** The usable key. */
  get active(): KeySummary | undefined {
    return this.#keys.find(({ state }) => state === 'active');
  }

  get problem(): Problem | undefined {
    return this.#problem;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** The ceremony under way. */
  get ceremony(): CeremonyView | undefined {
    const run = this.#run;
    if (run === undefined) return undefined;
    return {
      ...stageView('keygen', run.stage),
      startedAt: run.startedAt,
      cancellable: true,
    };
  }

  /** The certificate of the active key, for the journal. */
  async certificate(): Promise<Uint8Array | undefined> {
    const { active } = this;
    return active === undefined ? undefined : this.#port.ceremonies.certificate(active.kid);
  }

  /** Looks at certificates that members put into the journal. A wrong one is reported once. */
  async judge(claims: readonly CertificateClaim[]): Promise<void> {
    const own = claims.filter(({ suite }) => suite === this.#port.suite);
    return this.#alone(async () => this.#judge(own));
  }

  async #judge(claims: readonly CertificateClaim[]): Promise<void> {
    for (const { certificate, event } of claims) {
      if (this.#judged.has(event)) continue;
      this.#judged.add(event);
      if (this.active !== undefined) {
        this.#compare(this.active, certificate);
        continue;
      }
      try {
        await this.#port.ceremonies.acceptCertificate(certificate);
        await this.load();
      } catch (error) {
        this.#port.report(problemOf(error));
      }
    }
  }

  /** A vault has one key of a suite. A second one that everybody confirmed divides its devices. */
  #compare({ kid }: KeySummary, bytes: Uint8Array): void {
    try {
      const { info } = verifyKeygenCertificate(decodeCertificate(bytes));
      const isOther = info.suite === this.#port.suite && toHex(info.kid) !== kid;
      if (isOther && isOfMembers(info, this.#port.founding)) {
        this.#port.report(twoKeys(this.#port.suite));
      }
    } catch (error) {
      this.#port.report(problemOf(error));
    }
  }

  /** A member came online: tell it what this device confirmed. */
  async meet(device: DeviceId): Promise<void> {
    if (this.active !== undefined || !this.#port.wanted()) return;
    if (this.#run !== undefined) {
      // It may confirm a key any moment: what this device said of its keys now would be wrong then.
      this.#port.tell(device, {
        t: 'keygen-ask',
        vault: this.#port.vaultId,
        request: this.#run.request,
      });
      return;
    }
    this.#port.tell(device, await this.#confirms());
    this.consider();
  }

  async receive(
    from: DeviceId,
    message: Message<'confirms' | 'keygen' | 'keygen-ask' | 'busy'>,
  ): Promise<void> {
    switch (message.t) {
      case 'confirms':
        if (message.suite === this.#port.suite)
          await this.#alone(async () => this.#takeConfirms(from, message));
        return;
      case 'keygen':
        if (this.#isOwn(message.request)) await this.#takeStart(from, message);
        return;
      case 'keygen-ask':
        if (this.#isOwn(message.request)) this.#sayBusy(from, message.request);
        return;
      case 'busy':
        this.#takeBusy(from, message.request);
        return;
    }
  }

  /** Starts key generation if it is this device's turn and everyone is there. */
  consider(): void {
    const { founding, self } = this.#port;
    if (!this.#port.wanted()) return;
    this.#announce();
    if (this.active !== undefined || this.#run !== undefined || this.#waiting) return;
    const [first] = founding.members;
    if (first === undefined || deviceIdOf(first.identity) !== self) return;
    const others = this.#others();
    if (!others.every((device) => this.#port.isOnline(device) && this.#standing.has(device)))
      return;
    const mayBecome = this.#keys.some(({ kid }) =>
      others.every((device) => this.#standing.get(device)?.has(kid) === true),
    );
    if (mayBecome || this.#attempts >= MAX_AUTOMATIC_ATTEMPTS) return;
    const request = concat(requestPrefix(this.#port), this.#port.random(4));
    for (const device of others) {
      this.#port.tell(device, { t: 'keygen', vault: this.#port.vaultId, request });
    }
    void this.#generate(request);
  }

  /** The first time that this device knows of the key to be: those who are there know each other already. */
  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    for (const device of this.#others()) {
      if (this.#port.isOnline(device)) void this.meet(device);
    }
  }

  /** A person asks for another attempt. */
  retry(): void {
    this.#attempts = 0;
    this.#problem = undefined;
    this.#waiting = false;
    for (const device of this.#others()) void this.meet(device);
    this.consider();
  }

  cancel(): void {
    this.#run?.abort.abort();
  }

  stop(): void {
    this.#life.stop();
    this.#run?.abort.abort();
  }

  async #takeStart(from: DeviceId, { request }: Message<'keygen'>): Promise<void> {
    const [first] = this.#port.founding.members;
    if (first === undefined || deviceIdOf(first.identity) !== from) return;
    // The others were told that this device is not in it, and have left it.
    const declined = this.#declined !== undefined && equalBytes(this.#declined, request);
    if (declined || !this.#port.wanted() || this.active !== undefined || this.#run !== undefined) {
      this.#sayBusy(from, request);
    } else await this.#generate(request);
  }

  /** Never said of what this device is in, and nothing is joined that it was said of: it can be relied on. */
  #sayBusy(to: DeviceId, request: Uint8Array): void {
    if (this.#run !== undefined && equalBytes(this.#run.request, request)) return;
    this.#declined = request;
    this.#port.tell(to, { t: 'busy', vault: this.#port.vaultId, request });
  }

  /** A member is not in the key generation any more, as after a reload: there is nothing to wait for. */
  #takeBusy(from: DeviceId, request: Uint8Array): void {
    const run = this.#run;
    if (run === undefined || !equalBytes(run.request, request)) return;
    const member = this.#port.founding.members.find(
      ({ identity }) => deviceIdOf(identity) === from,
    );
    if (member !== undefined) run.leave(member.name);
  }

  async #generate(request: Uint8Array): Promise<void> {
    const { founding, self, ceremonies, routes } = this.#port;
    const changed = (): void => {
      this.#port.changed();
    };
    const others = new Map(
      founding.members
        .filter(({ identity }) => deviceIdOf(identity) !== self)
        .map(({ index, identity }) => [index, deviceIdOf(identity)]),
    );
    const { link, release } = routes.open(request, others, IDLE_TIMEOUT_MS);
    const run: Run = {
      request,
      startedAt: this.#life.now(),
      abort: new AbortController(),
      leave: (member) => {
        link.close(left(member));
      },
      stage: undefined,
    };
    this.#run = run;
    this.#attempts += 1;
    this.#problem = undefined;
    changed();
    try {
      const { certificate } = await ceremonies.keygen(
        {
          suite: this.#port.suite,
          requestId: request,
          threshold: founding.threshold,
          members: founding.members.map(({ index, identity }) => ({ index, identity })),
        },
        link,
        {
          onStage: (stage) => {
            run.stage = stage;
            changed();
          },
          signal: run.abort.signal,
        },
      );
      await this.#port.certified(this.#port.suite, certificate);
    } catch (error) {
      if (!this.#life.stopped) this.#problem = keygenProblem(error, this.#port);
    } finally {
      release();
      this.#run = undefined;
    }
    if (this.#life.stopped) return;
    await this.load();
    this.#standing.clear();
    if (this.active === undefined) await this.#afterFailure();
    changed();
  }

  /** Tells everyone what this device confirmed, and lets a little time pass before the next attempt. */
  async #afterFailure(): Promise<void> {
    const confirms = await this.#confirms();
    for (const device of this.#others()) this.#port.tell(device, confirms);
    this.#waiting = true;
    this.#life.after(RETRY_AFTER_MS, () => {
      this.#waiting = false;
      for (const device of this.#others()) void this.meet(device);
      this.consider();
    });
  }

  async #confirms(): Promise<CeremonyMessage> {
    const held = await Promise.all(
      this.#keys.slice(-MAX_CONFIRMS).map(async ({ kid }) => {
        const { index, signature } = await this.#port.ceremonies.confirm(kid);
        return { kid: fromHex(kid), index, signature };
      }),
    );
    const { suite, vaultId } = this.#port;
    return { t: 'confirms', vault: vaultId, suite, held };
  }

  async #takeConfirms(from: DeviceId, { held }: Message<'confirms'>): Promise<void> {
    // The key that is complete stays the vault's key, even if a later one could be completed, too.
    if (this.active !== undefined) return;
    this.#standing.set(from, new Set(held.map(({ kid }) => toHex(kid))));
    for (const { kid, index, signature } of held) {
      const mine = this.#keys.find((key) => key.kid === toHex(kid) && key.state === 'unfinished');
      if (mine === undefined) continue;
      const confirm: Confirm = { index, signature };
      const { state } = await this.#port.ceremonies.addConfirms(mine.kid, [confirm]);
      if (state !== 'active') continue;
      await this.load();
      const certificate = await this.certificate();
      if (certificate !== undefined) await this.#port.certified(this.#port.suite, certificate);
      this.#problem = undefined;
      break;
    }
    await this.#answer(from);
    this.#port.changed();
    this.consider();
  }

  /** The one who starts key generation asks by telling; the others do not, or it would never end. */
  async #answer(from: DeviceId): Promise<void> {
    const [first] = this.#port.founding.members;
    const asks = first !== undefined && deviceIdOf(first.identity) === from;
    if (asks) await this.meet(from);
  }

  async #alone<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#work.then(task);
    this.#work = done.catch(() => undefined); // the caller gets the error; the queue goes on
    return done;
  }

  #others(): DeviceId[] {
    return this.#port.founding.members
      .map(({ identity }) => deviceIdOf(identity))
      .filter((device) => device !== this.#port.self);
  }

  /** Whether a request is for this key, and not for another one of the vault. */
  #isOwn(request: Uint8Array): boolean {
    return equalBytes(request.slice(0, 12), requestPrefix(this.#port));
  }

  /** Two vaults of the same devices are told apart by the request that made their keys. */
  #belongs(key: KeySummary): boolean {
    const { suite, founding } = this.#port;
    return key.suite === suite && isOfMembers(key, founding) && this.#isOwn(key.requestId);
  }
}
