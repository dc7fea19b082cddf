/** Bitcoin accounts. Methods return when the page has settled. */
import { expect, type Page } from '@playwright/test';
import { SettingsPage } from './settings.ts';

export class BitcoinPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Names the server of regtest; the page then loads again and is locked. */
  async setServer(url: string): Promise<void> {
    const settings = new SettingsPage(this.page);
    await settings.open();
    await settings.setBitcoinServer('Bitcoin regtest', { kind: 'esplora', url });
    await settings.reload();
  }

  async addAccount(name: string, kind: 'Native SegWit' | 'Taproot'): Promise<void> {
    const { page } = this;
    await page.goto('/#/');
    await page.getByRole('button', { name: 'Add an account' }).click();
    await page
      .getByLabel('For', { exact: true })
      .selectOption({ label: 'Bitcoin regtest (a chain of your own)' });
    await page.getByRole('radio', { name: kind }).check();
    await page.getByLabel('Name of the account').fill(name);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
  }

  /** Opens an account; waits until it is there. */
  async open(account: string): Promise<void> {
    const { page } = this;
    await page.goto('/#/');
    await page.getByRole('link', { name: `${account}: address and balances` }).click();
    await expect(page.getByRole('heading', { name: `Receive to ${account}` })).toBeVisible();
  }

  /** The next address to receive on, of the account that is open, once its key is there. */
  async address(timeout = 20_000): Promise<string> {
    const shown = this.page.locator('.card .address').first();
    await expect(shown).toBeVisible({ timeout });
    return (await shown.innerText()).replaceAll(/\s/g, '');
  }

  async expectBalance(account: string, balance: string): Promise<void> {
    const { page } = this;
    await page.goto('/#/');
    const row = page.getByRole('link', { name: `${account}: address and balances` });
    await expect(async () => {
      if (!(await row.getByText(balance).isVisible())) {
        await page.getByRole('button', { name: 'Refresh balances' }).click();
      }
      await expect(row.getByText(balance)).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
  }

  /** Opens the form, with the account chosen. */
  async propose(account: string): Promise<void> {
    const { page } = this;
    await page.goto('/#/');
    await page.getByRole('link', { name: 'Propose' }).click();
    await page.getByLabel('From').selectOption({ label: `${account} (Bitcoin regtest)` });
    await expect(page.getByRole('tab', { name: 'PSBT' })).toBeVisible();
  }

  async fill(payment: { readonly to: string; readonly amount?: string }): Promise<void> {
    const { page } = this;
    await page.getByLabel('To', { exact: true }).fill(payment.to);
    if (payment.amount !== undefined) await page.getByLabel('Amount').fill(payment.amount);
  }

  async pastePsbt(text: string): Promise<void> {
    const { page } = this;
    await page.getByRole('tab', { name: 'PSBT' }).click();
    await page.getByRole('textbox', { name: 'Partially signed transaction' }).fill(text);
  }
}
