/** Runs fixtures of the registry through the code that reads requests for the screen. */
import { readFileSync } from 'node:fs';
import { dirname, posix, relative, resolve, sep } from 'node:path';
import * as v from 'valibot';
import type { CallFact } from '../../src/chains/review.ts';
import { toChecksum, ZERO_ADDRESS } from '../../src/chains/evm/address.ts';
import { readCall } from '../../src/chains/evm/calls/read-call.ts';
import { type Call, readCallWith } from '../../src/chains/evm/clear/call.ts';
import type { Descriptor } from '../../src/chains/evm/clear/descriptor.ts';
import { type Descriptors, isBound } from '../../src/chains/evm/clear/descriptors.ts';
import type { EmbeddedCall } from '../../src/chains/evm/clear/fields.ts';
import type { ClearReading } from '../../src/chains/evm/clear/read.ts';
import { readTypedDataWith } from '../../src/chains/evm/clear/typed-data.ts';
import type { DescribeContext } from '../../src/chains/evm/context.ts';
import { fromHexData, type Hex, isHexData } from '../../src/chains/evm/hex.ts';
import { TransactionError } from '../../src/chains/evm/errors.ts';
import { parseSigned, parseUnsigned } from '../../src/chains/evm/parse.ts';
import type { EvmTransaction } from '../../src/chains/evm/transaction.ts';
import { readTypedDataInput } from '../../src/chains/evm/typed-data/input.ts';
import { registryOf } from '../registry/folder.ts';
import { folderDescriptors } from '../registry/source.ts';
import { contextOf } from './context.ts';
import { type Fixture, fixtureSchema, type Rendered, type TestCase } from './fixture.ts';
import { render } from './render.ts';

export interface CaseResult {
  readonly description: string;
  readonly status: 'pass' | 'fail' | 'error';
  readonly rendered?: Rendered;
  readonly message?: string;
}

/** The results of one fixture, in its order. @throws Error for a file that is no fixture */
export async function runFixture(file: string): Promise<readonly CaseResult[]> {
  const folder = registryOf(file);
  if (folder === undefined) throw new Error(`${file}: lies in no registry (index.calldata.json)`);
  const fixture = v.parse(fixtureSchema, JSON.parse(readFileSync(file, 'utf8')));
  const path = relative(folder, resolve(dirname(file), fixture.descriptor))
    .split(sep)
    .join(posix.sep);
  const runner = new Runner(fixture, preferring(folderDescriptors(folder), path));
  const results: CaseResult[] = [];
  for (const test of fixture.tests) results.push(await runner.run(test));
  return results;
}

/** The descriptor under test, and whatever the registry has for what is inside. */
const preferring = (registry: Descriptors, path: string): Descriptors => {
  const tested = registry.load(path);
  const first = (kind: 'contract' | 'eip712', chainId: bigint, address: string): string[] =>
    tested !== undefined && isBound(tested, kind, chainId, toChecksum(address)) ? [path] : [];
  return {
    ...registry,
    forCall: (chainId, address) => [
      ...first('contract', chainId, address),
      ...registry.forCall(chainId, address),
    ],
    forTypedData: (chainId, address, ...type) => [
      ...first('eip712', chainId, address),
      ...registry.forTypedData(chainId, address, ...type),
    ],
  };
};

class Runner {
  readonly #fixture: Fixture;
  readonly #descriptors: Descriptors;
  /** What was read of calls inside of others. */
  readonly #inner = new WeakMap<CallFact, { data: Hex; reading: ClearReading | undefined }>();

  constructor(fixture: Fixture, descriptors: Descriptors) {
    this.#fixture = fixture;
    this.#descriptors = descriptors;
  }

  async run(test: TestCase): Promise<CaseResult> {
    const { description, expected } = test;
    try {
      const reading = 'rawTx' in test ? await this.#call(test) : await this.#typedData(test);
      if (reading === undefined) {
        return { description, status: 'error', message: 'No descriptor applies.' };
      }
      const rendered = this.#render(reading);
      const status = equal(rendered, expected) ? 'pass' : 'fail';
      return { description, status, rendered };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { description, status: 'error', message };
    }
  }

