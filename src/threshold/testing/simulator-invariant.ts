/** The invariant of C1 (pitfall P-26): the key is not lost. */
import { toHex } from '../../codec.ts';
import { interpolates } from './interpolates.ts';
import type { Certificates } from './simulator-certificates.ts';
import type { Run, SimDevice, State } from './simulator-run.ts';

/** The invariant does not hold any more: the key is lost, or may be. */
export class KeyLost extends Error {
  constructor(what: string, trace: readonly string[]) {
    super(`${what}\n  ${trace.join('\n  ')}`);
    this.name = 'KeyLost';
  }
}

export class Invariant {
  readonly #run: Run;
  readonly #certificates: Certificates;
  /** Sets of holders that were found to have the secret between them. */
  readonly #interpolated = new Set<string>();
  #everActive = false;

  constructor(run: Run, certificates: Certificates) {
    this.#run = run;
    this.#certificates = certificates;
  }

  /** From here on there is a key that could be lost. */
  keyExists(): void {
    this.#everActive = true;
  }

  /**
   * At all times some set of honest parties can sign in a common epoch after exchanging certificates. Looked
   * at only where a durable state has changed.
   *
   * @throws KeyLost when not
   */
  check(honest: readonly SimDevice[]): void {
    if (!this.#run.changed) return;
    this.#run.changed = false;
    this.#run.tally.checks += 1;
    const states = this.#certificates.exchanged(honest);
    const groups = new Map<string, State['active'][]>();
    for (const { active, retired } of states) {
      if (active === undefined) continue;
      this.#everActive = true;
      if (retired) continue;
      const kid = toHex(active.info.kid);
      groups.set(kid, [...(groups.get(kid) ?? []), active]);
    }
    const usable = [...groups.values()].some((group) => this.#signs(group));
    if (usable || !this.#everActive) return;
    const held = [...groups.values()].map(
      (group) =>
        `${String(group.length)} of ${String(group[0]?.info.threshold)} needed at ` +
        `${String(group[0]?.height.epoch)}/${String(group[0]?.height.attempt)}`,
    );
    throw new KeyLost(`nobody can sign any more: ${held.join(', ')}`, this.#run.trace);
  }

  /** Whether these holders of one key have its secret between them. */
  #signs(group: readonly State['active'][]): boolean {
    const holders = group.filter((active) => active !== undefined);
    const info = holders[0]?.info;
    if (info === undefined || holders.length < info.threshold) return false;
    const set = holders.map(({ index }) => index).sort((a, b) => a - b);
    const name = `${toHex(info.kid)}/${set.join()}`;
    if (this.#interpolated.has(name)) return true;
    const used = set.slice(0, info.threshold);
    const shares = new Map(holders.map(({ index, material }) => [index, material]));
    if (!interpolates(info, used, shares)) return false;
    this.#interpolated.add(name);
    return true;
  }
}
