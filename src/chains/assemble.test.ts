import { describe, expect, it } from 'vitest';
import { toHex } from '../codec.ts';
import { assembleRequest, isSignatureError } from './assemble.ts';
import { addressAt } from './bitcoin/account.ts';
import { assembleBitcoin } from './bitcoin/assemble.ts';
import { preparePsbt } from './bitcoin/prepare.ts';
import { account, finder, OTHER, sign, simple, spending } from './bitcoin/testing/vault.ts';
import { parseRequest, signingPathsOf } from './request.ts';

const of = account();
const request = preparePsbt(simple().toPSBT(), { account: of, find: finder(of) });
const signatures = sign(request).map((signature) => ({ signature, recovery: 0 }));
const signer = { chain: 'bitcoin', derive: of.derive } as const;

const refusal = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('assembleRequest, of a Bitcoin transaction', () => {
  it('gives the transaction, its name and its PSBT', () => {
    const result = assembleRequest(request, signatures, signer);
    const { complete, psbt } = assembleBitcoin(request, sign(request));
    expect(result.raw).toEqual(complete?.raw);
    expect(toHex(result.hash)).toBe(complete?.txid);
    expect(result.psbt).toEqual({ bytes: psbt, complete: true });
  });

  it('gives the PSBT, and the name that the transaction will have, while others have to sign', () => {
    const coins = [of, OTHER].map((one) => ({
      amount: 50_000n,
      script: addressAt(one, { change: 0, index: 0 }).script,
    }));
    const joint = spending(coins, [
      { amount: 90_000n, script: addressAt(OTHER, { change: 0, index: 1 }).script },
    ]);
    const part = preparePsbt(joint.toPSBT(), { account: of, find: finder(of) });
    const result = assembleRequest(
      part,
      sign(part).map((signature) => ({ signature, recovery: 0 })),
      signer,
    );
    expect(result.psbt?.complete).toBe(false);
    expect(result.raw).toEqual(result.psbt?.bytes);
    expect(toHex(result.hash)).toBe(joint.id);
  });

  it('takes no signatures of keys that are not the vault’s, though the bytes claim them', () => {
    const derive: typeof of.derive = (path) => of.derive([9, ...path]);
    const error = refusal(() => assembleRequest(request, signatures, { chain: 'bitcoin', derive }));
    expect(error).toMatchObject({ code: 'bitcoin/signature-other-key' });
    expect(isSignatureError(error)).toBe(true);
  });

  it('takes no account of another chain', () => {
    const [path = []] = signingPathsOf(request, []);
    const { publicKey } = of.derive(path);
    const error = refusal(() => assembleRequest(request, signatures, { chain: 'evm', publicKey }));
    expect(error).toMatchObject({ code: 'chains/other-account' });
    expect(isSignatureError(error)).toBe(true);
  });
});

it('a Bitcoin request is read from its bytes, and each input has its own path', () => {
  expect(parseRequest('bitcoin', request.bytes)).toEqual(request);
  expect(signingPathsOf(request, [1, 2])).toEqual([[84, 0, 0, 0, 0]]);
});
