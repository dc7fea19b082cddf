/** Compiles Coin.sol once; the result is kept until it, the compiler or the library changes. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Abi } from 'ox';

interface Compiled {
  readonly abi: Abi.Abi;
  readonly bytecode: `0x${string}`;
}

interface Compiler {
  compile(
    input: string,
    callbacks: { import: (path: string) => { contents: string } | { error: string } },
  ): string;
}

interface Output {
  readonly errors?: readonly { severity: string; formattedMessage: string }[];
  readonly contracts?: Record<
    string,
    Record<string, { abi: Abi.Abi; evm: { bytecode: { object: string } } }>
  >;
}

const modules = join(import.meta.dirname, '../../node_modules');
const cache = join(modules, '.cache/contracts');
const NAME = 'Coin.sol';

const read = (path: string): string => readFileSync(path, 'utf8');

export async function compileCoin(): Promise<Compiled> {
  const source = read(join(import.meta.dirname, NAME));
  const versions = ['solc', '@openzeppelin/contracts'].map((name) =>
    read(join(modules, name, 'package.json')),
  );
  const key = createHash('sha256')
    .update(JSON.stringify([source, ...versions]))
    .digest('hex');
  const path = join(cache, `${key.slice(0, 16)}.json`);
  try {
    return JSON.parse(read(path)) as Compiled;
  } catch {
    const compiled = await compile(source);
    mkdirSync(cache, { recursive: true });
    const draft = `${path}.${String(process.pid)}`; // two workers may get here at the same time
    writeFileSync(draft, JSON.stringify(compiled));
    renameSync(draft, path);
    return compiled;
  }
}

async function compile(source: string): Promise<Compiled> {
  const { default: solc } = (await import('solc')) as { default: Compiler };
  const input = {
    language: 'Solidity',
    sources: { [NAME]: { content: source } },
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { [NAME]: { Coin: ['abi', 'evm.bytecode.object'] } },
    },
  };
  const found = (name: string) => ({ contents: read(join(modules, name)) });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: found })) as Output;
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? [];
  const contract = output.contracts?.[NAME]?.['Coin'];
  if (errors.length > 0 || contract === undefined) {
    throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join('\n'));
  }
  return { abi: contract.abi, bytecode: `0x${contract.evm.bytecode.object}` };
}
