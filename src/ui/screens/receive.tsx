import type { VaultView } from '../../wallet/index.ts';
import { Address } from '../parts/address.tsx';
import { CopyButton } from '../parts/copy-button.tsx';
import { Notice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { QrCode } from '../parts/qr-code.tsx';
import { hrefOf } from '../router.ts';
import { AccountMenu } from './account-menu.tsx';
import { AddAccount, RenameAccount } from './accounts.tsx';
import { useWallet } from '../wallet-context.tsx';
import { Balance } from './home.tsx';

export function Receive(props: { readonly vault: VaultView; readonly account: number }) {
  const { vault } = props;
  const wallet = useWallet();
  const account = vault.accounts.find(({ index }) => index === props.account) ?? vault.accounts[0];
  const back = { href: hrefOf({ screen: 'home', vault: vault.id }), label: vault.name };
  if (account === undefined) {
    return (
      <Page title="Receive" narrow back={back}>
        <Notice tone="look" title="There is no address yet">
          <p>The key of this vault is not finished. Open Countersign on all its devices.</p>
        </Notice>
      </Page>
    );
  }
  return (
    <Page
      title={`Receive to ${account.name}`}
      documentTitle="Receive"
      narrow
      back={back}
      end={<AccountMenu vault={vault} current={account.name} />}
    >
      <div className="stack">
        <div className="card stack">
          <QrCode text={account.address} label={`QR code of the address of ${account.name}`} />
          <Address value={account.address} />
          <CopyButton text={account.address} what="address" full />
        </div>
        <dl className="card facts">
          <div>
            <dt>Balances</dt>
            <dd>
              {account.balances.length === 0 ? (
                <span className="soft">Not known: no network is set up.</span>
              ) : (
                account.balances.map((balance) => (
                  <Balance
                    balance={balance}
                    key={`${String(balance.chainId)} ${balance.asset === 'native' ? '' : balance.asset.token}`}
                  />
                ))
              )}
            </dd>
          </div>
          <div>
            <dt>Path</dt>
            <dd className="mono">{account.path}</dd>
          </div>
        </dl>
        <div className="row">
          <AddAccount vault={vault} />
          <RenameAccount
            name={account.name}
            rename={async (name) => wallet.nameAccount(vault.id, account.index, name)}
          />
        </div>
        <p className="small soft">
          The same address works on every Ethereum-compatible network. It is worth comparing it with
          the one that another device of this vault shows.
        </p>
      </div>
    </Page>
  );
}
