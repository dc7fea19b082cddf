/** What devices show of what is proposed, and how a proposal ends without a signature. */
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  encodeTokenCall,
  parseAddress,
  serialize,
  type EvmTransaction,
} from '../../src/chains/index.ts';
import { someone } from '../people.ts';
import { expect } from '../test.ts';
import { test } from '../vault.ts';

const HOUR = 3_600_000;
const GWEI = 10n ** 9n;

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

const raw = (tx: EvmTransaction): string => `0x${bytesToHex(serialize(tx))}`;

test('one device rejects with a reason, and it is over on all', async ({ vault }) => {
  const { ada, ben, cleo, all } = vault;
  await ada.propose.open();
  await ada.propose.fill({ to: someone(), amount: '0.311' });
  await ada.propose.propose();
  await cleo.home.openWaiting('Send 0.311 ETH');
  await ben.home.openWaiting('Send 0.311 ETH');
  await ben.proposal.reject('nobody ordered this');
  for (const { proposal, page } of all) {
    await proposal.expectStanding('Rejected. It will not be signed.');
    await expect(page.getByText('“nobody ordered this”')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Hold to approve' })).toBeHidden();
  }
});

test('the proposer withdraws, and nobody can approve any more', async ({ vault }) => {
  const { ada, ben } = vault;
  await ada.propose.open();
  await ada.propose.fill({ to: someone(), amount: '0.312' });
  await ada.propose.propose();
  await ben.home.openWaiting('Send 0.312 ETH');
  await ada.proposal.withdraw();
  await ben.proposal.expectStanding('Withdrawn by the device that proposed it');
  await expect(ben.page.getByRole('button', { name: 'Hold to approve' })).toBeHidden();
  await ben.home.open();
  await expect(ben.page.getByText('Waiting for you')).toBeHidden();
});

test('a note that says something else than the bytes stays a note', async ({ vault }) => {
  const { ada, ben } = vault;
  const to = someone();
  const note = 'Refund of 0.01 ETH to Ben, checked by Cleo.';
  await ada.propose.open();
  await ada.propose.fill({ to, amount: '3.13', note });
  await ada.propose.propose();
  await ben.home.openWaiting('Send 3.13 ETH to a new address');
  expect(await ben.proposal.note()).toEqual({
    text: note,
    introduction: 'Ada wrote. The bytes do not say this.',
  });
  expect(await ben.proposal.fact('Amount')).toContain('3.13 ETH');
  expect(await ben.proposal.fact('To')).toContain('never paid before');
  for (const label of ['Amount', 'To', 'Fee', 'In total', 'Network']) {
    expect(await ben.proposal.fact(label)).not.toMatch(/0\.01|Refund|Ben|Cleo/);
  }
  await ada.proposal.withdraw();
});

test('a permission without a limit is shown as danger', async ({ vault, chain }) => {
  const { ada, ben, address } = vault;
  const coin = await chain.deployCoin({ holder: address, supply: 10n ** 12n, symbol: 'DAIX' });
  const data = encodeTokenCall({
    function: 'approve',
    address: parseAddress(someone()).address,
    amount: 2n ** 256n - 1n,
  });
  await ada.propose.open();
  await ada.propose.paste(JSON.stringify({ to: coin, data, chainId: '0x7a69' }));
  await ada.proposal.expectDanger('Permission without a limit');
  await ada.propose.propose();
  await ben.home.openWaiting(/spend .* without limit/);
  await ben.proposal.expectDanger('Permission without a limit');
  expect(await ben.proposal.fact('Allowance')).toContain('Unlimited');
  await ben.proposal.reject('too much');
  await ada.proposal.expectStanding('Rejected.');
});

test('a call that cannot be read is refused before it is proposed', async ({ vault }) => {
  const { page, propose, proposal } = vault.ada;
  await propose.open();
  const call = { to: someone(), data: '0xdeadbeef', gas: '0x30d40', chainId: '0x7a69' };
  await propose.paste(JSON.stringify([call]));
  await proposal.expectDanger('This wallet refuses to sign this');
  await expect(page.getByText('cannot read all that this call does')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Hold to propose and approve' })).toBeHidden();
});

test('raw transactions of every type say what they do', async ({ vault }) => {
  const { page, propose, proposal } = vault.ada;
  const to = parseAddress(someone()).address;
  const common = { chainId: 31337n, nonce: 70n, gasLimit: 40_000n, to, data: '0x' } as const;
  const transactions: EvmTransaction[] = [
    { ...common, type: 0, value: 10n ** 16n, gasPrice: 20n * GWEI },
    {
      ...common,
      type: 1,
      value: 2n * 10n ** 16n,
      gasPrice: 20n * GWEI,
      accessList: [{ address: to, storageKeys: [`0x${'01'.repeat(32)}`] }],
    },
    {
      ...common,
      type: 2,
      value: 3n * 10n ** 16n,
      maxFeePerGas: 20n * GWEI,
      maxPriorityFeePerGas: GWEI,
      accessList: [],
    },
  ];
  for (const [type, tx] of transactions.entries()) {
    await propose.open();
    await propose.paste(raw(tx));
    expect(await proposal.fact('Amount')).toContain(`0.0${String(type + 1)} ETH`);
    expect((await proposal.fact('To')).replaceAll(/\s/g, '')).toContain(to);
    expect(await proposal.fact('Fee')).toContain('at most 0.0008 ETH');
    expect(await proposal.fact('Fee')).toContain('nonce 70');
    await expect(page.getByText('Old form of transaction')).toBeVisible({ visible: type === 0 });
    await expect(page.getByText('Has an access list')).toBeVisible({ visible: type === 1 });
  }
});

test('what is pasted wrongly is told apart', async ({ vault }) => {
  const { propose } = vault.ada;
  await propose.open();
  await propose.typePaste('0x02f');
  expect(await propose.errors()).toEqual([
    'A digit is missing: hexadecimal bytes have two digits each.',
  ]);
  await propose.typePaste('{"to":"0x1234","value":"12","speed":"fast"}');
  expect(await propose.errors()).toEqual([
    expect.stringMatching(/^to: /),
    'value: This must be 0x and hexadecimal digits without zeros at the front.',
    'speed: This wallet does not know this field.',
  ]);
});

test('a payment link fills the form', async ({ vault }) => {
  const { page, propose, proposal } = vault.ada;
  const to = someone();
  await propose.open();
  await page.getByLabel('To', { exact: true }).fill(`ethereum:${to}@31337?value=1.25e17`);
  await expect(page.getByLabel('To', { exact: true })).toHaveValue(to);
  await expect(page.getByLabel('Amount')).toHaveValue('0.125');
  await propose.continue();
  expect(await proposal.fact('Amount')).toContain('0.125 ETH');
});

test('every error of the form is named at once', async ({ vault }) => {
  const { page, propose } = vault.ada;
  await propose.open();
  await page.getByLabel('To', { exact: true }).fill('0x1234');
  await page.getByLabel('Amount').fill('1,5');
  await page.getByRole('button', { name: 'Fee: as the node suggests' }).click();
  await page.getByLabel('At most per gas').fill('1');
  await page.getByLabel('Priority per gas').fill('2');
  await page.getByLabel('Gas limit').fill('some');
  await page.getByLabel('Nonce').fill('-1');
  expect(await propose.errors()).toHaveLength(5);
  for (const label of ['Amount', 'Priority per gas', 'Gas limit', 'Nonce']) {
    await expect(page.getByLabel(label)).toHaveAttribute('aria-invalid', 'true');
  }
});

test('a proposal that nobody approved in time has expired', async ({ vault }) => {
  const { ada, cleo } = vault;
  await ada.propose.open();
  await ada.page.getByLabel('Expires after').selectOption({ label: '1 hour' });
  await ada.propose.fill({ to: someone(), amount: '0.314' });
  await ada.propose.propose();
  await cleo.home.openWaiting('Send 0.314 ETH');
  const { clock } = cleo.page;
  await clock.setFixedTime(Date.now() + HOUR + 60_000);
  await cleo.proposal.expectStanding('Expired before it was signed by enough', 30_000);
  await expect(cleo.page.getByRole('button', { name: 'Hold to approve' })).toBeHidden();
  await expect(cleo.page.getByRole('button', { name: 'Reject' })).toBeHidden();
  await clock.setFixedTime(Date.now());
  await ada.proposal.withdraw();
});
