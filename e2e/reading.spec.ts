/** What a screen reader is told, in which order: the intent, the warnings, the facts, and then the decision. */
import { expect, test } from './gallery.ts';
import { seeEverything } from './pages/hold.ts';

test.skip(({ isMobile }) => isMobile, 'the same on every screen');

test('a payment to a poisoned address', async ({ page, gallery }) => {
  await page.goto(gallery.at('review'));
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading "Send 12 500 USDC to a new address" [level=1]
    - paragraph: /Proposed by Finance phone/
    - list "Warnings":
      - listitem:
        - paragraph: "Danger: This address only looks like one you know"
        - paragraph: /is another address/
        - paragraph: 8 of 10 groups differ, marked below.
        - paragraph: This request
        - text: "0x71C7"
        - mark: 656E
        - mark: C7ab
        - mark: 88b0
        - mark: 98de
        - mark: fB75
        - mark: 1B74
        - mark: 01B5
        - mark: f6d8
        - text: 976F
        - paragraph: The address you know
        - text: "0x71C7"
        - mark: a02E
        - mark: 5d11
        - mark: f4C8
        - mark: B6E0
        - mark: a93D
        - mark: 47F2
        - mark: 1B88
        - mark: c05e
        - text: 976F
      - listitem:
        - paragraph: "Look here: First payment to this address"
        - paragraph: /never paid it/
    - term: From
    - definition: /Operations own account 1/
    - term: Amount
    - definition: 12 500 USDC name and decimals of the token from the node, not from the bytes
    - term: To
    - definition: Unknown address never paid before 0x71C7 656E C7ab 88b0 98de fB75 1B74 01B5 f6d8 976F
    - term: Token
    - definition: /USDC .* name from the node, not from the bytes/
    - term: Fee
    - definition: /at most 0.002145 ETH/
    - term: In total
    - definition: /at most 12 500 USDC at most 0.002145 ETH can leave the account, the fee included/
    - term: Network
    - definition: Ethereum chain 1
    - region "An estimate":
      - paragraph: /it can be wrong/
      - term: Leaves
      - definition: 12 500 USDC
    - figure "Finance phone wrote. The bytes do not say this.":
      - text: Finance phone wrote. The bytes do not say this.
      - blockquote: November invoice 2026-1187, please approve today.
    - region "Approvers":
      - paragraph: 1 of 2 needed approvals
      - list:
        - listitem: /Finance phone approved/
        - listitem: This laptop not decided · this device
        - listitem: Office desktop not yet · offline
    - region "Words to compare":
      - paragraph: Read these words to the other approvers. They must be the same.
      - list "Words of what this device shows":
        - listitem: harbor ·
        - listitem: violet ·
        - listitem: eleven ·
        - listitem: maple
    - button "Reject"
    - button "Hold to approve" [disabled]
    - status
    - paragraph: /scroll to the end/
  `);
});

test('calls inside of calls, each under the words of what it does', async ({ page, gallery }) => {
  await page.goto(gallery.at('review-nested'));
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading /^Run two calls as the Safe/ [level=1]
    - list "Warnings":
      - listitem:
        - paragraph: "Danger: This wallet refuses to sign this"
      - listitem:
        - paragraph: "Danger: Foreign code with all rights"
    - term: Call
    - definition:
      - region "Execute a transaction of the Safe":
        - term: Inner call
        - definition:
          - region "Run two calls":
            - paragraph: Run two calls
            - paragraph: /DELEGATECALL.*it can take everything/
            - term: Call 1
            - definition:
              - region "Let 0x71C7…976F spend up to 500 USDC":
                - term: Spender
                - definition: 0x71C7 656E C7ab 88b0 98de fB75 1B74 01B5 f6d8 976F
                - term: Amount
                - definition: 500 USDC
            - term: Call 2
            - definition:
              - region "Call an unknown function":
                - paragraph: This wallet cannot read this call.
                - term: Data
                - definition:
                  - code: /^0xdeadbeef/
    - term: Fee
  `);
});

test('a Bitcoin payment: the change is said to come back, with its path', async ({
  page,
  gallery,
}) => {
  await page.goto(gallery.at('bitcoin-payment'));
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - heading /^Send 0.7 BTC to bc1q/ [level=1]
    - list "Warnings"
    - term: From
    - term: Amount
    - definition: 0.7 BTC
    - term: To
    - definition: Unknown address never paid before bc1q njm3 jg0f fnc0 2fj8 yhg2 nfp0 j9eh g3zm 9vkm 8z
    - term: Change, back to this vault
    - definition:
      - term: Amount
      - definition: 0.1499 BTC
      - term: Address
      - definition: /Address of this vault .* derived here on its path/
      - term: Path
      - definition: m/84/0/0/1/1
    - term: Fee
    - definition: /0.0001 BTC .* of the inputs/
    - term: In total
    - definition: 0.7001 BTC leaves the vault, the fee included
    - term: Network
    - definition: Bitcoin mainnet
    - button "Reject"
    - button "Hold to approve" [disabled]
  `);
});

test('whoever cannot hold a button is offered two steps', async ({ page, gallery }) => {
  await page.goto(gallery.at('review-plain'));
  await seeEverything(page);
  await expect(page.getByRole('main')).toMatchAriaSnapshot(`
    - button "Reject"
    - button "Hold to approve"
    - status
    - paragraph:
      - text: Press and hold, or hold Enter.
      - button "Cannot hold? Do it in two steps"
  `);
  await page.getByRole('button', { name: 'Cannot hold? Do it in two steps' }).click();
  await expect(page.getByRole('alertdialog')).toMatchAriaSnapshot(`
    - alertdialog "Send 0.4 ETH to Hosting":
      - heading "Send 0.4 ETH to Hosting" [level=2]
      - paragraph: "Second step: is this what you want?"
      - term: Amount
      - definition: 0.4 ETH
      - term: To
      - definition: Hosting paid before 0x2b5A D5c4 795c 0265 14f8 317c 7a21 5E21 8DcC D6cF name from this device’s address book
      - button "Cancel"
      - button "Approve"
  `);
});
