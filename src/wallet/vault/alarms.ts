/** What members did that they should not: kept as long as the page lives, each once. */
import type { AuthorId, Proposal, Refusal } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import type { Problem } from '../state.ts';

export class Alarms {
  readonly #nameOf: (author: AuthorId) => string;
  readonly #alarms = new Map<string, Problem>();

  constructor(nameOf: (author: AuthorId) => string) {
    this.#nameOf = nameOf;
  }

  all(): Problem[] {
    return [...this.#alarms.values()];
  }

  /** Entries that a device passed on do not hold. */
  refused(from: DeviceId, refusals: readonly Pick<Refusal, 'reason' | 'code'>[]): void {
    const name = this.#nameOf(from);
    for (const { code, reason } of refusals) {
      this.#alarms.set(`${from}/${code}`, {
        code: `journal/${code}`,
        title: `${name} passed on an entry that does not hold`,
        meaning: `${reason} It was left out, so it counts for nothing.`,
        next: 'If it happens again, ask the owner of that device, and export the trail.',
      });
    }
  }

  /** @param seq the number that two entries have */
  equivocated(author: AuthorId, seq: number): void {
    this.#alarms.set(`${author}/equivocation`, {
      code: 'journal/equivocation',
      title: `${this.#nameOf(author)} told two different stories`,
      meaning: `Its entry number ${String(seq)} exists twice. Its approvals do not count any more; its rejections do.`,
      next: 'That device may be copied or taken over. Replace it.',
    });
  }

  unreadable({ id, proposer }: Pick<Proposal, 'id' | 'proposer'>): void {
    this.#alarms.set(`${id}/unreadable`, {
      code: 'wallet/unreadable-proposal',
      title: `${this.#nameOf(proposer)} proposed something that this wallet cannot read`,
      meaning: 'It is not shown and will not be signed by this device.',
      next: 'Look at the audit trail, and ask the owner of that device.',
    });
  }
}
