/** Each rule denies alone; without any, approvals are counted. */
import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, it } from 'vitest';
import { fold, type Content, type VaultState } from '../journal/index.ts';
import {
  approved,
  bytesFor,
  expired,
  EXPIRES,
  NOW,
  proposed,
  rejected,
  SHOWN,
  syncAll,
  testFounding,
  TestDevice,
  trio,
  withdrawn,
} from '../journal/testing/vault.ts';
import { defaultPolicy, policyHash } from './document.ts';
import { evaluate, type Facts, type Question } from './evaluate.ts';

const founding = testFounding();
const policy = defaultPolicy(founding);
const REQUEST = bytesFor('request');
const facts: Facts = {
  network: 'eip155:1',
  bitcoinAccount: undefined,
  reading: 'clear',
  operation: 'native-transfer',
  refusal: undefined,
  shownDigest: SHOWN,
};

type Ask = Question<{ readonly bytes: Uint8Array }>;

/** Ada proposes; then each of `story` is said by the named device, and all sync. */
async function vault(
  story: readonly (readonly [0 | 1 | 2, (id: string) => Content])[] = [],
  fields: Parameters<typeof proposed>[0] = {},
) {
  const devices = trio();
  const [ada] = devices;
  const content = proposed({ request: REQUEST, policy: policyHash(policy), ...fields });
  const { id } = await ada.say(content);
  syncAll(devices);
  for (const [who, what] of story) {
    await devices[who].say(what(id));
    syncAll(devices);
  }
  const state = fold(ada.log);
  const ask = (changes: Partial<Ask> = {}) =>
    evaluate({
      ...{ policy, state, proposal: id, request: { bytes: REQUEST }, facts, now: NOW },
      ...changes,
    });
  return { ask, id, state, devices };
}

const yes = (id: string) => approved(id);
const both = [
  [0, yes],
  [1, yes],
] as const;

const rules = (verdict: ReturnType<typeof evaluate>) =>
  verdict.kind === 'denied' ? verdict.reasons.map(({ rule }) => rule) : verdict.kind;

describe('approvals', () => {
  it('are counted until the quorum is there', async () => {
    const none = await vault();
    expect(none.ask()).toMatchObject({ kind: 'needs', approvals: 2 });
    const one = await vault([[1, yes]]);
    const verdict = one.ask();
    expect(verdict).toMatchObject({ kind: 'needs', approvals: 1 });
    expect(verdict.kind === 'needs' && verdict.from).toHaveLength(2);
    const { ask } = await vault(both);
    const request = { bytes: REQUEST };
    expect(ask({ request })).toEqual({ kind: 'authorised', request });
  });

  it('of one member count once', async () => {
    const { ask } = await vault([
      [1, yes],
      [1, yes],
    ]);
    expect(ask()).toMatchObject({ kind: 'needs', approvals: 1 });
  });

  it('may be more than the quorum', async () => {
    const { ask } = await vault([...both, [2, yes]]);
    expect(rules(ask())).toBe('authorised');
  });

  it('out of reach are said to be', async () => {
    const { ask, devices, id } = await vault([[0, yes]]);
    // Both others tell two stories, so that neither can approve.
    const [ada, ben, cleo] = devices;
    for (const device of [ben, cleo]) {
      const fork = new TestDevice(founding, device.name);
      await fork.say({ type: 'account-named', data: { index: 0, name: 'fork' } });
      await device.say({ type: 'account-named', data: { index: 0, name: 'other' } });
      for (const { bytes } of fork.log.entries.values()) ada.admit(bytes);
      for (const { bytes } of device.log.entries.values()) ada.admit(bytes);
    }
    expect(rules(ask({ state: fold(ada.log), proposal: id }))).toEqual(['quorum/out-of-reach']);
  });
});

