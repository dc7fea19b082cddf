import { ArrowDownLeft, ArrowUpRight, BookUser, ChevronRight, RefreshCw } from 'lucide-react';
import {
  clockTime,
  formatUnits,
  shortAddress,
  type AccountView,
  type BalanceView,
  type ProposalView,
  type VaultView,
} from '../../wallet/index.ts';
import { CoinAccountLines, TaprootBeingMade } from '../bitcoin/account-lines.tsx';
import { ConnectionNotice, OnlineCount } from '../parts/connection-state.tsx';
import { MainNav } from '../parts/main-nav.tsx';
import { ActionError, Notice, ProblemNotice } from '../parts/notice.tsx';
import { Page, Section } from '../parts/page.tsx';
import { StatusTag } from '../parts/status-tag.tsx';
import { VaultSwitcher } from '../parts/vault-switcher.tsx';
import { hrefOf } from '../router.ts';
import { useAction } from '../use-action.ts';
import { useNow } from '../use-now.ts';
import { useOpen, useWallet } from '../wallet-context.tsx';
import { AddAccount } from './accounts.tsx';
import { KeyBeingMade } from './key-being-made.tsx';

const RECENT = 8;

export function Home(props: { readonly vault: VaultView }) {
  const { vault } = props;
  const { connection, device } = useOpen();
  const waiting = vault.proposals.filter(({ id }) => vault.waiting.includes(id));
  return (
    <Page
      title={vault.name}
      hideHeading
      nav={<MainNav vault={vault.id} here="home" />}
      start={<VaultSwitcher current={vault.id} name={vault.name} />}
      end={<OnlineCount vault={vault} />}
    >
      <div className="columns">
        <div className="stack">
          {vault.alarms.map((alarm) => (
            <ProblemNotice problem={alarm} key={alarm.code} />
          ))}
          <ConnectionNotice connection={connection} />
          {waiting.map((proposal) => (
            <WaitingCard proposal={proposal} key={proposal.id} />
          ))}
          {vault.state === 'unfinished' ? (
            <>
              <Notice tone="look" title="The key of this vault is not finished">
                <p>
                  Open Countersign on all {vault.members.length} devices: they finish by themselves.
                  No address is shown before that, so that no money goes where it could be stuck.
                </p>
              </Notice>
              <KeyBeingMade vault={vault.id} keygen={vault.keygen} />
            </>
          ) : (
            <>
              <div className="two-buttons">
                <a
                  className="button button-go"
                  href={hrefOf({ screen: 'propose', vault: vault.id, reviewing: false })}
                >
                  <ArrowUpRight className="icon" aria-hidden />
                  Propose
                </a>
                <a
                  className="button"
                  href={hrefOf({ screen: 'receive', vault: vault.id, account: 0 })}
                >
                  <ArrowDownLeft className="icon" aria-hidden />
                  Receive
                </a>
              </div>
              <Accounts vault={vault} />
            </>
          )}
          {device.persisted ? null : (
            <Notice tone="look" title="The browser may clear this device’s share">
              <p>
                When it runs short of space it may delete what this page stored. Install Countersign
                as an app, or allow storage under{' '}
                <a href={hrefOf({ screen: 'settings' })}>Settings</a>.
              </p>
            </Notice>
          )}
        </div>
        <div className="stack">
          <Recent vault={vault} />
        </div>
      </div>
    </Page>
  );
}

function WaitingCard(props: { readonly proposal: ProposalView }) {
  const { proposal } = props;
  const now = useNow();
  return (
    <a
      className="waiting-card"
      href={hrefOf({ screen: 'proposal', vault: proposal.vaultId, proposal: proposal.id })}
    >
      <span className="stack-tight">
        <span className="small strong">Waiting for you</span>
        <span className="waiting-title">{proposal.review.intent}</span>
        <span className="small soft">
          from {proposal.proposer.name} · {proposal.approvals} of {proposal.needed} approvals ·
          expires {clockTime(proposal.expiresAt, now)}
        </span>
      </span>
      <ChevronRight className="icon" aria-hidden />
    </a>
  );
}

