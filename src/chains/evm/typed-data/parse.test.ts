import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../codec.ts';
import { TypedDataError } from './errors.ts';
import { MAX_TYPED_DATA_BYTES, parseTypedData, readTypedData } from './parse.ts';
import { serializeTypedData } from './serialize.ts';
import { anyTypedData } from './testing/any.ts';
import { MAIL } from './testing/mail.ts';
import { typed } from './testing/typed.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (given: Uint8Array): string => new TextDecoder().decode(given);
const canonical = text(typed(MAIL).bytes);

/** The code without `evm/typed-data-`, and the path. */
function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (!(error instanceof TypedDataError)) throw error;
    return `${error.code.replace('evm/typed-data-', '')} ${error.path}`.trim();
  }
  return 'accepted';
}

describe('the canonical form', () => {
  it('is this', () => {
    expect(canonical).toBe(
      '{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},' +
        '{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],' +
        '"Mail":[{"name":"from","type":"Person"},{"name":"to","type":"Person"},{"name":"contents","type":"string"}],' +
        '"Person":[{"name":"name","type":"string"},{"name":"wallet","type":"address"}]},' +
        '"primaryType":"Mail","domain":{"name":"Ether Mail","version":"1","chainId":"1",' +
        '"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},' +
        '"message":{"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},' +
        '"to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},"contents":"Hello, Bob!"}}',
    );
    expect(refusal(() => parseTypedData(bytes(canonical)))).toBe('accepted');
  });

  it.each([
    ['a space', '"Mail","domain"', '"Mail", "domain"'],
    ['a number', '"chainId":"1"', '"chainId":1'],
    ['a hexadecimal number', '"chainId":"1"', '"chainId":"0x1"'],
    [
      'an address in lower case',
      '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826',
      '0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826',
    ],
    [
      'members in another order',
      '"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"',
      '"wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826","name":"Cow"',
    ],
    ['a field twice', '"contents":"Hello', '"contents":"x","contents":"Hello'],
    ['an escape that is not needed', 'Hello', '\\u0048ello'],
    ['a type that nothing uses', '"types":{', '"types":{"Other":[{"name":"x","type":"bool"}],'],
    ['a line feed at the end', '!"}}', '!"}}\n'],
  ])('does not have %s', (_, from, to) => {
    expect(canonical).toContain(from);
    expect(refusal(() => parseTypedData(bytes(canonical.replace(from, to))))).toBe('not-canonical');
  });

  it('is UTF-8 of JSON', () => {
    expect(refusal(() => parseTypedData(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('utf8');
    expect(refusal(() => parseTypedData(bytes('{')))).toBe('json');
    expect(refusal(() => parseTypedData(bytes('[]')))).toBe('object');
  });

  it('has 128 KiB at most', () => {
    const filled = (size: number): Uint8Array =>
      bytes(canonical.replace('Hello', 'x'.repeat(size - canonical.length + 'Hello'.length)));
    expect(refusal(() => parseTypedData(filled(MAX_TYPED_DATA_BYTES)))).toBe('accepted');
    expect(refusal(() => parseTypedData(filled(MAX_TYPED_DATA_BYTES + 1)))).toBe('too-large');
  });

  it('comes back from what was read, whatever the types', () => {
    fc.assert(
      fc.property(anyTypedData, (json) => {
        const request = typed(json);
        expect(equalBytes(serializeTypedData(request.data), request.bytes)).toBe(true);
        expect(parseTypedData(request.bytes).data).toEqual(request.data);
      }),
    );
  });

  it('cannot be changed in one place and pass for the same', () => {
    const { bytes: original, data } = typed(MAIL);
    fc.assert(
      fc.property(
        fc.nat({ max: original.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, x) => {
          const changed = original.slice();
          changed[at] = (changed[at] ?? 0) ^ x;
          let read;
          try {
            read = parseTypedData(changed);
          } catch (error) {
            expect(error).toBeInstanceOf(TypedDataError);
            return;
          }
          expect(read.data).not.toEqual(data);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('throws nothing but its own errors', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc
            .tuple(
              fc.nat({ max: canonical.length }),
              fc.nat({ max: 30 }),
              fc.string({ maxLength: 8 }),
            )
            .map(([at, cut, put]) => canonical.slice(0, at) + put + canonical.slice(at + cut)),
        ),
        (given) => {
          refusal(() => parseTypedData(bytes(given)));
          let json: unknown;
          try {
            json = JSON.parse(given);
          } catch {
            return;
          }
          refusal(() => readTypedData(json));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('is frozen to its last value', () => {
    const { data } = typed(MAIL);
    const all = [
      data,
      data.types,
      data.types['Mail'],
      data.types['Mail']?.[0],
      data.message,
      data.message['from'],
      data.domain,
    ];
    expect(all.every((part) => Object.isFrozen(part))).toBe(true);
  });
});

/** A message of one member. */
const one = (type: string, value: unknown, more: Record<string, unknown> = {}) => ({
  types: {
    EIP712Domain: [{ name: 'name', type: 'string' }],
    M: [{ name: 'x', type }],
    ...more,
  },
  primaryType: 'M',
  domain: { name: 'Test' },
  message: { x: value },
});

const TEN = [{ name: 'y', type: 'uint8' }];

describe('values', () => {
  it.each([
    ['uint8', 255, '255'],
    ['uint8', '0xFf', '255'],
    ['uint8', '0x00ff', '255'],
    ['uint256', Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['uint256', (2n ** 256n - 1n).toString(), (2n ** 256n - 1n).toString()],
    ['uint256', -0, '0'],
    ['int8', -128, '-128'],
    ['int8', '127', '127'],
    ['int256', (-(2n ** 255n)).toString(), (-(2n ** 255n)).toString()],
    ['bool', false, false],
    ['bytes', '0xABcd', '0xabcd'],
    ['bytes', '0x', '0x'],
    ['bytes2', '0xABcd', '0xabcd'],
    ['string', '\u202e', '\u202e'],
    [
      'address',
      '0xcd2a3d9f938e13cd947ec05abc7fe734df8dd826',
      '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826',
    ],
    ['uint8[]', [], []],
    ['uint8[2]', [1, '2'], ['1', '2']],
    ['uint8[1][]', [[1], [2]], [['1'], ['2']]],
    ['T[]', [{ y: 1 }], [{ y: '1' }]],
  ])('%s takes %j', (type, given, read) => {
    expect(readTypedData(one(type, given, { T: TEN })).message).toEqual({ x: read });
  });

  it.each([
    ['uint8', 256, 'range message.x'],
    ['uint8', -1, 'range message.x'],
    ['int8', 128, 'range message.x'],
    ['int8', '-129', 'range message.x'],
    ['int8', '0xff', 'range message.x'],
    ['uint256', (2n ** 256n).toString(), 'range message.x'],
    ['uint256', 2 ** 53, 'number message.x'],
    ['uint256', 1.5, 'number message.x'],
    ['uint256', '01', 'number message.x'],
    ['uint256', '', 'number message.x'],
    ['uint256', ' 1', 'number message.x'],
    ['uint256', '1e3', 'number message.x'],
    ['int256', '-0', 'number message.x'],
    ['int256', '-0x1', 'number message.x'],
    ['uint256', true, 'number message.x'],
    ['uint256', '1'.repeat(80), 'number message.x'],
    ['bool', 'true', 'bool message.x'],
    ['bool', 1, 'bool message.x'],
    ['bytes', '0xabc', 'bytes message.x'],
    ['bytes', 'abcd', 'bytes message.x'],
    ['bytes', [1], 'bytes message.x'],
    ['bytes2', '0xab', 'bytes-length message.x'],
    ['bytes2', '0xabcdef', 'bytes-length message.x'],
    ['string', 1, 'text message.x'],
    ['string', '\ud800', 'text message.x'],
    ['address', '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD82', 'address message.x'],
    ['address', '0xcD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826', 'address message.x'],
    ['address', 1, 'text message.x'],
    ['uint8[]', 1, 'list message.x'],
    ['uint8[]', { length: 0 }, 'list message.x'],
    ['uint8[2]', [1], 'list-length message.x'],
    ['uint8[2]', [1, 2, 3], 'list-length message.x'],
    ['uint8[]', [1, 256], 'range message.x[1]'],
    ['T[]', [{ y: 1 }, { y: 256 }], 'range message.x[1].y'],
    ['T', [], 'object message.x'],
    ['T', { y: 1, z: 1 }, 'unknown-member message.x.z'],
    ['T', {}, 'missing message.x.y'],
    ['T', { y: null }, 'missing message.x.y'],
    ['T', null, 'missing message.x'],
    ['uint8[]', Array.from({ length: 1025 }, () => 1), 'too-many message.x'],
    [
      'uint8[][]',
      Array.from({ length: 5 }, () => Array.from({ length: 1024 }, () => 1)),
      'too-many',
    ],
  ])('%s does not take %j', (type, given, expected) => {
    expect(refusal(() => readTypedData(one(type, given, { T: TEN })))).toBe(expected);
  });

  it('are nested 32 levels deep at most', () => {
    const type = [{ name: 'inner', type: 'N[]' }];
    const deep = (levels: number): unknown => (levels === 0 ? [] : [{ inner: deep(levels - 1) }]);
    expect(refusal(() => readTypedData(one('N[]', deep(10), { N: type })))).toBe('accepted');
    expect(refusal(() => readTypedData(one('N[]', deep(40), { N: type })))).toMatch(
      /^deep message.x/,
    );
  });
});

describe('types', () => {
  const member = (name: unknown, type: unknown) => [{ name, type }];
  const domain = { EIP712Domain: [{ name: 'name', type: 'string' }] };
  const refused = (types: unknown, changes: object = {}): string =>
    refusal(() => readTypedData({ ...one('uint8', 1), types, ...changes }));

  it.each([
    'uint',
    'int',
    'uint7',
    'uint264',
    'uint08',
    'uint0',
    'bytes0',
    'bytes33',
    'bytes01',
    'byte',
    'function',
    'fixed128x18',
    'Other',
    '',
    '[]',
    'uint8[0]',
    'uint8[01]',
    'uint8[-1]',
    'uint8[12345]',
    'uint8 []',
    'uint8[][][][][]',
    'EIP712Domain',
    'EIP712Domain[]',
    'toString',
    '__proto__',
    'M ',
  ])('does not know a member of the type %j', (type) => {
    expect(refused({ ...domain, M: member('x', type) })).toBe('type types.M.x');
  });

  it.each([
    ['no domain', { M: TEN }, 'no-domain-type types'],
    ['a list', [], 'object types'],
    ['a type that is no list', { ...domain, M: {} }, 'list types.M'],
    ['a type without members', { ...domain, M: [] }, 'no-members types.M'],
    ['a member that is no object', { ...domain, M: ['x'] }, 'object types.M[0]'],
    ['a member without a type', { ...domain, M: [{ name: 'x' }] }, 'member types.M[0]'],
    [
      'a member with more',
      { ...domain, M: [{ name: 'x', type: 'bool', z: 1 }] },
      'member types.M[0]',
    ],
    ['a member whose name is no text', { ...domain, M: member(1, 'bool') }, 'text types.M[0]'],
    ['a member whose type is no text', { ...domain, M: member('x', 1) }, 'text types.M[0]'],
    [
      'a member twice',
      { ...domain, M: [...member('x', 'bool'), ...member('x', 'bool')] },
      'member-twice types.M[1]',
    ],
    ['a name with a space', { ...domain, M: member('x y', 'bool') }, 'identifier types.M[0]'],
    [
      'a name that begins with a digit',
      { ...domain, M: member('1', 'bool') },
      'identifier types.M[0]',
    ],
    [
      'a name with a hidden character',
      { ...domain, M: member('x\u200b', 'bool') },
      'identifier types.M[0]',
    ],
    ['a long name', { ...domain, M: member('x'.repeat(101), 'bool') }, 'identifier types.M[0]'],
    [
      'a type called like an expression',
      { ...domain, 'A(bool x)B': TEN },
      'identifier types.A(bool x)B',
    ],
    ['a type called uint256', { ...domain, uint256: TEN }, 'type-name types.uint256'],
    ['a type called bytes', { ...domain, bytes: TEN }, 'type-name types.bytes'],
    ['a type called function', { ...domain, function: TEN }, 'type-name types.function'],
    [
      '65 types',
      {
        ...domain,
        ...Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`T${String(i)}`, TEN])),
      },
      'too-many types',
    ],
    [
      '129 members',
      {
        ...domain,
        M: Array.from({ length: 129 }, (_, i) => ({ name: `x${String(i)}`, type: 'bool' })),
      },
      'too-many types.M',
    ],
    [
      'a domain with another member',
      { M: TEN, EIP712Domain: member('chain', 'uint256') },
      'domain-type types.EIP712Domain.chain',
    ],
    [
      'a domain with another type',
      { M: TEN, EIP712Domain: member('chainId', 'uint64') },
      'domain-type types.EIP712Domain.chainId',
    ],
    [
      'a domain whose contract is text',
      { M: TEN, EIP712Domain: member('verifyingContract', 'string') },
      'domain-type types.EIP712Domain.verifyingContract',
    ],
  ])('refuses %s', (_, types, expected) => {
    expect(refused(types)).toBe(expected);
  });

  it.each([
    ['another field', { extra: 1 }, 'unknown-member extra'],
    ['no message', { message: undefined }, 'object message'],
    ['a primary type that is not there', { primaryType: 'toString' }, 'primary-type primaryType'],
    ['the domain as primary type', { primaryType: 'EIP712Domain' }, 'primary-type primaryType'],
    ['a domain with less than its type', { domain: {} }, 'missing domain.name'],
    [
      'a domain with more than its type',
      { domain: { name: 'Test', version: '1' } },
      'unknown-member domain.version',
    ],
  ])('refuses %s', (_, changes, expected) => {
    expect(refusal(() => readTypedData({ ...one('uint8', 1), ...changes }))).toBe(expected);
  });

  it.each(['types', 'primaryType', 'domain', 'message'])('refuses a request without %s', (name) => {
    const given = Object.fromEntries(
      Object.entries(one('uint8', 1)).filter(([key]) => key !== name),
    );
    expect(refusal(() => readTypedData(given))).toBe(`missing ${name}`);
  });

  it.each([
    ['0', 'chain domain.chainId'],
    ['9007199254740992', 'chain domain.chainId'],
    ['9007199254740991', 'accepted'],
    ['1', 'accepted'],
  ])('chain %s: %s', (chainId, expected) => {
    const types = { ...one('uint8', 1).types, EIP712Domain: member('chainId', 'uint256') };
    expect(refused(types, { domain: { chainId } })).toBe(expected);
  });

  it('refuses a struct that never ends, which other versions sign as nothing', () => {
    const type = [{ name: 'mother', type: 'Person' }];
    expect(refusal(() => readTypedData(one('Person', { mother: null }, { Person: type })))).toBe(
      'missing message.x.mother',
    );
  });
});
