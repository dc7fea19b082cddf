/** Sentences about permissions, which no template can say: they depend on how much is permitted. */
import type { Hex } from '../hex.ts';
import { amountFact, amountText, type DescribeContext } from '../context.ts';
import { assetText } from '../intent.ts';
import { addressOfNode, integerOf } from '../clear/node.ts';
import type { Sentence } from '../clear/sentence.ts';
import { canonicalAmount } from '../../fact.ts';
import { type Arguments, argumentsOf, bySelector, selectorOf } from './functions.ts';
import { aboutAddress } from './parts.ts';
import { isUnlimited } from '../unlimited.ts';

type Say = (args: Arguments, to: Hex, notes: DescribeContext) => Sentence | undefined;

const approve: Say = (args, to, notes) => {
  const spender = addressOfNode(args['spender']);
  const value = integerOf(args['value']);
  if (spender === undefined || value === undefined) return undefined;
  const amount = amountFact(value, to, notes);
  const asset = assetText(amount);
  const token = `the token ${to}`;
  if (value === 0n) {
    return pair(
      aboutAddress(spender, notes, (name) => `Take back the permission of ${name} to spend `),
      asset,
      token,
    );
  }
  if (isUnlimited(value)) {
    const who = aboutAddress(spender, notes, (name) => `Let ${name} spend `);
    return pair(who, `${asset} without limit`, `${token} without limit`);
  }
  return pair(
    aboutAddress(spender, notes, (name) => `Let ${name} spend up to `),
    amountText(amount),
    canonicalAmount(amount),
  );
};

const operator: Say = ({ approved, operator: who }, to, notes) => {
  const address = addressOfNode(who);
  if (address === undefined || approved?.kind !== 'leaf') return undefined;
  const collection = aboutAddress(to, notes, (name) => `the whole collection ${name}`);
  return pair(
    aboutAddress(address, notes, (name) =>
      approved.value === true
        ? `Let ${name} move `
        : `Take back the permission of ${name} to move `,
    ),
    collection.text,
    collection.canonical,
  );
};

const pair = (start: Sentence, text: string, canonical: string): Sentence => ({
  text: `${start.text}${text}`,
  canonical: `${start.canonical}${canonical}`,
});

const SENTENCES = bySelector<Say>([
  ['approve(address spender, uint256 value)', approve],
  ['setApprovalForAll(address operator, bool approved)', operator],
]);

/** The sentence for a call that gives or takes back a permission. */
export function permissionSentence(
  data: Hex,
  to: Hex,
  notes: DescribeContext,
): Sentence | undefined {
  const entry = SENTENCES.get(selectorOf(data));
  if (entry === undefined) return undefined;
  const args = argumentsOf(entry.signature, data);
  return args === undefined ? undefined : entry.value(args, to, notes);
}
