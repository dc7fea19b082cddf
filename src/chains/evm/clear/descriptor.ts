/** A descriptor of ERC-7730, version 2: material from outside, checked before anything reads it. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import * as v from 'valibot';
import { DescriptorError } from './errors.ts';

/** Of the file. The largest of the public registry has under half a megabyte. */
export const MAX_DESCRIPTOR_BYTES = 1_000_000;

const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
const label = text(200);
const path = text(500);
const constant = v.union([text(500), v.number(), v.boolean()]);
const candidates = v.pipe(v.array(v.nullable(constant)), v.minLength(1), v.maxLength(500));
const unknownRecord = v.record(text(200), v.unknown());

const FORMATS = [
  'raw',
  'addressName',
  'tokenTicker',
  'calldata',
  'amount',
  'tokenAmount',
  'nftName',
  'date',
  'duration',
  'unit',
  'enum',
  'chainId',
  'interoperableAddressName',
] as const;

const params = v.strictObject({
  types: v.optional(v.array(text(50))),
  sources: v.optional(v.array(text(50))),
  senderAddress: v.optional(v.union([path, v.array(path)])),
  callee: v.optional(path),
  calleePath: v.optional(path),
  selector: v.optional(path),
  selectorPath: v.optional(path),
  amount: v.optional(v.union([path, v.pipe(v.number(), v.safeInteger())])),
  amountPath: v.optional(path),
  spender: v.optional(path),
  spenderPath: v.optional(path),
  token: v.optional(path),
  tokenPath: v.optional(path),
  nativeCurrencyAddress: v.optional(v.union([path, v.array(path)])),
  threshold: v.optional(path),
  message: v.optional(text(60)),
  chainId: v.optional(v.union([path, v.pipe(v.number(), v.safeInteger())])),
  chainIdPath: v.optional(path),
  collection: v.optional(path),
  collectionPath: v.optional(path),
  encoding: v.optional(v.picklist(['timestamp', 'blockheight'])),
  base: v.optional(text(60)),
  decimals: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(255))),
  prefix: v.optional(v.boolean()),
  $ref: v.optional(path),
});

const field = v.strictObject({
  $id: v.optional(label),
  $ref: v.optional(path),
  path: v.optional(path),
  value: v.optional(constant),
  label: v.optional(label),
  format: v.optional(v.picklist(FORMATS)),
  params: v.optional(params),
  visible: v.optional(
    v.union([
      v.picklist(['always', 'never', 'optional']),
      v.strictObject({ ifNotIn: candidates }),
      v.strictObject({ mustMatch: candidates }),
    ]),
  ),
  separator: v.optional(label),
  encryption: v.optional(unknownRecord),
});

// The library draws one level of groups; a deeper one is refused when it is used.
const group = v.strictObject({
  $id: v.optional(label),
  path: v.optional(path),
  label: v.optional(label),
  iteration: v.optional(v.picklist(['sequential', 'bundled'])),
  fields: v.array(v.unknown()),
});

const fieldOrGroup = v.lazy((input) =>
  typeof input === 'object' && input !== null && 'fields' in input
    ? v.strictObject({ ...group.entries, fields: v.array(v.union([field, group])) })
    : field,
);

const format = v.strictObject({
  $id: v.optional(text(500)),
  intent: v.optional(v.union([label, v.record(label, label)])),
  interpolatedIntent: v.optional(text(500)),
  fields: v.optional(v.pipe(v.array(fieldOrGroup), v.maxLength(500))),
});

const deployments = v.pipe(
  v.array(
    v.strictObject({
      chainId: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
      address: v.pipe(v.string(), v.regex(/^0x[0-9a-f]{40}$/i)),
    }),
  ),
  v.maxLength(5000),
);

const context = v.strictObject({
  $id: v.optional(label),
  contract: v.optional(
    v.strictObject({
      deployments: v.optional(deployments),
      abi: v.optional(v.unknown()),
      addressMatcher: v.optional(v.unknown()),
      factory: v.optional(v.unknown()),
    }),
  ),
  eip712: v.optional(
    v.strictObject({
      deployments: v.optional(deployments),
      domain: v.optional(v.record(text(100), constant)),
      domainSeparator: v.optional(text(66)),
      schemas: v.optional(v.unknown()),
    }),
  ),
});

const metadata = v.looseObject({
  owner: v.optional(label),
  contractName: v.optional(label),
  token: v.optional(
    v.looseObject({
      name: v.optional(label),
      ticker: v.optional(text(30)),
      decimals: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(255))),
    }),
  ),
  enums: v.optional(v.record(label, v.union([v.record(label, label), text(500)]))),
});

const descriptor = v.strictObject({
  $schema: v.optional(text(500)),
  $comment: v.optional(text(2000)),
  context: v.optional(context),
  metadata: v.optional(metadata),
  display: v.strictObject({
    definitions: v.optional(v.record(label, field)),
    formats: v.record(text(4096), format),
  }),
});

export type DescriptorContent = v.InferOutput<typeof descriptor>;
export type FieldSpec = v.InferOutput<typeof field>;
export type FieldParams = v.InferOutput<typeof params>;
export type FormatSpec = v.InferOutput<typeof format>;

declare const checked: unique symbol;

/** A descriptor that passed `parseDescriptor`; nothing else makes one. */
export interface Descriptor {
  readonly [checked]: true;
  readonly content: DescriptorContent;
  /** Whose words these are: `built-in`, or the name of a snapshot. */
  readonly origin: string;
  /** SHA-256 of its text, hexadecimal. */
  readonly digest: string;
}

/**
 * Reads a descriptor. What it includes must have been merged into it.
 *
 * @param json the text of the file
 * @param origin where it came from
 * @throws DescriptorError that names the place
 */
export function parseDescriptor(json: string, origin: string): Descriptor {
  const bytes = utf8ToBytes(json);
  if (bytes.length > MAX_DESCRIPTOR_BYTES) {
    throw new DescriptorError('clear/descriptor-size', 'The descriptor is too large.');
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new DescriptorError('clear/descriptor-json', 'The descriptor is no JSON.', { cause });
  }
  const result = v.safeParse(descriptor, value);
  if (!result.success) {
    const [issue] = result.issues;
    throw new DescriptorError(
      'clear/descriptor-schema',
      `The descriptor is not as ERC-7730 says at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message}`,
    );
  }
  return freeze({ content: result.output, origin, digest: bytesToHex(sha256(bytes)) });
}

const freeze = (parts: Omit<Descriptor, typeof checked>): Descriptor =>
  Object.freeze(parts) as Descriptor;
