/** Functions that make other calls. What is inside is followed by this wallet, whatever a descriptor says. */
import { callLine, numberFact, textFact } from '../../fact.ts';
import type { Fact } from '../../review.ts';
import { toChecksum } from '../address.ts';
import type { Hex } from '../hex.ts';
import type { Call } from '../clear/call.ts';
import { addressOfNode, bytesOf, integerOf, type Node } from '../clear/node.ts';
import { type Arguments, bySelector } from './functions.ts';
import { parseExecution } from './execution.ts';
import { parseMultiSend } from './multi-send.ts';

/** What a container is told to do. */
interface Inside {
  /** In order; `undefined`: what is inside cannot be taken apart. */
  readonly calls: readonly Call[] | undefined;
  /** Who makes the calls, in words that stand before an address; `undefined`: the caller or a mere helper. */
  readonly maker: 'Safe' | 'smart account' | undefined;
  /** Whether the coins that come with the call come with each call inside. */
  readonly coinsInside?: boolean;
  /** About how the calls are made. */
  readonly facts: readonly Fact[];
}

type Open = (args: Arguments, call: Call & { readonly to: Hex }) => Inside;

/** Calls that the called contract makes, each from its own address. */
function made(
  calls: readonly (readonly [
    to: Node | undefined,
    value: Node | bigint | undefined,
    data: Node | undefined,
  ])[],
  { chainId, to: from }: Call & { readonly to: Hex },
  maker: Inside['maker'],
  facts: readonly Fact[] = [],
): Inside {
  const read = calls.map(([to, value, data]): Call | undefined => {
    const target = addressOfNode(to);
    const bytes = bytesOf(data);
    const amount = typeof value === 'bigint' ? value : integerOf(value);
    if (target === undefined || bytes === undefined || amount === undefined) return undefined;
    return { chainId, from, to: target, value: amount, data: bytes, delegate: false };
  });
  const whole = read.every((item) => item !== undefined);
  return { calls: whole ? read : undefined, maker, facts };
}

const itemsOf = (node: Node | undefined): readonly Node[] =>
  node?.kind === 'list' ? node.items : [];
const partOf = (node: Node, name: string): Node | undefined =>
  node.kind === 'struct' ? node.members.find((member) => member.name === name)?.node : undefined;

/** One list of structs with these members. */
const structs =
  (list: string, value: string | undefined, maker: Inside['maker']): Open =>
  (args, call) =>
    made(
      itemsOf(args[list]).map((item) => [
        partOf(item, 'target'),
        value === undefined ? 0n : partOf(item, value),
        partOf(item, 'data'),
      ]),
      call,
      maker,
    );

/** Lists side by side: refused by the contract when they are not of one length. */
const lists: Open = (args, call) => {
  const targets = itemsOf(args['targets']);
  const datas = itemsOf(args['datas']);
  const values = args['values'] === undefined ? undefined : itemsOf(args['values']);
  // SimpleAccount takes an empty list of values for none at all.
  const free = values === undefined || values.length === 0;
  if (targets.length !== datas.length || !(free || values.length === targets.length)) {
    return { calls: undefined, maker: 'smart account', facts: [] };
  }
  return made(
    targets.map((target, i) => [target, free ? 0n : values[i], datas[i]]),
    call,
    'smart account',
  );
};

/** The contract calls itself: the caller stays the caller, and each call sees the coins that came. */
const toItself: Open = (args, { chainId, from, to, value }) => {
  const calls = itemsOf(args['calls']).map(bytesOf);
  return {
    calls: calls.every((data) => data !== undefined)
      ? calls.map((data) => ({ chainId, from, to, value, data, delegate: false }))
      : undefined,
    maker: undefined,
    coinsInside: true,
    facts:
      value > 0n && calls.length > 1
        ? [textFact('Coins', 'Each call sees the same coins; they are sent once.')]
        : [],
  };
};

const CALL = 0n;
const DELEGATECALL = 1n;

/** A Safe makes one call; with operation 1 it runs foreign code as its own. */
const safe: Open = (args, call) => {
  const operation = integerOf(args['operation']);
  const { calls, ...inside } = made([[args['to'], args['value'], args['data']]], call, 'Safe');
  if (calls === undefined || (operation !== CALL && operation !== DELEGATECALL)) {
    return { ...inside, calls: undefined };
  }
  return {
    ...inside,
    calls: calls.map((inner) => ({ ...inner, delegate: operation === DELEGATECALL })),
    facts: refundFacts(args),
  };
};

