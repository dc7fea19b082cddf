import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CallFact, Fact } from '../../review.ts';
import {
  data,
  described,
  ME,
  NO_NOTES,
  NOTES,
  OTHER,
  ROUTER,
  TOKEN,
} from '../calls/testing/calls.ts';
import { readCallWith } from './call.ts';
import type { ClearReading } from './read.ts';

const ask = vi.fn(() => {
  throw new Error('nothing may be asked while reading');
});
beforeEach(() => {
  vi.stubGlobal('fetch', ask);
});
afterEach(() => {
  vi.unstubAllGlobals();
  expect(ask).not.toHaveBeenCalled();
});

type Field = Record<string, unknown>;

async function read(
  signature: string,
  args: readonly unknown[],
  fields: readonly Field[],
  more: {
    display?: object;
    metadata?: object;
    intent?: object;
    value?: bigint;
    notes?: typeof NOTES;
  } = {},
): Promise<ClearReading | undefined> {
  const types = signature.replaceAll(/ [a-zA-Z]+(?=[,)])/g, '');
  const source = described(
    ROUTER,
    {},
    {
      metadata: { owner: 'Maker', ...more.metadata },
      display: {
        formats: { [signature]: { intent: 'Act', fields, ...more.intent } },
        ...more.display,
      },
    },
  );
  const descriptor = source.load('one');
  if (descriptor === undefined) throw new Error('no descriptor');
  const never = async (): Promise<CallFact> => {
    throw new Error('no call inside');
  };
  return readCallWith(
    {
      chainId: 1n,
      from: ME,
      to: ROUTER,
      value: more.value ?? 0n,
      data: data(types, ...args),
      delegate: false,
    },
    descriptor,
    more.notes ?? NOTES,
    never,
  );
}

const one = async (
  format: string,
  type: string,
  value: unknown,
  params: object = {},
): Promise<Fact> => {
  const reading = await read(`f(${type} x)`, [value], [{ path: 'x', label: 'X', format, params }]);
  const [fact] = reading?.facts ?? [];
  if (fact === undefined) throw new Error('nothing was read');
  return fact;
};

type Drawn = readonly [
  format: string,
  type: string,
  value: unknown,
  canonical: string,
  params?: object,
];
type Unfit = readonly [format: string, type: string, value: unknown, params?: object];

