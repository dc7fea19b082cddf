/**
 * Exactly one message per round, kind and sender (specification 3.1; pitfalls P-35, P-38). Memory is
 * bounded: only announced slots exist, and each has a fixed size.
 */
import { equalBytes } from '../../codec.ts';
import { ProtocolError, type PartyIndex } from '../abort.ts';
import { EquivocationError } from './equivocation.ts';
import type { AnyRoundShape, RawInbox } from './round.ts';

interface Slots {
  readonly shape: AnyRoundShape;
  readonly broadcasts: Map<PartyIndex, Uint8Array>;
  readonly direct: Map<PartyIndex, Uint8Array>;
  /** The broadcast packets as they came, for evidence. */
  readonly packets: Map<PartyIndex, Uint8Array>;
}

/** The messages of one session of one party. */
export class Mailbox {
  readonly #rounds: ReadonlyMap<number, Slots>;
  readonly #self: PartyIndex;

  constructor(self: PartyIndex, shapes: readonly AnyRoundShape[]) {
    this.#self = self;
    this.#rounds = new Map(
      shapes.map((shape) => [
        shape.number,
        {
          shape,
          broadcasts: new Map<PartyIndex, Uint8Array>(),
          direct: new Map<PartyIndex, Uint8Array>(),
          packets: new Map<PartyIndex, Uint8Array>(),
        },
      ]),
    );
  }

  /**
   * Files an authenticated message. A repetition of the same bytes changes nothing.
   *
   * @param packet a broadcast as it came, header and signature included: evidence if another one follows
   * @throws ProtocolError class A' when the sender has no message in this slot or the length is wrong
   * @throws EquivocationError when a different message is there already
   */
  put(
    round: number,
    kind: 'broadcast' | 'direct',
    from: PartyIndex,
    body: Uint8Array,
    packet?: Uint8Array,
  ): void {
    const slots = this.#rounds.get(round);
    const channel = slots?.shape[kind];
    if (slots === undefined || channel?.from.includes(from) !== true) {
      throw new ProtocolError("A'", `unexpected message in round ${String(round)}`, from);
    }
    const { size } = channel.per?.get(from) ?? channel.schema;
    if (body.length !== size) {
      throw new ProtocolError(
        "A'",
        `round ${String(round)}: ${String(size)} bytes expected, ${String(body.length)} received`,
        from,
      );
    }
    const slot = kind === 'broadcast' ? slots.broadcasts : slots.direct;
    const known = slot.get(from);
    if (known === undefined) {
      slot.set(from, body.slice());
      if (kind === 'broadcast' && packet !== undefined) slots.packets.set(from, packet.slice());
    } else if (!equalBytes(known, body)) {
      const first = kind === 'broadcast' ? slots.packets.get(from) : undefined;
      const signed = first !== undefined && packet !== undefined;
      const packets = signed ? ([first, packet.slice()] as const) : undefined;
      throw new EquivocationError({ round, from, packets });
    }
  }

  /** The messages of a round once every sender's is there. */
  take(round: number): RawInbox | undefined {
    const slots = this.#rounds.get(round);
    if (slots === undefined) return undefined;
    const complete = (['broadcast', 'direct'] as const).every((kind) => {
      const filled = kind === 'broadcast' ? slots.broadcasts : slots.direct;
      return (slots.shape[kind]?.from ?? []).every((from) => filled.has(from));
    });
    return complete ? { broadcasts: slots.broadcasts, direct: slots.direct } : undefined;
  }

  /** Whose messages of a round are missing, ascending. */
  missing(round: number): PartyIndex[] {
    const slots = this.#rounds.get(round);
    if (slots === undefined) return [];
    const absent = new Set<PartyIndex>();
    for (const from of slots.shape.broadcast?.from ?? []) {
      if (!slots.broadcasts.has(from)) absent.add(from);
    }
    for (const from of slots.shape.direct?.from ?? []) {
      if (!slots.direct.has(from)) absent.add(from);
    }
    absent.delete(this.#self);
    return [...absent].sort((a, b) => a - b);
  }
}
