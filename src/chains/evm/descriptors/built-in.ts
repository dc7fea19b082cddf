/** Descriptors that ship with this wallet: written here, for standards. */
import { sameAddress } from '../context.ts';
import type { Hex } from '../hex.ts';
import { formatFor } from '../clear/call.ts';
import { type Descriptor, parseDescriptor } from '../clear/descriptor.ts';
import { isBound } from '../clear/descriptors.ts';
import collectibles from './collectibles.json' with { type: 'json' };
import erc20 from './erc20.json' with { type: 'json' };
import erc4626 from './erc4626.json' with { type: 'json' };
import permit2 from './permit2.json' with { type: 'json' };
import safe from './safe.json' with { type: 'json' };
import weth from './weth.json' with { type: 'json' };

/** The origin of built-in descriptors. */
const BUILT_IN = 'built-in';

const read = (json: unknown): Descriptor => parseDescriptor(JSON.stringify(json), BUILT_IN);

/** Told by the selector alone: whatever the contract is, this is what it is asked for. */
const STANDARDS = [erc20, collectibles, erc4626, safe].map(read);
const WETH = read(weth);
const PERMIT2 = read(permit2);
/** The same on every chain: its address follows from its code. */
const PERMIT2_ADDRESS = '0x000000000022D473030F116dDEE9F6B43aC78BA3';

/** The built-in descriptor for a function of a contract. */
export function builtInFor(chainId: bigint, to: Hex, selector: Hex): Descriptor | undefined {
  const own = sameAddress(to, PERMIT2_ADDRESS)
    ? [PERMIT2]
    : isBound(WETH, 'contract', chainId, to)
      ? [WETH]
      : [];
  return [...own, ...STANDARDS].find((entry) => formatFor(entry, selector) !== undefined);
}
