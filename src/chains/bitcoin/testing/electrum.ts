/**
 * Electrum, an independent wallet, where it is installed (Debian's package `electrum`, or any Python that can
 * import it). Where it is not, the tests that need it are skipped and say so in their titles.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('electrum.py', import.meta.url));
const PYTHON = ['/usr/bin/python3', 'python3'].find(
  (python) => spawnSync(python, ['-c', 'import electrum.wallet'], { timeout: 60_000 }).status === 0,
);

export const hasElectrum = PYTHON !== undefined;

/** The title of a test that needs it. */
export const needsElectrum = (title: string): string =>
  hasElectrum ? title : `${title} (skipped, no electrum)`;

/** A command of electrum.py and its arguments. */
export type Command = readonly [name: string, ...(string | number)[]];

export interface Answer {
  readonly value?: unknown;
  /** Name of the exception and its text. */
  readonly error?: string;
}

/**
 * Runs these commands one after the other, in a new wallet.
 *
 * @param network by Electrum's name
 * @throws Error when the program itself fails
 */
export function electrum(
  network: 'mainnet' | 'testnet' | 'signet' | 'regtest',
  ...commands: readonly Command[]
): readonly Answer[] {
  const { status, stdout, stderr } = spawnSync(
    PYTHON ?? 'python3',
    ['-c', readFileSync(PROGRAM, 'utf8')],
    {
      input: JSON.stringify({ network, commands }),
      encoding: 'utf8',
      maxBuffer: 100_000_000,
    },
  );
  if (status !== 0) throw new Error(`electrum.py failed: ${stderr}`);
  return JSON.parse(stdout) as Answer[];
}
