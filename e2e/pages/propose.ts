/** The payment form and the review before proposing. Methods return when the page has settled. */
import { expect, type Locator, type Page } from '@playwright/test';
import { hold, seeEverything } from './hold.ts';

export interface Payment {
  readonly to: string;
  readonly amount: string;
  /** As the list shows it, for example `ETH` or `USDC (token)`. */
  readonly asset?: string;
  readonly note?: string;
}

export class ProposePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async open(): Promise<void> {
    const { page } = this;
    await page.goto('/#/');
    await page.getByRole('link', { name: 'Propose' }).click();
    await expect(page.getByRole('heading', { name: 'Propose', exact: true })).toBeVisible();
  }

  /** Fills the form and goes on to the review. */
  async fill(payment: Payment): Promise<void> {
    await this.type(payment);
    await this.continue();
  }

  /** Fills the form. */
  async type(payment: Payment): Promise<void> {
    const { page } = this;
    if (payment.asset !== undefined) {
      await page.getByLabel('Asset').selectOption({ label: payment.asset });
    }
    await page.getByLabel('To', { exact: true }).fill(payment.to);
    await page.getByLabel('Amount').fill(payment.amount);
    if (payment.note !== undefined) await page.getByLabel('Note').fill(payment.note);
  }

  async paste(text: string): Promise<void> {
    await this.typePaste(text);
    await this.continue();
  }

  /** Types a message that is to be signed, and goes on to the review. */
  async message(text: string): Promise<void> {
    const { page } = this;
    await page.getByRole('tab', { name: 'Message' }).click();
    await page.getByRole('textbox', { name: 'Message' }).fill(text);
    await this.continue();
  }

  /** Pastes without going on. */
  async typePaste(text: string): Promise<void> {
    const { page } = this;
    await page.getByRole('tab', { name: 'Paste' }).click();
    await page.getByLabel('Request').fill(text);
  }

  /** Tries to go on; gives every error that the summary names. */
  async errors(): Promise<string[]> {
    await this.page.getByRole('button', { name: 'Continue to review' }).click();
    const summary = this.#summary();
    await expect(summary).toBeVisible();
    return summary.getByRole('listitem').allInnerTexts();
  }

  /** Where errors of an earlier attempt may still be on the screen. */
  async expectError(text: RegExp): Promise<void> {
    await this.page.getByRole('button', { name: 'Continue to review' }).click();
    await expect(this.#summary()).toContainText(text);
  }

  #summary(): Locator {
    const { page } = this;
    return page.locator('.notice').filter({
      has: page.getByRole('heading', { name: /needs? a change$/ }),
    });
  }

  async continue(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Continue to review' }).click();
    await expect(page.getByText('Nothing has been proposed yet.')).toBeVisible();
  }

  /** Adds a token of the chosen network by its address; the form then has it chosen. */
  async addToken(address: string, symbol: string): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Add a token' }).click();
    await page.getByLabel('Contract address').fill(address);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByRole('button', { name: `Add ${symbol}` }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
  }

  /** Holds the button: proposed, and approved by this device. */
  async propose(): Promise<void> {
    const { page } = this;
    await seeEverything(page);
    await hold(page, page.getByRole('button', { name: 'Hold to propose and approve' }));
    await expect(page.getByRole('region', { name: 'Approvers' })).toBeVisible();
  }
}
