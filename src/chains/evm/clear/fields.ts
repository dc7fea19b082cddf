/** One line of a descriptor, as a fact: the value comes from the bytes, the label and the form from the descriptor. */
import { visible } from '../../../text.ts';
import {
  addressLine,
  amountLine,
  bytesFact,
  callLine,
  groupFact,
  numberFact,
  textFact,
} from '../../fact.ts';
import type { CallFact, Fact } from '../../review.ts';
import { toChecksum } from '../address.ts';
import { addressFact, amountFact, type DescribeContext, sameAddress } from '../context.ts';
import { formatAmount } from '../amount.ts';
import { type Hex, isHexData } from '../hex.ts';
import { isUnlimited } from '../unlimited.ts';
import { type Line, NATIVE, tokenUnit } from './library.ts';
import type { MarkedField } from './marked.ts';
import type { Leaf, Node } from './node.ts';
import { addressAt, numberOf, resolve, type Root } from './path.ts';

/** A call that a descriptor says is inside of another. */
export interface EmbeddedCall {
  readonly from: Hex;
  readonly to: Hex;
  readonly value: bigint;
  readonly data: Hex;
}

export interface FieldContext {
  readonly root: Root;
  readonly chainId: number;
  readonly notes: DescribeContext;
  readonly follow: (call: EmbeddedCall) => Promise<CallFact>;
}

/** `false` for `understood` where the descriptor does not fit the value: then the value is shown as it is. */
export interface ReadField {
  readonly fact: Fact;
  readonly understood: boolean;
}

const MAX_LABEL = 80;
const MAX_TEXT = 400;

/** Everything about names and units is asked by this wallet itself, not by the library. */
const EXPECTED = new Set(['UNKNOWN_ADDRESS', 'UNKNOWN_BLOCK']);

/** @param field with the paths of this line's place */
export async function readField(
  line: Line,
  field: MarkedField,
  context: FieldContext,
): Promise<ReadField> {
  const label = labelOf(field, line);
  if (field.path === undefined) return { fact: constantFact(label, line), understood: true };
  const node = resolve(field.path, context.root);
  if (node?.kind !== 'leaf') {
    return { fact: textFact(label, 'This value cannot be shown.'), understood: false };
  }
  const fact =
    line.warning === undefined || EXPECTED.has(line.warning.code)
      ? await formatted(label, line, field, node, context)
      : undefined;
  return { fact: fact ?? plainFact(label, node, context.notes), understood: fact !== undefined };
}

function labelOf(field: MarkedField, { separator = '' }: Line): string {
  const label = visible(field.label ?? '', MAX_LABEL);
  if (field.separator === undefined) return label;
  const text = visible(field.separator.replace('{index}', separator), MAX_LABEL);
  return `${text}: ${label}`;
}

/** Not of the bytes: a person must not take it for that. */
const constantFact = (label: string, { value }: Line): Fact =>
  textFact(label, visible(value, MAX_TEXT), {
    remarks: ['Words of the descriptor, not of what is signed'],
    weight: 'quiet',
  });

/** A value as it is, by its type. */
export function plainFact(label: string, { type, value }: Leaf, notes: DescribeContext): Fact {
  if (typeof value === 'bigint') return numberFact(label, value);
  if (typeof value === 'boolean') {
    return { ...textFact(label, value ? 'yes' : 'no'), canonical: String(value) };
  }
  if (type === 'address') return addressLine(label, addressFact(toChecksum(value), notes));
  return type === 'string' ? stringFact(label, value) : bytesFact(label, value);
}

/** For the digest all of it counts, also what is cut on the screen. */
const stringFact = (label: string, value: string): Fact => ({
  ...textFact(label, visible(value, MAX_TEXT)),
  canonical: visible(value, Math.max(1, value.length)),
});

/** `undefined` where the value is not of the kind that the format is for. */
async function formatted(
  label: string,
  line: Line,
  field: MarkedField,
  leaf: Leaf,
  context: FieldContext,
): Promise<Fact | undefined> {
  const { notes } = context;
  switch (field.format) {
    case 'raw':
      return plainFact(label, leaf, notes);
    case 'addressName':
      return addressNameFact(label, line, leaf, context);
    case 'tokenTicker': {
      const token = addressAt(leaf);
      return token === undefined
        ? undefined
        : addressLine(label, addressFact(toChecksum(token), notes));
    }
    case 'calldata':
      return embeddedFact(label, line, field, context);
    case undefined:
    case 'interoperableAddressName':
      return undefined;
    case 'enum':
      return enumFact(label, line, leaf);
    default: {
      const value = numberOf(leaf);
      return value === undefined ? undefined : numeric(label, line, field, value, context);
    }
  }
}