  #render(reading: ClearReading): Rendered {
    return render(reading, (call) => {
      const { data = '0x', reading: inner } = this.#inner.get(call) ?? {};
      return inner === undefined ? data : this.#render(inner);
    });
  }

  async #call(test: Extract<TestCase, { rawTx: string }>): Promise<ClearReading | undefined> {
    if (!isHexData(test.rawTx)) throw new Error('rawTx is no hexadecimal data');
    const { tx } = parseEither(fromHexData(test.rawTx));
    const from = toChecksum(test.from ?? ZERO_ADDRESS);
    const { chainId, data, to, value } = tx;
    const notes = contextOf(this.#fixture.dataProvider, chainId, from);
    return this.#read({ chainId, from, to, value, data, delegate: false }, notes);
  }

  async #typedData(test: Extract<TestCase, { data: object }>): Promise<ClearReading | undefined> {
    const input = readTypedDataInput(withoutChecksums(test.data));
    if (!input.ok) {
      throw new Error(input.errors.map(({ field, message }) => `${field}: ${message}`).join(' '));
    }
    const { data } = input.value.request;
    const { chainId: named } = data.domain;
    const chainId = typeof named === 'string' ? BigInt(named) : 0n;
    const notes = contextOf(this.#fixture.dataProvider, chainId, ZERO_ADDRESS);
    return readTypedDataWith(data, ZERO_ADDRESS, this.#descriptors, notes, async (call) =>
      this.#follow(call, chainId, notes),
    );
  }

  async #read(call: Call, notes: DescribeContext): Promise<ClearReading | undefined> {
    const { chainId, to } = call;
    if (to === undefined) return undefined;
    for (const descriptor of this.#bound(chainId, to)) {
      const reading = await readCallWith({ ...call, to }, descriptor, notes, async (inner) =>
        this.#follow(inner, chainId, notes),
      );
      if (reading !== undefined) return reading;
    }
    return undefined;
  }

  #bound(chainId: bigint, to: Hex): Descriptor[] {
    return this.#descriptors
      .forCall(chainId, to)
      .map(this.#descriptors.load)
      .filter((entry) => entry !== undefined)
      .filter((entry) => isBound(entry, 'contract', chainId, to));
  }

  async #follow(inner: EmbeddedCall, chainId: bigint, notes: DescribeContext): Promise<CallFact> {
    const call: Call = { ...inner, chainId, delegate: false };
    const { call: fact } = await readCall(call, this.#descriptors, notes);
    this.#inner.set(fact, { data: inner.data, reading: await this.#read(call, notes) });
    return fact;
  }
}

/** The wallet refuses a wrong checksum; some fixtures have one, and it is not what they test. */
export const withoutChecksums = (data: object): string =>
  JSON.stringify(data).replaceAll(/"0x[0-9a-fA-F]{40}"/g, (text) => text.toLowerCase());

/** Some fixtures are signed; the signature is not looked at. */
export function parseEither(bytes: Uint8Array): { readonly tx: EvmTransaction } {
  try {
    return parseUnsigned(bytes);
  } catch (error) {
    if (error instanceof TransactionError && error.code === 'evm/already-signed') {
      return parseSigned(bytes);
    }
    throw error;
  }
}

/** Whether all that is expected is there, in this order, and nothing else. */
function equal(rendered: Rendered, expected: Rendered): boolean {
  const { interpolatedIntent, owner } = expected;
  return (
    rendered.intent === expected.intent &&
    (interpolatedIntent === undefined || rendered.interpolatedIntent === interpolatedIntent) &&
    (owner === undefined || rendered.owner === owner) &&
    rendered.fields.length === expected.fields.length &&
    rendered.fields.every(({ label, value }, i) => {
      const field = expected.fields[i];
      if (field?.label !== label) return false;
      return typeof value === 'string' || typeof field.value === 'string'
        ? value === field.value
        : equal(value, field.value);
    })
  );
}
