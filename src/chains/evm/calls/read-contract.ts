/** A call of a function: by what this wallet knows, by descriptors, by its name, in this order. */
import { groupFact } from '../../fact.ts';
import type { CallFact, Fact, Reading, Warning } from '../../review.ts';
import type { Hex } from '../hex.ts';
import { decodeCall } from '../clear/abi.ts';
import { type Call, formatFor, MAX_LEAVES, readCallWith, trailingFact } from '../clear/call.ts';
import type { Descriptor } from '../clear/descriptor.ts';
import { isBound } from '../clear/descriptors.ts';
import { countLeaves } from '../clear/node.ts';
import type { ClearReading } from '../clear/read.ts';
import { builtInFor } from '../descriptors/built-in.ts';
import { permissionSentence } from './approvals.ts';
import { argumentFacts } from './arguments.ts';
import { isKnownDanger } from './effects.ts';
import { selectorOf } from './functions.ts';
import { knownSignature } from './known.ts';
import { aboutAddress, type Parts, plain } from './parts.ts';
import { readContainer } from './read-container.ts';
import { TRAILING, unreadable } from './simple.ts';
import { type Walk, worse } from './walk.ts';

type CallTo = Call & { readonly to: Hex };

/** @param depth how many calls the outermost is away */
export async function readContract(call: CallTo, depth: number, walk: Walk): Promise<Parts> {
  const selector = selectorOf(call.data);
  const bound = boundTo(call, walk);
  const container = await readContainer(call, depth, walk);
  const builtIn = builtInFor(call.chainId, call.to, selector);
  // What this wallet reads by itself leads; a descriptor may add to it, never take its place.
  const leads = container !== undefined || (builtIn !== undefined && isKnownDanger(selector));
  const described = await firstOf(bound, call, depth, walk, !leads);
  if (container !== undefined) return withDescriptor(container, described);
  const own = builtIn && (await readCallWith(call, builtIn, walk.notes, neverCalled));
  if (own !== undefined && builtIn !== undefined && (leads || described === undefined)) {
    const unknown = described === undefined && bound.length > 0;
    return withDescriptor(fromStandard(call, own, builtIn, unknown, walk), described);
  }
  if (described !== undefined) return described;
  return byName(call, [...bound, ...(builtIn === undefined ? [] : [builtIn])], walk);
}

/** Descriptors that are bound to this very contract, by their own words too. */
const boundTo = ({ chainId, to }: CallTo, { descriptors }: Walk): readonly Descriptor[] =>
  descriptors
    .forCall(chainId, to)
    .map(descriptors.load)
    .filter((entry) => entry !== undefined)
    .filter((entry) => isBound(entry, 'contract', chainId, to));

/** The first descriptor that applies. @param following whether the calls that it names are read, too */
async function firstOf(
  bound: readonly Descriptor[],
  call: CallTo,
  depth: number,
  { follow, notes }: Walk,
  following: boolean,
): Promise<Parts | undefined> {
  for (const descriptor of bound) {
    let inside: Reading = 'clear';
    const reading = await readCallWith(call, descriptor, notes, async (inner) => {
      if (!following) return placeholder(inner.to);
      const fact = await follow({ ...inner, chainId: call.chainId, delegate: false }, depth + 1);
      inside = worse(inside, fact.reading);
      return fact;
    });
    const signature = formatFor(descriptor, selectorOf(call.data))?.signature.canonical;
    if (reading !== undefined) return fromDescriptor(call, reading, signature, inside);
  }
  return undefined;
}

/** Stands for a call that is shown elsewhere, and is left out with its line. */
const placeholder = (address: string): CallFact => ({
  intent: '',
  canonical: '',
  to: { address },
  value: { value: 0n, asset: 'native' },
  delegate: 'none',
  reading: 'unreadable',
  source: undefined,
  signature: undefined,
  facts: [],
});

const neverCalled = async (): Promise<CallFact> => {
  throw new Error('built-in descriptors of standards name no calls');
};

