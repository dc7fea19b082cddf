import { describe, expect, it, test } from 'vitest';
import { CountersignError } from '../errors.ts';
import { WrongPassphraseError } from '../keystore/index.ts';
import { NodeLiesError, NodeUnreachableError } from '../network/index.ts';
import { problemOf, WalletError } from './problems.ts';

describe('the problem of an error', () => {
  it('of the wallet is what it brings along', () => {
    const problem = { code: 'wallet/test', title: 'T', meaning: 'M.', next: 'N.' };
    const error = new WalletError(problem);
    expect(problemOf(error)).toBe(problem);
    expect(error.message).toBe('T. M. N.');
    expect(error.code).toBe('wallet/test');
  });

  test.each<[CountersignError, string, RegExp, RegExp]>([
    [new WrongPassphraseError(), 'keystore/wrong-passphrase', /sealed/, /Caps Lock/],
    [new NodeUnreachableError('no answer'), 'network/node-unreachable', /no money/, /Settings/],
    [new NodeLiesError('eth_call'), 'network/node-lies', /Do not trust/, /another node/],
    [
      new CountersignError('network/closed', 'It is closed.'),
      'network/closed',
      /no money/,
      /relay/,
    ],
    [new CountersignError('brand/new', 'it is new.'), 'brand/new', /not finished/, /again/],
  ])('%o has three sentences', (error, code, meaning, next) => {
    const problem = problemOf(error);
    expect(problem.code).toBe(code);
    expect(problem.meaning).toMatch(meaning);
    expect(problem.next).toMatch(next);
    expect(problem.title).toMatch(/^[A-Z].*[^.]$/);
  });

  test.each([new TypeError('secret 1234'), 'secret 1234', undefined, null, { message: 'secret' }])(
    'that is a mistake of the app shows nothing of its text: %o',
    (error) => {
      const problem = problemOf(error);
      expect(problem.code).toBe('wallet/internal');
      expect(JSON.stringify(problem)).not.toContain('secret');
      // It may have happened after a signature was made.
      expect(problem.meaning).not.toMatch(/nothing was signed/i);
    },
  );
});
