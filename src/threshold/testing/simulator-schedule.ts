/** What can happen next in a simulation: what devices wait for, packets on their way, planned crashes. */
import { pick } from './seeded.ts';
import type { Run, SimDevice } from './simulator-run.ts';

export interface SimEvent {
  readonly device: SimDevice;
  readonly what: string;
  readonly run: () => void;
}

/** What a device awaits. */
export type Effect = 'count' | 'sign' | 'write' | 'send' | 'accept' | 'delete';

export class Schedule {
  readonly #run: Run;
  #events: SimEvent[] = [];
  #flying: SimEvent[] = [];
  #withheld: SimEvent[] = [];
  #planned: { readonly device: SimDevice; readonly point: number }[] = [];

  constructor(run: Run) {
    this.#run = run;
  }

  /** Whether something can happen without a crash, a time-out or a person. */
  get busy(): boolean {
    return this.#events.length + this.#flying.length > 0;
  }

  /** Makes a device crash right before its event number `point`. */
  plan(device: SimDevice, point: number): void {
    this.#planned.push({ device, point });
  }

  /** Planned crashes that have not happened. */
  get crashesAhead(): number {
    return this.#planned.length;
  }

  cancelCrashes(): void {
    this.#planned = [];
  }

  /**
   * What a device awaits: one event for its effect and, where the effect outlives the device's memory, one
   * for the device to notice it, so that a crash can come between.
   */
  async await<T>(device: SimDevice, what: Effect, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (run: () => void): void => {
        if (what === 'count' || what === 'sign') run();
        else this.#events.push({ device, what: `${what}, done`, run });
      };
      const run = (): void => {
        try {
          const value = effect();
          done(() => {
            resolve(value);
          });
        } catch (error) {
          done(() => {
            reject(error instanceof Error ? error : new Error('failed'));
          });
        }
      };
      this.#events.push({ device, what, run });
    });
  }

  /** Forgets what a device waits for. Packets on their way to it are not lost. */
  forget(device: SimDevice): void {
    this.#events = this.#events.filter((event) => event.device !== device);
  }

  fly(packet: SimEvent): void {
    this.#flying.push(packet);
  }

  withhold(packet: SimEvent): void {
    this.#withheld.push(packet);
  }

  /** A packet that was held back arrives after all. */
  release(): void {
    const [packet] = this.#withheld.splice(
      pick(this.#run.random, Math.max(1, this.#withheld.length)),
      1,
    );
    if (packet !== undefined) this.fly(packet);
  }

  /** Loses, or repeats, one packet on its way. */
  disturb(how: 'lose' | 'repeat'): void {
    const at = pick(this.#run.random, Math.max(1, this.#flying.length));
    const packet = this.#flying[at];
    if (packet === undefined) return;
    if (how === 'lose') this.#flying.splice(at, 1);
    else this.#flying.push(packet);
  }

  /**
   * Lets the next event happen, oldest first, or any.
   *
   * @param crash what happens instead where the device crashes right before
   */
  next(order: 'oldest' | 'any', crash: (device: SimDevice) => void): void {
    const { random } = this.#run;
    const queue =
      this.#events.length > 0 && (order === 'oldest' || pick(random, 2) === 0)
        ? this.#events
        : this.#flying;
    const source = queue.length > 0 ? queue : this.#events;
    const at = order === 'oldest' ? 0 : pick(random, Math.max(1, source.length));
    const [event] = source.splice(at, 1);
    if (event === undefined) return;
    const { device } = event;
    if (!device.up) return;
    if (this.#crashes(event)) {
      crash(device);
      return;
    }
    device.points += 1;
    event.run();
  }

  /** Whether the device of an event crashes right before it. */
  #crashes({ device, what }: SimEvent): boolean {
    const planned = this.#planned.find((one) => one.device === device);
    if (planned?.point === device.points) {
      this.#planned = this.#planned.filter((one) => one !== planned);
      this.#run.note(`before: ${what}`);
      return true;
    }
    return this.#run.faulty && /^(?:write|accept|delete)/.test(what) && this.#run.oneIn(12);
  }
}