function fromDescriptor(
  call: CallTo,
  reading: ClearReading,
  signature: string | undefined,
  inside: Reading,
): Parts {
  const { complete, facts, intent, opaque, rest, sentence, source } = reading;
  const own: Reading = opaque ? 'unreadable' : complete ? 'clear' : 'decoded';
  return {
    intent: sentence ?? plain(source.owner === undefined ? intent : `${intent} — ${source.owner}`),
    reading: worse(own, inside),
    facts: [...facts, ...rest],
    source,
    signature,
    warnings: [
      ...(reading.trailing ? [TRAILING] : complete ? [] : [INCOMPLETE]),
      ...(call.value > 0n && !reading.showsValue ? [COINS] : []),
    ],
    saysValue: reading.saysValue,
  };
}

/** @param unknown whether the contract has a descriptor, which says nothing of this function */
function fromStandard(
  { chainId, data, to, value }: CallTo,
  reading: ClearReading,
  builtIn: Descriptor,
  unknown: boolean,
  { notes }: Walk,
): Parts {
  const elsewhere = unknown && !isBound(builtIn, 'contract', chainId, to);
  const coins = value > 0n && !reading.showsValue;
  const sentence = permissionSentence(data, to, notes) ?? reading.sentence;
  return {
    intent: sentence ?? aboutAddress(to, notes, (name) => `${reading.intent}: ${name}`),
    reading: reading.opaque
      ? 'unreadable'
      : elsewhere || coins || !reading.complete
        ? 'decoded'
        : 'clear',
    facts: [...reading.facts, ...reading.rest],
    source: reading.source,
    signature: formatFor(builtIn, selectorOf(data))?.signature.canonical,
    warnings: [
      ...(reading.trailing ? [TRAILING] : []),
      ...(elsewhere ? [NOT_IN_DESCRIPTOR] : []),
      ...(coins ? [COINS] : []),
    ],
    saysValue: reading.saysValue,
  };
}

/** What a descriptor says beside what this wallet read by itself. */
function withDescriptor(own: Parts, described: Parts | undefined): Parts {
  if (described === undefined) return own;
  const known = new Set(own.facts.map(({ canonical }) => canonical));
  const more = described.facts.filter(
    ({ canonical, value }) => value.kind !== 'call' && !known.has(canonical),
  );
  const facts: readonly Fact[] =
    more.length === 0
      ? own.facts
      : [...own.facts, groupFact('As its descriptor shows it', more, { weight: 'quiet' })];
  return { ...own, facts, source: described.source };
}

/** By the name of the function alone. */
function byName(call: CallTo, descriptors: readonly Descriptor[], { notes }: Walk): Parts {
  const selector = selectorOf(call.data);
  const formats = descriptors.map((entry) => formatFor(entry, selector)?.signature);
  const signature = formats.find((entry) => entry !== undefined) ?? knownSignature(selector);
  if (signature === undefined) return unreadable(call, notes, 'unknown');
  const decoded = decodeCall(signature, call.data);
  if (decoded === undefined) return unreadable(call, notes, 'non-canonical');
  const { members, trailing } = decoded;
  if (countLeaves({ kind: 'struct', members }) > MAX_LEAVES) {
    return unreadable(call, notes, 'unknown');
  }
  const name = signature.canonical.slice(0, signature.canonical.indexOf('('));
  return {
    intent: aboutAddress(call.to, notes, (whom) => `Call ${name} of ${whom}`),
    reading: trailing === '0x' ? 'decoded' : 'unreadable',
    facts: [
      ...argumentFacts(members, notes),
      ...(trailing === '0x' ? [] : [trailingFact(trailing)]),
    ],
    signature: signature.canonical,
    warnings: trailing === '0x' ? [] : [TRAILING],
  };
}

const INCOMPLETE: Warning = {
  code: 'evm/descriptor-incomplete',
  level: 'caution',
  title: 'The descriptor does not explain everything',
  text: 'Some values have no explanation, or do not fit the one they have. They are listed as they are.',
};

const NOT_IN_DESCRIPTOR: Warning = {
  code: 'evm/not-in-descriptor',
  level: 'caution',
  title: 'Not among the functions that its descriptor explains',
  text: 'The function is called like one of a standard; whoever described this contract says nothing of it.',
};

const COINS: Warning = {
  code: 'evm/coins-with-call',
  level: 'caution',
  title: 'Sends coins along',
  text: 'Nothing explains what the contract does with them. They may be lost.',
};
