/** Orders of the marketplace protocol Seaport: what is offered, and what for. */
import { addressLine, amountLine, groupFact, numberFact, textFact } from '../../fact.ts';
import type { AmountFact, Fact, Warning } from '../../review.ts';
import { ZERO_ADDRESS } from '../address.ts';
import { addressFact, amountFact, amountText } from '../context.ts';
import type { Hex } from '../hex.ts';
import { timeFact } from '../message/describe.ts';
import { hexAt, integerAt, structsAt } from './members.ts';
import { deadlineWarnings, speakerWarnings } from './permission.ts';
import type { StructValue } from './request.ts';
import type { Question, Understood } from './understood.ts';

export const SEAPORT_ORDER =
  'OrderComponents(address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter)' +
  'ConsiderationItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount,address recipient)' +
  'OfferItem(uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount)';

const DOMAIN_MEMBERS = 'name,version,chainId,verifyingContract';

/** The contract of each version, the same on all chains. */
const CONTRACTS: ReadonlyMap<string, string> = new Map([
  ['1.1', '0x00000000006c3852cbEf3e08E8dF289169EdE581'],
  ['1.2', '0x00000000000006c7676171937C444f6BDe3D6282'],
  ['1.3', '0x0000000000000aD24e80fd803C6ac37206a45f15'],
  ['1.4', '0x00000000000001ad428e4906aE43D8F9852d0dD6'],
  ['1.5', '0x00000000000000ADc04C56Bf30aC9d3c0aAF14dC'],
  ['1.6', '0x0000000000000068F116a894984e2DB1123eB395'],
]);

interface Item {
  /** 0 coins, 1 ERC-20, 2 ERC-721, 3 ERC-1155, 4 and 5 any of some of a collection. */
  readonly type: number;
  readonly token: Hex;
  readonly id: bigint;
  /** The amount moves from start to end while the order is open. */
  readonly least: bigint;
  readonly most: bigint;
  readonly recipient: Hex | undefined;
}

const OTHERS = 'Somebody else receives';
const MAX_ITEM_TYPE = 5;
const MAX_ORDER_TYPE = 4n;

export function readSeaportOrder(question: Question): Understood | undefined {
  const { data, domain, context } = question;
  const contract = CONTRACTS.get(domain.version ?? '');
  if (domain.name !== 'Seaport' || domain.members !== DOMAIN_MEMBERS) return undefined;
  if (contract === undefined || domain.contract === undefined) return undefined;
  const { message } = data;
  const offer = structsAt(message, 'offer').map((item) => itemIn(item, undefined));
  const asked = structsAt(message, 'consideration').map((item) =>
    itemIn(item, hexAt(item, 'recipient')),
  );
  const orderType = integerAt(message, 'orderType');
  if ([...offer, ...asked].some(({ type }) => type > MAX_ITEM_TYPE)) return undefined;
  if (orderType > MAX_ORDER_TYPE) return undefined;
  const offerer = hexAt(message, 'offerer');
  const zone = hexAt(message, 'zone');
  const end = integerAt(message, 'endTime');
  const isContract = domain.contract === contract;
  const received = asked.filter(({ recipient }) => recipient === offerer);
  const others = asked.filter(({ recipient }) => recipient !== offerer);
  return {
    intent: intentOf(offer, received, question),
    reading: isContract ? 'clear' : 'decoded',
    facts: [
      textFact('What', 'An order that anybody can fill until it ends (Seaport)'),
      ...offer.flatMap((item) => itemFacts('Gives away', item, question)),
      ...received.flatMap((item) => itemFacts('Receives', item, question)),
      ...others.flatMap((item) => itemFacts(OTHERS, item, question)),
      ...(offer.length === 0 ? [textFact('Gives away', 'nothing')] : []),
      ...(received.length === 0 ? [textFact('Receives', 'nothing')] : []),
      addressLine('Owner', addressFact(offerer, context), { unnamed: 'Unknown account' }),
      timeFact('Open from', integerAt(message, 'startTime')),
      timeFact('Open until', end),
      ...(zone === ZERO_ADDRESS
        ? []
        : [
            addressLine('Zone', addressFact(zone, context), {
              unnamed: 'Unknown contract',
              weight: 'quiet',
              remarks: ['can refuse or cancel the order'],
            }),
          ]),
    ],
    leaves: offer
      .filter(({ most }) => most > 0n)
      .map((item) => amountOf(item, item.most, question)),
    warnings: [
      ...(isContract ? [] : [OTHER_CONTRACT]),
      ...(offer.some(({ most }) => most > 0n) && !received.some(({ least }) => least > 0n)
        ? [FOR_NOTHING]
        : []),
      ...(offer.some(({ type, id }) => type > 3 && id === 0n) ? [ANY_ITEM] : []),
      ...speakerWarnings(offerer, context),
      ...deadlineWarnings(end, context),
    ],
  };
}

