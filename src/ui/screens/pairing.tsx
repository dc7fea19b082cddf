import type { PairingView } from '../../wallet/index.ts';
import { Inviting, Joining } from './pairing-invite.tsx';
import { Done, Failed, Generating } from './pairing-key.tsx';
import { Compare, Confirming } from './pairing-words.tsx';

/** Making a vault together, from the invitation to the key. Each step replaces the one before. */
export function Pairing(props: { readonly pairing: PairingView }) {
  const { pairing } = props;
  switch (pairing.step) {
    case 'inviting':
      return <Inviting pairing={pairing} />;
    case 'joining':
      return <Joining pairing={pairing} />;
    case 'compare':
      return <Compare pairing={pairing} />;
    case 'confirming':
      return <Confirming pairing={pairing} />;
    case 'generating':
      return <Generating pairing={pairing} />;
    case 'done':
      return <Done pairing={pairing} />;
    case 'failed':
      return <Failed pairing={pairing} />;
  }
}
