import { keccak_256 } from '@noble/hashes/sha3.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex } from '../../codec.ts';
import {
  balanceOfCall,
  decimalsCall,
  decodeTokenCall,
  encodeTokenCall,
  readBalance,
  readDecimals,
  readSymbol,
  symbolCall,
} from './erc20.ts';
import { AnswerError } from './errors.ts';
import type { Hex } from './hex.ts';
import { anyAddress, BOB } from './testing/transactions.ts';

const selector = (signature: string): string =>
  `0x${toHex(keccak_256(utf8ToBytes(signature)).subarray(0, 4))}`;
const word = (value: bigint): string => value.toString(16).padStart(64, '0');
const bob = BOB.slice(2).toLowerCase().padStart(64, '0');
const text = (value: string, length = utf8ToBytes(value).length): Hex => {
  const bytes = toHex(utf8ToBytes(value));
  const padded = bytes.padEnd(Math.ceil(bytes.length / 64) * 64, '0');
  return `0x${word(32n)}${word(BigInt(length))}${padded}`;
};

const TRANSFER: Hex = `0xa9059cbb${bob}${word(5n)}`;
const APPROVE: Hex = `0x095ea7b3${bob}${word(5n)}`;

describe('token calls', () => {
  it('begin with the hash of the signature', () => {
    const amounts = { address: BOB, amount: 5n };
    expect(encodeTokenCall({ function: 'transfer', ...amounts })).toBe(TRANSFER);
    expect(encodeTokenCall({ function: 'approve', ...amounts })).toBe(APPROVE);
    expect(selector('transfer(address,uint256)')).toBe(TRANSFER.slice(0, 10));
    expect(selector('approve(address,uint256)')).toBe(APPROVE.slice(0, 10));
    expect(balanceOfCall(BOB)).toBe(`${selector('balanceOf(address)')}${bob}`);
    expect(symbolCall()).toBe(selector('symbol()'));
    expect(decimalsCall()).toBe(selector('decimals()'));
  });

  it('are read back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('transfer', 'approve'),
        anyAddress,
        fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
        (name, address, amount) => {
          const call = { function: name, address, amount };
          expect(decodeTokenCall(encodeTokenCall(call))).toEqual(call);
        },
      ),
    );
  });

  it.each<[string, Hex]>([
    ['nothing', '0x'],
    ['a selector alone', '0xa9059cbb'],
    ['a byte too few', TRANSFER.slice(0, -2) as Hex],
    ['a byte at the end', `${TRANSFER}00`],
    ['a word at the end', `${TRANSFER}${word(0n)}`],
    ['dirt before the address', `0xa9059cbb01${bob.slice(2)}${word(5n)}`],
    ['dirt just before the address', `0xa9059cbb${bob.slice(0, 22)}01${bob.slice(24)}${word(5n)}`],
    ['another selector', `0xa9059cbc${bob}${word(5n)}`],
    ['transferFrom', `0x23b872dd${bob}${bob}${word(5n)}`],
    ['increaseAllowance', `0x39509351${bob}${word(5n)}`],
    ['an NFT’s setApprovalForAll', `0xa22cb465${bob}${word(1n)}`],
  ])('are not seen in %s', (_, data) => {
    expect(decodeTokenCall(data)).toBeUndefined();
  });
});

describe('answers', () => {
  it('balance', () => {
    expect(readBalance(`0x${word(5n)}`)).toBe(5n);
    expect(readBalance(`0x${'FF'.repeat(32)}`)).toBe(2n ** 256n - 1n);
  });

  it('decimals', () => {
    expect(readDecimals(`0x${word(18n)}`)).toBe(18);
    expect(readDecimals(`0x${word(255n)}`)).toBe(255);
  });

  it('symbol', () => {
    expect(readSymbol(text('USDC'))).toBe('USDC');
    expect(readSymbol(text('₮'))).toBe('₮');
    expect(readSymbol(`0x${toHex(utf8ToBytes('MKR')).padEnd(64, '0')}`)).toBe('MKR');
  });

  it('a symbol cannot hide what it is', () => {
    expect(readSymbol(text('US\u202eDC'))).toBe('US⟨U+202E⟩DC');
    expect(readSymbol(text('USDC\u200b'))).toBe('USDC⟨U+200B⟩');
    expect(readSymbol(text('Approved by Countersign'))).toBe('Approved by …');
  });

  const code = (run: () => unknown): string => {
    try {
      run();
    } catch (error) {
      if (error instanceof AnswerError) return error.code;
      throw error;
    }
    return 'accepted';
  };

  it.each([
    ['an empty balance', () => readBalance('0x'), 'evm/answer-empty'],
    ['a short balance', () => readBalance('0x05'), 'evm/answer-malformed'],
    ['a long balance', () => readBalance(`0x${word(5n)}00`), 'evm/answer-malformed'],
    ['a balance in decimal', () => readBalance('5'), 'evm/answer-malformed'],
    ['half a byte', () => readBalance('0x0'), 'evm/answer-malformed'],
    ['256 decimals', () => readDecimals(`0x${word(256n)}`), 'evm/answer-decimals'],
    ['huge decimals', () => readDecimals(`0x${'ff'.repeat(32)}`), 'evm/answer-decimals'],
    ['no symbol', () => readSymbol('0x'), 'evm/answer-empty'],
    ['an empty symbol', () => readSymbol(text('')), 'evm/answer-symbol'],
    ['a symbol of spaces', () => readSymbol(text('  ')), 'evm/answer-symbol'],
    ['an empty bytes32 symbol', () => readSymbol(`0x${word(0n)}`), 'evm/answer-symbol'],
    [
      'bytes after the zeros of bytes32',
      () => readSymbol(`0x4d4b5200${'01'.repeat(28)}`),
      'evm/answer-malformed',
    ],
    [
      'bytes32 that are not ASCII',
      () => readSymbol(`0x${'e2'.repeat(32)}`),
      'evm/answer-malformed',
    ],
    ['a length past the end', () => readSymbol(text('USDC', 40)), 'evm/answer-malformed'],
    [
      'a length of 2^256',
      () => readSymbol(`0x${word(32n)}${'ff'.repeat(32)}`),
      'evm/answer-malformed',
    ],
    [
      'an offset past the end',
      () => readSymbol(`0x${word(96n)}${word(1n)}`),
      'evm/answer-malformed',
    ],
    ['text with dirt after it', () => readSymbol(text('USDC', 3)), 'evm/answer-malformed'],
    [
      'bytes that are not UTF-8',
      () => readSymbol(`0x${word(32n)}${word(1n)}ff${'00'.repeat(31)}`),
      'evm/answer-malformed',
    ],
    ['a symbol of 4 KiB', () => readSymbol(text('a'.repeat(4096))), 'evm/answer-malformed'],
  ])('refuses %s', (_, run, expected) => {
    expect(code(run)).toBe(expected);
  });

  it('whatever a node says gives an answer or an error of ours', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const read of [readBalance, readDecimals, readSymbol])
          code(() => read(`0x${toHex(bytes)}`));
      }),
    );
  });
});