describe('a value is drawn by its format', () => {
  const drawn: readonly Drawn[] = [
    ['raw', 'uint256', 5n, '5'],
    ['raw', 'int256', -5n, '-5'],
    ['raw', 'bool', true, 'true'],
    ['raw', 'address', OTHER, OTHER],
    ['raw', 'bytes', '0xbeef', '0xbeef'],
    ['raw', 'string', 'Grüße', 'Grüße'],
    ['raw', 'string', 'a\u202eb', 'a⟨U+202E⟩b'],
    ['addressName', 'address', OTHER, OTHER],
    ['addressName', 'uint256', BigInt(OTHER), OTHER],
    ['tokenTicker', 'address', TOKEN, TOKEN],
    ['amount', 'uint256', 5n, '5 smallest units of the native coin'],
    ['tokenAmount', 'uint256', 5n, `5 smallest units of ${TOKEN}`, { token: TOKEN }],
    [
      'tokenAmount',
      'uint256',
      2n ** 256n - 1n,
      `without limit (${String(2n ** 256n - 1n)}) smallest units of ${TOKEN}`,
      { token: TOKEN },
    ],
    [
      'tokenAmount',
      'uint256',
      9n,
      `without limit (9) smallest units of ${TOKEN}`,
      { token: TOKEN, threshold: '0x09', message: 'All' },
    ],
    [
      'tokenAmount',
      'uint256',
      5n,
      '5 smallest units of the native coin',
      { token: TOKEN, nativeCurrencyAddress: TOKEN },
    ],
    [
      'tokenAmount',
      'uint256',
      5n,
      `5 smallest units of ${TOKEN} on chain 10 (5)`,
      { token: TOKEN, chainId: 10 },
    ],
    ['date', 'uint256', 1_800_000_000n, '1800000000', { encoding: 'timestamp' }],
    ['date', 'uint256', 2n ** 256n - 1n, String(2n ** 256n - 1n), { encoding: 'timestamp' }],
    ['date', 'uint256', 5n, '5', { encoding: 'blockheight' }],
    ['duration', 'uint256', 3661n, '3661'],
    ['unit', 'uint256', 150n, '150', { base: '%', decimals: 2 }],
    ['chainId', 'uint256', 10n, '10'],
  ];
  it.each(
    drawn.map(([format, type, value, canonical, params]) => ({
      format,
      type,
      value,
      canonical,
      params,
    })),
  )('$format of $type', async ({ format, type, value, canonical, params }) => {
    expect((await one(format, type, value, params)).canonical).toBe(canonical);
  });

  it('with texts for people', async () => {
    const text = async (...args: Parameters<typeof one>): Promise<string> => {
      const { value } = await one(...args);
      return 'text' in value ? value.text : value.kind;
    };
    expect(await text('date', 'uint256', 1_800_000_000n, { encoding: 'timestamp' })).toBe(
      '2027-01-15 08:00:00Z',
    );
    expect(await text('date', 'uint256', 2n ** 256n - 1n, { encoding: 'timestamp' })).toBe(
      'never: beyond every date',
    );
    expect(await text('date', 'uint256', 5n, { encoding: 'blockheight' })).toBe('block 5');
    expect(await text('unit', 'uint256', 150n, { base: '%', decimals: 2 })).toBe('1.5%');
    expect(await text('duration', 'uint256', 3661n)).toBe('01:01:01');
    expect(await text('raw', 'bool', false)).toBe('no');
  });

  it('with a collection in full', async () => {
    const fact = await one('nftName', 'uint256', 7n, { collection: OTHER });
    expect(fact.value).toMatchObject({
      facts: [{ canonical: '7' }, { canonical: OTHER }],
    });
  });

  it('with the word of an enumeration, and its number', async () => {
    const reading = await read(
      'f(uint8 x)',
      [2],
      [{ path: 'x', label: 'X', format: 'enum', params: { $ref: '$.metadata.enums.mode' } }],
      { metadata: { enums: { mode: { 2: 'variable' } } } },
    );
    expect(reading?.facts[0]?.canonical).toBe('variable (2)');
  });

  it('with the sender where the contract takes a placeholder', async () => {
    const fact = await one('addressName', 'address', OTHER, { senderAddress: OTHER });
    expect(fact.canonical).toBe(`${ME} (written as ${OTHER})`);
    expect(fact.remarks).toEqual([`The sender: written as ${OTHER}`]);
  });

  it('with a unit of the descriptor’s own, said to be a number', async () => {
    const reading = await read(
      'f(uint256 x)',
      [5n],
      [{ path: 'x', label: 'X', format: 'tokenAmount', params: { token: '$.metadata.token' } }],
      { metadata: { token: { name: 'X', ticker: 'XXX', decimals: 1 } } },
    );
    expect(reading?.facts[0]).toMatchObject({
      canonical: '0.5 XXX (5)',
      value: { kind: 'number' },
    });
  });
});

describe('a value that does not fit its format is shown as it is, and is not understood', () => {
  const unfit: readonly Unfit[] = [
    ['amount', 'address', OTHER],
    ['amount', 'int256', -1n],
    ['tokenAmount', 'uint256', 5n],
    ['addressName', 'bool', true],
    ['date', 'uint256', 5n],
    ['enum', 'uint256', 5n],
    ['interoperableAddressName', 'address', OTHER],
  ];
  it.each(unfit.map(([format, type, value, params = {}]) => ({ format, type, value, params })))(
    '$format of $type',
    async ({ format, type, value, params }) => {
      const reading = await read(
        `f(${type} x)`,
        [value],
        [{ path: 'x', label: 'X', format, params }],
      );
      expect(reading?.complete).toBe(false);
      expect(reading?.facts[0]?.canonical).toBe(String(value));
    },
  );

  it('so is what is encrypted', async () => {
    const reading = await read(
      'f(bytes32 x)',
      [`0x${'ab'.repeat(32)}`],
      [
        {
          path: 'x',
          label: 'X',
          format: 'raw',
          encryption: { scheme: 'fhe', plaintextType: 'uint64', fallbackLabel: 'Small' },
        },
      ],
    );
    expect(reading?.complete).toBe(false);
    expect(reading?.facts[0]?.canonical).toBe(`0x${'ab'.repeat(32)}`);
  });
});

