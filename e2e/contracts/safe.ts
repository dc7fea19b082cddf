/** Safes (release 1.5.0), with the bytecode of the published package, deployed as it is everywhere. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AbiFunction, ContractAddress, type Hex } from 'ox';
import type { Chain } from '../chain.ts';

const artifacts = join(
  import.meta.dirname,
  '../../node_modules/@safe-global/safe-smart-account/build/artifacts/contracts',
);

/** Deploys what it is sent at an address that follows from the bytecode; at this address on every chain. */
const FACTORY = '0x914d7Fec6aaC8cd542e72Bca78B30650d45643d7';
/** Where anvil has the same code from the start. */
const SAME_CODE = '0x4e59b44847b379578588920cA78FbF26c0B4956C';
const SALT = `0x${'00'.repeat(32)}` as const;
const ZERO = `0x${'00'.repeat(20)}` as const;

/** `0`: the Safe calls. `1`: foreign code runs as the Safe. */
type Operation = 0 | 1;

export interface SafeCall {
  readonly to: string;
  readonly data: string;
  readonly operation?: Operation;
}

const functions = {
  setup: AbiFunction.from(
    'function setup(address[] owners, uint256 threshold, address to, bytes data, address fallbackHandler, address paymentToken, uint256 payment, address paymentReceiver)',
  ),
  createProxy: AbiFunction.from(
    'function createProxyWithNonce(address singleton, bytes initializer, uint256 saltNonce) returns (address)',
  ),
  execute: AbiFunction.from(
    'function execTransaction(address to, uint256 value, bytes data, uint8 operation, uint256 safeTxGas, uint256 baseGas, uint256 gasPrice, address gasToken, address refundReceiver, bytes signatures) returns (bool)',
  ),
  addOwner: AbiFunction.from('function addOwnerWithThreshold(address owner, uint256 threshold)'),
  changeThreshold: AbiFunction.from('function changeThreshold(uint256 threshold)'),
  multiSend: AbiFunction.from('function multiSend(bytes transactions)'),
  owners: AbiFunction.from('function getOwners() view returns (address[])'),
  threshold: AbiFunction.from('function getThreshold() view returns (uint256)'),
  nonce: AbiFunction.from('function nonce() view returns (uint256)'),
};

const hex = (text: string): Hex.Hex => text as Hex.Hex;

/** The calls of a Safe's owners, as calldata. */
export const safeCalls = {
  addOwner: (owner: string, threshold: bigint): Hex.Hex =>
    AbiFunction.encodeData(functions.addOwner, [hex(owner), threshold]),
  changeThreshold: (threshold: bigint): Hex.Hex =>
    AbiFunction.encodeData(functions.changeThreshold, [threshold]),
  /** Several calls in one, for MultiSend. */
  multiSend(calls: readonly SafeCall[]): Hex.Hex {
    const packed = calls.map(({ to, data, operation = 0 }) => {
      const length = ((data.length - 2) / 2).toString(16).padStart(64, '0');
      return `0${String(operation)}${to.slice(2)}${'0'.repeat(64)}${length}${data.slice(2)}`;
    });
    return AbiFunction.encodeData(functions.multiSend, [`0x${packed.join('').toLowerCase()}`]);
  },
  /** @param signatures those of the owners, 65 bytes each, one after the other */
  execute: ({ to, data, operation = 0 }: SafeCall, signatures: string): Hex.Hex =>
    AbiFunction.encodeData(functions.execute, [
      hex(to),
      0n,
      hex(data),
      operation,
      0n,
      0n,
      0n,
      ZERO,
      ZERO,
      hex(signatures),
    ]),
  /** In place of a signature: it is the owner that sends the transaction. */
  sentBy: (owner: string): Hex.Hex =>
    `0x${owner.slice(2).toLowerCase().padStart(64, '0')}${'0'.repeat(64)}01`,
};

