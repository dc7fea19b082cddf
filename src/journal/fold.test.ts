/** Stories of proposals, told by devices that sync. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import type { Content } from './content.ts';
import { fold } from './fold.ts';
import { admitAll } from './log.ts';
import {
  approvals,
  mayApprove,
  nextAccountIndex,
  nextBitcoinAccountIndex,
  proposalState,
  rejections,
  runningAttempt,
} from './selectors.ts';
import type { Proposal } from './state.ts';
import {
  accountNamed,
  approved,
  bytesFor,
  exchange,
  expired,
  EXPIRES,
  forge,
  NOW,
  proposed,
  rejected,
  SHOWN,
  syncAll,
  testFounding,
  trio,
  type TestDevice,
  withdrawn,
} from './testing/vault.ts';

const ATTEMPT = bytesFor('attempt').slice(0, 16);

function proposalAt(device: TestDevice, id: string): Proposal {
  const proposal = fold(device.log).proposals.get(id);
  if (proposal === undefined) throw new Error('no such proposal');
  return proposal;
}

const about = (type: Content['type'], id: string, data: object = {}): Content =>
  ({ type, data: { proposal: hexToBytes(id), ...data } }) as unknown as Content;

/** Ada proposes, everybody knows. */
async function begin() {
  const devices = trio();
  const [ada, ben, cleo] = devices;
  const { id } = await ada.say(proposed());
  syncAll(devices);
  return { devices, ada, ben, cleo, id };
}

describe('a proposal', () => {
  it('carries what was proposed', async () => {
    const { ben, ada, id } = await begin();
    expect(proposalAt(ben, id)).toMatchObject({
      id,
      proposer: Buffer.from(ada.identity.publicKey).toString('hex'),
      createdAt: NOW,
      expiresAt: EXPIRES,
      note: 'rent',
      account: 0,
      maybeSigned: false,
    });
    expect(proposalState(proposalAt(ben, id))).toBe('open');
  });

  it('collects approvals, one for each member', async () => {
    const { devices, ada, ben, id } = await begin();
    await ada.say(approved(id));
    await ada.say(approved(id, bytesFor('something else')));
    await ben.say(approved(id));
    syncAll(devices);
    const found = approvals(proposalAt(ada, id));
    expect(found.map(({ shown }) => shown)).toEqual([SHOWN, SHOWN]);
    expect(fold(ada.log).ignored).toMatchObject([{ reason: 'Its author had approved already.' }]);
    expect(mayApprove(fold(ada.log), proposalAt(ada, id))).toHaveLength(1);
  });

  it('is ended by one rejection, concurrent approvals or not', async () => {
    const { devices, ada, ben, cleo, id } = await begin();
    await ada.say(approved(id));
    await ben.say(approved(id));
    await cleo.say(rejected(id, 'no'));
    syncAll(devices);
    for (const device of devices) {
      expect(proposalState(proposalAt(device, id))).toBe('rejected');
      expect(rejections(proposalAt(device, id))).toMatchObject([{ reason: 'no' }]);
    }
  });

  it('is not approved by who rejected it before', async () => {
    const { ada, id } = await begin();
    await ada.say(rejected(id));
    await ada.say(approved(id));
    await ada.say(rejected(id, 'again'));
    expect(approvals(proposalAt(ada, id))).toEqual([]);
    expect(rejections(proposalAt(ada, id))).toMatchObject([{ reason: 'wrong address' }]);
  });

  it('can be rejected by who approved it before', async () => {
    const { ada, id } = await begin();
    await ada.say(approved(id));
    await ada.say(rejected(id));
    expect(approvals(proposalAt(ada, id))).toEqual([]);
    expect(proposalState(proposalAt(ada, id))).toBe('rejected');
  });

  it('is withdrawn by its proposer only', async () => {
    const { devices, ada, ben, id } = await begin();
    await ben.say(withdrawn(id));
    expect(proposalState(proposalAt(ben, id))).toBe('open');
    await ada.say(withdrawn(id));
    await ada.say(withdrawn(id));
    syncAll(devices);
    expect(proposalState(proposalAt(ben, id))).toBe('withdrawn');
    expect(
      fold(ben.log)
        .ignored.map(({ reason }) => reason)
        .sort(),
    ).toEqual([
      'Only the proposer can withdraw a proposal.',
      'The proposal was withdrawn already.',
    ]);
  });

  it('takes no approval after its time, but the last millisecond counts', async () => {
    const { ben, cleo, id } = await begin();
    ben.now = EXPIRES;
    await ben.say(approved(id));
    cleo.now = EXPIRES + 1;
    await cleo.say(approved(id));
    expect(approvals(proposalAt(ben, id))).toHaveLength(1);
    expect(approvals(proposalAt(cleo, id))).toHaveLength(0);
    await cleo.say(rejected(id));
    expect(rejections(proposalAt(cleo, id))).toHaveLength(1);
  });

  it('expires when somebody says so after its time, not before', async () => {
    const { ben, id } = await begin();
    ben.now = EXPIRES;
    await ben.say(expired(id));
    expect(proposalState(proposalAt(ben, id))).toBe('open');
    ben.now = EXPIRES + 1;
    await ben.say(expired(id));
    expect(proposalState(proposalAt(ben, id))).toBe('expired');
    await ben.say(expired(id));
    expect(fold(ben.log).ignored).toHaveLength(2);
  });

  it('is not touched by events about another one', async () => {
    const { ada, id } = await begin();
    const other = Buffer.from(bytesFor('none')).toString('hex');
    await ada.say(approved(other));
    expect(approvals(proposalAt(ada, id))).toEqual([]);
    expect(fold(ada.log).ignored).toMatchObject([
      { reason: 'It is about a proposal that did not exist then.' },
    ]);
  });
});

