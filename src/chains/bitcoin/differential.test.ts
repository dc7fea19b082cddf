/** Against `bitcoinjs-lib` with libsecp256k1, which share no code with `@scure/btc-signer` and `@noble/curves`. */
import { hex } from '@scure/base';
import * as other from 'bitcoinjs-lib';
import fc from 'fast-check';
import * as ecc from 'tiny-secp256k1';
import { beforeAll, describe, expect, it } from 'vitest';
import { casesOf } from '../testing/cases.ts';
import { type AccountKind, addressAt, type BitcoinAccount } from './account.ts';
import { parseBitcoinAddress } from './address.ts';
import { assembleBitcoin } from './assemble.ts';
import { bitcoinDigests } from './digest.ts';
import type { BitcoinNetwork } from './network.ts';
import { preparePsbt } from './prepare.ts';
import { type BitcoinRequest, pathsOf } from './request.ts';
import { account, finder, OTHER, OTHER_TAPROOT, sign, spending } from './testing/vault.ts';

const NETWORKS: Readonly<Record<BitcoinNetwork, other.Network>> = {
  mainnet: other.networks.bitcoin,
  testnet4: other.networks.testnet,
  signet: other.networks.testnet,
  regtest: other.networks.regtest,
};
/** Addresses of both branches that the generated coins are on. */
const PLACES = 10;
const KINDS = ['p2wpkh', 'p2tr'] as const;

beforeAll(() => {
  other.initEccLib(ecc);
});

const coin = fc.record({
  amount: fc.bigInt(1_000n, 10_000_000_000n),
  place: fc.record({ change: fc.constantFrom(0 as const, 1 as const), index: fc.nat(PLACES - 1) }),
  sequence: fc.constantFrom(0xffffffff, 0xfffffffd, 7),
  previous: fc.boolean(),
});
const output = fc.record({
  of: fc.constantFrom(OTHER, OTHER_TAPROOT, undefined),
  change: fc.constantFrom(0 as const, 1 as const),
  index: fc.nat(PLACES - 1),
  amount: fc.bigInt(0n, 100n),
});
const transactions = fc.record({
  kind: fc.constantFrom(...KINDS),
  coins: fc.array(coin, { minLength: 1, maxLength: 6 }),
  outputs: fc.array(output, { minLength: 1, maxLength: 6 }),
  lockTime: fc.nat(0xffffffff),
  version: fc.constantFrom(1, 2),
  sighashType: fc.constantFrom(undefined, 1),
});
type Generated = typeof transactions extends fc.Arbitrary<infer T> ? T : never;

const accounts = new Map(KINDS.map((kind) => [kind, account(kind)] as const));
const finders = new Map([...accounts].map(([kind, of]) => [kind, finder(of, PLACES)] as const));

function requestOf({ kind, coins, outputs, sighashType, ...options }: Generated): BitcoinRequest {
  const of = accounts.get(kind) ?? expect.unreachable();
  const find = finders.get(kind) ?? expect.unreachable();
  const transaction = spending(
    coins.map(({ place, ...rest }) => ({ ...rest, script: addressAt(of, place).script })),
    outputs.map(({ of: whose = of, amount, ...place }) => ({
      amount,
      script: addressAt(whose, place).script,
    })),
    options,
  );
  if (sighashType !== undefined) {
    for (const i of coins.keys()) transaction.updateInput(i, { sighashType });
  }
  return preparePsbt(transaction.toPSBT(), { account: of, find });
}

const txidOf = (hash: Uint8Array): string => hex.encode(hash.slice().reverse());

/** What the other library says that is signed: BIP-143 or BIP-341, for every input. */
function otherDigests(psbt: other.Psbt, request: BitcoinRequest): Uint8Array[] {
  const tx = other.Transaction.fromBuffer(psbt.data.getTransaction());
  const spent = psbt.data.inputs.map(({ witnessUtxo }) => witnessUtxo ?? expect.unreachable());
  const of = accounts.get(request.key.kind) ?? expect.unreachable();
  return pathsOf(request).map((path, i) => {
    const type = request.inputs[i]?.sighash ?? 0;
    if (request.key.kind === 'p2tr') {
      return tx.hashForWitnessV1(
        i,
        spent.map(({ script }) => script),
        spent.map(({ value }) => value),
        type,
      );
    }
    const { output: code } = other.payments.p2pkh({ pubkey: of.derive(path).publicKey });
    const value = spent[i]?.value ?? 0n;
    return tx.hashForWitnessV0(i, code ?? expect.unreachable(), value, type === 0 ? 1 : type);
  });
}

