import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, it } from 'vitest';
import { secretBranches } from './secret-branches.js';

RuleTester.describe = describe;
RuleTester.it = it;
RuleTester.itOnly = it.only;

const tester = new RuleTester({
  languageOptions: {
    parser: tseslint.parser,
    parserOptions: {
      projectService: { allowDefaultProject: ['*.ts'] },
      tsconfigRootDir: import.meta.dirname,
    },
  },
});

const declarations = `
  declare const brand: unique symbol;
  type SecretBit = number & { readonly __secret: 'bit' };
  type SecretMask = bigint & { readonly [brand]: 'mask' };
  type Choice = number & { readonly __secret: 'choice' };
  declare let bit: SecretBit;
  declare const maybe: SecretBit | undefined;
  declare const mask: SecretMask;
  declare const choice: Choice;
  declare const bits: readonly SecretBit[];
  declare const table: readonly number[];
  declare let n: number;
  declare function reveal(bit: SecretBit): boolean;
  declare function pick(bit: SecretBit): SecretBit;
`;

const secret = (messageId: string) => (statement: string) => ({
  name: statement,
  code: declarations + statement,
  errors: [{ messageId }],
});

const open = (statement: string) => ({ name: statement, code: declarations + statement });

tester.run('secret-branches', secretBranches, {
  invalid: [
    ...[
      'if (bit) n = 1;',
      'if (mask) n = 1;',
      'if (choice) n = 1;',
      'if (maybe) n = 1;',
      'if (!bit) n = 1;',
      'if (bit === 1) n = 1;',
      'if ((bit & 1) === 0) n = 1;',
      'if (n > 0 === Boolean(bit)) n = 1;',
      'if (BigInt(bit) === 1n) n = 1;',
      'if (pick(bit)) n = 1;',
      'if (bits[0] === 1) n = 1;',
      'if ((bit as number) === 1) n = 1;',
      'n = bit ? 1 : 2;',
      'n = bit === 1 ? 1 : 2;',
      'const both = bit && n;',
      'const either = bit || n;',
      'let kept: number = n; kept ||= 1; bit &&= pick(bit);',
      'while (bit) n++;',
      'do n++; while (mask > 0n);',
      'for (let i = 0; i < bit; i++) n++;',
      'switch (bit) { default: n = 1; }',
      'function f<B extends SecretBit>(b: B) { if (b) n = 1; }',
    ].map(secret('branch')),
    ...[
      'n = table[bit];',
      'n = table[bit + 1];',
      'n = table[Number(mask)];',
      'n = table[-bit];',
      'n = table[maybe!];',
    ].map(secret('index')),
  ],
  valid: [
    'if (n) n = 1;',
    'if (reveal(bit)) n = 1;',
    'if (bits.length > 0) n = 1;',
    'if (typeof maybe === "undefined") n = 1;',
    'n = n > 0 ? bit : pick(bit);',
    'for (const each of bits) n ^= each;',
    'for (let i = 0; i < bits.length; i++) n ^= bits[i] ?? 0;',
    'n = (table[0]! & -bit) | (table[1]! & (bit - 1));',
    'n = bits[n]!;',
    'bit = pick(bit);',
    'const fallback = maybe ?? bit;',
    'type NotSecret = number & { readonly __unit: "wei" }; declare const u: NotSecret; if (u) n = 1;',
    'type Bits = readonly SecretBit[]; declare const b: Bits; if (b) n = 1;',
  ].map(open),
});