describe('with enough approvals, each of these alone denies', () => {
  const noAccounts = (state: VaultState): VaultState => ({ ...state, accounts: [] });
  const cases: [string, Partial<Ask>][] = [
    ['proposal/unknown', { proposal: '00'.repeat(32) }],
    ['policy/invalid', { policy: { quorum: 1 } }],
    ['policy/other', { policy: { quorum: 3 } }],
    ['request/other', { request: { bytes: bytesFor('another request') } }],
    ['facts/refused', { facts: { ...facts, refusal: 'This wallet cannot read this call.' } }],
    ['facts/blind', { facts: { ...facts, network: undefined } }],
    ['facts/blind', { facts: { ...facts, operation: undefined } }],
    ['facts/blind', { facts: { ...facts, reading: 'unreadable' } }],
    ['facts/blind', { facts: { ...facts, operation: 'unknown-call' } }],
    ['facts/blind', { facts: { ...facts, operation: 'delegation' } }],
    ['facts/blind', { facts: { ...facts, operation: 'deployment' } }],
    ['proposal/expired', { now: EXPIRES + 1 }],
    ['proposal/expired', { now: NaN }],
  ];
  it.each(cases)('%s (case %#)', async (rule, changes) => {
    const { ask } = await vault(both);
    expect(rules(ask())).toBe('authorised');
    expect(new Set(rules(ask(changes)))).toEqual(new Set([rule]));
  });

  it('account/unknown', async () => {
    const { ask, state } = await vault(both);
    expect(rules(ask({ state: noAccounts(state) }))).toEqual(['account/unknown']);
    const other = await vault(both, { account: 7 });
    expect(rules(other.ask())).toEqual(['account/unknown']);
  });

  it('account/unknown, for an account of Bitcoin that is not the one of the proposal', async () => {
    const { state, ask } = await vault(both, { account: 2 });
    const own = { network: 'mainnet', kind: 'p2tr', index: 2 } as const;
    const known: VaultState = { ...state, bitcoinAccounts: [{ ...own, name: 'Cold' }] };
    const about = (bitcoinAccount: Facts['bitcoinAccount'], of = known) =>
      rules(ask({ state: of, facts: { ...facts, operation: 'bitcoin-transfer', bitcoinAccount } }));
    expect(about(own)).toBe('authorised');
    expect(about({ ...own, network: 'signet' })).toEqual(['account/unknown']);
    expect(about({ ...own, kind: 'p2wpkh' })).toEqual(['account/unknown']);
    expect(about(own, state)).toEqual(['account/unknown']);
    const other: VaultState = {
      ...known,
      bitcoinAccounts: [...known.bitcoinAccounts, { ...own, index: 1, name: 'Other' }],
    };
    expect(about({ ...own, index: 1 }, other)).toEqual(['account/unknown']);
  });

  it('shown/differs, for each who saw something else', async () => {
    const { ask } = await vault([...both, [2, (id) => approved(id, bytesFor('else'))]]);
    const text = 'Cleo was shown something else than this device shows.';
    expect(ask()).toEqual({ kind: 'denied', reasons: [{ rule: 'shown/differs', text }] });
    expect(rules(ask({ facts: { ...facts, shownDigest: bytesFor('else') } }))).toEqual([
      'shown/differs',
      'shown/differs',
    ]);
  });

  it('proposal/rejected, with the name', async () => {
    const { ask } = await vault([...both, [2, (id) => rejected(id)]]);
    expect(ask()).toEqual({
      kind: 'denied',
      reasons: [{ rule: 'proposal/rejected', text: 'Cleo rejected it.' }],
    });
  });

  it('proposal/withdrawn', async () => {
    const { ask } = await vault([...both, [0, withdrawn]]);
    expect(rules(ask())).toEqual(['proposal/withdrawn']);
  });

  it('proposal/expired, also where this clock says otherwise', async () => {
    const { devices, id } = await vault(both);
    devices[2].now = EXPIRES + 1;
    await devices[2].say(expired(id));
    const state = fold(devices[2].log);
    const request = { bytes: REQUEST };
    const verdict = evaluate({ policy, state, proposal: id, request, facts, now: NOW });
    expect(rules(verdict)).toEqual(['proposal/expired']);
  });

  it('proposal/signed, unless this device found the signature wrong', async () => {
    const signed = (id: string): Content => ({
      type: 'signed',
      data: {
        proposal: hexToBytes(id),
        signatures: [{ signature: new Uint8Array(64), recovery: 0 }],
      },
    });
    const { ask } = await vault([...both, [2, signed]]);
    expect(rules(ask())).toEqual(['proposal/signed']);
    const wrong = { txid: bytesFor('tx'), holds: () => false };
    expect(rules(ask({ belief: wrong }))).toBe('authorised');
  });
});

describe('a denial', () => {
  it('names every rule that fired, and wins over missing approvals', async () => {
    const { ask } = await vault([[2, (id) => rejected(id)]]);
    const verdict = ask({
      now: EXPIRES + 1,
      facts: { ...facts, refusal: 'Unreadable.', operation: 'unknown-call' },
    });
    expect(rules(verdict)).toEqual([
      'facts/refused',
      'facts/blind',
      'proposal/rejected',
      'proposal/expired',
    ]);
  });

  it('at the last millisecond is not yet due', async () => {
    const { ask } = await vault(both);
    expect(rules(ask({ now: EXPIRES }))).toBe('authorised');
  });
});
