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
    expect(codeOf(() => esplora.parseAddressStats({ chain_stats: stats(1, 0, 1) }))).toBe(
      MALFORMED,
    );
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

describe('answers of Bitcoin Core', () => {
  const ok = (result: unknown): unknown => ({ result, error: null, id: 1 });
  const unspent = {
    txid: TXID,
    vout: 0,
    amount: 0.1,
    scriptPubKey: '0014',
    height: 7,
    desc: '',
    coinbase: false,
  };

  it('a scan for coins', () => {
    expect(core.parseScan(ok({ success: true, height: 9, unspents: [unspent] }))).toEqual({
      height: 9,
      utxos: [{ txid: TXID, vout: 0, amount: 10_000_000n, script: '0014', height: 7 }],
    });
    for (const wrong of [
      { success: false, height: 9, unspents: [] },
      { success: true, unspents: [] },
      { success: true, height: 9, unspents: [{ ...unspent, amount: 1e-9 }] },
      { success: true, height: 9, unspents: [{ ...unspent, amount: '0.1' }] },
    ]) {
      expect(codeOf(() => core.parseScan(ok(wrong)))).toBe(MALFORMED);
    }
  });
  it('coins of a watch-only wallet', () => {
    const listed = { txid: TXID, vout: 0, amount: 0.00000001, scriptPubKey: '0014' };
    expect(
      core.parseListUnspent(
        ok([
          { ...listed, confirmations: 0 },
          { ...listed, confirmations: 1 },
        ]),
        100,
      ),
    ).toMatchObject([
      { amount: 1n, height: undefined },
      { amount: 1n, height: 100 },
    ]);
    expect(codeOf(() => core.parseListUnspent(ok([listed]), 100))).toBe(MALFORMED);
  });
  it('transactions', () => {
    expect(core.parseRawTransaction(ok(RAW), from.id)).toEqual(from.toBytes());
    expect(codeOf(() => core.parseRawTransaction(ok(RAW), TXID))).toBe(
      'bitcoin/answer-other-transaction',
    );
    expect(
      codeOf(() => {
        core.parseSendRawTransaction(ok(TXID), TXID);
      }),
    ).toBe('none');
    expect(
      codeOf(() => {
        core.parseSendRawTransaction(ok(TXID), from.id);
      }),
    ).toBe('bitcoin/answer-other-transaction');
  });
  it('fee estimates', () => {
    expect(core.parseSmartFee(ok({ feerate: 0.00012345, blocks: 6 }))).toBe(12.345);
    expect(core.parseSmartFee(ok({ errors: ['Insufficient data'], blocks: 0 }))).toBeUndefined();
    expect(codeOf(() => core.parseSmartFee(ok({ feerate: 2, blocks: 6 })))).toBe(
      'bitcoin/answer-fee',
    );
    expect(codeOf(() => core.parseSmartFee(ok({ feerate: -1, blocks: 6 })))).toBe(MALFORMED);
  });
  it('heights and hashes', () => {
    expect(core.parseBlockCount(ok(5))).toBe(5);
    expect(codeOf(() => core.parseBlockCount(ok(-5)))).toBe(MALFORMED);
    expect(core.parseGenesis(ok(TXID))).toBe(TXID);
    expect(codeOf(() => core.parseGenesis(ok(5)))).toBe(MALFORMED);
  });
  it('a refusal in the node’s words, made safe to show', () => {
    const refused = {
      result: null,
      error: { code: -26, message: 'min relay fee\u202e not met' },
      id: 1,
    };
    expect(() => core.parseGenesis(refused)).toThrow(
      'The node refused: min relay fee⟨U+202E⟩ not met (-26).',
    );
    expect(codeOf(() => core.parseGenesis('<html>'))).toBe(MALFORMED);
    expect(codeOf(() => core.parseGenesis({ error: 'no' }))).toBe(MALFORMED);
  });
});
