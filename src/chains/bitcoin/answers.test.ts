import { hex } from '@scure/base';
import { describe, expect, it } from 'vitest';
import * as core from './core-rpc.ts';
import * as esplora from './esplora.ts';
import { funding } from './testing/vault.ts';

const TXID = 'ab'.repeat(32);
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
};
const MALFORMED = 'bitcoin/answer-malformed';
const from = funding([{ amount: 5n, script: new Uint8Array([0x51]) }]);
const RAW = hex.encode(from.toBytes());

describe('answers of Esplora', () => {
  const confirmed = {
    confirmed: true,
    block_height: 5,
    block_hash: TXID,
    block_time: 1_700_000_000,
  };
  const utxo = { txid: TXID, vout: 1, value: 5_000, status: confirmed };

  it('coins', () => {
    const waiting = { ...utxo, vout: 2, status: { confirmed: false } };
    expect(esplora.parseUtxos([utxo, waiting])).toEqual([
      { txid: TXID, vout: 1, amount: 5_000n, height: 5 },
      { txid: TXID, vout: 2, amount: 5_000n, height: undefined },
    ]);
  });
  it.each<unknown>([
    null,
    {},
    [{ ...utxo, txid: TXID.toUpperCase() }],
    [{ ...utxo, txid: 'ab' }],
    [{ ...utxo, vout: -1 }],
    [{ ...utxo, vout: 2 ** 32 }],
    [{ ...utxo, value: 0.5 }],
    [{ ...utxo, value: -1 }],
    [{ ...utxo, value: 21e14 + 1 }],
    [{ ...utxo, value: '5' }],
    [{ ...utxo, status: { confirmed: true } }],
    [{ ...utxo, status: { ...confirmed, block_height: 500_000_000 } }],
  ])('no coins: %j', (answer) => {
    expect(codeOf(() => esplora.parseUtxos(answer))).toBe(MALFORMED);
  });
  it('says where an answer is wrong', () => {
    expect(() => esplora.parseUtxos([{ ...utxo, value: 'much' }])).toThrow(/at 0\.value/);
  });
  it('the state of a transaction', () => {
    expect(esplora.parseTxStatus(confirmed)).toEqual({
      confirmed: true,
      height: 5,
      time: 1_700_000_000,
    });
    expect(esplora.parseTxStatus({ confirmed: false })).toEqual({ confirmed: false });
    expect(codeOf(() => esplora.parseTxStatus({ confirmed: 1 }))).toBe(MALFORMED);
  });
  it('fee estimates, fastest first', () => {
    expect(esplora.parseFeeEstimates({ 144: 1.0, 2: 30.5, 10: 12 })).toEqual([
      { blocks: 2, rate: 30.5 },
      { blocks: 10, rate: 12 },
      { blocks: 144, rate: 1 },
    ]);
    for (const wrong of [{ x: 1 }, { 2: -1 }, { 2: '3' }, { 2: 1e6 }, null]) {
      expect(codeOf(() => esplora.parseFeeEstimates(wrong))).toBe(MALFORMED);
    }
  });
  it('what an address has', () => {
    const stats = (funded: number, spent: number, txs: number): unknown => ({
      funded_txo_count: 1,
      funded_txo_sum: funded,
      spent_txo_sum: spent,
      tx_count: txs,
    });
    expect(
      esplora.parseAddressStats({
        chain_stats: stats(900, 100, 2),
        mempool_stats: stats(0, 800, 1),
      }),
    ).toEqual({ confirmed: 800n, pending: -800n, used: true });
    expect(
      esplora.parseAddressStats({ chain_stats: stats(0, 0, 0), mempool_stats: stats(0, 0, 0) })
        .used,
    ).toBe(false);
    for (const wrong of [
      { chain_stats: stats(1, 0, 1) },
      { chain_stats: stats(1, 2, 1), mempool_stats: stats(5, 0, 1) },
      { chain_stats: stats(2, 1, 1), mempool_stats: stats(0, 2, 1) },
    ]) {
      expect(codeOf(() => esplora.parseAddressStats(wrong))).toBe(MALFORMED);
    }
  });
  it('who spends an output', () => {
    expect(esplora.parseOutspend({ spent: true, txid: TXID, vin: 0 })).toBe(TXID);
    expect(esplora.parseOutspend({ spent: false })).toBeUndefined();
    for (const wrong of [{ spent: true }, { spent: true, txid: 'ab' }, {}, null]) {
      expect(codeOf(() => esplora.parseOutspend(wrong))).toBe(MALFORMED);
    }
  });
  it('heights, hashes and transactions', () => {
    expect(esplora.parseTipHeight('800000\n')).toBe(800_000);
    expect(codeOf(() => esplora.parseTipHeight('8e5'))).toBe(MALFORMED);
    expect(esplora.parseBlockHash(TXID)).toBe(TXID);
    expect(codeOf(() => esplora.parseBlockHash('00'))).toBe(MALFORMED);
    expect(esplora.parseTxHex(`${RAW}\n`, from.id)).toEqual(from.toBytes());
    expect(codeOf(() => esplora.parseTxHex('zz', from.id))).toBe(MALFORMED);
    expect(codeOf(() => esplora.parseTxHex('00', from.id))).toBe('bitcoin/answer-transaction');
    expect(codeOf(() => esplora.parseTxHex(RAW, TXID))).toBe('bitcoin/answer-other-transaction');
    expect(
      codeOf(() => {
        esplora.parseSent(TXID, TXID);
      }),
    ).toBe('none');
    expect(
      codeOf(() => {
        esplora.parseSent(from.id, TXID);
      }),
    ).toBe('bitcoin/answer-other-transaction');
  });
});

