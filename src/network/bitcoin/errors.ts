/** What can be wrong with a server of Bitcoin, besides what can be wrong with any node. */
import { BITCOIN_NETWORKS, type BitcoinNetwork } from '../../chains/index.ts';
import { CountersignError } from '../../errors.ts';

/** Its first block is not that of the network that the settings say. */
export class WrongNetworkError extends CountersignError {
  constructor(network: BitcoinNetwork) {
    const { label } = BITCOIN_NETWORKS[network];
    super(
      'network/node-wrong-chain',
      `The server is not of ${label}: its chain begins with another block.`,
    );
  }
}
