import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runFixture } from './run.ts';

const SHARED = join(import.meta.dirname, '../../../shared/erc7730');

/** Each is explained in docs/clear-signing.md. */
const EXCEPTIONS: readonly string[] = [
  'registry/hyperliquid/testsv2/eip712-withdraw.tests.json: Hyperliquid withdraw - 1 USDC',
  'registry/permit/testsv2/eip712-permit-avalanche_c_chain-yetiswap.tests.json: Authorize spending of tokens',
];

describe.skipIf(!existsSync(SHARED))('the registry’s fixtures (skipped, no shared data)', () => {
  it('pass, but for those that are explained', async () => {
    const files = readdirSync(SHARED, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.tests.json'))
      .toSorted();
    const failed: string[] = [];
    let passed = 0;
    for (const file of files) {
      for (const { description, status } of await runFixture(join(SHARED, file))) {
        if (status === 'pass') passed++;
        else failed.push(`${file}: ${description}`);
      }
    }
    expect(failed).toEqual(EXCEPTIONS);
    expect(passed).toBeGreaterThanOrEqual(203);
  });
});
