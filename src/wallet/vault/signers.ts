/** Who signs: whose approval counts, who is there, and which of them are asked first. */
import type { ChainRequest } from '../../chains/index.ts';
import { toHex } from '../../codec.ts';
import { approvals, type Founding } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { deviceIdOf } from '../peers.ts';
import type { Judged } from './judge.ts';

export interface SignersPort {
  readonly self: DeviceId;
  readonly founding: Founding;
  isOnline(device: DeviceId): boolean;
  /** The two have to be set up with each other again before they can sign together. */
  isUnpaired(member: number, request: ChainRequest): boolean;
}

export class Signers {
  readonly #port: SignersPort;

  constructor(port: SignersPort) {
    this.#port = port;
  }

  member(index: number): Founding['members'][number] | undefined {
    return this.#port.founding.members[index - 1];
  }

  /** Empty where there is no such member. */
  names(indexes: Iterable<number>): string[] {
    return [...indexes].flatMap((index) => this.member(index)?.name ?? []);
  }

  device(index: number): DeviceId | undefined {
    const member = this.member(index);
    return member === undefined ? undefined : deviceIdOf(member.identity);
  }

  /** The one of them that this device is. */
  sender(signers: readonly number[], from: DeviceId): number | undefined {
    return signers.find((index) => this.device(index) === from);
  }

  /** This device's number. */
  get self(): number {
    const own = this.#port.founding.members.find(
      ({ identity }) => deviceIdOf(identity) === this.#port.self,
    );
    return own?.index ?? 0;
  }

  isThere(index: number): boolean {
    const device = this.device(index);
    return device === this.#port.self || (device !== undefined && this.#port.isOnline(device));
  }

  isUnpaired(index: number, { request }: Judged): boolean {
    return this.#port.isUnpaired(index, request);
  }

  /** The other signers by their numbers. */
  others(signers: readonly number[]): Map<number, DeviceId> {
    return new Map(
      signers.flatMap((index) => {
        const device = this.device(index);
        return device === undefined || device === this.#port.self ? [] : [[index, device] as const];
      }),
    );
  }

  /** Numbers of those whose approval counts, ascending. */
  approvers({ proposal }: Judged): number[] {
    const authors = new Set(approvals(proposal).map(({ author }) => author));
    return this.#port.founding.members
      .filter(({ identity }) => authors.has(toHex(identity)))
      .map(({ index }) => index);
  }

  /**
   * Of the approvers that are there, those with whom the fewest attempts failed, then the smallest numbers;
   * ascending. `undefined` when they are too few.
   */
  choose(judged: Judged, failed: (member: number) => number): number[] | undefined {
    if (!mayBeSigned(judged)) return undefined;
    const { threshold } = this.#port.founding;
    const ready = this.approvers(judged).filter(
      (index) => this.isThere(index) && !this.isUnpaired(index, judged),
    );
    if (ready.length < threshold) return undefined;
    return [...ready]
      .sort((a, b) => (failed(a) === failed(b) ? a - b : failed(a) - failed(b)))
      .slice(0, threshold)
      .sort((a, b) => a - b);
  }

  /** Judged anew on this device before its first message. */
  mayJoin(judged: Judged, signers: readonly number[]): boolean {
    const approvers = new Set(this.approvers(judged));
    const ascending = signers.every((index, i) => index > (signers[i - 1] ?? 0));
    return (
      mayBeSigned(judged) &&
      ascending &&
      signers.length >= this.#port.founding.threshold &&
      signers.includes(this.self) &&
      signers.every((index) => approvers.has(index))
    );
  }

  /** What an approved proposal lacks, in words, while its signers cannot be chosen. */
  lacking(judged: Judged): string {
    const approvers = this.approvers(judged);
    const unpaired = approvers.filter(
      (index) => this.isThere(index) && this.isUnpaired(index, judged),
    );
    if (unpaired.length > 0) {
      const pairs = this.names([this.self, ...unpaired]).join(' and ');
      return `${pairs} must set up their signing again: see Approvers.`;
    }
    const away = approvers.filter((index) => !this.isThere(index));
    if (away.length === 0) return 'Waiting for more approvers to come online.';
    const missing = this.#port.founding.threshold - (approvers.length - away.length);
    const some = missing < away.length ? `${String(missing)} of ` : '';
    return `Waiting for ${some}${this.names(away).join(', ')} to come online.`;
  }
}

function mayBeSigned(judged: Judged): boolean {
  return (
    (judged.status === 'approved' || judged.status === 'signing') &&
    judged.verdict.kind === 'authorised' &&
    judged.sawSomethingElse.size === 0
  );
}
