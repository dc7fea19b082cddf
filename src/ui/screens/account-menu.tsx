import { ChevronDown } from 'lucide-react';
import type { VaultView } from '../../wallet/index.ts';
import { idOf } from '../bitcoin/names.ts';
import { Menu } from '../parts/menu.tsx';
import { hrefOf } from '../router.ts';

/** Leads to the other accounts, of whatever chain. */
export function AccountMenu(props: { readonly vault: VaultView; readonly current: string }) {
  const { vault, current } = props;
  const { accounts, bitcoinAccounts } = vault;
  if (accounts.length + bitcoinAccounts.length < 2) return null;
  return (
    <Menu
      label={`Account: ${current}. Choose another`}
      trigger={
        <>
          {current}
          <ChevronDown className="icon" aria-hidden />
        </>
      }
      entries={[
        ...accounts.map(({ index, name }) => ({
          id: String(index),
          label: name,
          href: hrefOf({ screen: 'receive', vault: vault.id, account: index }),
        })),
        ...bitcoinAccounts.map((account) => ({
          id: idOf(account),
          label: account.name,
          href: hrefOf({ screen: 'coins', vault: vault.id, account: idOf(account) }),
        })),
      ]}
    />
  );
}
