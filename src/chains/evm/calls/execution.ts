/** Calls of smart accounts by ERC-7579. */
import { toChecksum } from '../address.ts';
import { decodeCall } from '../clear/abi.ts';
import { addressOfNode, bytesOf, integerOf } from '../clear/node.ts';
import { parseSignature } from '../clear/signature.ts';
import { type Hex, sizeOf } from '../hex.ts';
import type { PackedCall } from './multi-send.ts';

const SINGLE = '00';
const BATCH = '01';
const DELEGATE = 'ff';

const BATCH_SIGNATURE = parseSignature(
  'batch((address target, uint256 value, bytes data)[] calls)',
);

/**
 * Takes apart what a mode says how to read. Whether a call may fail (the second byte) changes nothing of what
 * is tried; other bytes of the mode are for extensions, which this wallet does not know.
 *
 * @param mode 32 bytes
 * @returns `undefined` for other modes, and when the bytes are not exactly that
 * @see ERC-7579, "Execution"
 */
export function parseExecution(mode: Hex, packed: Hex): readonly PackedCall[] | undefined {
  const kind = mode.slice(2, 4);
  if (!/^0[01]0{60}$/.test(mode.slice(4))) return undefined;
  if (kind === BATCH) return parseBatch(packed);
  const size = sizeOf(packed);
  if (kind === SINGLE && size >= 52) {
    return [
      {
        to: toChecksum(packed.slice(0, 42)),
        value: BigInt(`0x${packed.slice(42, 106)}`),
        data: `0x${packed.slice(106)}`,
        delegate: false,
      },
    ];
  }
  if (kind === DELEGATE && size >= 20) {
    const data = `0x${packed.slice(42)}` as const;
    return [{ to: toChecksum(packed.slice(0, 42)), value: 0n, data, delegate: true }];
  }
  return undefined;
}

function parseBatch(packed: Hex): readonly PackedCall[] | undefined {
  if (BATCH_SIGNATURE === undefined) return undefined;
  const decoded = decodeCall(BATCH_SIGNATURE, `${BATCH_SIGNATURE.selector}${packed.slice(2)}`);
  const list = decoded?.trailing === '0x' ? decoded.members[0] : undefined;
  if (list?.node.kind !== 'list') return undefined;
  const calls = list.node.items.map((item): PackedCall | undefined => {
    if (item.kind !== 'struct') return undefined;
    const [target, value, data] = item.members.map(({ node }) => node);
    const to = addressOfNode(target);
    const amount = integerOf(value);
    const bytes = bytesOf(data);
    return to === undefined || amount === undefined || bytes === undefined
      ? undefined
      : { to, value: amount, data: bytes, delegate: false };
  });
  return calls.every((call) => call !== undefined) ? calls : undefined;
}
