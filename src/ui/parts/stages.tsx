import { Check } from 'lucide-react';
import { elapsed, type CeremonyView } from '../../wallet/index.ts';
import { useNow } from '../use-now.ts';

/** A ceremony: its stages stay in place and fill in. */
export function Stages(props: { readonly ceremony: CeremonyView; readonly label: string }) {
  const { ceremony } = props;
  const now = useNow('second');
  const percent = Math.round(ceremony.progress * 100);
  return (
    <div className="card stack">
      <ol className="stages" aria-label={props.label}>
        {ceremony.stages.map((stage, i) => (
          <li
            className="stage"
            data-state={stage.state}
            aria-current={stage.state === 'active' ? 'step' : undefined}
            key={stage.id}
          >
            <span className={`mark mark-${stage.state}`} aria-hidden>
              {stage.state === 'done' ? <Check /> : i + 1}
            </span>
            <span className="stage-label">
              {stage.label}
              <span className="hidden-visually">{spoken[stage.state]}</span>
            </span>
            <span className="stage-detail">{stage.detail}</span>
            {stage.state === 'active' ? (
              <progress className="progress" max={100} value={percent} aria-label={stage.label} />
            ) : null}
          </li>
        ))}
      </ol>
      <p className="small soft figures">
        {elapsed(now - ceremony.startedAt)} so far · {percent}%
      </p>
    </div>
  );
}

const spoken = { waiting: ', not yet', active: ', now', done: ', done' };
