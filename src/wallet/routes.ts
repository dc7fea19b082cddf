/**
 * Which session a ceremony packet belongs to. Packets of a session that this device has not joined yet
 * wait a little: a faster member may be a message ahead.
 */
import { toHex } from '../codec.ts';
import { CeremonyError, createLink, type Link, type SetTimer } from '../ceremonies/index.ts';
import type { DeviceId } from '../network/index.ts';
import type { CeremonyMessage } from './wire.ts';

/** How long a packet waits for its session. */
const EARLY_MS = 60_000;
/**
 * Of one sender: sessions with waiting packets, packets of one, and bytes of one. Round 1 of 16 digests is
 * 1 MB, and nobody gets further before this device has joined.
 */
const EARLY_SESSIONS = 4;
const EARLY_PACKETS = 16;
const EARLY_BYTES = 2 * 2 ** 20;

/** What one sender sent for one session. */
interface Early {
  readonly packets: Uint8Array[];
  bytes: number;
  readonly cancel: () => void;
}

interface Route {
  readonly link: Link;
  readonly members: ReadonlyMap<DeviceId, number>;
}

export interface RoutesPort {
  readonly setTimer: SetTimer;
  send(to: DeviceId, message: CeremonyMessage): Promise<void>;
}

export class CeremonyRoutes {
  readonly #port: RoutesPort;
  readonly #routes = new Map<string, Route>();
  /** By sender, then by session: whoever floods this device takes room from nobody else. */
  readonly #early = new Map<DeviceId, Map<string, Early>>();

  constructor(port: RoutesPort) {
    this.#port = port;
  }

  /**
   * Opens the link of one session; packets that waited for it come first.
   *
   * @param members the other members of the session by their numbers
   * @param idleTimeout milliseconds
   */
  open(
    request: Uint8Array,
    members: ReadonlyMap<number, DeviceId>,
    idleTimeout: number,
  ): { readonly link: Link; readonly release: () => void } {
    const key = toHex(request);
    const link = createLink({
      peers: [...members.keys()],
      idleTimeout,
      setTimer: this.#port.setTimer,
      sendTo: async (index, packet) => {
        const to = members.get(index);
        if (to === undefined) throw new TypeError('no such member in this session');
        await this.#port.send(to, { t: 'packet', request, packet });
      },
    });
    const numbers = new Map([...members].map(([index, device]) => [device, index]));
    this.#routes.set(key, { link, members: numbers });
    for (const from of [...this.#early.keys()]) {
      const packets = this.#early.get(from)?.get(key)?.packets ?? [];
      this.#forget(from, key);
      for (const packet of packets) this.#deliver(key, from, packet);
    }
    return { link, release: () => this.#routes.delete(key) };
  }

  /** Whether a session of that name runs: names are chosen by others. */
  isOpen(request: Uint8Array): boolean {
    return this.#routes.has(toHex(request));
  }

  /** Files a packet. */
  receive(from: DeviceId, request: Uint8Array, packet: Uint8Array): void {
    const key = toHex(request);
    if (this.#routes.has(key)) {
      this.#deliver(key, from, packet);
      return;
    }
    const early = this.#early.get(from)?.get(key) ?? this.#await(from, key);
    if (early === undefined) return;
    if (early.packets.length >= EARLY_PACKETS || early.bytes + packet.length > EARLY_BYTES) return;
    early.packets.push(packet);
    early.bytes += packet.length;
  }

  /** Ends every session and forgets everything that waits. */
  close(): void {
    for (const [from, sessions] of [...this.#early]) {
      for (const key of [...sessions.keys()]) this.#forget(from, key);
    }
    const reason = new CeremonyError({
      code: 'ceremonies/closed',
      message: 'This device was locked or closed.',
    });
    for (const { link } of this.#routes.values()) link.close(reason);
    this.#routes.clear();
  }

  #deliver(key: string, from: DeviceId, packet: Uint8Array): void {
    const route = this.#routes.get(key);
    const index = route?.members.get(from);
    if (route !== undefined && index !== undefined) route.link.deliver(index, packet);
  }

  #await(from: DeviceId, key: string): Early | undefined {
    const sessions = this.#early.get(from) ?? new Map<string, Early>();
    if (sessions.size >= EARLY_SESSIONS) return undefined;
    const cancel = this.#port.setTimer(EARLY_MS, () => {
      this.#forget(from, key);
    });
    const early: Early = { packets: [], bytes: 0, cancel };
    this.#early.set(from, sessions.set(key, early));
    return early;
  }

  #forget(from: DeviceId, key: string): void {
    const sessions = this.#early.get(from);
    sessions?.get(key)?.cancel();
    sessions?.delete(key);
    if (sessions?.size === 0) this.#early.delete(from);
  }
}