describe('results of Bitcoin Core', () => {
  const unspent = {
    txid: TXID,
    vout: 0,
    amount: 0.1,
    scriptPubKey: '0014',
    height: 7,
    desc: '',
    coinbase: false,
  };
  const scan = { success: true, height: 9, bestblock: TXID, unspents: [unspent] };

  it('a scan for coins', () => {
    expect(core.parseScan(scan)).toEqual({
      block: TXID,
      height: 9,
      utxos: [{ txid: TXID, vout: 0, amount: 10_000_000n, script: '0014', height: 7 }],
    });
    for (const wrong of [
      { ...scan, success: false },
      { ...scan, height: undefined },
      { ...scan, bestblock: '00' },
      { ...scan, unspents: [{ ...unspent, amount: 1e-9 }] },
      { ...scan, unspents: [{ ...unspent, amount: '0.1' }] },
      { ...scan, unspents: [{ ...unspent, scriptPubKey: '001' }] },
    ]) {
      expect(codeOf(() => core.parseScan(wrong))).toBe(MALFORMED);
    }
  });
  it('an output', () => {
    const out = { bestblock: TXID, confirmations: 3, value: 0.1, scriptPubKey: {} };
    expect(core.parseTxOut(out)).toEqual({ block: TXID, confirmations: 3 });
    expect(core.parseTxOut(null)).toBeUndefined();
    for (const change of [{ bestblock: 'ab' }, { confirmations: -1 }, { value: -1 }]) {
      expect(codeOf(() => core.parseTxOut({ ...out, ...change }))).toBe(MALFORMED);
    }
    expect(codeOf(() => core.parseTxOut(undefined))).toBe(MALFORMED);
  });
  it('the height of a block', () => {
    const header = { hash: TXID, height: 5, confirmations: 1 };
    expect(core.parseBlockHeight(header, TXID)).toBe(5);
    expect(core.parseBlockHeight({ ...header, confirmations: -1 }, TXID)).toBeUndefined();
    expect(codeOf(() => core.parseBlockHeight({ ...header, height: -1 }, TXID))).toBe(MALFORMED);
    expect(codeOf(() => core.parseBlockHeight(header, from.id))).toBe('bitcoin/answer-other');
  });
  it('the block of a transaction', () => {
    expect(core.parseTransactionBlock({ txid: TXID, blockhash: from.id }, TXID)).toBe(from.id);
    expect(core.parseTransactionBlock({ txid: TXID }, TXID)).toBeUndefined();
    expect(codeOf(() => core.parseTransactionBlock({ txid: TXID, blockhash: 5 }, TXID))).toBe(
      MALFORMED,
    );
    expect(codeOf(() => core.parseTransactionBlock({ txid: from.id }, TXID))).toBe(
      'bitcoin/answer-other',
    );
  });
  it('the spender of an output', () => {
    const output = { txid: TXID, vout: 1 };
    expect(core.parseSpender([output], output)).toBeUndefined();
    expect(core.parseSpender([{ ...output, spendingtxid: from.id }], output)).toBe(from.id);
    for (const wrong of [[], [output, output], [{ ...output, spendingtxid: 'ab' }], output]) {
      expect(codeOf(() => core.parseSpender(wrong, output))).toBe(MALFORMED);
    }
    expect(codeOf(() => core.parseSpender([output], { ...output, vout: 0 }))).toBe(
      'bitcoin/answer-other',
    );
    expect(codeOf(() => core.parseSpender([output], { ...output, txid: from.id }))).toBe(
      'bitcoin/answer-other',
    );
  });
  it('transactions', () => {
    expect(core.parseRawTransaction(RAW, from.id)).toEqual(from.toBytes());
    expect(codeOf(() => core.parseRawTransaction(RAW, TXID))).toBe(
      'bitcoin/answer-other-transaction',
    );
    expect(
      codeOf(() => {
        core.parseMempoolEntry({ vsize: 100 });
        core.parseSendRawTransaction(TXID, TXID);
      }),
    ).toBe('none');
    expect(
      codeOf(() => {
        core.parseMempoolEntry({});
      }),
    ).toBe(MALFORMED);
    expect(
      codeOf(() => {
        core.parseSendRawTransaction(TXID, from.id);
      }),
    ).toBe('bitcoin/answer-other-transaction');
  });
  it('fee estimates', () => {
    expect(core.parseSmartFee({ feerate: 0.00012345, blocks: 6 })).toBe(12.345);
    expect(core.parseSmartFee({ errors: ['Insufficient data'], blocks: 0 })).toBeUndefined();
    expect(codeOf(() => core.parseSmartFee({ feerate: 2, blocks: 6 }))).toBe('bitcoin/answer-fee');
    expect(codeOf(() => core.parseSmartFee({ feerate: -1, blocks: 6 }))).toBe(MALFORMED);
  });
  it('heights and hashes', () => {
    expect(core.parseBlockCount(5)).toBe(5);
    expect(codeOf(() => core.parseBlockCount(-5))).toBe(MALFORMED);
    expect(core.parseBlockHash(TXID)).toBe(TXID);
    expect(codeOf(() => core.parseBlockHash(5))).toBe(MALFORMED);
  });
});
