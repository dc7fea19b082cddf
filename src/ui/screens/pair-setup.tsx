import type { PairSetupView } from '../../wallet/index.ts';
import { ActionError, ProblemNotice } from '../parts/notice.tsx';
import { Stages } from '../parts/stages.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

/** Two devices that sign nothing together before the people of both set them up again. */
export function PairSetup(props: { readonly setup: PairSetupView }) {
  const { setup } = props;
  const { mine, name } = setup;
  const wallet = useWallet();
  const action = useAction();
  const agree = (): void => {
    void action.run(async () => wallet.agreePairSetup(setup.vaultId, setup.memberId));
  };
  const end = (): void => {
    void action.run(async () => wallet.endPairSetup(setup.vaultId, setup.memberId));
  };
  return (
    <section className="stack" aria-label={setup.problem.title}>
      <ProblemNotice problem={setup.problem} tone="look">
        <p role="status">{progressOf(setup)}</p>
      </ProblemNotice>
      {setup.ceremony === undefined ? null : (
        <Stages ceremony={setup.ceremony} label={`Setting up again with ${name}`} />
      )}
      {setup.failure === undefined ? null : <ProblemNotice problem={setup.failure} />}
      <ActionError error={action.error} />
      {mine === 'agreed' ? (
        <button type="button" className="button" disabled={action.pending} onClick={end}>
          Take it back
        </button>
      ) : (
        <div className="two-buttons">
          <button
            type="button"
            className="button button-go"
            disabled={action.pending}
            onClick={agree}
          >
            Set up again with {name}
          </button>
          {mine === 'declined' ? null : (
            <button type="button" className="button" disabled={action.pending} onClick={end}>
              Not now
            </button>
          )}
        </div>
      )}
    </section>
  );
}

function progressOf({ mine, theirs, name, online, ceremony }: PairSetupView): string {
  if (ceremony !== undefined) return 'The two devices are being set up.';
  const away = online ? '' : ` ${name} is offline.`;
  if (mine === 'agreed') {
    if (theirs === 'agreed') return online ? 'It begins in a moment.' : `Both agreed.${away}`;
    return theirs === 'declined'
      ? `You agreed. ${name} said “not now”.`
      : `You agreed. It waits until somebody agrees on ${name}.${away}`;
  }
  if (theirs === 'agreed') return `Somebody agreed on ${name}. It waits for you.`;
  return mine === 'declined' ? 'You said “not now”.' : `Nobody agreed yet.${away}`;
}
