/** How nodes say that they have a transaction already: in words, and in Bitcoin Core's codes. */
import type { NodeRefusedError } from '../node-errors.ts';

/** `RPC_VERIFY_ALREADY_IN_UTXO_SET` of Bitcoin Core. */
const ALREADY_IN_BLOCK = -27;
const ALREADY_KNOWN =
  /already in (?:the )?(?:block ?chain|utxo set|mempool)|already[- ]known|txn-already-in-mempool|txn-same-nonwitness-data-in-mempool/i;

/** Whether sending was refused only because the node has the transaction. */
export const isKnownAlready = ({ rpcCode, reason }: NodeRefusedError): boolean =>
  rpcCode === ALREADY_IN_BLOCK || ALREADY_KNOWN.test(reason);
