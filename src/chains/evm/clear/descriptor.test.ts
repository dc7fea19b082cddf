import { describe, expect, it } from 'vitest';
import { MAX_DESCRIPTOR_BYTES, parseDescriptor } from './descriptor.ts';
import { DescriptorError } from './errors.ts';

const field = { path: 'x', label: 'X', format: 'raw' };
const base = {
  $schema: 'https://eips.ethereum.org/assets/eip-7730/erc7730-v2.schema.json',
  context: { contract: { deployments: [{ chainId: 1, address: `0x${'11'.repeat(20)}` }] } },
  metadata: { owner: 'Maker' },
  display: { formats: { 'f(uint256 x)': { intent: 'Do it', fields: [field] } } },
};
const codeOf = (text: string): string => {
  try {
    parseDescriptor(text, 'test');
    return 'none';
  } catch (error) {
    if (!(error instanceof DescriptorError)) throw error;
    return error.code;
  }
};
const withField = (more: object): object => ({
  ...base,
  display: { formats: { 'f(uint256 x)': { intent: 'Do it', fields: [{ ...field, ...more }] } } },
});

it('takes a descriptor, and knows it by its bytes', () => {
  const descriptor = parseDescriptor(JSON.stringify(base), 'test');
  expect(descriptor.origin).toBe('test');
  expect(descriptor.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(parseDescriptor(`${JSON.stringify(base)} `, 'test').digest).not.toBe(descriptor.digest);
});

describe('refuses', () => {
  it.each<readonly [string, string, string]>([
    ['no JSON', '{', 'clear/descriptor-json'],
    ['too much', `"${'x'.repeat(MAX_DESCRIPTOR_BYTES)}"`, 'clear/descriptor-size'],
  ])('%s', (_name, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  it.each<readonly [string, unknown]>([
    ['a list', []],
    ['no display', { ...base, display: undefined }],
    ['includes that were not merged', { ...base, includes: 'other.json' }],
    ['an unknown part', { ...base, script: 'x' }],
    [
      'an address that is none',
      { ...base, context: { contract: { deployments: [{ chainId: 1, address: '0x1' }] } } },
    ],
    [
      'a chain that is none',
      {
        ...base,
        context: { contract: { deployments: [{ chainId: 0, address: `0x${'11'.repeat(20)}` }] } },
      },
    ],
    ['an unknown format', withField({ format: 'html' })],
    ['an unknown parameter', withField({ params: { href: 'x' } })],
    ['a label without end', withField({ label: 'x'.repeat(201) })],
    ['an unknown visibility', withField({ visible: 'sometimes' })],
    ['negative decimals', withField({ params: { decimals: -1 } })],
    ['too many decimals', withField({ params: { decimals: 256 } })],
  ])('%s', (_name, value) => {
    expect(codeOf(JSON.stringify(value))).toBe('clear/descriptor-schema');
  });

  it('and names the place', () => {
    expect(() => parseDescriptor(JSON.stringify(withField({ format: 'html' })), 'test')).toThrow(
      /display\.formats\.f\(uint256 x\)\.fields\.0\.format/,
    );
  });
});
