/** How the screens behave under hand and key, each before a wallet that does nothing. */
import type { Page } from '@playwright/test';
import type { FakeWallet } from '../src/ui/testing/fake-wallet.ts';
import { expectAccessible } from './axe.ts';
import { expect, test } from './gallery.ts';
import { seeEverything } from './pages/hold.ts';

/** The intents called so far, by name. */
const called = async (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { fakeWallet } = globalThis as unknown as { fakeWallet: { calls: [string][] } };
    return fakeWallet.calls.map(([name]) => name).filter((name) => name !== 'touch');
  });

const approve = (page: Page) => page.getByRole('button', { name: 'Hold to approve' });

test('approving opens only when everything was on the screen', async ({ page, gallery }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(gallery.at('review'));
  await expect(approve(page)).toBeDisabled();
  await expect(page.getByText('scroll to the end')).toBeVisible();
  await page.evaluate(() => {
    window.scrollTo(0, document.body.scrollHeight); // the end alone is not everything
  });
  await expect(
    page.getByRole('list', { name: 'Words of what this device shows' }),
  ).toBeInViewport();
  await expect(approve(page)).toBeDisabled();
  await page.getByRole('button', { name: 'Cannot hold' }).waitFor({ state: 'detached' });
  await seeEverything(page);
  await expect(approve(page)).toBeEnabled();
  expect(await called(page)).toEqual([]);
});

test('holding approves, letting go early does not', async ({ page, gallery }) => {
  await page.goto(gallery.at('review-plain'));
  await seeEverything(page);
  await expect(approve(page)).toBeEnabled();
  await approve(page).hover();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.getByText('Let go too early')).toBeVisible();
  expect(await called(page)).toEqual([]);

  await page.mouse.down();
  await expect.poll(async () => called(page)).toEqual(['approve']);
  await page.mouse.up();
  expect(await called(page)).toEqual(['approve']);
});

for (const key of ['Enter', ' ']) {
  test(`holding ${key === ' ' ? 'Space' : key} approves, a short press does not`, async ({
    page,
    gallery,
  }) => {
    await page.goto(gallery.at('review-plain'));
    await seeEverything(page);
    await expect(approve(page)).toBeEnabled();
    await approve(page).focus();
    await page.keyboard.press(key);
    await expect(page.getByText('Let go too early')).toBeVisible();
    expect(await called(page)).toEqual([]);
    await page.keyboard.down(key);
    await expect.poll(async () => called(page)).toEqual(['approve']);
    await page.keyboard.up(key);
  });
}

test('a click without a hold, as of a switch, asks first', async ({ page, gallery }) => {
  await page.goto(gallery.at('review-plain'));
  await seeEverything(page);
  await expect(approve(page)).toBeEnabled();
  await approve(page).dispatchEvent('click');
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  expect(await called(page)).toEqual([]);

  await page.getByRole('button', { name: 'Cannot hold? Do it in two steps' }).click();
  await dialog.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect.poll(async () => called(page)).toEqual(['approve']);
});

test('before everything was seen, neither a click nor a key approves', async ({
  page,
  gallery,
}) => {
  await page.setViewportSize({ width: 390, height: 600 });
  await page.goto(gallery.at('review'));
  await approve(page).dispatchEvent('click');
  await approve(page).focus();
  await page.keyboard.press('Enter', { delay: 1_500 });
  await expect(page.getByRole('alertdialog')).toBeHidden();
  expect(await called(page)).toEqual([]);
});

/** Puts a warning on the screen as a node's answer would, or takes all warnings away. */
const warn = async (page: Page, title: string | undefined): Promise<void> => {
  await page.evaluate((text) => {
    const { fakeWallet } = globalThis as unknown as { fakeWallet?: FakeWallet };
    const state = fakeWallet?.getState();
    if (fakeWallet === undefined || state?.phase !== 'open') throw new Error('no open wallet');
    const warnings =
      text === undefined
        ? []
        : [{ code: 'test', level: 'danger', title: text, text: 'It came late.' } as const];
    fakeWallet.show({
      ...state,
      vaults: state.vaults.map((vault) => ({
        ...vault,
        proposals: vault.proposals.map((proposal) => ({
          ...proposal,
          review: { ...proposal.review, warnings },
        })),
      })),
    });
  }, title);
};