describe('a descriptor', () => {
  it('has its own words marked as such, and made visible', async () => {
    const reading = await read('f()', [], [{ value: 'Safe\u202e', label: 'Note', format: 'raw' }]);
    expect(reading?.facts[0]).toMatchObject({
      canonical: 'Safe⟨U+202E⟩',
      remarks: ['Words of the descriptor, not of what is signed'],
    });
  });

  it('does not apply where a value is not what it must be', async () => {
    const field = { path: 'x', label: 'X', format: 'raw', visible: { mustMatch: [5] } };
    expect(await read('f(uint256 x)', [6n], [field])).toBeUndefined();
    const reading = await read('f(uint256 x)', [5n], [field]);
    expect(reading?.rest).toHaveLength(1);
  });

  it('that shows a part of a value is shown with all of it', async () => {
    const reading = await read(
      'f(uint256 x)',
      [5n],
      [{ path: 'x.[-20:]', label: 'X', format: 'addressName' }],
    );
    expect(reading?.rest[0]?.value).toMatchObject({ facts: [{ label: 'x', canonical: '5' }] });
  });

  it.each([
    ['a definition that is not there', { $ref: '$.display.definitions.nothing', path: 'x' }],
    ['a path that is not there', { path: 'y', label: 'Y', format: 'raw' }],
    ['a field without a label', { path: 'x', format: 'raw' }],
    ['groups inside of groups', { label: 'A', fields: [{ label: 'B', fields: [] }] }],
  ])('with %s does not apply', async (_name, field) => {
    expect(await read('f(uint256 x)', [5n], [field])).toBeUndefined();
  });

  it('goes over lists, alone and side by side', async () => {
    const reading = await read(
      'f(address[] a, uint256[] b)',
      [
        [ME, OTHER],
        [1n, 2n],
      ],
      [
        {
          label: 'Pairs',
          iteration: 'bundled',
          fields: [
            { path: 'a.[]', label: 'A', format: 'addressName' },
            { path: 'b.[]', label: 'B', format: 'tokenAmount', params: { tokenPath: 'a.[]' } },
          ],
        },
        { path: 'b.[]', label: 'B', format: 'raw', separator: 'Number {index}' },
      ],
    );
    const [pairs, first, second] = reading?.facts ?? [];
    expect(pairs?.value).toMatchObject({
      facts: [
        { label: 'A', canonical: ME },
        { label: 'B', canonical: `1 smallest units of ${ME}` },
        { label: 'A', canonical: OTHER },
        { label: 'B', canonical: `2 smallest units of ${OTHER}` },
      ],
    });
    expect([first?.label, second?.label]).toEqual(['Number 0: B', 'Number 1: B']);
    expect(reading?.complete).toBe(true);
  });

  it('does not go over lists that are not of one length', async () => {
    const fields = [
      { path: 'a.[]', label: 'A', format: 'raw' },
      { path: 'b.[]', label: 'B', format: 'raw' },
    ];
    const group = [{ label: 'Pairs', iteration: 'bundled', fields }];
    expect(await read('f(uint256[] a, uint256[] b)', [[1n], [1n, 2n]], group)).toBeUndefined();
  });

  it('says its sentence with what this device knows, and for the digest without', async () => {
    const fields = [
      { path: 'x', label: 'X', format: 'tokenAmount', params: { token: TOKEN } },
      { path: 'to.[]', label: 'To', format: 'addressName' },
    ];
    const intent = { interpolatedIntent: 'Give {x} {{to}} {to}' };
    const args = [1_500_000n, [ME, OTHER]];
    const reading = await read('f(uint256 x, address[] to)', args, fields, { intent });
    expect(reading?.sentence).toEqual({
      text: `Give 1.5 USDC {to} your own account Treasury and ${OTHER}`,
      canonical: `Give 1500000 smallest units of ${TOKEN} {to} ${ME} and ${OTHER}`,
    });
    const blank = await read('f(uint256 x, address[] to)', args, fields, {
      intent,
      notes: NO_NOTES,
    });
    expect(blank?.sentence?.canonical).toBe(reading?.sentence?.canonical);
  });

  it.each(['Give {y}', 'Give {x', 'Give }x', 'Give {}'])(
    'has no sentence by %j',
    async (template) => {
      const reading = await read('f(uint256 x)', [5n], [{ path: 'x', label: 'X', format: 'raw' }], {
        intent: { interpolatedIntent: template },
      });
      expect(reading).toBeDefined();
      expect(reading?.sentence).toBeUndefined();
    },
  );

  it('for two thousand values is too much', async () => {
    const fields = [{ path: 'x.[]', label: 'X', format: 'raw' }];
    const values = (count: number): bigint[] => new Array<bigint>(count).fill(1n);
    expect(await read('f(uint256[] x)', [values(2000)], fields)).toBeDefined();
    expect(await read('f(uint256[] x)', [values(2001)], fields)).toBeUndefined();
  });

  it('does not apply on a chain whose number is beyond what it can name', async () => {
    const descriptor = described(ROUTER, { 'f()': { intent: 'Act', fields: [] } }).load('one');
    if (descriptor === undefined) throw new Error('no descriptor');
    const on = async (chainId: bigint): Promise<ClearReading | undefined> =>
      readCallWith(
        { chainId, from: ME, to: ROUTER, value: 0n, data: data('f()'), delegate: false },
        descriptor,
        NOTES,
        async () => {
          throw new Error('no call inside');
        },
      );
    expect(await on(2n ** 53n - 1n)).toBeDefined();
    expect(await on(2n ** 53n)).toBeUndefined();
  });
});
