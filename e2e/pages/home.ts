/** A vault's home, its addresses and its trail. Methods return when the page has settled. */
import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';

export class HomePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    const { page } = this;
    await page.goto('/#/');
    await expect(page.getByRole('link', { name: 'Propose' })).toBeVisible();
  }

  /** Opens what waits for this device; waits until it has arrived. */
  async openWaiting(intent: string | RegExp): Promise<void> {
    await this.page
      .getByRole('link', { name: 'Waiting for you' })
      .filter({ hasText: intent })
      .click();
    await expect(this.page.getByRole('heading', { level: 1, name: intent })).toBeVisible();
  }

  async openRecent(intent: string | RegExp): Promise<void> {
    await this.page.getByRole('link').filter({ hasText: intent }).first().click();
    await expect(this.page.getByRole('heading', { level: 1, name: intent })).toBeVisible();
  }

  async expectBalance(account: string, balance: string): Promise<void> {
    const row = this.page.getByRole('link', { name: `${account}: address and balances` });
    await expect(async () => {
      if (!(await row.getByText(balance).isVisible())) {
        await this.page.getByRole('button', { name: 'Refresh balances' }).click();
      }
      await expect(row.getByText(balance)).toBeVisible({ timeout: 2_000 });
    }).toPass({ timeout: 60_000 });
  }

  async addAccount(name: string): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Add an account' }).click();
    await page.getByLabel('Name of the account').fill(name);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
  }

  /** The address of an account, whole. */
  async addressOf(account: string): Promise<string> {
    const { page } = this;
    await page.getByRole('link', { name: `${account}: address and balances` }).click();
    await expect(page.getByRole('heading', { name: `Receive to ${account}` })).toBeVisible();
    return (await page.locator('.address').innerText()).replaceAll(/\s/g, '');
  }

  /** Opens the trail and verifies it; gives the sentence with the result. */
  async verifyTrail(): Promise<string> {
    const { page } = this;
    await page.getByRole('link', { name: 'Trail' }).click();
    await page.getByRole('button', { name: 'Verify now' }).click();
    const result = page.getByText(/^(?:The trail is whole|.*The trail has faults)/);
    await expect(result).toBeVisible();
    return result.innerText();
  }

  /** Exports the trail, which must be open; gives the file's value. */
  async saveTrail(): Promise<unknown> {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('button', { name: 'Export as JSON' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/ audit trail\.json$/);
    return JSON.parse(await readFile(await download.path(), 'utf8'));
  }

  /** Opens the approvers; waits until a member is reached in the given way. */
  async expectPath(member: string, path: 'direct connection' | 'through the relay'): Promise<void> {
    const { page } = this;
    await page.getByRole('link', { name: 'Approvers' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Approvers' })).toBeVisible();
    const person = page.getByRole('listitem').filter({ hasText: member });
    await expect(person).toContainText(path);
  }

  /** Asks the node until the page shows its problem, or with `undefined` none any more. */
  async expectNodeProblem(title: string | RegExp | undefined): Promise<void> {
    const { page } = this;
    const problem = page.getByRole('alert');
    const shown = title === undefined ? problem : problem.filter({ hasText: title });
    await expect(async () => {
      await page.getByRole('button', { name: 'Refresh balances' }).click({ timeout: 12_000 });
      await expect(shown).toBeVisible({ visible: title !== undefined, timeout: 3_000 });
    }).toPass({ timeout: 60_000 });
  }

  /** Waits until the page says that the relay is away, or does not say so any more. */
  async expectRelay(there: boolean): Promise<void> {
    // A browser on a machine without a network calls itself offline as well.
    const notice = this.page
      .getByRole('status')
      .filter({ hasText: /The relay cannot be reached|This device is offline/ });
    await expect(notice).toBeVisible({ visible: !there, timeout: 60_000 });
  }
}
