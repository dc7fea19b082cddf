import { toHex } from '../../src/codec.ts';
import { parseEvent, parseExport, verifyJournal } from '../../src/journal/index.ts';
import { someone } from '../people.ts';
import { expect } from '../test.ts';
import { SIGNING_TIMEOUT, test } from '../vault.ts';

test('two of three devices review, sign and send a payment; the third sees it later', async ({
  vault,
  chain,
}) => {
  const { ada, ben, cleo } = vault;
  const to = someone();
  await cleo.leave();

  await ada.propose.open();
  await ada.propose.fill({ to, amount: '0.25', note: 'rent' });
  await ada.propose.propose();
  await ben.home.openWaiting('Send 0.25 ETH');
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  expect((await ben.proposal.fact('To')).replaceAll(/\s/g, '')).toContain(to);
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
  await ada.proposal.expectStanding('Confirmed.');
  expect(await ada.proposal.hash()).toBe(await ben.proposal.hash());
  expect(await chain.balance(to)).toBe(25n * 10n ** 16n);

  await ada.home.open();
  await ada.home.expectPath('Ben', 'direct connection');
  await ben.home.open();
  expect(await ben.home.verifyTrail()).toContain('The trail is whole');
  const { founding, events } = parseExport(await ben.home.saveTrail());
  expect(verifyJournal(founding, events, Date.now()).faults).toEqual([]);
  // The vault has other proposals, too.
  const all = events.map((bytes) => parseEvent(bytes));
  const proposal = all.findLast(({ event }) => event.type === 'proposed')?.id;
  const about = all
    .filter(({ event: { data } }) => 'proposal' in data && toHex(data.proposal) === proposal)
    .map(({ event }) => event.type);
  expect(about.filter((type) => type === 'approved')).toHaveLength(2);
  expect(about).toEqual(expect.arrayContaining(['signed', 'broadcast', 'confirmed']));

  await cleo.comeBack();
  await cleo.home.openRecent('Send 0.25 ETH');
  await cleo.proposal.expectStanding('Confirmed.');
});

test('a token is added by its address, sent, and arrives', async ({ vault, chain, isMobile }) => {
  test.skip(isMobile, 'the same on every screen');
  const { ada, ben, address } = vault;
  const to = someone();
  const coin = await chain.deployCoin({ holder: address, supply: 5_000_000_000n, symbol: 'EURX' });

  await ada.propose.open();
  await ada.propose.addToken(coin, 'EURX');
  await ada.propose.fill({ to, amount: '1234.5', asset: 'EURX (token)' });
  await ada.propose.propose();

  // Ben never added it: his own node tells what it is called.
  await ben.home.openWaiting(/Send 1.?234\.5 EURX/);
  expect(await ben.proposal.words()).toEqual(await ada.proposal.words());
  expect(await ben.proposal.fact('Amount')).toContain('from the node, not from the bytes');
  expect((await ben.proposal.fact('Token')).replaceAll(/\s/g, '').toLowerCase()).toContain(
    coin.toLowerCase(),
  );
  await ben.proposal.approve();
  await ben.proposal.expectStanding('Confirmed.', SIGNING_TIMEOUT);
  expect(await chain.coinBalance(coin, to)).toBe(1_234_500_000n);
  expect(await chain.coinBalance(coin, address)).toBe(3_765_500_000n);
});
