import { describe, expect, it } from 'vitest';
import { equalBytes } from '../../../codec.ts';
import { readTypedDataInput } from './input.ts';
import { MAIL } from './testing/mail.ts';
import { typed } from './testing/typed.ts';

const COW = '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826';
const data = JSON.stringify(MAIL);
const method = 'eth_signTypedData_v4';

describe('readTypedDataInput', () => {
  it.each([
    ['typed data', data, undefined],
    ['typed data with spaces around', `\n ${JSON.stringify(MAIL, undefined, 2)}\n`, undefined],
    ['parameters with an object', JSON.stringify([COW, MAIL]), COW],
    ['parameters with text', JSON.stringify([COW.toLowerCase(), data]), COW],
    ['a request', JSON.stringify({ method, params: [COW, data] }), COW],
    [
      'a request of JSON-RPC',
      JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: [COW, MAIL] }),
      COW,
    ],
  ])('takes %s', (_, text, signer) => {
    const read = readTypedDataInput(text);
    expect(read.ok && equalBytes(read.value.request.bytes, typed(MAIL).bytes)).toBe(true);
    expect(read.ok && read.value.signer).toBe(signer);
  });

  it('leaves out types that nothing uses: they are not signed', () => {
    const more = { ...MAIL, types: { ...MAIL.types, Other: [{ name: 'x', type: 'bool' }] } };
    const read = readTypedDataInput(JSON.stringify(more));
    expect(read.ok && equalBytes(read.value.request.bytes, typed(MAIL).bytes)).toBe(true);
  });

  it.each([
    ['nothing', ' ', 'text', /Paste/],
    ['other text', 'Hello', 'text', /not JSON/],
    ['too much', `${data}${' '.repeat(600_000)}x`, 'text', /too long/],
    ['the data first', JSON.stringify([data, COW]), 'text', /./],
    ['an address alone', JSON.stringify([COW]), 'text', /an address and typed data/],
    ['a third parameter', JSON.stringify([COW, data, 'x']), 'text', /an address and typed data/],
    ['a number for an address', JSON.stringify([1, data]), 'text', /begin with an address/],
    [
      'a wrong checksum',
      JSON.stringify([COW.replace('CD', 'cD'), data]),
      'text',
      /capital letters/,
    ],
    ['text that is no JSON', JSON.stringify([COW, '{']), 'text', /not JSON/],
    [
      'an older version',
      JSON.stringify({ method: 'eth_signTypedData_v3', params: [COW, data] }),
      'method',
      /only/,
    ],
    [
      'eth_sign',
      JSON.stringify({ method: 'eth_sign', params: [COW, `0x${'00'.repeat(32)}`] }),
      'method',
      /only/,
    ],
    [
      'a request without parameters',
      JSON.stringify({ method }),
      'text',
      /an address and typed data/,
    ],
    ['parameters that are no list', JSON.stringify({ method, params: {} }), 'params', /list/],
    [
      'a mistake inside',
      data.replace('"Hello, Bob!"', '1'),
      'message.contents',
      /message\.contents: .*text/,
    ],
  ])('refuses %s', (_, text, field, message) => {
    const read = readTypedDataInput(text);
    expect(read).toEqual({
      ok: false,
      errors: [{ field, message: expect.stringMatching(message) as string }],
    });
  });
});
