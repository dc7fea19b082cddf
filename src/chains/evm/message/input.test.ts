import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessageInput } from './input.ts';

const COW = '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826';
const HASH = `0x${'ab'.repeat(32)}`;
const json = JSON.stringify;

const read = (text: string, as: 'text' | 'hex' = 'text') => {
  const result = readMessageInput(text, as);
  return result.ok
    ? [new TextDecoder().decode(result.value.request.bytes), result.value.signer]
    : result.errors[0]?.message;
};

describe('readMessageInput', () => {
  it.each<[string, string, 'text' | 'hex', string, string | undefined]>([
    ['text', ' Hello\n', 'text', ' Hello\n', undefined],
    ['digits as text', '0x48', 'text', '0x48', undefined],
    ['digits', ' 0x4869 ', 'hex', 'Hi', undefined],
    ['digits without 0x', '4869', 'hex', 'Hi', undefined],
    ['parameters', json(['0x4869', COW]), 'text', 'Hi', COW],
    ['parameters pasted as bytes', json(['0x4869', COW.toLowerCase()]), 'hex', 'Hi', COW],
    ['parameters with text', json(['Hi', COW]), 'text', 'Hi', COW],
    ['parameters with an odd digit, which is text', json(['0x486', COW]), 'text', '0x486', COW],
    ['parameters with an empty passphrase', json(['0x4869', COW, '']), 'text', 'Hi', COW],
    ['parameters the other way round', json([COW, '0x4869']), 'text', 'Hi', COW],
    ['an address as message', json(['Hi', COW]).replace('Hi', COW), 'text', '\u{fffd}', COW],
    ['a request', json({ method: 'personal_sign', params: ['0x4869', COW] }), 'text', 'Hi', COW],
    ['a list that is a message', json(['Hi', 'there']), 'text', '["Hi","there"]', undefined],
    ['an object that is a message', json({ a: 1 }), 'text', '{"a":1}', undefined],
    ['what begins like JSON', '{Hi', 'text', '{Hi', undefined],
  ])('takes %s', (_, text, as, message, signer) => {
    const [bytes, account] = read(text, as) ?? [];
    if (message !== '\u{fffd}') expect(bytes).toBe(message);
    expect(account).toBe(signer);
  });

  it.each<[string, string, 'text' | 'hex', RegExp]>([
    ['nothing', '', 'text', /no message/],
    ['no bytes', '0x', 'hex', /no message/],
    ['an odd digit', '0x486', 'hex', /two hexadecimal digits/],
    ['text as bytes', 'Hello', 'hex', /two hexadecimal digits/],
    ['half a character', '\ud800', 'text', /half a character/],
    ['too much', 'x'.repeat(131_073), 'text', /128 KiB/],
    ['much too much', 'x'.repeat(600_000), 'text', /too long/],
    ['eth_sign', json({ method: 'eth_sign', params: [COW, HASH] }), 'text', /eth_sign/],
    ['eth_sign without its name', json([COW, HASH]), 'text', /eth_sign/],
    [
      'another method',
      json({ method: 'eth_sendTransaction', params: [] }),
      'text',
      /personal_sign only/,
    ],
    [
      'a request without an address',
      json({ method: 'personal_sign', params: ['0x4869'] }),
      'text',
      /a message and an address/,
    ],
    [
      'a request with another text',
      json({ method: 'personal_sign', params: ['Hi', 'there'] }),
      'text',
      /a message and an address/,
    ],
    [
      'a passphrase',
      json({ method: 'personal_sign', params: ['Hi', COW, 'secret'] }),
      'text',
      /a message and an address/,
    ],
    ['a wrong checksum', json(['Hi', COW.replace('CD', 'cD')]), 'text', /capital letters/],
  ])('refuses %s', (_, text, as, message) => {
    expect(read(text, as)).toMatch(message);
  });

  it('throws nothing, whatever is pasted', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
        fc.constantFrom('text', 'hex'),
        (text, as) => {
          readMessageInput(text, as);
        },
      ),
    );
  });
});
