import type { VaultView } from '../../wallet/index.ts';
import { ActionError, ProblemNotice } from '../parts/notice.tsx';
import { Stages } from '../parts/stages.tsx';
import { useAction } from '../use-action.ts';
import { useWallet } from '../wallet-context.tsx';

/** How far key generation is, or why it stopped, with the way to try it again. */
export function KeyBeingMade(props: {
  /** `undefined` until everyone has confirmed the words. */
  readonly vault: string | undefined;
  readonly keygen: VaultView['keygen'];
}) {
  const { vault } = props;
  const { ceremony, problem } = props.keygen;
  const wallet = useWallet();
  const action = useAction();
  if (ceremony !== undefined) return <Stages ceremony={ceremony} label="Making the key" />;
  if (problem === undefined || vault === undefined) {
    return <p role="status">Waiting until all devices are online…</p>;
  }
  return (
    <>
      <ProblemNotice problem={problem} />
      <button
        type="button"
        className="button button-wide"
        disabled={action.pending}
        onClick={() => void action.run(async () => wallet.retryKeygen(vault))}
      >
        Try again
      </button>
      <ActionError error={action.error} />
    </>
  );
}