test('a warning that comes late has to be seen, one that goes is not waited for', async ({
  page,
  gallery,
}) => {
  await page.setViewportSize({ width: 390, height: 600 });
  await page.goto(gallery.at('review-plain'));
  await seeEverything(page);
  await page.evaluate(() => {
    window.scrollTo(0, document.body.scrollHeight);
  });
  await expect(approve(page)).toBeEnabled();
  await warn(page, 'It went before it was seen');
  await expect(approve(page)).toBeDisabled();
  await warn(page, undefined);
  await expect(approve(page)).toBeEnabled();

  await approve(page).hover();
  await page.mouse.down();
  await expect(page.locator('button[data-holding]')).toBeVisible();
  await warn(page, 'It came while the button was held');
  await expect(approve(page)).toBeDisabled();
  await expect(page.locator('button[data-holding]')).toBeHidden();
  await page.waitForTimeout(1_500); // longer than the hold takes
  await page.mouse.up();
  expect(await called(page)).toEqual([]);
  await seeEverything(page);
  await expect(approve(page)).toBeEnabled();
});

test('what is refused or blocked cannot be approved', async ({ page, gallery }) => {
  for (const scene of ['review-refused', 'blocked']) {
    await page.goto(gallery.at(scene));
    await expect(page.getByRole('button', { name: 'Reject' })).toBeVisible();
    await expect(approve(page)).toBeHidden();
  }
});

test('rejecting takes a reason', async ({ page, gallery }) => {
  await page.goto(gallery.at('review'));
  await page.getByRole('button', { name: 'Reject' }).click();
  const dialog = page.getByRole('dialog');
  await expectAccessible(page);
  await dialog.getByLabel('Reason').fill('never heard of it');
  await dialog.getByRole('button', { name: 'Reject' }).click();
  await expect(dialog).toBeHidden();
  expect(await called(page)).toEqual(['reject']);
});

test('once the last round has begun, nothing says "not signed"', async ({ page, gallery }) => {
  await page.goto(gallery.at('signing'));
  await expect(
    page.getByRole('button', { name: 'Stop. Nothing has been signed yet.' }),
  ).toBeVisible();
  for (const scene of ['signing-committed', 'maybe-signed']) {
    await page.goto(gallery.at(scene));
    await expect(page.getByText('It may already be signed')).toBeVisible();
    await expect(page.getByText(/nothing has been signed|not be signed|not signed/i)).toHaveCount(
      0,
    );
  }
});

test('every error of the form at once, each leading to its field', async ({ page, gallery }) => {
  await page.goto(gallery.at('propose'));
  await page.getByRole('button', { name: 'Continue to review' }).click();
  await expect(page.getByRole('heading', { name: '2 things need a change' })).toBeVisible();
  await expect(page.getByLabel('Amount')).toHaveAttribute('aria-invalid', 'true');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Say how much.' }).click();
  await expect(page.getByLabel('Amount')).toBeFocused();
});

test('a payment link fills the form, and back from the review keeps it', async ({
  page,
  gallery,
}) => {
  await page.goto(gallery.at('propose'));
  await page
    .getByLabel('To', { exact: true })
    .fill('ethereum:0x71C7656EC7ab88b098defB751B7401B5f6d8976F?value=25e16');
  await expect(page.getByLabel('Amount')).toHaveValue('0.25');
  await page.getByRole('button', { name: 'Continue to review' }).click();
  await expect(page.getByText('Nothing has been proposed yet.')).toBeVisible();
  await expectAccessible(page);
  await page.goBack();
  await expect(page.getByLabel('Amount')).toHaveValue('0.25');
});

test('a new node address asks to load the page again', async ({ page, gallery }) => {
  await page.goto(gallery.at('settings-empty'));
  await page.getByRole('button', { name: 'Add a network' }).click();
  await page.getByLabel('Fill in a known network').selectOption({ label: 'Ethereum' });
  await page.getByLabel('Address of the node (JSON-RPC)').fill('https://node.example');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByRole('alertdialog')).toContainText('asks for your passphrase');
});

