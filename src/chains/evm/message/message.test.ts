import { secp256k1 } from '@noble/curves/secp256k1.js';
import fc from 'fast-check';
import { eip191Signer } from 'micro-eth-signer';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../../codec.ts';
import { addressOf } from '../address.ts';
import { SignatureError } from '../errors.ts';
import { assembleMessage } from './assemble.ts';
import { messageDigest } from './digest.ts';
import { MessageError } from './errors.ts';
import { MAX_MESSAGE_BYTES, type MessageRequest, parseMessage } from './parse.ts';

const secret = new Uint8Array(32).fill(0x46);
const publicKey = secp256k1.getPublicKey(secret);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof MessageError || error instanceof SignatureError) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('parseMessage', () => {
  it.each([
    ['ASCII', utf8('Hello'), 'Hello'],
    ['other text', utf8('Grüße 👋'), 'Grüße 👋'],
    ['a byte order mark', utf8('\ufeffx'), '\ufeffx'],
    ['a zero byte', Uint8Array.of(0), '\0'],
    ['a byte that is no text', Uint8Array.of(0xff), undefined],
    ['a slash in two bytes', Uint8Array.of(0xc0, 0xaf), undefined],
    ['half a character', Uint8Array.of(0xed, 0xa0, 0x80), undefined],
    ['a cut character', utf8('ü').slice(0, 1), undefined],
  ])('reads %s', (_, bytes, text) => {
    expect(parseMessage(bytes)).toMatchObject({ kind: 'evm-message', bytes, text });
  });

  it('takes 1 byte to 128 KiB', () => {
    expect(code(() => parseMessage(new Uint8Array(0)))).toBe('evm/message-empty');
    expect(code(() => parseMessage(new Uint8Array(1)))).toBe('accepted');
    expect(code(() => parseMessage(new Uint8Array(MAX_MESSAGE_BYTES)))).toBe('accepted');
    expect(code(() => parseMessage(new Uint8Array(MAX_MESSAGE_BYTES + 1)))).toBe(
      'evm/message-too-large',
    );
  });

  it('keeps its own copy', () => {
    const bytes = utf8('Hello');
    const request = parseMessage(bytes);
    bytes[0] = 0;
    expect(request.text).toBe('Hello');
    expect(request.bytes).toEqual(utf8('Hello'));
  });
});

describe('messageDigest', () => {
  // https://docs.ethers.org/v5/api/utils/hashing/#utils-hashMessage
  it('is the published one', () => {
    expect(toHex(messageDigest(parseMessage(utf8('Hello World'))))).toBe(
      'a1de988600a42c4b4ab089b619297c17d53cffae5d5120d82d8a92d0bb3b78f2',
    );
  });

  it('is that of a second implementation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const hash = eip191Signer.getHash(bytes).replace('0x', '');
        expect(toHex(messageDigest(parseMessage(bytes)))).toBe(hash);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses text that changed after it was read', () => {
    const request = parseMessage(utf8('Hello'));
    request.bytes[0] = 0x4a;
    expect(code(() => messageDigest(request))).toBe('evm/message-changed');
  });
});

describe('assembleMessage', () => {
  const sign = (request: MessageRequest) => {
    const digest = messageDigest(request);
    const recovered = secp256k1.sign(digest, secret, { prehash: false, format: 'recovered' });
    return { signature: recovered.slice(1), recovery: recovered[0] ?? 9 };
  };
  const hello = parseMessage(utf8('Hello'));

  it('gives r, s and v, by which a second implementation finds the account', () => {
    const signature = assembleMessage(hello, sign(hello), publicKey);
    expect(signature).toHaveLength(65);
    expect(signature[64]).toBe(27 + sign(hello).recovery);
    expect(eip191Signer.recoverAddress(`0x${toHex(signature)}`, 'Hello')).toBe(
      addressOf(publicKey),
    );
  });

  it('refuses what is not a signature of this message by this key', () => {
    const other = parseMessage(utf8('Hallo'));
    expect(code(() => assembleMessage(hello, sign(other), publicKey))).toBe(
      'evm/signature-other-account',
    );
    const key = secp256k1.getPublicKey(new Uint8Array(32).fill(0x47));
    expect(code(() => assembleMessage(hello, sign(hello), key))).toBe(
      'evm/signature-other-account',
    );
    expect(code(() => assembleMessage(hello, { ...sign(hello), recovery: 2 }, publicKey))).toBe(
      'evm/signature-recovery',
    );
  });
});