function addressNameFact(
  label: string,
  line: Line,
  leaf: Leaf,
  { notes, root }: FieldContext,
): Fact | undefined {
  const address = addressAt(leaf);
  if (address === undefined) return undefined;
  const sender = addressAt(root.container['@.from']);
  // The contract takes a placeholder for the sender, says the descriptor.
  const meant = line.value === 'Sender' && sender !== undefined ? sender : address;
  const fact = addressLine(label, addressFact(toChecksum(meant), notes));
  if (sameAddress(meant, address)) return fact;
  const written = toChecksum(address);
  return {
    ...fact,
    canonical: `${fact.canonical} (written as ${written})`,
    remarks: [`The sender: written as ${written}`],
  };
}

function enumFact(label: string, line: Line, leaf: Leaf): Fact {
  const raw = String(leaf.value);
  const text = visible(line.value, MAX_TEXT);
  return { ...textFact(label, text), canonical: `${text} (${raw})` };
}

function numeric(
  label: string,
  line: Line,
  field: MarkedField,
  value: bigint,
  context: FieldContext,
): Fact | undefined {
  const number = (text: string, remarks?: string[]): Fact => ({
    ...numberFact(label, value, visible(text, MAX_TEXT)),
    remarks,
  });
  switch (field.format) {
    case 'amount':
      return value < 0n
        ? undefined
        : amountLine(label, amountFact(value, undefined, context.notes));
    case 'tokenAmount':
      return value < 0n ? undefined : tokenFact(label, line, value, context);
    case 'nftName':
      return collectibleFact(label, line, value, context);
    case 'date':
      return field.params?.encoding === 'blockheight'
        ? number(`block ${String(value)}`)
        : number(line.value.includes('NaN') ? 'never: beyond every date' : line.value, [
            String(value),
          ]);
    case 'chainId':
      return number(`chain ${String(value)}`);
    case 'duration':
      return number(line.value, ['hours:minutes:seconds']);
    default:
      return number(line.value); // a unit of the descriptor
  }
}

/** Which asset it is follows from the unit that this wallet handed in, and that stands at the end. */
function tokenFact(label: string, line: Line, value: bigint, context: FieldContext): Fact {
  const { chainId, notes } = context;
  const token = line.tokenAddress;
  const unit = [NATIVE, ...(token === undefined ? [] : [tokenUnit(chainId, token)])].find((text) =>
    line.value.endsWith(` ${text}`),
  );
  if (unit === undefined) {
    // A unit of the descriptor's own, or a token on another chain.
    const text = visible(line.value, MAX_TEXT);
    return { ...numberFact(label, value, text), canonical: `${text} (${String(value)})` };
  }
  const asset = unit === NATIVE || token === undefined ? undefined : toChecksum(token);
  const amount = amountFact(value, asset, notes);
  const words = line.value.slice(0, -unit.length - 1);
  if (words === String(value)) {
    const unlimited = isUnlimited(value);
    return amountLine(label, { ...amount, unlimited }, { weight: 'large' });
  }
  // Above a threshold, the descriptor has a word for it, such as "Unlimited" or "All".
  return amountLine(
    label,
    { ...amount, unlimited: true },
    { weight: 'large', remarks: [visible(words, MAX_LABEL)] },
  );
}

function collectibleFact(
  label: string,
  line: Line,
  value: bigint,
  { notes }: FieldContext,
): Fact | undefined {
  const collection = /^(0x[0-9a-fA-F]{40}) #/.exec(line.value)?.[1];
  if (collection === undefined) return undefined;
  return groupFact(label, [
    numberFact('Number', value, `#${formatAmount(value, 0)}`),
    addressLine('Collection', addressFact(toChecksum(collection), notes)),
  ]);
}

async function embeddedFact(
  label: string,
  { embeddedCalldata, value: data }: Line,
  field: MarkedField,
  context: FieldContext,
): Promise<Fact | undefined> {
  const to = embeddedCalldata?.callee;
  // The calls of another chain are not of this request.
  if (to === undefined || embeddedCalldata?.chainId !== undefined) return undefined;
  if (!isHexData(data)) return undefined;
  const { params = {} } = field;
  const amount = params.amountPath ?? params.amount;
  const value = amount === undefined ? 0n : paramOf(amount, context.root, numberOf);
  if (value === undefined) return undefined;
  const from = paramOf(params.spenderPath ?? params.spender, context.root, addressAt);
  const call: EmbeddedCall = {
    // Unless the descriptor says otherwise, the called contract makes the call.
    from: toChecksum(from ?? addressAt(context.root.container['@.to']) ?? to),
    to: toChecksum(to),
    value,
    data,
  };
  return callLine(label, await context.follow(call));
}

/** A parameter that is a path, or a constant. */
function paramOf<T>(
  spec: string | number | undefined,
  root: Root,
  read: (node: Node | undefined) => T | undefined,
): T | undefined {
  if (spec === undefined) return undefined;
  const constant = typeof spec === 'number' || /^(?:0x[0-9a-f]+|[0-9]+)$/i.test(spec);
  if (!constant) return read(resolve(spec, root));
  const text = String(spec);
  return read(
    /^0x[0-9a-f]{40}$/i.test(text)
      ? { kind: 'leaf', type: 'address', value: text }
      : { kind: 'leaf', type: 'uint256', value: BigInt(text) },
  );
}
