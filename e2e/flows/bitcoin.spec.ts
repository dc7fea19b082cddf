/** Bitcoin on three devices: both kinds of accounts, payments, PSBTs of others. */
import { base64 } from '@scure/base';
import { Transaction } from '@scure/btc-signer/transaction.js';
import { p2wpkh } from '@scure/btc-signer/payment.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { expectAccessible } from '../axe.ts';
import { BitcoinPage } from '../pages/bitcoin.ts';
import { EntryPage } from '../pages/entry.ts';
import { KEYGEN_TIMEOUT, PASSPHRASE, SIGNING_TIMEOUT, test, type SharedVault } from '../vault.ts';
import { expect } from '../test.ts';

const REGTEST = { bech32: 'bcrt', pubKeyHash: 0x6f, scriptHash: 0xc4, wif: 0xef };
const SECRET = new Uint8Array(32).fill(5);
const somebody = p2wpkh(secp256k1.getPublicKey(SECRET), REGTEST);
const PAYEE = somebody.address;

test.describe.configure({ mode: 'serial' });

test.beforeAll(async ({ vault, esplora }) => {
  for (const { page } of vault.all) {
    await new BitcoinPage(page).setServer(`${esplora.url}/api`);
    await new EntryPage(page).unlock(PASSPHRASE);
  }
});

/** Decides on the other device, and waits until the payment is in a block. */
async function approve({ ada, ben }: SharedVault, intent: RegExp): Promise<void> {
  await ben.home.open();
  await ben.home.openWaiting(intent);
  await ben.proposal.approve();
  await expect(ada.page.getByText('Confirmed.')).toBeVisible({ timeout: SIGNING_TIMEOUT });
  await expect(ben.page.getByText('Confirmed.')).toBeVisible({ timeout: SIGNING_TIMEOUT });
}

for (const [kind, name, prefix, path] of [
  ['Native SegWit', 'Savings', 'bcrt1q', 'm/84/1/0/0/0'],
  ['Taproot', 'Cold', 'bcrt1p', 'm/86/1/0/0/0'],
] as const) {
  test(`${kind}: all devices show the same address, and two of them pay from it`, async ({
    vault,
    esplora,
  }) => {
    const { ada, ben } = vault;
    const coins = new BitcoinPage(ada.page);
    await coins.addAccount(name, kind);
    await coins.open(name);
    const address = await coins.address(KEYGEN_TIMEOUT);
    expect(address.startsWith(prefix)).toBe(true);
    await expect(ada.page.getByText(path, { exact: true }).first()).toBeVisible();
    await expectAccessible(ada.page);
    const others = new BitcoinPage(ben.page);
    await others.open(name);
    expect(await others.address(KEYGEN_TIMEOUT)).toBe(address);

    esplora.coins.fund(address, 5_000_000n);
    await coins.expectBalance(name, '0.05');
    await coins.open(name);
    await expect(ada.page.getByText(path, { exact: true })).toHaveCount(0);

    await coins.propose(name);
    await coins.fill({ to: `bitcoin:${PAYEE}?amount=0.02&label=Shop` });
    await expect(ada.page.getByLabel('Amount')).toHaveValue('0.02');
    await ada.propose.continue();
    await expect(ada.page.getByRole('heading', { level: 1 })).toContainText('Send 0.02');
    await expectAccessible(ada.page);
    const before = esplora.coins.balance(PAYEE);
    await ada.propose.propose();
    await approve(vault, /Send 0\.02/);
    expect(esplora.coins.balance(PAYEE) - before).toBe(2_000_000n);
    await coins.expectBalance(name, '0.029');
  });
}

test('what cannot be paid says why, at the fields', async ({ vault }) => {
  const { ada } = vault;
  const coins = new BitcoinPage(ada.page);
  await coins.propose('Savings');
  await coins.fill({ to: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', amount: '21000001' });
  const errors = await ada.propose.errors();
  expect(errors).toHaveLength(2);
  await coins.fill({ to: PAYEE, amount: '4' });
  await ada.propose.expectError(/coins/i);
  await coins.pastePsbt('cHNidP8BAA==');
  await ada.propose.expectError(/PSBT/);
});

test('a PSBT with inputs of somebody else is signed in part, joined and sent', async ({
  vault,
  esplora,
}) => {
  const { ada, ben } = vault;
  // Nobody knows the transaction yet, and each device asks whether somebody sent it.
  for (const { device } of vault.all) device.expectProblem(/404/);
  const coins = new BitcoinPage(ada.page);
  await coins.open('Savings');
  const address = await coins.address();
  const [mine, theirs] = [
    esplora.coins.fund(address, 1_000_000n),
    esplora.coins.fund(PAYEE, 1_000_000n),
  ];
  const joint = new Transaction();
  for (const { txid, vout } of [mine, theirs]) {
    const from = esplora.coins.transactions.find((one) => one.txid === txid);
    const previous = Transaction.fromRaw(Buffer.from(from?.raw ?? '', 'hex'), {
      allowUnknownOutputs: true,
      allowUnknownInputs: true,
      disableScriptCheck: true,
    });
    const output = previous.getOutput(vout);
    joint.addInput({
      txid,
      index: vout,
      witnessUtxo: { amount: output.amount ?? 0n, script: output.script ?? new Uint8Array() },
      nonWitnessUtxo: previous.toBytes(),
    });
  }
  joint.addOutput({ script: somebody.script, amount: 1_990_000n });

  await coins.expectBalance('Savings', '0.039');
  await coins.propose('Savings');
  await coins.pastePsbt(base64.encode(joint.toPSBT()));
  await ada.propose.continue();
  await expect(ada.page.getByText('Others pay along')).toBeVisible();
  await ada.propose.propose();
  await ben.home.open();
  await ben.home.openWaiting(/Send/);
  await ben.proposal.approve();
  const headline = 'Signed by this vault. Others still have to sign.';
  await expect(ada.page.getByText(headline)).toBeVisible({ timeout: SIGNING_TIMEOUT });
  await ada.page.getByRole('button', { name: 'Show as a QR code' }).click();
  await expect(ada.page.getByRole('img', { name: 'QR code of the PSBT' })).toBeVisible();

  joint.sign(SECRET);
  await ada.page
    .getByRole('textbox', { name: 'Partially signed transaction' })
    .fill(base64.encode(joint.toPSBT()));
  await ada.page.getByRole('button', { name: 'Join the signatures' }).click();
  await expect(ada.page.getByText('Signed by everybody. Not sent yet.')).toBeVisible();
  await expectAccessible(ada.page);
  await ada.page.getByRole('button', { name: 'Send it' }).click();
  await expect(ada.page.getByText('Confirmed.')).toBeVisible({ timeout: SIGNING_TIMEOUT });
  expect(esplora.coins.transactions.map(({ txid }) => txid)).toContain(joint.id);
});
