/** What becomes of a signed Bitcoin transaction: sent through the network's server, followed into a block. */
import { hex } from '@scure/base';
import {
  extractTransaction,
  mergePsbt,
  psbtBytes,
  readCompleted,
  type Result,
} from '../../chains/index.ts';
import { equalBytes, toHex } from '../../codec.ts';
import type { BitcoinServer } from '../../network/index.ts';
import { fromHex } from '../ids.ts';
import { WalletError } from '../problems.ts';
import type { Problem, TransactionView } from '../state.ts';
import { Following } from './following.ts';
import { isCoins, type JudgedCoins } from './judge.ts';
import type { OutcomePort } from './evm-outcome.ts';
import { followProblem, notSigned, sendProblem } from './outcome-problems.ts';

export class CoinOutcome {
  readonly #port: OutcomePort;
  readonly #following: Following<JudgedCoins>;

  constructor(port: OutcomePort) {
    this.#port = port;
    this.#following = new Following(port, {
      isOne: isCoins,
      canAsk: ({ request }) => port.coins.server(request.network) !== undefined,
      follow: async (judged) => this.#follow(judged),
      stepIn: (judged) =>
        judged.signed?.psbt?.complete === true
          ? // The problem is kept as the proposal's.
            async () => this.broadcast(judged).catch(() => undefined)
          : undefined,
    });
  }

  problem(proposal: string): Problem | undefined {
    return this.#following.problem(proposal);
  }

  /** The signed transaction as a person sees it. */
  view({ proposal, signed, request }: JudgedCoins): TransactionView | undefined {
    if (signed === undefined) return undefined;
    const about = ({ txid }: { readonly txid: Uint8Array }): boolean =>
      equalBytes(txid, signed.hash);
    const mined = proposal.confirmations.find(about);
    const latest = this.#port.coins.tip(request.network);
    return {
      hash: toHex(signed.hash),
      raw: signed.psbt?.complete === true ? toHex(signed.raw) : '',
      psbt: signed.psbt,
      sentAt: proposal.broadcasts.find(about)?.at,
      block: mined === undefined ? undefined : BigInt(mined.block),
      success: mined?.success,
      confirmations:
        mined === undefined || latest === undefined || latest < mined.block
          ? undefined
          : latest - mined.block + 1,
    };
  }

  consider(): void {
    this.#following.consider();
  }

  /** Sends a signed transaction. Sending it again is harmless. @throws WalletError or the server's error */
  async broadcast(judged: JudgedCoins): Promise<void> {
    const { signed } = judged;
    if (signed === undefined) throw notSigned();
    if (signed.psbt?.complete !== true) throw incomplete();
    await this.#send(judged, signed.raw, signed.hash);
  }

  /**
   * The signed PSBT of a proposal joined with those of others, and the transaction once all have signed.
   *
   * @throws PsbtError for what is no PSBT, of another transaction, or contradicts it
   */
  join(
    { signed, request }: JudgedCoins,
    others: readonly (Uint8Array | string)[],
  ): { readonly psbt: Uint8Array; readonly raw: string | undefined } {
    const psbt = mergePsbt(signed?.psbt?.bytes ?? request.bytes, ...others.map(psbtBytes));
    const complete = extractTransaction(psbt);
    return { psbt, raw: complete && toHex(complete.raw) };
  }

  /** Sends what `join` completed. @throws PsbtError when it is not the transaction of the proposal, WalletError, or the server's error */
  async sendJoined(judged: JudgedCoins, raw: string): Promise<void> {
    const bytes = fromHex(raw);
    await this.#send(judged, bytes, hex.decode(readCompleted(bytes, judged.request)));
  }

  stop(): void {
    this.#following.stop();
  }

  async #send(
    { proposal, request }: JudgedCoins,
    raw: Uint8Array,
    txid: Uint8Array,
  ): Promise<void> {
    const server = this.#port.coins.server(request.network);
    if (server === undefined) throw noServer();
    const { id } = proposal;
    await this.#following.alone(id, async () => {
      try {
        await server.send(raw, toHex(txid));
        this.#following.noteSent(id);
        this.#following.hasProblem(id, undefined);
        await this.#port.append({ type: 'broadcast', data: { proposal: fromHex(id), txid } });
        void this.#port.coins.refresh();
      } catch (error) {
        const problem = sendProblem(error);
        this.#following.hasProblem(id, problem);
        throw new WalletError(problem, { cause: error });
      }
    });
  }

  async #follow(judged: JudgedCoins): Promise<void> {
    const { id } = judged.proposal;
    const server = this.#port.coins.server(judged.request.network);
    if (server === undefined) return;
    await this.#following.alone(id, async () => {
      try {
        await this.#look(server, judged);
      } catch (error) {
        this.#following.hasProblem(id, followProblem(error));
      }
    });
  }

  async #look(server: BitcoinServer, judged: JudgedCoins): Promise<void> {
    const { proposal, signed, request } = judged;
    const { id } = proposal;
    if (signed === undefined) return;
    const txid = toHex(signed.hash);
    const found = await server.state(txid, request.outputs.length);
    if (found.state === 'mined') {
      this.#following.hasProblem(id, undefined);
      await this.#port.append({
        type: 'confirmed',
        data: { proposal: fromHex(id), txid: signed.hash, block: found.height, success: true },
      });
      void this.#port.coins.refresh();
    } else if (found.state === 'waiting') {
      this.#following.hasProblem(id, undefined);
      await this.#noteSeen(judged, signed);
    } else if (await isReplaced(server, judged, txid)) {
      this.#following.hasProblem(id, replaced());
    } else if (signed.psbt?.complete === true && this.#following.isDue(id)) {
      this.#following.noteSent(id);
      await server.send(signed.raw, txid);
    }
  }

  /** One that others completed and sent is on the network without any device having said so. */
  async #noteSeen({ proposal, status }: JudgedCoins, { hash }: Result): Promise<void> {
    if (status !== 'signed') return;
    await this.#port.append({
      type: 'broadcast',
      data: { proposal: fromHex(proposal.id), txid: hash },
    });
  }
}

/** Whether another transaction has spent one of its coins. */
async function isReplaced(
  server: BitcoinServer,
  { request }: JudgedCoins,
  txid: string,
): Promise<boolean> {
  for (const input of request.inputs) {
    const spender = await server.spender(input.txid, input.vout);
    if (spender !== undefined && spender !== 'spent' && spender !== txid) return true;
  }
  return false;
}

const replaced = (): Problem => ({
  code: 'wallet/replaced',
  title: 'Another transaction has spent the same coins',
  meaning: 'This payment can never be made as it is. It was not paid twice.',
  next: 'Look at the account’s transactions before you propose it anew.',
});

const incomplete = (): WalletError =>
  new WalletError({
    code: 'wallet/psbt-incomplete',
    title: 'Others still have to sign this transaction',
    meaning: 'This vault has signed its part. No money moved.',
    next: 'Hand the PSBT to the others, and join what they send back.',
  });

const noServer = (): WalletError =>
  new WalletError({
    code: 'wallet/no-bitcoin-server',
    title: 'This device has no server for this network of Bitcoin',
    meaning: 'The payment is signed, but this device cannot send it.',
    next: 'Enter one under Settings, Networks, or copy the signed transaction and send it elsewhere.',
  });
