/**
 * Every interleaving of the activation rules (pitfall P-26, addendum C1): a few redistributions whose
 * confirmations and certificates may reach any device at any time, or never. Losing, repeating, delaying
 * and reordering messages and crashing between two writes are all the same here: an event that happens
 * later, again, or not at all.
 *
 * The reducer under test turns each device into a small automaton; the product of the automata is searched
 * breadth first, and the invariant of C1 is checked in every state of it.
 */
import { toHex } from '../../codec.ts';
import type { Certificate, Height } from '../certificate.ts';
import type { EpochState } from '../epochs.ts';
import { keygenCeremony } from '../keygen.ts';
import type { KeyInfo, KeyShare } from '../keys.ts';
import { reshareCeremony } from '../reshare.ts';
import { lockstep } from './lockstep.ts';
import { requestId, testIdentity } from './seeded.ts';
import type { Library } from './simulator-run.ts';

type State = EpochState<KeyShare>;

const SUITE = 'mpc-frost/v1/secp256k1-bip340';

/** A key generation or redistribution that came to its end, with what every member got out of it. */
export interface ModelAttempt {
  readonly name: string;
  readonly certificate: Certificate;
  readonly info: KeyInfo<typeof SUITE>;
  /** The share of every member, by device. */
  readonly shares: ReadonlyMap<string, KeyShare<typeof SUITE>>;
}

const membersNamed = (names: readonly string[]) =>
  names.map((name, i) => ({ index: i + 1, identity: testIdentity(name).publicKey }));

/** A key of these devices, by a real key generation. */
export function generatedKey(names: readonly string[], threshold: number): ModelAttempt {
  const name = `key of ${names.join()}, ${String(threshold)}`;
  const members = membersNamed(names);
  const context = { suite: SUITE, requestId: requestId(name), threshold, members } as const;
  const players = new Map(
    names.map((device, i) => [
      i + 1,
      { identity: testIdentity(device), ceremony: keygenCeremony(context, i + 1) },
    ]),
  );
  const outputs = [...lockstep(players, name).values()].map(({ output, error }) => {
    if (output === undefined) throw new Error('key generation failed', { cause: error });
    return output;
  });
  const shares = new Map(outputs.map(({ share }, i) => [names[i] ?? '', share]));
  const [first] = outputs;
  if (first === undefined) throw new Error('nobody');
  return { name, certificate: first.certificate, info: first.share.info, shares };
}

/** Who redistributes what. */
export interface AttemptPlan {
  readonly name: string;
  readonly dealers: readonly string[];
  readonly members: readonly string[];
  readonly threshold: number;
  /** The largest attempt that anyone reports. */
  readonly largest?: number;
}

/** A real redistribution of a key, with all its confirmations. Nobody has stored anything of it yet. */
export function redistributedKey(from: ModelAttempt, plan: AttemptPlan): ModelAttempt {
  const { name, dealers, members: names, threshold, largest = 0 } = plan;
  const { info: old } = from;
  const numberOf = (device: string): number => {
    const identity = toHex(testIdentity(device).publicKey);
    return old.members.find((member) => toHex(member.identity) === identity)?.index ?? 0;
  };
  const context = {
    suite: SUITE,
    requestId: requestId(name),
    old,
    dealers: dealers.map(numberOf).sort((x, y) => x - y),
    threshold,
    members: membersNamed(names),
  } as const;
  const leaving = dealers
    .filter((dealer) => !names.includes(dealer))
    .sort((x, y) => numberOf(x) - numberOf(y));
  const players = new Map(
    [...names, ...leaving].map((device, i) => {
      const identity = testIdentity(device);
      const share = dealers.includes(device) ? from.shares.get(device) : undefined;
      const inputs = { identity: identity.publicKey, share, largestAttempt: largest };
      return [i + 1, { identity, ceremony: reshareCeremony(context, inputs) }] as const;
    }),
  );
  const outputs = [...lockstep(players, name).values()].map(({ output, error }) => {
    if (output === undefined) throw new Error('redistribution failed', { cause: error });
    return output;
  });
  const shares = new Map(
    names.flatMap((device, i) => {
      const share = outputs[i]?.key?.share;
      return share === undefined ? [] : [[device, share] as const];
    }),
  );
  const [first] = outputs;
  const info = first?.key?.share.info;
  if (first === undefined || info === undefined) throw new Error('nobody');
  return { name, certificate: first.certificate, info, shares };
}

/** The state of a device that generated a key, or that trusts it as a new member does. */
export function stateWith(library: Library, key: ModelAttempt, device: string): State {
  const empty = library.emptyEpochs<KeyShare>(testIdentity(device).publicKey);
  const share = key.shares.get(device);
  if (share === undefined) return library.trusting(empty, key.info);
  const confirmed = library.confirmPending(empty, key.certificate, share);
  return library.acceptCertificate(confirmed, key.certificate).state;
}

/** What is explored. Byzantine devices are not in it: their confirmations are always at hand. */
export interface Model {
  readonly library: Library;
  readonly honest: ReadonlyMap<string, State>;
  readonly attempts: readonly ModelAttempt[];
}

/** What came out. */
export interface Explored {
  /** States of the whole that can be reached. */
  readonly states: number;
  /** The events that lead to a state in which nobody can sign, if there is one. */
  readonly broken: readonly string[] | undefined;
  /** How often devices activated, over all states: a search that activates nothing proves nothing. */
  readonly activations: number;
}

interface Node {
  readonly at: readonly number[];
  readonly from: Node | undefined;
  readonly event: string;
}

/** One device: its states numbered, its transitions computed once each. */
class Automaton {
  readonly name: string;
  readonly states: State[];
  readonly #library: Library;
  readonly #attempts: readonly ModelAttempt[];
  readonly #numbers = new Map<string, number>();
  readonly #moves = new Map<string, number>();

