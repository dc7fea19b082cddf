/** One proposal: its review, the decision, and what became of it. Methods return when the page has settled. */
import { readFile } from 'node:fs/promises';
import { expect, type Page } from '@playwright/test';
import { hold, seeEverything } from './hold.ts';

export class ProposalPage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  async approve(): Promise<void> {
    const { page } = this;
    await seeEverything(page);
    await hold(page, page.getByRole('button', { name: 'Hold to approve' }));
  }

  /** For whoever cannot hold. */
  async approveInTwoSteps(): Promise<void> {
    const { page } = this;
    await seeEverything(page);
    await page.getByRole('button', { name: 'Cannot hold? Do it in two steps' }).click();
    await page.getByRole('button', { name: 'Approve', exact: true }).click();
    await expect(page.getByRole('button', { name: 'Hold to approve' })).toBeHidden();
  }

  async reject(reason: string): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByLabel('Reason').fill(reason);
    await page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
  }

  async withdraw(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: 'Withdraw this proposal' }).click();
    await page.getByRole('button', { name: 'Withdraw', exact: true }).click();
    await expect(page.getByText('Withdrawn by the device that proposed it')).toBeVisible();
  }

  /** The words that must be equal on all devices. */
  async words(): Promise<string[]> {
    const list = this.page.getByRole('list', { name: 'Words of what this device shows' });
    const words = await list.getByRole('listitem').allInnerTexts();
    return words.map((word) => word.replaceAll(/[^a-z]/g, ''));
  }

  /** A row of the facts as its text, for example `To`. */
  async fact(label: string): Promise<string> {
    const row = this.page.locator('.facts > div').filter({
      has: this.page.getByText(label, { exact: true }),
    });
    // Calls have rows of their own inside.
    return row.first().locator('dd').first().innerText();
  }

  /** Waits for one of the exact words: `Signed.`, `Sent.`, `Confirmed.`, `Rejected.` … */
  async expectStanding(text: string | RegExp, timeout?: number): Promise<void> {
    const options = timeout === undefined ? {} : { timeout };
    await expect(this.page.getByRole('status').filter({ hasText: text })).toBeVisible(options);
  }

  async broadcast(): Promise<void> {
    const { page } = this;
    await page.getByRole('button', { name: /^Send to / }).click();
    await expect(page.getByRole('button', { name: /^Send to / })).toBeHidden();
  }

  async hash(): Promise<string> {
    return this.page.getByTestId('transaction-hash').innerText();
  }

  /** The signature of a message: 65 bytes in hexadecimal digits after 0x. */
  async signature(): Promise<string> {
    return this.page.getByTestId('signature').innerText();
  }

  /** The call that uses the signature, in hexadecimal digits. */
  async verifyingCall(): Promise<string> {
    const { page } = this;
    await page.getByRole('button', { name: 'The call that uses it, to copy' }).click();
    return page.getByRole('region', { name: 'Call data' }).innerText();
  }

  async expectDanger(title: string): Promise<void> {
    const danger = this.page.locator('.notice-loss').filter({ hasText: title });
    await expect(danger).toBeVisible();
    await expect(danger).toContainText('Danger:');
  }

  /** What the proposer wrote, and how the page introduces it. */
  async note(): Promise<{ text: string; introduction: string }> {
    const figure = this.page.getByRole('figure');
    return {
      text: await figure.getByRole('blockquote').innerText(),
      introduction: await figure.locator('figcaption').innerText(),
    };
  }

  /** The signed transaction in hexadecimal digits, as offered to copy. */
  async signedTransaction(): Promise<string> {
    const { page } = this;
    await page.getByRole('button', { name: 'The signed transaction, to copy or save' }).click();
    return page.getByRole('region', { name: 'Signed transaction' }).innerText();
  }

  /** Saves the signed transaction, whose drawer must be open, and gives the file's text. */
  async saveSignedTransaction(): Promise<string> {
    const [download] = await Promise.all([
      this.page.waitForEvent('download'),
      this.page.getByRole('button', { name: 'Save as a file' }).click(),
    ]);
    return readFile(await download.path(), 'utf8');
  }

  /** A problem that the page tells of, by its title. */
  async expectProblem(title: string | RegExp, timeout?: number): Promise<void> {
    const options = timeout === undefined ? {} : { timeout };
    await expect(this.page.getByRole('alert').filter({ hasText: title })).toBeVisible(options);
  }

  /** Waits until this device signs, or has signed already. */
  async expectSigning(): Promise<void> {
    const { page } = this;
    const signing = page.getByRole('region', { name: 'Signing together' });
    const signed = page.getByRole('region', { name: 'Transaction' });
    await expect(signing.or(signed)).toBeVisible({ timeout: 30_000 });
  }
}
