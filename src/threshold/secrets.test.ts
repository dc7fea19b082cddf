import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { toHex } from '../codec.ts';
import { signRounds } from './ecdsa/rounds.ts';
import type { AnyRoundShape } from './session/round.ts';
import { dealtKeys, ecdsaKeys, frostKeys, signPlayers, testItem } from './testing/keys.ts';
import { lockstep, type Delivery, type Tamper } from './testing/lockstep.ts';

/** Everything an error could show to a log: message, stack, own properties and causes, as text. */
function shown(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = Object.entries(error).map(([name, value]) => `${name}=${printed(value)}`);
  return [error.message, error.stack ?? '', ...own, shown(error.cause ?? '')].join('\n');
}

const printed = (value: unknown): string =>
  value instanceof Uint8Array ? toHex(value) : JSON.stringify(value, writable);
const writable = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' ? value.toString() : value instanceof Uint8Array ? toHex(value) : value;

/** The ways a 32-byte secret could be written. */
function spellings(secret: Uint8Array): string[] {
  const hex = toHex(secret);
  const number = BigInt(`0x${hex}`);
  return [hex, number.toString(), secret.join(','), Buffer.from(secret).toString('base64')];
}

describe('P-41 secrets stay in', () => {
  const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
  const said = vi.fn();
  beforeEach(() => {
    said.mockClear();
    for (const method of METHODS) vi.spyOn(console, method).mockImplementation(said);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(said).not.toHaveBeenCalled();
  });

  const keys = dealtKeys(2, 2);
  const secrets = keys.parties.map((party) =>
    keys.share(party).withSecret((_, bytes) => bytes.slice()),
  );
  const shapes: readonly AnyRoundShape[] = Object.values(signRounds([1, 2], 1, 1));
  const fields = shapes.flatMap((shape) =>
    (['broadcast', 'direct'] as const).flatMap((kind) =>
      (shape[kind]?.schema.layout('', 0) ?? []).map((field) => ({
        ...field,
        round: shape.number,
        kind,
      })),
    ),
  );

  it.each(fields)('in round $round when $path is altered: nothing in the error', (field) => {
    const tamper: Tamper = ({ from, round, kind, body }: Delivery) => {
      if (from !== 2 || round !== field.round || kind !== field.kind) return [body];
      const altered = body.slice();
      altered.fill(0xff, field.offset, field.offset + field.length);
      return [altered];
    };
    const outcome = lockstep(signPlayers(keys, [1, 2], [testItem('canary')]), 'canary', tamper).get(
      1,
    );
    expect(outcome?.error).toBeInstanceOf(Error);
    const text = shown(outcome?.error);
    for (const spelling of secrets.flatMap(spellings)) expect(text).not.toContain(spelling);
  });

  it('in no message that leaves a device, in key generation and in signing', () => {
    const generated = ecdsaKeys(2, 2);
    const frost = frostKeys('mpc-frost/v1/ed25519', 2, 3);
    const shares = [generated, frost].flatMap((made) =>
      made.parties.map((party) => made.share(party).withSecret((_, bytes) => toHex(bytes))),
    );
    const outcomes = lockstep(signPlayers(generated, [1, 2], [testItem('wire')]), 'wire');
    const wire = [...outcomes.values()].flatMap(({ sent }) => sent.map(({ body }) => toHex(body)));
    expect(wire.length).toBeGreaterThan(0);
    for (const share of shares) expect(wire.some((body) => body.includes(share))).toBe(false);
  });

  it('is a test that can fail: an error with a share in it is found', () => {
    const [secret = new Uint8Array(32)] = secrets;
    const leaky = new Error('failed', { cause: new Error(`share ${toHex(secret)}`) });
    expect(spellings(secret).some((spelling) => shown(leaky).includes(spelling))).toBe(true);
  });
});
