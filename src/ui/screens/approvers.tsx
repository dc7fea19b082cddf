import { relativeTime, type MemberView, type VaultView } from '../../wallet/index.ts';
import { ConnectionNotice } from '../parts/connection-state.tsx';
import { MainNav } from '../parts/main-nav.tsx';
import { Page, Section } from '../parts/page.tsx';
import { VaultSwitcher } from '../parts/vault-switcher.tsx';
import { Words } from '../parts/words.tsx';
import { useNow } from '../use-now.ts';
import { useOpen } from '../wallet-context.tsx';
import { PairSetup } from './pair-setup.tsx';

const paths = {
  direct: 'direct connection',
  relay: 'through the relay, sealed',
  none: 'not connected',
};

export function Approvers(props: { readonly vault: VaultView }) {
  const { vault } = props;
  const { connection, pairSetups } = useOpen();
  const spare = vault.members.length - vault.threshold;
  return (
    <Page
      title="Approvers"
      lead={`Any ${String(vault.threshold)} of these ${String(vault.members.length)} devices sign a payment. ${
        spare === 0 ? 'None may be lost.' : `${String(spare)} may be lost.`
      }`}
      nav={<MainNav vault={vault.id} here="approvers" />}
      start={<VaultSwitcher current={vault.id} name={vault.name} />}
    >
      <div className="columns">
        <div className="stack">
          <ConnectionNotice connection={connection} />
          {pairSetups
            .filter(({ vaultId }) => vaultId === vault.id)
            .map((setup) => (
              <PairSetup setup={setup} key={setup.memberId} />
            ))}
          <div className="card">
            <ul className="lines">
              {vault.members.map((member) => (
                <li key={member.id}>
                  <Member member={member} />
                </li>
              ))}
            </ul>
          </div>
        </div>
        <Section title="Fingerprint of the vault">
          <div className="card stack-tight">
            <Words words={vault.fingerprint} label="Fingerprint words" />
            <p className="small soft">Equal on every device of this vault.</p>
          </div>
        </Section>
      </div>
    </Page>
  );
}

function Member(props: { readonly member: MemberView }) {
  const { member } = props;
  const now = useNow();
  const reachable = member.self || member.online;
  return (
    <div className="person">
      <span className="mark" aria-label={`Number ${String(member.index)}`} role="img">
        {member.index}
      </span>
      <span className="person-line">
        <span className="strong">{member.name}</span>
        <span className="person-state">
          <span className={reachable ? 'dot dot-on' : 'dot'} aria-hidden />{' '}
          {member.self ? 'this device' : member.online ? 'online' : 'offline'}
        </span>
      </span>
      <p className="person-more">
        {member.self
          ? 'holds its share here'
          : member.online
            ? paths[member.path]
            : member.lastSeen === undefined
              ? 'not seen since this device started'
              : `last seen ${relativeTime(member.lastSeen, now)}`}
      </p>
    </div>
  );
}