/** A Safe pays back whoever sends the transaction when a gas price is set. */
function refundFacts(args: Arguments): Fact[] {
  const price = integerOf(args['gasPrice']) ?? 0n;
  if (price === 0n) return [];
  const receiver = addressOfNode(args['refundReceiver']) ?? '';
  const token = addressOfNode(args['gasToken']) ?? '';
  return [
    numberFact('Refund: price of gas', price),
    textFact('Refund: receiver', /^0x0{40}$/.test(receiver) ? 'whoever sends it' : receiver),
    textFact('Refund: token', /^0x0{40}$/.test(token) ? 'native coin' : token),
  ];
}

const multiSend: Open = (args, { chainId, delegate, from, to, value }) => {
  const packed = bytesOf(args['transactions']);
  const entries = packed === undefined ? undefined : parseMultiSend(packed);
  return {
    // Delegated to, it runs in place of the Safe, which makes the calls.
    calls: entries?.map((entry) => ({ chainId, from: delegate ? from : to, ...entry })),
    maker: undefined,
    facts:
      value > 0n && !delegate ? [textFact('Coins', 'They stay with the helper contract.')] : [],
  };
};

/** ERC-7579: how the calls are packed stands in the first byte of the mode. */
const execution: Open = (args, { chainId, to }) => {
  const mode = bytesOf(args['mode']);
  const packed = bytesOf(args['executionCalldata']);
  const entries =
    mode === undefined || packed === undefined ? undefined : parseExecution(mode, packed);
  return {
    calls: entries?.map((entry) => ({ chainId, from: toChecksum(to), ...entry })),
    maker: 'smart account',
    facts: [],
  };
};

const CONTAINERS = bySelector<Open>([
  [
    'execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures)',
    safe,
  ],
  ['execTransactionFromModule(address to, uint256 value, bytes data, uint8 operation)', safe],
  [
    'execTransactionFromModuleReturnData(address to, uint256 value, bytes data, uint8 operation)',
    safe,
  ],
  ['multiSend(bytes transactions)', multiSend],
  ['aggregate((address target, bytes data)[] calls)', structs('calls', undefined, undefined)],
  [
    'blockAndAggregate((address target, bytes data)[] calls)',
    structs('calls', undefined, undefined),
  ],
  [
    'tryAggregate(bool requireSuccess, (address target, bytes data)[] calls)',
    structs('calls', undefined, undefined),
  ],
  [
    'tryBlockAndAggregate(bool requireSuccess, (address target, bytes data)[] calls)',
    structs('calls', undefined, undefined),
  ],
  [
    'aggregate3((address target, bool allowFailure, bytes data)[] calls)',
    structs('calls', undefined, undefined),
  ],
  [
    'aggregate3Value((address target, bool allowFailure, uint256 value, bytes data)[] calls)',
    structs('calls', 'value', undefined),
  ],
  ['multicall(bytes[] calls)', toItself],
  ['multicall(uint256 deadline, bytes[] calls)', toItself],
  ['multicall(bytes32 previousBlockhash, bytes[] calls)', toItself],
  [
    'execute(address target, uint256 value, bytes data)',
    (args, call) => made([[args['target'], args['value'], args['data']]], call, 'smart account'),
  ],
  ['executeBatch(address[] targets, uint256[] values, bytes[] datas)', lists],
  ['executeBatch(address[] targets, bytes[] datas)', lists],
  [
    'executeBatch((address target, uint256 value, bytes data)[] calls)',
    structs('calls', 'value', 'smart account'),
  ],
  ['execute(bytes32 mode, bytes executionCalldata)', execution],
]);

/** The container that a selector names. */
export const containerFor = (selector: Hex) => CONTAINERS.get(selector);

/** Lines for the calls inside. */
export function insideLines(calls: readonly Parameters<typeof callLine>[1][]): readonly Fact[] {
  return calls.map((inner, i) =>
    callLine(
      calls.length === 1 ? 'Call' : `Call ${String(i + 1)} of ${String(calls.length)}`,
      inner,
    ),
  );
}