function itemIn(item: StructValue, recipient: Hex | undefined): Item {
  const start = integerAt(item, 'startAmount');
  const end = integerAt(item, 'endAmount');
  return {
    type: Number(integerAt(item, 'itemType')),
    token: hexAt(item, 'token'),
    id: integerAt(item, 'identifierOrCriteria'),
    least: start < end ? start : end,
    most: start < end ? end : start,
    recipient,
  };
}

const amountOf = ({ type, token }: Item, value: bigint, { context }: Question): AmountFact =>
  amountFact(value, type === 0 ? undefined : token, context);

/** `Sell 1 item of BAYC for 5 WETH`, as a person would say it. */
function intentOf(offer: readonly Item[], received: readonly Item[], question: Question): string {
  const given = offer.map((item) => itemText(item, item.most, question)).join(' and ');
  const taken = received.map((item) => itemText(item, item.least, question)).join(' and ');
  return `Give ${given === '' ? 'nothing' : given} for ${taken === '' ? 'nothing' : taken}`;
}

function itemText(item: Item, value: bigint, question: Question): string {
  if (item.type < 2) return amountText(amountOf(item, value, question));
  const { name } = addressFact(item.token, question.context);
  return `${value.toString()} of the collection ${name?.text ?? item.token}`;
}

function itemFacts(label: string, item: Item, question: Question): Fact[] {
  const { context } = question;
  const { type, token, id, least, most, recipient } = item;
  // What is given counts at its most, what is received at its least.
  const [value, other] = recipient === undefined ? [most, least] : [least, most];
  const facts: Fact[] =
    type < 2
      ? [amountLine('Amount', amountOf(item, value, question), { weight: 'large' })]
      : [
          numberFact('Number', value),
          type > 3
            ? textFact('Item', id === 0n ? 'any of the collection' : 'any of a list', {
                remarks: id === 0n ? [] : ['the list is known by its hash only'],
              })
            : numberFact('Item', id),
        ];
  if (type !== 0) {
    facts.push(
      addressLine(type === 1 ? 'Token' : 'Collection', addressFact(token, context), {
        unnamed: 'Token contract',
        weight: 'quiet',
      }),
    );
  }
  if (other !== value) facts.push(numberFact('Changes in time up or down to', other));
  if (label === OTHERS && recipient !== undefined) {
    facts.push(addressLine('To', addressFact(recipient, context), { unnamed: 'Unknown address' }));
  }
  return [groupFact(label, facts)];
}

const FOR_NOTHING: Warning = {
  code: 'evm/order-for-nothing',
  level: 'danger',
  title: 'Gives away for nothing',
  text: 'The owner receives nothing for what is offered. Anybody can take it as soon as it is signed.',
};

const ANY_ITEM: Warning = {
  code: 'evm/order-any-item',
  level: 'danger',
  title: 'Any item of a collection',
  text: 'The buyer chooses which of your items of this collection to take, the most valuable one included.',
};

const OTHER_CONTRACT: Warning = {
  code: 'evm/order-other-contract',
  level: 'danger',
  title: 'Not the Seaport contract of this version',
  text: 'The contract calls itself Seaport and has another address. What it does with the signature is not known.',
};
