import fc from 'fast-check';
import { hex } from '@scure/base';
import { RawPSBTV0 } from '@scure/btc-signer/psbt.js';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { describe, expect, it } from 'vitest';
import { type AccountKind, addressAt, type BitcoinAccount } from './account.ts';
import { assembleBitcoin, extractTransaction, mergePsbt } from './assemble.ts';
import { decodePsbt } from './codec.ts';
import { bitcoinDigests } from './digest.ts';
import { parseBitcoin } from './parse.ts';
import { preparePsbt } from './prepare.ts';
import type { BitcoinRequest } from './request.ts';
import { sizeOf } from './size.ts';
import { account, childOf, finder, LOOSE, OTHER, sign, simple, spending } from './testing/vault.ts';

const prepare = (transaction: Transaction, of: BitcoinAccount): BitcoinRequest =>
  preparePsbt(transaction.toPSBT(), { account: of, find: finder(of) });

const privateKey = (path: readonly number[]): Uint8Array =>
  childOf(path).privateKey ?? expect.unreachable();

/** The same by the library alone, with whole keys and its own way from bytes to signatures. */
function signedByLibrary(request: BitcoinRequest): Transaction {
  const plain = Transaction.fromPSBT(request.bytes, LOOSE);
  for (const [i, { own }] of request.inputs.entries()) {
    plain.signIdx(privateKey(own?.path ?? []), i, [0, 1], new Uint8Array(32));
  }
  plain.finalize();
  return plain;
}

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'none';
};

describe('assembleBitcoin', () => {
  it.each<AccountKind>(['p2wpkh', 'p2tr'])(
    'makes what the library makes with whole keys: %s',
    (kind) => {
      const of = account(kind);
      const coin = fc.record({
        amount: fc.bigInt(1_000n, 10_000_000_000n),
        index: fc.nat(4),
        change: fc.constantFrom(0 as const, 1 as const),
        sequence: fc.constantFrom(0xffffffff, 0xfffffffd, 7),
      });
      fc.assert(
        fc.property(
          fc.array(coin, { minLength: 1, maxLength: 5 }),
          fc.array(fc.nat(3), { minLength: 1, maxLength: 4 }),
          fc.nat(800_000),
          fc.constantFrom(undefined, 1),
          (coins, receivers, lockTime, sighashType) => {
            const transaction = spending(
              coins.map(({ amount, sequence, ...place }) => ({
                amount,
                sequence,
                script: addressAt(of, place).script,
              })),
              receivers.map((index) => ({
                amount: 100n,
                script: addressAt(OTHER, { change: 0, index }).script,
              })),
              { lockTime },
            );
            if (sighashType !== undefined) {
              for (const i of coins.keys()) transaction.updateInput(i, { sighashType });
            }
            const request = prepare(transaction, of);
            const { complete } = assembleBitcoin(request, sign(request));
            const plain = signedByLibrary(request);
            expect(complete?.txid).toBe(plain.id);
            expect(hex.encode(complete?.raw ?? new Uint8Array())).toBe(plain.hex);
            expect(complete?.vsize).toBe(plain.vsize);
            const { vsize } = sizeOf(request);
            expect(vsize - plain.vsize).toBeGreaterThanOrEqual(0);
            expect(vsize - plain.vsize).toBeLessThanOrEqual(coins.length);
          },
        ),
        { numRuns: 25 },
      );
    },
  );

  it.each<AccountKind>(['p2wpkh', 'p2tr'])('takes no signature that is not right: %s', (kind) => {
    const of = account(kind);
    const request = prepare(simple(of), of);
    const [right = new Uint8Array()] = sign(request);
    const code = (...signatures: Uint8Array[]): string =>
      codeOf(() => assembleBitcoin(request, signatures));
    expect(code(right)).toBe('none');
    expect(code()).toBe('bitcoin/signature-count');
    expect(code(right, right)).toBe('bitcoin/signature-count');
    for (const at of [0, 31, 32, 63]) {
      expect(code(right.with(at, (right[at] ?? 0) ^ 1))).toBe('bitcoin/signature-invalid');
    }
    expect(code(right.slice(0, 63))).toBe('bitcoin/signature-invalid');
    expect(code(new Uint8Array([...right, 1]))).toBe('bitcoin/signature-invalid');
    expect(code(new Uint8Array(64))).toBe('bitcoin/signature-invalid');
    const other = prepare(
      spending(
        [{ amount: 5_000n, script: addressAt(of, { change: 0, index: 0 }).script }],
        [{ amount: 1_000n, script: addressAt(OTHER, { change: 0, index: 0 }).script }],
      ),
      of,
    );
    expect(code(...sign(other))).toBe('bitcoin/signature-invalid');
  });
  it('takes no signature with the larger s', () => {
    const of = account();
    const request = prepare(simple(of), of);
    const [right = new Uint8Array()] = sign(request);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const s = order - BigInt(`0x${hex.encode(right.slice(32))}`);
    const high = hex.decode(hex.encode(right.slice(0, 32)) + s.toString(16).padStart(64, '0'));
    expect(codeOf(() => assembleBitcoin(request, [high]))).toBe('bitcoin/signature-invalid');
  });
  it('takes no signatures in another order', () => {
    const of = account();
    const scripts = [0, 1].map((index) => addressAt(of, { change: 0, index }).script);
    const request = prepare(
      spending(
        scripts.map((script) => ({ amount: 50_000n, script })),
        [{ amount: 60_000n, script: addressAt(OTHER, { change: 0, index: 0 }).script }],
      ),
      of,
    );
    const [first, second] = sign(request);
    if (first === undefined || second === undefined) expect.unreachable();
    expect(codeOf(() => assembleBitcoin(request, [first, second]))).toBe('none');
    expect(codeOf(() => assembleBitcoin(request, [second, first]))).toBe(
      'bitcoin/signature-invalid',
    );
  });
  it('signs another digest when the amount of a Taproot input of others is another', () => {
    const of = account('p2tr');
    const digestWith = (amount: bigint): string => {
      const transaction = simple(of);
      transaction.addInput({
        txid: new Uint8Array(32).fill(9),
        index: 0,
        witnessUtxo: { amount, script: addressAt(OTHER, { change: 0, index: 0 }).script },
      });
      return hex.encode(bitcoinDigests(prepare(transaction, of))[0] ?? new Uint8Array());
    };
    expect(digestWith(1_000n)).not.toBe(digestWith(1_001n));
  });
});