test('different words stop the vault only after a second question', async ({ page, gallery }) => {
  await page.goto(gallery.at('pairing-compare'));
  await page.getByRole('button', { name: 'They are different' }).click();
  await page.getByRole('button', { name: 'Look again' }).click();
  await expect(page.getByRole('alertdialog')).toBeHidden();
  expect(await called(page)).toEqual([]);
  await page.getByRole('button', { name: 'They are different' }).click();
  await page.getByRole('button', { name: 'Stop for everyone' }).click();
  await expect.poll(async () => called(page)).toEqual(['confirmWords']);
});

test('the keys are listed, lead to screens, and can be switched off', async ({ page, gallery }) => {
  await page.goto(gallery.at('home'));
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await page.keyboard.press('a');
  await expect(page.getByRole('heading', { name: 'Approvers', level: 1 })).toBeFocused();
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys' });
  await expect(dialog).toBeVisible();
  await expectAccessible(page);
  await dialog.getByRole('switch').click();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await page.keyboard.press('h');
  await expect(page.getByRole('heading', { name: 'Approvers', level: 1 })).toBeVisible();
});

test('the trail can be verified and exported', async ({ page, gallery }) => {
  await page.goto(gallery.at('trail'));
  await page.getByRole('button', { name: 'Verify now' }).click();
  await expect(page.getByText('The trail is whole')).toBeVisible();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export as JSON' }).click();
  expect((await download).suggestedFilename()).toBe('Treasury audit trail.json');
});

test('a copied address is whole', async ({ page, gallery }) => {
  await page.goto(gallery.at('receive'));
  const selected = await page.locator('.address').evaluate((element) => {
    getSelection()?.selectAllChildren(element);
    return getSelection()?.toString();
  });
  expect(selected).toBe('0x9f2C41d08bA377e10C55d2a93Fe81b64A0d7c3E1');
});

test('the address book adds with every error at once, renames, and asks before it removes', async ({
  page,
  gallery,
}) => {
  await page.goto(gallery.at('home'));
  await page.getByRole('link', { name: 'Address book' }).click();
  await expect(page.getByRole('heading', { name: 'Address book', level: 1 })).toBeFocused();
  await page.getByRole('button', { name: 'Add an address' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog.getByRole('heading', { name: '2 things need a change' })).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel('Address').fill('0x71C7656EC7ab88b098defB751B7401B5f6d8976F');
  await dialog.getByLabel('Name').fill('Shop');
  await dialog.getByRole('button', { name: 'Add', exact: true }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole('button', { name: 'Rename Hosting' }).click();
  await dialog.getByLabel('Name').fill('Servers');
  await dialog.getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(dialog).toBeHidden();

  await page.getByRole('button', { name: 'Remove Hosting' }).click();
  const question = page.getByRole('alertdialog');
  await expectAccessible(page);
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  expect(await called(page)).toEqual(['nameContact', 'nameContact']);
  await page.getByRole('button', { name: 'Remove Hosting' }).click();
  await question.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(question).toBeHidden();
  expect(await called(page)).toEqual(['nameContact', 'nameContact', 'nameContact']);
});

test('an unfinished key can be tried again', async ({ page, gallery }) => {
  await page.goto(gallery.at('home-making-failed'));
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(async () => called(page)).toEqual(['retryKeygen']);
});

test('a locked device keeps the theme that it is set to', async ({ page, gallery }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(gallery.at('unlock', 'dark'));
  await expect(page.getByLabel('Passphrase', { exact: true })).toBeFocused();
  expect(await page.evaluate(paper)).toBe('rgb(20, 22, 24)');
});

test('the dark theme is the same by setting and by system', async ({ page, gallery }) => {
  const tokens = async (): Promise<string[]> => page.evaluate(allTokens);
  await page.goto(gallery.at('unlock', 'dark'));
  const bySetting = await tokens();
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(gallery.at('unlock', 'system'));
  expect(bySetting.length).toBeGreaterThan(20);
  expect(await tokens()).toEqual(bySetting);
});

const paper = (): string => getComputedStyle(document.documentElement).backgroundColor;

/** Every custom property of the page with its value. */
const allTokens = (): string[] => {
  const root = getComputedStyle(document.documentElement);
  const names = Array.from(document.styleSheets)
    .flatMap((sheet) => Array.from(sheet.cssRules))
    .flatMap((rule) => (rule instanceof CSSStyleRule ? Array.from(rule.style) : []))
    .filter((name) => name.startsWith('--'));
  return [...new Set(names)].map((name) => `${name}: ${root.getPropertyValue(name)}`);
};
