import {
  BTC_DECIMALS,
  formatUnits,
  type BitcoinAccountView,
  type BitcoinAddressView,
  type BitcoinKeysView,
  type VaultView,
} from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Drawer } from '../parts/drawer.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { hrefOf } from '../router.ts';
import { AddAccount, RenameAccount } from '../screens/accounts.tsx';
import { AccountMenu } from '../screens/account-menu.tsx';
import { useWallet } from '../wallet-context.tsx';
import { TaprootBeingMade } from './account-lines.tsx';
import { Funds } from './funds.tsx';
import { accountWithId, KINDS } from './names.ts';

/** Where to receive bitcoin: always a fresh address, and how each was derived. */
export function ReceiveCoins(props: { readonly vault: VaultView; readonly account: string }) {
  const { vault } = props;
  const wallet = useWallet();
  const account = accountWithId(vault, props.account);
  const back = { href: hrefOf({ screen: 'home', vault: vault.id }), label: vault.name };
  if (account === undefined) {
    return (
      <Page title="Receive" narrow back={back}>
        <Notice tone="look" title="This vault has no such account">
          <p>Choose one of the accounts on the vault’s page.</p>
        </Notice>
      </Page>
    );
  }
  const { keys, name } = account;
  return (
    <Page
      title={`Receive to ${name}`}
      documentTitle="Receive"
      narrow
      back={back}
      end={<AccountMenu vault={vault} current={name} />}
    >
      <div className="stack">
        {keys === undefined ? (
          <TaprootBeingMade vault={vault} />
        ) : (
          <Next account={account} keys={keys} />
        )}
        <dl className="card facts">
          <div>
            <dt>Balance</dt>
            <dd>
              <Funds account={account} />
            </dd>
          </div>
          <div>
            <dt>Kind</dt>
            <dd>{KINDS[account.kind]}</dd>
          </div>
          <div>
            <dt>Path of the account</dt>
            <dd className="mono">{account.path}</dd>
          </div>
        </dl>
        <div className="row">
          <AddAccount vault={vault} />
          <RenameAccount
            name={name}
            rename={async (next) => wallet.nameBitcoinAccount(vault.id, account, next)}
          />
        </div>
        {keys === undefined ? null : (
          <>
            <Addresses keys={keys} symbol={account.symbol} />
            <WatchOnly keys={keys} />
          </>
        )}
      </div>
    </Page>
  );
}

function Next(props: { readonly account: BitcoinAccountView; readonly keys: BitcoinKeysView }) {
  const { account, keys } = props;
  const { address, path } = keys.receive;
  return (
    <>
      <div className="card stack">
        <QrCode text={address} label={`QR code of the address of ${account.name}`} />
        <Address value={address} />
        <p className="small soft">
          {account.networkName} · path{' '}
          <span className="mono" data-testid="receive-path">
            {path}
          </span>
        </p>
        <CopyButton text={address} what="address" full />
      </div>
      <p className="small soft">
        {account.funds.state === 'unset'
          ? 'This device asks no server, so it cannot tell whether this address was used already. '
          : 'Each payment should get an address of its own: the next one appears once this one was used. '}
        It is worth comparing it with the one that another device of this vault shows.
      </p>
    </>
  );
}

function Addresses(props: { readonly keys: BitcoinKeysView; readonly symbol: string }) {
  return (
    <Drawer title={`All addresses (${String(props.keys.addresses.length)})`}>
      <ul className="lines">
        {props.keys.addresses.map((one) => (
          <li className="stack-tight" key={one.path}>
            <Address value={one.address} />
            <span className="small soft">
              <span className="mono">{one.path}</span> · {standing(one, props.symbol)}
            </span>
          </li>
        ))}
      </ul>
    </Drawer>
  );
}

function standing({ change, used, value }: BitcoinAddressView, symbol: string): string {
  const use = used === undefined ? 'not known whether used' : used ? 'used' : 'not used yet';
  const held =
    value === undefined || value === 0n ? [] : [`${formatUnits(value, BTC_DECIMALS)} ${symbol}`];
  return [change ? 'change' : 'to receive', use, ...held].join(' · ');
}

function WatchOnly({ keys }: { readonly keys: BitcoinKeysView }) {
  const entries = [
    ['Account key', keys.extendedKey, 'account key'],
    ['Descriptor of receiving addresses', keys.descriptors.receive, 'descriptor'],
    ['Descriptor of change addresses', keys.descriptors.change, 'change descriptor'],
  ] as const;
  return (
    <Drawer title="For a watch-only wallet">
      <p className="small soft">
        Whoever has one of these sees all addresses of this account, past and future, and can spend
        nothing.
      </p>
      {entries.map(([label, text, what]) => (
        <div className="stack-tight" key={label}>
          <p className="small strong">{label}</p>
          <code className="bytes" tabIndex={0} role="region" aria-label={label}>
            {text}
          </code>
          <span>
            <CopyButton text={text} what={what} />
          </span>
        </div>
      ))}
    </Drawer>
  );
}