describe('PSBTs', () => {
  it('are read alike, with the same digests, and give the same complete transaction', () => {
    fc.assert(
      fc.property(transactions, (generated) => {
        const request = requestOf(generated);
        const psbt = other.Psbt.fromBuffer(request.bytes);
        expect({
          version: psbt.version,
          lockTime: psbt.locktime,
          inputs: psbt.txInputs.map(({ hash, index, sequence }, i) => [
            txidOf(hash),
            index,
            sequence,
            psbt.data.inputs[i]?.witnessUtxo?.value,
          ]),
          outputs: psbt.txOutputs.map(({ script, value }) => [hex.encode(script), value]),
        }).toEqual({
          version: request.version,
          lockTime: request.lockTime,
          inputs: request.inputs.map(({ txid, vout, sequence, amount }) => [
            txid,
            vout,
            sequence,
            amount,
          ]),
          outputs: request.outputs.map(({ script, amount }) => [hex.encode(script), amount]),
        });
        const ours = bitcoinDigests(request).map((digest) => hex.encode(digest));
        expect(otherDigests(psbt, request).map((digest) => hex.encode(digest))).toEqual(ours);

        const { complete } = assembleBitcoin(request, sign(request));
        if (complete === undefined) return expect.unreachable();
        const read = other.Transaction.fromBuffer(complete.raw);
        expect(read.getId()).toBe(complete.txid);
        expect(read.virtualSize()).toBe(complete.vsize);
        expect(hex.encode(read.toBuffer())).toBe(hex.encode(complete.raw));
        expect(read.ins.map(({ witness }) => witness.length)).toEqual(
          request.inputs.map(() => (request.key.kind === 'p2tr' ? 1 : 2)),
        );
      }),
      { numRuns: casesOf(60) },
    );
  });
});

describe('addresses', () => {
  const otherAddress = (kind: AccountKind, publicKey: Uint8Array, network: other.Network) =>
    kind === 'p2tr'
      ? other.payments.p2tr({ internalPubkey: publicKey.slice(1), network })
      : other.payments.p2wpkh({ pubkey: publicKey, network });

  it('and scripts of our keys are the same', () => {
    const networks = Object.keys(NETWORKS) as BitcoinNetwork[];
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.constantFrom(...networks),
        fc.record({ change: fc.constantFrom(0 as const, 1 as const), index: fc.nat(199) }),
        (kind, network, place) => {
          const of: BitcoinAccount = account(kind, network);
          const own = addressAt(of, place);
          const theirs = otherAddress(kind, own.publicKey, NETWORKS[network]);
          expect(own.address).toBe(theirs.address);
          expect(hex.encode(own.script)).toBe(hex.encode(theirs.output ?? new Uint8Array()));
        },
      ),
      { numRuns: casesOf(60) },
    );
  });

  it('of all kinds are read to the same scripts', () => {
    const hash = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    const network = NETWORKS.mainnet;
    fc.assert(
      fc.property(
        fc.oneof(
          hash(20).map((h) => other.payments.p2pkh({ hash: h, network })),
          hash(20).map((h) => other.payments.p2sh({ hash: h, network })),
          hash(20).map((h) => other.payments.p2wpkh({ hash: h, network })),
          hash(32).map((h) => other.payments.p2wsh({ hash: h, network })),
        ),
        ({ address = '', output: script }) => {
          expect(hex.encode(parseBitcoinAddress(address, 'mainnet').script)).toBe(
            hex.encode(script ?? new Uint8Array()),
          );
        },
      ),
      { numRuns: casesOf(500) },
    );
  });
});
