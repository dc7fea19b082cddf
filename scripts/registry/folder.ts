/** A registry of ERC-7730 descriptors in a folder, as https://github.com/ethereum/clear-signing-erc7730-registry lays it out. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import {
  type Descriptor as LibraryDescriptor,
  mergeDescriptors,
} from '@ethereum-sourcify/clear-signing';
import * as v from 'valibot';
import type { DescriptorIndex } from '../../src/chains/evm/clear/descriptors.ts';

const calldataIndex = v.record(v.string(), v.string());
const eip712Index = v.record(
  v.string(),
  v.record(
    v.string(),
    v.array(v.strictObject({ path: v.string(), encodeTypeHashes: v.array(v.string()) })),
  ),
);

/** A file that is not what it should be: which, where, and why. */
export class RegistryError extends Error {
  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`${file}: ${problem}`, options);
  }
}

/** The indexes of a registry. @throws RegistryError */
export function readIndex(folder: string): DescriptorIndex {
  return {
    calls: readJson(folder, 'index.calldata.json', calldataIndex),
    typedData: readJson(folder, 'index.eip712.json', eip712Index),
  };
}

/**
 * The text of a descriptor with all that it includes merged in, without the JSON's white space.
 *
 * @param path inside of the folder
 * @throws RegistryError for what is missing, outside of the folder, or includes itself
 */
export function readMerged(folder: string, path: string): string {
  return JSON.stringify(merged(folder, posix.normalize(path), []));
}

function merged(folder: string, path: string, seen: readonly string[]): LibraryDescriptor {
  if (path.startsWith('..') || posix.isAbsolute(path)) {
    throw new RegistryError(path, 'lies outside of the registry');
  }
  if (seen.includes(path)) throw new RegistryError(path, 'includes itself');
  const { includes, ...own } = readJson(
    folder,
    path,
    v.looseObject({ includes: v.optional(v.string()) }),
  );
  if (includes === undefined) return own;
  const included = merged(folder, posix.join(posix.dirname(path), includes), [...seen, path]);
  return mergeDescriptors(own, included);
}

function readJson<const T extends v.GenericSchema>(
  folder: string,
  path: string,
  schema: T,
): v.InferOutput<T> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(join(folder, path), 'utf8'));
  } catch (error) {
    throw new RegistryError(path, error instanceof Error ? error.message : String(error));
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new RegistryError(path, `${v.getDotPath(issue) ?? 'top'}: ${issue.message}`);
}

/** The registry that a file is part of. */
export function registryOf(file: string): string | undefined {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'index.calldata.json'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}