describe('signing', () => {
  const started = (id: string, signers = [1, 2]) =>
    about('signing-started', id, { attempt: ATTEMPT, signers });
  const aborted = (id: string) =>
    about('signing-aborted', id, {
      ...{ attempt: ATTEMPT, abortClass: 'B', culprit: 2, reason: 'check failed' },
    });

  it('goes from started to confirmed', async () => {
    const { ada, id } = await begin();
    const states = [];
    for (const content of [
      started(id),
      about('signing-committed', id, { attempt: ATTEMPT }),
      about('signed', id, { signatures: [{ signature: new Uint8Array(64), recovery: 0 }] }),
      about('broadcast', id, { txid: bytesFor('tx') }),
      about('confirmed', id, { txid: bytesFor('tx'), block: 7, success: true }),
    ]) {
      await ada.say(content);
      states.push(proposalState(proposalAt(ada, id)));
    }
    expect(states).toEqual(['signing', 'signing', 'signed', 'broadcast', 'confirmed']);
    expect(proposalAt(ada, id)).toMatchObject({
      maybeSigned: true,
      signatures: [{ signatures: [{ recovery: 0 }] }],
      broadcasts: [{ txid: bytesFor('tx') }],
      confirmations: [{ block: 7, success: true }],
    });
  });

  it('is open again after an abort, and remembers that a signature may exist', async () => {
    const { ada, id } = await begin();
    await ada.say(started(id));
    expect(runningAttempt(proposalAt(ada, id))?.signers).toEqual([1, 2]);
    await ada.say(aborted(id));
    expect(proposalAt(ada, id).maybeSigned).toBe(false);
    await ada.say(about('signing-committed', id, { attempt: ATTEMPT }));
    const proposal = proposalAt(ada, id);
    expect(proposalState(proposal)).toBe('open');
    expect(proposal.maybeSigned).toBe(true);
    expect(proposal.attempts).toMatchObject([
      { signers: [1, 2], aborted: [{ abortClass: 'B', culprit: 2, reason: 'check failed' }] },
    ]);
  });

  it('may be signed as soon as anybody says so, even without a start', async () => {
    const { ben, id } = await begin();
    await ben.say(about('signing-committed', id, { attempt: ATTEMPT }));
    expect(proposalAt(ben, id).maybeSigned).toBe(true);
    expect(runningAttempt(proposalAt(ben, id))).toBeUndefined();
  });

  it('keeps reports of both signers, and ignores a contradicting or impossible set', async () => {
    const { devices, ada, ben, cleo, id } = await begin();
    await ada.say(started(id));
    exchange(ada, ben);
    exchange(ada, cleo);
    await ben.say(started(id));
    await cleo.say(started(id, [1, 3]));
    await cleo.say(started(id, [1, 4]));
    syncAll(devices);
    const [attempt] = proposalAt(ada, id).attempts;
    expect(attempt?.signers).toEqual([1, 2]);
    expect(attempt?.started).toHaveLength(2);
    expect(fold(ada.log).ignored.map(({ reason }) => reason)).toEqual([
      'Another member reported this attempt with other signers.',
      'It names a signer that is no member.',
    ]);
  });

  it('keeps claims apart, and believes only what the caller verified', async () => {
    const { devices, ada, ben, cleo, id } = await begin();
    const signature = (byte: number) => [{ signature: new Uint8Array(64).fill(byte), recovery: 1 }];
    await ben.say(about('signed', id, { signatures: signature(1) }));
    await cleo.say(about('signed', id, { signatures: signature(2) }));
    await cleo.say(about('broadcast', id, { txid: bytesFor('other tx') }));
    syncAll(devices);
    const proposal = proposalAt(ada, id);
    expect(proposal.signatures).toHaveLength(2);
    expect(proposalState(proposal)).toBe('broadcast');
    const txid = bytesFor('tx');
    expect(proposalState(proposal, { txid, holds: () => true })).toBe('signed');
    expect(proposalState(proposal, { txid, holds: () => false })).toBe('open');
  });

  it('that happened outweighs a rejection', async () => {
    const { ada, id } = await begin();
    await ada.say(rejected(id));
    await ada.say(about('broadcast', id, { txid: bytesFor('tx') }));
    expect(proposalState(proposalAt(ada, id))).toBe('broadcast');
  });
});