interface Origin {
  readonly hashes: Uint8Array[];
  readonly der: { readonly fingerprint: number; readonly path: number[] };
}

describe('a transaction with a second owner', () => {
  const of = account();
  /** Two P2WPKH inputs: the first is ours, the second theirs. */
  const shared = (): Transaction => {
    const transaction = simple(of);
    transaction.addInput({
      txid: new Uint8Array(32).fill(9),
      index: 0,
      witnessUtxo: { amount: 5_000n, script: addressAt(OTHER, { change: 0, index: 0 }).script },
      unknown: [[{ type: 0x77, key: new Uint8Array([1]) }, new Uint8Array([2])]],
    });
    return transaction;
  };
  const theirs = (): Uint8Array => {
    const transaction = Transaction.fromPSBT(shared().toPSBT(), LOOSE);
    transaction.signIdx(privateKey(addressAt(OTHER, { change: 0, index: 0 }).path), 1);
    return transaction.toPSBT(2);
  };

  it('is joined from both sides, in any order, and complete then', () => {
    const request = prepare(shared(), of);
    const ours = assembleBitcoin(request, sign(request));
    expect(ours.complete).toBeUndefined();
    const merged = mergePsbt(ours.psbt, theirs());
    expect(mergePsbt(theirs(), ours.psbt)).toEqual(merged);
    expect(mergePsbt(merged, merged, ours.psbt)).toEqual(merged);
    expect(decodePsbt(merged).inputs[1]?.unknown).toHaveLength(1);
    const { raw } = extractTransaction(merged) ?? expect.unreachable();
    expect(Transaction.fromRaw(raw, LOOSE).unsignedTx).toEqual(shared().unsignedTx);
  });
  it('is joined although theirs names our key by another origin, and the first origin counts', () => {
    const { publicKey } = addressAt(of, { change: 0, index: 0 });
    const origin = { fingerprint: 7, path: [0, 0] };
    const transaction = Transaction.fromPSBT(theirs(), LOOSE);
    transaction.updateInput(0, { bip32Derivation: [[publicKey, origin]] });
    const request = prepare(shared(), of);
    const ours = assembleBitcoin(request, sign(request));
    const merged = mergePsbt(ours.psbt, transaction.toPSBT());
    expect(merged).toEqual(mergePsbt(ours.psbt, theirs()));
    const turned = mergePsbt(transaction.toPSBT(), ours.psbt);
    expect(decodePsbt(turned).inputs[0]?.bip32Derivation).toEqual([[publicKey, origin]]);
    expect(extractTransaction(turned)).toEqual(extractTransaction(merged));
    expect(extractTransaction(merged)).toBeDefined();
  });
  it('keeps an origin of Taproot in the same way, and those of keys that only one names', () => {
    const [first, second] = [0, 1].map((index) =>
      addressAt(account('p2tr'), { change: 0, index }).publicKey.slice(1),
    );
    if (first === undefined || second === undefined) expect.unreachable();
    const named = (...origins: readonly (readonly [Uint8Array, number])[]): Uint8Array => {
      const transaction = simple(account('p2tr'));
      const tapBip32Derivation = origins.map(([key, fingerprint]): [Uint8Array, Origin] => [
        key,
        { hashes: [], der: { fingerprint, path: [] } },
      ]);
      transaction.updateInput(0, { tapBip32Derivation });
      transaction.updateOutput(0, { tapBip32Derivation });
      return transaction.toPSBT();
    };
    const merged = decodePsbt(mergePsbt(named([first, 1]), named([first, 2], [second, 3])));
    for (const map of [merged.inputs[0], merged.outputs[0]]) {
      const found = (map?.tapBip32Derivation ?? []).map(([key, { der }]): [string, number] => [
        hex.encode(key),
        Number(der.fingerprint),
      ]);
      expect(new Map(found)).toEqual(
        new Map([
          [hex.encode(first), 1],
          [hex.encode(second), 3],
        ]),
      );
    }
  });
  it('is complete at once when they signed first', () => {
    const request = preparePsbt(theirs(), { account: of, find: finder(of) });
    expect(request.inputs.map(({ state }) => state)).toEqual(['sign', 'signed']);
    expect(assembleBitcoin(request, sign(request)).complete?.vsize).toBeGreaterThan(100);
  });
  it('is not joined with another transaction, or with what contradicts it', () => {
    expect(codeOf(() => mergePsbt(shared().toPSBT(), simple(of).toPSBT()))).toBe(
      'bitcoin/merge-other',
    );
    const raw = RawPSBTV0.decode(shared().toPSBT());
    const inputs = raw.inputs.map((input) => ({ ...input, sighashType: 1 }));
    const encode = (value: typeof raw): Uint8Array => RawPSBTV0.encode(value);
    const one = encode({ ...raw, inputs });
    const three = encode({
      ...raw,
      inputs: inputs.map((input) => ({ ...input, sighashType: 3 })),
    });
    expect(codeOf(() => mergePsbt(one, three))).toBe('bitcoin/merge-conflict');
  });
  it('with an input that nobody here can finish stays a PSBT', () => {
    const transaction = simple(of);
    transaction.addInput({
      txid: new Uint8Array(32).fill(9),
      index: 0,
      witnessUtxo: { amount: 5_000n, script: new Uint8Array([0x51]) },
    });
    const request = prepare(transaction, of);
    expect(assembleBitcoin(request, sign(request)).complete).toBeUndefined();
    expect(sizeOf(request).complete).toBe(false);
    expect(parseBitcoin(request.bytes).inputs[1]?.own).toBeUndefined();
  });
});
