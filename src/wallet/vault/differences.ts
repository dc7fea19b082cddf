/**
 * What another device showed, where it was not the same as here: asked of it, believed only if it has the
 * digest that the device signed with its approval, and set beside what this device shows.
 */
import { diffArrays } from 'diff';
import { shownDigestOf, type ShownLine } from '../../chains/index.ts';
import { equalBytes, toHex } from '../../codec.ts';
import { approvals, type AuthorId, type Founding } from '../../journal/index.ts';
import type { DeviceId } from '../../network/index.ts';
import { visible } from '../../text.ts';
import { fromHex } from '../ids.ts';
import { deviceIdOf } from '../peers.ts';
import type { DifferenceView } from '../state.ts';
import type { CeremonyMessage } from '../wire.ts';
import type { Judged } from './judge.ts';
import type { SessionPort } from './port.ts';

/** Asked again when nothing came, at most so often. */
const ASK_AGAIN_MS = 30_000;
/** Of both devices together: more is not set side by side. */
const MAX_ROWS = 2_000;
const MAX_TEXT = 2_000;

type Message<T extends CeremonyMessage['t']> = Extract<CeremonyMessage, { t: T }>;

export interface DifferencesPort extends Pick<
  SessionPort,
  'clock' | 'tell' | 'isOnline' | 'changed' | 'self'
> {
  readonly vaultId: Uint8Array;
  readonly founding: Founding;
  judged(proposal: string): Judged | undefined;
  all(): readonly Judged[];
}

export class Differences {
  readonly #port: DifferencesPort;
  /** By proposal and digest: the lines with that digest. */
  readonly #known = new Map<string, readonly ShownLine[]>();
  readonly #askedAt = new Map<string, number>();
  /** By proposal: the lines that this device approved, should it show others since. */
  readonly #approved = new Map<string, readonly ShownLine[]>();

  constructor(port: DifferencesPort) {
    this.#port = port;
  }

  /** Asks every device that showed something else and is there. */
  consider(): void {
    for (const judged of this.#port.all()) {
      this.#keepApproved(judged);
      for (const [author, shown] of disagreeing(judged)) this.#ask(judged, author, shown);
    }
  }

  /** What differs, for each device that showed something else and has said what. */
  view(judged: Judged): DifferenceView[] {
    return disagreeing(judged).flatMap(([author, shown]): DifferenceView[] => {
      const theirs = this.#known.get(keyOf(judged.proposal.id, shown));
      const member = this.#port.founding.members.find(({ identity }) => toHex(identity) === author);
      if (theirs === undefined || member === undefined) return [];
      return [
        {
          memberId: deviceIdOf(member.identity),
          name: member.name,
          rows: rowsOf(this.#approved.get(judged.proposal.id) ?? judged.review.shown, theirs),
        },
      ];
    });
  }

  receive(from: DeviceId, message: Message<'show' | 'shown'>): void {
    const judged = this.#port.judged(toHex(message.proposal));
    if (judged === undefined) return;
    if (message.t === 'show') this.#answer(from, judged, message.shown);
    else this.#take(judged, message.lines);
  }

  #ask({ proposal }: Judged, author: AuthorId, shown: Uint8Array): void {
    const key = keyOf(proposal.id, shown);
    const device = deviceIdOf(fromHex(author));
    const last = this.#askedAt.get(key);
    const now = this.#port.clock.now();
    if (this.#known.has(key) || !this.#port.isOnline(device)) return;
    if (last !== undefined && now - last < ASK_AGAIN_MS) return;
    this.#askedAt.set(key, now);
    this.#port.tell(device, {
      t: 'show',
      vault: this.#port.vaultId,
      proposal: fromHex(proposal.id),
      shown,
    });
  }

  #keepApproved({ proposal, review }: Judged): void {
    const own = approvals(proposal).find(({ author }) => author === this.#port.self);
    if (own !== undefined && equalBytes(own.shown, review.shownDigest)) {
      this.#approved.set(proposal.id, review.shown);
    }
  }

  #answer(from: DeviceId, { proposal, review }: Judged, asked: Uint8Array): void {
    const lines = [review.shown, this.#approved.get(proposal.id) ?? []].find((shown) =>
      equalBytes(shownDigestOf(review, shown), asked),
    );
    if (lines === undefined) return; // this device shows something else by now
    this.#port.tell(from, {
      t: 'shown',
      vault: this.#port.vaultId,
      proposal: fromHex(proposal.id),
      lines: lines.map(({ depth, label, value }) => ({ depth, label, value })),
    });
  }

  /** Only lines that some member approved by their digest are kept: nobody can put others' words there. */
  #take(judged: Judged, lines: readonly ShownLine[]): void {
    const digest = shownDigestOf(judged.review, lines);
    const approved = disagreeing(judged).some(([, shown]) => equalBytes(shown, digest));
    if (!approved) return;
    this.#known.set(keyOf(judged.proposal.id, digest), lines);
    this.#port.changed();
  }
}

const keyOf = (proposal: string, shown: Uint8Array): string => `${proposal}/${toHex(shown)}`;

/** Who approved something else than this device stands for, by the digest of it. */
const disagreeing = ({ proposal, sawSomethingElse }: Judged): (readonly [AuthorId, Uint8Array])[] =>
  approvals(proposal)
    .filter(({ author }) => sawSomethingElse.has(author))
    .map(({ author, shown }) => [author, shown] as const);

/** Both, line by line; of what is the same, only that it is. */
function rowsOf(here: readonly ShownLine[], there: readonly ShownLine[]): DifferenceView['rows'] {
  const changes = diffArrays([...here], [...there], { comparator: isSameLine });
  const rows: { here: string | undefined; there: string | undefined }[] = [];
  for (const [i, { added, removed, value }] of changes.entries()) {
    if (!added && !removed) continue;
    if (removed) {
      const next = changes[i + 1];
      const partner = next?.added === true ? next.value : [];
      const count = Math.max(value.length, partner.length);
      for (let k = 0; k < count; k++) rows.push({ here: text(value[k]), there: text(partner[k]) });
    } else if (changes[i - 1]?.removed !== true) {
      for (const line of value) rows.push({ here: undefined, there: text(line) });
    }
  }
  return rows.slice(0, MAX_ROWS);
}

const isSameLine = (a: ShownLine, b: ShownLine): boolean =>
  a.depth === b.depth && a.label === b.label && a.value === b.value;

const text = (line: ShownLine | undefined): string | undefined =>
  line === undefined ? undefined : visible(`${line.label}: ${line.value}`, MAX_TEXT);
