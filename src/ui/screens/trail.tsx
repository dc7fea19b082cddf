import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight, Download, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { fullTime, type TrailEntry, type TrailReport, type VaultView } from '../../wallet/index.ts';
import { MainNav } from '../parts/main-nav.tsx';
import { ActionError, Notice, ProblemNotice } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { VaultSwitcher } from '../parts/vault-switcher.tsx';
import { hrefOf, navigate } from '../router.ts';
import { saveFile } from '../save-file.ts';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

/** Everything that happened, who signed it, when. */
export function Trail(props: { readonly vault: VaultView; readonly proposal: string | undefined }) {
  const { vault, proposal } = props;
  const entries = vault.trail.filter(
    (entry) => proposal === undefined || entry.proposalId === proposal,
  );
  return (
    <Page
      title="Audit trail"
      lead="Every event, signed by the device that made it. No device can change or leave one out unnoticed."
      nav={<MainNav vault={vault.id} here="trail" />}
      start={<VaultSwitcher current={vault.id} name={vault.name} />}
    >
      <div className="columns">
        <div className="stack">
          <label className="field">
            <span className="field-label">Show</span>
            <select
              className="input"
              value={proposal ?? ''}
              onChange={(event) => {
                const { value } = event.target;
                navigate(
                  {
                    screen: 'trail',
                    vault: vault.id,
                    proposal: value === '' ? undefined : value,
                  },
                  'replace',
                );
              }}
            >
              <option value="">Everything</option>
              {vault.proposals.map(({ id, review }) => (
                <option value={id} key={id}>
                  {review.intent}
                </option>
              ))}
            </select>
          </label>
          {entries.length === 0 ? (
            <p className="card soft">No event yet.</p>
          ) : (
            <div className="card">
              <ol className="lines">
                {entries.map((entry) => (
                  <Entry entry={entry} vault={vault.id} key={entry.id} />
                ))}
              </ol>
            </div>
          )}
        </div>
        <div className="stack aside">
          {vault.alarms.map((alarm) => (
            <ProblemNotice problem={alarm} key={alarm.code} />
          ))}
          <Verify vault={vault} />
        </div>
      </div>
    </Page>
  );
}

function Entry(props: { readonly entry: TrailEntry; readonly vault: string }) {
  const { entry } = props;
  return (
    <li className="trail-entry">
      <p>{entry.text}</p>
      <p className="small soft">
        {entry.author} · <time className="figures">{fullTime(entry.at)}</time>
      </p>
      <Collapsible.Root>
        <Collapsible.Trigger className="drawer-trigger small">
          Details
          <span className="hidden-visually"> of: {entry.text}</span>
          <ChevronRight className="icon" aria-hidden />
        </Collapsible.Trigger>
        <Collapsible.Panel>
          <dl className="details">
            {entry.details.map(({ label, value }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd className="mono">{value}</dd>
              </div>
            ))}
            <div>
              <dt>Event</dt>
              <dd className="mono">{entry.id}</dd>
            </div>
          </dl>
          {entry.proposalId === undefined ? null : (
            <a
              href={hrefOf({ screen: 'proposal', vault: props.vault, proposal: entry.proposalId })}
            >
              Open the proposal
            </a>
          )}
        </Collapsible.Panel>
      </Collapsible.Root>
    </li>
  );
}

function Verify(props: { readonly vault: VaultView }) {
  const { vault } = props;
  const wallet = useWallet();
  const verify = useAction();
  const save = useAction();
  const [report, setReport] = useState<TrailReport>();
  return (
    <section className="card stack" aria-label="Verify and export">
      <button
        type="button"
        className="button button-wide"
        disabled={verify.pending}
        onClick={() =>
          void verify.run(async () => {
            setReport(await wallet.verifyTrail(vault.id));
          })
        }
      >
        <ShieldCheck className="icon" aria-hidden />
        {verify.pending ? 'Verifying…' : 'Verify now'}
      </button>
      <ActionError error={verify.error} />
      {report === undefined ? null : <Result report={report} />}
      <button
        type="button"
        className="button button-wide"
        disabled={save.pending}
        onClick={() =>
          void save.run(async () => {
            saveFile(
              await wallet.exportTrail(vault.id),
              `${vault.name} audit trail.json`,
              'application/json',
            );
          })
        }
      >
        <Download className="icon" aria-hidden />
        Export as JSON
      </button>
      <ActionError error={save.error} />
      <p className="small soft">
        Verifying checks every signature and every link between the events again, on this device.
      </p>
    </section>
  );
}

function Result(props: { readonly report: TrailReport }) {
  const { report } = props;
  const counted = `${String(report.events)} events of ${String(report.authors)} devices`;
  return report.problems.length === 0 ? (
    <Notice tone="go" title="The trail is whole" role="status">
      <p>{counted}; every signature and every link is right.</p>
    </Notice>
  ) : (
    <Notice tone="loss" title="The trail has faults" role="alert">
      <p>{counted}. Approve nothing before you know why:</p>
      <ul className="stack-tight">
        {report.problems.map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </Notice>
  );
}
