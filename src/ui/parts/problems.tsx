import { X } from 'lucide-react';
import { useOpen, useWallet } from '../wallet-context.tsx';

/** Things that went wrong outside of any form, until somebody has read them. */
export function Problems() {
  const { problems } = useOpen();
  const wallet = useWallet();
  return (
    <div className="problems" role="region" aria-label="Problems" aria-live="assertive">
      {problems.map((problem) => (
        <div className="card notice-loss" key={problem.id}>
          <div className="problem-head">
            <p className="notice-title strong">{problem.title}</p>
            <button
              type="button"
              className="button-quiet"
              aria-label={`Dismiss: ${problem.title}`}
              onClick={() => {
                wallet.dismissProblem(problem.id);
              }}
            >
              <X className="icon" aria-hidden />
            </button>
          </div>
          <p>{problem.meaning}</p>
          <p className="strong">{problem.next}</p>
        </div>
      ))}
    </div>
  );
}
