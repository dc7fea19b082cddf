import { describe, expect, it } from 'vitest';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { addressAt, type AccountKind } from './account.ts';
import { assembleBitcoin } from './assemble.ts';
import { bitcoinDigests } from './digest.ts';
import { parseBitcoin } from './parse.ts';
import { preparePsbt } from './prepare.ts';
import { account, childOf, finder, LOOSE, sign, simple } from './testing/vault.ts';

describe('assembleBitcoin', () => {
  it.each<AccountKind>(['p2wpkh', 'p2tr'])(
    'makes the transaction that btc-signer makes: %s',
    (kind) => {
      const of = account(kind);
      const psbt = simple(of).toPSBT();
      const request = preparePsbt(psbt, { account: of, find: finder(of) });
      expect(parseBitcoin(request.bytes)).toEqual(request);
      expect(bitcoinDigests(request)).toHaveLength(1);
      const { complete } = assembleBitcoin(request, sign(request));

      const plain = Transaction.fromPSBT(request.bytes, LOOSE);
      const { path } = addressAt(of, { change: 0, index: 0 });
      plain.signIdx(
        childOf(path).privateKey ?? expect.unreachable(),
        0,
        undefined,
        new Uint8Array(32),
      );
      plain.finalize();
      expect(complete?.txid).toBe(plain.id);
      expect(complete?.raw).toEqual(plain.extract());
      expect(complete?.vsize).toBe(plain.vsize);
    },
  );
});
