/** What the steps of pairing have in common: the frame, the vault that is made, and who is there. */
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import type { PairingView } from '../../wallet/index.ts';
import { ActionError } from '../parts/notice.tsx';
import { Page, Section } from '../parts/page.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

export interface Step {
  readonly pairing: PairingView;
}

export function Frame(props: {
  readonly pairing: PairingView;
  readonly title: string;
  readonly lead: string;
  readonly canEnd?: boolean;
  readonly children: ReactNode;
}) {
  const wallet = useWallet();
  const action = useAction();
  return (
    <Page
      title={props.title}
      lead={props.lead}
      narrow
      end={<VaultAndRule pairing={props.pairing} />}
    >
      <div className="stack">
        {props.children}
        {props.canEnd === false ? null : (
          <button
            type="button"
            className="button button-wide"
            disabled={action.pending}
            onClick={() => void action.run(async () => wallet.endPairing())}
          >
            Stop. No key has been made yet.
          </button>
        )}
        <ActionError error={action.error} />
      </div>
    </Page>
  );
}

export function VaultAndRule({ pairing }: Step) {
  return (
    <span>
      <span className="strong">{pairing.vaultName}</span> · {pairing.threshold} of {pairing.size}
    </span>
  );
}

/** Who is there, and who is awaited. */
export function Joined({ pairing }: Step) {
  const { members, size, step } = pairing;
  const missing = Math.max(0, size - members.length);
  return (
    <Section title={`${String(members.length)} of ${String(size)} devices are here`}>
      <ul className="card people">
        {members.map((member) => {
          const confirmed = member.confirmed && step !== 'inviting' && step !== 'joining';
          return (
            <li className="person" key={member.id}>
              <span className={confirmed ? 'mark mark-done' : 'mark'} aria-hidden>
                {confirmed ? <Check /> : '·'}
              </span>
              <span className="person-line">
                <span>{member.name}</span>
                <span className="person-state">
                  {member.self ? 'this device' : 'joined'}
                  {confirmed ? ' · words match' : ''}
                </span>
              </span>
            </li>
          );
        })}
        {Array.from({ length: missing }, (_, i) => (
          <li className="person soft" key={i}>
            <span className="mark" aria-hidden>
              –
            </span>
            <span className="person-line">
              <span>Nobody yet</span>
              <span className="person-state">awaited</span>
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
