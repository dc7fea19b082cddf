import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Checked } from '../checked.ts';
import { completeDraft, type TransactionDraft } from './draft.ts';
import { toHexData } from './hex.ts';
import { parseRequestInput, type RequestInput } from './input.ts';
import { serialize } from './serialize.ts';
import { ALICE, anyTransaction, BOB, payment, request, TOKEN } from './testing/transactions.ts';

const defaults = { from: ALICE, chainId: 1n };
const COMPLETE = {
  from: ALICE,
  to: BOB,
  chainId: '0x1',
  nonce: '0x7',
  gas: '0x5208',
  maxFeePerGas: '0x4a817c800',
  maxPriorityFeePerGas: '0x3b9aca00',
  value: '0xde0b6b3a7640000',
};
const parse = (json: unknown): Checked<RequestInput> =>
  parseRequestInput(JSON.stringify(json), defaults);

function without(...names: (keyof typeof COMPLETE)[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(COMPLETE).filter(([name]) => !names.some((left) => left === name)),
  );
}

function draftOf(json: unknown): TransactionDraft {
  const result = parse(json);
  if (!result.ok || result.value.kind !== 'draft') throw new Error(JSON.stringify(result));
  return result.value.draft;
}

/** `field` or `field: message` of every error. */
const fieldsOf = (result: Checked<unknown>): readonly string[] =>
  result.ok ? [] : result.errors.map(({ field }) => field);

