/** Warnings about who receives. */
import type { Warning } from '../review.ts';
import { type BitcoinContext, shownName } from './context.ts';
import type { BitcoinFacts, OutputFact } from './facts.ts';

export function receiverWarnings({ outputs }: BitcoinFacts, context: BitcoinContext): Warning[] {
  if (outputs.every(({ kind }) => kind === 'own')) return [WITHIN];
  return outputs.flatMap((output) => {
    switch (output.kind) {
      case 'address':
        return addressWarnings(output, context);
      case 'future':
        return [ANYBODY];
      case 'unknown':
        return [UNREADABLE];
      case 'own':
      case 'data':
        return [];
    }
  });
}

const WITHIN: Warning = {
  code: 'bitcoin/within-vault',
  level: 'info',
  title: 'Nothing is paid to others',
  text: 'All money comes back to this vault, less the fee.',
};

const ANYBODY: Warning = {
  code: 'bitcoin/anyone-can-spend',
  level: 'danger',
  title: 'Anybody could take this money',
  text: 'It is paid to a script without an owner. Whoever comes first can spend it.',
};

const UNREADABLE: Warning = {
  code: 'bitcoin/unknown-script',
  level: 'danger',
  title: 'A receiver that cannot be read',
  text: 'It is paid to a script that this wallet does not know. It may belong to anybody or nobody.',
};

/** What an anchor for fee bumping is worth at most; more is a gift to whoever comes first. */
const MAX_ANCHOR = 1_000n;

function addressWarnings(
  output: Extract<OutputFact, { kind: 'address' }>,
  context: BitcoinContext,
): Warning[] {
  const { address, falseClaim, type, amount, script } = output;
  const warnings: Warning[] = [];
  if (falseClaim) {
    warnings.push({
      code: 'bitcoin/false-change',
      level: 'danger',
      title: 'This is not your change',
      text: `The transaction says that ${address} pays back to this vault. It does not, or not to an address where this wallet looks for money. Somebody may want you to overlook a payment.`,
    });
  }
  if (type === 'p2a' && amount > MAX_ANCHOR) warnings.push(ANYBODY);
  const own = context.owns(script);
  const resembles = own === undefined ? lookAlike(address, knownTo(context)) : undefined;
  if (resembles !== undefined) {
    warnings.push({
      code: 'bitcoin/look-alike',
      level: 'danger',
      title: 'Looks like an address you know, but is another one',
      text: `It begins and ends like ${nameOf(resembles, context)}, and differs in the middle. Thieves make such addresses so that they are copied by mistake.`,
      resembles: { address, known: resembles },
    });
  }
  if (own !== undefined) {
    warnings.push({
      code: 'bitcoin/own-account',
      level: 'info',
      title: 'Your own account',
      text: `This address belongs to this vault: ${shownName(own.name)}.`,
    });
  } else if (context.paid?.includes(address) === false) {
    warnings.push(FIRST_PAYMENT);
  }
  return warnings;
}

const FIRST_PAYMENT: Warning = {
  code: 'bitcoin/first-payment',
  level: 'caution',
  title: 'First payment to an address',
  text: 'This vault has never paid it. If it is not the right one, the money cannot be fetched back: compare every character with the recipient by another way.',
};

const knownTo = ({ contacts, paid }: BitcoinContext): string[] => [
  ...contacts.map(({ address }) => address),
  ...(paid ?? []),
];

const CHARACTERS = 4;

/** The first known address with the same first and last characters that is not the same. */
function lookAlike(address: string, known: readonly string[]): string | undefined {
  return known.find((other) => other !== address && ends(other) === ends(address));
}

/** Characters in the middle of the prefix are the same in all addresses, so they do not count. */
function ends(address: string): string {
  const prefix = /^(?:bc|tb|bcrt)1./.exec(address)?.[0] ?? address.slice(0, 1);
  return (
    prefix + address.slice(prefix.length, prefix.length + CHARACTERS) + address.slice(-CHARACTERS)
  );
}

function nameOf(address: string, { contacts }: BitcoinContext): string {
  const contact = contacts.find((entry) => entry.address === address);
  return contact === undefined ? 'an address you have paid' : shownName(contact.name);
}
