/** Keys of the desktop: `?` lists them. They can be switched off, for people who speak to their computer. */
import { Switch } from '@base-ui/react/switch';
import { useEffect, useState } from 'react';
import type { VaultView } from '../wallet/index.ts';
import { Dialog } from './parts/dialog.tsx';
import { navigate, type Route } from './router.ts';

type Keys = Readonly<Record<string, { readonly does: string; readonly to: Route }>>;

function keysOf(vault: VaultView | undefined): Keys {
  const general: Keys = {
    h: { does: 'Home', to: { screen: 'home', vault: vault?.id } },
    s: { does: 'Settings', to: { screen: 'settings' } },
  };
  if (vault === undefined) return general;
  const { id } = vault;
  return {
    ...general,
    p: { does: 'Propose a payment', to: { screen: 'propose', vault: id, reviewing: false } },
    r: { does: 'Receive', to: { screen: 'receive', vault: id, account: 0 } },
    a: { does: 'Approvers', to: { screen: 'approvers', vault: id } },
    t: { does: 'Audit trail', to: { screen: 'trail', vault: id } },
  };
}

export function Shortcuts(props: { readonly vault: VaultView | undefined }) {
  const { vault } = props;
  const [listed, setListed] = useState(false);
  const [on, setOn] = useState(true);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('[role$="dialog"]') !== null) return;
      if (event.key === '?') setListed(true);
      else if (on) {
        const key = keysOf(vault)[event.key];
        if (key !== undefined) navigate(key.to);
      }
    };
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
    };
  }, [vault, on]);
  return (
    <Dialog
      open={listed}
      onClose={() => {
        setListed(false);
      }}
      title="Keys"
    >
      <dl className="keys">
        {Object.entries(keysOf(vault)).map(([key, { does }]) => (
          <Key name={key} does={does} key={key} />
        ))}
        <Key name="Tab" does="Next control; with Shift the one before" />
        <Key name="Enter" does="Press; hold it to approve" />
        <Key name="Esc" does="Close what is open" />
        <Key name="?" does="This list" />
      </dl>
      <label className="row">
        <Switch.Root className="switch" checked={on} onCheckedChange={setOn}>
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
        Single letters move between screens
      </label>
    </Dialog>
  );
}

function Key(props: { readonly name: string; readonly does: string }) {
  return (
    <>
      <dt>
        <kbd>{props.name}</kbd>
      </dt>
      <dd>{props.does}</dd>
    </>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input, select, textarea, [role="menu"] *')
  );
}
