/** A call in parts, before the calls around it are known. */
import type { CallFact, DescriptorSource, Fact, Reading, Warning } from '../../review.ts';
import { toChecksum } from '../address.ts';
import { addressFact, amountFact, amountText, type DescribeContext } from '../context.ts';
import type { Call } from '../clear/call.ts';
import { canonicalAmount } from '../../fact.ts';
import { addressText, type Sentence } from '../clear/sentence.ts';

export interface Parts {
  readonly intent: Sentence;
  /** The worst of the call and all calls inside of it. */
  readonly reading: Reading;
  readonly facts: readonly Fact[];
  readonly source?: DescriptorSource | undefined;
  readonly signature?: string | undefined;
  readonly warnings: readonly Warning[];
  /** Whether the intent speaks of the coins that are sent along. */
  readonly saysValue?: boolean | undefined;
  /** Code that is delegated to and that is known to do nothing of its own. */
  readonly knownHelper?: boolean | undefined;
}

/** The same words with and without notes. */
export const plain = (text: string): Sentence => ({ text, canonical: text });

/** Words around an address. */
export function aboutAddress(
  address: string,
  notes: DescribeContext,
  write: (name: string) => string,
): Sentence {
  const checksummed = toChecksum(address);
  return {
    text: write(addressText(addressFact(checksummed, notes))),
    canonical: write(checksummed),
  };
}

/** Words around an intent. */
export const about = (inner: Sentence, write: (text: string) => string): Sentence => ({
  text: write(inner.text),
  canonical: write(inner.canonical),
});

/** The call as it is shown: the coins and foreign code are said whatever else is. */
export function callFact(call: Call, parts: Parts, notes: DescribeContext): CallFact {
  const value = amountFact(call.value, undefined, notes);
  let { intent } = parts;
  if (call.value > 0n && parts.saysValue !== true) {
    intent = {
      text: `${intent.text}, sending ${amountText(value)} along`,
      canonical: `${intent.canonical}, sending ${canonicalAmount(value)} along`,
    };
  }
  // What runs in place of the caller does not do what its name says.
  const foreign = call.delegate && parts.knownHelper !== true ? call.to : undefined;
  if (foreign !== undefined) {
    const code = aboutAddress(foreign, notes, (name) => `Run the code of ${name} as its own`);
    intent = {
      text: `${code.text}: ${intent.text}`,
      canonical: `${code.canonical}: ${intent.canonical}`,
    };
  }
  return {
    intent: intent.text,
    canonical: intent.canonical,
    to: call.to === undefined ? undefined : addressFact(toChecksum(call.to), notes),
    value,
    delegate: !call.delegate ? 'none' : parts.knownHelper === true ? 'helper' : 'foreign',
    reading: foreign === undefined ? parts.reading : 'unreadable',
    source: parts.source,
    signature: parts.signature,
    facts: parts.facts,
  };
}