describe('a member that tells two stories', () => {
  it('approves nothing any more from there on, but its rejections and withdrawals count', async () => {
    const founding = testFounding();
    const [ada] = trio();
    const p0 = forge(founding, 'Ben', { ...proposed({ note: '0' }) });
    const p1 = forge(founding, 'Ben', { seq: 1, prev: p0.idBytes, ...proposed({ note: '1' }) });
    const before = forge(founding, 'Ben', { seq: 2, prev: p1.idBytes, ...approved(p0.id) });
    const fork = { seq: 3, prev: before.idBytes };
    const yes = forge(founding, 'Ben', { ...fork, ...approved(p1.id) });
    const no = forge(founding, 'Ben', { ...fork, ...rejected(p1.id) });
    const end = forge(founding, 'Ben', { seq: 4, prev: yes.idBytes, ...withdrawn(p0.id) });
    const honest = [p0, p1, before, yes].map(({ bytes }) => bytes);

    ada.log = admitAll(ada.log, honest, NOW).log;
    expect(approvals(proposalAt(ada, p0.id))).toHaveLength(1);
    expect(approvals(proposalAt(ada, p1.id))).toHaveLength(1);

    ada.log = admitAll(ada.log, [no.bytes, end.bytes], NOW).log;
    expect(approvals(proposalAt(ada, p0.id))).toHaveLength(1);
    expect(approvals(proposalAt(ada, p1.id))).toHaveLength(0);
    expect(proposalState(proposalAt(ada, p1.id))).toBe('rejected');
    expect(proposalState(proposalAt(ada, p0.id))).toBe('withdrawn');
    const state = fold(ada.log);
    expect(state.equivocations).toMatchObject([{ seq: 3, events: [yes.id, no.id].sort() }]);
    expect(mayApprove(state, proposalAt(ada, p1.id))).toHaveLength(2);
  });

  it('loses both approvals when it approved two proposals with one number', () => {
    const founding = testFounding();
    const [ada] = trio();
    const p = forge(founding, 'Cleo', { ...proposed() });
    const a = forge(founding, 'Ben', { ...approved(p.id), parents: [p.idBytes] });
    const b = forge(founding, 'Ben', { ...approved(p.id, bytesFor('b')), parents: [p.idBytes] });
    ada.log = admitAll(ada.log, [p.bytes, a.bytes, b.bytes], NOW).log;
    expect(approvals(proposalAt(ada, p.id))).toEqual([]);
  });
});

