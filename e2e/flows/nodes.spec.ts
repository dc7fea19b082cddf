/** What a node can do wrong, told apart in words; and signing without any node. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { parseAddress, readSigned, serialize } from '../../src/chains/index.ts';
import { someone } from '../people.ts';
import { expect } from '../test.ts';
import { SIGNING_TIMEOUT, test, type SharedVault } from '../vault.ts';

const GWEI = 10n ** 9n;

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

/** Ada proposes, Ben approves; done when it is signed. */
async function sign({ ada, ben }: SharedVault, amount: string): Promise<void> {
  await ada.propose.open();
  await ada.propose.fill({ to: someone(), amount });
  await ada.propose.propose();
  await ben.home.openWaiting(`Send ${amount} ETH`);
}

test('a node that is down, hangs, or answers nonsense is told apart, and mends by itself', async ({
  vault,
}) => {
  const { page, node, device, home } = vault.ada;
  device.expectProblem(/ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE/);
  await home.expectBalance('Main account', 'ETH');

  await node.stop();
  await home.expectNodeProblem(
    'The node cannot be reached: it is down, or does not let web pages ask',
  );
  await node.start();
  await home.expectNodeProblem(undefined);

  node.manner = 'garbage';
  await home.expectNodeProblem(/The node's answer to eth_\w+ makes no sense: it is not JSON-RPC/);
  await expect(page.getByText('Do not rely on this node.')).toBeVisible();
  await expect(page.getByText('as last known')).toBeVisible();

  node.manner = 'hangs';
  await home.expectNodeProblem('The node did not answer within 10 seconds');
  node.manner = 'honest';
  await home.expectNodeProblem(undefined);
});

test('a form that needs the node says what is wrong with it', async ({ vault }) => {
  const { node, propose } = vault.ada;
  await propose.open();
  node.manner = 'garbage';
  await propose.type({ to: someone(), amount: '0.41' });
  expect(await propose.errors()).toEqual([
    expect.stringMatching(/^The node's answer to \w+ makes no sense: it is not JSON-RPC\. Do not/),
  ]);
});

test('a node of another chain gets nothing', async ({ vault, chain }) => {
  const { ada, ben } = vault;
  await sign(vault, '0.42');
  for (const { node } of vault.all) node.manner = 'other-chain';
  const before = ada.node.sent.length + ben.node.sent.length;
  await ben.proposal.approve();
  await ada.proposal.expectProblem(
    'The node is on chain 1; this network is chain 31337',
    SIGNING_TIMEOUT,
  );
  await ada.proposal.expectStanding('Signed. Not sent yet.');
  expect(ada.node.sent.length + ben.node.sent.length).toBe(before);
  for (const { node } of vault.all) node.manner = 'honest';
  await ada.proposal.broadcast();
  await ada.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
  await expect(ada.page.getByText('The node is on chain 1')).toBeHidden();
  const hash = await ada.proposal.hash();
  expect(await chain.request('eth_getTransactionReceipt', hash)).not.toBeNull();
});

test('a node that names another hash is not believed', async ({ vault }) => {
  const { ada, ben } = vault;
  await sign(vault, '0.43');
  for (const { node } of vault.all) node.manner = 'lies';
  await ben.proposal.approve();
  await ada.proposal.expectProblem(
    "The node's answer to eth_sendRawTransaction is about another transaction",
    SIGNING_TIMEOUT,
  );
  await ada.proposal.expectStanding('Signed. Not sent yet.');
  for (const { node } of vault.all) node.manner = 'honest';
  await ada.proposal.broadcast();
  await ada.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
});

test('all nodes down: it is signed, says so, and is sent when a node is back', async ({
  vault,
}) => {
  const { ada, ben } = vault;
  for (const { device } of vault.all) device.expectProblem(/ERR_CONNECTION/);
  await sign(vault, '0.44');
  for (const { node } of vault.all) await node.stop();
  await ben.proposal.approve();
  await ada.proposal.expectStanding('Signed. Not sent yet.', SIGNING_TIMEOUT);
  await ada.proposal.expectProblem('The node cannot be reached');
  await expect(
    ada.page.getByText('The payment is signed but this device could not send it.'),
  ).toBeVisible();
  await ben.node.start();
  await ben.proposal.broadcast();
  await ben.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
  // A device believes its own node about blocks, not another device.
  await ada.proposal.expectStanding('Sent.');
  await ada.node.start();
  await ada.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
});

test('without any node the signed transaction is there to copy and to save', async ({ vault }) => {
  const { ada, ben, address } = vault;
  const tx = {
    type: 0,
    chainId: 1n, // no device has a node of this chain
    nonce: 5n,
    gasPrice: 20n * GWEI,
    gasLimit: 21_000n,
    to: parseAddress(someone()).address,
    value: 45n * 10n ** 16n,
    data: '0x',
  } as const;
  await ada.propose.open();
  await ada.propose.paste(bytesToHex(serialize(tx)));
  await expect(ada.page.getByText('A network without a name here')).toBeVisible();
  await ada.propose.propose();
  await ben.home.openWaiting(/Send .* to a new address|Send 450/);
  await ben.proposal.approve();
  await ada.proposal.expectStanding('Signed. Not sent yet.', SIGNING_TIMEOUT);
  await ben.proposal.expectStanding('Signed. Not sent yet.');
  const raw = await ada.proposal.signedTransaction();
  expect(await ada.proposal.saveSignedTransaction()).toBe(raw);
  const signed = readSigned(hexToBytes(raw.slice(2)));
  expect(signed.from).toBe(address);
  expect(signed.tx).toEqual(tx);
  expect(`0x${bytesToHex(signed.hash)}`).toBe(await ben.proposal.hash());
  expect(await ben.proposal.signedTransaction()).toBe(raw);
});