function Accounts(props: { readonly vault: VaultView }) {
  const { vault } = props;
  const { settings } = useOpen();
  const wallet = useWallet();
  const action = useAction();
  const asksNobody =
    settings.networks.every(({ rpcUrl }) => rpcUrl === undefined) && settings.bitcoin.length === 0;
  const failing = [...vault.nodes.values(), ...vault.bitcoinServers.values()].flatMap((node) =>
    node.state === 'failing' ? [node.problem] : [],
  );
  return (
    <Section
      title="Accounts"
      action={
        asksNobody ? undefined : (
          <button
            type="button"
            className="button-quiet"
            disabled={action.pending}
            onClick={() => void action.run(async () => wallet.refreshBalances(vault.id))}
          >
            <RefreshCw className="icon" aria-hidden />
            {action.pending ? 'Asking…' : 'Refresh'}
            <span className="hidden-visually"> balances</span>
          </button>
        )
      }
    >
      {asksNobody ? (
        <Notice tone="info" title="Balances are not shown yet">
          <p>
            This device asks nobody unless you say whom.{' '}
            <a href={hrefOf({ screen: 'settings' })}>Add a network in Settings</a> to see balances
            and to send.
          </p>
        </Notice>
      ) : null}
      <ActionError error={action.error} />
      {failing.map((problem) => (
        <ProblemNotice problem={problem} tone="look" key={problem.code + problem.title} />
      ))}
      <TaprootBeingMade vault={vault} />
      <div className="card">
        <ul className="lines">
          {vault.accounts.map((account) => (
            <li key={account.index}>
              <Account vault={vault.id} account={account} />
            </li>
          ))}
          <CoinAccountLines vault={vault} />
        </ul>
      </div>
      <div className="row">
        <AddAccount vault={vault} />
        <a className="button button-small" href={hrefOf({ screen: 'contacts', vault: vault.id })}>
          <BookUser className="icon" aria-hidden />
          Address book
        </a>
      </div>
    </Section>
  );
}

function Account(props: { readonly vault: string; readonly account: AccountView }) {
  const { account, vault } = props;
  return (
    <a
      className="list-link account-link"
      href={hrefOf({ screen: 'receive', vault, account: account.index })}
      aria-label={`${account.name}: address and balances`}
    >
      <span>
        <span className="strong">{account.name}</span>
        <br />
        <span className="mono soft small" translate="no">
          {shortAddress(account.address)}
        </span>
      </span>
      <span className="balances">
        {account.balances.map((balance) => (
          <Balance
            balance={balance}
            key={`${String(balance.chainId)} ${balance.asset === 'native' ? '' : balance.asset.token}`}
          />
        ))}
      </span>
    </a>
  );
}

/** A balance, and how sure it is. */
export function Balance(props: { readonly balance: BalanceView }) {
  const { balance } = props;
  const value =
    balance.value === undefined
      ? balance.state === 'asking'
        ? 'asking…'
        : 'not known'
      : `${formatUnits(balance.value, balance.decimals)} ${balance.symbol}`;
  return (
    <span>
      <span className={balance.value === undefined ? 'soft' : 'strong'}>{value}</span>
      <span className="soft tiny">
        {' '}
        {balance.networkName}
        {balance.state === 'stale' ? ' · as last known' : ''}
        {balance.state === 'failing' ? ' · no answer' : ''}
      </span>
    </span>
  );
}

function Recent(props: { readonly vault: VaultView }) {
  const { vault } = props;
  const now = useNow();
  const recent = vault.proposals.filter(({ id }) => !vault.waiting.includes(id)).slice(0, RECENT);
  return (
    <Section
      title="Recent"
      action={
        <a className="button-quiet" href={hrefOf({ screen: 'trail', vault: vault.id })}>
          Everything
        </a>
      }
    >
      <div className="card">
        {recent.length === 0 ? (
          <p className="soft">
            {vault.state === 'active'
              ? 'Nothing yet. Receive a small amount, then propose a payment to try it out.'
              : 'Nothing yet.'}
          </p>
        ) : (
          <ul className="lines">
            {recent.map((proposal) => (
              <li key={proposal.id}>
                <a
                  className="list-link"
                  href={hrefOf({ screen: 'proposal', vault: vault.id, proposal: proposal.id })}
                >
                  <span className="stack-tight">
                    <span>{proposal.review.intent}</span>
                    <span className="row small soft">
                      <StatusTag proposal={proposal} />
                      {proposal.proposer.name} · {clockTime(proposal.createdAt, now)}
                    </span>
                  </span>
                  <ChevronRight className="icon soft" aria-hidden />
                </a>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Section>
  );
}