describe('names', () => {
  it('of accounts: number 0 is there, others are added, the last name wins', async () => {
    const [ada] = trio();
    expect(fold(ada.log).accounts).toEqual([{ index: 0, name: 'Main account' }]);
    expect(nextAccountIndex(fold(ada.log))).toBe(1);
    await ada.say({ type: 'account-added', data: { index: 2, name: 'Two' } });
    await ada.say({ type: 'account-added', data: { index: 1, name: 'One' } });
    await ada.say({ type: 'account-added', data: { index: 1, name: 'Again' } });
    await ada.say({ type: 'account-added', data: { index: 0, name: 'Zero' } });
    await ada.say(accountNamed('Uno', 1));
    await ada.say(accountNamed('None', 3));
    expect(fold(ada.log).accounts).toEqual([
      { index: 0, name: 'Main account' },
      { index: 1, name: 'Uno' },
      { index: 2, name: 'Two' },
    ]);
    expect(fold(ada.log).ignored).toHaveLength(3);
    expect(nextAccountIndex(fold(ada.log))).toBe(3);
  });

  it('of accounts: a hundred at most, whoever adds them', async () => {
    const [ada] = trio();
    for (let index = 1; index <= 100; index++) {
      await ada.say({ type: 'account-added', data: { index, name: 'One more' } });
    }
    expect(fold(ada.log).accounts).toHaveLength(100);
    expect(fold(ada.log).ignored.map(({ reason }) => reason)).toEqual([
      'There are as many accounts as a vault can have.',
    ]);
  });

  it('of Bitcoin accounts: known by network, kind and number; the last name wins', async () => {
    const [ada] = trio();
    const account = (change: object = {}): Content['data'] =>
      ({ network: 'mainnet', kind: 'p2wpkh', index: 0, name: 'Savings', ...change }) as never;
    const say = async (type: Content['type'], change: object = {}): Promise<unknown> =>
      ada.say({ type, data: account(change) } as Content);
    await say('bitcoin-account-added');
    await say('bitcoin-account-added', { kind: 'p2tr' });
    await say('bitcoin-account-added', { network: 'signet' });
    await say('bitcoin-account-added', { name: 'Again' });
    await say('bitcoin-account-named', { network: 'signet', name: 'Play money' });
    await say('bitcoin-account-named', { index: 1, name: 'None' });
    const state = fold(ada.log);
    expect(state.bitcoinAccounts).toEqual([
      account(),
      account({ kind: 'p2tr' }),
      account({ network: 'signet', name: 'Play money' }),
    ]);
    expect(state.ignored.map(({ reason }) => reason)).toEqual([
      'There was such an account with this number already.',
      'There was no such account with this number.',
    ]);
    const next = (network: 'mainnet' | 'regtest', kind: 'p2wpkh' | 'p2tr'): number =>
      nextBitcoinAccountIndex(state, { network, kind });
    expect([next('mainnet', 'p2wpkh'), next('regtest', 'p2wpkh')]).toEqual([1, 0]);
  });

  it('of Bitcoin accounts: twenty at most', async () => {
    const [ada] = trio();
    for (let index = 0; index <= 20; index++) {
      await ada.say({
        type: 'bitcoin-account-added',
        data: { network: 'mainnet', kind: 'p2wpkh', index, name: 'One more' },
      });
    }
    expect(fold(ada.log).bitcoinAccounts).toHaveLength(20);
    expect(fold(ada.log).ignored.map(({ reason }) => reason)).toEqual([
      'There are as many Bitcoin accounts as a vault can have.',
    ]);
  });

  it('of contacts: what comes later wins, concurrent ones are settled alike everywhere', async () => {
    const devices = trio();
    const [ada, ben, cleo] = devices;
    const named = (name: string): Content => ({
      type: 'contact-named',
      data: { address: '0xabc', name },
    });
    await ada.say(named('Landlord'));
    syncAll(devices);
    await ben.say(named('Ben says'));
    cleo.now = NOW + 1;
    await cleo.say(named('Cleo says'));
    syncAll(devices);
    for (const device of devices) {
      expect(fold(device.log).contacts.get('0xabc')?.name).toBe('Cleo says');
    }
    await ada.say(named(''));
    expect(fold(ada.log).contacts.size).toBe(0);
  });

  it('of certificates: kept as they were put down', async () => {
    const [ada] = trio();
    const data = { suite: 'suite', certificate: bytesFor('certificate') };
    await ada.say({ type: 'key-certified', data });
    expect(fold(ada.log).certificates).toMatchObject([{ ...data, at: NOW }]);
  });
});
