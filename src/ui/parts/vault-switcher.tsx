import { ChevronDown, Plus } from 'lucide-react';
import { hrefOf } from '../router.ts';
import { useOpen } from '../wallet-context.tsx';
import { Menu } from './menu.tsx';

/** The vaults of this device, with what waits in each. */
export function VaultSwitcher(props: { readonly current: string; readonly name: string }) {
  const { vaults } = useOpen();
  return (
    <Menu
      triggerClass="button-quiet switcher"
      label={`Vault: ${props.name}. Switch vault`}
      trigger={
        <>
          <span className="strong vault-name">{props.name}</span>
          <ChevronDown className="icon" aria-hidden />
        </>
      }
      entries={[
        ...vaults.map((vault) => ({
          id: vault.id,
          label: vault.name,
          end:
            vault.waiting.length > 0 ? (
              <span className="tag tag-go">{String(vault.waiting.length)} waiting</span>
            ) : vault.id === props.current ? (
              <span className="tag">shown</span>
            ) : null,
          href: hrefOf({ screen: 'home', vault: vault.id }),
        })),
        {
          id: 'new',
          label: 'Create or join a vault',
          end: <Plus className="icon" aria-hidden />,
          href: hrefOf({ screen: 'start' }),
        },
      ]}
    />
  );
}
