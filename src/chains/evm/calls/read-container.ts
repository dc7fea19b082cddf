/** A call that makes other calls, each of which is read in turn. */
import type { CallFact, Reading } from '../../review.ts';
import type { Hex } from '../hex.ts';
import { decodeCall } from '../clear/abi.ts';
import { type Call, trailingFact } from '../clear/call.ts';
import type { Sentence } from '../clear/sentence.ts';
import { containerFor, insideLines } from './containers.ts';
import { byName, selectorOf } from './functions.ts';
import { KNOWN_HELPERS } from './helpers.ts';
import { about, aboutAddress, type Parts, plain } from './parts.ts';
import { rawFacts, TRAILING, unreadable } from './simple.ts';
import { type Walk, worse } from './walk.ts';

/** More are told by their number. */
const MAX_TOLD = 3;

/** @returns `undefined` where the function is none that this wallet knows to make calls */
export async function readContainer(
  call: Call & { readonly to: Hex },
  depth: number,
  { follow, notes }: Walk,
): Promise<Parts | undefined> {
  const container = containerFor(selectorOf(call.data));
  if (container === undefined) return undefined;
  const decoded = decodeCall(container.signature, call.data);
  if (decoded === undefined) return unreadable(call, notes, 'non-canonical');
  const { coinsInside = false, maker, ...opened } = container.value(byName(decoded.members), call);
  const { calls } = opened;
  const exact = decoded.trailing === '0x';
  const facts = exact ? opened.facts : [...opened.facts, trailingFact(decoded.trailing)];
  const signature = container.signature.canonical;
  if (calls === undefined) {
    const parts = unreadable(call, notes, 'unknown');
    return { ...parts, signature, facts: [...facts, ...rawFacts(call.data, 'Calldata')] };
  }
  const inside: CallFact[] = [];
  for (const inner of calls) inside.push(await follow(inner, depth + 1));
  const told = tell(inside);
  const from =
    maker === undefined
      ? undefined
      : aboutAddress(call.to, notes, (name) => `From the ${maker} ${name}`);
  return {
    intent:
      from === undefined
        ? told
        : {
            text: `${from.text}: ${told.text}`,
            canonical: `${from.canonical}: ${told.canonical}`,
          },
    reading: inside.reduce<Reading>(
      (sum, { reading }) => worse(sum, reading),
      exact ? 'clear' : 'unreadable',
    ),
    facts: [...insideLines(inside), ...facts],
    signature,
    warnings: exact ? [] : [TRAILING],
    saysValue: coinsInside && inside.length > 0,
    knownHelper: KNOWN_HELPERS.has(call.to.toLowerCase()),
  };
}

function tell(inside: readonly CallFact[]): Sentence {
  const [first] = inside;
  if (first === undefined) return plain('Make no calls at all');
  if (inside.length === 1) return { text: first.intent, canonical: first.canonical };
  const count = `${String(inside.length)} calls`;
  const more = inside.length - MAX_TOLD;
  const rest = more > 0 ? `; and ${String(more)} more` : '';
  const list = (write: (call: CallFact) => string): string =>
    inside.slice(0, MAX_TOLD).map(write).join('; ');
  return about(
    { text: list((call) => call.intent), canonical: list((call) => call.canonical) },
    (text) => `${count}: ${text}${rest}`,
  );
}
