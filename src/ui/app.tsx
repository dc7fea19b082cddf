/** The whole app: which screen stands for the wallet's state and the address bar. */
import { CSPProvider } from '@base-ui/react/csp-provider';
import { useEffect, useLayoutEffect } from 'react';
import type { OpenState, Wallet, WalletState } from '../wallet/index.ts';
import { ReceiveCoins } from './bitcoin/receive-coins.tsx';
import { Page } from './parts/page.tsx';
import { Problems } from './parts/problems.tsx';
import { UpdateBar, type Updates } from './parts/update-bar.tsx';
import { hrefOf, useRoute, type Route } from './router.ts';
import { Approvers } from './screens/approvers.tsx';
import { SecondTab, Starting, Unlock, Unsupported } from './screens/closed.tsx';
import { Contacts } from './screens/contacts.tsx';
import { CreateVault } from './screens/create-vault.tsx';
import { Home } from './screens/home.tsx';
import { Invitation, Join } from './screens/join.tsx';
import { Pairing } from './screens/pairing.tsx';
import { Proposal } from './screens/proposal.tsx';
import { Propose } from './screens/propose.tsx';
import { Receive } from './screens/receive.tsx';
import { SetUp } from './screens/set-up.tsx';
import { Settings } from './screens/settings.tsx';
import { Start } from './screens/start.tsx';
import { Trail } from './screens/trail.tsx';
import { Shortcuts } from './shortcuts.tsx';
import {
  OpenProvider,
  useOpen,
  useVault,
  useWallet,
  useWalletState,
  WalletProvider,
} from './wallet-context.tsx';

export function App(props: {
  readonly wallet: Wallet;
  readonly updates: Updates;
  /** Version and build hash, as shown in Settings. */
  readonly build: string;
}) {
  return (
    <CSPProvider disableStyleElements>
      <WalletProvider wallet={props.wallet}>
        <UpdateBar updates={props.updates} />
        <Screen build={props.build} />
      </WalletProvider>
    </CSPProvider>
  );
}

function Screen(props: { readonly build: string }) {
  const state = useWalletState();
  useTheme(state);
  switch (state.phase) {
    case 'starting':
      return <Starting />;
    case 'unsupported':
      return <Unsupported problem={state.problem} />;
    case 'second-tab':
      return <SecondTab />;
    case 'new':
      return <SetUp invited={state.invitation !== undefined} />;
    case 'locked':
      return <Unlock deviceName={state.deviceName} reason={state.reason} />;
    case 'open':
      return (
        <OpenProvider state={state}>
          <Open state={state} build={props.build} />
        </OpenProvider>
      );
  }
}

function Open(props: { readonly state: OpenState; readonly build: string }) {
  const { state } = props;
  const route = useRoute();
  const vault = useVault('vault' in route ? route.vault : undefined);
  useTouch();
  return (
    <>
      {state.pairing !== undefined ? (
        <Pairing pairing={state.pairing} key={state.pairing.step} />
      ) : state.invitation !== undefined ? (
        <Invitation text={state.invitation} key={state.invitation} />
      ) : (
        <Routed route={route} build={props.build} key={keyOf(route)} />
      )}
      <Problems />
      <Shortcuts vault={vault} />
    </>
  );
}

function Routed(props: { readonly route: Route; readonly build: string }) {
  const { route } = props;
  const vault = useVault('vault' in route ? route.vault : undefined);
  const { vaults } = useOpen();
  switch (route.screen) {
    case 'start':
      return <Start />;
    case 'create':
      return <CreateVault />;
    case 'join':
      return <Join />;
    case 'settings':
      return <Settings build={props.build} />;
    default:
  }
  if (vault === undefined) return vaults.length === 0 ? <Start /> : <Missing what="vault" />;
  switch (route.screen) {
    case 'home':
      return <Home vault={vault} />;
    case 'approvers':
      return <Approvers vault={vault} />;
    case 'contacts':
      return <Contacts vault={vault} />;
    case 'trail':
      return <Trail vault={vault} proposal={route.proposal} />;
    case 'receive':
      return <Receive vault={vault} account={route.account} />;
    case 'coins':
      return <ReceiveCoins vault={vault} account={route.account} />;
    case 'propose':
      return <Propose vault={vault} reviewing={route.reviewing} />;
    case 'proposal': {
      const proposal = vault.proposals.find(({ id }) => id === route.proposal);
      return proposal === undefined ? (
        <Missing what="proposal" />
      ) : (
        <Proposal vault={vault} proposal={proposal} />
      );
    }
  }
}

/** An address that leads to something this device does not have. */
function Missing(props: { readonly what: 'vault' | 'proposal' }) {
  return (
    <Page
      title={`This device does not have this ${props.what}`}
      lead={
        props.what === 'vault'
          ? 'The address belongs to a vault of another device.'
          : 'It may not have arrived yet. It appears by itself when the other devices are reachable.'
      }
      narrow
    >
      <a className="button button-wide" href={hrefOf({ screen: 'home' })}>
        Home
      </a>
    </Page>
  );
}

/** A new key draws the screen anew: focus on its heading, scrolled to the top, forms empty. */
function keyOf(route: Route): string {
  switch (route.screen) {
    case 'propose':
      return `propose ${route.vault}`; // the form keeps its text while its review is shown
    case 'trail':
      return `trail ${route.vault}`;
    default:
      return hrefOf(route);
  }
}

/** Before anything is drawn. A phase that does not know the setting leaves what is there. */
function useTheme(state: WalletState): void {
  const theme =
    state.phase === 'open'
      ? state.settings.theme
      : state.phase === 'locked'
        ? state.theme
        : undefined;
  useLayoutEffect(() => {
    if (theme === undefined) return;
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  }, [theme]);
}

/** Tells the wallet that a person is there. */
function useTouch(): void {
  const wallet = useWallet();
  useEffect(() => {
    const touch = (): void => {
      wallet.touch();
    };
    document.addEventListener('pointerdown', touch);
    document.addEventListener('keydown', touch);
    return () => {
      document.removeEventListener('pointerdown', touch);
      document.removeEventListener('keydown', touch);
    };
  }, [wallet]);
}