/** What an owner signs for the first transaction of a Safe (EIP-712). */
export const safeTypedData = (
  safe: string,
  chainId: bigint,
  { to, data, operation = 0 }: SafeCall,
) =>
  ({
    domain: { chainId, verifyingContract: hex(safe) },
    types: {
      EIP712Domain: [
        { name: 'chainId', type: 'uint256' },
        { name: 'verifyingContract', type: 'address' },
      ],
      SafeTx: [
        { name: 'to', type: 'address' },
        { name: 'value', type: 'uint256' },
        { name: 'data', type: 'bytes' },
        { name: 'operation', type: 'uint8' },
        { name: 'safeTxGas', type: 'uint256' },
        { name: 'baseGas', type: 'uint256' },
        { name: 'gasPrice', type: 'uint256' },
        { name: 'gasToken', type: 'address' },
        { name: 'refundReceiver', type: 'address' },
        { name: 'nonce', type: 'uint256' },
      ],
    },
    primaryType: 'SafeTx',
    message: {
      to: hex(to),
      value: 0n,
      data: hex(data),
      operation,
      safeTxGas: 0n,
      baseGas: 0n,
      gasPrice: 0n,
      gasToken: ZERO,
      refundReceiver: ZERO,
      nonce: 0n,
    },
  }) as const;

interface Safe {
  readonly address: string;
  owners(): Promise<readonly string[]>;
  threshold(): Promise<bigint>;
  nonce(): Promise<bigint>;
}

export interface SafeContracts {
  /** The helper that Safes run as their own code, to make several calls. */
  readonly multiSend: string;
  /** Deploys a Safe of these owners, as many of whom must sign. */
  deploy(owners: readonly string[], threshold: bigint): Promise<Safe>;
}

/** Deploys what Safes are made with. */
export async function startSafes(chain: Chain): Promise<SafeContracts> {
  const code = await chain.request('eth_getCode', SAME_CODE, 'latest');
  await chain.request('anvil_setCode', FACTORY, code);
  const singleton = await deployEverywhere(chain, 'Safe.sol/Safe.json');
  const proxies = await deployEverywhere(
    chain,
    'proxies/SafeProxyFactory.sol/SafeProxyFactory.json',
  );
  const multiSend = await deployEverywhere(chain, 'libraries/MultiSend.sol/MultiSend.json');
  let made = 0n;
  return {
    multiSend,
    async deploy(owners, threshold) {
      const initializer = AbiFunction.encodeData(functions.setup, [
        owners.map(hex),
        threshold,
        ZERO,
        '0x',
        ZERO,
        ZERO,
        0n,
        ZERO,
      ]);
      const data = AbiFunction.encodeData(functions.createProxy, [singleton, initializer, made++]);
      const answer = await chain.request('eth_call', { to: proxies, data }, 'latest');
      const address = AbiFunction.decodeResult(functions.createProxy, answer as Hex.Hex);
      await chain.send(proxies, data);
      return safeAt(chain, address);
    },
  };
}

async function deployEverywhere(chain: Chain, artifact: string): Promise<Hex.Hex> {
  const { bytecode } = JSON.parse(readFileSync(join(artifacts, artifact), 'utf8')) as {
    bytecode: Hex.Hex;
  };
  await chain.send(FACTORY, `${SALT}${bytecode.slice(2)}`);
  return ContractAddress.fromCreate2({ from: FACTORY, salt: SALT, bytecode });
}

function safeAt(chain: Chain, address: string): Safe {
  const read = async (what: 'owners' | 'threshold' | 'nonce'): Promise<Hex.Hex> => {
    const data = AbiFunction.encodeData(functions[what]);
    return (await chain.request('eth_call', { to: address, data }, 'latest')) as Hex.Hex;
  };
  return {
    address,
    owners: async () => AbiFunction.decodeResult(functions.owners, await read('owners')),
    threshold: async () => AbiFunction.decodeResult(functions.threshold, await read('threshold')),
    nonce: async () => AbiFunction.decodeResult(functions.nonce, await read('nonce')),
  };
}