  constructor(name: string, start: State, model: Model) {
    this.name = name;
    this.states = [start];
    this.#library = model.library;
    this.#attempts = model.attempts;
    this.#numbers.set(describe(start), 0);
  }

  state(at: number): State {
    const state = this.states[at];
    if (state === undefined) throw new Error('no such state');
    return state;
  }

  /** The device stores its share of an attempt and sends its confirmation. */
  confirm(at: number, attempt: number): number {
    return this.#move(at, `confirm ${String(attempt)}`, (state) => {
      const { certificate, shares } = this.#attempt(attempt);
      const share = shares.get(this.name);
      return share === undefined ? state : this.#library.confirmPending(state, certificate, share);
    });
  }

  accept(at: number, attempt: number): number {
    return this.#move(
      at,
      `accept ${String(attempt)}`,
      (state) => this.#library.acceptCertificate(state, this.#attempt(attempt).certificate).state,
    );
  }

  delete(at: number): number {
    return this.#move(at, 'delete', (state) => this.#library.deleteRetired(state));
  }

  #attempt(attempt: number): ModelAttempt {
    const found = this.#attempts[attempt];
    if (found === undefined) throw new Error('no such attempt');
    return found;
  }

  #move(at: number, event: string, apply: (state: State) => State): number {
    const key = `${String(at)} ${event}`;
    const known = this.#moves.get(key);
    if (known !== undefined) return known;
    let next = at;
    try {
      next = this.#number(apply(this.state(at)));
    } catch {
      // refused: nothing changes
    }
    this.#moves.set(key, next);
    return next;
  }

  #number(state: State): number {
    const text = describe(state);
    const known = this.#numbers.get(text) ?? this.states.push(state) - 1;
    this.#numbers.set(text, known);
    return known;
  }
}

const heightName = ({ epoch, attempt, sid }: Height): string =>
  `${String(epoch)}/${String(attempt)}/${toHex(sid).slice(0, 8)}`;

/** All that a device's behaviour depends on. */
function describe(state: State): string {
  const { active, pending, confirmed, attempts, lineage, certificates, retired } = state;
  return JSON.stringify(
    [
      active && heightName(active.height),
      pending.map(({ height }) => heightName(height)).sort(),
      [...confirmed].sort(),
      [...attempts].sort(),
      lineage,
      certificates.map(({ echo2 }) => toHex(echo2)).sort(),
      retired,
    ],
    plain,
  );
}

const plain = (_: string, value: unknown): unknown => {
  if (value instanceof Uint8Array) return toHex(value);
  return value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : value;
};

/** Searches every state that can be reached. @param most gives up beyond this many states */
export function explore(model: Model, most = 2_000_000): Explored {
  const { library, attempts } = model;
  const automata = [...model.honest].map(([name, state]) => new Automaton(name, state, model));
  const described = attempts.map(({ certificate }) => library.describeDraft(certificate));
  const order = [...attempts.keys()].sort((a, b) => {
    const [x, y] = [described[a], described[b]];
    return x === undefined || y === undefined ? 0 : library.compareHeights(x.height, y.height);
  });
  /** Whether every honest recipient confirmed, so that a certificate may exist. */
  const complete = (at: readonly number[], attempt: number): boolean =>
    automata.every((device, i) => {
      const one = attempts[attempt];
      const sid = described[attempt]?.height.sid;
      if (one?.shares.has(device.name) !== true || sid === undefined) return true;
      const { confirmed } = device.state(at[i] ?? 0);
      return [...confirmed.values()].includes(toHex(sid));
    });
  const survives = (at: readonly number[]): boolean => {
    const certified = order.filter((attempt) => complete(at, attempt));
    const keys = new Map<string, { info: KeyInfo; holders: number }>();
    for (const [i, device] of automata.entries()) {
      let here = at[i] ?? 0;
      for (const attempt of certified) here = device.accept(here, attempt);
      const { active, retired } = device.state(here);
      if (active === undefined || retired) continue;
      const kid = toHex(active.info.kid);
      const key = keys.get(kid) ?? { info: active.info, holders: 0 };
      keys.set(kid, { ...key, holders: key.holders + 1 });
    }
    return [...keys.values()].some(({ info, holders }) => holders >= info.threshold);
  };

  const start: Node = { at: automata.map(() => 0), from: undefined, event: 'start' };
  const seen = new Set([start.at.join()]);
  const queue: Node[] = [start];
  let activations = 0;
  for (const node of queue) {
    if (!survives(node.at)) return { states: seen.size, broken: pathTo(node), activations };
    if (seen.size > most) throw new Error('too many states to search them all');
    const certified = new Set(order.filter((attempt) => complete(node.at, attempt)));
    for (const [i, device] of automata.entries()) {
      const here = node.at[i] ?? 0;
      const before = device.state(here).active;
      const reach = (there: number, event: string): void => {
        if (there === here) return;
        const at = node.at.with(i, there);
        if (device.state(there).active !== before) activations += 1;
        const key = at.join();
        if (seen.has(key)) return;
        seen.add(key);
        queue.push({ at, from: node, event: `${device.name} ${event}` });
      };
      for (const [attempt, { name }] of attempts.entries()) {
        reach(device.confirm(here, attempt), `confirms ${name}`);
        if (certified.has(attempt)) reach(device.accept(here, attempt), `gets ${name}`);
      }
      reach(device.delete(here), 'deletes what it had');
    }
  }
  return { states: seen.size, broken: undefined, activations };
}

function pathTo(node: Node): string[] {
  const path: string[] = [];
  for (let at: Node | undefined = node; at !== undefined; at = at.from) path.unshift(at.event);
  return path;
}