describe('hexadecimal digits', () => {
  it('any unsigned transaction, with and without 0x, in either case', () => {
    fc.assert(
      fc.property(anyTransaction, (tx) => {
        const hex = toHexData(serialize(tx));
        for (const text of [hex, ` ${hex.slice(2)}\n`, `0x${hex.slice(2).toUpperCase()}`]) {
          expect(parseRequestInput(text, defaults)).toEqual({
            ok: true,
            value: { kind: 'request', request: request(tx) },
          });
        }
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });

  it.each([
    ['nothing', '', 'Paste an unsigned'],
    ['an odd number of digits', '0x123', 'A digit is missing'],
    ['words', 'pay Bob', 'neither'],
    ['a space inside', '0x12 34', 'neither'],
    ['bytes that are no transaction', '0xdeadbeef', 'damaged'],
    ['far too much', 'ab'.repeat(300_000), 'too long'],
  ])('refuses %s', (_, text, message) => {
    const result = parseRequestInput(text, defaults);
    expect(result).toMatchObject({ ok: false, errors: [{ field: 'text' }] });
    expect(JSON.stringify(result)).toContain(message);
  });
});

describe('the JSON of eth_sendTransaction', () => {
  it('reads a complete one, alone and as the list of parameters', () => {
    const expected = { ok: true, value: { kind: 'request', request: request(payment()) } };
    expect(parse(COMPLETE)).toEqual(expected);
    expect(parse([COMPLETE])).toEqual(expected);
  });

  it('says what is missing, and takes it from elsewhere', () => {
    const json = without('nonce', 'gas', 'maxFeePerGas', 'maxPriorityFeePerGas');
    const result = parse(json);
    expect(result).toMatchObject({
      ok: true,
      value: {
        kind: 'draft',
        missing: ['nonce', 'gasLimit', 'maxFeePerGas', 'maxPriorityFeePerGas'],
      },
    });
    const { nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas } = payment();
    expect(
      completeDraft(draftOf(json), { nonce, gasLimit, maxFeePerGas, maxPriorityFeePerGas }),
    ).toEqual({ ok: true, value: request(payment()) });
  });

  it('keeps what the JSON says against what is filled in', () => {
    const filled = completeDraft(draftOf(without('nonce')), { nonce: 9n, gasLimit: 1n });
    expect(filled).toMatchObject({ ok: true, value: { tx: { nonce: 9n, gasLimit: 21_000n } } });
  });

  it('reports what nobody filled in, and what is out of range', () => {
    const draft = draftOf(without('nonce', 'gas', 'maxFeePerGas'));
    const filled = completeDraft(draft, { nonce: 2n ** 64n - 1n, gasLimit: -1n });
    expect(fieldsOf(filled)).toEqual(['nonce', 'gasLimit', 'maxFeePerGas']);
  });

  it('reports a whole that cannot be', () => {
    const draft = draftOf(without('maxFeePerGas'));
    expect(fieldsOf(completeDraft(draft, { maxFeePerGas: 1n }))).toEqual(['text']);
  });

  it('takes the network from the form where it names none', () => {
    expect(parse(without('chainId'))).toMatchObject({ ok: true });
    const none = parseRequestInput(JSON.stringify(without('chainId')), {
      ...defaults,
      chainId: undefined,
    });
    expect(fieldsOf(none)).toEqual(['chainId']);
    expect(parse({ ...COMPLETE, chainId: '0xa' })).toMatchObject({
      value: { request: { tx: { chainId: 10n } } },
    });
  });

  it.each([
    [{ gasPrice: '0x1' }, 0],
    [{ gasPrice: '0x1', accessList: [] }, 1],
    [{ gasPrice: '0x1', type: '0x1' }, 1],
    [{ gasPrice: '0x1', type: '0x0' }, 0],
    [{ type: '0x2' }, 2],
    [{}, 2],
  ])('%j is of type %i', (fields, type) => {
    const json = { ...without('maxFeePerGas', 'maxPriorityFeePerGas', 'nonce'), ...fields };
    expect(draftOf(json).type).toBe(type);
  });

  it('reads an access list', () => {
    const accessList = [{ address: TOKEN, storageKeys: [`0x${'AB'.repeat(32)}`] }];
    expect(parse({ ...COMPLETE, accessList })).toMatchObject({
      value: {
        request: {
          tx: { accessList: [{ address: TOKEN, storageKeys: [`0x${'ab'.repeat(32)}`] }] },
        },
      },
    });
  });

  it('takes data and input that say the same', () => {
    expect(parse({ ...COMPLETE, data: '0xAB', input: '0xab' })).toMatchObject({
      value: { request: { tx: { data: '0xab' } } },
    });
    expect(parse({ ...COMPLETE, input: '0xab' })).toMatchObject({
      value: { request: { tx: { data: '0xab' } } },
    });
  });

  it.each<[string, Record<string, unknown>, string[]]>([
    ['an unknown field', { gasLimit: '0x5208' }, ['gasLimit']],
    ['the account of somebody else', { from: BOB }, ['from']],
    ['a number without quotes', { value: 1 }, ['value']],
    ['a decimal number', { value: '10' }, ['value']],
    ['a zero in front', { value: '0x01' }, ['value']],
    ['no digits', { value: '0x' }, ['value']],
    ['a number of 257 bits', { value: `0x1${'0'.repeat(64)}` }, ['value']],
    ['a number of a million digits', { value: `0x1${'0'.repeat(100_000)}` }, ['value']],
    ['a negative number', { value: '-0x1' }, ['value']],
    ['a nonce of 2^64 - 1', { nonce: `0x${'f'.repeat(16)}` }, ['nonce']],
    ['a chain id of 54 bits', { chainId: '0x20000000000000' }, ['chainId']],
    ['chain 0', { chainId: '0x0' }, ['chainId']],
    ['a wrong checksum', { to: BOB.replace('B', 'b') }, ['to']],
    ['a name for an address', { to: 'bob.eth' }, ['to']],
    ['no address', { to: null }, ['to']],
    ['half a byte of data', { data: '0xabc' }, ['data']],
    ['data and input that differ', { data: '0xab', input: '0xac' }, ['input']],
    [
      'a gas price besides a maximum fee',
      { gasPrice: '0x1' },
      ['maxFeePerGas', 'maxPriorityFeePerGas'],
    ],
    ['a gas price in type 2', { gasPrice: '0x1', type: '0x2' }, ['gasPrice']],
    [
      'a priority fee above the maximum',
      { maxPriorityFeePerGas: '0x4a817c801' },
      ['maxPriorityFeePerGas'],
    ],
    ['a blob transaction', { type: '0x3' }, ['type']],
    ['an access list that is none', { accessList: 'x' }, ['accessList']],
    [
      'a short storage key',
      { accessList: [{ address: BOB, storageKeys: ['0xab'] }] },
      ['accessList.0.storageKeys.0'],
    ],
    [
      'an unknown field of an entry',
      { accessList: [{ address: BOB, storageKeys: [], x: 1 }] },
      ['accessList.0.x'],
    ],
    [
      'everything at once',
      { to: 'x', value: 1, nonce: '0x00', foo: 1 },
      ['to', 'nonce', 'value', 'foo'],
    ],
  ])('refuses %s', (_, fields, expected) => {
    expect(fieldsOf(parse({ ...COMPLETE, ...fields }))).toEqual(expected);
  });

  it('refuses an access list in type 0', () => {
    const json = {
      ...without('maxFeePerGas', 'maxPriorityFeePerGas'),
      gasPrice: '0x1',
      type: '0x0',
      accessList: [],
    };
    expect(fieldsOf(parse(json))).toEqual(['accessList']);
  });

  it.each([
    ['broken JSON', '{"to":'],
    ['no transaction', '[]'],
    ['two transactions', JSON.stringify([COMPLETE, COMPLETE])],
    ['a list in a list', '[[]]'],
    ['a list of text', '["x"]'],
  ])('refuses %s', (_, text) => {
    expect(fieldsOf(parseRequestInput(text, defaults))).toEqual(['text']);
  });

  it('does not take a prototype for fields', () => {
    const text = JSON.stringify(COMPLETE).replace('{', '{"__proto__":{"value":"0x1"},');
    expect(parseRequestInput(text, defaults).ok).toBe(false);
  });
});

it('whatever is pasted gives a result, never another error', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .dictionary(
            fc.constantFrom(...Object.keys(COMPLETE), 'data', 'input', 'accessList', 'type', 'x'),
            fc.jsonValue(),
          )
          .map((json) => JSON.stringify(json)),
      ),
      (text) => {
        expect(typeof parseRequestInput(text, defaults).ok).toBe('boolean');
      },
    ),
    { numRuns: 1000 },
  );
});
