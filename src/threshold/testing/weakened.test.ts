/** The tool that weakens: it must never hand out the real build by mistake. */
import { expect, it } from 'vitest';
import * as gf128 from '../gf128.ts';
import * as zero from '../zero.ts';
import { weakened } from './weakened.ts';

interface Build {
  gf128: typeof gf128;
}
const modules = { gf128: 'gf128.ts' };

it('builds the patched source, once per set of patches', async () => {
  const patches = [{ file: 'gf128.ts', find: 'GF_WORDS = 4;', replace: 'GF_WORDS = 5;' }];
  const weak = await weakened<Build>(modules, patches);
  expect(weak.gf128.GF_WORDS).toBe(5);
  expect(gf128.GF_WORDS).toBe(4);
  expect(await weakened<Build>(modules, patches)).toBe(weak);
});

it('takes several patches, also of one file, and imports of other files', async () => {
  const weak = await weakened<{ zero: typeof zero }>({ zero: 'zero.ts' }, [
    { file: 'zero.ts', find: 'value : -value', replace: 'value : value' },
    { file: 'zero.ts', find: 'reduce(zeta)', replace: 'reduce(zeta + 1n)' },
    { file: 'hash.ts', find: "'mpc-ecdsa/v1/'", replace: "'other/'" },
  ]);
  const seeds = new Map<number, Uint8Array>();
  expect(zero.zeroShare(1, seeds, new Uint8Array(32), new Uint8Array(32))).toBe(0n);
  expect(weak.zero.zeroShare(1, seeds, new Uint8Array(32), new Uint8Array(32))).toBe(1n);
});

it.each([
  ['text that is not there', [{ file: 'gf128.ts', find: 'GF_WORDS = 7;', replace: 'x' }]],
  ['text that occurs twice', [{ file: 'gf128.ts', find: 'GF_WORDS', replace: 'x' }]],
  ['a patch that changes nothing', [{ file: 'gf128.ts', find: '= 4;', replace: '= 4;' }]],
  ['a file outside the build', [{ file: 'derive.ts', find: '2 ** 31', replace: '2 ** 32' }]],
  ['a file that does not exist', [{ file: 'gf129.ts', find: '4', replace: '5' }]],
  ['no patch at all', []],
])('refuses %s', async (_, patches) => {
  await expect(weakened<Build>(modules, patches)).rejects.toThrow();
});
